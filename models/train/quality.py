"""Train the quality model: one command from ../shared to models/quality/.

    python models/train/quality.py WORK   # WORK keeps checkpoints: a stopped run goes on where it was

Stages: (1) one encoder on post-edits, expert spans, systems' outputs and planted errors together, in three turns, of which the third
learns to edit too; (2) a short pass over the annotated segments of the bench's tune split, from the ends of the second turn and of the
third, whose weights are then averaged (Wortsman et al. 2022): the second knows the domain better, the third post-edits.

A third of the tune documents, and every system's output for them, is held out of both to measure; two more models leave out another
third each in stage 2 alone, so that the risk can be fitted on all. The model that ships has seen all.
"""

from __future__ import annotations

import argparse
import json
import os
import pickle
import random
import re
from dataclasses import replace
from pathlib import Path

import quality_data as data
import torch
from edit_data import table
from edit_tags import Forms
from quality_model import Quality, Tags, base, predict, prepare, train

SEED = 11
SHARE = 0.3  # of the third turn in the average
#: The models of stage 2 and which third of tune each leaves out; stage 1 did without the first third only.
FOLDS: dict[str, int | None] = {"honest": 0, "honest-1": 1, "honest-2": 2, "final": None}


def held_out(documents: list[str], fold: int = 0) -> set[str]:
    """A third of the tune documents, by name."""
    return set(sorted(set(documents))[fold::3])


def wmt_name(file: str) -> str:
    """The name a tune file's document has in the WMT data: yahoo_ja_978303.Online-B.txt → yahoo-ja.978303."""
    return re.sub(r"^(.*)_(\d+)\..*$", lambda m: f"{m[1].replace('_', '-')}.{m[2]}", file)


def mixture(turn: int, exclude: frozenset[str], forms: Forms) -> list[data.Example]:
    """The examples of a turn of stage 1: first everything; then the domain again, with more English that must not be flagged; then all
    of it with tags for the edit heads.
    """
    rng = random.Random(SEED + turn)
    spans = data.expert_spans(random.Random(SEED))
    if turn == 2:
        pairs = {"ja-en": 12000, "zh-en": 6000, "de-en": 2000, "cs-en": 2000, "uk-en": 2000, "ru-en": 2000}
        outputs = data.systems(rng, forms, pairs, exclude)
        return [*data.post_edits(forms) * 2, *spans, *outputs, *data.human(rng, forms, share=0.2, worsened=0.45),
                *data.mended(rng, forms, exclude)]
    if turn == 0:
        outputs = data.systems(rng, forms, {"ja-en": 12000, "zh-en": 4000, "uk-en": 2000, "ru-en": 2000}, exclude)
        made = [*data.post_edits(forms) * 2, *spans[:12000], *outputs, *data.human(rng, forms)[:7000]]
    else:
        outputs = data.systems(rng, forms, {"ja-en": 12000, "zh-en": 2000, "uk-en": 1000, "ru-en": 1000}, exclude)
        made = [*spans[12000:18000], *outputs, *data.human(rng, forms, share=0.2)]
    return [replace(e, tags=[]) for e in made]


def texts() -> list[str]:
    """Good English, for the table of forms."""
    return [r["pe"] for r in data.lines("mlqe_pe_to_english.jsonl.gz") if r["split"] == "train"] + [t for _, t in data.passages()]


def save_edits(path: Path, tags: Tags, forms: Forms) -> None:
    """What the edit heads' classes mean."""
    path.write_text(json.dumps({"here": tags.here, "gap": tags.gap, "verbs": forms.verbs, "nouns": forms.nouns}), encoding="utf-8")


def load_edits(path: Path) -> tuple[Tags, Forms]:
    """The inverse of `save_edits`."""
    saved = json.loads(path.read_text(encoding="utf-8"))
    return Tags(saved["here"], saved["gap"]), Forms(saved["verbs"], saved["nouns"])


def main() -> None:
    """Run it."""
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("work", type=Path)
    ap.add_argument("--threads", type=int, default=os.cpu_count())
    args = ap.parse_args()
    args.work.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(args.threads)
    torch.manual_seed(SEED)
    encoder, tokenizer = base()
    out = held_out([r["file"] for r in data.gold("tune")])
    exclude = frozenset(wmt_name(n) for n in out)
    saved = args.work / "edits.json"
    if not saved.exists():
        forms = table(texts())
        save_edits(saved, Tags.of([*mixture(2, exclude, forms), *(e for e in data.annotated(forms) if e.group not in out)]), forms)
    tags, forms = load_edits(saved)
    tune = data.annotated(forms)
    model = Quality(encoder, tags)
    for turn, rate in enumerate((2e-4, 1e-4, 2e-4)):
        start = args.work / f"stage1-{turn}.pt"
        if start.exists():
            model.load_state_dict(torch.load(start), strict=turn == 2)  # the first turns do not know the edit heads
            continue
        rows = prepare(tokenizer, mixture(turn, exclude, forms), tags)
        if turn == 2:
            model.begin_edits(rows)
        print(len(rows), "examples,", sum(len(r[0]) for r in rows), "tokens", flush=True)
        train(model, rows, passes=1, rate=rate, seed=SEED + turn, name=f"stage 1, turn {turn}", keep=args.work / f"partial-{turn}.pt")
        torch.save(model.state_dict(), start)
    for name, fold in FOLDS.items():
        kept = held_out([e.group for e in tune], fold) if fold is not None else set()
        rows = prepare(tokenizer, [e for e in tune if e.group not in kept], tags)
        ends = []
        for turn in (1, 2):
            torch.manual_seed(SEED)
            model.load_state_dict(torch.load(args.work / f"stage1-{turn}.pt"), strict=turn == 2)
            train(model, rows, passes=2, rate=5e-5, seed=SEED, tokens=1500, name=f"{name}, from turn {turn}")
            ends.append({k: v.clone() for k, v in model.state_dict().items()})
        model.load_state_dict({k: (1 - SHARE) * ends[0][k] + SHARE * v if v.is_floating_point() else v for k, v in ends[1].items()})
        torch.save(model.state_dict(), args.work / f"{name}.pt")
        if fold == 0:
            unseen = [e for e in tune if e.group in kept] + data.silent()
            (args.work / "held_out.pickle").write_bytes(pickle.dumps((unseen, predict(model, tokenizer, unseen))))


if __name__ == "__main__":
    main()
