"""A reader's verdict on what the tool changes and suggests, in documents that no weights of rules were fitted on.

    python benchmarks/judged.py draw [--seed N] > FILE   # what is to be read, a JSON object a line, `verdict` empty
    python benchmarks/judged.py count [FILE…]            # the verdicts in lists that were read (docs/quality/judged-SEED.jsonl)

Drawn from WMT21/22, all languages but Japanese and Livonian, SYSTEMS systems a document, from those documents that rules are not fitted on
(`versions.kept_for_reading`; the quality model's first stage has seen some of their sentences). Read are every automatic change and
SUGGESTIONS first suggestions drawn at random. A verdict is better, same or worse than the original, by the text alone; a suggestion that
names a wrong actor is worse. Reads ../shared, which only a checkout has.
"""

from __future__ import annotations

import argparse
import collections
import json
import random
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from cleaner.config import Config
from cleaner.core import Document
from cleaner.pipeline import Pipeline, run

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"
LISTS = sorted((ROOT / "docs/quality").glob("judged-*.jsonl"))
SYSTEMS, SUGGESTIONS = 2, 60
BEFORE = 160  # characters of the text before that are shown
VERDICTS = ("better", "same", "worse")


def documents(seed: int) -> Iterator[Document]:
    """Some systems' versions of each document that was kept for reading."""
    sys.path.insert(0, str(ROOT / "models/train"))
    import versions

    rng = random.Random(seed)
    for (language, name), rows in sorted(versions.translated().items()):
        if language in ("ja", "liv") or not versions.kept_for_reading(f"{language}/{name}"):
            continue
        named = versions.systems(rows)
        for system in rng.sample(named, min(SYSTEMS, len(named))):
            yield replace(versions.version(name, rows, system)[1], name=f"{language}/{name}/{system}")


def draw(seed: int) -> list[dict[str, object]]:
    """What is to be read: all automatic changes, then the suggestions."""
    changed, suggested = [], []
    with Pipeline(Config(rewriter="none")) as pipeline:
        for result in run(pipeline, documents(seed)):
            for r in result.records:
                shown = {"document": result.document.name, "before": result.document.text[max(0, r.span.start - BEFORE):r.span.start]}
                rules = sorted({f.rule for f in r.findings})
                if r.output != r.original:
                    changed.append({"kind": "change", **shown, "rules": rules, "original": r.original, "text": r.output, "verdict": ""})
                if r.status == "review" and r.proposals:
                    first = r.proposals[0].text
                    suggested.append({"kind": "suggestion", **shown, "rules": rules, "original": r.output, "text": first, "verdict": ""})
    return changed + random.Random(seed).sample(suggested, min(SUGGESTIONS, len(suggested)))


def count(path: Path) -> None:
    """Print how often each verdict was given."""
    found: dict[str, collections.Counter[str]] = collections.defaultdict(collections.Counter)
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        item = json.loads(line)
        if item["verdict"] not in VERDICTS:
            sys.exit(f"benchmarks/judged.py: {path}:{number}: the verdict is {item['verdict']!r}, not one of {', '.join(VERDICTS)}")
        found[item["kind"]][item["verdict"]] += 1
    for kind, verdicts in found.items():
        total = verdicts.total()
        print(f"{path.stem} {kind}s: {total}, " + ", ".join(f"{verdicts[v]} {v} ({verdicts[v] / total:.0%})" for v in VERDICTS))


def main() -> None:
    """Run it."""
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("what", choices=["draw", "count"])
    ap.add_argument("files", nargs="*", type=Path, default=LISTS, metavar="FILE")
    ap.add_argument("--seed", type=int, default=0, metavar="N", help="which systems and suggestions are drawn [default: 0]")
    args = ap.parse_args()
    if args.what == "count":
        for path in args.files:
            count(path)
        return
    if not SHARED.is_dir():
        sys.exit("benchmarks/judged.py: ../shared is not here, so there is nothing to read")
    for item in draw(args.seed):
        print(json.dumps(item, ensure_ascii=False))


if __name__ == "__main__":
    main()
