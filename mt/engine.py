"""What an engine is, and the table of engines."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from importlib import import_module
from typing import Literal, Protocol, cast

from mt.model import Model

__all__ = ["ENGINES", "Decoding", "Engine", "Hypothesis", "Precision", "load_engine", "output_cap"]

Precision = Literal["int8", "float32"]


@dataclass(frozen=True, slots=True)
class Decoding:
    """How to search: beam width (1 is greedy), and the two brakes on repetition, off by default."""

    beam: int = 4
    no_repeat_ngram: int = 0
    repetition_penalty: float = 1.0

    def braked(self) -> "Decoding":
        """Give the same search with the brakes on: no three pieces twice, repeated pieces a little less likely."""
        return replace(self, no_repeat_ngram=3, repetition_penalty=1.1)


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """An engine's output for one row: target pieces without `</s>`, and their mean log-probability (base e)."""

    pieces: tuple[str, ...]
    score: float


class Engine(Protocol):
    """Rows of source pieces in, one hypothesis a row out, in the same order.

    A row ends with `</s>` and is no longer than the model's positions. `translate` may be called by `workers`
    threads at once. `<unk>` is never put out: sentencepiece would write it as ⁇.
    """

    name: str
    workers: int
    exact: bool
    """Whether a row's result is the same, bit for bit, in every batch of rows of its length."""

    def translate(self, batch: Sequence[Sequence[str]], decoding: Decoding) -> list[Hypothesis]:
        """Translate one batch."""
        ...

    def attend(self, sources: Sequence[Sequence[str]], targets: Sequence[Sequence[str]]) -> list[list[list[float]]]:
        """Tell for each row how much each target piece looks at each source piece: a row a target piece.

        The attention is that of the last decoder layer's first head, the one that Marian trains to align
        (Garg et al. 2019); sources and targets end with `</s>`.
        """
        ...


ENGINES = {"ctranslate2": "mt.ct2:CTranslate2Engine", "transformers": "mt.marian:MarianEngine"}


def load_engine(model: Model, name: str = "auto", precision: Precision = "int8", threads: int = 0) -> Engine:
    """Load an engine by name; `auto` is CTranslate2.

    `precision` is that of CTranslate2's weights; transformers always computes in float32. `threads` counts the
    cores to use, 0 all of them.

    Raises `ModelError` where the model cannot be loaded.
    """
    module, _, attribute = ENGINES["ctranslate2" if name == "auto" else name].partition(":")
    factory = getattr(import_module(module), attribute)
    return cast(Engine, factory(model, precision, threads or cores()))


def cores() -> int:
    """Count the cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def output_cap(source: int) -> int:
    """Give the most pieces that a source of so many pieces may become: what runs on beyond is a loop."""
    return 2 * source + 20
