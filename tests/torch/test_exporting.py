"""An encoder as it is exported reads a text as it did in training. `make test-torch`."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

torch = pytest.importorskip("torch", minversion="2")  # this folder itself can be found as "torch", without a version
transformers = pytest.importorskip("transformers")

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "models/train"))


@pytest.mark.parametrize("tokens", [1, 2, 17])
def test_one_text_alone_has_the_hidden_states_that_it_has_in_a_batch(tokens: int) -> None:
    from exporting import Alone

    torch.manual_seed(0)
    config = transformers.BertConfig(vocab_size=50, hidden_size=24, num_hidden_layers=2, num_attention_heads=3, intermediate_size=48)
    encoder = transformers.BertModel(config, add_pooling_layer=False).eval()
    ids, types = torch.randint(0, 50, (tokens,)), torch.randint(0, 2, (tokens,))
    padded = torch.cat([ids, torch.zeros(5, dtype=torch.long)])[None]
    mask = torch.tensor([[1] * tokens + [0] * 5])
    with torch.no_grad():
        wanted = encoder(input_ids=padded, attention_mask=mask, token_type_ids=torch.cat([types, torch.zeros(5, dtype=torch.long)])[None])
        made = Alone(encoder)(ids, types)
    assert made.shape == (tokens, 24)
    assert torch.allclose(made, wanted.last_hidden_state[0, :tokens], atol=1e-5)
