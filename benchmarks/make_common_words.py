"""Make `cleaner/data/common_words.txt`: words that English writes in lower case, so that a capital at the start of a sentence is no name.

    python benchmarks/make_common_words.py /usr/share/dict/american-english

Counts the post-edits of MLQE-PE's train split (CC0), Wikinews (CC BY), and WMT's English references and originals. A word counts as
common when it is seen in lower case three times or more, and at least half as often as capitalised inside a sentence. `rare_words.txt`
adds the small-letter words of a dictionary (Debian's `wamerican`, made from SCOWL) that no rule of `wording.is_common` derives and the
corpus does not write with a capital. Reads ../shared.
"""

from __future__ import annotations

import collections
import gzip
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT.parent / "shared/data"
_TOKEN = re.compile(r"[^\W\d_]+|[.!?:\"“”\n]")


def texts() -> Iterator[str]:
    """Every text to count."""
    def rows(name: str) -> Iterator[dict]:
        with gzip.open(DATA / name, "rt", encoding="utf-8") as lines:
            yield from map(json.loads, lines)

    yield from (r["pe"] for r in rows("mlqe_pe_to_english.jsonl.gz") if r["split"] == "train")
    yield from (p for r in rows("wikinews_2020.jsonl.gz") for p in r["paragraphs"])
    yield from (ref for r in rows("wmt_to_english.jsonl.gz") for ref in (r["refs"].values() if isinstance(r["refs"], dict) else r["refs"]))
    with gzip.open(DATA / "wmt_original_english.txt.gz", "rt", encoding="utf-8") as lines:
        yield from lines


def main() -> None:
    """Count and write."""
    low: collections.Counter[str] = collections.Counter()
    capital: collections.Counter[str] = collections.Counter()
    for text in texts():
        start = True
        for token in _TOKEN.findall(text):
            if token[0].islower() and token.isascii():
                low[token] += 1
            elif not start and token[1:].islower():
                capital[token.lower()] += 1
            start = not token[0].isalpha()
    words = sorted(w for w, n in low.items() if n >= 3 and n * 2 >= capital[w])
    (ROOT / "cleaner/data/common_words.txt").write_text("\n".join(words) + "\n", encoding="utf-8")
    from cleaner.language.wording import is_common

    entries = Path(sys.argv[1]).read_text(encoding="utf-8").split()
    listed = {w for w in entries if w.isascii() and w.isalpha() and w.islower() and len(w) > 3}
    rare = sorted(w for w in listed if not is_common(w) and not capital[w])
    (ROOT / "cleaner/data/rare_words.txt").write_text("\n".join(rare) + "\n", encoding="utf-8")
    titles = sorted(w for w in listed if not is_common(w) and capital[w])
    (ROOT / "cleaner/data/title_words.txt").write_text("\n".join(titles) + "\n", encoding="utf-8")
    print(f"{len(words)} common words, {len(rare)} rare ones, {len(titles)} mostly with a capital")


if __name__ == "__main__":
    main()
