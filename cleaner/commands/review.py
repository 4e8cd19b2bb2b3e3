"""`cleaner review`: a person decides on what was flagged."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import click

from .. import config as settings
from ..console import note, stderr
from ..core import CleanerError


@click.command(name="review", short_help="Decide on what was flagged, one key at a time.")
@click.option("--doc", metavar="NAME", help="Only this document, by its name or the end of its path.")
@click.option("--rule", metavar="RULE", help="Only what this rule or family found.")
@click.option("--min-risk", type=click.FloatRange(0, 1), default=0.0, metavar="X", help="Only sentences with at least this risk, 0 to 1.")
@click.option("--by-risk", is_flag=True, help="The riskiest first, instead of in order of the text.")
@click.option("--list", "listing", is_flag=True, help="Print what waits, and decide nothing.")
@click.option("--answered", is_flag=True, help="With --list: what was decided instead.")
@click.option("--who", metavar="NAME", help="Who decides. [default: $CLEANER_REVIEWER, or your login]")
@click.option("--queue", type=click.Path(dir_okay=False), metavar="FILE", help="The review queue.")
@click.option("--config", "file", type=click.Path(path_type=Path), metavar="FILE", help="Settings file, in place of the nearest one.")
def command(
    doc: str | None, rule: str | None, min_risk: float, by_risk: bool, listing: bool, answered: bool, who: str | None, queue: str | None,
    file: Path | None,
) -> int:
    """Go through what `cleaner clean` flagged: accept (1-9, a), edit (e), keep the original (r), skip (s), undo (u), quit (q); ? shows all.

    One key decides and moves on. Every decision is saved at once; quit whenever you like. The next `cleaner clean` applies them. Without a
    terminal, keys are read from standard input, one character each; after e the rest of the line is the new text.

    Exit code: 0 nothing is left, 1 something is left, 2 an error.
    """
    from ..review.queue import Queue
    from ..review.screen import table
    from ..review.service import Filter, Review, gates, reviewer
    from ..review.terminal import PipedKeys, Sitting, TerminalKeys

    if answered and not listing:
        raise click.UsageError("--answered needs --list.")
    config = settings.load(settings.locate(file), queue=queue)
    with Queue.open(config.queue, create=False) as store:
        review = Review(store, who or reviewer(), gates(config))
        wanted = Filter(_document(doc, store.documents()), rule, min_risk, by_risk)
        if listing:
            items = store.answered(doc=wanted.doc) if answered else review.pending(wanted)
            width = shutil.get_terminal_size().columns if sys.stdout.isatty() else 1000
            for line in table(items, width):
                click.echo(line)
            return int(bool(items) and not answered)
        if not review.pending(wanted):
            note("Nothing waits for review." if wanted == Filter() else "Nothing waits for review that fits.")
            return 0
        with TerminalKeys() if sys.stdin.isatty() else PipedKeys() as keys:
            sitting = Sitting(review, wanted, keys, stderr())
            sitting.run()
        note(sitting.summary())
        return int(sitting.left > 0)


def _document(name: str | None, known: list[str]) -> str | None:
    """The document meant by `name`. Raises CleanerError when it is none of those known, or several."""
    if name is None or name in known:
        return name
    found = [d for d in known if d.endswith("/" + name)]
    if len(found) == 1:
        return found[0]
    listed = ", ".join((found or known)[:10]) or "none"
    raise CleanerError(f"{name}: " + ("several documents end so: " if found else "no such document in the queue; it holds ") + listed)
