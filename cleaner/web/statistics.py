"""What people decided, in numbers, with the settings that speak from them; and what was learnt, to be looked at and taken back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Form
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from ..core import CleanerError
from ..review.service import Filter
from ..review.statistics import ENOUGH, Bin, Rate
from .address import address
from .desk import desk, who
from .drawing import draw

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
Text = Annotated[str, Form()]
Number = Annotated[int, Form()]

#: The plot of the calibration, in units of its drawing: the square that 0 to 1 takes, and where it begins.
SIDE, LEFT, TOP = 300.0, 46.0, 12.0


@dataclass(frozen=True, slots=True)
class Bar:
    """Part of a bar that is 100 wide."""

    kind: str
    start: float
    width: float


@dataclass(frozen=True, slots=True)
class Point:
    """A group of decisions in the plot: its middle, its size, and its bounds from top to bottom."""

    x: float
    y: float
    radius: float
    top: float
    bottom: float


@router.get("/statistics")
def statistics(request: Request) -> HTMLResponse:
    """Acceptance by rule and rewriter, what risks meant, time and typing, and what to set."""
    place = desk(request)
    with place.review(who(request)) as review:
        found = review.statistics()
        proposals = review.proposals(place.config)
    return draw(
        request, "statistics.html", found=found, proposals=proposals, bar=bar, points=points(found.calibration), enough=ENOUGH,
        side=SIDE, left=LEFT, top=TOP, total=len(found.decided), seconds=seconds, address=address, Filter=Filter,
    )


@router.get("/learnt")
def learnt(request: Request, back: int | None = None) -> HTMLResponse:
    """What was learnt, newest first. `back` is the number of what was just taken back."""
    return _learnt(request, back=back)


@router.post("/learnt/forget")
def forget(request: Request, number: Number) -> Response:
    """Take back what was learnt under a number."""
    with desk(request).review(who(request)) as review:
        try:
            review.forget(number)
        except CleanerError as error:
            return _learnt(request, error=str(error), status=409)
    return RedirectResponse(f"/learnt?back={number}", 303)


@router.post("/learnt/term")
def term(request: Request, wrong: Text = "", right: Text = "", always: Text = "") -> Response:
    """Teach a name or term that nobody had to correct first."""
    with desk(request).review(who(request)) as review:
        try:
            review.learn_term(None, wrong, right, always=bool(always))
        except CleanerError as error:
            return _learnt(request, error=str(error), status=422, wrong=wrong, right=right)
    return RedirectResponse("/learnt", 303)


def _learnt(
    request: Request, *, back: int | None = None, error: str = "", status: int = 200, wrong: str = "", right: str = "",
) -> HTMLResponse:
    with desk(request).review(who(request)) as review:
        things = review.learned()[::-1]
        entry = next(iter(review.audit(limit=1, before=back + 1)), None) if back is not None and 0 <= back < 2**60 else None
        sentences = {t.id: review.queue.item(t.doc, t.key) for t in things if t.key}
    gone = entry.text if entry is not None and entry.id == back and entry.verdict == "learn" and entry.undone else ""
    return draw(
        request, "learnt.html", status, things=things, gone=gone, error=error, wrong=wrong, right=right, sentences=sentences,
        address=address, Filter=Filter,
    )


def bar(rate: Rate) -> list[Bar]:
    """The decisions about a rule or rewriter as parts of a bar, in the order of the table's columns; none without decisions."""
    made, start = [], 0.0
    for kind in ("accepted", "edited", "rejected", "dismissed"):
        width = 100 * getattr(rate, kind) / max(1, rate.decided)
        if width:
            made.append(Bar(kind, round(start, 2), round(width, 2)))
        start += width
    return made


def points(bins: Sequence[Bin]) -> list[Point]:
    """Where groups of decisions stand in the plot; the largest has the largest dot."""
    most = max((b.count for b in bins), default=1)
    return [
        Point(_x(b.predicted), _y(b.changed), round(4 + 7 * (b.count / most) ** 0.5, 1), _y(b.high95), _y(b.low95)) for b in bins
    ]


def _x(share: float) -> float:
    return round(LEFT + SIDE * share, 1)


def _y(share: float) -> float:
    return round(TOP + SIDE * (1 - share), 1)


def seconds(time: float) -> str:
    """A time as one reads it.

    >>> seconds(0.2), seconds(4.2), seconds(75)
    ('under 1 s', '4.2 s', '1 min 15 s')
    """
    if time < 1:
        return "under 1 s"
    if time < 60:
        return f"{time:.1f} s" if time < 10 else f"{time:.0f} s"
    return f"{time // 60:.0f} min {time % 60:.0f} s"
