"""The engine of known output for commands that run as programs of their own, and their processes.

MUWAZI_TEST_DELAY is what a batch takes, in seconds of sleep, and MUWAZI_TEST_WORK in seconds of computing.
"""

import os
import time
from collections.abc import Sequence
from pathlib import Path

from mt.device import Report
from mt.engine import Decoding, Engine, Hypothesis
from mt.model import Model
from mt.vocabulary import Vocabulary
from tests.corpus.builds import Words

__all__ = ["engine", "environment", "report"]

ROOT = Path(__file__).parent.parent.parent


class _Busy(Words):
    """Keeps a core busy for a time with each batch."""

    def translate(self, batch: Sequence[Sequence[str]], decoding: Decoding) -> list[Hypothesis]:
        end = time.thread_time() + float(os.environ.get("MUWAZI_TEST_WORK", "0"))
        while time.thread_time() < end:
            pass
        return super().translate(batch, decoding)


def engine(model: Model, precision: str, threads: int, device: str) -> Engine:
    """Make the engine, as `mt.engine.load_engine` asks for it."""
    made = _Busy(Vocabulary(model.path), float(os.environ.get("MUWAZI_TEST_DELAY", "0")))
    made.workers = threads
    return made


def report() -> Report:
    """Tell where it computes."""
    return Report({"cpu": ("float32", "int8")})


def environment(**values: str) -> dict[str, str]:
    """Give the environment of a process that translates with this engine."""
    paths = [str(Path(__file__).parent / "known"), str(ROOT), os.environ.get("PYTHONPATH", "")]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths)), "HF_HUB_OFFLINE": "1", **values}
