"""What datatrove runs: the step that builds a shard or makes one corpus of them, and the executors.

datatrove (https://github.com/huggingface/datatrove) numbers the tasks, starts them on cores or machines, and keeps a
log of each. A task does its work in a process of its own: where that runs out of memory the task fails, and no executor
waits for it for ever.
"""

import os
import signal
import subprocess
from collections.abc import Mapping
from contextlib import redirect_stderr
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread, main_thread
from typing import Any

import multiprocess
from datatrove.executor.local import LocalPipelineExecutor
from datatrove.executor.slurm import SlurmPipelineExecutor
from datatrove.io import get_datafolder
from datatrove.utils.stats import PipelineStats
from loguru import logger

from corpus.shard import Shard
from corpus.stores import discard
from corpus.task_program import PROGRAM
from mt.errors import InputError

__all__ = ["Local", "Slurm", "Step", "environment"]

_ERROR = "error: "
_CARRIED = ("MUWAZI_", "HF_", "SOURCE_DATE_EPOCH")
_OWN = ("MUWAZI_BUILD_", "MUWAZI_MERGE_")  # what they say is on the tasks' command lines


@dataclass(frozen=True, slots=True)
class Step:
    """A step of a datatrove pipeline that runs `muwazi` with these arguments, and its place among the tasks.

    What it says goes into the task's log; lines that tell an error go to the file `errors/RANK` of the folder `logs`
    too. With `shards`, each task is one. `environment` is what it has in its environment besides that of its machine.
    What is at the URL `discards` is removed at the end. `directory` is where the command is run, if that is there.

    Raises `InputError` where the command fails.
    """

    arguments: tuple[str, ...]
    logs: str
    shards: bool = True
    environment: Mapping[str, str] = field(default_factory=dict)
    discards: str = ""
    directory: str = field(default_factory=lambda: str(Path.cwd()))

    def __call__(self, data: object, rank: int, world_size: int) -> None:
        """Run the command for a rank."""
        command, *rest = self.arguments
        shard = Shard(rank + 1, world_size)
        chosen = ("--shard", str(shard)) if self.shards else ()
        errors = []
        process = subprocess.Popen(
            [*PROGRAM, command, *chosen, *rest],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            cwd=self.directory if Path(self.directory).is_dir() else None,
            env={**{k: v for k, v in os.environ.items() if not k.startswith(_OWN)}, **self.environment},
        )
        with process:
            assert process.stdout, "it was asked for"
            for line in process.stdout:
                logger.info("{}", line.rstrip())
                if line.startswith(_ERROR):
                    errors.append(line.removeprefix(_ERROR))
        code = process.returncode
        if code < 0 or (code and not errors):
            how = f"was ended by {signal.Signals(-code).name}" if code < 0 else f"ended with exit code {code}"
            errors.append(f"the task {how}\n")
        logs = get_datafolder(self.logs)
        if errors:
            with logs.open(f"errors/{rank:05d}", "w") as file:
                file.writelines(errors)
        if code:
            raise InputError(errors[-1].strip())
        if self.discards:
            discard(self.discards)


class Local(LocalPipelineExecutor):  # type: ignore[misc]  # datatrove has no types
    """datatrove's executor on this machine; a task that fails ends no other, and what is said stays in the logs."""

    def run(self) -> None:
        """Run the tasks.

        Raises `InputError` where a process of the pool is killed, for which that would wait for ever.
        """
        ended = Event()
        before = signal.signal(signal.SIGUSR1, _raise_lost)
        Thread(target=_watch, args=(self.workers, ended), daemon=True).start()
        try:
            super().run()
        finally:
            ended.set()
            signal.signal(signal.SIGUSR1, before)

    def _run_for_rank(self, rank: int, local_rank: int = 0, node_rank: int = -1) -> Any:
        if parent := multiprocess.parent_process():
            signal.signal(signal.SIGINT, signal.SIG_IGN)  # which the parent gets too
            Thread(target=_end_with, args=(parent,), daemon=True).start()
        with Path(os.devnull).open("w") as nowhere, redirect_stderr(nowhere):
            try:
                return super()._run_for_rank(rank, local_rank, node_rank)
            except InputError:
                return PipelineStats()  # the task is not marked as completed
            finally:
                logger.remove()  # after a task's log, all else is said on stderr again


class Slurm(SlurmPipelineExecutor):  # type: ignore[misc]  # datatrove has no types
    """datatrove's executor on a Slurm cluster, without the job that adds up its timings of steps."""

    def launch_merge_stats(self) -> None:
        """Launch nothing."""


def environment() -> dict[str, str]:
    """Give the settings that decide what a task does, without secrets: they are written into files."""
    return {
        name: value
        for name, value in os.environ.items()
        if name.startswith(_CARRIED) and not name.startswith(_OWN) and "TOKEN" not in name
    }


def _raise_lost(*_: object) -> None:
    raise InputError("a process of --executor local was killed; run the same command again")


def _watch(workers: int, ended: Event) -> None:
    """Wake the main thread where the pool has had more processes than workers: one was put in another's place."""
    seen: set[int] = set()
    while not ended.wait(0.5):
        seen |= {child.pid for child in multiprocess.active_children() if "PoolWorker" in child.name}
        if len(seen) > workers:
            signal.pthread_kill(main_thread().ident or 0, signal.SIGUSR1)
            return


def _end_with(parent: Any) -> None:
    """End this process when its parent has ended."""
    parent.join()
    os._exit(1)
