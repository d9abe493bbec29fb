"""What the translation memory costs: rows a second in a new and in a large one, and its share of a run.

    python benchmarks/memory.py --text FILE [--rows 1000000]

FILE has an Arabic sentence a line; see README.md here.
"""

import argparse
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from mt.engine import Decoding, load_engine
from mt.memory import Memory, Session
from mt.model import Model, find
from mt.store import Store
from mt.translator import WINDOW, Translation, Translator
from mt.vocabulary import Vocabulary


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--text", type=Path, required=True, help="an Arabic sentence a line")
    parser.add_argument("--lines", type=int, default=3000, help="lines to translate (3000)")
    parser.add_argument("--rows", type=int, default=1_000_000, help="rows of the large memory (1000000)")
    parser.add_argument("--model", default="compact")
    parser.add_argument("--beam", type=int, default=1)
    options = parser.parse_args()
    sentences = list(dict.fromkeys(filter(None, map(str.strip, options.text.read_text("utf-8").split("\n")))))
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder) / "memory.sqlite", print)
        print("| rows in it | new rows/s | rows found/s | rows missed/s | MB |\n|---|---|---|---|---|")
        rates(store, sentences, 0)
        fill(store, sentences, options.rows)
        rates(store, sentences, options.rows)
        share(store, sentences[: options.lines], find(options.model, print), options.beam)


def rates(store: Store, sentences: Sequence[str], rows: int) -> None:
    """Print a row of the table: ten windows' worth of each kind of work, with as many rows in the memory."""
    number = 10 * WINDOW
    with Memory(store, {"kind": f"rates beside {rows}"}).session() as session:
        start = time.perf_counter()
        for text in texts(sentences, number):
            session.remember(text, text, Translation(text[::-1], -0.75, (), 30))
        session._write()
        written = time.perf_counter()
        found = sum(len(session.recall(window)) for window in windows(texts(sentences, number)))
        read = time.perf_counter()
        missed = sum(len(session.recall(window)) for window in windows(f"{t}." for t in texts(sentences, number)))
        end = time.perf_counter()
    assert (found, missed) == (number, 0)
    seconds = (written - start, read - written, end - read)
    print(f"| {rows:,} | " + " | ".join(f"{number / s:,.0f}" for s in seconds) + f" | {store.size() / 1e6:,.0f} |")


def fill(store: Store, sentences: Sequence[str], rows: int) -> None:
    """Put rows into the memory."""
    with Memory(store, {"kind": "filling"}).session() as session:
        for text in texts(sentences, rows):
            session.remember(text, text, Translation(text[::-1], -0.75, (), 30))


def texts(sentences: Sequence[str], number: int) -> Iterator[str]:
    """Give different texts, made of the sentences."""
    return (f"{sentences[i % len(sentences)]} {i}" for i in range(number))


def windows(stream: Iterator[str]) -> Iterator[list[str]]:
    """Cut a stream into the translator's windows."""
    while window := [text for _, text in zip(range(WINDOW), stream, strict=False)]:
        yield window


def share(store: Store, sentences: Sequence[str], model: Model, beam: int) -> None:
    """Print what part of a run's time goes into the memory, when it knows nothing and when it knows all."""
    engine, vocabulary = load_engine(model), Vocabulary(model.path)
    for run in ("nothing is known", "all is known"):
        memory = Memory(store, {"model": model.id, "beam": beam})
        translator = Translator(engine, vocabulary, Decoding(beam), memory=memory)
        with timed(Session) as spent:
            start = time.perf_counter()
            for _ in translator.translate(sentences):
                pass
            seconds = time.perf_counter() - start
        print(
            f"{len(sentences):,} sentences, {run}: {seconds:.2f} s, {len(sentences) / seconds:,.0f} sentences/s; "
            f"in the memory {sum(spent):.3f} s, {sum(spent) / seconds:.1%}"
        )


@contextmanager
def timed(kind: type) -> Iterator[list[float]]:
    """Measure the time that is spent in a class's public methods."""
    spent: list[float] = []

    def watched(method: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **options: Any) -> Any:
            start = time.perf_counter()
            try:
                return method(*args, **options)
            finally:
                spent.append(time.perf_counter() - start)

        return call

    methods = {name: method for name, method in vars(kind).items() if callable(method) and not name.startswith("_")}
    for name, method in methods.items():
        setattr(kind, name, watched(method))
    yield spent
    for name, method in methods.items():
        setattr(kind, name, method)


if __name__ == "__main__":
    main()
