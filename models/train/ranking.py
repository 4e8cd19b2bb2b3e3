"""Fit how suggestions are ranked: the chance that a reviewer takes one, from what `cleaner.ranking` knows of it.

    python models/train/ranking.py WORK            # read tune once into WORK/ranking.jsonl, fit, write cleaner/data/ranking.toml
    python models/train/ranking.py WORK --dry-run  # only measure
    … --honest FOLDER                              # the quality model for the documents that it has not seen

Every suggestion of the pipeline for the bench's tune split that is not safe is a row. A reviewer would take it when each of its edits
touches a span that the annotator marked, and the text is then nearer (chrF++) to one of those that the annotator wrote. Figures are of
documents left out in turn.

The quality model that ships has seen all of tune. FOLDER is its twin that has not seen a third of the documents: that third alone says
what its estimates are worth here, the others are read with it too.
"""

from __future__ import annotations

import argparse
import collections
import importlib.util
import json
import random
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from fitting import auc, calibration_error, fit

from cleaner import formats, language_model, ranking
from cleaner.analysis import Analysis
from cleaner.config import Config
from cleaner.core import Span
from cleaner.estimator import Estimator
from cleaner.pipeline import Pipeline

ROOT = Path(__file__).resolve().parents[2]
BENCH = ROOT.parent / "shared/bench"
CLOSER = 0.05  # chrF++ points


def score_module() -> object:
    """The bench's own scorer, for what counts as an edit and as near."""
    spec = importlib.util.spec_from_file_location("score", BENCH / "score.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def rows(honest: Path | None) -> Iterator[dict]:
    """Suggestions of tune with their features and whether a reviewer would take them."""
    score = score_module()
    gold = collections.defaultdict(list)
    for line in (BENCH / "tune_gold.jsonl").read_text(encoding="utf-8").splitlines():
        g = json.loads(line)
        gold[g["file"]].append(g)
    model = Estimator(honest) if honest else None
    language = language_model.load()
    if language is None:
        raise SystemExit("ranking.py: the language model is not installed: `cleaner doctor --install`")
    paths = sorted((BENCH / "tune").glob("*.txt"))
    random.Random(0).shuffle(paths)
    with Pipeline(Config(languagetool=False)) as pipeline:
        for path in paths:
            document = formats.parse(path.name, path.read_text(encoding="utf-8"))
            analysis = Analysis(document)
            findings = [f for f in pipeline.detect(analysis) if f.confidence >= pipeline.config.min_confidence]
            proposed = [s for s in pipeline.proposals(analysis, findings) if s.safety != "safe"]
            made = ranking.drafts(document, proposed)
            thought = ranking.quality(analysis, made, model)
            liked = ranking.fluency(document, made, language, limited=False)
            within = ranking.fluency(document, made, language)
            for i, d in enumerate(made):
                s = d.suggestion
                g = next((g for g in gold[path.name] if Span(g["start"], g["end"]).contains(s.span)), None)
                if g is None:
                    continue
                new = g["mt"][:s.span.start - g["start"]] + s.replacement + g["mt"][s.span.end - g["start"]:]
                refs = score.accepted(g)
                places = [(e["start"], e["end"]) for e in g["errors"]]
                edits = score.edits(g["mt"], new)
                supported = [any(score.touch(e, p) for p in places) for e in edits]
                nearer = score.closeness(new, refs) - score.closeness(g["mt"], refs)
                other = [e for r in refs for e in score.edits(g["mt"], r)]
                yield {
                    "file": path.name, "span": [s.span.start, s.span.end], "segment": g["seg"], "rewriter": s.rewriter, "score": s.score,
                    "old": d.original, "new": d.text, "supported": sum(supported), "edits": len(edits), "closer": nearer,
                    "exact": sum(any(e[2].lower() == o[2].lower() and score.touch(e, o) for o in other) for e in edits),
                    "take": all(supported) and nearer > CLOSER, "within": i in within,
                    "features": ranking.features(d, thought.get(i), liked.get(i)), "fluent": i in liked,
                }


def held_out(x: np.ndarray, y: np.ndarray, names: np.ndarray) -> np.ndarray:
    """Chances for every row from weights fitted without its tenth of the documents."""
    odds = np.zeros(len(y))
    documents = sorted(set(names))
    for fold in range(10):
        out = np.isin(names, documents[fold::10])
        odds[out] = x[out] @ fit(x[~out], y[~out])
    return 1 / (1 + np.exp(-odds))


def first(found: list[dict], scores: np.ndarray) -> str:
    """What the first suggestion of each segment is worth, of segments with several and of all."""
    best: dict[tuple, list[int]] = collections.defaultdict(list)
    for i, r in enumerate(found):
        best[r["file"], r["segment"]].append(i)
    said = []
    for name, least in (("all", 1), ("with a choice", 2)):
        top = [found[max(own, key=lambda i: (scores[i], -i))] for own in best.values() if len({found[i]["new"] for i in own}) >= least]
        edits = sum(r["edits"] for r in top)
        said.append(
            f"{name} {len(top)}: take {np.mean([r['take'] for r in top]):.3f}, supported {sum(r['supported'] for r in top) / edits:.3f}, "
            f"exact {sum(r['exact'] for r in top) / edits:.3f}, closer {np.mean([r['closer'] > CLOSER for r in top]):.3f}",
        )
    return "; ".join(said)


def main() -> None:
    """Run it."""
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("work", type=Path)
    ap.add_argument("--honest", type=Path)
    ap.add_argument("--dry-run", action="store_true")
    args = ap.parse_args()
    args.work.mkdir(parents=True, exist_ok=True)
    kept = args.work / "ranking.jsonl"
    if not kept.exists():
        with kept.open("w", encoding="utf-8") as file:
            for row in rows(args.honest):
                file.write(json.dumps(row) + "\n")
                file.flush()
    found = [json.loads(line) for line in kept.read_text(encoding="utf-8").splitlines()]
    y = np.array([r["take"] for r in found], float)
    names = np.array([r["file"] for r in found])
    prior = np.array([r["score"] for r in found])
    print(f"{len(found)} suggestions, {y.mean():.1%} to be taken")
    print(f"rewriters' own: AUC {auc(prior, y):.3f}, calibration error {calibration_error(prior, y):.3f}; first: {first(found, prior)}")
    written = ["# Fitted by `python models/train/ranking.py`; do not edit."]
    for table, features in (("with", ranking.FLUENT), ("without", ranking.PLAIN)):
        x = np.array([[r["features"][name] for name in features] for r in found])
        p = held_out(x, y, names)
        print(f"{table}: AUC {auc(p, y):.3f}, calibration error {calibration_error(p, y):.3f}; first: {first(found, p)}")
        weights = fit(x, y)
        written += ["", f"[{table}]", *(f"{name} = {w:.4f}" for name, w in zip(features, weights, strict=True))]
    print("\n".join(written[1:]))
    if not args.dry_run:
        (ROOT / "cleaner/data/ranking.toml").write_text("\n".join(written) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
