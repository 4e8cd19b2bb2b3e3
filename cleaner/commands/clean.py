"""`cleaner clean`: files in; cleaned files, findings, a report and the review queue out."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from .. import batch, formats, inputs, options
from ..config import Config
from ..console import note, printable, progress
from ..outputs import FORMATS, render

if TYPE_CHECKING:
    from ..pipeline import Result


@click.command(name="clean", short_help="Clean files; what is doubtful goes to review.")
@click.argument("paths", nargs=-1, required=True)
@click.option("-o", "--output", "folder", type=click.Path(path_type=Path), metavar="DIR", help="Write the cleaned files into this folder.")
@click.option("--in-place", is_flag=True, help="Write the cleaned files over the inputs.")
@click.option("--diff", "as_diff", is_flag=True, help="Print what would change as a unified diff; write nothing.")
@click.option("--report", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="Write JSON Lines, an object a segment.")
@click.option("--output-format", "form", type=click.Choice(FORMATS), help="How to print findings; full where nothing else is asked for.")
@click.option("--statistics", is_flag=True, help="Count findings by rule, on stderr.")
@click.option("--exit-zero", is_flag=True, help="Exit with 0 even when something is left for review.")
@click.option("--stdin-filename", default="stdin", metavar="NAME", help="What to call standard input; its suffix tells the format.")
@click.option("--no-progress", is_flag=True, help="Show no progress bar.")
@options.source
@options.settings
def command(
    paths: tuple[str, ...], folder: Path | None, in_place: bool, as_diff: bool, report: Path | None, form: str | None, statistics: bool,
    exit_zero: bool, stdin_filename: str, no_progress: bool, **settings: Any,
) -> int:
    """Clean files, folders (all below them), patterns, or standard input (-).

    Surely better changes that pass every gate are made; everything else that is found goes to the review queue. Without -o,
    --in-place or --diff no file is changed and the findings are printed. Standard input comes out cleaned on stdout, unless an
    output format is asked for.

    Exit code: 0 clean or all fixed, 1 something is left to fix or to review, 2 an error.
    """
    if sum((folder is not None, in_place, as_diff)) > 1:
        raise click.UsageError("-o, --in-place and --diff exclude each other.")
    if as_diff and form:
        raise click.UsageError("--diff and --output-format both want stdout: choose one.")
    if inputs.STDIN in paths and in_place:
        raise click.UsageError("Standard input cannot be cleaned in place.")
    piped = inputs.STDIN in paths and not (folder or as_diff or form)
    if piped and len(paths) > 1:
        raise click.UsageError("Standard input and files both want stdout: add -o DIR, --diff or --output-format.")
    config = options.load(settings)
    sources, errors = options.sources(paths, settings, stdin_name=stdin_filename, leave=folder)
    targets = inputs.targets(sources, folder) if folder else {s.name: s.path for s in sources if s.path and in_place}
    queue = None if settings["no_queue"] else Path(config.queue)
    form = form or (None if folder or in_place or as_diff or piped else "full")
    with batch.Batch(config, sources, targets=targets, report=report, queue=queue, store=queue is not None and not as_diff) as work:
        for error in errors:
            work.fail(error)
        shown = not no_progress and ((form is None and not as_diff) or not sys.stdout.isatty())
        with progress(len(sources), "cleaning", shown=shown) as step:
            for piece in _pieces(work.results(step), form, as_diff=as_diff, piped=piped):
                click.echo(piece, nl=False)
    _sum_up(work, written=bool(folder or in_place or piped), folder=folder, as_diff=as_diff, statistics=statistics)
    if work.errors:
        return 2
    left = work.records["review"] + (0 if folder or in_place or piped else work.records["fixed"])
    return int(bool(left) and not exit_zero)


def _pieces(results: Iterator[Result], form: str | None, *, as_diff: bool, piped: bool) -> Iterable[str | bytes]:
    """What goes to stdout, as results come in."""
    if form:
        yield from render(form, results)
        return
    for result in results:
        if as_diff:
            from ..outputs.words import unified

            yield from unified(result.document.name, result.document.text, result.output)
        elif piped:
            yield printable(result.output) if sys.stdout.isatty() else formats.encode(result.output, result.document.encoding)


def _sum_up(work: batch.Batch, *, written: bool, folder: Path | None, as_diff: bool, statistics: bool) -> None:
    """Numbers, and what to do next, on stderr."""
    if statistics:
        for (rule, status), count in work.rules.most_common():
            note(f"{count:6} {rule} ({'review' if status == 'review' else 'fixed' if written else 'fixable'})")
    if work.errors and not work.done:
        return
    files, changed, review = _count(work.done, "file"), _count(work.changed, "sentence"), work.records["review"]
    if as_diff:
        note(f"{files}: {changed} would be fixed; {review} cannot be fixed without a person")
        return
    note(f"{files}: {changed} {'fixed' if written else 'can be fixed'}, {review} for review")
    if work.beyond:
        note(f"{_count(work.beyond, 'sentence')} more flagged, beyond the review budget")
    if work.errors:
        note(f"{_count(work.errors, 'input')} could not be cleaned, see above")
    if folder and work.done:
        note(f"cleaned files: {folder.as_posix()}")
    if review and work.store:
        queue = "" if work.config.queue == Config().queue else f" --queue {work.queue}"
        note(f"to decide about the rest: cleaner review{queue}")


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}" + ("" if number == 1 else "s")
