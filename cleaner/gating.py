"""All gates over one pair of texts: what the pipeline asks of every suggestion, and `cleaner verify` of anybody's rewrite."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from . import registry
from .config import Config, did_you_mean
from .core import CleanerError, Verdict
from .registry import Gate, Pair
from .taught import Term, corrected


def chosen(only: Collection[str], without: Collection[str], config: Config) -> list[Gate]:
    """The gates to ask: those named in `only` (none means all but those for models' texts), less those in `without`.

    Raises CleanerError for a name that no gate has, in the settings too, and when no gate is left.
    """
    known = registry.gates()
    for name in (*only, *without, *config.gates):
        if name not in known:
            raise CleanerError(f"unknown gate {name!r}{did_you_mean(name, known)}; known are {', '.join(known)}")
    gates = [g for g in known.values() if (g.name in only if only else not g.neural) and g.name not in without]
    if not gates:
        raise CleanerError("no gate is left to ask: name fewer with --ignore-gate")
    return gates


def asked(*, neural: bool, costly: bool = True) -> list[Gate]:
    """The gates for a rewrite, by whether a model made it and whether it is worth what costly ones take."""
    return [g for g in registry.gates().values() if (neural or not g.neural) and (costly or not g.costly)]


def fair(pair: Pair, terms: tuple[Term, ...]) -> Pair:
    """A pair with what people taught put right in both texts: to take that away, or to put it there, is no loss."""
    return Pair(*(corrected(text, terms) for text in (pair.original, pair.rewrite, pair.context))) if terms else pair


def measure(pair: Pair, config: Config, gates: Iterable[Gate] | None = None) -> tuple[Verdict, ...]:
    """The verdict of every gate on a pair of texts, by default of those for anybody's. A gate that crashes has not passed."""
    verdicts = []
    for gate in asked(neural=False) if gates is None else gates:
        threshold = config.gates.get(gate.name, gate.threshold)
        try:
            outcome = gate.measure(pair)
        except Exception as error:  # a broken gate must mean review, never a lost run or a silent pass
            verdicts.append(Verdict(gate.name, 0.0, threshold, False, f"the gate could not run ({error})"))
            continue
        verdicts.append(Verdict(gate.name, outcome.score, threshold, outcome.score >= threshold, outcome.reason))
    return tuple(verdicts)
