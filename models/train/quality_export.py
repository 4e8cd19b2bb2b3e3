"""Export the trained quality model to ONNX int8 with tokenizer, settings and checksums: what models/quality/ holds.

    python models/train/quality_export.py WORK

The figures are those of the `honest` model, which has not seen the documents they are counted on; `WORK/honest` is what `risk.py` fits
on, for the model that ships has seen all of tune.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import pickle
import shutil
import sys
from pathlib import Path

import numpy as np
import torch
from fitting import auc
from quality_model import CONTEXT, LENGTH, SENTENCE, WORD, Quality, Tags, base

ROOT = Path(__file__).resolve().parents[2]
FILES = ("model.onnx", "tokenizer.json", "edits.json")
TAGS = 6  # likeliest tags of a word, and of a gap, that the model gives out


class _Served(torch.nn.Module):
    """Raw sentence outputs, word probabilities, and the likeliest tags of words and gaps: their chances and classes."""

    def __init__(self, model: Quality) -> None:
        super().__init__()
        self.model = model

    def forward(self, ids: torch.Tensor, mask: torch.Tensor, types: torch.Tensor) -> tuple[torch.Tensor, ...]:
        sentence, word, hidden = self.model(ids, mask, types)
        here, gap = (head(hidden).softmax(-1).topk(TAGS) for head in (self.model.here, self.model.gap))
        return sentence, word.sigmoid(), here.values, here.indices, gap.values, gap.indices


def export(weights: Path, out: Path) -> None:
    """Write model.onnx (int8 weights, dynamic activations) and tokenizer.json."""
    from onnxruntime.quantization import QuantType, quantize_dynamic

    encoder, tokenizer = base()
    edits = json.loads((weights.parent / "edits.json").read_text(encoding="utf-8"))
    model = Quality(encoder, Tags(edits["here"], edits["gap"]))
    model.load_state_dict(torch.load(weights))
    model.eval()
    example = torch.ones(2, 12, dtype=torch.long)
    outputs = ["sentence", "word", "here", "here_tag", "gap", "gap_tag"]
    axes = {name: {0: "batch", 1: "tokens"} for name in ("ids", "mask", "types", *outputs[1:])} | {"sentence": {0: "batch"}}
    full = out / "model.fp32.onnx"
    torch.onnx.export(_Served(model), (example, example, example), str(full), input_names=["ids", "mask", "types"],
                      output_names=outputs, dynamic_axes=axes, opset_version=17, dynamo=False)
    quantize_dynamic(full, out / "model.onnx", weight_type=QuantType.QInt8, per_channel=True)
    full.unlink()
    tokenizer.save(str(out / "tokenizer.json"))
    shutil.copy(weights.parent / "edits.json", out / "edits.json")


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
        "version": 1, "base": "all-MiniLM-L6-v2", "context_tokens": CONTEXT, "max_tokens": LENGTH, "cls": 101, "sep": 102,
        "sentence": SENTENCE, "word": WORD, "held_out": {k: round(float(v), 4) for k, v in figures.items()},
        "held_out_documents": sorted(set(documents[~human])),
    }
    for name, out in (("honest", args.work / "honest"), ("final", ROOT / "models/quality")):
        out.mkdir(parents=True, exist_ok=True)
        export(args.work / f"{name}.pt", out)
        digests = {file: hashlib.sha256((out / file).read_bytes()).hexdigest() for file in FILES}
        (out / "model.json").write_text(json.dumps(settings | {"sha256": digests}, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(settings, indent=1))


if __name__ == "__main__":
    main()
