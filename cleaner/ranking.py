"""Rank the actors that the rules propose for a subject, by how well the language model likes them in their document.

A small logistic model turns the rules' own score and the language model's into the chance that a reviewer takes a suggestion. Its weights
(`data/ranking.toml`) are fitted by `models/train/ranking.py`, which also measured what else might tell and does not: the quality model's
estimate before and after, the size of the change, the share of content words kept. Suggestions of other rewriters keep their own scores,
which it found to be such chances as they are.
Without the language model, and behind the budget for it, the rules' order stands.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache

from . import language_model
from .analysis import Analysis
from .core import Document, Suggestion
from .language import lexicon
from .language_model import LanguageModel, Place
from .records import touched

FEATURES = ("bias", "prior", "fluency")
#: Rewriters that name an actor of the document.
WHO = frozenset({"subject-from-document", "named-reporter", "merged-attribution"})
#: Tokens that the language model may read for a document: so many a segment, and at least.
TOKENS_A_SEGMENT, TOKENS_AT_LEAST = 20, 600
BEFORE = 32  # tokens of the document that are read before a place, and the rest of their piece
_MOST = 8  # texts a place
_LONGEST = 160  # tokens of a place that is ranked
TAIL = 8  # words that are read behind what drafts of a place differ in


@dataclass(frozen=True, slots=True)
class Draft:
    """A suggestion carried out: the segments `first` to `last` (inclusive) and their text as it would be, white space single."""

    suggestion: Suggestion
    first: int
    last: int
    text: str


def rank(analysis: Analysis, suggestions: Sequence[Suggestion]) -> list[Suggestion]:
    """Suggestions of actors with the chance that a reviewer takes them as score, where several compete; the others as they are."""
    made = drafts(analysis.document, [s for s in suggestions if s.rewriter in WHO and s.safety != "safe"])
    language = language_model.load() if _competing(made) else None
    liked = fluency(analysis.document, made, language) if language else {}
    scores = {id(made[i].suggestion): round(chance(features(made[i].suggestion, value)), 4) for i, value in liked.items()}
    return [replace(s, score=scores[id(s)]) if id(s) in scores else s for s in suggestions]


def features(suggestion: Suggestion, fluency: float) -> tuple[float, ...]:
    """What the model looks at, in the order of FEATURES: the log-odds of the rewriter's own score, and `fluency` in tens of nats."""
    prior = min(max(suggestion.score, 0.02), 0.98)
    return 1.0, math.log(prior / (1 - prior)), max(-3.0, min(3.0, fluency / 10))


@cache
def _weights() -> tuple[float, ...]:
    return tuple(float(lexicon.table("ranking")["who"][name]) for name in FEATURES)


def chance(values: Sequence[float]) -> float:
    """The chance, 0 to 1, that a reviewer takes a suggestion with these features."""
    return 1 / (1 + math.exp(-sum(w * x for w, x in zip(_weights(), values, strict=True))))


def drafts(document: Document, suggestions: Sequence[Suggestion]) -> list[Draft]:
    """Suggestions with their texts."""
    made = []
    for s in suggestions:
        around = touched(document, s.span)
        inside = list(document.indices_in(around))
        if inside:
            text = document.plain[around.start:s.span.start] + s.replacement + document.plain[s.span.end:around.end]
            made.append(Draft(s, inside[0], inside[-1], " ".join(text.split())))
    return made


def fluency(document: Document, made: Sequence[Draft], model: LanguageModel, *, limited: bool = True) -> dict[int, float]:
    """How much likelier than what stands there the language model finds drafts that compete for a place, in nats, by index.

    It is the sum over all tokens: their mean would favour long names, whose later tokens are easy to guess. Places come in the order of
    the text, until the budget is spent, unless not `limited`.
    """
    groups = _competing(made)
    if not groups:
        return {}
    pieces = _pieces(document)
    tokens = [len(model.tokens(p)) for p in pieces]
    left = max(TOKENS_AT_LEAST, TOKENS_A_SEGMENT * len(pieces)) if limited else math.inf
    texts: dict[tuple[int, int], list[str]] = {}  # of each place that is ranked: as it is, and its drafts
    for (first, last), own in sorted(groups.items()):
        old = "".join(pieces[first:last + 1])
        space = old[:len(old) - len(old.lstrip())]
        compared = _cut([old, *(space + made[i].text for i in own[:_MOST])])
        size = sum(tokens[first:last + 1])
        cost = BEFORE + size + sum(len(model.tokens(text)) for text in compared)
        if size <= _LONGEST and cost <= left:
            left -= cost
            texts[first, last] = compared
    found: dict[int, float] = {}
    for start, stretch in stretches(list(texts), tokens):
        end = max(last for _, last in stretch)
        reading = model.read(pieces[start:end + 1], {i - start for first, last in stretch for i in range(first, last + 1)})
        places = [Place(first - start, last - start, tuple(texts[first, last])) for first, last in stretch]
        for place, asked, means in zip(stretch, places, reading.score(places), strict=True):
            now, *sums = (mean * len(model.tokens(text)) for text, mean in zip(asked.texts, means, strict=True))
            found |= {i: value - now for i, value in zip(groups[place], sums, strict=False)}
    return found


def _cut(texts: Sequence[str]) -> list[str]:
    """Texts without the end that they share, but for its first words: those tell what goes on well, the rest costs time.

    >>> _cut(["I went to see the old port of Odesa on Monday after all", "He went to see the old port of Odesa on Monday after all"])
    ['I went to see the old port of Odesa', 'He went to see the old port of Odesa']
    """
    split = [text.split(" ") for text in texts]
    shared = 0
    while all(len(words) > shared + 1 for words in split) and len({words[-shared - 1] for words in split}) == 1:
        shared += 1
    spare = max(0, shared - TAIL)
    return [" ".join(words[:len(words) - spare]) for words in split]


def _competing(made: Sequence[Draft]) -> dict[tuple[int, int], list[int]]:
    """The places for which there are different drafts, by their first and last segment, with the drafts' indices."""
    places: dict[tuple[int, int], list[int]] = defaultdict(list)
    for i, d in enumerate(made):
        places[d.first, d.last].append(i)
    return {place: own for place, own in places.items() if len({made[i].text for i in own}) > 1}


def _pieces(document: Document) -> list[str]:
    """The segments with the space before them, single inside a paragraph, an empty line between paragraphs."""
    made: list[str] = []
    for before, segment in zip((None, *document.segments), document.segments, strict=False):
        gap = "" if before is None else " " if before.block == segment.block else "\n\n"
        made.append(gap + " ".join(segment.span.of(document.plain).split()))
    return made


def stretches(places: Sequence[tuple[int, int]], tokens: Sequence[int]) -> list[tuple[int, list[tuple[int, int]]]]:
    """Places (in order, first and last piece) that one reading serves, with the piece it begins with.

    A reading begins with the piece that is BEFORE tokens before its first place, and is not longer than the model reads at a time. Where
    the next place is far, a new one begins.

    >>> stretches([(0, 0), (2, 2), (9, 9)], [100] * 10)
    [(0, [(0, 0), (2, 2)]), (8, [(9, 9)])]
    """
    made: list[tuple[int, list[tuple[int, int]]]] = []
    for place in places:
        begin, before = place[0], 0
        while begin > 0 and before < BEFORE:
            begin -= 1
            before += tokens[begin]
        if made:
            start, own = made[-1]
            if begin <= own[-1][1] + 1 and sum(tokens[start:place[1] + 1]) < language_model.LONGEST:
                own.append(place)
                continue
        made.append((begin, [place]))
    return made
