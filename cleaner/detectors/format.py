"""Marks and spacing that no style guide allows."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..analysis import Analysis
from ..core import Replacement, Span
from ..registry import Bad, Good, Hit, detector

_DOUBLED = re.compile(r"(?<![,.;:])([,;:])\s*\1(?![,;:])")


@detector("fluency/punctuation", "minor", examples=[
    Bad("He came[[,,]] then left.", after="He came, then left.", safe=True),
    Bad("Prices rose[[;;]] wages did not.", after="Prices rose; wages did not.", safe=True),
    Good("He came, then left."),
    Good("He waited ... and left."),
])
def doubled_mark(analysis: Analysis) -> Iterator[Hit]:
    """The same comma, semicolon or colon twice in a row."""
    for m in _DOUBLED.finditer(analysis.document.plain):
        span = Span(m.start(), m.end())
        yield Hit(span, f"“{m.group()}” should be one mark.", 0.95, (Replacement(span, m.group(1), "safe", "A mark is doubled."),))
