"""What reviewing means, for every place where people review: what may be chosen, what an answer does, what must be warned of.

The terminal and pages draw and ask; whatever decides anything is here.
"""

from __future__ import annotations

import getpass
import os
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from .. import gating
from ..config import Config
from ..core import SEVERITIES, CleanerError, Finding, Proposal, Verdict
from ..registry import Pair
from .filters import ALL, Filter
from .item import Claim, Entry, Facets, Item, Page, Row
from .journal import TakenError
from .learned import Learned, Lesson, lesson
from .queue import Queue
from .states import STATES, State
from .statistics import Statistics
from .teaching import Teacher
from .tuning import Tuning, propose

__all__ = [
    "ALL", "STATES", "Bulk", "Claim", "Entry", "Facets", "Filter", "Item", "Learned", "Lesson", "Measure", "Page", "Review", "Row", "State",
    "TakenError", "choices", "failed_first", "gates", "lesson", "ranked", "reviewer", "tidy",
]

Measure = Callable[[Pair], tuple[Verdict, ...]]
#: The rewriter's name on the choice that is only what the tool repaired by itself.
TOOL = "tool"


@dataclass(frozen=True, slots=True)
class Bulk:
    """What a decision about many items did: `done` have an answer now; `left` fit the filter, but had no suggestion that passed every
    gate, or somebody else was at them. `entry` is the newest, for undoing all at once.
    """

    done: int
    left: int
    entry: Entry | None


class Review:
    """A reviewer at a queue. `measure` runs the gates and is called only for edits; `cases` is the folder of regression cases."""

    def __init__(self, queue: Queue, who: str, measure: Measure, *, cases: Path | None = None) -> None:
        self.queue = queue
        self.who = who
        self._measure = measure
        self._teacher = Teacher(queue, who, cases or Path(Config().cases))

    # What is there

    def pending(self, wanted: Filter) -> list[Item]:
        """What waits for a decision."""
        return self.queue.pending(wanted=wanted, who=self.who)

    def page(self, wanted: Filter, *, offset: int = 0, limit: int = 50) -> Page:
        """Part of a list, with how many items there are and how many of those that need a person are done."""
        return self.queue.page(wanted, self.who, max(0, offset), max(0, limit))

    def facets(self, wanted: Filter) -> Facets:
        """What could be chosen to narrow a filter down, with counts."""
        return self.queue.facets(wanted, self.who)

    def rank(self, wanted: Filter, doc: str, key: str) -> int | None:
        """The place of an item in the list, from 0; None when it is not in it."""
        return self.queue.rank(wanted, self.who, doc, key)

    def next(self, wanted: Filter, after: tuple[str, str] | None = None) -> Item | None:
        """The next item of the list that nobody else is at, behind the place of (document, key), which may be decided by now.

        At the end it begins again at the start. Dismissed findings are left out.
        """
        return self.queue.neighbour(wanted, self.who, after)

    def previous(self, wanted: Filter, before: tuple[str, str]) -> Item | None:
        """As `next`, the other way."""
        return self.queue.neighbour(wanted, self.who, before, back=True)

    def item(self, doc: str, key: str) -> Item | None:
        """One item as it stands now, without its dismissed findings; stale and answered ones too."""
        return self.queue.shown(doc, key)

    def waiting(self, doc: str, key: str) -> Item | None:
        """One item as it stands now, or None when it does not wait for this reviewer."""
        return self.item(doc, key) if self.queue.waits(self.who, doc, key) else None

    def seen(self, doc: str, key: str, last: int) -> Item:
        """The item that a reviewer was shown when its newest entry was `last`.

        Raises TakenError when it is gone; deciding about it raises TakenError when something newer was decided.
        """
        item = self.item(doc, key)
        if item is None or item.stale:
            raise TakenError("That sentence is no longer there: its document was cleaned again.")
        return replace(item, last=last)

    def fresh(self, item: Item) -> Item | None:
        """The item as it stands now, or None when somebody answered it or its document no longer has it."""
        now = self.item(item.doc, item.key)
        return None if now is None or now.stale or now.last != item.last else now

    # What a reviewer does

    def accept(self, item: Item, choice: Proposal) -> Entry:
        """Take one of the item's choices."""
        return self.queue.decide(item, "accept", choice.text, self.who, rewriter=choice.rewriter)

    def edit(self, item: Item, text: str) -> Entry:
        """Put the reviewer's own text; one of the choices, or the original, is an accept or a reject however it was typed."""
        text = tidy(text)
        if text == item.original:
            return self.reject(item)
        for choice in choices(item):
            if choice.text == text:
                return self.accept(item, choice)
        if not text:
            raise CleanerError("an empty text cannot be kept: write what should stand there, or keep the original")
        return self.queue.decide(item, "edit", text, self.who)

    def check(self, item: Item, text: str) -> tuple[Verdict, ...]:
        """The gates that a reviewer's text fails, with the item's surroundings as context. They warn; the person decides.

        What a choice that passed all gates has brought, a number of the source or a name of the glossary, is not held against an edit of
        it: the text is compared with the choices too, and the fewest failures count.
        """
        fewest = self._failed(item, item.original, text)
        for choice in choices(item):
            if fewest and all(v.passed for v in choice.verdicts):
                fewest = min(fewest, self._failed(item, choice.text, text), key=len)
        return fewest

    def _failed(self, item: Item, base: str, text: str) -> tuple[Verdict, ...]:
        context = " ".join(t for t in (item.before, item.original, item.after) if t)
        pair = gating.fair(Pair(base, tidy(text), context), self.queue.taught().terms)
        return tuple(v for v in self._measure(pair) if not v.passed)

    def reject(self, item: Item) -> Entry:
        """Keep the original: what was found is no reason to change it."""
        return self.queue.decide(item, "reject", item.original, self.who)

    def dismiss(self, item: Item, finding: Finding, *, everywhere: bool = False) -> Entry:
        """Say that one finding is wrong, or that its rule is wrong in the whole document."""
        if everywhere:
            return self.queue.dismiss(item.doc, finding.rule, self.who)
        return self.queue.dismiss(item.doc, finding.rule, self.who, item=item, words=item.words(finding))

    def skip(self, item: Item) -> None:
        """Leave an item for later, or to others."""
        self.queue.release(item, self.who)

    release = skip

    def claim(self, item: Item) -> Claim:
        """Say that this reviewer is at an item; again while it stays open. Raises TakenError while somebody else is."""
        return self.queue.claim(item, self.who)

    def comment(self, item: Item, text: str) -> Entry:
        """Say something about an item; it decides nothing. Raises CleanerError for an empty text."""
        text = tidy(text)
        if not text:
            raise CleanerError("an empty comment says nothing: write one, or leave it")
        return self.queue.comment(item, text, self.who)

    def comments(self, item: Item) -> list[Entry]:
        """What was said about an item, oldest first."""
        return [e for e in self.history(item) if e.verdict == "comment" and not e.undone]

    def accept_all(self, wanted: Filter) -> Bulk:
        """Take the first suggestion of all that waits and is wanted, where it passed every gate. Undone as one."""
        return self._bulk(*self.queue.decide_all(wanted, "accept", self.who))

    def reject_all(self, wanted: Filter) -> Bulk:
        """Keep the original of all that waits and is wanted. Undone as one."""
        return self._bulk(*self.queue.decide_all(wanted, "reject", self.who))

    @staticmethod
    def _bulk(made: list[Entry], left: int) -> Bulk:
        return Bulk(len(made), left, replace(made[-1], count=len(made)) if made else None)

    def undo(self) -> Entry | None:
        """Take back what this reviewer did last and still holds, from this sitting or an earlier one; `count` says how much it was."""
        return self.queue.undo(self.who, self._teacher.follow)

    def redo(self) -> Entry | None:
        """Bring back what was taken back last, as often as there was an undo; None after anything new was done."""
        return self.queue.redo(self.who, self._teacher.follow)

    # What answers teach

    def learn_case(self, item: Item) -> Entry:
        """Make an answered item a regression case. Raises CleanerError when it has no answer, or is one already."""
        return self._teacher.case(item)

    def learn_term(self, item: Item | None, wrong: str, right: str, *, always: bool = False) -> Entry:
        """Add a name or term to the glossary; with `always` the tool may put it right by itself. Raises CleanerError for a useless one."""
        return self._teacher.term(item, tidy(wrong), tidy(right), always=always)

    def learn_ignore(self, item: Item, finding: Finding) -> Entry:
        """Ignore what a rule says about these words, everywhere from now on. Raises CleanerError when that was said before."""
        return self._teacher.ignore(item, finding)

    def learn_all(self, things: Iterable[Learned]) -> int:
        """Learn terms and ignores from elsewhere, undone as one; returns how many were not known yet."""
        return self._teacher.every(things)

    def learned(self) -> list[Learned]:
        """What was learnt and holds, oldest first."""
        return self.queue.learned()

    def forget(self, number: int) -> Entry:
        """Take back what was learnt under a number (`Learned.id`), whoever taught it."""
        return self._teacher.forget(number)

    # What was done

    def statistics(self) -> Statistics:
        """What people decided, in numbers."""
        return self.queue.statistics()

    def proposals(self, config: Config) -> tuple[Tuning, ...]:
        """Settings that the decisions speak for, where they are not what holds."""
        return propose(self.queue.statistics(), config)

    def history(self, item: Item) -> list[Entry]:
        """All that was ever done about an item, by whom and when, oldest first; what was taken back says so."""
        return self.queue.history(key=item.key)[::-1]

    def audit(self, *, limit: int = 200, before: int | None = None, doc: str | None = None) -> list[Entry]:
        """All that was ever done, or done in one document, newest first, before an entry."""
        return self.queue.history(doc=doc, before=before, limit=limit)


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
    """The gates with the thresholds of `config`, loaded when they are first needed; not the costly ones, which ask a model: a person has
    read what is measured here.
    """

    def measure(pair: Pair) -> tuple[Verdict, ...]:
        return gating.measure(pair, config, [g for g in gating.chosen((), (), config) if not g.costly])

    return measure
