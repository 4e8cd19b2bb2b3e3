"""For people: each finding with its place in the sentence, then what is proposed, word by word, and which gates refused it."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import click

from ..budget import RISKIEST
from ..console import one_line
from ..core import Finding, Proposal, Record
from ..diff import compare, shortened
from .places import Lines, listed
from .words import BAR, cells, coloured, flat

if TYPE_CHECKING:
    from ..pipeline import Result

#: Suggestions shown; the review has them all.
SHOWN = 3
#: Characters shown on either side of a finding, and of a finding itself.
AROUND, LONGEST = 40, 80
_COLOURS = {"neutral": "blue", "minor": "yellow", "major": "red", "critical": "magenta"}


def render(results: Iterable[Result]) -> Iterator[str]:
    """A paragraph a finding, then its segment's change or suggestions."""
    for result in results:
        places = Lines(result.document.text)
        for record, findings in listed(result):
            for finding in findings:
                yield from _finding(result, places, record, finding)
            yield from _change(record)
            yield "\n"


def _finding(result: Result, places: Lines, record: Record, f: Finding) -> Iterator[str]:
    line, column = places.place(f.span.start)
    yield (
        click.style(f"{one_line(result.document.name)}:{line}:{column}", bold=True) + " " + click.style(f.rule, fg=_COLOURS[f.severity])
        + f" {f.severity}, {f.confidence:.0%} sure: {one_line(f.message)}\n"
    )
    start, end = max(f.span.start, record.span.start), min(f.span.end, record.span.end)
    text, from_, to = result.document.text, max(record.span.start, start - AROUND), min(record.span.end, end + AROUND)
    before = ("…" if from_ > record.span.start else "") + flat(text[from_:start])
    after = flat(text[end:to]) + ("…" if to < record.span.end else "")
    inside = flat(text[start:end])
    if len(inside) > LONGEST:
        inside = inside[:LONGEST // 2] + " … " + inside[-LONGEST // 2:]
    yield f"{BAR}{before}{click.style(inside, bold=True)}{after}\n"
    yield f"{BAR}{' ' * cells(before)}{click.style('^' * max(1, cells(inside)), fg=_COLOURS[f.severity])}\n"


def _change(record: Record) -> Iterator[str]:
    if record.output != record.original:
        yield from _words("fix", record.original, record.output)
    proposals = record.proposals if record.status == "review" else ()
    reason = ""
    for number, proposal in enumerate(proposals[:SHOWN], 1):
        yield from _words(f"suggestion {number}, {proposal.safety}", record.original, proposal.text)
        yield from _why(proposal, "" if proposal.reason == reason else proposal.reason)
        reason = proposal.reason
    if len(proposals) > SHOWN:
        yield f"    and {len(proposals) - SHOWN} more\n"
    if record.status == "review" and not record.proposals:
        flagged = any(f.rule != RISKIEST for f in record.findings)
        yield f"    no suggestion: a person must {'rewrite this' if flagged else 'look at this'}\n"


def _words(label: str, old: str, new: str) -> Iterator[str]:
    yield f"    {click.style(label, bold=True)}\n{BAR}{coloured(shortened(compare(flat(old), flat(new))))}\n"


def _why(proposal: Proposal, reason: str) -> Iterator[str]:
    if reason:
        yield textwrap.fill(one_line(reason), 110, initial_indent="    why: ", subsequent_indent="         ") + "\n"
    for verdict in proposal.verdicts:
        if not verdict.passed:
            yield click.style(f"    refused by {verdict.gate}: {one_line(verdict.reason)}\n", fg="yellow")
