"""Persons whose sex the text gives, by a title, a noun or a first name, and the pronouns that stand for them.

Only what needs no guess is read: "Ms. Sato", "the woman", "his wife", "Queen Elizabeth", "Yumiko Abe (51)".
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from ..analysis import Analysis
from ..core import Span
from .lexicon import words

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

Gender = Literal["male", "female"]

PRONOUNS: dict[str, Gender] = {
    "he": "male", "him": "male", "his": "male", "himself": "male", "she": "female", "her": "female", "hers": "female", "herself": "female",
}
_SUBJECTS = ("nsubj", "nsubjpass")
_BACK = 4  # sentences in which another person may be meant


@dataclass(frozen=True, slots=True)
class Clash:
    """A pronoun of the other sex than the only person it can stand for."""

    token: Token
    span: Span
    person: str
    gender: Gender
    support: Span


@dataclass(frozen=True, slots=True)
class _Person:
    head: Token
    text: str
    gender: Gender | None
    names: frozenset[str]


_FORMS = {
    ("he", "PRP"): "she", ("she", "PRP"): "he", ("him", "PRP"): "her", ("her", "PRP"): "him", ("his", "PRP$"): "her",
    ("her", "PRP$"): "his", ("his", "PRP"): "hers", ("hers", "PRP"): "his", ("himself", "PRP"): "herself", ("herself", "PRP"): "himself",
}


def exchanged(doc: Doc, pronouns: Sequence[Token]) -> str:
    """The text from the first of some pronouns of a sentence to the last, each of them of the other sex."""
    text, at = "", pronouns[0].idx
    for token in pronouns:
        form = _FORMS.get((token.lower_, token.tag_), token.lower_)
        text += doc.text[at:token.idx] + (form.capitalize() if token.text[0].isupper() else form)
        at = token.idx + len(token)
    return text


def told_by(lower: Collection[str]) -> Gender | None:
    """The sex that titles, nouns and first names tell, given the words of a person's name and office in small letters.

    >>> told_by(["spokeswoman", "brandt"]), told_by(["dr.", "brandt"])
    ('female', None)
    """
    male, female = (
        any(word in words("actors", "person", key) for word in lower for key in (sex, f"{sex}_names")) for sex in ("male", "female")
    )
    return None if male == female else "male" if male else "female"


def clashes(analysis: Analysis) -> Iterator[Clash]:
    """Pronouns that clash with the subject of their own clause, or of the sentence before when they open the next one."""
    people = [_people(d) for d in analysis.parses]
    known = _known(people)
    for index, (segment, doc) in enumerate(analysis.parsed()):
        for token in doc:
            gender = PRONOUNS.get(token.lower_)
            if gender is None or token.tag_ not in ("PRP", "PRP$"):
                continue
            span = analysis.span(token, segment)
            if analysis.document.quotation_at(span):
                continue
            found = _antecedent(token, people, index)
            if found is None:
                continue
            person, where, back = found
            sex = _sex(person, known)
            if sex is None or sex == gender or _others(people[max(0, index - back):index + 1], person, gender, known):
                continue
            yield Clash(token, span, person.text, sex, analysis.document.segments[where].span)


def _antecedent(token: Token, people: list[list[_Person]], index: int) -> tuple[_Person, int, int] | None:
    """The person that a pronoun most likely stands for, the index of their sentence, and in how many before it another may be meant."""
    if token.tag_ == "PRP$":
        subject, reported = _clause_subject(token)
        here = next((p for p in people[index] if subject is not None and p.head.i == subject.i), None)
        return (here, index, _BACK if reported else 0) if here else None
    if token.dep_ in _SUBJECTS and not any(t.is_alpha for t in token.doc[:token.i]) and index and len(people[index - 1]) == 1:
        before = people[index - 1][0]
        return (before, index - 1, _BACK) if before.head.dep_ in _SUBJECTS and before.head.head.dep_ == "ROOT" else None
    return None


def _clause_subject(token: Token) -> tuple[Token | None, bool]:
    """The subject of the nearest verb above that stands before the pronoun, and whether it only reports the pronoun's clause.

    In "Abe said his shop would open" the clause's own subject holds the pronoun, so that the one who reports is meant, or somebody else.
    """
    reported = False
    for above in token.ancestors:
        if above.pos_ in ("VERB", "AUX"):
            subject = next((c for c in above.children if c.dep_ in _SUBJECTS), None)
            if subject is not None:
                if subject.i < token.i:
                    return subject, reported
                if above.dep_ != "ccomp" or not (subject == token.head or subject.is_ancestor(token)):
                    break
                reported = True
    return None, False


def _people(doc: Doc) -> list[_Person]:
    """Persons named in a sentence: singular nouns for people, and names that are not plainly of something else."""
    found = []
    nouns = words("actors", "person", "nouns") | words("actors", "person", "male") | words("actors", "person", "female")
    common = nouns | words("actors", "person", "titles")
    bodies = frozenset[str]().union(*(words("actors", "organisation", key) for key in ("nouns", "places", "suffixes")))
    for t in doc:
        if t.dep_ == "compound" or t.pos_ not in ("NOUN", "PROPN") or t.tag_ in ("NNS", "NNPS"):
            continue
        parts = [c for c in t.lefts if c.dep_ == "compound"] + [t]
        low = {p.lower_ for p in parts} | {c.lower_ for c in t.children if c.dep_ == "appos"}
        if t.pos_ == "PROPN":
            if t.lower_ in bodies or t.lower_.rstrip(".") in words("actors", "never", "nouns"):
                continue
            if t.dep_ == "pobj" and t.head.lower_ in words("actors", "where", "surely"):
                continue
        elif not low & nouns:
            continue
        names = frozenset(p.lower_ for p in parts if p.pos_ == "PROPN" and p.lower_ not in common)
        found.append(_Person(t, doc[parts[0].i:t.i + 1].text, told_by(low), names))
    return found


def _known(people: list[list[_Person]]) -> dict[str, Gender]:
    """The sex of every name that has one, without names that two people share."""
    sexes: dict[str, set[Gender]] = {}
    bearers: dict[str, set[frozenset[str]]] = {}
    for p in (p for group in people for p in group):
        for name in p.names:
            if p.gender:
                sexes.setdefault(name, set()).add(p.gender)
            if len(p.names) > 1:
                bearers.setdefault(name, set()).add(p.names)
    return {name: next(iter(s)) for name, s in sexes.items() if len(s) == 1 and not _shared(bearers.get(name, set()))}


def _shared(bearers: set[frozenset[str]]) -> bool:
    """True when the full names are of different people: none of them holds all the others."""
    return bool(bearers) and not any(all(other <= whole for other in bearers) for whole in bearers)


def _sex(person: _Person, known: dict[str, Gender]) -> Gender | None:
    if person.gender:
        return person.gender
    sexes = {known[n] for n in person.names if n in known}
    return sexes.pop() if len(sexes) == 1 else None


def _others(near: list[list[_Person]], person: _Person, gender: Gender, known: dict[str, Gender]) -> bool:
    """True when somebody else near by may be meant: of the pronoun's sex, or of a sex that the text does not tell."""
    for group in near:
        for p in group:
            same = p is person or bool(p.names & person.names) or (not p.names and p.text.lower() == person.text.lower())
            if not same and _sex(p, known) in (gender, None):
                return True
    return False
