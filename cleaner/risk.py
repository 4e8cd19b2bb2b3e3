"""Findings and the quality model's estimate to what a segment deserves: its risk, and whether the model's doubt is worth a person's time.

The risk, the chance of a major error, comes from two logistic models. The first (`rules`) weighs what the rules saw, here and in the
rest of the document; the second (`blend`) adds the estimate, where there is a model. Where there is a source, a third adds what the model
that reads it thinks. Weights (`data/risk.toml`, `data/risk_beside.toml`) are fitted by `models/train/risk.py` and `risk_beside.py`, which
also measure them on documents held out.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

from .core import Document, Finding
from .language import lexicon

if TYPE_CHECKING:
    from .estimator import Estimate

FEATURES = ("bias", "major", "minor", "weak", "surest", "words", "document", "heading")
BLEND = ("bias", "rules", "major", "severe")
DOUBT = ("any", "document", "evidence", "enough", "prior", "shrink", "bias", "slope", "threshold")
BESIDE = ("bias", "before", "major")
DOUBT_BESIDE = ("any", "bias", "slope", "threshold")


@cache
def _weights(table: str, names: tuple[str, ...], file: str = "risk") -> tuple[float, ...]:
    values = lexicon.table(file)[table]
    return tuple(float(values[name]) for name in names)


def evidence(findings: Sequence[Finding]) -> float:
    """The expected number of true findings: the sum of their confidences."""
    return sum(f.confidence for f in findings)


def features(text: str, findings: Sequence[Finding], elsewhere: float, *, heading: bool) -> tuple[float, ...]:
    """What the first model looks at, in the order of FEATURES.

    Args:
        text: the segment.
        findings: all findings of rules on it, weak ones too.
        elsewhere: mean evidence of the document's other segments, which tells how well it was translated.
        heading: whether it is a heading.

    """
    strong = [f for f in findings if f.confidence >= 0.5]
    return (
        1.0,
        min(2.0, evidence([f for f in strong if f.severity in ("major", "critical")])),
        min(3.0, evidence([f for f in strong if f.severity in ("neutral", "minor")])),
        min(2.0, evidence([f for f in findings if f.confidence < 0.5])),
        max((f.confidence for f in findings), default=0.0),
        math.log1p(len(text.split())),
        math.sqrt(elsewhere),
        float(heading),
    )


def blend(rules: float, estimate: Estimate) -> tuple[float, ...]:
    """What the second model looks at, in the order of BLEND; `rules` are the log-odds of the first."""
    return (1.0, rules, estimate.major, max((w.severe for w in estimate.words), default=0.0))


def beside(before: float, estimate: Estimate) -> tuple[float, ...]:
    """What the third model looks at, in the order of BESIDE: the log-odds `before` the source was read, and the estimate with it."""
    return (1.0, before, estimate.major)


def by_rules(document: Document, findings: Sequence[Finding]) -> list[tuple[float, ...]]:
    """The features of the first model for each segment of a document. Findings of the quality model are left to its estimate."""
    own = document.by_segment(f for f in findings if f.rule != "quality")
    total, others = sum(map(evidence, own)), max(1, len(own) - 1)
    return [
        features(s.target, mine, max(0.0, total - evidence(mine)) / others, heading=s.block.kind == "heading")
        for s, mine in zip(document.segments, own, strict=True)
    ]


def log_odds(table: str, names: tuple[str, ...], values: Sequence[float], file: str = "risk") -> float:
    """The weighted sum of a model's features."""
    return sum(w * x for w, x in zip(_weights(table, names, file), values, strict=True))


def _with_source(before: float, estimate: Estimate) -> float:
    """The log-odds of a segment, as they were `before` its source was read, with what is thought of it beside the source, if it has one."""
    return log_odds("risk", BESIDE, beside(before, estimate.beside), "risk_beside") if estimate.beside else before


def assess(document: Document, findings: Sequence[Finding], estimates: Sequence[Estimate]) -> list[float]:
    """The chance, 0 to 1, that each segment of a document has a major error; `estimates` are empty where there is no quality model."""
    odds = [log_odds("rules", FEATURES, values) for values in by_rules(document, findings)]
    if estimates:
        odds = [log_odds("blend", BLEND, blend(rules, e)) for rules, e in zip(odds, estimates, strict=True)]
        odds = [_with_source(x, e) for x, e in zip(odds, estimates, strict=True)]
    return [round(1 / (1 + math.exp(-x)), 4) for x in odds]


def suspicion(
    document: Document, findings: Sequence[Finding], estimates: Sequence[Estimate], weights: Sequence[float] = ()
) -> list[float]:
    """How much each segment reads like bad translation: the estimate's log-odds, their mean in the document, and the evidence that the
    rules found in its other segments, for one engine made them all. Few segments say little of an engine: they are averaged with some
    that are as in English written by people. From `enough` evidence a segment on, more says nothing more about the segments without.
    `weights` are those that begin DOUBT, by default the ones that ship.
    """
    other, share, weight, enough, prior, shrink, *_ = weights or _weights("doubt", DOUBT)
    own = [evidence(sure) for sure in document.by_segment(f for f in findings if f.confidence >= 0.5 and f.rule != "quality")]
    total, size = sum(own), len(own) + shrink
    mean = (sum(e.major for e in estimates) + shrink * prior) / size
    return [e.major + other * e.any + share * mean + weight * math.sqrt(min(enough, max(0.0, total - mine) / size))
            for e, mine in zip(estimates, own, strict=True)]


def doubts(document: Document, findings: Sequence[Finding], estimates: Sequence[Estimate]) -> list[float]:
    """The chance, 0 to 1, that an editor would change each segment, for those that are suspect enough to be shown; 0 for the others."""
    alone = (0.0, *_weights("doubt", DOUBT)[-3:])
    sourced = _weights("doubt", DOUBT_BESIDE, "risk_beside")
    found = []
    for x, e in zip(suspicion(document, findings, estimates), estimates, strict=True):
        share, bias, slope, threshold = sourced if e.beside else alone
        score = x + share * e.beside.any if e.beside else x
        found.append(1 / (1 + math.exp(-(bias + slope * score))) if score >= threshold else 0.0)
    return found
