"""The engine of known output for commands that run as programs of their own, and their processes.

MUWAZI_TEST_DELAY is what a batch takes, in seconds of sleep, and MUWAZI_TEST_WORK in seconds of computing.
MUWAZI_TEST_FAULT says what becomes of a batch with a word in it: `failure=WORD` raises what engines raise at a row that
they cannot do, `bug=WORD` what they never raise, and `death=WORD` ends the process, as `start` does while it loads.
"""

import os
import signal
import time
from collections.abc import Sequence
from pathlib import Path

from mt.device import Report
from mt.engine import Decoding, Engine, Hypothesis
from mt.model import Model
from mt.vocabulary import Vocabulary
from tests.corpus.builds import Words

__all__ = ["ROOT", "engine", "environment", "report"]

ROOT = Path(__file__).parent.parent.parent


class _Busy(Words):
    """Keeps a core busy for a time with each batch, or comes to grief over it."""

    def translate(self, batch: Sequence[Sequence[str]], decoding: Decoding) -> list[Hypothesis]:
        fault, _, word = os.environ.get("MUWAZI_TEST_FAULT", "").partition("=")
        if fault and any(word in "".join(row) for row in batch):
            if fault == "death":
                os.kill(os.getpid(), signal.SIGSEGV)
            raise {"failure": RuntimeError, "bug": TypeError}[fault](f"{word} is too much")
        end = time.thread_time() + float(os.environ.get("MUWAZI_TEST_WORK", "0"))
        while time.thread_time() < end:
            pass
        return super().translate(batch, decoding)


def engine(model: Model, precision: str, threads: int, device: str) -> Engine:
    """Make the engine, as `mt.engine.load_engine` asks for it."""
    if os.environ.get("MUWAZI_TEST_FAULT") == "start":
        os._exit(3)
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
