"""The model that reads the source: what it is read with, what it adds, and that the tool runs without it."""

import shutil
import warnings
from dataclasses import replace
from pathlib import Path

import pytest

from cleaner import encoder, estimator
from cleaner.analysis import Analysis
from cleaner.config import Config
from cleaner.core import Document, Span
from cleaner.estimator import Estimate, Word
from cleaner.pipeline import Pipeline
from cleaner.risk import assess
from cleaner.segment import from_text
from cleaner.sources import paired

TEXT = (
    "The council voted on Tuesday to close the swimming pool for repairs. Officials said the bridge would reopen next spring.\n\n"
    "The mayor opened a new school near the station.\n"
)
SOURCE = "市議会は火曜日、修繕のためプールの閉鎖を決めた。橋は来春に再開すると当局は述べた。\n\n市長は駅近くに新しい学校を開いた。\n"
OTHER = "昨夜の地震で高速道路が崩れ、トラックの運転手ら五人が病院に運ばれた。\n\n選手は最後の打席で満塁本塁打を放った。\n"


def beside(text: str = TEXT, source: str = SOURCE) -> Document:
    return paired(from_text(text), source, "a.ja")


@pytest.fixture
def model() -> estimator.Beside:
    found = estimator.load_beside()
    assert found is not None
    return found


def test_the_model_that_ships_is_whole_and_small_enough() -> None:
    at = encoder.folder(estimator.BESIDE)
    assert at is not None
    assert encoder.damage(at) == ""
    assert max(f.stat().st_size for f in at.iterdir()) < 40_000_000


def test_only_what_has_a_source_is_read_beside_it() -> None:
    assert all(e.beside for e in estimator.estimates(Analysis(beside())))
    assert not any(e.beside for e in estimator.estimates(Analysis(from_text(TEXT))))


def test_a_source_of_something_else_is_riskier(model: estimator.Beside) -> None:
    right, wrong = (list(estimator.beside(Analysis(beside(source=s)), model).values()) for s in (SOURCE, OTHER))
    assert all(a.major < b.major for a, b in zip(right, wrong, strict=True))


def test_the_risk_heeds_the_source() -> None:
    right, wrong = (assess(d, (), estimator.estimates(Analysis(d))) for d in (beside(), beside(source=OTHER)))
    assert all(a < b for a, b in zip(right, wrong, strict=True))


def test_words_of_sentences_read_together_are_their_own() -> None:
    document = beside(source=SOURCE.replace("決めた。橋", "決め、橋"))
    found = estimator.estimates(Analysis(document))
    assert len(Analysis(document).groups) == 2
    for segment, estimate in zip(document.segments, found, strict=True):
        assert estimate.beside
        assert segment.target.startswith(estimate.beside.words[0].span.of(segment.target))
        assert all(w.span.end <= len(segment.target) for w in estimate.beside.words)


def test_what_is_too_long_is_parted_alike(model: estimator.Beside) -> None:
    text, source = TEXT.replace("\n", " ") * 6, SOURCE.replace("\n", "") * 6
    parts = list(model.parts(text, source))
    assert len(parts) > 1
    assert all(len(a) <= model.context and len(a) + len(b) + 3 <= model.length for a, b, _ in parts)
    assert [i for _, own, _ in parts for i in own] == model.tokenizer.encode(text, add_special_tokens=False).ids
    assert sum(len(a) for a, _, _ in parts) == len(model.tokenizer.encode(source, add_special_tokens=False).ids)


@pytest.mark.parametrize("source", ["الكلب يجري", "시의회는 화요일에 결정했다.", "สภาเทศบาลลงมติเมื่อวันอังคาร", "Ο δήμος αποφάσισε."])
def test_a_script_that_it_was_not_made_for_is_left_alone(model: estimator.Beside, source: str) -> None:
    assert not model.reads(source)
    document = beside("The council voted on Tuesday.\n", source + "\n")
    assert not estimator.estimates(Analysis(document))[0].beside


@pytest.mark.parametrize("text", [" ", "日本語の文章です。", "x" * 20_000, "word " * 9_000, "\u202e\u0000?!"])
def test_odd_text_is_only_text(model: estimator.Beside, text: str) -> None:
    (found,) = model.estimate([text], [text])
    assert all(w.span.end <= len(text) for w in found.words)


def test_a_damaged_model_is_one_line_and_the_rest_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    at = encoder.folder(estimator.BESIDE)
    assert at is not None
    copy = shutil.copytree(at, tmp_path / "source")
    (copy / "model.onnx").write_bytes(b"no model")
    whole = encoder.folder
    monkeypatch.setattr(encoder, "folder", lambda name: copy if name == estimator.BESIDE else whole(name))
    estimator.load_beside.cache_clear()
    try:
        with warnings.catch_warnings(record=True) as heard, Pipeline(Config(languagetool=False)) as pipeline:
            warnings.simplefilter("always")
            records = pipeline.clean(beside()).records
        assert 0 < records[0].risk < 1
        (line,) = [str(w.message) for w in heard if "model" in str(w.message)]
        assert line.startswith("the model of text and source cannot be used (model.onnx does not match its checksum)")
        assert "\n" not in line
    finally:
        estimator.load_beside.cache_clear()


def test_without_a_source_the_model_is_not_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(estimator, "load_beside", lambda: pytest.fail("loaded"))
    with Pipeline(Config(languagetool=False)) as pipeline:
        assert pipeline.clean(from_text(TEXT)).records


def test_words_are_shown_by_both_models() -> None:
    alone = Estimate(0.0, (Word(Span(0, 4), 0.5, 0.1, 0.1), Word(Span(5, 9), 0.5, 0.1, 0.1), Word(Span(10, 12), 0.5, 0.1, 0.1)))
    beside = Estimate(0.0, (Word(Span(0, 2), 0.1, 0, 0), Word(Span(2, 4), 0.9, 0, 0), Word(Span(5, 9), 0.01, 0, 0)))
    together = replace(alone, beside=beside)
    chances = [w.wrong for w in together.shown]
    assert chances[0] > 0.5 > chances[1]  # the worst piece of a word counts
    assert chances[2] == 0.5  # nothing is known of it
    assert [w.severe for w in together.shown] == [w.severe for w in alone.words]
    assert alone.shown == alone.words
    assert together.doubted("some text on") == [Span(0, 4), Span(10, 12)]
