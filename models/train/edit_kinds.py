"""What kind of edit a rewrite makes, as grammar books and ERRANT (Bryant et al. 2017) sort them: which kinds are safe is measured a kind.

Words are compared by lemma and tag, of the tool's own parses. An edit that is of no kind known to be small is ``other``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Literal, get_args

from cleaner.analysis import parse
from cleaner.language.content import stem

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

Kind = Literal["article", "preposition", "agreement", "tense", "number", "punctuation", "duplicate", "other"]
KINDS: tuple[Kind, ...] = get_args(Kind)
_ARTICLES = frozenset({"a", "an", "the"})
#: Without "without", which denies.
_PREPOSITIONS = frozenset({
    "about", "above", "across", "after", "against", "along", "among", "around", "as", "at", "before", "behind", "below", "beneath",
    "beside", "between", "beyond", "by", "down", "during", "for", "from", "in", "inside", "into", "near", "of", "off", "on", "onto", "out",
    "outside", "over", "past", "per", "since", "through", "throughout", "till", "to", "toward", "towards", "under", "until", "up", "upon",
    "via", "with", "within",
})
_AUXILIARIES = frozenset({"be", "am", "is", "are", "was", "were", "been", "being", "have", "has", "had", "having", "do", "does", "did"})
_PLURAL = {"is": "are", "was": "were", "has": "have", "does": "do", "am": "are"}
_FINITE = frozenset({"VBZ", "VBP", "VB"})
_MARK = re.compile(r"[^\w\s]+")


def kinds(old: str, new: str) -> tuple[Kind, ...]:
    """The kinds of the edits that make `new` of `old`, each once, in the order of KINDS; none where only white space differs.

    >>> kinds("He go to the school in Monday.", "He goes to school on Monday.")
    ('article', 'preposition', 'agreement')
    """
    a, b = parse([" ".join(old.split()), " ".join(new.split())])
    found = set(_kinds(a, b))
    return tuple(k for k in KINDS if k in found)


def _kinds(a: Doc, b: Doc) -> Iterator[Kind]:
    matcher = SequenceMatcher(None, [t.text for t in a], [t.text for t in b], autojunk=False)
    for tag, i, j, k, m in matcher.get_opcodes():
        if tag != "equal":
            yield from _block(a, i, j, list(b[k:m]))


def _block(a: Doc, i: int, j: int, new: Sequence[Token]) -> Iterator[Kind]:
    """The kinds of one difference: tokens `i` to `j` of `a` become `new`."""
    old = list(a[i:j])
    if not new and _said_before(a, i, j):
        yield "duplicate"
        return
    kind = _one(old, new)
    if kind != "other":
        yield kind
    elif len(old) == len(new) > 1:
        yield from (_one([x], [y]) for x, y in zip(old, new, strict=True) if x.text != y.text)
    else:
        yield from _without_articles(old, new)


def _without_articles(old: Sequence[Token], new: Sequence[Token]) -> Iterator[Kind]:
    """The kinds of a difference that an article or a mark belongs to: those and what else there is."""
    rest = [[t for t in part if t.lower_ not in _ARTICLES and not _MARK.fullmatch(t.text)] for part in (old, new)]
    gone = [[t.text for t in part if t.lower_ in _ARTICLES] for part in (old, new)]
    marks = [[t.text for t in part if _MARK.fullmatch(t.text)] for part in (old, new)]
    if gone[0] != gone[1]:
        yield "article"
    if marks[0] != marks[1]:
        yield "punctuation"
    if [t.text for t in rest[0]] != [t.text for t in rest[1]]:
        yield _one(*rest)


def _said_before(doc: Doc, i: int, j: int) -> bool:
    """Whether the words are the same as those right before or behind them."""
    size = j - i
    own = [t.lower_ for t in doc[i:j]]
    return any(t.isalpha() for t in own) and any(
        0 <= at <= len(doc) - size and [t.lower_ for t in doc[at:at + size]] == own for at in (i - size, j)
    )


def _one(old: Sequence[Token], new: Sequence[Token]) -> Kind:
    both = [*old, *new]
    if all(_MARK.fullmatch(t.text) for t in both):
        return "punctuation"
    if len(old) == len(new) == 1 and old[0].lower_ == new[0].lower_:
        return "punctuation" if old[0].i == 0 or new[0].i == 0 else "other"  # a capital where a sentence begins, and none elsewhere
    if all(t.lower_ in _ARTICLES for t in both):
        return "article"
    if len(old) <= 1 and len(new) <= 1 and all(t.lower_ in _PREPOSITIONS and t.tag_ in ("IN", "TO", "RP", "RB") for t in both):
        return "preposition"
    return _inflected(old, new)


def _inflected(old: Sequence[Token], new: Sequence[Token]) -> Kind:
    """The kind of an edit that changes only the form of one word, with the auxiliaries of a verb."""
    if len(old) == len(new) == 1:
        a, b = old[0], new[0]
        pair = {a.lower_, b.lower_}
        if any(pair == {one, many} for one, many in _PLURAL.items()):
            return "agreement"
        if pair <= _AUXILIARIES and a.lemma_ == b.lemma_:
            return "tense"
        if not _same(a, b):
            return "other"
        if {a.tag_, b.tag_} == {"NN", "NNS"}:
            return "number"
        if a.tag_[:2] == "VB" == b.tag_[:2]:
            return "agreement" if {a.tag_, b.tag_} <= _FINITE else "tense"
        return "other"
    rest = [[t for t in part if t.lower_ not in _AUXILIARIES] for part in (old, new)]
    if len(old) <= 3 and len(new) <= 3 and len(rest[0]) == len(rest[1]) <= 1 and all(_same(a, b) for a, b in zip(*rest, strict=True)):
        return "tense"
    return "other"


def _same(a: Token, b: Token) -> bool:
    """Whether two tokens are forms of one word: a noun's or a verb's."""
    return bool(a.is_alpha and b.is_alpha) and (a.lemma_.lower() == b.lemma_.lower() or stem(a.lower_) == stem(b.lower_)) and (
        {a.tag_[:2], b.tag_[:2]} <= {"NN", "VB"}
    )
