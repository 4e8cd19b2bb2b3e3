"""What a reviewer sees and decides: an item of the queue, an entry of the log, and how findings and proposals are kept as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from ..core import Answer, Finding, Proposal, Span, Verdict

LogVerdict = Literal["accept", "edit", "reject", "dismiss", "undo"]


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the log. A dismissal has its rule in `rules`; its `words` are None when the rule is dismissed in the whole document."""

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

    def answer(self) -> Answer | None:
        """What the pipeline is told; None for entries that are not answers."""
        if self.verdict == "dismiss" or self.verdict == "undo":
            return None
        return Answer(self.verdict, self.text, self.rules)


@dataclass(frozen=True, slots=True)
class Item:
    """A record as the queue holds it. Spans are characters of the document at the time of its last run.

    `status` is what the tool alone made of it; `entry` is the answer that holds, if any; `last` numbers the newest entry about it and
    lets a decision notice that somebody else was quicker. A stale item is no longer produced by its document.
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

    @property
    def rules(self) -> frozenset[str]:
        return frozenset(f.rule for f in self.findings)

    def words(self, finding: Finding) -> str:
        """The part of the original that a finding marks (a finding may reach beyond its item)."""
        return self.original[max(0, finding.span.start - self.span.start):max(0, finding.span.end - self.span.start)]


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
