"""Engine `transformers`: `MarianMTModel.generate`, the reference."""

from collections.abc import Sequence
from pathlib import Path
from threading import Lock
from typing import Any

from mt.engine import Decoding, Hypothesis, Precision, output_cap
from mt.errors import ModelError, reason
from mt.model import Model
from mt.vocabulary import END, PAD, UNKNOWN, Vocabulary

__all__ = ["MarianEngine", "count_parameters", "load_weights"]


class MarianEngine:
    """Hugging Face transformers in float32; one batch at a time over all threads."""

    name = "transformers"
    workers = 1
    exact = False

    def __init__(self, model: Model, precision: Precision, threads: int) -> None:
        import torch

        torch.set_num_threads(threads)
        self._numbers = Vocabulary(model.path).numbers
        self._pieces = {number: piece for piece, number in self._numbers.items()}
        self._model = load_weights(model.path)
        self._lock = Lock()  # `attend` changes the model for a moment

    def translate(self, batch: Sequence[Sequence[str]], decoding: Decoding) -> list[Hypothesis]:
        """Translate one batch, padded on the right and masked."""
        import torch

        end, pad, unknown = self._numbers[END], self._numbers[PAD], self._numbers[UNKNOWN]
        longest = max(map(len, batch))
        rows = [[self._numbers[piece] for piece in row] for row in batch]
        ids = torch.tensor([row + [pad] * (longest - len(row)) for row in rows])  # (rows, longest)
        mask = torch.tensor([[1] * len(row) + [0] * (longest - len(row)) for row in rows])
        with self._lock, torch.inference_mode():
            output = self._model.generate(
                input_ids=ids,
                attention_mask=mask,
                num_beams=decoding.beam,
                do_sample=False,
                length_penalty=1.0,
                # As CTranslate2 has it: a search ends with as many ended hypotheses as beams, and the
                # probabilities of what may be put out add up to 1. With both, the engines agree at any beam width.
                early_stopping=decoding.beam > 1,
                renormalize_logits=True,
                max_length=None,
                max_new_tokens=output_cap(longest),
                no_repeat_ngram_size=decoding.no_repeat_ngram,
                repetition_penalty=decoding.repetition_penalty,
                bad_words_ids=[[pad], [unknown]],
                return_dict_in_generate=True,
                output_scores=True,
            )
            # (rows, new): the log-probability of each piece put out, the start symbol left out
            steps = self._model.compute_transition_scores(
                output.sequences, output.scores, getattr(output, "beam_indices", None)
            )
        hypotheses = []
        for sequence, scores in zip(output.sequences.tolist(), steps.tolist(), strict=True):
            row = sequence[1:]
            length = row.index(end) + 1 if end in row else len(row)  # `</s>` counts as a piece put out
            pieces = tuple(self._pieces[number] for number in row[:length] if number != end)
            hypotheses.append(Hypothesis(pieces, sum(scores[:length]) / max(1, length)))
        return hypotheses

    def attend(self, sources: Sequence[Sequence[str]], targets: Sequence[Sequence[str]]) -> list[list[list[float]]]:
        """Read the attention of one pass over source and target, row by row."""
        import torch

        start = self._model.config.decoder_start_token_id
        rows: list[list[list[float]]] = []
        with self._lock, torch.inference_mode():
            implementation = self._model.config._attn_implementation
            self._model.set_attn_implementation("eager")  # the fused one keeps its weights to itself
            for source, target in zip(sources, targets, strict=True):
                output = self._model(
                    input_ids=torch.tensor([[self._numbers[piece] for piece in source]]),
                    decoder_input_ids=torch.tensor([[start, *(self._numbers[piece] for piece in target[:-1])]]),
                    output_attentions=True,
                )
                rows.append(output.cross_attentions[-1][0, 0].tolist())  # (layers) of (rows, heads, target, source)
            self._model.set_attn_implementation(implementation)
        return rows


def load_weights(folder: Path) -> Any:
    """Give a folder's MarianMTModel in float32; transformers draws no progress bars and logs no advice from then on.

    Raises `ModelError` where the weights cannot be read or some are missing, which transformers would make up.
    """
    import torch
    from transformers import MarianMTModel
    from transformers.utils import logging

    logging.disable_progress_bar()
    logging.set_verbosity_error()
    try:
        # (model, report), which the types of transformers don't know
        loaded: Any = MarianMTModel.from_pretrained(folder, dtype=torch.float32, output_loading_info=True)
    except Exception as error:  # each format of weights raises errors of its own, with no common class
        raise ModelError(f"{folder}: the weights cannot be loaded ({reason(error)}); get the model again") from error
    model, report = loaded
    missing = sorted(report["missing_keys"])
    if missing:
        raise ModelError(f"{folder}: weights are missing, {missing[0]} for one; get the model again")
    return model.eval()


def count_parameters(weights: Path) -> int:
    """Count the weights in a `pytorch_model.bin`.

    Raises `ModelError` where it cannot be read.
    """
    from torch import load

    try:
        return sum(tensor.numel() for tensor in load(weights, map_location="cpu", weights_only=True).values())
    except Exception as error:  # each format of weights raises errors of its own, with no common class
        raise ModelError(f"{weights} cannot be read ({reason(error)}); get the model again") from error
