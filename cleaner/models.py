"""The models that come with the tool, and converted ones: what they are, and whether their files are whole."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from . import encoder, estimator, language_model
from .config import did_you_mean
from .core import CleanerError
from .languagetool import INSTALL

DESCRIPTION = "model.json"


@dataclass(frozen=True, slots=True)
class Model:
    """A model and its state.

    Attributes:
        name: the name of its folder.
        purpose: what it does here, in a few words.
        at: where its files are, or would be.
        problem: what is wrong with them; empty when nothing is.
        mend: the command that mends it.
        without: what the tool does without it.
        described: its ``model.json``; empty where that cannot be read.

    """

    name: str
    purpose: str
    at: Path
    problem: str = ""
    mend: str = ""
    without: str = ""
    described: dict[str, Any] = field(default_factory=dict)

    @property
    def size(self) -> int:
        """Bytes of its files."""
        return sum(p.stat().st_size for p in self.at.rglob("*") if p.is_file()) if self.at.is_dir() else 0

    def fact(self, key: str) -> str:
        """A text or number out of its description; empty where there is none."""
        value = self.described.get(key, "")
        return str(value) if isinstance(value, str | int | float) else ""


def shipped() -> Iterator[Model]:
    """The models that the tool counts on, in the order in which they are used."""
    yield _encoder(estimator.FOLDER, "quality model", "only the rules run", estimator.folder())
    yield _encoder(estimator.BESIDE, "model of text and source", "only rules read the source", encoder.folder(estimator.BESIDE))
    yield _language()


def _encoder(name: str, purpose: str, without: str, at: Path | None) -> Model:
    problem = encoder.damage(at) if at else "not there"
    at = at or Path("models") / name
    return Model(name, purpose, at, problem, f"git checkout -- {at}", without, _described(at))


def _language() -> Model:
    name, purpose, without = language_model.FOLDER, "language model", "the rules rank"
    graph = language_model.shipped()
    try:
        at = language_model.folder()
        problem = language_model.damage(at) if at.exists() else "not installed"
    except (OSError, ValueError, KeyError) as error:
        at = graph or Path("models") / name
        return Model(name, purpose, at, str(error), f"git checkout -- models/{name}", without)
    return Model(name, purpose, at, problem, INSTALL, without, _described(graph or at))


def _described(at: Path) -> dict[str, Any]:
    try:
        found = json.loads((at / DESCRIPTION).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def find(name: str) -> Model:
    """The shipped model of a name, or the converted one in a folder. Raises CleanerError where there is neither."""
    known = {m.name: m for m in shipped()}
    if name in known:
        return known[name]
    at = Path(name)
    if not (at / DESCRIPTION).is_file():
        raise CleanerError(f"no model {name!r}{did_you_mean(name, known)}; give {', '.join(known)}, or the folder of a converted model")
    return Model(at.name, "rewrite model", at, encoder.damage(at), f"remove {at} and convert it again", "", _described(at))
