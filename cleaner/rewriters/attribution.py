"""Attributions put where they belong: a stranded verb into its sentence, a second one out of it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..analysis import Analysis
from ..core import Finding, Segment, Span, Suggestion
from ..language.actors import candidates
from ..language.attributions import Clause, Report, doubled, reports
from ..language.clauses import FINITE
from ..language.gender import told_by
from ..language.reporting import in_tense, verbs
from ..registry import rewriter

#: Neutral verbs that another verb of saying can stand for without a change of what follows ("told reporters" cannot).
_PLAIN = frozenset({"say", "state", "comment", "remark", "add", "note"})
_PRONOUN = {"male": "he", "female": "she", None: "he"}  # nobody knows: editors of Japanese news write "he"
_NAMES = 3


@rewriter("stranded-attribution")
def merged_attribution(analysis: Analysis, findings: tuple[Finding, ...]) -> Iterator[Suggestion]:
    """Put the stranded verb in place of the neutral verb that introduces the quotation; without one, name the speaker behind it.

    The first is safe where a named speaker with "said" leads in the quotation: nothing is guessed. The second takes the speaker from the
    document, the likeliest first, unless a speaker without a verb stands before the quotation.
    """
    text = analysis.document.text
    for report, finding in _reported(analysis, findings):
        clause = report.stranded
        if clause is None:
            continue
        lead = report.lead
        if lead is not None and lead.who is not None:
            yield from _into_lead(text, report, lead, clause, finding)
        else:
            yield from _behind(analysis, report, clause, finding)


def _reported(analysis: Analysis, findings: tuple[Finding, ...]) -> Iterator[tuple[Report, Finding]]:
    for finding in findings:
        for report in reports(analysis):
            clauses = [c for c in (report.stranded, report.trail) if c]
            if any(c.span.overlaps(finding.span) for c in clauses):
                yield report, finding


def _into_lead(text: str, report: Report, lead: Clause, clause: Clause, finding: Finding) -> Iterator[Suggestion]:
    verb = verbs()[clause.word.speech]
    quoted = _closed(text, report.marks, ".")
    body = text[lead.verb.end:report.marks.start]
    span = Span(lead.verb.start, clause.span.end)
    told = in_tense(verb, clause.verb.of(text))
    said = clause.who.of(text).lower() if clause.who else ""
    own = lead.who.of(text).lower() if lead.who else ""
    here = "\n" not in text[report.marks.end:clause.span.end]
    plain = lead.word.base in _PLAIN and own not in ("i", "we", "you", "it", "")
    if verb.speaks and "neutral" in verb.classes:
        reason = "The speaker is already named before the quotation."
        other = clause.going and said in ("he", "she", "they")  # “He was talking.” may be somebody else
        yield _make(Span(report.marks.start, clause.span.end), quoted, finding, here and not other, reason, 0.85)
        return
    if verb.speaks and plain:
        reason = f"The sentence already names who speaks; “{told}” takes the place of “{lead.verb.of(text)}”."
        safe = here and verb is clause.word and lead.joint in (",", ":")
        yield _make(span, told + body + quoted, finding, safe, reason, 0.85 if safe else 0.65)
    elif verb.speaks and lead.hearer and verb.classes & {"to_hearer", "object_hearer"} and own not in ("i", "we", "you", "it", ""):
        told_whom = told if "object_hearer" in verb.classes else f"{told} to"
        reason = f"The sentence already names who speaks to whom; “{told_whom}” takes the place of “{lead.verb.of(text)}”."
        yield _make(span, told_whom + body + quoted, finding, False, reason, 0.65)
    if lead.hearer:
        reason = f"The sentence already says who speaks to whom; “{told}” is lost."
        yield _make(Span(report.marks.start, clause.span.end), quoted, finding, False, reason, 0.45)
    reason = "The words after the quotation belong to its sentence."
    likely = said if said in ("he", "she", "they") else _PRONOUN[told_by(own.split())]
    for score, who in zip((0.5, 0.3, 0.25), dict.fromkeys((likely, "he", "she", "they")), strict=False):
        tail = f"{_closed(text, report.marks, ',')} {who} {told}."
        yield _make(Span(report.marks.start, clause.span.end), tail, finding, False, reason, score * (0.8 if lead.hearer else 1.0))


def _behind(analysis: Analysis, report: Report, clause: Clause, finding: Finding) -> Iterator[Suggestion]:
    text = analysis.document.text
    verb = verbs()[clause.word.speech] if clause.word.speaks or clause.word.speech != clause.word.base else verbs()["say"]
    told = in_tense(verb, clause.verb.of(text))
    quoted = _closed(text, report.marks, ",")
    span = Span(report.marks.end - 1 - _loose_end(text, report.marks), clause.span.end)
    quoted = quoted[span.start - report.marks.start:]
    segment = next(analysis.document.segments_in(report.marks), None)
    ranked = candidates(analysis, segment, person=True)[:_NAMES] if segment else []
    pronoun = ranked[0].actor.pronoun if ranked else "he"
    said = clause.who.of(text).lower() if clause.who else ""
    if said in ("he", "she", "they"):
        pronoun = said
    names = [(c.text, c.support, c.actor.pronoun) for c in ranked] if said not in ("he", "she", "they") else []
    if segment and (place := _verbless(analysis, segment, report)):
        parted = "," if "," in text[segment.span.start:place] else ""
        whole = f"{parted} {told}, {_closed(text, report.marks, '.')}"
        because = "The quotation's sentence names who speaks and lacks the verb."
        yield _make(Span(place, clause.span.end), whole, finding, False, because, 0.7)
    reason = "The clause that names the speaker belongs to the quotation's sentence"
    for rank, (name, support, _) in enumerate(names):
        because = f"{reason}; the passage cited shows {name} as the likely speaker."
        yield _make(span, f"{quoted} {name} {told}.", finding, False, because, 0.6 * 0.85**rank, support)
    yield _make(span, f"{quoted} {pronoun} {told}.", finding, False, reason + ".", 0.52)


def _verbless(analysis: Analysis, segment: Segment, report: Report) -> int | None:
    """Where the verb belongs behind a speaker that has none before the quotation: "Mr. Ono, a farmer, “It is hard.”"; None elsewhere."""
    index = analysis.document.segment_index(segment.span.start) or 0
    head = [t for t in analysis.parses[index] if segment.span.start + t.idx < report.marks.start and not t.is_space]
    while head and head[-1].is_punct and head[-1].text != ")":
        head.pop()
    named = bool(head) and head[0].pos_ in ("DET", "PROPN", "NOUN", "ADJ") and any(t.pos_ in ("PROPN", "NOUN") for t in head)
    if not named or any(t.tag_ in FINITE and not any(a.dep_ == "relcl" for a in (t, *t.ancestors)) for t in head):
        return None
    return segment.span.start + head[-1].idx + len(head[-1])


def _loose_end(text: str, marks: Span) -> int:
    """How many characters before the closing mark give way: its spaces and one comma or full stop."""
    inner = text[marks.start + 1:marks.end - 1]
    kept = inner.rstrip()
    return len(inner) - len(kept) + (kept[-1:] in {",", ".", "。"})


def _closed(text: str, marks: Span, stop: str) -> str:
    """The quotation with its marks, ending in `stop` unless in an exclamation, question or ellipsis."""
    inner = text[marks.start + 1:marks.end - 1].strip()
    if inner.endswith((",", "。")) or (inner.endswith(".") and not inner.endswith("..")):
        inner = inner[:-1]
    if inner[-1:] not in "!?….":
        inner += stop
    return text[marks.start] + inner + text[marks.end - 1]


_LEADING = frozenset({"The", "A", "An", "His", "Her", "He", "She", "They"})
_AFTERWARDS = re.compile(r"\s*(?P<sign>[.,])?\s*(?P<word>\w+)?")


@rewriter("doubled-attribution")
def single_attribution(analysis: Analysis, findings: tuple[Finding, ...]) -> Iterator[Suggestion]:
    """Keep one of two attributions: the first if the second adds nothing, else the one that says more."""
    text = analysis.document.text
    for report, finding in _reported(analysis, findings):
        lead, trail = report.lead, report.trail
        if lead is None or trail is None or lead.who is None or trail.who is None or not doubled(text, report):
            continue
        after = _AFTERWARDS.match(text, trail.span.end)
        sign = after["sign"] if after else None
        repeated = "neutral" in trail.word.classes
        reason = "The speaker is already named before the quotation."
        if sign == ".":
            end = trail.span.end + 1
            same = repeated and lead.joint in (",", ":")
            whole = _closed(text, report.marks, ".")
            if not repeated and lead.word.base in _PLAIN:
                told = trail.verb.of(text) + text[lead.verb.end:report.marks.start] + whole
                yield _make(Span(lead.verb.start, end), told, finding, False, reason, 0.7)
            yield _make(Span(report.marks.start, end), whole, finding, same, reason, 0.85 if same else 0.5)
        elif sign == ",":
            yield _make(Span(report.marks.start, trail.span.end + 1), _closed(text, report.marks, ","), finding, False, reason, 0.7)
        elif not lead.rest and not text[lead.span.start:lead.who.start].strip() and 0 < len(lead.who.of(text).split()) <= 8:
            name = lead.who.of(text)
            name = name[0].lower() + name[1:] if name.split()[0] in _LEADING else name
            told = f"{_closed(text, report.marks, ',')} {name} {text[trail.who.end:trail.span.end].strip()}"
            reason = "One attribution is enough; the later one says more."
            yield _make(Span(lead.span.start, trail.span.end), told, finding, False, reason, 0.55)


def _make(span: Span, text: str, finding: Finding, safe: bool, reason: str, score: float, support: Span | None = None) -> Suggestion:
    name = "merged-attribution" if finding.rule.startswith("stranded") else "single-attribution"
    return Suggestion(span, text, name, (finding,), "safe" if safe else "unsafe", reason, score, support)
