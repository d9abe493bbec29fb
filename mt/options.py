"""The options of every command that translates, and what is made of them."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from importlib.metadata import version
from typing import Any, TypeVar

import click

from mt.console import Console
from mt.engine import ENGINES, Decoding, Precision, load_engine
from mt.model import Model, find
from mt.translator import Translator
from mt.vocabulary import Vocabulary

__all__ = ["Setup", "translation_options"]

_Command = TypeVar("_Command", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Setup:
    """Which model translates, and how."""

    model: Model
    engine: str
    precision: Precision
    decoding: Decoding
    threads: int
    deterministic: bool

    @classmethod
    def of(cls, console: Console, options: dict[str, Any], *, deterministic: bool) -> "Setup":
        """Take the options of `translation_options` out of a command's, and find the model.

        Raises `ModelError` for a model that cannot be had.
        """
        engine = options["engine"]
        if engine == "auto":
            engine = "ctranslate2"
        beam = 1 if options["fast"] else options["beam"]
        precision: Precision = options["precision"] if engine == "ctranslate2" else "float32"
        model = find(options["model"], console.notice)
        return cls(model, engine, precision, Decoding(beam), options["threads"], deterministic)

    def translator(self, on_batch: Callable[[int], None]) -> Translator:
        """Load the engine.

        Raises `ModelError` where the model cannot be loaded.
        """
        engine = load_engine(self.model, self.engine, self.precision, self.threads)
        vocabulary = Vocabulary(self.model.path)
        positions = int(self.model.config().get("max_position_embeddings", 512))
        return Translator(
            engine,
            vocabulary,
            self.decoding,
            positions=positions,
            deterministic=self.deterministic,
            on_batch=on_batch,
        )

    def record(self) -> dict[str, Any]:
        """Give all that decides a translation, for manifests; no path and nothing of this machine."""
        return {
            "muwazi": version("muwazi"),
            "model": {
                "name": self.model.name,
                "revision": self.model.revision,
                "demonstration": self.model.demonstration,
            },
            "engine": {"name": self.engine, "version": version(self.engine), "precision": self.precision},
            "decoding": asdict(self.decoding),
        }

    def __str__(self) -> str:
        kind = " (demonstration model: its English is often wrong)" if self.model.demonstration else ""
        search = "greedy" if self.decoding.beam == 1 else f"beam {self.decoding.beam}"
        return f"{self.model.id}{kind}, {self.engine} {self.precision}, {search}"


def translation_options(command: _Command) -> _Command:
    """Add `--model`, `--engine`, `--precision`, `--beam`, `--fast` and `--threads` to a command."""
    for option in (
        click.option(
            "--threads", type=click.IntRange(min=0), default=0, metavar="N", help="Cores to use.  [default: all]"
        ),
        click.option("--fast", is_flag=True, help="Greedy search: over twice as fast as beam 4, a little worse."),
        click.option("--beam", type=click.IntRange(min=1, max=32), default=4, show_default=True, help="Beam width."),
        click.option(
            "--precision",
            type=click.Choice(["int8", "float32"]),
            default="int8",
            show_default=True,
            help="CTranslate2's weights; transformers always computes in float32.",
        ),
        click.option(
            "--engine",
            type=click.Choice(["auto", *ENGINES]),
            default="auto",
            show_default=True,
            help="auto takes ctranslate2, the fast one; transformers is the reference.",
        ),
        click.option(
            "--model",
            metavar="MODEL",
            help="A Hugging Face id, a folder, or compact (bundled; a demonstration). "
            "[default: Helsinki-NLP/opus-mt-ar-en where it can be had, else compact]",
        ),
    ):
        command = option(command)
    return command
