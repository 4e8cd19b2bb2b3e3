"""How much a person can review: which records go to review when not everything that is flagged can."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from .core import CleanerError, Finding, Record, Span, Status

ALL = "all"
#: The rule of a record that is for review because of its risk alone: a member of the family of the quality model's findings.
RISKIEST = "quality.riskiest"
_SHARE = re.compile(r"(\d{1,3}(?:\.\d{1,6})?) ?%")
_COUNT = re.compile(r"\d{1,9}")
_QUOTED = 3  # doubted passages that a finding quotes


@dataclass(frozen=True, slots=True)
class Budget:
    """The riskiest records of a document, as many as `share` (0 to 1) or `count` says, and none with less risk than `least`.

    `said` is the budget as the user wrote it.
    """

    said: str = ALL
    share: float = 1.0
    count: int | None = None
    least: float = 0.0

    @property
    def limits(self) -> bool:
        """Whether there is any limit."""
        return self.said != ALL or self.least > 0

    def chosen(self, risks: Sequence[float]) -> set[int]:
        """Which of the records with these risks are within the budget; ties in order. A share is at least one record, if there is one."""
        size = max(1, round(self.share * len(risks))) if self.count is None else self.count
        order = sorted(range(len(risks)), key=lambda i: (-risks[i], i))
        return {i for i in order[:size] if risks[i] >= self.least}

    def __str__(self) -> str:
        size = "" if self.said == ALL else f"the riskiest {self.said} of the document"
        least = f"a risk of {self.least:g} or more" if self.least else ""
        return ", with ".join(filter(None, (size, least)))


def parse(said: str, least: float = 0.0) -> Budget:
    """The budget that ``20%`` (of each document), ``15`` (of each document) or ``all`` stands for. Raises CleanerError for anything else.

    >>> parse("20%").chosen([0.1, 0.9, 0.2, 0.3, 0.4])
    {1}
    """
    if said == ALL:
        return Budget(least=least)
    share, count = _SHARE.fullmatch(said), _COUNT.fullmatch(said)
    if share and 0 < float(share[1]) <= 100:
        return Budget(said, share=float(share[1]) / 100, least=least)
    if count and int(said):
        return Budget(said, count=int(said), least=least)
    raise CleanerError(f"a review budget cannot be {said!r}: write a share as '20%', a number of sentences as '15', or 'all'")


def riskiest(record: Record, doubted: Sequence[Span], budget: Budget) -> Finding:
    """The finding that puts a record to review because of its risk; `doubted` are the passages of the document that the model doubts."""
    spans = [Span(max(s.start, record.span.start), min(s.end, record.span.end)) for s in doubted]
    words = ", ".join(f"“{record.original[s.start - record.span.start:s.end - record.span.start]}”" for s in spans[:_QUOTED])
    why = f"; the quality model doubts {words}" if words else ""
    return Finding(
        max(spans, key=len, default=record.span), RISKIEST, "accuracy/mistranslation", "major",
        f"Its risk of {record.risk:.2f} is within the review budget ({budget}){why}.", record.risk,
    )


def limit(
    records: Sequence[Record], risks: Sequence[float], budget: Budget, *, settled: Callable[[Record], bool],
    doubt: Callable[[Record], Finding | None],
) -> tuple[Record, ...]:
    """Put to review what is within the budget, flagged or not, and nothing else.

    What was flagged beyond it keeps its findings and says why it is not for review; what was changed stays changed.

    Args:
        records: those of a document.
        risks: what is left of each record's risk after the changes made to it.
        budget: the limit.
        settled: whether a person has decided about a record. Such records use up the budget all the same, or review would never end.
        doubt: the finding that puts an unflagged record to review; None where the user does not want it.

    """
    within = budget.chosen(risks)
    made = []
    for i, record in enumerate(records):
        if i in within and record.status != "review" and not settled(record):
            finding = doubt(record)
            if finding:
                record = replace(record, status="review", findings=(*record.findings, finding))
        elif i not in within and record.status == "review":
            status: Status = "fixed" if record.output != record.original else "unchanged"
            record = replace(record, status=status, reason=f"beyond the review budget ({budget})")
        made.append(record)
    return tuple(made)
