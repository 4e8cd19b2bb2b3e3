"""Words of a piece of text, for comparing two versions of it: quick, without a parse, and safe for any input.

A hyphen parts words (``twenty-five`` is two), an apostrophe does not (``don't`` is one), and ``U.S.`` is one word. Addresses,
placeholders and markup are no words; `MARKUP` finds them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources

#: Addresses, e-mail, format placeholders ({0}, {name}, %s, %(n)d, ${x}), HTML and XML tags and entities, hashtags and handles, code in
#: backticks.
MARKUP = re.compile(r"""
    https?://[^\s<>"“”]*[^\s<>"“”.,;:!?)\]] | www\.[^\s<>"“”]*[^\s<>"“”.,;:!?)\]] | [\w.+-]+@[\w-]+(?:\.[\w-]+)+
  | \$?\{\w{0,40}\} | %\(\w+\)[sdf] | %[sd](?!\w)
  | </?[A-Za-z][\w:-]*(?:\s+[\w:-]+=(?:"[^"<>]*"|'[^'<>]*'|[^\s"'<>]+))*\s*/?> | &\#?\w{2,8}; | (?<!\w)[#@][^\W\d_]\w* | `[^`\n]+`
""", re.VERBOSE)
_TOKEN = re.compile(r"(?:[^\W\d_]\.){2,}|\d+(?:[.,٫]\d+)*|[^\W\d_]+(?:['’][^\W\d_]+)*|[½¼¾⅓⅔]")
_SENTENCE_START = re.compile(r"""[.!?:;…。！？\n]|["“„«「『(\[*•'‘]$|[—–]\s*$""")


@dataclass(frozen=True, slots=True)
class Word:
    """A word or number in a text. `initial` says that a capital here may be only the sentence's (or the quotation's) own."""

    text: str
    lower: str
    start: int
    end: int
    initial: bool

    @property
    def is_digit(self) -> bool:
        return self.text[0].isdigit()

    @property
    def capital(self) -> bool:
        """Has a capital where a name would: at its start, or after the small letters of ``iPhone``."""
        return self.text != self.lower


def nonpossessive(word: str) -> str:
    """A word of `words` without the ending of a possessive.

    >>> nonpossessive("Korea's"), nonpossessive("James’s"), nonpossessive("Korea")
    ('Korea', 'James', 'Korea')
    """
    return word[:-2] if word.endswith(("'s", "’s")) else word


@lru_cache(maxsize=2048)
def words(text: str) -> tuple[Word, ...]:
    """The words of `text`, in order."""
    masked = MARKUP.sub(lambda m: " " * len(m.group()), text) if any(c in text for c in "@{%<&#`/w") else text
    found: list[Word] = []
    end = -1
    for m in _TOKEN.finditer(masked):
        gap = masked[max(end, 0):m.start()]
        # "U.S. President": the stop belongs to the abbreviation, so what follows is not the start of a sentence.
        initial = end < 0 or bool(gap and not gap.isspace() and _SENTENCE_START.search(gap))
        text_ = m.group()
        found.append(Word(text_, text_.lower().replace("’", "'"), m.start(), m.end(), initial))
        end = m.end()
    return tuple(found)


@cache
def listed(name: str) -> frozenset[str]:
    """The words of ``data/NAME_words.txt``."""
    return frozenset(resources.files("cleaner").joinpath(f"data/{name}_words.txt").read_text(encoding="utf-8").split())


_ABSTRACT = re.compile(r"(?:[ts]ions?|isms?|ists?|ics|ments?|ness|ities|ically|ously|ality|ologies|ology|ographies|ography)$")


def is_common(lower: str) -> bool:
    """True for a word that English writes in lower case, judged by counts over news and encyclopedia text, and by endings that names do
    not have.
    """
    known = listed("common")
    base = lower.partition("'")[0]
    if base in known or (len(base) > 7 and _ABSTRACT.search(base)):
        return True
    for ending in ("ly", "ing", "ed", "es", "s", "er", "ness"):
        stem = base.removesuffix(ending)
        if stem != base and len(stem) > 3 and (stem in known or stem + "e" in known or (stem[-1] == stem[-2] and stem[:-1] in known)):
            return True
    return False


def is_word(lower: str) -> bool:
    """True for a word of the dictionary, rare ones too: at the start of a sentence it is more likely that word than a name."""
    return is_common(lower) or lower.partition("'")[0] in listed("rare")


def is_title(lower: str) -> bool:
    """True for a word of the dictionary that English mostly writes with a capital, as part of a name or title: minister, senate, turkey."""
    return lower.partition("'")[0] in listed("title")


def contains(haystack: Sequence[str], needle: Sequence[str]) -> int:
    """How often `needle` occurs in `haystack` as a run, overlaps counted.

    >>> contains(["a", "b", "a", "b"], ["a", "b"])
    2
    """
    if not needle:
        return 0
    n, first = len(needle), needle[0]
    wanted = list(needle)
    return sum(1 for i, w in enumerate(haystack) if w == first and list(haystack[i:i + n]) == wanted)


def listing(items: Sequence[str], most: int = 4) -> str:
    """Items for a message, quoted, the first few.

    >>> listing(["ten", "2"])
    '“ten”, “2”'
    """
    shown = ", ".join(f"“{item}”" for item in items[:most])
    return f"{shown} and {len(items) - most} more" if len(items) > most else shown
