"""Rewrite models behind one interface: a segment with its context and findings in, the n best minimal post-edits out.

``hf:`` and ``ct2:`` run a model of one's own here, ``openai:`` asks an endpoint. A backend that is
missing or breaks means fewer suggestions and one warning, never a lost run: `Guarded` sees to that.
"""

from __future__ import annotations

import re
import threading
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from ..core import CleanerError, Finding
from . import settings
from .settings import Settings

if TYPE_CHECKING:
    from ..config import Config
    from .cache import Model

KINDS = ("none", "hf:NAME_OR_PATH", "ct2:PATH", "openai:URL#MODEL")
_SIMILAR = 0.4  # less in common, and it is another sentence
_REPEATED = 0.8  # the same for what stands in the text around, which small chat models give back
_FAILURES = 3  # in a row, then the backend is left alone


@dataclass(frozen=True, slots=True)
class Request:
    """A flagged segment: `text` is plain, on one line; `before` and `after` are the document around it, plain; `source` is what its
    paragraph was translated from, where that is known.

    The spans of `findings` are characters of `text`, cut at its ends.
    """

    text: str
    before: str = ""
    after: str = ""
    findings: tuple[Finding, ...] = ()
    source: str = ""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A whole new text for a request. `score`, 0 to 1, is the model's own: better ones have more, but it is no chance of anything."""

    text: str
    score: float


@dataclass(frozen=True, slots=True)
class Signature:
    """What made a candidate: model, version and settings; as text it is recorded on every suggestion.

    >>> str(Signature("ct2:model", "1", (("beams", 4),)))
    'ct2:model@1;beams=4'
    """

    name: str
    version: str
    settings: tuple[tuple[str, str | int | float], ...] = ()

    def __str__(self) -> str:
        return ";".join((f"{self.name}@{self.version}", *(f"{key}={value}" for key, value in self.settings)))


class Backend(Protocol):
    """A model that proposes. The same requests get the same candidates in every run, if the model can do that at all."""

    @property
    def signature(self) -> Signature: ...

    def propose(self, requests: Sequence[Request]) -> list[list[Candidate]]:
        """For each request its candidates, best first; none where the model keeps the text or fails at it. Any thread may ask."""
        ...

    def close(self) -> None: ...


def split(spec: str) -> tuple[str, str]:
    """The kind of backend and what follows its colon. Raises CleanerError for what is no ``rewriter``.

    >>> split("hf:grammar/model"), split("none")
    (('hf', 'grammar/model'), ('none', ''))
    """
    kind, _, rest = spec.partition(":")
    known = {k.partition(":")[0]: bool(k.partition(":")[2]) for k in KINDS}
    if kind not in known or known[kind] != bool(rest) or (kind == "openai" and not re.fullmatch(r"https?://[^#]+#.+", rest)):
        raise CleanerError(f"no such rewriter: {spec!r}; give {', '.join(KINDS[:-1])} or {KINDS[-1]}")
    return kind, rest


def load(spec: str, settings: Settings, say: Callable[[str], None]) -> Backend | None:
    """The backend that a ``rewriter`` setting names; None for ``none``.

    `say` hears what the backend has to tell: where it sends texts, what it got back, what it could not use.

    Raises CleanerError, one line with what to do, where the model or a package for it is not there.
    """
    kind, rest = split(spec)
    if kind == "none":
        return None
    from .cache import Remembered, place

    return Remembered(_model(kind, rest, settings, say), place(settings.cache), say)


def _model(kind: str, rest: str, settings: Settings, say: Callable[[str], None]) -> Model:
    if kind == "hf":
        from .hf import Transformer

        return Transformer(rest, settings)
    if kind == "ct2":
        from .ct2 import Converted

        return Converted(Path(rest), settings)
    from .endpoint import Endpoint

    url, _, model = rest.partition("#")
    return Endpoint(url, model, settings, say)


class Guarded:
    """A backend that is loaded when it is first asked, and that never breaks a run."""

    def __init__(self, spec: str, settings: Settings, say: Callable[[str], None]) -> None:
        split(spec)
        self.spec = spec
        self.settings = settings
        self._say = say
        self._backend: Backend | None = None
        self._wanted = spec != "none"
        self._warned = False
        self._failed = 0
        self._lock = threading.Lock()

    @classmethod
    def of(cls, config: Config, say: Callable[[str], None]) -> Guarded:
        """What the settings ask for. Raises CleanerError for a ``rewriter`` that is none."""
        own = settings.of(config.rewriter, config.rewriting, max_requests=config.max_requests, max_tokens=config.max_tokens)
        return cls(config.rewriter, own, say)

    def __bool__(self) -> bool:
        """Whether it is worth asking."""
        return self._wanted

    @property
    def backend(self) -> Backend | None:
        """The backend, loaded; None, with one warning, where that fails."""
        with self._lock:
            if not self._wanted:
                return None
            if self._backend is None:
                try:
                    self._backend = load(self.spec, self.settings, self._say)
                except Exception as error:  # every library fails in its own way; the rules must still run
                    self._told(f"cannot be used ({_line(error)})")
                self._wanted = self._backend is not None
            return self._backend

    def propose(self, requests: Sequence[Request]) -> list[list[Candidate]]:
        """What the backend proposes, less what cannot be a post-edit; nothing, with one warning, where it fails."""
        backend = self.backend if requests else None
        if backend is None:
            return [[] for _ in requests]
        try:
            proposed = backend.propose(requests)
            if len(proposed) != len(requests):
                raise ValueError(f"{len(proposed)} answers to {len(requests)} requests")
        except Exception as error:  # as above
            self._told(f"failed ({_line(error)})")
            self._failed += 1
            self._wanted = self._failed < _FAILURES
            return [[] for _ in requests]
        self._failed = 0
        return [_plausible(r, found, self.settings) for r, found in zip(requests, proposed, strict=True)]

    def close(self) -> None:
        if self._backend is not None:
            self._backend.close()

    def _told(self, what: str) -> None:
        if not self._warned:
            self._warned = True
            self._say(f"the rewriter {self.spec} {what}: fewer suggestions")


def _line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0][:300]


def _plausible(request: Request, candidates: Sequence[Candidate], settings: Settings) -> list[Candidate]:
    """The different candidates that can be a post-edit: one line of readable characters, much of it as it was, and no neighbour's."""
    from rapidfuzz.distance import Indel

    text = request.text
    seen = {text}
    kept = []
    for c in candidates:
        odd = any(unicodedata.category(x) in ("Cc", "Cs", "Co", "Cn", "Zl", "Zp") for x in c.text) or "⁇" in c.text or "\ufffd" in c.text
        if c.text in seen or odd or not c.text.strip():
            continue
        if not len(text) / settings.growth - 20 <= len(c.text) <= len(text) * settings.growth + 20:
            continue
        around = c.text.strip() in request.before or c.text.strip() in request.after
        if Indel.normalized_similarity(text, c.text) < (_REPEATED if around else _SIMILAR):
            continue
        seen.add(c.text)
        kept.append(c)
    return kept[:settings.candidates]
