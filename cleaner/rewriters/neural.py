"""What a rewrite model makes of flagged segments, as suggestions for the smallest changed places.

The model comes from `backends` and is the pipeline's; this module says what it is asked and what its answers change.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from itertools import pairwise

from ..analysis import Analysis
from ..backends import Backend, Candidate, Guarded, Request
from ..core import Finding, Segment, Span, Suggestion

BEFORE, AFTER = 1500, 500  # characters of the document that a request brings along
_TOKEN = re.compile(r"\w+(?:[’'.-]\w+)*|[^\w\s]")
_ALIKE = str.maketrans("‘’“”–—", "''\"\"--")
_APART = 3  # unchanged words between two edits that are edits of their own
_TELLING = 4  # letters of a word that, taken out here and put in there, has moved
_MOST = 6  # suggestions a segment
_SHARE = 0.25  # scores of models are no chances; scores of rules are, and start here
_REASON = "The rewrite model reads the sentence like this."


@dataclass(frozen=True, slots=True)
class _Line:
    """A segment as the model reads it: `places` has the document's offset of each character of `text`."""

    segment: Segment
    text: str
    places: tuple[int, ...]
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class _Token:
    key: str
    span: Span


@dataclass(frozen=True, slots=True)
class Edit:
    """A change of a line: `span` in characters of the line; `out` and `put` are the telling words it removes and adds."""

    span: Span
    replacement: str
    out: frozenset[str] = frozenset()
    put: frozenset[str] = frozenset()


def suggestions(analysis: Analysis, findings: Sequence[Finding], model: Guarded) -> Iterator[Suggestion]:
    """Ask the model about all flagged segments of a document in one batch."""
    lines = list(_lines(analysis, findings, every=model.settings.every_segment))
    proposed = model.propose([_request(analysis, line) for line in lines])
    if model.backend is None:
        return
    for line, candidates in zip(lines, proposed, strict=True):
        yield from _of_line(analysis.document.text, line, candidates, model.backend)


def _lines(analysis: Analysis, findings: Sequence[Finding], *, every: bool) -> Iterator[_Line]:
    """The segments to ask about: flagged, and neither code nor wholly somebody's own words."""
    document = analysis.document
    for segment, text, own in zip(document.segments, analysis.texts, document.by_segment(findings), strict=True):
        said = [f for f in own if not document.is_quoted(f.span)]
        if segment.block.kind == "code" or not (said or every) or document.is_quoted(segment.span):
            continue
        kept = [i for i, c in enumerate(text) if c != " " or (i and text[i - 1] != " ")]
        while kept and text[kept[-1]] == " ":
            kept.pop()
        yield _Line(segment, "".join(text[i] for i in kept), tuple(segment.span.start + i for i in kept), tuple(said))


def _request(analysis: Analysis, line: _Line) -> Request:
    plain, here = analysis.document.plain, line.segment.span
    before = " ".join(plain[max(0, here.start - BEFORE):here.start].split())
    after = " ".join(plain[here.end:here.end + AFTER].split())
    findings = tuple(replace(f, span=_within(line, f.span), replacements=()) for f in line.findings)
    return Request(line.text, before, after, findings, line.segment.source or "")


def _within(line: _Line, span: Span) -> Span:
    """A span of the document in characters of the line."""
    inside = [i for i, place in enumerate(line.places) if span.start <= place < span.end]
    return Span(inside[0], inside[-1] + 1) if inside else Span(0, 0)


def _of_line(text: str, line: _Line, candidates: Sequence[Candidate], backend: Backend) -> Iterator[Suggestion]:
    """For each candidate all its edits as one suggestion, and each alone where they are far apart."""
    made: dict[tuple[Span, str], Suggestion] = {}
    for candidate in candidates:
        parts = [_suggestion(line, edit, candidate, backend) for edit in edits(line.text, candidate.text)]
        whole = [_joined(text, parts)] if len(parts) > 1 else []
        for s in (*whole, *parts):
            made.setdefault((s.span, s.replacement), s)
    yield from list(made.values())[:_MOST]


def _suggestion(line: _Line, edit: Edit, candidate: Candidate, backend: Backend) -> Suggestion:
    """An edit in the document's own offsets, for the findings that it touches: it settles no others."""
    span = Span(line.places[edit.span.start], line.places[edit.span.end - 1] + 1)
    answered = tuple(f for f in line.findings if f.span.overlaps(span))
    return Suggestion(
        span, edit.replacement, f"neural:{backend.signature}", answered, "unsafe", _REASON, candidate.score * _SHARE,
    )


def _joined(text: str, parts: Sequence[Suggestion]) -> Suggestion:
    """All edits of a candidate as one, the document's text between them as it is."""
    out = parts[0].replacement
    for before, after in pairwise(parts):
        out += text[before.span.end:after.span.start] + after.replacement
    span = Span(parts[0].span.start, parts[-1].span.end)
    return replace(parts[0], span=span, replacement=out, findings=tuple(dict.fromkeys(f for s in parts for f in s.findings)))


def edits(old: str, new: str) -> list[Edit]:
    """The smallest changes that make `new` of `old`, in order; those that are close, or that move a word, are one.

    Only white space, or the shape of marks and dashes, is no change. None is empty: what is only put in takes a word next to it along.

    >>> edits("He go to school by the train.", "He goes to school by train.")
    [Edit(span=Span(start=3, end=5), replacement='goes', out=frozenset(), put=frozenset({'goes'})), \
Edit(span=Span(start=19, end=23), replacement='', out=frozenset(), put=frozenset())]
    """
    a, b = _tokens(old), _tokens(new)
    matcher = SequenceMatcher(None, [t.key for t in a], [t.key for t in b], autojunk=False)
    blocks = [[i, j, k, m] for tag, i, j, k, m in matcher.get_opcodes() if tag != "equal"]
    joined: list[list[int]] = []
    for block in blocks:
        if joined and block[0] - joined[-1][1] < _APART:
            joined[-1][1], joined[-1][3] = block[1], block[3]
        else:
            joined.append(block)
    while (moved := _moved(a, b, joined)) is not None:
        i, j = moved
        joined[i:j + 1] = [[joined[i][0], joined[j][1], joined[i][2], joined[j][3]]]
    return [_edit(old, new, a, b, *block) for block in joined]


def _tokens(text: str) -> list[_Token]:
    return [_Token(m.group().translate(_ALIKE), Span(*m.span())) for m in _TOKEN.finditer(text)]


def _telling(tokens: Sequence[_Token]) -> frozenset[str]:
    return frozenset(t.key.lower() for t in tokens if len(t.key) >= _TELLING and t.key.isalpha())


def _moved(a: Sequence[_Token], b: Sequence[_Token], blocks: Sequence[Sequence[int]]) -> tuple[int, int] | None:
    """Two edits of which one takes out a telling word that the other puts in."""
    words = [(_telling(a[i:j]), _telling(b[k:m])) for i, j, k, m in blocks]
    for x, (out_x, put_x) in enumerate(words):
        for y in range(len(words) - 1, x, -1):
            out_y, put_y = words[y]
            if (out_x - put_x) & (put_y - out_y) or (put_x - out_x) & (out_y - put_y):
                return x, y
    return None


def _edit(old: str, new: str, a: Sequence[_Token], b: Sequence[_Token], i: int, j: int, k: int, m: int) -> Edit:
    """One change: from the end of the token before it to the start of the one after it, then without the spaces that stay."""
    start, stop = (a[i - 1].span.end if i else 0), (a[j].span.start if j < len(a) else len(old))
    start_new, stop_new = (b[k - 1].span.end if k else 0), (b[m].span.start if m < len(b) else len(new))
    gone, came = old[start:stop], new[start_new:stop_new]
    while gone[:1].isspace() and came[:1].isspace():
        gone, came, start = gone[1:], came[1:], start + 1
    while gone[-1:].isspace() and came[-1:].isspace():
        gone, came, stop = gone[:-1], came[:-1], stop - 1
    if not gone and j < len(a):
        came, stop = came + a[j].span.of(old), a[j].span.end
    elif not gone and i:
        came, start = a[i - 1].span.of(old) + came, a[i - 1].span.start
    return Edit(Span(start, stop), came, _telling(a[i:j]), _telling(b[k:m]))
