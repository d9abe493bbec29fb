"""What an engine is, and the table of engines."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from importlib import import_module
from typing import Protocol, cast

from mt.device import Precision, Report, choose
from mt.model import Model

__all__ = ["ENGINES", "Decoding", "Engine", "Hypothesis", "Precision", "load_engine", "output_cap", "report"]


@dataclass(frozen=True, slots=True)
class Decoding:
    """How to search: beam width (1 is greedy), and the two brakes on repetition, off by default.

    `runners_up` asks for the rest of the beam too; the search and its best hypothesis stay the same.
    `shortlist` is the digest of the model's shortlist where it is on (see `mt.shortlist`).
    """

    beam: int = 4
    no_repeat_ngram: int = 0
    repetition_penalty: float = 1.0
    runners_up: bool = False
    shortlist: str = ""

    def braked(self) -> "Decoding":
        """Give the same search with the brakes on: no three pieces twice, repeated pieces a little less likely."""
        return replace(self, no_repeat_ngram=3, repetition_penalty=1.1)


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """An engine's output for one row: target pieces without `</s>`, and their mean log-probability (base e).

    `runners_up` are the other hypotheses of the beam, best first, where the search was asked for them. `failure` says
    why there are no pieces where the engine could not do the row (see `mt.careful`).
    """

    pieces: tuple[str, ...]
    score: float
    runners_up: tuple["Hypothesis", ...] = ()
    failure: str = ""


class Engine(Protocol):
    """Rows of source pieces in, one hypothesis a row out, in the same order.

    A row ends with `</s>` and is no longer than the model's positions. `translate` may be called by `workers`
    threads at once. `<unk>` is never put out: sentencepiece would write it as ⁇.
    """

    name: str
    workers: int
    budget: int
    """Source pieces a batch, padding included, with which the engine is at its fastest."""
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
"""Where each engine is; its module's `report` tells what its library can do on this machine."""


def load_engine(
    model: Model, name: str = "auto", precision: str = "auto", threads: int = 0, device: str = "cpu"
) -> Engine:
    """Load an engine by name; see `mt.device.choose` for what `auto` is, of engine, precision and device.

    `threads` counts the CPU's cores to use, 0 all of them.

    Raises `ModelError` where the model cannot be loaded, or not so on this machine.
    """
    place = choose(name, device, precision, report)
    module, _, attribute = ENGINES[place.engine].partition(":")
    factory = getattr(import_module(module), attribute)
    return cast(Engine, factory(model, place.precision, threads or cores(), place.device))


def report(name: str) -> Report:
    """Ask an engine's library what it can do on this machine."""
    told: Report = import_module(ENGINES[name].partition(":")[0]).report()
    return told


def cores() -> int:
    """Count the cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def output_cap(source: int) -> int:
    """Give the most pieces that a source of so many pieces may become: what runs on beyond is a loop."""
    return 2 * source + 20
