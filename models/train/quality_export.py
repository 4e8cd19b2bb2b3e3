"""Export the trained quality model to ONNX int8 with tokenizer, settings and checksums: what models/quality/ holds.

    python models/train/quality_export.py WORK

The figures are those of the `honest` model, which has not seen the documents they are counted on; it and its twins in WORK are what
`risk.py` fits on, for the model that ships has seen all of tune. Words that an editor would change and the raters' score are fitted again
(`refit.py`).
"""

from __future__ import annotations

import argparse
import json
import pickle
import sys
from pathlib import Path

import exporting
import numpy as np
import refit
import torch
from fitting import auc
from quality_data import SHARED, few
from quality_model import READS, SENTENCE, WORD, Quality, base, prepare
from stages import FOLDS, held_out

ROOT = Path(__file__).resolve().parents[2]
Z = SENTENCE.index("z")


class Served(torch.nn.Module):
    """Raw sentence outputs, and word probabilities for the segment's own tokens; `refitted` has other linear functions for those that an
    editor would change and for the raters' score (`refit.py`).
    """

    refitted: refit.Refitted | None = None

    def __init__(self, model: Quality) -> None:
        super().__init__()
        self.model = model
        self.alone = exporting.Alone(model.encoder)

    def read(self, ids: torch.Tensor, types: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """ids, types: (tokens,) int64. Returns hidden states (own tokens, width), logits (own tokens, word labels), (sentence labels,)."""
        hidden = self.alone(ids, types)
        sentence, word = self.model.judged(hidden[None], types[exporting.asked(types)][None])
        return hidden[1:-1], word[0, 1:-1], sentence[0]

    def forward(self, ids: torch.Tensor, types: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        hidden, word, sentence = self.read(ids[0], types[0])
        if self.refitted:
            text = refit.of_text(hidden, sentence)
            (of_token, bias), (of_text, level) = self.refitted.bad, self.refitted.z
            bad = (refit.of_tokens(hidden, word, text) * of_token).sum(-1) + bias  # no product that int8 would round
            z = (text * of_text).sum(-1, keepdim=True) + level
            word = torch.cat([bad[:, None], word[:, 1:]], -1)
            sentence = torch.cat([sentence[:Z], z, sentence[Z + 1:]])
        return sentence[None], word.sigmoid()[None]


def main() -> None:
    """Run it."""
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("work", type=Path)
    args = ap.parse_args()
    if not (args.work / "final.pt").exists():
        sys.exit("quality_export.py: train first (models/train/quality.py)")
    examples, predicted = pickle.loads((args.work / "held_out.pickle").read_bytes())
    documents = np.array([e.group for e in examples])
    human = np.array([name.startswith("human/") for name in documents])
    odds = np.array([p[0][SENTENCE.index("major")] for p in predicted])
    wrong, severe = (np.array([e.labels[k] for e in examples]) for k in ("any", "major"))
    figures = {
        "segments": int((~human).sum()), "auc_major": auc(odds[~human], severe[~human]), "auc_any": auc(odds[~human], wrong[~human]),
        "human_segments": int(human.sum()), "auc_any_against_human": auc(odds, wrong),
    }
    settings = {
        "version": 2, **READS, "sentence": SENTENCE, "word": WORD,
        "held_out": {k: round(float(v), 4) for k, v in figures.items()},
    }
    tune = [p.name for p in (SHARED / "bench/tune").glob("*.txt")]
    texts = few()
    for name, fold in FOLDS.items():
        out = ROOT / "models/quality" if fold is None else args.work / name
        encoder, tokenizer = base()
        model = Quality(encoder)
        model.load_state_dict(torch.load(args.work / f"{name}.pt"))
        served = Served(model)
        exporting.smooth(served.alone, prepare(tokenizer, texts))
        if fold is None:  # nobody asks the twins for these
            served.refitted = refit.refitted(served, tokenizer)
        exporting.export(served, ("sentence", "word"), tokenizer, out)
        unseen = {"held_out_documents": sorted(held_out(tune, fold or 0))}
        exporting.settings(out, settings | unseen, ("model.onnx", "tokenizer.json"))
    print(json.dumps(settings, indent=1))


if __name__ == "__main__":
    main()
