"""Rules, rewriters and gates: how they are declared, found and named.

A rule is one place: the decorated function with its examples. The examples make the tests, the reference and the first regression
cases; see `tests/test_examples.py` and `cleaner rules`.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Literal, TypeVar

from .core import CATEGORIES, SEVERITIES, CleanerError, Finding, Replacement, Severity, Span, Suggestion
from .taught import Term

if TYPE_CHECKING:
    from .analysis import Analysis

_T = TypeVar("_T")
_MARK = re.compile(r"\[\[(.*?)\]\]", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Bad:
    """A text that the rule must flag: exactly one ``[[marked span]]`` that a finding must overlap.

    `after` is what must be among the rule's suggestions, in place of the whole text; `safe` says that the tool makes this change alone.
    `terms` are what reviewers have taught before; `source` is what the text was translated from.
    """

    marked: str
    after: str | None = None
    safe: bool = False
    terms: tuple[Term, ...] = ()
    source: str = ""

    @property
    def text(self) -> str:
        return _MARK.sub(r"\1", self.marked)

    @property
    def span(self) -> Span:
        found = _MARK.search(self.marked)
        if not found:
            raise CleanerError(f"example without [[span]]: {self.marked!r}")
        return Span(found.start(), found.end() - 4)


@dataclass(frozen=True, slots=True)
class Good:
    """A text that the rule must leave alone, where reviewers have taught `terms` and it was translated from `source`."""

    text: str
    terms: tuple[Term, ...] = ()
    source: str = ""


@dataclass(frozen=True, slots=True)
class Hit:
    """What a detector yields. `variant` names a member of a family: the finding's rule is ``rule.variant``."""

    span: Span
    message: str
    confidence: float = 0.7
    replacements: tuple[Replacement, ...] = ()
    severity: Severity | None = None
    category: str | None = None
    variant: str = ""


Detect = Callable[["Analysis"], Iterable[Hit]]
Rewrite = Callable[["Analysis", tuple[Finding, ...]], Iterable[Suggestion]]


@dataclass(frozen=True, slots=True)
class Detector:
    """A rule: says what is wrong and where, nothing more."""

    name: str
    category: str
    severity: Severity
    doc: str
    examples: tuple[Bad | Good, ...]
    family: str
    detect: Detect
    source: str = ""
    remote: bool = False  # waits for another process: started first, collected last
    last: bool = False  # reads what the others found (`analysis.found`)

    @property
    def reads_source(self) -> bool:
        """Whether the rule compares a text with its source: those of the files ``source…``."""
        return self.family.startswith("source")

    def __call__(self, analysis: Analysis) -> Iterator[Finding]:
        for hit in self.detect(analysis):
            yield Finding(
                hit.span, f"{self.name}.{hit.variant}" if hit.variant else self.name, hit.category or self.category,
                hit.severity or self.severity, hit.message, hit.confidence, hit.replacements,
            )


@dataclass(frozen=True, slots=True)
class Rewriter:
    """Proposes texts for the findings of its rules, and decides nothing."""

    name: str
    rules: tuple[str, ...]
    doc: str
    rewrite: Rewrite


@dataclass(frozen=True, slots=True)
class Pair:
    """An original and its rewrite, with the rest of the document as context (empty when unknown)."""

    original: str
    rewrite: str
    context: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a gate measured: 1.0 is nothing lost; `reason` names what was lost or added."""

    score: float
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Breaks:
    """A pair that the gate must refuse."""

    original: str
    rewrite: str
    context: str = ""


@dataclass(frozen=True, slots=True)
class Keeps:
    """A pair that the gate must pass."""

    original: str
    rewrite: str
    context: str = ""


@dataclass(frozen=True, slots=True)
class Gate:
    """Measures one thing that a rewrite must not break; passes at `threshold` or more.

    A `costly` one asks a model. The pipeline asks it only of what the tool may do alone, and of the first suggestion for a place. A
    `neural` one is asked only of what a rewrite model proposes, and of others' texts where it is named.
    """

    name: str
    doc: str
    threshold: float
    examples: tuple[Breaks | Keeps, ...]
    measure: Callable[[Pair], Outcome]
    costly: bool = False
    neural: bool = False


@dataclass(frozen=True, slots=True)
class _Registry:
    detectors: dict[str, Detector] = field(default_factory=dict)
    rewriters: dict[str, Rewriter] = field(default_factory=dict)
    gates: dict[str, Gate] = field(default_factory=dict)


_registered = _Registry()


def _name(function: Callable[..., object]) -> str:
    return function.__name__.replace("_", "-")


def _add(table: dict[str, _T], name: str, item: _T) -> _T:
    if name in table:
        raise CleanerError(f"two rules are called {name!r}: rename one")
    table[name] = item
    return item


def add_detector(rule: Detector) -> Detector:
    """Register a rule built from data. Raises CleanerError for an unknown category, severity or a name that is taken."""
    if rule.category not in CATEGORIES:
        raise CleanerError(f"rule {rule.name!r}: unknown category {rule.category!r}")
    if rule.severity not in SEVERITIES:
        raise CleanerError(f"rule {rule.name!r}: unknown severity {rule.severity!r}")
    return _add(_registered.detectors, rule.name, rule)


def detector(
    category: str, severity: Severity, *, examples: Iterable[Bad | Good], source: str = "", remote: bool = False, last: bool = False,
) -> Callable[[Detect], Detector]:
    """Declare a rule. Its name is the function's with dashes, its documentation the docstring, its family the module."""

    def register(function: Detect) -> Detector:
        return add_detector(Detector(
            _name(function), category, severity, inspect.getdoc(function) or "", tuple(examples),
            function.__module__.rpartition(".")[2], function, source, remote, last,
        ))

    return register


def rewriter(*rules: str) -> Callable[[Rewrite], Rewriter]:
    """Declare a rewriter for the findings of `rules` (a family's prefix stands for all of it)."""

    def register(function: Rewrite) -> Rewriter:
        return _add(_registered.rewriters, _name(function), Rewriter(_name(function), rules, inspect.getdoc(function) or "", function))

    return register


def gate(
    *, threshold: float = 1.0, costly: bool = False, neural: bool = False, examples: Iterable[Breaks | Keeps],
) -> Callable[[Callable[[Pair], Outcome]], Gate]:
    """Declare a gate over a pair of texts."""

    def register(function: Callable[[Pair], Outcome]) -> Gate:
        made = Gate(_name(function), inspect.getdoc(function) or "", threshold, tuple(examples), function, costly, neural)
        return _add(_registered.gates, made.name, made)

    return register


def matches(rule: str, pattern: str) -> bool:
    """True when `pattern` is the rule's name, a prefix of it up to a dot, or ``all``."""
    return pattern in ("all", rule) or rule.startswith(pattern + ".")


@cache
def _load(stage: Literal["detectors", "rewriters", "gates"]) -> None:
    package = importlib.import_module(f"{__package__}.{stage}")
    for module in sorted(m.name for m in pkgutil.iter_modules(package.__path__)):
        importlib.import_module(f"{package.__name__}.{module}")


def detectors() -> dict[str, Detector]:
    """All rules by name. A module that does not import is an error, not a warning."""
    _load("detectors")
    return _registered.detectors


def rule_of(name: str) -> Detector | None:
    """The rule that yields findings of this name: the rule itself, or the family whose member the name is."""
    while name and name not in detectors():
        name = name.rpartition(".")[0]
    return detectors().get(name)


def rewriters() -> dict[str, Rewriter]:
    """All rewriters by name."""
    _load("rewriters")
    return _registered.rewriters


def gates() -> dict[str, Gate]:
    """All gates by name."""
    _load("gates")
    return _registered.gates
