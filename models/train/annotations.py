"""How far the annotators of annotations.jsonl.gz agree with the bench's, on texts that both judged.

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


def marked(text: str, errors: list[dict]) -> list[bool]:
    """Which words of a text stand in a visible error."""
    return [any(e["visible"] and e["start"] < m.end() and m.start() < e["end"] for e in errors) for m in re.finditer(r"\w+", text)]


def main() -> None:
    """Print it."""
    if not data.SHARED.is_dir():
        sys.exit("models/train/annotations.py: ../shared is not here, so there is nothing to compare with")
    rows = data.annotations()
    pairs = both(rows)
    score = np.array([sum(WEIGHT[e["severity"]] for e in new["errors"]) for _, new in pairs])
    for name, wrong in (("major", [old["status"] == "major" for old, _ in pairs]), ("any", [old["status"] != "ok" for old, _ in pairs])):
        print(f"{name} errors of the bench ordered by the new ones: area under the curve {auc(score, np.array(wrong, float)):.3f}")
    words = np.array([w for old, new in pairs for w in zip(*(marked(old["mt"], r["errors"]) for r in (old, new)), strict=True)], float)
    print(f"words in visible errors: correlation {np.corrcoef(words.T)[0, 1]:.3f}")
    counts = collections.Counter((old["status"], new["status"]) for old, new in pairs)
    print(f"{len(pairs)} texts, status (bench, new):", ", ".join(f"{a} {b} {n}" for (a, b), n in counts.most_common()))
    kinds = collections.Counter((r["pair"], r["status"]) for r in rows)
    print("all rows:", ", ".join(f"{a} {b} {n}" for (a, b), n in sorted(kinds.items())))


if __name__ == "__main__":
    main()
