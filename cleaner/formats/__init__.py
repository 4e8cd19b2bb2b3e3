"""Formats: one module reads one kind of file. `load` and `save` are the only places that touch bytes."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from types import ModuleType

from ..core import CleanerError, Document


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
