"""Train the quality model: one command from ../shared to models/quality/.

    python models/train/quality.py WORK SOURCE   # SOURCE is the folder of source.py, whose model is the teacher; WORK keeps checkpoints

Stages: (1) one encoder on post-edits, expert spans, systems' outputs, what people translated and wrote, and planted errors together, in
three turns, the last for people's English; the mean of the last two goes on (model soups, Wortsman et al. 2022). What engines made of
Japanese and Chinese is labelled by the model that reads it beside its source (distillation with privileged information, Lopez-Paz et al.
2016), for Japanese together with a teacher that has seen references (`teacher.py`). Two turns over all post-edits follow, the second with
labels halfway to that model's, and from halfway back (Lookahead, Zhang et al. 2019) another for people's English, which again goes
halfway back; (2) a short pass over the annotated segments of the bench's tune split.

A third of the tune documents, and every system's output for them, is held out of both to measure; two more models leave out another
third each in stage 2 alone, so that the risk can be fitted on all. The model that ships has seen all.
"""

from __future__ import annotations

import math
import pickle
import random
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import quality_data as data
import source
import torch
from quality_model import SENTENCE, WORD, Quality, base, predict
from stages import FIXED, SEED, after, asked, begun, first_stage, held_out, last_stage, mean, one_turn
from teacher import labelled
from tokenizers import Tokenizer

RATES = (2e-4, 1.5e-4, 1e-4)  # of the turns of stage 1
MARKED = ((0, 10000), (10000, 22000), (22000, 24500))  # experts' segments that each reads
EDITS = (slice(None), slice(None), slice(None, None, 6))
WRITTEN = (4000, 4000, 7000)  # sentences that people wrote
CHINESE = 6000
ENDS = (1, 2)  # turns of which the mean is taken
AGAIN = 1.5e-4  # the rate of the two turns on post-edits
PEOPLE = 1.2e-4  # of the last, for what people wrote
OTHERS = {"de-en": 700, "cs-en": 700, "uk-en": 700, "ru-en": 700}


def told(work: Path, teachers: Path, out: set[str]) -> list[data.Example]:
    """What engines made of Japanese and Chinese, with labels by the teachers; kept in WORK. The model that reads the source is the mean of
    the turns from which its own last one begins, before it saw annotated segments.
    """
    kept = work / "told.pickle"
    if not kept.exists():
        made = labelled(random.Random(SEED), {"ja-en": 12000, "zh-en": CHINESE}, out)
        model, tokenizer = source.start(teachers)
        model.load_state_dict(after(teachers, *source.ENDS))
        kept.write_bytes(pickle.dumps(source.told(made, model, tokenizer)))
    found: list[data.Example] = pickle.loads(kept.read_bytes())
    return found


def mixture(turn: int, engines: Sequence[data.Example], exclude: frozenset[str]) -> list[data.Example]:
    """The examples of a turn of stage 1. The third is for what people wrote, with a little of the rest: the model was to tell it apart, and
    after two turns it did so less well than the one before.
    """
    rng = random.Random(SEED + turn)
    spans, human = data.expert_spans(random.Random(SEED)), data.human(rng, 0.2 if turn else 0.5)[:WRITTEN[turn]]
    made = [*data.post_edits(graded=True)[EDITS[turn]], *spans[slice(*MARKED[turn])]]
    if turn == 2:
        return [*made, *engines[:-CHINESE:2], *human]
    right = data.translations(2021, ("ja-en", "zh-en", "de-en", "ru-en"), exclude) if turn else []
    return [*made, *engines[:-CHINESE], *engines[-CHINESE:][turn::2], *data.systems(rng, OTHERS, exclude), *right, *human]


def taught(work: Path, teachers: Path, edits: Sequence[data.Example]) -> list[data.Example]:
    """Post-edits with labels halfway to those of the model that reads the source, in the languages that it knows; kept in WORK."""
    kept = work / "taught.pickle"
    if not kept.exists():
        model, tokenizer = source.start(teachers)
        model.load_state_dict(source.halfway(teachers))
        known = [e for e in edits if e.group in source.ALPHABETS]
        made = []
        for e, (sentence, words, places) in zip(known, predict(model, tokenizer, source.beside(known), source.LIMITS), strict=True):
            thought = {n: float(sentence[SENTENCE.index(n)]) for n in ("any", "major", "z", "hter")}
            labels = {n: (e.labels[n] + (x if n == "z" else 1 / (1 + math.exp(-x)))) / 2 for n, x in thought.items()}
            marked = [(a, b, "bad", (float(w[WORD.index("bad")]) + any(a < y and x < b for x, y, *_ in e.words)) / 2)
                      for (a, b), w in zip(places, words, strict=True)]
            made.append(replace(e, labels=labels, words=marked, dense=()))
        kept.write_bytes(pickle.dumps([*made, *(e for e in edits if e.group not in source.ALPHABETS)]))
    found: list[data.Example] = pickle.loads(kept.read_bytes())
    return found


def edited(work: Path, model: Quality, tokenizer: Tokenizer, teachers: Path, engines: Sequence[data.Example]) -> dict[str, torch.Tensor]:
    """The turns after the first three: two over the post-edits, in which the lowest layers learn too, and, from halfway back, one for
    what people wrote with some of all the rest, since after those two it is told apart less well. Returns the weights halfway back.
    """
    begin = after(work, *ENDS)
    lowest = model.encoder.encoder.layer[:FIXED]
    lowest.requires_grad_(requires_grad=True)
    edits = data.post_edits(graded=True)
    model.load_state_dict(begin)
    one_turn(work, model, tokenizer, 3, lambda: edits, AGAIN, weight=source.CHANGED, passes=2)
    model.load_state_dict(mean([begin, model.state_dict()]))
    one_turn(work, model, tokenizer, 4, lambda: taught(work, teachers, edits), AGAIN, weight=source.CHANGED)
    lowest.requires_grad_(requires_grad=False)
    halfway = mean([begin, model.state_dict()])

    def people() -> list[data.Example]:
        rng = random.Random(SEED + 5)
        some = [*rng.sample(taught(work, teachers, edits), 9000), *data.expert_spans(random.Random(SEED))[:2500]]
        return [*some, *engines[:-CHINESE:2], *data.human(rng, 0.2)[:WRITTEN[2]]]

    model.load_state_dict(halfway)
    one_turn(work, model, tokenizer, 5, people, PEOPLE, weight=source.CHANGED)
    return mean([halfway, model.state_dict()])


def main() -> None:
    """Run it."""
    work, teachers = asked(__doc__, "work", "source")
    encoder, tokenizer = base()
    model = begun(encoder)
    out = held_out([r["file"] for r in data.gold("tune")])
    engines = told(work, teachers, out)
    first_stage(work, model, tokenizer, lambda turn: mixture(turn, engines, data.wmt_names(out)), RATES)
    begin = edited(work, model, tokenizer, teachers, engines)
    for name, unseen in last_stage(work, model, tokenizer, begin, data.annotated()):
        if name == "honest":
            unseen += data.silent()
            (work / "held_out.pickle").write_bytes(pickle.dumps((unseen, predict(model, tokenizer, unseen))))


if __name__ == "__main__":
    main()
