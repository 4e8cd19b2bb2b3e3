"""Templates, and the filters that put document text into them. Everything is escaped; what could reorder a page is written out."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape
from starlette.requests import Request
from starlette.responses import HTMLResponse

from ..console import is_hidden, printable
from ..core import Span
from ..diff import Piece, compare, shortened
from ..review.item import Item
from .desk import theme, who

#: A finding that covers at least this share of a sentence is about all of it.
_WHOLE = 0.8
_TAGS = {"old": "del", "new": "ins"}


def draw(request: Request, template: str, /, status: int = 200, **context: Any) -> HTMLResponse:
    """A page, or a part of one, with what every template may use: `csrf`, `who`, `theme`, `path`."""
    common = {"csrf": request.scope["state"]["csrf"], "who": who(request), "theme": theme(request), "path": request.url.path}
    common["here"] = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return HTMLResponse(environment().get_template(template).render(common | context), status)


@cache
def environment() -> Environment:
    """The templates of this package with their filters."""
    made = Environment(
        loader=PackageLoader("cleaner.web"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True,
    )
    made.filters |= {
        "shown": shown, "plain": printable, "difference": difference, "marked": marked, "sentence": sentence,
        "percent": "{:.0%}".format, "when": when, "sides": sides,
    }
    return made


def shown(text: str) -> Markup:
    """Document text for a page, kept from reordering what stands around it.

    >>> str(shown("a<b"))
    '<bdi>a&lt;b</bdi>'
    """
    return Markup("<bdi>{}</bdi>").format(_visible(text))


def difference(new: str, old: str, around: int = 0) -> Markup:
    """`new` with what it changes in `old`, word by word: ``del`` and ``ins``; what stays is cut to `around` words, if not 0."""
    pieces = compare(old, new)
    return Markup("<bdi>{}</bdi>").format(Markup().join(_piece(p) for p in (shortened(pieces, around) if around else pieces)))


def sides(new: str, old: str, side: str) -> Markup:
    """One side, ``old`` or ``new``, of what `new` changes in `old`."""
    return Markup("<bdi>{}</bdi>").format(Markup().join(_piece(p) for p in compare(old, new) if p.kind in ("same", side)))


def marked(text: str, spans: Iterable[Span], kind: str = "part") -> Markup:
    """`text` with the characters that are in any of the spans in ``mark`` elements of a class; spans may reach beyond the text."""
    parts, at = [], 0
    for span in _joined(spans, len(text)):
        parts += [_visible(text[at:span.start]), Markup('<mark class="{}">{}</mark>').format(kind, _visible(span.of(text)))]
        at = span.end
    return Markup("<bdi>{}</bdi>").format(Markup().join([*parts, _visible(text[at:])]))


def sentence(item: Item) -> Markup:
    """The sentence of an item with its faulty words marked; what is said of the whole sentence marks nothing where a part is faulty."""
    at, length = item.span.start, len(item.original)
    spans = [Span(min(length, max(0, f.span.start - at)), min(length, max(0, f.span.end - at))) for f in item.findings]
    parts = [s for s in spans if 0 < len(s) < _WHOLE * length]
    return marked(item.original, parts or spans, "part" if parts else "whole")


def when(moment: str) -> str:
    """A moment of the log (ISO 8601, UTC) as one reads it."""
    then = datetime.fromisoformat(moment)
    now = datetime.now(UTC)
    minutes = int((now - then).total_seconds() // 60)
    if minutes < 1:
        return "just now"
    if minutes < 60:
        return f"{minutes} min ago"
    return then.strftime("%H:%M UTC") if then.date() == now.date() else then.strftime("%Y-%m-%d %H:%M UTC")


def _piece(piece: Piece) -> Markup:
    if piece.kind == "same":
        return _visible(piece.text)
    tag = _TAGS[piece.kind]
    return Markup(f"<{tag}>{{}}</{tag}>").format(_visible(piece.text))


def _visible(text: str) -> Markup:
    """Escaped text; hidden characters and bidirectional controls are named in its place."""
    if text.isascii() and text.isprintable():
        return escape(text)
    return Markup().join(_named(c) if c not in "\n\t" and is_hidden(c) else escape(c) for c in text)


def _named(character: str) -> Markup:
    code = f"U+{ord(character):04X}"
    return Markup('<span class="hidden-mark" title="{}">{}</span>').format(unicodedata.name(character, "control character"), code)


def _joined(spans: Iterable[Span], length: int) -> list[Span]:
    """The spans cut to 0..length, sorted, those that touch made one; empty ones are left out."""
    made: list[Span] = []
    for span in sorted(Span(min(s.start, length), min(s.end, length)) for s in spans):
        if not len(span):
            continue
        if made and span.start <= made[-1].end:
            made[-1] = made[-1].join(span)
        else:
            made.append(span)
    return made
