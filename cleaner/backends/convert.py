"""A model of the transformers library turned into one that CTranslate2 runs without PyTorch."""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from pathlib import Path
from typing import Any

from ..core import CleanerError
from . import ct2, hf, local

QUANTIZATIONS = ("int8", "int8_float32", "int16", "float32")


def convert(source: str, target: Path, *, quantization: str = "int8", licence: str = "unknown") -> dict[str, Any]:
    """Write the model `source` (a folder, or a name that the hub's client has fetched) into the new folder `target`.

    Returns what ``model.json`` says of it. The folder appears when it is whole. Raises CleanerError where it is there already, where
    packages are missing, and for models that CTranslate2 does not know.
    """
    if target.exists():
        raise CleanerError(f"{target} is there already; name a new folder")
    try:
        import torch  # noqa: F401  # the converter needs it, and says so less clearly
        from ctranslate2.converters import TransformersConverter
        from transformers import AutoConfig, AutoTokenizer
    except ImportError as error:
        raise CleanerError(f"{source} cannot be converted: {hf.NEEDS.replace('[torch]', '[torch,ct2]')}") from error
    target.absolute().parent.mkdir(parents=True, exist_ok=True)
    partial = Path(tempfile.mkdtemp(prefix=".partial-", dir=target.absolute().parent))
    try:
        config: Any = AutoConfig.from_pretrained(source, local_files_only=True, trust_remote_code=False)
        tokenizer: Any = AutoTokenizer.from_pretrained(source, local_files_only=True, trust_remote_code=False)
        if not getattr(tokenizer, "is_fast", False):
            raise ValueError(f"its tokenizer ({type(tokenizer).__name__}) has no fast form")
        made = partial / "model"

        class Converter(TransformersConverter):  # type: ignore[misc]  # without types
            def load_model(self, *args: Any, **kwargs: Any) -> Any:
                return _untied(super().load_model(*args, **kwargs))

        Converter(source).convert(str(made), quantization=quantization)
        _complete(made / "config.json", tokenizer.eos_token)
        tokenizer.backend_tokenizer.save(str(made / "tokenizer.json"))
        described = _described(source, config, tokenizer, quantization, licence)
        described["sha256"] = {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in sorted(made.iterdir())}
        (made / ct2.DESCRIPTION).write_text(json.dumps(described, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        made.rename(target)
    except (OSError, ValueError, RuntimeError, KeyError, TypeError, AttributeError, NotImplementedError) as error:
        said = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise CleanerError(f"{source} cannot be converted ({said}); name a model that CTranslate2 knows, fetched or in a folder") from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return described


def _untied(model: Any) -> Any:
    """A T5 whose settings say what CTranslate2 reads there: whether the decoder's outputs are scaled.

    That went by ``tie_word_embeddings``, which transformers 5 sets for every T5 (its ``scale_decoder_outputs`` has it now; mT5 never
    scales): https://github.com/huggingface/transformers, models/t5/configuration_t5.py.
    """
    if model.config.model_type in ("t5", "mt5", "umt5"):
        model.config.tie_word_embeddings = bool(getattr(model.config, "scale_decoder_outputs", False))
    return model


def _complete(path: Path, end: str) -> None:
    """CTranslate2 cannot read the null that its converter writes where a tokenizer (Qwen's, say) lacks a token; nothing uses it."""
    settings = json.loads(path.read_text(encoding="utf-8"))
    filled = {key: end if value is None and key.endswith("_token") else value for key, value in settings.items()}
    path.write_text(json.dumps(filled, indent=2) + "\n", encoding="utf-8")


def _described(source: str, config: Any, tokenizer: Any, quantization: str, licence: str) -> dict[str, Any]:
    name, version = local.named(source, config)
    shape = local.shape(name, tokenizer, chat=not config.is_encoder_decoder)
    return {
        "name": name, "version": version, "licence": licence, "quantization": quantization,
        "template": shape.template, "special": list(shape.special),
        "end": tokenizer.eos_token, "unknown": tokenizer.unk_token,
        "limit": local.longest(config, tokenizer),
    }
