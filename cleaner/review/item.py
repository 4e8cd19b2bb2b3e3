"""What a reviewer sees and decides: an item of the queue, an entry of the log, and how findings and proposals are kept as JSON."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from ..core import Finding, Proposal, Severity, Span, Verdict
from .states import State

LogVerdict = Literal["accept", "edit", "reject", "dismiss", "undo", "redo", "comment", "learn", "claim", "release"]


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the log. A dismissal has its rule in `rules`; its `words` are None when the rule is dismissed in the whole document.

    Entries that were made at once have one `batch`, the number of the first of them; `count` says how many they were, where that was
    asked. `undone` says that it was taken back and not brought back again.
    """

    id: int
    at: str
    who: str
    verdict: LogVerdict
    doc: str
    key: str
    text: str
    rules: frozenset[str]
    words: str | None = None
    undoes: int | None = None
    batch: int | None = None
    count: int = 1
    undone: bool = False


@dataclass(frozen=True, slots=True)
class Claim:
    """Who is at an item now; it lapses at `until`, in seconds since 1970."""

    doc: str
    key: str
    who: str
    since: float
    until: float


@dataclass(frozen=True, slots=True)
class Item:
    """A record as the queue holds it. Spans are characters of the document at the time of its last run.

    `status` is what the tool alone made of it; `entry` is the answer that holds, if any; `last` numbers the newest entry about it and
    lets a decision notice that somebody else was quicker. A stale item is no longer produced by its document. `votes` are the newest
    answers of each person, the oldest first: where two people must agree, they may be there before any answer holds.
    """

    doc: str
    key: str
    span: Span
    original: str
    output: str
    before: str
    after: str
    risk: float
    status: Literal["review", "fixed"]
    findings: tuple[Finding, ...]
    proposals: tuple[Proposal, ...]
    stale: bool
    entry: Entry | None = None
    last: int = 0
    state: State = "initial"
    votes: tuple[Entry, ...] = ()
    claim: Claim | None = None
    source: str = ""

    @property
    def rules(self) -> frozenset[str]:
        return frozenset(f.rule for f in self.findings)

    def words(self, finding: Finding) -> str:
        """The part of the original that a finding marks (a finding may reach beyond its item)."""
        return self.original[max(0, finding.span.start - self.span.start):max(0, finding.span.end - self.span.start)]


@dataclass(frozen=True, slots=True)
class Row:
    """An item as a list shows it: the gravest severity, how many suggestions, whether the first passed every gate, who is at it now."""

    doc: str
    key: str
    start: int
    text: str
    risk: float
    state: State
    rules: tuple[str, ...]
    severity: Severity
    offers: int
    ready: bool
    claimed: str


@dataclass(frozen=True, slots=True)
class Page:
    """Part of a list: `total` items fit; of those that need a person, whatever state was asked for, `pending` wait and `decided` do not."""

    rows: tuple[Row, ...]
    offset: int
    total: int
    pending: int
    decided: int


@dataclass(frozen=True, slots=True)
class Facets:
    """How many items that fit a filter each document, rule, category, severity and state has."""

    docs: tuple[tuple[str, int], ...]
    rules: tuple[tuple[str, int], ...]
    categories: tuple[tuple[str, int], ...]
    severities: tuple[tuple[str, int], ...]
    states: tuple[tuple[str, int], ...]


def pack_findings(findings: Iterable[Finding]) -> str:
    """Findings as JSON, without the replacements: proposals have those."""
    rows = [[f.span.start, f.span.end, f.rule, f.category, f.severity, f.message, f.confidence] for f in findings]
    return json.dumps(rows, ensure_ascii=False)


def unpack_findings(packed: str) -> tuple[Finding, ...]:
    """The inverse of `pack_findings`."""
    return tuple(Finding(Span(start, end), *rest) for start, end, *rest in json.loads(packed))


def pack_proposals(proposals: Iterable[Proposal]) -> str:
    """Proposals with their verdicts as JSON."""
    return json.dumps([
        [p.text, p.rewriter, p.safety, p.score, p.reason, [[v.gate, v.score, v.threshold, v.passed, v.reason] for v in p.verdicts]]
        for p in proposals
    ], ensure_ascii=False)


def unpack_proposals(packed: str) -> tuple[Proposal, ...]:
    """The inverse of `pack_proposals`."""
    return tuple(
        Proposal(text, rewriter, safety, score, reason, tuple(Verdict(*v) for v in verdicts))
        for text, rewriter, safety, score, reason, verdicts in json.loads(packed)
    )


def pack_rules(rules: Iterable[str]) -> str:
    """Rule names as a sorted JSON list."""
    return json.dumps(sorted(rules), ensure_ascii=False)


def entry(row: sqlite3.Row, *, undone: bool = False) -> Entry:
    """A row of the log, or of a view of it."""
    return Entry(
        row["id"], row["at"], row["who"], row["verdict"], row["doc"], row["key"], row["text"], frozenset(json.loads(row["rules"])),
        row["words"], row["undoes"], row["batch"], undone=undone,
    )
