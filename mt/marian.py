"""Engine `transformers`: `MarianMTModel.generate`, the reference; on CPUs, NVIDIA's GPUs and Apple's."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from threading import Lock
from typing import Any

from mt.allocator import keep_freed_memory
from mt.batch import BUDGET, GPU_BUDGET
from mt.device import Device, Precision, Report
from mt.engine import Decoding, Hypothesis, output_cap
from mt.errors import ModelError, reason
from mt.model import Model
from mt.vocabulary import END, PAD, UNKNOWN, Vocabulary

__all__ = ["MarianEngine", "count_parameters", "leave_out_cudnn", "load_weights", "report"]


class MarianEngine:
    """Hugging Face transformers; one batch at a time over all threads, or on one GPU."""

    name = "transformers"
    workers = 1
    exact = False

    def __init__(self, model: Model, precision: Precision, threads: int, device: Device) -> None:
        import torch

        torch.set_num_threads(threads)
        keep_freed_memory()
        if device == "cuda":
            leave_out_cudnn()
        self.budget = BUDGET if device == "cpu" else GPU_BUDGET
        self._device = device
        vocabulary = Vocabulary(model.path)
        self._numbers = vocabulary.numbers
        self._pieces = {number: piece for piece, number in self._numbers.items()}
        self._never = sorted(self._numbers[piece] for piece in (PAD, UNKNOWN, *vocabulary.unwritten))
        weights = load_weights(model.path)
        try:
            self._model = weights.to(device=device, dtype=getattr(torch, precision))
        except RuntimeError as error:
            raise ModelError(f"{model.path}: cannot be put on {device} ({reason(error)}); give --device cpu") from error
        self._lock = Lock()  # `attend` changes the model for a moment

    def translate(self, batch: Sequence[Sequence[str]], decoding: Decoding) -> list[Hypothesis]:
        """Translate one batch, padded on the right and masked."""
        import torch

        width = decoding.beam if decoding.runners_up else 1
        end, pad = self._numbers[END], self._numbers[PAD]
        longest = max(map(len, batch))
        rows = [[self._numbers[piece] for piece in row] for row in batch]
        ids = torch.tensor([row + [pad] * (longest - len(row)) for row in rows], device=self._device)  # (rows, longest)
        mask = torch.tensor([[1] * len(row) + [0] * (longest - len(row)) for row in rows], device=self._device)
        likely = _Likely(decoding.beam)
        with self._lock, torch.inference_mode():
            sequences = self._model.generate(
                input_ids=ids,
                attention_mask=mask,
                num_beams=decoding.beam,
                num_return_sequences=width,
                do_sample=False,
                length_penalty=1.0,
                # As CTranslate2 has it: a search ends with as many ended hypotheses as beams, and (`_Likely`) the
                # probabilities of what may be put out add up to 1. With both, the engines agree at any beam width.
                early_stopping=decoding.beam > 1,
                logits_processor=[likely],
                max_length=None,
                **self._bounds(longest),
                no_repeat_ngram_size=decoding.no_repeat_ngram,
                repetition_penalty=decoding.repetition_penalty,
                suppress_tokens=self._never,
            )
            steps = likely.scores(sequences, len(rows))
        found = []
        for sequence, scores in zip(sequences.tolist(), steps.tolist(), strict=True):
            row = sequence[1:]
            length = row.index(end) + 1 if end in row else len(row)  # `</s>` counts as a piece put out
            pieces = tuple(self._pieces[number] for number in row[:length] if number != end)
            found.append(Hypothesis(pieces, sum(scores[:length]) / max(1, length)))
        return [replace(found[i], runners_up=tuple(found[i + 1 : i + width])) for i in range(0, len(found), width)]

    def _bounds(self, longest: int) -> dict[str, int]:
        """Bound the output for a batch whose longest row has so many pieces."""
        return {"max_new_tokens": output_cap(longest)}

    def attend(self, sources: Sequence[Sequence[str]], targets: Sequence[Sequence[str]]) -> list[list[list[float]]]:
        """Read the attention of one pass over source and target, row by row."""
        import torch

        start = self._model.config.decoder_start_token_id
        rows: list[list[list[float]]] = []
        with self._lock, torch.inference_mode():
            implementation = self._model.config._attn_implementation
            self._model.set_attn_implementation("eager")  # the fused one keeps its weights to itself
            try:
                for source, target in zip(sources, targets, strict=True):
                    output = self._model(
                        input_ids=torch.tensor([[self._numbers[piece] for piece in source]], device=self._device),
                        decoder_input_ids=torch.tensor(
                            [[start, *(self._numbers[piece] for piece in target[:-1])]], device=self._device
                        ),
                        output_attentions=True,
                    )
                    rows.append(output.cross_attentions[-1][0, 0].tolist())  # (layers) of (rows, heads, target, source)
            finally:
                self._model.set_attn_implementation(implementation)
        return rows


class _Likely:
    """Normalises each step's scores and keeps the likeliest, to tell those of the sequences that come out.

    `generate` itself would keep all scores of all steps: with beam 4 and opus-mt's vocabulary of 62,834 pieces 3 GB
    for a batch of 1,024 source pieces, and 46 GB for one of 16,384.
    """

    def __init__(self, beam: int) -> None:
        self._beam = beam
        self._steps: list[tuple[Any, Any, Any]] = []

    def __call__(self, input_ids: Any, scores: Any) -> Any:
        """Take what was put out so far (rows * beam, pieces) and scores (rows * beam, vocabulary); give their logs."""
        scores = scores.log_softmax(dim=-1)
        # A search goes on with some of its 2 * beam likeliest continuations, which are among these of each beam.
        self._steps.append((input_ids, *scores.topk(2 * self._beam)))
        return scores

    def scores(self, sequences: Any, rows: int) -> Any:
        """Give the log-probability of each piece of (rows * width, 1 + new) sequences but the start symbol."""
        import torch

        whole = sequences.view(rows, -1, 1, sequences.shape[-1])  # (rows, width, 1, length)
        found = []
        for at, (prefixes, values, pieces) in enumerate(self._steps[: whole.shape[-1] - 1], start=1):
            # (rows, width, beam, 2 * beam): the beam with all before the piece, and the piece among its likeliest
            same = (prefixes.view(rows, 1, self._beam, at) == whole[..., :at]).all(dim=-1)
            hit = same[..., None] & (pieces.view(rows, 1, self._beam, -1) == whole[..., at, None])
            logs = values.view(rows, 1, self._beam, -1).masked_fill(~hit, -torch.inf)
            found.append(logs.flatten(2).amax(dim=-1))  # beams begin alike
        return torch.stack(found, dim=-1).flatten(0, 1)


def report() -> Report:
    """Tell which devices torch can use here."""
    import torch

    precisions: dict[Device, tuple[Precision, ...]] = {"cpu": ("float32", "bfloat16")}
    absent: dict[Device, str] = {}
    build = f"torch {torch.__version__}"
    elsewhere = "https://pytorch.org/get-started/locally/ names another"
    if torch.cuda.is_available():
        precisions["cuda"] = ("float16", *(("bfloat16",) if torch.cuda.is_bf16_supported() else ()), "float32")
    elif torch.version.cuda:
        absent["cuda"] = f"{build} finds no GPU that it can use (`nvidia-smi` lists those that work)"
    else:
        absent["cuda"] = f"{build} is built without CUDA; {elsewhere}"
    if torch.backends.mps.is_available():
        newer = torch.backends.mps.is_macos_or_newer(14, 0)
        precisions["mps"] = ("float16", *(("bfloat16",) if newer else ()), "float32")
    elif torch.backends.mps.is_built():
        absent["mps"] = f"{build} finds no GPU of Apple's; it needs macOS 12.3 or newer"
    else:
        absent["mps"] = f"{build} is built without MPS, which Macs alone have"
    return Report(precisions, absent=absent)


def leave_out_cudnn() -> None:
    """Have torch compute attention by its other kernels: on GPUs from Hopper on it would take cuDNN's first.

    That one builds a plan for each new shape, once a thread, and each step of a translation is a new shape. (Taken from
    torch's source and from steps of some 40 ms in place of a few, torch 2.11 on an H100; not profiled.)
    """
    import torch

    torch.backends.cuda.enable_cudnn_sdp(False)


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
