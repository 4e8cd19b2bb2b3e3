"""Numbers and dates that no English writer would put so: units read word by word, dates that do not exist, parts above the whole."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator

from ..analysis import Analysis
from ..core import Replacement, Span
from ..language.japanese import ERAS
from ..language.quantities import BY_WORD, MONTHS, WEEKDAYS, dated, lexicon, ordinal
from ..registry import Bad, Good, Hit, detector

_MONTH = {form: i for i, forms in enumerate(lexicon()["months"].values(), 1) for form in forms}
_DAYS_IN = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_MONTHS_RE = "|".join(MONTHS)
_ERA = {name.lower(): year for _, name, year in ERAS}
_ERA["ordinance"] = _ERA["reiwa"]  # which is what engines read 令和 as
_ERA_YEAR = re.compile(
    r"\b(?:(?P<ord>\d{1,2})(?:st|nd|rd|th)|(?P<first>first)) year of (?:the )?"
    rf"(?P<era>{'|'.join(_ERA)})\b(?: era| period)?",
    re.IGNORECASE,
)


@detector("locale/format", "minor", source="SWET, Japan Style Sheet", examples=[
    Bad("The bridge was built in the [[15th year of Showa]].", after="The bridge was built in 1940."),
    Bad("It was decided in the [[2nd year of Ordinance]].", after="It was decided in 2020."),
    Good("It opened in 1926, the first year of Showa, and closed in 1970."),
    Good("He is in the second year of medical school."),
])
def era_year(analysis: Analysis) -> Iterator[Hit]:
    """A year counted by a Japanese reign. English readers need the Western year; where the text gives it too, nothing is wrong."""
    plain = analysis.document.plain
    for m in _ERA_YEAR.finditer(plain):
        year = str(_ERA[m["era"].lower()] + int(m["ord"] or 1))
        if year in plain[max(0, m.start() - 40):m.end() + 40]:
            continue
        start = m.start() - 4 if plain[:m.start()].lower().endswith("the ") else m.start()
        span = Span(start, m.end())
        yield Hit(Span(m.start(), m.end()), f"“{m.group()}” is {year} to an English reader.", 0.75, (
            Replacement(span, year, "unsafe", "The year of a reign is given as the Western year."),
        ))


_MONTH_NUMBER = re.compile(
    r"\b(?P<lead>(?:until|by|in|since|at|during|from|to) (?:the )?(?:(?:beginning|end|middle) of )?)(?P<the>the )?(?P<n>1[0-2]|[1-9])"
    r"(?P<th>st|nd|rd|th)? month\b(?! (?:of|in) (?:the |a |her |his |their |my |pregnancy|operation|age))(?! old)",
    re.IGNORECASE,
)


@detector("accuracy/mistranslation", "major", examples=[
    Bad("Sales go on until the end of [[the 7th month]].", after="Sales go on until the end of July."),
    Bad("The class ran from [[6 month]] to the autumn.", after="The class ran from June to the autumn."),
    Good("She gave birth in the 7th month of pregnancy."),
    Good("In the 4th month of the war, prices rose."),
    Good("He was paid until the 6 month contract ended."),
])
def month_number(analysis: Analysis) -> Iterator[Hit]:
    """7月 is July; an engine that reads its characters makes it "the 7th month"."""
    plain = analysis.document.plain
    for m in _MONTH_NUMBER.finditer(plain):
        if not m["th"] and re.match(r" (?!(?:to|and|until)\b)[a-z]", plain[m.end():m.end() + 8]):  # "a 6 month contract"
            continue
        start = m.start("the") if m["the"] else m.start("n")
        if plain[:start].endswith("the "):
            start -= 4
        name = MONTHS[int(m["n"]) - 1]
        yield Hit(Span(start, m.end()), f"Month number {m['n']} is {name}.", 0.6, (
            Replacement(Span(start, m.end()), name, "unsafe", "A month is named in English, not numbered."),
        ))


@detector("accuracy/number", "major", examples=[
    Bad("It opens [[7 month 23 day]] at noon.", after="It opens July 23 at noon.", safe=True),
    Bad("He lost on [[2013 year 8 month 23 day]].", after="He lost on August 23, 2013.", safe=True),
    Good("The boy is 3 years 2 month 10 days old."),
    Good("It is a 3 month 10 day trip."),
    Good("It lasted 3 months 10 days."),
])
def date_word_by_word(analysis: Analysis) -> Iterator[Hit]:
    """A date of which every character was translated: 7月23日 as "7 month 23 day"."""
    for m in BY_WORD.finditer(analysis.document.plain):
        span, date = Span(m.start(), m.end()), dated(m.group())
        yield Hit(span, f"“{m.group()}” is “{date}”.", 0.9, (
            Replacement(span, date, "safe", "A date that was translated character by character."),
        ))


_TH = "(?:st|nd|rd|th)?"
_DATE = re.compile(
    rf"\b(?P<m>{_MONTHS_RE}) (?P<d>\d{{1,2}}){_TH}\b(?!\d|[,.]\d{{3}}|:)|\b(?P<d2>\d{{1,2}}){_TH} (?P<m2>{_MONTHS_RE})\b",
)
_FULL = re.compile(
    rf"\b(?P<w>{'|'.join(WEEKDAYS)}),? (?:the )?(?P<m>{_MONTHS_RE}) (?P<d>\d{{1,2}}){_TH},? (?P<y>(?:19|20)\d\d)\b",
)


@detector("accuracy/number", "major", examples=[
    Bad("The vote is on [[June 31]]."),
    Bad("He died on the [[30th February]] at home."),
    Bad("It opened on [[Monday, June 3, 2020]]."),
    Good("The vote is on June 30 and July 31."),
    Good("It opened on Wednesday, June 3, 2020."),
    Good("About 40 May Day marchers came."),
])
def impossible_date(analysis: Analysis) -> Iterator[Hit]:
    """A day that its month does not have, or a weekday that the date did not fall on."""
    plain = analysis.document.plain
    for m in _DATE.finditer(plain):
        month, day = _MONTH[(m["m"] or m["m2"]).lower()], int(m["d"] or m["d2"])
        # "40 May Day marchers": a count before a name; only what could be meant as a day is one.
        if day > _DAYS_IN[month - 1] and (m["m"] is not None or day in (30, 31)) and day < 60:
            yield Hit(Span(m.start(), m.end()), f"{MONTHS[month - 1]} has {_DAYS_IN[month - 1]} days at most.", 0.8)
    for m in _FULL.finditer(plain):
        try:
            real = WEEKDAYS[datetime.date(int(m["y"]), _MONTH[m["m"].lower()], int(m["d"])).weekday()]
        except ValueError:
            continue
        if real != m["w"]:
            yield Hit(Span(m.start(), m.end()), f"{m['m']} {m['d']}, {m['y']} was a {real}, not a {m['w']}.", 0.75)


_PART = re.compile(
    r"(?<![\d.,$€£¥-])(?P<a>\d{1,6}) of (?:the |its |their |these |those )?(?P<b>\d{1,6}) (?P<noun>[a-z]{3,}s|people|men|women|children)\b",
)
_LABEL = re.compile(
    r"(?:section|chapter|article|page|paragraph|volume|number|no\.|day|part|verse|rule|week|game|round|line|season) $", re.IGNORECASE,
)


@detector("accuracy/number", "major", examples=[
    Bad("[[24 of the 3 survivors]] came to the service."),
    Bad("The flu has reached [[47 of 12 prefectures]]."),
    Good("3 of the 24 survivors came to the service."),
    Good("In section 12 of 3 laws, little was changed."),
])
def part_exceeds_whole(analysis: Analysis) -> Iterator[Hit]:
    """"A of the B": a part cannot be larger than the whole.

    Japanese says the whole first (34人のうち1人), and an engine may leave it first.
    """
    plain = analysis.document.plain
    for m in _PART.finditer(plain):
        a, b = int(m["a"]), int(m["b"])
        labelled = _LABEL.search(plain[max(0, m.start() - 12):m.start()])
        if a > b > 0 and not labelled and not 1900 <= a <= 2100:
            yield Hit(Span(m.start(), m.end()), f"{a} cannot be a part of {b}: the numbers may have changed places.", 0.8)


_CURRENCIES = {"$": "dollar", "€": "euro", "£": "pound", "¥": "yen"}
_AMOUNT = (
    r"(?:(?P<s{0}>US\$|[$€£¥])\s?)?(?P<v{0}>\d[\d,]*(?:\.\d+)?)(?: (?P<g{0}>thousand|million|billion|trillion))?"
    r"(?(s{0})|(?: (?P<w{0}>yen|dollars?|euros?|pounds?|won|yuan)\b))"
)
_ABOUT = r"(?:or )?(?:about|around|approximately|roughly|approx\.?|equivalent to|some|nearly)?\s*"
_CONVERSION = re.compile(
    rf"{_AMOUNT.format(1)}[^.()\n]{{0,24}}(?:\({_ABOUT}(?=[^()\n]{{1,40}}\))|,? (?:which is |is )?worth {_ABOUT}){_AMOUNT.format(2)}",
)
_SCALE = {None: 1.0, "thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12}


@detector("accuracy/number", "major", examples=[
    Bad("The fund paid $20 million (about [[$2.1 billion]]) for it.", after="The fund paid $20 million (about 2.1 billion yen) for it."),
    Bad("It cost 3 million dollars (around [[330 million dollars]])."),
    Bad("He signed a $30 million contract, which is worth about [[$3.3 billion]]."),
    Good("The fund paid $20 million (about 2.1 billion yen) for it."),
    Good("It cost $20 million ($21 million with tax)."),
    Good("Sales rose to $40 million (from $35 million)."),
])
def converted_into_itself(analysis: Analysis) -> Iterator[Hit]:
    """An amount explained by another in the same currency, many times as large: the second currency was lost."""
    for m in _CONVERSION.finditer(analysis.document.plain):
        first, second = _currency(m["s1"], m["w1"]), _currency(m["s2"], m["w2"])
        if not first or first != second:
            continue
        a, b = (float(m[f"v{i}"].replace(",", "")) * _SCALE[m[f"g{i}"]] for i in (1, 2))
        ratio = b / a if a else 0.0
        if not (ratio >= 20 or 0 < ratio <= 0.05):
            continue
        start = m.start("s2") if m["s2"] else m.start("v2")
        span = Span(start, m.end())
        fixes = []
        if first == "dollar" and 80 <= ratio <= 180:  # what a dollar was worth in yen, 1990 to 2025
            text = m["v2"] + (f" {m['g2']}" if m["g2"] else "") + " yen"
            fixes.append(Replacement(span, text, "unsafe", "It is the amount before it, in yen."))
        yield Hit(span, f"This is {ratio:.3g} times the amount that it explains, in the same currency.", 0.85, tuple(fixes))


def _currency(sign: str | None, word: str | None) -> str:
    return _CURRENCIES.get((sign or "").removeprefix("US"), (word or "").rstrip("s") if word else "")


_RATE = re.compile(r"\b\d{1,2} ?%,? (?:to |and )?\d{1,2} minutes?(?: and \d{1,2} minutes?)?")
_AVERAGE = re.compile(r"\b(?:batting|hitting) average (?:of|is|was|at) (?P<n>\d{3})\b(?![.,]?\d|%| percent)")


@detector("accuracy/mistranslation", "major", examples=[
    Bad("He is hitting well, with an average of [[31% to 4 minutes]]."),
    Bad("The catcher, with a batting average of [[287]], is back.", after="The catcher, with a batting average of .287, is back."),
    Good("The catcher, with a batting average of .287, is back."),
    Good("About 30% of flights are 20 minutes late; 5%, or 10 minutes, is usual."),
])
def batting_rate(analysis: Analysis) -> Iterator[Hit]:
    """割, 分 and 厘 are tenths, hundredths and thousandths: 3割1分4厘 is .314. Read as per cent and minutes, they make no sense."""
    for m in _RATE.finditer(analysis.document.plain):
        yield Hit(Span(m.start(), m.end()), "A rate in per cent and minutes: 3割1分4厘 is .314.", 0.85)
    for m in _AVERAGE.finditer(analysis.document.plain):
        span = Span(m.start("n"), m.end("n"))
        yield Hit(span, "A batting average is written as a fraction of one.", 0.75, (
            Replacement(span, f".{m['n']}", "unsafe", "A batting average is written as a fraction of one."),
        ))


_ON_DAYS = re.compile(
    r"\b[Oo]n (?:(?P<n>[1-9]|10) days(?=[.,;]|$| (?:and|at|because|by|due|in|with|morning|evening|afternoon|night)\b)"
    r"|(?P<sure>1[1-9]|2\d|3[01]) days\b(?! (?:of|out|a|per|each|every|notice|in|between|during|when|that|where)\b|['’]))",
    re.MULTILINE,
)
_SLASH = re.compile(r"\b(?:until|till|by|since|from|on|through) (?P<date>(?P<m>1[0-2]|[1-9])/(?P<d>3[01]|[12]\d|[1-9]))(?![\d/])")
_KNOWN_SLASH = {"9/11", "24/7", "7/7"}


@detector("locale/format", "minor", examples=[
    Bad("The man died [[on 12 days]] at home.", after="The man died on the 12th at home.", safe=True),
    Bad("He was found dead in his house [[on 9 days]]", after="He was found dead in his house on the 9th"),
    Bad("The man died [[on 2 days]], at home.", after="The man died on the 2nd, at home."),
    Bad("The exhibition is open until [[8/21]].", after="The exhibition is open until August 21."),
    Good("He worked on 23 days of the month."),
    Good("She has been afraid of flying since 9/11."),
])
def day_form(analysis: Analysis) -> Iterator[Hit]:
    """23日 is the 23rd, not "23 days", and 8/21 is August 21 in running text."""
    plain = analysis.document.plain
    for m in _ON_DAYS.finditer(plain):
        span, day = Span(m.start(), m.end()), f"{m.group()[:2]} the {ordinal(int(m['n'] or m['sure']))}"
        yield Hit(span, f"“{m.group()}” counts days; the day of the month is meant.", 0.9 if m["sure"] else 0.6, (
            Replacement(span, day, "safe" if m["sure"] else "unsafe", "A day of the month is an ordinal number."),
        ), severity="major")
    for m in _SLASH.finditer(plain):
        if m["date"] in _KNOWN_SLASH or int(m["d"]) > _DAYS_IN[int(m["m"]) - 1]:
            continue
        span = Span(m.start("date"), m.end("date"))
        yield Hit(span, "In running text a date has the name of its month; 8/1 is read as August 1 or as 8 January.", 0.6, (
            Replacement(span, f"{MONTHS[int(m['m']) - 1]} {m['d']}", "unsafe", "Japanese writes the month first."),
        ))


_PITCH = "fastball|slider|curveball|curve|forkball|fork|straight|changeup|cutter|sinker|splitter|pitch|ball|serve|shot"
_SPEED = re.compile(
    rf"\b(?P<n>\d{{2,3}}) ?(?:km|kilometers)(?= (?:\w+ )?(?:{_PITCH})\b)"
    r"|(?<=speed of )(?P<n2>\d{2,4}) ?(?:km|kilometers)\b(?!/| per| an)",
)


@detector("accuracy/number", "minor", examples=[
    Bad("He threw a [[148km]] fastball past him.", after="He threw a 148 km/h fastball past him."),
    Bad("The train ran at a speed of [[320 kilometers]].", after="The train ran at a speed of 320 km/h."),
    Good("He threw a 148 km/h fastball past him."),
    Good("The train runs 320 kilometers at full speed."),
])
def speed_unit(analysis: Analysis) -> Iterator[Hit]:
    """A speed given in kilometres: Japanese leaves "per hour" to the reader."""
    for m in _SPEED.finditer(analysis.document.plain):
        span = Span(m.start(), m.end())
        yield Hit(span, "A speed needs “per hour”.", 0.75, (
            Replacement(span, f"{m['n'] or m['n2']} km/h", "unsafe", "Japanese leaves “per hour” out."),
        ))


_LATER = re.compile(r"\b(?:after (?P<a>[1-9]\d*) (?:days|weeks|months)|(?P<b>[1-9]\d*) (?:days|weeks|months) (?:later|after))\b")


@detector("accuracy/number", "major", examples=[
    Bad("The crew, taken on May 4 off the coast, was freed [[on May 4]] after 31 days."),
    Bad("The shop that shut on July 2 opened again [[on July 2]], 10 days later."),
    Good("The crew, taken on May 4, was freed on June 4 after 31 days."),
    Good("On May 4 he came, and on May 4 he left; 31 days later he died."),
])
def same_day_later(analysis: Analysis) -> Iterator[Hit]:
    """One date for two events that the same sentence puts days apart."""
    plain = analysis.document.plain
    for segment in analysis.document.segments:
        text = segment.span.of(plain)
        later = _LATER.search(text)
        dates = [m for m in _DATE.finditer(text) if m["m"]]
        if not later or len(dates) != 2 or dates[0]["m"] + dates[0]["d"] != dates[1]["m"] + dates[1]["d"] or ";" in text:
            continue
        span = Span(segment.span.start + dates[1].start(), segment.span.start + dates[1].end())
        yield Hit(span, f"{dates[1].group()} is named twice, but “{later.group()}” puts days between.", 0.7)
