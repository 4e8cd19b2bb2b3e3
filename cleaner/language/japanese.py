"""What a Japanese source says beyond doubt: its numbers, months and weekdays, whether anybody in it says "I", and how long its English
should be.

Japanese counts in myriads (39億1000万 is 3.91 billion), writes numbers in three scripts and times by the half hour, which is where engines
lose zeros; names no subject that the context gives; and leaves the weekday out, which engines add.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

NUMERALS = "〇一二三四五六七八九"
_DIGITS = {c: i for i, c in enumerate(NUMERALS)} | {"零": 0}
_TENS = {"十": 10, "百": 100, "千": 1000}
_MYRIADS = {"万": 10**4, "億": 10**8, "兆": 10**12}
_FIGURE = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
_PART = re.compile(_FIGURE + "|[〇零一二三四五六七八九十百千万億兆]")
_NUMBER = re.compile(rf"(?:{_FIGURE}|[〇零一二三四五六七八九十百千万億兆])+")
_DOTTED = re.compile(r"(\d+)・(\d+)")  # 1・55 is 1.55 in a newspaper's columns, or two numbers
_POINT = re.compile(r"(?<!\d)\.\d+")
_RANGE = re.compile(rf"[~〜～―–・、-](?:{_FIGURE})([万億兆])")  # 10～20万人: the first is 100,000 too
#: The reigns that years are counted by: the name in Japanese, in English, and the year before the first.
ERAS = (("令和", "Reiwa", 2018), ("平成", "Heisei", 1988), ("昭和", "Showa", 1925), ("大正", "Taisho", 1911), ("明治", "Meiji", 1867))
_SHARE = re.compile(r"(\d)割(?:(\d)(?:[~〜―-](\d))?分(?:(\d)厘)?)?")
_HAN = re.compile(r"[\u3041-\u30ff\u3400-\u9fff]")
_KANA = re.compile(r"[\u3041-\u30ff]")
_QUOTED = re.compile(r"「[^「」]*」|『[^『』]*』|“[^“”]*”|\"[^\"]*\"")
#: 自分 is anybody's self, 記者 mostly part of 記者会見, and 私 of 私立, so that they say nothing.
_PERSON = re.compile(
    r"(?<!公)私(?![立鉄費服有設財営案的企学])|僕|俺|(?:わたし|わたくし|ぼく|おれ)(?=[はがのもをにと、]|たち)|我々|われわれ|我が|わが(?!まま)|われら"
    r"|当方|弊社|当社|小社|小生|拙者|筆者|当店|当院|当館"
)
_MONTH = r"\d{1,2}|[一二三四五六七八九十]{1,2}"
_MONTHS = re.compile(rf"(?:({_MONTH})月?[~〜\-–—―・、,/]同?)?({_MONTH})(?:月|/\d)")
_NAMED_MONTHS = {"正月": 1, "元日": 1, "元旦": 1, "年始": 1, "師走": 12, "大みそか": 12, "大晦日": 12, "年末": 12, "クリスマス": 12}
_WEEKDAY = re.compile(r"([月火水木金土日])曜|[(【〔]([月火水木金土日])[)・】〕]|([月火水木金土日])[~\-・、](?=[月火水木金土日]曜)")
_DAYS = "月火水木金土日"
_LOAN_DAYS = {
    "マンデー": 0, "チューズデー": 1, "ウェンズデー": 2, "ウエンズデー": 2, "サーズデー": 3, "フライデー": 4, "サタデー": 5, "サンデー": 6,
}
_WEEKENDS = re.compile("週末|土日|休日|日祝")


def normal(text: str) -> str:
    """A text with wide letters and digits as the narrow ones that they are (Unicode's NFKC)."""
    return unicodedata.normalize("NFKC", text)


def is_han(character: str) -> bool:
    """Whether a character is kana or a Chinese one: scripts that do not part words."""
    return bool(_HAN.match(character))


def is_japanese(text: str) -> bool:
    """Whether a text has kana, which no other language writes; a headline may do without."""
    return bool(_KANA.search(text))


@dataclass(frozen=True, slots=True)
class Amount:
    """A number of the source: as written, its value, all values that its English may have (8 in the evening is 20 too), and the sign behind
    it.
    """

    text: str
    value: Decimal
    readings: frozenset[Decimal]
    unit: str = ""

    @property
    def figures(self) -> bool:
        """Whether it has digits: a sign for a number alone is as often part of a word."""
        return any(c.isdigit() and c.isascii() for c in self.text)


@lru_cache(maxsize=1024)
def amounts(text: str) -> tuple[Amount, ...]:
    """All numbers of a Japanese text, in order, in whatever script.

    >>> [str(a.value) for a in amounts("３９億１０００万円、二十三人、午後８時")]
    ['3910000000', '23', '8']
    """
    text = normal(text)
    found = [
        Amount(m.group(), v := _value(m.group()), frozenset(_readings(text, m, v)), text[m.end():m.end() + 1])
        for m in _NUMBER.finditer(text)
    ]
    found += [Amount(m.group(), v := Decimal("0" + m.group()), frozenset({v})) for m in _POINT.finditer(text)]
    for m in _SHARE.finditer(text):
        for hundredths in filter(None, (m[2] or "0", m[3])):
            share = Decimal(f"0.{m[1]}{hundredths}{m[4] or ''}")
            found.append(Amount(m.group(), share * 100, frozenset({share, share * 100, Decimal(m[1])})))
    return tuple(found)


def numeral(n: int) -> str:
    """A number below a hundred in Chinese characters.

    >>> numeral(8), numeral(10), numeral(31)
    ('八', '十', '三十一')
    """
    tens, ones = divmod(n, 10)
    return (NUMERALS[tens] if 1 < tens < 10 else "") + ("十" if tens else "") + (NUMERALS[ones] if ones else "")


def _value(text: str) -> Decimal:
    total = section = Decimal(0)
    here: Decimal | None = None
    before = ""
    for part in _PART.findall(text):
        if part in _DIGITS:
            here = here * 10 + _DIGITS[part] if here is not None and before in _DIGITS else Decimal(_DIGITS[part])
        elif part in _TENS:
            section, here = section + (1 if here is None else here) * _TENS[part], None
        elif part in _MYRIADS:
            total, section, here = total + ((section + (here or 0)) or 1) * _MYRIADS[part], Decimal(0), None
        else:
            here = Decimal(part.replace(",", ""))
        before = part
    return total + section + (here or 0)


def _readings(text: str, m: re.Match[str], value: Decimal) -> Iterator[Decimal]:
    """The values that a number may have in English, by what stands around it."""
    yield value
    before, after = text[max(0, m.start() - 3):m.start()], text[m.end():m.end() + 12]
    shared = _RANGE.match(after)
    if shared:
        yield value * _MYRIADS[shared[1]]
    dotted = next((d for d in _DOTTED.finditer(text) if d.start() <= m.start() < d.end()), None)
    if dotted:
        yield Decimal(f"{dotted[1]}.{dotted[2]}")
    for era, _, year in ERAS:
        if before.endswith(era):
            yield year + value
    if value < 100 and ("年" in after[:6] or before.endswith("/")):
        yield from (100 * century + value for century in range(10, 21))  # 1825～69年
    if after.startswith("時"):
        yield from (value + 12, value - 12)
    if after.startswith("倍"):
        yield value * 100


def months(text: str) -> frozenset[int]:
    """The months, 1 to 12, that a text names; both ends of a span."""
    text = normal(text)
    found = {n for word, n in _NAMED_MONTHS.items() if word in text}
    for m in _MONTHS.finditer(text):
        found |= {int(_value(part)) for part in m.groups() if part}
    return frozenset(found)


def weekdays(text: str) -> frozenset[int]:
    """The days of the week, Monday 0 to Sunday 6, that a text names."""
    text = normal(text)
    found = {_DAYS.index(next(filter(None, m.groups()))) for m in _WEEKDAY.finditer(text)}
    found |= {day for word, day in _LOAN_DAYS.items() if word in text}
    return frozenset(found | ({5, 6} if _WEEKENDS.search(text) else set()))


def says_i(text: str) -> bool:
    """Whether somebody speaks of themselves in a text, outside quotation marks."""
    return bool(_PERSON.search(_QUOTED.sub("", normal(text))))


_SCRIPTS = (r"[\u4e00-\u9fff]", r"[\u3041-\u309f]", r"[\u30a1-\u30fa]", r"[0-9A-Za-z]")
#: Words of English that a character of each script is worth, as `benchmarks/sources.py` fits them on the references of newstest2021.
_WORTH = (0.79, 0.47, 0.26, 0.45)


def scripts(text: str) -> tuple[int, ...]:
    """How many kanji, hiragana, katakana and Latin letters or digits a text has."""
    text = normal(text)
    return tuple(len(re.findall(script, text)) for script in _SCRIPTS)


def expected_words(text: str) -> float:
    """How many words the English of a Japanese text has on average."""
    return sum(worth * n for worth, n in zip(_WORTH, scripts(text), strict=True))
