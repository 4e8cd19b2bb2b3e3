"""Characters that do not belong in English text: what is left of Japanese, Chinese or Korean, of HTML, or of a wrong decoding."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterator

from ..analysis import Analysis
from ..core import Replacement, Safety, Span
from ..registry import Bad, Good, Hit, detector

_CJK = r"\u3005-\u3007\u3041-\u30fa\u30fc-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\uff66-\uff9f"
_FOREIGN = re.compile(f"[{_CJK}]+(?:[ 　・、。，]*[{_CJK}]+)*")
_NEAR_CJK = re.compile(f"[{_CJK}]")
_WIDE = re.compile(r"[\uff01-\uff65\uffe0-\uffe6、。・〜「」『』【】〈〉《》〔〕　]+")
#: Full-width marks to what English writes for them; NFKC gives the rest. A blank before or after says that one belongs there.
_MARKS = {
    "、": ", ", "，": ", ", "。": ". ", "．": ". ", "：": ": ", "；": "; ", "！": "! ", "？": "? ", "｜": " | ", "　": " ",
    "〜": "-", "～": "-", "・": "-", "（": " (", "）": ") ", "［": " [", "］": "] ", "【": " [", "】": "] ", "〔": " [", "〕": "] ",
    "「": ' "', "」": '" ', "『": ' "', "』": '" ', "〈": ' "', "〉": '" ', "《": ' "', "》": '" ',
}
_QUOTING = frozenset("「」『』〈〉《》")
_ENTITY = re.compile(r"&(?:#\d{2,5}|#[xX][0-9a-fA-F]{2,5}|[A-Za-z]{2,8}\d?);")
_TAG = re.compile(
    r"</?(?:br|b|i|u|p|em|strong|span|div|font|a|img|h[1-6]|ul|ol|li|td|tr|th|table|sup|sub|g|x|bx|ex|ph|bpt|ept|it|mrk)(?:\s[^<>\r\n]{0,200})?/?>",
    re.IGNORECASE,
)
_AFTER_LEAD = r"\u0080-\u00bf\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\u02c6\u02dc\u2013-\u203a\u20ac\u2122"  # cp1252 of 0x80-0xbf
_MOJIBAKE = re.compile(f"(?:[ÂÃâåæçäéè][{_AFTER_LEAD}]{{1,2}})+")
_INVISIBLE = re.compile("[\u200b\u2060\ufeff]+")


@detector("locale/format", "minor", source="JTF Style Guide, ISO/IEC 10646 half-width and full-width forms", examples=[
    Bad("[[【Chess problem】]]April 3 edition", after="[Chess problem] April 3 edition", safe=True),
    Bad("They lost 3[[・]]2 at home.", after="They lost 3-2 at home.", safe=True),
    Bad("(Photo by the Evening Post[[）]]", after="(Photo by the Evening Post)", safe=True),
    Bad("It is full[[、]]he said.", after="It is full, he said.", safe=True),
    Bad("Is it full?[[ ？]]", after="Is it full?", safe=True),
    Bad("They sent it back.[[，]]"),
    Good("They lost 3-2 at home (after extra time)."),
    Good("The word 東京・大阪 names two cities."),
])
def full_width_mark(analysis: Analysis) -> Iterator[Hit]:
    """A full-width mark, digit or letter in English text; beside characters of the other script it is left to `untranslated`."""
    document = analysis.document
    plain = document.plain
    for m in _WIDE.finditer(plain):
        before, after = plain[max(0, m.start() - 1):m.start()], plain[m.end():m.end() + 1]
        if _NEAR_CJK.match(before) or _NEAR_CJK.match(after) or (m.group().isspace() and (not before.strip() or not after.strip())):
            continue
        start, end = m.start(), m.end()
        block = next((s.block.span for s in document.segments_in(Span(start, end))), Span(start, end))
        new = "".join(_MARKS.get(c, unicodedata.normalize("NFKC", c)) for c in m.group())
        new = re.sub(r" {2,}", " ", new).replace(") ,", "),").replace("] ,", "],")
        if start == block.start or before in " \t\n([\"'" or not before:
            new = new.lstrip(" ")
        if end == block.end or not after or after in " \t\r\n.,;:!?)]'\"":
            new = new.rstrip(" ")
        if new[:1] in {",", ".", ":", ";", "!", "?"} and before == " ":
            start -= 1
        pair = re.fullmatch(r"[【〔［]", m.group()) and re.compile(r"[^【】〔〕［］\r\n]{1,60}[】〕］]").match(plain, end)
        if pair:  # both brackets in one change
            close = _MARKS[plain[pair.end() - 1]]
            new += plain[end:pair.end() - 1] + (close if plain[pair.end():pair.end() + 1].isalnum() else close.rstrip())
            end = pair.end()
        elif re.fullmatch(r"[】〕］]", m.group()) and re.search(r"[【〔［][^【】〔〕［］\r\n]{1,60}$", plain[max(0, start - 62):start]):
            continue
        other = plain[:start].rstrip(" ")[-1:]  # the mark before it
        if new.strip() == other and other in "?!,;:.":
            start, new = len(plain[:start].rstrip(" ")), ""
        beside = new[:1] in set(",.;:") and other in set(".,;:!?")  # one of two marks is left over; which, a person must say
        safety: Safety = "unsafe" if beside or set(m.group()) & _QUOTING else "safe"
        yield Hit(Span(start, end), f"Full-width “{m.group().strip() or 'space'}” in English text.", 0.9, (
            Replacement(Span(start, end), new, safety, "English text takes the half-width form."),
        ), category="fluency/quotation" if safety == "unsafe" else None)


@detector("accuracy/untranslated", "major", examples=[
    Bad("He came up with [[無死満塁]] in the third."),
    Bad("The meeting, called [[まつり]], opens in May."),
    Good("The dish called neru (“to knead”) opens in May."),
    Good("The Prado in Düsseldorf, the naïve café and Łódź."),
])
def untranslated(analysis: Analysis) -> Iterator[Hit]:
    """Japanese, Chinese or Korean characters in English text. In brackets after an English word they may be a gloss on purpose."""
    plain = analysis.document.plain
    for m in _FOREIGN.finditer(plain):
        glossed = re.search(r"[A-Za-z][’'\"”]?\s?[(\[][^)\]]{0,20}$", plain[max(0, m.start() - 24):m.start()]) is not None
        yield Hit(Span(m.start(), m.end()), f"“{m.group()[:20]}” is not translated.", 0.4 if glossed else 0.9)


@detector("fluency/spelling", "minor", examples=[
    Bad("The caf[[Ã©]] isn't open.", after="The café isn't open."),
    Bad("It isn[[â€™]]t open.", after="It isn’t open."),
    Bad("The name [[\ufffd]] is lost."),
    Good("The café isn’t open; São Tomé and Ålesund are."),
    Good("Le château, la fête: “là-bas”, â."),
])
def mojibake(analysis: Analysis) -> Iterator[Hit]:
    """UTF-8 read as Windows-1252 ("Ã©" for "é"), or a character lost for good ("\ufffd")."""
    plain = analysis.document.plain
    for m in _MOJIBAKE.finditer(plain):
        mended = _decoded(m.group())
        if mended:
            span = Span(m.start(), m.end())
            yield Hit(span, f"“{m.group()}” is “{mended}” in a wrong encoding.", 0.95, (
                Replacement(span, mended, "safe", "The text was decoded wrongly once."),
            ))
    for m in re.finditer("\ufffd+", plain):
        yield Hit(Span(m.start(), m.end()), "A character is lost here.", 0.95, severity="major")


def _decoded(text: str) -> str | None:
    """What the bytes meant; None unless all of them are whole UTF-8 characters that are no CJK and no control characters."""
    data = bytearray()
    for c in text:
        try:
            data += c.encode("cp1252")
        except UnicodeEncodeError:
            if ord(c) > 0xFF:
                return None
            data.append(ord(c))
    try:
        mended = data.decode("utf-8")
    except UnicodeDecodeError:
        return None
    return mended if all(unicodedata.category(c)[0] in "LPSZ" for c in mended) else None


@detector("locale/format", "minor", examples=[
    Bad("The paper said it was [[&quot;]]over.", after='The paper said it was "over.'),
    Bad("It costs less than 5 euros[[&nbsp;]]now.", after="It costs less than 5 euros now."),
    Good("AT&T and R&D; Smith & Sons; fish&chips."),
    Good("Terms & conditions; see below."),
])
def html_entity(analysis: Analysis) -> Iterator[Hit]:
    """An HTML entity that was never decoded."""
    for m in _ENTITY.finditer(analysis.document.plain):
        text = html.unescape(m.group())
        if text == m.group() or text.endswith(";"):
            continue
        span = Span(m.start(), m.end())
        yield Hit(span, f"“{m.group()}” is an HTML entity.", 0.95, (
            Replacement(span, text.replace("\u00a0", " "), "safe", "Readers should see the character itself."),
        ))


@detector("locale/format", "minor", examples=[
    Bad("The fair opens on Friday.[[<br>]] It closes on Sunday.", after="The fair opens on Friday. It closes on Sunday."),
    Bad('The [[<span class="x">]]fair opens.', after="The fair opens."),
    Good("He was there <Monday, City Hall> and said that a < b."),
    Good("Write to the office <office@example.org>."),
])
def stray_markup(analysis: Analysis) -> Iterator[Hit]:
    """An HTML or XLIFF tag in plain text."""
    plain = analysis.document.plain
    for m in _TAG.finditer(plain):
        span = Span(m.start(), m.end())
        glued = plain[m.start() - 1:m.start()].isalnum() and plain[m.end():m.end() + 1].isalnum() and "br" in m.group()[:4].lower()
        yield Hit(span, f"“{m.group()[:30]}” is markup.", 0.8, (
            Replacement(span, " " if glued else "", "unsafe", "Markup has no place in plain text."),
        ))


@detector("locale/format", "neutral", examples=[
    Bad("The fair[[\u200b]] opens.", after="The fair opens.", safe=True),
    Bad("The fair opens[[\ufeff]].", after="The fair opens.", safe=True),
    Good("The fair opens."),
    Good("A family 👨‍👩‍👧 comes."),
])
def invisible_character(analysis: Analysis) -> Iterator[Hit]:
    """A zero-width space or a byte order mark inside the text: nobody sees it, but searches and spell checkers trip over it."""
    for m in _INVISIBLE.finditer(analysis.document.plain):
        span = Span(m.start(), m.end())
        yield Hit(span, "An invisible character.", 0.6, (Replacement(span, "", "safe", "It is invisible and has no use here."),))
