"""The review queue: one SQLite file that keeps what was flagged and what people decided.

Written in WAL mode, a transaction a decision, synced to disk before it is reported done: two processes may work on one file, and a
process that is killed loses at most the decision it had not yet confirmed. Answers are found by the words of a sentence and of its
surroundings (`core.record_key`), so they outlive edits elsewhere in the file; an answer whose surroundings changed is carried over.
"""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ..core import Answer, CleanerError, Finding, Record, Span
from .item import Entry, Item, LogVerdict, pack_findings, pack_proposals, pack_rules, unpack_findings, unpack_proposals
from .schema import APPLICATION_ID, MIGRATIONS

#: How long a process waits for another one's transaction, in seconds.
PATIENCE = 30.0
#: A sentence of fewer words is the same sentence only while one of its neighbours is.
_OWN_MEANING = 6


class TakenError(CleanerError):
    """Somebody else decided about the item after it was read."""


@dataclass(frozen=True, slots=True)
class Stored:
    """What a run changed in the queue. When `carried` is not 0, answers now hold that the run did not know: clean the document again."""

    new: int
    retired: int
    carried: int


class Queue:
    """An open queue; not shared between threads (open the file once in each)."""

    def __init__(self, path: Path, db: sqlite3.Connection) -> None:
        self.path = path
        self._db = db

    @classmethod
    def open(cls, path: str | Path, *, create: bool = True) -> Queue:
        """Open the file at `path`, made if it is missing and `create` is set.

        Raises CleanerError for a file that is missing, damaged, not a queue, written by a newer version, or cannot be opened; the file
        is then left as it is.
        """
        path = Path(path)
        if not path.exists() and not create:
            raise CleanerError(f"no review queue at {path}: run `cleaner clean` on your files first")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise CleanerError(f"{path.parent}: cannot be made ({error.strerror}); choose another place for the setting `queue`") from error
        with _explained(path):
            db = sqlite3.connect(path, timeout=PATIENCE, isolation_level=None)
            try:
                _prepare(path, db)
            except BaseException:
                db.close()
                raise
        return cls(path, db)

    def close(self) -> None:
        self._db.close()

    def __enter__(self) -> Queue:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextmanager
    def _write(self) -> Iterator[sqlite3.Connection]:
        """One transaction: all of it or nothing."""
        with _explained(self.path):
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._db
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise

    def _rows(self, sql: str, values: Sequence[Any] = ()) -> list[sqlite3.Row]:
        with _explained(self.path):
            return self._db.execute(sql, values).fetchall()

    # What the pipeline is told

    def answers(self) -> dict[str, Answer]:
        """The answers that hold, by record key: people's own, and "leave it" where each finding of an item was dismissed."""
        found = {}
        dismissed = {e.key for e in self.dismissals() if e.words is not None}
        for item in (self._items("i.stale = 0", ()) if dismissed else ()):
            if item.key in dismissed and not self._undismissed([item]):
                found[item.key] = Answer("reject", item.original, item.rules)
        for row in self._rows("SELECT * FROM answer"):
            answer = _entry(row).answer()
            assert answer is not None
            found[row["key"]] = answer
        return found

    def dismissed_rules(self, doc: str) -> frozenset[str]:
        """The rules that are dismissed in the whole of a document: the caller suppresses them there."""
        return frozenset(r for e in self.dismissals() if e.doc == doc and e.words is None for r in e.rules)

    def store(self, doc: str, records: Iterable[Record]) -> Stored:
        """Keep what a run over `doc` flagged or changed; items that it no longer produces become stale, their answers stay."""
        with self._write() as db:
            known = db.execute("SELECT * FROM answer WHERE key IN (SELECT key FROM items WHERE doc = ?)", (doc,))
            answers = {r["key"]: _entry(r) for r in known}
            old = {r["key"]: r for r in db.execute("SELECT * FROM items WHERE doc = ?", (doc,))}
            produced: dict[str, Record] = {}
            for r in records:
                if r.key not in answers and (held := db.execute("SELECT * FROM answer WHERE key = ?", (r.key,)).fetchone()):
                    answers[r.key] = _entry(held)
                if r.findings and (r.status != "unchanged" or r.key in answers):
                    produced.setdefault(r.key, r)
            gone = [row for key, row in old.items() if key not in produced]
            carried = sum(_carry(db, doc, r, gone, answers) for key, r in produced.items() if key not in answers)
            for r in produced.values():
                _put(db, doc, r, old.get(r.key), answers.get(r.key))
            db.executemany("UPDATE items SET stale = 1 WHERE doc = ? AND key = ?", [(doc, row["key"]) for row in gone])
            return Stored(len(produced.keys() - old.keys()), sum(not row["stale"] for row in gone), carried)

    # What a reviewer is shown

    def pending(self, *, doc: str | None = None, rule: str | None = None, min_risk: float = 0.0, by_risk: bool = False) -> list[Item]:
        """Live items that wait for a person, in order of the documents or the riskiest first. `rule` is a name or a dotted prefix."""
        where = ["i.stale = 0", "i.status = 'review'", "i.risk >= ?", """(a.id IS NULL OR EXISTS (
            SELECT value FROM json_each(i.rules) EXCEPT SELECT value FROM json_each(a.rules)))"""]
        values: list[Any] = [min_risk]
        if doc is not None:
            where.append("i.doc = ?")
            values.append(doc)
        items = self._undismissed(self._items(" AND ".join(where), values))
        if rule is not None:
            items = [i for i in items if any(r == rule or r.startswith(rule + ".") for r in i.rules)]
        return sorted(items, key=lambda i: -i.risk) if by_risk else items

    def item(self, doc: str, key: str) -> Item | None:
        """One item as it stands now, stale or not, answered or not."""
        return next(iter(self._items("i.doc = ? AND i.key = ?", (doc, key))), None)

    def find(self, prefix: str) -> list[Item]:
        """Items whose key begins with `prefix`."""
        return self._items("substr(i.key, 1, ?) = ?", (len(prefix), prefix))

    def answered(self, *, doc: str | None = None) -> list[Item]:
        """Items with an answer that holds, stale ones too."""
        return self._items("a.id IS NOT NULL" + (" AND i.doc = ?" if doc is not None else ""), () if doc is None else (doc,))

    def documents(self) -> list[str]:
        """Names of the documents with live items."""
        return [r["doc"] for r in self._rows("SELECT DISTINCT doc FROM items WHERE stale = 0 ORDER BY doc")]

    def _items(self, where: str, values: Sequence[Any]) -> list[Item]:
        rows = self._rows(f"""
            SELECT i.*, a.id AS a_id, a.at, a.who, a.verdict, a.doc AS a_doc, a.text, a.rules AS a_rules,
                (SELECT coalesce(max(id), 0) FROM log WHERE key = i.key) AS last
            FROM items i LEFT JOIN answer a ON a.key = i.key WHERE {where} ORDER BY i.doc, i.start""", values)
        return [_item(r) for r in rows]

    def _undismissed(self, items: Iterable[Item]) -> list[Item]:
        """The items that still have findings after the dismissals, without the dismissed ones."""
        dismissals = self.dismissals()
        if not dismissals:
            return list(items)
        kept = []
        for item in items:
            findings = tuple(f for f in item.findings if not any(_covers(e, item, f) for e in dismissals))
            if findings:
                kept.append(replace(item, findings=findings))
        return kept

    # What people decide

    def decide(self, item: Item, verdict: LogVerdict, text: str, who: str) -> Entry:
        """Write an answer about `item` to the log. Raises TakenError when somebody else wrote one since the item was read."""
        with self._write() as db:
            stored = db.execute("SELECT rules FROM items WHERE doc = ? AND key = ?", (item.doc, item.key)).fetchone()
            rules = item.rules.union(json.loads(stored["rules"]) if stored else ())  # dismissed ones too, or it would not cover the record
            newest = db.execute("SELECT * FROM log WHERE key = ? ORDER BY id DESC LIMIT 1", (item.key,)).fetchone()
            if newest is not None and newest["id"] != item.last:
                raise TakenError(f"{newest['who']} was quicker: {newest['verdict']} at {newest['at']}")
            return _log(db, who, verdict, item.doc, item.key, text, rules)

    def dismiss(self, doc: str, rule: str, who: str, *, item: Item | None = None, words: str | None = None) -> Entry:
        """Say that a rule is wrong about `words` of one item, or, without an item, everywhere in the document."""
        with self._write() as db:
            key = item.key if item else ""
            return _log(db, who, "dismiss", doc, key, "", frozenset({rule}), words=(words or "") if item else None)

    def undo(self, who: str) -> Entry | None:
        """Take back the newest entry of `who` that still holds, and what was carried over from it; None when there is nothing left."""
        with self._write() as db:
            row = db.execute("SELECT * FROM holding WHERE who = ? AND carried IS NULL ORDER BY id DESC LIMIT 1", (who,)).fetchone()
            if row is None:
                return None
            for each in db.execute("""
                WITH RECURSIVE copies (id) AS (VALUES (?) UNION SELECT log.id FROM log JOIN copies ON log.carried = copies.id)
                SELECT holding.* FROM copies JOIN holding USING (id)""", (row["id"],)).fetchall():
                entry = _entry(each)
                _log(db, who, "undo", entry.doc, entry.key, "", entry.rules, undoes=entry.id)
            return _entry(row)

    def dismissals(self) -> list[Entry]:
        """The dismissals that hold."""
        return [_entry(r) for r in self._rows("SELECT * FROM holding WHERE verdict = 'dismiss' ORDER BY id")]

    def log(self) -> list[Entry]:
        """Every entry ever made, oldest first."""
        return [_entry(r) for r in self._rows("SELECT * FROM log ORDER BY id")]


def _covers(dismissal: Entry, item: Item, finding: Finding) -> bool:
    if finding.rule not in dismissal.rules:
        return False
    if dismissal.words is None:
        return dismissal.doc == item.doc
    return dismissal.key == item.key and dismissal.words == item.words(finding)


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    """SQLite's errors as one line that says what to do."""
    try:
        yield
    except sqlite3.Error as error:
        name = getattr(error, "sqlite_errorname", "") or ""
        if name.startswith(("SQLITE_NOTADB", "SQLITE_CORRUPT")):
            what = f"is damaged or not a review queue ({error}); nothing was changed. " \
                f"Move it away (mv {path} {path}.damaged) and run `cleaner clean` again"
        elif name.startswith(("SQLITE_FULL", "SQLITE_IOERR_WRITE")):
            what = "could not be written because the disk is full; what was decided before is safe. Free some space and go on"
        elif name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
            what = f"has been in use by another process for {PATIENCE:.0f} seconds; wait for it or end it, then try again"
        elif name.startswith(("SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_PERM")):
            what = f"cannot be opened for writing ({error}); check its permissions or choose another place with the setting `queue`"
        else:
            what = f"does not work as a review queue ({error}); run `cleaner doctor`, or move it away and run `cleaner clean` again"
        raise CleanerError(f"{path}: {what}") from error


def _prepare(path: Path, db: sqlite3.Connection) -> None:
    db.row_factory = sqlite3.Row
    db.execute(f"PRAGMA busy_timeout = {int(PATIENCE * 1000)}")
    version = _version(path, db)
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            db.execute("PRAGMA journal_mode = WAL")
            break
        except sqlite3.OperationalError:  # the switch does not wait for others by itself
            if time.monotonic() > deadline:
                raise
            time.sleep(0.02)
    db.execute("PRAGMA synchronous = FULL")
    if version == len(MIGRATIONS):
        return
    db.execute("BEGIN IMMEDIATE")
    try:
        for migrate in MIGRATIONS[_version(path, db):]:
            migrate(db)
        db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        db.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise


def _version(path: Path, db: sqlite3.Connection) -> int:
    """How many migrations the file has had; raises CleanerError when it is not ours or from a later version."""
    version = int(db.execute("PRAGMA user_version").fetchone()[0])
    mine = db.execute("PRAGMA application_id").fetchone()[0] == APPLICATION_ID
    if not mine and (version or db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]):
        raise CleanerError(f"{path}: is some other program's database; choose another place with the setting `queue`")
    if version > len(MIGRATIONS):
        raise CleanerError(f"{path}: was written by a newer cleaner; update cleaner, or choose another place with the setting `queue`")
    return version


def _log(
    db: sqlite3.Connection, who: str, verdict: LogVerdict, doc: str, key: str, text: str, rules: frozenset[str], *,
    words: str | None = None, undoes: int | None = None, carried: int | None = None,
) -> Entry:
    at = datetime.now(UTC).isoformat(timespec="milliseconds")
    done = db.execute(
        "INSERT INTO log (at, who, verdict, doc, key, text, rules, words, undoes, carried) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (at, who, verdict, doc, key, text, pack_rules(rules), words, undoes, carried),
    )
    assert done.lastrowid is not None
    return Entry(done.lastrowid, at, who, verdict, doc, key, text, rules, words, undoes)


def _put(db: sqlite3.Connection, doc: str, r: Record, old: sqlite3.Row | None, entry: Entry | None) -> None:
    """Insert or renew an item. Where an answer made the record's output, what the tool alone had made of it is kept."""
    status, output = r.status, r.output
    rules = {f.rule for f in r.findings}
    if entry is not None and rules <= entry.rules:
        status, output = (old["status"], old["output"]) if old is not None else ("review", r.original)
    db.execute(
        "INSERT OR REPLACE INTO items VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?)",
        (doc, r.key, r.span.start, r.span.end, r.original, output, r.before, r.after, r.risk, status, pack_rules(rules),
         pack_findings(r.findings), pack_proposals(r.proposals), datetime.now(UTC).isoformat(timespec="seconds")),
    )


def _same(a: str, b: str) -> bool:
    return a.split() == b.split()


def _carry(db: sqlite3.Connection, doc: str, r: Record, gone: list[sqlite3.Row], answers: dict[str, Entry]) -> bool:
    """Give a new record the answer of the same sentence, or of the one it was made from, whose surroundings have changed."""
    found: dict[tuple[str, str], tuple[Entry, LogVerdict, str]] = {}
    for row in gone:
        entry = answers.get(row["key"])
        if entry is None:
            continue
        near = row["before"].split()[-3:] == r.before.split()[-3:] or row["after"].split()[:3] == r.after.split()[:3]
        if not near and len(r.original.split()) < _OWN_MEANING:
            continue
        if _same(row["original"], r.original):
            text = r.original if entry.verdict == "reject" else entry.text
            found[entry.verdict, text] = (entry, entry.verdict, text)
        elif entry.verdict != "reject" and _same(entry.text, r.original):
            found["accept", r.original] = (entry, "accept", r.original)
    if len(found) != 1:
        return False
    [(entry, verdict, text)] = found.values()
    answers[r.key] = _log(db, entry.who, verdict, doc, r.key, text, entry.rules, carried=entry.id)
    return {f.rule for f in r.findings} <= entry.rules


def _entry(row: sqlite3.Row) -> Entry:
    return Entry(
        row["id"], row["at"], row["who"], row["verdict"], row["doc"], row["key"], row["text"], frozenset(json.loads(row["rules"])),
        row["words"], row["undoes"],
    )


def _item(row: sqlite3.Row) -> Item:
    entry = None
    if row["a_id"] is not None:
        rules = frozenset(json.loads(row["a_rules"]))
        entry = Entry(row["a_id"], row["at"], row["who"], row["verdict"], row["a_doc"], row["key"], row["text"], rules)
    return Item(
        row["doc"], row["key"], Span(row["start"], row["end"]), row["original"], row["output"], row["before"], row["after"], row["risk"],
        row["status"], unpack_findings(row["findings"]), unpack_proposals(row["proposals"]), bool(row["stale"]), entry, row["last"],
    )
