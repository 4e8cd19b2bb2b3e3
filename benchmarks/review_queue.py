"""How quick a long review queue is, below any page: 10,000 pending sentences, each question asked over and over.

    python benchmarks/review_queue.py [--items N] [--times N]

Fills a queue in a temporary folder with sentences of its own (100 a document, two findings and two suggestions each), then measures, in
milliseconds, median and 95th percentile, and the median of the processor's time, which other work on the machine hardly changes: pages
of the list (in order, by risk, of a rule, of a search), what the filter boxes need, the next sentence, a claim, a decision, undo and
redo; and once each a bulk decision about everything, its undo, and the statistics. The targets are a list
in 200 ms and a decision in 100 ms; a page in the browser adds its own time (`benchmarks/review.py`).
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from cleaner.core import Finding, Proposal, Record, Span, Verdict, record_key
from cleaner.review.queue import Queue
from cleaner.review.service import Filter, Review

LIST, DECIDE = 200.0, 100.0
_EACH = 100


def records(doc: int, count: int) -> list[Record]:
    """Flagged sentences of one document."""
    texts = [f"The harbour of town number {n} in region {doc} it will be closed by them since Friday of this week." for n in range(count)]
    made, at = [], 0
    for n, text in enumerate(texts):
        before, after = texts[n - 1] if n else "", texts[n + 1] if n + 1 < count else ""
        findings = (
            Finding(Span(at, at + 11), f"rule-{n % 20}", "fluency/grammar", "major", "The subject stands twice.", 0.8),
            Finding(Span(at + 40, at + 60), "calque.since", "style/literal", "minor", "“Since” copies the source.", 0.6),
        )
        verdicts = tuple(Verdict(gate, 1.0, 1.0, n % 3 > 0) for gate in ("names", "numbers", "polarity", "length"))
        offers = tuple(Proposal(text.replace("it will", w), "test", "unsafe", 0.6, "Once is enough.", verdicts) for w in ("will", "shall"))
        key = record_key(text, before, after)
        made.append(Record(Span(at, at + len(text)), text, text, "review", (n * 37 % 100) / 100, key, findings, offers, before, after))
        at += len(text) + 1
    return made


def measure(name: str, times: int, work: Callable[[int], object], target: float) -> bool:
    """Print how long `work` takes; whether its 95th percentile is within the target."""
    took, busy = [], []
    for n in range(times):
        begun, cpu = time.perf_counter(), time.process_time()
        work(n)
        took.append((time.perf_counter() - begun) * 1000)
        busy.append((time.process_time() - cpu) * 1000)
    p95 = sorted(took)[int(0.95 * (times - 1))]
    good = p95 <= target
    print(
        f"{name:26} median {statistics.median(took):7.1f}  p95 {p95:7.1f}  processor {statistics.median(busy):6.1f}  target {target:.0f}"
        + ("" if good else "  MISSED"), flush=True,
    )
    return good


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--items", type=int, default=10_000, help="pending sentences")
    parser.add_argument("--times", type=int, default=60, help="how often each question is asked")
    args = parser.parse_args()
    good = True
    with tempfile.TemporaryDirectory() as folder, Queue.open(Path(folder) / "queue.sqlite") as queue:
        begun = time.perf_counter()
        for doc in range(args.items // _EACH):
            queue.store(f"news/{doc:04}.txt", records(doc, _EACH))
        print(f"{args.items} sentences stored in {time.perf_counter() - begun:.1f} s; milliseconds:")
        review = Review(queue, "ada", lambda pair: ())
        for name, wanted in (
            ("page", Filter()), ("page, by risk", Filter(by_risk=True)), ("page, of a rule", Filter(rule="calque")),
            ("page, of a search", Filter(text="town number 7")), ("page, risky and grave", Filter(min_risk=0.5, severity="major")),
        ):
            good &= measure(name, args.times, lambda n, wanted=wanted: review.page(wanted, offset=50 * n), LIST)
        good &= measure("counts for filter boxes", args.times, lambda n: review.facets(Filter()), LIST)
        items = review.pending(Filter())
        good &= measure("next sentence", args.times, lambda n: review.next(Filter(), (items[n].doc, items[n].key)), DECIDE)
        good &= measure("claim", args.times, lambda n: review.claim(items[n]), DECIDE)
        good &= measure("decision", args.times, lambda n: review.accept(items[n], items[n].proposals[0]), DECIDE)
        good &= measure("undo", args.times, lambda n: review.undo(), DECIDE)
        good &= measure("redo", args.times, lambda n: review.redo(), DECIDE)
        once = {"bulk decision": lambda: review.reject_all(Filter()), "its undo": review.undo, "statistics": review.statistics}
        for name, work in once.items():
            begun = time.perf_counter()
            work()
            print(f"{name:26} once   {(time.perf_counter() - begun) * 1000:7.0f}")
    return int(not good)


if __name__ == "__main__":
    sys.exit(main())
