"""What costs what: the processor's time by part of a translation, and the engine's share of the machine's int8 rate.

    python benchmarks/costs.py --text FILE --lines 2000 [--beam 4] [--shape opus]

Each part does its work on all sentences before the next begins, in one thread, so that its time is its own; the
engine's second tries are counted apart. The machine's rate is that of the same matrix products alone, int8 with
packed weights (torch's FBGEMM), at the rows that a batch gives them.
"""

import argparse
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any, TypeVar

from contest import write_articles
from opus_shape import forced_engine, opus_shape
from translate import add_options, describe, different_lines

from corpus.articles import find_articles, sentences_of
from corpus.readers import Reading
from mt.batch import BUDGET, LIMIT, batches, cut
from mt.engine import Decoding, Engine, Hypothesis, load_engine
from mt.english import tidy
from mt.fidelity import faults
from mt.memory import Memory
from mt.model import Model, find
from mt.normalize import Normalizer, has_arabic
from mt.store import Store
from mt.translator import MENDABLE, Translation
from mt.vocabulary import END, Vocabulary

_Result = TypeVar("_Result")


class Costs:
    """A table of parts with the processor's seconds of each."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    def of(self, part: str, work: Callable[[], _Result]) -> _Result:
        """Do a part's work and note its time, that of the threads which it starts included."""
        before = time.process_time()
        result = work()
        self.seconds[part] = time.process_time() - before
        return result

    def show(self, sentences: int) -> None:
        """Print the table."""
        whole = sum(self.seconds.values())
        print("\n| part | ms of a core for 1,000 sentences | share |\n|---|---|---|")
        for part, seconds in self.seconds.items():
            print(f"| {part} | {1e6 * seconds / sentences:,.1f} | {seconds / whole:.1%} |")
        print(f"| all | {1e6 * whole / sentences:,.1f} | 100 % |")


@dataclass(frozen=True, slots=True)
class Run:
    """What the engine did: rows of pieces, their batches, and the hypotheses in the order of the rows."""

    rows: Sequence[Sequence[str]]
    groups: Sequence[Sequence[int]]
    hypotheses: Sequence[Hypothesis]


def main() -> None:
    """Measure the parts, then the products."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_options(parser)
    options = parser.parse_args()
    lines = different_lines(options)
    model = opus_shape() if options.shape else find(options.model, print)
    engine: Engine = forced_engine(model, threads=1) if options.shape else load_engine(model, threads=1)
    describe(model, lines, options.beam)
    with tempfile.TemporaryDirectory() as place:
        run = parts(lines, model, engine, options.beam, Path(place))
    arithmetic(model, run, engine, options.beam)


def parts(lines: Sequence[str], model: Model, engine: Engine, beam: int, place: Path) -> Run:
    """Do what `muwazi translate` does, part by part."""
    costs, vocabulary, decoding = Costs(), Vocabulary(model.path), Decoding(beam)
    normalize = Normalizer.of(vocabulary)
    articles = find_articles([write_articles(lines, place / "articles")])
    documents = costs.of("reading files", lambda: [article.document(Reading()) for article in articles])
    read = costs.of("cutting sentences", lambda: [s.text for d in documents for s in sentences_of(d)])
    arabic = [text for text in dict.fromkeys(read) if has_arabic(text)]
    texts = costs.of("normalising", lambda: list(dict.fromkeys(map(normalize, arabic))))
    encoded = costs.of("pieces and batches", lambda: [cut(vocabulary.encode(text), LIMIT) for text in texts])
    rows = [[*part, END] for cuts in encoded for part in cuts]
    groups = list(batches([len(row) for row in rows], BUDGET, equal=False))
    run = costs.of("engine", lambda: _translate(engine, rows, groups, decoding))
    owned = iter(run.hypotheses)
    found = [[next(owned) for _ in cuts] for cuts in encoded]
    english = costs.of(
        "text of pieces",
        lambda: [tidy(" ".join(vocabulary.decode(h.pieces) for h in hypotheses)) for hypotheses in found],
    )
    names = costs.of("checks", lambda: [faults(*pair) for pair in zip(texts, english, strict=True)])
    astray = [i for i, own in enumerate(names) if MENDABLE.intersection(own)]
    again = [[*part, END] for i in astray for part in encoded[i]]
    regroups = list(batches([len(row) for row in again], BUDGET, equal=False))
    costs.of("engine, second tries", lambda: _translate(engine, again, regroups, decoding.braked()))
    translations = [Translation(text, -1.0, own) for text, own in zip(english, names, strict=True)]

    def remember() -> None:
        setup = {"model": model.id, "beam": beam}
        with Memory(Store(place / "memory.sqlite", print), setup).session() as memory:
            for text, translation in zip(texts, translations, strict=True):
                memory.remember(text, text, translation)

    costs.of("memory", remember)
    costs.of("writing files", lambda: (place / "english.txt").write_text("\n".join(english), "utf-8"))
    costs.show(len(arabic))
    print(f"\nDecoded twice: {len(again) / len(rows):.1%} of the rows.")
    return run


def _translate(
    engine: Engine, rows: Sequence[Sequence[str]], groups: Sequence[Sequence[int]], decoding: Decoding
) -> Run:
    """Translate batch after batch."""
    hypotheses: dict[int, Hypothesis] = {}
    for group in groups:
        hypotheses.update(zip(group, engine.translate([rows[i] for i in group], decoding), strict=True))
    return Run(rows, groups, [hypotheses[i] for i in range(len(rows))])


def arithmetic(model: Model, run: Run, engine: Engine, beam: int) -> None:
    """Print the engine's multiplications with weights, their rate, and that of the same products alone."""
    products = _products(model, run, beam)
    before = time.process_time()
    _translate(engine, run.rows, run.groups, Decoding(beam))
    engine_seconds = time.process_time() - before
    alone: dict[str, float] = {}
    print("\n| product | rows | matrix | 10⁹ multiplications | at (10⁹ a second) |\n|---|---|---|---|---|")
    for name, (rows, inner, outer, times) in products.items():
        work = rows * inner * outer * times / 1e9
        rate = _rate(round(rows), inner, outer)
        alone[name] = work / rate
        print(f"| {name} | {rows:,.0f} | {inner:,} × {outer:,} | {work:,.1f} | {rate:,.0f} |")
    whole = sum(rows * inner * outer * times for rows, inner, outer, times in products.values()) / 1e9
    products_seconds = sum(alone.values())
    print(
        f"\n10⁹ multiplications with weights a second of a core: the engine {whole / engine_seconds:,.0f}, "
        f"the products alone {whole / products_seconds:,.0f}, so {products_seconds / engine_seconds:.0%} of its time."
    )


def _products(model: Model, run: Run, beam: int) -> dict[str, tuple[float, int, int, float]]:
    """Give the products by name: rows, rows and columns of the matrix, and how often one comes in the whole run.

    The decoder's rows are the batch's hypotheses that are still open, on the average.
    """
    config = _config(model)
    width, feed = config.d_model, config.encoder_ffn_dim
    vocabulary = Vocabulary(model.path)
    written = len(vocabulary.numbers) - len(vocabulary.unwritten)
    source = [sum(len(run.rows[i]) for i in group) for group in run.groups]
    put_out = [[len(run.hypotheses[i].pieces) + 1 for i in group] for group in run.groups]
    batches_ = len(run.groups)
    steps = sum(map(max, put_out))
    open_rows = beam * sum(chain.from_iterable(put_out)) / steps
    read = sum(source) / batches_
    encoder, decoder = config.encoder_layers, config.decoder_layers
    return {
        "encoder, attention": (read, width, width, 4 * encoder * batches_),
        "encoder, inner layer": (read, width, feed, 2 * encoder * batches_),
        "decoder, keys and values of the source": (read, width, width, 2 * decoder * batches_),
        "decoder, attention": (open_rows, width, width, 6 * decoder * steps),
        "decoder, inner layer": (open_rows, width, feed, 2 * decoder * steps),
        "decoder, output": (open_rows, width, written, steps),
    }


def _config(model: Model) -> Any:
    from transformers import MarianConfig

    return MarianConfig.from_pretrained(model.path)


def _rate(rows: int, inner: int, outer: int) -> float:
    """Time a product of int8 matrices in one thread, the best of many; 10⁹ multiplications a second."""
    import torch

    torch.set_num_threads(1)
    torch.manual_seed(1)
    weights = torch.quantize_per_tensor(torch.randn(outer, inner), 0.02, 0, torch.qint8)
    packed = torch.ops.quantized.linear_prepack(weights, None)
    values = torch.quantize_per_tensor(torch.randn(rows, inner), 0.02, 64, torch.quint8)
    best = float("inf")
    for _ in range(50):
        before = time.perf_counter()
        torch.ops.quantized.linear(values, packed, 0.1, 64)
        best = min(best, time.perf_counter() - before)
    return rows * inner * outer / best / 1e9


if __name__ == "__main__":
    main()
