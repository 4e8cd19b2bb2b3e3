"""The ready replacements that detectors hand over with their findings."""

from __future__ import annotations

from collections.abc import Iterator

from ..analysis import Analysis
from ..core import Finding, Suggestion
from ..registry import rewriter


@rewriter("all")
def replacement(analysis: Analysis, findings: tuple[Finding, ...]) -> Iterator[Suggestion]:
    """Turn each finding's own replacements into suggestions, the first ones ranked higher."""
    for finding in findings:
        for rank, r in enumerate(finding.replacements):
            yield Suggestion(
                r.span, r.text, finding.rule, (finding,), r.safety, r.reason, max(0.05, finding.confidence * 0.9**rank),
            )
