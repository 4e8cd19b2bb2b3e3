"""SARIF 2.1.0 (https://docs.oasis-open.org/sarif/sarif/v2.1.0/), for code scanning and editors: findings with ready changes.

Columns and offsets count code points of the input. Fingerprints come from the words of the sentence and of its surroundings, so that a
viewer knows a finding again after edits elsewhere.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from .. import __version__, registry
from ..core import Finding, Record, Severity, Span
from .places import Lines, listed

if TYPE_CHECKING:
    from ..pipeline import Result

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
FINGERPRINT = "cleaner/v1"
_LEVELS: dict[Severity, str] = {"neutral": "note", "minor": "note", "major": "warning", "critical": "error"}


def render(results: Iterable[Result]) -> Iterator[str]:
    """One run; results as they come, the rules that they name at the end (the order of members means nothing in JSON)."""
    yield json.dumps({"$schema": SCHEMA, "version": "2.1.0"})[:-1] + ', "runs": [{"columnKind": "unicodeCodePoints", "results": ['
    rules: dict[str, int] = {}
    between = "\n"
    for result in results:
        lines = Lines(result.document.text)
        for record, findings in listed(result):
            seen: Counter[str] = Counter()
            for finding in findings:
                seen[finding.rule] += 1
                index = rules.setdefault(finding.rule, len(rules))
                made = _result(result.document.name, lines, record, finding, index, seen[finding.rule])
                yield between + json.dumps(made, ensure_ascii=False)
                between = ",\n"
    driver = {"name": "cleaner", "semanticVersion": __version__, "rules": [_rule(name) for name in rules]}
    yield '\n], "tool": ' + json.dumps({"driver": driver}, ensure_ascii=False) + "}]}\n"


def _rule(name: str) -> dict[str, Any]:
    rule = registry.rule_of(name)
    if rule is None:
        raise ValueError(f"a finding of no rule: {name}")
    short = next(iter(rule.doc.splitlines()), "") or rule.name
    return {
        "id": name, "shortDescription": {"text": short}, "fullDescription": {"text": rule.doc or short},
        "defaultConfiguration": {"level": _LEVELS[rule.severity]}, "properties": {"category": rule.category},
    }


def _result(name: str, lines: Lines, record: Record, f: Finding, index: int, count: int) -> dict[str, Any]:
    place = {"uri": _uri(name)}
    made: dict[str, Any] = {
        "ruleId": f.rule, "ruleIndex": index, "level": _LEVELS[f.severity], "message": {"text": f.message},
        "locations": [{"physicalLocation": {
            "artifactLocation": place, "region": _region(lines, f.span),
            "contextRegion": _region(lines, record.span) | {"snippet": {"text": record.original}},
        }}],
        "partialFingerprints": {FINGERPRINT: hashlib.sha256(f"{record.key}\x1f{f.rule}\x1f{count}".encode()).hexdigest()[:32]},
        "properties": {"category": f.category, "confidence": round(f.confidence, 3), "risk": record.risk, "fixed": record.is_fixed(f)},
    }
    changes = [("Made by cleaner", record.output)] if record.status == "fixed" else [(p.reason, p.text) for p in record.proposals]
    if changes:
        made["fixes"] = [{
            "description": {"text": reason or "A suggestion"},
            "artifactChanges": [{"artifactLocation": place, "replacements": [{
                "deletedRegion": _region(lines, record.span), "insertedContent": {"text": text},
            }]}],
        } for reason, text in changes]
    return made


def _region(lines: Lines, span: Span) -> dict[str, Any]:
    (line, column), (end_line, end_column) = lines.place(span.start), lines.place(span.end)
    return {
        "startLine": line, "startColumn": column, "endLine": end_line, "endColumn": end_column,
        "charOffset": span.start, "charLength": len(span),
    }


def _uri(name: str) -> str:
    """A relative reference for a relative path, a file URI for an absolute one."""
    path = Path(name)
    return path.as_uri() if path.is_absolute() else quote(path.as_posix(), safe="/@!$&'()*+,;=~", errors="surrogateescape")
