"""Does a text have a narrator, who says "I" or "we" outside quotations, or a reader, whom it calls "you"?

News has neither: Japanese drops its subjects, and an engine that fills the hole with "I" invents one. Columns, interviews, diaries,
letters, chats and advertisements have one, and there nothing is wrong. The decision is made for each sentence from its surroundings, since
a file may hold several texts: a linear model of a few signs, weighed on annotated translations against English that people wrote.
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Literal

from ..analysis import Analysis
from ..core import Document, Segment, Span
from .actors import ROMAJI
from .lexicon import words

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

Who = Literal["I", "we", "you"]

_WHO: dict[str, Who] = {
    "i": "I", "me": "I", "my": "I", "mine": "I", "myself": "I",
    "we": "we", "us": "we", "our": "we", "ours": "we", "ourselves": "we",
    "you": "you", "your": "you", "yours": "you", "yourself": "you", "yourselves": "you",
}
_THIRD = frozenset({"he", "she", "him", "her", "his", "they", "their"})
_INFORMAL = re.compile(
    r"(?<!\w)i(?:'m|'ve|’m|’ve)?(?![\w.'’])|!{2}|\.{4,}|\blol\b|:\)|\bthis (?:book|item|product|movie|order|app|seller|one)\b"
)
#: A speaker's label in an interview or a play.
_LABEL = re.compile(r"\(\(|[-–—]{2}|(?:Q|A|Q\d|Question|Answer)\s?[:.]\s|[A-Z][\w.]*(?: [A-Z][\w.]*){0,2}: ")
#: What takes a Roman numeral.
_NUMBERED = frozenset({
    "war", "type", "phase", "class", "part", "chapter", "division", "category", "grade", "level", "stage", "volume", "act", "group",
    "article", "section", "title", "tier", "elizabeth", "charles", "james", "napoleon", "nicholas", "francis", "ferdinand", "leopold",
})
_CONTRACTED = frozenset({"'m", "'re", "'ve", "'ll", "n't", "’m", "’re", "’ve", "’ll", "n’t"})
_NAME = re.compile(r"(?<=[a-z,)] )[A-Z][a-z]{2,}|(?<=[a-z] )[A-Z]{2,}\b")
_NEWS_DATE = re.compile(r"\b(?:on|from|to|until|of) the \d{1,2}(?:st|nd|rd|th)\b|[a-z] ?\(\d\d\)")
_NEAR, _FAR = 2, 10  # segments on either side that count as surroundings
_SMALL = 5  # segments; a shorter text says little about its kind


@dataclass(frozen=True, slots=True)
class Voice:
    """One unquoted "I", "we" or "you" of a sentence, in any case. `doubtful` when the marks around it may hide a quotation."""

    token: Token
    span: Span
    who: Who
    doubtful: bool

    @property
    def subject(self) -> bool:
        return self.token.dep_ in ("nsubj", "nsubjpass")


@dataclass(frozen=True, slots=True)
class Signs:
    """What a sentence shows of its text's kind, outside quotations."""

    voices: tuple[Voice, ...]
    reader: bool
    informal: bool
    third: bool
    acts: bool
    names: bool
    japanese: bool
    dated: bool
    quotes: bool
    labelled: bool

    def speaks(self, *who: Who) -> bool:
        return any(v.who in who for v in self.voices)


def signs(analysis: Analysis) -> tuple[Signs, ...]:
    """The signs of every segment, in order."""
    return analysis.once(_signs)


def invented(analysis: Analysis, index: int, who: Who) -> float:
    """The chance, 0 to 1, that an unquoted `who` in the segment at `index` stands for somebody else: that the text has no such narrator."""
    everything = signs(analysis)
    here = everything[index]
    around = everything[max(0, index - _FAR):index] + everything[index + 1:index + _FAR + 1]
    if not around:
        return 0.0  # a sentence alone does not tell what it belongs to
    near = everything[max(0, index - _NEAR):index] + everything[index + 1:index + _NEAR + 1]
    own = [v for v in here.voices if v.who == who]
    score = -1.4
    score -= 1.0 * _share(near, lambda s: s.speaks("I", "we"))
    score -= 3.5 * _share(around, lambda s: s.speaks("I", "we"))
    score -= 2.0 * _share(around, lambda s: s.reader)
    score -= 1.0 * _share((*around, here), lambda s: s.informal)
    score -= 6.0 * _share((*around, here), lambda s: s.labelled) if sum(s.labelled for s in around) > 1 else 0.0
    score += 2.5 * _share(around, lambda s: s.third)
    score += 2.5 * _share(around, lambda s: s.quotes)
    score += 1.5 * _share((*around, here), lambda s: s.names)
    score += 3.0 * _share((*around, here), lambda s: s.japanese)
    score += 2.0 * _share((*around, here), lambda s: s.dated)
    score += 0.7 if any(past(v.token) for v in own if v.subject) else 0.0
    score -= 1.2 if here.reader else 0.0
    score -= 0.8 if here.informal else 0.0
    if who == "we":
        score -= 0.4
    if len(everything) <= _SMALL and not any(s.speaks("I", "we", "you") for s in around):
        score += 1.2 if any(s.third or s.names or s.acts for s in around) else 0.0
    return 1 / (1 + math.exp(-1.4 * score))


def _share(segments: Sequence[Signs], shows: Callable[[Signs], bool]) -> float:
    return sum(shows(s) for s in segments) / len(segments) if segments else 0.0


def past(subject: Token) -> bool:
    """Whether the verb of a subject is in the past."""
    verb = subject.head
    return verb.tag_ == "VBD" or any(c.dep_ in ("aux", "auxpass") and c.tag_ == "VBD" for c in verb.children)


def _signs(analysis: Analysis) -> tuple[Signs, ...]:
    document = analysis.document
    doubtful = _doubtful(document)
    quotes: dict[int, list[Span]] = defaultdict(list)
    for q in document.quotations:
        for segment in document.segments_in(q.span):
            quotes[segment.span.start].append(q.span)
    return tuple(
        _of_segment(analysis, s, d, quotes[s.span.start], s.block.span in doubtful) for s, d in analysis.parsed()
    )


def _doubtful(document: Document) -> frozenset[Span]:
    """Blocks whose marks do not pair, and those after a block that leaves a quotation open."""
    left_open = [q.span for q in document.quotations if not q.closed or q.inner.end == q.span.end]
    found = set()
    carried = False
    for block in document.blocks:
        odd = block.span.of(document.plain).count('"') % 2 == 1
        still_open = any(span.overlaps(block.span) for span in left_open)
        if odd or still_open or carried:
            found.add(block.span)
        carried = still_open
    return frozenset(found)


def _of_segment(analysis: Analysis, segment: Segment, doc: Doc, quotes: Sequence[Span], doubtful: bool) -> Signs:
    voices: list[Voice] = []
    reader = informal = third = acts = False
    kept: list[str] = []
    said, actors = words("actors", "verbs", "said"), _actors()
    for t in doc:
        if quotes and any(q.contains(analysis.span(t, segment)) for q in quotes):
            continue
        kept.append(t.text_with_ws)
        lower = t.lower_
        if lower in _WHO and t.tag_ in ("PRP", "PRP$") and t.text not in ("US", "i") and not _numeral(t):
            voices.append(Voice(t, analysis.span(t, segment), _WHO[lower], doubtful))
        third |= lower in _THIRD or (t.tag_ in ("VBD", "VBZ") and t.lemma_ in said)
        acts |= t.dep_ in ("nsubj", "nsubjpass") and t.lemma_.lower() in actors
        informal |= lower in _CONTRACTED
        reader |= _WHO.get(lower) == "you" or lower == "please" or _imperative(t)
    text = "".join(kept)
    names = [m.group() for m in _NAME.finditer(text)]
    japanese = any(len(n) >= 5 and ROMAJI.fullmatch(n) for n in names)
    return Signs(
        tuple(voices), reader, informal or bool(_INFORMAL.search(text)), third, acts, bool(names), japanese, bool(_NEWS_DATE.search(text)),
        bool(quotes), bool(_LABEL.match(segment.target)),
    )


@cache
def _actors() -> frozenset[str]:
    return words("actors", "person", "nouns") | words("actors", "organisation", "nouns")


def _numeral(token: Token) -> bool:
    """True for the "I" of "World War I" or "I-95"."""
    if token.text != "I":
        return False
    glued = token.i + 1 < len(token.doc) and not token.whitespace_ and token.doc[token.i + 1].text[0] in "-.&/)"
    return glued or (token.i > 0 and token.nbor(-1).lower_ in _NUMBERED)


def _imperative(token: Token) -> bool:
    return token.dep_ == "ROOT" and token.tag_ == "VB" and not any(
        c.dep_ in ("nsubj", "nsubjpass", "expl", "aux") for c in token.children
    )
