"""The words of a text that carry its content, each by a stem that its forms share: quick, without a parse, and safe for any input."""

from __future__ import annotations

import re
from functools import cache, lru_cache

from .lexicon import table
from .wording import words

_ENDINGS = (
    ("ations", ""), ("ation", ""), ("itions", ""), ("ition", ""), ("ions", ""), ("ion", ""), ("ments", ""), ("ment", ""), ("ness", ""),
    ("ically", "ic"), ("ings", ""), ("ing", ""), ("ally", "al"), ("ities", ""), ("ity", ""), ("iers", "i"), ("ier", "i"), ("iest", "i"),
    ("ied", "i"), ("ies", "i"), ("ily", "i"), ("ers", ""), ("er", ""), ("ors", ""), ("or", ""), ("est", ""), ("ed", ""), ("es", ""),
    ("ly", ""), ("s", ""), ("e", ""), ("y", "i"),
)
_LEAST = 3  # letters that a stem keeps
_DOUBLED = re.compile(r"([bdfgklmnprtvz])\1$")


@cache
def _function() -> frozenset[str]:
    return frozenset(w for line in table("content")["function"].values() for w in line.split())


@cache
def _forms() -> dict[str, str]:
    lines = (line.split() for entry in table("content")["forms"].values() for line in entry.split(";"))
    return {form: line[0] for line in lines for form in line}


@lru_cache(maxsize=16384)
def stem(word: str) -> str:
    """What the forms of a word share, and most words made of it: crude, and meant for comparing only.

    >>> stem("decided"), stem("decision"), stem("planning") == stem("plans"), stem("brought") == stem("bring")
    ('decid', 'decis', True, True)
    """
    word = word.removesuffix("'s").removesuffix("'").replace("'", "")
    word = _forms().get(word, word)
    for ending, left in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) + len(left) >= _LEAST:
            word = word.removesuffix(ending) + left
            break
    if word.endswith("e") and len(word) > _LEAST:
        word = word[:-1]
    return _DOUBLED.sub(r"\1", word) if len(word) > _LEAST else word


def is_plain(lower: str) -> bool:
    """True for a word, in small letters, that carries no content of its own."""
    skip = _function()
    return lower in skip or lower.partition("'")[0] in skip


@lru_cache(maxsize=4096)
def content(text: str) -> tuple[str, ...]:
    """The stems of the words of `text` that carry content, in order; numbers in digits as they are."""
    return tuple(stem(w.lower) for w in words(text) if not is_plain(w.lower))
