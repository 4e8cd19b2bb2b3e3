"""All gates over one pair of texts: what the pipeline asks of every suggestion, and `cleaner verify` of anybody's rewrite."""

from __future__ import annotations

from collections.abc import Collection

from . import registry
from .config import Config
from .core import Verdict
from .registry import Gate, Pair


def chosen(only: Collection[str] = (), without: Collection[str] = ()) -> list[Gate]:
    """The gates to ask: all, or those named, less those not wanted."""
    return [g for g in registry.gates().values() if (not only or g.name in only) and g.name not in without]


def measure(pair: Pair, config: Config, gates: Collection[Gate] | None = None) -> tuple[Verdict, ...]:
    """The verdict of every gate on a pair of texts. A gate that crashes has not passed."""
    verdicts = []
    for gate in registry.gates().values() if gates is None else gates:
        threshold = config.gates.get(gate.name, gate.threshold)
        try:
            outcome = gate.measure(pair)
        except Exception as error:  # a broken gate must mean review, never a lost run or a silent pass
            verdicts.append(Verdict(gate.name, 0.0, threshold, False, f"the gate could not run ({error})"))
            continue
        verdicts.append(Verdict(gate.name, outcome.score, threshold, outcome.score >= threshold, outcome.reason))
    return tuple(verdicts)
