"""A document as it will be published: the file as it is on disk, with what people and the tool made of its sentences so far.

The texts are those of the queue, so that a page shows them at once. What a run would make of the document anew is asked of the pipeline
only where the queue cannot know it: when something was taught since the last run.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, get_args

from .. import formats
from ..batch import Batch
from ..config import Config
from ..core import Answer, CleanerError, Document, Finding, Record, Span, Status, record_key
from ..inputs import Source
from ..records import rewritten, stands
from ..registry import matches
from .item import Entry, Item
from .queue import Queue

if TYPE_CHECKING:
    from ..pipeline import Result

#: What became of a passage: a person must decide; a person changed it; the tool changed it; a person left it as it was.
Mark = Literal["waiting", "answered", "repaired", "kept"]
MARKS: tuple[Mark, ...] = get_args(Mark)
#: Whether the file is as the last run read it.
Found = Literal["same", "changed", "gone"]
_DONE = {"accept": "Accepted", "edit": "Edited", "reject": "Kept as it was"}


@dataclass(frozen=True, slots=True)
class Passage:
    """A place that was flagged or changed, and the text that stands there so far."""

    span: Span
    item: Item
    text: str
    mark: Mark


@dataclass(frozen=True, slots=True)
class Edition:
    """A document with its passages in order of place.

    `document` is the file, None where it is not as the last run read it: `problem` says in one line why, and what to do. `taught` counts
    what was taught since that run.
    """

    doc: str
    passages: tuple[Passage, ...]
    document: Document | None
    state: Found
    problem: str
    taught: int

    @property
    def counts(self) -> dict[Mark, int]:
        """How many passages there are with each mark."""
        found = Counter(p.mark for p in self.passages)
        return {mark: found[mark] for mark in MARKS}

    @property
    def result(self) -> Result:
        """What a run made of the document, with the answers so far; records only of what was flagged or changed. Needs the document."""
        from ..pipeline import Result

        assert self.document is not None
        records = tuple(_record(p) for p in self.passages)
        return Result(self.document, rewritten(self.document.text, records), records)


def edition(queue: Queue, doc: str) -> Edition | None:
    """A document of the queue as it will be published so far; None where the queue has no such document.

    The file is looked for as the run was told it, then from the folder that the queue's own folder is in.
    """
    items = queue.live(doc)
    if not items:
        return None
    document, state, problem = _read(doc, items, queue.path)
    answers, silenced = queue.answers(), queue.dismissed_rules(doc)
    beginnings: dict[str, list[int]] = defaultdict(list)
    for n, segment in enumerate(document.segments if document else ()):
        beginnings[segment.target].append(n)
    passages = []
    for item in items:
        text, mark = _stands(item, answers.get(item.key), silenced)
        spans = (item.span,) if document is None else _places(document, item, beginnings)
        passages += [Passage(span, item, text, mark) for span in spans]
    passages.sort(key=lambda p: p.span)
    return Edition(doc, tuple(passages), document, state, problem, queue.taught_since(doc))


def published(made: Edition, config: Config, queue: Path) -> Result:
    """What `cleaner clean` makes of a document now. Raises CleanerError where its file is not as the last run read it."""
    if made.document is None:
        raise CleanerError(made.problem)
    if not made.taught:
        return made.result
    path = Path(made.document.name)
    with Batch(config, [Source(made.doc, path, path)], queue=queue) as work:
        for result in work.results():
            return result
    raise CleanerError(f"{made.doc}: could not be cleaned with what was taught since the last run; `cleaner clean` says why")


def remarks(queue: Queue, doc: str) -> dict[str, tuple[str, ...]]:
    """By record key, what people did about the passages of a document, and what they said of them."""
    said: dict[str, list[str]] = defaultdict(list)
    for item in queue.live(doc):
        if item.entry is not None:
            said[item.key].append(f"{_DONE[item.entry.verdict]} by {item.entry.who}, {_day(item.entry)}.")
    for entry in reversed(queue.history(doc=doc)):
        if entry.verdict == "comment" and not entry.undone:
            said[entry.key].append(f"{entry.who}, {_day(entry)}: {entry.text}")
    return {key: tuple(lines) for key, lines in said.items()}


def _day(entry: Entry) -> str:
    return entry.at[:10]


def _stands(item: Item, answer: Answer | None, silenced: Iterable[str]) -> tuple[str, Mark]:
    """The text that stands at an item, as the pipeline decides it, and how it came there."""
    findings = [f for f in item.findings if not _silent(f, silenced)]
    if answer is not None and stands(answer, findings):
        return answer.text, "answered" if answer.text != item.original else "kept"
    if not findings or item.state == "final":
        return item.original, "kept"
    return item.output, "waiting" if item.status == "review" else "repaired"


def _silent(finding: Finding, rules: Iterable[str]) -> bool:
    return any(matches(finding.rule, rule) for rule in rules)


def _record(passage: Passage) -> Record:
    item = passage.item
    status: Status = "review" if passage.mark == "waiting" else "fixed" if passage.text != item.original else "unchanged"
    return Record(
        passage.span, item.original, passage.text, status, item.risk, item.key, item.findings, item.proposals, item.before, item.after,
    )


def _read(doc: str, items: Iterable[Item], queue: Path) -> tuple[Document | None, Found, str]:
    """The file of a document, where it is as the last run read it; else why it is not."""
    anew = f"this is what the queue holds. Run `cleaner clean {doc}` to have it read again."
    for path in (Path(doc), queue.absolute().parent.parent / doc):
        if not path.is_file():
            continue
        try:
            document = formats.load(path)
        except CleanerError as error:
            return None, "changed", f"{error}; {anew}"
        if all(i.span.of(document.text) == i.original for i in items):
            return document, "same", ""
        return None, "changed", f"{doc} has changed since the last run; {anew}"
    return None, "gone", f"{doc} is not there any more; this is what the queue holds."


def _places(document: Document, item: Item, beginnings: Mapping[str, Sequence[int]]) -> Iterator[Span]:
    """Where a record with the key of an item stands: where it was found, and wherever the same words have the same surroundings.

    `beginnings` are the segments of the document by their texts.
    """
    yield item.span
    first = document.segment_index(item.span.start)
    for n in beginnings.get(document.segments[first].target, ()) if first is not None else ():
        start = document.segments[n].span.start
        if start == item.span.start or not document.text.startswith(item.original, start):
            continue
        span = Span(start, start + len(item.original))
        last = max(document.indices_in(span), default=n)
        before = document.segments[n - 1].target if n else ""
        after = document.segments[last + 1].target if last + 1 < len(document.segments) else ""
        if record_key(item.original, before, after) == item.key:
            yield span
