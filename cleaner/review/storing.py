"""What a run over a document leaves in the queue: items new, renewed and retired, and answers carried over to changed surroundings."""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from ..core import Answer, Record
from . import journal, listing
from .item import Entry, LogVerdict, entry, pack_findings, pack_proposals, pack_rules
from .states import holding

#: A sentence of fewer words is the same sentence only while one of its neighbours is.
_OWN_MEANING = 6


@dataclass(frozen=True, slots=True)
class Stored:
    """What a run changed in the queue. When `carried` is not 0, answers now hold that the run did not know: clean the document again."""

    new: int
    retired: int
    carried: int


def store(db: sqlite3.Connection, doc: str, records: Iterable[Record], reviewers: int, told: Mapping[str, Answer] | None) -> Stored:
    """Keep what a run over `doc` flagged or changed. `told` are the answers that the run knew, where that is known."""
    old = {r["key"]: r for r in db.execute("SELECT * FROM items WHERE doc = ?", (doc,))}
    every = list(records)
    votes = _votes(db, {*old, *(r.key for r in every)})
    produced: dict[str, Record] = {}
    for r in every:
        if r.findings and (r.status != "unchanged" or r.key in votes or _was_answered(r, told)):
            produced.setdefault(r.key, r)
    gone = [row for key, row in old.items() if key not in produced]
    fresh = 0
    for key, r in produced.items():
        if key not in votes:
            fresh += _carry(db, doc, r, gone, votes, reviewers)
        elif told is not None and key not in told:
            fresh += holding(votes[key], reviewers, _rules(r)) is not None
    silent = listing.Silence(db)
    for r in produced.values():
        _put(db, doc, r, old.get(r.key), holding(votes.get(r.key, ()), reviewers, _rules(r)) is not None or _was_answered(r, told), silent)
    for table in ("items", "listing"):
        db.executemany(f"UPDATE {table} SET stale = 1 WHERE doc = ? AND key = ?", [(doc, row["key"]) for row in gone])
    listing.refresh(db, produced)
    return Stored(len(produced.keys() - old.keys()), sum(not row["stale"] for row in gone), fresh)


def _rules(r: Record) -> frozenset[str]:
    return frozenset(f.rule for f in r.findings)


def _was_answered(r: Record, told: Mapping[str, Answer] | None) -> bool:
    """Whether an answer made the record's output. It may have been taken back while the run was under way."""
    answer = (told or {}).get(r.key)
    return answer is not None and r.output == answer.text and _rules(r) <= answer.rules


def _votes(db: sqlite3.Connection, keys: Iterable[str]) -> dict[str, list[Entry]]:
    votes: dict[str, list[Entry]] = defaultdict(list)
    for key in keys:
        for row in db.execute("SELECT * FROM vote WHERE key = ? ORDER BY id", (key,)):
            votes[key].append(entry(row))
    return votes


def _put(db: sqlite3.Connection, doc: str, r: Record, old: sqlite3.Row | None, answered: bool, silent: listing.Silence) -> None:
    """Insert or renew an item. Where an answer made the record's output, what the tool alone had made of it is kept."""
    status, output = r.status, r.output
    if answered:
        status, output = (old["status"], old["output"]) if old is not None else ("review", r.original)
    item = {
        "doc": doc, "key": r.key, "start": r.span.start, "end": r.span.end, "original": r.original, "output": output, "before": r.before,
        "after": r.after, "risk": r.risk, "status": status, "rules": pack_rules(_rules(r)), "findings": pack_findings(r.findings),
        "proposals": pack_proposals(r.proposals), "stale": 0, "seen": datetime.now(UTC).isoformat(timespec="seconds"), "source": r.source,
    }
    names = ", ".join(f'"{n}"' for n in item)
    db.execute(f"INSERT OR REPLACE INTO items ({names}) VALUES ({', '.join('?' * len(item))})", tuple(item.values()))
    listing.put(db, item, r.findings, r.proposals, silent)


def _same(a: str, b: str) -> bool:
    return a.split() == b.split()


def _carry(
    db: sqlite3.Connection, doc: str, r: Record, gone: list[sqlite3.Row], votes: dict[str, list[Entry]], reviewers: int,
) -> bool:
    """Give a new record the answers of the same sentence, or of the one it was made from, whose surroundings have changed.

    Returns whether an answer holds then.
    """
    found: dict[tuple[LogVerdict, str], dict[str, Entry]] = {}
    for row in gone:
        near = row["before"].split()[-3:] == r.before.split()[-3:] or row["after"].split()[:3] == r.after.split()[:3]
        if not near and len(r.original.split()) < _OWN_MEANING:
            continue
        own = votes.get(row["key"], [])
        if reviewers == 1:
            own = own[-1:]
        for vote in own:
            verdict: LogVerdict = vote.verdict
            text = vote.text
            if _same(row["original"], r.original):
                text = r.original if vote.verdict == "reject" else vote.text
            elif vote.verdict != "reject" and _same(vote.text, r.original):
                verdict, text = "accept", r.original
            else:
                continue
            found.setdefault((verdict, text), {})[vote.who] = vote
    if len({text for _, text in found}) != 1 or (reviewers == 1 and len(found) != 1):
        return False
    for (verdict, text), people in found.items():
        for vote in people.values():
            votes[r.key].append(journal.write(db, vote.who, verdict, doc, r.key, text, vote.rules, carried=vote.id))
    return holding(votes[r.key], reviewers, _rules(r)) is not None


def answers(db: sqlite3.Connection, reviewers: int) -> dict[str, Answer]:
    """The answers that hold, by record key, as the pipeline is told them; "leave it" where each finding of an item was dismissed."""
    found: dict[str, Answer] = {}
    for row in db.execute("""
        SELECT i.key, i.original, i.rules FROM listing l JOIN items i USING (doc, key)
        WHERE l.stale = 0 AND l.remaining = 0 AND l.key IN (SELECT key FROM holding WHERE verdict = 'dismiss' AND words IS NOT NULL)"""):
        found[row["key"]] = Answer("reject", row["original"], frozenset(json.loads(row["rules"])))
    votes: dict[str, list[Entry]] = defaultdict(list)
    for row in db.execute("SELECT * FROM vote ORDER BY id"):
        votes[row["key"]].append(entry(row))
    seen: dict[str, frozenset[str]] = {}
    if any(len(own) > 1 for own in votes.values()):
        for row in db.execute("SELECT key, json_group_array(DISTINCT rule) AS rules FROM marks JOIN listing USING (doc, key) "
                              "WHERE stale = 0 GROUP BY key"):
            seen[row["key"]] = frozenset(json.loads(row["rules"]))
    for key, own in votes.items():
        held = holding(own, reviewers, seen.get(key)) or holding(own, reviewers)
        if held is None:
            continue
        agreeing = [v.rules for v in own if _same(v.text, held.text)]
        rules = held.rules if reviewers == 1 else frozenset.intersection(*agreeing)
        assert held.verdict in ("accept", "edit", "reject")
        found[key] = Answer(held.verdict, held.text, rules)
    return found
