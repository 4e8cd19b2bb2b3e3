"""The quality model's word: a rewrite must not read worse than what it replaces."""

from __future__ import annotations

import math

from ..estimator import CONTEXT_CHARACTERS, load
from ..registry import Breaks, Keeps, Outcome, Pair, gate


@gate(threshold=0.1, costly=True, examples=[
    Breaks("He said the council had voted to close the pool.", "I said the council had voted to close the pool."),
    Breaks("Repairs will take six weeks, officials said.", "Repairs will take six weeks, officials said. Did."),
    Keeps("He said that the council it voted to close the pool.", "He said the council had voted to close the pool."),
    Keeps("Repairs will take six weeks, officials said.", "Officials said repairs will take six weeks."),
])
def no_worse(pair: Pair) -> Outcome:
    """The quality model does not see a major error come in with the rewrite.

    The score is the odds of a major error before over those after, 1 at most; at the threshold of 0.1 they may grow to ten times
    that. The margin is wide because the model is a rough judge: `python benchmarks/quality_gate.py` says how many post-edits of
    people, and how many planted errors, it refuses. Each text is read after what stands before it in the document. Without the model
    there is nothing to measure, and the gate passes.
    """
    if pair.original == pair.rewrite:
        return Outcome(1.0)
    model = load()
    if model is None:
        return Outcome(1.0, "not measured: there is no quality model")
    at = pair.context.find(pair.original)
    before = pair.context[max(0, at - CONTEXT_CHARACTERS):at] if at > 0 else ""
    old, new = model.estimate([pair.original, pair.rewrite], [before, before])
    growth = new.major - old.major
    if growth <= 0:
        return Outcome(1.0)
    return Outcome(math.exp(-growth), f"the quality model sees the odds of a major error grow {math.exp(growth):.1f}-fold")
