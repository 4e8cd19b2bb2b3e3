"""A document's paragraphs as stretches of text that changes keep or replace, for side-by-side and tracked-changes pages."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from ..core import BlockKind, Document, Span

_LINE_END = re.compile(r"[\r\n]")

#: What stands between the blocks of a format, such as a table's rule or front matter, is markup.
Kind = BlockKind | Literal["markup"]


@dataclass(frozen=True, slots=True)
class Change:
    """What stands in place of a span; it may be what stood there, where the place is only to be marked."""

    span: Span
    text: str


@dataclass(frozen=True, slots=True)
class Stretch:
    """Part of a paragraph, before and after; `at` is the number of the change that makes the difference, None outside changes."""

    old: str
    new: str
    at: int | None = None


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Whole lines that belong together."""

    kind: Kind
    stretches: tuple[Stretch, ...]


def paragraphs(document: Document, changes: Sequence[Change]) -> Iterator[Paragraph]:
    """The paragraphs of a document that hold more than space, in order. Changes must be in order and must not overlap.

    A change that reaches over several blocks makes them one paragraph. Line ends around a paragraph are left out.
    """
    at = 0
    for kind, region in _regions(document, changes):
        stretches = []
        place = region.start
        while at < len(changes) and changes[at].span.start < region.end:
            change = changes[at]
            if change.span.start > place:
                same = document.text[place:change.span.start]
                stretches.append(Stretch(same, same))
            stretches.append(Stretch(change.span.of(document.text), change.text, at))
            place = change.span.end
            at += 1
        if place < region.end:
            rest = document.text[place:region.end]
            stretches.append(Stretch(rest, rest))
        yield Paragraph(kind, tuple(stretches))


def _regions(document: Document, changes: Sequence[Change]) -> list[tuple[Kind, Span]]:
    """The blocks, widened to whole lines, joined where they share a line or a change; and the lines between them that hold something."""
    text = document.text
    kinds: list[tuple[Kind, Span]] = [(b.kind, b.span) for b in document.blocks]
    found: list[tuple[Kind, Span]] = []
    for kind, span in sorted([*kinds, *(("paragraph", c.span) for c in changes)], key=lambda each: (each[1].start, -each[1].end)):
        line = _lines(text, span)
        if found and line.start < found[-1][1].end:
            found[-1] = (found[-1][0], found[-1][1].join(line))
        else:
            found.append((kind, line))
    whole: list[tuple[Kind, Span]] = []
    at = 0
    for kind, span in [*found, ("markup", Span(len(text), len(text)))]:
        between = text[at:span.start]
        if between.strip():
            start = at + len(between) - len(between.lstrip())
            whole.append(("markup", Span(start, at + len(between.rstrip()))))
        whole.append((kind, span))
        at = span.end
    return whole[:-1]


def _lines(text: str, span: Span) -> Span:
    """A span widened to its lines, without the end of the last; an empty line that something is put into has its own end."""
    start = max(text.rfind("\n", 0, span.start), text.rfind("\r", 0, span.start)) + 1
    end = _LINE_END.search(text, max(start, span.end - 1) if span.end and text[span.end - 1] in "\r\n" else span.end)
    stop = max(start, end.start() if end else len(text))
    return Span(start, stop if stop > start else max(start, span.end))
