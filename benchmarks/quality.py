"""Quality estimation: the table of docs/quality.md.

    python benchmarks/quality.py [--only SECTION…] [--work WORK] [--errors] [--plot FILE]

Sections: dev (the bench: rules and model, the same with the Japanese beside it, rules alone, models alone), held-out (calibration on tune
documents, each read by a twin of the model that has not seen it; needs --work, the folder that `models/train/quality.py` and
`quality_export.py` worked in), mlqe (MLQE-PE's test split, without and with the source), mqm (zh-en MQM, documents held out, the same),
references (false alarms on what people made of Japanese, without and with it), human (false alarms on Wikinews), speed.
`--errors` prints the worst misses and false alarms of the held-out tune documents, never of dev; `--plot` writes the reliability diagram
of the same. Reads ../shared, which only a checkout has; where it is not there, nothing is measured.
"""

from __future__ import annotations

import argparse
import collections
import itertools
import os
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import rules
from quality_plot import svg

from cleaner import formats
from cleaner.config import Config
from cleaner.core import Document, Span
from cleaner.estimator import CONTEXT_CHARACTERS, Estimate, Estimator, folder, load, load_beside
from cleaner.pipeline import Pipeline, run
from cleaner.report import row
from cleaner.sources import paired

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"
sys.path.insert(0, str(ROOT / "models/train"))
import quality_data as data  # noqa: E402  # the readers of ../shared that training uses
from fitting import auc, calibration_error  # noqa: E402
from fitting import held_out as cross_fitted  # noqa: E402

#: What issue 4 asks for: figure → (least, most); None where there is no bound.
AIMS: dict[str, tuple[float | None, float | None]] = {
    "dev auc_major": (0.78, None), "dev auc_any": (0.78, None), "dev major_in_riskiest_30pct": (0.85, None),
    "dev visible_major_flagged": (0.80, None), "dev ok_flagged": (None, 0.25), "held-out calibration error": (None, 0.08),
    "mlqe et spearman": (0.58, None), "mlqe ro spearman": (0.62, None), "mlqe ru spearman": (0.52, None),
    "mlqe et words": (0.32, None), "mlqe ro words": (0.46, None), "mlqe ru words": (0.25, None),
    "human flagged": (None, 0.05), "speed two threads": (200.0, None),
}
DEV = ("auc_major", "auc_any", "major_in_riskiest_30pct", "visible_major_flagged", "ok_flagged")


def say(name: str, value: float, remark: str = "") -> None:
    """A row of the table."""
    least, most = AIMS.get(name, (None, None))
    aim = f"≥ {least:g}" if least is not None else f"≤ {most:g}" if most is not None else ""
    met = "" if not aim else "yes" if (least is None or value >= least) and (most is None or value <= most) else "**no**"
    shown = f"{value:.0f}" if value >= 10 else f"{value:.3f}"
    print(f"| {name} | {shown} | {aim} | {met} | {remark} |", flush=True)


# --- the bench -----------------------------------------------------------------------------------------------------------------------


def dev() -> None:
    """The dev bench, in several ways."""
    for name, config, alone, source in (
        ("dev", Config(rewriter="none"), False, False),
        ("dev, source beside it:", Config(rewriter="none"), False, True),
        ("dev, rules alone:", Config(ignore=("quality",), rewriter="none"), False, False),
        ("dev, model alone:", Config(select=("quality",), languagetool=False, rewriter="none"), True, False),
        ("dev, model of text and source alone:", Config(select=("quality",), languagetool=False, rewriter="none"), True, True),
    ):
        with Pipeline(config) as pipeline:
            rows = [r for document in rules.documents("dev", source=source) for r in reported(pipeline, document, alone)]
        figures = rules.scored(rows, data.gold("dev"))
        for key in DEV:
            say(f"{name} {key}", figures[key], f"{figures['segments']} segments" if key == DEV[0] else "")
        if not alone:
            chances, major = joined(rows, data.gold("dev"))
            say(f"{name} calibration error", calibration_error(chances, major), "the risks that ship; nothing was fitted on dev")


def reported(pipeline: Pipeline, document: Document, alone: bool) -> list[dict]:
    """The report of a document; `alone` puts the model's own chance in place of the risk, without rules, length and the like."""
    rows = [row(document.name, r) for r in pipeline.clean(document).records]
    if alone:
        found = pipeline.assess(document)
        for r in rows:
            own = [found.estimates[i] for i in document.indices_in(Span(r["start"], r["end"]))]
            odds = max((e.beside or e).major for e in own)
            r["risk"] = 1 / (1 + np.exp(-odds))
    return rows


def joined(rows: Sequence[dict], annotated: Sequence[dict]) -> tuple[np.ndarray, np.ndarray]:
    """For each annotated segment the greatest risk of the records that it touches, and whether it has a major error."""
    by = collections.defaultdict(list)
    for r in rows:
        by[r["doc"]].append(r)
    risks = [max((r["risk"] for r in by[g["file"]] if r["end"] > g["start"] and r["start"] < g["end"]), default=0.0) for g in annotated]
    return np.array(risks), np.array([g["status"] == "major" for g in annotated], float)


# --- documents that a twin of the model has not seen ---------------------------------------------------------------------------------


def held_out(work: Path, plot: Path | None, errors: bool) -> None:
    """Calibration on tune, each document read by the model in WORK that has not seen it, weights fitted without the document's fold, as
    `models/train/risk.py` does. The strict figures are of the third of the documents that no stage of training has seen.
    """
    import risk

    models = risk.twins(work)
    table = risk.table(models)
    ruled, alone = (table.blend[:, risk.BLEND.index(column)] for column in ("rules", "major"))
    both = cross_fitted(table.blend, table.major, table.names)
    chances = 1 / (1 + np.exp(-both))
    strict = np.isin(table.names, sorted(models[0][0]))
    for group, chosen in (("held-out", strict), ("held-out, last stage only", np.ones(len(strict), bool))):
        major, error = table.major[chosen], table.error[chosen]
        for name, odds in (("rules and model", both), ("rules alone", ruled), ("model alone", alone)):
            say(f"{group} auc_major, {name}", auc(odds[chosen], major), f"{len(major)} segments of tune")
            say(f"{group} auc_any, {name}", auc(odds[chosen], error))
        say(f"{group} calibration error", calibration_error(chances[chosen], major), "10 bins of equal count")
    if plot:
        plot.write_text(svg(chances, table.major, "Risk of segments in documents held out"), encoding="utf-8")
    if errors:
        files = [p.name for p in sorted((SHARED / "bench/tune").glob("*.txt"))]
        annotated = sorted(data.gold("tune"), key=lambda g: files.index(g["file"]))
        show_errors([g for g, kept in zip(annotated, strict, strict=True) if kept], chances[strict])


def show_errors(annotated: Sequence[dict], chances: np.ndarray) -> None:
    """The ten major segments with the least risk, and the ten good ones with the most."""
    order = np.argsort(chances, kind="stable")
    for title, status, chosen in (("misses", "major", order), ("false alarms", "ok", order[::-1])):
        print(f"\nworst {title}")
        for i in [i for i in chosen if annotated[i]["status"] == status][:10]:
            g = annotated[i]
            print(f"  {chances[i]:.2f} {g['file']}  {g['mt']}")
            if status == "major":
                print(f"       {'; '.join(e['type'] + ': ' + e['text'] for e in g['errors'])}\n       → {g['fix_en']}")
    print()


# --- words and scores of other data --------------------------------------------------------------------------------------------------


def estimated(model: Estimator, pairs: Sequence[tuple[str, str]]) -> list[Estimate]:
    """Estimates of (text, context), on two threads."""
    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(lambda p: model.estimate([p[0]], [p[1]])[0], pairs))


def spearman(a: Sequence[float], b: Sequence[float]) -> float:
    """Rank correlation, ties at their mean rank."""
    def ranks(values: Sequence[float]) -> np.ndarray:
        _, back, count = np.unique(np.asarray(values), return_inverse=True, return_counts=True)
        return (np.cumsum(count) - (count - 1) / 2)[back]

    return float(np.corrcoef(ranks(a), ranks(b))[0, 1])


def mcc(chances: np.ndarray, wrong: np.ndarray, threshold: float) -> float:
    """Matthews' correlation of words that are marked from a threshold on."""
    marked = chances >= threshold
    if marked.all() or not marked.any():
        return 0.0
    return float(np.corrcoef(marked, wrong)[0, 1])


def best(chances: np.ndarray, wrong: np.ndarray) -> float:
    """The threshold of the greatest correlation."""
    return max((t / 100 for t in range(4, 96, 2)), key=lambda t: mcc(chances, wrong, t))


def chance_of(text: str, estimate: Estimate, label: str, spans: Sequence[tuple[int, int]]) -> list[float]:
    """The greatest chance in each span of characters; 0 for an empty one."""
    by_character = np.zeros(len(text) + 1)
    for word in estimate.shown:
        part = by_character[word.span.start:word.span.end]
        np.maximum(part, getattr(word, label), out=part)
    return [float(by_character[a:b].max()) if b > a else 0.0 for a, b in spans]


def mlqe(model: Estimator, *, sources: bool) -> None:
    """MLQE-PE, without or with the source: sentence scores and words. The threshold for a pair is the best of its dev split; what
    one for all pairs would give is said beside it.
    """
    name = "mlqe, source beside it:" if sources else "mlqe"
    rows: dict[str, list[dict]] = collections.defaultdict(list)
    for r in data.lines("mlqe_pe_to_english.jsonl.gz"):
        if r["split"] in ("dev", "test"):
            rows[r["split"]].append(r)
    found = {split: estimated(model, [(r["mt_raw"], r["src"] if sources else "") for r in own]) for split, own in rows.items()}

    def words(split: str, pair: str) -> tuple[np.ndarray, np.ndarray]:
        chances: list[float] = []
        wrong: list[bool] = []
        for r, e in zip(rows[split], found[split], strict=True):
            tagged = data.edited_words(r) if pair in ("", r["pair"]) else None
            if tagged is not None:
                chances += chance_of(r["mt_raw"], e, "bad", [span for span, _ in tagged])
                wrong += [changed for _, changed in tagged]
        return np.array(chances), np.array(wrong)

    common = best(*words("dev", ""))
    for pair in sorted({r["pair"] for r in rows["test"]}):
        own = [(r, e) for r, e in zip(rows["test"], found["test"], strict=True) if r["pair"] == pair]
        z = [r["da"][1] for r, _ in own]
        language = pair.partition("-")[0]
        other = f"{len(own)} sentences; from the edit rate {spearman([-e.hter for _, e in own], z):.3f}"
        say(f"{name} {language} spearman", spearman([e.z for _, e in own], z), other)
        own_best, tested = best(*words("dev", pair)), words("test", pair)
        remark = f"MCC, threshold {own_best:.2f} from its dev split; {mcc(*tested, common):.3f} with {common:.2f} for all pairs"
        say(f"{name} {language} words", mcc(*tested, own_best), remark)


def mqm(model: Estimator, *, sources: bool) -> None:
    """zh-en MQM, documents held out: the model against each rater, and raters against each other, word by word; with the source also both
    models together, as words are shown then.

    The threshold for one half of the documents is the best of the other half.
    """
    rated = list(data.rated(held_out=True))
    found = estimated(model, [(rows[0]["mt"], rows[0]["src"] if sources else context) for _, context, rows in rated])
    versions = {", source beside it" if sources else "": found}
    both = {}  # only the chances of standing inside an error are weighed together
    alone = load() if sources else None
    if alone:
        before = estimated(alone, [(rows[0]["mt"], context) for _, context, rows in rated])
        both[", both models"] = [replace(e, beside=b) for e, b in zip(before, found, strict=True)]
    documents = sorted({doc for doc, _, _ in rated})
    halves = [documents.index(doc) % 2 for doc, _, _ in rated]
    words = [[m.span() for m in data.WORD.finditer(rows[0]["mt"])] for _, _, rows in rated]
    for label, severities in (("wrong", ("minor", "major", "critical")), ("severe", ("major", "critical"))):
        marks = [
            [[any(s[0] < b and a < s[1] for s in r["spans"] if s[2] in severities) for a, b in spans] for r in rows]
            for (_, _, rows), spans in zip(rated, words, strict=True)
        ]
        pairs = [pair for own in marks for pair in itertools.permutations(own, 2)]
        agreement = float(np.corrcoef([x for one, _ in pairs for x in one], [x for _, two in pairs for x in two])[0, 1])
        remark = f"MCC with one rater, {len(found)} translations; raters among themselves {agreement:.2f}"
        for version, estimates in (versions | both if label == "wrong" else versions).items():
            sides: list[tuple[list[float], list[bool]]] = [([], []), ([], [])]
            for half, (_, _, rows), spans, own, e in zip(halves, rated, words, marks, estimates, strict=True):
                chances = chance_of(rows[0]["mt"], e, label, spans)
                for mark in own:
                    sides[half][0].extend(chances)
                    sides[half][1].extend(mark)
            arrays = [(np.array(c), np.array(w)) for c, w in sides]
            value = np.mean([mcc(*arrays[i], best(*arrays[1 - i])) for i in (0, 1)])
            say(f"mqm words, {label}{version}", float(value), remark)


# --- false alarms and speed ----------------------------------------------------------------------------------------------------------


def human() -> None:
    """Wikinews with default settings: how many sentences are flagged, and by which rules."""
    articles = list(data.lines("wikinews_2020.jsonl.gz"))
    documents = [formats.parse(f"{i}.txt", "\n\n".join(a["paragraphs"]) + "\n") for i, a in enumerate(articles)]
    kept = {f"{i}.txt" for i, a in enumerate(articles) if data.kept_out(a)}
    count: collections.Counter[str] = collections.Counter()
    by_rule: collections.Counter[str] = collections.Counter()
    with Pipeline(Config(rewriter="none")) as pipeline:
        for result in run(pipeline, documents):
            for r in result.records:
                for name in ("all", "unseen") if result.document.name in kept else ("all",):
                    count[name] += 1
                    count[f"{name} flagged"] += bool(r.findings)
                by_rule.update({f.rule for f in r.findings})
    flagged = ", ".join(f"`{rule}` {n}" for rule, n in by_rule.most_common())
    say("human flagged", count["all flagged"] / count["all"], f"{count['all']} sentences of Wikinews 2020; sentences by rule: {flagged}")
    say("human flagged, unseen", count["unseen flagged"] / count["unseen"], f"{count['unseen']} sentences of articles kept out of training")


def references() -> None:
    """What people made of Japanese news, as if an engine had: how much is flagged, without and with the source. The documents are those
    that no stage of training has seen; their engines' texts are in the last pass of the models that ship.
    """
    model = load_beside()
    assert model is not None
    kept = {data.wmt_name(name) for name in model.settings["held_out_documents"]}
    pages: dict[str, list[data.Example]] = collections.defaultdict(list)
    for e in data.translations(2021, ("ja-en",)):
        if e.group in kept:
            pages[e.group].append(e)
    plain = [formats.parse(f"{name}.txt", "\n\n".join(e.text for e in own) + "\n") for name, own in pages.items()]
    sourced = [paired(d, "\n\n".join(e.source for e in own), d.name) for d, own in zip(plain, pages.values(), strict=True)]
    for name, documents in (("references flagged", plain), ("references flagged, source beside them", sourced)):
        by_rule: collections.Counter[str] = collections.Counter()
        with Pipeline(Config(rewriter="none")) as pipeline:
            records = [r for result in run(pipeline, documents) for r in result.records]
        for r in records:
            by_rule.update({f.rule for f in r.findings})
        rules_of = ", ".join(f"`{rule}` {n}" for rule, n in by_rule.most_common(8))
        say(name, sum(bool(r.findings) for r in records) / len(records), f"{len(records)} sentences; by rule: {rules_of}")


def texts() -> list[tuple[str, str]]:
    """Segments of tune after their context."""
    return [
        (s.span.of(d.plain), d.plain[max(0, s.span.start - CONTEXT_CHARACTERS):s.span.start])
        for d in rules.documents("tune") for s in d.segments
    ]


def speed() -> None:
    """The estimator alone: sentences of tune a second, on one thread and on two. The best of three runs each."""
    at = folder()
    assert at is not None
    pairs = texts()

    def timed(name: str, work: Callable[[Estimator], object]) -> None:
        runs = []
        for _ in range(3):
            model = Estimator(at)  # remembers nothing yet
            begin, busy = time.perf_counter(), time.process_time()
            work(model)
            runs.append((time.perf_counter() - begin, time.process_time() - busy))
        took, busy = min(runs)
        here = f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"
        say(name, len(pairs) / took, f"sentences a second, {len(pairs)} of tune, {here}; {len(pairs) / busy:.0f} a CPU second")

    timed("speed one thread", lambda m: [m.estimate([t], [c]) for t, c in pairs])
    timed("speed two threads", lambda m: estimated(m, pairs))


def main() -> None:
    """Run it."""
    sections = ("dev", "held-out", "mlqe", "mqm", "references", "human", "speed")
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--only", nargs="+", choices=sections, default=sections)
    ap.add_argument("--work", type=Path, help="where the models are that have not seen some of tune")
    ap.add_argument("--errors", action="store_true")
    ap.add_argument("--plot", type=Path)
    args = ap.parse_args()
    if not SHARED.is_dir():
        print("benchmarks/quality.py: ../shared is not here, so there is nothing to measure on: skipped")
        return
    model, sourced = load(), load_beside()
    if model is None or sourced is None:
        sys.exit("benchmarks/quality.py: a model to measure is missing; `cleaner doctor` tells more")

    def both(measure: Callable[..., None]) -> None:
        measure(model, sources=False)
        measure(sourced, sources=True)

    print("| figure | measured | aim | met | |\n| --- | --- | --- | --- | --- |")
    work: dict[str, Callable[[], None]] = {
        "dev": dev, "mlqe": lambda: both(mlqe), "mqm": lambda: both(mqm), "references": references, "human": human,
        "speed": speed, "held-out": lambda: held_out(args.work, args.plot, args.errors),
    }
    for section in args.only:
        if section == "held-out" and not (args.work and any(args.work.glob("honest*/model.json"))):
            print("| held-out | | | | skipped: name the folder of the models that have not seen these documents with --work |")
        else:
            work[section]()


if __name__ == "__main__":
    main()
