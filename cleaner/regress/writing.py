"""Cases into files: new ones from reviewed sentences, and, when that is asked for, failing ones rewritten to what the tool does now."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import yaml

from ..core import CleanerError
from ..review.item import Item
from ..writing import atomic
from . import Outcome
from .cases import Entry, entries, pattern, same


def from_item(item: Item) -> dict[str, Any]:
    """The case that a reviewed sentence makes: the answer is what a good editor expects. Raises CleanerError for one without an answer."""
    if item.entry is None:
        raise CleanerError(f"{item.key[:8]}: nobody has decided about it yet; `cleaner review` first")
    case: dict[str, Any] = {"name": f"{item.doc} {item.key[:8]}"}
    if item.before:
        case["context"] = item.before
    case["sentence"] = item.original
    if item.after:
        case["after"] = item.after
    if item.source:
        case["source"] = item.source
    if item.entry.verdict == "reject":
        return case | {"clean": True}
    return case | {"flag": sorted(item.rules), "accept": [item.entry.text]}


def append(path: Path, cases: Iterable[dict[str, Any]]) -> int:
    """Add cases to a JSON Lines file, made if it is missing; those whose sentence and surroundings it has already are left out.

    Returns how many were added.
    """
    if path.suffix != ".jsonl":
        raise CleanerError(f"{path}: cases are added to a file whose name ends in .cases.jsonl")
    before = path.read_bytes().decode("utf-8") if path.exists() else ""
    known = {_identity(e.values) for e in entries(path)} if before else set()
    lines = []
    for case in cases:
        if _identity(case) not in known:
            known.add(_identity(case))
            lines.append(json.dumps(case, ensure_ascii=False) + "\n")
    if lines:
        with atomic(path) as file:
            file.write(before + ("" if not before or before.endswith("\n") else "\n") + "".join(lines))
    return len(lines)


def remove(path: Path, cases: Iterable[dict[str, Any]]) -> int:
    """Take cases that are just like these out of a JSON Lines file, whose other lines stay as they are; returns how many there were."""
    if not path.exists():
        return 0
    lines = path.read_bytes().decode("utf-8").split("\n")
    unwanted = list(cases)
    gone = {e.line for e in entries(path) if e.values in unwanted}
    if gone:
        with atomic(path) as file:
            file.write("\n".join(line for n, line in enumerate(lines, 1) if n not in gone))
    return len(gone)


def _identity(case: dict[str, Any]) -> tuple[str, ...]:
    return tuple(" ".join(str(case.get(k, "")).split()) for k in ("context", "sentence", "after"))


def update(path: Path, outcomes: Iterable[Outcome]) -> int:
    """Rewrite the failing cases of a file so that they expect what the tool does now; returns how many. Everything else stays as it is."""
    failed = {o.case.line: o for o in outcomes if o.failed}
    if not failed:
        return 0
    lines = path.read_bytes().decode("utf-8").split("\n")
    flat = [e for entry in entries(path) for e in _flat(entry)]
    for entry in sorted((e for e in flat if e.line in failed), key=lambda e: -e.line):
        values = received(entry.values, failed[entry.line])
        first = lines[entry.line - 1]
        if path.suffix == ".jsonl":
            new = [json.dumps(values, ensure_ascii=False)]
        else:
            indent = len(first) - len(first.lstrip())
            dumped = yaml.safe_dump([values], allow_unicode=True, sort_keys=False, width=10_000).rstrip("\n").split("\n")
            new = [" " * indent + line for line in dumped]
        lines[entry.line - 1:entry.end - 1] = new
    with atomic(path) as file:
        file.write("\n".join(lines))
    return len(failed)


def _flat(entry: Entry) -> list[Entry]:
    inner = [e for e in entry.values.get("sentences", ()) if isinstance(e, Entry)]
    return inner or [entry]


def received(values: dict[str, Any], outcome: Outcome) -> dict[str, Any]:
    """The case with the expectations that hold now in place of those that do not."""
    kept = {k: v for k, v in values.items() if k not in ("flag", "gone", "accept", "keep", "clean")}
    rules = sorted({f.rule for f in outcome.findings})
    changed = not same(outcome.output, outcome.case.sentence)
    if not rules and not changed:
        return kept | {"clean": True}
    now: dict[str, Any] = {
        "flag": rules, "gone": [w for w in outcome.case.gone if not pattern(w).search(outcome.output)],
        "accept": [outcome.output] if changed else list(outcome.offers[:1]), "keep": [w for w in outcome.case.keep if w in outcome.output],
    }
    return kept | {k: v for k, v in now.items() if v}
