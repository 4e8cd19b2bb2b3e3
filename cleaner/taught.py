"""What people taught the tool, as a run uses it: terms that read wrong and right, and findings that are to be ignored everywhere.

Both go by words, never by places or documents, so they hold for a text that was edited or translated anew.
"""

from __future__ import annotations

from dataclasses import dataclass, field

_QUOTES = str.maketrans("‘’“”", "''\"\"")


@dataclass(frozen=True, slots=True)
class Term:
    """A name or term that is wrong, and what it should read; `always` says that the tool may put it right by itself."""

    wrong: str
    right: str
    always: bool = False


@dataclass(frozen=True, slots=True)
class Ignore:
    """A rule is not right about these words; where they say too little by themselves, only in this sentence."""

    rule: str
    words: str
    sentence: str = ""

    def covers(self, words: str, sentence: str) -> bool:
        """Whether it speaks of `words` (of the same rule) in `sentence`. A sentence may be known as a part or as a whole."""
        if fold(words) != fold(self.words):
            return False
        mine, theirs = fold(self.sentence), fold(sentence)
        return not mine or mine in theirs or (bool(theirs) and theirs in mine)


@dataclass(frozen=True, slots=True)
class Taught:
    """All that holds for a run."""

    terms: tuple[Term, ...] = ()
    ignores: tuple[Ignore, ...] = ()
    _by_words: dict[tuple[str, str], list[Ignore]] = field(default_factory=dict, repr=False, compare=False)

    def __post_init__(self) -> None:
        for each in self.ignores:
            self._by_words.setdefault((each.rule, fold(each.words)), []).append(each)

    def silences(self, rule: str, words: str, sentence: str) -> bool:
        """Whether a finding of `rule` about `words` in `sentence` is to be ignored."""
        if not self._by_words:
            return False
        return any(i.covers(words, sentence) for i in self._by_words.get((rule, fold(words)), ()))


def fold(text: str) -> str:
    """Text as it is compared: one case, one kind of quotation marks, single spaces.

    >>> fold("The  “Harbour”")
    'the "harbour"'
    """
    return " ".join(text.casefold().translate(_QUOTES).split())


def telling(words: str) -> bool:
    """Whether words mean the same thing wherever they stand: a name, a number, or two longer words; “I” or “this” do not.

    >>> [telling(w) for w in ("Port Hallow", "Hallow", "I", "this", "in the near future", "June 31")]
    [True, True, False, False, True, True]
    """
    parts = words.split()
    long = [p for p in parts if sum(c.isalpha() for c in p) >= 4]
    return len(long) >= 2 or any(c.isdigit() for c in words) or any(p[0].isupper() for p in long)
