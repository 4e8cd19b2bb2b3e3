"""Settings that decisions speak for: rules that people reject, findings that are too unsure to show. Proposed; set only when asked."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..config import Config
from ..core import CleanerError
from ..writing import atomic
from .statistics import Statistics, wilson

#: A rule is to be ignored when its acceptance rate is surely below this, findings are to be hidden when theirs is.
USELESS = 1 / 3
#: Findings are judged from so many on.
ENOUGH = 20
_STEP = 0.05
_HIGHEST = 0.95


@dataclass(frozen=True, slots=True)
class Tuning:
    """A line for the settings file, and why."""

    setting: str
    value: tuple[str, ...] | float
    reason: str

    @property
    def line(self) -> str:
        """The line as TOML."""
        if isinstance(self.value, float):
            return f"{self.setting} = {self.value:g}"
        return f"{self.setting} = [{', '.join(_quoted(v) for v in self.value)}]"


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def propose(found: Statistics, config: Config) -> tuple[Tuning, ...]:
    """What to set, given the settings that hold."""
    made = []
    useless = [r for r in found.rejected if r.high < USELESS and r.name not in config.ignore]
    if useless:
        why = "; ".join(f"{r.name}: {r.accepted + r.edited} of {r.decided} taken, at most {r.high:.0%}" for r in useless)
        made.append(Tuning("ignore", (*config.ignore, *(r.name for r in useless)), why))
    left = [
        (confidence, d.changed) for d in found.decided for rule, confidence in d.findings
        if rule not in {*config.ignore, *(r.name for r in useless)} and confidence >= config.min_confidence
    ]
    best = None
    for n in range(1, round((_HIGHEST - config.min_confidence) / _STEP) + 1):
        least = round(config.min_confidence + _STEP * n, 2)
        below = [changed for confidence, changed in left if confidence < least]
        if (best is None or len(below) > best[1]) and len(below) >= ENOUGH and wilson(sum(below), len(below))[1] < USELESS:
            best = (least, len(below), sum(below))
    if best:
        least, count, changed = best
        why = f"{changed} of {count} findings below {least:g} led to a change, at most {wilson(changed, count)[1]:.0%}"
        made.append(Tuning("min_confidence", least, why))
    return tuple(made)


def write(path: Path, tunings: Sequence[Tuning]) -> None:
    """Set what was proposed in a settings file, made if it is missing; everything else in it stays as it is.

    Raises CleanerError, and changes nothing, for a file that is written in a way that this cannot do safely.
    """
    text = path.read_bytes().decode("utf-8") if path.exists() else ""
    section = "tool.cleaner" if path.name == "pyproject.toml" else ""
    wanted = tomllib.loads(text)
    own: dict[str, Any] = wanted
    for part in filter(None, section.split(".")):
        own = own.setdefault(part, {})
    new = text
    for t in tunings:
        dashed = t.setting.replace("_", "-")
        own[dashed if dashed in own else t.setting] = list(t.value) if isinstance(t.value, tuple) else t.value
        new = _set(new, section, t)
    try:
        right = tomllib.loads(new) == wanted
    except tomllib.TOMLDecodeError:
        right = False
    if not right:
        lines = "; ".join(t.line for t in tunings)
        raise CleanerError(f"{path}: is written in a way that cannot be changed safely; put it there yourself: {lines}")
    with atomic(path) as file:
        file.write(new)


def _set(text: str, section: str, tuning: Tuning) -> str:
    """The text with one setting of a section (the top of the file, if it has no name) changed or added."""
    header = re.search(rf"^\[{re.escape(section)}\][^\n]*\n?", text, re.MULTILINE) if section else None
    start = header.end() if header else 0
    following = re.compile(r"^\s*\[", re.MULTILINE).search(text, start)
    end = following.start() if following else len(text)
    name = tuning.setting.replace("_", "[_-]")
    old = re.compile(rf"^({name}[ \t]*=[ \t]*)(\[[^\]]*\]|[^\n#]*?)(?=[ \t]*(?:#|$))", re.MULTILINE).search(text, start, end)
    if old:
        return text[:old.start(2)] + tuning.line.partition(" = ")[2] + text[old.end(2):]
    before = text[:start] + ("" if not start or text[start - 1] == "\n" else "\n")
    return f"{before}{tuning.line}\n{text[start:]}"
