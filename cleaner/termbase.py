"""Terms of the source and what they are in English: those of Japanese news that ship with the tool, and those of a team's own termbase."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from . import formats
from .core import CleanerError
from .language import japanese
from .language.lexicon import table


@dataclass(frozen=True, slots=True)
class Missing:
    """A term of the source, as the termbase has it, with the English of which nothing was found."""

    term: str
    english: tuple[str, ...]


class Termbase:
    """Terms with the beginnings of the words that may stand for them in English."""

    def __init__(self, terms: Mapping[str, Iterable[str]]) -> None:
        self._english = {_folded(term): tuple(english) for term, english in terms.items()}
        longest = sorted(self._english, key=len, reverse=True)  # 準決勝 is no 決勝
        self._terms = re.compile("|".join(map(_word, longest))) if longest else None

    def missing(self, source: str, target: str) -> Iterator[Missing]:
        """The terms of a source for which its translation has no word."""
        if self._terms is None:
            return
        for term in dict.fromkeys(m.group() for m in self._terms.finditer(_folded(source))):
            english = self._english[term]
            if not _any(english).search(target):
                yield Missing(term, english)


def _folded(text: str) -> str:
    return japanese.normal(text).casefold()


def _word(term: str) -> str:
    """A term as a pattern: in a script that parts words, a whole one."""
    ends = [r"\b" if c.isalnum() and not japanese.is_han(c) else "" for c in (term[0], term[-1])]
    return ends[0] + re.escape(term) + ends[1]


@cache
def _any(english: tuple[str, ...]) -> re.Pattern[str]:
    words = (re.split(r"[\s-]+", form) for form in english)
    return re.compile("|".join(r"(?<!\w)" + r"[\s-]+".join(map(re.escape, own)) for own in words), re.IGNORECASE)


@cache
def shipped() -> Termbase:
    """The Japanese terms of `data/terms.toml`."""
    return Termbase({term: english for together, english in table("terms")["terms"].items() for term in together.split()})


def load(path: Path) -> Termbase:
    """A team's termbase: a term, and behind a tab what it may be in English, each form behind a tab of its own; lines with # are notes.

    Raises CleanerError for a file that cannot be read, or a line without English.
    """
    terms: dict[str, list[str]] = {}
    rows = csv.reader(formats.content(path).splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE)
    for number, row in enumerate(rows, start=1):
        term, *english = (cell.strip() for cell in row or [""])
        if not term or term.startswith("#"):
            continue
        forms = [e for e in english if e]
        if not forms:
            raise CleanerError(f"{path.as_posix()}:{number}: {term!r} has no English; write it behind a tab")
        terms.setdefault(term, []).extend(forms)
    if not terms:
        raise CleanerError(f"{path.as_posix()}: has no terms; write one a line, and its English behind a tab")
    return Termbase(terms)
