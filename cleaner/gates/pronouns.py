"""Who acts: a pronoun is not exchanged for another person."""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache

from ..language.wording import Word, listing, words
from ..registry import Breaks, Keeps, Outcome, Pair, gate

_FORMS = {
    "I": "i me my mine myself", "we": "we us our ours ourselves", "you": "you your yours yourself yourselves", "he": "he him his himself",
    "she": "she her hers herself", "it": "it its itself", "they": "they them their theirs themselves",
}
PERSON = {form: person for person, forms in _FORMS.items() for form in forms.split()}
_CONTRACTED = ("m", "re", "ve", "ll", "d", "s")
_THINGS = {"it", "they"}  # the team, the government: one or many, as the writer likes
NARRATOR = ("I", "we", "you")
#: Engines invent a first person for one sentence in six at most, about 1 % of the words; interviews have 4 % and more.
NARRATOR_SHARE = 0.02
_QUOTED = re.compile(r'"[^"\n]*"|“[^”\n]*”|「[^」\n]*」')


def _person(word: Word) -> str | None:
    """The person that a word stands for, contractions included; "US" and "IT" in capitals are a country and a trade."""
    base, _, ending = word.lower.partition("'")
    return PERSON.get(base) if word.text not in ("US", "IT") and (not ending or ending in _CONTRACTED) else None


@lru_cache(maxsize=2048)
def persons(text: str) -> Counter[str]:
    """How often each person is named by a pronoun."""
    return Counter(p for w in words(text) if (p := _person(w)))


@lru_cache(maxsize=64)
def _has_narrator(text: str) -> bool:
    """Whether a document speaks of itself outside quotations so often that its "I" is somebody: a column, an interview, a speech."""
    ws = words(_QUOTED.sub(lambda m: " " * len(m.group()), text))
    return sum(_person(w) in NARRATOR for w in ws) > NARRATOR_SHARE * len(ws) + 2


@gate(examples=[
    Breaks("He said she had won.", "He said he had won."),
    Breaks("They will vote today.", "We will vote today."),
    Breaks("I announced it yesterday.", "She announced it yesterday."),
    Keeps("He told her that he had won.", "He told her of winning."),
    Keeps("I announced it yesterday.", "She announced it yesterday.", "The mayor thanked her staff; she smiled. I announced it yesterday."),
    Keeps("The team said it would play.", "The team said they would play."),
    Keeps("The team lost. It was tired.", "The team lost because it was tired."),
])
def pronouns(pair: Pair) -> Outcome:
    """No pronoun gives way to one of another person.

    Fewer or more pronouns are a matter of style, and so is "it" or "they"; one person fewer and another more is a change of who acts. An
    invented narrator outside quotations ("I", "we", "you") may become a person whom the rest of the document names by that pronoun,
    unless the document has a narrator; the quoted ones are held by `quoted-words`.
    """
    old, new = persons(pair.original), persons(pair.rewrite)
    if old == new:
        return Outcome(1.0)
    lost, added = old - new, new - old
    if not lost or not added or (lost.keys() | added.keys()) <= _THINGS:
        return Outcome(1.0)
    if pair.context and all(p in NARRATOR for p in lost) and not any(p in NARRATOR for p in added) and not _has_narrator(pair.context):
        known = persons(pair.context)
        if all(known[p] > old[p] for p in added):
            return Outcome(1.0)
    return Outcome(
        1 - min(lost.total(), added.total()) / max(old.total(), new.total()), f"{listing(list(lost))} becomes {listing(list(added))}",
    )
