"""Which words an editor would change, and what raters would give, fitted again on MLQE-PE's development split, which no stage of training
has seen.

One head for five languages has to say by the sentence how much the editors of its language change, and how its raters rate: that is most
of what there is to say, and says nothing of words or sentences of the same language. So here each language has an intercept of its own,
which is dropped again; and what the model says of the sentence counts for the words too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import quality_data as data
import torch
from fitting import fit
from quality_model import WORD, encode
from tokenizers import Tokenizer

if TYPE_CHECKING:
    from quality_export import Served

# Of standardised features; picked on these sentences, a quarter left out in turn for words, a fifth for ratings.
WORDS_PENALTY, RATINGS_PENALTY = 1e4, 3e3
BAD = WORD.index("bad")
Linear = tuple[torch.Tensor, torch.Tensor]  # weights of features, (features,), and a bias


@dataclass(frozen=True)
class Refitted:
    """Linear functions in place of what two heads have learnt: the log-odds that an editor changes a token, of the token's features, and
    the raters' score, of the text's.
    """

    bad: Linear
    z: Linear


def of_text(hidden: torch.Tensor, sentence: torch.Tensor) -> torch.Tensor:
    """What counts for a text: hidden (tokens, width), sentence (sentence labels,) → (features,)."""
    return torch.cat([sentence, hidden.mean(0)])


def of_tokens(hidden: torch.Tensor, word: torch.Tensor, text: torch.Tensor) -> torch.Tensor:
    """What counts for each token: hidden (tokens, width), word (tokens, word labels), text as `of_text` has it → (tokens, features)."""
    return torch.cat([word, hidden, text.expand(hidden.shape[0], -1)], -1)


@torch.no_grad()
def refitted(served: Served, tokenizer: Tokenizer) -> Refitted:
    """Fit both. A word counts by the piece of it that the head doubts most."""
    served.eval()
    tokens, texts = [], []  # with what people said of each, and its language
    for r in data.lines("mlqe_pe_to_english.jsonl.gz"):
        if r["split"] != "dev":
            continue
        ids, types, offsets = encode(tokenizer, r["mt_raw"], "")
        hidden, word, sentence = served.read(torch.tensor(ids), torch.tensor(types))
        text = of_text(hidden, sentence)
        texts.append((text.numpy(), r["da"][1], r["pair"]))
        x = of_tokens(hidden, word, text)
        for (start, end), bad in data.edited_words(r) or ():
            pieces = [n for n, (a, b) in enumerate(offsets[2:-1]) if a < end and start < b]
            if pieces:
                tokens.append((x[max(pieces, key=lambda n: float(x[n, BAD]))].numpy(), float(bad), r["pair"]))
    return Refitted(_changes(*_columns(tokens)), _ratings(*_columns(texts)))


def _columns(rows: Sequence[tuple[np.ndarray, float, str]]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Features, (rows, features), what people said, (rows,), and which language each row is of, (rows, languages)."""
    x, said, pairs = zip(*rows, strict=True)
    return np.array(x), np.array(said), np.array(pairs)[:, None] == sorted(set(pairs))


def _changes(x: np.ndarray, changed: np.ndarray, own: np.ndarray) -> Linear:
    """Logistic regression: x (tokens, features), changed (tokens,) of 0 and 1, own (tokens, languages)."""
    mean, scale = x.mean(0), x.std(0) + 1e-6
    weights = fit(np.hstack([own, (x - mean) / scale]), changed, penalty=WORDS_PENALTY, free=own.shape[1])
    slopes = weights[own.shape[1]:] / scale
    return _linear(slopes, own.mean(0) @ weights[:own.shape[1]] - mean @ slopes)


def _ratings(x: np.ndarray, ratings: np.ndarray, own: np.ndarray) -> Linear:
    """Ridge regression: x (texts, features), ratings (texts,), own (texts, languages)."""
    means = own.T / own.sum(0)[:, None]
    scale = x.std(0) + 1e-6
    within = (x - own @ (means @ x)) / scale
    square = within.T @ within + RATINGS_PENALTY * np.eye(x.shape[1])
    slopes = np.linalg.solve(square, within.T @ (ratings - own @ (means @ ratings))) / scale
    return _linear(slopes, ratings.mean() - x.mean(0) @ slopes)


def _linear(slopes: np.ndarray, bias: float) -> Linear:
    return torch.tensor(slopes, dtype=torch.float32), torch.tensor(bias, dtype=torch.float32)
