"""The command `muwazi train`."""

import shlex
import shutil
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from mt.console import Console
from mt.errors import InputError
from mt.train_inputs import read_corpora, read_development, read_text, starting_point

__all__ = ["train"]


def _weighted(ctx: click.Context, param: click.Parameter, values: Sequence[str]) -> list[tuple[str, float]]:
    """Part each `PATH=WEIGHT`; a path alone, and one that exists with its equals sign, weighs 1."""
    parted = []
    for value in values:
        path, equals, number = value.rpartition("=")
        if not equals or Path(value).exists():
            parted.append((value, 1.0))
            continue
        try:
            weight = float(number)
        except ValueError:
            weight = 0.0
        if not 0 < weight <= 1000:
            raise click.BadParameter(
                f"{number!r} is no weight above 0; say how often an epoch shows each pair, as {path}=2", ctx, param
            )
        parted.append((path, weight))
    return parted


@click.command()
@click.option(
    "--corpus",
    metavar="PATH[=WEIGHT]",
    multiple=True,
    required=True,
    callback=_weighted,
    help="A corpus, and how often an epoch shows each of its pairs; repeat for several.",
)
@click.option(
    "--dev", metavar="PATH", help="The development set, a corpus: scored while training; the best model is kept."
)
@click.option(
    "-o",
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    required=True,
    help="The model's folder. A training that it holds is gone on with.",
)
@click.option(
    "--preset",
    type=click.Choice(["tiny", "small", "medium", "base"]),
    help="Train a new network of this size, with a vocabulary of its own.  [default: small]",
)
@click.option("--from", metavar="MODEL", help="Fine-tune this model: a Hugging Face id, a folder, or compact.")
@click.option(
    "--vocabulary",
    type=click.IntRange(min=100),
    metavar="N",
    help="Pieces of a new vocabulary.  [default: the preset's]",
)
@click.option(
    "--embeddings",
    type=click.Choice(["pairs", "random"]),
    help="How a new network's embeddings begin: pieces of the same sentence pairs alike, or at random.  "
    "[default: pairs]",
)
@click.option("--steps", type=click.IntRange(min=1), default=20_000, show_default=True, help="Updates to make.")
@click.option(
    "--optimizer",
    type=click.Choice(["adamw", "muon"]),
    help="muon moves matrices by orthogonal steps, and embeddings by AdamW.  [default: muon; adamw with --from]",
)
@click.option(
    "--schedule",
    type=click.Choice(["linear", "inverse-sqrt", "wsd"]),
    default="linear",
    show_default=True,
    help="How the rate falls after the warm-up; wsd: not before the last --decay updates.",
)
@click.option(
    "--rate",
    type=click.FloatRange(min=0, min_open=True),
    help="Highest learning rate.  [default: 2.5e-3 for muon, 1e-3 for adamw; 1e-4 with --from]",
)
@click.option(
    "--warmup",
    type=click.IntRange(min=0),
    default=1_000,
    show_default=True,
    help="Updates until the rate is at its highest.",
)
@click.option(
    "--decay",
    type=click.IntRange(min=0),
    default=2_000,
    show_default=True,
    help="Updates in which wsd lets the rate fall to 0.",
)
@click.option(
    "--batch-tokens",
    type=click.IntRange(min=16),
    default=4_096,
    show_default=True,
    help="Pieces in a batch, padding included, on its longer side.",
)
@click.option("--accumulate", type=click.IntRange(min=1), default=1, show_default=True, help="Batches an update.")
@click.option(
    "--processes",
    type=click.IntRange(min=1),
    help="Processes that share an update's batches, or prepare them for a GPU.  [default: cores, or fewer batches; 4]",
)
@click.option(
    "--max-length",
    type=click.IntRange(min=4, max=511),
    default=128,
    show_default=True,
    help="Leave out pairs longer than this many pieces.",
)
@click.option(
    "--sampling",
    type=click.FloatRange(0, 1),
    default=0.0,
    show_default=True,
    help="Subword regularisation: α, smaller is wilder; 0 is off.",
)
@click.option("--smoothing", type=click.FloatRange(0, 0.5), default=0.1, show_default=True, help="Label smoothing.")
@click.option(
    "--dropout",
    type=click.FloatRange(0, 0.9),
    default=0.1,
    show_default=True,
    help="Dropout of embeddings and sublayers.",
)
@click.option(
    "--weight-decay", type=click.FloatRange(min=0), default=0.01, show_default=True, help="AdamW's weight decay."
)
@click.option(
    "--clip", type=click.FloatRange(min=0, min_open=True), default=1.0, show_default=True, help="Longest gradient."
)
@click.option(
    "--average",
    type=click.FloatRange(0, 0.99999),
    default=0.999,
    show_default=True,
    help="Weight of the past in the moving average of the parameters, which is what is scored and kept; 0 is off.",
)
@click.option(
    "--blend",
    type=click.FloatRange(0, 1, max_open=True),
    default=0.0,
    show_default=True,
    help="With --from: weight of its parameters in the result, so that it keeps what it could do.",
)
@click.option(
    "--evaluate-every",
    type=click.IntRange(min=1),
    default=500,
    show_default=True,
    help="Updates between two evaluations.",
)
@click.option(
    "--patience",
    type=click.IntRange(min=0),
    default=0,
    show_default=True,
    help="Stop after so many evaluations without a better score; 0 is never.",
)
@click.option(
    "--metric", type=click.Choice(["chrf2", "bleu"]), default="chrf2", show_default=True, help="The score that decides."
)
@click.option(
    "--precision",
    type=click.Choice(["auto", "float32", "bfloat16"]),
    default="auto",
    show_default=True,
    help="auto takes bfloat16 where the processor computes in it.",
)
@click.option(
    "--dtype",
    type=click.Choice(["float32", "bfloat16", "float16"]),
    default="float32",
    show_default=True,
    help="Number format of the weights file.",
)
@click.option(
    "--device",
    type=click.Choice(["auto", "cpu", "cuda"]),
    default="auto",
    show_default=True,
    help="auto takes a GPU where there is one.",
)
@click.option("--threads", type=click.IntRange(min=0), default=0, metavar="N", help="Cores to use.  [default: all]")
@click.option("--seed", type=int, default=1, show_default=True, help="Decides the order of the data and all chance.")
@click.option(
    "--save-minutes",
    type=click.FloatRange(min=0),
    default=10.0,
    show_default=True,
    help="Minutes between two checkpoints.",
)
@click.option(
    "--stop-minutes", type=click.FloatRange(min=0), help="End this run after so long; the same command goes on."
)
@click.option("--licence", metavar="SPDX", help="The licence of the weights, for the model card.")
@click.option(
    "--attribution",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Markdown for the card: sources and licences of the data.",
)
@click.option("--force", is_flag=True, help="Begin again in a folder that holds a training.")
@click.pass_context
def train(ctx: click.Context, /, **options: Any) -> None:
    """Train a MarianMT on parallel corpora, or fine-tune one.

    An interrupt ends after the current update and saves; the same command goes on from there.

    \b
    muwazi train --corpus corpus/corpus.jsonl --corpus news.tsv=4 --dev dev.tsv --preset small -o model
    muwazi train --from Helsinki-NLP/opus-mt-ar-en --corpus ours.tmx --dev dev.tsv --steps 2000 -o ours
    """
    console: Console = ctx.obj
    if options["preset"] and options["from"]:
        raise click.UsageError("--preset makes a new network and --from goes on with one; give one of them")
    if options["from"] and options["vocabulary"]:
        raise click.UsageError("--vocabulary is for new networks; with --from the model's own stays")
    if options["from"] and options["embeddings"]:
        raise click.UsageError("--embeddings is for new networks; with --from the model's own stay")
    if options["blend"] and not options["from"]:
        raise click.UsageError("--blend keeps of the model that --from names; give one")
    if options["max_length"] > options["batch_tokens"]:
        raise click.UsageError("--max-length is more than --batch-tokens: the longest sentences would fit no batch")
    folder: Path = options["output"]
    _claim(folder, options["force"])
    read, score = partial(ctx.meta["service"]("read"), notice=console.notice), ctx.meta["service"]("score")
    corpora, weights = read_corpora(read, options["corpus"], console)
    dev = read_development(read, score, options["dev"]) if options["dev"] else None

    from mt.engine import cores
    from mt.train import Job
    from mt.train import train as run
    from mt.training.learner import choose_device, choose_precision, use_threads
    from mt.training.recipe import Recipe

    device = choose_device(options["device"])
    threads = options["threads"] or cores()
    helpers = (options["processes"] or min(threads, 4)) if device == "cuda" else 0
    processes = 1 if helpers else options["processes"] or min(threads, options["accumulate"])
    use_threads(max(1, threads // processes))
    start, name = starting_point(options, console)
    given = {field: options[field] for field in Recipe.__dataclass_fields__ if field in options}
    optimizer = options["optimizer"] or ("adamw" if options["from"] else "muon")
    recipe = Recipe(
        **{
            **given,
            "corpora": weights,
            "start": name,
            "embeddings": "given" if options["from"] else options["embeddings"] or "pairs",
            "optimizer": optimizer,
            "rate": options["rate"] or (1e-4 if options["from"] else {"muon": 2.5e-3, "adamw": 1e-3}[optimizer]),
            "precision": choose_precision(options["precision"], device),
        }
    )
    with _interruptible() as stopping:
        outcome = run(
            Job(
                recipe,
                corpora,
                dev,
                start,
                folder,
                device=device,
                processes=processes,
                helpers=helpers,
                dtype=options["dtype"],
                licence=options["licence"],
                attribution=read_text(options["attribution"]),
                command=_command(ctx),
                save_minutes=options["save_minutes"],
                stop_minutes=options["stop_minutes"],
                tell=console.notice,
                stopping=stopping,
            )
        )
    console.summary(
        {
            "updates": f"{outcome.steps:,}",
            "time": f"{outcome.seconds / 60:,.1f} min",
            **{name: f"{value:.2f}" for name, value in outcome.scores.items()},
            "ended": outcome.finished or "stopped; the same command goes on",
            "model": folder,
        }
    )
    if stopping():
        raise KeyboardInterrupt


def _command(ctx: click.Context) -> str:
    """Write the command as a user would, from the options that were given, in the environment too."""
    words = ["muwazi", "train"]
    for param in ctx.command.params:
        value: Any = ctx.params.get(param.name or "")
        if ctx.get_parameter_source(param.name or "") is ParameterSource.DEFAULT or value is False:
            continue
        if param.name == "corpus":
            for path, weight in value:
                words += ["--corpus", path if weight == 1 else f"{path}={weight:g}"]
        else:
            words += [param.opts[-1]] if value is True else [param.opts[-1], str(value)]
    return shlex.join(words)


def _claim(folder: Path, force: bool) -> None:
    """See that the folder is empty or holds a training; with `force`, make it forget the one that it holds.

    Raises `InputError` for a folder of other things.
    """
    state = folder / "training"
    try:
        if folder.is_dir() and not state.is_dir() and any(folder.iterdir()):
            raise InputError(f"{folder}: is not empty and holds no training; choose another folder")
        if force and state.is_dir():
            shutil.rmtree(state)
    except OSError as error:
        raise InputError(f"{folder}: cannot be used ({error.strerror}); choose another folder") from error


@contextmanager
def _interruptible() -> Iterator[Callable[[], bool]]:
    """Let the first interrupt or termination signal end the training after the update at work; a second one kills."""
    signals: list[int] = []

    def note(number: int, _frame: object) -> None:
        signals.append(number)
        signal.signal(number, signal.SIG_DFL)

    before = {number: signal.signal(number, note) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield lambda: bool(signals)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
