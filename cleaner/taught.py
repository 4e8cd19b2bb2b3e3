"""What people taught the tool, as a run uses it: terms that read wrong and right, and findings that are to be ignored everywhere.

Both go by words, never by places or documents, so they hold for a text that was edited or translated anew.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from .core import Document, Finding, Span

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
        return any(i.covers(words, sentence) for i in self._by_words.get((rule, fold(words)), ()))

    def ignores_finding(self, finding: Finding, document: Document) -> bool:
        """Whether a finding in a document is to be ignored: by its words in one of its sentences, or in all of them."""
        if not self.ignores:
            return False
        text, whole = document.text, finding.span
        for segment in document.segments_in(finding.span):
            part = Span(max(segment.span.start, finding.span.start), min(segment.span.end, finding.span.end))
            if self.silences(finding.rule, part.of(text), segment.target):
                return True
            whole = whole.join(segment.span)
        return self.silences(finding.rule, finding.span.of(text), whole.of(text))


def fold(text: str) -> str:
    """Text as it is compared: one case, one kind of quotation marks, single spaces.

    >>> fold("The  “Harbour”")
    'the "harbour"'
    """
    return " ".join(text.casefold().translate(_QUOTES).split())


def spaced(text: str) -> str:
    """Text with single spaces.

    >>> spaced(" Port  Hallow")
    'Port Hallow'
    """
    return " ".join(text.split())


def telling(words: str) -> bool:
    """Whether words mean the same thing wherever they stand: a name, a number, or two longer words; “I” or “this” do not.

    >>> [telling(w) for w in ("Port Hallow", "Hallow", "I", "this", "in the near future", "June 31")]
    [True, True, False, False, True, True]
    """
    parts = words.split()
    long = [p for p in parts if sum(c.isalpha() for c in p) >= 4]
    return len(long) >= 2 or any(c.isdigit() for c in words) or any(p[0].isupper() for p in long)


@lru_cache(maxsize=64)
def _pattern(terms: tuple[Term, ...]) -> tuple[re.Pattern[str], dict[str, Term]]:
    """What finds all terms at once, longer ones first; and each term by its words."""
    ordered = sorted(terms, key=lambda t: -len(t.wrong))
    return re.compile("|".join(_wording(t.wrong) for t in ordered)), {spaced(t.wrong): t for t in terms}


def _wording(wrong: str) -> str:
    """A pattern for words whose spaces may be any; where they begin small, a capital at the start of a sentence is the same."""
    parts = [re.escape(p) for p in wrong.split()]
    if wrong[0].islower():
        parts[0] = f"[{re.escape(wrong[0])}{re.escape(wrong[0].upper())}]" + re.escape(wrong.split()[0][1:])
    start, end = (r"(?<!\w)" if wrong[0].isalnum() else ""), (r"(?!\w)" if wrong[-1].isalnum() else "")
    return start + r"\s+".join(parts) + end


def wrong_terms(text: str, terms: tuple[Term, ...]) -> Iterator[tuple[Span, Term, str]]:
    """Where a text has terms that are wrong, and what it should read there; not where the right ones, which may contain them, stand."""
    if not terms:
        return
    pattern, known = _pattern(terms)
    for m in pattern.finditer(text):
        words = spaced(m.group())
        term = known.get(words) or known[words[0].lower() + words[1:]]
        if any(m.start() >= at and m.end() <= at + len(term.right) for at in _places(text, term.right, m.start(), m.end())):
            continue
        right = term.right[0].upper() + term.right[1:] if m.group()[0] != term.wrong[0] else term.right
        yield Span(m.start(), m.end()), term, right


def _places(text: str, words: str, start: int, end: int) -> Iterator[int]:
    """Where `words` stand so that they reach into a span."""
    at = text.find(words, max(0, start - len(words)))
    while 0 <= at < end:
        yield at
        at = text.find(words, at + 1)


@lru_cache(maxsize=256)
def corrected(text: str, terms: tuple[Term, ...]) -> str:
    """A text with every wrong term put right.

    >>> corrected("Harbors of Port Halow and Halow.", (Term("Halow", "Hallow"), Term("harbors", "harbours")))
    'Harbours of Port Hallow and Hallow.'
    """
    out, at = [], 0
    for span, _, right in wrong_terms(text, terms):
        out += [text[at:span.start], right]
        at = span.end
    return "".join(out) + text[at:]
