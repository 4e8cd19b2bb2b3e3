"""Quality estimation: small encoders say how likely a segment is wrong, and where, by what stands before it and by its source.

The model in `models/quality` reads a segment after its context; it is e5-small-v2's first nine layers in ONNX int8, run by onnxruntime.
The one in `models/source`, of multilingual-e5-small, reads it beside its source, where there is one. Their cards say what they were
trained on and how good they are. Without the first (missing or damaged) the tool runs on rules alone, without the second on the first.
"""

from __future__ import annotations

import itertools
import math
import re
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from threading import Lock
from typing import NamedTuple, TypeVar

from . import encoder
from .analysis import Analysis
from .core import Document, Segment, Span
from .encoder import Encoder, Part, damage

FOLDER, BESIDE = "quality", "source"
CONTEXT_CHARACTERS = 400
CACHE_SIZE = 4096
UNREAD = 0.2  # the share of letters of other scripts from which on a source is not for the model that reads it
DOUBTFUL = 0.5  # a word is shown as part of an error from this chance on
BESIDE_WORDS = 0.3  # what the model of text and source weighs in that, picked on held-out documents of zh-en MQM (docs/quality.md)
_SURE = 1e-4  # no chance is taken for less


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
        beside: what the model that has the source thinks, where there is a source.

    """

    major: float
    words: tuple[Word, ...]
    any: float = 0.0
    z: float = 0.0
    hter: float = 0.0
    beside: Estimate | None = None

    @property
    def shown(self) -> tuple[Word, ...]:
        """The words with their chances of standing inside an error, for which both models are asked where there is a source: log-odds,
        the other's the greatest that it has in the word.
        """
        if self.beside is None:
            return self.words
        others = self.beside.words
        return tuple(
            w._replace(wrong=_together(w.wrong, max(near))) if (near := [o.wrong for o in others if o.span.overlaps(w.span)]) else w
            for w in self.words
        )

    def doubted(self, text: str) -> list[Span]:
        """The words of the segment `text` that stand out, whole, and joined where they follow each other."""
        found: list[Span] = []
        for word in self.shown:
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


def _together(chance: float, other: float) -> float:
    """Two chances as one, their log-odds weighed."""
    odds = [math.log(p / (1 - p)) for p in (min(max(x, _SURE), 1 - _SURE) for x in (chance, other))]
    return 1 / (1 + math.exp(-((1 - BESIDE_WORDS) * odds[0] + BESIDE_WORDS * odds[1])))


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


class Beside(Estimator):
    """The model that reads a segment beside its source, which stands where the context does for the other."""

    def reads(self, source: str) -> bool:
        """Whether the model was trained on the script that a source is written in."""
        letters = [c for c in source if c.isalpha()]
        return sum(not _READ.match(c) for c in letters) <= UNREAD * len(letters)

    def parts(self, text: str, context: str) -> Iterator[Part]:
        """What does not fit is parted, text and source alike, into as many parts of equal length: they keep step."""
        source = self.tokenizer.encode(context, add_special_tokens=False).ids
        own = self.tokenizer.encode(text, add_special_tokens=False)
        places = [(start + text[start:end][:1].isspace(), end) for start, end in own.offsets]  # a piece has the space before it
        count = max(1, -(-len(source) // self.context), -(-len(own.ids) // (self.length - self.context - 3)))
        edges = [(len(source) * i // count, len(own.ids) * i // count) for i in range(count + 1)]
        for (a, c), (b, d) in itertools.pairwise(edges):
            yield source[a:b], own.ids[c:d], places[c:d]


_READ = re.compile(r"[A-Za-z\u00c0-\u024f\u0400-\u04ff\u3005-\u9fff\uff21-\uff9f]")  # Latin, Cyrillic, kana, Chinese characters; wide, too
_E = TypeVar("_E", bound=Estimator)


def folder() -> Path | None:
    """Where the quality model is."""
    return encoder.folder(FOLDER)


@cache
def load() -> Estimator | None:
    """The estimator, or None with one warning where its model is missing or damaged."""
    return _loaded(Estimator, folder(), "the quality model", "rules only")


@cache
def load_beside() -> Beside | None:
    """The model that reads the source too, or None with one warning."""
    return _loaded(Beside, encoder.folder(BESIDE), "the model of text and source", "only rules read the source")


def _loaded(kind: type[_E], at: Path | None, name: str, without: str) -> _E | None:
    reason = damage(at) if at else "it is not installed"
    if at and not reason:
        try:
            return kind(at)
        except Exception as error:  # onnxruntime raises types of its own; whatever it is, the rules must still run
            reason = str(error).splitlines()[0]
    warnings.warn(f"{name} cannot be used ({reason}): {without}; `cleaner doctor` tells more", stacklevel=3)
    return None


def estimates(analysis: Analysis) -> list[Estimate]:
    """One estimate a segment, in order; empty without a model. Remembered for the document."""
    return analysis.once(_estimates)


def _estimates(analysis: Analysis) -> list[Estimate]:
    model, document = load(), analysis.document
    if model is None:
        return []
    found = of_document(model, document)
    read = beside(analysis) if analysis.groups else {}
    return [replace(e, beside=read.get(s)) for s, e in zip(document.segments, found, strict=True)]


def beside(analysis: Analysis, model: Beside | None = None) -> dict[Segment, Estimate]:
    """What a model, by default the one that ships, thinks of segments beside their source. Sentences that belong to one of the source are
    read together: each is as bad as they are, and has its own words.
    """
    model = model or load_beside()
    if model is None:
        return {}
    groups = [(source, own) for source, own in analysis.groups if model.reads(source)]
    places = [Span(own[0].span.start, own[-1].span.end) for _, own in groups]
    read = model.estimate([p.of(analysis.document.plain) for p in places], [source for source, _ in groups])
    found = {}
    for (_, own), place, estimate in zip(groups, places, read, strict=True):
        for segment in own:
            at = segment.span.start - place.start
            words = (w for w in estimate.words if at <= w.span.start < at + len(segment.span))
            found[segment] = replace(estimate, words=tuple(w._replace(span=Span(w.span.start - at, w.span.end - at)) for w in words))
    return found


def of_document(model: Estimator, document: Document) -> list[Estimate]:
    """What a model thinks of each segment after the text before it."""
    plain = document.plain
    return model.estimate(
        [s.span.of(plain) for s in document.segments],
        [plain[max(0, s.span.start - CONTEXT_CHARACTERS):s.span.start] for s in document.segments],
    )
