"""Outcomes as JUnit XML, for machines that show test results (the schema of Ant's junit task, as most of them read it)."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from collections.abc import Sequence

from ..console import printable
from . import Outcome


def junit(outcomes: Sequence[Outcome]) -> str:
    """One suite a file of cases, one test case a case."""
    root = ElementTree.Element("testsuites", {"name": "cleaner regress", **_counts(outcomes)})
    for file in dict.fromkeys(o.case.file for o in outcomes):
        own = [o for o in outcomes if o.case.file == file]
        name = _legal(file.as_posix())
        suite = ElementTree.SubElement(root, "testsuite", {"name": name, **_counts(own)})
        for o in own:
            case = ElementTree.SubElement(
                suite, "testcase", {"classname": name, "name": _legal(o.case.name), "file": name, "line": str(o.case.line)},
            )
            if o.failed:
                ElementTree.SubElement(case, "failure", {"message": _legal("; ".join(o.problems))}).text = _legal(o.explained())
            elif not o.passed:
                ElementTree.SubElement(case, "skipped", {"message": _legal(o.skipped or f"known: {o.case.known}")})
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="unicode", xml_declaration=False) + "\n"


def _counts(outcomes: Sequence[Outcome]) -> dict[str, str]:
    return {
        "tests": str(len(outcomes)), "failures": str(sum(o.failed for o in outcomes)), "errors": "0",
        "skipped": str(sum(not o.passed and not o.failed for o in outcomes)),
    }


def _legal(text: str) -> str:
    """Text without what XML 1.0 cannot hold: control characters are written out, the two noncharacters of the basic plane dropped."""
    return printable(text).replace("￾", "").replace("￿", "")
