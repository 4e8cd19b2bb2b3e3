"""Records to a report: JSON Lines, schema 1 (docs/report.md)."""

from __future__ import annotations

from typing import Any

from .core import Finding, Proposal, Record, Verdict

SCHEMA = 1


def row(doc: str, record: Record) -> dict[str, Any]:
    """The report line of a record: offsets are characters of the input file, suggestions replace the whole record."""
    return {
        "schema": SCHEMA, "doc": doc, "start": record.span.start, "end": record.span.end, "original": record.original,
        "output": record.output, "source": record.source or None, "status": record.status, "reason": record.reason, "risk": record.risk,
        "key": record.key, "findings": [_finding(f) for f in record.findings], "suggestions": [_proposal(p) for p in record.proposals],
    }


def _finding(f: Finding) -> dict[str, Any]:
    return {
        "start": f.span.start, "end": f.span.end, "rule": f.rule, "category": f.category, "severity": f.severity,
        "confidence": round(f.confidence, 3), "message": f.message,
    }


def _proposal(p: Proposal) -> dict[str, Any]:
    return {
        "text": p.text, "rewriter": p.rewriter, "safety": p.safety, "score": round(p.score, 3), "reason": p.reason,
        "verdicts": [_verdict(v) for v in p.verdicts],
    }


def _verdict(v: Verdict) -> dict[str, Any]:
    return {"gate": v.gate, "score": round(v.score, 3), "threshold": v.threshold, "passed": v.passed, "reason": v.reason}
