"""Numbers, dates and units of measure in English text, in whatever form they are written: "2,000", "two thousand" and "2 thousand" are
one number.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import cache, lru_cache
from typing import Any, Literal

from .lexicon import table
from .wording import Word, words


def lexicon() -> Mapping[str, Any]:
    """The tables of `data/quantities.toml`."""
    return table("quantities")


MONTHS: tuple[str, ...] = tuple(name.capitalize() for name in lexicon()["months"])
WEEKDAYS = tuple(name.capitalize() for name in lexicon()["weekdays"])
_WORDS = lexicon()["words"]
SMALL: dict[str, int] = {w: n for n, w in enumerate(_WORDS["small"])}
TENS: dict[str, int] = {w: 10 * n for n, w in enumerate(_WORDS["tens"], 2)}
ORDINAL: dict[str, int] = (
    {w: n for n, w in enumerate(_WORDS["ordinals"], 1)} | {w[:-1] + "ieth": n for w, n in TENS.items()}
    | {"hundredth": 100, "thousandth": 1000}
)
MAGNITUDE: dict[str, int] = lexicon()["magnitudes"]
STANDS_FOR: dict[str, int] = lexicon()["stands_for"]
VAGUE = {w + "s": n for w, n in MAGNITUDE.items() if len(w) > 3} | {"dozens": 12, "tens": 10}
_OF_A_GAME = frozenset({"the", "other", "latter", "last", "top", "bottom", "better", "in"})
_PARTS = {w + "s": n for w, n in ORDINAL.items() if n > 2} | {"halves": 2, "quarters": 4}
_GLYPHS = {"½": "0.5", "¼": "0.25", "¾": "0.75", "⅓": "0.3333", "⅔": "0.6667"}
_ROMAN = {r: n for n, r in enumerate(_WORDS["roman"], 2) if len(r) > 1}
# Groups of three digits; a single stop parts thousands only before "000", which no one would write behind a decimal point.
_GROUPS = re.compile(r"\d+(?:,\d{3})+(?:\.\d+)?|\d{1,3}(?:\.\d{3}){2,}|[1-9]\d{0,2}\.000")


@dataclass(frozen=True, slots=True)
class Number:
    """A number in a text: `first` and `last` are indexes of its words.

    `loose` ones ("one", "first", "second") are as often a pronoun, an adverb or a rank as a count, so that one more or fewer alone proves
    nothing. `vague` ones are "hundreds", "thousands". `form` tells "two" from "second"; digits are either.
    """

    value: Decimal
    text: str
    first: int
    last: int
    loose: bool = False
    form: Literal["digits", "cardinal", "ordinal", "vague"] = "digits"

    def equals(self, other: Number) -> bool:
        """The same number: "the 10th" is ten and tenth, but "second" is not "two"."""
        return self.value == other.value and (self.form == other.form or "digits" in (self.form, other.form))


def digits(text: str) -> list[Decimal]:
    """The value of a run of digits with separators; several for a dotted date or a version.

    >>> digits("2,000"), digits("3.5"), digits("1,55"), digits("12.800.000")
    ([Decimal('2000')], [Decimal('3.5')], [Decimal('1.55')], [Decimal('12800000')])
    """
    try:
        if _GROUPS.fullmatch(text):
            return [Decimal(text.replace(",", "") if "," in text else text.replace(".", ""))]
        if len(re.findall(r"[.,٫]", text)) == 1:
            return [Decimal(re.sub(r"[,٫]", ".", text))]
        return [Decimal(part) for part in re.split(r"[.,٫]", text)]
    except InvalidOperation:
        return []


def ordinal(n: int) -> str:
    """A number as an ordinal.

    >>> ordinal(23), ordinal(12)
    ('23rd', '12th')
    """
    return f"{n}{'th' if 10 < n < 14 else {1: 'st', 2: 'nd', 3: 'rd'}.get(n % 10, 'th')}"


#: A date of which every character was translated: 7月23日 as "7 month 23 day", with its year. Durations have a plural or an article.
BY_WORD = re.compile(
    r"(?:\b(?P<year>(?:1[89]|20)\d\d) year )?(?<!years )(?<!\ba )(?<!\ban )(?<!\bthe )(?<!\bthis )\b(?P<month>1[0-2]|[2-9]) month "
    r"(?P<day>[12]\d|3[01]|[1-9])(?:(?:st|nd|rd|th)? days?\b)?(?![\d:]|[.,]\d|[a-z])",
    re.IGNORECASE,
)


def dated(text: str) -> str:
    """A text with such dates as English writes them.

    >>> dated("It opened on 2013 year 8 month 23 day.")
    'It opened on August 23, 2013.'
    """
    def date(m: re.Match[str]) -> str:
        return f"{MONTHS[int(m['month']) - 1]} {m['day']}" + (f", {m['year']}" if m["year"] else "")

    return BY_WORD.sub(date, text) if "onth" in text else text


@lru_cache(maxsize=2048)
def numbers(text: str) -> tuple[Number, ...]:
    """All numbers of `text`, in order."""
    ws = words(text)
    found: list[Number] = []
    i = 0
    while i < len(ws):
        made = _at(text, ws, i)
        if made:
            found += made
            i = made[-1].last + 1
        else:
            i += 1
    return tuple(found)


def _at(text: str, ws: tuple[Word, ...], i: int) -> list[Number]:
    """The number that starts at word `i`: several only for a dotted date."""
    w = ws[i]
    if w.is_digit:
        values = digits(w.text)
        if len(values) != 1:
            return [Number(v, w.text, i, i) for v in values]
        return [_scaled(text, ws, values[0], i, i)]
    if w.text in _GLYPHS:
        return [Number(Decimal(_GLYPHS[w.text]), w.text, i, i)]
    if w.text in _ROMAN and i and ws[i - 1].capital:
        return [Number(Decimal(_ROMAN[w.text]), w.text, i, i)]
    if w.lower in VAGUE:
        return [Number(Decimal(VAGUE[w.lower]), w.text, i, i, form="vague")]
    if w.lower == "half":
        return [Number(Decimal("0.5"), w.text, i, i, loose=bool(i) and (ws[i - 1].lower in _OF_A_GAME or ws[i - 1].lower in ORDINAL))]
    if w.lower == "dozen":
        return [Number(Decimal(12), w.text, i, i)]
    if w.lower in SMALL or w.lower in TENS or w.lower in MAGNITUDE or w.lower in ORDINAL:
        return _worded(text, ws, i)
    return []


def _near(text: str, ws: tuple[Word, ...], i: int) -> bool:
    """Whether word `i` follows its neighbour with nothing but a space or hyphen between."""
    return i < len(ws) and text[ws[i - 1].end:ws[i].start] in ("", " ", "-", "\u00a0", "‑")


def _scaled(text: str, ws: tuple[Word, ...], value: Decimal, first: int, last: int) -> Number:
    """Multiply by the magnitudes that follow: "2.5 million", "3 hundred thousand", "5bn", "2 dozen"."""
    while _near(text, ws, last + 1):
        following = ws[last + 1].lower
        if following == "dozen":
            value *= 12
        elif following in MAGNITUDE:
            value *= MAGNITUDE[following]
        else:
            break
        last += 1
    return Number(value, text[ws[first].start:ws[last].end], first, last)


def _worded(text: str, ws: tuple[Word, ...], i: int) -> list[Number]:
    """A number in words, "two hundred and five", "twenty-first", "three quarters"."""
    total, current = Decimal(0), Decimal(0)
    last, room, started, ordinal = i - 1, 10**15, False, False
    j = i
    while j < len(ws) and (not started or _near(text, ws, j)):
        w = ws[j].lower
        if w == "and" and started and current >= 100 and current % 100 == 0 and _near(text, ws, j + 1) and (
            ws[j + 1].lower in SMALL or ws[j + 1].lower in TENS
        ):
            j += 1
            continue
        if w in TENS and room > 10:
            current, room = current + TENS[w], 10
        elif w in SMALL and room > 1 and (SMALL[w] < 10 or room > 10):
            current, room = current + SMALL[w], 1
        elif w in MAGNITUDE:
            unit = MAGNITUDE[w]
            if unit == 100:
                current, room = (current or Decimal(1)) * 100, 100
            else:
                total, current, room = total + (current or Decimal(1)) * unit, Decimal(0), unit
        elif w in ORDINAL and (not started or (room > 1 and ORDINAL[w] < 10)):
            current, ordinal, last, started = current + ORDINAL[w], True, j, True
            break
        elif w in _PARTS and started:
            return [Number(round((total + current) / _PARTS[w], 4), text[ws[i].start:ws[j].end], i, j)]
        elif w == "dozen" and started:
            return [Number((total + current) * 12, text[ws[i].start:ws[j].end], i, j)]
        else:
            break
        last, started = j, True
        j += 1
    if not started:
        return []
    value = total + current
    if value == 0 and ws[i].lower != "zero":
        return []
    loose = i == last and (ws[i].lower == "one" or (ordinal and value < 3))
    return [Number(value, text[ws[i].start:ws[last].end], i, last, loose, "ordinal" if ordinal else "cardinal")]


@cache
def _unit_words() -> dict[str, tuple[str, str]]:
    """Word → (unit, kind): "kilometres" → ("km", "length")."""
    return {form: (unit, kind) for kind, units in lexicon()["units"].items() for unit, forms in units.items() for form in forms}


@cache
def _short_units() -> dict[str, tuple[str, str]]:
    """Letters that are a unit only behind digits: "m", "h"."""
    return {form: (unit, kind) for kind, units in lexicon()["short"].items() for unit, forms in units.items() for form in forms}


@dataclass(frozen=True, slots=True)
class Measure:
    """A unit in a text; `counted` when it stands with a number."""

    unit: str
    kind: str
    text: str
    counted: bool


_SIGNS: dict[str, list[str]] = lexicon()["signs"]


@lru_cache(maxsize=2048)
def measures(text: str) -> tuple[Measure, ...]:
    """All units of measure and currencies of `text`, in words and signs."""
    ws = words(text)
    after = {n.last + 1 for n in numbers(text)}
    found = [Measure(_SIGNS[c][0], _SIGNS[c][1], c, True) for i, c in enumerate(text) if c in _SIGNS and _beside_digit(text, i)]
    for i, w in enumerate(ws):
        counted = i in after and text[ws[i - 1].end:w.start].strip(" -\u00a0‑") in ("", "°")
        known = _unit_words().get(w.lower)
        if known is None and counted and ws[i - 1].is_digit:
            known = _short_units().get(w.text)
        if known is not None:
            found.append(Measure(known[0], known[1], w.text, counted))
    return tuple(found)


def _beside_digit(text: str, i: int) -> bool:
    """Whether a sign stands at a number: "5%", "5 %", "$5", "$ 5"."""
    before = text[max(0, i - 2):i]
    return before[-1:].isdigit() or text[i + 1:i + 3].lstrip(" ")[:1].isdigit() or (before[:1].isdigit() and before[1:] == " ")
