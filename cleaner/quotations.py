"""Where quotations open and close, however a machine spaced their marks.

Straight double marks say nothing about their direction; engines put the space on the wrong side (``" I am tired, "he said``) and drop
marks. So a block's double marks are read together: the cheapest path (Viterbi) through "outside" and "inside", where parity is the
rule, spacing a hint that a consistently inverted text may turn round, words such as "he said" a second hint, and a mark that fits
nowhere costs most.

News convention: a quotation over several paragraphs is reopened at each and closed once (Chicago Manual of Style 13.32). Such a paragraph
leaves a quotation open on purpose; it counts as closed and has no closing mark: ``inner.end == span.end``.
"""

from __future__ import annotations

import bisect
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from .core import Block, Quotation, Span
from .speakers import ATTRIBUTION_AFTER, ATTRIBUTION_BEFORE, name_speakers

Role = Literal["open", "close", "both", "stray", "prime"]

_DOUBLE = re.compile(r"[\"“”„‟＂]|``|(?<![\d'])''(?!')")
_FEET = re.compile(r"\d\s?['’′]\s?\d{1,2}(?:[.\d]*|\s\d/\d)$")
_BRACKETS = {"「": "」", "『": "』", "«": "»"}
_OPENS_BEFORE = " \t\r\n\f\v\u00a0\u3000([{<—–-/‘'“"  # what may stand left of an opening mark
_CLOSES_AFTER = " \t\r\n\f\v\u00a0\u3000)]}>—–-/’'”.,;:!?…"  # what may stand right of a closing mark
_ENDS = frozenset(".!?,。、…")
_ELISION = re.compile(
    r"['‘](?:\d0s\b|(?:em|til|tis|twas|cause|bout|round|cos|cuz|neath|gainst|s|t|re|ve|ll|d|m)\b(?!['’])|n['’])", re.IGNORECASE,
)

# Costs, in units of one misplaced space.
_STRAY = 2.4  # a mark without partner
_BOTH = 1.3  # one mark for two, glued between a full stop and the next quotation: ``far."We are``
_UNCLOSED = 2.0  # a block that ends inside a quotation
_REOPENED = 0.3  # … when the next paragraph reopens it
_CARRIED = 0.5  # a block that begins inside the quotation that the one before left open
_INVERTED = 0.2  # a mark in a text whose spaces are all on the wrong side
_SWITCH = 1.2  # from usual to inverted spacing or back
_PRIME = 0.4  # a mark after a digit that measures inches or seconds
_CUE = 0.8  # "he said" beside the mark

_DEEPEST = 4  # levels of quotations that are told apart


@dataclass(frozen=True, slots=True)
class Mark:
    """A double quotation mark and the part it plays.

    `both` closes one quotation and opens the next, `stray` has no partner, `prime` is inches or seconds.
    """

    span: Span
    role: Role


@dataclass(frozen=True, slots=True)
class _Lean:
    """How a mark looks: above 0 like an opening mark. `spacing` turns round in inverted texts, `shape` does not."""

    spacing: float
    shape: float
    prime: float | None  # what it costs to read it as inches or seconds, if that can be
    glued: bool


def double_marks(plain: str, blocks: Sequence[Block]) -> list[Mark]:
    """Every double quotation mark of the text with its role, in order."""
    found: list[Mark] = []
    carried = False
    quoting = [b for b in blocks if b.kind != "code"]
    for i, block in enumerate(quoting):
        following = quoting[i + 1] if i + 1 < len(quoting) else None
        marks, carried = _resolve(plain, block.span, carried, following is not None and _begins_open(plain, following.span))
        found += marks
    return found


def _begins_open(plain: str, span: Span) -> bool:
    mark = _DOUBLE.match(plain, span.start)
    return mark is not None and mark.end() < span.end and mark.group() != "”"


def _lean(plain: str, block: Span, m: re.Match[str]) -> _Lean:
    before = plain[m.start() - 1] if m.start() > block.start else ""
    after = plain[m.end()] if m.end() < block.end else ""
    left, right = before == "" or before in _OPENS_BEFORE, after == "" or after in _CLOSES_AFTER
    spacing = float(left and not right) - float(right and not left)
    shape = {"“": 1.5, "„": 1.5, "``": 1.5, "”": -1.5}.get(m.group(), 0.0)
    shape += 2.0 * (before == "") - 2.0 * (after == "")
    if ATTRIBUTION_AFTER.match(plain, m.end(), min(block.end, m.end() + 80)):
        shape -= _CUE
    head = plain[max(block.start, m.start() - 80):m.start()]
    if ATTRIBUTION_BEFORE.search(head):
        shape += _CUE
    prime = _PRIME if before.isdigit() and not after.isalnum() else None
    if prime is not None and _FEET.search(plain, max(block.start, m.start() - 12), m.start()):
        prime, shape = -_STRAY, 0.0
    return _Lean(spacing, shape, prime, before in _ENDS and after.isalpha())


def _resolve(plain: str, block: Span, carried: bool, reopened: bool) -> tuple[list[Mark], bool]:
    """The marks of one block with their roles, and whether the block ends inside a quotation.

    States are (inside a quotation, inverted spacing) as bits 2 and 1; the path of least cost wins.
    """
    marks = list(_DOUBLE.finditer(plain, block.start, block.end))
    if not marks:
        return [], False
    infinite = float("inf")
    costs = [0.0, _SWITCH, _CARRIED if carried else infinite, _CARRIED + _SWITCH if carried else infinite]
    back: list[list[tuple[int, Role]]] = []
    for m in marks:
        lean = _lean(plain, block, m)
        reached: list[tuple[float, int, Role]] = [(infinite, 0, "stray")] * 4
        for state in range(4):
            if costs[state] == infinite:
                continue
            for inverted in (0, 1):
                base = costs[state] + (_SWITCH if inverted != state & 1 else 0.0) + inverted * _INVERTED
                slope = lean.shape + (-lean.spacing if inverted else lean.spacing)
                opens, closes = max(0.0, -slope), max(0.0, slope)
                inside = state & 2
                moves: list[tuple[float, int, Role]] = [
                    (base + opens + (_STRAY if inside else 0.0), 2 | inverted, "open"),
                    (base + closes + (0.0 if inside else _STRAY), inverted, "close" if inside else "stray"),
                ]
                if lean.glued and inside:
                    moves.append((base + _BOTH, 2 | inverted, "both"))
                if lean.prime is not None:
                    moves.append((base + lean.prime, inside | inverted, "prime"))
                for cost, target, role in moves:
                    if cost < reached[target][0]:
                        reached[target] = (cost, state, role)
        costs = [r[0] for r in reached]
        back.append([(r[1], r[2]) for r in reached])
    unclosed = _REOPENED if reopened else _UNCLOSED
    state = min(range(4), key=lambda s: costs[s] + (unclosed if s & 2 else 0.0))
    ends_inside = bool(state & 2)
    found: list[Mark] = []
    for m, step in zip(reversed(marks), reversed(back), strict=True):
        state, role = step[state]
        found.append(Mark(Span(m.start(), m.end()), role))
    return found[::-1], ends_inside


def quotations(plain: str, blocks: Iterable[Block], marks: Sequence[Mark]) -> tuple[Quotation, ...]:
    """The quotations of a text in order of place, an outer one before those inside it (`depth` 1 and more), with their speakers.

    `marks` are the text's `double_marks`.
    """
    quoting = [b for b in blocks if b.kind != "code"]
    found = _doubles(plain, quoting, marks)
    for block in quoting:
        found += _bracketed(plain, block.span)
    found.sort(key=lambda q: q.span.start)
    starts = [q.span.start for q in found]
    found += [s for block in quoting for s in _singles(plain, block.span, found, starts)]
    found.sort(key=lambda q: (q.span.start, -q.span.end))
    return name_speakers(plain, [b.span for b in quoting], _nested(found))


def _nested(found: list[Quotation]) -> list[Quotation]:
    placed, around = [], list[Quotation]()
    for q in found:
        while around and around[-1].span.end < q.span.end:
            around.pop()
        placed.append(replace(q, depth=len(around)))
        around.append(q)
    return placed


def _doubles(plain: str, blocks: Sequence[Block], marks: Sequence[Mark]) -> list[Quotation]:
    found: list[Quotation] = []
    opened: Span | None = None
    at = 0
    for i, block in enumerate(blocks):
        while at < len(marks) and marks[at].span.end <= block.span.end:
            mark = marks[at]
            at += 1
            if mark.role in {"close", "both"} and opened is not None:
                found.append(Quotation(Span(opened.start, mark.span.end), Span(opened.end, mark.span.start)))
                opened = mark.span if mark.role == "both" else None
            elif mark.role == "open":
                if opened is not None:
                    found.append(_open_until(plain, opened, mark.span.start))
                opened = mark.span
        if opened is None:
            continue
        coming = marks[at] if at < len(marks) else None
        if coming is not None and i + 1 < len(blocks) and coming.span.end <= blocks[i + 1].span.end and coming.role == "close":
            continue  # it runs on in the next block, which closes it
        reopened = i + 1 < len(blocks) and coming is not None and coming.span.start == blocks[i + 1].span.start and coming.role == "open"
        found.append(replace(_open_until(plain, opened, block.span.end), closed=reopened))
        opened = None
    return found


def _open_until(plain: str, mark: Span, end: int) -> Quotation:
    while end > mark.end and plain[end - 1].isspace():
        end -= 1
    return Quotation(Span(mark.start, end), Span(mark.end, end), closed=False)


def _bracketed(plain: str, block: Span) -> list[Quotation]:
    found: list[Quotation] = []
    stack: list[int] = []
    for m in re.compile("[「」『』«»]").finditer(plain, block.start, block.end):
        if m.group() in _BRACKETS:
            stack.append(m.start())
        elif stack and _BRACKETS[plain[stack[-1]]] == m.group():
            start = stack.pop()
            found.append(Quotation(Span(start, m.end()), Span(start + 1, m.start())))
    found += [_open_until(plain, Span(s, s + 1), block.end) for s in stack]
    return found


_SINGLE_OPEN = re.compile(r"(?<![^\s(\[{\"“—–/-])['‘](?![\s'‘’\"])")
_SINGLE_CLOSE = re.compile(r"(?<=[^\s'‘])['’](?![\w'’])")


def _singles(plain: str, block: Span, others: list[Quotation], starts: list[int]) -> list[Quotation]:
    """Quotations in single marks. An apostrophe is no mark: an opener needs a closer in the same block and in the same quotation.

    A plural's apostrophe (``the players' union``) looks like a closer: one before a lower-case word yields to a later closer, if there is
    one before the next opener. `starts` are the beginnings of the `others`, in order.
    """
    found: list[Quotation] = []
    openers = [m.start() for m in _SINGLE_OPEN.finditer(plain, block.start, block.end) if not _ELISION.match(plain, m.start())]
    closers = [m.start() for m in _SINGLE_CLOSE.finditer(plain, block.start, block.end)]
    done, at = block.start, 0
    for i, start in enumerate(openers):
        if start < done:
            continue
        limit = openers[i + 1] if i + 1 < len(openers) else block.end
        near = bisect.bisect_right(starts, start)
        limit = min([limit, *(q.inner.end for q in others[max(0, near - _DEEPEST):near] if q.inner.end > start)])
        while at < len(closers) and closers[at] <= start + 1:
            at += 1
        reach = at
        while reach < len(closers) and closers[reach] < limit:
            reach += 1
        usable = closers[at:min(reach, at + 20)]
        if not usable:
            continue
        firm = [c for c in usable if not _plural(plain, c)]
        end = firm[0] if firm else usable[0]
        found.append(Quotation(Span(start, end + 1), Span(start + 1, end)))
        done = end + 1
    return found


def _plural(plain: str, mark: int) -> bool:
    return plain[mark - 1] in "sS" and re.match(r" [a-z]", plain[mark + 1:mark + 3]) is not None
