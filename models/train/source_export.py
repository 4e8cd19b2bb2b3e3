"""Export the models of text and source to ONNX int8 with tokenizer, settings and checksums: the one that ships to models/source/.

    python models/train/source_export.py WORK

The figures are those of the `honest` model, which has not seen the documents they are counted on, alone. Its twins stay in WORK, for
`risk_beside.py`.
"""

from __future__ import annotations

import argparse
import json
import pickle
from copy import deepcopy
from pathlib import Path

import exporting
import numpy as np
import torch
from fitting import auc
from quality_data import few
from quality_export import Served
from quality_model import CLS, SENTENCE, SEP, WORD, prepare
from source import LIMITS, beside, start
from stages import FOLDS

ROOT = Path(__file__).resolve().parents[2]


def main() -> None:
    """Run it."""
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("work", type=Path)
    args = ap.parse_args()
    seen = {name: pickle.loads((args.work / f"{name}.pickle").read_bytes()) for name in FOLDS}
    examples, predicted = seen["honest"]
    odds = np.array([p[0][SENTENCE.index("major")] for p in predicted])
    figures = {f"auc_{name}": auc(odds, np.array([e.labels[name] for e in examples])) for name in ("major", "any")}
    settings = {
        "version": 1, "base": "multilingual-e5-small", "context_tokens": LIMITS[0], "max_tokens": LIMITS[1], "cls": CLS, "sep": SEP,
        "sentence": SENTENCE, "word": WORD,
        "held_out": {"segments": len(examples)} | {k: round(v, 4) for k, v in figures.items()},
    }
    model, tokenizer = start(args.work)
    texts = prepare(tokenizer, beside(few()), limits=LIMITS)
    for name in FOLDS:
        out = ROOT / "models/source" if name == "final" else args.work / name
        model.load_state_dict(torch.load(args.work / f"{name}.pt"))
        served = Served(deepcopy(model))  # its layers are made others
        exporting.smooth(served.alone, texts)
        exporting.export(served, ("sentence", "word"), tokenizer, out)
        unseen = sorted({e.group for e in (examples if name == "final" else seen[name][0])})
        exporting.settings(out, settings | {"held_out_documents": unseen}, ("model.onnx", "tokenizer.json"))
    print(json.dumps(settings, indent=1))


if __name__ == "__main__":
    main()
