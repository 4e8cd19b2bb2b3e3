"""The report (docs/report.md) on stdout: one object a segment."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from ..report import row

if TYPE_CHECKING:
    from ..pipeline import Result


def render(results: Iterable[Result]) -> Iterator[str]:
    """A line a record."""
    for result in results:
        for record in result.records:
            yield json.dumps(row(result.document.name, record), ensure_ascii=False) + "\n"
