"""Known bad and good sentences, run through the whole tool: what was right stays right.

The cases are in files (`cases`); the command line and the pytest plugin run the same ones.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from .. import registry
from ..budget import ALL
from ..config import Config
from ..core import Document, Finding, Record
from ..diff import compare, marked
from ..pipeline import Pipeline, Result, run
from .cases import ANY, Case, pattern, same

#: How many suggestions count as offered.
OFFERED = 3


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a case: `problems` is empty when it passed; `skipped` says why it was not run. `output` is the sentence's place after
    cleaning (with its neighbours, where a change joined them), `offers` the suggestions that count.
    """

    case: Case
    problems: tuple[str, ...] = ()
    skipped: str = ""
    output: str = ""
    offers: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()

    @property
    def failed(self) -> bool:
        return bool(self.problems) and not self.case.known

    @property
    def passed(self) -> bool:
        return not self.problems and not self.skipped

    def explained(self) -> str:
        """The failure in full: what was expected, what came, and how they differ."""
        case = self.case
        lines = [f"{case.place}: {case.name}", *(f"  - {p}" for p in self.problems)]
        before = marked(compare(case.sentence, self.output))
        lines.append(f"  output: {before}" if self.output != case.sentence else f"  output: unchanged: {case.sentence}")
        lines += [f"  suggestion {n}: {marked(compare(case.sentence, text))}" for n, text in enumerate(self.offers, 1)]
        if case.accept:
            best = min(case.accept, key=lambda a: sum(len(p.text) for p in compare(a, self.output) if p.kind != "same"))
            lines.append(f"  nearest accepted, against the output: {marked(compare(best, self.output))}")
        lines += [f"  finding: {f.rule} ({f.category}) “{f.span.of(case.text)}”" for f in self.findings]
        return "\n".join(lines)


class Regression:
    """Runs cases through one pipeline. Without LanguageTool the cases that need it are skipped. Answers of reviewers and
    review budgets play no part.
    """

    def __init__(self, config: Config) -> None:
        from .. import languagetool

        self._languagetool = config.languagetool and languagetool.available()
        self._pipeline = Pipeline(replace(config, languagetool=self._languagetool, review_budget=ALL, min_risk=0.0))
        self._last: tuple[tuple[str, str, str], Result] | None = None

    def close(self) -> None:
        self._pipeline.close()

    def __enter__(self) -> Regression:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def outcomes(self, cases: Iterable[Case]) -> Iterator[Outcome]:
        """The outcome of each case, in order; neighbours in one text are cleaned together, several texts at once."""
        cases = list(cases)
        texts = {_text(c): c for c in cases if not self._skipped(c)}
        results = zip(texts, run(self._pipeline, (c.document for c in texts.values())), strict=True)
        done: dict[tuple[str, str, str], Result] = {}
        for case in cases:
            if reason := self._skipped(case):
                yield Outcome(case, skipped=reason)
                continue
            while _text(case) not in done:
                text, result = next(results)
                done[text] = result
            yield judge(case, done[_text(case)])

    def outcome(self, case: Case) -> Outcome:
        """The outcome of one case; the text is cleaned once for the cases in it that follow each other."""
        if reason := self._skipped(case):
            return Outcome(case, skipped=reason)
        if self._last is None or self._last[0] != _text(case):
            self._last = _text(case), self._pipeline.clean(case.document)
        return judge(case, self._last[1])

    def _skipped(self, case: Case) -> str:
        needs = [f for f in case.flag if (rule := registry.rule_of(f)) and rule.remote]
        return f"{needs[0]} needs LanguageTool: `cleaner doctor --install` brings it" if needs and not self._languagetool else ""


def _text(case: Case) -> tuple[str, str, str]:
    """What makes the text of a case the same as another's."""
    return case.doc, case.text, case.source


def judge(case: Case, result: Result) -> Outcome:
    """Hold a cleaned text against a case."""
    records = [r for r in result.records if r.span.overlaps(case.span)]
    findings = tuple(dict.fromkeys(f for r in records for f in r.findings if f.span.overlaps(case.span)))
    output = _put_together(case, result.document, records)
    offers: dict[str, None] = {}
    for n in range(OFFERED):
        offers |= dict.fromkeys(_put_together(case, result.document, records, r, n) for r in records if n < len(r.proposals))
    problems = [*_flags(case, findings), *_survivors(case, output), *_losses(case, output)]
    if case.accept and not any(same(text, a) for text in (output, *offers) for a in _in_place(case, result.document, records)):
        problems.append("no accepted rewrite is the output or among the first suggestions")
    return Outcome(case, tuple(problems), output=output, offers=tuple(offers), findings=findings)


def _put_together(case: Case, document: Document, records: list[Record], changed: Record | None = None, choice: int = 0) -> str:
    """The text that the records stand for after cleaning; `changed` has one of its suggestions instead of its output."""
    pieces, at = [], min(case.span.start, *(r.span.start for r in records)) if records else case.span.start
    for r in records:
        pieces += [document.text[at:r.span.start], r.proposals[choice].text if r is changed else r.output]
        at = r.span.end
    return "".join(pieces) + document.text[at:max(at, case.span.end)]


def _in_place(case: Case, document: Document, records: list[Record]) -> list[str]:
    """The accepted rewrites with what the records hold before and behind the sentence."""
    start = min((r.span.start for r in records), default=case.span.start)
    end = max((r.span.end for r in records), default=case.span.end)
    head, tail = document.text[min(start, case.span.start):case.span.start], document.text[case.span.end:max(end, case.span.end)]
    return [head + a + tail for a in case.accept]


def _flags(case: Case, findings: tuple[Finding, ...]) -> Iterator[str]:
    if case.clean and findings:
        yield f"flagged, though it is good: {', '.join(sorted({f.rule for f in findings}))}"
    for wanted in case.flag:
        if not any(_fits(wanted, f) for f in findings):
            yield f"not flagged as {wanted}"


def _fits(wanted: str, finding: Finding) -> bool:
    rule = registry.rule_of(finding.rule)
    return (
        wanted == ANY or registry.matches(finding.rule, wanted) or (rule is not None and rule.family == wanted)
        or finding.category == wanted or finding.category.startswith(wanted + "/")
    )


def _survivors(case: Case, output: str) -> Iterator[str]:
    for words in case.gone:
        if found := pattern(words).search(output):
            yield f"“{found.group()}” survives"


def _losses(case: Case, output: str) -> Iterator[str]:
    for words in case.keep:
        if words not in output:
            yield f"“{words}” is lost"
    if case.clean and case.sentence not in output:
        yield "changed, though it is good"
