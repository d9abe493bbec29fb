"""What decides a training: the shape of the network, the data's mixture, the optimisation and its schedule."""

import math
from dataclasses import asdict, dataclass
from typing import Any, Literal, get_args

from mt.errors import InputError

__all__ = [
    "OPTIMIZERS",
    "PRESETS",
    "SCHEDULES",
    "Embeddings",
    "Optimizer",
    "Recipe",
    "Schedule",
    "Shape",
    "differences",
]

Schedule = Literal["linear", "inverse-sqrt", "wsd"]
SCHEDULES: tuple[Schedule, ...] = get_args(Schedule)
Optimizer = Literal["adamw", "muon"]
OPTIMIZERS: tuple[Optimizer, ...] = get_args(Optimizer)
Embeddings = Literal["pairs", "random", "given"]


@dataclass(frozen=True, slots=True)
class Shape:
    """The size of a Marian network: layers, width, heads, and pieces of its vocabulary."""

    encoder_layers: int
    decoder_layers: int
    width: int
    feed_forward: int
    heads: int
    vocabulary: int


PRESETS = {
    "tiny": Shape(2, 1, 128, 512, 4, 4_000),
    "small": Shape(4, 2, 256, 1_024, 4, 10_000),
    "medium": Shape(6, 2, 384, 1_536, 6, 10_000),
    "base": Shape(6, 6, 512, 2_048, 8, 32_000),
}
"""Networks for a minute, an evening, a night and a GPU. `medium` is that of the bundled `compact`; `base` has the
layers and the width of opus-mt.

The decoder is the shallower where time is short: it runs once a piece, the encoder once a sentence (Kasai et al.
2021, "Deep Encoder, Shallow Decoder").
"""


@dataclass(frozen=True, slots=True)
class Recipe:
    """All that decides the parameters that come out, besides the texts.

    `corpora` maps each corpus to how often an epoch shows its pairs (2.5: each twice, half of them three times).
    `batch_tokens` counts the pieces of a batch's longer side with its padding; `accumulate` batches make an update.
    A new network's `embeddings` come from the pairs (`mt.training.embeddings`) or are random, another one's are given.
    `sampling` is the α of subword regularisation, 0 for none (Kudo 2018; small values cut wilder). `average` is the
    weight of the past in the moving average of the parameters, 0 for none. `blend` is the weight of the start's
    parameters in what is scored and kept (Wortsman et al. 2022, "Robust fine-tuning"), 0 for none. `max_length` is in
    pieces.
    """

    corpora: dict[str, float]
    dev: str | None
    start: str
    seed: int
    batch_tokens: int
    accumulate: int
    max_length: int
    sampling: float
    embeddings: Embeddings
    optimizer: Optimizer
    schedule: Schedule
    rate: float
    warmup: int
    decay: int
    steps: int
    smoothing: float
    dropout: float
    weight_decay: float
    clip: float
    average: float
    blend: float
    precision: str
    evaluate_every: int
    patience: int
    metric: str

    def learning_rate(self, step: int) -> float:
        """Give the rate of an update, counted from 1.

        Up to `warmup` it rises in a line. Then `linear` falls to 0 at `steps`; `inverse-sqrt` falls with the root of
        the step (Vaswani et al. 2017); `wsd` (warm-up, stable, decay; Hu et al. 2024) stays, and falls to 0 in the
        last `decay` updates.
        """
        warm = min(1.0, step / max(1, self.warmup))
        left = self.steps + 1 - step  # the last update still moves
        if self.schedule == "linear":
            factor = min(1.0, left / max(1, self.steps + 1 - self.warmup))
        elif self.schedule == "wsd":
            factor = min(1.0, left / (self.decay + 1))
        else:
            factor = math.sqrt(max(1, self.warmup) / max(step, self.warmup, 1))
        return self.rate * warm * max(0.0, factor)

    def record(self) -> dict[str, Any]:
        """Give the recipe as plain values, for checkpoints and logs."""
        return asdict(self)


def differences(old: dict[str, Any], new: Recipe, step: int) -> list[str]:
    """Name the settings in which a checkpoint's recipe differs so that it cannot be gone on with, as `name: old → new`.

    `steps` may change where the updates made so far do not depend on it: under `inverse-sqrt`, and under `wsd`
    before the decay; so may `patience`, which only says when to stop.

    Raises `InputError` where `steps` is below what has been made.
    """
    free = {"patience"}
    if new.schedule == "inverse-sqrt" or (
        new.schedule == "wsd" and step <= min(new.steps, old.get("steps", 0)) - new.decay
    ):
        free.add("steps")
    if new.steps < step:
        raise InputError(f"--steps {new.steps}: {step} updates are already made; ask for more")
    current = new.record()
    return [
        f"{name.replace('_', '-')}: {old.get(name)!r} → {current.get(name)!r}"
        for name in sorted({*old, *current} - free)
        if old.get(name) != current.get(name)
    ]
