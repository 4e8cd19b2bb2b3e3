"""How good a document is as it stands: the risk of each segment with its reasons, and one score for the whole."""

from __future__ import annotations

import bisect
from collections.abc import Iterator
from dataclasses import dataclass

from .core import Document, Finding, Span
from .estimator import Estimate

#: Where the levels of risk begin that a reader is shown; below the first, a segment is not worth a glance.
LEVELS = (0.2, 0.4, 0.6, 0.8)
NAMES = ("hardly any", "low", "middling", "high", "very high")
_SHOWN = 3  # doubted passages that a reason quotes


@dataclass(frozen=True, slots=True)
class Assessment:
    """A document as it stands.

    Attributes:
        document: what was read.
        findings: all that was found, confident or not, in order of place.
        risks: the chance of a major error, 0 to 1, for each segment in order.
        estimates: what the quality model thinks of each segment; none where there is no model.

    """

    document: Document
    findings: tuple[Finding, ...]
    risks: tuple[float, ...]
    estimates: tuple[Estimate, ...]

    @property
    def score(self) -> float:
        """0 to 100: the share of the words that stand in segments without a major error, by the risks. 100 for a document without words."""
        words = [len(s.target.split()) for s in self.document.segments]
        return 100 * (1 - sum(w * r for w, r in zip(words, self.risks, strict=True)) / max(1, sum(words)))

    def ranked(self) -> list[int]:
        """The segments, riskiest first; ties in order of place."""
        return sorted(range(len(self.risks)), key=lambda i: (-self.risks[i], i))

    def doubted(self, index: int) -> list[Span]:
        """The words of a segment that the quality model doubts, in characters of the document."""
        segment = self.document.segments[index]
        return [s.shift(segment.span.start) for s in self.estimates[index].doubted(segment.target)] if self.estimates else []

    def pieces(self, index: int) -> Iterator[tuple[str, bool]]:
        """A segment's text in pieces, each with whether the quality model doubts it."""
        text, span = self.document.text, self.document.segments[index].span
        at = span.start
        for doubted in self.doubted(index):
            yield text[at:doubted.start], False
            yield doubted.of(text), True
            at = doubted.end
        yield text[at:span.end], False

    def reasons(self, index: int) -> list[str]:
        """Why a segment is risky, a sentence each: what the rules say, surest first, then what the model doubts."""
        segment = self.document.segments[index]
        own = [f for f in self.findings if f.span.overlaps(segment.span) and f.rule != "quality"]
        said = list(dict.fromkeys(f.message for f in sorted(own, key=lambda f: (-f.confidence, f.span))))
        doubted = self.doubted(index)
        if doubted:
            quoted = ", ".join(f"“{s.of(self.document.text)}”" for s in doubted[:_SHOWN])
            more = f" and {len(doubted) - _SHOWN} more" if len(doubted) > _SHOWN else ""
            said.append(f"The quality model doubts {quoted}{more}.")
        elif any(f.rule == "quality" and f.span.overlaps(segment.span) for f in self.findings):
            said.append("The quality model doubts the sentence as a whole.")
        return said


def level(risk: float) -> int:
    """The level of a risk: 0 below the first of LEVELS, to 4."""
    return bisect.bisect(LEVELS, risk)
