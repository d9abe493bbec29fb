"""A build as tasks of datatrove: on this machine, on a Slurm cluster, on a Ray cluster.

Each of N tasks builds a shard into `OUT/.build/shards` by the command line that `muwazi build --shard` has; then
`muwazi merge` makes one corpus of them. Nothing rests on datatrove's own notes of what is completed: every task is
started, and one whose shard's manifest agrees with its input ends at once.
"""

import json
import logging
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from corpus.agreement import SHARDS
from corpus.executor_settings import settings
from corpus.folder import STATE, finished
from corpus.layout import lay_out
from corpus.manifest import Manifest
from corpus.notices import report_problem
from corpus.places import Place, Url
from corpus.shard import Shard, shards_in
from mt.console import Console
from mt.engine import cores
from mt.errors import InputError, reason

__all__ = ["Job", "distribute"]

_PATIENCE = 5.0  # seconds in which a cluster answers
_EXTRA = "pip install 'muwazi[distributed]'"


@dataclass(frozen=True, slots=True)
class Job:
    """A build to be distributed: the arguments of a task's `muwazi build`, where the corpus goes, how many shards.

    `workers` is how many tasks run at a time, None for the executor's own choice; `threads` what a task's engine was
    told to use, 0 for what its task has.
    """

    arguments: Sequence[str]
    output: Place
    shards: int
    workers: int | None = None
    threads: int = 0

    @property
    def parts(self) -> Place:
        """Where the shards go."""
        return self.output / SHARDS

    def build(self, threads: int) -> tuple[str, ...]:
        """Give the command line of a task with so many threads, unless it was told how many."""
        return ("build", f"--output={self.parts}", f"--threads={self.threads or threads}", *self.arguments)

    @property
    def merge(self) -> tuple[str, ...]:
        """Give the command line that makes one corpus of the shards."""
        return ("merge", f"--output={self.output}", "--", str(self.parts))


def distribute(job: Job, executor: str, options: Sequence[str], console: Console, merge: Callable[[], None]) -> int:
    """Run a build's tasks by an executor, and `merge` their shards; gives the exit code.

    Slurm's are submitted and nothing is waited for: a job that depends on them merges.

    `options` are `NAME=VALUE`, as the executor of that name in datatrove takes them.

    Raises `InputError` where the executor cannot be used, an option is none of its own, a folder holds other things, or
    tasks failed.
    """
    kind = _executor(executor)
    _quieten()
    told = settings(kind, executor, options)
    _check(job)
    if executor == "slurm":
        return _submit(kind, job, told, console)
    logs = str(told.pop("logging_dir", job.output / STATE / "datatrove"))
    if executor == "ray":
        _connect(console, told)
        threads = told.get("cpus_per_task", 1)
        workers = job.workers or -1
    else:
        workers = min(job.workers or 1, job.shards)
        threads = max(cores() // workers, 1)
    console.notice(f"{job.shards:,} shards, by datatrove's {executor} executor; logs are in {logs}")
    run = kind(
        [_step(job.build(threads), logs)],
        tasks=job.shards,
        workers=workers,
        logging_dir=logs,
        skip_completed=False,
        **told,
    )
    for old in ("completions", "errors"):
        if run.logging_dir.exists(old):
            run.logging_dir.rm(old, recursive=True)
    run.run()
    _quieten()
    troubled = _tell(run, logs)
    merge()
    if isinstance(job.output, Url):
        from corpus.stores import discard

        discard(job.output / STATE)
    return 1 if troubled else 0


def _executor(name: str) -> Any:
    """Give an executor's class."""
    if name == "slurm" and not shutil.which("sbatch"):
        raise InputError("--executor slurm: sbatch is not found here; run it where jobs are submitted to the cluster")
    if name == "slurm" and "SLURM_ARRAY_TASK_ID" in os.environ:
        raise InputError(
            "--executor slurm submits jobs and is itself in a job array; in there, give --shard I/N without --executor"
        )
    try:
        from corpus.datatrove_steps import Local, Slurm

        if name != "ray":
            return Local if name == "local" else Slurm
        import ray  # noqa: F401 (whether it is there)
        from datatrove.executor.ray import RayPipelineExecutor
    except ImportError as error:
        raise InputError(f"--executor {name}: {reason(error)}; {_EXTRA} installs what it takes") from error
    return RayPipelineExecutor


def _quieten() -> None:
    """Leave what datatrove says to the tasks' logs."""
    from loguru import logger

    logger.remove()


def _check(job: Job) -> None:
    """Refuse an output that cannot be used, and lay what it has already into the shards."""
    if isinstance(job.output, Url):
        from corpus.remote import is_finished
        from corpus.stores import discard

        if is_finished(job.output):
            discard(job.output / STATE)  # which a kill may have left
            raise InputError(
                f"{job.output} is a finished corpus; choose another -o, or bring it up to date without --executor"
            )
        return
    done = finished(job.output)
    assert isinstance(job.parts, Path), "as the output is"
    for folder in shards_in(job.parts):
        if not folder.name.endswith(f"-of-{job.shards}"):
            raise InputError(
                f"{job.output} is being built in other shards ({folder.name}); give --shards "
                f"{folder.name.rpartition('-')[2]}, or delete {job.parts}"
            )
    if manifest := Manifest.of(job.output):
        lay_out(manifest, done, job.parts, job.shards)


def _step(arguments: tuple[str, ...], logs: str, *, shards: bool = True, discards: str = "") -> Any:
    from corpus.datatrove_steps import Step, environment

    return Step(arguments, logs, shards, environment(), discards)


def _tell(run: Any, logs: str) -> bool:
    """Tell the errors of the tasks, and whether there were some.

    Raises `InputError` where tasks failed.
    """
    failed = run.get_incomplete_ranks(skip_completed=True)
    troubled = False
    for rank in range(run.world_size):
        errors = f"errors/{rank:05d}"
        lines = run.logging_dir.read_text(errors).splitlines() if run.logging_dir.isfile(errors) else []
        lines = lines or (["its task ended and left no word"] if rank in failed else [])
        for line in lines:
            troubled = True
            report_problem(f"shard {Shard(rank + 1, run.world_size)}: {line}")
        if rank in failed:
            report_problem(
                f"shard {Shard(rank + 1, run.world_size)} failed; its log is {logs}/logs/task_{rank:05d}.log"
            )
    if failed:
        raise InputError(
            f"{len(failed):,} of {run.world_size:,} shards failed; the same command tries these again, and them alone"
        )
    return troubled


def _connect(console: Console, told: Mapping[str, Any]) -> None:
    """Connect to the Ray cluster of RAY_ADDRESS, or start Ray on this machine."""
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")
    import ray

    address = os.environ.get("RAY_ADDRESS")
    here: dict[str, Any] = {} if address else {"include_dashboard": False, "_node_ip_address": "127.0.0.1"}
    try:
        if address and ":" in address:
            host, _, port = address.removeprefix("ray://").rpartition(":")
            socket.create_connection((host, int(port)), _PATIENCE).close()  # Ray itself tries for minutes
        ray.init(address or "local", log_to_driver=False, logging_level=logging.ERROR, **here)
    except (ConnectionError, RuntimeError, ValueError, OSError) as error:
        raise InputError(
            f"Ray at {address or 'this machine'} cannot be used ({reason(error)}); set RAY_ADDRESS to a cluster's "
            "address, or unset it to have Ray on this machine"
        ) from error
    resources: Callable[[], dict[str, float]] = ray.cluster_resources
    there, wanted = resources().get("CPU", 0), told.get("cpus_per_task", 1)
    if there < wanted:
        console.notice(f"Ray has {there:g} CPUs now and a task asks for {wanted}: tasks wait until there are as many")


def _submit(kind: Any, job: Job, told: dict[str, Any], console: Console) -> int:
    """Submit the tasks, and after them the merging, as Slurm jobs."""
    place = job.output if isinstance(job.output, Path) else Path(job.output.name).absolute()
    # Beside the output: the job that takes .build away writes its own log.
    logs = Path(told.pop("logging_dir", place.with_name(f"{place.name}.slurm")))
    if not {"env_command", "condaenv", "venv_path"} & told.keys():
        told["env_command"] = f"export PATH={json.dumps(str(Path(sys.executable).parent))}:$PATH"
    name = told.pop("job_name", f"muwazi-{place.name}")
    common = {"skip_completed": False, **told}
    own = logs / "shards"
    step = _step(job.build(told.get("cpus_per_task", 1)), str(own))
    shards = kind([step], tasks=job.shards, workers=job.workers or -1, logging_dir=str(own), job_name=name, **common)
    common["sbatch_args"] = {"kill-on-invalid-dep": "yes", **told.get("sbatch_args", {})}
    rest = job.output / STATE if isinstance(job.output, Url) else ""
    step = _step(job.merge, str(logs / "merge"), shards=False, discards=str(rest))
    merge = kind([step], tasks=1, logging_dir=str(logs / "merge"), job_name=f"{name}-merge", depends=shards, **common)
    try:
        merge.run()
    except subprocess.CalledProcessError as error:
        raise InputError(
            f"sbatch took no job (exit code {error.returncode}); what it says is above. Its script is "
            f"{own / 'launch_script.slurm'}"
        ) from error
    click.echo(f"{shards.job_id} {merge.job_id}")
    console.summary(
        {
            "submitted": f"job {shards.job_id} for {job.shards:,} shards, then job {merge.job_id} for {job.output}",
            "logs": logs,
        }
    )
    return 0
