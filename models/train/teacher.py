"""Labels for what no annotator saw: how likely each engine's version of an annotated document's sentence has an error, a major one.

A reader with references and the other engines' outputs beside the sentence is compared with the annotators of tune, and what it makes of
the rest teaches models that have no references (distillation with privileged information, Lopez-Paz et al. 2016).

    python models/train/teacher.py   # how well it, and what it looks at, order the errors
"""

from __future__ import annotations

import collections
import math
import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import quality_data as data
from fitting import auc, fit, held_out
from sacrebleu.metrics import CHRF

Key = tuple[str, str]  # a document and an engine's text in it
_FIRST = re.compile(r"(?i)\b(?:i|my|me|we|our|us)\b")
_RARE = 0.15  # the share of other texts that use a word, under which it stands alone
_chrf = CHRF(word_order=2)
#: What the teacher sees, in columns behind the constant: `beside`, and that averaged over the document.
PARTS: Mapping[str, Sequence[int]] = {"chrF to the reference": [1], "the sentence": range(1, 9), "the teacher": range(1, 17)}


def beside(row: dict) -> dict[str, list[float]]:
    """What references and other engines' texts say of each engine's: nearness, shared words, words and a first person of its own."""
    bags, refs = {name: data.bag(text) for name, text in row["hyps"].items()}, [data.bag(r) for r in row["refs"]]
    return {name: _beside(row, name, bags, refs) for name in row["hyps"]}


def _beside(row: dict, name: str, bags: Mapping[str, frozenset[str]], refs: Sequence[frozenset[str]]) -> list[float]:
    text = row["hyps"][name]
    used = [x for *_, x in data.support(text, [b for n, b in bags.items() if n != name], refs)]
    said = [w for b in refs for w in b if w not in data.COMMON]
    near = sorted((_chrf.sentence_score(text, [t]).score for n, t in row["hyps"].items() if n != name), reverse=True)[:3]
    alone = sum(u < _RARE for u in used)
    return [
        max(_chrf.sentence_score(text, [r]).score for r in row["refs"]), sum(near) / max(1, len(near)),
        sum(used) / len(used) if used else 1.0, alone / max(1, len(used)), math.log1p(alone),
        sum(w in bags[name] for w in said) / max(1, len(said)), math.log1p(len(text.split())),
        bool(_FIRST.search(text)) - sum(bool(_FIRST.search(r)) for r in row["refs"]) / len(refs),
    ]


def taught(unseen: set[str]) -> dict[Key, dict[str, float]]:
    """Chances of `major` and `any` for every engine's text of the annotated documents, fitted without those of `unseen` files. Prints how
    well it knows what annotators said of documents left out in turn.
    """
    rows: list[tuple[dict, str]] = []
    signals: list[list[float]] = []
    gold = data.gold("tune")
    documents = data.wmt_names(g["file"] for g in gold)
    for r in data.lines("wmt_to_english.jsonl.gz"):
        if r["doc"] in documents:
            own = [name for name, text in r["hyps"].items() if text.strip()]
            rows += [(r, name) for name in own]
            signals += map(beside(r).__getitem__, own)
    x = np.array(signals)
    texts: dict[Key, list[int]] = collections.defaultdict(list)
    for i, (r, name) in enumerate(rows):
        texts[r["doc"], name].append(i)
    whole = np.zeros_like(x)
    for places in texts.values():
        whole[places] = x[places].mean(0)
    x = np.concatenate([x, whole], 1)
    x = np.concatenate([np.ones((len(x), 1)), (x - x.mean(0)) / (x.std(0) + 1e-9)], 1)
    at = {(r["doc"], r["hyps"][name]): i for i, (r, name) in enumerate(rows)}
    known = np.array([at[data.wmt_name(g["file"]), g["mt"]] for g in gold])
    files = np.array([g["file"] for g in gold])
    chances: list[Sequence[float]] = []
    for name, label in (("major", [g["status"] == "major" for g in gold]), ("any", [g["status"] != "ok" for g in gold])):
        y = np.array(label, float)
        for what, columns in PARTS.items():
            odds = held_out(x[known][:, [0, *columns]], y, files)
            print(f"{name} by {what}: area under the curve {auc(odds, y):.3f} on documents left out", flush=True)
        taken = ~np.isin(files, sorted(unseen))
        chances.append((1 / (1 + np.exp(-x @ fit(x[known][taken], y[taken])))).tolist())
    return {(r["doc"], r["hyps"][name]): {"major": a, "any": b} for (r, name), a, b in zip(rows, *chances, strict=True)}


def labelled(rng: random.Random, pairs: dict[str, int], unseen: set[str]) -> list[data.Example]:
    """Engines' texts as `quality_data.systems` gives them, without those of `unseen` files, with the chances of those that are of annotated
    documents added to their labels.
    """
    labels = taught(unseen)
    return [replace(e, labels=e.labels | labels.get((e.group, e.text), {})) for e in data.systems(rng, pairs, data.wmt_names(unseen))]


if __name__ == "__main__":
    taught(set())
