"""The text that a document was translated from, put beside its segments: paragraph by paragraph, by their order.

Both texts must have the same paragraphs (parted by blank lines), or else the same lines; all sentences of a paragraph have the
paragraph's source. What is compared to it by rules (`detectors/source.py`) is compared to all of it; the quality model reads sentences
beside the sentences that their lengths say they are of.
"""

from __future__ import annotations

import bisect
import math
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import accumulate, groupby

from .core import CleanerError, Document, Segment, Span
from .language import japanese
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


#: How often so many sentences of the source become so many of the text: Gale and Church (1993, table 5), without those that are left out
#: or added, for each segment is to have a source; three to one is for sentences that a quotation parts.
_MATCHES = {(1, 1): 0.89, (1, 2): 0.0445, (2, 1): 0.0445, (2, 2): 0.011, (3, 1): 0.005, (1, 3): 0.005}
_VARIANCE = 6.8  # of a character's length in the other language (the same)
_BAND = 40  # sentences by which one side of a passage may run ahead of the other: a page in one paragraph takes no minute


def aligned(source: str, segments: Sequence[Segment]) -> list[tuple[str, list[Segment]]]:
    """A passage of the source and the segments that it became, parted into the smallest groups of sentences that belong together, by
    their lengths in characters (Gale and Church 1993); whole where no way of parting fits.
    """
    theirs = _sentences(source)
    lengths, own = [len(t.strip()) for t in theirs], [len(s.span) for s in segments]
    scale = sum(own) / max(1, sum(lengths))  # Japanese needs half the characters of English
    sums, ours = [0, *accumulate(lengths)], [0, *accumulate(own)]
    best: dict[tuple[int, int], tuple[float, tuple[int, int]]] = {(0, 0): (0.0, (0, 0))}
    for i in range(len(theirs) + 1):
        near = round(i * len(segments) / max(1, len(theirs)))
        for j in range(max(0, near - _BAND), min(len(segments), near + _BAND) + 1):
            ways = [
                (best[i - a, j - b][0] + _cost(scale * (sums[i] - sums[i - a]), ours[j] - ours[j - b], share), (a, b))
                for (a, b), share in _MATCHES.items() if (i - a, j - b) in best
            ]
            if ways:
                best[i, j] = min(ways)
    at = (len(theirs), len(segments))
    if at not in best:
        return [(source, list(segments))]
    found = []
    while at != (0, 0):
        (i, j), (a, b) = at, best[at][1]
        found.append(("".join(theirs[i - a:i]).strip(), list(segments[j - b:j])))
        at = (i - a, j - b)
    return found[::-1]


def _cost(expected: float, length: int, share: float) -> float:
    """Minus the logarithm of the chance that a passage of so many characters becomes one of `length`."""
    off = abs(length - expected) / math.sqrt(_VARIANCE * max(1.0, (length + expected) / 2))
    return -math.log(share) - math.log(max(1e-12, math.erfc(off / math.sqrt(2))))


@lru_cache(maxsize=1024)
def _sentences(source: str) -> list[str]:
    import sentencex

    language = "ja" if japanese.is_japanese(source) else "zh" if any(map(japanese.is_han, source)) else "en"
    return list(sentencex.segment(language, source))


def _paragraphs(lines: Sequence[Sequence[Span]]) -> list[Span]:
    return [Span(run[0].start, run[-1].end) for run in lines]


def _beside(document: Document, places: Sequence[Span], sources: Sequence[str]) -> Document:
    starts = [p.start for p in places]

    def source(segment: Segment) -> str | None:
        at = bisect.bisect_right(starts, segment.span.start) - 1
        return sources[max(0, at)] or None

    return replace(document, segments=tuple(replace(s, source=source(s)) for s in document.segments))
