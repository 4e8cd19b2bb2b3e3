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

SMOOTHED = 0.85  # how much of their size inputs leave to the weights; with 0.7 and 0.95 log-odds are farther off
TINY = 1e-5  # no channel is taken for smaller


class Alone(torch.nn.Module):
    """What a BertModel makes of one text that nothing pads: the hidden states of [CLS] and of the tokens of type 1, by fewer operations.

    Nothing is masked, query, key and value of a layer are one product, and the last layer is not asked what becomes of the other tokens.
    """

    def __init__(self, encoder: BertModel) -> None:
        super().__init__()
        self.encoder = encoder
        self.heads = encoder.config.num_attention_heads
        self.width = encoder.config.hidden_size // self.heads  # by the configuration: read off the numbers it would be computed each time
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
        for layer, joined in zip(self.encoder.encoder.layer, self.joined, strict=True):
            query, key, value = (y.reshape(-1, self.heads, self.width).transpose(0, 1) for y in joined(x).split(self.heads * self.width, 1))
            if joined is self.joined[-1]:
                kept = asked(types)
                x, query = x[kept], query[:, kept]
            seen = ((query * self.width**-0.5) @ key.transpose(1, 2)).softmax(-1) @ value
            met = layer.attention.output
            x = met.LayerNorm(met.dense(seen.transpose(0, 1).reshape(-1, self.heads * self.width)) + x)
            x = layer.output.LayerNorm(layer.output.dense(functional.gelu(layer.intermediate.dense(x))) + x)
        return x


class Smoothed(torch.nn.Module):
    """A linear layer whose inputs are brought to one size before they are rounded, and its weights the other way (SmoothQuant, Xiao et al.
    2023): a text's inputs share one scale in eight bits, and a few channels of a feed-forward layer need all of it. `most` has the largest
    that an input gets, (inputs,).
    """

    def __init__(self, dense: torch.nn.Linear, most: torch.Tensor) -> None:
        super().__init__()
        size = most.clamp(min=TINY) ** SMOOTHED / dense.weight.abs().amax(0).clamp(min=TINY) ** (1 - SMOOTHED)
        self.register_buffer("scale", 1 / size)
        self.product = torch.nn.Linear(dense.in_features, dense.out_features)
        self.product.load_state_dict({"weight": dense.weight * size, "bias": dense.bias})

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """x: (tokens, inputs). Returns (tokens, outputs)."""
        return self.product(x * self.scale)


@torch.no_grad()
def smooth(alone: Alone, texts: Sequence[tuple]) -> None:
    """Make the feed-forward layers of an encoder `Smoothed`, by what their inputs are on texts, (ids, types, …)."""
    most: dict[torch.nn.Module, torch.Tensor] = {}

    def seen(dense: torch.nn.Module, inputs: tuple[torch.Tensor]) -> None:
        largest = inputs[0].abs().amax(0)
        most[dense] = torch.maximum(most.get(dense, largest), largest)

    parts = [part for layer in alone.encoder.encoder.layer for part in (layer.intermediate, layer.output)]
    hooks = [part.dense.register_forward_pre_hook(seen) for part in parts]
    alone.eval()
    for ids, types, *_ in texts:
        alone(torch.tensor(ids), torch.tensor(types))
    for hook in hooks:
        hook.remove()
    for part in parts:
        part.dense = Smoothed(part.dense, most[part.dense])


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
