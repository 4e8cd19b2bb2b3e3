"""Clauses that say who speaks: how they are read, and what is proposed for those that are misplaced."""

import pytest

from cleaner.analysis import Analysis
from cleaner.config import Config
from cleaner.language.attributions import reports
from cleaner.language.reporting import by_form, in_tense, pattern, verbs
from cleaner.pipeline import Pipeline
from cleaner.registry import detectors
from cleaner.segment import from_text

FAMILY = (
    "stranded-attribution", "doubled-attribution", "no-speech-verb", "unjoined-quotation", "that-before-speech", "speakerless-report",
)


@pytest.mark.parametrize(("base", "past", "third", "participle"), [
    ("say", "said", "says", "saying"), ("reply", "replied", "replies", "replying"), ("stress", "stressed", "stresses", "stressing"),
    ("urge", "urged", "urges", "urging"), ("admit", "admitted", "admits", "admitting"),
])
def test_forms_of_verbs(base: str, past: str, third: str, participle: str) -> None:
    verb = verbs()[base]
    assert (verb.past, verb.third, verb.participle) == (past, third, participle)
    assert by_form()[past] is verb


def test_a_smile_is_no_speech_and_a_call_is_an_urging() -> None:
    assert not verbs()["smile"].speaks
    assert verbs()["say"].speaks
    assert verbs()["call"].speech == "urge"
    assert in_tense(verbs()["urge"], "called") == "urged"
    assert in_tense(verbs()["urge"], "calls") == "urges"
    assert "smiled" not in pattern()
    assert "smiles" not in pattern("manner", tense="past")


def test_clauses_around_a_quotation() -> None:
    text = 'Governor Ono said at the hearing, "The dam is safe." I stressed. "It holds," she added.'
    first, second = reports(Analysis(from_text(text)))
    assert first.lead
    assert first.lead.who
    assert first.lead.who.of(text) == "Governor Ono"
    assert first.lead.rest == " at the hearing"
    assert first.stranded
    assert first.stranded.word.base == "stress"
    assert second.lead is None
    assert second.trail
    assert second.trail.verb.of(text) == "added"


def offered(text: str, *rules: str) -> set[str]:
    document = from_text(text)
    analysis = Analysis(document)
    with Pipeline(Config(select=rules or FAMILY, languagetool=False)) as pipeline:
        return {s.apply(text) for s in pipeline.suggest(analysis, pipeline.detect(analysis))}


@pytest.mark.parametrize(("text", "after"), [
    ('Mayor Abe stated, "We will rebuild" I vowed.', 'Mayor Abe vowed, "We will rebuild."'),
    ('Mayor Abe said, "We will rebuild!" I called.', 'Mayor Abe urged, "We will rebuild!"'),
    ('Mayor Abe told reporters, "We will rebuild." I vowed.', 'Mayor Abe told reporters, "We will rebuild," he vowed.'),
    ('Mayor Abe told reporters, "We will rebuild." I pointed out.', 'Mayor Abe pointed out to reporters, "We will rebuild."'),
    ('Mayor Abe told them in May, "Leave." I warned.', 'Mayor Abe warned them in May, "Leave."'),
    ('Mayor Abe told them, "Leave." Said.', 'Mayor Abe told them, "Leave."'),
    ('Spokeswoman Rie Abe warned, "Leave." I insisted.', 'Spokeswoman Rie Abe warned, "Leave," she insisted.'),
    ('Mayor Abe spoke on Monday. "We will rebuild." Smiles.', 'Mayor Abe spoke on Monday. "We will rebuild," he says.'),
    ('Mayor Abe said, "We will rebuild." He emphasized.', 'Mayor Abe emphasized, "We will rebuild."'),
    ('Mayor Abe said, "We will rebuild." He said.', 'Mayor Abe said, "We will rebuild."'),
    ('Mayor Abe said, "We will rebuild." I was talking.', 'Mayor Abe said, "We will rebuild."'),
    ('Mayor Abe said, "We will rebuild." Is explaining.', 'Mayor Abe explains, "We will rebuild."'),
    ('A woman in her 60s "We will rebuild." I was saying.', 'A woman in her 60s said, "We will rebuild."'),
    ('The baker, who lost his oven, "We will rebuild." I insisted.', 'The baker, who lost his oven, insisted, "We will rebuild."'),
    ('Mayor Abe spoke on Monday.\n\n"We will rebuild." I insisted.', 'Mayor Abe spoke on Monday.\n\n"We will rebuild," he insisted.'),
])
def test_stranded_verbs_find_their_place(text: str, after: str) -> None:
    assert after in offered(text, "stranded-attribution")


@pytest.mark.parametrize(("lead", "hearer"), [
    ("Mayor Abe told the city's budget committee on Monday", True), ("Mayor Abe told her", True), ("Mayor Abe said on Monday", False),
])
def test_a_hearer_is_no_part_of_what_was_said(lead: str, hearer: bool) -> None:
    (report,) = reports(Analysis(from_text(f'{lead}, "The dam is safe."')))
    assert report.lead
    assert report.lead.hearer == hearer


def test_a_clause_behind_told_does_not_lead_in_the_quotation() -> None:
    (report,) = reports(Analysis(from_text('Mayor Abe told her that the dam was safe, "The dam is safe."')))
    assert report.lead is None


def test_a_stranded_verb_is_the_quotations_and_gets_no_sentence_of_its_own() -> None:
    text = 'Mayor Abe told reporters, "We will rebuild." I stressed.'
    assert not any(s.endswith(('" He stressed.', '" Mayor Abe stressed.')) for s in offered(text, "stranded-attribution", "invented-i"))


def test_only_a_named_speaker_with_a_neutral_verb_is_safe() -> None:
    with Pipeline(Config(select=("stranded-attribution",), languagetool=False)) as pipeline:
        for text in (
            'Mayor Abe spoke on Monday. "We will rebuild." I insisted.',
            'Mayor Abe warned, "We must rebuild." I insisted.',
            'I said, "We must rebuild." I insisted.',
            'Mayor Abe said, "We will rebuild." I called.',
        ):
            assert pipeline.clean(from_text(text)).output == text


@pytest.mark.parametrize("text", [
    'I was ten. "I want a dog," I said. "Why?" I asked.',
    '"We will rebuild," Mayor Abe said. "We must," he added.',
    'Mayor Abe smiled. "We will rebuild," he said.',
    'The film "Winter" opened. Said to be good, it sold out.',
    'Mayor Abe decided "to rebuild the whole quarter."',
    'He told the crowd that "the quarter" would be rebuilt.',
])
def test_good_attributions_are_left_alone(text: str) -> None:
    analysis = Analysis(from_text(text))
    assert not [f for rule in FAMILY for f in detectors()[rule](analysis)]


def test_a_later_attribution_that_says_more_is_kept() -> None:
    told = offered('The pilot said, "It was dark," he told the court.', "doubled-attribution")
    assert told == {'"It was dark," the pilot told the court.'}
