"""What reviewing means, for every place where people review: what may be chosen, what an answer does, what must be warned of.

The terminal and pages draw and ask; whatever decides anything is here.
"""

from __future__ import annotations

import getpass
import os
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

from ..config import Config
from ..core import SEVERITIES, Finding, Proposal, Verdict
from ..registry import Pair
from .item import Entry, Item
from .queue import Queue

Measure = Callable[[Pair], tuple[Verdict, ...]]
#: The rewriter's name on the choice that is only what the tool repaired by itself.
TOOL = "tool"


@dataclass(frozen=True, slots=True)
class Filter:
    """Which items to review: of one document, of one rule (a name or dotted prefix), at least this risky; in order of risk or of text."""

    doc: str | None = None
    rule: str | None = None
    min_risk: float = 0.0
    by_risk: bool = False


class Review:
    """A reviewer at a queue. `measure` runs the gates and is called only for edits."""

    def __init__(self, queue: Queue, who: str, measure: Measure) -> None:
        self.queue = queue
        self.who = who
        self._measure = measure

    def pending(self, wanted: Filter) -> list[Item]:
        """What waits for a decision."""
        return self.queue.pending(doc=wanted.doc, rule=wanted.rule, min_risk=wanted.min_risk, by_risk=wanted.by_risk)

    def fresh(self, item: Item) -> Item | None:
        """The item as it stands now, or None when somebody answered it or its document no longer has it."""
        now = self.queue.item(item.doc, item.key)
        return None if now is None or now.stale or now.last != item.last else now

    def accept(self, item: Item, choice: Proposal) -> Entry:
        """Take one of the item's choices."""
        return self.queue.decide(item, "accept", choice.text, self.who)

    def edit(self, item: Item, text: str) -> Entry:
        """Put the reviewer's own text; one of the choices, or the original, is an accept or a reject however it was typed."""
        text = tidy(text)
        if text == item.original:
            return self.reject(item)
        for choice in choices(item):
            if choice.text == text:
                return self.accept(item, choice)
        return self.queue.decide(item, "edit", text, self.who)

    def check(self, item: Item, text: str) -> tuple[Verdict, ...]:
        """The gates that a reviewer's text fails, with the item's surroundings as context. They warn; the person decides."""
        context = " ".join(t for t in (item.before, item.original, item.after) if t)
        return tuple(v for v in self._measure(Pair(item.original, tidy(text), context)) if not v.passed)

    def reject(self, item: Item) -> Entry:
        """Keep the original: what was found is no reason to change it."""
        return self.queue.decide(item, "reject", item.original, self.who)

    def dismiss(self, item: Item, finding: Finding, *, everywhere: bool = False) -> Entry:
        """Say that one finding is wrong, or that its rule is wrong in the whole document."""
        if everywhere:
            return self.queue.dismiss(item.doc, finding.rule, self.who)
        return self.queue.dismiss(item.doc, finding.rule, self.who, item=item, words=item.words(finding))

    def undo(self) -> Entry | None:
        """Take back this reviewer's newest decision that still holds, from this sitting or an earlier one."""
        return self.queue.undo(self.who)


def choices(item: Item) -> tuple[Proposal, ...]:
    """The texts a reviewer may take, best first. Where the tool repaired a part by itself, that part alone is a choice too."""
    offered = list(item.proposals)
    if item.output not in (item.original, *(p.text for p in offered)):
        offered.append(Proposal(item.output, TOOL, "safe", 1.0, "Only what was repaired by itself.", ()))
    return tuple(offered)


def ranked(item: Item) -> tuple[Finding, ...]:
    """The findings of an item, the gravest and surest first."""
    return tuple(sorted(item.findings, key=lambda f: (-SEVERITIES.index(f.severity), -f.confidence, f.span)))


def failed_first(choice: Proposal) -> tuple[Verdict, ...]:
    """The verdicts on a choice, failed gates in front."""
    return tuple(sorted(choice.verdicts, key=lambda v: v.passed))


def tidy(text: str) -> str:
    """A reviewer's text without what a keyboard or clipboard slips in: control characters, and space at either end."""
    return "".join(c for c in text if c in "\n\t" or unicodedata.category(c) != "Cc").strip()


def reviewer() -> str:
    """Who is deciding: ``$CLEANER_REVIEWER``, or the name one is logged in with."""
    try:
        return os.environ.get("CLEANER_REVIEWER") or getpass.getuser()
    except (OSError, KeyError):  # a user without an entry in the password file, as in containers
        return "unknown"


def gates(config: Config) -> Measure:
    """All gates with the thresholds of `config`, loaded when they are first needed."""
    loaded: list[Measure] = []

    def measure(pair: Pair) -> tuple[Verdict, ...]:
        if not loaded:
            from ..pipeline import Pipeline

            loaded.append(Pipeline(config).measure)
        return loaded[0](pair)

    return measure
