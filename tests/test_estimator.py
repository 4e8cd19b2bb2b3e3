"""The quality model: what it says, that it says it again, and that the tool runs without it."""

import json
import shutil
import warnings
from pathlib import Path

import pytest

from cleaner import encoder, estimator, formats
from cleaner.analysis import Analysis
from cleaner.config import Config
from cleaner.core import CleanerError
from cleaner.pipeline import Pipeline
from cleaner.risk import assess, doubts, suspicion
from cleaner.segment import from_text

GOOD = "The council voted on Tuesday to close the pool. Repairs will take six weeks, officials said. Swimmers can use the pool in Harlow."
BAD = "The voltage of the opening was folded by the second goodbye. I was received of the feeling with the wall. It became the form of did."


@pytest.fixture
def model() -> estimator.Estimator:
    found = estimator.load()
    assert found is not None
    return found


def test_the_model_that_ships_is_whole() -> None:
    at = estimator.folder()
    assert at is not None
    assert encoder.damage(at) == ""
    assert sum(f.stat().st_size for f in at.iterdir()) < 30_000_000


def test_bad_translation_is_riskier_than_good_english(model: estimator.Estimator) -> None:
    good, bad = (estimator.estimates(Analysis(from_text(text))) for text in (GOOD, BAD))
    assert sum(suspicion(from_text(GOOD), (), good)) < sum(suspicion(from_text(BAD), (), bad))
    assert sum(assess(from_text(GOOD), (), good)) < sum(assess(from_text(BAD), (), bad))


def test_words_are_characters_of_the_segment(model: estimator.Estimator) -> None:
    text = "Smoke rose over Łódź, 😀 and then nothing."
    (found,) = model.estimate([text], [""])
    assert [w.span.of(text) for w in found.words][:3] == ["Smoke", "rose", "over"]
    assert all(0 <= chance <= 1 for w in found.words for chance in w[1:])


#: Log-odds of a major error and of any, with the integer products exact: with pairs of them cut off at 16 bits, as onnxruntime has it on
#: processors without VNNI if nothing is said, they are off by 0.07 on average.
EXACT = {
    "The mayor opened a new bridge on Monday.": (-2.816, -1.99),
    "The fishermen of the port pulled up the nets and it was a big catch, and the smile was on the face.": (-0.507, -0.138),
    "I was worried, and the union has put out a comment saying that it will respond strictly.": (0.566, 0.531),
    "On the 12th, about 300 people participated in the drill at the elementary school and confirmed the evacuation route.":
        (-1.965, -0.528),
    "The coach pushed the back of the players and the team won the victory of the long-cherished wish.": (-0.373, 0.591),
}


def test_numbers_are_the_same_on_every_processor(model: estimator.Estimator) -> None:
    found = model.estimate(list(EXACT), [""] * len(EXACT))
    off = [abs(x - y) for e, known in zip(found, EXACT.values(), strict=True) for x, y in zip((e.major, e.any), known, strict=True)]
    assert sum(off) / len(off) < 0.03


def test_only_a_processor_with_vnni_is_trusted_with_8_bit_products(tmp_path: Path) -> None:
    about = tmp_path / "cpuinfo"
    about.write_text("flags\t\t: avx2 avx512f avx512_vnni\n", encoding="utf-8")
    assert encoder._vnni(about)
    about.write_text("flags\t\t: avx2 avx512f\n", encoding="utf-8")
    assert not encoder._vnni(about)
    assert not encoder._vnni(tmp_path / "nowhere")


def test_both_ways_to_multiply_give_the_same_numbers(model: estimator.Estimator, monkeypatch: pytest.MonkeyPatch) -> None:
    if not encoder._vnni(Path("/proc/cpuinfo")):
        pytest.skip("this processor has one exact way only")
    texts = list(EXACT)
    at = estimator.folder()
    assert at is not None
    monkeypatch.setattr(encoder, "_vnni", lambda about: False)
    assert estimator.Estimator(at).estimate(texts, [""] * len(texts)) == model.estimate(texts, [""] * len(texts))


def test_runs_agree() -> None:
    at = estimator.folder()
    assert at is not None
    texts = [GOOD, BAD, "Short.", BAD + " " + GOOD]
    together = estimator.Estimator(at).estimate(texts, [""] * 4)
    again = estimator.Estimator(at).estimate(texts, [""] * 4)
    assert together == again


@pytest.mark.parametrize("text", ["", " ", "日本語の文章です。", "x" * 20_000, "word " * 9_000, "| a | b |\n| - | - |", "\u202e\u0000?!"])
def test_odd_text_is_only_text(model: estimator.Estimator, text: str) -> None:
    (found,) = model.estimate([text], [text])
    assert isinstance(found.major, float)
    assert all(w.span.end <= len(text) for w in found.words)


def test_context_counts(model: estimator.Estimator) -> None:
    alone, after = model.estimate(["I am satisfied.", "I am satisfied."], ["", "The ministry published its report on Monday."])
    assert alone.major != after.major


def test_short_texts_are_judged_with_reserve(model: estimator.Estimator) -> None:
    short, long = from_text(BAD), from_text("\n\n".join([BAD] * 10))
    found = estimator.estimates(Analysis(short))
    assert suspicion(short, (), found)[0] < suspicion(long, (), found * 10)[0]
    assert not any(doubts(from_text(GOOD), (), estimator.estimates(Analysis(from_text(GOOD)))))


@pytest.mark.parametrize(("harm", "says"), [
    (lambda at: (at / "model.onnx").write_bytes(b"no model"), "checksum"),
    (lambda at: (at / "model.json").write_text("{"), "Expecting"),
    (lambda at: (at / "tokenizer.json").unlink(), "tokenizer.json"),
])
def test_a_damaged_model_is_one_line_and_rules_go_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, harm, says: str) -> None:
    at = estimator.folder()
    assert at is not None
    copy = shutil.copytree(at, tmp_path / "quality")
    harm(copy)
    monkeypatch.setattr(estimator, "folder", lambda: copy)
    estimator.load.cache_clear()
    try:
        with warnings.catch_warnings(record=True) as heard, Pipeline(Config(languagetool=False)) as pipeline:
            warnings.simplefilter("always")
            result = pipeline.clean(from_text("He came,, then left. " + BAD))
        assert result.output.startswith("He came, then left.")
        assert 0 < result.records[0].risk < 1
        (line,) = [str(w.message) for w in heard if "quality model" in str(w.message)]
        assert says in line
        assert "\n" not in line
    finally:
        estimator.load.cache_clear()


def test_a_model_that_does_not_load_is_a_warning(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    at = estimator.folder()
    assert at is not None
    copy = shutil.copytree(at, tmp_path / "quality")
    settings = json.loads((copy / "model.json").read_text())
    del settings["max_tokens"]
    (copy / "model.json").write_text(json.dumps(settings))
    monkeypatch.setattr(estimator, "folder", lambda: copy)
    estimator.load.cache_clear()
    try:
        with pytest.warns(UserWarning, match="rules only"):
            assert estimator.load() is None
    finally:
        estimator.load.cache_clear()


def test_no_model_is_a_warning_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(estimator, "folder", lambda: None)
    estimator.load.cache_clear()
    try:
        with pytest.warns(UserWarning, match="not installed"):
            assert estimator.load() is None
    finally:
        estimator.load.cache_clear()


def test_long_segments_are_read_to_the_end(model: estimator.Estimator) -> None:
    filler = "The council of the town met on Tuesday and spoke at length about the pool, the road to the station and the new school, "
    bad = "and the voltage of the opening was folded by the second goodbye of did."
    good, wrong = filler * 8 + "and then it closed the meeting.", filler * 8 + bad
    first, second = model.estimate([good, wrong], ["", ""])
    assert second.words[-1].span.end == len(wrong)
    assert len({w.span for w in second.words}) == len(second.words)
    assert second.any > first.any
    assert any(span.overlaps(estimator.Span(len(filler) * 8, len(wrong))) for span in second.doubted(wrong))


def test_doubted_words_are_whole_and_joined() -> None:
    text = "It befuddled us all, so."
    pieces = [(0, 2, 0.1), (3, 5, 0.2), (5, 9, 0.9), (9, 12, 0.1), (13, 15, 0.8), (16, 19, 0.1), (21, 23, 0.7)]
    words = tuple(estimator.Word(estimator.Span(a, b), chance, 0.0, 0.0) for a, b, chance in pieces)
    assert [s.of(text) for s in estimator.Estimate(0.0, words).doubted(text)] == ["befuddled us", "so"]


def test_without_a_model_the_gate_has_nothing_to_say(monkeypatch: pytest.MonkeyPatch) -> None:
    from cleaner.gates import quality
    from cleaner.registry import Pair

    said = "Repairs will take six weeks, officials said."
    pair = Pair(said, f"{said} Did.")
    assert quality.no_worse.measure(pair).score < quality.no_worse.threshold
    monkeypatch.setattr(quality, "load", lambda: None)
    outcome = quality.no_worse.measure(pair)
    assert outcome.score == 1
    assert "no quality model" in outcome.reason


def test_costly_gates_are_asked_of_what_may_be_made_and_of_first_suggestions() -> None:
    text = "NATO members met in Berlin on Monday. They are wary. I am becoming more vigilant. Russia said so."
    with Pipeline(Config(languagetool=False, rewriter="none", max_suggestions=5)) as pipeline:
        records = pipeline.clean(from_text(text)).records
    asked = [["no-worse" in {v.gate for v in p.verdicts} for p in r.proposals] for r in records if len(r.proposals) > 1]
    assert asked
    assert all(any(a) and not all(a) for a in asked)


FRENCH = (
    "Le conseil municipal a voté mardi la fermeture de la piscine pour travaux. Les réparations dureront six semaines, selon la mairie. "
    "Les nageurs peuvent utiliser la piscine de Harlow. Le maire a dit que le budget serait présenté en mars. Les gens sont inquiets.\n"
)
TABLE = "| name | score | share |\n| - | - | - |\n" + "".join(f"| team {i} | {i} | {i}% |\n" for i in range(20))
LIST = "# Shopping\n\n" + "".join(f"- {thing}\n" for thing in ("eggs", "milk (2 l)", "bread", "3 onions", "salt & pepper", "butter"))
CODE = "Text before.\n\n```python\n" + "for i in range(10):\n    print(f(i))\n" * 30 + "```\n\n    indented = code\n\nText after.\n"


@pytest.mark.parametrize(("name", "text"), [
    ("a.txt", FRENCH), ("a.md", TABLE), ("a.md", LIST), ("a.md", CODE), ("a.txt", "\n\n\n  \n\t\n—\n\n***\n\n1\n\n2\n\n3.5\n\n100%\n"),
    ("a.txt", "Team A 3, Team B 4\n\nQ1 20-18\n\nQ2 15-22\n\nQ3 20-20\n\nQ4 9-11\n\nSmith 12 pts\n"),
])
def test_what_is_no_english_prose_does_not_flood_review(name: str, text: str) -> None:
    with Pipeline(Config(select=("quality",), languagetool=False)) as pipeline:
        records = pipeline.clean(formats.parse(name, text)).records
    assert not any(r.findings for r in records)


def test_a_line_without_end_is_refused_in_one_line(tmp_path: Path) -> None:
    file = tmp_path / "dump.txt"
    file.write_text("The council met. " * 300_000)
    with pytest.raises(CleanerError, match=r"5,100,000 characters") as told:
        formats.load(file)
    assert "\n" not in str(told.value)


def test_threads_share_a_model_and_agree(model: estimator.Estimator) -> None:
    from concurrent.futures import ThreadPoolExecutor

    texts = [f"{GOOD} Number {i}." for i in range(24)]
    at = estimator.folder()
    assert at is not None
    fresh = estimator.Estimator(at)
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda t: fresh.estimate([t], [BAD])[0], texts))
    assert together == model.estimate(texts, [BAD] * len(texts))
