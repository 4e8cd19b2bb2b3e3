"""Pairs of an original and its rewrite, read from JSON Lines or from two texts with a sentence on each line."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path
from typing import Any

from .core import CleanerError
from .registry import Pair

STDIN = "-"
_MISSING = object()


def from_jsonl(name: str, context: str = "") -> Iterator[Pair]:
    """The pairs of a JSON Lines file: ``{"original": …, "rewrite": …, "context": …?}`` a line, other keys are ignored.

    `context` serves pairs that bring none. Blank lines are skipped. Raises CleanerError, with the number of the line, at the first that
    is no pair.
    """
    for number, line in _lines(name):
        if line.strip():
            yield _pair(f"{_called(name)}, line {number}", line, context)


def _pair(where: str, line: str, context: str) -> Pair:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        why = error.msg if isinstance(error, json.JSONDecodeError) else str(error)
        raise CleanerError(f'{where}: not JSON ({why}); write {{"original": "…", "rewrite": "…"}} on each line') from error
    if not isinstance(row, dict):
        raise CleanerError(f'{where}: not a pair; write {{"original": "…", "rewrite": "…"}} on each line')
    own = _text(where, row, "context", context) if row.get("context") is not None else context
    return Pair(_text(where, row, "original"), _text(where, row, "rewrite"), own)


def _text(where: str, row: dict[str, Any], key: str, default: object = _MISSING) -> str:
    value = row.get(key, default)
    if value is _MISSING:
        raise CleanerError(f"{where}: has no {key!r}; add it")
    if not isinstance(value, str):
        raise CleanerError(f"{where}: {key!r} must be text in quotation marks, not {json.dumps(value)[:40]}")
    if any("\ud800" <= c <= "\udfff" for c in value):
        raise CleanerError(f"{where}: {key!r} holds half a character (a lone surrogate); write the file as UTF-8")
    return value


def from_texts(original: str, rewrite: str, context: str = "") -> Iterator[Pair]:
    """The pairs of two texts, line by line. Without `context` each original is read in the whole of its own text.

    Raises CleanerError when one text has more lines than the other.
    """
    ours, theirs = list(_lines(original)), list(_lines(rewrite))
    if len(ours) != len(theirs):
        raise CleanerError(
            f"{_called(original)} has {len(ours)} lines and {_called(rewrite)} has {len(theirs)}: give both the same number, line for line",
        )
    for (_, a), (_, b) in zip_longest(ours, theirs):
        if a.strip() or b.strip():
            yield Pair(a, b, context)


def read_text(name: str) -> str:
    """A whole text file. Raises CleanerError when it cannot be read or is not UTF-8."""
    return "\n".join(line for _, line in _lines(name))


def _called(name: str) -> str:
    return "standard input" if name == STDIN else name


def _lines(name: str) -> Iterator[tuple[int, str]]:
    """Numbered lines without their ends, one at a time; only line feeds end a line, as in JSON Lines."""
    try:
        with _opened(name) as stream:
            for number, raw in enumerate(stream, 1):
                try:
                    line = raw.decode("utf-8-sig" if number == 1 else "utf-8")
                except UnicodeDecodeError as error:
                    where = f"{_called(name)}, line {number}"
                    raise CleanerError(f"{where}: not UTF-8 (byte {error.start + 1}); save the file as UTF-8") from error
                yield number, line.rstrip("\r\n")
    except OSError as error:
        raise CleanerError(f"{_called(name)}: cannot be read ({error.strerror}); check the path") from error


def _opened(name: str) -> io.BufferedIOBase | io.BufferedReader:
    if name == STDIN:
        return io.BytesIO(sys.stdin.buffer.read())
    return Path(name).open("rb")
