"""Fit the risk models: what the rules found, and the quality model's estimate, to the chance of a major error.

    python models/train/risk.py WORK            # fit, measure by document, write cleaner/data/risk.toml
    python models/train/risk.py WORK --dry-run  # only measure

The doubts are scaled on the unseen documents too, and their threshold is where FALSE_ALARMS of English written by people is shown: the
first 1,000 segments written for WMT, twenty to a document, which no model was trained on.

Each document of tune is read by the model in WORK that has not seen it (`quality_export.py`; the one that ships has seen all of tune).
Logistic regression by Newton's method with an L2 penalty; the figures printed are those of documents left out in turn.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np
import quality_data as data
from fitting import asked, auc, calibration_error, fit, held_out, ship

from cleaner import formats
from cleaner.analysis import Analysis
from cleaner.config import Config
from cleaner.core import Span
from cleaner.estimator import Estimator, of_document
from cleaner.pipeline import Pipeline
from cleaner.risk import BLEND, DOUBT, FEATURES, blend, by_rules, suspicion

ROOT = Path(__file__).resolve().parents[2]
BENCH = ROOT.parent / "shared/bench"
FALSE_ALARMS = 0.02
#: How suspicion is weighed, picked by hand with figures of tune, human text and the sample article in view (docs/quality.md): the
#: estimate's any, the estimates' mean, rules' evidence, how much of it is enough, and what a short text is averaged with (people's mean,
#: so many segments).
WEIGHED = (1.5, 0.25, 14.0, 0.12, -2.3, 4)


_E = TypeVar("_E", bound=Estimator)


@dataclass(slots=True)
class Table:
    """A row for every annotated segment: features of both models, whether it has a major error and any, its document."""

    rules: np.ndarray
    blend: np.ndarray  # with the first model's log-odds as fitted without the row's document
    suspicion: np.ndarray
    major: np.ndarray
    error: np.ndarray
    names: np.ndarray


def twins(work: Path, kind: type[_E] = Estimator) -> list[tuple[frozenset[str], _E]]:
    """The models that have not seen some of tune, with the names of those documents; the first model's no stage has seen."""
    return [(frozenset(json.loads(f.read_text(encoding="utf-8"))["held_out_documents"]), kind(f.parent))
            for f in sorted(work.glob("honest*/model.json"))]


def table(models: Sequence[tuple[frozenset[str], Estimator]]) -> Table:
    """Read tune, each document by the model that holds it out."""
    gold = data.gold("tune")
    rows: list[tuple] = []
    with Pipeline(Config(ignore=("quality",))) as pipeline:
        for path in sorted((BENCH / "tune").glob("*.txt")):
            document = formats.parse(path.name, path.read_text(encoding="utf-8"))
            honest = next(model for unseen, model in models if path.name in unseen)
            findings, estimates = pipeline.detect(Analysis(document)), of_document(honest, document)
            features, suspect = by_rules(document, findings), suspicion(document, findings, estimates, WEIGHED)
            for g in (g for g in gold if g["file"] == path.name):
                span = Span(g["start"], g["end"])
                own = [i for i, s in enumerate(document.segments) if s.span.overlaps(span)]
                at = max(own, key=lambda i: estimates[i].major)
                seen = np.max([features[i] for i in own], axis=0)
                rows.append((seen, blend(0.0, estimates[at]), suspect[at], g["status"] == "major", g["status"] != "ok", path.name))
    *columns, names = zip(*rows, strict=True)
    read = Table(*(np.array(c, float) for c in columns), np.array(names))
    read.blend[:, BLEND.index("rules")] = held_out(read.rules, read.major, read.names)
    return read


def silent(honest: Estimator) -> np.ndarray:
    """How suspect each segment of English written by people is, and where it should not be."""
    scores: list[float] = []
    with Pipeline(Config(ignore=("quality",))) as pipeline:
        for page in data.pages(1000):
            document = formats.parse("human.txt", "\n\n".join(page) + "\n")
            scores += suspicion(document, pipeline.detect(Analysis(document)), of_document(honest, document), WEIGHED)
    return np.array(scores)


def show(name: str, odds: np.ndarray, major: np.ndarray, error: np.ndarray) -> None:
    """Print the figures of a model."""
    chance = 1 / (1 + np.exp(-odds))
    print(f"{name:8} {len(odds)} segments: auc_major {auc(odds, major):.3f}  auc_any {auc(odds, error):.3f}  "
          f"calibration error {calibration_error(chance, major):.3f}")


def main() -> None:
    """Run it."""
    args = asked(__doc__)
    if not BENCH.is_dir():
        sys.exit("models/train/risk.py: ../shared/bench is not here, so there is nothing to fit")
    models = twins(args.work)
    t = table(models)
    x, major = t.blend, t.major
    columns = {"rules": x[:, BLEND.index("rules")], "model": x[:, BLEND.index("major")], "blend": held_out(x, major, t.names)}
    for name, odds in columns.items():
        show(name, odds, major, t.error)
    first = np.isin(t.names, sorted(models[0][0]))
    print("of these, the documents that no stage has seen:")
    for name, odds in columns.items():
        show(name, odds[first], major[first], t.error[first])
    human = silent(Estimator(ROOT / "models/quality"))  # the threshold is for the model that ships; it has not seen these either
    threshold = float(np.quantile(human, 1 - FALSE_ALARMS))
    score = np.stack([np.ones(len(major)), t.suspicion], 1)
    shown, error = t.suspicion >= threshold, t.error
    print(f"doubts: {shown[major == 1].mean():.3f} of the major, {shown[error == 0].mean():.3f} of the good, "
          f"{FALSE_ALARMS} of human segments; {error[shown].mean():.3f} of those shown have an error")
    doubt = (*WEIGHED, *fit(score, error), threshold)
    fitted = {"rules": (FEATURES, fit(t.rules, t.major)), "blend": (BLEND, fit(x, major)), "doubt": (DOUBT, doubt)}
    ship("risk", fitted, dry_run=args.dry_run)


if __name__ == "__main__":
    main()
