"""COMET, computed by an outside program: it needs other versions of libraries than ours, so it has its own Python.

    python3 -m venv comet && comet/bin/pip install unbabel-comet
    muwazi evaluate … --comet wmt22-comet-da --comet-python comet/bin/python

No network is used: the model is a folder, and the encoder that it names must be in the cache of Hugging Face.

Source: Rei et al. 2020 and 2022 (COMET). Scores are given times 100, as the others are.
"""

import json
import math
import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

from eval.comet_program import BLOCKS
from eval.evaluation import Texts
from eval.metrics import OUTSIDE, Measurement, Score
from mt.console import Console
from mt.errors import InputError, ModelError

__all__ = ["measure_comet"]

_PROGRAM = Path(__file__).with_name("comet_program.py")
_WORTH_TELLING = 30.0  # seconds


def measure_comet(
    systems: Mapping[str, Sequence[str]], texts: Texts, model: str, python: str, console: Console
) -> dict[str, Measurement]:
    """Measure every system (name to hypotheses) with the COMET model in a folder, run by the interpreter `python`.

    A segment's score with several references is the mean of its scores with each. How long it will take is told after
    the first few segments, where it is worth telling.

    Raises `InputError` where there is no source, and `ModelError` for a model or a COMET that cannot be used.
    """
    import numpy as np

    if texts.source is None:
        raise InputError("--comet needs the source; give --source")
    checkpoint = _checkpoint(Path(model))
    samples, owners = [], []
    for name, hypotheses in systems.items():
        for index, (source, hypothesis) in enumerate(zip(texts.source, hypotheses, strict=True)):
            for reference in (reference[index] for reference in texts.references):
                if reference is not None:
                    samples.append({"src": source, "mt": hypothesis, "ref": reference})
                    owners.append((name, index))
    version, scores = _run(checkpoint, samples, python, console)

    sums = {name: np.zeros((len(hypotheses), 2)) for name, hypotheses in systems.items()}
    for (name, index), value in zip(owners, scores, strict=True):
        sums[name][index] += value, 1
    metric = OUTSIDE["comet"]
    signature = f"nrefs:{len(texts.references)}|model:{_name(checkpoint)}|version:{version}"
    measured = {}
    for name, rows in sums.items():
        column = metric.column(np.column_stack([rows[:, 0] / rows[:, 1], np.ones(len(rows))]))
        score = Score(metric.name, column.score(), signature)
        measured[name] = Measurement(score, metric.sentence_scores(column.statistics), column)
    return measured


def _checkpoint(path: Path) -> Path:
    """Find a model's checkpoint: the file itself, or that of a folder as Hugging Face has it."""
    file = path / "checkpoints" / "model.ckpt" if path.is_dir() else path
    if not file.is_file():
        raise ModelError(f"--comet {path}: there is no {file.name}; give a COMET model's folder or its .ckpt file")
    return file.absolute()


def _name(checkpoint: Path) -> str:
    """Call a model by its folder; one of Hugging Face's cache (models--OWNER--NAME/snapshots/REVISION) by its name."""
    folder = checkpoint.parent.parent if checkpoint.parent.name == "checkpoints" else checkpoint.parent
    if folder.parent.name == "snapshots":
        return f"{folder.parent.parent.name.removeprefix('models--').replace('--', '/')}@{folder.name[:8]}"
    return folder.name


def _run(
    checkpoint: Path, samples: Sequence[Mapping[str, str]], python: str, console: Console
) -> tuple[str, list[float]]:
    """Let the program score samples: COMET's version, and the scores in their order."""
    request = json.dumps({"model": str(checkpoint), "samples": samples}).encode()
    with _program(python, request) as answers, console.progress("scoring with COMET", len(samples)) as advance:
        version = str(next(answers, {}).get("version", ""))
        if not version:
            raise ModelError(f"--comet-python {python}: is no Python; give the one that has COMET")
        scores: list[float] = []
        start = time.perf_counter()
        for number, answer in enumerate(answers):
            scores += answer["scores"]
            advance(len(answer["scores"]))
            now = time.perf_counter()
            if number == len(BLOCKS) - 1:
                seconds = (now - start) / BLOCKS[-1] * (len(samples) - len(scores))
                if seconds > _WORTH_TELLING:
                    console.notice(f"COMET will take about {_duration(seconds)} more; --comet can be left out")
            start = now
    if len(scores) != len(samples) or not all(map(math.isfinite, scores)):
        raise ModelError(f"{checkpoint}: COMET gave {len(scores)} scores for {len(samples)} segments, or no numbers")
    return version, scores


@contextmanager
def _program(python: str, request: bytes) -> Iterator[Iterator[dict[str, Any]]]:
    """Start the program and give its answers; it ends with the block.

    Raises `ModelError` with what it said where it fails.
    """
    offline = {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1", "PYTHONUTF8": "1", "TOKENIZERS_PARALLELISM": "false"}
    with tempfile.TemporaryFile() as complaints:
        try:
            process = subprocess.Popen(
                [python, str(_PROGRAM)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=complaints,
                env={**os.environ, **offline},
            )
        except OSError as error:
            raise ModelError(
                f"--comet-python {python}: cannot be run ({error.strerror}); give the Python that has COMET"
            ) from error
        with process:
            try:
                assert process.stdin is not None
                assert process.stdout is not None
                with suppress(BrokenPipeError), process.stdin as pipe:  # why it does not read, its end will tell
                    pipe.write(request)
                yield _answers(process.stdout, process, complaints, python)
            finally:
                process.kill()


def _answers(
    lines: Iterable[bytes], process: "subprocess.Popen[bytes]", complaints: IO[bytes], python: str
) -> Iterator[dict[str, Any]]:
    """Give what the program says until it ends well; raises `ModelError` where it does not."""
    for line in lines:
        try:
            answer = json.loads(line)
        except ValueError:  # the program itself writes nothing else
            return
        if "error" in answer:
            raise ModelError(
                f"--comet-python {python}: COMET cannot be used there ({answer['error']}); "
                f"install it with: {python} -m pip install unbabel-comet"
            )
        yield answer
    status = process.wait()
    if not status:
        return
    complaints.seek(0)
    said = complaints.read().decode("utf-8", "replace").strip().splitlines() or ["nothing"]
    if status == -getattr(signal, "SIGKILL", 9) or "out of memory" in said[-1].lower() or "MemoryError" in said[-1]:
        raise ModelError(
            f"COMET was ended for lack of memory, as it seems (status {status}: {said[-1]}); "
            "give it more, or take a smaller model"
        )
    raise ModelError(f"COMET failed (status {status}): {said[-1]}; see that its model and its encoder are complete")


def _duration(seconds: float) -> str:
    """Say how long something takes: seconds, or minutes from two on."""
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min"
