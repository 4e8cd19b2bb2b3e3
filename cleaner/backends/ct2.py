"""Converted models (`cleaner models convert`): CTranslate2 runs them in int8 on the processor, without PyTorch."""

from __future__ import annotations

import json
import math
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from ..core import CleanerError
from . import Candidate, Request, Signature, local
from .settings import Settings

DESCRIPTION = "model.json"
NEEDS = "it needs CTranslate2: pip install 'cleaner[ct2]'"
_POLL_SECONDS = 0.005


class Converted:
    """A loaded model. Beam search, no sampling: the same requests get the same answers."""

    def __init__(self, folder: Path, settings: Settings) -> None:
        try:
            import ctranslate2
            from tokenizers import Tokenizer
        except ImportError as error:
            raise CleanerError(NEEDS) from error
        try:
            described: dict[str, Any] = json.loads((folder / DESCRIPTION).read_text(encoding="utf-8"))
            self.seq2seq = not described["template"]
            self._shape = local.Shape(described["name"], described["template"], tuple(described["special"]))
            self._end: str = described["end"]
            self._unknown: str | None = described["unknown"]
            self._limit: int = described["limit"]
            self.tokenizer: Any = Tokenizer.from_file(str(folder / "tokenizer.json"))
            kind = ctranslate2.Translator if self.seq2seq else ctranslate2.Generator
            self._model: Any = kind(str(folder), device="cpu")
        except (OSError, ValueError, KeyError, TypeError, RuntimeError) as error:
            raise CleanerError(f"{folder} is no converted model ({error}); make one: cleaner models convert MODEL {folder}") from error
        self.tokenizer.no_padding()
        self.tokenizer.no_truncation()
        self._lock = threading.Lock()
        self.settings = settings
        self._signature = local.signature(described["name"], f"{described['version']}-{described['quantization']}", settings)

    @property
    def signature(self) -> Signature:
        return self._signature

    def prompt(self, request: Request) -> str:
        return self._shape.prompt(request, self.settings)

    def answers(self, requests: Sequence[Request]) -> Iterator[tuple[int, list[Candidate] | None]]:
        """In batches, short ones first. What does not fit the model is left as it is; what takes too long is not answered."""
        tokens = [self._encode(self.prompt(r)) for r in requests]
        most = [local.most_tokens(len(self._encode(r.text)), self.settings) for r in requests]
        fitting = [
            i for i, r in enumerate(requests)
            if self._shape.can_ask(r) and self._shape.tokens(len(tokens[i]), most[i]) <= self._limit
        ]
        for batch in local.batches([len(x) for x in tokens], fitting, self.settings.batch):
            with self._lock:
                found = self._generate([tokens[i] for i in batch], max(most[i] for i in batch))
            for i, texts in zip(batch, found, strict=True):
                yield i, None if texts is None else local.candidates(texts, requests[i])

    def close(self) -> None:
        """Nothing to do: the memory goes with the object."""

    def _encode(self, text: str) -> list[str]:
        tokens: list[str] = self.tokenizer.encode(text, add_special_tokens=self.seq2seq).tokens
        return tokens

    def _generate(self, tokens: Sequence[list[str]], most: int) -> list[list[tuple[str, float]] | None]:
        """For each input its best texts with the geometric mean of their tokens' chances; None where time ran out."""
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
