"""A small language model that says how well a text goes on where it stands: SmolLM2-135M in int8, run by onnxruntime.

An optional part: the graph ships in `models/language`, its weights are fetched by `cleaner doctor --install`. Without them ranking
falls back to what the rules know.

A document is read once: the keys and values of its tokens are kept, and each candidate is read from where it leaves the document's own
words, any number of them in one pass (a mask says who sees whom). CTranslate2's scoring, which would need no graph of one's own, reads
the whole context again for every candidate.
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import encoder
from .languagetool import cache_folder

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

FOLDER = "language"
GRAPH, WEIGHTS, TOKENIZER = "graph.onnx", "weights.bin", "tokenizer.json"
LONGEST = 1024  # tokens of a document that are kept at a time
_PLACES = 2 * LONGEST  # a candidate may be longer than what it replaces
_PART = 256  # tokens in one pass
_NEVER = -1e9


def shipped() -> Path | None:
    """Where the graph is: inside the installed package, else beside it in a checkout."""
    package = Path(__file__).parent
    return next((p for p in (package / "models" / FOLDER, package.parent / "models" / FOLDER) if (p / GRAPH).is_file()), None)


def settings(at: Path) -> dict[str, Any]:
    """What `models/train/language.py` wrote about the model."""
    read: dict[str, Any] = json.loads((at / "model.json").read_text(encoding="utf-8"))
    return read


def folder() -> Path:
    """Where the weights go: a folder of the cache named after model and weights. Raises OSError without the graph."""
    at = shipped()
    if at is None:
        raise FileNotFoundError(f"models/{FOLDER}/{GRAPH} is not there")
    made = settings(at)
    return cache_folder() / f"{made['name']}-{made['sha256'][WEIGHTS][:8]}"


def damage(at: Path) -> str:
    """What is wrong with installed files against their checksums; empty when nothing is."""
    return encoder.damage(at, shipped()) or ("" if (at / TOKENIZER).is_file() else f"{TOKENIZER} is not there")


@dataclass(frozen=True, slots=True)
class Place:
    """Texts that could stand where pieces `first` to `last` (inclusive) of a reading do; from the end on, where `first` is their number."""

    first: int
    last: int
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Branch:
    """A candidate's tokens from where it leaves the document's; `known` is what the words before are worth, `count` all its tokens."""

    at: int
    tokens: list[int]
    known: float
    count: int


class LanguageModel:
    """The loaded model. One onnxruntime session on one thread, which any number of threads may share."""

    def __init__(self, at: Path) -> None:
        import numpy as np
        from tokenizers import Tokenizer

        made = settings(at)
        self.start: int = made["start"]
        self.tokenizer = Tokenizer.from_file(str(at / TOKENIZER))
        words = made["words"]
        shape = tuple(words["shape"])
        self._words = np.memmap(at / WEIGHTS, np.int8, "r", words["offset"], shape)
        self._scales = np.memmap(at / WEIGHTS, np.float32, "r", words["scales"], shape[1:])
        half = made["head"] // 2
        angles = np.arange(_PLACES)[:, None] * made["theta"] ** (-np.arange(half) / half)
        self._turns = {"cos": np.cos(angles).astype(np.float32), "sin": np.sin(angles).astype(np.float32)}
        self.past = (made["blocks"], made["groups"], 0, made["head"])
        self._session = encoder.session(at / GRAPH)

    def tokens(self, text: str) -> list[int]:
        """The token numbers of a text."""
        ids: list[int] = self.tokenizer.encode(text, add_special_tokens=False).ids
        return ids

    def run(
        self, tokens: Sequence[int], positions: NDArray[np.int64], mask: NDArray[np.float32], keys: NDArray[np.float32],
        values: NDArray[np.float32], rows: Sequence[int], targets: Sequence[int],
    ) -> list[NDArray[np.float32]]:
        """One pass: log-probabilities of `targets` behind the tokens `rows`, and the tokens' keys and values.

        Args:
            tokens: (t,) token numbers.
            positions: (t,) their places in the text.
            mask: (t, past + t), 0 where a token sees another and very low where it does not.
            keys: (blocks, groups, past, head) of the tokens before them.
            values: as `keys`.
            rows: (r,) indices of tokens.
            targets: (r,) token numbers.

        """
        import numpy as np

        x = (self._words[:, tokens].astype(np.float32) * self._scales[tokens]).T
        fed = {
            "x": np.ascontiguousarray(x), "positions": positions[None], "mask": mask, "past_keys": np.ascontiguousarray(keys),
            "past_values": np.ascontiguousarray(values), "rows": np.array(rows, np.int64), "targets": np.array(targets, np.int64),
        }
        made: list[NDArray[np.float32]] = self._session.run(["scores", "keys", "values"], fed | self._turns)
        return made

    def read(self, pieces: Sequence[str], wanted: Collection[int] | None = None) -> Reading:
        """Read a text that comes in pieces, whose spaces before them belong to them; of `wanted` pieces (default all) the tokens' own
        log-probabilities are worked out. Pieces behind the first LONGEST tokens are not read.
        """
        return Reading(self, pieces, wanted)

    def score(self, context: str, candidates: Sequence[str]) -> list[float]:
        """The mean log-probability (natural, 0 or less) of each candidate's tokens right behind `context`."""
        reading = self.read([context] if context else [], wanted=())
        return reading.score([Place(len(reading.starts) - 1, len(reading.starts) - 1, tuple(candidates))])[0]


class Reading:
    """A text that the model has read: its tokens with their keys and values."""

    def __init__(self, model: LanguageModel, pieces: Sequence[str], wanted: Collection[int] | None) -> None:
        import numpy as np

        self.model = model
        self.tokens = [model.start]
        self.starts = [1]  # of each piece, in tokens, and the end of the last
        for piece in pieces:
            own = model.tokens(piece)
            if len(self.tokens) + len(own) > LONGEST:
                break
            self.tokens += own
            self.starts.append(len(self.tokens))
        asked = range(len(self.starts) - 1) if wanted is None else wanted
        rows = {j - 1 for i in asked if i < len(self.starts) - 1 for j in range(self.starts[i], self.starts[i + 1])}
        blocks, groups, _, head = model.past
        shape = (blocks, groups, len(self.tokens), head)
        self._keys, self._values = np.zeros(shape, np.float32), np.zeros(shape, np.float32)
        #: The log-probability of each token behind those before it; 0 where nobody asked.
        self.chances = np.zeros(len(self.tokens), np.float32)
        for at in range(0, len(self.tokens), _PART):
            part = self.tokens[at:at + _PART]
            end = at + len(part)
            mask = np.where(np.arange(end) <= np.arange(at, end)[:, None], 0, _NEVER).astype(np.float32)
            own_rows = [j for j in range(at, end) if j in rows]
            scores, keys, values = model.run(
                part, np.arange(at, end), mask, self._keys[:, :, :at], self._values[:, :, :at],
                [j - at for j in own_rows], [self.tokens[j + 1] for j in own_rows],
            )
            self._keys[:, :, at:end], self._values[:, :, at:end] = keys, values
            self.chances[[j + 1 for j in own_rows]] = scores

    def score(self, places: Sequence[Place]) -> list[list[float]]:
        """The mean log-probability of the tokens of every text at its place, after all that the document says before it.

        The pieces of a place must have been wanted, unless it is at the end.
        """
        branches = [self._branch(place, text) for place in places for text in place.texts]
        totals = [b.known for b in branches]
        batch: list[int] = []
        for i, branch in enumerate(branches):
            if not branch.tokens:
                continue
            if batch and sum(len(branches[j].tokens) for j in (*batch, i)) > _PART:
                self._run(branches, batch, totals)
                batch = []
            batch.append(i)
        self._run(branches, batch, totals)
        means = iter(t / max(b.count, 1) for t, b in zip(totals, branches, strict=True))
        return [[next(means) for _ in place.texts] for place in places]

    def _branch(self, place: Place, text: str) -> _Branch:
        tokens = self.model.tokens(text)[:LONGEST]
        start = self.starts[place.first]
        stop = self.starts[place.last + 1] if place.last + 1 < len(self.starts) else start
        pairs = enumerate(zip(tokens, self.tokens[start:stop], strict=False))
        same = next((k for k, (a, b) in pairs if a != b), min(len(tokens), stop - start))
        return _Branch(start + same, tokens[same:], float(self.chances[start:start + same].sum()), len(tokens))

    def _run(self, branches: Sequence[_Branch], batch: Sequence[int], totals: list[float]) -> None:
        """Read branches in one pass: each goes on from the token before it, sees the document up to there, and itself."""
        import numpy as np

        if not batch:
            return
        tokens: list[int] = []
        targets: list[int] = []
        places: list[NDArray[np.int64]] = []
        spans = []
        for i in batch:
            b = branches[i]
            spans.append((len(tokens), len(tokens) + len(b.tokens)))
            tokens += [self.tokens[b.at - 1], *b.tokens[:-1]]
            targets += b.tokens
            places.append(np.arange(b.at - 1, b.at - 1 + len(b.tokens)))
        past = max(branches[i].at for i in batch) - 1
        mask = np.full((len(tokens), past + len(tokens)), _NEVER, np.float32)
        for i, (start, end) in zip(batch, spans, strict=True):
            mask[start:end, :branches[i].at - 1] = 0
            own = mask[start:end, past + start:past + end]
            own[np.tril_indices(end - start)] = 0
        scores, _, _ = self.model.run(
            tokens, np.concatenate(places), mask, self._keys[:, :, :past], self._values[:, :, :past], range(len(tokens)), targets,
        )
        for i, (start, end) in zip(batch, spans, strict=True):
            totals[i] += float(scores[start:end].sum())


@cache
def load() -> LanguageModel | None:
    """The language model; None where it is not installed, and with one warning where it does not load."""
    try:
        at = folder()
        if not (at / WEIGHTS).is_file():
            return None
        if (at / WEIGHTS).stat().st_size != settings(shipped() or at)["bytes"]:
            raise ValueError(f"{WEIGHTS} is cut off")
        return LanguageModel(at)
    except Exception as error:  # onnxruntime raises types of its own; whatever it is, the rules must still run
        reason = (str(error) or type(error).__name__).splitlines()[0]
    warnings.warn(f"the language model cannot be used ({reason}): the rules rank; `cleaner doctor` tells more", stacklevel=2)
    return None
