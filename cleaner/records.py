"""What suggestions become: groups of segments, changes that go together, and the records of the result."""

from __future__ import annotations

import bisect
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from .core import Answer, Decision, Document, Finding, Proposal, Record, Span, Status, Suggestion, record_key

_AROUND = 800  # characters of its paragraph on either side that a record brings along


@dataclass(slots=True)
class Group:
    """Segments that suggestions tie together: one record of the result. Suggestions are best first."""

    span: Span
    suggestions: list[Suggestion]


def rank(s: Suggestion) -> tuple[bool, float, Span, str]:
    """Sort key: safe ones first, then the likeliest to be taken; ties by place and text, so that runs agree."""
    return (s.safety != "safe", -s.score, s.span, s.replacement)


def touched(document: Document, span: Span) -> Span:
    """The whole segments that a span touches; an empty span touches the segment it stands in or ends."""
    for segment in document.segments_in(span if len(span) else Span(max(0, span.start - 1), span.end + 1)):
        span = span.join(segment.span)
    return span


def group(document: Document, suggestions: Iterable[Suggestion]) -> list[Group]:
    """Suggestions by the segments they touch, in order of place; one that spans neighbours joins them."""
    groups: list[Group] = []
    for span, s in sorted(((touched(document, s.span), s) for s in suggestions), key=lambda x: (x[0], rank(x[1]))):
        if groups and groups[-1].span.overlaps(span):
            groups[-1].span = groups[-1].span.join(span)
            groups[-1].suggestions.append(s)
        else:
            groups.append(Group(span, [s]))
    for g in groups:
        g.suggestions.sort(key=rank)
    return groups


def choose(decisions: Iterable[Decision]) -> list[Decision]:
    """Accepted changes that do not overlap, best first."""
    chosen: list[Decision] = []
    ends: list[Span] = []
    for d in sorted((d for d in decisions if d.action == "accept"), key=lambda d: rank(d.suggestion)):
        at = bisect.bisect(ends, d.suggestion.span)
        if not any(collide(d.suggestion.span, other) for other in ends[max(0, at - 1):at + 1]):
            bisect.insort(ends, d.suggestion.span)
            chosen.append(d)
    return chosen


def collide(a: Span, b: Span) -> bool:
    """Whether two changes cannot both be made: they share a character, or start or end at the same place."""
    return a.overlaps(b) or a.start == b.start or a.end == b.end


def applied(span: Span, text: str, changes: Iterable[Suggestion]) -> str:
    """The text of `span` with changes inside it made; they must not overlap."""
    out = span.of(text)
    for s in sorted(changes, key=lambda s: s.span, reverse=True):
        out = out[:s.span.start - span.start] + s.replacement + out[s.span.end - span.start:]
    return out


def _around(document: Document, span: Span, before: str, after: str) -> tuple[str, str]:
    """The paragraph of a record before and after it, or its neighbours where the paragraph begins or ends with it."""
    blocks = [s.block.span for s in document.segments_in(span)] or [span]
    start, end = min(b.start for b in blocks), max(b.end for b in blocks)
    head = document.text[max(start, span.start - _AROUND):span.start].strip()
    tail = document.text[span.end:min(end, span.end + _AROUND)].strip()
    if span.start - start > _AROUND:
        head = "… " + head.partition(" ")[2]
    if end - span.end > _AROUND:
        tail = tail.rpartition(" ")[0] + " …"
    return head or before, tail or after


def record(
    document: Document, findings: Sequence[Finding], risks: Sequence[float], groups: Sequence[Group], decisions: Sequence[Decision],
    accepted: Sequence[Decision], answers: Mapping[str, Answer],
) -> tuple[Record, ...]:
    """The records of a document, in order; `risks` are its segments', and a record has its worst segment's.

    A person's answer stands while no rule fires that they have not seen.
    """
    spans = sorted([g.span for g in groups] + _untouched(document, groups))
    starts = [s.start for s in spans]

    def home(span: Span) -> int:
        return max(0, bisect.bisect_right(starts, span.start) - 1)

    here: list[list[Decision]] = [[] for _ in spans]
    for d in decisions:
        here[home(d.suggestion.span)].append(d)
    found: list[list[Finding]] = [[] for _ in spans]
    for f in findings:
        first = home(f.span)
        for i in range(first, len(spans)):
            if i > first and spans[i].start >= f.span.end:
                break
            found[i].append(f)
    worst = [0.0] * len(spans)
    for segment, risk in zip(document.segments, risks, strict=True):
        worst[home(segment.span)] = max(worst[home(segment.span)], risk)
    made = set(map(id, accepted))
    texts = [s.of(document.text) for s in spans]
    records = []
    for i, span in enumerate(spans):
        before, after = texts[i - 1] if i else "", texts[i + 1] if i + 1 < len(texts) else ""
        own = found[i]
        changes = [d for d in here[i] if id(d) in made]
        output = applied(span, document.text, [d.suggestion for d in changes])
        settled = {f for d in changes for f in d.suggestion.findings}
        rest = [f for f in own if f not in settled and not any(f.span.overlaps(d.suggestion.span) for d in changes)]
        status: Status = "review" if rest else "fixed" if output != texts[i] else "unchanged"
        key = record_key(texts[i], before, after)
        answer = answers.get(key)
        if answer and stands(answer, own):
            output = answer.text
            status = "fixed" if output != texts[i] else "unchanged"
        records.append(Record(
            span, texts[i], output, status, worst[i], key, tuple(own),
            _proposals(span, document.text, [d for d in here[i] if id(d) not in made], changes), *_around(document, span, before, after),
            frozenset(own) - frozenset(rest), source=" ".join(dict.fromkeys(s.source for s in document.segments_in(span) if s.source)),
        ))
    return tuple(records)


def stands(answer: Answer, findings: Iterable[Finding]) -> bool:
    """Whether a person's answer holds: no rule fires that they have not seen."""
    return {f.rule for f in findings} <= answer.rules


def _untouched(document: Document, groups: Sequence[Group]) -> list[Span]:
    held = [g.span for g in groups]
    starts = [s.start for s in held]
    free = []
    for segment in document.segments:
        at = bisect.bisect_right(starts, segment.span.start) - 1
        if at < 0 or not held[at].contains(segment.span):
            free.append(segment.span)
    return free


def _proposals(span: Span, text: str, pending: Sequence[Decision], made: Sequence[Decision]) -> tuple[Proposal, ...]:
    """Whole texts to choose from: all independent suggestions together first, then each alone; accepted changes are in every one."""
    kept = [d.suggestion for d in made]
    pending = sorted(pending, key=lambda d: (not _passed(d), *rank(d.suggestion)))
    together: list[Decision] = []
    for d in pending:
        if _passed(d) and not any(collide(d.suggestion.span, s.span) for s in [*kept, *(t.suggestion for t in together)]):
            together.append(d)
    choices = [together] if len(together) > 1 else []
    choices += [[d] for d in pending]
    found: dict[str, Proposal] = {}
    for choice in choices:
        ours = [d.suggestion for d in choice]
        whole = applied(span, text, ours + [k for k in kept if not any(collide(k.span, o.span) for o in ours)])
        found.setdefault(whole, Proposal(
            whole, "+".join(dict.fromkeys(s.rewriter for s in ours)), "safe" if all(s.safety == "safe" for s in ours) else "unsafe",
            min(s.score for s in ours), " ".join(dict.fromkeys(s.reason for s in ours)),
            tuple(dict.fromkeys(v for d in choice for v in d.verdicts)),
        ))
    return tuple(found.values())


def _passed(decision: Decision) -> bool:
    return all(v.passed for v in decision.verdicts)


def rewritten(text: str, records: Iterable[Record]) -> str:
    """The text with every record's output in its place."""
    out, at = [], 0
    for r in records:
        if r.output != r.original:
            out += [text[at:r.span.start], r.output]
            at = r.span.end
    return "".join(out) + text[at:]
