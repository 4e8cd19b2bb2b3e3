"""How far the annotators of annotations.md agree with the bench's, and with the experts of zh-en MQM, on texts that both judged.

python models/train/annotations.py prints it.
"""

from __future__ import annotations

import collections
import re
import sys

import numpy as np
import quality_data as data
from fitting import auc

WEIGHT = {"major": 5.0, "minor": 1.0}  # of errors, to order segments by them


def both(rows: list[dict]) -> list[tuple[dict, dict]]:
    """Segments that the bench's annotators judged, and those of annotations.md in `rows`."""
    known = {(data.wmt_name(r["file"]), r["file"].split(".")[1], r["seg"]): r for r in data.gold("tune")}
    return [(known[key], r) for r in rows if (key := (r["doc"], r["system"], r["seg"])) in known]


def scores(judged: list[dict]) -> np.ndarray:
    """How bad texts are by their errors."""
    return np.array([sum(WEIGHT[e["severity"]] for e in r["errors"]) for r in judged])


def inside(text: str, spans: list[tuple[int, int]]) -> list[bool]:
    """Which words of a text stand in one of the spans."""
    return [any(start < m.end() and m.start() < end for start, end in spans) for m in re.finditer(r"\w+", text)]


def marked(text: str, errors: list[dict]) -> list[bool]:
    """Which words of a text stand in a visible error."""
    return inside(text, [(e["start"], e["end"]) for e in errors if e["visible"]])


def experts(rows: list[dict]) -> None:
    """Print how far those of Chinese news and MQM's experts agree: sentences by most of the raters, words by one of them."""
    texts = {(r["seg"], system): text for r in data.lines("wmt_to_english.jsonl.gz") if (r["pair"], r["year"]) == ("zh-en", 2021)
             for system, text in r["hyps"].items()}
    known = {texts[r["seg"], r["system"]]: r for r in rows if (r["pair"], r["year"]) == ("zh-en", 2021)}
    pairs = [(rated, known[text]) for _, _, rated in data.rated(held_out=False) if (text := rated[0]["mt"]) in known]
    score = scores([new for _, new in pairs])
    for name, severities in (("major", ("major", "critical")), ("any", ("minor", "major", "critical"))):
        wrong = np.array([np.mean([any(s[2] in severities for s in r["spans"]) for r in rated]) > 0.5 for rated, _ in pairs], float)
        print(f"{name} errors of MQM ordered by the new ones: area under the curve {auc(score, wrong):.3f}")
    words = [w for rated, new in pairs for w in zip(
        inside(rated[0]["mt"], [(s[0], s[1]) for s in rated[0]["spans"]]),
        inside(rated[0]["mt"], [(e["start"], e["end"]) for e in new["errors"]]), strict=True)]
    print(f"words in errors, {len(pairs)} texts: correlation {np.corrcoef(np.array(words, float).T)[0, 1]:.3f}")


def main() -> None:
    """Print it."""
    if not data.SHARED.is_dir():
        sys.exit("models/train/annotations.py: ../shared is not here, so there is nothing to compare with")
    rows = data.annotations(data.EVERY)
    experts(rows)
    pairs = both(rows)
    score = scores([new for _, new in pairs])
    for name, wrong in (("major", [old["status"] == "major" for old, _ in pairs]), ("any", [old["status"] != "ok" for old, _ in pairs])):
        print(f"{name} errors of the bench ordered by the new ones: area under the curve {auc(score, np.array(wrong, float)):.3f}")
    words = np.array([w for old, new in pairs for w in zip(*(marked(old["mt"], r["errors"]) for r in (old, new)), strict=True)], float)
    print(f"words in visible errors: correlation {np.corrcoef(words.T)[0, 1]:.3f}")
    counts = collections.Counter((old["status"], new["status"]) for old, new in pairs)
    print(f"{len(pairs)} texts, status (bench, new):", ", ".join(f"{a} {b} {n}" for (a, b), n in counts.most_common()))
    kinds = collections.Counter((r["pair"], r["year"], r["status"]) for r in rows)
    print("all rows:", ", ".join(f"{pair} {year} {status} {n}" for (pair, year, status), n in sorted(kinds.items())))


if __name__ == "__main__":
    main()
