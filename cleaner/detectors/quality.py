"""What no pattern catches: segments that the quality model is sure of."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..analysis import Analysis
from ..core import Span
from ..estimator import DOUBTFUL, Estimate, estimates
from ..registry import Bad, Good, Hit, detector
from ..risk import doubts

_FEWEST = 2  # words with letters: a cell or a label is no sentence
_SHORTEST = 5  # sentences: “For tickets call +44 20 7946 0018.” alone looks as odd as bad translation, and so do scores of a match

_WORD = re.compile(r"[^\W\d_]{2,}")


@detector("accuracy/mistranslation", "major", source="models/quality/README.md", last=True, examples=[
    Bad("The voltage of the opening was folded by the second goodbye. I was received of the feeling with the wall. Did. We took advantage "
        "of the forest = bunt. It will be done. [[I got stuck in the straight with the high angle.]]"),
    Bad("I am becoming the manager from the spring. Did. The customer's voice that the taste is moist was received by the shop = main "
        "store. [[It is a form that the preparation of the feeling was able to be done.]] We aim at the top of the mountain of the heart. "
        "The shop of this street is the place that the smile is gathered."),
    Good("The council voted on Tuesday to close the swimming pool for repairs."),
    Good("Officials said the bridge would reopen next spring after inspections are complete."),
])
def quality(analysis: Analysis) -> Iterator[Hit]:
    """The quality model, which has read much machine translation with its corrections, takes the sentence for wrong.

    It sees the sentence after its context and knows how the rest of the document reads; it does not know why a sentence is wrong, so
    the words that it doubts are a hint, not a diagnosis, and it is silent where a rule has a major finding.
    """
    document, found = analysis.document, estimates(analysis)
    prose = [len(_WORD.findall(s.target)) >= _FEWEST for s in document.segments]
    if not found or sum(prose) < _SHORTEST:
        return
    explained = document.by_segment(f for f in analysis.found if f.confidence >= 0.5 and f.severity in ("major", "critical"))
    chances = doubts(document, analysis.found, found)
    for segment, estimate, chance, known, said in zip(document.segments, found, chances, explained, prose, strict=True):
        if chance and said and not known:
            span = _doubted(estimate).shift(segment.span.start) if estimate.words else segment.span
            beside = " beside its source" if estimate.beside else ""
            yield Hit(span, f"The quality model doubts this sentence{beside}.", max(0.5, chance))


def _doubted(estimate: Estimate) -> Span:
    """The words that stand out, from the first to the last of them next to each other; the whole segment where none does."""
    words = estimate.shown
    first = last = max(range(len(words)), key=lambda i: words[i].wrong)
    if words[first].wrong < DOUBTFUL:
        return Span(words[0].span.start, words[-1].span.end)
    while first > 0 and words[first - 1].wrong >= DOUBTFUL:
        first -= 1
    while last + 1 < len(words) and words[last + 1].wrong >= DOUBTFUL:
        last += 1
    return Span(words[first].span.start, words[last].span.end)
