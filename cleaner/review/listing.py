"""`listing` and `marks`: what a long queue is listed, counted and filtered by. Made from `items` and `log`, in their transactions."""

from __future__ import annotations

import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from ..core import SEVERITIES, Finding, Proposal
from .filters import UNCLAIMED, WAITS_FOR_ME, Filter, place, searchable
from .item import Entry, Facets, Page, Row, entry, unpack_findings, unpack_proposals
from .learned import read, taught
from .states import STATE, agreed


def put(
    db: sqlite3.Connection, item: Mapping[str, Any], findings: Iterable[Finding], proposals: tuple[Proposal, ...], silent: Silence,
) -> None:
    """List a new or changed item; `refresh` counts its answers afterwards."""
    doc, key, original = item["doc"], item["key"], item["original"]
    findings = tuple(findings)
    first = proposals[0] if proposals else None
    ready = first is not None and bool(first.verdicts) and all(v.passed for v in first.verdicts)
    search = searchable("\n".join((original, first.text if first else "", *(f.message for f in findings), doc)))
    db.execute(
        """INSERT OR REPLACE INTO listing (doc, key, start, risk, status, stale, offers, ready, text, search)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
        (doc, key, item["start"], item["risk"], item["status"], item["stale"], len(proposals), ready, original, search),
    )
    db.execute("DELETE FROM marks WHERE doc = ? AND key = ?", (doc, key))
    marks = []
    for n, f in enumerate(findings):
        words = original[max(0, f.span.start - item["start"]):max(0, f.span.end - item["start"])]
        marks.append((
            doc, key, n, f.rule, f.category, SEVERITIES.index(f.severity), words, silent.covers(doc, key, f.rule, words, original),
        ))
    db.executemany("INSERT INTO marks VALUES (?, ?, ?, ?, ?, ?, ?, ?)", marks)


def rebuild(db: sqlite3.Connection) -> None:
    """Make both tables anew from what is stored."""
    db.execute("DELETE FROM listing")
    db.execute("DELETE FROM marks")
    silent = Silence(db)
    for item in db.execute("SELECT * FROM items").fetchall():
        put(db, item, unpack_findings(item["findings"]), unpack_proposals(item["proposals"]), silent)
    refresh(db, [r["key"] for r in db.execute("SELECT DISTINCT key FROM listing")])


def refresh(db: sqlite3.Connection, keys: Iterable[str]) -> None:
    """Count again the findings and the answers of the items with these keys."""
    db.execute("CREATE TEMP TABLE IF NOT EXISTS touched (key TEXT PRIMARY KEY)")
    db.execute("DELETE FROM touched")
    db.executemany("INSERT OR IGNORE INTO touched VALUES (?)", [(k,) for k in keys])
    votes: dict[str, list[Entry]] = defaultdict(list)  # cross joins: SQLite is to begin with what was touched, not with all there is
    for row in db.execute("SELECT vote.* FROM touched CROSS JOIN vote USING (key)"):
        votes[row["key"]].append(entry(row))
    rules: dict[tuple[str, str], set[str]] = defaultdict(set)
    remaining: dict[tuple[str, str], list[int]] = defaultdict(list)
    for row in db.execute("SELECT doc, key, rule, severity, dismissed FROM touched CROSS JOIN marks USING (key)"):
        rules[row["doc"], row["key"]].add(row["rule"])
        if not row["dismissed"]:
            remaining[row["doc"], row["key"]].append(row["severity"])
    new = []
    for doc, key in db.execute("SELECT doc, key FROM touched CROSS JOIN listing USING (key)").fetchall():
        texts = agreed(votes[key], frozenset(rules[doc, key])) if key in votes else []
        voters = "".join(f"\n{v.who}\n" for own in texts for v in own)
        left = remaining[doc, key]
        new.append((len(left), max(left, default=0), sum(map(len, texts)), len(texts[0]) if texts else 0, voters, doc, key))
    db.executemany("UPDATE listing SET remaining = ?, severity = ?, votes = ?, agreed = ?, voters = ? WHERE doc = ? AND key = ?", new)


class Silence:
    """What was dismissed or is to be ignored, as it stands in a queue now."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._documents: set[tuple[str, str]] = set()
        self._places: set[tuple[str, str, str]] = set()
        for row in db.execute("SELECT * FROM holding WHERE verdict = 'dismiss'"):
            for rule in entry(row).rules:
                if row["words"] is None:
                    self._documents.add((row["doc"], rule))
                else:
                    self._places.add((row["key"], rule, row["words"]))
        self._taught = taught(read(db, kind="ignore"))

    def covers(self, doc: str, key: str, rule: str, words: str, sentence: str) -> bool:
        """Whether a finding is not to be shown."""
        return (doc, rule) in self._documents or (key, rule, words) in self._places or self._taught.silences(rule, words, sentence)


def remark(db: sqlite3.Connection, entries: Iterable[Entry]) -> None:
    """Look again which findings are dismissed, after dismissals and ignores were said, taken back or brought back."""
    silent = Silence(db)
    said = {
        (rule, *(("m.rule", rule) if e.verdict == "learn" else ("m.doc", e.doc) if e.words is None else ("m.key", e.key)))
        for e in entries if e.verdict in ("dismiss", "learn") for rule in e.rules
    }
    changed = [
        (now, m["doc"], m["key"], m["n"]) for rule, column, value in said
        for m in db.execute(f"SELECT m.*, l.text FROM marks m JOIN listing l USING (doc, key) WHERE {column} = ?", (value,))
        if m["rule"] == rule
        and (now := silent.covers(m["doc"], m["key"], m["rule"], m["words"], m["text"])) != bool(m["dismissed"])
    ]
    db.executemany("UPDATE marks SET dismissed = ? WHERE doc = ? AND key = ? AND n = ?", changed)
    refresh(db, {key for _, _, key, _ in changed})


def page(db: sqlite3.Connection, wanted: Filter, values: Mapping[str, Any], offset: int, limit: int) -> Page:
    """Part of the list that is wanted. `values` are `:who`, `:now` and `:reviewers`."""
    fits, own = wanted.fits()
    values = {**values, **own, "offset": offset, "limit": limit}
    total, pending, review = db.execute(f"""
        SELECT coalesce(sum({wanted.in_state()}), 0), coalesce(sum({WAITS_FOR_ME}), 0), coalesce(sum(l.status = 'review'), 0)
        FROM listing l WHERE {fits}""", values).fetchone()
    rows = db.execute(f"""
        SELECT l.*, {STATE} AS state,
            (SELECT who FROM claims c WHERE c.doc = l.doc AND c.key = l.key AND c.until > :now) AS claimed,
            (SELECT group_concat(rule, ' ') FROM (SELECT DISTINCT rule FROM marks m
                WHERE m.doc = l.doc AND m.key = l.key AND (m.dismissed = 0 OR l.remaining = 0) ORDER BY rule)) AS rules
        FROM (SELECT l.doc, l.key FROM listing l WHERE {fits} AND {wanted.in_state()} ORDER BY {wanted.order} LIMIT :limit OFFSET :offset)
        JOIN listing l USING (doc, key) ORDER BY {wanted.order}""", values)
    return Page(tuple(_row(r) for r in rows), offset, total, pending, review - pending)


def _row(r: sqlite3.Row) -> Row:
    return Row(
        r["doc"], r["key"], r["start"], r["text"], r["risk"], r["state"], tuple((r["rules"] or "").split()), SEVERITIES[r["severity"]],
        r["offers"], bool(r["ready"]), r["claimed"] or "",
    )


def facets(db: sqlite3.Connection, wanted: Filter, values: Mapping[str, Any]) -> Facets:
    """What the items that are wanted have in common. Counts are of items, by document, rule and so on."""
    fits, own = wanted.fits()
    marks = ("rule", "category", "severity")  # of an item there may be several, so they are joined; few such are different
    counted = {"doc": "fit WHERE wanted", "state": "fit", **dict.fromkeys(marks, "found")}
    counts = {name: Counter[str]() for name in counted}
    for name, met, count in db.execute(f"""
        WITH fit AS (SELECT l.doc, l.key, l.remaining, {STATE} AS state, {wanted.in_state()} AS wanted FROM listing l WHERE {fits}),
        found AS (
            SELECT {", ".join(f"group_concat(m.{name}, char(10)) AS {name}" for name in marks)} FROM fit l JOIN marks m USING (doc, key)
            WHERE l.wanted AND (m.dismissed = 0 OR l.remaining = 0) GROUP BY l.doc, l.key)
        {" UNION ALL ".join(f"SELECT '{name}', {name}, count(*) FROM {rows} GROUP BY {name}" for name, rows in counted.items())}
        """, {**values, **own}):
        for one in set(met.split("\n")) if name in marks else (met,):
            counts[name][one] += count
    return Facets(
        tuple(sorted(counts["doc"].items())), _counted(counts["rule"]), _counted(counts["category"]),
        _counted({SEVERITIES[int(s)]: n for s, n in counts["severity"].items()}), tuple(sorted(counts["state"].items())),
    )


def _counted(found: Mapping[str, int]) -> tuple[tuple[str, int], ...]:
    return tuple(sorted(found.items(), key=lambda c: (-c[1], c[0])))


def rank(db: sqlite3.Connection, wanted: Filter, values: Mapping[str, Any], doc: str, key: str) -> int | None:
    """How many items come before one in the list that is wanted; None when it is not among them."""
    fits, own = wanted.fits()
    base = f"FROM listing l WHERE {fits} AND {wanted.in_state()}"
    values = {**values, **own, "at_doc": doc, "at_key": key}
    row = db.execute(f"SELECT l.* {base} AND l.doc = :at_doc AND l.key = :at_key", values).fetchone()
    if row is None:
        return None
    before, own = _beyond(wanted, row, "<")
    return int(db.execute(f"SELECT count(*) {base} AND {before}", {**values, **own}).fetchone()[0])


def neighbour(
    db: sqlite3.Connection, wanted: Filter, values: Mapping[str, Any], at: tuple[str, str] | None, *, back: bool = False,
) -> tuple[str, str] | None:
    """The nearest item that is wanted, and nobody else is at, behind (or before) the place of another; the search goes round once."""
    fits, own = wanted.fits()
    values = {**values, **own}
    row = db.execute("SELECT * FROM listing WHERE doc = ? AND key = ?", at).fetchone() if at else None
    base = f"SELECT l.doc, l.key FROM listing l WHERE {fits} AND {wanted.in_state()} AND {UNCLAIMED}"
    order = ", ".join(f"{c} DESC" for c in wanted.order.split(", ")) if back else wanted.order
    if row is not None:
        beyond, more = _beyond(wanted, row, "<" if back else ">")
        found = db.execute(f"{base} AND {beyond} ORDER BY {order} LIMIT 1", {**values, **more}).fetchone()
        if found:
            return found["doc"], found["key"]
    found = db.execute(f"{base} ORDER BY {order} LIMIT 1", values).fetchone()
    return (found["doc"], found["key"]) if found else None


def _beyond(wanted: Filter, row: sqlite3.Row, sign: str) -> tuple[str, dict[str, Any]]:
    at = {f"at_{n}": value for n, value in enumerate(place(wanted, row["doc"], row["start"], row["key"], row["risk"]))}
    return f"({wanted.order}) {sign} ({', '.join(':' + name for name in at)})", at


def open_items(db: sqlite3.Connection, wanted: Filter, values: Mapping[str, Any]) -> list[sqlite3.Row]:
    """Rows of `items`, with `ready`, of all that is wanted, waits, and that nobody else is at; in order."""
    fits, own = wanted.fits()
    return db.execute(
        f"""SELECT i.*, l.ready FROM listing l JOIN items i USING (doc, key)
        WHERE {fits} AND {wanted.in_state()} AND {WAITS_FOR_ME} AND {UNCLAIMED} ORDER BY {wanted.order}""", {**values, **own},
    ).fetchall()
