"""Ways to translate the same sentences with the same model: transformers, CTranslate2 alone, and muwazi."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import cached_property
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Literal, get_args

from opus_shape import forced_engine

from corpus.articles import find_articles, sentences_of
from corpus.readers import Reading
from corpus.translate import place_outputs, survey, translate_articles
from mt.batch import BUDGET, GPU_BUDGET, LIMIT, batches, cut
from mt.conversion import convert
from mt.device import Device, Precision
from mt.engine import Decoding, Engine, Hypothesis, cores, load_engine, output_cap, report
from mt.model import Model
from mt.normalize import Normalizer, has_arabic
from mt.shortlist import shortlist_of
from mt.translator import Translator
from mt.vocabulary import END, Vocabulary

__all__ = ["BARE", "COMMAND", "SORTED", "Contest", "Runner", "command_line", "write_articles"]

Side = Literal["transformers", "CTranslate2", "muwazi"]

BARE = "CTranslate2 alone"
SORTED = "transformers, batches of 32, sorted"
COMMAND = str(Path(sys.executable).with_name("muwazi"))
LINES = 25
"""Lines of the text that make an article."""


class Contest:
    """The rows of the speed table: ways to translate the same sentences with the same model and beam.

    Each way gives the number of pieces that it put out, `</s>` among them. `forced` is for weights that never put
    out `</s>`: each batch is then decoded for as many steps as its longest source has pieces, and of each output as
    many pieces count as its own source has.
    """

    def __init__(
        self,
        lines: Sequence[str],
        model: Model,
        name: str,
        beam: int,
        slow: int,
        place: Path,
        *,
        forced: bool = False,
        device: Device = "cpu",
    ) -> None:
        from ctranslate2.converters import TransformersConverter

        self._model, self._name, self._beam, self._forced, self._device = model, name, beam, forced, device
        self._input, self._output = write_articles(lines, place / "articles"), place / "english"
        read = [s.text for a in find_articles([self._input]) for s in sentences_of(a.document(Reading()))]
        vocabulary = Vocabulary(model.path)
        normalize = Normalizer.of(vocabulary)
        self._keys = [normalize(text) for text in read]
        self.sentences = list(
            {key: text for key, text in zip(self._keys, read, strict=True) if has_arabic(text)}.values()
        )
        step = max(1, len(self.sentences) // slow)
        self.few = self.sentences[::step][:slow]  # from all over: the same mix of lengths
        self._rows, self._few_rows = (
            [[*part, END] for text in texts for part in cut(vocabulary.encode(normalize(text)), LIMIT)]
            for texts in (self.sentences, self.few)
        )
        self._precision: Precision
        self._precision, self._budget, self._replicas = (
            ("int8", BUDGET, cores()) if device == "cpu" else ("float16", GPU_BUDGET, 1)
        )
        self.hindrance = report("ctranslate2").unusable.get(device) if device != "cpu" else None
        if not self.hindrance:  # here, since loading weights changes how glibc gives out memory from then on
            stock = TransformersConverter(str(model.path)).convert(str(place / "stock"), quantization=self._precision)
            self._folders = stock, str(convert(model, self._precision))
        self._shortlist = shortlist_of(model)
        self._tokens = 0

    def load(self, side: Side) -> None:
        """Load what the ways of a side need, so that no round pays for it."""
        if side == "transformers":
            _ = self._transformers
        elif side == "CTranslate2":
            _ = self._bare, self._narrow
        else:
            _ = self._engine, self._vocabulary
            if self._device != "cpu":
                _ = self._reference

    @cached_property
    def _vocabulary(self) -> Vocabulary:
        return Vocabulary(self._model.path)

    @cached_property
    def _engine(self) -> "Counting":
        return self._load("transformers" if self.hindrance else "ctranslate2")

    @cached_property
    def _reference(self) -> "Counting":
        return self._load("transformers")

    @cached_property
    def _bare(self) -> Any:
        return self._ctranslate2(self._folders[0])

    @cached_property
    def _narrow(self) -> Any:
        return self._ctranslate2(self._folders[1])

    def _ctranslate2(self, folder: str) -> Any:
        from ctranslate2 import Translator as CTranslate2

        return CTranslate2(
            folder,
            device=self._device,
            compute_type=self._precision,
            inter_threads=self._replicas,
            intra_threads=1,
        )

    @cached_property
    def _transformers(self) -> tuple[Any, Any]:
        """Tokenizer and model."""
        from transformers import MarianMTModel, MarianTokenizer

        dtype = "float32" if self._device == "cpu" else self._precision
        marian: Any = MarianMTModel.from_pretrained(self._model.path, dtype=dtype)  # the types of `to` fit no call
        return MarianTokenizer.from_pretrained(self._model.path), marian.to(self._device).eval()

    @property
    def second_tries(self) -> float:
        """The share of rows that the last run of muwazi decoded twice."""
        return sum(self._engine.braked) / len(self._rows)

    def ways(self) -> dict[str, tuple[int, Callable[[], int]]]:
        """Name the ways; with each the number of its sentences, which for slow ones are a few only."""
        many, few = len(self.sentences), len(self.few)
        if self._device != "cpu":
            return self._ways_on_gpus(many, few)
        ways: dict[str, tuple[int, Callable[[], int]]] = {
            "transformers, batches of 8, unsorted": (few, lambda: self.transformers(self.few, 8)),
            SORTED: (few, lambda: self.transformers(by_length(self.few), 32)),
            "CTranslate2, one sentence a batch": (few, lambda: self.ctranslate2(self._few_rows, alone=True)),
            BARE: (many, lambda: self.ctranslate2(self._rows)),
            "the same without Arabic pieces": (many, lambda: self.ctranslate2(self._rows, self._narrow)),
            "muwazi's `Translator`": (many, self.translator),
            "muwazi's `Translator`, deterministic": (many, lambda: self.translator(deterministic=True)),
            "muwazi end to end": (many, self.end_to_end),
        }
        if self._shortlist:
            ways["muwazi's `Translator` with a shortlist"] = (many, lambda: self.translator(shortlist=True))
        if not self._forced:
            ways["the command, start-up included"] = (many, self.command)
        return ways

    def _ways_on_gpus(self, many: int, few: int) -> dict[str, tuple[int, Callable[[], int]]]:
        ways: dict[str, tuple[int, Callable[[], int]]] = {
            SORTED: (few, lambda: self.transformers(by_length(self.few), 32)),
            "transformers, batches of 8, unsorted": (few, lambda: self.transformers(self.few, 8)),
            "muwazi's `Translator`, transformers": (many, lambda: self.translator(engine=self._reference)),
        }
        if not self.hindrance:
            ways |= {
                BARE: (many, lambda: self.ctranslate2(self._rows)),
                "muwazi's `Translator`, ctranslate2": (many, self.translator),
            }
        return {**ways, "muwazi end to end": (many, self.end_to_end)}

    def transformers(self, sentences: Sequence[str], size: int) -> int:
        """Translate with `generate` in batches of so many sentences, tokenising and detokenising included."""
        import torch

        torch.set_num_threads(cores())
        tokenizer, marian = self._transformers
        tokens = 0
        for start in range(0, len(sentences), size):
            batch = tokenizer(sentences[start : start + size], return_tensors="pt", padding=True, truncation=True)
            batch = batch.to(self._device)
            length = batch["input_ids"].shape[1]
            bounds = {"min_new_tokens": length} if self._forced else {}
            most = length if self._forced else output_cap(length)
            output = marian.generate(  # (rows, 1 + new), the first being the start symbol
                **batch, num_beams=self._beam, do_sample=False, max_length=None, max_new_tokens=most, **bounds
            )
            tokenizer.batch_decode(output, skip_special_tokens=True)
            put_out = batch["attention_mask"] if self._forced else output[:, 1:] != tokenizer.pad_token_id
            tokens += int(put_out.sum())
        return tokens

    def ctranslate2(self, rows: Sequence[Sequence[str]], translator: Any = None, *, alone: bool = False) -> int:
        """Translate pieces with CTranslate2, batches of 1,024 tokens or each row `alone`, over all cores."""
        translator = translator or self._bare
        if self._forced:
            return self._forced_ctranslate2(rows, translator, alone)
        results = translator.translate_batch(
            rows,
            beam_size=self._beam,
            batch_type="examples" if alone else "tokens",
            max_batch_size=1 if alone else self._budget,
            max_decoding_length=output_cap(max(map(len, rows))),
            disable_unk=True,
        )
        return sum(len(result.hypotheses[0]) + 1 for result in results)

    def _forced_ctranslate2(self, rows: Sequence[Sequence[str]], translator: Any, alone: bool) -> int:
        """Do the same with batches cut beforehand, since each needs a length of its own."""
        lengths = [len(row) for row in rows]
        groups = [[i] for i in range(len(rows))] if alone else batches(lengths, self._budget, equal=False)
        waiting: list[Any] = []
        for group in groups:
            length = max(len(rows[i]) for i in group)
            waiting += translator.translate_batch(
                [rows[i] for i in group],
                beam_size=self._beam,
                max_batch_size=0,
                min_decoding_length=length,
                max_decoding_length=length,
                disable_unk=True,
                asynchronous=True,
            )
        for result in waiting:
            result.result()
        return sum(map(len, rows))

    def translator(
        self, *, deterministic: bool = False, shortlist: bool = False, engine: "Counting | None" = None
    ) -> int:
        """Translate sentences in memory."""
        translator = self._translator(deterministic, shortlist, engine)
        return sum(translation.tokens for translation in translator.translate(self.sentences))

    def end_to_end(self) -> int:
        """Do all that the command does from files to files, with the model loaded."""
        articles = find_articles([self._input])
        places = place_outputs(articles, self._output, "same", many=True, force=True)
        survey(articles, Reading())
        done = translate_articles(articles, places, "same", Reading(), self._model.id, self._translator(False))
        tokens = [translation.tokens for translations in done for translation in translations]
        self._tokens = sum(dict(zip(self._keys, tokens, strict=True)).values())  # what comes twice is decoded once
        return self._tokens

    def command(self) -> int:
        """Run the command; its output is that of `end_to_end`."""
        arguments = [*command_line(self._name, self._beam), str(self._input), "-o", str(self._output), "--force"]
        subprocess.run(arguments, check=True)
        return self._tokens

    def _load(self, name: str) -> "Counting":
        load = forced_engine if self._forced else load_engine
        return Counting(load(self._model, name, device=self._device))

    def _translator(self, deterministic: bool, shortlist: bool = False, engine: "Counting | None" = None) -> Translator:
        engine = engine or self._engine
        engine.braked.clear()
        decoding = Decoding(self._beam, shortlist=self._shortlist.digest if self._shortlist and shortlist else "")
        return Translator(engine, self._vocabulary, decoding, deterministic=deterministic)


class Runner:
    """Runs the ways of a contest one at a time, each side in a process of its own.

    How one sets up its process, or leaves its memory behind, must not help or hinder the others (see `mt.allocator`).
    """

    def __init__(self, contest: Contest) -> None:
        self._processes = {
            side: ProcessPoolExecutor(1, get_context("spawn"), initializer=_enter, initargs=(contest, side))
            for side in get_args(Side)
        }

    def run(self, way: str) -> tuple[int, float]:
        """Run a way once; give the pieces that it put out, and the seconds that it took."""
        return self._processes[_side(way)].submit(_run, way).result()

    def second_tries(self) -> float:
        """Give the share of rows that the last run of muwazi decoded twice."""
        return self._processes["muwazi"].submit(_second_tries).result()

    def close(self) -> None:
        """End the processes."""
        for process in self._processes.values():
            process.shutdown()


def _side(way: str) -> Side:
    """Tell whose way it is."""
    if way.startswith("transformers"):
        return "transformers"
    return "muwazi" if way.startswith(("muwazi", "the command")) else "CTranslate2"


_contest: Contest


def _enter(contest: Contest, side: Side) -> None:
    global _contest
    contest.load(side)
    _contest = contest


def _run(way: str) -> tuple[int, float]:
    _, run = _contest.ways()[way]
    started = time.perf_counter()
    tokens = run()
    return tokens, time.perf_counter() - started


def _second_tries() -> float:
    return _contest.second_tries


class Counting:
    """An engine that notes how many rows come for a second try."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.name, self.workers, self.exact = engine.name, engine.workers, engine.exact
        self.budget = engine.budget
        self.braked: list[int] = []  # several threads append to it

    def translate(self, batch: Sequence[Sequence[str]], decoding: Decoding) -> list[Hypothesis]:
        """Translate one batch."""
        if decoding == decoding.braked():
            self.braked.append(len(batch))
        return self._engine.translate(batch, decoding)

    def attend(self, sources: Sequence[Sequence[str]], targets: Sequence[Sequence[str]]) -> list[list[list[float]]]:
        """Read the attention back."""
        return self._engine.attend(sources, targets)


def command_line(name: str, beam: int) -> list[str]:
    """Give the command line that translates, without its articles."""
    return [COMMAND, "--quiet", "translate", "--no-memory", "--model", name, "--beam", str(beam)]


def write_articles(lines: Iterable[str], folder: Path) -> Path:
    """Write articles of `LINES` paragraphs, in an order that is that of their names."""
    folder.mkdir()
    stream = iter(lines)
    for number, article in enumerate(iter(lambda: list(islice(stream, LINES)), [])):
        # Empty lines between them, so that each is a paragraph whatever its length.
        (folder / f"{number:07}.ar.txt").write_text("\n\n".join(article) + "\n", "utf-8")
    return folder


def by_length(sentences: Sequence[str]) -> list[str]:
    """Sort sentences, the longest first."""
    return sorted(sentences, key=len, reverse=True)
