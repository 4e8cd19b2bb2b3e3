"""How words are written together: hyphens of compounds, spelling of brands, figures of telephone numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..analysis import Analysis
from ..core import Replacement, Span
from ..registry import Bad, Good, Hit, detector

_ORIGIN = (
    "Japanese|Chinese|Korean|Western|European|American|English|British|French|German|Italian|Spanish|Russian|Indian|Thai|Vietnamese|Asian"
    "|African|Mediterranean|Scandinavian|Swiss|Dutch|Mexican|Turkish|Brazilian|Hawaiian|Okinawan"
)
_STYLE = re.compile(rf"\b({_ORIGIN}) (style|made|born|speaking)(?= ([a-z]+)\b)")
#: After these "style" is the noun itself: "the Japanese style is …", "in Western style and …".
_NO_NOUN = frozenset(
    word for line in """
    of is was are were and or but in on at to for with from by as that which who has have had can could will would may might than it he she
    they when while if because so too this the a an also not does do did says said without among under over guide rules
    """.splitlines() for word in line.split()
)
_PHONE = re.compile(r"(?<![\d,.-])(0\d{1,4})([,、，] ?)(\d{2,4})\2(\d{3,4})(?![\d,.-]|, ?\d)")
#: Brands as their owners write them.
_BRANDS = {
    "youtube": "YouTube", "you tube": "YouTube", "tiktok": "TikTok", "iphone": "iPhone", "ipad": "iPad", "linkedin": "LinkedIn",
    "paypal": "PayPal", "powerpoint": "PowerPoint", "yahoo! news": "Yahoo! News", "yahoo! japan": "Yahoo! Japan",
}
_BRAND = re.compile(r"(?<![\w@#./-])(?:" + "|".join(re.escape(b) for b in _BRANDS) + r")(?![\w./-])", re.IGNORECASE)


@detector("fluency/spelling", "minor", source="Chicago Manual of Style 7.89, style, -made, -born: hyphenated before a noun", examples=[
    Bad("The inn serves [[Japanese style]] breakfast.", after="The inn serves Japanese-style breakfast.", safe=True),
    Bad("She wore a [[Western style]] dress.", after="She wore a Western-style dress.", safe=True),
    Good("The inn is built in Japanese style and painted red."),
    Good("The Western style of dress is new; Western-style inns are not."),
])
def compound_hyphen(analysis: Analysis) -> Iterator[Hit]:
    """A compound such as "Japanese-style" before its noun, written without a hyphen."""
    document = analysis.document
    for m in _STYLE.finditer(document.plain):
        if m.group(3) in _NO_NOUN or (m.group(2) != "style" and m.group(3).endswith("ly")):
            continue
        span = Span(m.start(), m.end())
        people = m.group(2) != "style" and re.search(r"\b(?:the|and) $", document.plain[max(0, m.start() - 5):m.start()], re.IGNORECASE)
        yield Hit(span, f"“{m.group()}” needs a hyphen before its noun.", 0.75, (
            Replacement(span, f"{m.group(1)}-{m.group(2)}", "unsafe" if people else "safe", "Before a noun the compound has a hyphen."),
        ))


@detector("locale/format", "minor", source="ITU-T E.123: groups of a telephone number", examples=[
    Bad("Call Mr. Brown ([[090, 1234, 5678]]).", after="Call Mr. Brown (090-1234-5678).", safe=True),
    Bad("Call [[03, 1234, 5678]] for tickets.", after="Call 03-1234-5678 for tickets.", safe=True),
    Good("Call 03-1234-5678 for tickets."),
    Good("The codes are 10, 200, 3000 and 05, 12, 1234, 77."),
])
def telephone_commas(analysis: Analysis) -> Iterator[Hit]:
    """A telephone number whose groups are parted by commas."""
    for m in _PHONE.finditer(analysis.document.plain):
        if not 9 <= len(m.group(1) + m.group(3) + m.group(4)) <= 11:
            continue
        span = Span(m.start(), m.end())
        yield Hit(span, "Commas part this telephone number.", 0.85, (
            Replacement(span, f"{m.group(1)}-{m.group(3)}-{m.group(4)}", "safe", "Hyphens part the groups of a telephone number."),
        ))


@detector("terminology/name", "minor", source="the brands' own style guides", examples=[
    Bad("A fair is held (Evening Post) - [[Yahoo! news]]", after="A fair is held (Evening Post) - Yahoo! News"),
    Bad("He shows it on [[Youtube]] every day.", after="He shows it on YouTube every day."),
    Good("He shows it on YouTube every day with an iPhone."),
    Good("IPHONE IN EVERY HOUSE: see youtube.com/fair or @youtube."),
])
def brand_spelling(analysis: Analysis) -> Iterator[Hit]:
    """A brand with the wrong capitals or a space inside."""
    for m in _BRAND.finditer(analysis.document.plain):
        right = _BRANDS[m.group().lower()]
        if m.group() == right or m.group().isupper() or (m.group().islower() and right == "YouTube"):  # a common noun by now
            continue
        span = Span(m.start(), m.end())
        yield Hit(span, f"The brand is written “{right}”.", 0.8, (
            Replacement(span, right, "safe", "Brands are written as their owners write them."),
        ))
