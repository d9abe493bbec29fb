"""The options of every command that translates, and what is made of them."""

from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any, TypeVar

import click

from mt.console import Console
from mt.device import DEVICES, PRECISIONS, Device, Precision, choose
from mt.engine import ENGINES, Decoding, load_engine, report
from mt.errors import InputError
from mt.glossary import Glossary
from mt.memory import Memory, own_in
from mt.model import Model, find
from mt.shortlist import shortlist_of
from mt.store import Store
from mt.translator import Translator
from mt.vocabulary import Vocabulary

__all__ = ["Setup", "engine_options", "translation_options"]

_Command = TypeVar("_Command", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Setup:
    """Which model translates, where and how.

    `memory` is where translations are remembered, `own` the digest of the user's own ones there, None where they are
    not to be used. `tally` counts what came of memory and glossary.
    """

    model: Model
    engine: str
    precision: Precision
    decoding: Decoding
    threads: int
    deterministic: bool
    device: Device = "cpu"
    memory: Store | None = None
    own: str | None = None
    glossary: Glossary | None = None
    tally: Counter[str] = field(default_factory=Counter, compare=False)

    @classmethod
    def of(cls, console: Console, options: dict[str, Any], *, deterministic: bool, own: bool | None = None) -> "Setup":
        """Take the options of `translation_options` out of a command's, and find the model.

        The user's own translations are used where there are some; with `own` they must be, and without they are not.

        Raises `ModelError` for a model, engine, device or precision that cannot be had, `InputError` or `FormatError`
        for a glossary that cannot be read, `InputError` where own translations are missing.
        """
        engine, device, precision = options["engine"], options["device"], options["precision"]
        place = choose(engine, device, precision, report, deterministic=deterministic)
        for hindrance in place.hindrances:
            console.notice(f"{hindrance}; using {place.engine} on {place.device}")
        beam = 1 if options["fast"] else options["beam"]
        model = find(options["model"], console.notice)
        # Of all that a shortlist's trial does not speak of, it is off.
        tried = (place.engine, place.device, place.precision, deterministic) == ("ctranslate2", "cpu", "int8", False)
        shortlist = shortlist_of(model) if tried else None
        decoding = Decoding(beam, shortlist=shortlist.digest if shortlist and shortlist.passed(beam) else "")
        search = (decoding, options["threads"], deterministic)
        setup = cls(model, place.engine, place.precision, *search, place.device)
        memory = None if options["no_memory"] else Store.of_user(console.notice)
        digest = own_in(memory) if memory else None
        if own and not digest:
            raise InputError("--own-memory: there are no translations of your own; `muwazi memory import` brings them")
        if own is False and digest:
            console.notice("the translations that you imported are not used; --own-memory takes them")
            digest = None
        glossary = Glossary.read(options["glossary"]) if options["glossary"] else None
        return replace(setup, memory=memory, own=digest, glossary=glossary)

    def translator(
        self, on_batch: Callable[[int], None] = lambda _: None, *, alternatives: int = 0, remember: bool = True
    ) -> Translator:
        """Load the engine; see `Translator` for `alternatives`. With `remember` off, the memory is left aside.

        Raises `ModelError` where the model cannot be loaded.
        """
        engine = load_engine(self.model, self.engine, self.precision, self.threads, self.device)
        vocabulary = Vocabulary(self.model.path)
        positions = int(self.model.config().get("max_position_embeddings", 512))
        return Translator(
            engine,
            vocabulary,
            self.decoding,
            positions=positions,
            deterministic=self.deterministic,
            alternatives=alternatives,
            memory=self._memory(alternatives) if remember else None,
            glossary=self.glossary,
            tally=self.tally,
            on_batch=on_batch,
        )

    def record(self) -> dict[str, Any]:
        """Give all that decides a translation, for manifests; no path and nothing of this machine."""
        record = self._model_record()
        if self.own:
            record["own_memory"] = self.own
        if self.glossary:
            record["glossary"] = self.glossary.digest
        return record

    def rows(self) -> dict[str, str]:
        """Say for a summary what came of memory and glossary."""
        told = self.tally
        rows = {}
        if told["recalled"] or told["own"]:
            own = f", {told['own']:,} are of your own" if told["own"] else ""
            rows["memory"] = f"{told['recalled']:,} sentence(s) were translated before{own}"
        if self.glossary:
            rows["glossary"] = (
                f"{told['terms']:,} term(s) in the text: {told['put']:,} put into the translation, "
                f"{told['missing']:,} missing in it"
            )
        return rows

    def _memory(self, alternatives: int) -> Memory | None:
        """Give the memory for all that decides what a model makes of a sentence; terms are put in after it."""
        if not self.memory:
            return None
        decides = {**self._model_record(), "deterministic": self.deterministic, "alternatives": alternatives}
        return Memory(self.memory, decides, self.own)

    def _model_record(self) -> dict[str, Any]:
        """Give all that decides what a model makes of a sentence."""
        return {
            "muwazi": version("muwazi"),
            "model": {
                "name": self.model.name,
                "revision": self.model.revision,
                "demonstration": self.model.demonstration,
            },
            "engine": {
                "name": self.engine,
                "version": version(self.engine),
                "precision": self.precision,
                **({} if self.device == "cpu" else {"device": self.device}),
            },
            # What the engine tells besides its best hypothesis decides none.
            "decoding": {
                name: value
                for name, value in asdict(self.decoding).items()
                if name != "runners_up" and (value or name != "shortlist")
            },
            "output": "no Arabic pieces",
        }

    def __str__(self) -> str:
        kind = " (demonstration model: its English is often wrong)" if self.model.demonstration else ""
        search = "greedy" if self.decoding.beam == 1 else f"beam {self.decoding.beam}"
        where = "" if self.device == "cpu" else f" on {self.device}"
        return f"{self.model.id}{kind}, {self.engine} {self.precision}{where}, {search}"


def translation_options(command: _Command) -> _Command:
    """Add `--model` and the `engine_options` to a command."""
    model = click.option(
        "--model",
        metavar="MODEL",
        help="A Hugging Face id, a folder, or compact (bundled; a demonstration). "
        "[default: Helsinki-NLP/opus-mt-ar-en where it can be had, else compact]",
    )
    return model(engine_options(command))


def engine_options(command: _Command) -> _Command:
    """Add the options of the engine, the search, the glossary and the memory to a command, whatever models it takes."""
    for option in (
        click.option(
            "--no-memory", is_flag=True, help="Neither look translations up nor remember them; see muwazi memory."
        ),
        click.option(
            "--glossary",
            type=click.Path(path_type=Path),
            metavar="FILE",
            help="Terms and their translations, a line each with a tab between; a term that is missing is a fault.",
        ),
        click.option(
            "--threads", type=click.IntRange(min=0), default=0, metavar="N", help="Cores to use.  [default: all]"
        ),
        click.option("--fast", is_flag=True, help="Greedy search: over twice as fast as beam 4, a little worse."),
        click.option("--beam", type=click.IntRange(min=1, max=32), default=4, show_default=True, help="Beam width."),
        click.option(
            "--precision",
            type=click.Choice(["auto", *PRECISIONS]),
            default="auto",
            show_default=True,
            help="auto is int8 for ctranslate2 and float32 for transformers on CPUs, float16 on GPUs.",
        ),
        click.option(
            "--device",
            type=click.Choice(["auto", *DEVICES]),
            default="auto",
            show_default=True,
            help="auto takes an NVIDIA GPU (cuda) where one can be used, else the CPU, as deterministic runs always "
            "do; transformers also takes a Mac's (mps).",
        ),
        click.option(
            "--engine",
            type=click.Choice(["auto", *ENGINES]),
            default="auto",
            show_default=True,
            help="auto takes ctranslate2, the fast one; transformers is the reference.",
        ),
    ):
        command = option(command)
    return command
