"""Who is at what now, so that two people do not do the same sentence. A claim lapses by itself; nothing is lost when nobody ends it."""

from __future__ import annotations

import sqlite3
import time

from .item import Claim
from .journal import TakenError, write

#: For how long somebody who shows no sign of life still has a sentence, in seconds.
LASTS = 600.0


def claim(db: sqlite3.Connection, doc: str, key: str, who: str, lasts: float) -> Claim:
    """Say that `who` is at an item for the next `lasts` seconds; the same again renews it. Raises TakenError while somebody else is."""
    now = time.time()
    if other := claimed(db, doc, key, now, but=who):
        raise TakenError(f"{other.who} is at this sentence now; it is free again when they move on, or in {minutes(other.until - now)}")
    row = db.execute("SELECT since FROM claims WHERE doc = ? AND key = ? AND who = ? AND until > ?", (doc, key, who, now)).fetchone()
    if row is None:
        write(db, who, "claim", doc, key)
    made = Claim(doc, key, who, row["since"] if row else now, now + lasts)
    db.execute("INSERT OR REPLACE INTO claims VALUES (?, ?, ?, ?, ?)", (doc, key, who, made.since, made.until))
    return made


def claimed(db: sqlite3.Connection, doc: str, key: str, now: float, *, but: str | None = None) -> Claim | None:
    """Who is at an item, leaving out `but`."""
    row = db.execute("SELECT * FROM claims WHERE doc = ? AND key = ? AND until > ?", (doc, key, now)).fetchone()
    return Claim(row["doc"], row["key"], row["who"], row["since"], row["until"]) if row and row["who"] != but else None


def release(db: sqlite3.Connection, doc: str, key: str, who: str) -> float | None:
    """End a person's claim; returns for how many seconds they had it, None when they had none."""
    row = db.execute("DELETE FROM claims WHERE doc = ? AND key = ? AND who = ? RETURNING since, until", (doc, key, who)).fetchone()
    return time.time() - float(row["since"]) if row and row["until"] > time.time() else None


def minutes(seconds: float) -> str:
    """A time to wait, for people."""
    return f"{max(1, round(seconds))} seconds" if seconds < 90 else f"{round(seconds / 60)} minutes"
