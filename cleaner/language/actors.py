"""Who acts in a document: people, bodies, groups and things, with the sentences in which they act.

``actors(analysis)`` lists them; ``candidates(analysis, segment)`` ranks those who could be the missing or wrong subject of a sentence.
Ranking follows what is known of English discourse: recent subjects are the likeliest antecedents (centering, Grosz et al. 1995), and
a sentence that speaks of the same doing as an earlier one has its actor.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from ..analysis import Analysis
from ..core import Segment, Span
from .gender import Gender, told_by
from .japanese import ERAS
from .lexicon import words

if TYPE_CHECKING:
    from spacy.tokens import Span as Phrase
    from spacy.tokens import Token

Kind = Literal["person", "organisation", "group", "thing"]
Number = Literal["singular", "plural"]

_SUBJECTS = frozenset({"nsubj", "nsubjpass"})
#: A Japanese name in the Hepburn spelling: open syllables, with n, double consonants and ts, sh, ch.
ROMAJI = re.compile(r"(?i)(?:(?:(?:ky|gy|sh|ch|ts|ny|hy|by|py|my|ry|[kgsztdnhbpfmyrwj])?[aiueoōū]|n(?![aiueo])|[kstp](?=[kstpc]))){2,}h?")
_ERAS = frozenset(era for _, era, _ in ERAS)
_SHAPELESS = frozenset({"be", "have", "do", "will", "would", "can", "may", "must", "should", "that", "this", "it", "also", "not"})


@dataclass(frozen=True, slots=True)
class Mention:
    """One place where an actor is named. `segment` is the index of its segment; `predicate` the features of what it does there."""

    span: Span
    text: str
    segment: int
    subject: bool
    predicate: frozenset[str]


@dataclass(frozen=True, slots=True)
class Actor:
    """Someone or something that acts. `text` names it within a sentence ("the Russian Navy", "Governor Sato", "NATO members")."""

    text: str
    kind: Kind
    number: Number
    gender: Gender | None
    mentions: tuple[Mention, ...]

    @property
    def pronoun(self) -> str:
        """The pronoun for it as a subject; a person of unknown sex is "he", which editors of Japanese news write more often than "they"."""
        if self.number == "plural":
            return "they"
        if self.kind == "person":
            return "she" if self.gender == "female" else "he"
        return "it"


@dataclass(frozen=True, slots=True)
class Candidate:
    """An actor as a possible subject. `support` is the sentence that backs it, `score` only orders candidates."""

    actor: Actor
    support: Span
    score: float
    distance: int

    @property
    def text(self) -> str:
        return self.actor.text


@dataclass(slots=True)
class _Entry:
    kinds: Counter[Kind] = field(default_factory=Counter)
    genders: Counter[Gender] = field(default_factory=Counter)
    names: set[str] = field(default_factory=set)
    plural: bool = False
    mentions: list[Mention] = field(default_factory=list)


def actors(analysis: Analysis) -> tuple[Actor, ...]:
    """All actors of the document in order of first mention. Words inside quotations do not count: they tell a speaker's story."""
    return analysis.once(_actors)


def candidates(analysis: Analysis, segment: Segment, predicate: Token | None = None, *, person: bool | None = None) -> list[Candidate]:
    """Actors named up to `segment`, the likeliest subject of `predicate` (its root verb by default) first.

    `person` True keeps only people and bodies that speak, False only things and groups; None lets the verb tell.
    """
    here = analysis.document.segment_index(segment.span.start) or 0
    if predicate is None:
        doc = analysis.parses[here]
        predicate = next((t for t in doc if t.dep_ == "ROOT"), None)
    wanted = frozenset(features(predicate)) if predicate is not None else frozenset()
    human = person if person is not None else True if predicate is not None and _personal(predicate) else None
    start = predicate.idx + segment.span.start if predicate is not None else segment.span.end
    everyone = actors(analysis)
    busiest = max((sum(m.subject for m in a.mentions) for a in everyone), default=1) or 1
    found = []
    for actor in everyone:
        earlier = [m for m in actor.mentions if m.span.end <= start]
        if not earlier or (human is True and actor.kind == "thing"):
            continue
        found.append(_rate(analysis, actor, earlier, here, wanted, human, busiest))
    return sorted(found, key=lambda c: -c.score)


def _rate(
    analysis: Analysis, actor: Actor, earlier: list[Mention], here: int, wanted: frozenset[str], human: bool | None, busiest: int
) -> Candidate:
    best, support, nearest = 0.0, earlier[-1], here - earlier[-1].segment
    for m in earlier:
        shared = wanted & m.predicate if m.segment != here else frozenset()
        alike = sum(0.5 if f[0] == "~" or f in words("actors", "verbs", "person") else 1.0 for f in shared) if m.subject else 0.0
        rated = (2.0 if m.subject else 0.8) * 0.75 ** (here - m.segment) + 1.3 * alike
        if rated >= best:
            best, support = rated, m
    score = best + 1.5 * sum(m.subject for m in actor.mentions) / busiest
    if human is True:
        score += {"person": 1.5, "organisation": 0.5, "group": 0.3, "thing": -2.0}[actor.kind]
    elif human is False:
        score -= 2.0 if actor.kind == "person" else 0.0
    if actor.kind != "group" and actor.text.startswith("the ") and actor.text.islower():
        score -= 0.4  # "the person": a name says more
    if human is None:
        score += {"person": 0.6, "organisation": 0.5, "group": 0.5, "thing": -0.4}[actor.kind]
    return Candidate(actor, analysis.document.segments[support.segment].span, round(score, 4), nearest)


def features(verb: Token) -> Iterator[str]:
    """What a predicate says and how: its content lemmas, and shapes such as ``~progressive`` or ``~more``."""
    for t in (verb, *_below(verb)):
        if t.pos_ in ("VERB", "NOUN", "ADJ", "PROPN", "ADV") and t.lemma_.lower() not in _SHAPELESS and len(t.text) > 2:
            yield t.lemma_.lower()
        if t.tag_ in ("JJR", "RBR"):
            yield "~more"
    if verb.tag_ == "VBG":
        yield "~progressive"
    if any(c.dep_ == "acomp" for c in verb.children):
        yield "~state"


def _below(verb: Token) -> Iterator[Token]:
    for child in verb.children:
        if child.dep_ in (*_SUBJECTS, "mark", "punct", "conj", "ccomp", "parataxis"):
            continue
        yield child
        yield from _below(child)


def _actors(analysis: Analysis) -> tuple[Actor, ...]:
    entries: dict[str, _Entry] = {}
    for index, (segment, doc) in enumerate(analysis.parsed()):
        for phrase in doc.noun_chunks:
            head = phrase.root
            if head.pos_ not in ("NOUN", "PROPN") or head.lemma_.lower() in words("actors", "never", "nouns"):
                continue
            span = analysis.span(phrase, segment)
            if analysis.document.is_quoted(span):
                continue
            label = next((name for place, name in analysis.entities[index] if place.overlaps(analysis.span(head, segment))), "")
            if label in ("DATE", "TIME", "MONEY", "QUANTITY", "PERCENT", "CARDINAL", "ORDINAL") or _is_year(head):
                continue
            subject = _is_subject(head)
            kind = _kind(phrase, label)
            if (kind == "thing" and not subject) or (label in ("GPE", "LOC", "FAC") and _is_where(head)):
                continue
            text = _short(phrase)
            others = _joined(head)
            if subject and others:
                text, kind = " and ".join([", ".join([text, *others[:-1]]), others[-1]]), "group"
                key = text
            else:
                key = _key(phrase, kind, entries)
            entry = entries.setdefault(key, _Entry())
            entry.kinds[kind] += 1
            if kind != "group":
                entry.names |= _names(phrase)
            entry.plural |= kind == "group" or (head.tag_ in ("NNS", "NNPS") and label != "GPE")
            gender = _gender(phrase) or (_owner(head) if subject and kind == "person" else None)
            if gender:
                entry.genders[gender] += 1
            verb = head.head
            entry.mentions.append(Mention(span, text, index, subject, frozenset(features(verb)) if subject else frozenset()))
    return tuple(a for a in (_made(e) for e in entries.values()) if a)


def _made(entry: _Entry) -> Actor | None:
    kind = entry.kinds.most_common(1)[0][0]
    if entry.kinds["person"] and kind != "group":
        kind = "person"
    subjects = [m for m in entry.mentions if m.subject] or entry.mentions
    counted = Counter(m.text for m in subjects)
    text = min(counted, key=lambda t: (-counted[t], len(t)))
    if not re.search(r"\w", text):
        return None
    number: Number = "plural" if entry.plural else "singular"
    gender = entry.genders.most_common(1)[0][0] if entry.genders else None
    return Actor(text, kind, number, gender, tuple(entry.mentions))


def _is_subject(head: Token) -> bool:
    return head.dep_ in _SUBJECTS and head.head.pos_ in ("VERB", "AUX")


def _is_year(head: Token) -> bool:
    """True for an era with its year: "in 1931 (Showa 6)"."""
    return head.text in _ERAS and head.i + 1 < len(head.doc) and head.nbor().like_num


def _is_where(head: Token) -> bool:
    """True for a name that only says where: "in Kobe", "from the Baltic Sea"."""
    return head.dep_ == "pobj" and any(head.head.lower_ in words("actors", "where", key) for key in ("surely", "perhaps"))


def _personal(verb: Token) -> bool:
    return verb.lemma_ in words("actors", "verbs", "person")


def _joined(head: Token) -> list[str]:
    """The other names of "A, B and C"."""
    found = []
    other = next((c for c in head.children if c.dep_ == "conj" and c.pos_ == "PROPN"), None)
    while other is not None:
        found.append(other.doc[other.left_edge.i:other.i + 1].text)
        other = next((c for c in other.children if c.dep_ == "conj" and c.pos_ == "PROPN"), None)
    return found


def _lower(phrase: Phrase) -> list[str]:
    return [t.lower_.rstrip(".") if len(t) > 2 else t.lower_ for t in phrase]


def _kind(phrase: Phrase, label: str) -> Kind:
    head = phrase.root
    lemma = head.lemma_.lower()
    plural = head.tag_ in ("NNS", "NNPS")
    low = set(_lower(phrase))
    if head.pos_ == "PROPN" and not plural:
        if low & words("actors", "organisation", "suffixes") or lemma in words("actors", "organisation", "nouns"):
            return "organisation"
        titled = low & (words("actors", "person", "titles") | words("actors", "person", "nouns"))
        if titled or low & (words("actors", "person", "male_names") | words("actors", "person", "female_names")) or _aged(head):
            return "person"
        if head.lower_ in words("actors", "organisation", "places") or label in ("GPE", "NORP", "LOC", "FAC"):
            return "organisation"
        names = [t.text for t in phrase if t.pos_ == "PROPN"]
        if label == "PERSON" or all(ROMAJI.fullmatch(n) for n in names) or (_is_subject(head) and _personal(head.head)):
            return "person"
        return "organisation" if label == "ORG" else "thing"
    if plural:
        acting = ("group", "heads"), ("person", "nouns"), ("organisation", "nouns")
        return "group" if any({lemma, head.lower_} & words("actors", *a) for a in acting) else "thing"
    if lemma in words("actors", "person", "nouns") or head.lower_ in words("actors", "person", "nouns"):
        return "person"
    return "organisation" if lemma in words("actors", "organisation", "nouns") else "thing"


def _aged(head: Token) -> bool:
    """True for "Sato (27)": news gives the age of people only."""
    after = head.doc[head.i + 1:head.i + 4].text
    return bool(re.match(r"\(\s?\d{1,2}\s?\)", after)) or bool(re.match(r", \d{2},", after))


def _gender(phrase: Phrase) -> Gender | None:
    return told_by({*_lower(phrase), *(c.lower_ for c in phrase.root.children if c.dep_ == "appos")})


def _owner(head: Token) -> Gender | None:
    """The sex that "his" or "her" in the predicate gives the subject."""
    owned = {t.lower_ for t in head.head.subtree if t.tag_ == "PRP$"} & {"his", "her"}
    return None if len(owned) != 1 else "male" if "his" in owned else "female"


def _names(phrase: Phrase) -> set[str]:
    skip = words("actors", "person", "titles") | words("actors", "person", "nouns")
    return {t.lower_ for t in phrase if t.pos_ == "PROPN" and t.lower_ not in skip and len(t) > 1}


def _key(phrase: Phrase, kind: Kind, entries: dict[str, _Entry]) -> str:
    """The entry that a phrase belongs to: people by a shared name, others by the same words."""
    names = _names(phrase)
    if kind == "person" and names:
        for key, entry in entries.items():
            if entry.kinds["person"] and (names <= entry.names or (entry.names and entry.names <= names)):
                return key
        return "name:" + " ".join(sorted(names))
    if kind == "organisation" and not names and phrase[0].lower_ in ("the", "this"):
        for key, entry in reversed(entries.items()):
            if entry.kinds["organisation"] and phrase.root.lemma_.lower() in entry.names:
                return key
    return re.sub(r"^(?:the|an?|this|that|these|those) ", "", _short(phrase).lower())


def _short(phrase: Phrase) -> str:
    """How a later sentence would call it: "six large ships" is "the ships", "Members of NATO" "NATO members"."""
    head = phrase.root
    if head.pos_ == "PROPN":
        kept = [t for t in phrase if t.dep_ not in ("punct",) or t.text in ("-", ".", "&", "'s")]
        start = next((i for i, t in enumerate(kept) if t.dep_ not in ("poss", "case") or t.pos_ == "PROPN"), 0)
        text = phrase.doc[kept[start].i:phrase.end].text if kept else phrase.text
        text = re.split(r"\s*[=(（:\"“]", text)[0].strip(" ,")
        tail = _of(head)
        text = f"{text} of {tail}" if tail and not text.endswith(tail) else text
        return re.sub(r"^(?:The|A|An)\b", lambda m: m.group().lower(), text)
    core = [t for t in phrase if t.i < head.i and t.text.isalpha() and t.dep_ != "poss" and _defining(t, phrase)]
    plural = head.tag_ == "NNS"
    if plural and head.lower_ in words("actors", "group", "heads"):
        tail = _of(head)
        if tail:
            return f"{re.sub(r'^[Tt]he ', '', tail)} {head.lower_}"
    noun = head.text if head.i > phrase.start or head.text[1:] != head.lower_[1:] else head.lower_
    bare = plural and any(t.text[0].isupper() for t in core) and phrase[0].pos_ != "DET"
    return ("" if bare else "the ") + " ".join([t.text for t in core] + [noun])


def _defining(token: Token, phrase: Phrase) -> bool:
    """True for the parts that a second mention keeps: compounds and adjectives made of names."""
    name = token.pos_ in ("PROPN", "ADJ") and token.text[0].isupper()
    return name or (token.dep_ in ("compound", "nmod") and (token.i > phrase.start or token.text[0].islower()))


def _of(head: Token) -> str:
    """The proper name that "of" ties to a noun, up to a gloss."""
    for prep in head.children:
        if prep.lower_ == "of" and prep.i == head.i + 1:
            words_: list[str] = []
            for t in head.doc[prep.i + 1:]:
                if t.lower_ == "the" and not words_:
                    words_.append(t.lower_)
                elif t.text[:1].isupper() and t.text[0].isalpha():
                    words_.append(t.text)
                else:
                    break
            if words_ and words_ != ["the"]:
                return " ".join(words_)
    return ""


def by_segment(analysis: Analysis) -> dict[int, list[tuple[Actor, Mention]]]:
    """Mentions of every actor, grouped by the index of their segment."""
    return analysis.once(_by_segment)


def _by_segment(analysis: Analysis) -> dict[int, list[tuple[Actor, Mention]]]:
    found: dict[int, list[tuple[Actor, Mention]]] = defaultdict(list)
    for actor in actors(analysis):
        for m in actor.mentions:
            found[m.segment].append((actor, m))
    for group in found.values():
        group.sort(key=lambda x: x[1].span)
    return dict(found)
