"""The same service for programs: typed JSON under /api/v1, described at /api/v1/openapi.json.

A decision names the item as it was seen, by `last`; 409 says that somebody else decided meanwhile or is at it, and why.
"""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, HTTPException
from pydantic import BaseModel, Field
from starlette.requests import Request

from ..core import Verdict
from ..diff import Piece, compare
from ..review.service import Bulk, Claim, Entry, Facets, Filter, Item, Learned, Page, choices, failed_first, ranked
from .desk import desk, who
from .pages import numbered


class Told(BaseModel):
    """Why a request was refused, for people."""

    detail: str


router = APIRouter(prefix="/api/v1", tags=["review"], responses={409: {"model": Told}, 403: {"model": Told}, 404: {"model": Told}})


class Session(BaseModel):
    """Who one is here, and the token for the header X-CSRF-Token of requests that change something."""

    csrf: str
    who: str


class Wanted(BaseModel):
    """Which items: see the filter of the review page. `state` None is what waits for a person."""

    doc: str | None = None
    rule: str | None = None
    category: str | None = None
    severity: str | None = None
    min_risk: float = Field(0.0, ge=0, le=1)
    max_risk: float = Field(1.0, ge=0, le=1)
    text: str = ""
    state: str | None = None
    by_risk: bool = False

    def filter(self) -> Filter:
        """The same for the service."""
        return Filter(**self.model_dump(include=set(Wanted.model_fields)))


class Place(BaseModel):
    """An item: its document and its key."""

    doc: str
    key: str


class Seen(Place):
    """An item as it was seen: `last` is the number of the newest entry about it then."""

    last: int


class Choice(Seen):
    """Suggestion `choice`, counted from 1, as GET /item lists them."""

    choice: int = 1


class Written(Seen):
    """A text of the reviewer's own, or a comment."""

    text: str = Field(min_length=1, max_length=100_000)


class Dismissal(Seen):
    """Finding `finding`, counted from 1, as GET /item lists them; `everywhere`: its rule in the whole document."""

    finding: int = 1
    everywhere: bool = False


class Everything(Wanted):
    """What to do with everything that fits."""

    verdict: Literal["accept", "reject"]


class Term(BaseModel):
    """A glossary entry; `always` makes the change without asking."""

    wrong: str = Field(min_length=1)
    right: str
    always: bool = False


class Found(BaseModel):
    """A finding: `start` and `end` are characters of the sentence and may lie outside of it."""

    start: int
    end: int
    rule: str
    category: str
    severity: str
    message: str
    confidence: float


class Offer(BaseModel):
    """A suggestion: what it changes word by word, and what the gates say, failed ones first."""

    text: str
    rewriter: str
    safety: str
    score: float
    reason: str
    pieces: list[Piece]
    verdicts: list[Verdict]


class Shown(BaseModel):
    """An item with all that is needed to decide about it. States are those of XLIFF 2."""

    doc: str
    key: str
    last: int
    state: str
    stale: bool
    risk: float
    start: int
    original: str
    source: str | None
    before: str
    after: str
    findings: list[Found]
    offers: list[Offer]
    entry: Entry | None
    votes: list[Entry]
    claim: Claim | None


class Checked(BaseModel):
    """What a text changes, and the gates it fails; they warn, people decide."""

    pieces: list[Piece]
    failed: list[Verdict]


Asked = Annotated[Wanted, Depends()]


@router.get("/session")
def session(request: Request) -> Session:
    """Begin here: keep the cookie, send the token."""
    return Session(csrf=request.scope["state"]["csrf"], who=who(request))


@router.get("/queue")
def queue(request: Request, asked: Asked, offset: int = 0, limit: int = 50) -> Page:
    """A part of the list, and how many wait and are decided."""
    with desk(request).review(who(request)) as review:
        return review.page(asked.filter(), offset=max(0, offset), limit=max(1, min(limit, 500)))


@router.get("/facets")
def facets(request: Request, asked: Asked) -> Facets:
    """How many items each document, rule, category, severity and state has."""
    with desk(request).review(who(request)) as review:
        return review.facets(asked.filter())


@router.get("/next")
def following(request: Request, asked: Asked, after_doc: str | None = None, after_key: str | None = None) -> Shown | None:
    """The next item that waits, behind a place if one is given; null when nothing is left."""
    with desk(request).review(who(request)) as review:
        item = review.next(asked.filter(), after=(after_doc, after_key) if after_doc and after_key else None)
        return _shown(item) if item else None


@router.get("/item")
def item(request: Request, doc: str, key: str) -> Shown:
    """One item as it stands now."""
    with desk(request).review(who(request)) as review:
        return _shown(_known(review.item(doc, key)))


@router.get("/history")
def history(request: Request, doc: str, key: str) -> list[Entry]:
    """Everything that was ever done about an item, oldest first."""
    with desk(request).review(who(request)) as review:
        return review.history(_known(review.item(doc, key)))


@router.get("/log")
def log(request: Request, limit: int = 200, before: int | None = None) -> list[Entry]:
    """Who did what and when, newest first; `before` is the entry to go on from."""
    with desk(request).review(who(request)) as review:
        return list(review.audit(limit=max(1, min(limit, 1000)), before=before))


@router.post("/accept")
def accept(request: Request, body: Choice) -> Entry:
    """Take a suggestion."""
    with desk(request).review(who(request)) as review:
        seen = review.seen(body.doc, body.key, body.last)
        return review.accept(seen, numbered(choices(seen), body.choice))


@router.post("/edit")
def edit(request: Request, body: Written) -> Entry:
    """Put a text of one's own."""
    with desk(request).review(who(request)) as review:
        return review.edit(review.seen(body.doc, body.key, body.last), body.text)


@router.post("/reject")
def reject(request: Request, body: Seen) -> Entry:
    """Keep the original."""
    with desk(request).review(who(request)) as review:
        return review.reject(review.seen(body.doc, body.key, body.last))


@router.post("/dismiss")
def dismiss(request: Request, body: Dismissal) -> Entry:
    """Say that a finding is wrong."""
    with desk(request).review(who(request)) as review:
        seen = review.seen(body.doc, body.key, body.last)
        return review.dismiss(seen, numbered(ranked(seen), body.finding), everywhere=body.everywhere)


@router.post("/comment")
def comment(request: Request, body: Written) -> Entry:
    """Leave a remark for whoever comes next."""
    with desk(request).review(who(request)) as review:
        return review.comment(review.seen(body.doc, body.key, body.last), body.text)


@router.post("/check")
def check(request: Request, body: Written) -> Checked:
    """Compare a text with the original and run the gates; changes nothing."""
    with desk(request).review(who(request)) as review:
        seen = review.seen(body.doc, body.key, body.last)
        return Checked(pieces=compare(seen.original, body.text), failed=list(review.check(seen, body.text)))


@router.post("/bulk")
def bulk(request: Request, body: Everything) -> Bulk:
    """Accept the first suggestion, or keep the original, of everything that fits; undone as one."""
    with desk(request).review(who(request)) as review:
        return review.accept_all(body.filter()) if body.verdict == "accept" else review.reject_all(body.filter())


@router.post("/undo")
def undo(request: Request) -> Entry | None:
    """Take back what this reviewer did last; null when there is nothing left."""
    with desk(request).review(who(request)) as review:
        return review.undo()


@router.post("/redo")
def redo(request: Request) -> Entry | None:
    """Bring back what this reviewer undid last; null when there is nothing."""
    with desk(request).review(who(request)) as review:
        return review.redo()


@router.post("/claim")
def claim(request: Request, body: Place) -> Claim:
    """Say that one is at an item, or still is."""
    with desk(request).review(who(request)) as review:
        return review.claim(_known(review.item(body.doc, body.key)))


@router.post("/release", status_code=204)
def release(request: Request, body: Place) -> None:
    """Let others have an item."""
    with desk(request).review(who(request)) as review:
        review.release(_known(review.item(body.doc, body.key)))


@router.get("/learned")
def learned(request: Request) -> list[Learned]:
    """What answers have taught."""
    with desk(request).review(who(request)) as review:
        return list(review.learned())


@router.post("/learned/case")
def learn_case(request: Request, body: Place) -> Entry:
    """Make the answer about an item a regression case."""
    with desk(request).review(who(request)) as review:
        return review.learn_case(_known(review.item(body.doc, body.key)))


@router.post("/learned/term")
def learn_term(request: Request, body: Term) -> Entry:
    """Put a name or term into the glossary."""
    with desk(request).review(who(request)) as review:
        return review.learn_term(None, body.wrong, body.right, always=body.always)


@router.delete("/learned/{entry}")
def forget(request: Request, entry: int) -> Entry:
    """Take back something learnt."""
    with desk(request).review(who(request)) as review:
        return review.forget(entry)


def _known(found: Item | None) -> Item:
    if found is None:
        raise HTTPException(404, "there is no such item")
    return found


def _shown(item: Item) -> Shown:
    at = item.span.start
    return Shown(
        doc=item.doc, key=item.key, last=item.last, state=item.state, stale=item.stale, risk=item.risk, start=at, original=item.original,
        source=item.source or None, before=item.before, after=item.after,
        findings=[
            Found(
                start=f.span.start - at, end=f.span.end - at, rule=f.rule, category=f.category, severity=f.severity, message=f.message,
                confidence=f.confidence,
            ) for f in ranked(item)
        ],
        offers=[
            Offer(
                text=c.text, rewriter=c.rewriter, safety=c.safety, score=c.score, reason=c.reason, pieces=compare(item.original, c.text),
                verdicts=list(failed_first(c)),
            ) for c in choices(item)
        ],
        entry=item.entry, votes=list(item.votes), claim=item.claim,
    )
