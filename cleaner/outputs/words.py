"""Comparisons for a terminal: unified, word by word, or side by side. Document text is made harmless before it is coloured."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterable, Iterator

import click

from ..console import one_line, printable
from ..diff import Hunk, Piece, compare, hunks, lines, paired

CONTEXT = 1
#: Stands before document text: nothing that a document says can pass for a line of ours.
BAR = "  │ "
_NO_END = "\\ No newline at end of file\n"


def coloured(pieces: Iterable[Piece]) -> str:
    """Pieces on the way to a terminal: ``[-old-]`` red, ``{+new+}`` green; the marks stay, for those who see no colours."""
    shown = []
    for piece in pieces:
        text = printable(piece.text)
        if piece.kind == "old":
            text = click.style(f"[-{text}-]", fg="red")
        elif piece.kind == "new":
            text = click.style(f"{{+{text}+}}", fg="green")
        shown.append(text)
    return "".join(shown)


def flat(text: str) -> str:
    """Text on one line, each space or line end as one space, so that places in it stay what they are."""
    return printable("".join(" " if c.isspace() else c for c in text))


def unified(name: str, old: str, new: str, new_name: str | None = None) -> Iterator[str]:
    """A unified diff that `patch` can apply, with the changed words of changed lines set off by colour; nothing for equal texts."""
    if old == new:
        return
    yield click.style(f"--- {one_line(name)}\n+++ {one_line(new_name or name)}\n", bold=True)
    matcher = difflib.SequenceMatcher(None, a := lines(old), b := lines(new), autojunk=False)
    for group in matcher.get_grouped_opcodes(CONTEXT):
        yield click.style(f"@@ -{_range(group[0][1], group[-1][2])} +{_range(group[0][3], group[-1][4])} @@\n", fg="cyan")
        for tag, i, j, k, n in group:
            if tag == "equal":
                yield from (_line(" ", [Piece("same", line)]) for line in a[i:j])
                continue
            pairs = list(paired(Hunk(i, k, tuple(a[i:j]), tuple(b[k:n]))))
            yield from (_line("-", _side(x, y, "old")) for x, y in pairs if x is not None)
            yield from (_line("+", _side(x, y, "new")) for x, y in pairs if y is not None)


def _range(start: int, end: int) -> str:
    length = end - start
    return str(start + 1) if length == 1 else f"{start + 1 if length else start},{length}"


def _side(old: str | None, new: str | None, kind: str) -> list[Piece]:
    return [p for p in compare(old or "", new or "") if p.kind in ("same", kind)]


_MARKS: dict[str, str | None] = {" ": None, "-": "red", "+": "green"}


def _line(mark: str, pieces: list[Piece]) -> str:
    colour, out = _MARKS[mark], [click.style(mark, fg=_MARKS[mark])]
    text = "".join(p.text for p in pieces)
    end = re.search(r"(\r?\n)?\Z", text)
    ending = end.group() if end else ""
    room = len(text) - len(ending)
    for piece in pieces:
        part = printable(piece.text[:room], keep="\t")
        room = max(0, room - len(piece.text))
        changed = piece.kind != "same"
        if part and changed and part.isspace():
            out.append(click.style(part, fg=colour, reverse=True))  # a line under a space is easily missed
        elif part:
            out.append(click.style(part, fg=colour, bold=changed or None, underline=changed or None))
    return "".join(out) + (ending or f"\n{_NO_END}")


def inline(name: str, old: str, new: str, new_name: str | None = None) -> Iterator[str]:
    """The lines that differ, each once, with old and new words in place; nothing for equal texts."""
    if old == new:
        return
    yield click.style(one_line(name) + (f" → {one_line(new_name)}" if new_name else "") + "\n", bold=True)
    for hunk in hunks(old, new):
        number = hunk.old_start
        for before, after in paired(hunk) if hunk.changed else ():
            number += before is not None
            yield click.style(f"{number}: ", fg="cyan") + coloured(compare(before or "", after or "")).rstrip("\r\n") + "\n"


def side_by_side(name: str, old: str, new: str, width: int, new_name: str | None = None) -> Iterator[str]:
    """The lines that differ, old on the left and new on the right, wrapped into `width` columns; nothing for equal texts."""
    if old == new:
        return
    column = max(10, (width - 3) // 2)
    yield click.style(_pad(one_line(name, column), column) + " │ " + one_line(new_name or "cleaned", column) + "\n", bold=True)
    for hunk in hunks(old, new):
        for before, after in paired(hunk) if hunk.changed else ():
            a, b = ((x or "").rstrip("\r\n") for x in (before, after))
            left, right = _wrapped(_side(a, b, "old"), column), _wrapped(_side(a, b, "new"), column)
            for n in range(max(len(left), len(right))):
                shown, used = left[n] if n < len(left) else ("", 0)
                yield shown + " " * (column - used) + " │ " + (right[n][0] if n < len(right) else "") + "\n"
            yield "─" * column + "─┼─" + "─" * column + "\n"


def _wrapped(pieces: Iterable[Piece], column: int) -> list[tuple[str, int]]:
    """Lines of at most `column` cells: (styled text, cells used)."""
    made: list[tuple[str, int]] = []
    line, used = "", 0
    for piece in pieces:
        for token in re.findall(r"\s+|\S+", printable(piece.text, keep="")):
            parts = [token] if cells(token) <= column else list(token)
            for part in parts:
                size = cells(part)
                if used + size > column:
                    made.append((line, used))
                    line, used = "", 0
                    if part.isspace():
                        continue
                line += _style(part, piece.kind)
                used += size
    return [*made, (line, used)] if used else made


def _style(text: str, kind: str) -> str:
    if kind == "same":
        return text
    return click.style(text, fg="red", strikethrough=True) if kind == "old" else click.style(text, fg="green", underline=True)


def cells(text: str) -> int:
    """How many columns of a terminal a text takes.

    >>> cells("ab"), cells("日本")
    (2, 4)
    """
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def _pad(text: str, column: int) -> str:
    return text + " " * max(0, column - cells(text))
