"""Findings to the chance that a segment has a major error."""

from __future__ import annotations

from collections.abc import Sequence

from .core import Finding

_WEIGHT = {"neutral": 0.05, "minor": 0.3, "major": 0.7, "critical": 0.9}


def risk(text: str, findings: Sequence[Finding]) -> float:
    """Noisy-or over the findings, from a base rate for the length of the text."""
    safe = 0.8 - min(0.3, len(text.split()) / 150)
    for f in findings:
        safe *= 1 - _WEIGHT[f.severity] * f.confidence
    return round(1 - safe, 4)
