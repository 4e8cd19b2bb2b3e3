"""Persons of the other sex than in a Japanese source, which has "he" and "she" only where it must: engines guess "he"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ..analysis import Analysis
from ..core import Replacement, Segment, Span
from ..language.gender import PRONOUNS, Gender, exchanged
from ..language.japanese import NUMERALS, normal
from ..language.japanese_names import people
from ..language.origin import from_japanese
from ..registry import Bad, Good, Hit, detector

_BACK = 3  # sources before a sentence's own in which the person may have been named
_ONE = rf"(?=[はがをのにとも(、。{NUMERALS[1:]}十\d])"
#: Words that tell of a person of a sex, and all that may: characters of names and of 父母 too.
_TOLD: dict[Gender, re.Pattern[str]] = {
    "female": re.compile(f"(?<!男)女性{_ONE}|女児|少女|彼女|主婦|母親|祖母|女優|[長次三]女|[妻娘姉妹][はがの]"),
    "male": re.compile(f"男性{_ONE}|男児|少年|父親|祖父|息子|[長次三]男|[彼夫兄弟][はがの]"),
}
_MAYBE: dict[Gender, re.Pattern[str]] = {
    "female": re.compile("[女母妻娘姉妹婦姫嬢妃]"), "male": re.compile("[男父夫兄弟彼爺翁旦]|息子|少年|王子|国王|主人"),
}
#: What a person may be called who has no name.
_SOMEBODY = re.compile("[者員客民児童徒兵僧]|巡査|[選投捕騎歌助]手|[人生師家親子長士官監相][はがもをにの、]")
_OTHER: dict[Gender, Gender] = {"female": "male", "male": "female"}


@detector("accuracy/pronoun", "major", examples=[
    Bad(
        "A woman fell in Kobe. [[He]] was taken to his home.", source="神戸で女性が転んだ。自宅に運ばれた。",
        after="A woman fell in Kobe. She was taken to her home.",
    ),
    Bad(
        "Sakaue Ai was arrested. The police said that [[he]] had fled.", source="坂上愛子容疑者が逮捕された。逃げたという。",
        after="Sakaue Ai was arrested. The police said that she had fled.",
    ),
    Good("A woman fell in Kobe. He helped her.", source="神戸で女性が転び、男性が助けた。"),
    Good("A woman fell in Kobe. His car hit her.", source="神戸で女性が佐藤さんの車にはねられた。"),
    Good("A woman fell in Kobe. He was taken home."),
])
def sex_not_in_source(analysis: Analysis) -> Iterator[Hit]:
    """"He" where a Japanese source has only women, by what they are called or the characters of their first names, or "she" where it has
    only men.

    Looked at are the sentence's own source and the three before it. Where anybody stands in them whose sex is not told, the rule is
    silent.
    """
    if not from_japanese(analysis):
        return
    document = analysis.document
    read = [(normal(source), segments) for source, segments in analysis.groups]
    named = _named([source for source, _ in read])
    told: dict[Segment, Gender] = {}
    near: list[str] = []
    for source, segments in read:
        near = [*near[-_BACK:], source]
        sex = _only(near, named)
        told |= dict.fromkeys(segments, sex) if sex else {}
    for segment, doc in analysis.parsed() if told else ():
        sex = told.get(segment)
        wrong = [t for t in doc if sex and PRONOUNS.get(t.lower_) == _OTHER[sex] and not document.quotation_at(analysis.span(t, segment))]
        if wrong:
            first, last = analysis.span(wrong[0], segment), analysis.span(wrong[-1], segment)
            message = f"“{wrong[0].text}”: here the source has only {'women' if sex == 'female' else 'men'}."
            whole = Span(first.start, last.end)
            yield Hit(first, message, 0.6, (Replacement(whole, exchanged(doc, wrong), "unsafe", "As in the source."),))


def _named(sources: Sequence[str]) -> dict[str, Gender | None]:
    """The sex of the people of some sources by their names, full ones and surnames; None where it is not known or two of a name differ."""
    found: dict[str, set[Gender | None]] = {}
    for name in (p for source in sources for p in people(source) if p and p.given):
        for end in range(1, len(name.text) + 1):
            found.setdefault(name.text[:end], set()).add(name.sex)
    return {name: next(iter(sexes)) if len(sexes) == 1 else None for name, sexes in found.items()}


def _only(near: Sequence[str], named: dict[str, Gender | None]) -> Gender | None:
    """The one sex that all people of some sources have, the last of which is a sentence's own."""
    text = "".join(near)
    mentioned = [p for source in near for p in people(source)]
    sexes = {named.get(p.text) if p else None for p in mentioned} | {sex for sex, told in _TOLD.items() if told.search(text)}
    sex = sexes.pop() if len(sexes) == 1 else None
    if sex is None or _MAYBE[_OTHER[sex]].search(text):
        return None
    for source in reversed(near):  # the nearest in which anybody is
        if people(source) or _TOLD[sex].search(source):
            return sex
        if _SOMEBODY.search(source):
            return None
    return None
