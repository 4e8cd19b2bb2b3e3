"""The review queue's tables, as a list of migrations; `PRAGMA user_version` says how many of them a file has had.

`items` is what the last run over each document flagged; `log` is what people did, and is only ever added to: an undo is an entry that
names the entry it undoes, a redo one that names the undo, so who did what and when can always be read. `claims` says who is at what
now. `listing` and `marks` are made from the others (`listing.rebuild`), so that a page of a long queue is one quick question.
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


def _several_reviewers(db: sqlite3.Connection) -> None:
    """Claims, comments, redo, bulk decisions, what was learnt, and tables that a long queue is listed from."""
    db.execute("DROP VIEW answer")
    db.execute("DROP VIEW holding")
    db.execute("ALTER TABLE items ADD COLUMN source TEXT NOT NULL DEFAULT ''")
    db.execute("""
        CREATE TABLE log_2 (
            id INTEGER PRIMARY KEY AUTOINCREMENT, at TEXT NOT NULL, who TEXT NOT NULL,
            verdict TEXT NOT NULL CHECK (verdict IN (
                'accept', 'edit', 'reject', 'dismiss', 'undo', 'redo', 'comment', 'learn', 'claim', 'release')),
            doc TEXT NOT NULL, key TEXT NOT NULL, text TEXT NOT NULL, rules TEXT NOT NULL,
            words TEXT, undoes INTEGER REFERENCES log (id), carried INTEGER REFERENCES log (id),
            batch INTEGER REFERENCES log (id), risk REAL, rewriter TEXT, offer TEXT, offerer TEXT, seconds REAL
        )""")
    db.execute("""
        INSERT INTO log_2 (id, at, who, verdict, doc, key, text, rules, words, undoes, carried)
        SELECT id, at, who, verdict, doc, key, text, rules, words, undoes, carried FROM log ORDER BY id""")
    db.execute("DROP TABLE log")
    db.execute("ALTER TABLE log_2 RENAME TO log")
    db.execute("CREATE INDEX log_key ON log (key)")
    db.execute("CREATE INDEX log_who ON log (who)")
    db.execute("CREATE INDEX log_undoes ON log (undoes) WHERE undoes IS NOT NULL")
    db.execute("CREATE INDEX log_carried ON log (carried) WHERE carried IS NOT NULL")
    db.execute("CREATE INDEX log_batch ON log (batch) WHERE batch IS NOT NULL")
    db.execute("CREATE INDEX log_verdict ON log (verdict)")
    db.execute("""
        CREATE VIEW holding AS SELECT * FROM log l WHERE verdict NOT IN ('undo', 'redo', 'claim', 'release') AND NOT EXISTS (
            SELECT 1 FROM log u WHERE u.undoes = l.id AND NOT EXISTS (SELECT 1 FROM log r WHERE r.undoes = u.id))""")
    # the plus keeps SQLite from looking through all that a person ever did, where it should look at one sentence
    db.execute("""
        CREATE VIEW vote AS SELECT * FROM holding a WHERE verdict IN ('accept', 'edit', 'reject') AND NOT EXISTS (
            SELECT 1 FROM holding n
            WHERE n.key = a.key AND +n.who = a.who AND n.id > a.id AND n.verdict IN ('accept', 'edit', 'reject'))""")
    db.execute("""
        CREATE TABLE claims (
            doc TEXT NOT NULL, key TEXT NOT NULL, who TEXT NOT NULL, since REAL NOT NULL, until REAL NOT NULL, PRIMARY KEY (doc, key)
        ) WITHOUT ROWID""")
    db.execute("""
        CREATE TABLE learned (
            id INTEGER PRIMARY KEY REFERENCES log (id), kind TEXT NOT NULL CHECK (kind IN ('case', 'term', 'ignore')),
            fingerprint TEXT NOT NULL, wrong TEXT NOT NULL, "right" TEXT NOT NULL, always INTEGER NOT NULL, rule TEXT NOT NULL,
            words TEXT NOT NULL, content TEXT NOT NULL, origin INTEGER REFERENCES log (id)
        )""")
    db.execute("""
        CREATE TABLE listing (
            doc TEXT NOT NULL, key TEXT NOT NULL, start INTEGER NOT NULL, risk REAL NOT NULL, status TEXT NOT NULL, stale INTEGER NOT NULL,
            severity INTEGER NOT NULL DEFAULT 0, remaining INTEGER NOT NULL DEFAULT 0, offers INTEGER NOT NULL, ready INTEGER NOT NULL,
            votes INTEGER NOT NULL DEFAULT 0, agreed INTEGER NOT NULL DEFAULT 0, voters TEXT NOT NULL DEFAULT '',
            text TEXT NOT NULL, search TEXT NOT NULL,
            PRIMARY KEY (doc, key)
        ) WITHOUT ROWID""")
    db.execute("CREATE INDEX listing_key ON listing (key)")
    db.execute("""
        CREATE TABLE marks (
            doc TEXT NOT NULL, key TEXT NOT NULL, n INTEGER NOT NULL, rule TEXT NOT NULL, category TEXT NOT NULL, severity INTEGER NOT NULL,
            words TEXT NOT NULL, dismissed INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (doc, key, n)
        ) WITHOUT ROWID""")
    db.execute("CREATE INDEX marks_rule ON marks (rule)")
    db.execute("CREATE INDEX marks_key ON marks (key)")


MIGRATIONS: list[Callable[[sqlite3.Connection], None]] = [_first, _several_reviewers]
