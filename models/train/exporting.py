"""A trained encoder as files that ship: ONNX int8 for one text at a time, tokenizer, settings with checksums."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import torch
from tokenizers import Tokenizer
from torch.nn import functional
from transformers import BertModel


class Alone(torch.nn.Module):
    """What a BertModel makes of one text that nothing pads: the hidden states of [CLS] and of the tokens of type 1, by fewer operations.

    Nothing is masked, query, key and value of a layer are one product, and the last layer is not asked what becomes of the other tokens.
    """

    def __init__(self, encoder: BertModel) -> None:
        super().__init__()
        self.encoder = encoder
        self.heads = encoder.config.num_attention_heads
        self.joined = torch.nn.ModuleList(self._joined(layer.attention.self) for layer in encoder.encoder.layer)

    @staticmethod
    def _joined(attention: torch.nn.Module) -> torch.nn.Linear:
        parts = (attention.query, attention.key, attention.value)
        whole = torch.nn.Linear(parts[0].in_features, 3 * parts[0].out_features)
        whole.weight.data = torch.cat([part.weight.data for part in parts])
        whole.bias.data = torch.cat([part.bias.data for part in parts])
        return whole

    def forward(self, ids: torch.Tensor, types: torch.Tensor) -> torch.Tensor:
        """ids, types: (tokens,) int64. Returns (1 + tokens of type 1, width)."""
        told = self.encoder.embeddings
        x = told.word_embeddings(ids) + told.position_embeddings.weight[:ids.shape[0]] + told.token_type_embeddings(types)
        x = told.LayerNorm(x)
        width = x.shape[1] // self.heads
        for layer, joined in zip(self.encoder.encoder.layer, self.joined, strict=True):
            query, key, value = joined(x).reshape(-1, 3, self.heads, width).permute(1, 2, 0, 3)
            if joined is self.joined[-1]:
                kept = asked(types)
                x, query = x[kept], query[:, kept]
            seen = ((query * width**-0.5) @ key.transpose(1, 2)).softmax(-1) @ value
            met = layer.attention.output
            x = met.LayerNorm(met.dense(seen.transpose(0, 1).reshape(-1, self.heads * width)) + x)
            x = layer.output.LayerNorm(layer.output.dense(functional.gelu(layer.intermediate.dense(x))) + x)
        return x


def asked(types: torch.Tensor) -> torch.Tensor:
    """Where [CLS] and the tokens of type 1 are, which a model is asked about: (1 + those,) of types, (tokens,)."""
    return torch.cat([types.new_zeros(1), types.nonzero()[:, 0]])


def export(served: torch.nn.Module, outputs: Sequence[str], tokenizer: Tokenizer, out: Path) -> None:
    """Write model.onnx (int8 weights, dynamic activations) and tokenizer.json for `served`, which reads ids and types, (1, tokens) int64;
    all outputs but ``sentence`` are by token of the segment, without the [SEP] at its end.
    """
    from onnxruntime.quantization import QuantType, quantize_dynamic

    out.mkdir(parents=True, exist_ok=True)
    served.eval()
    example = torch.ones(1, 12, dtype=torch.long)
    types = torch.tensor([[0] * 6 + [1] * 6])
    axes = {name: {1: "tokens"} for name in ("ids", "types")} | {name: {1: "own"} for name in outputs if name != "sentence"}
    full = out / "model.fp32.onnx"
    torch.onnx.export(served, (example, types), str(full), input_names=["ids", "types"],
                      output_names=list(outputs), dynamic_axes=axes, opset_version=17, dynamo=False)
    quantize_dynamic(full, out / "model.onnx", weight_type=QuantType.QInt8, per_channel=True)
    full.unlink()
    tokenizer.save(str(out / "tokenizer.json"))


def settings(out: Path, values: Mapping[str, object], files: Sequence[str]) -> None:
    """Write model.json: the values, and the checksums of the files."""
    digests = {file: hashlib.sha256((out / file).read_bytes()).hexdigest() for file in files}
    (out / "model.json").write_text(json.dumps({**values, "sha256": digests}, indent=1) + "\n", encoding="utf-8")
