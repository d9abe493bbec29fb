"""Measures what a build costs besides translation: many tiny articles, an engine that answers at once.

    python benchmarks/build.py                  20,000 articles of a sentence in one folder
    python benchmarks/build.py --documents 2000

A row each for a new folder, for one that is finished, and for one in which a tenth of the articles changed; with a
tenth of the articles and with all, so that "growth", the time for ten times the articles by ten, shows whether it is
linear. Times are the processor's, and the peak is that of the process.
"""

import argparse
import random
import resource
import shutil
import time
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from corpus.articles import find_articles
from corpus.assembly import Choice
from corpus.build import build
from corpus.plan import make_plan
from corpus.readers import Reading
from mt.engine import Decoding, Hypothesis
from mt.model import find
from mt.options import Setup
from mt.translator import Translator
from mt.vocabulary import Vocabulary
from tests.corpus.builds import ARABIC


class Backwards:
    """An engine that gives a source's own pieces, the last one first."""

    name = "backwards"
    workers = 2
    budget = 1024
    exact = True

    def translate(self, batch: Sequence[Sequence[str]], decoding: Decoding) -> list[Hypothesis]:
        """Turn each row round."""
        return [Hypothesis(tuple(reversed(row[:-1])), -1.0) for row in batch]

    def attend(self, sources: Sequence[Sequence[str]], targets: Sequence[Sequence[str]]) -> list[list[list[float]]]:
        """Refuse: nothing here has marks to carry."""
        raise NotImplementedError("nothing here has marks to carry")


def write(folder: Path, numbers: range, seed: int) -> None:
    rng = random.Random(seed)
    folder.mkdir(exist_ok=True)
    for number in numbers:
        (folder / f"{number:06}.ar.txt").write_text(f"{' '.join(rng.choices(ARABIC, k=8))}.\n", "utf-8")


def run(articles: Path, out: Path) -> float:
    """Build with the default outputs; gives seconds of the processor."""
    start = time.process_time()
    model = find("compact", print)
    vocabulary = Vocabulary(model.path)
    setup = Setup(model, "ctranslate2", "int8", Decoding(), 2, deterministic=True)
    plan = make_plan(find_articles([articles]), {}, Reading())
    translator = Translator(Backwards(), vocabulary, Decoding(), deterministic=True)
    build(plan, setup, out, Choice(page_limit=20_000), lambda: translator, lambda: lambda *_: {})
    return time.process_time() - start


def measure(number: int) -> dict[str, float]:
    with TemporaryDirectory() as folder:
        articles, out = Path(folder, "in"), Path(folder, "out")
        write(articles, range(number), 1)
        seconds = {"new": run(articles, out), "finished": run(articles, out)}
        write(articles, range(number // 10), 2)
        seconds["a tenth changed"] = run(articles, out)
        shutil.rmtree(out)
    return seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--documents", type=int, default=20_000)
    number: int = parser.parse_args().documents
    few, many = measure(number // 10), measure(number)
    print(f"{'':16} {'seconds':>8} {'a second':>9} {'growth':>7}")
    for name, seconds in many.items():
        print(f"{name:16} {seconds:8.1f} {number / seconds:9,.0f} {seconds / few[name] / 10:7.2f}")
    print(f"peak {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB")


if __name__ == "__main__":
    main()
