"""What changes and suggestions do to single sentences that people post-edited (MLQE-PE, no context): nearer to the post-edit or farther.

    python benchmarks/post_edits.py [--split train|dev|test] [--each N] [--show N]

By rule: automatic changes, and the first suggestion on top of them, that lower, keep and raise TER to the post-edit. `--show N` prints N
of those that raise it, with the post-edit: reading them on the train split is how rules that do harm outside Japanese news were found.
The test split is for measuring only. Reads ../shared, which only a checkout has; where it is not there, nothing is measured.
"""

from __future__ import annotations

import argparse
import collections
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import gates
import rules

from cleaner import formats
from cleaner.config import Config
from cleaner.core import Document
from cleaner.pipeline import Pipeline, run
from cleaner.report import row

Row = dict[str, Any]  # a line of a report


def sentences(split: str, each: int) -> tuple[list[Document], list[str]]:
    """The first `each` sentences of every language in a split, a document each, and their post-edits."""
    by_pair: dict[str, list[Row]] = collections.defaultdict(list)
    for r in rules.data.lines("mlqe_pe_to_english.jsonl.gz"):
        if r["split"] == split and len(by_pair[r["pair"]]) < each:
            by_pair[r["pair"]].append(r)
    rows = [r for own in by_pair.values() for r in own]
    return [formats.parse(f"{i}.txt", r["mt_raw"].strip() + "\n") for i, r in enumerate(rows)], [gates.joined(r["pe"]) for r in rows]


def carried_out(text: str, rows: Iterable[Row], *, suggested: bool) -> str:
    """A document as its report leaves it: automatic changes made, or the first suggestion of each line instead where there is one."""
    for r in sorted(rows, key=lambda r: -r["start"]):
        new = r["suggestions"][0]["text"] if suggested and r["suggestions"] else r["output"]
        text = text[:r["start"]] + new + text[r["end"]:]
    return text


def reports(pipeline: Pipeline, documents: Sequence[Document]) -> list[list[Row]]:
    """The report of each document."""
    return [[row(result.document.name, r) for r in result.records] for result in run(pipeline, documents)]


@dataclass(frozen=True, slots=True)
class Effect:
    """What changed a sentence, and by how much that lowers TER to the post-edit, in points; `kind` is ``change`` or ``suggestion``."""

    kind: str
    by: str
    gain: float
    old: str
    new: str
    edited: str


def effects(documents: Sequence[Document], edited: Sequence[str], found: Iterable[Sequence[Row]]) -> Iterator[Effect]:
    """The effects of automatic changes, and of first suggestions on top of them; `found` has a report for each document."""
    for document, good, rows in zip(documents, edited, found, strict=True):
        text = document.text
        made, suggested = (carried_out(text, rows, suggested=s) for s in (False, True))
        if made != text:
            by = {f["rule"] for r in rows if r["output"] != r["original"] for f in r["findings"]}
            yield Effect("change", "+".join(sorted(by)), _error(text, good) - _error(made, good), text, made, good)
        if suggested != made:
            by = {r["suggestions"][0]["rewriter"] for r in rows if r["suggestions"]}
            yield Effect("suggestion", "+".join(sorted(by)), _error(made, good) - _error(suggested, good), made, suggested, good)


def balance(some: Iterable[Effect]) -> tuple[int, int]:
    """How many effects are nearer to the post-edit, and how many farther."""
    gains = [e.gain for e in some]
    return sum(g > 0 for g in gains), sum(g < 0 for g in gains)


def _error(text: str, good: str) -> float:
    return float(_ter().sentence_score(text.strip(), [good]).score)


@cache
def _ter() -> Any:
    from sacrebleu.metrics import TER

    return TER(normalized=True, case_sensitive=True)


def main() -> None:
    """Run it."""
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--split", default="test", choices=["train", "dev", "test"], help="of MLQE-PE [default: test]")
    ap.add_argument("--each", type=int, default=1000, metavar="N", help="sentences a language [default: 1000]")
    ap.add_argument("--show", type=int, default=0, metavar="N", help="print N changes and N suggestions that raise TER")
    args = ap.parse_args()
    if not rules.SHARED.is_dir():
        print("benchmarks/post_edits.py: ../shared is not here, so there is nothing to measure on: skipped")
        return
    if args.show and args.split == "test":
        sys.exit("benchmarks/post_edits.py: the test split is for measuring; --show reads train or dev")
    documents, edited = sentences(args.split, args.each)
    with Pipeline(Config()) as pipeline:
        found = reports(pipeline, documents)
    made = list(effects(documents, edited, found))
    for kind in ("change", "suggestion"):
        own = [e for e in made if e.kind == kind]
        nearer, farther = balance(own)
        print(f"{kind}s: {nearer} nearer, {len(own) - nearer - farther} as near, {farther} farther, in {len(documents)} sentences")
        by_rule = collections.defaultdict(list)
        for e in own:
            by_rule[e.by].append(e)
        for name, some in sorted(by_rule.items(), key=lambda item: -len(item[1])):
            nearer, farther = balance(some)
            print(f"  {nearer:4} {len(some) - nearer - farther:4} {farther:4}  {name}")
        for e in [e for e in own if e.gain < 0][:args.show]:
            print(f"\n  {e.by}\n  - {e.old.strip()}\n  + {e.new.strip()}\n  = {e.edited}")


if __name__ == "__main__":
    main()
