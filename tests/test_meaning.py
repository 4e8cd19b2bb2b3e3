"""Gates that only models' texts are held to."""

import pytest

from cleaner import gating
from cleaner.config import Config
from cleaner.core import CleanerError, Span, Suggestion
from cleaner.gates.meaning import edit_budget, meaning, support
from cleaner.language.content import content, stem
from cleaner.pipeline import Pipeline
from cleaner.registry import Pair, gates
from cleaner.segment import from_text

DOCUMENT = "The harbour opened in March. Trade grow by the years. Merchants from the island sell salt."


@pytest.mark.parametrize("words", [
    "plan plans planned planning", "country countries", "bring brought bringing", "stop stopped stops", "announce announced announcement",
    "happy happily", "child children children's", "study studied studies", "run ran running", "increase increasing increased",
])
def test_forms_of_a_word_share_their_stem(words: str) -> None:
    assert len({stem(w) for w in words.split()}) == 1


def test_only_words_of_content_are_kept() -> None:
    assert content("It is the mayor's 3 plans that they had not been told of.") == (stem("mayor"), "3", stem("plan"), stem("tell"))


@pytest.mark.parametrize(("rewrite", "new"), [
    ("Trade grew over the years.", ""),
    ("Trade grows with the years.", ""),
    ("Trade in salt grew over the years.", ""),  # salt is in the document
    ("Trade grew over the decades.", "decades"),
    ("Trade grew over the years in Osaka.", "Osaka"),
    ("Trade grew 40 percent by the years.", "40"),
])
def test_what_a_rewrite_may_bring_in(rewrite: str, new: str) -> None:
    outcome = support.measure(Pair("Trade grow by the years.", rewrite, DOCUMENT))
    assert (outcome.score >= support.threshold) == (not new)
    assert new in outcome.reason


def test_a_typing_error_supports_its_word_but_a_name_needs_the_name() -> None:
    assert support.measure(Pair("The goverment met.", "The government met.")).score == 1
    assert support.measure(Pair("He met Tanaka there.", "He met Tanabe there.")).score < 1


def test_reasons_are_sentences_for_a_person() -> None:
    assert "content are gone" in meaning.measure(Pair("The council approved the school budget.", "The mayor sang.")).reason
    assert edit_budget.measure(Pair("a b c d e f", "u v w x y z")).reason == "6 of 6 words change"


def test_verify_asks_them_only_by_name() -> None:
    own = {g.name for g in gates().values() if g.neural}
    assert own == {"meaning", "support", "edit-budget"}
    assert not own & {g.name for g in gating.chosen((), (), Config())}
    assert [g.name for g in gating.chosen(("support",), (), Config())] == ["support"]
    with pytest.raises(CleanerError, match="unknown gate"):
        gating.chosen(("suport",), (), Config())


@pytest.mark.parametrize(("rewriter", "asked"), [("neural:test@1", True), ("calque.aims-to", False)])
def test_the_pipeline_asks_them_of_models_alone(rewriter: str, asked: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    document = from_text(DOCUMENT)
    start = document.text.index("grow")
    s = Suggestion(Span(start, start + 4), "flourished", rewriter, (), "unsafe", "why")
    monkeypatch.setattr(Pipeline, "proposals", lambda *_: [s])
    with Pipeline(Config(languagetool=False, rewriter="none")) as pipeline:
        (proposal,) = (p for r in pipeline.clean(document).records for p in r.proposals)
    verdicts = {v.gate: v for v in proposal.verdicts}
    assert ("support" in verdicts) is asked
    assert not asked or verdicts["support"].reason == "“flourished” stands nowhere in the text"
