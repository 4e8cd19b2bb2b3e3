"""What people decided, in numbers: how often each rule and rewriter was right, whether risks meant what they said, time and typing saved.

Counted are answers that hold and were given by a person (none that were carried over), the newest of each person to each sentence.
"""

from __future__ import annotations

import json
import sqlite3
import statistics
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from .item import unpack_findings
from .states import STATE

#: Rules are judged from so many decisions on.
ENOUGH = 10
#: A rule whose acceptance rate is surely below this is one that people reject.
REJECTED = 0.5
_BINS = 10
_Z = 1.96


@dataclass(frozen=True, slots=True)
class Rate:
    """How decisions about a rule or a rewriter went. `dismissed` findings count like rejected ones."""

    name: str
    accepted: int = 0
    edited: int = 0
    rejected: int = 0
    dismissed: int = 0

    @property
    def decided(self) -> int:
        return self.accepted + self.edited + self.rejected + self.dismissed

    @property
    def rate(self) -> float:
        """The share that was taken, edited or not, 0 to 1."""
        return (self.accepted + self.edited) / self.decided if self.decided else 0.0

    @property
    def low(self) -> float:
        return wilson(self.accepted + self.edited, self.decided)[0]

    @property
    def high(self) -> float:
        return wilson(self.accepted + self.edited, self.decided)[1]


@dataclass(frozen=True, slots=True)
class Bin:
    """Decisions about sentences whose risk was from `low` to `high`: the mean risk, and the share whose text was `changed`, with its 95 %
    bounds.
    """

    low: float
    high: float
    count: int
    predicted: float
    changed: float
    low95: float
    high95: float


@dataclass(frozen=True, slots=True)
class Times:
    """Seconds from when a sentence was claimed to its decision, where that is known."""

    count: int
    median: float
    p90: float
    mean: float


@dataclass(frozen=True, slots=True)
class Effort:
    """Characters that the changes would have cost by hand (`whole`), and that were `typed` on top of the suggestion: edit distances."""

    decisions: int
    typed: int
    whole: int

    @property
    def saved(self) -> int:
        return self.whole - self.typed


@dataclass(frozen=True, slots=True)
class Decided:
    """An answer with what it was about: each finding's rule and confidence, and whether the text was changed."""

    risk: float
    changed: bool
    findings: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class Statistics:
    """All of it. `rejected` are the rules that people reject, the worst first; `decided` is what the numbers are made from."""

    rules: tuple[Rate, ...]
    rewriters: tuple[Rate, ...]
    calibration: tuple[Bin, ...]
    seconds: Times
    effort: Effort
    rejected: tuple[Rate, ...]
    people: tuple[tuple[str, int], ...]
    states: tuple[tuple[str, int], ...]
    decided: tuple[Decided, ...]


def wilson(hits: int, of: int) -> tuple[float, float]:
    """The 95 % bounds of a share (E. B. Wilson 1927, JASA 22:209-212).

    >>> tuple(round(x, 2) for x in wilson(1, 10))
    (0.02, 0.4)
    """
    if not of:
        return 0.0, 1.0
    share, z = hits / of, _Z
    middle = share + z * z / (2 * of)
    spread = z * ((share * (1 - share) + z * z / (4 * of)) / of) ** 0.5
    return max(0.0, (middle - spread) / (1 + z * z / of)), min(1.0, (middle + spread) / (1 + z * z / of))


def compute(db: sqlite3.Connection, reviewers: int) -> Statistics:
    """The statistics of a queue as it stands."""
    votes = db.execute("""
        SELECT v.*, i.original, i.findings, i.risk AS risk_now FROM vote v JOIN items i USING (doc, key)
        WHERE v.carried IS NULL ORDER BY v.id""").fetchall()
    rules: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    rewriters: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    decided = []
    for v in votes:
        column = ("accept", "edit", "reject").index(v["verdict"])
        for rule in json.loads(v["rules"]):
            rules[rule][column] += 1
        _count_rewriters(rewriters, v, column)
        risk = v["risk_now"] if v["risk"] is None else v["risk"]
        found = tuple((f.rule, f.confidence) for f in unpack_findings(v["findings"]))
        decided.append(Decided(risk, v["verdict"] != "reject" and v["text"] != v["original"], found))
    for said in db.execute("SELECT rules FROM holding JOIN learned USING (id) WHERE verdict = 'learn' AND kind = 'ignore' "
                           "UNION ALL SELECT rules FROM holding WHERE verdict = 'dismiss'"):
        for rule in json.loads(said["rules"]):
            rules[rule][3] += 1
    rates = _rates(rules)
    rejected = sorted((r for r in rates if r.decided >= ENOUGH and r.high < REJECTED), key=lambda r: (r.high, r.name))
    people: dict[str, int] = defaultdict(int)
    for v in votes:
        people[v["who"]] += 1
    states = db.execute(f"SELECT {STATE}, count(*) FROM listing l WHERE l.stale = 0 GROUP BY 1", {"reviewers": reviewers})
    return Statistics(
        rates, _rates(rewriters), _calibration(decided), _times([v["seconds"] for v in votes if v["seconds"] is not None]), _effort(votes),
        tuple(rejected), tuple(sorted(people.items(), key=lambda p: (-p[1], p[0]))), tuple((s, n) for s, n in states), tuple(decided),
    )


def _count_rewriters(rewriters: dict[str, list[int]], v: sqlite3.Row, column: int) -> None:
    """The first suggestion was taken, edited or passed over; another one that was taken was right."""
    if v["rewriter"]:
        for name in v["rewriter"].split("+"):
            rewriters[name][0] += 1
    if v["offerer"] and v["text"] != v["offer"]:
        for name in v["offerer"].split("+"):
            rewriters[name][1 if column == 1 else 2] += 1


def _rates(counts: dict[str, list[int]]) -> tuple[Rate, ...]:
    return tuple(sorted((Rate(name, *count) for name, count in counts.items()), key=lambda r: (-r.decided, r.name)))


def _calibration(decided: Iterable[Decided]) -> tuple[Bin, ...]:
    bins: dict[int, list[Decided]] = defaultdict(list)
    for d in decided:
        bins[min(_BINS - 1, int(d.risk * _BINS))].append(d)
    made = []
    for n, own in sorted(bins.items()):
        changed = sum(d.changed for d in own)
        low, high = wilson(changed, len(own))
        mean = sum(d.risk for d in own) / len(own)
        made.append(Bin(n / _BINS, (n + 1) / _BINS, len(own), mean, changed / len(own), low, high))
    return tuple(made)


def _times(seconds: Sequence[float]) -> Times:
    if not seconds:
        return Times(0, 0.0, 0.0, 0.0)
    ordered = sorted(seconds)
    return Times(len(ordered), statistics.median(ordered), ordered[int(0.9 * (len(ordered) - 1))], statistics.fmean(ordered))


def _effort(votes: Iterable[sqlite3.Row]) -> Effort:
    from rapidfuzz.distance import Levenshtein

    count = typed = whole = 0
    for v in votes:
        if v["verdict"] == "reject":
            continue
        by_hand = Levenshtein.distance(v["original"], v["text"])
        count += 1
        whole += by_hand
        if v["verdict"] == "edit":
            typed += min(by_hand, Levenshtein.distance(v["offer"], v["text"])) if v["offer"] is not None else by_hand
    return Effort(count, typed, whole)
