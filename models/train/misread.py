"""Errors of meaning planted in right translations, for the model that has the source: each reads well and says something else."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence

from quality_data import COMMON

Planted = tuple[str, int, int]  # the text with one error, start and end of it; an empty span where something is gone
_WORD = re.compile(r"(?<![\w'’-])[a-z]{4,}(?![\w'’-])")
_NAME = re.compile(r"(?<=[a-z,] )[A-Z][a-z]{2,}(?: [A-Z][a-z]{2,})*")
_NUMBER = re.compile(r"(?<![\w.,])\d{1,3}(?:,\d{3})*(?![\w.,]\w)")
_PERSON = re.compile(r"\b(?:he|she|they|I|we|it|He|She|They|We|It)\b")
_VERB = re.compile(r"\b(?:is|are|was|were|will|would|can|could|has|have|had|do|does|did)\b(?! not)")
_NOT = re.compile(r" not\b")
_PART = re.compile(r",[^,.;]{12,80}(?=[,.])|(?<=\w) (?:in|on|at|for|with|from|by|after|before|because|while|to) [^,.;]{6,50}(?=[,.;])")
_ENDING = re.compile(r"(?:ing|ed|ly|ion|s)?$")
_OPPOSITES = (
    "increase decrease", "increased decreased", "increasing decreasing", "rise fall", "rose fell", "before after", "more less",
    "first last",
    "won lost", "win lose", "early late", "high low", "higher lower", "large small", "larger smaller", "old new", "open closed", "up down",
    "north south", "east west", "left right", "buy sell", "bought sold", "father mother", "son daughter", "man woman", "men women",
    "morning evening", "day night", "yesterday tomorrow", "summer winter", "spring autumn", "good bad", "better worse", "easy difficult",
    "strong weak", "begin end", "began ended", "started finished", "inside outside", "above below", "accepted refused", "allowed forbidden",
    "approved rejected", "same different", "many few", "all none", "always never", "positive negative", "import export", "domestic foreign",
    "public private", "teacher student", "doctor patient", "husband wife", "brother sister", "hot cold", "fast slow", "long short",
)
_OPPOSITE = {a: b for pair in _OPPOSITES for a, b in (pair.split(), pair.split()[::-1])}


def misread(text: str, others: Sequence[str], rng: random.Random) -> Planted | None:
    """`text` with one error of meaning, or None where none fits; words and names are taken from `others`, texts of the same kind."""
    kinds: list[Callable[[], Planted | None]] = [
        lambda: _exchanged(text, _WORD, others, rng), lambda: _exchanged(text, _WORD, others, rng),
        lambda: _exchanged(text, _NAME, others, rng), lambda: _exchanged(text, _NUMBER, others, rng),
        lambda: _one(text, _PERSON, lambda m: _cased(rng.choice(("he", "she", "they", "I", "we", "it")), m), rng),
        lambda: _one(text, _VERB, lambda m: f"{m} not", rng), lambda: _one(text, _NOT, lambda _: "", rng),
        lambda: _one(text, _PART, lambda _: "", rng), lambda: _one(text, _PART, lambda _: "", rng),
        lambda: _one(text, re.compile(rf"\b(?:{'|'.join(_OPPOSITE)})\b"), _OPPOSITE.__getitem__, rng),
    ]
    rng.shuffle(kinds)
    return next((made for kind in kinds if (made := kind())), None)


def _cased(word: str, like: str) -> str:
    return word.capitalize() if like[0].isupper() and like != "I" else word


def _one(text: str, what: re.Pattern[str], made: Callable[[str], str], rng: random.Random) -> Planted | None:
    places = list(what.finditer(text))
    if not places:
        return None
    m = rng.choice(places)
    new = made(m.group())
    return (text[:m.start()] + new + text[m.end():], m.start(), m.start() + len(new)) if new != m.group() else None


def _exchanged(text: str, what: re.Pattern[str], others: Sequence[str], rng: random.Random) -> Planted | None:
    """A word, name or number as another text has one, with the same ending, so that the grammar mostly holds."""
    def another(m: str) -> str:
        fit = [w for t in others for w in what.findall(t)
               if w != m and w not in text and w not in COMMON and _ending(w) == _ending(m)]
        return rng.choice(fit) if fit else m

    return _one(text, what, another, rng)


def _ending(word: str) -> str:
    found = _ENDING.search(word)
    return found.group() if found else ""
