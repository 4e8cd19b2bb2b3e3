"""Which words an editor would change, fitted again on MLQE-PE's development split, which no stage of training has seen.

One head for five languages has to say by the sentence how much the editors of its language change: that is most of what there is to say,
and says nothing of words of the same language, where one threshold is. So here each language has an intercept of its own, which is dropped
again, and what the model says of the sentence counts too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import quality_data as data
import torch
from fitting import fit
from quality_model import WORD, encode
from tokenizers import Tokenizer

if TYPE_CHECKING:
    from quality_export import Served

PENALTY = 1e4  # of standardised features; picked on these sentences, a quarter left out in turn
BAD = WORD.index("bad")


def features(hidden: torch.Tensor, word: torch.Tensor, sentence: torch.Tensor) -> torch.Tensor:
    """What counts for each token: hidden (tokens, width), word (tokens, word labels), sentence (sentence labels,) → (tokens, features)."""
    whole = torch.cat([sentence, hidden.mean(0)])
    return torch.cat([word, hidden, whole.expand(hidden.shape[0], -1)], -1)


@torch.no_grad()
def fitted(served: Served, tokenizer: Tokenizer) -> tuple[torch.Tensor, torch.Tensor]:
    """Weights of the features, (features,), and a bias, that give the log-odds of a token. A word counts by the piece of it that the head
    doubts most.
    """
    served.eval()
    rows, changed, pairs = [], [], []
    for r in data.lines("mlqe_pe_to_english.jsonl.gz"):
        tagged = data.edited_words(r) if r["split"] == "dev" else None
        if tagged is None:
            continue
        ids, types, offsets = encode(tokenizer, r["mt_raw"], "")
        x = features(*served.read(torch.tensor(ids), torch.tensor(types)))
        for (start, end), bad in tagged:
            pieces = [n for n, (a, b) in enumerate(offsets[2:-1]) if a < end and start < b]
            if pieces:
                rows.append(x[max(pieces, key=lambda n: float(x[n, BAD]))].numpy())
                changed.append(bad)
                pairs.append(r["pair"])
    x = np.array(rows)
    mean, scale = x.mean(0), x.std(0) + 1e-6
    languages = sorted(set(pairs))
    own = np.array(pairs)[:, None] == languages
    weights = fit(np.hstack([own, (x - mean) / scale]), np.array(changed, float), penalty=PENALTY, free=len(languages))
    slopes = weights[len(languages):] / scale
    bias = own.mean(0) @ weights[:len(languages)] - mean @ slopes
    return torch.tensor(slopes, dtype=torch.float32), torch.tensor(bias, dtype=torch.float32)
