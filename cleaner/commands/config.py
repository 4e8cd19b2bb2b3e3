"""`cleaner config`: the settings that hold here, as a settings file that can be copied."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from .. import config, options
from ..console import one_line


@click.command(name="config", short_help="Print the settings that hold here.")
@options.settings
def command(**given: Any) -> int:
    """Print every setting with where it comes from: a file, the command line, or the built-in default.

    The output is a valid cleaner.toml. Settings are read from the nearest cleaner.toml, or pyproject.toml with [tool.cleaner], at or
    above the current folder; options win over it.
    """
    path = config.locate(given["file"])
    held = config.settings(path, **options.overrides(given))
    click.echo(f"# settings file: {one_line(str(path)) if path else 'none found'}")
    tables = []
    for setting in held:
        if isinstance(setting.value, Mapping):
            tables.append(setting)
        else:
            click.echo(f"{setting.name} = {toml(setting.value)}  # {one_line(_origin(setting.origin, path))}")
    for table in tables:
        click.echo(f"\n[{table.name}]  # {one_line(_origin(table.origin, path))}")
        inner = {key: value for key, value in table.value.items() if isinstance(value, Mapping)}
        for key, value in table.value.items():
            if key not in inner:
                click.echo(f"{toml(key)} = {toml(value)}")
        for name, own in inner.items():
            click.echo(f"\n[{table.name}.{toml(name)}]")
            for key, value in own.items():
                click.echo(f"{toml(key)} = {toml(value)}")
    return 0


def _origin(origin: str, path: Path | None) -> str:
    return path.name if path and origin == str(path) else origin


def toml(value: Any) -> str:
    """A value as TOML writes it: a boolean, number, string or list of these.

    >>> toml(("a", "b")), toml(True)
    ('["a", "b"]', 'true')
    """
    if isinstance(value, tuple):
        return "[" + ", ".join(map(toml, value)) + "]"
    return json.dumps(value, ensure_ascii=False)  # JSON's booleans, numbers and strings are TOML's
