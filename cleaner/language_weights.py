"""The weights of the language model: out of a GGUF file, as int8 that onnxruntime multiplies fast, without torch.

Matrices are quantised by output row, symmetric: ``w ≈ q · scale``. Arithmetic is that of IEEE 754 single precision throughout, so that
every machine writes the same bytes and their checksum can be known beforehand.

GGUF: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

ALIGN = 64  # bytes: where a tensor starts in the file of weights
_SCALARS = {0: "<B", 1: "<b", 2: "<H", 3: "<h", 4: "<I", 5: "<i", 6: "<f", 7: "<?", 10: "<Q", 11: "<q", 12: "<d"}
_STRING, _ARRAY = 8, 9
_BLOCK = 32  # weights that share a scale in the quantised types
#: GGML types by number: bytes a block, weights a block.
_TYPES = {0: (4, 1), 3: (4 + _BLOCK // 2, _BLOCK), 8: (2 + _BLOCK, _BLOCK)}


class Gguf:
    """A GGUF file of version 2 or 3: `settings`, and tensors of type F32, Q4_1 and Q8_0. Raises ValueError for any other."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._tensors: dict[str, tuple[tuple[int, ...], int, int]] = {}
        with path.open("rb") as file:
            if file.read(4) != b"GGUF" or _scalar(file, 4) not in (2, 3):
                raise ValueError(f"{path.name} is not a GGUF file of version 2 or 3")
            tensors, settings = _scalar(file, 10), _scalar(file, 10)
            self.settings: dict[str, Any] = {_string(file): _value(file, _scalar(file, 4)) for _ in range(settings)}
            for _ in range(tensors):
                name = _string(file)
                shape = tuple(_scalar(file, 10) for _ in range(_scalar(file, 4)))
                self._tensors[name] = shape[::-1], _scalar(file, 4), _scalar(file, 10)
            align = self.settings.get("general.alignment", 32)
            self._start = -(-file.tell() // align) * align

    def tensor(self, name: str) -> NDArray[np.float32]:
        """A tensor in single precision, (rows, columns) or (columns,). Raises KeyError for one that is not there."""
        import numpy as np

        shape, kind, offset = self._tensors[name]
        if kind not in _TYPES:
            raise ValueError(f"{name}: tensors of type {kind} are not read")
        size, many = _TYPES[kind]
        count = int(np.prod(shape)) // many
        raw = np.fromfile(self._path, np.uint8, count * size, offset=self._start + offset).reshape(count, size)
        if kind == 0:
            return raw.reshape(-1).view("<f4").reshape(shape)
        scale = raw[:, :2].copy().view("<f2").astype(np.float32)
        if kind == 8:
            return (raw[:, 2:].view(np.int8) * scale).reshape(shape)
        least = raw[:, 2:4].copy().view("<f2").astype(np.float32)
        nibbles = np.concatenate([raw[:, 4:] & 15, raw[:, 4:] >> 4], 1)
        return (nibbles * scale + least).astype(np.float32).reshape(shape)


def _scalar(file: BinaryIO, kind: int) -> Any:
    form = _SCALARS[kind]
    return struct.unpack(form, file.read(struct.calcsize(form)))[0]


def _string(file: BinaryIO) -> str:
    return file.read(_scalar(file, 10)).decode("utf-8", "replace")


def _value(file: BinaryIO, kind: int) -> Any:
    if kind == _STRING:
        return _string(file)
    if kind == _ARRAY:
        of = _scalar(file, 4)
        return [_value(file, of) for _ in range(_scalar(file, 10))]
    return _scalar(file, kind)


def tensors(model: Gguf) -> Iterator[tuple[str, NDArray[Any]]]:
    """The tensors of a Llama model as the graph (`models/train/language.py`) wants them, in the order of the file of weights.

    Matrices come as int8 (columns, rows) under ``NAME.w`` with scales (rows,) under ``NAME.s``; queries, keys and values are one matrix,
    gate and up another. Attention is scaled in the queries. llama.cpp interleaves the halves of a head; here they are apart again.
    """
    import numpy as np

    heads, groups = model.settings["llama.attention.head_count"], model.settings["llama.attention.head_count_kv"]
    size = model.settings["llama.embedding_length"] // heads

    def halves(name: str, heads: int) -> NDArray[np.float32]:
        w = model.tensor(name)
        return w.reshape(heads, size // 2, 2, -1).swapaxes(1, 2).reshape(w.shape)

    for i in range(model.settings["llama.block_count"]):
        at = f"blk.{i}"
        queries = halves(f"{at}.attn_q.weight", heads) * np.float32(size ** -0.5)
        keys = halves(f"{at}.attn_k.weight", groups)
        yield f"{at}.norm", model.tensor(f"{at}.attn_norm.weight")
        yield from _quantised(f"{at}.qkv", np.concatenate([queries, keys, model.tensor(f"{at}.attn_v.weight")]))
        yield from _quantised(f"{at}.out", model.tensor(f"{at}.attn_output.weight"))
        yield f"{at}.ffn_norm", model.tensor(f"{at}.ffn_norm.weight")
        gates = [model.tensor(f"{at}.ffn_{part}.weight") for part in ("gate", "up")]
        yield from _quantised(f"{at}.gate_up", np.concatenate(gates))
        yield from _quantised(f"{at}.down", model.tensor(f"{at}.ffn_down.weight"))
    yield "norm", model.tensor("output_norm.weight")
    yield from _quantised("words", model.tensor("token_embd.weight"))


def _quantised(name: str, w: NDArray[np.float32]) -> Iterator[tuple[str, NDArray[Any]]]:
    import numpy as np

    scale = np.abs(w).max(1) / np.float32(127)
    scale[scale == 0] = 1
    yield f"{name}.w", np.round(w / scale[:, None]).astype(np.int8).T
    yield f"{name}.s", scale


def write(path: Path, made: Iterator[tuple[str, NDArray[Any]]]) -> tuple[dict[str, tuple[int, int]], str]:
    """Write tensors one behind the other; returns where each is (offset, bytes) and the SHA-256 of the file."""
    places: dict[str, tuple[int, int]] = {}
    digest = hashlib.sha256()
    at = 0
    with path.open("wb") as file:
        for name, tensor in made:
            data = tensor.tobytes()
            gap = bytes(-at % ALIGN)
            places[name] = at + len(gap), len(data)
            for part in (gap, data):
                file.write(part)
                digest.update(part)
            at += len(gap) + len(data)
    return places, digest.hexdigest()


def write_tokenizer(path: Path, settings: Mapping[str, Any]) -> None:
    """Write the byte-level BPE of a GGUF file's settings, with SmolLM's splitting of digits, as ``tokenizer.json``."""
    from tokenizers import Tokenizer, models, pre_tokenizers

    words = {token: i for i, token in enumerate(settings["tokenizer.ggml.tokens"])}
    merges = [(a, b) for a, _, b in (m.partition(" ") for m in settings["tokenizer.ggml.merges"])]
    tokenizer = Tokenizer(models.BPE(words, merges))
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True),
    ])
    tokenizer.save(str(path))
