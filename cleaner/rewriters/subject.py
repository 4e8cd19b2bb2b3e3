"""Puts the subject that the document names where an engine invented one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..analysis import Analysis
from ..core import Finding, Span, Suggestion
from ..language.actors import Candidate, candidates
from ..language.agreement import Edit, agreeing, case, form
from ..language.attributions import is_cut_off, reports
from ..language.narrator import Voice, Who, signs
from ..language.origin import unshown
from ..registry import rewriter

if TYPE_CHECKING:
    from spacy.tokens import Token

_MOST = 5  # suggestions for a sentence
_AT_HAND = 4  # segments back to the actor's last mention: up to here editors wrote a pronoun
_LEADING = 3  # mentions that make an actor one whom readers keep in mind
_LIKELY = {
    "I": {"person": 1.0, "organisation": 0.2, "group": 0.1, "thing": -2.5},
    "we": {"person": -1.0, "organisation": 1.0, "group": 0.4, "thing": -1.8},
    "you": {"person": 0.0, "organisation": 0.0, "group": 0.5, "thing": 0.2},
}


@dataclass(frozen=True, slots=True)
class _Option:
    """A way to name a subject: a pronoun, or an actor's own name. `actor` is who is meant."""

    text: str
    pronoun: str
    named: bool
    score: float
    candidate: Candidate | None


@rewriter("invented-i", "invented-we", "invented-you")
def subject_from_document(analysis: Analysis, findings: tuple[Finding, ...]) -> Iterator[Suggestion]:
    """Replace an invented "I", "we" or "you" by those who act in the document, the likeliest first; verbs and possessives follow."""
    if unshown(analysis):
        return
    groups: dict[tuple[int, Who], list[Finding]] = defaultdict(list)
    found: dict[tuple[int, Who], tuple[Voice, ...]] = {}
    for f in findings:
        index = analysis.document.segment_index(f.span.start)
        if index is None:
            continue
        voices = signs(analysis)[index].voices
        who = next((v.who for v in voices if v.span == f.span), None)
        if who:
            groups[index, who].append(f)
            found[index, who] = tuple(v for v in voices if v.who == who)
    for (index, who), own in groups.items():
        yield from _suggest(analysis, index, found[index, who], tuple(own))


def _suggest(analysis: Analysis, index: int, voices: tuple[Voice, ...], findings: tuple[Finding, ...]) -> Iterator[Suggestion]:
    segment = analysis.document.segments[index]
    around = analysis.document.segments[max(0, index - 1):index] + analysis.document.segments[index + 1:index + 2]
    if any(s.target == segment.target for s in around):
        return  # an engine that loops: nobody's name mends it
    text = analysis.document.text
    if any(r.stranded and is_cut_off(text, r) and all(r.stranded.span.contains(v.span) for v in voices) for r in reports(analysis)):
        return  # the clause is part of the quotation's sentence, which names its speaker
    first = next((v for v in voices if v.subject), None)
    seen: set[str] = set()
    for option in _options(analysis, index, voices):
        edits = sorted(_edits(voices, option), key=lambda e: e.token.i)
        span = Span(analysis.span(edits[0].token, segment).start, analysis.span(edits[-1].token, segment).end)
        new = _applied(text, span, [(analysis.span(e.token, segment), e.text) for e in edits])
        if new in seen:
            continue
        seen.add(new)
        if len(seen) > _MOST:
            return
        support = option.candidate.support if option.candidate else None
        said = f"“{(first or voices[0]).token.text}” is nobody in this text; "
        if option.candidate is None:
            reason = said + "a pronoun leaves open who is meant."
        else:
            quoted = _brief(option.candidate.support.of(text))
            reason = f"{said}the text points to {option.candidate.actor.text}: “{quoted}”"
        yield Suggestion(span, new, "subject-from-document", findings, "unsafe", reason, round(option.score, 3), support)


def _options(analysis: Analysis, index: int, voices: tuple[Voice, ...]) -> list[_Option]:
    """Subjects in the order that editors took them: a pronoun when its antecedent is at hand, the name when it is not, then the others."""
    who = voices[0].who
    segment = analysis.document.segments[index]
    verb = next((v.token.head for v in voices if v.subject), None)
    near = [c for c in candidates(analysis, segment, verb) if not any(m.span.contains(v.span) for m in c.actor.mentions for v in voices)]
    ranked = sorted(near, key=lambda c: -(c.score + _LIKELY[who][c.actor.kind]))
    spouse = _spouse(voices)
    if spouse:
        fitting = [c for c in ranked if c.actor.pronoun == spouse]
        named = [_Option(c.text, spouse, True, 0.4, c) for c in fitting[:2]]
        return [_Option(spouse, spouse, False, 0.6, fitting[0] if fitting else None), *named, _Option("they", "they", False, 0.22, None)]
    found: list[_Option] = []
    spoken_of = any(v.who == who for s in signs(analysis)[max(0, index - _AT_HAND):index] for v in s.voices)
    for rank, c in enumerate(ranked[:3]):
        worth = 0.6 * 0.8**rank
        at_hand = c.distance <= _AT_HAND or len(c.actor.mentions) >= _LEADING or (spoken_of and not rank)
        name = _Option(c.text, c.actor.pronoun, True, worth * (0.9 if at_hand else 1.0), c)
        pronoun = _Option(c.actor.pronoun, c.actor.pronoun, False, worth * (1.0 if at_hand else 0.85), c)
        found += [name, pronoun]
    people = any(c.actor.kind == "person" for c in ranked[:3])
    for p, worth in (("he", 0.22 if people else 0.45), ("they", 0.2)) if who == "I" else (("they", 0.22), ("it", 0.2)):
        if not any(not o.named and o.pronoun == p for o in found):
            found.append(_Option(p, p, False, worth, None))
    return sorted(found, key=lambda o: -o.score)


def _spouse(voices: Sequence[Voice]) -> str | None:
    """The pronoun for the owner of "my husband" or "my wife"."""
    owned = {v.token.head.lower_ for v in voices if case(v.token) == "possessive"}
    return "she" if "husband" in owned else "he" if "wife" in owned else None


def _edits(voices: Sequence[Voice], option: _Option) -> Iterator[Edit]:
    """The new text of every token that changes: the first voice takes the name, later ones the pronoun."""
    plural = option.pronoun == "they"
    for rank, voice in enumerate(voices):
        token, wanted = voice.token, case(voice.token)
        named = option.named and rank == 0 and wanted != "reflexive"
        text = form(option.pronoun, wanted)
        if named:
            text = option.text
            if wanted in ("possessive", "absolute"):
                text += "'" if text.endswith("s") and plural else "'s"
        if _opens(token):
            text = text[0].upper() + text[1:]
        yield Edit(token, text)
        if wanted == "subject":
            yield from agreeing(token, plural=plural, spelled=named)


def _opens(token: Token) -> bool:
    """True for the first word of a sentence, and for one that opens it after a quotation or a mark."""
    return token.i == 0 or (token.text[0].isupper() and token.text != "I") or not any(t.is_alpha for t in token.doc[:token.i]) or (
        token.doc[token.i - 1].text in ('"', "”") and token.i > 1 and token.doc[token.i - 2].text in (".", "!", "?")
    )


def _applied(text: str, span: Span, edits: Sequence[tuple[Span, str]]) -> str:
    out, at = [], span.start
    for place, new in edits:
        out += [text[at:place.start], new]
        at = place.end
    return "".join(out) + text[at:span.end]


def _brief(text: str, most: int = 110) -> str:
    text = " ".join(text.split())
    return text if len(text) <= most else text[:most].rsplit(" ", 1)[0] + " …"


