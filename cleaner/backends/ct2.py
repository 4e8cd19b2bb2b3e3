"""Converted models (`cleaner models convert`): CTranslate2 runs them in int8 on the processor, without PyTorch."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ..core import CleanerError
from . import local
from .settings import Settings

DESCRIPTION = "model.json"
NEEDS = "it needs CTranslate2: pip install 'cleaner[ct2]'"
_POLL_SECONDS = 0.005


class Converted(local.Local[str]):
    """A loaded model. Raises CleanerError where CTranslate2 is missing, and for a folder that holds no converted model."""

    def __init__(self, folder: Path, settings: Settings) -> None:
        try:
            import ctranslate2
            from tokenizers import Tokenizer
        except ImportError as error:
            raise CleanerError(NEEDS) from error
        try:
            described: dict[str, Any] = json.loads((folder / DESCRIPTION).read_text(encoding="utf-8"))
            self.seq2seq = not described["template"]
            shape = local.Shape(described["name"], described["template"], tuple(described["special"]))
            self._end: str = described["end"]
            self._unknown: str | None = described["unknown"]
            limit: int = described["limit"]
            version = f"{described['version']}-{described['quantization']}"
            self.tokenizer: Any = Tokenizer.from_file(str(folder / "tokenizer.json"))
            kind = ctranslate2.Translator if self.seq2seq else ctranslate2.Generator
            self._model: Any = kind(str(folder), device="cpu")
        except (OSError, ValueError, KeyError, TypeError, RuntimeError) as error:
            raise CleanerError(f"{folder} is no converted model ({error}); make one: cleaner models convert MODEL {folder}") from error
        self.tokenizer.no_padding()
        self.tokenizer.no_truncation()
        super().__init__(shape, version, limit, settings)

    def _encode(self, text: str) -> list[str]:
        tokens: list[str] = self.tokenizer.encode(text, add_special_tokens=self.seq2seq).tokens
        return tokens

    def _generate(self, tokens: Sequence[list[str]], most: int) -> list[list[tuple[str, float]] | None]:
        common: dict[str, Any] = {
            "beam_size": local.beams(self.settings), "num_hypotheses": self.settings.candidates, "return_scores": True,
            "return_end_token": True, "asynchronous": True, "length_penalty": 1.0,
        }
        if self.seq2seq:
            jobs = self._model.translate_batch(tokens, max_decoding_length=most, max_input_length=0, **common)
        else:
            jobs = self._model.generate_batch(tokens, max_length=most, include_prompt_in_result=False, end_token=self._end, **common)
        until = time.monotonic() + self.settings.timeout
        while not all(job.done() for job in jobs):
            if time.monotonic() > until:
                return [None] * len(tokens)
            time.sleep(_POLL_SECONDS)
        return [self._texts(job.result()) for job in jobs]

    def _texts(self, result: Any) -> list[tuple[str, float]]:
        """The answers that came to their end and have no unknown token."""
        sequences = result.hypotheses if self.seq2seq else result.sequences
        found = []
        for own, score in zip(sequences, result.scores, strict=True):
            if own and own[-1] == self._end and self._unknown not in own:
                ids = [i for i in map(self.tokenizer.token_to_id, own[:-1]) if i is not None]
                found.append((str(self.tokenizer.decode(ids, skip_special_tokens=True)), math.exp(score)))
        return found
