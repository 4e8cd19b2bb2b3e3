"""`cleaner review --stats` and `--auto-tune` on paper: lines of text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ..console import one_line, printable
from .statistics import ENOUGH, REJECTED, Rate, Statistics
from .tuning import Tuning


def summary(found: Statistics) -> Iterator[str]:
    """The statistics as aligned lines; a table that would be empty is left out."""
    states = ", ".join(f"{n} {state}" for state, n in found.states) or "none"
    yield f"sentences: {states}"
    if not found.decided:
        yield "nothing was decided yet: `cleaner review`"
        return
    yield "decided: " + ", ".join(f"{n} by {one_line(who, 40)}" for who, n in found.people)
    if found.seconds.count:
        s = found.seconds
        yield f"seconds for a decision: median {s.median:.1f}, 90 % within {s.p90:.1f} ({s.count} known)"
    e = found.effort
    if e.whole:
        yield f"effort: {e.decisions} changes of {e.whole} characters, {e.typed} of them typed; {e.saved / e.whole:.0%} saved"
    yield from _rates("rule", found.rules)
    yield from _rates("rewriter", found.rewriters)
    yield from ("", f"{'risk':10}  {'count':>5}  {'mean':>5}  changed")
    for b in found.calibration:
        yield f"{b.low:.1f}–{b.high:.1f}     {b.count:5}  {b.predicted:5.2f}  {b.changed:.2f} ({b.low95:.2f}–{b.high95:.2f})"
    if found.rejected:
        yield from ("", f"rejected more often than not (at least {ENOUGH} decisions, below {REJECTED:.0%} with 95 % certainty):")
        yield from (f"  {r.name}: {r.accepted + r.edited} of {r.decided} taken" for r in found.rejected)
        yield "`cleaner review --auto-tune` proposes settings for them"


def _rates(what: str, rates: Iterable[Rate]) -> Iterator[str]:
    every = list(rates)
    if not every:
        return
    width = max(len(what), *(len(r.name) for r in every))
    yield from ("", f"{what:{width}}  accepted  edited  rejected  dismissed  taken")
    for r in every:
        counts = f"{r.accepted:8}  {r.edited:6}  {r.rejected:8}  {r.dismissed:9}"
        yield printable(f"{r.name:{width}}  {counts}  {r.rate:.2f} ({r.low:.2f}–{r.high:.2f})")


def proposals(tunings: Iterable[Tuning]) -> Iterator[str]:
    """Lines for the settings file, each below its reason."""
    for t in tunings:
        yield f"# {t.reason}"
        yield t.line
