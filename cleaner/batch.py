"""Many files through the pipeline: what is bad is told and left out, what is done is kept, and memory stays small."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, TextIO

from . import formats
from .config import Config
from .console import complain
from .core import Answer, CleanerError, Document, Span, Suppression
from .inputs import Source
from .outputs.places import listed
from .report import row
from .sources import paired
from .writing import atomic

if TYPE_CHECKING:
    from .pipeline import Pipeline, Result
    from .review.queue import Queue


class Batch:
    """Cleans sources one after the other; what comes of one is written before the next is handed out.

    Attributes:
        targets: where a source's output is written, by the source's name; no entry, no output.
        report: file for the report, one JSON object a segment.
        queue: the review queue, whose answers are applied; what is flagged in files is stored in it where `store` is set.
        errors: how many sources failed.
        done: how many did not.
        changed: how many segments came out in other words; some of them may be for review all the same.
        records: how many segments came out unchanged, fixed, or for review.
        beyond: how many were flagged but are beyond the review budget.
        rules: how many findings are fixed or for review, by (rule, status).

    """

    def __init__(
        self, config: Config, sources: Sequence[Source], *, targets: Mapping[str, Path] | None = None, report: Path | None = None,
        queue: Path | None = None, store: bool = False,
    ) -> None:
        self.config = config
        self.sources = {s.name: s for s in sources}
        self.targets = targets or {}
        self.report = report
        self.queue = queue
        self.store = store
        self.errors = 0
        self.done = 0
        self.changed = 0
        self.records: Counter[str] = Counter()
        self.beyond = 0
        self.rules: Counter[tuple[str, str]] = Counter()
        self._told: Mapping[str, Answer] = {}  # before the answers that the pipeline has now: documents are worked on ahead
        self._open = ExitStack()

    def __enter__(self) -> Batch:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._open.__exit__(kind, error, trace)

    def fail(self, error: object) -> None:
        """Tell of a source that could not be done; the others go on."""
        self.errors += 1
        complain(error)

    def results(self, step: Callable[[str], None] = lambda _: None) -> Iterator[Result]:
        """The result of each source, in order, once its output, report lines and queue items are written. `step` hears of each source."""
        from .pipeline import Pipeline, run

        queue = self._queue()
        pipeline = self._open.enter_context(Pipeline(
            self.config, queue.answers() if queue else None, queue.taught() if queue else None,
        ))
        lines = self._open.enter_context(atomic(self.report)) if self.report else None

        def broken(document: Document, error: Exception) -> None:
            ours = isinstance(error, CleanerError)
            what = error if ours else f"could not be cleaned ({type(error).__name__}: {error}); please report this"
            self.fail(f"{document.name}: {what}")
            step(document.name)

        with closing(run(pipeline, self._documents(queue, step), broken)) as cleaned:
            for result in cleaned:
                try:
                    result = self._keep(pipeline, result, lines, queue)
                except CleanerError as error:
                    self.fail(error)
                else:
                    yield result
                step(result.document.name)

    def _queue(self) -> Queue | None:
        if self.queue is None or not (self.store or self.queue.exists()):
            return None
        from .review.queue import Queue

        return self._open.enter_context(Queue.open(self.queue, reviewers=self.config.reviewers))

    def _documents(self, queue: Queue | None, step: Callable[[str], None]) -> Iterator[Document]:
        for source in self.sources.values():
            try:
                document = read(source)
                dismissed = queue.dismissed_rules(document.name) if queue else None
            except CleanerError as error:
                self.fail(error)
                step(source.name)
                continue
            if dismissed:
                everywhere = Suppression(Span(0, len(document.text)), dismissed)
                document = replace(document, suppressions=(*document.suppressions, everywhere))
            yield document

    def _keep(self, pipeline: Pipeline, result: Result, lines: TextIO | None, queue: Queue | None) -> Result:
        """Write all that comes of a result; where answers of an older version of the text turn out to hold, clean again with them."""
        document = result.document
        if queue and self.store and self.sources[document.name].path:
            told = {**self._told, **pipeline.answers} if self._told else pipeline.answers
            stored = queue.store(document.name, result.records, told)
            if stored.carried:
                self._told, pipeline.answers = told, queue.answers()
                result = pipeline.clean(document)
        target = self.targets.get(document.name)
        if target and (target != self.sources[document.name].path or result.output != document.text):
            formats.save(target, result.output, document.encoding, follow=target == self.sources[document.name].path)
        if lines:
            lines.writelines(json.dumps(row(document.name, record), ensure_ascii=False) + "\n" for record in result.records)
        self.done += 1
        self.changed += sum(r.output != r.original for r in result.records)
        self.records.update(r.status for r in result.records)
        self.beyond += sum(bool(r.reason) for r in result.records)
        self.rules.update((f.rule, "fixed" if r.is_fixed(f) else "review") for r, findings in listed(result) for f in findings)
        return result


def read(source: Source) -> Document:
    """The document of a source, with the text it was translated from beside it. Raises CleanerError where there is none."""
    document = formats.load(source.path) if source.path else formats.read(source.name, sys.stdin.buffer.read())
    document = replace(document, name=source.name)
    return paired(document, formats.content(source.original), source.original.as_posix()) if source.original else document
