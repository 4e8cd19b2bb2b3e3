"""Collects regression cases: `pytest` runs each case of `*.cases.yaml` and `*.cases.jsonl` as a test of its own.

Loaded in every pytest run where cleaner is installed, so it imports nothing more until there is such a file.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from .regress import Regression
    from .regress.cases import Case

_SUFFIXES = (".cases.yaml", ".cases.yml", ".cases.jsonl")


class CaseFailedError(Exception):
    """A case did not come out as expected; the message is the whole story."""


class CaseFile(pytest.File):
    """A file of cases."""

    def collect(self) -> Iterator[CaseItem]:
        from .core import CleanerError
        from .regress.cases import load

        try:
            cases = load(self.path)
        except CleanerError as error:
            raise self.CollectError(str(error)) from error
        seen: dict[str, int] = {}
        for case in cases:
            seen[case.name] = seen.get(case.name, 0) + 1
            name = case.name if seen[case.name] == 1 else f"{case.name} ({seen[case.name]})"
            yield CaseItem.from_parent(self, name=name, case=case)


class CaseItem(pytest.Item):
    """One case."""

    def __init__(self, *, case: Case, **rest: Any) -> None:
        super().__init__(**rest)
        self.case = case

    def runtest(self) -> None:
        outcome = _regression(self.config).outcome(self.case)
        if outcome.skipped:
            pytest.skip(outcome.skipped)
        if outcome.problems and self.case.known:
            pytest.xfail(self.case.known)
        if outcome.problems:
            raise CaseFailedError(outcome.explained())

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        return str(excinfo.value) if excinfo.errisinstance(CaseFailedError) else super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int, str]:
        return self.path, self.case.line - 1, self.name


_KEY: pytest.StashKey[Regression] = pytest.StashKey()


def _regression(config: pytest.Config) -> Regression:
    """The pipeline that all cases of this run share, with the settings that hold where pytest was started."""
    if _KEY not in config.stash:
        from . import config as settings
        from .regress import Regression

        config.stash[_KEY] = Regression(settings.load(settings.locate(None)))
    return config.stash[_KEY]


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> CaseFile | None:
    """Take the files that are named as cases."""
    return CaseFile.from_parent(parent, path=file_path) if file_path.name.endswith(_SUFFIXES) else None


def pytest_unconfigure(config: pytest.Config) -> None:
    """End what the pipeline started."""
    if _KEY in config.stash:
        config.stash[_KEY].close()
