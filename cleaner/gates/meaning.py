"""What only a model's rewrite is held to: it says what the original says, in words that the text or its document has, and little else.

Rules replace calques by words of their own, which people chose; these gates are not asked of them.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache

from rapidfuzz import fuzz
from rapidfuzz.distance import Levenshtein

from ..language.content import content, is_plain, stem
from ..language.wording import listing, words
from ..registry import Breaks, Keeps, Outcome, Pair, gate

ALWAYS = 4  # words that may change in a text of any length
ALIKE = 80  # of 100: spelled nearly the same, as a typing error and what it should be
_LONG = 5  # letters from which on spelling tells
_NUMBER = re.compile(r"\d")


@lru_cache(maxsize=64)
def _known(context: str) -> frozenset[str]:
    return frozenset(content(context))


def _alike(word: str, others: Counter[str]) -> bool:
    return len(word) >= _LONG and any(len(o) >= _LONG and fuzz.ratio(word, o) >= ALIKE for o in others)


def _unmatched(ours: Counter[str], theirs: Counter[str]) -> list[str]:
    """The stems of `ours` that `theirs` has no form of, and none spelled nearly the same."""
    return [s for s in ours if s not in theirs and not _alike(s, theirs)]


@gate(threshold=0.6, neural=True, examples=[
    Breaks("The council approved the budget for schools after a long debate.", "The council met."),
    Breaks("Snow fell in the mountains.", "Prices fell in the shops."),
    Keeps("The council has approved the budget of schools.", "The council approved the schools' budget."),
    Keeps("It is a thing that the visitors are increasing.", "Visitors are increasing."),
])
def meaning(pair: Pair) -> Outcome:
    """Most words that carry content stay, in any form, and most of the rewrite's come from the original or its document.

    The score is the smaller of the two shares. Words of similar spelling count as the same; what is said twice may be said once.
    """
    old, new = Counter(content(pair.original)), Counter(content(pair.rewrite))
    if not old and not new:
        return Outcome(1.0)
    lost = _unmatched(old, new)
    added = [s for s in _unmatched(new, old) if s not in _known(pair.context)]
    kept, backed = 1 - len(lost) / max(len(old), 1), 1 - len(added) / max(len(new), 1)
    if kept >= 1 and backed >= 1:
        return Outcome(1.0)
    gone = f"{len(lost)} of {len(old)} words that carry content are gone" if lost else ""
    fresh = f"{len(added)} of {len(new)} are new" if added else ""
    return Outcome(min(kept, backed), "; ".join(part for part in (gone, fresh) if part))


@gate(neural=True, examples=[
    Breaks("He opened the shop in the spring.", "He opened the bakery in the spring."),
    Breaks("She won.", "She won the medal."),
    Breaks("The bridge is closed.", "The old bridge is closed.", "A bridge over the river."),
    Keeps("She won.", "She won the medal.", "The medal went to her sister."),
    Keeps("He decide opening the shop.", "He decided to open the shop."),
    Keeps("The plan which was made by the mayor.", "It is the mayor's plan."),
])
def support(pair: Pair) -> Outcome:
    """No word that carries content comes in without support: a form of it in the original or in the rest of the document, or a word
    spelled nearly the same in whose place it stands.

    Articles, pronouns, prepositions, conjunctions, auxiliaries and some plain verbs (`data/content.toml`) need none.
    """
    old = Counter(content(pair.original))
    gone = old - Counter(content(pair.rewrite))
    found: list[str] = []
    for w in words(pair.rewrite):
        if is_plain(w.lower) or w.text in found:
            continue
        s = stem(w.lower)
        if s not in old and s not in _known(pair.context) and (_NUMBER.search(s) or w.capital or not _alike(s, gone)):
            found.append(w.text)
    if not found:
        return Outcome(1.0)
    size = max(len(words(pair.rewrite)), 1)
    return Outcome(max(0.0, 1 - len(found) / size), f"{listing(found)} stands nowhere in the text")


@gate(threshold=0.5, neural=True, examples=[
    Breaks("The members of the council will meet on Monday about the pool.", "On Monday a meeting takes place where they discuss a pool."),
    Breaks("He was born in the north and raised by his aunt.", "Born up north, an aunt then brought up the boy."),
    Keeps("He go to the school by bus every days.", "He goes to school by bus every day."),
    Keeps("It was heavy rain.", "There was heavy rain, it seems."),
])
def edit_budget(pair: Pair) -> Outcome:
    """A post-edit is small: at least half of the words stay where they stand; four may always change.

    The score is 1 less the share of words changed, put in, taken out or moved.
    """
    old, new = [w.lower for w in words(pair.original)], [w.lower for w in words(pair.rewrite)]
    changed = Levenshtein.distance(old, new)
    if changed <= ALWAYS:
        return Outcome(1.0)
    size = max(len(old), len(new))
    return Outcome(1 - changed / size, f"{changed} of {size} words change")
