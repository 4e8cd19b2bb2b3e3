"""What the recipes of the two quality models share: the folders asked for, documents held out, a model to begin with, both stages."""

from __future__ import annotations

import argparse
import os
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path

import quality_data as data
import torch
from quality_model import LIMITS, WEIGHT, Quality, prepare, train
from tokenizers import Tokenizer
from transformers import BertModel

SEED = 11
#: The models of stage 2 and which third of tune each leaves out; stage 1 did without the first third only.
FOLDS: dict[str, int | None] = {"honest": 0, "honest-1": 1, "honest-2": 2, "final": None}
FIXED = 3  # layers that stay as they are, and so do the pieces: there are few documents to learn them from


def held_out(documents: list[str], fold: int = 0) -> set[str]:
    """A third of the tune documents, by name."""
    return set(sorted(set(documents))[fold::3])


def half(examples: Sequence[data.Example]) -> list[data.Example]:
    """Half of the other engines' annotated texts, always the same: all of them outweigh the bench's own."""
    return random.Random(3).sample(examples, len(examples) // 2)


def asked(description: str | None, *names: str) -> list[Path]:
    """The folders that somebody gives a recipe, by name; the first, to work in, is made; threads and seed are set."""
    ap = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in names:
        ap.add_argument(name, type=Path)
    ap.add_argument("--threads", type=int, default=os.cpu_count())
    args = ap.parse_args()
    folders: list[Path] = [getattr(args, name) for name in names]
    folders[0].mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(args.threads)
    torch.manual_seed(SEED)
    return folders


def begun(encoder: BertModel) -> Quality:
    """A model with new heads of which the pieces and the lowest layers stay as they are. What stays needs no dropout, nor does attention:
    without it PyTorch has a fast kernel on a CPU, and a step takes three fifths of the time.
    """
    fixed = (encoder.embeddings, *encoder.encoder.layer[:FIXED])
    for part in fixed:
        part.requires_grad_(requires_grad=False)
    for part in (*fixed, *(layer.attention.self for layer in encoder.encoder.layer)):
        for module in part.modules():
            if isinstance(module, torch.nn.Dropout):
                module.p = 0.0
    return Quality(encoder)


def mean(ends: Sequence[Mapping[str, torch.Tensor]]) -> dict[str, torch.Tensor]:
    """The mean of some models' weights (model soups, Wortsman et al. 2022)."""
    return {key: sum(end[key] for end in ends) / len(ends) for key in ends[0]}


def first_stage(
    work: Path, model: Quality, tokenizer: Tokenizer, examples: Callable[[int], Sequence[data.Example]], rates: Sequence[float],
    limits: tuple[int, int] = LIMITS, weight: Mapping[str, float] = WEIGHT,
) -> None:
    """The turns of stage 1 on the `examples` of each, or what WORK keeps of them; the model is left as after the last."""
    for number, rate in enumerate(rates):
        one_turn(work, model, tokenizer, number, partial(examples, number), rate, limits, weight)


def after(work: Path, *turns: int) -> dict[str, torch.Tensor]:
    """The mean of the weights after some turns of stage 1."""
    return mean([torch.load(work / f"stage1-{number}.pt") for number in turns])


def one_turn(
    work: Path, model: Quality, tokenizer: Tokenizer, number: int, examples: Callable[[], Sequence[data.Example]], rate: float,
    limits: tuple[int, int] = LIMITS, weight: Mapping[str, float] = WEIGHT,
) -> None:
    """One pass over examples from where the model is, or what WORK keeps of it."""
    end = work / f"stage1-{number}.pt"
    if end.exists():
        model.load_state_dict(torch.load(end))
        return
    rows = prepare(tokenizer, examples(), limits=limits)
    print(len(rows), "examples,", sum(len(r[0]) for r in rows), "tokens", flush=True)
    train(model, rows, passes=1, rate=rate, seed=SEED + number, name=f"stage 1, turn {number}", keep=work / f"partial-{number}.pt",
          weight=weight)
    torch.save(model.state_dict(), end)


def last_stage(
    work: Path, model: Quality, tokenizer: Tokenizer, start: Mapping[str, torch.Tensor], tune: Sequence[data.Example],
    parts: Sequence[tuple[Sequence[data.Example], int]], limits: tuple[int, int] = LIMITS,
) -> Iterator[tuple[str, list[data.Example]]]:
    """For each of FOLDS, the mean of models that went from `start` each over some examples, so many times, without the fold's documents of
    tune; kept in WORK. Yields its name and what of tune it has not seen, with the model left as it is then.
    """
    for name, fold in FOLDS.items():
        out = held_out([e.group for e in tune], fold) if fold is not None else set()
        kept = work / f"{name}.pt"
        if not kept.exists():
            ends = []
            for examples, passes in parts:
                model.load_state_dict(start)
                rows = prepare(tokenizer, [e for e in examples if e.group not in out], limits=limits)
                train(model, rows, passes=passes, rate=5e-5, seed=SEED, tokens=1500, name=name)
                ends.append({key: value.clone() for key, value in model.state_dict().items()})
            torch.save(mean(ends), kept)
        model.load_state_dict(torch.load(kept))
        yield name, [e for e in tune if e.group in out]
