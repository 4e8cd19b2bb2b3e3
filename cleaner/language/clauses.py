"""Whether a sentence is whole: finite verbs, subjects, and what is missing, from its parse."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from .lexicon import table

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

FINITE = frozenset({"VBD", "VBZ", "VBP", "MD"})
_SUBJECTS = frozenset({"nsubj", "nsubjpass", "expl", "csubj", "csubjpass"})


def is_finite(token: Token) -> bool:
    """True for a verb that carries tense, itself or by its auxiliary."""
    return token.tag_ in FINITE or any(c.dep_ in ("aux", "auxpass") and c.tag_ in FINITE for c in token.children)


def root(doc: Doc) -> Token | None:
    """The head of the (first) sentence of a parse."""
    return next((t for t in doc if t.dep_ == "ROOT"), None)


def has_finite_verb(doc: Doc) -> bool:
    """Whether any word carries tense, in whatever clause."""
    return any(t.tag_ in FINITE for t in doc)


def is_clause(doc: Doc) -> bool:
    """Whether the main clause has a finite verb: at its head, beside it, or in a clause that the parser took for the lesser one."""
    head = root(doc)
    if head is None:
        return False
    return is_finite(head) or any(c.dep_ in ("conj", "ccomp", "parataxis", "advcl") and is_finite(c) for c in head.children)


def subject(verb: Token) -> Token | None:
    """The subject of a verb, if it has one of its own."""
    return next((c for c in verb.children if c.dep_ in _SUBJECTS), None)


def is_plural(noun: Token) -> bool:
    """Whether a noun phrase takes a plural verb: by its form, or because it is joined by "and"."""
    joined = any(c.dep_ == "conj" for c in noun.children) and any(c.dep_ == "cc" and c.lower_ == "and" for c in noun.children)
    return noun.tag_ in ("NNS", "NNPS", "VBZ") or joined


@cache
def event_verb(noun: str) -> str | None:
    """The participle that English puts with an event ("drill" → "conducted"), from `data/light_verbs.toml`."""
    return next((str(v["past"]) for v in table("light_verbs").values() if noun in v["nouns"]), None)


def lone_noun(doc: Doc) -> Token | None:
    """The head of a sentence that is only a noun phrase.

    "The drills off the cape." is one, though the parser takes "drills" for the verb: an event's name without object or other verb.
    """
    head = root(doc)
    if head is None:
        return None
    if head.pos_ in ("NOUN", "PROPN", "NUM") and not is_clause(doc):
        return head
    others = any(t.tag_ in FINITE and t != head for t in doc)
    named = head.tag_ in ("VBZ", "VBP") and event_verb(head.lemma_.lower()) is not None and not others
    return head if named and not any(c.dep_ in ("dobj", "ccomp", "xcomp") for c in head.children) else None
