"""Verdicts to Decision. Pure: the only place where it is settled whether the tool changes text by itself."""

from __future__ import annotations

from .core import Decision, Suggestion, Verdict


def decide(suggestion: Suggestion, verdicts: tuple[Verdict, ...], *, unsafe_fixes: bool) -> Decision:
    """Accept what is safe and passed every gate; everything else is a person's. A gate that could not run has not passed."""
    failed = [v for v in verdicts if not v.passed]
    if failed:
        return Decision(suggestion, verdicts, "review", "; ".join(f"{v.gate}: {v.reason}" for v in failed))
    if not verdicts:
        return Decision(suggestion, verdicts, "review", "no gate ran")
    if suggestion.safety == "safe":
        return Decision(suggestion, verdicts, "accept", suggestion.reason)
    if unsafe_fixes:
        return Decision(suggestion, verdicts, "accept", f"unsafe fixes are on: {suggestion.reason}")
    return Decision(suggestion, verdicts, "review", f"unsafe: {suggestion.reason}")
