"""How quick the review page is with a long queue, over HTTP on this machine, as a browser asks.

    python benchmarks/review.py [--segments 10000] [--requests 200]

Fills a queue with segments that wait, starts `cleaner review --web` and times what a reviewer does: the list by page, filter and search;
the whole page with a sentence; a decision; a decision with the page that follows. Prints median, 95th percentile and the worst; exits
with 1 when a target is missed. A second reviewer's decisions go on meanwhile, as on a busy day.
"""

from __future__ import annotations

import argparse
import http.client
import itertools
import json
import os
import random
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode

from rich.console import Console
from rich.table import Table

from cleaner.core import SEVERITIES, Finding, Proposal, Record, Span, Verdict, record_key
from cleaner.review.queue import Queue

#: 95th percentile, in milliseconds: what lists, and what decides.
TARGETS = {"list": 200.0, "decide": 100.0}
_DOCUMENTS = 20
_RULES = ("redundant-pronoun", "calque.since-duration", "number-format", "agreement.verb", "attribution.told", "word-order", "doubled-mark")
_CATEGORIES = ("fluency/grammar", "style/literal", "locale/format", "fluency/attribution")
_PLACES = ("harbour", "museum", "station", "library", "market", "theatre", "hospital", "school", "bridge", "airport")
_DEEDS = ("opens", "closes", "repairs", "paints", "sells", "counts", "moves", "measures", "shows", "guards")
_THINGS = ("old clocks", "long boats", "stone walls", "small windows", "winter stores", "paper maps", "tall lamps", "iron gates")


def records(document: int, count: int) -> list[Record]:
    """Segments of a document that wait for review, with findings, two suggestions and their gates."""
    pick = random.Random(document)
    texts = [
        f"The {pick.choice(_PLACES)} number {n} it {pick.choice(_DEEDS)} {pick.choice(_THINGS)} before the {pick.choice(_PLACES)} does, "
        f"as people in district {document} have told since {pick.randint(2, 40)} years." for n in range(count)
    ]
    made, at = [], 0
    for n, text in enumerate(texts):
        before, after = texts[n - 1] if n else "", texts[n + 1] if n + 1 < count else ""
        span = Span(at + 4, at + 12)
        found = tuple(
            Finding(span, rule, pick.choice(_CATEGORIES), pick.choice(SEVERITIES), "The pronoun repeats the subject.", 0.8)
            for rule in pick.sample(_RULES, pick.randint(1, 3))
        )
        verdicts = tuple(Verdict(gate, 1.0, 0.9, True) for gate in ("names", "numbers", "polarity", "meaning"))
        offers = (
            Proposal(text.replace(" it ", " "), "redundant-pronoun", "unsafe", 0.8, "The pronoun only repeats the subject.", verdicts),
            Proposal(text.replace(" since ", " for "), "calque", "unsafe", 0.4, "A span of time takes “for”.", verdicts),
        )
        key = record_key(text, before, after)
        made.append(Record(Span(at, at + len(text)), text, text, "review", round(pick.random(), 3), key, found, offers, before, after))
        at += len(text) + 1
    return made


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """The address of a server for the queue in a folder."""
    command = [sys.executable, "-m", "cleaner", "review", "--web", "--no-open", "--port", "0", "--who", "ada"]
    with subprocess.Popen(command, cwd=folder, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True) as process:
        try:
            assert process.stderr is not None
            for line in process.stderr:
                if found := re.search(r"http://([\d.]+:\d+)", line):
                    yield found[1]
                    break
            else:
                raise SystemExit("the server did not start")
        finally:
            process.kill()


class Reviewer:
    """One browser: a connection that stays open, and its cookies."""

    def __init__(self, host: str, who: str) -> None:
        self._connection = http.client.HTTPConnection(host)
        self._headers = {"Cookie": f"cleaner_name={who}"}
        self._connection.request("GET", "/api/v1/session", headers=self._headers)
        answer = self._connection.getresponse()
        cookie = (answer.getheader("set-cookie") or "").partition(";")[0]
        self._headers = {"Cookie": f"cleaner_name={who}; {cookie}", "X-CSRF-Token": json.loads(answer.read())["csrf"]}

    def get(self, path: str, **query: object) -> bytes:
        """What is at an address. Raises AssertionError for a refusal."""
        return self._ask("GET", f"{path}?{urlencode(query)}")[1]

    def send(self, path: str, **fields: object) -> str:
        """Send a form; returns where it leads, or nothing for a refusal because somebody else was quicker."""
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        return self._ask("POST", path, urlencode(fields), headers)[0]

    def _ask(self, method: str, path: str, body: str | None = None, headers: dict[str, str] | None = None) -> tuple[str, bytes]:
        self._connection.request(method, path, body, self._headers | (headers or {}))
        answer = self._connection.getresponse()
        data = answer.read()
        assert answer.status in (200, 303, 409), (answer.status, path, data[:200])
        return answer.getheader("location") or "", data


def seen(page: bytes) -> dict[str, str]:
    """The item that a page shows, as its form sends it."""
    return dict(re.findall(r'<input type="hidden" name="(doc|key|last)" value="([^"]*)">', page.decode()))


def timed(act: Callable[[], object]) -> float:
    """Milliseconds."""
    start = time.perf_counter()
    act()
    return (time.perf_counter() - start) * 1000


def measure(host: str, requests: int) -> dict[str, list[float]]:
    """Milliseconds for each thing that a reviewer does."""
    ada = Reviewer(host, "ada")
    pick = random.Random(6)
    lists = [
        {"offset": pick.randrange(0, 9000)}, {"rule": pick.choice(_RULES)}, {"text": pick.choice(_THINGS)}, {"doc": "district-3.txt"},
        {"severity": "major", "by_risk": True}, {"min_risk": 0.5, "category": "style"}, {"state": "all", "offset": 5000},
    ]
    pages = [{}, {"rule": "agreement"}, {"text": "clocks"}, {"by_risk": 1}, {"doc": "district-7.txt"}, {"severity": "critical"}]
    found: dict[str, list[float]] = {name: [] for name in ("list", "page", "decide", "decide and go on")}
    for wanted in itertools.islice(itertools.cycle(lists), requests):
        found["list"].append(timed(lambda w=wanted: ada.get("/api/v1/queue", **w)))
    for shown in itertools.islice(itertools.cycle(pages), requests):
        found["page"].append(timed(lambda s=shown: ada.get("/", **s)))
    stop = threading.Event()
    other = threading.Thread(target=decide, args=[Reviewer(host, "bob"), stop])
    other.start()
    page = ada.get("/")
    for n in range(requests):
        form = seen(page) | {"do": ("accept:1", "reject", "accept:2", "dismiss-rule:1" if n % 60 == 3 else "reject")[n % 4]}
        start = time.perf_counter()
        leads = ada.send("/decide", **form)
        found["decide"].append((time.perf_counter() - start) * 1000)
        page = ada.get(leads or "/")
        found["decide and go on"].append((time.perf_counter() - start) * 1000)
    stop.set()
    other.join()
    return found


def decide(reviewer: Reviewer, stop: threading.Event) -> None:
    """Decide once a second from the end of the list, as somebody else at the same queue."""
    while not stop.wait(1.0):
        reviewer.send("/decide", **seen(reviewer.get("/", doc=f"district-{_DOCUMENTS - 1}.txt")) | {"do": "accept:1"})


def main() -> None:
    """Measure, print, and say by the exit code whether the targets are met."""
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--segments", type=int, default=10_000, help="so many wait")
    ap.add_argument("--requests", type=int, default=200, help="of each kind")
    args = ap.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "cleaner.toml").write_text("languagetool = false\n")
        with Queue.open(folder / ".cleaner/review.sqlite") as queue:
            stored = timed(lambda: [
                queue.store(f"district-{d}.txt", records(d, args.segments // _DOCUMENTS)) for d in range(_DOCUMENTS)
            ])
        with serving(folder) as host:
            found = measure(host, args.requests)
    targets = {"list": TARGETS["list"], "page": TARGETS["list"], "decide": TARGETS["decide"]}
    table = Table("what", "median", "95 %", "worst", "target", "", box=None, title=(
        f"{args.segments} segments wait (stored in {stored / 1000:.1f} s), {args.requests} requests of each kind, {os.cpu_count()} cores"))
    met = True
    for what, times in found.items():
        p95 = statistics.quantiles(times, n=20)[-1]
        row = [what, f"{statistics.median(times):.0f} ms", f"{p95:.0f} ms", f"{max(times):.0f} ms"]
        if what in targets:
            met &= p95 <= targets[what]
            row += [f"95 % in {targets[what]:.0f} ms", "ok" if p95 <= targets[what] else "missed"]
        table.add_row(*row)
    Console(width=140).print(table)
    sys.exit(0 if met else 1)


if __name__ == "__main__":
    main()
