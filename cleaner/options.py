"""Options that several commands share, and the settings they make."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import click

from . import config, inputs
from .core import CleanerError

_F = TypeVar("_F", bound=Callable[..., Any])

_READING = (
    click.option("--select", multiple=True, metavar="RULE", help="Run only this rule or family; may be given again, or with commas."),
    click.option("--ignore", multiple=True, metavar="RULE", help="Do not run this rule or family; wins over --select."),
    click.option("--no-languagetool", is_flag=True, help="Do without LanguageTool."),
    click.option("--source-language", metavar="CODE", help="What the text was translated from, such as ja; else the text tells."),
    click.option("--termbase", metavar="FILE", help="The source's terms, a line each: the term, a tab, its English."),
    click.option("--review-budget", metavar="N|N%", help="Review only the riskiest sentences of each document, flagged or not."),
    click.option("--min-risk", type=click.FloatRange(0, 1), metavar="X", help="Review only what has at least this risk, flagged or not."),
    click.option("--jobs", type=click.IntRange(1), metavar="N", help="Documents worked on at once."),
    click.option("--config", "file", type=click.Path(path_type=Path), metavar="FILE", help="Settings file, in place of the nearest one."),
)
_CLEANING = (
    click.option("--unsafe-fixes", is_flag=True, default=None, help="Also make unsafe changes that pass every gate."),
    click.option("--min-confidence", type=click.FloatRange(0, 1), metavar="X", help="Flag what is wrong with at least this chance."),
    click.option("--rewriter", metavar="MODEL", help="none, hf:NAME_OR_PATH, ct2:PATH or openai:URL#MODEL."),
    click.option("--max-requests", type=click.IntRange(1), metavar="N", help="Requests that may be sent to an endpoint."),
    click.option("--max-tokens", type=click.IntRange(1), metavar="N", help="Tokens that may be sent to and got from an endpoint."),
    click.option("--queue", type=click.Path(dir_okay=False), metavar="FILE", help="The review queue."),
    click.option("--no-queue", is_flag=True, help="Neither apply answers from the review queue nor store anything in it."),
)

#: For commands that read files; `sources` takes what it yields.
source = click.option(
    "--source", type=click.Path(path_type=Path), metavar="PATH",
    help="What the text was translated from: a file, or a folder with one of the same name for each input.",
)


def settings(function: _F) -> _F:
    """Give a command the options that change settings; `load` takes what they yield."""
    for option in reversed(_READING + _CLEANING):
        function = option(function)
    return function


def reading(function: _F) -> _F:
    """Give a command those of the options that change what is found, and nothing else; `load` takes what they yield."""
    for option in reversed(_READING):
        function = option(function)
    return function


def load(given: dict[str, Any]) -> config.Config:
    """The settings that hold, from the values of the options of `settings`."""
    return config.load(config.locate(given["file"]), **overrides(given))


def sources(
    paths: Sequence[str], given: dict[str, Any], *, stdin_name: str = "stdin", leave: Path | None = None,
) -> tuple[list[inputs.Source], list[CleanerError]]:
    """What a command is to read (see `inputs.find`), with the texts that it was translated from where they are given."""
    found, errors = inputs.find(paths, stdin_name=stdin_name, leave=leave)
    if given["source"] is None:
        return found, errors
    found, missing = inputs.originals(found, given["source"])
    return found, [*errors, *missing]


def overrides(given: dict[str, Any]) -> dict[str, Any]:
    """What the command line says about settings; None where it is silent."""
    return {
        "select": _names(given["select"]), "ignore": _names(given["ignore"]), "unsafe_fixes": given.get("unsafe_fixes"),
        "min_confidence": given.get("min_confidence"), "languagetool": False if given["no_languagetool"] else None, "jobs": given["jobs"],
        "source_language": given["source_language"], "termbase": given["termbase"],
        "review_budget": given["review_budget"], "min_risk": given["min_risk"],
        "queue": given.get("queue"), "rewriter": given.get("rewriter"), "max_requests": given.get("max_requests"),
        "max_tokens": given.get("max_tokens"),
    }


def _names(values: tuple[str, ...]) -> tuple[str, ...] | None:
    return tuple(name.strip() for value in values for name in value.split(",") if name.strip()) or None
