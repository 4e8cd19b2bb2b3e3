"""The annotated engines' texts that models are trained on: each row fits the text it is about."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "models/train"))
import quality_data as data

SEVERITY = ("ok", "minor", "major")
ROWS = data.annotations(data.EVERY)


def texts() -> dict[tuple, tuple[str, str]]:
    """Engines' texts of the languages that are annotated, and what they are made of."""
    return {(r["year"], r["pair"], r["doc"], r["seg"], name): (text, r["src"]) for r in data.lines("wmt_to_english.jsonl.gz")
            if r["pair"] in ("ja-en", "zh-en") for name, text in r["hyps"].items()}


def key(r: dict) -> tuple:
    """Of which of them a row is."""
    return r["year"], r["pair"], r["doc"], r["seg"], r["system"]


def test_a_status_is_that_of_the_worst_error() -> None:
    assert len(ROWS) > 10000
    for r in ROWS:
        worst = max((SEVERITY.index(e["severity"]) for e in r["errors"]), default=0)
        assert r["status"] == SEVERITY[worst]
        assert all(0 <= e["start"] < e["end"] for e in r["errors"])


def test_no_text_is_annotated_twice() -> None:
    keys = list(map(key, ROWS))
    assert len(keys) == len(set(keys))


@pytest.mark.skipif(not data.SHARED.is_dir(), reason="../shared is not here")
def test_rows_fit_their_texts_and_none_is_of_the_dev_bench_or_of_what_words_are_counted_on() -> None:
    known = texts()
    kept = data.wmt_names(r["file"] for r in data.gold("dev"))
    rated = {rows[0]["src"] for _, _, rows in data.rated(held_out=True)}
    for r in ROWS:
        text, source = known[key(r)]
        assert r["doc"] not in kept
        assert source not in rated
        for e in r["errors"]:
            span = text[e["start"]:e["end"]]
            assert span
            assert span == span.strip()


@pytest.mark.skipif(not data.SHARED.is_dir(), reason="../shared is not here")
def test_an_annotated_text_becomes_an_example_with_its_words_and_context() -> None:
    examples = data.more_annotated("ja-en")
    known = {(e.text, e.source.strip()) for e in data.annotated()}
    assert {e.group for e in examples} == {r["file"] for r in data.gold("tune")}
    assert not any((e.text, e.source.strip()) in known for e in examples)
    assert all(e.labels["any"] >= e.labels["major"] for e in examples)
    assert any(e.context and e.words for e in examples)
    assert not any(e.words for e in examples if not e.labels["any"])


@pytest.mark.skipif(not data.SHARED.is_dir(), reason="../shared is not here")
def test_segments_of_two_years_that_have_the_same_number_are_kept_apart() -> None:
    known = texts()
    rows = [r for r in ROWS if r["pair"] == "zh-en"]
    assert len({r["seg"] for r in rows}) < len({(r["year"], r["seg"]) for r in rows})
    examples = data.more_annotated("zh-en", data.EVERY)
    wanted = {(known[key(r)], r["status"] == "major") for r in rows}
    assert {((e.text, e.source), e.labels["major"] == 1) for e in examples} == wanted
