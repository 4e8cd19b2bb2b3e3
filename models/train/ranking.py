"""Fit how actors are ranked that the rules propose for a subject: the chance that a reviewer takes one.

    python models/train/ranking.py WORK            # read the data once into WORK/ranking.jsonl, fit, write cleaner/data/ranking.toml
    python models/train/ranking.py WORK --dry-run  # only measure

Rows are what the rules propose for invented subjects and stranded verbs in the bench's tune split, and in what two other systems each made
of its documents (WMT21, those with the most first persons that no reference has). A reviewer would take a suggestion that brings the text
nearer (chrF++) to one that the annotator wrote or, for the other systems, to a reference too. Figures are of documents left out in turn.
"""

from __future__ import annotations

import argparse
import collections
import gzip
import importlib.util
import itertools
import json
import random
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from fitting import auc, calibration_error, fit

from cleaner import formats, language_model, ranking
from cleaner.analysis import Analysis
from cleaner.config import Config
from cleaner.core import Document
from cleaner.pipeline import Pipeline

ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT.parent / "shared"
BENCH = SHARED / "bench"
CLOSER = 0.05  # chrF++ points
RULES = ("invented-i", "invented-we", "invented-you", "subjectless-report", "stranded-attribution")
_FIRST = re.compile(r"\b(?:I|[Ww]e|[Mm]y|[Oo]ur)\b")
#: A document, the texts it is made of in order, and for each the texts that are right.
Read = tuple[str, Document, list[str], list[list[str]]]


def scorer() -> Any:
    """The bench's own scorer, for what counts as near."""
    spec = importlib.util.spec_from_file_location("score", BENCH / "score.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def documents() -> Iterator[Read]:
    """The documents of tune, and other systems' versions of them."""
    gold: dict[str, dict[int, dict]] = collections.defaultdict(dict)
    for line in (BENCH / "tune_gold.jsonl").read_text(encoding="utf-8").splitlines():
        g = json.loads(line)
        gold[g["file"]][g["seg"]] = g
    for name, rows in gold.items():
        text = (BENCH / "tune" / name).read_text(encoding="utf-8")
        own = [rows[i] for i in sorted(rows)]
        yield name, formats.parse(name, text), [g["mt"] for g in own], [[g["fix_en"], g["fix"], *g.get("variants", ())] for g in own]
    names = {re.sub(r"[-.]", "_", name.rsplit(".", 2)[0]): name for name in gold}
    wmt: dict[str, list[dict]] = collections.defaultdict(list)
    with gzip.open(SHARED / "data/wmt_to_english.jsonl.gz", "rt", encoding="utf-8") as lines:
        for r in map(json.loads, lines):
            if r["pair"] == "ja-en" and (name := names.get(re.sub(r"[-.]", "_", r["doc"]))):
                right = gold[name].get(r["seg"], {})
                refs = r["refs"].values() if isinstance(r["refs"], dict) else r["refs"]
                r["refs"] = [*refs, *(right[k] for k in ("fix_en", "fix") if right)]
                wmt[name].append(r)
    for name, rows in wmt.items():
        count: collections.Counter[str] = collections.Counter()
        for r, (system, text) in ((row, hyp) for row in rows for hyp in dict(row["hyps"]).items()):
            invented = _FIRST.search(text) and not any(_FIRST.search(x) for x in r["refs"]) and '"' not in text
            count[system] += bool(invented) and system != name.rsplit(".", 2)[1]
        for system, n in count.most_common(2):
            own = [(" ".join(dict(r["hyps"])[system].split()), r["refs"]) for r in rows if system in dict(r["hyps"])]
            if n:
                yield name, formats.parse(name, "\n\n".join(t for t, _ in own) + "\n"), [t for t, _ in own], [refs for _, refs in own]


def rows() -> Iterator[dict]:
    """Suggestions with their features and whether a reviewer would take them."""
    score, language = scorer(), language_model.load()
    if language is None:
        raise SystemExit("ranking.py: the language model is not installed: `cleaner doctor --install`")
    read = list(documents())
    random.Random(0).shuffle(read)
    with Pipeline(Config(languagetool=False, select=RULES, rewriter="none")) as pipeline:
        for number, (name, document, texts, right) in enumerate(read):
            analysis = Analysis(document)
            findings = [f for f in pipeline.detect(analysis) if f.confidence >= pipeline.config.min_confidence]
            made = ranking.drafts(document, [s for s in pipeline.proposals(analysis, findings) if s.rewriter in ranking.WHO])
            liked = ranking.fluency(document, made, language, limited=False)
            at, starts = 0, []
            for text in texts:
                starts.append(document.text.index(text, at))
                at = starts[-1] + len(text)
            for i, value in liked.items():
                s = made[i].suggestion
                k = max((k for k, start in enumerate(starts) if start <= s.span.start), default=0)
                shift = starts[k]
                if shift <= s.span.start and s.span.end <= shift + len(texts[k]):
                    new = texts[k][:s.span.start - shift] + s.replacement + texts[k][s.span.end - shift:]
                    closer = score.closeness(new, right[k]) - score.closeness(texts[k], right[k])
                    yield {"file": name, "place": [number, k], "score": s.score, "closer": closer, "features": ranking.features(s, value)}


def held_out(x: np.ndarray, y: np.ndarray, names: np.ndarray) -> np.ndarray:
    """Chances for every row from weights fitted without its tenth of the documents."""
    odds = np.zeros(len(y))
    files = sorted(set(names))
    for fold in range(10):
        out = np.isin(names, files[fold::10])
        odds[out] = x[out] @ fit(x[~out], y[~out])
    return 1 / (1 + np.exp(-odds))


def show(name: str, found: list[dict], scores: np.ndarray, y: np.ndarray) -> None:
    """Print what an order is worth."""
    places: dict[tuple, list[int]] = collections.defaultdict(list)
    for i, r in enumerate(found):
        places[tuple(r["place"])].append(i)
    first = [max(own, key=lambda i: (scores[i], -i)) for own in places.values()]
    closer = np.array([r["closer"] for r in found])
    pairs = [
        (scores[a] - scores[b], closer[a] - closer[b]) for own in places.values() for a, b in itertools.combinations(own, 2)
        if abs(closer[a] - closer[b]) > CLOSER
    ]
    agree = np.mean([0.5 if s == 0 else (s > 0) == (c > 0) for s, c in pairs])
    print(
        f"{name}: AUC {auc(scores, y):.3f}, calibration error {calibration_error(np.clip(scores, 0, 1), y):.3f}; {len(places)} places, "
        f"first taken {y[first].mean():.3f}, nearer by {closer[first].mean():.2f}; {len(pairs)} pairs in order {agree:.3f}",
    )


def main() -> None:
    """Run it."""
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("work", type=Path)
    ap.add_argument("--dry-run", action="store_true")
    args = ap.parse_args()
    args.work.mkdir(parents=True, exist_ok=True)
    kept = args.work / "ranking.jsonl"
    if not kept.exists():
        partial = kept.with_suffix(".partial")
        with partial.open("w", encoding="utf-8") as file:
            for row in rows():
                file.write(json.dumps(row) + "\n")
                file.flush()
        partial.rename(kept)
    found = [json.loads(line) for line in kept.read_text(encoding="utf-8").splitlines()]
    x = np.array([r["features"] for r in found])
    y = np.array([r["closer"] > CLOSER for r in found], float)
    names = np.array([r["file"] for r in found])
    print(f"{len(found)} suggestions, {y.mean():.1%} to be taken")
    show("rules' own scores", found, np.array([r["score"] for r in found]), y)
    show("rules' scores, calibrated", found, held_out(x[:, :2], y, names), y)
    show("language model alone", found, x[:, 2], y)
    show("both", found, held_out(x, y, names), y)
    show("the best there is", found, np.array([r["closer"] for r in found]), y)
    lines = [f"{name} = {w:.4f}" for name, w in zip(ranking.FEATURES, fit(x, y), strict=True)]
    print(*lines, sep="\n")
    if not args.dry_run:
        text = "\n".join(["# Fitted by `python models/train/ranking.py`; do not edit.", "[who]", *lines]) + "\n"
        (ROOT / "cleaner/data/ranking.toml").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
