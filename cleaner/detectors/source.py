"""What the text says and its source does not, and what is lost: only where the source lies beside it (`--source`)."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from functools import cache

from ..analysis import Analysis
from ..core import Document, Replacement, Segment, Span
from ..language import japanese
from ..language.lexicon import table
from ..language.origin import from_japanese
from ..language.quantities import MONTHS, WEEKDAYS, Number, numbers, ordinal
from ..language.wording import listing, words
from ..registry import Bad, Good, Hit, detector
from ..termbase import shipped

_LEAST = 10  # smaller numbers come and go with a wording: "one of", "both", "twice"
_RUN, _CLOCK = re.compile(r"\d+"), re.compile(r"\d+[.:]\d+")
_END = re.compile(r"\d[/–-](\d\d)\b")  # 2018/19
_WHOLE = re.compile(r"(?<![\d.,:/-])(?:\d{1,3}(?:[.,'’ \u00a0\u202f]\d{3})+|\d+)(?![\d/-]|[.,:]\d)")
_YEARS = range(1000, 2100)
_HALVES = (6, 18, 30, 50, 90, 150)  # months of half a year, minutes of half an hour, a half in a hundred; and one or two more: 1時間半
_PARTED = 10_000  # from here on thousands are always parted
_TELLING = 3  # digits of a number without which it may be written in words, or counted by another clock, in a language not known here
_ALPHABETS = re.compile(r"[A-Za-z\u0370-\u04ff]")
_OTHERS = re.compile(r"[\u0590-\u1fff\u3041-\u9fff\uac00-\ud7a3]")  # scripts whose numerals or counting are not known here
_FIGURE = re.compile(r"\d+(?:[.,'’ \u00a0\u202f]\d{3})*(?:[.,]\d+)?")


@detector("accuracy/number", "major", examples=[
    Bad(
        "The firm sold goods worth [[70 billion]] yen.", source="同社は７６０億円の商品を販売した。",
        after="The firm sold goods worth 76 billion yen.",
    ),
    Bad("About [[1 million]] people fled.", source="１万人が避難した。", after="About 10,000 people fled."),
    Bad("[[250]] people came that day.", source="２４日は３５０人が訪れた。", after="350 people came that day."),
    Bad("They sold [[1,824]] cars.", source="Sie verkauften 1.284 Autos.", after="They sold 1,284 cars."),
    Bad("In [[1991]] 812,500 people came.", source="В 1919 году пришли 812,5 тысячи человек.", after="In 1919 812,500 people came."),
    Bad("It was built in [[1978]].", source="１９８７年に建てられた。", after="It was built in 1987."),
    Bad("In the first half [[45]] of them scored.", source="前半に５４人が得点した。", after="In the first half 54 of them scored."),
    Good("It took 90 minutes, or 1.5 hours.", source="１時間半かかった。"),
    Good("The firm sold goods worth 76 billion yen.", source="同社は760億円の商品を販売した。"),
    Good("It opens from 8:00 p.m. on the 24th, as in 2020.", source="令和２年と同じく、２４日の午後８時に開く。"),
    Good("He hit .346 and won 10 games in his 20s.", source="二十代で打率３割４分６厘、十勝を挙げた。"),
    Good("COVID-19 kept 3 of them away.", source="新型コロナウイルスで３人が欠席した。"),
    Good("It cost 1,345 euros in the 19th century.", source="Es kostete im XIX. Jahrhundert 1.345 Euro."),
    Good("The interview of 08.29.2008 is banned.", source="Запрещённое интервью 29.08.2008."),
    Good("The bed is 180x220 cm.", source="Матрас В13 180x220 см"),
    Good("He left at 12.45 p.m. in the 2018-2019 season.", source="Er ging in der Saison 2018/19 um 12:45 Uhr."),
    Good("The firm sold goods worth 70 billion yen."),
])
def number_not_in_source(analysis: Analysis) -> Iterator[Hit]:
    """A number in figures that the source does not have, in whatever way it counts.

    Engines lose zeros where Japanese counts in myriads (760億円 is 76 billion yen), and misread what stands beside a number. Numbers below
    ten are left alone: English puts them in and leaves them out. Of other languages only those in an alphabet are read, and only numbers
    of three digits that are not noughts: words for numbers are not known there.
    """
    for said, segments, wrong in analysis.once(_compared):
        unused = [a for a in said.unused(analysis.document, segments) if a.unit != "日"] if len(wrong) == 1 else []
        for span in wrong:
            text = span.of(analysis.document.text)
            ready: tuple[Replacement, ...] = ()
            if len(unused) == 1:
                ready = (Replacement(span, _written(unused[0], like=text), "unsafe", f"The source has {unused[0].text}."),)
            yield Hit(span, f"The source has no {text}{_instead(unused)}.", 0.85, ready)


@detector("accuracy/omission", "major", examples=[
    Bad("[[The city]] will plant trees this year.", source="市は今年、木を３５０本植える。"),
    Bad("[[The plant cost more]] than planned.", source="工場の費用は計画を上回る１億２０００万円だった。"),
    Good("The city will plant 350 trees this year.", source="市は今年、木を３５０本植える。"),
    Good("The plant cost a hundred and twenty million yen.", source="工場の費用は１億２０００万円だった。"),
    Good("It starts at 1 p.m. in October.", source="１０月の午後１３時に始まる。"),
    Good("Turnout was up by half a dozen."),
])
def number_lost(analysis: Analysis) -> Iterator[Hit]:
    """A number of a Japanese source, in figures, that its translation does not have in any form."""
    document = analysis.document
    for said, segments, wrong in analysis.once(_compared):
        if not said.japanese or wrong:
            continue  # a wrong number in its place is told as such
        for amount in said.unused(document, segments):
            yield Hit(place(document, segments), f"The source has {amount.text}, which is not here.", 0.6)


@detector("accuracy/addition", "major", examples=[
    Bad(
        "The ministry said [[Tuesday]] that all are safe.", source="外務省は２５日、全員が無事だと発表した。",
        after="The ministry said that all are safe.",
    ),
    Bad("He spoke on [[Sunday]].", source="話した。", after="He spoke."),
    Bad("They were freed on [[June]] 24.", source="２４日、解放された。", after="They were freed on the 24th."),
    Bad("He met the governor in [[April]].", source="２２日、知事と面会した。"),
    Good("The ministry said Tuesday the 25th that all are safe.", source="外務省は２５日（火）、全員が無事だと発表した。"),
    Good("It runs from September to October.", source="９―１０月に行う。"),
    Good("The sale is on Black Friday.", source="ブラックフライデーにセールを行う。"),
    Good("They march in May.", source="五月に行進する。"),
    Good("The ministry said Tuesday that all are safe."),
])
def date_not_in_source(analysis: Analysis) -> Iterator[Hit]:
    """A month or a weekday that a Japanese source never names: Japanese papers write "on the 25th", and engines make a date of it."""
    document, everything = analysis.document, analysis.passages
    if not everything or not from_japanese(analysis):
        return
    named = frozenset().union(*(japanese.months(source) for source, _ in everything))
    days = frozenset().union(*(japanese.weekdays(source) for source, _ in everything))
    for segment in (s for _, segments in everything for s in segments):
        text = segment.span.of(document.plain)
        found = [m for m in _MONTH.finditer(text) if MONTHS.index(m[1]) + 1 not in named]
        found += [m for m in _WEEKDAY.finditer(text) if WEEKDAYS.index(m[1]) not in days]
        for m in found:
            said = f"The source names no {m[1]}."
            yield Hit(Span(m.start(1), m.end(1)).shift(segment.span.start), said, 0.75, _undated(text, m, segment.span.start, said))


def _undated(text: str, m: re.Match[str], offset: int, reason: str) -> tuple[Replacement, ...]:
    """The date without what the source does not name: "June 24" as "the 24th", "said Tuesday that" as "said that"; nothing for others."""
    day = _DAY.match(text, m.end(1))
    if day and not text[:m.start(1)].endswith("the "):
        return (Replacement(Span(m.start(1), day.end()).shift(offset), f"the {ordinal(int(day[1]))}", "unsafe", reason),)
    lead = _LEAD.search(text, 0, m.start(1)) if m[1] in WEEKDAYS and _ALONE.match(text, m.end(1)) else None
    return (Replacement(Span(lead.start(), m.end(1)).shift(offset), "", "unsafe", reason),) if lead else ()


_MONTH = re.compile(
    r"\b(January|February|March(?= \d)|April|(?<=\bin )May\b(?! Day)|May(?= \d)|June|July|August|September|October|November|December)\b"
)
_DAY = re.compile(r" ([1-9]|[12]\d|3[01])\b(?![,.:]?\d|,? (?:19|20)\d\d)")
_LEAD = re.compile(r"(?<=\w)(?: on)? $")
_ALONE = re.compile(r"(?=[.;]| (?:that|to|in|at|by|for|as|and|after|before|with)\b)")
_WEEKDAY = re.compile(rf"\b({'|'.join(WEEKDAYS)})s?\b")


@detector("accuracy/mistranslation", "major", examples=[
    Bad("[[The man was]] sent to the dead.", source="男は書類送検された。"),
    Bad("[[He hit]] in the ninth.", source="九回にサヨナラ打を放った。"),
    Bad("[[The final is]] on Sunday.", source="準決勝は日曜日に行われる。"),
    Good("Papers on the man were sent to prosecutors.", source="男は書類送検された。"),
    Good("His walk-off hit came in the ninth.", source="九回にサヨナラ打を放った。"),
    Good("The semi-final is on Sunday.", source="準決勝は日曜日に行われる。"),
    Good("The man was sent to the dead."),
])
def term_not_translated(analysis: Analysis) -> Iterator[Hit]:
    """A term of the source whose English has few names, none of which is here.

    The tool knows some 260 of Japanese news, in which engines take characters for words (書類送検, サヨナラ打); `termbase` names a
    file with a team's own, of any language.
    """
    document = analysis.document
    for source, segments in analysis.passages:
        target = " ".join(s.span.of(document.plain) for s in segments)
        bases = ([shipped()] if from_japanese(analysis) else []) + ([analysis.termbase] if analysis.termbase else [])
        for missing in (m for base in bases for m in base.missing(source, target)):
            if any(term.search(missing.term) and wrong.search(target) for term, wrong, _ in misreadings()):
                continue  # term-misread says where
            said = f"The source has {missing.term}: {listing(missing.english[:_NAMED])}. Nothing like it is here."
            yield Hit(place(document, segments), said, 0.8)


_NAMED = 3  # forms of a term's English in a message


@detector("accuracy/mistranslation", "major", examples=[
    Bad("He came up with [[full base]].", source="満塁で打席に入った。", after="He came up with bases loaded."),
    Bad("This is the second [[farewell victory]].", source="２度目のサヨナラ勝ち。", after="This is the second walk-off win."),
    Bad("The [[circuit]] was washed away.", source="う回路が流された。", after="The detour was washed away."),
    Bad("[[White star]] for the wrestler.", source="力士に白星。", after="A win for the wrestler."),
    Good("He came up with the bases loaded.", source="満塁で打席に入った。"),
    Good("The farewell victory of the player.", source="引退する選手の勝利。"),
    Good("He came up with full base."),
])
def term_misread(analysis: Analysis) -> Iterator[Hit]:
    """What engines make of a term of Japanese news character by character, where the source has the term: 満塁 is bases loaded, not full
    bases.
    """
    if not from_japanese(analysis):
        return
    document = analysis.document
    for source, segments in analysis.passages:
        said = japanese.normal(source)
        for term, pattern, better in misreadings():
            here = term.search(said)
            if not here:
                continue
            for segment in segments:
                for m in pattern.finditer(document.plain, segment.span.start, segment.span.end):
                    span, text = Span(m.start(), m.end()), m.expand(better)
                    reason = f"The source has {here[0]}: “{text}”."
                    if m.start() == segment.span.start and m[0][0].isupper():
                        text = text[0].upper() + text[1:]
                    yield Hit(span, reason, 0.85, (Replacement(span, text, "unsafe", reason),))


@cache
def misreadings() -> list[tuple[re.Pattern[str], re.Pattern[str], str]]:
    """Terms, the English that misreads them, and what to write."""
    return [
        (re.compile("|".join(terms.split())), re.compile(rf"\b(?:{wrong})\b", re.IGNORECASE), better)
        for terms, own in table("terms")["misread"].items() for wrong, better in own
    ]


@detector("accuracy/omission", "major", examples=[
    Bad("[[It was repaired]].", source="県は先月の大雨で崩れた山沿いの道路について、来年春までに全線で復旧工事を終える方針を示した。"),
    Bad("[[The team]] won.", source="同チームは後半に入ると相手の守備を崩して三つのゴールを奪い、見事な逆転勝ちを収めた。"),
    Good(
        "The team broke down the defense in the second half, scored three goals and won.",
        source="同チームは後半に入ると相手の守備を崩して三つのゴールを奪い、見事な逆転勝ちを収めた。",
    ),
    Good("The team won.", source="同チームは勝った。"),
    Good("The team won."),
])
def shorter_than_source(analysis: Analysis) -> Iterator[Hit]:
    """A translation from Japanese with far fewer words than its source is worth: something was left out."""
    document = analysis.document
    for source, segments in analysis.passages:
        if not japanese.is_japanese(source):
            continue
        expected = japanese.expected_words(source)
        count = sum(len(s.target.split()) for s in segments)
        if expected >= _ENOUGH and math.log((count + 1) / (expected + 1)) < _SHORT:
            words_ = f"{count} words stand for a source that is worth about {expected:.0f}"
            yield Hit(place(document, segments), f"{words_}: is something left out?", 0.75)


_AFTER = re.compile(r":\d| ?[ap]\.?m\b|['’]?s\b")
_ENOUGH = 12  # expected words: shorter ones vary too much
_SHORT = -0.75  # log of words over those expected


def _compared(analysis: Analysis) -> list[tuple[_Said, list[Segment], list[Span]]]:
    """The numbers of each source that can be read, with its segments and what of their figures it does not have."""
    read = ((_Said(source, is_japanese=bool(from_japanese(analysis))), segments) for source, segments in analysis.passages)
    return [(said, segments, said.wrong(analysis.document, segments)) for said, segments in read if said.known]


def _figures(document: Document, segments: Sequence[Segment]) -> Iterator[tuple[Number, Span]]:
    """The numbers in figures worth comparing: ten and more or with a fraction, and no part of a name ("COVID-19"), of a
    time ("9:00") or of a decade ("the 1990s"), which languages count each in their way.
    """
    for segment in segments:
        text = segment.span.of(document.plain)
        ws = words(text)
        for number in numbers(text):
            start, end = ws[number.first].start, ws[number.last].end
            if not ws[number.first].is_digit or (number.value < _LEAST and number.value == int(number.value)):
                continue
            before = text[max(0, start - 2):start]
            named = before[-1:].isalpha() or (before[-1:] in ("-", "‑", "–") and before[:1].isalpha())
            otherwise = (before[-1:] == ":" and before[:1].isdigit()) or bool(_AFTER.match(text, end))
            if not named and not otherwise:
                yield number, Span(start, end).shift(segment.span.start)


def place(document: Document, segments: Sequence[Segment]) -> Span:
    """Where to show what is missing from a passage: at its first words."""
    first = segments[0].span
    end = re.match(r"\s*\S+(?:\s+\S+){0,2}", first.of(document.plain))
    return Span(first.start, first.start + end.end()) if end else first


class _Said:
    """The numbers of a source: of a Japanese one with all they may mean, of one in an alphabet the digits, as many as tell something."""

    def __init__(self, source: str, *, is_japanese: bool) -> None:
        self.japanese = is_japanese
        self.known = is_japanese or (bool(_ALPHABETS.search(source)) and not _OTHERS.search(source))
        self.amounts = japanese.amounts(source) if is_japanese else tuple(_whole(source))
        self.readings = frozenset(r for a in self.amounts for r in a.readings)
        self.half = "半" in source
        self.figures = frozenset(_digits(f) for part in (_FIGURE, _RUN, _CLOCK) for f in part.findall(source))
        self.ends = frozenset(_END.findall(source))

    def has(self, number: Number, text: str) -> bool:
        """Whether the source has a number that may be this one, which stands there as `text`."""
        value = number.value
        if not self.japanese:
            if value in _YEARS and f"{value % 100:02}" in self.ends:
                return True
            parts = _RUN if text.count(".") > 1 else _FIGURE  # a date in figures has its parts in any order
            return all(len(f) < _TELLING or f in self.figures for f in map(_digits, parts.findall(text)))
        if value == int(value) and value / 10 ** len(str(value)) in self.readings:  # the 346 of .346
            return True
        return value in self.readings or (self.half and (value % 1 == Decimal("0.5") or value in _HALVES))

    def wrong(self, document: Document, segments: Sequence[Segment]) -> list[Span]:
        """The figures of the segments that the source does not have."""
        return [span for number, span in _figures(document, segments) if not self.has(number, span.of(document.plain))]

    def unused(self, document: Document, segments: Sequence[Segment]) -> list[japanese.Amount]:
        """The numbers in figures that the segments do not have in any form; months and the fifties are words, small numbers come and go."""
        texts = [s.span.of(document.plain) for s in segments]
        if not self.japanese:
            seen = {_digits(figure) for text in texts for figure in _FIGURE.findall(text)}
            return [a for a in self.amounts if _digits(a.text) not in seen]
        here: set[Decimal] = set()
        for text in texts:
            for n in numbers(text):
                here |= {n.value, n.value % 100, n.value * 60}  # half an hour is 30 minutes
        return [a for a in self.amounts if a.figures and a.value >= _LEAST and a.unit not in ("月", "代") and not a.readings & here]


def _whole(source: str) -> Iterator[japanese.Amount]:
    """The whole numbers of a source in an alphabet that tell something."""
    for m in _WHOLE.finditer(source):
        if len(_digits(m.group())) >= _TELLING:
            value = Decimal(re.sub(r"\D", "", m.group()))
            yield japanese.Amount(m.group(), value, frozenset({value}))


def _digits(figure: str) -> str:
    """The digits of a figure that tell it from others: 13,300 is 13,3 тысячи."""
    return re.sub(r"\D", "", figure).strip("0")


def _instead(unused: Sequence[japanese.Amount]) -> str:
    """What the source has that the text does not, for a message."""
    return f", but {', '.join(a.text for a in unused)}" if unused else ""


def _written(amount: japanese.Amount, *, like: str) -> str:
    """A number as English news writes it; one that may be a year like the one in its place.

    >>> [_written(japanese.amounts(text)[0], like="1969") for text in ("760億円", "12,340人", "1996年", "1996人")]
    ['76 billion', '12,340', '1996', '1996']
    """
    value = amount.value
    if value < _PARTED and value == int(value) and (amount.unit == "年" or "," not in like):
        return str(int(value))
    for unit, name in ((10**12, "trillion"), (10**9, "billion"), (10**6, "million")):
        scaled = (value / unit).normalize()
        if value >= unit and -scaled.as_tuple().exponent <= 3:  # type: ignore[operator]  # finite
            return f"{scaled:,f} {name}"
    return f"{value:,f}" if value != int(value) else f"{int(value):,}"
