"""Engine `transformers`: `MarianMTModel.generate`, the reference."""

from collections.abc import Sequence
from pathlib import Path

from mt.engine import Decoding, Hypothesis, Precision, output_cap
from mt.errors import ModelError
from mt.model import Model
from mt.vocabulary import END, PAD, UNKNOWN, Vocabulary

__all__ = ["MarianEngine", "count_parameters", "hush"]


class MarianEngine:
    """Hugging Face transformers in float32; one batch at a time over all threads."""

    name = "transformers"
    workers = 1

    def __init__(self, model: Model, precision: Precision, threads: int) -> None:
        import torch
        from transformers import MarianMTModel

        hush()
        torch.set_num_threads(threads)
        self._numbers = Vocabulary(model.path).numbers
        self._pieces = {number: piece for piece, number in self._numbers.items()}
        try:
            self._model = MarianMTModel.from_pretrained(model.path, dtype=torch.float32).eval()
        except Exception as error:
            raise ModelError(f"{model.path}: the weights cannot be loaded ({error}); get the model again") from error

    def translate(self, batch: Sequence[Sequence[str]], decoding: Decoding) -> list[Hypothesis]:
        """Translate one batch, padded on the right and masked."""
        import torch

        end, pad, unknown = self._numbers[END], self._numbers[PAD], self._numbers[UNKNOWN]
        longest = max(map(len, batch))
        rows = [[self._numbers[piece] for piece in row] for row in batch]
        ids = torch.tensor([row + [pad] * (longest - len(row)) for row in rows])  # (rows, longest)
        mask = torch.tensor([[1] * len(row) + [0] * (longest - len(row)) for row in rows])
        with torch.inference_mode():
            output = self._model.generate(
                input_ids=ids,
                attention_mask=mask,
                num_beams=decoding.beam,
                do_sample=False,
                length_penalty=1.0,
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
                output.sequences,
                output.scores,
                getattr(output, "beam_indices", None),
                normalize_logits=decoding.beam == 1,
            )
        hypotheses = []
        for sequence, scores in zip(output.sequences.tolist(), steps.tolist(), strict=True):
            row = sequence[1:]
            length = row.index(end) + 1 if end in row else len(row)  # `</s>` counts as a piece put out
            pieces = tuple(self._pieces[number] for number in row[:length] if number != end)
            hypotheses.append(Hypothesis(pieces, sum(scores[:length]) / max(1, length)))
        return hypotheses


def hush() -> None:
    """Keep transformers from drawing progress bars and logging advice to stderr."""
    from transformers.utils import logging

    logging.disable_progress_bar()
    logging.set_verbosity_error()


def count_parameters(weights: Path) -> int:
    """Count the weights in a `pytorch_model.bin`."""
    from torch import load

    return sum(tensor.numel() for tensor in load(weights, map_location="cpu", weights_only=True).values())
