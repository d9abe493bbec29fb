"""Training: from corpora to a Marian folder, in updates, evaluations and checkpoints that can be gone on from."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from mt.atomic import atomic
from mt.errors import InputError, ModelError
from mt.training import checkpoint
from mt.training.card import card
from mt.training.checkpoint import Progress
from mt.training.corpora import Batch, Corpus, batches
from mt.training.development import Development, translate
from mt.training.export import export
from mt.training.journal import Journal, plot
from mt.training.learner import Learner
from mt.training.pieces import Segmenter, write_vocabulary
from mt.training.recipe import Recipe, Shape, differences

if TYPE_CHECKING:
    import torch

__all__ = ["Job", "Outcome", "train"]

_LOG_EVERY = 20
"""Updates between two lines of the journal."""
_TELL_SECONDS = 30.0
_ENOUGH = 300_000
"""Pairs that tell what belongs together; more take memory."""
_VOCABULARY = ("source.spm", "target.spm", "vocab.json")


@dataclass(frozen=True, slots=True)
class Job:
    """A training: its recipe and texts, where it begins, where it goes, and how it is watched.

    `start` is a Marian folder or the shape of a new network. `stop_minutes` ends this run, to be gone on with.
    `stopping` is asked after each update whether to stop now. So many `processes` share an update's batches, on the
    CPU; so many `helpers`, other processes, prepare batches ahead.
    """

    recipe: Recipe
    corpora: Sequence[Corpus]
    dev: Development | None
    start: Path | Shape
    folder: Path
    device: str = "cpu"
    processes: int = 1
    helpers: int = 0
    dtype: str = "float32"
    licence: str | None = None
    attribution: str | None = None
    command: str = "muwazi train"
    save_minutes: float = 10.0
    stop_minutes: float | None = None
    tell: Callable[[str], None] = print
    stopping: Callable[[], bool] = field(default=lambda: False)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a run ended: updates and seconds of the whole training, the best scores, and why it ended.

    `finished` is None for a run that was stopped and can be gone on with.
    """

    steps: int
    seconds: float
    scores: Mapping[str, float]
    finished: str | None


def train(job: Job) -> Outcome:
    """Train until the recipe's steps are made, the development score no longer rises, or the run is stopped.

    The folder gets the model (of the best evaluation; without a development set the last) and, in `training/`,
    `checkpoint.pt`, `log.jsonl` and `plot.svg`. Where there is a checkpoint, the training goes on from it: data,
    optimiser and random numbers as if it had not been interrupted.

    Raises `InputError` for a checkpoint of another recipe or other texts, texts that give no batch, and a folder that
    cannot be written to; `ModelError` for a start that cannot be loaded, or numbers that overflow.
    """
    from filelock import FileLock, Timeout

    inside = job.folder / "training"
    try:
        inside.mkdir(parents=True, exist_ok=True)
        lock = FileLock(inside / "lock").acquire(timeout=0)
    except Timeout as error:
        raise InputError(f"{job.folder}: another training is at work in it; choose another folder") from error
    except OSError as error:
        raise InputError(f"{job.folder}: cannot be used ({error.strerror}); choose another folder") from error
    with lock:
        return _train(job, inside)


def _train(job: Job, inside: Path) -> Outcome:
    """Train in a folder that is this process's alone."""
    saved = inside / "checkpoint.pt"
    loaded = checkpoint.load(saved) if saved.exists() else None
    if loaded is None:
        _vocabulary(job)
    else:
        _same(job, loaded[2], loaded[3], loaded[0]["step"])
    segmenter = Segmenter(job.folder)
    directions = _directions(job, segmenter) if loaded is None else None
    learner = Learner(job.recipe, segmenter, job.start, job.device, job.processes, directions)
    progress = Progress()
    if loaded is not None:
        progress = loaded[1]
        learner.restore(loaded[0])
        job.tell(f"going on after update {learner.step:,}")
        progress.finished = _ended(job.recipe, learner.step, progress.worse)  # more may be asked for than before
    rows = batches(job.corpora, job.recipe, segmenter, progress.position, job.helpers)
    try:
        return _Run(job, segmenter, learner, rows, progress, Journal(inside / "log.jsonl", learner.step), saved).run()
    finally:
        rows.close()
        learner.close()


def _ended(recipe: Recipe, step: int, worse: int) -> str | None:
    """Say why a training is over after an evaluation, None where it is not."""
    if step >= recipe.steps:
        return "all updates are made"
    if recipe.patience and worse >= recipe.patience:
        return f"no better {recipe.metric} in {recipe.patience} evaluations"
    return None


@dataclass(slots=True)
class _Run:
    """One run of a job, from its start or a checkpoint to its end or a stop."""

    job: Job
    segmenter: Segmenter
    learner: Learner
    rows: Iterator[Batch]
    progress: Progress
    journal: Journal
    saved: Path
    _loss: float = 0.0
    _pieces: int = 0
    _since: float = 0.0

    def run(self) -> Outcome:
        """Make updates until something ends them."""
        job, recipe, progress = self.job, self.job.recipe, self.progress
        began = told = stored = self._since = time.monotonic()
        spent, first = progress.seconds, self.learner.step
        while progress.finished is None:
            group = [next(self.rows) for _ in range(recipe.accumulate)]
            self._update(group)
            now = time.monotonic()
            progress.seconds = spent + now - began
            if now - told > _TELL_SECONDS:
                told = now
                self._tell((now - began) / (self.learner.step - first))
            step = self.learner.step
            if step >= recipe.steps or step % recipe.evaluate_every == 0:
                self._evaluate()
                progress.finished = _ended(recipe, step, progress.worse)
            stop = job.stopping() or (job.stop_minutes is not None and now - began > 60 * job.stop_minutes)
            if stop or progress.finished or now - stored > 60 * job.save_minutes:
                self._save()
                stored = time.monotonic()
            if stop:
                break
        return Outcome(self.learner.step, progress.seconds, progress.scores, progress.finished)

    def _update(self, group: Sequence[Batch]) -> None:
        """Make one update, and a line of the journal every so often."""
        try:
            loss, pieces = self.learner.update(group)
        except FloatingPointError as error:
            raise ModelError(
                f"{error}: the gradient is no finite number; lower --rate, or take --precision float32"
            ) from error
        self.progress.position = group[-1].after
        self.progress.pieces += pieces
        self._loss += loss
        self._pieces += pieces
        step = self.learner.step
        if step % _LOG_EVERY == 0 or step == self.job.recipe.steps:
            now = time.monotonic()
            self.journal.add(
                {
                    "step": step,
                    "epoch": self.progress.position.epoch,
                    "loss": round(self._loss / self._pieces, 4),
                    "rate": self.job.recipe.learning_rate(step),
                    "tokens": self.progress.pieces,
                    "tokens_per_second": round(self._pieces / (now - self._since)),
                    "seconds": round(self.progress.seconds, 1),
                }
            )
            self._loss, self._pieces, self._since = 0.0, 0, now

    def _evaluate(self) -> None:
        """Score the development set and keep the model where it is the best so far."""
        job, progress = self.job, self.progress
        began = time.monotonic()
        with self.learner.result() as model:
            if job.dev is None:
                self._export(model)
                return
            hypotheses = translate(model, self.segmenter, job.dev.sources, 2 * job.recipe.batch_tokens)
            scores = {name: round(value, 2) for name, value in job.dev.score(hypotheses, job.dev.references).items()}
            value = scores[job.recipe.metric]
            if progress.best is None or value > progress.best:
                progress.best, progress.best_step, progress.worse = value, self.learner.step, 0
                progress.scores = scores
                self._export(model)
            else:
                progress.worse += 1
        self.journal.add({"step": self.learner.step, "scores": scores})
        shown = "  ".join(f"{name} {value:.2f}" for name, value in scores.items())
        job.tell(
            f"update {self.learner.step:,}: {shown}  (best {job.recipe.metric} {progress.best:.2f} "
            f"at {progress.best_step:,})"
        )
        self._since += time.monotonic() - began  # the rate is that of the updates

    def _export(self, model: object) -> None:
        job, progress = self.job, self.progress
        text = card(
            job.folder.resolve().name,
            corpora=[(corpus, job.recipe.corpora[corpus.name]) for corpus in job.corpora],
            figures={
                "updates": self.learner.step,
                "target tokens seen": progress.pieces,
                "hours": round(progress.seconds / 3600, 2),
                **{f"{name}, development set, greedy": value for name, value in progress.scores.items()},
            },
            start=f"from {job.recipe.start}",
            command=job.command,
            licence=job.licence,
            attribution=job.attribution,
        )
        export(model, self.segmenter, job.folder, job.dtype, text)

    def _save(self) -> None:
        """Write the checkpoint and the plot."""
        digests = [corpus.digest for corpus in self.job.corpora]
        checkpoint.save(self.saved, self.learner.state(), self.progress, self.job.recipe.record(), digests)
        plot(self.journal.events, self.saved.with_name("plot.svg"))

    def _tell(self, pace: float) -> None:
        """Say where the training stands: loss, rate, speed, time left at so many seconds an update."""
        event = next((e for e in reversed(self.journal.events) if "loss" in e), None)
        if event:
            step, steps = self.learner.step, self.job.recipe.steps
            left = (steps - step) * pace / 60
            self.job.tell(
                f"update {step:,}/{steps:,}  loss {event['loss']:.3f}  rate {event['rate']:.1e}  "
                f"{event['tokens_per_second']:,} tokens/s  {left:,.0f} min left"
            )


def _vocabulary(job: Job) -> None:
    """Put the vocabulary into the folder: the start's, or a new one trained on the corpora."""
    if isinstance(job.start, Path):
        for name in _VOCABULARY:
            with atomic(job.folder / name) as handle:
                handle.write((job.start / name).read_bytes())
        return
    job.tell(f"training a vocabulary of {job.start.vocabulary:,} pieces")
    texts = [text for corpus in job.corpora for side in (corpus.sources, corpus.targets) for text in side]
    write_vocabulary(texts, job.start.vocabulary, job.folder)


def _directions(job: Job, segmenter: Segmenter) -> "torch.Tensor | None":
    """Give what the corpora tell of the pieces for a new network's embeddings, where that is asked for."""
    if job.recipe.embeddings != "pairs" or isinstance(job.start, Path):
        return None
    from torch import from_numpy

    from mt.training.embeddings import cooccurrence

    job.tell("making embeddings of the pairs")
    step = 1 + sum(map(len, job.corpora)) // _ENOUGH
    rows = (
        [*source[:-1], *target[:-1]]  # without `</s>`, which stands everywhere
        for corpus in job.corpora
        for source, target in zip(
            segmenter.source(corpus.sources[::step]), segmenter.target(corpus.targets[::step]), strict=True
        )
    )
    return from_numpy(cooccurrence(rows, segmenter.size, job.start.width, job.recipe.seed))


def _same(job: Job, recipe: dict[str, object], texts: Sequence[str], step: int) -> None:
    """Hold a checkpoint to this job's recipe and texts."""
    changed = differences(recipe, job.recipe, step)
    if not changed and list(texts) != [corpus.digest for corpus in job.corpora]:
        changed = ["the corpora hold other pairs"]
    if changed:
        raise InputError(
            f"{job.folder} holds a training of another configuration ({'; '.join(changed)}); "
            "ask for the same, choose another folder, or take --force to begin again"
        )
