"""How much a text reads as if it came from Japanese: a linear model of what Japanese news carries into its English, fitted on documents
that engines made of Japanese against those they made of other languages and English that people wrote (`models/train/narrator.py`).

It matters where a rule holds for languages that drop their subjects: a Czech "I" is in the verb, and an engine does not invent it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import NamedTuple

from ..analysis import Analysis
from .actors import ROMAJI
from .japanese import is_japanese
from .lexicon import table

FEATURES = ("bias", "romaji", "dates", "ages", "words", "script")
PRIOR = 4.0  # odds of a text being from Japanese, before anything is known of it: what the tool is for
_ROOM = 8  # segments in which a text from Japanese shows that it is
_SHOWN = 0.9  # the chance from which a text counts as showing it
_FEW = 2  # segments or names: fewer say little
_MOST = 4.0  # log-odds: no text is surer than that of where it came from
_NAME = re.compile(r"(?<=[a-z,)] )[A-Z][a-z]{3,}")
#: 3日 is a date in Japanese without its month; so many other things have ordinals that they are named.
_DATE = re.compile(
    r"\b(?:on|from|to|until|of|by) the \d{1,2}(?:st|nd|rd|th)\b"
    r"(?! [a-z]*(?:century|anniversary|birthday|floor|grade|hole|hour|minute|place|round|time|year)\b)"
)
_AGE = re.compile(r"[A-Za-z] ?\(\d\d\)")
_WORDS = re.compile(
    r"\b(?:Japan|Japanese|Tokyo|Osaka|Kyoto|Kyushu|Hokkaido|Okinawa|Nagoya|Fukuoka|Prefecture|Prefectural|prefecture|prefectural|yen"
    r"|Shimbun|Shinbun|Kyodo|Jiji)\b"
)
_SCRIPT = re.compile(r"[\u3000-\u30ff\u4e00-\u9fff\uff01-\uff5e]")


class Counts(NamedTuple):
    """What is found in a document: its segments, different names and those of them that can be Japanese, dates without a month, ages in
    brackets, words about Japan, signs of its script.
    """

    segments: int
    names: int
    romaji: int
    dates: int
    ages: int
    words: int
    script: int


def counts(texts: Sequence[str]) -> Counts:
    """What is found in the segments of a document."""
    text = "\n".join(texts)
    names = set(_NAME.findall(text))
    found = (len(pattern.findall(text)) for pattern in (_DATE, _AGE, _WORDS, _SCRIPT))
    return Counts(len(texts), len(names), sum(bool(ROMAJI.fullmatch(name)) for name in names), *found)


def features(found: Counts) -> tuple[float, ...]:
    """What the model looks at, in the order of FEATURES; shares are damped in short texts."""
    return (
        1.0,
        found.romaji / (found.names + _FEW),
        min(1.0, math.sqrt(found.dates / (found.segments + _FEW))),
        min(1.0, math.sqrt(found.ages / (found.segments + _FEW))),
        float(found.words > 0),
        float(found.script > 0),
    )


def from_japanese(analysis: Analysis) -> float:
    """The chance, 0 to 1, that a document was translated from Japanese: what its source or somebody has said, else by what it looks like,
    where four in five texts that people clean are taken to be from Japanese.
    """
    seen = analysis.once(_seen)
    if seen is not None:
        return seen
    if analysis.source_language != "auto":
        return float(re.split("[-_]", analysis.source_language)[0] in ("ja", "jpn"))
    return analysis.once(_from_japanese)


def _seen(analysis: Analysis) -> float | None:
    """What the source shows, where there is one."""
    return float(any(is_japanese(source) for source, _ in analysis.passages)) if analysis.passages else None


def unshown(analysis: Analysis) -> bool:
    """Whether a text has room to show that it comes from Japanese and does not: there its own persons are worth a look, but hardly ever
    others' (`docs/quality.md`, a reader's verdict).
    """
    return len(analysis.document.segments) >= _ROOM and from_japanese(analysis) < _SHOWN


def _from_japanese(analysis: Analysis) -> float:
    weights, found = table("narrator")["origin"], counts(analysis.texts)
    return chance(sum(weights[name] * x for name, x in zip(FEATURES, features(found), strict=True)), found.segments)


def chance(odds: float, segments: int) -> float:
    """The chance from the log-odds of the model, which was fitted on as many texts from Japanese as others: a short text that shows
    nothing Japanese has had no room to.
    """
    if odds < 0:
        odds *= min(1.0, segments / _ROOM)
    return 1 / (1 + math.exp(-max(-_MOST, min(_MOST, odds))) / PRIOR)
