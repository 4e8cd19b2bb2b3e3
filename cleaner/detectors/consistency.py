"""One thing, one name: spellings, orders and cases of a name that clash within a document."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import combinations, pairwise

from ..analysis import Analysis
from ..core import Replacement, Span
from ..language.japanese_names import sound
from ..language.wording import Word, is_common, is_title, is_word, nonpossessive, words
from ..registry import Bad, Good, Hit, detector

SHORTEST = 5
_GENERIC = frozenset({
    "city", "town", "village", "prefecture", "province", "county", "district", "ward", "station", "university", "hospital", "shrine",
    "temple", "river", "bridge", "park", "port", "airport",
})


@dataclass(slots=True)
class _Name:
    """A word that a document uses as a name, in one spelling: where it stands, in which segments, and what stands beside it."""

    text: str
    spans: list[Span] = field(default_factory=list)
    segments: set[int] = field(default_factory=set)
    before: set[str] = field(default_factory=set)
    after: set[str] = field(default_factory=set)


def _bare(word: Word) -> str:
    return nonpossessive(word.text).replace("’", "'")


def _is_name(w: Word) -> bool:
    lower = nonpossessive(w.lower)
    if not w.text[0].isupper() or w.text.isupper() or not lower.isalpha():
        return False
    return not is_word(lower) if w.initial else not is_common(lower)


def _stands_beside(w: Word) -> bool:
    """Whether a word tells by its company who a name is: another name does, an office such as "Senator" does not."""
    return _is_name(w) and not is_title(w.lower)


def _names(analysis: Analysis) -> dict[str, _Name]:
    """Names of the document by spelling; neighbours are the names that touch them."""
    return analysis.once(_collect)


def _collect(analysis: Analysis) -> dict[str, _Name]:
    plain = analysis.document.plain
    found: dict[str, _Name] = {}
    for index, segment in enumerate(analysis.document.segments):
        text = segment.span.of(plain)
        ws = words(text)
        for i, w in enumerate(ws):
            if not _is_name(w):
                continue
            bare = _bare(w)
            name = found.setdefault(bare, _Name(bare))
            start = segment.span.start + w.start
            name.spans.append(Span(start, start + len(bare)))
            name.segments.add(index)
            if i and text[ws[i - 1].end:w.start] == " " and _stands_beside(ws[i - 1]):
                name.before.add(_bare(ws[i - 1]))
            if i + 1 < len(ws) and text[w.end:ws[i + 1].start] == " " and len(bare) == len(w.text) and _stands_beside(ws[i + 1]):
                name.after.add(_bare(ws[i + 1]))
    return found


_JAPANESE = re.compile(
    r"(?:(?:[kgsztdnhbpmrywj]|sh|ch|ts|ky|gy|ny|hy|by|py|my|ry|f)?[aeiouāīūēō]|n(?![aeiouy])|([kstp])(?=\1)|t(?=ch)|h(?![aeiouy]|n(?![aeiouy]))){3,}",
)


def _edits(a: str, b: str) -> int:
    """Letters lost, added or exchanged, or neighbours that changed places, each counted once."""
    from rapidfuzz.distance import OSA

    return OSA.distance(a.lower(), b.lower(), score_cutoff=2)


_FORM = re.compile(r"(?:|e|n|an|ian|ean|ese|i|ish|ic|er|ite|y|ia|land)s?")


def _chance(a: _Name, b: _Name) -> float:
    """The chance that two names are spellings of one: 0 when nothing speaks for it."""
    short = min(len(a.text), len(b.text))
    if short < SHORTEST or a.text[0] != b.text[0] or a.text.lower() == b.text.lower():
        return 0.0
    pairs = zip(a.text.lower(), b.text.lower(), strict=False)
    shared = next((i for i, (x, y) in enumerate(pairs) if x != y), short)
    if all(_FORM.fullmatch(n.text.lower()[shared:]) for n in (a, b)):
        return 0.0  # Japan and Japanese, Koreas and Koreans: forms of a name are not spellings of it
    edits = _edits(a.text, b.text)
    beside = (a.before & b.before) | (a.after & b.after)
    if edits <= 2 and short >= 6 and beside:
        return 0.75 if edits == 1 or short >= 8 else 0.6
    both = all(_JAPANESE.fullmatch(n.text.lower()) for n in (a, b))
    if both and sound(a.text) == sound(b.text):
        return 0.6
    if edits != 1 or short < 6 or a.segments & b.segments:
        return 0.0  # a sentence that names both means two
    if len(a.text) != len(b.text) and not (a.before | a.after) and not (b.before | b.after):
        return 0.5  # a letter left out; a letter exchanged makes another name as often (Wardle, who made Wordle)
    if sorted(a.text.lower()) == sorted(b.text.lower()) and not _different(a, b):
        return 0.6  # two letters that changed places
    return 0.0


def _different(a: _Name, b: _Name) -> bool:
    """True when both stand beside names, but never beside the same."""
    return bool(a.before | a.after) and bool(b.before | b.after)


@detector("terminology/name", "minor", examples=[
    Bad("The statue shows [[Masijiro]] Omura. The scholar Masujiro Omura taught here, and Masujiro Omura died here.",
        after="The statue shows Masujiro Omura. The scholar Masujiro Omura taught here, and Masujiro Omura died here."),
    Bad("Police in Ohtsuka asked for help. The crash in [[Otsuka]] hurt two, and Ohtsuka is closed.",
        after="Police in Ohtsuka asked for help. The crash in Ohtsuka hurt two, and Ohtsuka is closed."),
    Bad("Doctor Ilse Brandtner opened the ward. Brandtner has led it since May. The nurses thank [[Brandnter]].",
        after="Doctor Ilse Brandtner opened the ward. Brandtner has led it since May. The nurses thank Brandtner."),
    Good("The statue shows Masujiro Omura. Masujiro Omura taught here."),
    Good("The hearing was short. Petersen beat Peterson in three sets, and Pettersen lost."),
    Good("Kenji Tanaka beat Ryota Tanabe, and Tanabe went home."),
    Good("The Korean team beat Korea's second team, and both Koreas rejoiced."),
])
def name_spelling(analysis: Analysis) -> Iterator[Hit]:
    """One name in two spellings: a letter or two apart beside the same other name, or two ways to write the same Japanese sounds.

    The rarer spelling is flagged, the later one when both are as frequent; the majority's is offered.
    """
    names = [n for n in _names(analysis).values() if len(n.text) >= SHORTEST]
    by_initial: dict[str, list[_Name]] = defaultdict(list)
    for name in names:
        by_initial[name.text[0]].append(name)
    best: dict[str, tuple[float, _Name, _Name]] = {}
    for group in by_initial.values():
        for a, b in combinations(group, 2):
            chance = _chance(a, b)
            if not chance:
                continue
            odd, usual = sorted((a, b), key=lambda n: (len(n.spans), -n.spans[0].start))
            if chance > best.get(odd.text, (0.0,))[0]:
                best[odd.text] = (chance, odd, usual)
    for chance, odd, usual in best.values():
        for span in odd.spans:
            yield Hit(span, f"“{odd.text}” is spelled “{usual.text}” elsewhere in this document.", chance, (
                Replacement(span, usual.text, "unsafe", f"The document has “{usual.text}” {_times(len(usual.spans))}."),
            ))


def _times(n: int) -> str:
    return {1: "once", 2: "twice"}.get(n, f"{n} times")


@detector("terminology/name", "minor", examples=[
    Bad("Kazuya Mihara has a fever, the club said. Kazuya Mihara is at home. [[Mihara Kazuya]] will not play.",
        after="Kazuya Mihara has a fever, the club said. Kazuya Mihara is at home. Kazuya Mihara will not play."),
    Bad("The team of Otani Yuko won. [[Yuko Otani]] wept.", after="The team of Otani Yuko won. Otani Yuko wept."),
    Good("The team of Yuko Otani won. Yuko Otani wept."),
    Good("Kazuya Mihara met Kazuya. Mihara left."),
])
def name_order(analysis: Analysis) -> Iterator[Hit]:
    """The same two words as a name in both orders: family name first in one place, given name first in another."""
    found: dict[tuple[str, str], list[Span]] = defaultdict(list)
    plain = analysis.document.plain
    for segment in analysis.document.segments:
        text = segment.span.of(plain)
        ws = words(text)
        names = [False, *map(_is_name, ws), False, False]  # names[i + 1] is of ws[i]
        for i, (a, b) in enumerate(pairwise(ws)):
            if names[i:i + 4] == [False, True, True, False] and text[a.end:b.start] == " " and a.text != b.text:
                found[a.text, _bare(b)].append(Span(segment.span.start + a.start, segment.span.start + b.start + len(_bare(b))))
    for (first, second), spans in found.items():
        others = found.get((second, first))
        if not others or (len(spans), -spans[0].start) > (len(others), -others[0].start):
            continue
        for span in spans:
            yield Hit(span, f"“{first} {second}” is “{second} {first}” elsewhere in this document.", 0.45, (
                Replacement(span, f"{second} {first}", "unsafe", f"The document has “{second} {first}” {_times(len(others))}."),
            ))


_JOINED = re.compile(r"^[-@#./]|[-/]$|[-./]\w$")


@detector("terminology/inconsistent", "minor", examples=[
    Bad("The app Kaptera is new. Kaptera sells. A hundred firms use [[kaptera]].",
        after="The app Kaptera is new. Kaptera sells. A hundred firms use Kaptera."),
    Bad("He lives in Mizuho Town. A school in [[Mizuho town]] burned, and Mizuho Town will build it again.",
        after="He lives in Mizuho Town. A school in Mizuho Town burned, and Mizuho Town will build it again."),
    Good("The app Kaptera is new. A hundred firms use Kaptera."),
    Good("He lives in the town of Mizuho. A school in town burned."),
    Good("See Kaptera at kaptera.com. Kaptera is new."),
])
def name_case(analysis: Analysis) -> Iterator[Hit]:
    """A name once with a capital and once without, or "Mizuho Town" beside "Mizuho town"."""
    plain = analysis.document.plain
    names = _names(analysis)
    known = {n.lower(): n for n in names if len(n) >= SHORTEST}
    places: dict[str, Counter[str]] = defaultdict(Counter)
    generic: list[tuple[Span, str, str]] = []
    for segment in analysis.document.segments:
        text = segment.span.of(plain)
        ws = words(text)
        for i, w in enumerate(ws):
            span = Span(segment.span.start + w.start, segment.span.start + w.end)
            ordinary = w.text not in known or is_word(w.text) or is_title(w.text)
            if not ordinary and not _JOINED.search(plain[max(0, span.start - 1):span.end + 2]):
                name = known[w.text]
                if len(names[name].spans) == 1:
                    continue
                yield Hit(span, f"“{w.text}” has a capital elsewhere in this document.", 0.45, (
                    Replacement(span, name, "unsafe", f"The document has “{name}” {_times(len(names[name].spans))}."),
                ))
            if i and w.lower in _GENERIC and _is_name(ws[i - 1]) and text[ws[i - 1].end:w.start] == " " and not w.text.isupper():
                places[f"{ws[i - 1].text} {w.lower}"][w.text] += 1
                generic.append((span, f"{ws[i - 1].text} {w.lower}", w.text))
    for span, place, form in generic:
        usual = places[place].most_common(1)[0][0]
        if form != usual and len(places[place]) > 1:
            yield Hit(span, f"“{usual}” is written so elsewhere in this name.", 0.35, (
                Replacement(span, usual, "unsafe", f"The document has “{usual}” in this name {_times(places[place][usual])}."),
            ))


_DOUBLED = {
    "jinja": "Shrine", "jingu": "Shrine", "shi": "City", "ken": "Prefecture", "cho": "Town", "machi": "Town", "mura": "Village",
    "son": "Village", "ku": "Ward", "eki": "Station", "daigaku": "University",
}
_DOUBLED_RE = re.compile(rf"\b(?P<name>[A-Z][a-z]+)-(?P<tail>{'|'.join(_DOUBLED)}) (?P<word>{'|'.join(sorted(set(_DOUBLED.values())))})\b")


@detector("terminology/inconsistent", "minor", examples=[
    Bad("The festival of [[Hakusan-jinja Shrine]] is off.", after="The festival of Hakusan Shrine is off."),
    Bad("He works for [[Noda-shi City]].", after="He works for Noda City."),
    Good("The festival of Hakusan Shrine is off."),
    Good("He lives in Nishi-ku, Sakai City."),
])
def doubled_generic(analysis: Analysis) -> Iterator[Hit]:
    """The kind of place said twice, in Japanese and in English: a jinja is a shrine already."""
    for m in _DOUBLED_RE.finditer(analysis.document.plain):
        if _DOUBLED[m["tail"]] != m["word"]:
            continue
        span = Span(m.start(), m.end())
        yield Hit(span, f"“-{m['tail']}” means {m['word'].lower()} already.", 0.6, (
            Replacement(span, f"{m['name']} {m['word']}", "unsafe", f"“-{m['tail']}” means {m['word'].lower()} already."),
        ))


_AGAIN = re.compile(r"\b(?P<name>[^\W\d_]{3,}(?: [A-Z][^\W\d_]+)?) \((?P=name)\)")


@detector("style/awkward", "minor", examples=[
    Bad("Then [[Kuroda (Kuroda)]] scored.", after="Then Kuroda scored.", safe=True),
    Bad("The mayor of [[Noda (Noda)]] resigned.", after="The mayor of Noda resigned.", safe=True),
    Good("Then Kuroda (Maeda) scored."),
    Good("The National Diet Library (NDL) is closed."),
])
def name_repeated(analysis: Analysis) -> Iterator[Hit]:
    """A name explained by itself in brackets: the source gave its reading or script, which English has once."""
    for m in _AGAIN.finditer(analysis.document.plain):
        span = Span(m.start(), m.end())
        yield Hit(span, f"“{m['name']}” is explained by itself.", 0.9, (
            Replacement(span, m["name"], "safe", "A name is repeated in brackets."),
        ))


#: Offices that one person does not hold at once.
_EXCLUSIVE = (
    ("president", "prime minister", "chancellor", "king", "queen", "emperor"), ("governor", "mayor"), ("spokesman", "spokeswoman"),
    ("ambassador", "general"), ("mr.", "ms."),
)
_SAME_TITLE = {"mr": "mr.", "ms": "ms.", "mrs": "ms.", "mrs.": "ms.", "miss": "ms."}
_TITLE = re.compile(
    r"(?<!ice )(?<!ormer )(?<!then-)(?<!acting )\b(?P<title>President|Prime Minister|Chancellor|King|Queen|Emperor|"
    r"Governor|Mayor|Spokesman|Spokeswoman|Ambassador|General|M(?:rs?|s)\.?|Miss)"
    r"(?P<given>(?: [A-Z][\w-]+)?) (?P<name>[A-Z][a-z][\w-]+)\b(?! (?:and|or) )",
)


@detector("terminology/inconsistent", "minor", examples=[
    Bad("President Velasco spoke first. The press asked [[Prime Minister Velasco]] about it."),
    Bad("Governor Maki Ueda opened the hall. Later [[Mayor Ueda]] left."),
    Good("President Velasco spoke first. Mr. Velasco then left."),
    Good("Former Prime Minister Velasco spoke. President Velasco is in office since May."),
])
def title_clash(analysis: Analysis) -> Iterator[Hit]:
    """One name under two offices that nobody holds at once. The rarer one, or the later, is flagged."""
    found: dict[str, dict[str, list[re.Match[str]]]] = defaultdict(lambda: defaultdict(list))
    for m in _TITLE.finditer(analysis.document.plain):
        title = m["title"].lower()
        found[m["name"]][_SAME_TITLE.get(title, title)].append(m)
    for name, titles in found.items():
        for group in _EXCLUSIVE:
            held = sorted((t for t in group if t in titles), key=lambda t: (-len(titles[t]), titles[t][0].start()))
            given = {m["given"] for t in held for m in titles[t] if m["given"]}
            if len(held) < 2 or len(given) > 1:  # two people of one family name
                continue
            for m in (m for t in held[1:] for m in titles[t]):
                yield Hit(
                    Span(m.start(), m.end()), f"{name} is “{titles[held[0]][0]['title']}” elsewhere in this document.",
                    0.3 if "mr." in held else 0.5,
                )
