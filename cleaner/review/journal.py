"""The log: what people did, added to and never changed. Undo and redo are entries too."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from datetime import UTC, datetime

from ..core import CleanerError
from .item import Entry, LogVerdict, entry, pack_rules

ANSWERS = ("accept", "edit", "reject")
#: What is done to a sentence, and so makes an older look at it out of date.
_DECIDING = "('accept', 'edit', 'reject', 'dismiss', 'undo', 'redo')"


class TakenError(CleanerError):
    """Somebody else decided about the item after it was read, or is at it now."""


def write(
    db: sqlite3.Connection, who: str, verdict: LogVerdict, doc: str, key: str, text: str = "", rules: Iterable[str] = (), *,
    words: str | None = None, undoes: int | None = None, carried: int | None = None, batch: int | None = None, risk: float | None = None,
    rewriter: str | None = None, offer: str | None = None, offerer: str | None = None, seconds: float | None = None,
) -> Entry:
    """Add an entry. `risk`, the `rewriter` of what was taken, the first `offer` and who made it (`offerer`) and the `seconds` that the
    decision took are kept for the statistics.
    """
    at = datetime.now(UTC).isoformat(timespec="milliseconds")
    rules = frozenset(rules)
    done = db.execute(
        """INSERT INTO log (at, who, verdict, doc, key, text, rules, words, undoes, carried, batch, risk, rewriter, offer, offerer, seconds)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
        (at, who, verdict, doc, key, text, pack_rules(rules), words, undoes, carried, batch, risk, rewriter, offer, offerer, seconds),
    )
    assert done.lastrowid is not None
    return Entry(done.lastrowid, at, who, verdict, doc, key, text, rules, words, undoes, batch)


def first_of_batch(db: sqlite3.Connection, number: int) -> None:
    """Let an entry be the first of a batch, which is named by it; the others are written with `batch=number`."""
    db.execute("UPDATE log SET batch = id WHERE id = ?", (number,))


def newest(db: sqlite3.Connection, key: str) -> Entry | None:
    """The newest entry that decided something about the sentence with this key."""
    row = db.execute(f"SELECT * FROM log WHERE key = ? AND verdict IN {_DECIDING} ORDER BY id DESC LIMIT 1", (key,)).fetchone()
    return entry(row) if row else None


def find(db: sqlite3.Connection, number: int) -> Entry | None:
    """An entry that holds."""
    row = db.execute("SELECT * FROM holding WHERE id = ?", (number,)).fetchone()
    return entry(row) if row else None


def undo(db: sqlite3.Connection, who: str) -> list[Entry]:
    """Take back what `who` did last and still holds, all of it where it was done at once, and what was carried over from it.

    Returns the entries that were taken back, the newest of the person's own first; none when nothing is left.
    """
    row = db.execute("SELECT * FROM holding WHERE who = ? AND carried IS NULL ORDER BY id DESC LIMIT 1", (who,)).fetchone()
    if row is None:
        return []
    own = [row]
    if row["batch"] is not None:
        own = db.execute("SELECT * FROM holding WHERE batch = ? AND who = ? ORDER BY id DESC", (row["batch"], who)).fetchall()
    return take_back(db, who, [entry(r) for r in own])


def take_back(db: sqlite3.Connection, who: str, entries: list[Entry]) -> list[Entry]:
    """Undo these entries, as one step, and what was carried over from them."""
    copies = [
        entry(r) for e in entries for r in db.execute("""
            WITH RECURSIVE copies (id) AS (VALUES (?) UNION SELECT log.id FROM log JOIN copies ON log.carried = copies.id)
            SELECT holding.* FROM copies JOIN holding USING (id) WHERE id != ?""", (e.id, e.id))
    ]
    _step(db, who, "undo", [*entries, *copies])
    return [*entries, *copies]


def redo(db: sqlite3.Connection, who: str) -> list[Entry]:
    """Bring back what `who` took back last, unless they did something new since then. Returns the entries that hold again.

    Raises TakenError when somebody else has decided about one of the sentences meanwhile.
    """
    row = db.execute("""
        SELECT * FROM log u WHERE who = :who AND verdict = 'undo' AND NOT EXISTS (SELECT 1 FROM log r WHERE r.undoes = u.id)
        AND id > (SELECT coalesce(max(id), 0) FROM log
            WHERE who = :who AND carried IS NULL AND verdict NOT IN ('undo', 'redo', 'claim', 'release'))
        ORDER BY id DESC LIMIT 1""", {"who": who}).fetchone()
    if row is None:
        return []
    undone = [row] if row["batch"] is None else db.execute(
        "SELECT * FROM log WHERE batch = ? AND verdict = 'undo' ORDER BY id", (row["batch"],)).fetchall()
    again = []
    for u in undone:
        was = entry(db.execute("SELECT * FROM log WHERE id = ?", (u["undoes"],)).fetchone())
        again.append(was)
        if was.verdict not in ANSWERS:
            continue
        other = db.execute(
            "SELECT * FROM holding WHERE key = ? AND id > ? AND who != ? AND verdict IN ('accept', 'edit', 'reject')",
            (was.key, u["id"], who)).fetchone()
        if other:
            raise TakenError(f"{other['who']} has decided about that sentence since you took yours back: {other['verdict']}")
    _step(db, who, "redo", [entry(u) for u in undone])
    return again


def _step(db: sqlite3.Connection, who: str, verdict: LogVerdict, entries: list[Entry]) -> None:
    """An undo or redo of entries, one batch where they are several."""
    batch = None
    for n, e in enumerate(entries):
        made = write(db, who, verdict, e.doc, e.key, "", e.rules, undoes=e.id, batch=batch)
        if n == 0 and len(entries) > 1:
            first_of_batch(db, made.id)
            batch = made.id


def history(
    db: sqlite3.Connection, *, key: str | None = None, doc: str | None = None, before: int | None = None, limit: int = -1,
) -> list[Entry]:
    """Everything that was done, newest first: about a sentence, a document or all, before an entry, at most `limit`. Undone ones say so."""
    rows = db.execute("""
        SELECT l.*, l.verdict NOT IN ('undo', 'redo', 'claim', 'release') AND h.id IS NULL AS gone
        FROM log l LEFT JOIN holding h USING (id)
        WHERE (:key IS NULL OR l.key = :key) AND (:doc IS NULL OR l.doc = :doc)
            AND (:before IS NULL OR l.id < :before) ORDER BY l.id DESC LIMIT :limit""",
        {"key": key, "doc": doc, "before": before, "limit": limit})
    return [entry(r, undone=bool(r["gone"])) for r in rows]
