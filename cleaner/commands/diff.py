"""`cleaner diff`: what cleaning would change, or what differs between two files, word by word."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from .. import batch, formats, inputs, options
from ..console import note, progress
from ..outputs.places import Lines
from ..writing import atomic

if TYPE_CHECKING:
    from ..outputs.html import Comparison
    from ..pipeline import Result

STYLES = ("unified", "words", "side-by-side")


@click.command(name="diff", short_help="Show what cleaning changes, word by word.")
@click.argument("paths", nargs=-1, required=True)
@click.option("--style", type=click.Choice(STYLES), default="unified", show_default=True, help="How to print the differences.")
@click.option("--html", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="Write a self-contained page instead.")
@click.option("--width", type=click.IntRange(40), metavar="N", help="Columns for side-by-side; those of the terminal if not given.")
@click.option("--no-progress", is_flag=True, help="Show no progress bar.")
@options.settings
def command(
    paths: tuple[str, ...], style: str, html: Path | None, width: int | None, no_progress: bool, **settings: Any,
) -> int:
    """Show what cleaning would change in files, folders or patterns; or, given exactly two files, what differs between them.

    No input is changed. A unified diff, without colours, is one that `patch` can apply.

    Exit code: 0 nothing differs, 1 something does, 2 an error.
    """
    width = width or shutil.get_terminal_size((120, 24)).columns
    if len(paths) == 2 and all(Path(p).is_file() for p in paths):
        old, new = (formats.load(Path(p)) for p in paths)
        if html:
            from ..outputs.html import Comparison

            _write(html, iter([Comparison(f"{old.name} → {new.name}", old.text, new.text, {})]), (old.name, new.name))
        else:
            for piece in _shown(style, width, old.name, old.text, new.text, new.name):
                click.echo(piece, nl=False)
        return int(old.text != new.text)
    config = options.load(settings)
    sources, errors = inputs.find(paths)
    queue = None if settings["no_queue"] else Path(config.queue)
    with batch.Batch(config, sources, queue=queue) as work:
        for error in errors:
            work.fail(error)
        with progress(len(sources), "comparing", shown=not no_progress and html is not None) as step:
            results = work.results(step)
            if html:
                _write(html, (_comparison(r) for r in results if r.output != r.document.text), ("before", "after"))
            else:
                for result in results:
                    for piece in _shown(style, width, result.document.name, result.document.text, result.output, None):
                        click.echo(piece, nl=False)
    note(f"{work.changed} sentence{'' if work.changed == 1 else 's'} would change, {work.records['review']} for review")
    return 2 if work.errors else int(bool(work.changed))


def _shown(style: str, width: int, name: str, old: str, new: str, new_name: str | None) -> Iterator[str]:
    from ..outputs import words

    if style == "unified":
        return words.unified(name, old, new, new_name)
    if style == "words":
        return words.inline(name, old, new, new_name)
    return words.side_by_side(name, old, new, width, new_name)


def _write(path: Path, comparisons: Iterator[Comparison], columns: tuple[str, str]) -> None:
    from ..outputs.html import page

    with atomic(path) as file:
        file.writelines(page(comparisons, columns))
    note(f"the page is {path.as_posix()}")


def _comparison(result: Result) -> Comparison:
    """A result with the reasons of its changes at their lines."""
    from ..outputs.html import Comparison

    lines = Lines(result.document.text)
    remarks: dict[int, list[str]] = {}
    for record in result.records:
        if record.output != record.original:
            at = lines.place(record.span.start)[0] - 1
            remarks.setdefault(at, []).extend(dict.fromkeys(f"{f.rule}: {f.message}" for f in record.findings))
    changed = sum(r.output != r.original for r in result.records)
    left = sum(r.status == "review" for r in result.records)
    return Comparison(result.document.name, result.document.text, result.output, remarks, f"{changed} changed, {left} for review")
