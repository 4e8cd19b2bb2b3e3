"""What a Japanese number counts, taken for something else: only where the source lies beside the text (`--source`).

日 is a day of the month and a day's time, 月 a month of the year, 回 an inning and a time, 年 a year at school: engines choose by the
number alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from ..analysis import Analysis
from ..core import Replacement, Safety, Span
from ..language.japanese import NUMERALS, normal, numeral
from ..language.origin import from_japanese
from ..language.quantities import MONTHS, ORDINAL, SMALL, ordinal
from ..registry import Bad, Good, Hit, detector

_NUMBERED = {word: n for word, n in (*SMALL.items(), *ORDINAL.items()) if 0 < n <= len(MONTHS)}
_ORDINAL_OF = {n: word for word, n in ORDINAL.items()}
_N = rf"(?P<n>\d{{1,3}}(?:st|nd|rd|th)?|{'|'.join(_NUMBERED)})"


@dataclass(frozen=True, slots=True)
class _Kind:
    """A misreading: the counter, and what it is, for the message; the English, with the number as ``n``; what stands behind the number in
    the source, and what may not stand behind it anywhere there; what to write; what stands before it, and what else the source must have;
    the English that means nothing else, so that it is changed without asking.
    """

    counter: str
    means: str
    english: re.Pattern[str]
    behind: str
    otherwise: str
    better: Callable[[re.Match[str], int, str], str | None]
    before: str = ""
    only: re.Pattern[str] | None = None
    sure: re.Pattern[str] | None = None


_DAYS, _SCHOOL = 31, 6
_DAY = re.compile(
    rf"\b(?P<lead>for|in|over|after|during|within|until|till|since|from|by) (?:the )?(?!(?:{'|'.join(ORDINAL)}) ){_N} days?\b",
    re.IGNORECASE,
)
_MONTH = re.compile(rf"\b(?:the )?{_N} months?\b(?! \d)", re.IGNORECASE)  # with a day: date-word-by-word
_BARE_MONTH = re.compile("(?:[2-9]|1[0-2]) month", re.IGNORECASE)  # with no s
_HALF_DAY = re.compile(r"(?:\b(?:at|on) )?(?<![\d.:,])\b(?P<n>1[3-9]|2\d|3[01]) ?(?P<half>[ap])(?:m\b|\.m\.)", re.IGNORECASE)
_AGED = re.compile(rf"(?P<lead>\b(?:the|an?) )?\b{_N}-years?-olds?\b", re.IGNORECASE)
_TIMES = re.compile(rf"(?P<lead>\b(?:in|at|for|by|until|up to|after|finishing) )?(?:the )?\b{_N} times\b", re.IGNORECASE)
_DEAD = re.compile(r"\b(?P<n>one|two|1|2) (?:dead|deaths?)\b", re.IGNORECASE)
_BASEBALL = re.compile("安打|投手|打者|打席|本塁打|登板|先発|三振|[死塁]")


def _dated(m: re.Match[str], n: int, source: str) -> str | None:
    lead = m["lead"].lower()
    return f"{'on' if lead in ('for', 'in', 'over', 'during', 'within') else lead} the {ordinal(n)}" if n <= _DAYS else None


def _month(m: re.Match[str], n: int, source: str) -> str | None:
    return MONTHS[n - 1] if n <= len(MONTHS) else None


def _half_day(m: re.Match[str], n: int, source: str) -> str | None:
    hour = re.search(rf"(?<!\d){n}日午[前後][\d{NUMERALS}十]", source)  # 22日午後3時
    return None if hour else f"on the {'morning' if m['half'].lower() == 'a' else 'afternoon'} of the {ordinal(n)}"


def _year(m: re.Match[str], n: int, source: str) -> str | None:
    many = "s" if m.group().lower().endswith("s") else ""
    known = n <= _SCHOOL and re.search(rf"(?<!\d){n}年生", source)
    return f"{m['lead'] or ''}{_ORDINAL_OF[n]}-year student{many}" if known else None


def _shirt(m: re.Match[str], n: int, source: str) -> str | None:
    return f"No. {n}"


def _inning(m: re.Match[str], n: int, source: str) -> str | None:
    lead = (m["lead"] or "in ").lower()
    if lead in ("after ", "finishing ") or re.search(rf"(?<!\d){n}回(?:[無\d]|を終)", source):
        return f"{m['lead'] or ''}{m['n']} innings"
    return f"{'in ' if lead in ('at ', 'for ') else lead}the {_ORDINAL_OF[n]} inning" if n in _ORDINAL_OF else None


def _outs(m: re.Match[str], n: int, source: str) -> str | None:
    return f"{m['n']} out{'s' if n > 1 else ''}"


_KINDS = (
    _Kind("日", "a day of the month", _DAY, "日", "日(?:間|ぶり|以内|連続|前|後|目|で|も|かけ|の間|ごと|おき|[がか]かり)", _dated),
    _Kind("月", "a month of the year", _MONTH, "月", r"[カヶか箇ケ]月|[~〜～―–-]", _month, before=r"(?<![~〜～―–-])", sure=_BARE_MONTH),
    _Kind("日", "a day of the month", _HALF_DAY, "日午[前後]", "時", _half_day),
    _Kind("年", "a year at school or of a career", _AGED, "年(?:生|(?![前間]))", r"[歳才]|\)", _year),
    _Kind("番", "the number on a shirt", _AGED, r"(?!\d)", "[歳才]", _shirt, before="背番号"),
    _Kind(
        "回", "an inning", _TIMES, "回(?:裏|表|途中|無|まで|から|[をに、,])", "回(?:目|も|ほど|以上|にわた|連続|の優勝)", _inning,
        only=_BASEBALL,
    ),
    _Kind("死", "how many are out", _DEAD, "死(?:[一二三満、,]|[123])", "人", _outs),
)


@detector("accuracy/number", "major", examples=[
    Bad("The launch was planned [[for 18 days]].", source="打ち上げは１８日の予定だった。", after="The launch was planned on the 18th."),
    Bad("It runs [[until 28 days]].", source="２８日まで行われる。", after="It runs until the 28th."),
    Bad("It opened in [[2 month]].", source="２月に開店した。", after="It opened in February.", safe=True),
    Bad("It lasts until the end of [[the 7th month]].", source="７月末まで続く。", after="It lasts until the end of July."),
    Bad("Cars waited [[at 22 pm]].", source="車の列ができた＝２２日午後。", after="Cars waited on the afternoon of the 22nd."),
    Bad("All 16 [[3-year-olds]] played.", source="１６人の３年生がすべてプレーした。", after="All 16 third-year students played."),
    Bad("[[The 10-year-old]] spoke.", source="背番号１０は話した。", after="No. 10 spoke."),
    Bad("They lost the lead [[8 times]].", source="８回に投手が打たれ、逆転された。", after="They lost the lead in the eighth inning."),
    Bad("He had 83 pitches after [[six times]].", source="６回を終えて８３球の先発が、", after="He had 83 pitches after six innings."),
    Bad("He came to bat with [[two deaths]].", source="二死満塁で打席に入った。", after="He came to bat with two outs."),
    Good("He won on the first day.", source="１日に勝った。"),
    Good("It ran for 18 days.", source="１８日間続いた。"),
    Good("It ran for three months.", source="３カ月続いた、３月まで。"),
    Good("Sales in the first six months fell.", source="１～６月の売り上げは減った。"),
    Good("The 10-year-old spoke.", source="１０歳の少年は話した。"),
    Good("He rang eight times.", source="８回、電話した。"),
    Good("Two deaths were reported.", source="２人が死亡した。"),
    Bad("It ran for [[13 months]].", source="１３月から。"),
    Good("It starts at 6.30 am on the 30th.", source="３０日午前６時半に始まる。"),
    Good("The launch was planned for 18 days."),
])
def counter_misread(analysis: Analysis) -> Iterator[Hit]:
    """A Japanese number with its counter taken for another: "for 18 days" for the 18th, "2 month" for February, "8 times" for the eighth
    inning, "two deaths" for two outs.

    The same number with the counter that the English means must stand nowhere in the passage.
    """
    if not from_japanese(analysis):
        return
    plain = analysis.document.plain
    for source, segments in analysis.passages:
        said = normal(source)
        for segment in segments:
            for kind in _KINDS:
                for m in kind.english.finditer(plain, segment.span.start, segment.span.end):
                    n = _NUMBERED.get(m["n"].lower()) or int(re.sub(r"\D", "", m["n"]))
                    if n and _means(kind, n, said):
                        yield _hit(kind, m, n, said)


def _means(kind: _Kind, n: int, source: str) -> bool:
    number = rf"{kind.before}(?<![\d{NUMERALS}十百])(?:{n}|{numeral(n)})"
    found = re.search(f"{number}(?:{kind.behind})", source)
    return bool(found) and not re.search(f"{number}(?:{kind.otherwise})", source) and (kind.only is None or bool(kind.only.search(source)))


def _hit(kind: _Kind, m: re.Match[str], n: int, source: str) -> Hit:
    span = Span(m.start(), m.end())
    message = f"The source has {n}{kind.counter}, {kind.means}."
    better = kind.better(m, n, source)
    if better and m.group()[0].isupper():
        better = better[0].upper() + better[1:]
    safety: Safety = "safe" if kind.sure and kind.sure.fullmatch(m.group()) else "unsafe"
    return Hit(span, message, 0.95 if safety == "safe" else 0.85, (Replacement(span, better, safety, message),) if better else ())
