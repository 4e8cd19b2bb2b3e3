"""Fragments joined to what they were cut from."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ..analysis import Analysis
from ..core import Finding, Segment, Span, Suggestion
from ..language.actors import candidates
from ..language.clauses import event_verb, is_plural, lone_noun
from ..registry import rewriter

if TYPE_CHECKING:
    from spacy.tokens import Token

_DONE = re.compile(r"\bdone\b|\bcarried out\b")
_NAMES = 3
_JOINING = frozenset({"because", "although", "though", "while", "whereas", "unless"})


@rewriter("orphan-verb")
def joined_verb(analysis: Analysis, findings: tuple[Finding, ...]) -> Iterator[Suggestion]:
    """Give an orphan verb back to the sentence before, when that one has no verb of its own, in the voice and number its subject asks for.

    "done" becomes what English does with such an event (`data/light_verbs.toml`): drills are conducted, meetings held.
    """
    document = analysis.document
    for finding in findings:
        start = finding.span.start
        segment = next((s for s in reversed(document.segments) if s.span.start < start), None)
        if segment is None:
            continue
        end = min(start, segment.span.end)
        head = lone_noun(analysis.parses[document.segments.index(segment)])
        if head is None:
            continue
        words = re.sub(r"^(?:It|They)\s+", "", finding.span.of(document.text).rstrip("."))
        words = words[0].lower() + words[1:]
        if not re.match(r"(?:is|are|was|were|will|has|have|had|did|becom|became)", words):
            words = "was " + words
        words = _DONE.sub(event_verb(_singular(head)) or "carried out", words)
        if is_plural(head):
            words = re.sub(r"^(is|was|has)\b", lambda m: {"is": "are", "was": "were", "has": "have"}[m[1]], words)
        stop = end
        while stop > segment.span.start and document.text[stop - 1] in " .\n。":
            stop -= 1
        span = Span(stop, finding.span.end)
        yield Suggestion(
            span, f" {words}.", "joined-verb", (finding,), "unsafe", "The verb belongs to the sentence before, which has none.", 0.7,
        )


def _singular(noun: Token) -> str:
    lemma = noun.lemma_.lower()
    return lemma[:-1] if event_verb(lemma) is None and lemma.endswith("s") else lemma


@rewriter("subjectless-report")
def named_reporter(analysis: Analysis, findings: tuple[Finding, ...]) -> Iterator[Suggestion]:
    """Name who reported: the document's likeliest speakers first, then a pronoun for the likeliest."""
    document = analysis.document
    for finding in findings:
        segment: Segment | None = next(document.segments_in(finding.span), None)
        if segment is None:
            continue
        verb = finding.span.of(document.text)
        ranked = candidates(analysis, segment, person=True)[:_NAMES]
        for rank, c in enumerate(ranked):
            told = f"{c.text[0].upper()}{c.text[1:]} {verb.lower()}"
            reason = f"The passage cited shows {c.text} as the likely subject."
            yield Suggestion(finding.span, told, "named-reporter", (finding,), "unsafe", reason, 0.6 * 0.85**rank, c.support)
        if ranked:
            told = f"{ranked[0].actor.pronoun.capitalize()} {verb.lower()}"
            yield Suggestion(finding.span, told, "named-reporter", (finding,), "unsafe", "The subject is the one spoken of before.", 0.5)


@rewriter("lone-subordinate")
def joined_clause(analysis: Analysis, findings: tuple[Finding, ...]) -> Iterator[Suggestion]:
    """Join a lone "because", "although" or "while" clause to the sentence before it."""
    document = analysis.document
    for finding in findings:
        index = document.segment_index(finding.span.start)
        if not index:
            continue
        before, here = document.segments[index - 1], document.segments[index]
        word = here.target.split()[0].lower()
        if before.block != here.block or not before.target.endswith(".") or word not in _JOINING:
            continue
        gap = Span(before.span.end - 1, here.span.start + 1)
        comma = "" if word in ("because", "unless") else ","
        reason = "The clause depends on the sentence before."
        yield Suggestion(gap, f"{comma} {here.target[0].lower()}", "joined-clause", (finding,), "unsafe", reason, 0.55)
