"""Quality estimation without the source: a small encoder reads a segment after its context and says how likely it is wrong, and where.

The model in `models/quality` is e5-small-v2's first nine layers in ONNX int8, run by onnxruntime; its card says what it was trained on
and how good it is. Without it (missing or damaged) the tool runs on rules alone.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from threading import Lock
from typing import NamedTuple

from . import encoder
from .analysis import Analysis
from .core import Document, Span
from .encoder import Encoder, damage

FOLDER = "quality"
CONTEXT_CHARACTERS = 400
CACHE_SIZE = 4096
DOUBTFUL = 0.5  # a word is shown as part of an error from this chance on


class Word(NamedTuple):
    """Characters of a segment (a word or a piece of one) with the chances, 0 to 1, of standing inside an error, inside a major error, and
    of being changed by a post-editor.
    """

    span: Span
    wrong: float
    severe: float
    bad: float


@dataclass(frozen=True, slots=True)
class Estimate:
    """What the model thinks of a segment.

    Attributes:
        major: log-odds of a major error.
        words: its words in order.
        any: log-odds of any error.
        z: the score that raters would give, standardised by rater: higher is better.
        hter: log-odds of the share of words that a post-editor would change.

    """

    major: float
    words: tuple[Word, ...]
    any: float = 0.0
    z: float = 0.0
    hter: float = 0.0

    def doubted(self, text: str) -> list[Span]:
        """The words of the segment `text` that stand out, whole, and joined where they follow each other."""
        found: list[Span] = []
        for word in self.words:
            if word.wrong < DOUBTFUL:
                continue
            start, end = word.span.start, word.span.end
            while start > 0 and text[start - 1].isalnum() and text[start].isalnum():
                start -= 1
            while end < len(text) and text[end].isalnum() and text[end - 1].isalnum():
                end += 1
            if found and (start <= found[-1].end or text[found[-1].end:start].isspace()):
                found[-1] = Span(found[-1].start, max(end, found[-1].end))
            else:
                found.append(Span(start, end))
        return found


class Estimator(Encoder):
    """The quality model, loaded."""

    def __init__(self, at: Path) -> None:
        super().__init__(at)
        self._sentence = [self.settings["sentence"].index(name) for name in ("major", "any", "z", "hter")]
        self._word = [self.settings["word"].index(name) for name in ("wrong", "severe", "bad")]
        self._seen: dict[tuple[str, str], Estimate] = {}
        self._lock = Lock()

    def estimate(self, texts: Sequence[str], contexts: Sequence[str]) -> list[Estimate]:
        """Score segments, each after its context (the text before it; may be empty); the last few thousand are remembered.

        A segment too long for the model is read in parts, each after the words before it: it has the words of all, and is as bad as the
        worst of them.
        """
        pairs = list(zip(texts, contexts, strict=True))
        with self._lock:
            seen = {p: self._seen[p] for p in pairs if p in self._seen}
        new = {p: self._read(*p) for p in dict.fromkeys(pairs) if p not in seen}
        with self._lock:
            self._seen |= new
            while len(self._seen) > CACHE_SIZE:
                self._seen.pop(next(iter(self._seen)))
        seen |= new
        return [seen[p] for p in pairs]

    def _read(self, text: str, context: str) -> Estimate:
        read = []
        for before, own, offsets in self.parts(text, context):
            sentence, word = self.run(["sentence", "word"], before, own)
            major, other, z, hter = sentence[0, self._sentence].tolist()
            chances = word[0][:, self._word].tolist()
            words = (Word(Span(a, b), *chance) for (a, b), chance in zip(offsets, chances, strict=True) if b > a)
            read.append(Estimate(major, tuple(words), other, z, hter))
        return read[0] if len(read) == 1 else Estimate(
            max(e.major for e in read), tuple(w for e in read for w in e.words), max(e.any for e in read), min(e.z for e in read),
            max(e.hter for e in read),
        )


def folder() -> Path | None:
    """Where the quality model is."""
    return encoder.folder(FOLDER)


@cache
def load() -> Estimator | None:
    """The estimator, or None with one warning where its model is missing or damaged."""
    at = folder()
    reason = damage(at) if at else "it is not installed"
    if at and not reason:
        try:
            return Estimator(at)
        except Exception as error:  # onnxruntime raises types of its own; whatever it is, the rules must still run
            reason = str(error).splitlines()[0]
    warnings.warn(f"the quality model cannot be used ({reason}): rules only; `cleaner doctor` tells more", stacklevel=2)
    return None


def estimates(analysis: Analysis) -> list[Estimate]:
    """One estimate a segment, in order; empty without a model. Remembered for the document."""
    return analysis.once(_estimates)


def _estimates(analysis: Analysis) -> list[Estimate]:
    model = load()
    return of_document(model, analysis.document) if model else []


def of_document(model: Estimator, document: Document) -> list[Estimate]:
    """What a model thinks of each segment after the text before it."""
    plain = document.plain
    return model.estimate(
        [s.span.of(plain) for s in document.segments],
        [plain[max(0, s.span.start - CONTEXT_CHARACTERS):s.span.start] for s in document.segments],
    )
