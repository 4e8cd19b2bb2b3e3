"""What changed between two texts, word by word.

difflib (Ratcliff and Obershelp's matching) on our own words: lines first, then the words of lines that differ, so that long texts are
quick and an edit never smears over a paragraph.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

_WORD = re.compile(r"\w+(?:['’.-]\w+)*|\s|[^\w\s]")
_LINE = re.compile(r"[^\n]*\n|[^\n]+")


@dataclass(frozen=True, slots=True)
class Piece:
    """Part of a comparison: what both texts have, only the old one, or only the new one."""

    kind: Literal["same", "old", "new"]
    text: str


@dataclass(frozen=True, slots=True)
class Hunk:
    """Neighbouring lines: equal ones, or old lines with the new ones in their place. Numbers count lines from 0."""

    old_start: int
    new_start: int
    old: tuple[str, ...]
    new: tuple[str, ...]

    @property
    def changed(self) -> bool:
        return self.old != self.new


def words(text: str) -> list[str]:
    """Words, marks and single spaces; joined they are the text.

    >>> words("He didn't go.")
    ['He', ' ', "didn't", ' ', 'go', '.']
    """
    return _WORD.findall(text)


def lines(text: str) -> list[str]:
    r"""Lines with their ends; only ``\n`` ends one, as in every diff tool."""
    return _LINE.findall(text)


def compare(old: str, new: str) -> list[Piece]:
    """The pieces of two texts in order, the old one before the new one in its place. Old and same make `old`, new and same `new`.

    >>> [(p.kind, p.text) for p in compare("I am here.", "We are here.")]
    [('old', 'I am'), ('new', 'We are'), ('same', ' here.')]
    """
    a, b = words(old), words(new)
    runs: list[tuple[str, str]] = []  # an equal run is twice the same text
    matcher = difflib.SequenceMatcher(str.isspace, a, b, autojunk=False)
    for tag, i, j, k, n in matcher.get_opcodes():
        before, after = "".join(a[i:j]), "".join(b[k:n])
        if tag == "equal" and not (before.isspace() and runs and j < len(a) and n < len(b)):
            runs.append((before, after))
        elif runs and (runs[-1][0] != runs[-1][1]):
            runs[-1] = (runs[-1][0] + before, runs[-1][1] + after)
        else:
            runs.append((before, after))
    return [piece for before, after in runs for piece in _pieces(before, after)]


def _pieces(old: str, new: str) -> Iterator[Piece]:
    if old == new:
        yield Piece("same", old)
        return
    if old:
        yield Piece("old", old)
    if new:
        yield Piece("new", new)


def hunks(old: str, new: str) -> list[Hunk]:
    """Two texts as runs of lines, equal and different ones in turn."""
    a, b = lines(old), lines(new)
    return [Hunk(i, k, tuple(a[i:j]), tuple(b[k:n])) for _, i, j, k, n in difflib.SequenceMatcher(None, a, b, autojunk=False).get_opcodes()]


def paired(hunk: Hunk) -> Iterator[tuple[str | None, str | None]]:
    """The lines of a hunk side by side: each old line with the new line most like it, in order; None where there is no counterpart."""
    if not hunk.changed or len(hunk.old) == len(hunk.new):
        yield from zip(hunk.old, hunk.new, strict=True)
        return
    short, long = sorted((hunk.old, hunk.new), key=len)
    at = 0
    for left, line in enumerate(short):
        last = len(long) - (len(short) - left)  # leave a counterpart for each line that follows
        best = max(range(at, last + 1), key=lambda n: (_likeness(line, long[n]), -n))
        for n in range(at, best):
            yield (long[n], None) if long is hunk.old else (None, long[n])
        yield (long[best], line) if long is hunk.old else (line, long[best])
        at = best + 1
    for n in range(at, len(long)):
        yield (long[n], None) if long is hunk.old else (None, long[n])


def _likeness(a: str, b: str) -> float:
    return difflib.SequenceMatcher(None, words(a), words(b), autojunk=False).quick_ratio()


def shortened(pieces: Sequence[Piece], around: int = 6) -> list[Piece]:
    """Pieces with long equal stretches cut to `around` words beside each change, ``…`` in place of the rest."""
    made = []
    for n, piece in enumerate(pieces):
        parts = piece.text.split(" ")
        first, last = n == 0, n == len(pieces) - 1
        if piece.kind != "same" or len(parts) <= (around if first or last else 2 * around):
            made.append(piece)
            continue
        head = "" if first else " ".join(parts[:around]) + " "
        tail = "" if last else " " + " ".join(parts[-around:])
        made.append(Piece("same", f"{head}…{tail}"))
    return made


def marked(pieces: Iterable[Piece]) -> str:
    """Pieces as plain text, with ``[-old-]`` and ``{+new+}`` as `git diff --word-diff` writes them."""
    marks = {"same": "{}", "old": "[-{}-]", "new": "{{+{}+}}"}
    return "".join(marks[p.kind].format(p.text) for p in pieces)
