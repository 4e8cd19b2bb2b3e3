"""What batches and int8 are worth: a rewrite model run as the tool runs it, against the same weights called sentence by sentence.

    .cache/torch/bin/python benchmarks/backends.py [--sentences N] [--batch N] [--beams N] [--threads N]

Three ways take turns over the same sentences, a document at a time: `transformers` alone, a `generate` a sentence, as its pipelines of old
did for texts; the tool's `hf:` backend; and its `ct2:` backend, with the model converted by `cleaner models convert`. The sentences are
those that the rules and the quality model flag in the documents of benchmarks/speed.py, since only those are asked about; all of a
document's in one call, as the pipeline does. Exits with 1 when `ct2:` is not TARGET times as fast as the first, by the clock.

One thread each: where something else runs on the machine, two threads of PyTorch's wait for each other most of the time, and the first
way takes twenty times as long.

The model has T5-small's shape (60 million weights, 32,128 tokens) and random weights: what a step costs depends on shapes, not on
values. Two things do depend on values, and are set. The length of the answers: the end token's weights are zero, so that it never wins
and every answer has all the tokens that it may, as many as its sentence and 8 more (`growth = 1`), which is about what a post-edit has;
the batches' answers are as long as the longest among them, so that the tool writes a few more. And int8 itself, which may change a
trained model's words, not its speed. The sentencepiece vocabulary is made of the documents. Needs PyTorch (`make test-torch`
brings an environment that has it); where that is missing, it says so and measures nothing.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from speed import documents

from cleaner import backends
from cleaner.analysis import Analysis
from cleaner.backends import Request
from cleaner.backends.local import beams, most_tokens
from cleaner.backends.settings import Settings
from cleaner.config import Config
from cleaner.core import Document
from cleaner.pipeline import Pipeline

TARGET = 5.0
TOKENS, SMALL = 32_128, {"d_model": 512, "d_kv": 64, "d_ff": 2048, "num_layers": 6, "num_heads": 8}
_READ, _PIECES = 1000, 8000  # sentences for the vocabulary, and its size
_END = 1
_PATIENCE = 3600.0
Way = Callable[[Sequence[Request]], object]


def flagged(work: Sequence[Document]) -> list[list[Request]]:
    """For each document that has some, requests for what the rules flag in it."""
    found = []
    with Pipeline(Config(languagetool=False, rewriter="none")) as pipeline:
        for document in work:
            analysis = Analysis(document)
            own = document.by_segment(pipeline.detect(analysis))
            found.append([Request(" ".join(text.split())) for text, some in zip(analysis.texts, own, strict=True) if some])
    return [requests for requests in found if requests]


def make(folder: Path) -> str:
    """Write a T5 with random weights that never ends an answer, and a vocabulary for it."""
    import sentencepiece
    import torch
    from transformers import AutoTokenizer, T5Config, T5ForConditionalGeneration
    from transformers.utils import logging

    logging.disable_progress_bar()
    folder.mkdir()
    text = folder / "text.txt"
    text.write_text("\n".join(line for d in documents(_READ) for line in d.plain.splitlines() if line.strip()), encoding="utf-8")
    sentencepiece.SentencePieceTrainer.train(
        input=str(text), model_prefix=str(folder / "spiece"), vocab_size=_PIECES, hard_vocab_limit=False, minloglevel=2,
        pad_id=0, eos_id=_END, unk_id=2, bos_id=-1,
    )
    (folder / "tokenizer_config.json").write_text('{"tokenizer_class": "T5Tokenizer", "extra_ids": 100}', encoding="utf-8")
    AutoTokenizer.from_pretrained(folder).save_pretrained(folder)
    torch.manual_seed(5)
    model = T5ForConditionalGeneration(T5Config(
        vocab_size=TOKENS, decoder_start_token_id=0, pad_token_id=0, eos_token_id=_END, tie_word_embeddings=False, **SMALL,
    ))
    model.lm_head.weight.data[_END] = 0
    model.save_pretrained(folder)
    return str(folder)


class Alone:
    """The transformers library by itself: one sentence, one `generate`."""

    def __init__(self, source: str, settings: Settings) -> None:
        from transformers import AutoModelForSeq2SeqLM, AutoTokenizer

        self.tokenizer: Any = AutoTokenizer.from_pretrained(source)
        self.model: Any = AutoModelForSeq2SeqLM.from_pretrained(source).eval()
        self.settings = settings
        self.written = 0

    def __call__(self, requests: Sequence[Request]) -> None:
        import torch

        for r in requests:
            asked = self.tokenizer(r.text, return_tensors="pt")
            most = most_tokens(asked.input_ids.shape[1], self.settings)
            with torch.inference_mode():
                out = self.model.generate(
                    **asked, num_beams=beams(self.settings), num_return_sequences=self.settings.candidates, max_new_tokens=most,
                    min_new_tokens=most, do_sample=False,
                )
            self.tokenizer.batch_decode(out, skip_special_tokens=True)
            self.written += out.shape[1] - 1


class Clock:
    """Seconds, and seconds of processor time, that something took so far."""

    def __init__(self) -> None:
        self.wall = self.processor = 0.0

    def time(self, work: Callable[[], object]) -> None:
        begin, used = time.perf_counter(), time.process_time()
        work()
        self.wall += time.perf_counter() - begin
        self.processor += time.process_time() - used


def race(ways: dict[str, Way], work: Sequence[Sequence[Request]]) -> dict[str, Clock]:
    """What each way takes for `work`. They take turns, so that what else the machine does meets all alike."""
    clocks = {name: Clock() for name in ways}
    for requests in work:
        for name, way in ways.items():
            clocks[name].time(partial(way, requests))
    return clocks


def main() -> None:
    """Measure, print, and say by the exit code whether the target is met."""
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--sentences", type=int, default=60, help="at least so many, of which the flagged ones are asked about")
    ap.add_argument("--batch", type=int, default=Settings().batch, help="sentences at once, in the tool")
    ap.add_argument("--beams", type=int, default=Settings().beams, help="width of the search, alike for all")
    ap.add_argument("--threads", type=int, default=1, help="of PyTorch and of CTranslate2")
    args = ap.parse_args()
    missing = [p for p in ("torch", "transformers", "sentencepiece", "ctranslate2") if importlib.util.find_spec(p) is None]
    if missing:
        print(f"benchmarks/backends.py: not measured: {', '.join(missing)} is not installed here; `make test-torch` makes an environment")
        return
    os.environ["OMP_NUM_THREADS"] = str(args.threads)  # both read it when they are loaded
    from cleaner.backends.convert import convert

    settings = Settings(cache="off", growth=1.0, batch=args.batch, beams=args.beams, timeout=_PATIENCE)
    first, *work = flagged(documents(args.sentences))
    with tempfile.TemporaryDirectory() as held:
        source = make(Path(held) / "t5")
        convert(source, Path(held) / "int8")
        alone = Alone(source, settings)
        ours = {spec: backends.load(spec, settings, print) for spec in (f"hf:{source}", f"ct2:{held}/int8")}
        ways: dict[str, Way] = {"transformers, sentence by sentence": alone}
        ways |= {name: b.propose for name, b in zip(("hf: in batches", "ct2: in batches, int8"), ours.values(), strict=True) if b}
        race(ways, [first[:2]])
        alone.written = 0
        clocks = race(ways, work)
    count = sum(map(len, work))
    print(f"{count} flagged sentences of {len(work)} documents, {alone.written / count:.0f} tokens each, {beams(settings)} beams")
    slow, *_, fast = (clock.wall for clock in clocks.values())
    for name, clock in clocks.items():
        print(f"{name:<34}{count / clock.wall:6.2f} sentences/s {slow / clock.wall:6.1f} x {clock.processor:8.1f} s of processor time")
    print(f"target: at least {TARGET:.0f} x: {'ok' if slow / fast >= TARGET else 'missed'}")
    sys.exit(0 if slow / fast >= TARGET else 1)


if __name__ == "__main__":
    main()
