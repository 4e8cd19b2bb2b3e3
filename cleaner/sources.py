"""The text that a document was translated from, put beside its segments: paragraph by paragraph, by their order.

Both texts must have the same paragraphs (parted by blank lines), or else the same lines; sentences are not matched, so that all of a
paragraph have the paragraph's source. What is compared to it (`detectors/source.py`) is compared to all of it.
"""

from __future__ import annotations

import bisect
from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby

from .core import CleanerError, Document, Segment, Span
from .segment import runs


def paired(document: Document, source: str, name: str) -> Document:
    """The document with the source beside each segment. Raises CleanerError, naming the source `name`, where they do not correspond."""
    ours, theirs = runs(document.text), runs(source)
    places, texts = _paragraphs(ours), _paragraphs(theirs)
    if len(places) != len(texts):
        places, texts = [line for run in ours for line in run], [line for run in theirs for line in run]
    if len(places) != len(texts):
        counts = f"paragraphs {len(theirs)} and {len(ours)}, lines {len(texts)} and {len(places)}"
        raise CleanerError(
            f"{name}: does not correspond to {document.name} ({counts}); "
            "a source has the same paragraphs, parted by blank lines, or the same lines"
        )
    return _beside(document, places, [" ".join(span.of(source).split()) for span in texts])


def carried(before: Document, after: Document) -> Document:
    """`after`, which is `before` with some words changed, with its sources; without, where a change joined or parted blocks."""
    if not any(s.source for s in before.segments) or len(before.blocks) != len(after.blocks):
        return after
    known = {s.block: s.source or "" for s in before.segments}
    return _beside(after, [b.span for b in after.blocks], [known.get(b, "") for b in before.blocks])


def passages(document: Document) -> list[tuple[str, list[Segment]]]:
    """The sources of a document, each with the segments that it became; segments without a source are left out."""
    return [(source, list(own)) for source, own in groupby(document.segments, lambda s: s.source or "") if source]


def _paragraphs(lines: Sequence[Sequence[Span]]) -> list[Span]:
    return [Span(run[0].start, run[-1].end) for run in lines]


def _beside(document: Document, places: Sequence[Span], sources: Sequence[str]) -> Document:
    starts = [p.start for p in places]

    def source(segment: Segment) -> str | None:
        at = bisect.bisect_right(starts, segment.span.start) - 1
        return sources[max(0, at)] or None

    return replace(document, segments=tuple(replace(s, source=source(s)) for s in document.segments))
