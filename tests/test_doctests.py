"""The examples in docstrings are true."""

from __future__ import annotations

import doctest
import importlib
from pathlib import Path

import pytest

import cleaner

ROOT = Path(cleaner.__file__).parent
MODULES = [".".join(p.relative_to(ROOT.parent).with_suffix("").parts) for p in sorted(ROOT.rglob("*.py")) if ">>> " in p.read_text("utf-8")]


@pytest.mark.parametrize("name", MODULES)
def test_examples_are_true(name: str) -> None:
    found = doctest.testmod(importlib.import_module(name.removesuffix(".__init__")))
    assert found.attempted
    assert not found.failed
