"""An encoder as it is exported reads a text as it did in training. `make test-torch`; what writes a file needs onnx too."""

from __future__ import annotations

import re
import sys
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

torch = pytest.importorskip("torch", minversion="2")  # this folder itself can be found as "torch", without a version
transformers = pytest.importorskip("transformers")

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "models/train"))


def encoder(layers: int, heads: int) -> Any:
    torch.manual_seed(0)
    config = transformers.BertConfig(
        vocab_size=50, hidden_size=24, num_hidden_layers=layers, num_attention_heads=heads, intermediate_size=96,
        max_position_embeddings=64)
    made = transformers.BertModel(config, add_pooling_layer=False)
    for weights in made.parameters():  # biases that are all zero would be stored once, under one name
        torch.nn.init.normal_(weights, std=0.1)
    return made


@pytest.mark.parametrize(("before", "own"), [(0, 1), (1, 2), (9, 8)])
def test_one_text_alone_has_the_hidden_states_that_it_has_in_a_batch(before: int, own: int) -> None:
    from exporting import Alone

    model = encoder(3, 3).eval()
    ids = torch.randint(0, 50, (1 + before + own,))
    types = torch.tensor([0] * (1 + before) + [1] * own)
    nothing = torch.zeros(5, dtype=torch.long)
    mask = torch.cat([torch.ones_like(ids), nothing])[None]
    with torch.no_grad():
        read = model(input_ids=torch.cat([ids, nothing])[None], attention_mask=mask, token_type_ids=torch.cat([types, nothing])[None])
        made = Alone(model)(ids, types)
    wanted = read.last_hidden_state
    assert made.shape == (1 + own, 24)
    assert torch.allclose(made[0], wanted[0, 0], atol=1e-5)
    assert torch.allclose(made[1:], wanted[0, 1 + before:len(ids)], atol=1e-5)


def test_smoothed_layers_give_the_same_from_inputs_of_one_size() -> None:
    from exporting import Smoothed

    torch.manual_seed(0)
    dense, x = torch.nn.Linear(8, 5), torch.randn(30, 8) * torch.tensor([1.0] * 6 + [50.0, 0.0])
    made = Smoothed(dense, x.abs().amax(0))
    with torch.no_grad():
        assert torch.allclose(made(x), dense(x), atol=1e-4)
    sizes = (x * made.scale).abs().amax(0)[:7]
    assert sizes.max() / sizes.min() < x.abs().amax(0)[:7].max() / x.abs().amax(0)[:7].min() / 3


def text(before: int, own: int) -> tuple[Any, Any]:
    """ids and types of a text, (1, tokens)."""
    return torch.randint(0, 50, (1, before + own + 3)), torch.tensor([[0] * (before + 2) + [1] * (own + 1)])


@pytest.fixture
def model(tmp_path: Path) -> Any:
    """A model whose files are in tmp_path."""
    pytest.importorskip("onnx")
    pytest.importorskip("onnxruntime")
    from exporting import export, smooth
    from quality_export import Served
    from quality_model import LAYERS, Quality
    from tokenizers import Tokenizer, models

    made = Quality(encoder(LAYERS, 12)).eval()
    served = Served(deepcopy(made))
    smooth(served.alone, [[part[0].tolist() for part in text(4, 6)] for _ in range(100)])
    export(served, ("sentence", "word"), Tokenizer(models.WordLevel({"a": 0}, "a")), tmp_path)
    return made


def test_a_model_that_ships_can_be_read_again(model: Any, tmp_path: Path) -> None:
    from quality_model import shipped

    read, tokenizer = shipped(tmp_path)
    assert tokenizer.get_vocab() == {"a": 0}
    known = model.state_dict()
    assert known.keys() == read.state_dict().keys()
    for name, weights in read.state_dict().items():  # of smoothed layers, those of inputs that are always small are told roughly
        if not re.search(r"(intermediate|\d\.output)\.dense\.weight", name):
            assert torch.allclose(weights, known[name], atol=float(known[name].abs().max()) / 100), name
    for before, own in ((0, 1), (5, 3), (1, 20)):
        ids, types = text(before, own)
        with torch.no_grad():
            wanted, made = (m.eval()(ids, torch.ones_like(ids), types)[0] for m in (model, read))
        assert (wanted - made).abs().max() < 0.05


def test_what_is_exported_gives_the_numbers_of_the_model(model: Any, tmp_path: Path) -> None:
    import onnxruntime

    session = onnxruntime.InferenceSession(str(tmp_path / "model.onnx"), providers=["CPUExecutionProvider"])
    for before, own in ((0, 1), (5, 3), (1, 20)):
        ids, types = text(before, own)
        sentence, word = session.run(["sentence", "word"], {"ids": ids.numpy(), "types": types.numpy()})
        with torch.no_grad():
            wanted, words, _ = model(ids, torch.ones_like(ids), types)
        assert word.shape == (1, own, 4)
        assert abs(sentence - wanted.numpy()).max() < 0.05
        assert abs(word - words[:, before + 2:-1].sigmoid().numpy()).max() < 0.05
