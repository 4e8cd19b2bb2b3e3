"""Find wordings that machine translation overuses, and measure the phrase rules that answer them.

    .venv/bin/python benchmarks/mine_calques.py mine [--pair ja-en] [--top 300]
    .venv/bin/python benchmarks/mine_calques.py measure [--only calque …] [--show 5] [--human 7000]

`mine` lists word sequences by how much more often several systems' outputs have them than the references of the same segments
(signed root of the log-likelihood ratio, Dunning 1993) and than English that people wrote. `measure` prints for every rule, on the
annotated tune split, how many hits lie on a span that the annotator marked and how many first replacements put the editor's words there;
and how often it fires in other systems' output, in references and in human English, per 1,000 segments. Reads ../shared.
"""

from __future__ import annotations

import argparse
import collections
import difflib
import gzip
import json
import math
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sacrebleu.metrics import CHRF

from cleaner import formats, registry
from cleaner.analysis import Analysis
from cleaner.core import Document, Finding, Span

SHARED = Path(__file__).resolve().parents[2] / "shared"
_chrf = CHRF(word_order=2)
COLUMNS = ("all", "hit", "ok", "safe", "edits", "good", "exact", "closer", "farther")
TOKEN = re.compile(r"\w+(?:['’]\w+)?|[^\w\s]")


def rows(name: str) -> Iterator[dict[str, Any]]:
    """Objects of a gzipped JSON Lines file."""
    with gzip.open(SHARED / "data" / name, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def human_lines() -> list[str]:
    """Segments that people wrote in English."""
    with gzip.open(SHARED / "data/wmt_original_english.txt.gz", "rt", encoding="utf-8") as lines:
        return [line.strip() for line in lines if line.strip()]


def grams(text: str) -> set[str]:
    """All sequences of one to five tokens; `^` stands for the beginning."""
    words = ["^", *(t.lower() for t in TOKEN.findall(text))]
    return {" ".join(words[i:i + n]) for n in range(1, 6) for i in range(len(words) - n + 1)}


def signed_root(a: float, b: float, na: float, nb: float) -> float:
    """Signed root of Dunning's log-likelihood ratio for `a` of `na` against `b` of `nb` (segments)."""
    share = (a + b) / (na + nb)
    g = 2 * sum(x * math.log(x / (n * share)) for x, n in ((a, na), (b, nb)) if x)
    return math.copysign(math.sqrt(max(0.0, g)), a / na - b / nb)


def mine(pair: str, top: int) -> None:
    """Print the sequences that outputs overuse."""
    out: collections.Counter[str] = collections.Counter()
    ref: collections.Counter[str] = collections.Counter()
    where: dict[str, set[int]] = collections.defaultdict(set)
    n = 0
    for n, row in enumerate((r for r in rows("wmt_to_english.jsonl.gz") if r["pair"] == pair), 1):
        for text in row["refs"]:
            for g in grams(text):
                ref[g] += 1 / len(row["refs"])
        for text in row["hyps"].values():
            for g in grams(text):
                out[g] += 1 / len(row["hyps"])
                where[g].add(n)
    people = collections.Counter(g for line in human_lines() for g in grams(line))
    total = len(human_lines())
    ranked = sorted(((signed_root(v, ref[g], n, n), g) for g, v in out.items() if len(where[g]) >= 4 and v >= 1), reverse=True)
    print(f"{'score':>6} {'sequence':46} {'outputs':>8} {'refs':>6} {'human':>6} per 1,000 segments, {n} segments of {pair}")
    shown = 0
    for score, g in ranked:
        if 1000 * people[g] / total < 500 * out[g] / n:
            print(f"{score:6.1f} {g:46} {1000 * out[g] / n:8.1f} {1000 * ref[g] / n:6.1f} {1000 * people[g] / total:6.1f}")
            shown += 1
            if shown == top:
                return


def edits(a: str, b: str) -> list[tuple[int, int, str]]:
    """Token edits (start, end, replacement) from a to b, as the bench's score.py makes them."""
    ta, tb = list(TOKEN.finditer(a)), list(TOKEN.finditer(b))
    matcher = difflib.SequenceMatcher(None, [t.group() for t in ta], [t.group() for t in tb], autojunk=False)
    found = []
    for tag, i, j, k, m in matcher.get_opcodes():
        if tag != "equal":
            start = ta[i].start() if i < len(ta) else len(a)
            found.append((start, ta[j - 1].end() if j > i else start, b[tb[k].start():tb[m - 1].end()] if m > k else ""))
    return found


def touch(a: tuple[int, int, str] | tuple[int, int], b: tuple[int, int, str] | tuple[int, int]) -> bool:
    """As in score.py, with its slack of two characters."""
    return a[0] < b[1] + 2 and a[1] > b[0] - 2


def judged(document: Document, f: Finding, g: dict[str, Any]) -> tuple[bool, int, int, int, float]:
    """Whether the finding lies on a marked span; edits of its first replacement, supported ones, exact ones; its gain in chrF++."""
    spans = [(e["start"], e["end"]) for e in g["errors"]]
    own = (f.span.start - g["start"], f.span.end - g["start"])
    hit = any(a < own[1] and own[0] < b for a, b in spans)
    if not f.replacements:
        return hit, 0, 0, 0, 0.0
    r = f.replacements[0]
    text = document.text[g["start"]:r.span.start] + r.text + document.text[r.span.end:g["end"]]
    ours = edits(g["mt"], text)
    fixes = list(dict.fromkeys([g["fix_en"], g["fix"], *g["variants"]]))
    theirs = [e for fix in fixes for e in edits(g["mt"], fix)]
    good = sum(any(touch(e, s) for s in spans) for e in ours)
    exact = sum(any(e[2].lower() == o[2].lower() and touch(e, o) for o in theirs) for e in ours)
    return hit, len(ours), good, exact, closeness(text, fixes) - closeness(g["mt"], fixes)


def closeness(text: str, fixes: list[str]) -> float:
    """chrF++ to the nearest accepted text, 0 to 100."""
    return max(100.0 if text == f else _chrf.sentence_score(text, [f]).score for f in fixes if f)


def findings(texts: list[str], rules: list[registry.Detector]) -> Iterator[tuple[Finding, str]]:
    """Findings in loose segments, twenty a document."""
    for i in range(0, len(texts), 20):
        document = formats.parse("loose.txt", "\n\n".join(texts[i:i + 20]) + "\n")
        analysis = Analysis(document)
        for rule in rules:
            for f in rule(analysis):
                segment = next(document.segments_in(f.span), None)
                yield f, segment.target if segment else ""


def measure(only: list[str], show: int, human: int, systems: int) -> None:
    """Print what each rule finds where."""
    rules = [r for r in registry.detectors().values() if any(registry.matches(r.name, o) for o in only)]
    gold = collections.defaultdict(list)
    for line in (SHARED / "bench/tune_gold.jsonl").read_text(encoding="utf-8").splitlines():
        g = json.loads(line)
        gold[g["file"]].append(g)
    n: dict[str, collections.Counter[str]] = collections.defaultdict(collections.Counter)
    shown: dict[str, list[str]] = collections.defaultdict(list)
    changed = set()
    for path in sorted((SHARED / "bench/tune").glob("*.txt")):
        document = formats.parse(path.name, path.read_text(encoding="utf-8"))
        analysis = Analysis(document)
        for rule in rules:
            for f in rule(analysis):
                g = next((g for g in gold[path.name] if f.span.overlaps(Span(g["start"], g["end"]))), None)
                if g is None:
                    continue
                hit, ours, good, exact, gain = judged(document, f, g)
                safe = bool(f.replacements) and f.replacements[0].safety == "safe"
                if safe:
                    changed.add((path.name, g["seg"]))
                n[f.rule].update({
                    "all": 1, "hit": hit, g["status"]: 1, "edits": ours, "good": good, "exact": exact, "safe": safe,
                    "closer": gain > 0.05, "farther": gain < -0.05,
                })
                to = f" → «{f.replacements[0].text}»" if f.replacements else ""
                mark = ("+" if hit else "-") + ("S" if safe else "") + ("x" if ours and ours == exact else "")
                mark += "<" if gain < -0.05 else ""
                shown[f.rule].append(f"  tune {mark} «{f.span.of(document.text)}»{to} | {g['mt'][:150]} | {g['fix_en'][:150]}")
    loose = [r for r in rows("wmt_to_english.jsonl.gz") if r["pair"] == "ja-en"]
    sets = {
        "mt": [t for r in loose for t in list(r["hyps"].values())[:systems]], "ref": [t for r in loose for t in r["refs"]],
        "human": human_lines()[:human],
        "wiki": [p for a in rows("wikinews_2020.jsonl.gz") for p in a["paragraphs"]][:human],
    }
    for name, texts in sets.items():
        for f, text in findings(texts, rules):
            n[f.rule][name] += 1
            n["(all safe)" if f.replacements and f.replacements[0].safety == "safe" else "(all other)"][name] += 1
            if name != "mt":
                to = f" → «{f.replacements[0].text}»" if f.replacements else ""
                shown[f.rule].append(f"  {name}{to} | {text[:200]}")
    print(f"{'rule':44} " + " ".join(f"{k[:5]:>5}" for k in COLUMNS) + "".join(f"{s + '/1000':>11}" for s in sets))
    for rule, c in sorted(n.items()):
        columns = " ".join(f"{c[k]:5}" for k in COLUMNS)
        print(f"{rule:44} {columns}" + "".join(f"{1000 * c[s] / max(1, len(t)):11.2f}" for s, t in sets.items()))
    print(f"tune segments with a safe replacement: {len(changed)}")
    print("rules without a hit anywhere:", *sorted(r.name for r in rules if not n.get(r.name)))
    for rule in sorted(shown):
        print(rule, *shown[rule][:show], sep="\n") if show else None


def main() -> None:
    """Run it."""
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("what", choices=["mine", "measure"])
    ap.add_argument("--pair", default="ja-en")
    ap.add_argument("--top", type=int, default=300)
    ap.add_argument("--only", nargs="*", default=["calque", "grammar", "equals-gloss", "hearsay-opening", "empty-contrast"])
    ap.add_argument("--show", type=int, default=0)
    ap.add_argument("--human", type=int, default=3000)
    ap.add_argument("--systems", type=int, default=6, help="how many systems' outputs of each segment to read")
    args = ap.parse_args()
    if not SHARED.is_dir():
        sys.exit("benchmarks/mine_calques.py: ../shared is not here, so there is nothing to measure on")
    if args.what == "mine":
        mine(args.pair, args.top)
    else:
        measure(args.only, args.show, args.human, args.systems)


if __name__ == "__main__":
    main()
