"""Numbers, dates and units: a rewrite may write them differently, never change them."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal

from ..language import quantities as quantity
from ..language.quantities import STANDS_FOR, Measure, Number, dated, lexicon
from ..language.wording import Word, listing, words
from ..registry import Breaks, Keeps, Outcome, Pair, gate


def _surplus(ours: tuple[Number, ...], theirs: tuple[Number, ...]) -> list[Number]:
    """The numbers of `ours` that have no equal in `theirs`, each occurrence once."""
    left = list(theirs)
    found = []
    for n in ours:
        match = next((i for i, other in enumerate(left) if n.equals(other)), None)
        if match is None:
            found.append(n)
        else:
            del left[match]
    return found


def _unexplained(found: list[Number], text: str) -> list[Number]:
    """Without those that the other version says in a word: "both" for "two"."""
    said = Counter(Decimal(STANDS_FOR[w.lower]) for w in words(text) if w.lower in STANDS_FOR)
    rest = []
    for n in found:
        if n.value <= 3 and n.form != "ordinal" and said[n.value] > 0:
            said[n.value] -= 1
        else:
            rest.append(n)
    return rest


@gate(examples=[
    Breaks("The typhoon injured 34 people.", "The typhoon injured 43 people."),
    Breaks("Two of the ten ships turned back.", "Ten ships turned back."),
    Breaks("It was the second such case.", "It was the first such case."),
    Breaks("Output rose to 1.2 million cars.", "Output rose to 1.2 billion cars."),
    Keeps("About 2,000 people and ten dogs came.", "About two thousand people and 10 dogs came."),
    Keeps("It opened on the 10th.", "It opened on March 10."),
    Keeps("It opened on 3 month 10 day.", "It opened on March 10."),
    Breaks("It opened on 3 month 10 day.", "It opened on March 11."),
    Keeps("He is one of the founders.", "He is a founder."),
    Keeps("The two sides agreed.", "Both sides agreed."),
])
def numbers(pair: Pair) -> Outcome:
    """Every number of the original stands in the rewrite, as often, and no other: digits, number words, ordinals, fractions.

    The form is free: "2,000" is "two thousand", "the 10th" is "10". "One" and "first" alone may come and go, as pronouns and adverbs do,
    unless another number takes their place; "both" may stand for "two".
    """
    old, new = quantity.numbers(dated(pair.original)), quantity.numbers(dated(pair.rewrite))
    if not old and not new:
        return Outcome(1.0)
    lost = _unexplained(_surplus(old, new), pair.rewrite)
    added = _unexplained(_surplus(new, old), pair.original)
    if not lost or not added:
        lost, added = [n for n in lost if not n.loose], [n for n in added if not n.loose]
    return _outcome([n.text for n in lost], [n.text for n in added], len(old), len(new))


def _outcome(lost: list[str], added: list[str], before: int, after: int) -> Outcome:
    """The share of what is kept of both versions, and what is not."""
    said = [f"{listing(part)} is {verb}" if len(part) == 1 else f"{listing(part)} are {verb}"
            for part, verb in ((lost, "lost"), (added, "new")) if part]
    return Outcome(1 - (len(lost) + len(added)) / max(before + after, len(lost) + len(added), 1), "; ".join(said))


def _dates(text: str) -> Counter[tuple[str, str]]:
    """(table, name) of each month, weekday and relative date."""
    ws, found = words(text), Counter[tuple[str, str]]()
    for i, w in enumerate(ws):
        if w.lower in _MONTHS and _is_month(text, ws, i):
            found["month", _MONTHS[w.lower]] += 1
        elif w.lower in _WEEKDAYS and w.capital and (len(w.lower) > 4 or _stopped(text, w)):
            found["weekday", _WEEKDAYS[w.lower]] += 1
        elif w.lower in _DAYS:
            found["day", _DAYS[w.lower]] += 1
        elif w.lower in _SIDES and i + 1 < len(ws) and ws[i + 1].lower in _PERIODS:
            found[ws[i + 1].lower, _SIDES[w.lower]] += 1
    return found


def _numbered(ws: tuple[Word, ...], i: int) -> bool:
    return any(ws[j].is_digit for j in (i - 1, i + 1) if 0 <= j < len(ws))


def _stopped(text: str, w: Word) -> bool:
    return text[w.end:w.end + 1] == "."


def _is_month(text: str, ws: tuple[Word, ...], i: int) -> bool:
    """Tell a month from a verb, an adjective and a name: a capital inside the sentence, or a number beside it."""
    w = ws[i]
    if not w.capital or (len(w.lower) < 4 and w.lower != "may" and not _stopped(text, w) and not _numbered(ws, i)):
        return False
    return w.lower not in ("may", "march", "mar", "august") or not w.initial or _numbered(ws, i)


_MONTHS = {form: name for name, forms in lexicon()["months"].items() for form in forms}
_WEEKDAYS = {form: name for name, forms in lexicon()["weekdays"].items() for form in forms}
_RELATIVE = lexicon()["relative"]
_DAYS = {form: name for name in ("yesterday", "today", "tomorrow", "morning", "afternoon") for form in _RELATIVE[name] if form != "am"}
_SIDES = {form: name for name in ("before", "now", "after") for form in _RELATIVE[name]}
_TIMES = lexicon()["units"]["time"]
_LONG = ("day", "week", "month", "year", "decade", "century")
_PERIODS = frozenset(_MONTHS) | frozenset(_WEEKDAYS) | {form for unit in _LONG for form in _TIMES[unit]} | {
    "season", "spring", "summer", "autumn", "fall", "winter", "night", "weekend",
}


@gate(examples=[
    Breaks("The talks start on Tuesday.", "The talks start on Thursday."),
    Breaks("It closed in June 2019.", "It closed in 2019."),
    Breaks("Sales fell last year.", "Sales fell this year."),
    Breaks("They left at 8 a.m.", "They left at 8 p.m."),
    Breaks("It opened on 3 month 10 day.", "It opened on April 10."),
    Keeps("The talks start on Tues. in Jan. 2020.", "In January 2020, the talks start on Tuesday."),
    Keeps("We may march in the morning.", "We might march in the morning."),
    Keeps("He announced it on the 4th.", "He announced it on April 4.", "The mayor spoke on April 4."),
])
def dates(pair: Pair) -> Outcome:
    """Months, weekdays and relative dates ("last year", "tomorrow", "p.m.") stay.

    A month or weekday may be added only when the rest of the document has it; a relative date may be left out, but not be replaced by
    another.
    """
    old, new = _dates(dated(pair.original)), _dates(dated(pair.rewrite))
    if old == new:
        return Outcome(1.0)
    lost, added = old - new, new - old
    context = _dates(pair.context) if pair.context and added else Counter[tuple[str, str]]()
    gone = [name for table, name in lost if table in ("month", "weekday") and not new[table, name]]
    fresh = [name for table, name in added if table in ("month", "weekday") and not old[table, name] and not context[table, name]]
    for table, name in lost:
        if table not in ("month", "weekday"):
            for other, now in added:
                if other == table and not old[other, now]:
                    gone.append(name if table == "day" else f"{name} ({table})")
                    fresh.append(now if table == "day" else f"{now} ({table})")
    return _outcome(list(dict.fromkeys(gone)), list(dict.fromkeys(fresh)), sum(old.values()), sum(new.values()))


@gate(examples=[
    Breaks("It lies 12 km off the coast.", "It lies 12 miles off the coast."),
    Breaks("The fine is 500 yen.", "The fine is $500."),
    Breaks("Support fell to 41%.", "Support fell to 41."),
    Breaks("He stayed for two weeks.", "He stayed for two months."),
    Keeps("It lies 12 km off the coast.", "It lies 12 kilometers off the coast."),
    Keeps("The fine is $500, 3 percent of the price.", "The fine is 500 dollars, 3% of the price."),
    Keeps("He is 36 years old.", "He is a 36-year-old man."),
])
def units(pair: Pair) -> Outcome:
    """A number keeps its unit, currency or per cent sign, in words or signs; a unit is not exchanged for another of its kind."""
    old, new = quantity.measures(dated(pair.original)), quantity.measures(dated(pair.rewrite))
    if not old and not new:
        return Outcome(1.0)
    lost, added = _units_lost(old, new), _units_lost(new, old)
    swapped = {m.kind for m in lost} & {m.kind for m in added}
    gone = [m.text for m in lost if m.kind in swapped or (m.counted and m.kind != "time")]
    fresh = [m.text for m in added if m.kind in swapped or (m.counted and m.kind != "time")]
    return _outcome(gone, fresh, len(old), len(new))


def _units_lost(ours: tuple[Measure, ...], theirs: tuple[Measure, ...]) -> list[Measure]:
    """The units of `ours` that `theirs` has less often, counted ones first."""
    left = Counter(m.unit for m in theirs)
    kinds = Counter(m.unit for m in ours)
    found: dict[str, Measure] = {}
    for m in sorted(ours, key=lambda m: not m.counted):
        if kinds[m.unit] > left[m.unit] and m.unit not in found:
            found[m.unit] = m
    return list(found.values())
