"""What was just done, in one sentence, and what may be learnt from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..core import Finding
from ..review.service import Entry, Item, Lesson, Review, lesson

_SAID = {
    "accept": "Accepted.", "edit": "Your edit is kept.", "reject": "The original stays.", "dismiss": "The finding is dismissed here.",
    "dismiss-rule": "The rule is dismissed in this document.", "comment": "The comment is saved.",
    "undo": "Undone", "redo": "Done again", "no-undo": "There is nothing to undo.", "no-redo": "There is nothing to redo.",
    "bulk-accept": "Accepted", "bulk-reject": "Kept as they were", "learn-case": "It is a regression case now.",
    "learn-term": "It is in the glossary now.", "learn-ignore": "These words are asked about no more, in any document.",
}
_DECIDED = frozenset({"accept", "edit", "reject"})
_LEARNT = frozenset({"learn-case", "learn-term", "learn-ignore"})
#: Verdicts of the log as one reads them behind "Undone: ".
_WHAT = {
    "accept": "an accepted suggestion", "edit": "an edit", "reject": "a kept original", "dismiss": "a dismissal", "comment": "a comment",
    "learn": "something learnt",
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """`message` for everybody; the rest is there where something can be learnt: a case, a term for the glossary, words to ignore.

    A `lesson` is the pair that a change suggests for the glossary; where it is none that is one thing, people write the pair.
    """

    message: str
    item: Item | None = None
    text: str = ""
    case: bool = False
    term: bool = False
    lesson: Lesson | None = None
    ignorable: Finding | None = None


def outcome(review: Review, query: Mapping[str, str]) -> Outcome | None:
    """What the address says was done; None when it says nothing. Texts are read anew: a made-up address shows only what is so."""
    said = query.get("said", "")
    if said not in _SAID:
        return None
    key, doc = query.get("on"), query.get("of")
    item = review.queue.item(doc, key) if key and doc else None
    message = _SAID[said]
    if said in ("undo", "redo"):
        count = _number(query, "n")
        message += f": {count} decisions." if count > 1 else f": {_WHAT.get(query.get('what', ''), 'a decision')}."
    elif said.startswith("bulk-"):
        left = _number(query, "left")
        message += f": {_number(query, 'n')}." + (f" {left} wait for a closer look." if left else "")
    if item is None:
        return Outcome(message)
    answer = item.entry or next((v for v in reversed(item.votes) if v.who == review.who), None)
    if said in _DECIDED and item.state == "reviewed":
        message += " It waits for somebody else to agree."
    if said in _LEARNT or (said in _DECIDED and answer is not None):
        return _teachable(message, item, answer, said)
    if said in ("dismiss", "dismiss-rule"):
        return Outcome(message, item, ignorable=_dismissed(review, item))
    return Outcome(message, item)


def _teachable(message: str, item: Item, answer: Entry | None, said: str) -> Outcome:
    """What may be learnt from an answer, but for what was learnt just now."""
    if answer is None:
        return Outcome(message, item)
    changed = answer.verdict != "reject"
    return Outcome(
        message, item, answer.text if said in _DECIDED else "", case=said != "learn-case", term=changed and said != "learn-term",
        lesson=lesson(item.original, answer.text) if changed else None,
        ignorable=item.findings[0] if item.findings and not changed and said != "learn-ignore" else None,
    )


def _dismissed(review: Review, item: Item) -> Finding | None:
    """The finding that the newest dismissal at an item was about."""
    for entry in reversed(review.history(item)):
        if entry.verdict == "dismiss" and not entry.undone:
            return next((f for f in item.findings if f.rule in entry.rules and entry.words in (None, item.words(f))), None)
    return None


def _number(query: Mapping[str, str], name: str) -> int:
    value = query.get(name, "")
    return int(value) if value.isdecimal() and len(value) < 10 else 0
