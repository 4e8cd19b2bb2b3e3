"""Fit the risk models: what the rules found, and the quality model's estimate, to the chance of a major error.

    python models/train/risk.py WORK            # fit, measure by document, write cleaner/data/risk.toml
    python models/train/risk.py WORK --dry-run  # only measure

The doubts are scaled on the unseen documents too, and their threshold is where FALSE_ALARMS of English written by people is shown: the
first 1,000 segments written for WMT, twenty to a document, which no model was trained on.

Each document of tune is read by the model in WORK that has not seen it (`quality_export.py`; the one that ships has seen all of tune).
Logistic regression by Newton's method with an L2 penalty; the figures printed are those of documents left out in turn.
"""

from __future__ import annotations

import argparse
import gzip
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from fitting import auc, calibration_error, fit

from cleaner import formats
from cleaner.analysis import Analysis
from cleaner.config import Config
from cleaner.core import Span
from cleaner.estimator import Estimator, of_document
from cleaner.pipeline import Pipeline
from cleaner.risk import BLEND, DOUBT, FEATURES, blend, by_rules, suspicion

ROOT = Path(__file__).resolve().parents[2]
BENCH = ROOT.parent / "shared/bench"
FALSE_ALARMS = 0.01
#: How suspicion is weighed, picked by hand among 15 pairs, with figures of tune, human text and dev in view (docs/quality.md):
#: estimates' mean, rules' evidence, and what a short text is averaged with.
DOCUMENT, EVIDENCE, PRIOR, SHRINK = 1.0, 6.0, -0.95, 8


@dataclass(slots=True)
class Table:
    """A row for every annotated segment: features of both models, whether it has a major error and any, its document."""

    rules: np.ndarray
    blend: np.ndarray  # the column of the first model's log-odds is still empty
    suspicion: np.ndarray
    major: np.ndarray
    error: np.ndarray
    names: np.ndarray


def table(models: Sequence[tuple[frozenset[str], Estimator]]) -> Table:
    """Read tune, each document by the model that holds it out."""
    gold = [json.loads(line) for line in (BENCH / "tune_gold.jsonl").read_text(encoding="utf-8").splitlines()]
    rows: list[tuple] = []
    with Pipeline(Config(ignore=("quality",))) as pipeline:
        for path in sorted((BENCH / "tune").glob("*.txt")):
            document = formats.parse(path.name, path.read_text(encoding="utf-8"))
            honest = next(model for unseen, model in models if path.name in unseen)
            findings, estimates = pipeline.detect(Analysis(document)), of_document(honest, document)
            mean = sum(e.major for e in estimates) / len(estimates)
            features, suspect = by_rules(document, findings), suspicion(document, findings, estimates)
            for g in (g for g in gold if g["file"] == path.name):
                span = Span(g["start"], g["end"])
                own = [i for i, s in enumerate(document.segments) if s.span.overlaps(span)]
                at = max(own, key=lambda i: estimates[i].major)
                seen = np.max([features[i] for i in own], axis=0)
                rows.append((seen, blend(0.0, estimates[at], mean), suspect[at], g["status"] == "major", g["status"] != "ok", path.name))
    *columns, names = zip(*rows, strict=True)
    return Table(*(np.array(c, float) for c in columns), np.array(names))


def silent(honest: Estimator) -> np.ndarray:
    """How suspect each segment of English written by people is, and where it should not be."""
    with gzip.open(BENCH.parent / "data/wmt_original_english.txt.gz", "rt", encoding="utf-8") as lines:
        texts = [line.strip() for line, _ in zip(lines, range(1000), strict=False) if line.strip()]
    scores: list[float] = []
    with Pipeline(Config(ignore=("quality",))) as pipeline:
        for i in range(0, len(texts), 20):
            document = formats.parse("human.txt", "\n\n".join(texts[i:i + 20]) + "\n")
            scores += suspicion(document, pipeline.detect(Analysis(document)), of_document(honest, document))
    return np.array(scores)


def held_out(x: np.ndarray, y: np.ndarray, names: np.ndarray) -> np.ndarray:
    """Log-odds for every row from weights fitted without its tenth of the documents."""
    odds = np.zeros(len(y))
    documents = sorted(set(names))
    for fold in range(10):
        out = np.isin(names, documents[fold::10])
        odds[out] = x[out] @ fit(x[~out], y[~out])
    return odds


def show(name: str, odds: np.ndarray, major: np.ndarray, error: np.ndarray) -> None:
    """Print the figures of a model."""
    chance = 1 / (1 + np.exp(-odds))
    print(f"{name:8} {len(odds)} segments: auc_major {auc(odds, major):.3f}  auc_any {auc(odds, error):.3f}  "
          f"calibration error {calibration_error(chance, major):.3f}")


def main() -> None:
    """Run it."""
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("work", type=Path)
    ap.add_argument("--dry-run", action="store_true")
    args = ap.parse_args()
    if not BENCH.is_dir():
        sys.exit("models/train/risk.py: ../shared/bench is not here, so there is nothing to fit")
    folders = sorted(args.work.glob("honest*/model.json"))
    unseen_by = [frozenset(json.loads(f.read_text(encoding="utf-8"))["held_out_documents"]) for f in folders]
    models = [(unseen, Estimator(f.parent)) for unseen, f in zip(unseen_by, folders, strict=True)]
    t = table(models)
    odds = held_out(t.rules, t.major, t.names)
    show("rules", odds, t.major, t.error)
    t.blend[:, BLEND.index("rules")] = odds
    x, major = t.blend, t.major
    both = held_out(x, major, t.names)
    show("model", t.blend[:, BLEND.index("major")], major, t.error)
    show("blend", both, major, t.error)
    first = np.isin(t.names, sorted(unseen_by[0]))  # the third that no stage has seen
    print("of these, the documents that no stage has seen:")
    show("rules", odds[first], major[first], t.error[first])
    show("model", t.blend[first, BLEND.index("major")], major[first], t.error[first])
    show("blend", both[first], major[first], t.error[first])
    human = silent(Estimator(ROOT / "models/quality"))  # the threshold is for the model that ships; it has not seen these either
    threshold = float(np.quantile(human, 1 - FALSE_ALARMS))
    score = np.stack([np.ones(len(major)), t.suspicion], 1)
    shown, error = t.suspicion >= threshold, t.error
    print(f"doubts: {shown[major == 1].mean():.3f} of the major, {shown[error == 0].mean():.3f} of the good, "
          f"{FALSE_ALARMS} of human segments; {error[shown].mean():.3f} of those shown have an error")
    fixed = (DOCUMENT, EVIDENCE, PRIOR, SHRINK)
    doubt = (*fixed, *fit(score, error), threshold)
    lines = ["# Fitted by `python models/train/risk.py`; do not edit."]
    for name, names, weights in (("rules", FEATURES, fit(t.rules, t.major)), ("blend", BLEND, fit(x, major)), ("doubt", DOUBT, doubt)):
        lines += [f"[{name}]", *(f"{key} = {w:.4f}" for key, w in zip(names, weights, strict=True)), ""]
    print(*lines, sep="\n")
    if not args.dry_run:
        (ROOT / "cleaner/data/risk.toml").write_text("\n".join(lines), encoding="utf-8")


if __name__ == "__main__":
    main()
