"""The states of an item, named as XLIFF 2 names those of a segment (https://docs.oasis-open.org/xliff/xliff-core/v2.1, 4.3.1.24 state).

initial: something was found and nobody has decided. translated: the tool changed it by itself, and nobody has looked. reviewed: somebody
has answered, and the answer does not hold yet: as many people as the setting `reviewers` says must agree. final: an answer holds, or
all findings were dismissed.

An answer counts while its giver has seen every rule that fires; `agreed` is how many people's counting answers have one text.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Literal, get_args

if TYPE_CHECKING:
    from .item import Entry

State = Literal["initial", "translated", "reviewed", "final"]
STATES: tuple[State, ...] = get_args(State)

#: The state of a row `l` of `listing`, in SQL; `:reviewers` must agree. The one place where the states are told apart.
STATE = """CASE WHEN l.remaining = 0 OR l.agreed >= :reviewers THEN 'final' WHEN l.votes > 0 THEN 'reviewed'
    WHEN l.status = 'fixed' THEN 'translated' ELSE 'initial' END"""
#: Whether a row `l` of `listing` waits for a person: a change that the tool is sure of does not.
WAITS = """(l.stale = 0 AND l.status = 'review' AND l.remaining > 0 AND l.agreed < :reviewers)"""


def agreed(votes: Iterable[Entry], rules: frozenset[str] | None = None) -> list[list[Entry]]:
    """Answers by their text, those that most people gave first, then the newest; `rules`, where they are known, must all have been seen.

    Each list is oldest first.
    """
    texts: dict[str, list[Entry]] = {}
    for vote in sorted(votes, key=lambda v: v.id):
        if rules is None or rules <= vote.rules:
            texts.setdefault(" ".join(vote.text.split()), []).append(vote)
    return sorted(texts.values(), key=lambda own: (-len(own), -own[-1].id))


def holding(votes: Iterable[Entry], reviewers: int, rules: frozenset[str] | None = None) -> Entry | None:
    """The answer that holds: the newest one of a text that at least `reviewers` people gave. None when there is no such text."""
    enough = [own for own in agreed(votes, rules) if len(own) >= reviewers]
    return max((own[-1] for own in enough), key=lambda v: v.id, default=None)
