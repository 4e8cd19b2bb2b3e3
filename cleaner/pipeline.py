"""Runs the stages over documents: the sole caller of detectors, rewriters, gates and `decide`."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from typing import TypeVar

from . import backends, budget, formats, gating, languagetool, ranking, registry, sources, termbase
from .analysis import Analysis, parse_together
from .config import Config, did_you_mean
from .console import complain
from .core import Answer, CleanerError, Decision, Document, Finding, Record, Span, Suggestion, Verdict
from .decide import decide
from .estimator import estimates
from .records import Group, applied, choose, group, rank, record, rewritten, stands, touched
from .registry import Gate, Pair, matches
from .rewriters import neural
from .risk import assess
from .scoring import Assessment
from .taught import Taught

_T = TypeVar("_T")
NEW_FINDING = "no-new-finding"


@dataclass(frozen=True, slots=True)
class Result:
    """A document after cleanup: `output` is the text to publish, `records` say what was found and done, in order."""

    document: Document
    output: str
    records: tuple[Record, ...]


class Pipeline:
    """The stages with their settings. Safe to share between threads; `close` ends what it started."""

    def __init__(self, config: Config, answers: Mapping[str, Answer] | None = None, taught: Taught | None = None) -> None:
        self.config = config
        self.answers = answers or {}
        self.taught = taught or Taught()
        self.termbase = termbase.load(Path(config.termbase)) if config.termbase else None
        self.budget = budget.parse(config.review_budget, config.min_risk)
        self.model = backends.Guarded.of(config, complain)
        self._background = ThreadPoolExecutor(max_workers=2, thread_name_prefix="detect")
        self.rules = [d for d in registry.detectors().values() if self._wanted(d.name)]
        for pattern in (*config.select, *config.ignore):
            if not any(matches(name, pattern) or pattern.startswith(name + ".") for name in registry.detectors()):
                raise CleanerError(f"unknown rule {pattern!r}{did_you_mean(pattern, registry.detectors())}; `cleaner rules` lists them")
        for name in config.gates.keys() - registry.gates().keys():
            raise CleanerError(f"unknown gate {name!r}{did_you_mean(name, registry.gates())}; known are {', '.join(registry.gates())}")
        if not config.languagetool:
            self.rules = [d for d in self.rules if d.family != "languagetool"]
        elif any(d.family == "languagetool" for d in self.rules):
            languagetool.configure(config.language, config.java_heap_mb)
            languagetool.start_early()

    def close(self) -> None:
        self._background.shutdown(wait=False, cancel_futures=True)
        self.model.close()

    def __enter__(self) -> Pipeline:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _wanted(self, rule: str) -> bool:
        """Whether a rule, or for a family's name some member of it, is to run."""
        select, ignore = self.config.select, self.config.ignore
        return any(matches(rule, p) or p.startswith(rule + ".") for p in select) and not any(matches(rule, p) for p in ignore)

    def _selected(self, rule: str) -> bool:
        """Whether findings of this very name are to be reported."""
        return any(matches(rule, p) for p in self.config.select) and not any(matches(rule, p) for p in self.config.ignore)

    def _reported(self, finding: Finding, document: Document) -> bool:
        if not self._selected(finding.rule) or document.is_protected(finding.span) or _silenced(finding, document):
            return False
        return not self.taught.ignores_finding(finding, document)

    def detect(self, analysis: Analysis, *, remote: bool = True) -> list[Finding]:
        """All findings in order of place, confident or not.

        Rules that wait for another process run beside the others, if they are wanted. Rules that read the others' findings judge the
        text as it came, not a second reading.
        """
        analysis.terms, analysis.source_language = self.taught.terms, self.config.source_language
        analysis.termbase = self.termbase
        slow = [self._background.submit(list, rule(analysis)) for rule in self.rules if rule.remote and remote]
        found = [f for rule in self.rules if not rule.remote and not rule.last for f in rule(analysis)]
        for job in slow:
            found += job.result()
        if analysis.focus is None:
            analysis.found = tuple(found)
            found += [f for rule in self.rules if rule.last for f in rule(analysis)]
        kept = {f for f in found if self._reported(f, analysis.document)}
        return sorted(kept, key=lambda f: (f.span, f.rule, f.message))

    def suggest(self, analysis: Analysis, findings: Sequence[Finding]) -> list[Suggestion]:
        """What every rewriter proposes for its findings, best first."""
        return sorted(ranking.rank(analysis, self.proposals(analysis, findings)), key=rank)

    def proposals(self, analysis: Analysis, findings: Sequence[Finding]) -> list[Suggestion]:
        """What every rewriter proposes for its findings; the same text for the same place once."""
        made: dict[tuple[Span, str], Suggestion] = {}
        for s in self._proposed(analysis, findings):
            if s.span.of(analysis.document.text) == s.replacement or analysis.document.is_protected(s.span):
                continue
            seen = made.get((s.span, s.replacement))
            if seen is None or (s.safety == "safe", s.score) > (seen.safety == "safe", seen.score):
                made[s.span, s.replacement] = s
        return list(made.values())

    def _proposed(self, analysis: Analysis, findings: Sequence[Finding]) -> Iterator[Suggestion]:
        """Each rewriter's proposals for the findings of its rules, then the rewrite model's for every flagged segment."""
        for writer in registry.rewriters().values():
            own = tuple(f for f in findings if any(matches(f.rule, r) for r in writer.rules))
            if own:
                yield from writer.rewrite(analysis, own)
        if self.model:
            yield from neural.suggestions(analysis, findings, self.model)

    def measure(self, pair: Pair, gates: Iterable[Gate] | None = None) -> tuple[Verdict, ...]:
        """The verdict of gates, by default of all for anybody's texts, on a pair. A gate that crashes has not passed."""
        return gating.measure(gating.fair(pair, self.taught.terms), self.config, gates)

    def assess(self, document: Document) -> Assessment:
        """Read a document and change nothing."""
        return self._assess(Analysis(document))

    def _assess(self, analysis: Analysis) -> Assessment:
        found = self.detect(analysis)
        thought = estimates(analysis) if self._wanted("quality") else []
        risks = assess(analysis.document, found, thought)
        return Assessment(analysis.document, tuple(found), tuple(risks), tuple(thought))

    def _limited(self, assessment: Assessment, records: Sequence[Record]) -> tuple[Record, ...]:
        """The records within the review budget, which counts what is left of their risks after the changes made."""
        document = assessment.document
        settled = {f for r in records for f in r.settled if r.output != r.original}
        left = assess(document, [f for f in assessment.findings if f not in settled], assessment.estimates)
        risks = [
            max((left[i] for i in document.indices_in(r.span)), default=r.risk) if settled.intersection(r.findings) else r.risk
            for r in records
        ]

        def answered(r: Record) -> bool:
            answer = self.answers.get(r.key)
            return answer is not None and stands(answer, r.findings)

        def doubt(r: Record) -> Finding | None:
            spans = [span for i in document.indices_in(r.span) for span in assessment.doubted(i)]
            finding = budget.riskiest(r, spans, self.budget)
            wanted = self._selected(finding.rule) and not _silenced(finding, document)
            return finding if wanted else None

        return budget.limit(records, risks, self.budget, settled=answered, doubt=doubt)

    def clean(self, document: Document) -> Result:
        """Run every stage over one document."""
        analysis = Analysis(document)
        assessment = self._assess(analysis)
        findings = [f for f in assessment.findings if f.confidence >= self.config.min_confidence]
        groups = group(document, self._limit(self.suggest(analysis, findings)))
        decisions = self._judge(document, findings, groups)
        decisions, accepted = self._settle(document, findings, decisions)
        records = record(document, findings, assessment.risks, groups, decisions, accepted, self.answers)
        if self.budget.limits:
            records = self._limited(assessment, records)
        return Result(document, rewritten(document.text, records), records)

    def _limit(self, suggestions: list[Suggestion]) -> list[Suggestion]:
        """The best few of each place."""
        count: Counter[Span] = Counter()
        kept = []
        for s in suggestions:
            count[s.span] += 1
            if count[s.span] <= self.config.max_suggestions:
                kept.append(s)
        return kept

    def _judge(self, document: Document, findings: list[Finding], groups: list[Group]) -> list[Decision]:
        """Gates on every suggestion; then the rewritten passages are read again, many in one reading.

        Rules of another process wait until it is settled what is made: most suggestions are a person's, who reads them anyway.
        """
        turns = [
            [(g, g.suggestions[turn]) for g in groups if turn < len(g.suggestions)]
            for turn in range(max((len(g.suggestions) for g in groups), default=0))
        ]
        readings = [_Reading(document, [s for _, s in picked], excerpt=True) for picked in turns]
        parse_together(r.analysis for r in readings)
        judged: list[Decision] = []
        for turn, (picked, reading) in enumerate(zip(turns, readings, strict=True)):
            new = self._new_findings(document, findings, reading)
            for own, s in picked:
                text = applied(own.span, document.text, [s])
                pair = Pair(text if _from_source(s) else own.span.of(document.text), text, document.text)
                costly = turn == 0 or s.safety == "safe" or self.config.unsafe_fixes  # not for what waits behind another
                verdicts = self.measure(pair, gating.asked(neural=s.neural, costly=costly))
                judged.append(decide(s, (*verdicts, _nothing_new(new[s])), unsafe_fixes=self.config.unsafe_fixes))
        return judged

    def _new_findings(self, document: Document, findings: list[Finding], reading: _Reading) -> dict[Suggestion, list[str]]:
        """Rules that each change of a reading newly breaks: those that fire more often in the changed segment than before.

        In an excerpt, what also fires on the excerpt as it was is owed to the missing context, not to the change.
        """
        after = self._confident(reading.analysis, remote=not reading.excerpt)
        fresh = {
            s: _fired(reading.analysis.document, place, after) - _fired(document, s.span, findings) for s, place in reading.places.items()
        }
        if reading.excerpt and any(fresh.values()):
            original = Analysis(reading.original(document), focus=tuple(reading.origins.values()))
            before = self._confident(original, remote=False)
            fresh = {s: rules - _fired(original.document, reading.origins[s], before) for s, rules in fresh.items()}
        return {s: sorted(rules) for s, rules in fresh.items()}

    def _confident(self, analysis: Analysis, *, remote: bool) -> list[Finding]:
        return [f for f in self.detect(analysis, remote=remote) if f.confidence >= self.config.min_confidence]

    def _settle(self, document: Document, findings: list[Finding], decisions: list[Decision]) -> tuple[list[Decision], list[Decision]]:
        """Read the result with all accepted changes in place. What raises a finding now is a person's after all.

        Returns the decisions as they are then, and those of them that are carried out.
        """
        while accepted := choose(decisions):
            fresh = self._new_findings(document, findings, _Reading(document, [d.suggestion for d in accepted]))
            if not any(fresh[d.suggestion] for d in accepted):
                break
            decisions = [self._refused(d, fresh.get(d.suggestion, [])) for d in decisions]
        return decisions, accepted

    def _refused(self, decision: Decision, fresh: Sequence[str]) -> Decision:
        """The decision with what it raised among the other changes, if anything."""
        if not fresh:
            return decision
        verdicts = (*(v for v in decision.verdicts if v.gate != NEW_FINDING), _nothing_new(fresh))
        return decide(decision.suggestion, verdicts, unsafe_fixes=self.config.unsafe_fixes)


def _from_source(suggestion: Suggestion) -> bool:
    """Whether a suggestion puts in what the source says: no gate can hold "76 billion" for "70 billion" against it, and it changes nothing
    else.
    """
    rules = [registry.rule_of(f.rule) for f in suggestion.findings]
    return bool(rules) and all(rule is not None and rule.reads_source for rule in rules) and not suggestion.neural


def _silenced(finding: Finding, document: Document) -> bool:
    """Whether an order in the text, or a reviewer's for the whole document, silences a finding."""
    return any(
        s.span.overlaps(finding.span) and (not s.rules or any(matches(finding.rule, r) for r in s.rules)) for s in document.suppressions
    )


def _nothing_new(fresh: Sequence[str]) -> Verdict:
    return Verdict(NEW_FINDING, float(not fresh), 1.0, not fresh, f"raises {', '.join(fresh)}" if fresh else "")


def _fired(document: Document, span: Span, findings: Iterable[Finding]) -> Counter[str]:
    """How often each rule fires in the segments that a span touches."""
    around = touched(document, span)
    return Counter(f.rule for f in findings if f.span.overlaps(around))


class _Reading:
    """A document with changes made, which must not overlap: `places` tells where each now stands.

    An excerpt has only the blocks that the changes touch; `origins` tells where in it each stood before, and `original` gives it as it was.
    """

    def __init__(self, document: Document, changes: Iterable[Suggestion], *, excerpt: bool = False) -> None:
        self.excerpt = excerpt
        self.places: dict[Suggestion, Span] = {}
        self.origins: dict[Suggestion, Span] = {}
        ordered = sorted(changes, key=lambda s: s.span)
        self._regions = _regions(document, ordered) if excerpt else [Span(0, len(document.text))]
        self._break = "\n\n" if excerpt else ""
        pieces: list[str] = []
        new = old = 0  # lengths so far, after and before the changes
        for region in self._regions:
            at = region.start
            for s in (s for s in ordered if region.contains(s.span)):
                pieces += [document.text[at:s.span.start], s.replacement]
                new, old, at = new + s.span.start - at, old + s.span.start - at, s.span.end
                self.places[s], self.origins[s] = Span(new, new + len(s.replacement)), Span(old, old + len(s.span))
                new, old = new + len(s.replacement), old + len(s.span)
            pieces += [document.text[at:region.end], self._break]
            new, old = (length + region.end - at + len(self._break) for length in (new, old))
        changed = formats.parse(document.name, "".join(pieces))
        changed = _still_suppressed(document, changed)
        self.analysis = Analysis(changed if excerpt else sources.carried(document, changed), focus=tuple(self.places.values()))

    def original(self, document: Document) -> Document:
        """The excerpt without the changes."""
        text = "".join(region.of(document.text) + self._break for region in self._regions)
        return _still_suppressed(document, formats.parse(document.name, text))


def _regions(document: Document, changes: Iterable[Suggestion]) -> list[Span]:
    """The blocks that changes touch, joined where one change touches several; in order."""
    regions: list[Span] = []
    for s in changes:
        span = touched(document, s.span)
        for segment in document.segments_in(span):
            span = span.join(segment.block.span)
        if regions and span.start < regions[-1].end:
            regions[-1] = regions[-1].join(span)
        else:
            regions.append(span)
    return regions


def _still_suppressed(before: Document, after: Document) -> Document:
    """`after` with the orders of silence that hold for all of `before`: those are not in the text, so that reading it again loses them."""
    whole = [replace(s, span=Span(0, len(after.text))) for s in before.suppressions if s.span == Span(0, len(before.text))]
    return replace(after, suppressions=(*after.suppressions, *whole)) if whole else after


def run(
    pipeline: Pipeline, documents: Iterable[Document], failed: Callable[[Document, Exception], None] | None = None,
) -> Generator[Result, None, None]:
    """Clean documents, some at a time; see `stream`."""
    return stream(pipeline.clean, documents, pipeline.config.jobs, failed)


def stream(
    work: Callable[[Document], _T], documents: Iterable[Document], jobs: int, failed: Callable[[Document, Exception], None] | None = None,
) -> Generator[_T, None, None]:
    """What `work` makes of documents, `jobs` at a time, in order; only a few are read ahead, so that a batch of any size fits in memory.

    `failed` hears of each document that broke a stage, and the others go on; without it the error is raised.
    """
    ahead: deque[tuple[Document, Future[_T]]] = deque()
    with ThreadPoolExecutor(max_workers=jobs, thread_name_prefix="clean") as pool:
        try:
            for document in chain(documents, [None] * (2 * jobs)):
                if document is not None:
                    ahead.append((document, pool.submit(work, document)))
                if ahead and (document is None or len(ahead) >= 2 * jobs):
                    begun, job = ahead.popleft()
                    try:
                        result = job.result()
                    except Exception as error:
                        if failed is None:
                            raise
                        failed(begun, error)
                    else:
                        yield result
        finally:
            for _, job in ahead:
                job.cancel()
