"""Findings to the chance that a segment has a major error: a logistic model over what the rules saw, here and in the rest of the document.

The weights (`data/risk.toml`) are fitted by `models/train/risk.py`, which also measures them on documents that were held out.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Sequence
from functools import cache
from importlib.resources import files

from .core import Finding

FEATURES = ("bias", "major", "minor", "weak", "surest", "words", "document", "heading")


@cache
def _weights() -> tuple[float, ...]:
    table = tomllib.loads(files("cleaner").joinpath("data/risk.toml").read_text(encoding="utf-8"))["weights"]
    return tuple(float(table[name]) for name in FEATURES)


def evidence(findings: Sequence[Finding]) -> float:
    """The expected number of true findings: the sum of their confidences."""
    return sum(f.confidence for f in findings)


def features(text: str, findings: Sequence[Finding], elsewhere: float, *, heading: bool) -> tuple[float, ...]:
    """What the model looks at, in the order of FEATURES.

    Args:
        text: the segment.
        findings: all findings on it, weak ones too.
        elsewhere: mean evidence of the document's other segments, which tells how well it was translated.
        heading: whether it is a heading.

    """
    strong = [f for f in findings if f.confidence >= 0.5]
    return (
        1.0,
        min(2.0, evidence([f for f in strong if f.severity in ("major", "critical")])),
        min(3.0, evidence([f for f in strong if f.severity in ("neutral", "minor")])),
        min(2.0, evidence([f for f in findings if f.confidence < 0.5])),
        max((f.confidence for f in findings), default=0.0),
        math.log1p(len(text.split())),
        math.sqrt(elsewhere),
        float(heading),
    )


def risk(text: str, findings: Sequence[Finding], elsewhere: float, *, heading: bool) -> float:
    """The chance, 0 to 1, that the segment has a major error; arguments as for `features`."""
    x = sum(w * f for w, f in zip(_weights(), features(text, findings, elsewhere, heading=heading), strict=True))
    return round(1 / (1 + math.exp(-x)), 4)
