"""The review queue's tables, as a list of migrations; `PRAGMA user_version` says how many of them a file has had.

`items` is what the last run over each document flagged; `log` is what people decided, and is only ever added to: an undo is an entry
that names the entry it undoes, so who decided what and when can always be read.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

#: "clnr": tells a review queue from other people's SQLite files.
APPLICATION_ID = 0x636C6E72


def _first(db: sqlite3.Connection) -> None:
    db.execute("""
        CREATE TABLE items (
            doc TEXT NOT NULL, key TEXT NOT NULL, start INTEGER NOT NULL, "end" INTEGER NOT NULL,
            original TEXT NOT NULL, output TEXT NOT NULL, before TEXT NOT NULL, after TEXT NOT NULL,
            risk REAL NOT NULL, status TEXT NOT NULL CHECK (status IN ('review', 'fixed')),
            rules TEXT NOT NULL, findings TEXT NOT NULL, proposals TEXT NOT NULL,
            stale INTEGER NOT NULL DEFAULT 0, seen TEXT NOT NULL,
            PRIMARY KEY (doc, key)
        ) WITHOUT ROWID""")
    db.execute("CREATE INDEX items_key ON items (key)")
    db.execute("""
        CREATE TABLE log (
            id INTEGER PRIMARY KEY AUTOINCREMENT, at TEXT NOT NULL, who TEXT NOT NULL,
            verdict TEXT NOT NULL CHECK (verdict IN ('accept', 'edit', 'reject', 'dismiss', 'undo')),
            doc TEXT NOT NULL, key TEXT NOT NULL, text TEXT NOT NULL, rules TEXT NOT NULL,
            words TEXT, undoes INTEGER REFERENCES log (id), carried INTEGER REFERENCES log (id)
        )""")
    db.execute("CREATE INDEX log_key ON log (key)")
    db.execute("CREATE INDEX log_undoes ON log (undoes) WHERE undoes IS NOT NULL")
    db.execute("CREATE INDEX log_carried ON log (carried) WHERE carried IS NOT NULL")
    db.execute("""
        CREATE VIEW holding AS SELECT * FROM log l WHERE verdict != 'undo' AND NOT EXISTS (SELECT 1 FROM log u WHERE u.undoes = l.id)""")
    db.execute("""
        CREATE VIEW answer AS SELECT * FROM holding a WHERE verdict != 'dismiss' AND NOT EXISTS (
            SELECT 1 FROM holding n WHERE n.key = a.key AND n.id > a.id AND n.verdict != 'dismiss')""")


MIGRATIONS: list[Callable[[sqlite3.Connection], None]] = [_first]
