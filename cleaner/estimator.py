"""Quality estimation without the source: a small encoder reads a segment after its context and says how likely it is wrong, and where.

The model in `models/quality` is MiniLM-L6 in ONNX int8, run by onnxruntime; its card says what it was trained on and how good it is.
Without it (missing or damaged) the tool runs on rules alone.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any, NamedTuple

from .analysis import Analysis
from .core import Document, Span
from .edits import Forms

FOLDER = "quality"
EDITS = "edits.json"  # what the classes of the edit heads mean, where a model has these heads
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


class Tags(NamedTuple):
    """The likeliest edit tags (`edits`) of a word and of the gap before it with their chances, the best first, as many of each."""

    here: tuple[tuple[str, float], ...]
    gap: tuple[tuple[str, float], ...]


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


def folder() -> Path | None:
    """Where the model is: inside the installed package, else beside it in a checkout."""
    package = Path(__file__).parent
    return next((p for p in (package / "models" / FOLDER, package.parent / "models" / FOLDER) if (p / "model.json").is_file()), None)


def damage(at: Path) -> str:
    """What is wrong with the files of a model against its checksums; empty when nothing is."""
    try:
        expected = json.loads((at / "model.json").read_text(encoding="utf-8"))["sha256"]
        for name, digest in expected.items():
            if hashlib.sha256((at / name).read_bytes()).hexdigest() != digest:
                return f"{name} does not match its checksum"
    except (OSError, ValueError, KeyError) as error:
        return str(error)
    return ""


class Estimator:
    """The loaded model. One onnxruntime session on one thread; the same text gets the same numbers in every run."""

    def __init__(self, at: Path) -> None:
        import onnxruntime
        from tokenizers import Tokenizer

        settings = json.loads((at / "model.json").read_text(encoding="utf-8"))
        self.context: int = settings["context_tokens"]
        self.length: int = settings["max_tokens"]
        self.start: int = settings["cls"]
        self.stop: int = settings["sep"]
        self._sentence = [settings["sentence"].index(name) for name in ("major", "any", "z", "hter")]
        self._word = [settings["word"].index(name) for name in ("wrong", "severe", "bad")]
        self.here: list[str] = []
        self.gap: list[str] = []
        self.forms = Forms((), ())
        if (at / EDITS).is_file():
            edits = json.loads((at / EDITS).read_text(encoding="utf-8"))
            self.here, self.gap, self.forms = edits["here"], edits["gap"], Forms(edits["verbs"], edits["nouns"])
        self.tokenizer = Tokenizer.from_file(str(at / "tokenizer.json"))
        self.tokenizer.no_padding()
        self.tokenizer.no_truncation()
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        self._seen: dict[tuple[str, str], Estimate] = {}
        self._lock = Lock()
        self.session = onnxruntime.InferenceSession(str(at / "model.onnx"), options, providers=["CPUExecutionProvider"])

    def estimate(self, texts: Sequence[str], contexts: Sequence[str]) -> list[Estimate]:
        """Score segments, each after its context (the text before it; may be empty); the last few thousand are remembered.

        A segment too long for the model is read in parts of equal length, each after the words before it: it has the words of all, and
        is as bad as the worst of them.

        One at a time: on a processor a batch saves nothing (measured, it loses a third to padding), and its int8 scales would make a
        segment's numbers depend on its neighbours.
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

    def tags(self, text: str, context: str) -> dict[int, Tags]:
        """What the edit heads say of each word of a segment, by the character where it starts."""
        found: dict[int, Tags] = {}
        for before, own, offsets in self._parts(text, context):
            here, here_tag, gap, gap_tag = self._run(["here", "here_tag", "gap", "gap_tag"], before, own)
            for (start, end), *rows in zip(offsets, here[0], here_tag[0], gap[0], gap_tag[0], strict=True):
                h, h_tag, g, g_tag = (row.tolist() for row in rows)
                if end > start:
                    found.setdefault(start, Tags(tuple(zip((self.here[i] for i in h_tag), h, strict=True)),
                                                 tuple(zip((self.gap[i] for i in g_tag), g, strict=True))))
        return found

    def _parts(self, text: str, context: str) -> Iterator[tuple[list[int], list[int], list[tuple[int, int]]]]:
        """A segment in parts that fit the model: tokens before it, its own, and their characters."""
        before = self.tokenizer.encode(context, add_special_tokens=False).ids[-self.context:] if context else []
        own = self.tokenizer.encode(text, add_special_tokens=False)
        ids, offsets = [*before, *own.ids], [(0, 0)] * len(before) + list(own.offsets)
        room = self.length - self.context - 3
        if len(own.ids) <= self.length - len(before) - 3:
            room = max(1, len(own.ids))
        parts = max(1, -(-len(own.ids) // room))
        edges = [len(before) + len(own.ids) * i // parts for i in range(parts + 1)]
        for start, end in itertools.pairwise(edges):
            yield ids[max(0, start - self.context):start], ids[start:end], offsets[start:end]

    def _read(self, text: str, context: str) -> Estimate:
        read = []
        for before, own, offsets in self._parts(text, context):
            sentence, word = self._run(["sentence", "word"], before, own)
            major, other, z, hter = sentence[0, self._sentence].tolist()
            chances = word[0][:, self._word].tolist()
            words = (Word(Span(a, b), *chance) for (a, b), chance in zip(offsets, chances, strict=True) if b > a)
            read.append(Estimate(major, tuple(words), other, z, hter))
        return read[0] if len(read) == 1 else Estimate(
            max(e.major for e in read), tuple(w for e in read for w in e.words), max(e.any for e in read), min(e.z for e in read),
            max(e.hter for e in read),
        )

    def _run(self, outputs: list[str], before: list[int], own: list[int]) -> list[Any]:
        """Outputs of the model, those by token without the tokens that are not the segment's own."""
        import numpy as np

        row = np.array([[self.start, *before, self.stop, *own, self.stop]], np.int64)
        first = len(before) + 2
        types = np.zeros_like(row)
        types[:, first:] = 1
        made = self.session.run(outputs, {"ids": row, "mask": np.ones_like(row), "types": types})
        return [m if name == "sentence" else m[:, first:first + len(own)] for name, m in zip(outputs, made, strict=True)]


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
