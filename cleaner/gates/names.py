"""Names: people, places and organisations of the original are in the rewrite, and no name comes from nowhere."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from functools import cache, lru_cache

from ..language.lexicon import table
from ..language.quantities import MAGNITUDE, SMALL, TENS, lexicon
from ..language.wording import Word, is_common, is_word, listing, nonpossessive, words
from ..registry import Breaks, Keeps, Outcome, Pair, gate

_ROMAN = re.compile(r"[IVX]{2,}")
#: Endings that make an adjective, a people or a plural of a place: Ukraine, Ukrainian; Japan, Japanese.
_DEMONYM = re.compile(r"(?:ese|ians?|eans?|ans|an|ish|ic|is|ia|[aeiosyn])$")
_DATES = frozenset(form for table in ("months", "weekdays") for forms in lexicon()[table].values() for form in forms)
_COUNTS = frozenset(SMALL) | frozenset(TENS) | frozenset(MAGNITUDE)
STEM = 4


@cache
def _table() -> tuple[dict[str, str], frozenset[str]]:
    """(word → what it is another form of, words that are written with a capital without being a name)."""
    read = table("names")
    return {form: name for name, forms in read["same"].items() for form in (name, *forms)}, frozenset(read["not_names"]["words"])


@dataclass(frozen=True, slots=True)
class Name:
    """A word of a name. `sure` ones are written with a capital although nothing but a name would be; others may be a title, a heading's
    capital, or the start of a sentence.
    """

    text: str
    stem: str
    sure: bool


@lru_cache(maxsize=16384)
def stem(word: str) -> str:
    """What the forms of a name share: Japan, Japan's, Japanese.

    >>> stem("japanese") == stem("japan"), stem("austria") == stem("australia"), stem("koreas") == stem("korean")
    (True, False, True)
    """
    word = nonpossessive(word.replace(".", ""))
    if not word.isascii():
        word = "".join(c for c in unicodedata.normalize("NFKD", word) if not unicodedata.combining(c))
    same = _table()[0]
    if word in same:
        return same[word]
    short = _DEMONYM.sub("", word)
    if len(short) < STEM - 1 or (len(short) < STEM and not word.endswith(("s", "ese"))):
        return word
    again = _DEMONYM.sub("", short)
    return again if len(again) >= STEM else short


def _is_name(w: Word, ws: tuple[Word, ...], i: int, known: frozenset[str]) -> Name | None:
    if not w.capital or w.is_digit or len(w.text) < 2 or w.lower in _table()[1] or _ROMAN.fullmatch(w.text):
        return None
    bare = nonpossessive(w.lower)
    if bare in _DATES or bare in _COUNTS or ("'" in bare and bare.partition("'")[0] in _table()[1]):
        return None
    common = is_common(bare)
    if w.initial and is_word(bare):
        return Name(w.text, stem(w.lower), sure=True) if bare in known else None
    return Name(w.text, stem(w.lower), sure=not common or (w.text.isupper() and len(w.text) > 1 and not _shouted(ws, i)))


def _shouted(ws: tuple[Word, ...], i: int) -> bool:
    """Whether a neighbour is in capitals too: a heading, not an acronym."""
    return any(0 <= j < len(ws) and ws[j].text.isupper() and len(ws[j].text) > 2 for j in (i - 1, i + 1))


@lru_cache(maxsize=2048)
def found_names(text: str, known: frozenset[str] = frozenset()) -> tuple[Name, ...]:
    """The words of `text` that are names or parts of names, in order; `known` words are names even at the start of a sentence."""
    ws = words(text)
    return tuple(n for i, w in enumerate(ws) if (n := _is_name(w, ws, i, known)))


@lru_cache(maxsize=64)
def _proper(text: str) -> frozenset[str]:
    """Words that a document writes with a capital inside sentences and never without: Brown and May are people there."""
    ws = words(text)
    inside = {nonpossessive(w.lower) for w in ws if w.capital and not w.initial and not w.text.isupper()}
    return frozenset(inside - {w.lower for w in ws if not w.capital})


@lru_cache(maxsize=64)
def _stems(text: str) -> Counter[str]:
    """All words by stem, in any case: what is a name here may be written small there."""
    return Counter(stem(w.lower) for w in words(text))


def _initials(found: tuple[Name, ...]) -> str:
    return "".join(n.text[0] for n in found).upper()


def _spelled_out(name: Name, other: tuple[Name, ...]) -> bool:
    """Whether `name` is an acronym of neighbouring names of the other version, or the other way round: NATO, North Atlantic Treaty
    Organization.
    """
    letters = name.text.replace(".", "")
    if letters.isupper() and len(letters) > 1:
        return letters in _initials(other)
    return False


@gate(examples=[
    Breaks("Prime Minister Abe met Putin in Sochi.", "Prime Minister Abe met Merkel in Sochi."),
    Breaks("Kyoto beat Osaka.", "Kobe beat Osaka."),
    Breaks("I emphasized.", "Sato emphasized.", "The mayor spoke. I emphasized."),
    Breaks("The talks in Oslo failed.", "The talks failed."),
    Keeps("I emphasized.", "Sato emphasized.", "Sato spoke first. I emphasized."),
    Keeps("The Japan team lost.", "The Japanese team lost."),
    Keeps("NATO = North Atlantic Treaty Organization members met.", "Members of NATO (North Atlantic Treaty Organization) met."),
    Breaks("Brown left early.", "Clark left early.", "The talks with Brown and Clark failed. Brown left early."),
    Keeps("Masijiro Omura spoke.", "Masujiro Omura spoke.", "Masujiro Omura came. Masujiro Omura sat. Masijiro Omura spoke."),
    Keeps("However, the Government agreed.", "The government, however, agreed."),
])
def names(pair: Pair) -> Outcome:
    """Every name of the original is in the rewrite; a name that is new must stand in the rest of the document, and may not replace another.

    A name is a word with a capital that English would write small, wherever it stands. Possessives, plurals, peoples ("Japan",
    "Japanese"), acronyms and their expansion are the same name; letter case and accents do not matter. A spelling may give way to one
    that differs by a letter or two and that the document uses more often.
    """
    if pair.original == pair.rewrite:
        return Outcome(1.0)
    known_names = _proper(pair.context) if pair.context else frozenset[str]()
    old, new = found_names(pair.original, known_names), found_names(pair.rewrite, known_names)
    if not old and not new:
        return Outcome(1.0)
    in_old, in_new = _stems(pair.original), _stems(pair.rewrite)
    lost = [n for n in old if n.stem not in in_new and not _spelled_out(n, new)]
    added = [n for n in new if n.stem not in in_old and not _spelled_out(n, old)]
    fewer = [n for n in old if n.stem in in_new and in_new[n.stem] < in_old[n.stem]]
    letters = {n.text.replace(".", "") for n in old if n.text.isupper()}
    if letters:
        added = [n for i, n in enumerate(added) if not any(_expands(added, i, a) for a in letters)]
    known = _stems(pair.context) if pair.context and added else Counter[str]()
    respelled = [(a, b) for a in lost for b in added if known[b.stem] > known[a.stem] and _one_spelling(a.stem, b.stem)]
    if respelled:
        lost = [n for n in lost if all(n is not a for a, _ in respelled)]
        added = [n for n in added if all(n is not b for _, b in respelled)]
    strange = [n for n in added if n.sure and n.stem not in known]
    # A name from the document in the place of another is a change of fact, however well the document knows it.
    swapped = [n for n in added if n.stem in known] if lost or fewer else []
    gone = [n for n in lost if n.sure or added]
    if swapped and not gone:
        gone = fewer
    return _told(list(dict.fromkeys(n.text for n in gone)), list(dict.fromkeys(n.text for n in [*strange, *swapped])), len(old) + len(new))


def _one_spelling(a: str, b: str) -> bool:
    """Two spellings of one name: a letter or two apart in six or more, the first the same."""
    from rapidfuzz.distance import Levenshtein

    return a[0] == b[0] and min(len(a), len(b)) >= 6 and Levenshtein.distance(a, b, score_cutoff=2) <= 2


def _expands(added: list[Name], i: int, acronym: str) -> bool:
    """Whether the new name at `i` belongs to a row of new names that spell `acronym`."""
    n = len(acronym)
    return any(_initials(tuple(added[k:k + n])) == acronym for k in range(max(0, i - n + 1), i + 1))


def _told(gone: list[str], fresh: list[str], total: int) -> Outcome:
    said = []
    if gone:
        said.append(f"the name {listing(gone)} is lost")
    if fresh:
        said.append(f"the name {listing(fresh)} is new" + ("" if gone else " and not in the document"))
    return Outcome(1 - (len(gone) + len(fresh)) / max(total, len(gone) + len(fresh), 1), "; ".join(said))
