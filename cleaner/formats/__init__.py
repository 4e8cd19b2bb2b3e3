"""Formats: one module reads one kind of file. `load` and `save` are the only places that touch bytes.

Lossless: what is read, written back unchanged, is the same bytes. Line ends and odd spacing are part of the text; byte order marks are
kept in `Document.encoding`.
"""

from __future__ import annotations

import codecs
import importlib
import os
import pkgutil
import re
import tempfile
from contextlib import suppress
from dataclasses import replace
from functools import cache
from pathlib import Path
from types import ModuleType

from ..core import CleanerError, Document

#: Bytes of a file. A larger one is a dump, to be split first: the whole text is kept in memory with its parse.
LARGEST_FILE = 16 * 1024 * 1024
#: Characters of a line of Markdown: the same bound as for a paragraph, checked before the file is parsed.
LONGEST_LINE = 200_000

_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_CONTROL = re.compile(r"[\x00-\x06\x0e-\x1a\x7f]")


@cache
def _by_suffix() -> dict[str, ModuleType]:
    modules = [importlib.import_module(f"{__name__}.{m.name}") for m in pkgutil.iter_modules(__path__)]
    return {suffix: module for module in modules for suffix in module.SUFFIXES}


def suffixes() -> tuple[str, ...]:
    """Every suffix that some format claims, in lower case with its dot; the empty one stands for names without a suffix."""
    return tuple(sorted(_by_suffix()))


def parse(name: str, text: str) -> Document:
    """The Document of a text, read as the suffix of its name says. Raises CleanerError for a suffix that no format claims."""
    suffix = "." + name.rpartition(".")[2].lower() if "." in name.rpartition("/")[2] else ""
    module = _by_suffix().get(suffix)
    if module is None:
        known = ", ".join(sorted(s for s in _by_suffix() if s))
        raise CleanerError(f"{name}: unknown kind of file {suffix!r}; known are {known}")
    for number, line in enumerate(re.split(r"\r\n|\n|\r", text), start=1):
        if len(line) > LONGEST_LINE:
            raise CleanerError(f"{name}:{number}: a line of {len(line):,} characters, more than {LONGEST_LINE:,}; put line ends into it")
    document: Document = module.parse(name, text)
    return document


def load(path: Path) -> Document:
    """Read a file, whose name the Document bears. Raises CleanerError when it cannot be read or is no text."""
    return read(path.as_posix(), _bytes(path))


def content(path: Path) -> str:
    """The text of a file of any suffix. Raises as `load` does."""
    return _text(path.as_posix(), _bytes(path))[0]


def read(name: str, data: bytes) -> Document:
    """The Document of a file's bytes: UTF-8 with or without byte order mark, or UTF-16 with one. Raises CleanerError for anything else."""
    words, encoding = _text(name, data)
    return replace(parse(name, words), encoding=encoding)


def _bytes(path: Path) -> bytes:
    name = path.as_posix()
    try:
        size = path.stat().st_size
        if size > LARGEST_FILE:
            raise CleanerError(f"{name}: {size / 2**20:.0f} MiB is more than {LARGEST_FILE // 2**20}; split it first")
        return path.read_bytes()
    except OSError as error:
        raise CleanerError(f"{name}: cannot be read ({error.strerror})") from error


def _text(name: str, data: bytes) -> tuple[str, str]:
    """The text of a file's bytes, and its encoding."""
    if len(data) > LARGEST_FILE:
        raise CleanerError(f"{name}: {len(data) / 2**20:.0f} MiB is more than {LARGEST_FILE // 2**20}; split it first")
    text, encoding = _decode(name, data)
    if not text.strip():
        raise CleanerError(f"{name}: is empty; there is nothing to clean")
    if found := _CONTROL.search(text):
        what = f"control character {ord(found.group()):#04x} at offset {found.start()}"
        raise CleanerError(f"{name}: is no text file ({what}); give plain text or Markdown")
    return text, encoding


def _decode(name: str, data: bytes) -> tuple[str, str]:
    if data.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        raise CleanerError(f"{name}: is UTF-32; convert it, e.g. iconv -f UTF-32 -t UTF-8")
    mark, encoding = next(((m, e) for m, e in _MARKS if data.startswith(m)), (b"", "utf-8"))
    try:
        return data[len(mark):].decode("utf-8" if mark == codecs.BOM_UTF8 else encoding), encoding
    except UnicodeDecodeError as error:
        if encoding.startswith("utf-16"):
            raise CleanerError(f"{name}: is broken UTF-16 (at byte {error.start + len(mark)}); save it again as UTF-8") from error
        at = error.start + len(mark)
        raise CleanerError(
            f"{name}: is not UTF-8 (byte 0x{data[at]:02X} at offset {at}); convert it, e.g. iconv -f WINDOWS-1252 -t UTF-8"
        ) from error


def encode(text: str, encoding: str = "utf-8") -> bytes:
    """The bytes of a text in its Document's `encoding`, byte order mark included."""
    mark = next((m for m, e in _MARKS if e == encoding), b"")
    return mark + text.encode("utf-8" if encoding == "utf-8-sig" else encoding)


def save(path: Path, text: str, encoding: str = "utf-8", *, follow: bool = False) -> None:
    """Write a file whole or not at all, with its folders; permissions of a file that was there are kept.

    A link is replaced, not followed, so that an output folder can never write through to an input; `follow` is for changes in place.
    Raises CleanerError, with the old file intact, where it cannot be written.
    """
    name = path.as_posix()
    data = encode(text, encoding)
    temporary = ""
    try:
        if follow:
            path = path.resolve()
        path.parent.mkdir(parents=True, exist_ok=True)
        mode = path.stat().st_mode & 0o777 if path.exists() and not path.is_symlink() else None
        if path.is_dir():
            raise IsADirectoryError(None, "is a folder")
        handle, temporary = tempfile.mkstemp(prefix=f".{path.name[:80]}.", suffix=".part", dir=path.parent)
        with open(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, _usual_mode() if mode is None else mode)
        os.replace(temporary, path)
    except BaseException as error:
        if temporary:
            with suppress(OSError):
                os.unlink(temporary)
        if isinstance(error, OSError):
            raise CleanerError(f"{name}: cannot be written ({error.strerror}); what was there is as before") from error
        raise


@cache
def _usual_mode() -> int:
    """The permissions of a new file. Asking changes the process for an instant, so it is asked once."""
    mask = os.umask(0o077)
    os.umask(mask)
    return 0o666 & ~mask
