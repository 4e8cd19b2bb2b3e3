"""Where a finding stands, in the words of editors: line and column, both from 1, columns in characters."""

from __future__ import annotations

import bisect
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ..core import Finding, Record

if TYPE_CHECKING:
    from ..pipeline import Result

_LINE_END = re.compile(r"\r\n|\n|\r")


class Lines:
    r"""The lines of a text.

    >>> Lines("one\ntwo").place(5)
    (2, 2)
    """

    def __init__(self, text: str) -> None:
        self._starts = [0, *(m.end() for m in _LINE_END.finditer(text))]

    def place(self, offset: int) -> tuple[int, int]:
        line = bisect.bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1


def listed(result: Result) -> Iterator[tuple[Record, list[Finding]]]:
    """Records with something to say, each with its findings; a finding that runs over several records comes with the first.

    Records that a person has settled, or that are as they were, say nothing; nor do findings beyond the review budget.
    """
    seen: set[Finding] = set()
    for record in result.records:
        new = [f for f in record.findings if f not in seen and not (record.reason and f not in record.settled)]
        seen.update(new)
        if record.status != "unchanged" and new:
            yield record, new
