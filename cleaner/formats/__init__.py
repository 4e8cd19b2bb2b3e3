"""Formats: one module reads one kind of file. `load` and `save` are the only places that touch bytes."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from pathlib import Path
from types import ModuleType

from ..core import CleanerError, Document
from ..writing import atomic


@cache
def _by_suffix() -> dict[str, ModuleType]:
    modules = [importlib.import_module(f"{__name__}.{m.name}") for m in pkgutil.iter_modules(__path__)]
    return {suffix: module for module in modules for suffix in module.SUFFIXES}


def parse(name: str, text: str) -> Document:
    """The Document of a text, read as the suffix of its name says. Raises CleanerError for a suffix that no format claims."""
    suffix = "." + name.rpartition(".")[2].lower() if "." in name.rpartition("/")[2] else ""
    module = _by_suffix().get(suffix)
    if module is None:
        known = ", ".join(sorted(s for s in _by_suffix() if s))
        raise CleanerError(f"{name}: unknown kind of file {suffix!r}; known are {known}")
    document: Document = module.parse(name, text)
    return document


def suffixes() -> tuple[str, ...]:
    """Every suffix that some format claims, in lower case with its dot; the empty one stands for names without a suffix."""
    return tuple(sorted(_by_suffix()))


def load(path: Path) -> Document:
    """Read a file, whose name the Document bears. Raises CleanerError when it cannot be read or is not UTF-8."""
    try:
        text = path.read_bytes().decode("utf-8")
    except OSError as error:
        raise CleanerError(f"{path.as_posix()}: cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise CleanerError(f"{path.as_posix()}: not UTF-8 text (byte {error.start}); convert it first, for example with iconv") from error
    return parse(path.as_posix(), text)


def save(path: Path, text: str) -> None:
    """Write a file whole or not at all, with its folders. Raises CleanerError where that cannot be done."""
    with atomic(path.resolve()) as file:
        file.write(text)
