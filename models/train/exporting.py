"""A trained encoder as files that ship: ONNX int8, tokenizer, settings with checksums."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import torch
from tokenizers import Tokenizer


def export(served: torch.nn.Module, outputs: Sequence[str], tokenizer: Tokenizer, out: Path) -> None:
    """Write model.onnx (int8 weights, dynamic activations) and tokenizer.json; all outputs but ``sentence`` are by token."""
    from onnxruntime.quantization import QuantType, quantize_dynamic

    out.mkdir(parents=True, exist_ok=True)
    served.eval()
    example = torch.ones(2, 12, dtype=torch.long)
    axes = {name: {0: "batch"} | ({} if name == "sentence" else {1: "tokens"}) for name in ("ids", "mask", "types", *outputs)}
    full = out / "model.fp32.onnx"
    torch.onnx.export(served, (example, example, example), str(full), input_names=["ids", "mask", "types"],
                      output_names=list(outputs), dynamic_axes=axes, opset_version=17, dynamo=False)
    quantize_dynamic(full, out / "model.onnx", weight_type=QuantType.QInt8, per_channel=True)
    full.unlink()
    tokenizer.save(str(out / "tokenizer.json"))


def settings(out: Path, values: Mapping[str, object], files: Sequence[str]) -> None:
    """Write model.json: the values, and the checksums of the files."""
    digests = {file: hashlib.sha256((out / file).read_bytes()).hexdigest() for file in files}
    (out / "model.json").write_text(json.dumps({**values, "sha256": digests}, indent=1) + "\n", encoding="utf-8")
