"""Train the quality model: one command from ../shared to models/quality/.

    python models/train/quality.py WORK   # WORK keeps checkpoints: a stopped run goes on where it was

Stages: (1) one encoder on post-edits, expert spans, systems' outputs and planted errors together, in two turns; in the second, engines'
texts of the annotated documents have labels by a teacher that has seen references (`teacher.py`); (2) a short pass over the annotated
segments of the bench's tune split.

A third of the tune documents, and every system's output for them, is held out of both to measure; two more models leave out another
third each in stage 2 alone, so that the risk can be fitted on all. The model that ships has seen all.
"""

from __future__ import annotations

import argparse
import os
import pickle
import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import quality_data as data
import torch
from quality_model import LIMITS, Quality, base, predict, prepare, train
from teacher import taught
from tokenizers import Tokenizer

SEED = 11
#: The models of stage 2 and which third of tune each leaves out; stage 1 did without the first third only.
FOLDS: dict[str, int | None] = {"honest": 0, "honest-1": 1, "honest-2": 2, "final": None}


def held_out(documents: list[str], fold: int = 0) -> set[str]:
    """A third of the tune documents, by name."""
    return set(sorted(set(documents))[fold::3])


def mixture(turn: int, exclude: frozenset[str]) -> list[data.Example]:
    """The examples of a turn of stage 1."""
    rng = random.Random(SEED + turn)
    spans = data.expert_spans(random.Random(SEED))
    pairs = {"ja-en": 12000, "zh-en": 3000, "de-en": 1000, "cs-en": 1000, "uk-en": 1000, "ru-en": 1000}
    outputs = data.systems(rng, pairs, exclude)
    return [*data.post_edits() * 2, *(spans[14000:] if turn else spans[:14000]), *outputs, *data.human(rng, 0.2 if turn else 0.5)[:6000]]


def asked(description: str | None) -> Path:
    """The folder that somebody wants a recipe to work in, made; threads and seed are set."""
    ap = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("work", type=Path)
    ap.add_argument("--threads", type=int, default=os.cpu_count())
    args = ap.parse_args()
    args.work.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(args.threads)
    torch.manual_seed(SEED)
    work: Path = args.work
    return work


def first_stage(
    work: Path, model: Quality, tokenizer: Tokenizer, examples: Callable[[int], Sequence[data.Example]],
    limits: tuple[int, int] = LIMITS, rates: Sequence[float] = (2e-4, 1.5e-4),
) -> Path:
    """The turns of stage 1 on the `examples` of each, or what WORK keeps of them: the last checkpoint, as which the model is left."""
    start = work
    for turn, rate in enumerate(rates):
        start = work / f"stage1-{turn}.pt"
        if start.exists():
            model.load_state_dict(torch.load(start))
            continue
        rows = prepare(tokenizer, examples(turn), limits=limits)
        print(len(rows), "examples,", sum(len(r[0]) for r in rows), "tokens", flush=True)
        train(model, rows, passes=1, rate=rate, seed=SEED + turn, name=f"stage 1, turn {turn}", keep=work / f"partial-{turn}.pt")
        torch.save(model.state_dict(), start)
    return start


def main() -> None:
    """Run it."""
    work = asked(__doc__)
    encoder, tokenizer = base()
    out = held_out([r["file"] for r in data.gold("tune")])
    exclude = frozenset(data.wmt_name(n) for n in out)
    model = Quality(encoder)

    def examples(turn: int) -> list[data.Example]:
        made = mixture(turn, exclude)
        labels = taught(out, (model, tokenizer)) if turn else {}
        return [replace(e, labels=e.labels | labels.get((e.group, e.text), {})) for e in made]

    start = first_stage(work, model, tokenizer, examples)
    tune = data.annotated()
    for name, fold in FOLDS.items():
        kept = held_out([e.group for e in tune], fold) if fold is not None else set()
        torch.manual_seed(SEED)
        model.load_state_dict(torch.load(start))
        train(model, prepare(tokenizer, [e for e in tune if e.group not in kept]), passes=2, rate=5e-5, seed=SEED, tokens=1500, name=name)
        torch.save(model.state_dict(), work / f"{name}.pt")
        if fold == 0:
            unseen = [e for e in tune if e.group in kept] + data.silent()
            (work / "held_out.pickle").write_bytes(pickle.dumps((unseen, predict(model, tokenizer, unseen))))


if __name__ == "__main__":
    main()
