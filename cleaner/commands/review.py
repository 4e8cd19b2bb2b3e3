"""`cleaner review`: a person decides on what was flagged."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from .. import config as settings
from ..console import note, stderr
from ..core import CleanerError

if TYPE_CHECKING:
    from ..review.service import Review


@click.command(name="review", short_help="Decide on what was flagged, one key at a time.")
@click.option("--doc", metavar="NAME", help="Only this document, by its name or the end of its path.")
@click.option("--rule", metavar="RULE", help="Only what this rule or family found.")
@click.option("--min-risk", type=click.FloatRange(0, 1), default=0.0, metavar="X", help="Only sentences with at least this risk, 0 to 1.")
@click.option("--by-risk", is_flag=True, help="The riskiest first, instead of in order of the text.")
@click.option("--list", "listing", is_flag=True, help="Print what waits, and decide nothing.")
@click.option("--answered", is_flag=True, help="With --list: what was decided instead.")
@click.option("--stats", is_flag=True, help="Print what was decided in numbers: rules, rewriters, risks, time and effort.")
@click.option("--auto-tune", is_flag=True, help="Print settings that the decisions speak for: rules that people reject.")
@click.option("--write", "writing", is_flag=True, help="With --auto-tune: put them into the settings file.")
@click.option("--web", is_flag=True, help="Review in the browser; all goes on on this machine.")
@click.option("--port", type=click.IntRange(0, 65535), metavar="N", help="With --web: the port; 0 is any free one. [default: 8765]")
@click.option("--host", metavar="H", help="With --web: the address to listen at, for other people a token in the URL. [default: 127.0.0.1]")
@click.option("--no-open", is_flag=True, help="With --web: do not open a browser.")
@click.option("--who", metavar="NAME", help="Who decides. [default: $CLEANER_REVIEWER, or your login]")
@click.option("--queue", type=click.Path(dir_okay=False), metavar="FILE", help="The review queue.")
@click.option("--config", "file", type=click.Path(path_type=Path), metavar="FILE", help="Settings file, in place of the nearest one.")
def command(
    doc: str | None, rule: str | None, min_risk: float, by_risk: bool, listing: bool, answered: bool, stats: bool, auto_tune: bool,
    writing: bool, web: bool, port: int | None, host: str | None, no_open: bool, who: str | None, queue: str | None, file: Path | None,
) -> int:
    """Go through what `cleaner clean` flagged: accept (1-9, a), edit (e), keep the original (r), skip (s), undo (u), quit (q); ? shows all.

    One key decides and moves on. Every decision is saved at once; quit whenever you like. The next `cleaner clean` applies them. Without a
    terminal, keys are read from standard input, one character each; after e the rest of the line is the new text. With --web all this is a
    page in the browser, until Ctrl+C.

    Exit code: 0 nothing is left, 1 something is left, 2 an error.
    """
    from ..review.queue import Queue
    from ..review.screen import table
    from ..review.service import Filter, Review, gates, reviewer
    from ..review.terminal import PipedKeys, Sitting, TerminalKeys

    if answered and not listing:
        raise click.UsageError("--answered needs --list.")
    if writing and not auto_tune:
        raise click.UsageError("--write needs --auto-tune.")
    if sum((listing, stats, auto_tune, web)) > 1:
        raise click.UsageError("--list, --stats, --auto-tune and --web are different things to do: give one of them.")
    if not web and (port is not None or host is not None or no_open):
        raise click.UsageError("--port, --host and --no-open need --web.")
    config = settings.load(settings.locate(file), queue=queue)
    with Queue.open(config.queue, create=False, reviewers=config.reviewers) as store:
        review = Review(store, who or reviewer(), gates(config), cases=Path(config.cases))
        if stats or auto_tune:
            return _numbers(review, config, settings.locate(file), tune=auto_tune, writing=writing)
        wanted = Filter(_document(doc, store.documents()), rule, min_risk, by_risk)
        if listing:
            items = store.answered(doc=wanted.doc) if answered else review.pending(wanted)
            width = shutil.get_terminal_size().columns if sys.stdout.isatty() else 1000
            for line in table(items, width):
                click.echo(line)
            return int(bool(items) and not answered)
        if web:
            from ..web.serve import HOST, PORT, serve

            where = (host or HOST, PORT if port is None else port)
            serve(Path(config.queue), config, review.who, wanted, host=where[0], port=where[1], browse=not no_open)
            left = review.page(wanted, limit=1).pending
            note(f"{left} left; `cleaner review --web` goes on." if left else "Nothing is left. To apply it: cleaner clean PATHS -o DIR")
            return int(left > 0)
        if not review.pending(wanted):
            note("Nothing waits for review." if wanted == Filter() else "Nothing waits for review that fits.")
            return 0
        with TerminalKeys() if sys.stdin.isatty() else PipedKeys() as keys:
            sitting = Sitting(review, wanted, keys, stderr())
            sitting.run()
        note(sitting.summary())
        return int(sitting.left > 0)


def _numbers(review: Review, config: settings.Config, file: Path | None, *, tune: bool, writing: bool) -> int:
    """Print the statistics, or the settings that they speak for; write those where that is wanted."""
    from ..review import printout, tuning

    if not tune:
        for line in printout.summary(review.statistics()):
            click.echo(line)
        return 0
    found = review.proposals(config)
    for line in printout.proposals(found):
        click.echo(line)
    if not found:
        note("No setting is proposed: no rule was rejected often enough.")
    elif writing:
        target = file or Path("cleaner.toml")
        tuning.write(target, found)
        note(f"written to {target}; `cleaner config` shows what holds")
    else:
        note("Nothing was written: --write puts it into the settings file.")
    return 0


def _document(name: str | None, known: list[str]) -> str | None:
    """The document meant by `name`. Raises CleanerError when it is none of those known, or several."""
    if name is None or name in known:
        return name
    found = [d for d in known if d.endswith("/" + name)]
    if len(found) == 1:
        return found[0]
    listed = ", ".join((found or known)[:10]) or "none"
    raise CleanerError(f"{name}: " + ("several documents end so: " if found else "no such document in the queue; it holds ") + listed)
