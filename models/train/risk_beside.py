"""Fit what the model that reads the source adds to the risk and to the doubts: writes cleaner/data/risk_beside.toml.

    python models/train/risk_beside.py WORK ALONE            # WORK is that of source.py, ALONE that of quality.py
    python models/train/risk_beside.py WORK ALONE --dry-run  # only measure

Fitted on documents that neither model has seen: a tenth of the experts' Chinese news (zh-en MQM), with weights for the two models and the
documents left out in turn to measure. How often Japanese news has a major error is taken from the annotated segments of the bench's tune
split, each read by twins of both models that have not seen its annotations: only the bias is fitted on them. Doubts add what the model of
text and source makes of any error to what is suspected without (WEIGHED, set by hand), are scaled on the same segments, and are shown from
where FALSE_ALARMS of people's own translations of Japanese news are: references that no model was shown.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import quality_data as data
from fitting import asked, auc, fit, held_out, ship
from risk import twins

from cleaner import formats, sources
from cleaner.analysis import Analysis
from cleaner.config import Config
from cleaner.core import Document, Span
from cleaner.estimator import Beside, Estimator, beside, load, load_beside, of_document
from cleaner.pipeline import Pipeline
from cleaner.risk import BESIDE, BLEND, DOUBT_BESIDE, FEATURES, blend, by_rules, log_odds, suspicion
from cleaner.risk import beside as features

#: Of these references; for four in five of the major errors of tune.
FALSE_ALARMS = 0.3
WEIGHED = 1.0
SHARED = Path(__file__).resolve().parents[3] / "shared"


@dataclass(slots=True)
class Paragraph:
    """A paragraph with its source, and whether it has a major error and any."""

    text: str
    source: str
    major: bool = False
    error: bool = False


@dataclass(slots=True)
class Table:
    """A row for every paragraph: the features of its risk with the source, how suspect it is, and what is so."""

    risk: np.ndarray
    doubt: np.ndarray
    major: np.ndarray
    error: np.ndarray
    names: np.ndarray


def experts() -> dict[str, list[Paragraph]]:
    """The documents of zh-en MQM that no model has seen."""
    found: dict[str, list[Paragraph]] = {}
    for doc, _, rows in data.rated(held_out=True):
        severities = [{s[2] for s in r["spans"]} for r in rows]
        major = sum(bool(s & {"major", "critical"}) for s in severities) * 2 >= len(rows)
        error = sum(map(bool, severities)) * 2 >= len(rows)
        name = f"{doc}.{rows[0]['system']}.{rows[0]['year']}"
        found.setdefault(name, []).append(Paragraph(rows[0]["mt"], rows[0]["src"], major, error))
    return found


def right(unseen: Iterable[str]) -> dict[str, list[Paragraph]]:
    """References of the Japanese documents whose references no model has seen."""
    kept = data.wmt_names(unseen)
    found: dict[str, list[Paragraph]] = {}
    for e in data.translations(2021, ("ja-en",)):
        if e.group in kept:
            found.setdefault(e.group, []).append(Paragraph(e.text, e.source))
    return found


def annotated() -> dict[str, list[Paragraph]]:
    """The tune split."""
    found: dict[str, list[Paragraph]] = {}
    for e in data.annotated():
        found.setdefault(e.group, []).append(Paragraph(e.text, e.source, bool(e.labels["major"]), bool(e.labels["any"])))
    return found


def _document(name: str, paragraphs: Sequence[Paragraph]) -> Document:
    text, source = ("\n\n".join(map(_line, part)) for part in ([p.text for p in paragraphs], [p.source for p in paragraphs]))
    return sources.paired(formats.parse("page.txt", text + "\n"), source, name)


def _line(text: str) -> str:
    return " ".join(text.split()) or "-"


def table(documents: Iterable[tuple[str, Sequence[Paragraph], Beside, Estimator]], pipeline: Pipeline) -> Table:
    """Read documents, each by its two models, on two threads."""
    with ThreadPoolExecutor(2) as pool:
        rows = [row for own in pool.map(lambda d: _rows(*d, pipeline), documents) for row in own]
    *columns, names = zip(*rows, strict=True)
    return Table(*(np.array(c, float) for c in columns), np.array(names))


def _rows(name: str, paragraphs: Sequence[Paragraph], model: Beside, alone: Estimator, pipeline: Pipeline) -> list[tuple]:
    """A row for each paragraph of a document: it is as bad as the worst of its segments."""
    document = _document(name, paragraphs)
    analysis = Analysis(document)
    findings, estimates, read = pipeline.detect(analysis), of_document(alone, document), beside(analysis, model)
    rules = [log_odds("rules", FEATURES, x) for x in by_rules(document, findings)]
    odds = [log_odds("blend", BLEND, blend(r, e)) for r, e in zip(rules, estimates, strict=True)]
    suspect = suspicion(document, findings, estimates)
    rows: list[tuple] = []
    at = 0
    for p in paragraphs:
        span = Span(at, at + len(_line(p.text)))
        at = span.end + 2
        own = [(i, s) for i, s in enumerate(document.segments) if s.span.overlaps(span)]
        if own:
            seen = max((read[s] for _, s in own), key=lambda e: e.major)
            doubt = max(suspect[i] + WEIGHED * read[s].any for i, s in own)
            rows.append((features(max(odds[i] for i, _ in own), seen), doubt, p.major, p.error, name))
    return rows


def shifted(x: np.ndarray, weights: np.ndarray, share: float) -> np.ndarray:
    """The weights with the bias at which the mean chance is `share`."""
    odds, low, high = x @ weights, -20.0, 20.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if (1 / (1 + np.exp(-odds - middle))).mean() < share else (low, middle)
    return weights + low * np.eye(len(weights))[0]


def main() -> None:
    """Run it."""
    args = asked(__doc__, "work", "alone")
    if not SHARED.is_dir():
        sys.exit("models/train/risk_beside.py: ../shared is not here, so there is nothing to fit")
    final, alone = load_beside(), load()
    assert final is not None, "models/train/source_export.py makes it"
    assert alone is not None, "models/train/quality_export.py makes it"
    honest = {name: model for unseen, model in twins(args.work, Beside) for name in unseen}
    lone = {name: model for unseen, model in twins(args.alone) for name in unseen}
    with Pipeline(Config(ignore=("quality",))) as pipeline:
        experienced = table(((n, p, final, alone) for n, p in experts().items()), pipeline)
        people = table(((n, p, final, alone) for n, p in right(final.settings["held_out_documents"]).items()), pipeline)
        news = table(((n, p, honest[n], lone[n]) for n, p in annotated().items()), pipeline)
    x, major = experienced.risk, experienced.major
    together = held_out(x, major, experienced.names)
    print(f"{len(major)} translations from Chinese, {major.mean():.2f} with a major error; area under the curve before "
          f"{auc(x[:, 1], major):.3f}, the other model {auc(x[:, 2], major):.3f}, together {auc(together, major):.3f}")
    risk = shifted(news.risk, fit(x, major), news.major.mean())
    own = held_out(news.risk, news.major, news.names)
    print(f"tune: area before {auc(news.risk[:, 1], news.major):.3f}, the other model {auc(news.risk[:, 2], news.major):.3f}, "
          f"together {auc(news.risk @ risk, news.major):.3f} (with weights fitted on tune itself {auc(own, news.major):.3f})")
    threshold = float(np.quantile(people.doubt, 1 - FALSE_ALARMS))
    shown = news.doubt >= threshold
    print(f"doubts: {shown[news.major == 1].mean():.3f} of the major, {shown[news.error == 0].mean():.3f} of the good of tune, "
          f"{FALSE_ALARMS} of people's translations")
    bias, slope = fit(np.stack([np.ones(len(shown)), news.doubt], 1), news.error)
    doubt = (DOUBT_BESIDE, (WEIGHED, bias, slope, threshold))
    ship("risk_beside", {"risk": (BESIDE, risk), "doubt": doubt}, dry_run=args.dry_run)


if __name__ == "__main__":
    main()
