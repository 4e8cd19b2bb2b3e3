"""Names of a Japanese source that its translation does not have, or has otherwise elsewhere: only where the source lies beside it
(`--source`).
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from ..analysis import Analysis
from ..core import Document, Replacement, Segment, Span
from ..language.japanese import normal
from ..language.japanese_names import Name, alike, heard, is_loan, names
from ..language.origin import from_japanese
from ..language.wording import Word, is_common, is_word, listing, nonpossessive, words
from ..registry import Bad, Good, Hit, detector
from .source import place

_SHOWN = 3  # readings in a message
_SHORTEST = 3  # letters of a reading that is looked for
_NEAR = 60  # of 100: a word as near as that to a reading is the name, misread


@detector("terminology/name", "major", examples=[
    Bad("A firm in [[Bezin]] City won.", source="備前市の会社が勝った。", after="A firm in Bizen City won."),
    Bad("[[The firm in Before City]] won.", source="備前市の会社が勝った。"),
    Bad("It stops at [[Mizukubo]] Station.", source="水窪駅に止まる。", after="It stops at Misakubo Station."),
    Bad("Coach [[Tsoichi]] spoke.", source="種市監督が話した。", after="Coach Taneichi spoke."),
    Bad("[[Captella]] is a new app.", source="新しいアプリはKapteraだ。", after="Kaptera is a new app."),
    Good("The firm in Bizen City won.", source="備前市の会社が勝った。"),
    Good("Mr. Kohno and Ken Ohno spoke.", source="河野俊太郎さんと大野健さんが話した。"),
    Good("Shuntaro spoke.", source="河野俊太郎さんが話した。"),
    Good("He went to Ueno Village.", source="上野村に行った。"),
    Good("The page is on kaptera.com.", source="ページはKaptera.comにある。"),
    Good("Li Keqiang spoke.", source="李克強首相が話した。"),
    Good("Students and infielders came.", source="学生さんと内野手（27）が来た。"),
    Good("A firm in Bezin City won."),
])
def name_not_translated(analysis: Analysis) -> Iterator[Hit]:
    """A person or place of a Japanese source that the translation has in no reading of it: engines take characters for words, or read them
    as no dictionary of names does. Or a name that the source has in Latin letters, and the translation has not.

    People are known by their title or age, places by what they are (町, 駅). A word that comes near a reading is shown as the one that is
    wrong.
    """
    document = analysis.document
    if not from_japanese(analysis):
        return
    used = {heard(w.text) for text in analysis.texts for w in words(text) if w.capital}
    for source, segments in analysis.passages:
        own = (*names(source), *(Name(w, (w,)) for w in _latin(source)))
        said = "".join(heard(w.text) for _, w in _words(document, segments))
        others = {heard(r) for n in own for r in (*n.first, *n.given)}
        for name in own:
            if not any(len(r) >= _SHORTEST and heard(r) in said for r in (*name.first, *name.given)):
                readings = sorted(name.first, key=lambda r: heard(r) not in used)  # the document's own reading first
                yield _missing(document, segments, name, readings, others)


def _missing(document: Document, segments: Sequence[Segment], name: Name, readings: Sequence[str], others: set[str]) -> Hit:
    from rapidfuzz import fuzz

    read = "" if name.text in readings else f", which is read {listing(readings[:_SHOWN], _SHOWN)}"
    message = f"The source has {name.text}{read}. Nothing like it is here."
    nearest: tuple[float, str, Span] | None = None
    for segment, w in _words(document, segments):
        like = heard(nonpossessive(w.text))
        if w.text[0].isupper() and not is_common(w.lower) and like not in others:
            near, reading = max((fuzz.ratio(like, heard(r)), r) for r in readings)
            if near >= _NEAR and (nearest is None or near > nearest[0]):
                nearest = near, reading, _place(segment, w)
    if nearest is None:
        return Hit(place(document, segments), message, 0.6)
    _, reading, span = nearest
    offered = tuple(dict.fromkeys((reading, readings[0])))
    return Hit(span, message, 0.85, tuple(Replacement(span, r, "unsafe", f"{name.text} in the source.") for r in offered))


_KATAKANA = re.compile(r"[ァ-ヴー]{3,}")
_FULL = re.compile(r"[ァ-ヴー]{2,}(?:[・=][ァ-ヴー]{2,})+")
_ALIKE, _SAME = 0.75, 0.9
_SURE = 1000  # times: more than any document has a name
_LATIN = re.compile(r"(?<![\w.:/@-])[A-Z][A-Za-z]*[a-z]{2}[A-Za-z]*(?![\w./:@-])", re.ASCII)
_DETERMINER = re.compile(r"\b(?:the|a|an|his|her|my|our|their) $", re.IGNORECASE)


@dataclass(slots=True)
class _Rendered:
    """What a document has for a foreign name of the source: in how many places each spelling, and whether a full name tells that it is
    a person's.
    """

    spellings: Counter[str] = field(default_factory=Counter)
    full: bool = False

    @property
    def usual(self) -> str:
        """The spelling that the document has most often, or its source in Latin letters."""
        return self.spellings.most_common(1)[0][0]

    def odd(self, word: str) -> bool:
        """Whether a word that sounds like the name may be the name, written otherwise."""
        usual = self.usual
        if is_word(word.lower()):
            return self.full and word.islower() and word in (usual.lower(), f"{usual.lower()}s")
        return word.lower() != usual.lower() if word[0].isupper() else True


@detector("terminology/name", "major", examples=[
    Bad(
        "Coach Timmy Baker came. [[The baker]] spoke.", source="ティミー・ベーカー監督が来た。ベーカーが話した。",
        after="Coach Timmy Baker came. Baker spoke.",
    ),
    Bad(
        "The app Kaptera is new. [[Captella]] sells.", source="アプリのカプテラは新しい。カプテラは売れる。",
        after="The app Kaptera is new. Kaptera sells.",
    ),
    Bad("The app [[Captella]] is new.", source="Kapteraのアプリ「カプテラ」は新しい。", after="The app Kaptera is new."),
    Good("Coach Timmy Baker came. Baker spoke.", source="ティミー・ベーカー監督が来た。ベーカーが話した。"),
    Good("Coach Timmy Baker came. The baker spoke.", source="ティミー・ベーカー監督が来た。パン屋が話した。"),
    Good("The Rugby School won. They like rugby.", source="ラグビー校が勝った。ラグビーが好きだ。"),
    Good("Coach Timmy Baker came. The baker spoke."),
])
def name_rendered_otherwise(analysis: Analysis) -> Iterator[Hit]:
    """A foreign name of a Japanese source that the document writes otherwise elsewhere: as a word with a small letter, or in another
    spelling.

    Words of the dictionary are taken for the name only where the document has the full one: Timmy Baker, and then "the baker".
    """
    if not from_japanese(analysis):
        return
    document, known = analysis.document, _known(analysis)
    for source, segments in analysis.groups:
        own = [(s, w, nonpossessive(w.text)) for s, w in _words(document, segments)]
        for katakana in sorted(_alone(source) & known.keys()):
            rendered = known[katakana]
            usual = rendered.usual
            if any(bare in (usual, f"{usual}s") for *_, bare in own):
                continue
            for segment, w, bare in own:
                if alike(katakana, bare) >= _SAME and rendered.odd(bare):
                    yield _otherwise(document, segment, w, katakana, usual)


def _otherwise(document: Document, segment: Segment, w: Word, katakana: str, usual: str) -> Hit:
    span = _place(segment, w)
    lead = None if w.capital else _DETERMINER.search(document.plain, segment.span.start, span.start)
    span = Span(lead.start() if lead else span.start, span.end)
    said = f"The source has {katakana}, which is “{usual}” elsewhere."
    return Hit(span, said, 0.8, (Replacement(span, usual, "unsafe", f"{katakana} is “{usual}” elsewhere."),))


def _known(analysis: Analysis) -> dict[str, _Rendered]:
    """Names in katakana with what stands for them: words with a capital inside a sentence that sound like them."""
    document = analysis.document
    found: dict[str, _Rendered] = defaultdict(_Rendered)
    latin = {w for source, _ in analysis.passages for w in _latin(source)}
    for source, segments in analysis.groups:
        own = [(w, nonpossessive(w.text)) for _, w in _words(document, segments)]
        for parts in _full(source):
            for (a, first), (b, last) in pairwise(own):
                if a.capital and b.capital and alike(parts[0], first) >= _ALIKE and alike(parts[-1], last) >= _ALIKE:
                    found[parts[-1]].full = True
                    found[parts[-1]].spellings[last] += 1
        for katakana in filter(lambda k: not is_loan(k), _alone(source)):
            names = {bare for w, bare in own if w.capital and not w.initial and not w.text.isupper() and not is_word(bare.lower())}
            found[katakana].spellings.update(n for n in names if alike(katakana, n) >= _SAME)
            found[katakana].spellings.update({w: _SURE for w in latin if alike(katakana, w) >= _SAME})
    return {katakana: rendered for katakana, rendered in found.items() if rendered.spellings}


def _latin(source: str) -> list[str]:
    """The names that a source has in Latin letters."""
    return list(dict.fromkeys(_LATIN.findall(normal(source))))


def _full(source: str) -> list[list[str]]:
    """The full names in katakana of a source, in their parts."""
    return [re.split("[・=]", m.group()) for m in _FULL.finditer(normal(source))]


def _alone(source: str) -> set[str]:
    """The words in katakana of a source that stand outside full names."""
    return set(_KATAKANA.findall(_FULL.sub(" ", normal(source))))


def _words(document: Document, segments: Sequence[Segment]) -> Iterator[tuple[Segment, Word]]:
    return ((s, w) for s in segments for w in words(s.span.of(document.plain)))


def _place(segment: Segment, word: Word) -> Span:
    return Span(word.start, word.start + len(nonpossessive(word.text))).shift(segment.span.start)
