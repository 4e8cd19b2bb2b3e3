"""Text to Document: blocks, sentences and quotations, without losing a character."""

from __future__ import annotations

import bisect
import itertools
import re
from collections.abc import Iterable

from .core import Block, BlockKind, CleanerError, Document, Segment, Span, Suppression
from .quotations import double_marks, quotations
from .sentences import sentences
from .suppressions import comments, suppressions

#: Characters of one block. Longer ones are no prose (a dump, a table on one line) and would take the parser minutes.
LONGEST_BLOCK = 200_000
HEADING_WORDS = 25

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\n|\r|\Z)")
_LIST_ITEM = re.compile(r"(?:[-*+•・◆■▼]|\(?\d{1,2}[.)])\s+\S")
_CAPTION = re.compile(r"[(（\[]\s*(?:photo|image|picture|illustration|file photo|courtesy|provided by)\b", re.IGNORECASE)
_TERMINAL = re.compile(r"""[.!?…:;。！？]["'”’)\]»」』]*$""")
#: Web and mail addresses in running text; a final full stop, comma or bracket belongs to the sentence.
ADDRESS = re.compile(
    r"(?:https?|ftp)://[^\s<>\"“”「」]*[^\s<>\"“”「」.,;:!?)\]}'’]|\bwww\.[^\s<>\"“”]*[^\s<>\"“”.,;:!?)\]}'’]"
    r"|\b[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}\b"
)
_WIDEST_WRAP = 110  # columns: hard-wrapped text is rarely wider
_WRAPPED = 0.75  # share of lines that end where the next word would not have fitted


def block_kind(text: str) -> BlockKind:
    """Tell what a block of plain text is from the text alone: a heading is one short line without a full stop."""
    text = text.strip()
    if _LIST_ITEM.match(text):
        return "list_item"
    if _CAPTION.match(text):
        return "caption"
    if "\n" not in text and "\r" not in text and len(text.split()) <= HEADING_WORDS and not _TERMINAL.search(text):
        return "heading"
    return "paragraph"


def text_blocks(text: str) -> tuple[Block, ...]:
    """Blocks of plain text: lines between blank lines, cut where a list item begins or where each line is a paragraph of its own.

    A text is hard-wrapped when most of its lines end where the next word would have passed the widest line. In any other text a line
    is a paragraph, unless it stops in mid-sentence and the next goes on in lower case.
    """
    groups = runs(text)
    wrapped = _hard_wrapped(text, groups)
    blocks = []
    for run in groups:
        start = run[0]
        for line, after in zip(run, [*run[1:], None], strict=True):
            if after is not None and not _parts(text, line, after, wrapped):
                continue
            span = Span(start.start, line.end)
            blocks.append(Block(span, block_kind(span.of(text))))
            start = after or start
    return tuple(blocks)


def runs(text: str) -> list[list[Span]]:
    """Groups of lines between blank lines; a line's span leaves out the space around it."""
    groups: list[list[Span]] = []
    fresh = True
    for m in _LINE.finditer(text):
        line = m.group()
        if not line.strip():
            fresh = True
            continue
        if fresh:
            groups.append([])
        fresh = False
        start = m.start() + len(line) - len(line.lstrip())
        groups[-1].append(Span(start, start + len(line.strip())))
    return groups


def _hard_wrapped(text: str, groups: list[list[Span]]) -> bool:
    pairs = [pair for run in groups for pair in itertools.pairwise(run)]
    width = max((len(line) for run in groups for line in run), default=0)
    if len(pairs) < 2 or width > _WIDEST_WRAP:
        return False
    full = sum(len(line) + 1 + len(after.of(text).split(maxsplit=1)[0]) > width for line, after in pairs)
    return full >= _WRAPPED * len(pairs)


def _parts(text: str, line: Span, after: Span, wrapped: bool) -> bool:
    if _LIST_ITEM.match(text, after.start, after.end):
        return True
    return not wrapped and not (text[after.start].islower() and not _TERMINAL.search(line.of(text)))


def build(
    name: str, text: str, blocks: Iterable[Block], *, plain: str | None = None,
    protected: Iterable[Span] = (), suppressions: Iterable[Suppression] = (),
) -> Document:
    """Make the Document of `text` from its blocks: splits them into sentences and finds their quotations.

    Raises CleanerError when a block is longer than `LONGEST_BLOCK` characters.
    """
    plain = text if plain is None else plain
    blocks = tuple(blocks)
    for block in blocks:
        if len(block.span) > LONGEST_BLOCK and block.kind != "code":
            line = len(re.findall(r"\r\n|\n|\r", text[:block.span.start])) + 1
            size = f"{len(block.span):,} characters, more than {LONGEST_BLOCK:,}"
            raise CleanerError(f"{name}:{line}: a paragraph of {size}; part it with blank lines")
    marks = double_marks(plain, blocks)
    quoted = quotations(plain, blocks, marks)
    starts = [q.span.start for q in quoted]
    mark_starts = [m.span.start for m in marks]
    segments = []
    for block in blocks:
        if block.kind == "code":
            continue
        first = max(0, bisect.bisect_left(starts, block.span.start) - 8)  # one that the block before left open may reach in here
        own = quoted[first:bisect.bisect_left(starts, block.span.end)]
        here = marks[bisect.bisect_left(mark_starts, block.span.start):bisect.bisect_left(mark_starts, block.span.end)]
        segments += [Segment(s, s.of(text), block) for s in sentences(plain, block.span, here, own)]
    return Document(name, text, plain, blocks, tuple(segments), quoted, tuple(protected), tuple(suppressions))


def blank(text: str, spans: Iterable[Span]) -> str:
    """The text with spaces in place of `spans`, line ends kept."""
    out, at = [], 0
    for span in sorted(spans):
        if span.end <= at:
            continue
        start = max(at, span.start)
        out += [text[at:start], *(c if c in "\r\n" else " " for c in text[start:span.end])]
        at = span.end
    return "".join(out) + text[at:]


def from_text(text: str, name: str = "text") -> Document:
    """The Document of plain text; addresses and orders to the tool are protected."""
    orders = comments(text)
    protected = sorted([*orders, *(Span(m.start(), m.end()) for m in ADDRESS.finditer(text))])
    plain = blank(text, protected)
    blocks = text_blocks(blank(text, orders))
    return build(name, text, blocks, plain=plain, protected=protected, suppressions=suppressions(name, text, orders, blocks))
