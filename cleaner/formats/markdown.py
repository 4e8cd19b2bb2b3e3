"""Markdown (CommonMark with tables, strikethrough and front matter), read by markdown-it-py; only words of running text may be changed.

markdown-it-py says which lines a block has and what its inline parts are, not where those stand. They are found again by walking the
parts along the text of the block: what is no text is markup, and markup is protected and blank to the analysis.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import TYPE_CHECKING, Literal

from ..core import Block, BlockKind, Document, Span
from ..segment import ADDRESS, blank, block_kind, build
from ..suppressions import comments, suppressions

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

SUFFIXES = (".md", ".markdown")

_FRONT_MATTER = re.compile(r"\A(---|\+\+\+)[ \t]*(?:\r\n|\n|\r)(?:.*?(?:\r\n|\n|\r))?\1[ \t]*(?=\r|\n|\Z)", re.DOTALL)
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\n|\r|\Z)")
_Kind = Literal["heading", "list_item", "cell"]
_KINDS: dict[str, _Kind] = {"heading_open": "heading", "th_open": "cell", "td_open": "cell"}
_LINK_REST = re.compile(r"\]\((?:[^()\\\n]|\\.|\((?:[^()\\\n]|\\.)*\)|\n)*\)|\]\[[^\]]*\]|\]")
_IMAGE = re.compile(r"!\[(?:[^\[\]\\]|\\.|\[[^\]]*\])*(?:" + _LINK_REST.pattern + ")", re.DOTALL)


@cache
def _parser() -> MarkdownIt:
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    parser.core.ruler.disable("text_join")  # keeps escapes and entities apart from the words around them
    return parser


def parse(name: str, text: str) -> Document:
    """Read Markdown. Headings, list items and table cells are no paragraphs; code, addresses, tags and markup are protected."""
    front = _FRONT_MATTER.match(text)
    begin = front.end() if front else 0
    lines = [Span(m.start(), m.end()) for m in _LINE.finditer(text, begin) if m.end() > m.start()]
    tokens = _parser().parse(text[begin:])
    blocks: list[Block] = []
    words: list[Span] = []
    shown: list[Span] = []
    at = begin
    for kind, token in _inlines(tokens):
        place = _Place(text, lines, token, at if kind == "cell" else None)
        parts = list(_parts(token.content, token.children or []))
        own = [s for part, is_code in parts if not is_code for s in place.spans(part)]
        shown += [s for part, is_code in parts if is_code for s in place.spans(part)]
        if not own:
            continue
        words += own
        at = place.span.end
        told = block_kind(place.span.of(text))
        written: BlockKind = told if told in {"heading", "caption"} else "paragraph"
        blocks.append(Block(place.span, written if kind is None else "list_item" if kind == "cell" else kind))
    code = [
        Span(lines[t.map[0]].start, lines[min(t.map[1], len(lines)) - 1].end)
        for t in tokens if t.type in {"fence", "code_block"} and t.map and t.map[0] < len(lines)
    ]
    blocks += [Block(s, "code") for s in code]
    blocks.sort(key=lambda b: b.span)
    addresses = [Span(m.start(), m.end()) for m in ADDRESS.finditer(text)]
    words.sort()
    protected = sorted([*_between(text, words), *addresses])
    orders = [s for s in comments(text) if s.start >= begin and not any(c.overlaps(s) for c in (*code, *shown))]
    plain = blank(text, protected)
    return build(name, text, blocks, plain=plain, protected=protected, suppressions=suppressions(name, text, orders, blocks))


def _inlines(tokens: Sequence[Token]) -> Iterator[tuple[_Kind | None, Token]]:
    """The parts that hold words, with the kind of their block; None for what only its text tells."""
    depth = 0
    kind: _Kind | None = None
    for token in tokens:
        if token.type in {"list_item_open", "list_item_close"}:
            depth += token.nesting
        elif token.type.endswith("_open"):
            kind = _KINDS.get(token.type)
        elif token.type == "inline" and token.map:
            yield kind or ("list_item" if depth else None), token


class _Place:
    """Where the content of an inline token stands: its lines without indent, quote marks, bullets and heading marks.

    A table cell is looked for after the cell before it (`cell_after`); anything else ends its line.
    """

    def __init__(self, text: str, lines: Sequence[Span], token: Token, cell_after: int | None) -> None:
        self._lines: list[tuple[int, int, int]] = []  # offset in content, offset in text, length
        at = 0
        first = token.map[0] if token.map else 0
        for number, line in enumerate(token.content.split("\n")):
            words = line.strip()
            if words and first + number < len(lines):
                span = lines[first + number]
                if cell_after is None:
                    found = text.rfind(words, span.start, span.end)
                else:
                    found = text.find(words, max(cell_after, span.start), span.end)
                if found >= 0:
                    self._lines.append((at + len(line) - len(line.lstrip()), found, len(words)))
            at += len(line) + 1

    @property
    def span(self) -> Span:
        """All of the content, its inline markup included."""
        return Span(self._lines[0][1], self._lines[-1][1] + self._lines[-1][2])

    def spans(self, part: Span) -> Iterator[Span]:
        """A part of the content as spans of the text, one a line."""
        for at, found, length in self._lines:
            start, end = max(part.start, at), min(part.end, at + length)
            if start < end:
                yield Span(found + start - at, found + end - at)


def _parts(content: str, children: Sequence[Token]) -> Iterator[tuple[Span, bool]]:
    """The parts of inline content that are words of the text, and (True) those that are code.

    Where a part is not found, the rest counts as markup: it is never changed.
    """
    at = 0
    autolink = False
    for child in children:
        if child.type == "text":
            found = content.find(child.content, at)
            if found < 0:
                return
            at = found + len(child.content)
            if child.content and not autolink:
                yield Span(found, at), False
            continue
        autolink = child.type == "link_open" and child.markup == "autolink"
        after = _skip(content, at, child)
        if after < 0:
            return
        if child.type == "code_inline":
            yield Span(at, after), True
        at = after


def _skip(content: str, at: int, child: Token) -> int:
    """Offset after a piece of markup that begins at or after `at`; -1 when it is not there."""
    if child.type in {"text_special", "html_inline", "code_inline"}:
        raw = child.markup if child.type == "text_special" else child.content
        if child.type == "code_inline":
            ticks = re.compile(rf"(?<!`){child.markup}(?!`)")
            opened = ticks.search(content, at)
            closed = ticks.search(content, opened.end()) if opened else None
            return closed.end() if closed else -1
        found = content.find(raw, at)
        return found + len(raw) if found >= 0 else -1
    if child.type == "image":
        image = _IMAGE.search(content, at)
        return image.end() if image else -1
    if child.type == "link_close":
        if child.markup == "autolink":
            return content.find(">", at) + 1 or -1
        rest = _LINK_REST.search(content, at)
        return rest.end() if rest else -1
    if child.type == "link_open":
        found = content.find("<" if child.markup == "autolink" else "[", at)
        return found + 1 if found >= 0 else -1
    if child.markup:  # emphasis marks
        found = content.find(child.markup, at)
        return found + len(child.markup) if found >= 0 else -1
    return at  # line ends


def _between(text: str, words: Sequence[Span]) -> Iterator[Span]:
    """The stretches outside `words`, without the space around them."""
    at = 0
    for start, end in [*((w.start, w.end) for w in words), (len(text), len(text))]:
        gap = text[at:start]
        if gap.strip():
            lead = len(gap) - len(gap.lstrip())
            yield Span(at + lead, at + len(gap.rstrip()))
        at = max(at, end)
