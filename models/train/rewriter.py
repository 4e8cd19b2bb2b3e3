"""Train an edit tagger: one command from ../shared and a trained quality model to WORK/rewriter. It does not ship: see docs/models.md.

    python models/train/rewriter.py WORK   # WORK is that of quality.py, which runs first; a stopped run goes on where it was

The quality model's encoder, which has learnt where errors are, learns on what to put there: good English with errors planted;
post-edits and consensus edits (`edit_data.py`), where what no tag can say is left out. Tune's documents are not used, so that
`edits.py` can measure on them.
"""

from __future__ import annotations

import argparse
import json
import os
import random
from collections.abc import Iterator
from pathlib import Path

import edit_data
import exporting
import quality_data as data
import torch
from edit_tags import OTHER, Forms
from quality_model import READS, Quality, Tags, base, prepare, train
from stages import SEED

TAGS = 6  # likeliest tags of a word, and of a gap, that the model gives out


def good(exclude: frozenset[str]) -> Iterator[tuple[str, str]]:
    """Good English as (context, sentence): by people, references, post-edits."""
    yield from data.passages()
    yield from data.references(exclude)
    for r in data.lines("mlqe_pe_to_english.jsonl.gz"):
        if r["split"] == "train":
            yield "", edit_data.joined(r["pe"])


def mixture(exclude: frozenset[str], forms: Forms) -> list[data.Example]:
    """The examples, with labels for the edit heads only."""
    rng = random.Random(SEED + 3)
    found = []
    for context, text in good(exclude):
        for around in (context, "") if context else ("",):  # once in its document, once alone
            draw = rng.random()
            planted = data.plant(text, rng) if draw < 0.12 else None
            changed = planted[0] if planted else text if draw > 0.85 else edit_data.worsen(text, forms, rng)
            found.append(data.Example(changed, around, tags=edit_data.towards(changed, text, forms)))
    outputs = data.systems(rng, {"ja-en": 6000}, exclude, forms)
    for e in (*data.post_edits(forms), *outputs):
        tags = [(a, "" if here == OTHER else here, "" if gap == OTHER else gap) for a, here, gap in e.tags]
        found.append(data.Example(e.text, e.context, tags=tags))
    return found


class _Served(torch.nn.Module):
    """The likeliest tags of words and of gaps: their chances and classes."""

    def __init__(self, model: Quality) -> None:
        super().__init__()
        self.model = model
        self.alone = exporting.Alone(model.encoder)

    def forward(self, ids: torch.Tensor, types: torch.Tensor) -> tuple[torch.Tensor, ...]:
        hidden = self.alone(ids[0], types[0])[None, 1:-1]
        here, gap = (head(hidden).softmax(-1).topk(TAGS) for head in (self.model.here, self.model.gap))
        return here.values, here.indices, gap.values, gap.indices


def main() -> None:
    """Run it."""
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("work", type=Path)
    ap.add_argument("--threads", type=int, default=os.cpu_count())
    args = ap.parse_args()
    torch.set_num_threads(args.threads)
    torch.manual_seed(SEED)
    encoder, tokenizer = base()
    forms = edit_data.table(text for _, text in good(frozenset()))
    exclude = data.wmt_names(p.name for p in (data.SHARED / "bench/tune").glob("*.txt"))
    examples = mixture(exclude, forms)
    tags = Tags.of(examples)
    out = args.work / "rewriter"
    out.mkdir(exist_ok=True)
    model = Quality(encoder, tags)
    learnt = torch.load(args.work / "stage1-1.pt")
    model.load_state_dict({k: v for k, v in learnt.items() if not k.startswith(("here.", "gap."))}, strict=False)
    rows = prepare(tokenizer, examples, tags)
    print(len(rows), "examples,", sum(len(r[0]) for r in rows), "tokens", flush=True)
    model.begin_edits(rows)
    train(model, rows, passes=1, rate=2e-4, seed=SEED, name="rewriter", keep=out / "partial.pt")
    torch.save(model.state_dict(), out / "rewriter.pt")
    exporting.export(_Served(model), ("here", "here_tag", "gap", "gap_tag"), tokenizer, out)
    meaning = {"here": tags.here, "gap": tags.gap, "verbs": forms.verbs, "nouns": forms.nouns}
    (out / "edits.json").write_text(json.dumps(meaning), encoding="utf-8")
    exporting.settings(out, {"version": 1, **READS}, ("model.onnx", "tokenizer.json", "edits.json"))


if __name__ == "__main__":
    main()
