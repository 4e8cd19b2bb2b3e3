"""Which double quotation marks open and which close, read from a paragraph whose spacing cannot be trusted.

Machine translation writes ``he said," Go, "so`` and ``of"Amabie"``: neither the side a mark stands on nor plain alternation is enough.
Each mark may open, close, or be one too many; every reading has a price made of its surroundings, and the cheapest reading of the whole
paragraph wins. The distance to the next best reading says how sure it is. Straight and curly double marks; single ones are left alone,
because apostrophes look the same.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

from ..core import Document, Span
from .reporting import pattern

Role = Literal["open", "close", "stray", "surplus"]

_MARKS = '"“”'
_MARK = re.compile(f"[{_MARKS}]")
_REACH = 6  # paragraphs that a quotation may run through without a mark
_CUE = re.compile(rf"\b(?:saying|say|{pattern('neutral', 'emphatic', 'ask')}),? $")  # what leads a quotation in
_BEAM = 24
_NEVER = 50.0
#: Prices. A reading may always be forced, so even an unclosed quotation has a finite one.
_NEST, _UNCLOSED, _STRAY, _SURPLUS, _WRONG_GLYPH = 2.5, 3.0, 3.5, 2.0, 3.0
_HIDDEN = "\ue000"  # stands for markup or code, which may touch a mark on either side
_OPENERS = _HIDDEN + "([{<（［【「『—–-/=|:~*_'‘"
_FOLLOWERS = _HIDDEN + ".,;:!?)]}>）］】」』—–-/…'’|*_・、。"


@dataclass(frozen=True, slots=True)
class Mark:
    """A mark at offset `at`: `role` in the best reading, `depth` of the quotation it belongs to (1 is outermost).

    `price` is what its surroundings cost in that role (0 is well set); `margin` is how much more the best reading costs in which this
    mark has another role.
    """

    at: int
    role: Role
    depth: int
    price: float
    margin: float = _NEVER


@dataclass(frozen=True, slots=True)
class Reading:
    """The marks of one block. `start_open`: a quotation runs on from the block before; `unclosed`: the openers left open at its end."""

    span: Span
    marks: tuple[Mark, ...]
    start_open: bool
    unclosed: tuple[Mark, ...]

    def pairs(self) -> list[tuple[Mark, Mark]]:
        """Openers with their closers."""
        stack: list[Mark] = []
        found = []
        for mark in self.marks:
            if mark.role == "open":
                stack.append(mark)
            elif mark.role == "close" and stack:
                found.append((stack.pop(), mark))
        return found


def read(document: Document) -> tuple[Reading, ...]:
    """The marks of every block that holds words, in order. News reopens marks at each paragraph of a long quotation; that is followed."""
    text = visible(document)
    blocks = [b for b in document.blocks if b.kind != "code"]
    return _read(text, tuple((b.span.start, b.span.end, b.kind == "heading" and text[b.span.end - 1] not in _MARKS) for b in blocks))


def visible(document: Document) -> str:
    """The plain text in which markup and code show as one neutral letter instead of as spaces."""
    if document.plain == document.text:
        return document.plain
    return "".join(_HIDDEN if p == " " and not t.isspace() else p for p, t in zip(document.plain, document.text, strict=True))


@lru_cache(maxsize=64)
def _read(plain: str, spans: tuple[tuple[int, int, bool], ...]) -> tuple[Reading, ...]:
    found = []
    pending = 0
    for start, end, heading in spans:
        reading = read_block(plain, Span(start, end), pending=pending > 0 and not heading)
        found.append(reading)
        if reading.marks and not heading:
            pending = _REACH if reading.unclosed else 0
        elif not heading:
            pending -= 1
    return tuple(found)


@dataclass(frozen=True, slots=True)
class _Path:
    cost: float
    roles: tuple[tuple[Role, int, float], ...]
    stack: tuple[int, ...]  # indices of open marks; -1 is the one that the block before left open
    start_open: bool


def read_block(plain: str, span: Span, *, pending: bool = False) -> Reading:
    """The cheapest reading of the marks inside `span`; `pending` says that the paragraph before left a quotation open."""
    at = [m.start() for m in _MARK.finditer(plain, span.start, span.end)]
    paths = [_Path(0.0, (), (), False)]
    if pending:
        paths.append(_Path(0.4, (), (-1,), True))
    for i, place in enumerate(at):
        options = [step for path in paths for step in _steps(plain, span, i, place, path, at)]
        paths = sorted(options, key=lambda p: p.cost)[:_BEAM]
    ended = sorted((replace(p, cost=p.cost + _end_price(plain, span, p, at)) for p in paths), key=lambda p: p.cost)
    best = ended[0]
    marks = []
    for i, (place, (role, depth, price)) in enumerate(zip(at, best.roles, strict=True)):
        rival = next((p for p in ended if p.roles[i][0] != role), None)
        marks.append(Mark(place, role, depth, price, rival.cost - best.cost if rival else _NEVER))
    return Reading(span, tuple(marks), best.start_open, tuple(marks[i] for i in best.stack if i >= 0))


def _steps(plain: str, span: Span, i: int, place: int, path: _Path, at: list[int]) -> list[_Path]:
    before = plain[place - 1] if place > span.start else ""
    after = plain[place + 1] if place + 1 < span.end else ""
    glyph = plain[place]
    depth = len(path.stack)
    found = []

    def add(role: Role, stack: tuple[int, ...], price: float, extra: float, level: int) -> None:
        found.append(_Path(path.cost + price + extra, (*path.roles, (role, level, price)), stack, path.start_open))

    opening = _opening_price(before, plain[place + 1:min(place + 3, span.end)]) + (_WRONG_GLYPH if glyph == "”" else 0.0)
    closing = _closing_price(before, after) + (_WRONG_GLYPH if glyph == "“" else 0.0)
    cue = 3.0 if before == " " and _CUE.search(plain, max(span.start, place - 24), place) else 0.0
    reopened = path.stack == (-1,) and place == span.start
    if depth < 2:
        glued = before.isalnum() and after.isalnum()
        add("open", (*path.stack, i), opening, _NEVER if reopened else (_NEST + glued) * depth, depth + 1)
    if depth:
        hollow = path.stack[-1] == i - 1 and i > 0 and plain[at[i - 1] + 1:place].strip(" ,;/") in ("", "and", "or", "but")
        inverted = closing >= 2 and (path.stack[-1] < 0 or not path.roles[path.stack[-1]][2])
        add("close", path.stack[:-1], closing, 4.0 * hollow + 1.5 * inverted + 3.0 * (inverted and path.stack[-1] < 0) + cue, depth)
    else:
        add("stray", (), closing, _STRAY, 0)
    if depth and before in ".!?" and (after.isupper() or plain[place:place + 2] == '" '):
        add("surplus", path.stack, 0.0, _SURPLUS + (0.0 if after.isupper() else 1.6), depth)
    if depth and reopens(plain, place):
        add("surplus", path.stack, 0.0, _SURPLUS + 0.6, depth)
    if place == span.start and len(at) > 1 and not re.search(r"[.!?]", plain[place:at[1]]):  # a mark too many before a sentence
        add("surplus", path.stack, 0.0, _SURPLUS + 0.5, depth)
    if before.isdigit() and not after.isalnum():  # an inch mark
        add("surplus", path.stack, 0.0, _SURPLUS - 0.8 if not depth else _SURPLUS + 0.5, depth)
    return found


def reopens(plain: str, place: int) -> bool:
    """Whether the mark at `place` stands before a sentence as if a quotation began there."""
    return plain[max(0, place - 2):place] in (". ", "! ", "? ") and plain[place + 1:place + 2].isupper()


def _opening_price(before: str, after: str) -> float:
    """`after` is the two characters that follow: a stop and a space there rule an opening mark out, ``"...`` and ``".45`` do not."""
    free = not before or before.isspace() or before in _OPENERS
    if not after or (after[0] in ".,;:!?)]）" and not after[1:].strip()):
        return 15.0
    if after[0] in ".,;:!?)]）":
        return 3.0
    return (0.0 if free else 1.0) + (1.0 if after[0].isspace() else 0.0) + (1.0 if before.isdigit() else 0.0)


def _closing_price(before: str, after: str) -> float:
    if not before:
        return 8.0
    free = not after or after.isspace() or after in _FOLLOWERS
    return (0.0 if free else 1.0) + (1.0 if before.isspace() else 0.0)


def _end_price(plain: str, span: Span, path: _Path, at: list[int]) -> float:
    """What a reading costs that leaves quotations open: less when the first words open it, as in news that quotes by paragraphs."""
    price = 0.0
    for i in path.stack:
        if i < 0:
            price += 0.0
        elif at[i] == span.start and len(path.stack) == 1:
            price += 1.0
        else:
            price += _UNCLOSED
    return price
