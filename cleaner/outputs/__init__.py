"""Results as text: one module a format, each with `render(results)`, which yields pieces of output as results come in."""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..pipeline import Result

#: `full` and `concise` are for people, the others for programs.
FORMATS = ("full", "concise", "json", "jsonl", "sarif", "github")


def render(form: str, results: Iterable[Result]) -> Iterator[str]:
    """The pieces of text of results in a format of `FORMATS`; nothing is held back until the end."""
    pieces: Iterator[str] = importlib.import_module(f"{__name__}.{form}").render(results)
    return pieces
