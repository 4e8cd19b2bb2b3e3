"""Text to Document: blocks, sentences and quotations, without losing a character.

Sentences come from sentencex (https://github.com/wikimedia/sentencex), which keeps quotations whole; blocks and quotations are ours.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from .core import Block, BlockKind, Document, Segment, Span, Suppression
from .quotations import quotations

_PARAGRAPH = re.compile(r"\S(?:.*\S)?(?:[ \t]*(?:\r\n|\n|\r)(?=[ \t]*\S)[ \t]*\S(?:.*\S)?)*")
_LIST_ITEM = re.compile(r"(?:[-*+•・◆■▼]|\(?\d{1,2}[.)])\s+\S")
_CAPTION = re.compile(r"[(（\[]\s*(?:photo|image|picture|illustration|file photo|courtesy|provided by)\b", re.IGNORECASE)
_TERMINAL = re.compile(r"""[.!?…:;。！？]["'”’)\]»]*$""")
HEADING_WORDS = 25


def block_kind(text: str) -> BlockKind:
    """Tell what a block of plain text is from the text alone: a heading is one short line without a full stop."""
    text = text.strip()
    if _LIST_ITEM.match(text):
        return "list_item"
    if _CAPTION.match(text):
        return "caption"
    if "\n" not in text and len(text.split()) <= HEADING_WORDS and not _TERMINAL.search(text):
        return "heading"
    return "paragraph"


def text_blocks(text: str) -> tuple[Block, ...]:
    """Blocks of plain text: runs of lines between blank lines."""
    return tuple(Block(Span(m.start(), m.end()), block_kind(m.group())) for m in _PARAGRAPH.finditer(text))


def build(
    name: str, text: str, blocks: Iterable[Block], *, plain: str | None = None,
    protected: Iterable[Span] = (), suppressions: Iterable[Suppression] = (),
) -> Document:
    """Make the Document of `text` from its blocks: splits them into sentences and finds their quotations."""
    plain = text if plain is None else plain
    blocks = tuple(blocks)
    segments = tuple(s for b in blocks if b.kind != "code" for s in _sentences(text, plain, b))
    return Document(
        name, text, plain, blocks, segments, quotations(plain, blocks),
        tuple(protected), tuple(suppressions),
    )


def from_text(text: str, name: str = "text") -> Document:
    """The Document of a piece of plain text: what tests and examples use."""
    return build(name, text, text_blocks(text))


def _sentences(text: str, plain: str, block: Block) -> list[Segment]:
    import sentencex

    found = []
    chunk = re.sub(r"\s", " ", block.span.of(plain))
    for boundary in sentencex.get_sentence_boundaries("en", chunk):
        start, end = boundary["start_index"], boundary["end_index"]
        while start < end and chunk[start].isspace():
            start += 1
        while end > start and chunk[end - 1].isspace():
            end -= 1
        if end > start:
            span = Span(block.span.start + start, block.span.start + end)
            found.append(Segment(span, span.of(text), block))
    return found
