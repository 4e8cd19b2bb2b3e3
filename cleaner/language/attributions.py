"""The clauses beside each quotation that say who speaks, as written: before it, after it, or stranded behind it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..core import Span
from .quotemarks import read, reopens, visible
from .reporting import BE, ReportingVerb, by_form, pattern, verbs

if TYPE_CHECKING:
    from ..analysis import Analysis

_ANY = pattern("neutral", "emphatic", "ask", "manner", "object", "loose")
_VERB = re.compile(rf"\b{_ANY}\b")
_LEAD = re.compile(
    rf"(?P<verb>\b{_ANY}\b)(?P<rest>(?:\s+(?:in|at|on|during|to|after|before|with|via|through|about|of|from|for|by|as|earlier|later|yesterday|today)\b"
    rf"[^\"“”;:]*?)?)(?P<joint>,?\s*that|[,:])?\s*$",
)
_FUNCTION = (
    r"(?:that|how|why|what|whether|if|to|he|she|they|it|I|we|who|is|are|was|were|be|been|has|have|had|will|would|can|could|may|must|and)\b"
)
_NOUN = rf"(?!{_FUNCTION})[\w'’.&-]+"
#: "told" with its hearer: a pronoun, or a few words in which no clause begins.
_HEARER = re.compile(
    rf"(?P<verb>\b{pattern('hearer')}\b)(?P<rest>\s+(?:(?:him|her|them|me|us)\b|{_NOUN}(?:\s+{_NOUN}){{0,6}})"
    rf"(?:\s+(?:in|at|on|during|after|before|by)\b[^\"“”;:]*?)?)(?P<joint>[,:])\s*$",
)
_ADVERB = r"(?:(?:also|then|again|further|later|\w+ly)\s+)?"
_TRAIL = re.compile(rf"\s*(?P<who>he|she|they|I|we)\s+{_ADVERB}(?P<verb>{_ANY})\b", re.IGNORECASE)
#: 話していた put literally: "I was talking."
_PROGRESSIVE = {v.participle: v for v in verbs().values() if v.speaks or v.classes & {"speaker", "loose"}}
_DOING = rf"(?:{'|'.join(BE)})\s+{_ADVERB}(?P<doing>{'|'.join(sorted(map(re.escape, _PROGRESSIVE), key=len, reverse=True))})"
_STRANDED = re.compile(
    rf"\s*(?:(?P<who>I|we|you|it|they|he|she)\s+)?{_ADVERB}(?P<verb>{_ANY}|{_DOING})\s*[.。](?=\s|$)", re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Clause:
    """A reporting clause. `who` is its subject's place (None when it has none); `rest` what follows the verb before the quotation.

    `hearer` says that `rest` begins with those who were told, `going` that the verb is in the progressive.
    """

    span: Span
    who: Span | None
    verb: Span
    word: ReportingVerb
    rest: str = ""
    joint: str = ""
    hearer: bool = False
    going: bool = False


@dataclass(frozen=True, slots=True)
class Report:
    """An outermost quotation (`marks`: from its opening to behind its closing mark) with the clauses around it.

    `lead` introduces it; `trail` follows it in the same sentence; `stranded` is a sentence of its own that holds only a reporting verb
    and perhaps a pronoun. `last` is the last character inside that is no space.
    """

    marks: Span
    last: str
    lead: Clause | None
    trail: Clause | None
    stranded: Clause | None


def reports(analysis: Analysis) -> tuple[Report, ...]:
    """Every closed quotation of the document in order."""
    return analysis.once(_reports)


def _reports(analysis: Analysis) -> tuple[Report, ...]:
    document = analysis.document
    text = visible(document)
    found = []
    for reading in read(document):
        again = [m.at for m in reading.marks if m.role == "surplus" and reopens(text, m.at)]
        outer = sorted((max([o.at, *(a for a in again if a < c.at)]), c.at) for o, c in reading.pairs() if o.depth == 1)
        for i, (opener, closer) in enumerate(outer):
            index = document.segment_index(opener)
            begin = document.segments[index].span.start if index is not None else reading.span.start
            begin = max(begin, outer[i - 1][1] + 1 if i else begin)
            limit = outer[i + 1][0] if i + 1 < len(outer) else reading.span.end
            inner = text[opener + 1:closer].rstrip()
            if not inner:
                continue
            lead, trail = _lead(text, begin, opener), _trail(text, closer + 1, limit)
            stranded = _stranded(text, closer + 1, limit, reading.span.end)
            found.append(Report(Span(opener, closer + 1), inner[-1], lead, trail, stranded))
    return tuple(found)


def _word(form: str) -> ReportingVerb:
    return by_form()[form.lower()]


def _lead(text: str, begin: int, opener: int) -> Clause | None:
    told = list(_VERB.finditer(text, begin, opener))
    if not told:
        return None
    plain = _LEAD.match(text, told[-1].start(), opener)
    found = plain or _HEARER.match(text, told[-1].start(), opener)
    if not found or found.end() != opener:
        return None
    subject = text[begin:found.start()]
    lead = len(subject) - len(subject.lstrip(" ,;\n"))
    who = Span(begin + lead, begin + len(subject.rstrip())) if subject.strip(" ,;\n") else None
    verb = Span(found.start("verb"), found.end("verb"))
    return Clause(Span(begin + lead, opener), who, verb, _word(found["verb"]), found["rest"], (found["joint"] or "").strip(), not plain)


def _trail(text: str, start: int, limit: int) -> Clause | None:
    m = _TRAIL.match(text, start, limit)
    if not m or (m["who"][0].isupper() and m["who"] != "I"):
        return None
    return Clause(Span(start, m.end()), Span(m.start("who"), m.end("who")), Span(m.start("verb"), m.end("verb")), _word(m["verb"]))


def _stranded(text: str, start: int, limit: int, end: int) -> Clause | None:
    after = re.compile(r"\s*").match(text, start)
    if limit < end and after and after.end() >= limit:
        return None
    m = _STRANDED.match(text, start, max(limit, min(len(text), start + 60)) if limit >= end else limit)
    if not m or text[start:m.end()].count("\n") > 2:
        return None
    who = Span(m.start("who"), m.end("who")) if m["who"] else None
    word = _PROGRESSIVE[m["doing"].lower()] if m["doing"] else _word(m["verb"])
    return Clause(Span(start, m.end()), who, Span(m.start("verb"), m.end("verb")), word, going=bool(m["doing"]))


_STATED = re.compile(r"\s*(?:it|that|so|this|these|those|to be)\b")


def doubled(text: str, report: Report) -> bool:
    """Whether the clauses before and after a quotation both attribute it."""
    lead, trail = report.lead, report.trail
    if lead is None or trail is None or lead.who is None or trail.who is None or not (lead.word.speaks and trail.word.speaks):
        return False
    if trail.who.of(text).lower() in ("i", "we") or _STATED.match(text, trail.span.end):
        return False
    return lead.joint in (",", ":", "")


def is_cut_off(text: str, report: Report) -> float:
    """The chance that the sentence behind a quotation that holds only a reporting verb belongs to the quotation; 0 where it need not."""
    clause = report.stranded
    if clause is None:
        return 0.0
    who = clause.who.of(text) if clause.who else ""
    comma = report.last == "," or text[report.marks.end:report.marks.end + 1] == ","
    if clause.going and who.lower() in ("he", "she", "they"):  # “Come in.” He was joking.
        return 0.6 if report.lead and report.lead.who and clause.word.speech == "say" and not comma else 0.0
    if clause.going and report.last not in ".!?,。":  # “Titanic” was showing.
        return 0.0
    if not who:
        return 0.85
    if who.lower() in ("he", "she", "they"):
        return 0.0 if comma or report.last in "?!" or who[0].islower() or not clause.word.speaks else 0.7
    if report.lead is not None and report.lead.who is not None and report.lead.who.of(text).lower() not in ("i", "we"):
        return 0.9
    return 0.0 if comma or report.last in "?!" else 0.85
