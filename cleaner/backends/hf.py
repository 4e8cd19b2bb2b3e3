"""Models of the transformers library, run here by PyTorch: encoder–decoders (T5, mT5, BART, CoEdIT) and causal chat models.

Weights come from a folder, or from what the hub's own client has fetched before; nothing is fetched, and no code of a model's is run.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..core import CleanerError
from . import local
from .settings import Settings

NEEDS = "it needs PyTorch: pip install 'cleaner[torch]'"


class Transformer(local.Local[int]):
    """A loaded model. Raises CleanerError where PyTorch or the model is missing."""

    def __init__(self, name: str, settings: Settings) -> None:
        try:
            import torch
            from transformers import AutoConfig, AutoModelForCausalLM, AutoModelForSeq2SeqLM, AutoTokenizer
            from transformers.utils import logging
        except ImportError as error:
            raise CleanerError(NEEDS) from error
        logging.set_verbosity_error()  # type: ignore[no-untyped-call]
        logging.disable_progress_bar()  # type: ignore[no-untyped-call]
        try:
            config: Any = AutoConfig.from_pretrained(name, local_files_only=True, trust_remote_code=False)
            self.tokenizer: Any = AutoTokenizer.from_pretrained(name, local_files_only=True, trust_remote_code=False)
            self.seq2seq = bool(config.is_encoder_decoder)
            kind: Any = AutoModelForSeq2SeqLM if self.seq2seq else AutoModelForCausalLM
            self._model: Any = kind.from_pretrained(name, local_files_only=True, trust_remote_code=False)
        except (OSError, ValueError, ImportError) as error:
            said = str(error).strip().splitlines()[0]
            raise CleanerError(f"{said}; give a model's folder, or fetch it first: hf download {name}") from error
        self._device = "cuda" if torch.cuda.is_available() else "cpu"
        self._model.to(self._device).eval()
        short, version = local.named(name, config)
        shape = local.shape(short, self.tokenizer, chat=not self.seq2seq)
        super().__init__(shape, version, local.longest(config, self.tokenizer), settings)
        ends = self._model.generation_config.eos_token_id
        self._ends: list[int] = ends if isinstance(ends, list) else [ends]

    def _encode(self, text: str) -> list[int]:
        ids: list[int] = self.tokenizer(text, add_special_tokens=self.seq2seq)["input_ids"]
        return ids

    def _generate(self, tokens: Sequence[list[int]], most: int) -> list[list[tuple[str, float]] | None]:
        import torch

        width = max(map(len, tokens))
        pad = self.tokenizer.pad_token_id if self.tokenizer.pad_token_id is not None else self._ends[0]
        rows, real = [], []
        for own in tokens:
            padding, ones, zeros = [pad] * (width - len(own)), [1] * len(own), [0] * (width - len(own))
            rows.append(own + padding if self.seq2seq else padding + own)  # a causal model goes on from the right end
            real.append(ones + zeros if self.seq2seq else zeros + ones)
        count = self.settings.candidates
        with torch.inference_mode():
            out = self._model.generate(
                input_ids=torch.tensor(rows, device=self._device), attention_mask=torch.tensor(real, device=self._device),
                num_beams=local.beams(self.settings), num_return_sequences=count, do_sample=False, max_new_tokens=most, pad_token_id=pad,
                length_penalty=1.0, no_repeat_ngram_size=0, early_stopping=True, max_time=self.settings.timeout,
                return_dict_in_generate=True, output_scores=True,
            )
        first = 1 if self.seq2seq else width
        whole = [self._text(row[first:]) for row in out.sequences.tolist()]
        scored = list(zip(whole, out.sequences_scores.exp().tolist(), strict=True))
        grouped = [scored[at:at + count] for at in range(0, len(scored), count)]
        return [[(t, s) for t, s in own if t is not None] if any(t is not None for t, _ in own) else None for own in grouped]

    def _text(self, ids: list[int]) -> str | None:
        """The text of an answer that came to its end and has no unknown token."""
        end = next((i for i, x in enumerate(ids) if x in self._ends), None)
        if end is None or self.tokenizer.unk_token_id in ids[:end]:
            return None
        return str(self.tokenizer.decode(ids[:end], skip_special_tokens=True))
