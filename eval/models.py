"""Models that translate the source for an evaluation, with how fast they were and what memory it took."""

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mt.console import Console
from mt.options import Setup

__all__ = ["Run", "translate"]


@dataclass(frozen=True, slots=True)
class Run:
    """A model's run: how many sentences and target pieces it translated in how many seconds, loading not counted.

    `cached` sentences came out of the translation memory; time then says nothing of the model. `peak` is the most
    memory that the process had meanwhile, in bytes; None where the system does not tell.
    """

    description: str
    sentences: int
    tokens: int
    seconds: float
    cached: int
    peak: int | None

    def rate(self, count: int) -> float | None:
        """Give a count a second; None where some sentences were cached."""
        return None if self.cached else count / self.seconds


def translate(
    model: str, source: Sequence[str], console: Console, options: Mapping[str, Any], advance: Callable[[int], None]
) -> tuple[str, list[str], Run]:
    """Translate a source with a model: its name, the translations, and how the run went.

    `options` are those of `mt.options.translation_options`. The user's own translations are left aside: they would
    be scored as the model's.

    Raises `ModelError` for a model that cannot be had.
    """
    setup = Setup.of(console, {**options, "model": model}, deterministic=False, own=False)
    translator = setup.translator(advance)
    _forget_peak()
    start = time.perf_counter()
    translations = list(translator.translate(source))
    seconds = time.perf_counter() - start
    tokens = sum(translation.tokens for translation in translations)
    texts = ["" if translation.failure else translation.text for translation in translations]
    run = Run(str(setup), len(texts), tokens, seconds, setup.tally["recalled"], _peak())
    return setup.model.name, texts, run


_STATUS, _CLEAR = Path("/proc/self/status"), Path("/proc/self/clear_refs")


def _forget_peak() -> None:
    """Begin a new peak of the process's memory, where the system can (Linux: proc(5), clear_refs)."""
    with suppress(OSError):  # elsewhere, or where a sandbox forbids it, the peak is that since the process began
        _CLEAR.write_text("5")


def _peak() -> int | None:
    """Read the peak of the process's memory since it began anew."""
    if not _STATUS.exists():
        return None
    line = next((line for line in _STATUS.read_text().splitlines() if line.startswith("VmHWM:")), None)
    return int(line.split()[1]) * 1024 if line else None
