"""What the rules that read the source flag, in what engines made of it and in what people did: references are false alarms.

    python benchmarks/sources.py [--show N]

WMT21/22 into English: every reference, and up to four systems a segment. Segments of a document are read together, those without one by
twenties. MLQE-PE's train split: what an engine made, and what its post-editors left, sentence by sentence.

For invented persons every "I" or "we" that a text of Japanese news has outside quotation marks is looked up, with what annotators said of
those in the bench's tune split. `--show N` prints N flagged references a rule. Reads ../shared, which only a checkout
has; where it is not there, nothing is measured.
"""

from __future__ import annotations

import argparse
import collections
from collections.abc import Iterator, Sequence

import gates
import numpy as np
import rules

from cleaner import formats, registry
from cleaner.analysis import Analysis
from cleaner.core import Document
from cleaner.language import japanese
from cleaner.language.narrator import signs
from cleaner.sources import paired

SYSTEMS = 4
WMT = ("ja-en", "zh-en", "ru-en", "cs-en", "de-en", "uk-en", "is-en", "ha-en")
MLQE = ("MLQE et-en", "MLQE ro-en", "MLQE ru-en")  # Nepali's and Sinhala's script is not read


def texts(pair: str) -> Iterator[tuple[str, list[str], list[str]]]:
    """(``reference`` or ``system``, sources, texts) for each document of a language pair in every version."""
    documents: dict[object, list[dict]] = collections.defaultdict(list)
    for i, r in enumerate(r for r in rules.data.lines("wmt_to_english.jsonl.gz") if r["pair"] == pair):
        documents[r["doc"] or i // rules.data.PAGE].append(r)
    for rows in documents.values():
        sources = [" ".join(r["src"].split()) for r in rows]
        for i in range(max(len(r["refs"]) for r in rows)):
            yield "reference", sources, [r["refs"][i] if i < len(r["refs"]) else "" for r in rows]
        names = sorted(set.intersection(*(set(r["hyps"]) for r in rows)))
        for name in names[::max(1, len(names) // SYSTEMS)][:SYSTEMS]:
            yield "system", sources, [r["hyps"][name] for r in rows]


def edited(pair: str) -> Iterator[tuple[str, list[str], list[str]]]:
    """(``reference`` for a post-edit or ``system``, source, text) for each sentence of a pair of MLQE-PE."""
    for r in rules.data.lines("mlqe_pe_to_english.jsonl.gz"):
        if r["split"] == "train" and r["pair"] == pair.removeprefix("MLQE "):
            source = [" ".join(r["src"].split())]
            yield "system", source, [r["mt_raw"]]
            yield "reference", source, [gates.joined(r["pe"])]


def beside(sources: Sequence[str], made: Sequence[str]) -> Document | None:
    """The document of texts beside their sources."""
    kept = [(s, " ".join(t.split())) for s, t in zip(sources, made, strict=True) if s and t.strip()]
    if not kept:
        return None
    document = formats.parse("text.txt", "\n\n".join(t for _, t in kept) + "\n")
    return paired(document, "\n\n".join(s for s, _ in kept), "source")


def main() -> None:
    """Run it."""
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--show", type=int, default=0, metavar="N")
    args = ap.parse_args()
    if not rules.SHARED.is_dir():
        print("benchmarks/sources.py: ../shared is not here, so there is nothing to measure on: skipped")
        return
    own = [r for r in registry.detectors().values() if r.reads_source]
    print("| from | text | segments | " + " | ".join(r.name for r in own) + " |\n" + "| --- " * (3 + len(own)) + "|")
    shown: dict[str, list[str]] = collections.defaultdict(list)
    references: list[tuple[str, str]] = []
    for pair in (*WMT, *MLQE):
        count: collections.Counter[tuple[str, str]] = collections.Counter()
        for kind, sources, made in texts(pair) if pair in WMT else edited(pair):
            document = beside(sources, made)
            if document is None:
                continue
            count[kind, ""] += sum(bool(t.strip()) for t in made)
            if pair == "ja-en" and kind == "reference":
                references += [(s, t) for s, t in zip(sources, made, strict=True) if t.strip()]
            for rule in own:
                for finding in rule(Analysis(document)):
                    count[kind, rule.name] += 1
                    segment = next(document.segments_in(finding.span))
                    text = segment.block.span.of(document.text)
                    shown[f"{kind} {rule.name}"].append(f"{pair} {finding.message} | {text} | {segment.source}")
        for kind in ("reference", "system"):
            counts = " | ".join(str(count[kind, r.name]) for r in own)
            print(f"| {pair.removesuffix('-en')} | {kind} | {count[kind, '']} | {counts} |", flush=True)
    lengths(references)
    persons()
    for name, lines in sorted(shown.items()):
        for line in lines[:args.show]:
            print(f"\n{name}: {line}")


def lengths(references: Sequence[tuple[str, str]]) -> None:
    """How many words the English of Japanese has: a least-squares fit by script, and how far below it references go."""
    words = np.array([len(t.split()) for _, t in references], float)
    worth = np.linalg.lstsq(np.array([japanese.scripts(s) for s, _ in references], float), words, rcond=None)[0]
    print(f"\nwords for a kanji, hiragana, katakana, Latin letter or digit: {', '.join(f'{x:.2f}' for x in worth)}")
    expected = np.array([japanese.expected_words(s) for s, _ in references])
    ratios = sorted(np.log((words + 1) / (expected + 1))[expected >= 12])
    print(f"words of references over those expected, logarithm: lowest {', '.join(f'{x:.2f}' for x in ratios[:8])} of {len(ratios)}")


def persons() -> None:
    """How many unquoted "I" and "we" of the tune split stand in sentences with an error, by whether the Japanese says one."""
    count: collections.Counter[tuple[str, bool, str]] = collections.Counter()
    for document in rules.documents("tune", source=True):
        gold = [g for g in rules.data.gold("tune") if g["file"] == document.name]
        for segment, here in zip(document.segments, signs(Analysis(document)), strict=True):
            for who in {v.who for v in here.voices if v.who != "you"}:
                own = next((g for g in gold if g["start"] <= segment.span.start < g["end"]), None)
                if own:
                    count[who, japanese.says_i(segment.source or ""), own["status"]] += 1
    for (who, said, status), n in sorted(count.items()):
        print(f"tune: “{who}”, {'said' if said else 'not said'} by the source, segment {status}: {n}")


if __name__ == "__main__":
    main()
