"""What a page's address says: which items are wanted, and which one is shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from ..core import CleanerError
from ..review.service import Filter


def wanted(query: Mapping[str, str]) -> Filter:
    """The filter in an address; what is missing or empty does not filter. Raises CleanerError for a risk that is no number."""
    def text(name: str) -> str | None:
        return query.get(name, "").strip() or None

    try:
        low, high = float(text("min_risk") or 0), float(text("max_risk") or 1)
    except ValueError:
        raise CleanerError("the risk must be a number from 0 to 1, such as 0.5") from None
    return Filter(
        doc=text("doc"), rule=text("rule"), min_risk=low, by_risk=query.get("by_risk") == "1", category=text("category"),
        severity=text("severity"), max_risk=high, text=text("text") or "", state=text("state"),
    )


def address(path: str, filtered: Filter, **more: str | int | None) -> str:
    """The address of `path` for a filter; `more` goes behind it where it is not None."""
    parts: dict[str, str | int | float | None] = {
        "doc": filtered.doc, "rule": filtered.rule, "category": filtered.category, "severity": filtered.severity,
        "min_risk": filtered.min_risk or None, "max_risk": filtered.max_risk if filtered.max_risk < 1 else None,
        "text": filtered.text or None, "state": filtered.state, "by_risk": 1 if filtered.by_risk else None,
    }
    query = urlencode({name: value for name, value in (parts | more).items() if value is not None})
    return f"{path}?{query}" if query else path


def parts(filtered: Filter) -> list[tuple[str, str, Filter]]:
    """What a filter asks for besides a search, each with its name, how it reads, and the filter without it."""
    names = ("doc", "rule", "category", "severity", "state")
    asked: list[tuple[str, str, Any]] = [(name, value, None) for name in names if (value := getattr(filtered, name)) is not None]
    if filtered.min_risk:
        asked.append(("min_risk", f"{filtered.min_risk:.0%} or more", 0.0))
    if filtered.max_risk < 1:
        asked.append(("max_risk", f"{filtered.max_risk:.0%} or less", 1.0))
    return [(name.split("_")[-1], value, replace(filtered, **{name: without})) for name, value, without in asked]


def own_path(path: str) -> str:
    """A path of this server, whatever a form sent: never another host's address."""
    return "/" + path.lstrip("/\\")
