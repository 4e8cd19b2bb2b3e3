"""`cleaner score`: how risky each sentence is, and how good each document, as it stands."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from .. import batch, budget, inputs, options
from ..config import Config
from ..console import complain, note, progress
from ..core import CleanerError, Document
from ..outputs import scores
from ..writing import atomic

if TYPE_CHECKING:
    from ..scoring import Assessment


@click.command(name="score", short_help="Show which sentences are risky, and how good a document is.")
@click.argument("paths", nargs=-1, required=True)
@click.option("--output-format", "form", type=click.Choice(scores.FORMATS), default="text", help="text for people, jsonl for programs.")
@click.option("--html", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="Write a heat map, a page to skim.")
@click.option("--fail-under", type=click.FloatRange(0, 100), metavar="N", help="Exit with 1 when a document's score is lower.")
@click.option("--stdin-filename", default="stdin", metavar="NAME", help="What to call standard input; its suffix tells the format.")
@click.option("--no-progress", is_flag=True, help="Show no progress bar.")
@options.source
@options.reading
def command(
    paths: tuple[str, ...], form: str, html: Path | None, fail_under: float | None, stdin_filename: str, no_progress: bool, **settings: Any,
) -> int:
    """Print the sentences of files, folders, patterns, or standard input (-), riskiest first, and a score for each document.

    A sentence's risk is the chance, 0 to 1, that it has a major error; nothing is changed or stored. A document's score is 100 when all of
    its words stand in sentences without risk, 0 when none do. With --review-budget or --min-risk only what would go to review is
    printed. Several documents are ranked at the end.

    Exit code: 0, or 1 when a score is under --fail-under, 2 an error.
    """
    config = replace(options.load(settings), rewriter="none")
    limit = budget.parse(config.review_budget, config.min_risk)
    sources, errors = options.sources(paths, settings, stdin_name=stdin_filename)
    for error in errors:
        complain(error)
    work = _Work(sources, len(errors))
    with progress(len(sources), "scoring", shown=not no_progress and not sys.stdout.isatty()) as step:
        found = work.tell(work.assessments(config, step), form, limit)
        if html:
            from ..outputs import heatmap

            pieces = list(heatmap.page(found))
            with atomic(html) as file:
                file.writelines(pieces)
        else:
            for _ in found:
                pass
    if form == "text":
        work.sum_up(limit)
    if html:
        note(f"heat map: {html.as_posix()}")
    if work.errors:
        return 2
    return int(fail_under is not None and any(score < fail_under for score, _, _ in work.scores))


class _Work:
    """A run over sources: what is bad is told and left out, what is read is printed as it comes."""

    def __init__(self, sources: list[inputs.Source], errors: int) -> None:
        self.sources = sources
        self.errors = errors
        self.scores: list[tuple[float, str, int]] = []
        self.risks: list[float] = []

    def assessments(self, config: Config, step: Callable[[str], None]) -> Iterator[Assessment]:
        """Each source's assessment, in order; `step` hears of each source."""
        from ..pipeline import Pipeline, stream

        def broken(document: Document, error: Exception) -> None:
            ours = isinstance(error, CleanerError)
            self.fail(f"{document.name}: {error if ours else f'could not be read ({type(error).__name__}: {error}); please report this'}")
            step(document.name)

        with Pipeline(config) as pipeline, closing(stream(pipeline.assess, self._documents(step), config.jobs, broken)) as found:
            for assessment in found:
                yield assessment
                step(assessment.document.name)

    def _documents(self, step: Callable[[str], None]) -> Iterator[Document]:
        for source in self.sources:
            try:
                yield batch.read(source)
            except CleanerError as error:
                self.fail(error)
                step(source.name)

    def fail(self, error: object) -> None:
        """Tell of a source that could not be read; the others go on."""
        self.errors += 1
        complain(error)

    def tell(self, found: Iterable[Assessment], form: str, limit: budget.Budget) -> Iterator[Assessment]:
        """Print each assessment, and hand it on."""
        for a in found:
            chosen = limit.chosen(a.risks)
            shown = [i for i in a.ranked() if i in chosen]
            for piece in scores.text(a, shown) if form == "text" else scores.jsonl(a, shown):
                click.echo(piece, nl=False)
            self.scores.append((a.score, a.document.name, len(a.risks)))
            self.risks += a.risks
            yield a

    def sum_up(self, limit: budget.Budget) -> None:
        """The documents, worst first; and where one bar for all of them would be."""
        if len(self.scores) > 1:
            click.echo(click.style("documents, worst first", bold=True))
            for piece in scores.ranking(self.scores):
                click.echo(piece, nl=False)
        if limit.said != budget.ALL and len(self.scores) > 1:
            bar = min(self.risks[i] for i in limit.chosen(self.risks))
            note(f"the riskiest {limit.said} of all {len(self.risks)} sentences: --min-risk {bar:.4f}")
