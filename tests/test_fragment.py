"""Fragments: what counts as one, and how it is joined to what it was cut from."""

import pytest

from cleaner.analysis import Analysis, parse
from cleaner.config import Config
from cleaner.language.clauses import event_verb, has_finite_verb, is_clause, is_plural, lone_noun, root, subject
from cleaner.pipeline import Pipeline
from cleaner.registry import detectors
from cleaner.segment import from_text

FAMILY = (
    "orphan-verb", "trailing-did", "subjectless-report", "verbless-sentence", "lone-subordinate", "cut-off", "lower-case-start",
    "repeated-clause",
)
NEWS = "On 3 May Mayor Sato opened the Nagano museum. He met the fishermen of Atami on 4 May. "


def findings(text: str, *rules: str) -> list[str]:
    analysis = Analysis(from_text(text))
    return [f.span.of(text) for rule in rules or FAMILY for f in detectors()[rule](analysis)]


def offered(text: str, rule: str) -> set[str]:
    analysis = Analysis(from_text(text))
    with Pipeline(Config(select=(rule,), languagetool=False)) as pipeline:
        return {s.apply(text) for s in pipeline.suggest(analysis, pipeline.detect(analysis))}


def test_what_a_sentence_lacks() -> None:
    whole, noun, event = parse(["The mayor opened the hall.", "A hall with forty seats.", "The drills off the cape."])
    assert is_clause(whole)
    assert has_finite_verb(whole)
    assert lone_noun(whole) is None
    head = root(whole)
    assert head is not None
    assert subject(head) is not None
    assert not has_finite_verb(noun)
    assert lone_noun(noun) is not None
    drills = lone_noun(event)
    assert drills is not None
    assert is_plural(drills)
    assert event_verb("drill") == "conducted"
    assert event_verb("meeting") == "held"
    assert event_verb("teapot") is None


@pytest.mark.parametrize(("text", "after"), [
    ("The annual meeting of the two boards. It will be done.", "The annual meeting of the two boards will be held."),
    ("The repairs to both bridges. It was done.", "The repairs to both bridges were carried out."),
    ("The annual meeting of the two boards. Held.", "The annual meeting of the two boards was held."),
])
def test_an_orphan_goes_back_to_its_subject(text: str, after: str) -> None:
    assert after in offered(text, "orphan-verb")


def test_a_lone_auxiliary_is_deleted_alone() -> None:
    text = NEWS + "The ministry raised the tax on tea to nine yen. did."
    with Pipeline(Config(select=("orphan-verb",), languagetool=False)) as pipeline:
        assert pipeline.clean(from_text(text)).output == NEWS + "The ministry raised the tax on tea to nine yen."


@pytest.mark.parametrize("text", [
    "He thought the shop was closed. It was.",
    "Who won? He did.",
    "She asked whether they had come. They had.",
    "The tax rose more than wages did.",
])
def test_echoes_are_no_orphans(text: str) -> None:
    assert not findings(text, "orphan-verb", "trailing-did")


def test_a_lone_clause_joins_the_sentence_before() -> None:
    text = NEWS + "The Nagano road stayed shut. Although the snow in the valley had melted."
    assert NEWS + "The Nagano road stayed shut, although the snow in the valley had melted." in offered(text, "lone-subordinate")


def test_an_opening_clause_has_nothing_to_join() -> None:
    assert not offered("Although the snow in Nagano had melted by 3 May.", "lone-subordinate")


def test_chat_and_answers_may_be_elliptic() -> None:
    assert not findings("I love it. Great screen. My best phone so far. Worth every yen.")
    assert not findings(NEWS + "Why the museum? Because of the sea.")
    assert findings("On 3 May Mr. Sato opened his shop in Nara. A shop with forty seats.", "verbless-sentence")


def test_words_that_abbreviate_end_no_sentence() -> None:
    assert not findings("The shop sells paper, ink, etc. and opens at nine.", "lower-case-start")
    assert findings("The shop sells good paper. and it opens at nine.", "lower-case-start")
