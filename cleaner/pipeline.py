"""Runs the stages over documents: the sole caller of detectors, rewriters, gates and `decide`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

from . import formats, registry
from .analysis import Analysis
from .config import Config
from .core import Answer, CleanerError, Decision, Document, Finding, Proposal, Record, Span, Status, Suggestion, Verdict, record_key
from .decide import decide
from .registry import Pair, matches
from .risk import risk

NEW_FINDING = "no-new-finding"


@dataclass(frozen=True, slots=True)
class Result:
    """A document after cleanup: `output` is the text to publish, `records` say what was found and done, in order."""

    document: Document
    output: str
    records: tuple[Record, ...]

    @property
    def needs_review(self) -> bool:
        return any(r.status == "review" for r in self.records)


class Pipeline:
    """The stages with their settings. Safe to share between threads; `close` ends what it started."""

    def __init__(self, config: Config, answers: Mapping[str, Answer] | None = None) -> None:
        self.config = config
        self.answers = answers or {}
        self._background = ThreadPoolExecutor(max_workers=2, thread_name_prefix="detect")
        self.rules = [d for d in registry.detectors().values() if self._wanted(d.name)]
        for pattern in (*config.select, *config.ignore):
            if not any(matches(name, pattern) or pattern.startswith(name + ".") for name in registry.detectors()):
                raise CleanerError(f"unknown rule {pattern!r}: `cleaner rules` lists them")

    def close(self) -> None:
        self._background.shutdown(wait=False, cancel_futures=True)

    def __enter__(self) -> Pipeline:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _wanted(self, rule: str) -> bool:
        """Whether a rule, or for a family's name some member of it, is to run."""
        select, ignore = self.config.select, self.config.ignore
        return any(matches(rule, p) or p.startswith(rule + ".") for p in select) and not any(matches(rule, p) for p in ignore)

    def _reported(self, finding: Finding, document: Document) -> bool:
        select, ignore = self.config.select, self.config.ignore
        if not any(matches(finding.rule, p) for p in select) or any(matches(finding.rule, p) for p in ignore):
            return False
        if document.is_protected(finding.span):
            return False
        return not any(
            s.span.overlaps(finding.span) and (not s.rules or any(matches(finding.rule, r) for r in s.rules)) for s in document.suppressions
        )

    def detect(self, analysis: Analysis) -> list[Finding]:
        """All findings in order of place, confident or not. Rules that wait for another process run beside the others."""
        slow = [self._background.submit(list, rule(analysis)) for rule in self.rules if rule.remote]
        found = [f for rule in self.rules if not rule.remote for f in rule(analysis)]
        for job in slow:
            found += job.result()
        kept = {f for f in found if self._reported(f, analysis.document)}
        return sorted(kept, key=lambda f: (f.span, f.rule, f.message))

    def suggest(self, analysis: Analysis, findings: Sequence[Finding]) -> list[Suggestion]:
        """What every rewriter proposes for its findings, best first; the same text for the same place once."""
        made: dict[tuple[Span, str], Suggestion] = {}
        for writer in registry.rewriters().values():
            own = tuple(f for f in findings if any(matches(f.rule, r) for r in writer.rules))
            for s in writer.rewrite(analysis, own) if own else ():
                if s.span.of(analysis.document.text) == s.replacement or analysis.document.is_protected(s.span):
                    continue
                seen = made.get((s.span, s.replacement))
                if seen is None or (s.safety == "safe", s.score) > (seen.safety == "safe", seen.score):
                    made[s.span, s.replacement] = s
        return sorted(made.values(), key=lambda s: (s.safety != "safe", -s.score, s.span, s.replacement))

    def measure(self, pair: Pair) -> tuple[Verdict, ...]:
        """The verdict of every gate on a pair of texts. A gate that crashes has not passed."""
        verdicts = []
        for gate in registry.gates().values():
            threshold = self.config.gates.get(gate.name, gate.threshold)
            try:
                outcome = gate.measure(pair)
            except Exception as error:  # a broken gate must mean review, never a lost run or a silent pass
                verdicts.append(Verdict(gate.name, 0.0, threshold, False, f"the gate could not run ({error})"))
                continue
            verdicts.append(Verdict(gate.name, outcome.score, threshold, outcome.score >= threshold, outcome.reason))
        return tuple(verdicts)

    def clean(self, document: Document) -> Result:
        """Run every stage over one document."""
        analysis = Analysis(document)
        everything = self.detect(analysis)
        findings = [f for f in everything if f.confidence >= self.config.min_confidence]
        groups = _group(document, self._limit(self.suggest(analysis, findings)))
        decisions = self._judge(document, findings, groups)
        accepted = self._settle(document, findings, _choose(decisions))
        records = self._records(document, everything, findings, groups, decisions, accepted)
        return Result(document, _replaced(document.text, records), tuple(records))

    def _limit(self, suggestions: list[Suggestion]) -> list[Suggestion]:
        """The best few of each place."""
        count: Counter[Span] = Counter()
        kept = []
        for s in suggestions:
            count[s.span] += 1
            if count[s.span] <= self.config.max_suggestions:
                kept.append(s)
        return kept

    def _judge(self, document: Document, findings: list[Finding], groups: list[_Group]) -> list[Decision]:
        """Gates on every suggestion; then the rewritten passages are read again, many in one reading."""
        judged: list[Decision] = []
        for turn in range(max((len(g.suggestions) for g in groups), default=0)):
            picked = [(g, g.suggestions[turn]) for g in groups if turn < len(g.suggestions)]
            new = self._new_findings(document, findings, [s for _, s in picked])
            for group, s in picked:
                verdicts = self.measure(Pair(group.span.of(document.text), s_apply(group.span, document.text, [s]), document.text))
                fresh = new[s]
                verdicts += (Verdict(NEW_FINDING, float(not fresh), 1.0, not fresh, f"raises {', '.join(fresh)}" if fresh else ""),)
                judged.append(decide(s, verdicts, unsafe_fixes=self.config.unsafe_fixes))
        return judged

    def _new_findings(self, document: Document, findings: list[Finding], changes: list[Suggestion]) -> dict[Suggestion, list[str]]:
        """Rules that each change newly breaks, from one reading of the document with all of them made.

        Changes must not overlap. A finding counts as new when its rule fires more often in the changed segment than before.
        """
        changes = sorted(changes, key=lambda s: s.span)
        places, pieces, at, shift = [], [], 0, 0
        for s in changes:
            pieces += [document.text[at:s.span.start], s.replacement]
            start = s.span.start + shift
            shift += len(s.replacement) - len(s.span)
            places.append(Span(start, start + len(s.replacement)))
            at = s.span.end
        text = "".join(pieces) + document.text[at:]
        changed = formats.parse(document.name, text)
        again = Analysis(changed, focus=tuple(places))
        after = [f for f in self.detect(again) if f.confidence >= self.config.min_confidence]
        fresh = {}
        for s, place in zip(changes, places, strict=True):
            old = _touched(document, s.span)
            now = _touched(changed, place)
            before = Counter(f.rule for f in findings if f.span.overlaps(old))
            fresh[s] = sorted((Counter(f.rule for f in after if f.span.overlaps(now)) - before).keys())
        return fresh

    def _settle(self, document: Document, findings: list[Finding], accepted: list[Decision]) -> list[Decision]:
        """Read the result with all accepted changes in place; changes that raise a finding together are given up."""
        while accepted:
            fresh = self._new_findings(document, findings, [d.suggestion for d in accepted])
            kept = [d for d in accepted if not fresh[d.suggestion]]
            if len(kept) == len(accepted):
                break
            accepted = kept
        return accepted

    def _records(
        self, document: Document, everything: list[Finding], findings: list[Finding], groups: list[_Group], decisions: list[Decision],
        accepted: list[Decision],
    ) -> list[Record]:
        spans = [g.span for g in groups]
        spans += [s.span for s in document.segments if not any(g.contains(s.span) for g in spans)]
        spans.sort()
        records = []
        for i, span in enumerate(spans):
            original = span.of(document.text)
            before = spans[i - 1].of(document.text) if i else ""
            after = spans[i + 1].of(document.text) if i + 1 < len(spans) else ""
            own = [f for f in findings if f.span.overlaps(span)]
            here = [d for d in decisions if span.contains(d.suggestion.span)]
            made = [d for d in accepted if span.contains(d.suggestion.span)]
            output = s_apply(span, document.text, [d.suggestion for d in made])
            done = {f for d in made for f in d.suggestion.findings}
            rest = [f for f in own if f not in done and not any(f.span.overlaps(d.suggestion.span) for d in made)]
            status: Status = "review" if rest else "fixed" if output != original else "unchanged"
            proposals = _proposals(span, document.text, here, made)
            key = record_key(original, before, after)
            answer = self.answers.get(key)
            if answer and {f.rule for f in own} <= answer.rules:
                output = answer.text
                status = "fixed" if output != original else "unchanged"
            records.append(Record(
                span, original, output, status, risk(original, [f for f in everything if f.span.overlaps(span)]), key,
                tuple(own), proposals, before, after,
            ))
        return records


@dataclass(slots=True)
class _Group:
    """Segments that suggestions tie together."""

    span: Span
    suggestions: list[Suggestion]


def _group(document: Document, suggestions: Iterable[Suggestion]) -> list[_Group]:
    groups: list[_Group] = []
    for s in suggestions:
        span = _touched(document, s.span)
        own = [s]
        for g in [g for g in groups if g.span.overlaps(span)]:
            groups.remove(g)
            span, own = span.join(g.span), g.suggestions + own
        groups.append(_Group(span, own))
    for g in groups:
        g.suggestions.sort(key=lambda s: (s.safety != "safe", -s.score, s.span, s.replacement))
    return groups


def _touched(document: Document, span: Span) -> Span:
    """The whole segments that a span touches."""
    for segment in document.segments:
        if segment.span.start <= span.end and span.start <= segment.span.end and (segment.span.overlaps(span) or not len(span)):
            span = span.join(segment.span)
    return span


def _choose(decisions: Iterable[Decision]) -> list[Decision]:
    """Accepted changes that do not overlap, best first."""
    chosen: list[Decision] = []
    for d in sorted((d for d in decisions if d.action == "accept"), key=lambda d: -d.suggestion.score):
        if not any(_collide(d.suggestion, c.suggestion) for c in chosen):
            chosen.append(d)
    return chosen


def _collide(a: Suggestion, b: Suggestion) -> bool:
    return a.span.overlaps(b.span) or a.span.start == b.span.start or a.span.end == b.span.end


def s_apply(span: Span, text: str, changes: Iterable[Suggestion]) -> str:
    """The text of `span` with changes inside it made; they must not overlap."""
    out = span.of(text)
    for s in sorted(changes, key=lambda s: s.span, reverse=True):
        out = out[:s.span.start - span.start] + s.replacement + out[s.span.end - span.start:]
    return out


def _proposals(span: Span, text: str, decisions: Sequence[Decision], made: Sequence[Decision]) -> tuple[Proposal, ...]:
    """Whole texts to choose from: all independent suggestions together first, then each alone; accepted changes are in every one."""
    kept = [d.suggestion for d in made]
    pending = [d for d in decisions if d not in made]
    together: list[Decision] = []
    for d in pending:
        if all(v.passed for v in d.verdicts) and not any(_collide(d.suggestion, o) for o in [*kept, *(t.suggestion for t in together)]):
            together.append(d)
    choices = [together] if len(together) > 1 else []
    choices += [[d] for d in sorted(pending, key=lambda d: (not all(v.passed for v in d.verdicts), -d.suggestion.score))]
    found: dict[str, Proposal] = {}
    for choice in choices:
        ours = [d.suggestion for d in choice]
        whole = s_apply(span, text, ours + [k for k in kept if not any(_collide(k, o) for o in ours)])
        found.setdefault(whole, Proposal(
            whole, "+".join(dict.fromkeys(s.rewriter for s in ours)), "safe" if all(s.safety == "safe" for s in ours) else "unsafe",
            min(s.score for s in ours), " ".join(dict.fromkeys(s.reason for s in ours)),
            tuple(dict.fromkeys(v for d in choice for v in d.verdicts)),
        ))
    return tuple(found.values())


def _replaced(text: str, records: Iterable[Record]) -> str:
    out, at = [], 0
    for r in records:
        if r.output != r.original:
            out += [text[at:r.span.start], r.output]
            at = r.span.end
    return "".join(out) + text[at:]


def run(pipeline: Pipeline, documents: Iterable[Document]) -> Iterator[Result]:
    """Clean documents, `jobs` at a time, in order."""
    with ThreadPoolExecutor(max_workers=pipeline.config.jobs, thread_name_prefix="clean") as pool:
        yield from pool.map(pipeline.clean, documents)
