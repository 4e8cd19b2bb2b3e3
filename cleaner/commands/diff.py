"""`cleaner diff`: what cleaning would change, or what differs between two files, word by word."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from .. import batch, formats, options
from ..config import Config
from ..console import note, progress
from ..writing import atomic

if TYPE_CHECKING:
    from ..pipeline import Result

STYLES = ("unified", "words", "side-by-side")


@click.command(name="diff", short_help="Show what cleaning changes, word by word.")
@click.argument("paths", nargs=-1, required=True)
@click.option("--style", type=click.Choice(STYLES), default="unified", show_default=True, help="How to print the differences.")
@click.option("--html", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="Write a self-contained page instead.")
@click.option("--tracked", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="Write tracked changes with notes.")
@click.option("--width", type=click.IntRange(40), metavar="N", help="Columns for side-by-side; those of the terminal if not given.")
@click.option("--no-progress", is_flag=True, help="Show no progress bar.")
@options.source
@options.settings
def command(
    paths: tuple[str, ...], style: str, html: Path | None, tracked: Path | None, width: int | None, no_progress: bool, **settings: Any,
) -> int:
    """Show what cleaning would change in files, folders or patterns; or, given exactly two files, what differs between them.

    No input is changed. A unified diff, without colours, is one that `patch` can apply. A page with tracked changes has the whole text,
    what goes struck, what comes underlined, and the reasons and reviewers' comments as numbered notes; it prints well.

    Exit code: 0 nothing differs, 1 something does, 2 an error.
    """
    if html and tracked:
        raise click.UsageError("--html and --tracked each write a page: give one of them.")
    if len(paths) == 2 and settings["source"] and all(Path(p).is_file() for p in paths):
        raise click.UsageError("Two files are compared with each other, without a --source.")
    width = width or shutil.get_terminal_size((120, 24)).columns
    if len(paths) == 2 and all(Path(p).is_file() for p in paths):
        old, new = (formats.load(Path(p)) for p in paths)
        if html:
            from ..outputs.html import Comparison, page

            _write(html, page([Comparison(f"{old.name} → {new.name}", old.text, new.text, {})], (old.name, new.name)))
        elif tracked:
            from ..outputs import tracked as pages

            _write(tracked, pages.page([(pages.between(old, new.text, f"{old.name} → {new.name}"), {})]))
        else:
            for piece in _shown(style, width, old.name, old.text, new.text, new.name):
                click.echo(piece, nl=False)
        return int(old.text != new.text)
    config = options.load(settings)
    sources, errors = options.sources(paths, settings)
    queue = None if settings["no_queue"] else Path(config.queue)
    with batch.Batch(config, sources, queue=queue) as work:
        for error in errors:
            work.fail(error)
        with progress(len(sources), "comparing", shown=not no_progress and bool(html or tracked)) as step:
            results = work.results(step)
            if html:
                from ..outputs.html import comparison, page

                _write(html, page(comparison(r, _said(config, queue, r)) for r in results if r.output != r.document.text))
            elif tracked:
                from ..outputs import tracked as pages

                told = (r for r in results if r.output != r.document.text or any(x.status == "review" for x in r.records))
                _write(tracked, pages.page((r, _said(config, queue, r)) for r in told))
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


def _said(config: Config, queue: Path | None, result: Result) -> Mapping[str, Sequence[str]]:
    """What the queue knows of people's decisions about the records of a result, by their keys."""
    from ..review.edition import remarks
    from ..review.queue import Queue

    if queue is None or not queue.exists():
        return {}
    with Queue.open(queue, create=False, reviewers=config.reviewers) as store:
        return remarks(store, result.document.name)


def _write(path: Path, pieces: Iterable[str]) -> None:
    with atomic(path) as file:
        file.writelines(pieces)
    note(f"the page is {path.as_posix()}")
