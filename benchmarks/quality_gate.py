"""What the quality gate refuses, by margin: post-edits of people, who mend a sentence, and texts that got worse.

    python benchmarks/quality_gate.py [--each N] [--model DIR] [--no-languagetool]

Better: `mt_raw` → `pe` (joined again from its tokens) of MLQE-PE's dev split, which the model was not trained on, where something
changed. Worse: (a) an error of the classes that the rules name, planted in sentences of Wikinews and of WMT that were kept out of training
(`models/train/quality_data.py`); (b) LanguageTool's first replacement in the bench's tune split, default settings, where no annotator
marked an error: mostly names "corrected" to other words. The last rows are the same the other way round, which the gate should pass.
The model that ships has seen the sentences of (b) before they were made worse. Reads ../shared, which only a checkout has.
"""

from __future__ import annotations

import argparse
import math
import random
import sys
from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path

import gates
import numpy as np

from cleaner import estimator, registry
from cleaner.gates.quality import no_worse
from cleaner.registry import Pair

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"
THRESHOLDS = (0.6, 0.5, 0.4, 0.3, 0.2, 0.1)
sys.path.insert(0, str(ROOT / "models/train"))
import quality_data as data  # noqa: E402  # the readers of ../shared that training uses


def post_edits(each: int, rng: random.Random) -> list[Pair]:
    """Post-edits that change something, all languages."""
    rows = [r for r in data.lines("mlqe_pe_to_english.jsonl.gz") if r["split"] == "dev"]
    rng.shuffle(rows)
    pairs = (Pair(r["mt_raw"].strip(), gates.joined(r["pe"])) for r in rows)
    return [p for p in pairs if p.original != p.rewrite][:each]


def planted(each: int, rng: random.Random) -> list[Pair]:
    """Good sentences and the same with one planted error, after their context."""
    examples = [e for e in data.silent() if len(e.text.split()) > 5]
    rng.shuffle(examples)
    made = ((e, data.plant(e.text, rng)) for e in examples)
    return [Pair(e.text, m[0], f"{e.context} {e.text}") for e, m in made if m][:each]


def spoilt(each: int) -> list[Pair]:
    """LanguageTool's first replacements in tune that touch no annotated error."""
    import speed

    gold = defaultdict(list)
    for g in data.gold("tune"):
        gold[g["file"]].append(g)
    found = []
    with speed.checker() as tool:
        for name, rows in sorted(gold.items()):
            text = (SHARED / "bench/tune" / name).read_text(encoding="utf-8")
            for g in rows:
                for m in tool.check(g["mt"]):
                    start, end = m.offset, m.offset + m.error_length
                    if m.replacements and not any(e["start"] < end and start < e["end"] for e in g["errors"]):
                        found.append(Pair(g["mt"], g["mt"][:start] + m.replacements[0] + g["mt"][end:], text))
    return found[:each]


def refused(pairs: Sequence[Pair]) -> Callable[[float], float]:
    """The share of pairs that the gate refuses at a threshold."""
    scores = np.array([no_worse.measure(p).score for p in pairs])
    return lambda threshold: float((scores < threshold).mean())


def main() -> None:
    """Run it."""
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--each", type=int, default=1500)
    ap.add_argument("--model", type=Path, help="another model than the one that ships")
    ap.add_argument("--no-languagetool", action="store_true")
    args = ap.parse_args()
    if not SHARED.is_dir():
        sys.exit("benchmarks/quality_gate.py: ../shared is not here, so there is nothing to measure on")
    if args.model:
        estimator.folder = lambda: args.model  # what `load` looks for
    if estimator.load() is None:
        sys.exit("benchmarks/quality_gate.py: there is no quality model to measure")
    rng = random.Random(7)
    sets = {"better: post-edits by people": post_edits(args.each, rng), "worse: planted errors": planted(args.each, rng)}
    if not args.no_languagetool:
        sets["worse: LanguageTool's wrong corrections"] = spoilt(args.each)
    sets |= {f"undone, {name}": [Pair(p.rewrite, p.original, p.context.replace(p.original, p.rewrite)) for p in pairs]
             for name, pairs in list(sets.items()) if name.startswith("worse")}
    print(f"{'refused at threshold (odds may grow to)':48} {'pairs':>6}", *(f"{t:.1f} ({1 / t:4.1f}×)" for t in THRESHOLDS))
    for name, pairs in sets.items():
        share = refused(pairs)
        print(f"{name:48} {len(pairs):6}", *(f"{share(t):11.1%}" for t in THRESHOLDS))
    held = registry.gates()["no-worse"].threshold
    print(f"threshold in use: {held:g}, the odds of a major error may grow {1 / held:.1f}-fold (log-odds + {-math.log(held):.2f})")


if __name__ == "__main__":
    main()
