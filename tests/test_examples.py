"""Every rule and gate is held to the examples it carries."""

import pytest

from cleaner import registry
from cleaner.analysis import Analysis
from cleaner.config import Config
from cleaner.core import Document, Finding
from cleaner.pipeline import Pipeline
from cleaner.registry import Bad, Breaks, Good, Keeps, Pair
from cleaner.segment import from_text
from cleaner.sources import paired
from cleaner.taught import Taught, Term

RULES = [r for r in registry.detectors().values() if not r.remote]
CASES = [pytest.param(rule, example, id=f"{rule.name}-{i}") for rule in RULES for i, example in enumerate(rule.examples)]
GATES = [pytest.param(g, e, id=f"{g.name}-{i}") for g in registry.gates().values() for i, e in enumerate(g.examples)]


def _findings(rule: registry.Detector, document: Document, terms: tuple[Term, ...]) -> list[Finding]:
    if not rule.last:
        analysis = Analysis(document)
        analysis.terms = terms
        return list(rule(analysis))
    with Pipeline(Config(languagetool=False)) as pipeline:
        return [f for f in pipeline.detect(Analysis(document)) if registry.rule_of(f.rule) is rule]


def _document(text: str, source: str) -> Document:
    document = from_text(text)
    return paired(document, source, "source") if source else document


@pytest.mark.parametrize(("rule", "example"), CASES)
def test_rule_keeps_its_examples(rule: registry.Detector, example: Bad | Good) -> None:
    document = _document(example.text, example.source)
    findings = _findings(rule, document, example.terms)
    if isinstance(example, Good):
        assert not findings, f"{rule.name} flags {[f.span.of(document.text) for f in findings]}"
        return
    assert any(f.span.overlaps(example.span) or f.span == example.span for f in findings), f"{rule.name} does not flag {example.marked!r}"
    if example.after is None:
        return
    with Pipeline(Config(select=(rule.name,), languagetool=False), taught=Taught(example.terms)) as pipeline:
        suggestions = pipeline.suggest(Analysis(document), findings)
        offered = {s.apply(document.text) for s in suggestions}
        assert example.after in offered, f"{rule.name} offers {offered}"
        assert example.after not in {e.text for e in rule.examples if isinstance(e, Bad)}
        assert not _findings(rule, _document(example.after, example.source), example.terms), "the repaired text is flagged again"
        if example.safe:
            assert pipeline.clean(document).output == example.after


@pytest.mark.parametrize(("gate", "example"), GATES)
def test_gate_keeps_its_examples(gate: registry.Gate, example: Breaks | Keeps) -> None:
    outcome = gate.measure(Pair(example.original, example.rewrite, example.context))
    assert (outcome.score >= gate.threshold) == isinstance(example, Keeps), outcome
