"""The state of a training on disk: whole or not there, and only gone on with by the recipe that made it."""

from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from mt.atomic import atomic
from mt.errors import InputError, reason
from mt.training.corpora import Position

__all__ = ["Progress", "load", "save"]

_VERSION = 2


@dataclass(slots=True)
class Progress:
    """How far a training has come, besides the network: data used, time, scores.

    `best` is the best score on the development set and `best_step` its update; `worse` counts the evaluations since.
    """

    position: Position = field(default_factory=Position)
    seconds: float = 0.0
    pieces: int = 0
    best: float | None = None
    best_step: int = 0
    worse: int = 0
    scores: dict[str, float] = field(default_factory=dict)
    finished: str | None = None


def save(path: Path, learner: dict[str, Any], progress: Progress, recipe: dict[str, Any], texts: list[str]) -> None:
    """Write the state; a kill in the middle leaves the one before.

    `texts` are the digests of the corpora. Raises `InputError` where it cannot be written.
    """
    import torch

    values = {
        "version": _VERSION,
        "learner": learner,
        "progress": asdict(progress),
        "recipe": recipe,
        "texts": texts,
    }
    try:
        with atomic(path) as handle:
            torch.save(values, handle)
    except RuntimeError as error:  # torch's archive writer, when a write has failed, covers the OSError with its own
        cause = error.__context__ if isinstance(error.__context__, OSError) else error
        raise InputError(
            f"{path}: the checkpoint cannot be written ({reason(cause)}); make room and run the command again to go on"
        ) from error


def load(path: Path) -> tuple[dict[str, Any], Progress, dict[str, Any], list[str]]:
    """Read a state: the learner's, the progress, the recipe, the digests of the corpora.

    Raises `InputError` where it cannot be read or was written by another version.
    """
    import torch

    try:
        values = torch.load(path, map_location="cpu", weights_only=True)
        version, known = values["version"], values["progress"]
        progress = Progress(**{**known, "position": Position(**known["position"])}) if version == _VERSION else None
    except Exception as error:  # a damaged archive raises errors of many classes, with no common one
        raise InputError(
            f"{path}: the checkpoint cannot be read ({reason(error)}); take --force to begin again"
        ) from error
    if progress is None:
        raise InputError(f"{path}: the checkpoint is of version {version}, not {_VERSION}; take --force to begin again")
    return values["learner"], progress, values["recipe"], values["texts"]
