"""Documents with the texts that are right for each of their segments: the bench's tune split, and what WMT's systems made of documents."""

from __future__ import annotations

import bisect
import collections
import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from quality_data import SHARED, gold, lines, wmt_name

from cleaner import formats
from cleaner.core import Document

BENCH = SHARED / "bench"
PART = 15  # segments
#: A document, the texts it is made of in order, and for each the texts that are right.
Read = tuple[str, Document, list[str], list[list[str]]]


def tune() -> dict[str, list[dict]]:
    """The annotated segments of each tune document, in order."""
    found: dict[str, list[dict]] = collections.defaultdict(list)
    for g in sorted(gold("tune"), key=lambda g: g["seg"]):
        found[g["file"]].append(g)
    return found


def annotated() -> Iterator[Read]:
    """The documents of tune."""
    for name, own in tune().items():
        text = (BENCH / "tune" / name).read_text(encoding="utf-8")
        yield name, formats.parse(name, text), [g["mt"] for g in own], [right(g) for g in own]


def right(g: dict) -> list[str]:
    return [g["fix_en"], g["fix"], *g.get("variants", ())]


def translated() -> dict[tuple[str, str], list[dict]]:
    """The segments of each document that WMT's systems translated, in order, by language and name.

    Where no documents are named, PART segments in a row stand for one.
    """
    found: dict[tuple[str, str], list[dict]] = collections.defaultdict(list)
    count: collections.Counter[str] = collections.Counter()
    for r in lines("wmt_to_english.jsonl.gz"):
        language = r["pair"].removesuffix("-en")
        count[language] += 1
        found[language, r["doc"] or f"part-{count[language] // PART}"].append(r)
    return found


def others() -> Iterator[tuple[str, list[dict], str]]:
    """The documents of tune as WMT's systems translated them, the annotator's texts among `refs`, with the system that tune has."""
    own = tune()
    names = {wmt_name(name): name for name in own}
    for (language, doc), rows in translated().items():
        if (name := names.get(doc)) and language == "ja":
            answers = {g["seg"]: right(g)[:2] for g in own[name]}
            yield name, [r | {"refs": [*r["refs"], *answers.get(r["seg"], ())]} for r in rows], name.rsplit(".", 2)[1]


def systems(rows: Sequence[dict]) -> list[str]:
    """The systems that translated some of a document."""
    return sorted({s for r in rows for s in r["hyps"]})


def version(name: str, rows: list[dict], system: str) -> Read:
    """What a system made of a document."""
    made = ((" ".join(r["hyps"].get(system, "").split()), r["refs"]) for r in rows)
    own = [(text, refs) for text, refs in made if text]
    return name, parsed([t for t, _ in own]), [t for t, _ in own], [refs for _, refs in own]


def holding(starts: Sequence[int], at: int) -> int:
    """The number of the text that a place is in, from where the texts begin."""
    return max(0, bisect.bisect_right(starts, at) - 1)


def kept(path: Path, made: Callable[[], Iterator[dict]]) -> list[dict]:
    """Rows from a file, or made and written there."""
    if not path.exists():
        partial = path.with_suffix(".partial")
        with partial.open("w", encoding="utf-8") as file:
            for row in made():
                file.write(json.dumps(row) + "\n")
                file.flush()
        partial.rename(path)
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def kept_for_reading(name: str) -> bool:
    """Whether a document, named with its language, is one of the tenth that no rule is fitted on: people judge the tool by these."""
    return not name.startswith("ja/") and sum(name.encode()) % 10 == 0


def parsed(texts: Sequence[str]) -> Document:
    """A document of these texts, a paragraph each."""
    return formats.parse("version.txt", "\n\n".join(texts) + "\n")


def begins(read: Read) -> list[int]:
    """Where each of the texts of a document begins."""
    _, document, texts, _ = read
    found, at = [], 0
    for text in texts:
        found.append(document.text.index(text, at))
        at = found[-1] + len(text)
    return found
