"""Actors ranked by the language model, and by the rules without it."""

from dataclasses import replace

import pytest

from cleaner import language_model, ranking
from cleaner.analysis import Analysis
from cleaner.config import Config
from cleaner.core import Document, Suggestion
from cleaner.language_model import LanguageModel
from cleaner.pipeline import Pipeline
from cleaner.segment import from_text

TEXT = "The harbour union met on Monday. Its members are wary of it, said Mayor Sato. I am becoming more vigilant. The talks go on in May."


def proposed(text: str = TEXT) -> tuple[Analysis, list[Suggestion]]:
    analysis = Analysis(from_text(text))
    with Pipeline(Config(languagetool=False, rewriter="none")) as pipeline:
        return analysis, pipeline.proposals(analysis, pipeline.detect(analysis, remote=False))


def drafts(document: Document, *texts: str) -> list[ranking.Draft]:
    """Drafts of the third segment."""
    s = Suggestion(document.segments[2].span, "", "subject-from-document", (), "unsafe", "why")
    return [ranking.Draft(s, 2, 2, text) for text in texts]


def test_without_the_model_the_rules_order_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(language_model, "load", lambda: None)
    analysis, suggestions = proposed()
    assert len(suggestions) > 1
    assert ranking.rank(analysis, suggestions) == suggestions


def test_with_it_actors_are_scored_and_everything_else_stays(model: LanguageModel) -> None:
    analysis, suggestions = proposed()
    ranked = ranking.rank(analysis, suggestions)
    assert [replace(s, score=0.0) for s in ranked] == [replace(s, score=0.0) for s in suggestions]
    changed = [(a, b) for a, b in zip(suggestions, ranked, strict=True) if a.score != b.score]
    assert len(changed) > 1
    assert all(a.rewriter in ranking.WHO and 0 < b.score < 1 for a, b in changed)
    assert ranking.rank(analysis, suggestions) == ranked


def test_what_goes_on_better_is_likelier(model: LanguageModel) -> None:
    document = from_text(TEXT)
    good, same, bad = "They are becoming more vigilant.", "I am becoming more vigilant.", "Vigilant more becoming they are."
    found = ranking.fluency(document, drafts(document, good, same, bad), model)
    assert found[0] > found[1] > found[2]
    assert found[1] == pytest.approx(0, abs=1e-3)


def test_a_budget_bounds_what_is_read(model: LanguageModel, monkeypatch: pytest.MonkeyPatch) -> None:
    document = from_text(TEXT)
    made = drafts(document, "They are here.", "She is here.")
    monkeypatch.setattr(ranking, "TOKENS_AT_LEAST", 0)
    monkeypatch.setattr(ranking, "TOKENS_A_SEGMENT", 1)
    assert ranking.fluency(document, made, model) == {}
    assert len(ranking.fluency(document, made, model, limited=False)) == 2


def test_one_text_needs_no_ranking(model: LanguageModel) -> None:
    document = from_text(TEXT)
    assert ranking.fluency(document, drafts(document, "They are here.", "They are here."), model) == {}


def test_far_places_have_readings_of_their_own() -> None:
    far = ranking.stretches([(0, 0), (1, 2), (60, 60)], [30] * 61)
    assert [(start, places) for start, places in far] == [(0, [(0, 0), (1, 2)]), (58, [(60, 60)])]
    assert 30 < ranking.BEFORE <= 2 * 30


def test_a_likelier_text_and_a_surer_rule_score_higher() -> None:
    def s(score: float) -> Suggestion:
        return Suggestion(from_text(TEXT).segments[0].span, "x", "subject-from-document", (), "unsafe", "why", score)

    assert ranking.chance(ranking.features(s(0.5), 5)) > ranking.chance(ranking.features(s(0.5), -5))
    assert ranking.chance(ranking.features(s(0.6), 0)) > ranking.chance(ranking.features(s(0.3), 0))
    assert 0 < ranking.chance(ranking.features(s(0.0), -1e6)) < ranking.chance(ranking.features(s(1.0), 1e6)) < 1
