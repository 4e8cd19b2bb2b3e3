"""Measure the edit tagger's single edits on texts it has not seen: what decided that it does not ship.

    python models/train/edits.py WORK/rewriter

An edit is *closer* when it brings the text nearer to the nearest accepted one, in words inserted, deleted or replaced, *farther* when it
leads away from all, and *placed* when an editor changed something there or an annotator marked the place. Texts: the development split
of MLQE-PE (one accepted text each) and all of tune (up to several), which the tagger was not trained on. Whether its chances foretell what
is closer is measured by a logistic model of them, counted on documents left out in turn.
"""

from __future__ import annotations

import argparse
import collections
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import edit_data
import numpy as np
from edit_kinds import kinds
from edit_tags import words
from fitting import auc, calibration_error, held_out
from quality_data import SHARED, lines, tune
from rapidfuzz.distance import Levenshtein
from tagger import LEAST, Option, Tagger, apart, applied, options, signals

from cleaner.core import Span


@dataclass(frozen=True, slots=True)
class Judged:
    """An option of a text, and what it does: `gain` is by how many words it brings the text nearer to the nearest accepted one."""

    option: Option
    gain: int
    placed: bool
    group: str
    old: str
    new: str


def tokens(text: str) -> list[str]:
    """Words in lower case, as post-editing tools and people write them."""
    return [w.lower() for w in edit_data.tokens(text)]


def texts(share: int) -> Iterator[tuple[str, str, list[str], list[Span], str]]:
    """(text, context, accepted texts, marked spans, group)."""
    for n, r in enumerate(r for r in lines("mlqe_pe_to_english.jsonl.gz") if r["split"] == "dev"):
        if n % share == 0:
            yield r["mt_raw"], "", [r["pe"]], [], r["pair"]
    for context, r in tune():
        good = [t for t in (r["fix_en"], r["fix"], *r["variants"]) if t] or [r["mt"]]
        yield r["mt"], context, good, [Span(e["start"], e["end"]) for e in r["errors"]], r["file"]


def judged(model: Tagger, share: int) -> list[Judged]:
    """The best few options of every text."""
    found = []
    for text, context, good, marked, group in texts(share):
        accepted, old, spans = [tokens(t) for t in good], tokens(text), words(text)
        near = min(Levenshtein.distance(old, t) for t in accepted)
        changed = [
            {i for op in Levenshtein.opcodes(old, t) if op.tag != "equal" for i in range(op.src_start, max(op.src_end, op.src_start + 1))}
            for t in accepted
        ]
        for option in apart(options(model, text, context), 4):
            new = applied(text, option)
            gain = near - min(Levenshtein.distance(tokens(new), t) for t in accepted)
            place = option.span
            where = Span(spans[max(0, place.start)].start, spans[min(place.end, len(spans)) - 1].end)
            placed = any(i in c for c in changed for i in range(place.start, place.end)) or any(m.overlaps(where) for m in marked)
            found.append(Judged(option, gain, placed, group, text, new))
    return found


def show(name: str, rows: Sequence[Judged]) -> None:
    """Print what edits of at least some chance do."""
    print(name)
    for least in (LEAST, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9):
        some = [r for r in rows if r.option.chance >= least]
        if some:
            print(f"  chance >= {least:.2f}: {len(some):5} edits, closer {share(some, lambda r: r.gain > 0):.2f}, "
                  f"farther {share(some, lambda r: r.gain < 0):.2f}, placed {share(some, lambda r: r.placed):.2f}")


def share(rows: Sequence[Judged], of) -> float:
    """The share of rows for which something holds."""
    return sum(map(of, rows)) / len(rows)


def main() -> None:
    """Run it."""
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("model", type=Path)
    ap.add_argument("--share", type=int, default=2, metavar="N", help="every Nth text of MLQE-PE [default: 2]")
    ap.add_argument("--show", type=int, default=0, metavar="N", help="print N edits of tune documents")
    args = ap.parse_args()
    if not SHARED.is_dir():
        sys.exit("models/train/edits.py: ../shared is not here, so there is nothing to measure")
    rows = judged(Tagger(args.model), args.share)
    documents = [r for r in rows if r.group.endswith(".txt")]
    show("MLQE-PE, development split", [r for r in rows if not r.group.endswith(".txt")])
    show("tune", documents)
    by_kind = collections.defaultdict(list)
    for r in rows:
        by_kind[" ".join(kinds(r.old, r.new))].append(r)
    for name, own in sorted(by_kind.items(), key=lambda k: -len(k[1])):
        show(f"kind: {name}", own)
    x = np.array([(1.0, *signals(r.option)) for r in rows])
    y = np.array([float(r.gain > 0) for r in rows])
    groups = np.array([r.group for r in rows])
    odds = held_out(x, y, groups, folds=5)
    print(f"chance that an edit is closer: AUC {auc(odds, y):.3f} (the tagger's own chance: {auc(x[:, 1], y):.3f}), "
          f"calibration error {calibration_error(1 / (1 + np.exp(-odds)), y):.3f}")
    for r in documents[:: max(1, len(documents) // args.show)] if args.show else ():
        print(f"{r.gain:+d} {'placed' if r.placed else '      '} {r.option.chance:.2f} {r.option.doubt:.2f}\n    {r.old}\n    {r.new}")


if __name__ == "__main__":
    main()
