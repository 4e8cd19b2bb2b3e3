"""What each rule is worth: on annotated machine translation (the bench's tune split) and on English that people wrote.

    python benchmarks/rules.py [--only RULE…] [--without RULE…] [--show N] [--fixes] [--human N] [--no-pipeline]

For every rule: findings on major / minor / good segments of the tune split, how many overlap an annotated error span, and findings
per 1,000 human segments. `--show N` prints N hits that touch no annotated span and N on human English; `--fixes` prints every
automatic change. With the pipeline on, the bench's own scorer is run over the report. Reads ../shared, which only a checkout has.
"""

from __future__ import annotations

import argparse
import collections
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from cleaner import formats
from cleaner.analysis import Analysis
from cleaner.config import Config
from cleaner.core import Document, Span
from cleaner.pipeline import Pipeline, run
from cleaner.report import row
from cleaner.sources import paired

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"
sys.path.insert(0, str(ROOT / "models/train"))
import quality_data as data  # noqa: E402  # the readers of ../shared that training uses


def documents(split: str, *, source: bool = False) -> list[Document]:
    """The documents of a bench split, with the Japanese beside them where `source` is wanted."""
    paths = sorted((SHARED / "bench" / split).glob("*.txt"))
    made = [formats.parse(p.name, p.read_text(encoding="utf-8")) for p in paths]
    if not source:
        return made
    return [paired(d, p.with_suffix(".src").read_text(encoding="utf-8"), p.stem) for d, p in zip(made, paths, strict=True)]


def human(count: int) -> list[Document]:
    """`count` segments that people wrote in English, PAGE consecutive ones a document, a paragraph each."""
    return [formats.parse(f"human-{data.PAGE * i}.txt", "\n\n".join(page) + "\n") for i, page in enumerate(data.pages(count))]


def annotated(split: str, documents: Iterable[Document]) -> list[dict]:
    """The annotated segments of documents of a bench split."""
    names = {d.name for d in documents}
    return [g for g in data.gold(split) if g["file"] in names]


def scored(report: Iterable[dict], gold: Iterable[dict]) -> dict[str, Any]:
    """The figures of the bench's own scorer."""
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder, name) for name in ("gold.jsonl", "report.jsonl")]
        for path, rows in zip(paths, (gold, report), strict=True):
            path.write_text("".join(json.dumps(r, ensure_ascii=False) + "\n" for r in rows), encoding="utf-8")
        done = subprocess.run([sys.executable, SHARED / "bench/score.py", *paths, "--json"], check=True, capture_output=True, text=True)
    return json.loads(done.stdout)


def main() -> None:
    """Run it."""
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--only", nargs="*", default=["all"])
    ap.add_argument("--without", nargs="*", default=[])
    ap.add_argument("--show", type=int, default=0)
    ap.add_argument("--fixes", action="store_true")
    ap.add_argument("--human", type=int, default=2000)
    ap.add_argument("--no-pipeline", action="store_true", help="only detect")
    ap.add_argument("--report", type=Path, help="keep the report here")
    ap.add_argument("--worst", default="0")
    ap.add_argument("--source", action="store_true", help="with the Japanese beside the text")
    ap.add_argument("--split", default="tune", choices=["tune", "dev"], help="dev is for measuring only")
    args = ap.parse_args()
    if not SHARED.is_dir():
        sys.exit("benchmarks/rules.py: ../shared is not here, so there is nothing to measure on")
    gold = collections.defaultdict(list)
    for g in data.gold(args.split):
        gold[g["file"]].append(g)
    stats: dict[str, collections.Counter[str]] = collections.defaultdict(collections.Counter)
    shown: dict[str, list[str]] = collections.defaultdict(list)
    with Pipeline(Config(select=tuple(args.only), ignore=tuple(args.without), jobs=2)) as pipeline:
        for document in documents(args.split, source=args.source):
            for f in pipeline.detect(Analysis(document)):
                stats[f.rule]["all"] += 1
                for g in gold[document.name]:
                    if f.span.overlaps(Span(g["start"], g["end"])):
                        stats[f.rule][g["status"]] += 1
                        spans = [Span(g["start"] + e["start"], g["start"] + e["end"]) for e in g["errors"]]
                        hit = any(s.overlaps(f.span) for s in spans)
                        stats[f.rule]["hit"] += hit
                        if not hit:
                            shown[f.rule].append(f"  tune/{g['status']} {f.confidence:.2f} «{f.span.of(document.text)}» {g['mt'][:220]}")
                        break
        people = human(args.human)
        total = sum(len(d.segments) for d in people) or 1
        flagged = set()
        for document in people:
            for f in pipeline.detect(Analysis(document)):
                stats[f.rule]["human"] += 1
                if f.confidence >= pipeline.config.min_confidence:
                    flagged.add((document.name, document.segment_index(f.span.start)))
                segment = next(document.segments_in(f.span), None)
                words = segment.target[:220] if segment else ""
                shown[f.rule + " (human)"].append(f"  human {f.confidence:.2f} «{f.span.of(document.text)}» {words}")
        print(f"{'rule':52} {'all':>4} {'hit':>4} {'maj':>4} {'min':>4} {'ok':>4} {'human/1000':>10}")
        for rule, n in sorted(stats.items(), key=lambda x: -x[1]["all"]):
            print(f"{rule:52} {n['all']:4} {n['hit']:4} {n['major']:4} {n['minor']:4} {n['ok']:4} {1000 * n['human'] / total:10.2f}")
        print(f"human segments flagged: {1000 * len(flagged) / total:.1f} per 1000 of {total}")
        for rule, lines in sorted(shown.items()):
            if args.show:
                print(rule, *lines[:args.show], sep="\n")
        if args.no_pipeline:
            return
        path = args.report or Path(tempfile.mkstemp(suffix=".jsonl")[1])
        begin, n = time.perf_counter(), 0
        with path.open("w", encoding="utf-8") as out:
            for result in run(pipeline, documents(args.split, source=args.source)):
                for r in result.records:
                    n += 1
                    out.write(json.dumps(row(result.document.name, r), ensure_ascii=False) + "\n")
                    if args.fixes and r.output != r.original:
                        print(f"\nfix {result.document.name}\n  - {r.original}\n  + {r.output}")
        print(f"{n / (time.perf_counter() - begin):.0f} segments/s")
        changed = [(r, result) for result in run(pipeline, people) for r in result.records if r.output != r.original]
        print(f"human segments changed: {1000 * len(changed) / total:.2f} per 1000")
        for r, _ in changed:
            print(f"  - {r.original}\n  + {r.output}")
    subprocess.run(
        [sys.executable, SHARED / "bench/score.py", SHARED / f"bench/{args.split}_gold.jsonl", path, "--worst", args.worst], check=True,
    )


if __name__ == "__main__":
    main()
