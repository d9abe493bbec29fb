"""What a training gives: a Hugging Face Marian folder."""

import copy
import json
import shutil
import tempfile
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from transformers import GenerationConfig
from transformers.utils.logging import disable_progress_bar

from mt.atomic import atomic
from mt.errors import InputError, reason
from mt.training.pieces import Segmenter

__all__ = ["export"]


def export(model: Any, segmenter: Segmenter, folder: Path, dtype: str, card: str) -> None:
    """Write weights, configuration and card into a folder that holds the vocabulary.

    Every file takes its place whole, the weights first. Raises `InputError` where the folder cannot be written to.
    """
    written = copy.deepcopy(model).to(getattr(torch, dtype))
    written.generation_config = GenerationConfig(
        bos_token_id=segmenter.end,
        eos_token_id=segmenter.end,
        pad_token_id=segmenter.pad,
        forced_eos_token_id=segmenter.end,
        decoder_start_token_id=segmenter.pad,
        bad_words_ids=[[segmenter.pad], [segmenter.unknown]],
        num_beams=4,
        max_length=512,
    )
    temporary = None
    try:
        temporary = Path(tempfile.mkdtemp(prefix=".export.", dir=folder))
        disable_progress_bar()
        written.save_pretrained(temporary)
        for name in ("model.safetensors", "generation_config.json", "config.json"):
            (temporary / name).chmod(0o644)
            (temporary / name).replace(folder / name)
    except (OSError, SafetensorError) as error:
        raise InputError(
            f"{folder}: the model cannot be written ({reason(error)}); make room and run the command again"
        ) from error
    finally:
        if temporary:
            shutil.rmtree(temporary, ignore_errors=True)
    tokenizer = {
        "tokenizer_class": "MarianTokenizer",
        "source_lang": "ar",
        "target_lang": "en",
        "separate_vocabs": False,
        "model_max_length": 512,
        "eos_token": "</s>",
        "unk_token": "<unk>",
        "pad_token": "<pad>",
    }
    for name, content in (("tokenizer_config.json", json.dumps(tokenizer, indent=2) + "\n"), ("README.md", card)):
        with atomic(folder / name) as handle:
            handle.write(content.encode())
