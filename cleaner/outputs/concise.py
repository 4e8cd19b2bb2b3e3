"""One line a finding: ``path:line:column rule message``, and whether it was dealt with."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from ..console import one_line
from .places import Lines, listed

if TYPE_CHECKING:
    from ..pipeline import Result


def render(results: Iterable[Result]) -> Iterator[str]:
    """A line a finding."""
    for result in results:
        lines = Lines(result.document.text)
        for record, findings in listed(result):
            for f in findings:
                line, column = lines.place(f.span.start)
                mark = "[fix] " if record.is_fixed(f) else ""
                yield f"{one_line(result.document.name)}:{line}:{column} {f.rule} {mark}{one_line(f.message)}\n"
