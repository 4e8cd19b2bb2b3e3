"""Does a text have a narrator, who says "I" or "we" outside quotations, or a reader, whom it calls "you"?

News has neither: Japanese drops its subjects, and an engine that fills the hole with "I" invents one. Columns, interviews, diaries,
letters, chats and advertisements have one, and there nothing is wrong. The decision is made for each sentence from its surroundings, since
a file may hold several texts: a linear model of a few signs, fitted by `models/train/narrator.py` on what engines made of Japanese and of
other languages, and on English that people wrote.
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from ..analysis import Analysis
from ..core import Document, Segment, Span
from .japanese import says_i
from .lexicon import table, words
from .origin import from_japanese

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
_NEAR, _FAR = 2, 10  # segments on either side that count as surroundings
_SMALL, _SPARSE = 5, 1.2  # segments; log-odds
#: Log-odds that an "I" gains of which the source says nothing: set by hand, so that what was doubtful is sure and a diary's stays doubtful.
_UNSAID = 2.5
_TRANSCRIPT = 0.3  # of the segments have a speaker's label
#: What the model weighs (`data/narrator.toml` says by how much): the surroundings first, then the sentence.
FEATURES = (
    "bias", "near", "around", "same", "reader", "informal", "third", "quotes", "names",
    "past", "address", "chat", "we", "object", "everybody", "opinion", "doubtful", "heading",
)


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
    names: bool
    quotes: bool
    labelled: bool

    def speaks(self, *who: Who) -> bool:
        return any(v.who in who for v in self.voices)


def signs(analysis: Analysis) -> tuple[Signs, ...]:
    """The signs of every segment, in order."""
    return analysis.once(_signs)


def invented(analysis: Analysis, index: int, who: Who) -> float:
    """The chance, 0 to 1, that an unquoted `who` in the segment at `index` stands for somebody else: that the text has no such narrator.

    It is the chance that the text came from Japanese, and that of an engine's invention if it did: other languages name their persons.
    Where the Japanese lies beside it, that says more than the text around: nobody is invented whom it names, and whom it does not name
    is (a diary may never say "I", so that the text around still counts).
    """
    source = analysis.document.segments[index].source
    chance = from_japanese(analysis)
    if source is None or not chance:
        return chance * impersonal(analysis, index, who)
    if says_i(source):
        return 0.0
    around = min(max(impersonal(analysis, index, who), 0.001), 0.999)
    return 1 / (1 + math.exp(-math.log(around / (1 - around)) - _UNSAID))


def impersonal(analysis: Analysis, index: int, who: Who = "I") -> float:
    """The chance, 0 to 1, that the text around the segment at `index` reports, and nobody who says `who` tells it; in whatever language it
    was written first.
    """
    everything = signs(analysis)
    around = everything[max(0, index - _FAR):index + _FAR + 1]
    if len(around) < 2 or sum(s.labelled for s in around) > max(1, _TRANSCRIPT * len(around)):
        return 0.0  # a sentence alone does not tell what it belongs to; in a transcript all is said by somebody
    weights = table("narrator")["narrator"]
    odds = sum(weights[name] * x for name, x in zip(FEATURES, features(analysis, index, who), strict=True))
    return 1 / (1 + math.exp(-odds - sparse(analysis, index)))


def sparse(analysis: Analysis, index: int) -> float:
    """What a text of a few segments gets, in log-odds, in place of the quotations for which it has no room, where others act in it."""
    everything = signs(analysis)
    if len(everything) > _SMALL:
        return 0.0
    others = (*everything[:index], *everything[index + 1:])
    acts = any(s.third or s.names for s in others) and not any(s.voices for s in others)
    return _SPARSE if acts else 0.0


def features(analysis: Analysis, index: int, who: Who) -> tuple[float, ...]:
    """What the model looks at in the segment at `index`, which has a `who`, and around it; in the order of FEATURES."""
    everything = signs(analysis)
    here = everything[index]
    around = everything[max(0, index - _FAR):index] + everything[index + 1:index + _FAR + 1]
    near = everything[max(0, index - _NEAR):index] + everything[index + 1:index + _NEAR + 1]
    own = [v for v in here.voices if v.who == who]
    return (
        1.0,
        _share(near, lambda s: s.speaks("I", "we")),
        _share(around, lambda s: s.speaks("I", "we")),
        _share(around, lambda s: s.speaks(who)),
        _share(around, lambda s: s.reader),
        _share((*around, here), lambda s: s.informal),
        _share(around, lambda s: s.third),
        _share(around, lambda s: s.quotes),
        _share((*around, here), lambda s: s.names),
        float(any(past(v.token) for v in own if v.subject)),
        float(here.reader),
        float(here.informal),
        float(who == "we"),
        float(bool(own) and not any(v.subject or _owns_subject(v) for v in own)),
        float(any(_everybody(v) for v in own)),
        float(any(v.subject and v.token.head.lemma_ in words("actors", "verbs", "opinion") for v in own)),
        float(any(v.doubtful for v in own)),
        float(analysis.document.segments[index].block.kind == "heading"),
    )


def _share(segments: Sequence[Signs], shows: Callable[[Signs], bool]) -> float:
    return sum(shows(s) for s in segments) / len(segments) if segments else 0.0


def _owns_subject(voice: Voice) -> bool:
    """True for "Our investigation began": as part of the subject of a past event, "our" is somebody's, not everybody's."""
    head = voice.token.head
    return head.dep_ in ("nsubj", "nsubjpass") and head.head.dep_ == "ROOT" and past(voice.token.head)


def _everybody(voice: Voice) -> bool:
    """True for the "we" of people in general: "the plays that we see", "we never forget", "at a time when we …"."""
    verb = voice.token.head
    if voice.who != "we" or not voice.subject or verb.tag_ not in ("VBP", "VB"):
        return False
    general = ("never", "always", "all", "often", "still")
    return verb.dep_ in ("relcl", "advcl", "pcomp", "ccomp") or any(c.lower_ in general for c in verb.children)


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
    reader = informal = third = False
    kept: list[str] = []
    said = words("actors", "verbs", "said")
    for t in doc:
        if quotes and any(q.contains(analysis.span(t, segment)) for q in quotes):
            continue
        kept.append(t.text_with_ws)
        lower = t.lower_
        if lower in _WHO and t.tag_ in ("PRP", "PRP$") and t.text not in ("US", "i") and not _numeral(t):
            voices.append(Voice(t, analysis.span(t, segment), _WHO[lower], doubtful))
        third |= lower in _THIRD or (t.tag_ in ("VBD", "VBZ") and t.lemma_ in said)
        informal |= lower in _CONTRACTED
        reader |= _WHO.get(lower) == "you" or lower == "please" or _imperative(t)
    text = "".join(kept)
    return Signs(
        tuple(voices), reader, informal or bool(_INFORMAL.search(text)), third, bool(_NAME.search(text)), bool(quotes),
        bool(_LABEL.match(segment.target)),
    )


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
