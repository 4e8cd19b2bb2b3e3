"""Word lists that ship with the package: ``words("actors", "person", "titles")`` is a set from ``data/actors.toml``."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources
from typing import Any


@cache
def table(name: str) -> dict[str, Any]:
    """The parsed ``data/NAME.toml``."""
    return tomllib.loads(resources.files("cleaner").joinpath("data", f"{name}.toml").read_text(encoding="utf-8"))


@cache
def words(name: str, section: str, key: str) -> frozenset[str]:
    """The words of one entry, which separates them by spaces. Raises KeyError for an unknown one."""
    return frozenset(table(name)[section][key].split())
