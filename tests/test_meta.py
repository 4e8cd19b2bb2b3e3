"""What holds for all rules, and for the shape of the package."""

import ast
from pathlib import Path

import pytest

import cleaner
from cleaner import registry
from cleaner.core import CATEGORIES
from cleaner.registry import Bad, Breaks, Good, Keeps

PACKAGE = Path(cleaner.__file__).parent


@pytest.mark.parametrize("rule", registry.detectors().values(), ids=lambda r: r.name)
def test_rule_is_complete(rule: registry.Detector) -> None:
    assert sum(isinstance(e, Bad) for e in rule.examples) >= 2
    assert sum(isinstance(e, Good) for e in rule.examples) >= 2
    assert len(set(rule.examples)) == len(rule.examples)
    assert rule.doc
    assert rule.category in CATEGORIES


@pytest.mark.parametrize("gate", registry.gates().values(), ids=lambda g: g.name)
def test_gate_is_complete(gate: registry.Gate) -> None:
    assert sum(isinstance(e, Breaks) for e in gate.examples) >= 2
    assert sum(isinstance(e, Keeps) for e in gate.examples) >= 2
    assert gate.doc


def test_stages_never_import_each_other() -> None:
    stages = {"detectors", "rewriters", "gates"}
    for stage in stages:
        for path in (PACKAGE / stage).glob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.ImportFrom) and node.level == 2:
                    assert (node.module or "").split(".")[0] not in stages, f"{path.name} imports {node.module}"


def test_no_file_is_long() -> None:
    long = [p.name for p in PACKAGE.rglob("*.py") if len(p.read_text().splitlines()) > 400]
    assert not long
