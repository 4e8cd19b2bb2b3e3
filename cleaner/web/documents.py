"""Documents: the list, the whole article as it will be published, its history, and what may be taken away as a file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import PurePath
from typing import Literal, get_args
from urllib.parse import quote, urlencode

from fastapi import APIRouter, HTTPException
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from .. import formats
from ..outputs import html, tracked
from ..outputs.paragraphs import Change, Kind, paragraphs
from ..pipeline import Result
from ..review.edition import MARKS, Edition, Passage, edition, published, remarks
from ..review.service import Filter, Item, Review
from .address import address
from .desk import desk, who
from .drawing import draw

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
Show = Literal["published", "changes", "sides"]
#: Entries of the log on one page.
ENTRIES = 200


@dataclass(frozen=True, slots=True)
class Part:
    """Part of a paragraph, before and after; `passage` where it was flagged or changed, `first` where its item begins on the page."""

    old: str
    new: str
    passage: Passage | None
    first: bool


@dataclass(frozen=True, slots=True)
class Lines:
    """A paragraph with its kind."""

    kind: Kind
    parts: tuple[Part, ...]

    @property
    def changed(self) -> bool:
        return any(p.old != p.new for p in self.parts)


@router.get("/documents")
def documents(request: Request) -> HTMLResponse:
    """Every document of the queue with how far it is."""
    with desk(request).review(who(request)) as review:
        states = {state: dict(review.facets(Filter(state=state)).docs) for state in (None, "translated", "final")}
        names = review.queue.documents()
    return draw(request, "documents.html", names=names, states=states, address=address, Filter=Filter)


@router.get("/documents/view")
def view(request: Request, doc: str, show: str = "published", at: str | None = None) -> Response:
    """One document: as it will be published, with its changes tracked, or beside the original. `at` leads to the item with that key."""
    if show not in get_args(Show):
        raise HTTPException(404)
    if at is not None:
        place = "" if show == "published" else f"&show={show}"
        return RedirectResponse(f"/documents/view?{urlencode({'doc': doc})}{place}#at-{quote(at)}", 303)
    with desk(request).review(who(request)) as review:
        made = _edition(review, doc)
        said = remarks(review.queue, doc) if show == "changes" and made.document else None
    body, lines = None, []
    if said is None:
        lines = list(_paragraphs(made))
    else:
        hrefs = {p.item.key: _decide(p.item) for p in made.passages}
        body = Markup("".join(tracked.body(made.result, said, hrefs=hrefs, titled=False)))
    return draw(
        request, "document.html", made=made, show=show, marks=MARKS, paragraphs=lines, body=body, decide=_decide,
        waiting=next((p for p in made.passages if p.mark == "waiting"), None),
    )


@router.get("/documents/tracked.css")
def style() -> Response:
    """How tracked changes look, the same as in the file that is given away."""
    return Response(tracked.STYLE, media_type="text/css")


@router.get("/documents/cleaned")
def cleaned(request: Request, doc: str) -> Response:
    """The file that `cleaner clean` writes, with the answers so far, to be saved."""
    result, _ = _published(request, doc)
    return _saved(formats.encode(result.output, result.document.encoding), PurePath(doc).name, "application/octet-stream")


@router.get("/documents/diff")
def diff(request: Request, doc: str) -> Response:
    """What changed, side by side, as a page that stands by itself, to be saved."""
    result, said = _published(request, doc)
    return _page(html.page([html.comparison(result, said)]), f"{PurePath(doc).stem}.diff.html")


@router.get("/documents/tracked")
def save_tracked(request: Request, doc: str) -> Response:
    """Tracked changes with notes, as a page that stands by itself, to be saved."""
    result, said = _published(request, doc)
    return _page(tracked.page([(result, said)]), f"{PurePath(doc).stem}.tracked.html")


@router.get("/documents/history")
def history(request: Request, doc: str, key: str | None = None, before: int | None = None, claims: bool = False) -> HTMLResponse:
    """Who did what when, newest first: in a document, or about the item with a key."""
    with desk(request).review(who(request)) as review:
        if doc not in review.queue.documents():
            raise HTTPException(404)
        entries = review.audit(limit=ENTRIES, before=before, doc=doc)
        more = entries[-1].id if len(entries) == ENTRIES else None
        if key is not None:
            item = review.queue.item(doc, key)
            if item is None:
                raise HTTPException(404)
            entries, more = review.history(item)[::-1], None
        items = {k: review.queue.item(doc, k) for k in {e.key for e in entries if e.key}}
    shown = [e for e in entries if claims or e.verdict not in ("claim", "release")]
    return draw(
        request, "history.html", doc=doc, key=key, entries=shown, items=items, more=more, claims=claims,
        undone={e.id: e for e in entries}, decide=_decide,
    )


def _edition(review: Review, doc: str) -> Edition:
    made = edition(review.queue, doc)
    if made is None:
        raise HTTPException(404)
    return made


def _decide(item: Item) -> str:
    """The address of the page that decides about an item, among those of its document."""
    return address("/", Filter(doc=item.doc), at=item.key)


def _paragraphs(made: Edition) -> Iterator[Lines]:
    """The document in paragraphs; nothing where the file is not as the last run read it."""
    if made.document is None:
        return
    seen: set[str] = set()
    for paragraph in paragraphs(made.document, [Change(p.span, p.text) for p in made.passages]):
        parts = []
        for s in paragraph.stretches:
            passage = None if s.at is None else made.passages[s.at]
            parts.append(Part(_shown(s.old), _shown(s.new), passage, passage is not None and passage.item.key not in seen))
            if passage is not None:
                seen.add(passage.item.key)
        yield Lines(paragraph.kind, tuple(parts))


def _shown(text: str) -> str:
    """Text with plain line ends: a page would name the others, which nobody wrote for readers."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _published(request: Request, doc: str) -> tuple[Result, dict[str, tuple[str, ...]]]:
    """What a run makes of a document now, and what people said about it. Raises HTTPException where its file has changed or is gone."""
    place = desk(request)
    with place.review(who(request)) as review:
        made = _edition(review, doc)
        said = remarks(review.queue, doc)
    if made.document is None:
        raise HTTPException(409, made.problem)
    return published(made, place.config, place.queue), said


def _page(pieces: Iterable[str], name: str) -> Response:
    return _saved("".join(pieces).encode(errors="backslashreplace"), name, "text/html; charset=utf-8")


def _saved(data: bytes, name: str, kind: str) -> Response:
    """A file to be saved under a name, whatever characters that has."""
    plain = "".join(c if c.isascii() and (c.isalnum() or c in "._-") else "_" for c in name)
    disposition = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='', errors='replace')}"
    return Response(data, media_type=kind, headers={"content-disposition": disposition})
