"""`cleaner regress`: known bad and good sentences, run; and `cleaner regress add`, which makes such cases from reviewed sentences."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from .. import config as settings
from .. import options
from ..console import note, printable, progress
from ..core import CleanerError

if TYPE_CHECKING:
    from ..regress import Outcome


class _Default(click.Group):
    """A group that runs `run` unless its first argument is another command: a file called “add” is given as ./add."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        return super().parse_args(ctx, args if args and args[0] in self.commands else ["run", *args])


@click.group(cls=_Default, name="regress", short_help="Run known bad and good sentences.", context_settings={"help_option_names": []})
def command() -> None:
    """Run known bad and good sentences; `cleaner regress add` makes such cases from reviewed ones."""


@command.command(name="run", context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("files", nargs=-1)
@click.option("--junit", "xml", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="Write JUnit XML here, too.")
@click.option("--update", is_flag=True, help="Rewrite failing cases to expect what the tool does now. Read the change before you keep it.")
@click.option("--known", is_flag=True, help="Show the known failures in full, too.")
@click.option("--no-progress", is_flag=True, help="Show no progress bar.")
@options.settings
def run_cases(files: tuple[str, ...], xml: Path | None, update: bool, known: bool, no_progress: bool, **given: Any) -> int:
    """Run the cases in files (*.cases.yaml, *.cases.jsonl) and folders, by default those of the setting `cases`; print how they did.

    `cleaner regress add KEY…` makes cases from reviewed sentences; see its --help.

    Exit code: 0 all passed, 1 some failed, 2 an error in a file of cases or elsewhere.
    """
    from ..regress import Regression, cases

    config = options.load(given)
    paths = cases.find(files or [config.cases])
    wanted = [case for path in paths for case in cases.load(path)]
    outcomes = []
    with Regression(config) as regression, progress(len(wanted), "regression", shown=not no_progress) as step:
        for outcome in regression.outcomes(wanted):
            outcomes.append(outcome)
            step(outcome.case.name)
    for outcome in outcomes:
        if outcome.failed or (known and outcome.problems):
            click.echo(printable(outcome.explained()) + "\n")
        elif outcome.case.known and outcome.passed:
            click.echo(printable(f"{outcome.case.place}: passes now; take “known” out\n"))
    for reason in dict.fromkeys(o.skipped for o in outcomes if o.skipped):
        click.echo(f"skipped {sum(o.skipped == reason for o in outcomes)}: {reason}\n")
    click.echo("\n".join(_table(paths, outcomes)))
    if xml:
        from ..regress.junit import junit
        from ..writing import atomic

        with atomic(xml) as file:
            file.write(junit(outcomes))
    failed = any(o.failed for o in outcomes)
    if update and failed:
        from ..regress import writing

        count = sum(writing.update(path, [o for o in outcomes if o.case.file == path]) for path in paths)
        note(f"{count} expectations now say what the tool does; read the change before you keep it")
        return 0
    return int(failed)


def _table(paths: list[Path], outcomes: list[Outcome]) -> list[str]:
    """How many cases passed, failed, failed as is known, and were skipped, by file and in all."""
    rows = [(path.as_posix(), [o for o in outcomes if o.case.file == path]) for path in paths]
    rows.append(("all", outcomes))
    width = max(len(name) for name, _ in rows)
    lines = [f"{'':{width}}  cases  passed  failed  known  skipped"]
    for name, own in rows:
        passed, failed, skipped = sum(o.passed for o in own), sum(o.failed for o in own), sum(bool(o.skipped) for o in own)
        known = len(own) - passed - failed - skipped
        line = f"{printable(name):{width}}  {len(own):5}  {passed:6}  {failed:6}  {known:5}  {skipped:7}"
        lines.append(click.style(line, fg="red") if failed else line)
    return lines


@command.command(name="add", context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("keys", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="All reviewed sentences that hold an answer.")
@click.option(
    "--to", "target", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE",
    help="Where to. [default: reviewed.cases.jsonl in the folder of the setting `cases`]",
)
@click.option("--queue", type=click.Path(dir_okay=False), metavar="FILE", help="The review queue.")
@click.option("--config", "file", type=click.Path(path_type=Path), metavar="FILE", help="Settings file, in place of the nearest one.")
def add(keys: tuple[str, ...], everything: bool, target: Path | None, queue: str | None, file: Path | None) -> int:
    """Make cases from reviewed sentences: what was accepted or edited must come out so or be offered, what was kept must stay.

    KEY is the beginning of a key as `cleaner review --list --answered` prints it.
    """
    from ..regress import writing
    from ..review.queue import Queue
    from ..review.teaching import CASES

    if bool(keys) == everything:
        raise click.UsageError("Name the keys (`cleaner review --list --answered` prints them), or say --all.")
    config = settings.load(settings.locate(file), queue=queue)
    target = target or Path(config.cases) / CASES
    with Queue.open(config.queue, create=False, reviewers=config.reviewers) as store:
        if everything:
            items = store.answered()
        else:
            items = []
            for key in keys:
                found = {i.key: i for i in store.find(key)}
                if len(found) != 1:
                    what = "several sentences have keys that begin so" if found else "no sentence has such a key"
                    raise CleanerError(f"{key}: {what}; `cleaner review --list --answered` prints them")
                items += found.values()
    added = writing.append(target, [writing.from_item(i) for i in items])
    note(f"{added} added to {target.as_posix()}" + (f", {len(items) - added} were there already" if added < len(items) else ""))
    return 0
