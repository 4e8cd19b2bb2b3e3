"""Train the quality model: one command from ../shared to a WORK folder.

    python models/train/quality.py WORK   # WORK keeps checkpoints: a stopped run goes on

Stages: (1) one encoder on post-edits, expert spans, systems' outputs, what people translated and wrote, and planted errors together, in
two turns; twice over the post-edits, in which the lowest layers learn too, and halfway back (Lookahead, Zhang et al. 2019); and a turn
for people's English and annotated Chinese. What engines made of Japanese and Chinese, and after the first turn the post-edits too, are
labelled by the model that reads them beside their source, the one in models/source (distillation with privileged information, Lopez-Paz
et al. 2016), Japanese together with a teacher that has seen references (`teacher.py`); (2) the mean (model soups, Wortsman et al. 2022)
of a short pass over the annotated segments of the bench's tune split, half of the other engines' texts of them in
`annotations.jsonl.gz` and people's English, and of two over tune's and a little of people's alone.

A third of the tune documents, and every system's output for them, is held out of both to measure; two more models leave out another
third each in stage 2 alone, so that the risk can be fitted on all. The model that ships has seen all.
"""

from __future__ import annotations

import math
import pickle
import random
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import quality_data as data
import source
from quality_model import SENTENCE, WORD, base, predict, shipped
from stages import FIXED, SEED, after, asked, begun, first_stage, half, held_out, last_stage, one_turn
from teacher import labelled

TEACHER = Path(__file__).resolve().parents[1] / "source"
RATES = (2e-4, 1.5e-4)  # of the first turns of stage 1
AGAIN, PEOPLE = 1.5e-4, 1e-4  # of that on post-edits and of the last
MARKED = ((0, 10000), (10000, 22000), (22000, 24500))  # experts' segments that each reads
EDITS = (slice(None), slice(None), slice(None, None, 6))
WRITTEN = (4000, 4000, 7000)  # sentences that people wrote
CHINESE = 6000
OTHERS = {"de-en": 700, "cs-en": 700, "uk-en": 700, "ru-en": 700}


def told(work: Path, out: set[str]) -> tuple[list[data.Example], list[data.Example]]:
    """What engines made of Japanese and Chinese with labels by the teachers, and post-edits with labels halfway to the teacher's in the
    languages that it knows; kept in WORK.
    """
    kept = work / "told.pickle"
    if not kept.exists():
        made, edits = labelled(random.Random(SEED), {"ja-en": 12000, "zh-en": CHINESE}, out), data.post_edits(graded=True)
        model, tokenizer = shipped(TEACHER)
        engines, known = source.told(made, model, tokenizer), [e for e in edits if e.group in source.ALPHABETS]
        taught = [e for e in edits if e.group not in source.ALPHABETS]
        for e, (sentence, words, places) in zip(known, predict(model, tokenizer, source.beside(known), source.LIMITS), strict=True):
            thought = {n: float(sentence[SENTENCE.index(n)]) for n in ("any", "major", "z", "hter")}
            labels = {n: (e.labels[n] + (x if n == "z" else 1 / (1 + math.exp(-x)))) / 2 for n, x in thought.items()}
            marked = [(a, b, "bad", (float(w[WORD.index("bad")]) + any(a < y and x < b for x, y, *_ in e.words)) / 2)
                      for (a, b), w in zip(places, words, strict=True)]
            taught.append(replace(e, labels=labels, words=marked, dense=()))
        random.Random(SEED).shuffle(taught)
        kept.write_bytes(pickle.dumps((engines, taught)))
    found: tuple[list[data.Example], list[data.Example]] = pickle.loads(kept.read_bytes())
    return found


def mixture(turn: int, engines: Sequence[data.Example], taught: Sequence[data.Example], exclude: frozenset[str]) -> list[data.Example]:
    """The examples of a mixed turn of stage 1: two for all there is, and the last for what people wrote and what annotators made of
    Chinese, with a little of the rest. The model is to tell people's English apart, and after the others it does so less well.
    """
    rng = random.Random(SEED + turn)
    spans, human = data.expert_spans(random.Random(SEED)), data.human(rng, 0.2 if turn else 0.5)[:WRITTEN[turn]]
    made = [*(taught if turn else data.post_edits(graded=True))[EDITS[turn]], *spans[slice(*MARKED[turn])]]
    if turn == 2:
        return [*made, *engines[:-CHINESE:2], *data.more_annotated("zh-en"), *human]
    right = data.translations(2021, ("ja-en", "zh-en", "de-en", "ru-en"), exclude) if turn else []
    return [*made, *engines[:-CHINESE], *engines[-CHINESE:][turn::2], *data.systems(rng, OTHERS, exclude), *right, *human]


def main() -> None:
    """Run it."""
    (work,) = asked(__doc__, "work")
    encoder, tokenizer = base()
    model = begun(encoder)
    out = held_out([r["file"] for r in data.gold("tune")])
    engines, taught = told(work, out)
    examples = partial(mixture, engines=engines, taught=taught, exclude=data.wmt_names(out))
    first_stage(work, model, tokenizer, examples, RATES, weight=source.CHANGED)
    lowest = model.encoder.encoder.layer[:FIXED].requires_grad_(requires_grad=True)
    one_turn(work, model, tokenizer, 2, lambda: [*taught, *taught], AGAIN, weight=source.CHANGED)
    lowest.requires_grad_(requires_grad=False)
    model.load_state_dict(after(work, 1, 2))
    one_turn(work, model, tokenizer, 3, lambda: examples(2), PEOPLE, weight=source.CHANGED)
    tune, more = data.annotated(), data.more_annotated("ja-en")
    people = data.human(random.Random(SEED + 9), 0.2)[:1500]
    parts = [([*tune, *half(more), *people], 1), ([*tune, *people[:400]], 2)]
    for name, unseen in last_stage(work, model, tokenizer, after(work, 3), tune, parts):
        if name == "honest":
            unseen += data.silent()
            (work / "held_out.pickle").write_bytes(pickle.dumps((unseen, predict(model, tokenizer, unseen))))


if __name__ == "__main__":
    main()
