"""The review queue: one SQLite file that keeps what was flagged and what people decided.

Written in WAL mode, a transaction a decision, synced to disk before it is reported done: two processes may work on one file, and a
process that is killed loses at most the decision it had not yet confirmed. Answers are found by the words of a sentence and of its
surroundings (`core.record_key`), so they outlive edits elsewhere in the file; an answer whose surroundings changed is carried over.
"""

from __future__ import annotations

import json
import sqlite3
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol

from ..core import Answer, Record, Span
from ..taught import Taught
from . import claims, journal, learned, listing, statistics, storing
from .filters import WAITS_FOR_ME, Filter
from .item import Claim, Entry, Facets, Item, LogVerdict, Page, entry, unpack_findings, unpack_proposals
from .journal import TakenError
from .learned import Learned
from .opening import connect, explained
from .states import STATE, holding
from .storing import Stored

__all__ = ["Queue", "Stored", "TakenError"]

#: Keys asked for at once.
_MANY = 500


class Follow(Protocol):
    """Does what entries mean outside the queue when they are taken `back` or brought back."""

    def __call__(self, db: sqlite3.Connection, entries: list[Entry], *, back: bool) -> None: ...


class Queue:
    """An open queue; not shared between threads (open the file once in each). `reviewers` people must agree before an answer holds."""

    def __init__(self, path: Path, db: sqlite3.Connection, reviewers: int = 1) -> None:
        self.path = path
        self.reviewers = reviewers
        self._db = db

    @classmethod
    def open(cls, path: str | Path, *, create: bool = True, reviewers: int = 1) -> Queue:
        """Open the file at `path`, made if it is missing and `create` is set.

        Raises CleanerError for a file that is missing, damaged, not a queue, written by a newer version, or cannot be opened; the file
        is then left as it is.
        """
        return cls(Path(path), connect(Path(path), create=create), reviewers)

    def close(self) -> None:
        self._db.close()

    def __enter__(self) -> Queue:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """One transaction: all of it or nothing."""
        with explained(self.path):
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._db
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise

    @contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        """Several questions about one state of the file."""
        with explained(self.path):
            self._db.execute("BEGIN")
            try:
                yield self._db
            finally:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")

    def rows(self, sql: str, values: Sequence[Any] | Mapping[str, Any] = ()) -> list[sqlite3.Row]:
        """What one question finds."""
        with explained(self.path):
            return self._db.execute(sql, values).fetchall()

    def _values(self, who: str | None) -> dict[str, Any]:
        return {"who": who or "", "now": time.time(), "reviewers": self.reviewers}

    # What the pipeline is told

    def answers(self) -> dict[str, Answer]:
        """The answers that hold, by record key: people's own, and "leave it" where each finding of an item was dismissed."""
        with self.read() as db:
            return storing.answers(db, self.reviewers)

    def taught(self) -> Taught:
        """What people taught and did not take back."""
        with self.read() as db:
            return learned.taught(learned.read(db))

    def dismissed_rules(self, doc: str) -> frozenset[str]:
        """The rules that are dismissed in the whole of a document: the caller suppresses them there."""
        return frozenset(r for e in self.dismissals() if e.doc == doc and e.words is None for r in e.rules)

    def store(self, doc: str, records: Iterable[Record], told: Mapping[str, Answer] | None = None) -> Stored:
        """Keep what a run over `doc` flagged or changed; items that it no longer produces become stale, their answers stay.

        `told` are the answers that the run was given. With them, one that was taken back during the run leaves its item as it was, and
        one that was given during the run is counted as carried.
        """
        with self.write() as db:
            return storing.store(db, doc, records, self.reviewers, told)

    # What a reviewer is shown

    def page(self, wanted: Filter, who: str, offset: int, limit: int) -> Page:
        """Part of the list of what is wanted."""
        with self.read() as db:
            return listing.page(db, wanted, self._values(who), offset, limit)

    def facets(self, wanted: Filter, who: str) -> Facets:
        """What the items that are wanted have in common."""
        with self.read() as db:
            return listing.facets(db, wanted, self._values(who))

    def rank(self, wanted: Filter, who: str, doc: str, key: str) -> int | None:
        """How many items come before one in the list that is wanted."""
        with self.read() as db:
            return listing.rank(db, wanted, self._values(who), doc, key)

    def neighbour(self, wanted: Filter, who: str, at: tuple[str, str] | None, *, back: bool = False) -> Item | None:
        """The nearest item of the list that nobody else is at, behind or before a place; its dismissed findings are left out."""
        with self.read() as db:
            found = listing.neighbour(db, wanted, self._values(who), at, back=back)
        return self.shown(*found) if found else None

    def pending(
        self, *, doc: str | None = None, rule: str | None = None, min_risk: float = 0.0, by_risk: bool = False, who: str | None = None,
        wanted: Filter | None = None,
    ) -> list[Item]:
        """Live items that wait for a person, in order of the documents or the riskiest first. `rule` is a name or a dotted prefix."""
        wanted = wanted or Filter(doc, rule, min_risk, by_risk)
        fits, values = wanted.fits()
        found = self._items(f"{fits} AND {wanted.in_state()}", {**self._values(who), **values}, wanted.order)
        return self._undismissed(found)

    def item(self, doc: str, key: str) -> Item | None:
        """One item as it stands now, stale or not, answered or not."""
        return next(iter(self._items("l.doc = :doc AND l.key = :key", {"doc": doc, "key": key})), None)

    def shown(self, doc: str, key: str) -> Item | None:
        """One item as it stands now without its dismissed findings; none are left where all are dismissed."""
        found = self.item(doc, key)
        if found is None:
            return None
        gone = {r["n"] for r in self.rows("SELECT n FROM marks WHERE doc = ? AND key = ? AND dismissed = 1", (doc, key))}
        return replace(found, findings=tuple(f for n, f in enumerate(found.findings) if n not in gone)) if gone else found

    def waits(self, who: str, doc: str, key: str) -> bool:
        """Whether an item waits for this person."""
        where = f"SELECT 1 FROM listing l WHERE l.doc = :doc AND l.key = :key AND {WAITS_FOR_ME}"
        return bool(self.rows(where, {**self._values(who), "doc": doc, "key": key}))

    def live(self, doc: str) -> list[Item]:
        """All items of a document as its last run left them, in order of place: fixed, answered and dismissed ones, with all findings."""
        return self._items("l.stale = 0 AND l.doc = :doc", {"doc": doc})

    def find(self, prefix: str) -> list[Item]:
        """Items whose key begins with `prefix`."""
        return self._items("substr(l.key, 1, length(:prefix)) = :prefix", {"prefix": prefix})

    def answered(self, *, doc: str | None = None) -> list[Item]:
        """Items with an answer that holds, stale ones too."""
        where = "EXISTS (SELECT 1 FROM vote v WHERE v.key = l.key)" + (" AND l.doc = :doc" if doc is not None else "")
        return [i for i in self._items(where, {"doc": doc} if doc is not None else {}) if i.entry is not None]

    def documents(self) -> list[str]:
        """Names of the documents with live items."""
        return [r["doc"] for r in self.rows("SELECT DISTINCT doc FROM listing WHERE stale = 0 ORDER BY doc")]

    def _items(self, where: str, values: Mapping[str, Any], order: str = "l.doc, l.start") -> list[Item]:
        values = {**self._values(None), **values}
        with self.read() as db:
            rows = db.execute(f"""
                SELECT i.*, {STATE} AS state, c.who AS c_who, c.since AS c_since, c.until AS c_until,
                    (SELECT coalesce(max(id), 0) FROM log WHERE key = i.key
                        AND verdict IN ('accept', 'edit', 'reject', 'dismiss', 'undo', 'redo')) AS last
                FROM listing l JOIN items i USING (doc, key) LEFT JOIN claims c ON c.doc = l.doc AND c.key = l.key AND c.until > :now
                WHERE {where} ORDER BY {order}""", values).fetchall()
            votes: dict[str, list[Entry]] = defaultdict(list)
            for some in range(0, len(rows), _MANY):
                keys = [r["key"] for r in rows[some:some + _MANY]]
                for row in db.execute(f"SELECT * FROM vote WHERE key IN ({', '.join('?' * len(keys))}) ORDER BY id", keys):
                    votes[row["key"]].append(entry(row))
        return [_item(r, tuple(votes.get(r["key"], ())), self.reviewers) for r in rows]

    def _undismissed(self, items: Iterable[Item]) -> list[Item]:
        """The items that still have findings after the dismissals, without the dismissed ones."""
        silenced: dict[tuple[str, str], set[int]] = defaultdict(set)
        for r in self.rows("SELECT doc, key, n FROM marks WHERE dismissed = 1"):
            silenced[r["doc"], r["key"]].add(r["n"])
        kept = []
        for item in items:
            if own := silenced.get((item.doc, item.key)):
                item = replace(item, findings=tuple(f for n, f in enumerate(item.findings) if n not in own))
            if item.findings:
                kept.append(item)
        return kept

    # What people do

    def decide(self, item: Item, verdict: LogVerdict, text: str, who: str, *, rewriter: str | None = None) -> Entry:
        """Write an answer about `item` to the log; `rewriter` made the text that was taken.

        Raises TakenError when somebody else wrote one since the item was read, or is at the item. Where several people must agree,
        another one's answer is no reason to refuse, unless one holds.
        """
        with self.write() as db:
            if other := claims.claimed(db, item.doc, item.key, time.time(), but=who):
                raise TakenError(f"{other.who} is at this sentence now; what you decided was not kept")
            stored = db.execute("SELECT rules FROM items WHERE doc = ? AND key = ?", (item.doc, item.key)).fetchone()
            rules = item.rules.union(json.loads(stored["rules"]) if stored else ())  # dismissed ones too, or it would not cover the record
            newest = journal.newest(db, item.key)
            if newest is not None and newest.id != item.last and not self._may_join(db, item, newest, who):
                raise TakenError(f"{newest.who} was quicker: {newest.verdict} at {newest.at}")
            seconds = claims.release(db, item.doc, item.key, who)
            first = item.proposals[0] if item.proposals else None
            made = journal.write(
                db, who, verdict, item.doc, item.key, text, rules, risk=item.risk, rewriter=rewriter, offer=first.text if first else None,
                offerer=first.rewriter if first else None, seconds=seconds,
            )
            listing.refresh(db, [item.key])
            return made

    def _may_join(self, db: sqlite3.Connection, item: Item, newest: Entry, who: str) -> bool:
        """Whether a person who has not seen the newest answer may give theirs: another's, while more are needed."""
        if self.reviewers == 1 or newest.who == who or newest.verdict not in journal.ANSWERS:
            return False
        votes = [entry(r) for r in db.execute("SELECT * FROM vote WHERE key = ?", (item.key,))]
        return holding(votes, self.reviewers, item.rules) is None

    def decide_all(self, wanted: Filter, verdict: LogVerdict, who: str) -> tuple[list[Entry], int]:
        """Take the first suggestion (where it passed every gate), or keep the original, for all that waits and is wanted; one batch.

        Returns the entries, and how many of what is wanted were left as they are.
        """
        with self.write() as db:
            values = self._values(who)
            total = listing.page(db, replace(wanted, state=None), values, 0, 0).total
            made: list[Entry] = []
            done: set[str] = set()
            count = 0
            for row in listing.open_items(db, wanted, values):
                if verdict == "accept" and not row["ready"]:
                    continue
                count += 1
                if row["key"] in done:  # the same sentence in another document: one answer serves both
                    continue
                done.add(row["key"])
                first = next(iter(unpack_proposals(row["proposals"])), None)
                text = first.text if first and verdict == "accept" else row["original"]
                made.append(journal.write(
                    db, who, verdict, row["doc"], row["key"], text, json.loads(row["rules"]), batch=made[0].id if made else None,
                    risk=row["risk"], rewriter=first.rewriter if first and verdict == "accept" else None,
                    offer=first.text if first else None, offerer=first.rewriter if first else None,
                ))
            if len(made) > 1:
                journal.first_of_batch(db, made[0].id)
            listing.refresh(db, done)
            return made, total - count

    def dismiss(self, doc: str, rule: str, who: str, *, item: Item | None = None, words: str | None = None) -> Entry:
        """Say that a rule is wrong about `words` of one item, or, without an item, everywhere in the document."""
        with self.write() as db:
            key = item.key if item else ""
            made = journal.write(db, who, "dismiss", doc, key, "", {rule}, words=(words or "") if item else None)
            listing.remark(db, [made])
            return made

    def comment(self, item: Item, text: str, who: str) -> Entry:
        """Say something about an item."""
        with self.write() as db:
            return journal.write(db, who, "comment", item.doc, item.key, text)

    def claim(self, item: Item, who: str, lasts: float = claims.LASTS) -> Claim:
        """Say that `who` is at an item, for so many seconds. Raises TakenError while somebody else is."""
        with self.write() as db:
            return claims.claim(db, item.doc, item.key, who, lasts)

    def release(self, item: Item, who: str) -> None:
        """Say that `who` has moved on."""
        with self.write() as db:
            if claims.release(db, item.doc, item.key, who) is not None:
                journal.write(db, who, "release", item.doc, item.key)

    def undo(self, who: str, follow: Follow | None = None) -> Entry | None:
        """Take back the newest entry of `who` that still holds, and what was carried over from it; None when there is nothing left.

        `follow` is told of the entries, in their transaction.
        """
        with self.write() as db:
            entries = journal.undo(db, who)
            if follow:
                follow(db, entries, back=True)
            return settle(db, entries, who)

    def redo(self, who: str, follow: Follow | None = None) -> Entry | None:
        """Bring back what `who` took back last; None when there is nothing, or something new was done since."""
        with self.write() as db:
            entries = journal.redo(db, who)
            if follow:
                follow(db, entries, back=False)
            return settle(db, entries, who)

    def statistics(self) -> statistics.Statistics:
        """What people decided, in numbers."""
        with self.read() as db:
            return statistics.compute(db, self.reviewers)

    def learned(self) -> list[Learned]:
        """What was learnt and not taken back, oldest first."""
        with self.read() as db:
            return learned.read(db)

    def dismissals(self) -> list[Entry]:
        """The dismissals that hold."""
        return [entry(r) for r in self.rows("SELECT * FROM holding WHERE verdict = 'dismiss' ORDER BY id")]

    def log(self) -> list[Entry]:
        """Every entry ever made but claims and their ends, oldest first."""
        return [entry(r) for r in self.rows("SELECT * FROM log WHERE verdict NOT IN ('claim', 'release') ORDER BY id")]

    def history(self, *, key: str | None = None, doc: str | None = None, before: int | None = None, limit: int = -1) -> list[Entry]:
        """All that was done, newest first."""
        with self.read() as db:
            return journal.history(db, key=key, doc=doc, before=before, limit=limit)

    def taught_since(self, doc: str) -> int:
        """How many dismissals of a rule in a document, lessons, and takings back of those were made since the last run over it."""
        return int(self.rows("""
            SELECT count(*) FROM log l LEFT JOIN log u ON u.id = l.undoes LEFT JOIN log w ON w.id = u.undoes
            WHERE l.at >= (SELECT coalesce(max(seen), '') FROM items WHERE doc = :doc) AND EXISTS (
                SELECT 1 FROM log e WHERE e.id IN (l.id, u.id, w.id)
                AND (e.verdict = 'learn' OR (e.verdict = 'dismiss' AND e.words IS NULL AND e.doc = :doc)))""", {"doc": doc})[0][0])


def settle(db: sqlite3.Connection, entries: list[Entry], who: str) -> Entry | None:
    """Bring the lists up to date after entries were taken back or brought back; returns the person's newest, with their number."""
    if not entries:
        return None
    listing.refresh(db, {e.key for e in entries if e.verdict in journal.ANSWERS})
    listing.remark(db, entries)
    own = [e for e in entries if e.who == who] or entries
    return replace(max(own, key=lambda e: e.id), count=len(own))


def _item(row: sqlite3.Row, votes: tuple[Entry, ...], reviewers: int) -> Item:
    findings = unpack_findings(row["findings"])
    claim = Claim(row["doc"], row["key"], row["c_who"], row["c_since"], row["c_until"]) if row["c_who"] is not None else None
    return Item(
        row["doc"], row["key"], Span(row["start"], row["end"]), row["original"], row["output"], row["before"], row["after"], row["risk"],
        row["status"], findings, unpack_proposals(row["proposals"]), bool(row["stale"]),
        holding(votes, reviewers, frozenset(f.rule for f in findings)), row["last"], row["state"], votes, claim, row["source"],
    )
