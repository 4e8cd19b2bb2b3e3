"""Edit tags: what an edit tagger says of each word, and how its tags become text.

A text's words each get one tag for themselves (keep, delete, another word, another form of the same word) and one for the gap before
them (nothing, or words to put there), after GECToR (Omelianchuk et al. 2020), LaserTagger (Malmi et al. 2019) and FELIX (Mallinson et
al. 2020). Tags put only words of a closed list, all in lower case, so that no name and no number can be made up.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from cleaner.core import Span

KEEP, DELETE, OTHER = "=", "-", "?"
#: Forms of a verb and of a noun: rows of the table of forms, and tags ``~past``. A plural and a third person look alike.
VERB, NOUN = ("base", "s", "past", "done", "ing"), ("base", "s")
#: The longest text, in words, that one tag can put.
MOST = 3
_WORD = re.compile(r"\d+(?:[.,:]\d+)*%?|\w+(?:['’]\w+)*|[^\w\s]")
_SAYABLE = re.compile(r"[,;]|[a-z]+(?:'[a-z]+)?(?: [a-z]+(?:'[a-z]+)?)*")
_ATTACHED = re.compile(r"[,.;:!?%)\]’”]")
_VOWEL = re.compile(r"(?i)(?!uni|use|usu|eu|one|once|uk|us\b)[aeiou]|hour|hono|heir")


@dataclass(frozen=True, slots=True)
class Edit:
    """Word `at` becomes `text`, or has it put before it."""

    at: int
    text: str
    before: bool = False


def words(text: str) -> list[Span]:
    """The words and marks of a text, in characters."""
    return [Span(*m.span()) for m in _WORD.finditer(text)]


class Forms:
    """The forms of common verbs and nouns, as a table beside a model: one row a lemma."""

    def __init__(self, verbs: Iterable[Sequence[str]], nouns: Iterable[Sequence[str]]) -> None:
        self.verbs = [tuple(v) for v in verbs]
        self.nouns = [tuple(n) for n in nouns]

    @cached_property
    def _rows(self) -> dict[str, list[tuple[tuple[str, ...], tuple[str, ...]]]]:
        rows: dict[str, list[tuple[tuple[str, ...], tuple[str, ...]]]] = {}
        for names, table in ((VERB, self.verbs), (NOUN, self.nouns)):
            for row in table:
                for form in set(row):
                    rows.setdefault(form, []).append((names, row))
        return rows

    def form(self, word: str, tag: str) -> str | None:
        """`word` in the form `tag`; None where the table has no such word.

        >>> Forms([("go", "goes", "went", "gone", "going")], []).form("goes", "past")
        'went'
        """
        for names, row in self._rows.get(word, ()):
            if tag in names:
                return row[names.index(tag)]
        return None

    def tag(self, old: str, new: str) -> str | None:
        """The first tag that makes `new` of `old`, if they are forms of one word."""
        for names, row in self._rows.get(old, ()):
            if new in row and new != old:
                return names[row.index(new)]
        return None


def difference(old: Sequence[str], new: Sequence[str]) -> list[tuple[int, int, int, int]]:
    """Where two lists of words differ: (first, last) in `old`, (first, last) in `new`; short blocks of the same length word by word."""
    found = []
    for kind, a, b, c, d in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            continue
        if kind == "replace" and b - a == d - c <= MOST:
            found += [(a + k, a + k + 1, c + k, c + k + 1) for k in range(b - a) if old[a + k] != new[c + k]]
        else:
            found.append((a, b, c, d))
    return found


def tags(old: Sequence[str], new: Sequence[str], first: int, last: int, forms: Forms) -> list[str]:
    """The tags of an edit: that of the gap before word `first` where nothing stood, else one for each word; OTHER where none can say it.

    Of several words that become others, the first carries the new text and the rest are deleted.
    """
    size = max(last - first, 1)
    text = " ".join(new).lower()
    if len(new) > MOST or last - first > MOST or (new and not _SAYABLE.fullmatch(text)) or (first and text != " ".join(new)):
        return [OTHER] * size
    if first == last:
        return ["+" + text]
    form = forms.tag(old[first].lower(), text) if len(new) == 1 == size else None
    return ["~" + form if form else text or DELETE, *[DELETE] * (size - 1)]


def edit(tag: str, at: int, word: str, forms: Forms) -> Edit | None:
    """The edit that a tag of word `at` asks for; None for KEEP, OTHER and where it can't be made."""
    if tag in (KEEP, OTHER):
        return None
    if tag.startswith("+"):
        return Edit(at, tag[1:], before=True)
    if tag == DELETE:
        return Edit(at, "")
    new = forms.form(word.lower(), tag[1:]) if tag.startswith("~") else tag
    return Edit(at, new) if new and new != word.lower() else None


def apply(text: str, edits: Sequence[Edit], common: frozenset[str]) -> str:
    """`text` with edits made, at least one, which must not overlap. Case follows what stood there; `common` words lose the capital of a
    first word when they no longer are; "a" and "an" follow the next word.
    """
    spans = words(text)
    tokens = [s.of(text) for s in spans]
    made = [[text[a.end:b.start], token] for (a, b), token in zip(pairwise([Span(0, 0), *spans]), tokens, strict=True)]
    capital = next((t[:1].isupper() for t in tokens if t[:1].isalnum()), False)
    for e in edits:
        gap, old, new = made[e.at][0], tokens[e.at], e.text
        if e.before:
            if _ATTACHED.match(new):
                made[e.at][0] = new + gap
            else:
                made[e.at][0] = (gap if gap or not e.at else " ") + new + ("" if _ATTACHED.match(old) else " ")
                if not e.at and old.lower() in common and old != "I":
                    made[0][1] = old[:1].lower() + old[1:]
            continue
        if new and old[:1].isupper() and (old[1:2].islower() or len(old) == 1) and old != "I":
            new = new[:1].upper() + new[1:]
        made[e.at][1] = new
        if not new:
            made[e.at][0] = gap if e.at == 0 or gap.strip() else ""
            if e.at == 0 and len(made) > 1 and not made[1][0].strip():
                made[1][0] = gap
                made[0][0] = ""
    result = "".join(gap + token for gap, token in made) + text[spans[-1].end:]
    touched = {e.at for e in edits}
    if _near_article(tokens, touched):
        result = re.sub(r"\b([Aa])n? (?=(\w+))", lambda m: m[1] + ("n " if _VOWEL.match(m[2]) else " "), result)
    if "  " not in text:
        result = re.sub(r" {2,}", " ", result)
    head = re.search(r"\w", result)
    if capital and head and min(touched) <= 1:
        result = result[:head.start()] + head[0].upper() + result[head.end():]
    return result


def _near_article(tokens: Sequence[str], touched: set[int]) -> bool:
    """Whether an edit is at or right after an indefinite article."""
    return any(tokens[k].lower() in ("a", "an") for t in touched for k in (t - 1, t) if 0 <= k < len(tokens))
