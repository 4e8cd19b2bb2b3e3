"""Annotations for GitHub Actions (https://docs.github.com/actions/reference/workflow-commands): only what is left for a person."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from ..core import Severity
from .places import Lines, listed

if TYPE_CHECKING:
    from ..pipeline import Result

_LEVELS: dict[Severity, str] = {"neutral": "notice", "minor": "notice", "major": "warning", "critical": "error"}


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def render(results: Iterable[Result]) -> Iterator[str]:
    """A workflow command a finding."""
    for result in results:
        lines = Lines(result.document.text)
        for record, findings in listed(result):
            for f in findings:
                if record.is_fixed(f):
                    continue
                line, column = lines.place(f.span.start)
                end_line, end_column = lines.place(f.span.end)
                place = {
                    "file": result.document.name, "line": line, "endLine": end_line, "col": column,
                    "endColumn": end_column, "title": f.rule,
                }
                if line != end_line:
                    del place["col"], place["endColumn"]  # GitHub allows columns only within one line
                properties = ",".join(f"{k}={_property(str(v))}" for k, v in place.items())
                hint = f" Perhaps: {record.proposals[0].text}" if record.proposals else ""
                yield f"::{_LEVELS[f.severity]} {properties}::{_data(_shown(f.message + hint))}\n"


def _shown(text: str) -> str:
    from ..console import printable

    return printable(text, keep="\r\n\t")
