"""What models that run here have in common: prompts made safe for their tokenizer, how they are asked, and what names them."""

from __future__ import annotations

import hashlib
import threading
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

from . import Candidate, Request, Signature, prompts
from .settings import Settings

NO_TEMPLATE = "{system}\n\n{user}\n\nCorrected sentence:"
_SPARE_TOKENS = 8
_NO_LIMIT = 100_000
_ENDS = 2**20  # bytes of a file's start and end that its fingerprint reads
_SYSTEM, _USER = "\ue000", "\ue001"  # stand in for the messages while a template is rendered
Token = TypeVar("Token", str, int)


@dataclass(frozen=True, slots=True)
class Shape:
    """How a model is spoken to: `template` has ``{system}`` and ``{user}``, and is empty for encoder–decoders, which read no messages.

    `special` are the strings that its tokenizer takes for control tokens: a document must not be able to write those.
    """

    name: str
    template: str
    special: tuple[str, ...]

    def prompt(self, request: Request, settings: Settings) -> str:
        """The model's whole input for a request."""
        before, after, source = map(self._quiet, (request.before, request.after, request.source))
        quiet = Request(request.text, before, after, request.findings, source)
        if not self.template:
            return prompts.prefixed(self.name, settings.prompt, quiet)
        system = settings.system or f"{prompts.SYSTEM} {prompts.ONE_LINE}"
        return self.template.replace("{system}", system).replace("{user}", prompts.chat(quiet, settings.prompt))

    def tokens(self, prompt: int, answer: int) -> int:
        """How long the model's longest sequence gets: encoder–decoders have one for each side."""
        return prompt + answer if self.template else max(prompt, answer)

    def can_ask(self, request: Request) -> bool:
        """Whether the sentence itself is free of the model's control tokens."""
        return not any(s in request.text or any(s in f.message for f in request.findings) for s in self.special)

    def _quiet(self, text: str) -> str:
        for s in self.special:
            text = text.replace(s, f"{s[0]} {s[1:]}")
        return text


class Local(ABC, Generic[Token]):
    """A model that runs here. Beam search, no sampling: the same requests get the same answers.

    Args:
        shape: how the model is spoken to.
        version: which one it is.
        limit: tokens of its longest sequence.
        settings: how it is run.

    """

    def __init__(self, shape: Shape, version: str, limit: int, settings: Settings) -> None:
        self.settings = settings
        self.signature = _signature(shape.name, version, settings)
        self._shape = shape
        self._limit = limit
        self._lock = threading.Lock()

    def prompt(self, request: Request) -> str:
        return self._shape.prompt(request, self.settings)

    def answers(self, requests: Sequence[Request]) -> Iterator[tuple[int, list[Candidate] | None]]:
        """In batches, short ones first. What does not fit the model is left as it is; what takes too long is not answered."""
        tokens = [self._encode(self.prompt(r)) for r in requests]
        most = [most_tokens(len(self._encode(r.text)), self.settings) for r in requests]
        fitting = [
            i for i, r in enumerate(requests)
            if self._shape.can_ask(r) and self._shape.tokens(len(tokens[i]), most[i]) <= self._limit
        ]
        for batch in batches([len(x) for x in tokens], fitting, self.settings.batch):
            with self._lock:
                found = self._generate([tokens[i] for i in batch], max(most[i] for i in batch))
            for i, texts in zip(batch, found, strict=True):
                yield i, None if texts is None else candidates(texts, requests[i])

    def close(self) -> None:
        """Nothing to do: the memory goes with the object."""

    @abstractmethod
    def _encode(self, text: str) -> list[Token]:
        """The tokens of a text, with those that an encoder–decoder wants around it."""

    @abstractmethod
    def _generate(self, tokens: Sequence[list[Token]], most: int) -> list[list[tuple[str, float]] | None]:
        """For each input its best whole texts, of at most `most` tokens, with the geometric mean of their tokens' chances; None where
        time ran out.
        """


def shape(name: str, tokenizer: Any, *, chat: bool) -> Shape:
    """How to speak to the model of a transformers tokenizer."""
    special = {s for s in (*tokenizer.all_special_tokens, *tokenizer.get_added_vocab()) if len(s) > 1}
    return Shape(name, _template(tokenizer) if chat else "", tuple(sorted(special)))


def _template(tokenizer: Any) -> str:
    """A tokenizer's chat template with places for the messages; some templates know no system message."""
    if not tokenizer.chat_template:
        return NO_TEMPLATE
    both = [{"role": "system", "content": _SYSTEM}, {"role": "user", "content": _USER}]
    for messages in (both, [{"role": "user", "content": f"{_SYSTEM}\n\n{_USER}"}]):
        try:
            text = str(tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=True))
        except Exception:  # a template is a program, and raises what it likes for roles that it does not know
            continue
        if _SYSTEM in text and _USER in text:
            return text.replace(_SYSTEM, "{system}").replace(_USER, "{user}")
    return NO_TEMPLATE


def most_tokens(tokens: int, settings: Settings) -> int:
    """How many tokens an answer to a sentence of so many may have."""
    return int(tokens * settings.growth) + _SPARE_TOKENS


def candidates(found: Iterable[tuple[str, float]], request: Request) -> list[Candidate]:
    """The texts of a model, best first, with their scores."""
    made = ((prompts.answered(text, request), score) for text, score in found)
    return [Candidate(text, min(1.0, score)) for text, score in made if text]


def batches(sizes: Sequence[int], which: Iterable[int], batch: int) -> Iterable[list[int]]:
    """Indices in batches, by size, so that little is padded."""
    ordered = sorted(which, key=lambda i: (sizes[i], i))
    return (ordered[at:at + batch] for at in range(0, len(ordered), batch))


def _signature(name: str, version: str, settings: Settings) -> Signature:
    own = (("beams", beams(settings)), ("candidates", settings.candidates), ("growth", settings.growth))
    return Signature(name, version, (*own, ("prompt", prompts.digest(prompts.SYSTEM, settings.system, settings.prompt))))


def beams(settings: Settings) -> int:
    """The width of the search: room for every candidate."""
    return max(2, settings.beams, settings.candidates)


def named(source: str, config: Any) -> tuple[str, str]:
    """Name and version of a transformers model: of a folder by its files, else by the commit that the hub's client fetched."""
    path = Path(source)
    if path.is_dir():
        return path.name, _fingerprint(path)
    return source, str(getattr(config, "_commit_hash", "unknown"))[:8]


def longest(config: Any, tokenizer: Any) -> int:
    """Tokens of the longest sequence of a transformers model."""
    return min(int(tokenizer.model_max_length), getattr(config, "max_position_embeddings", None) or _NO_LIMIT)


def _fingerprint(folder: Path) -> str:
    """Eight digits that name the files of a model: their names and sizes, and the first and last megabyte of each."""
    seen = hashlib.sha256()
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        size = path.stat().st_size
        seen.update(f"{path.relative_to(folder).as_posix()}\x1f{size}\x1f".encode())
        with path.open("rb") as file:
            seen.update(file.read(_ENDS))
            file.seek(max(0, size - _ENDS))
            seen.update(file.read(_ENDS))
    return seen.hexdigest()[:8]
