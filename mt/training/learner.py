"""The network with its optimisers: updates, what comes of them (averaged, blended), and its whole state."""

import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch

from mt.errors import InputError, ModelError
from mt.marian import leave_out_cudnn
from mt.training.corpora import Batch
from mt.training.muon import Muon
from mt.training.network import create
from mt.training.pieces import Segmenter
from mt.training.recipe import Recipe, Shape
from mt.training.workers import Workers

__all__ = ["Learner", "choose_device", "choose_precision", "use_threads"]


class Learner:
    """A MarianMT in training, from a folder or made new in a `Shape`, by one process or several on the CPU."""

    def __init__(
        self,
        recipe: Recipe,
        segmenter: Segmenter,
        start: Path | Shape,
        device: str,
        processes: int = 1,
        directions: torch.Tensor | None = None,
    ) -> None:
        self.recipe = recipe
        if device == "cuda":  # the products that autocast leaves in float32, Muon's, bear rounding to 10 bits
            torch.set_float32_matmul_precision("high")
            leave_out_cudnn()
        self._network = create(recipe, segmenter, start, device, directions)
        self._workers = Workers(self._network, processes)
        self._threads, self.processes = torch.get_num_threads(), processes
        self._parameters = self._network.parameters
        self._optimizers = _optimizers(self._network.model, recipe)
        self._average = self._copies() if recipe.average else []
        self._start = self._copies() if recipe.blend else []
        self.step = 0

    def update(self, group: Sequence[Batch]) -> tuple[float, int]:
        """Make one update from the group's batches; give the loss summed over target pieces, and their number.

        Raises FloatingPointError, before the update, where the gradient is not finite, and `ModelError` where memory
        does not suffice.
        """
        self.step += 1
        rate = self.recipe.learning_rate(self.step)
        # Chance depends on the place in the training alone: not on who computes a batch, nor on what ran before.
        chance = random.Random(f"{self.recipe.seed}/{self.step}")
        seeds = [chance.getrandbits(63) for _ in group]
        try:
            total, pieces = self._workers.gradients(group, seeds)
        except torch.cuda.OutOfMemoryError as error:
            raise ModelError(
                f"a batch of {self.recipe.batch_tokens:,} pieces does not fit into the GPU's memory; "
                "lower --batch-tokens, and raise --accumulate as much"
            ) from error
        norm = torch.nn.utils.clip_grad_norm_(self._parameters, self.recipe.clip)
        if not torch.isfinite(norm):
            raise FloatingPointError(f"update {self.step}")
        torch.set_num_threads(self._threads * self.processes)  # the others wait
        for optimizer in self._optimizers:
            for parameters in optimizer.param_groups:
                parameters["lr"] = rate
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
        torch.set_num_threads(self._threads)
        if self._average:
            # At the start the average follows closely, so that it does not remember the beginning (as in TensorFlow's).
            keep = min(self.recipe.average, (1 + self.step) / (10 + self.step))
            torch._foreach_lerp_(self._average, [p.detach() for p in self._parameters], 1 - keep)
        return total, pieces

    @contextmanager
    def result(self) -> Iterator[Any]:
        """Lend the network as it is scored and kept: parameters averaged and blended with the start's, no dropout."""
        trained = self._copies()
        _fill(self._parameters, self._average or trained)
        if self._start:
            with torch.no_grad():
                torch._foreach_lerp_(self._parameters, self._start, self.recipe.blend)
        self._network.model.eval()
        try:
            yield self._network.model
        finally:
            self._network.model.train()
            _fill(self._parameters, trained)

    def state(self) -> dict[str, Any]:
        """Give all that the next update depends on, as tensors and plain values."""
        return {
            "step": self.step,
            "parameters": [p.detach() for p in self._parameters],
            "average": self._average,
            "optimizers": [optimizer.state_dict() for optimizer in self._optimizers],
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Take up a state that `state` gave."""
        self.step = state["step"]
        _fill([*self._parameters, *self._average], [*state["parameters"], *state["average"]])
        for optimizer, saved in zip(self._optimizers, state["optimizers"], strict=True):
            optimizer.load_state_dict(saved)

    def close(self) -> None:
        """End the other processes."""
        self._workers.close()

    def _copies(self) -> list[torch.Tensor]:
        return [p.detach().clone() for p in self._parameters]


def choose_device(name: str) -> str:
    """Give the device of a name; `auto` is the GPU where there is one. Raises `InputError` for a GPU that is not."""
    found = torch.cuda.is_available()
    if name == "cuda" and not found:
        raise InputError("--device cuda: torch sees no GPU; take --device cpu, or a torch built for yours")
    return ("cuda" if found else "cpu") if name == "auto" else name


def choose_precision(name: str, device: str) -> str:
    """Give the number format of a name; `auto` is bfloat16 where the device computes in it, else float32."""
    if name != "auto":
        return name
    if device == "cuda":
        return "bfloat16" if torch.cuda.is_bf16_supported(including_emulation=False) else "float32"
    try:
        features = Path("/proc/cpuinfo").read_text("ascii", errors="replace")
    except OSError:  # no Linux: nobody tells
        return "float32"
    return "bfloat16" if {"avx512_bf16", "amx_bf16"} & set(features.split()) else "float32"


def use_threads(count: int) -> None:
    """Compute on so many cores."""
    torch.set_num_threads(count)


def _fill(parameters: Sequence[torch.Tensor], values: Sequence[torch.Tensor]) -> None:
    with torch.no_grad():
        for parameter, value in zip(parameters, values, strict=True):
            parameter.copy_(value)


def _optimizers(model: Any, recipe: Recipe) -> list[torch.optim.Optimizer]:
    """Give AdamW for all parameters, or for what Muon leaves: embeddings, biases and norms, the last two undecayed."""
    embeddings = {id(module.weight) for module in model.modules() if isinstance(module, torch.nn.Embedding)}
    trained = [p for p in model.parameters() if p.requires_grad]
    matrices = [p for p in trained if p.dim() > 1 and id(p) not in embeddings] if recipe.optimizer == "muon" else []
    taken = set(map(id, matrices))
    rest = [p for p in trained if id(p) not in taken]
    adamw = torch.optim.AdamW(
        [
            {"params": [p for p in rest if p.dim() > 1], "weight_decay": recipe.weight_decay},
            {"params": [p for p in rest if p.dim() <= 1], "weight_decay": 0.0},
        ],
        lr=recipe.rate,
        betas=(0.9, 0.98),
        eps=1e-9,
        fused=True,
    )
    return [adamw, *([Muon(matrices, recipe.rate, recipe.weight_decay)] if matrices else [])]
