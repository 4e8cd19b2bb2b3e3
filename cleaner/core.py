"""The types that flow through the tool: frozen, slotted, standard library only.

Every span is half-open and counts characters (code points) of the text the document was read from. Categories are MQM paths
(``accuracy/mistranslation``); severities are MQM's neutral, minor, major, critical.
"""

from __future__ import annotations

import bisect
import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Literal, get_args

BlockKind = Literal["paragraph", "heading", "list_item", "caption", "code"]
Severity = Literal["neutral", "minor", "major", "critical"]
Safety = Literal["safe", "unsafe"]
Action = Literal["accept", "review", "keep"]

SEVERITIES: tuple[Severity, ...] = get_args(Severity)
#: The MQM dimensions a rule may file its findings under (https://themqm.org, top level and the sub-types used here).
CATEGORIES = frozenset({
    "accuracy/mistranslation", "accuracy/omission", "accuracy/addition", "accuracy/untranslated", "accuracy/polarity",
    "accuracy/number", "accuracy/pronoun", "fluency/grammar", "fluency/punctuation", "fluency/quotation", "fluency/fragment",
    "fluency/attribution", "fluency/spelling", "fluency/inconsistency", "locale/format", "style/awkward", "style/literal",
    "terminology/inconsistent", "terminology/name",
})


class CleanerError(Exception):
    """What a user can mend: one line that says what is wrong and what to do. Only the command line catches it."""


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Half-open range of characters.

    >>> Span(2, 5).of("abcdefg")
    'cde'
    """

    start: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.start <= self.end:
            raise ValueError(f"not a span: {self.start}..{self.end}")

    def __len__(self) -> int:
        return self.end - self.start

    def of(self, text: str) -> str:
        return text[self.start:self.end]

    def overlaps(self, other: Span) -> bool:
        """True when they share a character, or when one is empty and lies strictly inside the other."""
        return self.start < other.end and other.start < self.end

    def contains(self, other: Span) -> bool:
        return self.start <= other.start and other.end <= self.end

    def shift(self, by: int) -> Span:
        return Span(self.start + by, self.end + by)

    def join(self, other: Span) -> Span:
        """The smallest span that holds both."""
        return Span(min(self.start, other.start), max(self.end, other.end))


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, heading, list item, caption or code block."""

    span: Span
    kind: BlockKind


@dataclass(frozen=True, slots=True)
class Quotation:
    """Quoted words with their marks; `speaker` and `verb` where the text names them.

    `span` includes the marks, `inner` does not. A quotation may run over several segments; one whose closing mark is missing is not
    `closed` and ends with its block. One that the next paragraph reopens, as news does, counts as closed and has no closing mark:
    ``inner.end == span.end``. `depth` counts the quotations around it: 0 is outermost. A speaker may be a pronoun.
    """

    span: Span
    inner: Span
    closed: bool = True
    speaker: Span | None = None
    verb: Span | None = None
    depth: int = 0


@dataclass(frozen=True, slots=True)
class Segment:
    """A sentence, the unit of decision. `target` is the text as written, `source` its original in the other language if known."""

    span: Span
    target: str
    block: Block
    source: str | None = None


@dataclass(frozen=True, slots=True)
class Suppression:
    """An inline order in the text to say nothing inside `span`; no rules means all rules."""

    span: Span
    rules: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Document:
    """A text and what it is made of.

    `plain` has the length of `text`, with markup, code and addresses blanked by spaces: analyse `plain`, quote and change `text`.
    `protected` spans (code, addresses, markup) may never be changed. `encoding` says how to write the text back: utf-8, utf-8-sig,
    utf-16-le or utf-16-be, all but the first with a byte order mark.
    """

    name: str
    text: str
    plain: str
    blocks: tuple[Block, ...]
    segments: tuple[Segment, ...]
    quotations: tuple[Quotation, ...] = ()
    protected: tuple[Span, ...] = ()
    suppressions: tuple[Suppression, ...] = ()
    encoding: str = "utf-8"
    _starts: tuple[int, ...] = field(default=(), repr=False, compare=False)

    def __post_init__(self) -> None:
        if len(self.text) != len(self.plain):
            raise ValueError("plain must have the length of text")
        object.__setattr__(self, "_starts", tuple(s.span.start for s in self.segments))

    def segment_index(self, offset: int) -> int | None:
        """Index of the segment that holds `offset` (a segment's own end counts as inside), or None between segments."""
        i = bisect.bisect_right(self._starts, offset) - 1
        return i if i >= 0 and offset <= self.segments[i].span.end else None

    def indices_in(self, span: Span) -> Iterator[int]:
        """Indices of the segments that share a character with `span`."""
        for i in range(max(0, bisect.bisect_right(self._starts, span.start) - 1), len(self.segments)):
            if self._starts[i] >= span.end:
                return
            if self.segments[i].span.overlaps(span):
                yield i

    def segments_in(self, span: Span) -> Iterator[Segment]:
        """The segments that share a character with `span`."""
        return (self.segments[i] for i in self.indices_in(span))

    def by_segment(self, findings: Iterable[Finding]) -> list[list[Finding]]:
        """For each segment the findings that share a character with it."""
        found: list[list[Finding]] = [[] for _ in self.segments]
        for f in findings:
            for i in self.indices_in(f.span):
                found[i].append(f)
        return found

    def quotation_at(self, span: Span) -> Quotation | None:
        """The quotation whose words or marks `span` touches, if any."""
        return next((q for q in self.quotations if q.span.overlaps(span)), None)

    def is_quoted(self, span: Span) -> bool:
        """True when `span` lies wholly inside the words of a quotation."""
        return any(q.inner.contains(span) for q in self.quotations)

    def is_protected(self, span: Span) -> bool:
        return any(p.overlaps(span) for p in self.protected)


@dataclass(frozen=True, slots=True)
class Replacement:
    """A ready text for `span` that a detector knows as soon as it sees the error. `reason` is one plain sentence for the reviewer."""

    span: Span
    text: str
    safety: Safety
    reason: str


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong at `span`. `confidence` is the chance, 0 to 1, that a careful editor agrees that it is wrong."""

    span: Span
    rule: str
    category: str
    severity: Severity
    message: str
    confidence: float = 0.7
    replacements: tuple[Replacement, ...] = ()


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A proposed text for `span`. `score` is the chance, 0 to 1, that a reviewer takes it; `support` is the passage that backs it."""

    span: Span
    replacement: str
    rewriter: str
    findings: tuple[Finding, ...]
    safety: Safety
    reason: str
    score: float = 0.5
    support: Span | None = None

    @property
    def neural(self) -> bool:
        """Whether a rewrite model made it."""
        return self.rewriter.startswith("neural:")

    def apply(self, text: str) -> str:
        return text[:self.span.start] + self.replacement + text[self.span.end:]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a gate measured: `score` 0 to 1, passed when at least `threshold`; `reason` says what was lost or added."""

    gate: str
    score: float
    threshold: float
    passed: bool
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Decision:
    """What happens to a suggestion, and why."""

    suggestion: Suggestion
    verdicts: tuple[Verdict, ...]
    action: Action
    reason: str


Status = Literal["unchanged", "fixed", "review"]


@dataclass(frozen=True, slots=True)
class Proposal:
    """A whole text for a record, made of one suggestion or of several that do not overlap: what a reviewer chooses from."""

    text: str
    rewriter: str
    safety: Safety
    score: float
    reason: str
    verdicts: tuple[Verdict, ...]


@dataclass(frozen=True, slots=True)
class Record:
    """What became of a segment (or of neighbours that one change joined): a line of the report, an item of the review queue.

    `risk` is the chance, 0 to 1, that it has a major error. `key` names it by its words and their context, never by offsets. `settled`
    are the findings that the changes in `output` deal with; where none is left, the record is no longer for review. `reason` says why it
    is not for review although some are left: a review budget. `source` is the original in the other language, where it is known.
    """

    span: Span
    original: str
    output: str
    status: Status
    risk: float
    key: str
    findings: tuple[Finding, ...]
    proposals: tuple[Proposal, ...]
    before: str = ""
    after: str = ""
    settled: frozenset[Finding] = frozenset()
    reason: str = ""
    source: str = ""

    def is_fixed(self, finding: Finding) -> bool:
        """Whether `output` has dealt with a finding."""
        return (self.status == "fixed" and not self.reason) or finding in self.settled


@dataclass(frozen=True, slots=True)
class Answer:
    """What a person decided about a record: `text` is what stands there now; `rules` are the rules they saw when they decided."""

    verdict: Literal["accept", "edit", "reject"]
    text: str
    rules: frozenset[str] = frozenset()


def record_key(text: str, before: str, after: str) -> str:
    """Name a sentence by its words and three words on either side, so that an answer survives edits elsewhere in the file."""
    parts = (" ".join(text.split()), " ".join(before.split()[-3:]), " ".join(after.split()[:3]))
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:24]
