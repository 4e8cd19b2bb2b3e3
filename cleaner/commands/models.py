"""`cleaner models`: the models that come with the tool and converted ones: list, describe, check, convert."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import click

from .. import models
from ..console import note, one_line, printable
from ..models import Model

_FACTS = ("version", "licence", "base", "quantization")
_QUANTIZATIONS = ("int8", "int8_float32", "int16", "float32")


@click.group(name="models", short_help="List, describe and check models; convert one.")
def command() -> None:
    """Models that come with the tool, and converted rewrite models."""


@command.command(name="list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def listing(as_json: bool) -> int:
    """List the models that come with the tool: state, version, licence, size.

    Exit code: 0 all whole, 1 one is missing or damaged.
    """
    found = list(models.shipped())
    if as_json:
        click.echo(json.dumps([_object(m) for m in found], ensure_ascii=False, indent=2))
    else:
        width = max(len(m.name) for m in found)
        for m in found:
            facts = [m.purpose, f"version {m.fact('version') or '-'}", m.fact("licence") or "licence: see its card", _megabytes(m.size)]
            click.echo(f"{_state(m)}  {click.style(m.name.ljust(width), bold=True)}  {', '.join(facts)}")
    return _told(found)


@command.command()
@click.argument("name")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def info(name: str, as_json: bool) -> int:
    """Describe a model: one that comes with the tool, by its name, or a converted one, by its folder.

    Exit code: 0 it is whole, 1 it is missing or damaged, 2 there is no such model.
    """
    m = models.find(name)
    if as_json:
        click.echo(json.dumps(_object(m), ensure_ascii=False, indent=2))
        return int(bool(m.problem))
    rows = {"purpose": m.purpose, "state": m.problem or "whole", "folder": str(m.at), "size": _megabytes(m.size)}
    rows |= {key: m.fact(key) for key in _FACTS if m.fact(key)}
    click.echo(click.style(m.name, bold=True))
    for key, value in rows.items():
        click.echo(f"  {key:13}{printable(value)}")
    for file, digest in m.described.get("sha256", {}).items():
        click.echo(f"  {'sha256':13}{digest}  {printable(str(file))}")
    return _told([m])


@command.command()
@click.argument("names", nargs=-1)
def verify(names: tuple[str, ...]) -> int:
    """Hold the files of models against their checksums: of all that come with the tool, or of those named (a name or a folder).

    Exit code: 0 all whole, 1 one is missing or damaged, 2 there is no such model.
    """
    found = [models.find(n) for n in names] or list(models.shipped())
    for m in found:
        click.echo(f"{_state(m)}  {m.name}" + (f": {one_line(m.problem)}" if m.problem else ""))
    return _told(found)


@command.command()
@click.argument("source")
@click.argument("target", type=click.Path(path_type=Path))
@click.option("--quantization", type=click.Choice(_QUANTIZATIONS), default="int8", show_default=True, help="How weights are stored.")
@click.option("--licence", default="unknown", metavar="NAME", help="The licence of the model, for its description.")
def convert(source: str, target: Path, quantization: str, licence: str) -> int:
    """Turn a transformers model (a folder, or a name that was fetched before) into one that runs without PyTorch.

    TARGET is a new folder. Needs the extras torch and ct2; what comes out needs ct2 only: --rewriter ct2:TARGET.

    Exit code: 0 done, 2 an error.
    """
    from ..backends.convert import convert as converted

    described = converted(source, target, quantization=quantization, licence=licence)
    note(f"{described['name']} is now in {target}; use it with --rewriter ct2:{target}")
    return 0


def _state(m: Model) -> str:
    return click.style("broken", fg="red") if m.problem else click.style("ok    ", fg="green")


def _megabytes(size: int) -> str:
    return f"{size / 1e6:.0f} MB" if size >= 1e6 else f"{size / 1e3:.0f} kB"


def _object(m: Model) -> dict[str, object]:
    return {
        "name": m.name, "purpose": m.purpose, "whole": not m.problem, "problem": m.problem, "folder": str(m.at), "bytes": m.size,
        **{key: m.described[key] for key in _FACTS if key in m.described}, "sha256": m.described.get("sha256", {}),
    }


def _told(found: Sequence[Model]) -> int:
    """Say what mends what is broken; the exit code."""
    for m in found:
        if m.problem:
            note(f"{m.name}: {m.problem}; mend it with: {m.mend}")
    return int(any(m.problem for m in found))
