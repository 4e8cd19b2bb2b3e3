"""The words that say who speaks: stranded behind a quotation, said twice, hung on a verb that is no speech.

The repairs need the document (who speaks?) and stand in `cleaner/rewriters/attribution.py`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..analysis import Analysis
from ..core import Replacement, Span
from ..language.attributions import doubled, is_cut_off, reports
from ..language.reporting import in_tense, pattern, verbs
from ..registry import Bad, Good, Hit, detector

_TELLING = (
    "explained|expressed|described|emphasized|stressed|revealed|praised|thanked|encouraged|criticized|welcomed|evaluated|renewed|lamented|"
    "condemned|congratulated|showed"
)
_THING = re.compile(
    rf"\b(?:{_TELLING})\s+(?!(?:in|at|on|to|after|before|with|by|that|during|as|of|how|why|what)\b)[^,.;:\"“”]{{3,90}}(?P<gap>,\s*)$"
)
_SAYING = re.compile(r"\b(?:say|says|said|saying|adding|noting|stating|explaining|titled|entitled|called|named)\b")
_CLAUSE = re.compile(
    r"\b(?:I|we|you|he|she|it|they|is|are|was|were|will|would|have|has|had|can|do|did)\b|\w['’](?:m|re|ve|ll|s)\b", re.IGNORECASE
)
_TOLD_THAT = re.compile(rf"\b{pattern('neutral')}\s(?:that\s)?(?:he|she|they|it|the)\s[^.!?\"“”]{{8,140}}(?P<comma>,\s*)$")
_SAID_WHAT = re.compile(r",?\s*(?:said|says|stated|explained)\s+(?:that\b|(?:it|he|she|they)\s+(?:was|were|is|are|has|had|will)\b)")
_THAT = re.compile(rf"\b{pattern('neutral', 'emphatic')}\s(?:[^,.;:\"“”]{{1,40}}\s)?(?P<that>that,?\s*)$")


@detector("fluency/attribution", "major", examples=[
    Bad(
        'Governor Ono said at the hearing, "The dam is safe. We checked it twice." [[I stressed.]]',
        after='Governor Ono stressed at the hearing, "The dam is safe. We checked it twice."', safe=True,
    ),
    Bad(
        'The mayor stated, "Nobody will lose a home." [[Promised.]]',
        after='The mayor promised, "Nobody will lose a home."', safe=True,
    ),
    Bad(
        'Mayor Abe toured the shelter. "Nobody will lose a home." [[I promised.]]',
        after='Mayor Abe toured the shelter. "Nobody will lose a home," he promised.',
    ),
    Bad(
        'The chief engineer told the inspectors, "The dam is safe." [[I stressed.]]',
        after='The chief engineer stressed to the inspectors, "The dam is safe."',
    ),
    Bad('"The harvest was poor this year." [[Said.]]', after='"The harvest was poor this year," he said.'),
    Bad('Ms. Oda said, "The kiln was cold. It is warm." [[He was talking.]]', after='Ms. Oda said, "The kiln was cold. It is warm."'),
    Bad('Ms. Oda (53), a potter, "The kiln was cold." [[I was talking.]]', after='Ms. Oda (53), a potter, said, "The kiln was cold."'),
    Good('"The harvest was poor this year," the farmer said.'),
    Good('The chief engineer told the inspectors, "The dam is safe." He pointed out the new gate.'),
    Good('I was ten. "I want a dog," I said.'),
    Good('"Come in." He was joking.'),
    Good('"Who is there?" I asked. Nobody answered.'),
    Good('Governor Ono said, "The dam is safe." Engineers agreed with him.'),
])
def stranded_attribution(analysis: Analysis) -> Iterator[Hit]:
    """A reporting verb that stands alone behind a quotation that has already ended.

    Japanese ends the sentence with the verb of saying, behind the quotation and without its subject; engines leave it there or add an "I".
    """
    text = analysis.document.text
    for report in reports(analysis):
        clause, sure = report.stranded, is_cut_off(text, report)
        if clause is None or not sure:
            continue
        span = Span(clause.who.start if clause.who else clause.verb.start, clause.span.end)
        yield Hit(span, f"“{span.of(text)}” is cut off from the quotation that it belongs to.", sure)


@detector("fluency/attribution", "minor", examples=[
    Bad('Coach Ito said, "We had time. It went well," [[he said]].', after='Coach Ito said, "We had time. It went well."', safe=True),
    Bad('The singer said, "I slept well," [[she said]], but she was hoarse.', after='The singer said, "I slept well," but she was hoarse.'),
    Bad('The judge said, "This was cruel," [[he stressed]].', after='The judge stressed, "This was cruel."'),
    Bad('The singer said, "I slept well," [[she said]] with a smile.', after='"I slept well," the singer said with a smile.'),
    Bad(
        'The singer said she slept for a whole day[[, "]]I was tired," she said.',
        after='The singer said she slept for a whole day. "I was tired," she said.',
    ),
    Good('Coach Ito said, "We had time to train." He said the team was ready.'),
    Good('"We had time," Coach Ito said. "It went well," he said.'),
    Good('When the boy said, "I slept well," he said it with a smile.'),
])
def doubled_attribution(analysis: Analysis) -> Iterator[Hit]:
    """The speaker of one quotation named before it and again after it. Source: AP Stylebook, "quotations": attribute once."""
    text = analysis.document.plain
    for report in reports(analysis):
        lead, trail = report.lead, report.trail
        if trail is None or trail.who is None:
            continue
        told = None
        if lead is None and trail.word.speaks:
            told = _TOLD_THAT.search(text, max(0, report.marks.start - 160), report.marks.start)
        if told and trail.who.of(text).lower() not in ("i", "we"):
            comma = Span(told.start("comma"), report.marks.start)
            new = Replacement(comma, ". ", "unsafe", "The quotation has its own attribution, so it is a sentence of its own.")
            place = Span(comma.start, report.marks.start + 1)
            yield Hit(place, "A reported clause runs into a quotation that names its speaker again.", 0.7, (new,))
        if not doubled(text, report):
            continue
        yield Hit(Span(trail.who.start, trail.verb.end), "The speaker is named twice for one quotation.", 0.85)


@detector("fluency/attribution", "minor", examples=[
    Bad('The winner [[smiled, "]]I still cannot believe it."', after='The winner smiled, saying, "I still cannot believe it."', safe=True),
    Bad('Coach Ito [[praised, "]]He kept us in the game."', after='Coach Ito praised, saying, "He kept us in the game."'),
    Bad('The pitcher [[decided, "]]I will be back in May."', after='The pitcher vowed, "I will be back in May."'),
    Good('The winner smiled, saying, "I still cannot believe it."'),
    Good('"I still cannot believe it," she said and smiled.'),
    Good('Coach Ito praised "the best bunt of the year."'),
])
def no_speech_verb(analysis: Analysis) -> Iterator[Hit]:
    """Quoted words hung on a smile, a nod or a decision. Source: AP Stylebook, "quotations": words are said, not smiled."""
    text = analysis.document.plain
    for report in reports(analysis):
        lead = report.lead
        if lead is None or lead.word.speaks or lead.joint != "," or lead.who is None or report.trail or len(lead.rest) > 60:
            continue
        if text[report.marks.start + 1:report.marks.start + 2].islower() or _SAYING.search(lead.rest):
            continue
        gap = Span(lead.verb.start, report.marks.start + 1)
        manner = "manner" in lead.word.classes
        reason = f"One does not “{lead.word.base}” words; “saying” joins them."
        joined = text[lead.verb.start:report.marks.start].rstrip(" ,") + ", saying, " + text[report.marks.start]
        made = [Replacement(gap, joined, "safe" if manner else "unsafe", reason)]
        if lead.word.speech != lead.word.base and not lead.rest:
            reason = f"The quotation shows that “{lead.word.base}” was speech."
            made.insert(0, Replacement(lead.verb, in_tense(verbs()[lead.word.speech], lead.verb.of(text)), "unsafe", reason))
        yield Hit(Span(lead.verb.start, report.marks.start + 1), f"“{lead.verb.of(text)}” cannot introduce quoted words.", 0.8, tuple(made))


@detector("fluency/attribution", "minor", examples=[
    Bad('The doctor [[explained the state of the two patients, "]]They are weak but they will live."',
        after='The doctor explained the state of the two patients, saying, "They are weak but they will live."', safe=True),
    Bad('The chairman [[expressed his regret, "]]We should have asked earlier."',
        after='The chairman expressed his regret, saying, "We should have asked earlier."', safe=True),
    Good('The doctor explained to the two patients, "You are weak but you will live."'),
    Good('The chairman expressed his regret, saying, "We should have asked earlier."'),
    Good('The critic praised the new single, "Winter Sea," on Friday.'),
])
def unjoined_quotation(analysis: Analysis) -> Iterator[Hit]:
    """A quoted sentence after a verb that already has its object: nothing says that it was said."""
    text = analysis.document.plain
    for report in reports(analysis):
        if report.trail or report.last not in ".!?" or len(report.marks) < 20 or not text[report.marks.start + 1].isupper():
            continue
        found = _THING.search(text, max(0, report.marks.start - 140), report.marks.start)
        if found and not _SAYING.search(found.group()) and _CLAUSE.search(report.marks.of(text)):
            gap = Span(found.start("gap"), report.marks.start)
            new = Replacement(gap, ", saying, ", "safe", "“saying” joins the quoted sentence to the clause before it.")
            yield Hit(Span(found.start(), gap.end + 1), "Nothing joins this quotation to the clause before it.", 0.8, (new,))


@detector("fluency/attribution", "minor", examples=[
    Bad('The guard told a friend [[that "I]] want to quit this job."', after='The guard told a friend, "I want to quit this job."'),
    Bad('The guard complained [[that "my]] boss never listens to me."', after='The guard complained, "my boss never listens to me."'),
    Good('The guard said that "the job" bored him.'),
    Good('The guard said, "I want to quit this job."'),
])
def that_before_speech(analysis: Analysis) -> Iterator[Hit]:
    """“that” before a quoted sentence in the first person: after “that” the speaker would be he or she. Source: Quirk et al. §14.30."""
    text = analysis.document.plain
    for report in reports(analysis):
        inner = text[report.marks.start + 1:report.marks.end - 1].strip()
        if len(inner.split()) < 4 or not re.match(r"(?:I|I'm|I’m|I've|My|my|We|we|We're)\b", inner):
            continue
        found = _THAT.search(text, max(0, report.marks.start - 80), report.marks.start)
        if found:
            gap = Span(found.start("that"), report.marks.start)
            lead = gap.start - len(text[:gap.start]) + len(text[:gap.start].rstrip())
            new = Replacement(Span(lead, gap.end), ", ", "unsafe", "A comma, not “that”, introduces words in the first person.")
            yield Hit(Span(gap.start, report.marks.start + 2), "“that” introduces words in the first person.", 0.5, (new,))


@detector("fluency/attribution", "major", examples=[
    Bad('"It was the right choice," [[said it was]] right for the season.'),
    Bad('"We were lucky," [[said that]] the roads were icy.'),
    Good('"It was the right choice," said Ito, who left early.'),
    Good('"It was the right choice," he said. It was right for the season.'),
])
def speakerless_report(analysis: Analysis) -> Iterator[Hit]:
    """A verb of saying after a quotation, followed by what was said instead of by who said it."""
    text = analysis.document.plain
    for report in reports(analysis):
        if report.last != "," and text[report.marks.end:report.marks.end + 1] != ",":
            continue
        if found := _SAID_WHAT.match(text, report.marks.end):
            yield Hit(Span(report.marks.end, found.end()), "Nobody is named who said this.", 0.7)
