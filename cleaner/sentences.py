"""Sentences of a block: sentencex (https://github.com/wikimedia/sentencex) on a copy whose quotation marks are made unambiguous.

sentencex keeps what stands in quotation marks or brackets whole, which is what a unit of decision needs, but pairs straight marks blindly:
one inch mark or lost mark and half a page is a sentence. So it gets the marks as `quotations` understood them, and a few rules mend the
cuts that it gets wrong, each with its reason beside it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from .core import Quotation, Span
from .quotations import Mark
from .speakers import ATTRIBUTION_AFTER

#: A quotation longer than this is cut at its own sentences: nobody reviews a page as one unit.
LONGEST_QUOTATION = 600

_LOST = "¿"  # stands for an opening mark that nothing closes: no boundary of its own, no pair for sentencex
_AS = {"open": "“", "close": "”", "both": " ", "stray": " ", "prime": "x"}

# Abbreviations after which a cut is wrong: before anything, before a name, before a number.
_ALWAYS = r"approx|ca|cf|vs|viz|esp|incl|excl|e\.g|i\.e|a\.k\.a"
_TITLE = (
    r"Mr|Mrs|Ms|Mx|Messrs|Dr|Drs|Prof|Gen|Adm|Maj|Brig|Lt|Col|Capt|Cmdr|Cpl|Sgt|Pvt|Sen|Rep|Gov|Pres|Rev|Fr|Hon|St|Ste|Mt|Ft|Supt|Insp|Det|Asst"
)
_NUMBERED = (
    r"No|Nos|Vol|Vols|Fig|Figs|pp?|Art|Sec|Ch|Eq|Op|Par|ver|Ver|Rd|Ed|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec|Tel|Ext"
)
_BEFORE_ANY = re.compile(rf"\b(?:{_ALWAYS})\.\s*$")
_BEFORE_NAME = re.compile(rf"\b(?:{_TITLE})\.\s*$")
_BEFORE_NUMBER = re.compile(rf"\b(?:{_NUMBERED})\.\s*$")
_ENUMERATOR = re.compile(r"\(?(?:\d{1,3}|[A-Za-z]|[ivx]{2,4})[.)]\s*$")
_BRAND = re.compile(r"\b(?:Yahoo|Jeopardy|Yum|Oklahoma|Panic at the Disco)!\s*$")  # names that end with a mark
_HOUR = re.compile(r"\b[ap]\.m\.\s*$")
_AFTER_HOUR = re.compile(
    r"(?:[A-Z]\w+ (?:[Tt]ime|[Ss]tandard)|(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day"
    r"|(?:Jan|Feb|March|April|May|June|July|Aug|Sept|Oct|Nov|Dec)|[A-Z]{2,4}\b)",
)
_BEGINS = re.compile(r"(?:The|Then|This|That|He|She|It|They|We|I|But|And|In|On|At|If|When|After)\b")
_CLOSERS = re.compile(r"[\s\"'”’)\]»」』.!?。！？]+")
#: Abbreviations that do end sentences, before a word that begins one and is no part of a name.
_ENDED = re.compile(
    r"\b(?:Jr|Sr|Inc|Ltd|Corp|Co|Bros|etc|[ap]\.m|U\.[SK]|D\.C|Ph\.D|Jan|Feb|Aug|Sept|Oct|Nov|Dec)\.[\"”’)]*\s+"
    r"(?=(?:He|She|They|It|We|The|This|That|These|Those|But|However|Meanwhile|In|On|At|If|When|After|There|His|Her|Their|Its|As|For)\b)"
)
_ELLIPSIS = re.compile(r"…[\"”’)]*\s+(?=[A-Z][a-z])")
_BRACKETED = re.compile(r"[.!?][\"”’]?[)\]]\s+(?=[\"“‘(]?[A-Z])")
_WIDE = re.compile(r"[。！？]+[」』”\")）]*(?=[^\s。！？」』”\")）])")
_INNER = re.compile(r"[.!?…][\"”’)]*\s+(?=[\"“‘(]?[A-Z])")


def sentences(plain: str, block: Span, marks: Iterable[Mark], quotations: Iterable[Quotation]) -> list[Span]:
    """The sentences of a block in order, without the space around them. Together they hold every character that is not a space."""
    import sentencex

    quotations = [q for q in quotations if q.span.overlaps(block)]
    chunk = _unambiguous(plain, block, marks, quotations)
    cuts = {b["end_index"] for b in sentencex.get_sentence_boundaries("en", chunk)} | _missed(chunk, block, quotations)
    places = sorted(c for c in cuts if 0 < c < len(chunk))
    original = block.of(plain)
    found: list[Span] = []
    start = 0
    for cut in [*places, len(chunk)]:
        if cut < len(chunk):
            closers = _CLOSERS.match(original, cut)
            if closers and not original[cut - 1].isspace():
                cut = closers.end() if not _opens(chunk, cut, closers.end()) else cut
            if cut <= start or _wrong(original, start, cut):
                continue
        left, right = start, min(cut, len(chunk))
        while left < right and original[left].isspace():
            left += 1
        while right > left and original[right - 1].isspace():
            right -= 1
        if found and not any(c.isalnum() for c in original[left:right]):
            found[-1] = Span(found[-1].start, block.start + right) if right > left else found[-1]
        elif right > left:
            found.append(Span(block.start + left, block.start + right))
        start = cut
    return found


def _unambiguous(plain: str, block: Span, marks: Iterable[Mark], quotations: list[Quotation]) -> str:
    """The block with spaces for line ends and directed quotation marks, offsets kept."""
    chars = [" " if c.isspace() else c for c in block.of(plain).replace("‘", "’").replace("'", "’")]
    bounds = {q.span.start for q in quotations if q.closed and q.span.end <= block.end} | {
        q.inner.end for q in quotations if q.closed and q.span.start >= block.start
    }
    for mark in marks:
        lone = mark.role in {"open", "close"} and mark.span.start not in bounds
        for at in range(mark.span.start, mark.span.end):
            chars[at - block.start] = (_LOST if mark.role == "open" else " ") if lone else _AS[mark.role]
    for q in quotations:
        if plain[q.span.start] in "'‘" and q.inner.start == q.span.start + 1 and q.inner.end < q.span.end and block.contains(q.span):
            chars[q.span.start - block.start], chars[q.inner.end - block.start] = "‘", "’"
    return "".join(chars)


def _missed(chunk: str, block: Span, quotations: list[Quotation]) -> set[int]:
    """Ends of sentences that sentencex does not see."""
    cuts = {m.end() for pattern in (_ENDED, _ELLIPSIS, _WIDE) for m in pattern.finditer(chunk)}
    closed = [q.span.shift(-block.start) for q in quotations if q.closed and not q.depth and block.contains(q.span)]
    for m in _BRACKETED.finditer(chunk):
        opened = chunk.rfind("(" if ")" in m.group() else "[", 0, m.start())
        head = chunk[:opened].rstrip() if opened >= 0 else "x"
        if not head or head[-1] in ".!?”":  # the brackets hold a sentence of their own
            cuts.add(m.end())
    cuts = {c for c in cuts if not any(q.start < c < q.end for q in closed)}
    for q in closed:
        if len(q) > LONGEST_QUOTATION:
            cuts |= {m.end() for m in _INNER.finditer(chunk, q.start + 1, q.end - 1)}
    return cuts


def _opens(chunk: str, start: int, end: int) -> bool:
    """True when the marks in between open something rather than close it."""
    return any(c in "“‘([" for c in chunk[start:end]) or _LOST in chunk[start:end]


def _wrong(text: str, start: int, cut: int) -> bool:
    """True when there is no end of a sentence at `cut`; `start` is where the one before it begins."""
    left, right = text[start:cut], text[cut:cut + 80].lstrip()
    if not right:
        return False
    head = left[-24:]
    if _BEFORE_ANY.search(head) or (_BEFORE_NAME.search(head) and right[0].isupper()):
        return True
    if _HOUR.search(head) and _AFTER_HOUR.match(right):
        return True
    if _BRAND.search(head) and right[0].isupper() and not _BEGINS.match(right):
        return True
    if _BEFORE_NUMBER.search(head) and right[0].isdigit():
        return True
    if _ENUMERATOR.fullmatch(left.strip()):  # "1. First item": the number is no sentence
        return True
    # '"Really?" Tom asked.' is one sentence; after a full stop the speaker's clause stands alone, which is an error to report.
    asked = re.search(r"[?!][\"”]\s*$", left)
    return asked is not None and ATTRIBUTION_AFTER.match(right) is not None and right[0] not in "\"“"
