"""Which items somebody wants to see, and the SQL that finds them in `listing`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..config import did_you_mean
from ..core import SEVERITIES, CleanerError
from .states import STATE, STATES, WAITS

#: Every live item, whatever its state.
ALL = "all"

#: Whether a row `l` waits for the person `:who`: not while it is others' turn to agree with what they answered.
WAITS_FOR_ME = f"({WAITS} AND NOT (l.votes < :reviewers AND instr(l.voters, char(10) || :who || char(10))))"
#: Whether nobody but `:who` is at a row `l` at the time `:now`.
UNCLAIMED = "NOT EXISTS (SELECT 1 FROM claims c WHERE c.doc = l.doc AND c.key = l.key AND c.who != :who AND c.until > :now)"
_IN_TEXT = "l.doc, l.start, l.key"
_BY_RISK = "-l.risk, l.doc, l.start, l.key"


@dataclass(frozen=True, slots=True)
class Filter:
    """Which items to review, and in what order: that of the text, or the riskiest first.

    Attributes:
        doc: only this document.
        rule: only what this rule found, by its name or the part before a dot.
        min_risk: at least this risk, 0 to 1.
        by_risk: the riskiest first.
        category: only findings filed under this, or the part before the slash.
        severity: only items with a finding that is so severe.
        max_risk: at most this risk, 0 to 1.
        text: words that stand in the sentence, its first suggestion, its messages or its document's name, in any case.
        state: None for what waits for a person, ``all``, or one of `states.STATES`.

    Raises CleanerError for a severity or state that there is not.

    """

    doc: str | None = None
    rule: str | None = None
    min_risk: float = 0.0
    by_risk: bool = False
    category: str | None = None
    severity: str | None = None
    max_risk: float = 1.0
    text: str = ""
    state: str | None = None

    def __post_init__(self) -> None:
        for name, value, known in (("severity", self.severity, SEVERITIES), ("state", self.state, (ALL, *STATES))):
            if value is not None and value not in known:
                raise CleanerError(f"unknown {name} {value!r}{did_you_mean(value, known)}; known are {', '.join(known)}")

    @property
    def order(self) -> str:
        """The columns to sort by."""
        return _BY_RISK if self.by_risk else _IN_TEXT

    def fits(self) -> tuple[str, dict[str, Any]]:
        """The SQL condition on rows `l` of `listing`, state left out, and its values."""
        tests, values = ["l.stale = 0"], dict[str, Any]()
        if self.doc is not None:
            tests.append("l.doc = :doc")
            values["doc"] = self.doc
        if self.min_risk > 0:
            tests.append("l.risk >= :min_risk")
            values["min_risk"] = self.min_risk
        if self.max_risk < 1:
            tests.append("l.risk <= :max_risk")
            values["max_risk"] = self.max_risk
        if self.text.strip():
            tests.append("instr(l.search, :text)")
            values["text"] = searchable(self.text)
        finding = []
        if self.rule is not None:
            finding.append("(m.rule = :rule OR substr(m.rule, 1, length(:rule) + 1) = :rule || '.')")
            values["rule"] = self.rule
        if self.category is not None:
            finding.append("(m.category = :category OR substr(m.category, 1, length(:category) + 1) = :category || '/')")
            values["category"] = self.category
        if self.severity is not None:
            finding.append("m.severity = :severity")
            values["severity"] = SEVERITIES.index(self.severity)
        if finding:
            tests.append(f"""EXISTS (SELECT 1 FROM marks m WHERE m.doc = l.doc AND m.key = l.key
                AND (m.dismissed = 0 OR l.remaining = 0) AND {' AND '.join(finding)})""")
        return " AND ".join(tests), values

    def in_state(self) -> str:
        """The SQL condition for the state that is wanted; it needs the values `:reviewers` and `:who`."""
        if self.state is None:
            return WAITS_FOR_ME
        return "1" if self.state == ALL else f"{STATE} = '{self.state}'"


def place(wanted: Filter, doc: str, start: int, key: str, risk: float) -> tuple[Any, ...]:
    """Where an item stands in the order that is wanted: compare with `Filter.order`."""
    return (-risk, doc, start, key) if wanted.by_risk else (doc, start, key)


def searchable(text: str) -> str:
    """Text as it is searched: one case, single spaces."""
    return " ".join(text.casefold().split())
