"""Verbs that report speech: their classes and forms, from `data/reporting_verbs.toml`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from . import lexicon

BE = ("am", "is", "are", "was", "were")
_VOWELS = "aeiou"


@dataclass(frozen=True, slots=True)
class ReportingVerb:
    """A verb with its forms and classes (neutral, emphatic, ask, manner, object, hearer, to_hearer, object_hearer, speaker, loose).

    `speech` is the base form of the verb to use beside quoted words: itself where it can stand there.
    """

    base: str
    past: str
    third: str
    participle: str
    classes: frozenset[str]
    speech: str

    @property
    def speaks(self) -> bool:
        """True when quoted words may be its object."""
        return bool(self.classes & {"neutral", "emphatic", "ask"})


@cache
def verbs() -> dict[str, ReportingVerb]:
    """All reporting verbs by base form."""
    table = dict(lexicon.table("reporting_verbs"))
    forms, speech = table.pop("forms"), table.pop("speech")
    classes: dict[str, set[str]] = {}
    for name, entry in table.items():
        for verb in entry["verbs"]:
            classes.setdefault(verb, set()).add(name)
    found = {}
    for verb, kinds in classes.items():
        past, third, participle = forms.get(verb) or _regular(verb)
        found[verb] = ReportingVerb(verb, past, third, participle, frozenset(kinds), speech.get(verb, verb))
    return found


def _regular(verb: str) -> tuple[str, str, str]:
    """Past, third person and -ing form of a regular verb."""
    if verb.endswith("e"):
        return verb + "d", verb + "s", (verb if verb.endswith("ee") else verb[:-1]) + "ing"
    if verb.endswith("y") and verb[-2] not in _VOWELS:
        return verb[:-1] + "ied", verb[:-1] + "ies", verb + "ing"
    return verb + "ed", verb + ("es" if verb.endswith(("s", "sh", "ch", "x")) else "s"), verb + "ing"


@cache
def by_form() -> dict[str, ReportingVerb]:
    """Finite forms (past, present) to their verb."""
    return {form: v for v in verbs().values() for form in (v.base, v.past, v.third)}


@cache
def forms(*classes: str) -> frozenset[str]:
    """All forms (base, past, third person, participle) of the verbs in `classes`."""
    return frozenset(form for v in verbs().values() if v.classes & set(classes) for form in (v.base, v.past, v.third, v.participle))


@cache
def pattern(*classes: str, tense: str = "finite") -> str:
    """A regular expression for forms of the verbs in `classes` (all that speak if none); `tense`: finite (past, third person) or past."""
    wanted = [v for v in verbs().values() if (v.classes & set(classes) if classes else v.speaks)]
    words = {v.past for v in wanted} | ({v.third for v in wanted} if tense == "finite" else set())
    return "(?:" + "|".join(sorted(map(re.escape, words), key=lambda w: (-len(w), w))) + ")"


def in_tense(verb: ReportingVerb, model: str) -> str:
    """The form of `verb` that has the tense of `model`: a finite form, or a progressive ("was talking")."""
    model = model.lower()
    be = model.split()[0]
    if be in BE:
        return verb.third if be in ("am", "is", "are") else verb.past
    return verb.third if model == by_form()[model].third else verb.past
