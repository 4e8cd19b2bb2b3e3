"""What answers taught, in the queue: an entry of the log says that it was learnt, another one that it was taken back."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from ..diff import compare
from ..taught import Ignore, Taught, Term, fold, spaced

Kind = Literal["case", "term", "ignore"]
#: A lesson is about a name or term, not about half a sentence.
_LONGEST = 6


@dataclass(frozen=True, slots=True)
class Learned:
    """One thing that was learnt: `id` is its entry in the log, `origin` the decision that it came from, where there was one.

    A term has `wrong`, `right` and `always`; an ignore `rule`, `words` and perhaps the only `sentence` in which it holds; a case `content`.
    """

    id: int
    at: str
    who: str
    kind: Kind
    doc: str
    key: str
    wrong: str = ""
    right: str = ""
    always: bool = False
    rule: str = ""
    words: str = ""
    sentence: str = ""
    content: str = ""
    origin: int | None = None

    @property
    def described(self) -> str:
        """What was learnt, in a line."""
        if self.kind == "term":
            return f"{self.wrong} → {self.right}" + (" (always)" if self.always else "")
        if self.kind == "ignore":
            return f"{self.rule}: “{self.words}”" + (f" in “{self.sentence}”" if self.sentence else "")
        case = self.case
        return f"{case['sentence']} " + ("stays" if case.get("clean") else f"→ {case['accept'][0]}")

    @property
    def case(self) -> dict[str, Any]:
        """The regression case, as `cleaner.regress` writes it."""
        return dict(json.loads(self.content))


@dataclass(frozen=True, slots=True)
class Lesson:
    """A name or term that an answer changed: what may become an entry of the glossary."""

    wrong: str
    right: str


def lesson(original: str, text: str) -> Lesson | None:
    """The one place where two texts differ, widened to whole words; None where they differ in several places, or in many words."""
    pieces = compare(original, text)
    at = [n for n, p in enumerate(pieces) if p.kind != "same"]
    if not at or any(p.kind == "same" for p in pieces[at[0]:at[-1] + 1] if p.text.strip()):
        return None
    inner = pieces[at[0]:at[-1] + 1]
    wrong = "".join(p.text for p in inner if p.kind != "new").strip()
    right = "".join(p.text for p in inner if p.kind != "old").strip()
    if not wrong or not right or max(len(wrong.split()), len(right.split())) > _LONGEST or not any(c.isalpha() for c in wrong):
        return None
    return Lesson(wrong, right)


def read(db: sqlite3.Connection, *, kind: Kind | None = None) -> list[Learned]:
    """What was learnt and not taken back, oldest first."""
    rows = db.execute("""
        SELECT l.*, h.at, h.who, h.doc, h.key FROM learned l JOIN holding h USING (id)
        WHERE h.verdict = 'learn' AND (? IS NULL OR l.kind = ?) ORDER BY id""", (kind, kind))
    return [_learned(r) for r in rows]


def find(db: sqlite3.Connection, number: int) -> Learned | None:
    """One thing that was ever learnt, taken back or not."""
    row = db.execute("SELECT l.*, e.at, e.who, e.doc, e.key FROM learned l JOIN log e USING (id) WHERE id = ?", (number,)).fetchone()
    return _learned(row) if row else None


def keep(db: sqlite3.Connection, thing: Learned) -> None:
    """Write down what the entry `thing.id` of the log taught."""
    db.execute(
        "INSERT INTO learned VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (thing.id, thing.kind, fingerprint(thing), thing.wrong, thing.right, thing.always, thing.rule, thing.words,
         thing.sentence if thing.kind == "ignore" else thing.content, thing.origin),
    )


def known(db: sqlite3.Connection, thing: Learned) -> Learned | None:
    """The same thing, where it was learnt before and still holds."""
    rows = db.execute("""
        SELECT l.*, h.at, h.who, h.doc, h.key FROM learned l JOIN holding h USING (id)
        WHERE l.fingerprint = ? ORDER BY id DESC LIMIT 1""", (fingerprint(thing),))
    return next(map(_learned, rows), None)


def fingerprint(thing: Learned) -> str:
    """Names a thing by its kind and its words, so that the same is not learnt twice."""
    parts: tuple[str, ...]
    if thing.kind == "term":
        parts = (spaced(thing.wrong), thing.right, str(thing.always))
    elif thing.kind == "ignore":
        parts = (thing.rule, fold(thing.words), fold(thing.sentence))
    else:
        parts = (thing.content,)
    return hashlib.sha256("\x1f".join((thing.kind, *parts)).encode()).hexdigest()[:24]


def taught(things: Iterable[Learned]) -> Taught:
    """What a run is to use. Of terms that are wrong in the same way, the one that was learnt last."""
    terms: dict[str, Term] = {}
    ignores: list[Ignore] = []
    for t in things:
        if t.kind == "term":
            terms[spaced(t.wrong)] = Term(t.wrong, t.right, t.always)
        elif t.kind == "ignore":
            ignores.append(Ignore(t.rule, t.words, t.sentence))
    return Taught(tuple(terms.values()), tuple(ignores))


def _learned(row: sqlite3.Row) -> Learned:
    ignore = row["kind"] == "ignore"
    return Learned(
        row["id"], row["at"], row["who"], row["kind"], row["doc"], row["key"], row["wrong"], row["right"], bool(row["always"]), row["rule"],
        row["words"], row["content"] if ignore else "", "" if ignore else row["content"], row["origin"],
    )
