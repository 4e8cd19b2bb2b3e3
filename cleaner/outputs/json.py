"""The report (docs/report.md) as one JSON array."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from . import jsonl

if TYPE_CHECKING:
    from ..pipeline import Result


def render(results: Iterable[Result]) -> Iterator[str]:
    """The same objects as JSON Lines, between brackets."""
    between = "[\n"
    for line in jsonl.render(results):
        yield between + line.rstrip("\n")
        between = ",\n"
    yield "[]\n" if between == "[\n" else "\n]\n"
