"""Settings: built-in defaults, then the nearest `cleaner.toml` or `pyproject.toml [tool.cleaner]`, then the command line."""

from __future__ import annotations

import dataclasses
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from . import budget
from .core import CleanerError

COMMAND_LINE = "command line"
_CODE = re.compile(r"auto|[a-z]{2,3}(?:[-_]\w+)*")


@dataclass(frozen=True, slots=True)
class Config:
    """What holds for a run; `cleaner config` prints it.

    Attributes:
        select: rules to run, by name, family prefix or ``all``.
        ignore: rules not to run; wins over `select`.
        unsafe_fixes: also apply unsafe suggestions that pass every gate.
        min_confidence: findings below this chance of being right only raise the risk of their segment, 0 to 1.
        max_suggestions: how many suggestions a segment may get.
        languagetool: use LanguageTool; without it only the tool's own rules run.
        language: LanguageTool's variety of English.
        termbase: file of the source's terms with their English, a tab between; a relative path starts at the folder of the settings file.
        source_language: what the text was translated from, as a code such as ``ja``; ``auto`` leaves that to the text.
        java_heap_mb: limit for LanguageTool's Java heap, in MB.
        jobs: documents worked on at once.
        queue: path of the review queue; a relative one starts at the folder of the settings file.
        rewriter: the rewrite model: ``none``, ``hf:NAME_OR_PATH``, ``ct2:PATH`` or ``openai:URL#MODEL``.
        max_requests: requests that a run may send to an endpoint.
        max_tokens: tokens that a run may send to an endpoint and get from it.
        review_budget: what of each document goes to review: its riskiest share (``20%``), so many sentences (``15``), or ``all``.
        min_risk: what is less risky than this does not go to review, what is as risky does, 0 to 1; 0 is off.
        reviewers: how many people must agree on an answer before it holds, 1 or 2.
        cases: folder of regression cases, to which answers are added; a relative path starts at the folder of the settings file.
        gates: threshold by gate name, 0 to 1, over the gate's own.
        rewriting: how the rewrite model is run, and in a table by its name how that one is; see `backends.settings.Settings`.

    """

    select: tuple[str, ...] = ("all",)
    ignore: tuple[str, ...] = ()
    unsafe_fixes: bool = False
    min_confidence: float = 0.5
    max_suggestions: int = 3
    languagetool: bool = True
    language: str = "en-US"
    termbase: str = ""
    source_language: str = "auto"
    java_heap_mb: int = 768
    jobs: int = 3
    queue: str = ".cleaner/review.sqlite"
    reviewers: int = 1
    cases: str = "tests/cases"
    rewriter: str = "none"
    max_requests: int = 1000
    max_tokens: int = 1_000_000
    review_budget: str = budget.ALL
    min_risk: float = 0.0
    gates: Mapping[str, float] = dataclasses.field(default_factory=dict)
    rewriting: Mapping[str, Any] = dataclasses.field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting: its value as written, and where that comes from: ``default``, a file, or ``command line``."""

    name: str
    value: Any
    origin: str


def find(start: Path) -> Path | None:
    """The nearest settings file at or above `start`."""
    for folder in (start, *start.parents):
        own = folder / "cleaner.toml"
        if own.is_file():
            return own
        project = folder / "pyproject.toml"
        if project.is_file() and "cleaner" in _read(project).get("tool", {}):
            return project
    return None


def locate(named: Path | None) -> Path | None:
    """The settings file to use: the one that was named, or the nearest one. Raises CleanerError when the named one is not there."""
    if named is None:
        return find(Path.cwd())
    if not named.is_file():
        raise CleanerError(f"{named}: there is no such settings file; `cleaner config` shows what holds without it")
    return named


def load(path: Path | None, **overrides: Any) -> Config:
    """The settings of a file (or only the defaults), with `overrides` that are not None on top.

    Raises CleanerError for a broken file, an unknown key or a value of the wrong type.
    """
    found = {s.name: s for s in settings(path, **overrides)}
    values = {s.name: s.value for s in found.values()}
    for name in ("queue", "cases", "termbase"):
        if path is not None and values[name] and found[name].origin != COMMAND_LINE:
            values[name] = str(path.parent / values[name])
    return Config(**values)


def settings(path: Path | None, **overrides: Any) -> list[Setting]:
    """Every setting with its origin, in the order of `Config`. Raises as `load` does."""
    table = _table(path) if path else {}
    defaults = {f.name: getattr(Config(), f.name) for f in dataclasses.fields(Config)}
    for key in (*table, *overrides):
        if key not in defaults:
            raise CleanerError(f"{path}: unknown setting {key!r}{did_you_mean(key, defaults)}; `cleaner config` lists the known ones")
    made = []
    for name, default in defaults.items():
        value, origin = default, "default"
        if name in table:
            value, origin = _typed(str(path), name, table[name], default), str(path)
        if overrides.get(name) is not None:
            value, origin = _typed(COMMAND_LINE, name, overrides[name], default), COMMAND_LINE
        made.append(Setting(name, value, origin))
    return made


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A hint at the nearest of the known words, or nothing when none is near.

    >>> did_you_mean("ignroe", ["select", "ignore"])
    " (did you mean 'ignore'?)"
    """
    import difflib

    near = difflib.get_close_matches(word, list(known), n=1)
    return f" (did you mean {near[0]!r}?)" if near else ""


def _table(path: Path) -> dict[str, Any]:
    table = _read(path)
    if path.name == "pyproject.toml":
        table = table.get("tool", {}).get("cleaner", {})
        if not isinstance(table, dict):
            raise CleanerError(f"{path}: [tool.cleaner] must be a table")
    return {key.replace("-", "_"): value for key, value in table.items()}


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CleanerError(f"{path}: not valid TOML ({error}); mend or remove it") from error
    except OSError as error:
        raise CleanerError(f"{path}: cannot be read ({error.strerror})") from error


def _typed(where: str, key: str, value: Any, default: Any) -> Any:
    if key == "review_budget":
        try:
            return budget.parse(str(value)).said
        except CleanerError as error:
            raise CleanerError(f"{where}: {error}") from error
    if key == "source_language" and not _CODE.fullmatch(str(value)):
        raise CleanerError(f"{where}: setting {key!r} cannot be {value!r}: give a language's code, such as ja or de, or auto")
    if isinstance(default, bool) or isinstance(value, bool):
        good = isinstance(default, bool) and isinstance(value, bool)
    elif isinstance(default, tuple):
        good = isinstance(value, list | tuple) and all(isinstance(v, str) for v in value)
        value = tuple(value) if good else value
    elif isinstance(default, float):
        good = isinstance(value, int | float) and 0 <= value <= 1
    elif isinstance(default, int):
        good = isinstance(value, int) and value > 0
    elif isinstance(default, str):
        good = isinstance(value, str) and (bool(value) or not default)
    elif key == "rewriting":
        from .backends.settings import checked

        good = isinstance(value, dict)
        value = checked(where, value) if good else value
    else:
        good = isinstance(value, dict) and all(
            isinstance(v, int | float) and not isinstance(v, bool) and 0 <= v <= 1 for v in value.values()
        )
    if not good:
        raise CleanerError(f"{where}: setting {key!r} cannot be {value!r}; the default is {default!r}")
    return value
