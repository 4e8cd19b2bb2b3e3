"""The models in `models/`: their files, and how the small encoders among them read a segment after its context."""

from __future__ import annotations

import hashlib
import itertools
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

#: The tokens before a part of a segment, its own, and their characters.
Part = tuple[list[int], list[int], list[tuple[int, int]]]


def folder(name: str) -> Path | None:
    """Where a model is: inside the installed package, else beside it in a checkout."""
    package = Path(__file__).parent
    return next((p for p in (package / "models" / name, package.parent / "models" / name) if (p / "model.json").is_file()), None)


def damage(at: Path, described: Path | None = None) -> str:
    """What is wrong with the files of a model against the checksums in its ``model.json``; empty when nothing is.

    `described` is the folder of that file, where it is not among the others.
    """
    try:
        expected = json.loads(((described or at) / "model.json").read_text(encoding="utf-8"))["sha256"]
        for name, digest in expected.items():
            with (at / name).open("rb") as file:
                if hashlib.file_digest(file, "sha256").hexdigest() != digest:
                    return f"{name} does not match its checksum"
    except (OSError, ValueError, KeyError) as error:
        return str(error)
    return ""


def session(path: Path) -> Any:
    """A model on one thread, whose int8 products are exact on every processor.

    Where a processor has AVX2 but no VNNI, onnxruntime adds pairs of products in 16 bits, which overflow, unless it is told not to: the
    quality model flagged fewer bad sentences there, and the language model was more surprised by good ones. Where there is VNNI it is
    not told, for it would not use it then.
    """
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.add_session_config_entry("session.x64quantprecision", "0" if _vnni(Path("/proc/cpuinfo")) else "1")
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def _vnni(about: Path) -> bool:
    """Whether the processor adds four products of 8-bit integers in 32 bits at once (AVX-512 VNNI); only Linux says so in a file."""
    try:
        return "avx512_vnni" in about.read_text(encoding="utf-8", errors="replace").split()
    except OSError:
        return False


class Encoder:
    """A loaded model. One onnxruntime session on one thread; the same text gets the same numbers in every run.

    One segment at a time: on a processor a batch saves nothing (measured, it loses a third to padding), and its int8 scales would make a
    segment's numbers depend on its neighbours.
    """

    def __init__(self, at: Path) -> None:
        from tokenizers import Tokenizer

        self.settings = json.loads((at / "model.json").read_text(encoding="utf-8"))
        self.context: int = self.settings["context_tokens"]
        self.length: int = self.settings["max_tokens"]
        self.start: int = self.settings["cls"]
        self.stop: int = self.settings["sep"]
        self.tokenizer = Tokenizer.from_file(str(at / "tokenizer.json"))
        self.tokenizer.no_padding()
        self.tokenizer.no_truncation()
        self.session = session(at / "model.onnx")

    def parts(self, text: str, context: str) -> Iterator[Part]:
        """A segment in parts of equal length that fit the model: tokens before each, its own, and their characters."""
        before = self.tokenizer.encode(context, add_special_tokens=False).ids[-self.context:] if context else []
        own = self.tokenizer.encode(text, add_special_tokens=False)
        ids, offsets = [*before, *own.ids], [(0, 0)] * len(before) + list(own.offsets)
        room = self.length - self.context - 3
        if len(own.ids) <= self.length - len(before) - 3:
            room = max(1, len(own.ids))
        parts = max(1, -(-len(own.ids) // room))
        edges = [len(before) + len(own.ids) * i // parts for i in range(parts + 1)]
        for start, end in itertools.pairwise(edges):
            yield ids[max(0, start - self.context):start], ids[start:end], offsets[start:end]

    def run(self, outputs: list[str], before: list[int], own: list[int]) -> list[Any]:
        """Outputs of the model: for the whole, (1, values), and by token of the segment, (1, tokens, values)."""
        import numpy as np

        ids = np.array([[self.start, *before, self.stop, *own, self.stop]], np.int64)
        types = np.array([[0] * (len(before) + 2) + [1] * (len(own) + 1)], np.int64)
        made: list[Any] = self.session.run(outputs, {"ids": ids, "types": types})
        return made
