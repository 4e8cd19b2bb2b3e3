"""English agreement: pronouns in every case, and verbs that follow a new subject in person and number.

The forms follow Quirk et al., A Comprehensive Grammar of the English Language (1985), 3.5 and 6.15-6.31. Only the present tense and "be"
show agreement, so a small table and three spelling rules are enough; the parse supplies the base form.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from spacy.tokens import Token

Case = Literal["subject", "object", "possessive", "absolute", "reflexive"]

_FORMS: dict[str, dict[Case, str]] = {
    "he": {"subject": "he", "object": "him", "possessive": "his", "absolute": "his", "reflexive": "himself"},
    "she": {"subject": "she", "object": "her", "possessive": "her", "absolute": "hers", "reflexive": "herself"},
    "it": {"subject": "it", "object": "it", "possessive": "its", "absolute": "its own", "reflexive": "itself"},
    "they": {"subject": "they", "object": "them", "possessive": "their", "absolute": "theirs", "reflexive": "themselves"},
}
_CASES: dict[str, Case] = {
    "mine": "absolute", "ours": "absolute", "yours": "absolute", "hers": "absolute", "theirs": "absolute",
    "my": "possessive", "our": "possessive", "your": "possessive", "its": "possessive", "their": "possessive",
    "me": "object", "us": "object", "him": "object", "them": "object",
    "i": "subject", "we": "subject", "he": "subject", "she": "subject", "they": "subject",
}
_SUBJECTS = ("nsubj", "nsubjpass")
_SINGULAR = {
    "am": "is", "are": "is", "were": "was", "have": "has", "do": "does",
    "'m": "'s", "'re": "'s", "'ve": "'s", "’m": "’s", "’re": "’s", "’ve": "’s",
}
_PLURAL = {"am": "are", "is": "are", "was": "were", "has": "have", "does": "do", "'m": "'re", "'s": "'re", "’m": "’re", "’s": "’re"}
_SPELLED = {"m": "am", "re": "are", "ve": "have", "ll": "will"}


@dataclass(frozen=True, slots=True)
class Edit:
    """New text for one token of a parse."""

    token: Token
    text: str


def case(token: Token) -> Case:
    """The case of a personal pronoun where its form or place shows it."""
    lower = token.lower_
    if lower.endswith(("self", "selves")):
        return "reflexive"
    if lower in _CASES:
        return _CASES[lower]
    if lower in ("his", "her"):
        return "possessive" if token.tag_ == "PRP$" else "absolute" if lower == "his" else "object"
    return "subject" if token.dep_ in _SUBJECTS else "object"


def form(pronoun: str, wanted: Case) -> str:
    """`pronoun` ("he", "she", "it", "they") in another case."""
    return _FORMS[pronoun][wanted]


def third_person(base: str) -> str:
    """The present tense of a verb with "he".

    >>> third_person("carry"), third_person("go"), third_person("play")
    ('carries', 'goes', 'plays')
    """
    if base in ("have", "do", "be"):
        return {"have": "has", "do": "does", "be": "is"}[base]
    if base.endswith("y") and base[-2:-1] not in ("a", "e", "i", "o", "u"):
        return base[:-1] + "ies"
    return base + ("es" if base.endswith(("s", "x", "z", "ch", "sh", "o")) else "s")


def finite_verbs(subject: Token) -> Iterator[Token]:
    """The verbs that agree with a subject: that of its clause, and those coordinated with it that have no subject of their own."""
    todo = [subject.head]
    bare = True  # the verb before stood without an auxiliary, which would govern this one too
    while todo:
        verb = todo.pop()
        if verb.pos_ not in ("VERB", "AUX"):
            continue
        parts = sorted([c for c in verb.children if c.dep_ in ("aux", "auxpass")] + [verb], key=lambda t: t.i)
        first = next((t for t in parts if t.tag_ in ("VBP", "VBZ", "VBD", "MD")), None)
        if first is None and bare and parts[0] is verb and verb.tag_ == "VB" and verb.i > subject.i:
            first = verb  # a present tense that was read as a base form
        if first is not None:
            yield first
        bare = first is verb
        todo += [
            c for c in verb.children
            if c.dep_ == "conj" and c.pos_ in ("VERB", "AUX") and not any(g.dep_ in (*_SUBJECTS, "expl") for g in c.children)
        ]


def agreeing(subject: Token, *, plural: bool, spelled: bool) -> Iterator[Edit]:
    """What must change in the verbs when `subject` becomes third person; `spelled` writes contractions out, as a noun wants."""
    for verb in finite_verbs(subject):
        text = _agree(verb, subject, plural=plural)
        if spelled and text[:1] in "'’":
            base = text[1:]
            if base == "s":
                base = "has" if verb.lower_.endswith("ve") else "is"
            elif base == "d":
                base = "had" if verb.head.tag_ in ("VBN", "VBD") else "would"
            text = " " + _SPELLED.get(base, base)
        if text != verb.text:
            yield Edit(verb, text)


def _agree(verb: Token, subject: Token, *, plural: bool) -> str:
    lower = verb.lower_
    if verb.tag_ == "MD" or (lower == "were" and subject.lower_ == "i"):  # "as if I were": the subjunctive stays
        return verb.text
    if plural:
        changed = _PLURAL.get(lower, verb.lemma_ if verb.tag_ == "VBZ" else lower)
    elif verb.tag_ == "VBD":
        changed = _SINGULAR[lower] if lower == "were" else lower
    elif lower in _SINGULAR:
        changed = _SINGULAR[lower]
    else:
        changed = third_person(lower) if verb.tag_ in ("VBP", "VB") and lower[0] not in "'’" else lower
    if changed == lower:
        return verb.text
    return changed[0].upper() + changed[1:] if verb.text[0].isupper() else changed
