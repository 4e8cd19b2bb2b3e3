"""Fit the risk model: findings of the rules on the bench's tune split → chance of a major error.

    python models/train/risk.py            # fit, measure by document, write cleaner/data/risk.toml
    python models/train/risk.py --dry-run  # only measure

Logistic regression by Newton's method with an L2 penalty, ten folds by document; the figures printed are those of held-out documents.
Reads ../shared/bench/tune.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

import numpy as np

from cleaner import formats
from cleaner.analysis import Analysis
from cleaner.config import Config
from cleaner.core import Span
from cleaner.pipeline import Pipeline
from cleaner.risk import FEATURES, evidence, features

ROOT = Path(__file__).resolve().parents[2]
BENCH = ROOT.parent / "shared/bench"
PENALTY = 2.0


def fit(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Weights of a penalised logistic regression; x (rows, features), y (rows,) of 0 and 1; the bias is not penalised."""
    w = np.zeros(x.shape[1])
    ridge = PENALTY * np.eye(x.shape[1])
    ridge[0, 0] = 0
    for _ in range(30):
        p = 1 / (1 + np.exp(-x @ w))
        w -= np.linalg.solve((x.T * (p * (1 - p))) @ x + ridge, x.T @ (p - y) + ridge @ w)
    return w


def auc(scores: np.ndarray, y: np.ndarray) -> float:
    """Area under the ROC curve, ties half."""
    pos, neg = scores[y == 1], scores[y == 0]
    return float(((pos[:, None] > neg).sum() + 0.5 * (pos[:, None] == neg).sum()) / (len(pos) * len(neg)))


def calibration_error(p: np.ndarray, y: np.ndarray, bins: int = 10) -> float:
    """Expected calibration error over bins of equal count (Guo et al. 2017)."""
    order = np.array_split(np.argsort(p, kind="stable"), bins)
    return float(sum(len(b) * abs(p[b].mean() - y[b].mean()) for b in order if len(b)) / len(p))


def table() -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """(features, has a major error, has any error, document) of every annotated segment."""
    gold = [json.loads(line) for line in (BENCH / "tune_gold.jsonl").read_text(encoding="utf-8").splitlines()]
    x, major, any_, names = [], [], [], []
    with Pipeline(Config()) as pipeline:
        for path in sorted((BENCH / "tune").glob("*.txt")):
            document = formats.parse(path.name, path.read_text(encoding="utf-8"))
            findings = pipeline.detect(Analysis(document))
            total, count = evidence(findings), max(1, len(document.segments) - 1)
            for g in (g for g in gold if g["file"] == path.name):
                span = Span(g["start"], g["end"])
                own = [f for f in findings if f.span.overlaps(span)]
                heading = any(s.block.kind == "heading" for s in document.segments_in(span))
                x.append(features(g["mt"], own, max(0.0, total - evidence(own)) / count, heading=heading))
                major.append(g["status"] == "major")
                any_.append(g["status"] != "ok")
                names.append(path.name)
    return np.array(x, float), np.array(major, float), np.array(any_, float), np.array(names)


def main() -> None:
    """Run it."""
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--dry-run", action="store_true")
    args = ap.parse_args()
    if not BENCH.is_dir():
        sys.exit("models/train/risk.py: ../shared/bench is not here, so there is nothing to fit")
    x, major, any_, names = table()
    held_out = np.zeros(len(major))
    documents = sorted(set(names))
    for fold in range(10):
        out = np.isin(names, documents[fold::10])
        held_out[out] = 1 / (1 + np.exp(-x[out] @ fit(x[~out], major[~out])))
    weights = fit(x, major)
    figures = {
        "auc_major": auc(held_out, major), "auc_any": auc(held_out, any_), "calibration error": calibration_error(held_out, major),
    }
    for name, value in figures.items():
        print(f"{name:18} {value:.3f} (held-out documents)")
    for name, w in zip(FEATURES, weights, strict=True):
        print(f"{name:18} {w:+.3f}")
    if not args.dry_run:
        lines = ["# Fitted by `python models/train/risk.py`; do not edit.", "[weights]"]
        lines += [f"{name} = {w:.4f}" for name, w in zip(FEATURES, weights, strict=True)]
        (ROOT / "cleaner/data/risk.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
