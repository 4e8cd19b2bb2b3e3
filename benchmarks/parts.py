"""What each part earns: one row for LanguageTool alone, for the rules, and for each part that comes on top of them.

    python benchmarks/parts.py [--split dev|tune] [--limit DOCUMENTS] [--each N] [--only ROW…] [--rewriter SPEC] [--markdown]

The first table is the bench's own scorer over each configuration's report. The second is MLQE-PE's test split, N sentences a language,
each a document of its own: on how many the automatic changes, and on how many the first suggestions on top of them, lower and raise TER
to the post-edit. "Gates off" lets through what the gates or a new finding would refuse; "everything made" also makes what is unsafe.

Rows with a rewrite model come only with --rewriter, a setting such as openai:http://127.0.0.1:8080/v1#NAME; it is asked for one answer
to what the tool as shipped flags, and its answers are remembered in the user's cache. Each row runs in a process of its own: seconds
are those of the bench's documents, loading included. A row whose part is not installed is left out, with a line that says so. Reads
../shared, which only a checkout has; where it is not there, nothing is measured.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from multiprocessing import get_context
from typing import Any

import post_edits
import rules
import speed

from cleaner import estimator, language_model, languagetool
from cleaner.analysis import Analysis
from cleaner.config import Config
from cleaner.core import Document, Finding, Span, Suggestion, Verdict
from cleaner.pipeline import Pipeline
from cleaner.registry import Gate, Pair

SHARED = rules.SHARED
NONE = "–"
_PASSED = Verdict("none", 1.0, 0.0, True)
_PATIENCE = 600.0  # seconds for an answer: a model on a processor is slow
_UNLIMITED = 10**9  # requests and tokens: what this benchmark asks is bounded by its options

Row = dict[str, Any]  # a line of a report


@dataclass(frozen=True, slots=True)
class Part:
    """A configuration: which parts work. `plain` is LanguageTool without the tool around it; `gated` and `everything` say what is made."""

    name: str
    plain: bool = False
    spelling: bool = False
    rules: bool = True
    languagetool: bool = False
    quality: bool = False
    language: bool = False
    model: bool = False
    gated: bool = True
    everything: bool = False

    def missing(self) -> str:
        """The parts that are not installed, for a person to read; empty when all are."""
        needed = {
            "LanguageTool": self.languagetool and not languagetool.available(),
            "the quality model": self.quality and estimator.load() is None,
            "the language model": self.language and language_model.load() is None,
        }
        return " and ".join(name for name, lacks in needed.items() if lacks)


_SHIPPED = {"languagetool": True, "quality": True, "language": True}
PARTS = (
    Part("LanguageTool, its first replacements made", plain=True, spelling=True, languagetool=True),
    Part("LanguageTool, spell checker off", plain=True, languagetool=True),
    Part("rules alone"),
    Part("rules + LanguageTool", languagetool=True),
    Part("… + quality model", languagetool=True, quality=True),
    Part("… + language model: as shipped", **_SHIPPED),
    Part("as shipped, everything made", **_SHIPPED, everything=True),
    Part("as shipped, gates off", **_SHIPPED, gated=False),
    Part("as shipped, gates off, everything made", **_SHIPPED, gated=False, everything=True),
    Part("rewrite model alone", **_SHIPPED, rules=False, model=True),
    Part("rewrite model alone, everything made", **_SHIPPED, rules=False, model=True, everything=True),
    Part("rewrite model alone, gates off, everything made", **_SHIPPED, rules=False, model=True, gated=False, everything=True),
    Part("as shipped + rewrite model", **_SHIPPED, model=True),
    Part("as shipped + rewrite model, everything made", **_SHIPPED, model=True, everything=True),
    Part("as shipped + rewrite model, gates off, everything made", **_SHIPPED, model=True, gated=False, everything=True),
)


class Parted(Pipeline):
    """The pipeline with only the parts of a configuration at work; without the language model there is none in the whole process."""

    def __init__(self, part: Part, spec: str) -> None:
        super().__init__(Config(
            ignore=() if part.quality else ("quality",), languagetool=part.languagetool, unsafe_fixes=part.everything,
            gates={} if part.quality else {"no-worse": 0.0}, rewriter=spec if part.model else "none", max_requests=_UNLIMITED,
            max_tokens=_UNLIMITED, rewriting={"timeout": _PATIENCE, "concurrency": 2, "candidates": 1},
        ))
        if not part.language:
            language_model.load = lambda: None
        self.part = part

    def measure(self, pair: Pair, gates: Iterable[Gate] | None = None) -> tuple[Verdict, ...]:
        """Without gates everything passes."""
        return super().measure(pair, gates) if self.part.gated else (_PASSED,)

    def _proposed(self, analysis: Analysis, findings: Sequence[Finding]) -> Iterator[Suggestion]:
        """Of the rewrite model alone where the rules only flag."""
        return (s for s in super()._proposed(analysis, findings) if self.part.rules or s.neural)

    def _new_findings(self, document: Document, findings: list[Finding], reading: Any) -> dict[Suggestion, list[str]]:
        """Without gates nothing counts as new."""
        return super()._new_findings(document, findings, reading) if self.part.gated else {s: [] for s in reading.places}


def reports(part: Part, spec: str, documents: Sequence[Document]) -> list[list[Row]]:
    """The report of each document."""
    if part.plain:
        with speed.checker() as tool:
            if not part.spelling:
                tool.disable_spellchecking()
            return [[corrected(d, b.span, tool.check(b.span.of(d.text))) for b in d.blocks] for d in documents]
    with closing(Parted(part, spec)) as pipeline:
        return post_edits.reports(pipeline, documents)


def corrected(document: Document, place: Span, matches: Iterable[Any]) -> Row:
    """The report line of a paragraph with LanguageTool's first replacements made, from the end so that offsets hold.

    The more it finds, the riskier.
    """
    text = output = place.of(document.text)
    found, before = [], len(text)
    for m in sorted(matches, key=lambda m: -m.offset):
        end = m.offset + m.error_length
        found.append({"rule": "LanguageTool", "start": place.start + m.offset, "end": place.start + end})
        if m.replacements and end <= before:
            output, before = output[:m.offset] + m.replacements[0] + output[end:], m.offset
    return {
        "doc": document.name, "start": place.start, "end": place.end, "original": text, "output": output,
        "status": "fixed" if output != text else "review" if found else "unchanged", "risk": len(found) / (1 + len(found)),
        "findings": found, "suggestions": [],
    }


# --- the figures of a part -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Task:
    """What to measure a part on: documents of a bench split (0: all), and so many sentences a language of MLQE-PE."""

    part: Part
    spec: str
    split: str
    limit: int
    each: int


@dataclass(frozen=True, slots=True)
class Figures:
    """What the scorer says of the bench; `seconds` for it; and how many sentences of MLQE-PE changes and suggestions improve and worsen."""

    bench: dict[str, Any]
    seconds: float
    changes: tuple[int, int] = (0, 0)
    suggestions: tuple[int, int] = (0, 0)


def measured(task: Task) -> Figures:
    """The figures of a part."""
    documents = rules.documents(task.split)[:task.limit or None]
    begin = time.perf_counter()
    found = reports(task.part, task.spec, documents)
    seconds = time.perf_counter() - begin
    bench = rules.scored([r for rows in found for r in rows], rules.annotated(task.split, documents))
    return Figures(bench, seconds, *(post_edited(task) if task.each else ()))


def post_edited(task: Task) -> tuple[tuple[int, int], tuple[int, int]]:
    """(nearer to, farther from the post-edit) by automatic changes, and by first suggestions on top of them."""
    documents, edited = post_edits.sentences("test", task.each)
    made = list(post_edits.effects(documents, edited, reports(task.part, task.spec, documents)))
    changes, suggestions = (post_edits.balance(e for e in made if e.kind == kind) for kind in ("change", "suggestion"))
    return changes, suggestions


# --- tables --------------------------------------------------------------------------------------------------------------------------


BENCH = (
    "", "changed (good ones)", "closer : farther", "edits supported / exact", "spans repaired, major / minor",
    "spans offered, major / minor", "first suggestions supported", "effort saved", "risk, major / any", "flagged, visible / good", "s",
)
POST_EDITED = ("", "automatic changes", "first suggestions")


def bench_row(part: Part, f: Figures) -> tuple[str, ...]:
    """A row of the first table. Answers of a rewrite model may be remembered, so that its rows have no time."""
    def pair(one: str, two: str) -> str:
        return f"{share(f.bench[one])} / {share(f.bench[two])}"

    return (
        part.name, f"{f.bench['changed']} ({f.bench['ok_changed']})", f"{f.bench['closer']} : {f.bench['farther']}",
        pair("edit_precision", "edit_exact"), pair("major_spans_repaired", "minor_spans_repaired"),
        pair("major_spans_offered", "minor_spans_offered"), share(f.bench["first_suggestion_precision"]),
        share(f.bench["effort_saved_auto"]),
        pair("auc_major", "auc_any"), pair("visible_major_flagged", "ok_flagged"), NONE if part.model else f"{f.seconds:.0f}",
    )


def share(value: float | None) -> str:
    """Two decimals; a dash where there is nothing to divide by."""
    return NONE if value is None else f"{value:.2f}"


def table(head: Sequence[str], rows: Sequence[Sequence[str]], *, markdown: bool) -> str:
    """Rows under a head, for a document or for a terminal."""
    if markdown:
        return "\n".join("| " + " | ".join(r) + " |" for r in (head, ["---"] * len(head), *rows))
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(r, widths, strict=True)).rstrip() for r in (head, *rows))


def main() -> None:
    """Run it."""
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--split", default="dev", choices=["dev", "tune"], help="of the bench [default: dev]")
    ap.add_argument("--limit", type=int, default=0, metavar="DOCUMENTS", help="only the first of the split")
    ap.add_argument("--each", type=int, default=200, metavar="N", help="sentences a language of MLQE-PE; 0 leaves it out [default: 200]")
    ap.add_argument("--only", type=int, nargs="+", metavar="ROW", help="these rows, counted from 1, those of a rewrite model last")
    ap.add_argument("--rewriter", default="none", metavar="SPEC", help="also measure this rewrite model")
    ap.add_argument("--markdown", action="store_true", help="print Markdown tables")
    args = ap.parse_args()
    if not SHARED.is_dir():
        print("benchmarks/parts.py: ../shared is not here, so there is nothing to measure on: skipped")
        return
    tasks = []
    for number, part in enumerate(PARTS, 1):
        if (part.model and args.rewriter == "none") or (args.only and number not in args.only):
            continue
        if missing := part.missing():
            print(f"benchmarks/parts.py: “{part.name}” is left out: `cleaner doctor` tells why {missing} cannot be used", file=sys.stderr)
            continue
        tasks.append(Task(part, args.rewriter, args.split, args.limit, args.each))
    found = []
    with ProcessPoolExecutor(1, mp_context=get_context("spawn"), max_tasks_per_child=1) as alone:  # nothing is remembered from row to row
        for task, figures in zip(tasks, alone.map(measured, tasks), strict=True):
            print(f"{task.part.name}: done", file=sys.stderr)
            found.append((task.part, figures))
    print(table(BENCH, [bench_row(part, f) for part, f in found], markdown=args.markdown))
    if args.each:
        rows = [(part.name, *(f"{better} : {worse}" for better, worse in (f.changes, f.suggestions))) for part, f in found]
        print("\n" + table(POST_EDITED, rows, markdown=args.markdown))


if __name__ == "__main__":
    main()
