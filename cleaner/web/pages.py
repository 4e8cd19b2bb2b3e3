"""The review page: what a browser sees and the forms it sends. Works without scripts; they only swap parts of the same pages.

A form that decides answers with a redirect to the next item, whose address says what was done (`said`, `on`, `of`).
"""

from __future__ import annotations

import shlex
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Annotated, TypeVar

from fastapi import APIRouter, Form, HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from ..core import Verdict
from ..review.service import Filter, Item, Review, TakenError, choices, failed_first, ranked, tidy
from .address import address, own_path, parts, wanted
from .desk import NAME_COOKIE, THEME_COOKIE, THEMES, clean_name, desk, remember, who
from .drawing import draw
from .keys import EDITING, KEYS
from .outcome import outcome

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
#: Rows of the queue on one page.
ROWS = 50
Text = Annotated[str, Form()]
Number = Annotated[int, Form()]
T = TypeVar("T")
_UNKNOWN = "this form asks for something that does not exist; nothing was changed"


@dataclass(frozen=True, slots=True)
class Draft:
    """A text that is being edited, with the gates it fails."""

    text: str
    failed: tuple[Verdict, ...] = ()


@router.get("/")
def show(request: Request) -> HTMLResponse:
    """The item that the address names, or the first that waits."""
    filtered = wanted(request.query_params)
    with desk(request).review(who(request)) as review:
        key, doc = request.query_params.get("at"), request.query_params.get("in") or filtered.doc
        item = review.item(doc, key) if key and doc else review.next(filtered)
        if key and item is None:
            raise HTTPException(404)
        return _page(request, review, filtered, item)


@router.get("/keys")
def keys(request: Request) -> HTMLResponse:
    """The keys, as a page of its own."""
    return draw(request, "keys.html", keys=KEYS, editing=EDITING)


@router.post("/decide")
def decide(
    request: Request, doc: Text, key: Text, last: Number, do: Text, text: Text = "", remark: Text = "", warned: Text = "",
) -> Response:
    """What a reviewer chose: `do` is a verb, with a number from 1 behind a colon for a choice or finding."""
    filtered = wanted(request.query_params)
    verb, _, number = do.partition(":")
    with desk(request).review(who(request)) as review:
        try:
            item = review.seen(doc, key, last)
            if verb == "edit":
                failed = review.check(item, text) if tidy(text) != warned else ()
                if failed or not tidy(text):
                    return _page(request, review, filtered, item, draft=Draft(tidy(text), failed), status=422)
            _act(review, item, verb, int(number) if number.isdecimal() else 1, remark if verb == "comment" else text)
        except TakenError as error:
            now = review.next(filtered, after=(doc, key))
            return _page(request, review, filtered, now, refused=str(error), status=409)
        goes = item if verb in ("comment", "dismiss") else review.previous(filtered, (doc, key)) if verb == "back" else None
        goes = goes if goes and (verb != "dismiss" or review.waiting(doc, key)) else review.next(filtered, after=(doc, key))
    said = None if verb in ("skip", "back") else verb
    return RedirectResponse(address("/", filtered, **_at(goes), said=said, on=key if said else None, of=doc if said else None), 303)


def _act(review: Review, item: Item, verb: str, number: int, text: str) -> None:
    """Hand a verb to the service. Raises HTTPException for one that does not exist, or a number that the item does not have."""
    acts: dict[str, Callable[[], object]] = {
        "accept": lambda: review.accept(item, numbered(choices(item), number)),
        "edit": lambda: review.edit(item, text),
        "reject": lambda: review.reject(item),
        "dismiss": lambda: review.dismiss(item, numbered(ranked(item), number)),
        "dismiss-rule": lambda: review.dismiss(item, numbered(ranked(item), number), everywhere=True),
        "comment": lambda: review.comment(item, text),
        "skip": lambda: review.skip(item),
        "back": lambda: review.skip(item),
    }
    if verb not in acts:
        raise HTTPException(422, _UNKNOWN)
    acts[verb]()


@router.post("/preview")
def preview(request: Request, doc: Text, key: Text, last: Number, text: Text = "") -> HTMLResponse:
    """What an edit changes and which gates it fails, as a part of the page."""
    with desk(request).review(who(request)) as review:
        item = review.seen(doc, key, last)
        return draw(request, "_preview.html", item=item, draft=Draft(tidy(text), review.check(item, text) if tidy(text) else ()))


@router.post("/undo")
@router.post("/redo")
def undo(request: Request) -> Response:
    """Take back, or bring back, what this reviewer did last, and show it."""
    filtered = wanted(request.query_params)
    verb = request.url.path.removeprefix("/")
    with desk(request).review(who(request)) as review:
        entry = review.undo() if verb == "undo" else review.redo()
    if entry is None:
        return RedirectResponse(address("/", filtered, **_place(request), said=f"no-{verb}"), 303)
    place = {"at": entry.key, "in": entry.doc} if verb == "undo" and entry.key and entry.count == 1 else {}
    return RedirectResponse(address("/", filtered, **place, said=verb, what=entry.verdict, n=entry.count), 303)


@router.get("/bulk")
def ask_bulk(request: Request, verb: str) -> HTMLResponse:
    """What deciding about everything that fits the filter would do."""
    filtered = wanted(request.query_params)
    if verb not in ("accept", "reject"):
        raise HTTPException(404)
    with desk(request).review(who(request)) as review:
        page = review.page(filtered, limit=5)
    return draw(request, "bulk.html", rows=page, verb=verb, filtered=filtered, address=address)


@router.post("/bulk")
def bulk(request: Request, verb: Text) -> Response:
    """Accept the first suggestion, or keep the original, of everything that fits the filter; undone as one."""
    filtered = wanted(request.query_params)
    if verb not in ("accept", "reject"):
        raise HTTPException(422, _UNKNOWN)
    with desk(request).review(who(request)) as review:
        done = review.accept_all(filtered) if verb == "accept" else review.reject_all(filtered)
    return RedirectResponse(address("/", filtered, said=f"bulk-{verb}", n=done.done, left=done.left), 303)


@router.post("/learn")
def learn(
    request: Request, kind: Text, doc: Text, key: Text, *, wrong: Text = "", right: Text = "", always: Text = "",
    rule: Text = "", words: Text = "",
) -> Response:
    """Make the answer about an item a regression case, a glossary entry or an ignore."""
    with desk(request).review(who(request)) as review:
        item = review.queue.item(doc, key)  # with its dismissed findings: those are what one ignores
        if item is None:
            raise HTTPException(404)
        if kind == "case":
            review.learn_case(item)
        elif kind == "term":
            review.learn_term(item, wrong, right, always=bool(always))
        elif kind == "ignore":
            same = tuple(f for f in item.findings if f.rule == rule and item.words(f) == words)
            review.learn_ignore(item, numbered(same, 1))
        else:
            raise HTTPException(422, _UNKNOWN)
    return RedirectResponse(address("/", wanted(request.query_params), **_place(request), said=f"learn-{kind}", on=key, of=doc), 303)


@router.post("/settings")
def settings(do: Text = "", name: Text = "", theme: Text = "", back: Text = "/") -> Response:
    """Keep the reviewer's name or the colours in this browser."""
    answer = RedirectResponse(own_path(back), 303)
    if do == "name" and clean_name(name):
        remember(answer, NAME_COOKIE, clean_name(name))
    if theme in THEMES:
        remember(answer, THEME_COOKIE, theme)
    return answer


def numbered(offered: tuple[T, ...], number: int) -> T:
    """One of what is offered, counted from 1. Raises HTTPException when there is no such number."""
    if not 1 <= number <= len(offered):
        raise HTTPException(422, "this is not offered here; nothing was changed")
    return offered[number - 1]


def _at(item: Item | None) -> dict[str, str]:
    """How an address names an item."""
    return {} if item is None else {"at": item.key, "in": item.doc}


def _place(request: Request) -> dict[str, str]:
    """The item at which the page of this form stood."""
    return {name: value for name in ("at", "in") if (value := request.query_params.get(name))}


def _paths(review: Review) -> str:
    """The documents as one would name them on the command line."""
    names = review.queue.documents()
    return shlex.join(names) if len(names) <= 3 else "PATHS"


def _page(
    request: Request, review: Review, filtered: Filter, item: Item | None, *,
    status: int = 200, draft: Draft | None = None, refused: str = "",
) -> HTMLResponse:
    """The review page at an item; None when nothing is left."""
    taken = ""
    if item is not None and not item.stale:
        try:
            item = replace(item, claim=review.claim(item))
        except TakenError as error:
            taken = str(error)
    rank = None if item is None else review.rank(filtered, item.doc, item.key)
    offset = request.query_params.get("offset", "")
    start = int(offset) if offset.isdecimal() and len(offset) < 10 else rank or 0
    rows = review.page(filtered, offset=start // ROWS * ROWS, limit=ROWS)
    return draw(
        request, "parts.html" if "x-part" in request.headers else "review.html", status,
        item=item, place=_at(item), rank=rank, rows=rows, size=ROWS, facets=review.facets(filtered), filtered=filtered, address=address,
        narrowed=parts(filtered),
        offers=[] if item is None else [(choice, failed_first(choice)) for choice in choices(item)],
        findings=() if item is None else ranked(item), comments=[] if item is None else review.comments(item),
        history=[] if item is None else review.history(item), draft=draft, taken=taken, refused=refused,
        outcome=outcome(review, request.query_params), nothing_wanted=Filter(), documents="" if item else _paths(review),
        keys=KEYS, editing=EDITING,
    )
