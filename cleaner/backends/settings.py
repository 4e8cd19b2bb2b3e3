"""How a rewrite model is run: ``[rewriting]`` in the settings file, and ``[rewriting."SPEC"]`` for one model."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..core import CleanerError


@dataclass(frozen=True, slots=True)
class Settings:
    """Settings of a rewrite model.

    Attributes:
        prompt: what the model reads, with ``{text}`` and perhaps ``{before}``, ``{after}``, ``{source}``, ``{findings}``; empty for
            the kind's own.
        system: the system message of a chat model; empty for the kind's own.
        candidates: how many texts a segment may get, best first.
        beams: width of the beam search; at least `candidates`.
        batch: segments that go through the model at once.
        timeout: seconds for a batch here, or for one answer of an endpoint.
        growth: how many times longer or shorter than the segment a candidate may be.
        concurrency: requests to an endpoint at once.
        max_requests: requests to an endpoint in a run, retries included.
        max_tokens: tokens sent to and received from an endpoint in a run.
        cache: file that remembers answers, so that a run can be taken up again; ``off`` for none, empty for the user's cache folder.
        every_segment: also ask about segments that no rule flagged.

    """

    prompt: str = ""
    system: str = ""
    candidates: int = 3
    beams: int = 4
    batch: int = 16
    timeout: float = 60.0
    growth: float = 1.5
    concurrency: int = 4
    max_requests: int = 1000
    max_tokens: int = 1_000_000
    cache: str = ""
    every_segment: bool = False


#: What a table may set: the budget is a setting of its own, for the whole run.
_DEFAULTS = {f.name: f.default for f in dataclasses.fields(Settings) if f.name not in ("max_requests", "max_tokens")}


def checked(where: str, table: Mapping[str, Any]) -> dict[str, Any]:
    """A ``[rewriting]`` table with underscores in its names. Raises CleanerError for an unknown key or a value of the wrong type."""
    made: dict[str, Any] = {}
    for key, value in table.items():
        name = key.replace("-", "_")
        if isinstance(value, Mapping):
            made[key] = {k.replace("-", "_"): v for k, v in value.items()}
            for k, v in made[key].items():
                _check(f"{where}: setting 'rewriting.{key}.{k}'", k, v)
        else:
            made[name] = value
            _check(f"{where}: setting 'rewriting.{name}'", name, value)
    return made


def _check(what: str, name: str, value: Any) -> None:
    if name not in _DEFAULTS:
        from ..config import did_you_mean

        raise CleanerError(f"{what} is unknown{did_you_mean(name, _DEFAULTS)}; known are {', '.join(_DEFAULTS)}")
    default = _DEFAULTS[name]
    if isinstance(default, bool) or isinstance(value, bool):
        good = isinstance(default, bool) and isinstance(value, bool)
    elif isinstance(default, str):
        good = isinstance(value, str)
    elif isinstance(default, float):
        good = isinstance(value, int | float) and value > 0
    else:
        good = isinstance(value, int) and value > 0
    if name == "growth" and good:
        good = value >= 1
    if name == "prompt" and good and value and "{text}" not in value:
        raise CleanerError(f"{what} has no {{text}}; put it where the sentence goes")
    if not good:
        raise CleanerError(f"{what} cannot be {value!r}; the default is {default!r}")


def of(spec: str, table: Mapping[str, Any], **overrides: Any) -> Settings:
    """The settings for one model: the table, then the model's own table in it, then `overrides` that are not None."""
    found = {k: v for k, v in table.items() if not isinstance(v, Mapping)}
    found |= table.get(spec, {})
    found |= {k: v for k, v in overrides.items() if v is not None}
    return Settings(**found)
