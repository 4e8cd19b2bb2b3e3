"""The words of a quotation belong to the speaker: a rewrite may mend the marks around them, nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from ..language.wording import contains, listing, words
from ..registry import Breaks, Keeps, Outcome, Pair, gate

_MARKS = re.compile(r'["“”„«»「」『』＂]')
# A single mark opens only before a word and closes only behind one, and what lies between has no such mark: apostrophes do not pass for
# quotations.
_SINGLE = re.compile(r"(?<![^\s(\[—–])['‘](?=\w)([^'‘’\n]{0,300}(?:\w['’]\w[^'‘’\n]{0,300}){0,8})(?<=[\w.,!?…])['’](?!\w)")
_CLOSING = {"“": "”", "„": "“", "«": "»", "「": "」", "『": "』"}
PASSAGE_WORDS, SINGLE_WORDS = 4, 3


def _plain(text: str) -> tuple[str, ...]:
    return tuple(w.lower for w in words(text))


@lru_cache(maxsize=1024)
def quoted(text: str) -> tuple[tuple[tuple[str, ...], ...], bool]:
    """The words inside each pair of marks, and whether all are closed; an unclosed quotation, the last, runs to the end of the text.

    Directed marks pair with their like, straight ones by turns, but for one that clearly closes where none is open (`us," he said`): it
    quotes what follows the mark before it. Single marks count only around three words or more.
    """
    found: list[tuple[str, ...]] = []
    opened: tuple[int, str] | None = None
    last = 0
    for m in _MARKS.finditer(text):
        mark, last, before = m.group(), m.end(), last
        if opened is None and mark in '"＂”' and text[m.start() - 1:m.start()].strip() and not text[last:last + 1].strip():
            found.append(_plain(text[before:m.start()]))
        elif opened is None:
            opened = (m.end(), _CLOSING.get(mark, mark if mark in '"＂' else ""))
        elif mark in (opened[1], "”") or (not opened[1]):
            found.append(_plain(text[opened[0]:m.start()]))
            opened = None
    single = [q for m in _SINGLE.finditer(text) if len(q := _plain(m.group(1))) >= SINGLE_WORDS]
    if opened is not None:
        return tuple(q for q in (*single, *found, _plain(text[opened[0]:])) if q), False
    return tuple(q for q in (*single, *found) if q), True


def _changed(ours: Iterable[tuple[str, ...]], theirs: tuple[str, ...], own: tuple[str, ...]) -> list[str]:
    """Quotations whose words do not stand in the other version in the same order, as often."""
    return [" ".join(q) for q in dict.fromkeys(ours) if contains(theirs, q) < min(contains(own, q), sum(1 for o in ours if o == q))]


@gate(examples=[
    Breaks('"We will not yield," he said.', '"We will never yield," he said.'),
    Breaks("The ship is called “Blue Heron”.", "The ship is called “Blue Crane”."),
    Breaks('"I am glad to be here," she said.', "She said she was glad to be here."),
    Breaks("The mayor said he was glad to be here.", 'The mayor said, "I am glad to be here."'),
    Keeps('" I am tired, "he said.', '"I am tired," he said.'),
    Keeps('"I am tired." He said.', 'He said, “I am tired.”'),
    Keeps('The so-called "golden hour" is over.', "The so-called 'golden hour' has ended."),
])
def quoted_words(pair: Pair) -> Outcome:
    """The words inside quotation marks are the same, in the same order; marks, spacing and the stop before a closing mark are free.

    A quotation may be parted around its speaker or joined again. Marks around a few words may come and go; a passage may not become
    indirect speech, nor the writer's own sentence a quotation.
    """
    (old, _), (new, closed) = quoted(pair.original), quoted(pair.rewrite)
    if not old and not new:
        return Outcome(1.0)
    whole_old, whole_new = _plain(pair.original), _plain(pair.rewrite)
    together = tuple(w for q in old for w in q) == tuple(w for q in new for w in q)
    lost = [] if together else _changed(old, whole_new, whole_old)
    added = [] if together else _changed(new if closed else new[:-1], whole_old, whole_new)
    if not lost:
        added = [q for q in added if q.count(" ") + 1 >= PASSAGE_WORDS or old]
    if not new:
        lost += [" ".join(q) for q in old if len(q) >= PASSAGE_WORDS and " ".join(q) not in lost]
    if not old:
        added += [" ".join(q) for q in new if len(q) >= PASSAGE_WORDS and " ".join(q) not in added]
    said = [f"the quotation {listing(lost, 2)} is not kept word for word"] if lost else []
    said += [f"the rewrite quotes {listing(added, 2)}, which the original does not quote"] if added and not lost else []
    return Outcome(1 - (len(lost) + len(added)) / max(len(old) + len(new), len(lost) + len(added), 1), "; ".join(said))
