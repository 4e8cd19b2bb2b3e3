"""The terminal: messages and progress on stderr, and document text made harmless. Rich is imported only when something is drawn."""

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from rich.console import Console

_JOINERS = "\u00ad\u200c\u200d"  # soft hyphen and the joiners that words and emoji are made with: harmless


@cache
def is_hidden(character: str) -> bool:
    """Whether a character shows nothing, ends a line or reorders what stands around it."""
    category = unicodedata.category(character)
    return category in ("Cc", "Cs", "Zl", "Zp") or (category == "Cf" and character not in _JOINERS)


def printable(text: str, keep: str = "\n\t") -> str:
    r"""Text as a terminal may show it: control characters, terminal escapes and bidirectional overrides are written out (``\x1b``).

    >>> printable("a\x1b[31mb")
    'a\\x1b[31mb'
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(c.encode("unicode_escape").decode() if c not in keep and is_hidden(c) else c for c in text)


def one_line(text: str, limit: int = 0) -> str:
    """Printable text on one line with single spaces, cut at `limit` characters where one is given."""
    text = printable(" ".join(text.split()))
    return text if not limit or len(text) <= limit else text[:limit - 1].rstrip() + "…"


def complain(message: object) -> None:
    """One line on stderr about something that went wrong."""
    click.echo(f"cleaner: {one_line(str(message))}", err=True)


def note(message: str) -> None:
    """Say something on stderr that is no result."""
    click.echo(printable(message), err=True)


def stderr() -> Console:
    """A rich console on stderr."""
    from rich.console import Console

    return Console(stderr=True, highlight=False, markup=False)


@contextmanager
def progress(total: int, what: str, *, shown: bool) -> Iterator[Callable[[str], None]]:
    """A bar on stderr while the block runs, where stderr is a terminal; yields a function that takes a step and names what was done."""
    if not shown or not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(),
        TextColumn("{task.fields[last]}", markup=False),
    )
    with Progress(*columns, console=stderr(), transient=True, redirect_stdout=False) as bar:
        task = bar.add_task(what, total=total, last="")
        yield lambda name: bar.update(task, advance=1, last=one_line(name, 40))
