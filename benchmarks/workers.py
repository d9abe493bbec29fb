"""Measures builds by several processes.

    python benchmarks/workers.py                       sentences a second, one worker and two, a thread each
    python benchmarks/workers.py --parcel 128          the same with smaller parcels
    python benchmarks/workers.py --documents 100000    what many tiny documents cost the parent of two workers

The first has the bundled model (beam 4) and made-up sentences that never come twice, and then an engine of known output
that keeps a core busy for 20 ms a batch. One worker and two take turns, `--rounds` times; the ratio is of the medians.
"Start" is what a single sentence takes, which the speed does not count; "CPU" are the workers' sentences a second of
processor time, start-up included, which tells on a busy machine; "MB" is the largest worker's memory. A worker's speed
depends on the size of its parcels, so that there should be many.

The second has the engine of known output at no cost, and takes a tenth of the documents and then all: "growth" is the
time for ten times the documents, by ten. Then it profiles the parent at a tenth of them.
"""

import argparse
import itertools
import os
import random
import resource
import statistics
import time
from collections.abc import Sequence
from cProfile import Profile
from pathlib import Path
from pstats import Stats
from tempfile import TemporaryDirectory

import corpus.parcels
from corpus.articles import find_articles
from corpus.assembly import Choice
from corpus.build import build
from corpus.plan import Entry, make_plan
from corpus.readers import Reading
from corpus.workers import Crew
from mt.engine import Decoding
from mt.model import find
from mt.options import Setup
from mt.translator import Translator
from tests.corpus.builds import ARABIC
from tests.corpus.known_engine import environment


def write(folder: Path, documents: int, sentences: int) -> Path:
    """Write articles of some sentences of 4 to 16 words; none comes twice."""
    rng = random.Random(1)
    folder.mkdir()
    for number in range(documents):
        lines = (f"{' '.join(rng.choices(ARABIC, k=rng.randint(4, 16)))} {number}." for _ in range(sentences))
        (folder / f"{number:06}.ar.txt").write_text("\n".join(lines) + "\n", "utf-8")
    return folder


def setup() -> Setup:
    return Setup(find("compact", print), "ctranslate2", "int8", Decoding(), 1, deterministic=True)


def seconds(entries: Sequence[Entry], workers: int) -> float:
    """Time the translation of articles."""
    start = time.monotonic()
    made = Crew(workers, lambda _: None, print).outcomes(entries, Reading(), setup())
    assert sum(outcome.sentences for outcome in made) == sum(entry.sentences for entry in entries)
    return time.monotonic() - start


def used() -> float:
    """Give the seconds of processor time that workers have used."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def compare(name: str, entries: Sequence[Entry], rounds: int) -> None:
    """Print a row for each number of workers."""
    sentences = sum(entry.sentences for entry in entries)
    starts: list[float] = []
    costs: dict[int, list[float]] = {1: [], 2: []}
    speeds: dict[int, list[float]] = {1: [], 2: []}
    for _ in range(rounds):
        for workers, found in speeds.items():
            starts.append(seconds(entries[:1], 1))
            before = used()
            found.append((sentences - entries[0].sentences) / (seconds(entries, workers) - starts[-1]))
            costs[workers].append(sentences / (used() - before))
    single = statistics.median(speeds[1])
    memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
    for workers, found in speeds.items():
        speed, cost = statistics.median(found), statistics.median(costs[workers])
        columns = f"{speed:12,.1f} {speed / single:6.2f} {cost:7.1f} {statistics.median(starts):7.2f} {memory:5}"
        print(f"{name:8} {workers:8} {columns}", flush=True)


def nobody() -> Translator:
    raise AssertionError("workers translate")


def many(root: Path, number: int) -> dict[str, float]:
    """Build a corpus of documents of one sentence; gives the seconds of each part."""
    articles = write(root / f"in{len(list(root.iterdir()))}", number, 1)
    stamps = [time.monotonic()]
    plan = make_plan(find_articles([articles]), {}, Reading())
    stamps.append(time.monotonic())
    ended = 0.0

    def advance(_: int) -> None:
        nonlocal ended
        ended = time.monotonic()

    crew = Crew(2, advance, print)
    build(
        plan, setup(), root / f"out-{articles.name}", Choice(("tmx", "tsv")), nobody, lambda: lambda *_: {}, crew=crew
    )
    stamps += [ended, time.monotonic()]
    return dict(zip(("plan", "work", "assembly"), (b - a for a, b in itertools.pairwise(stamps)), strict=True))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--documents", type=int)
    parser.add_argument("--sentences", type=int, default=4000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--parcel", type=int, default=corpus.parcels.PARCEL)
    options = parser.parse_args()
    corpus.parcels.PARCEL = options.parcel
    with TemporaryDirectory() as folder:
        if options.documents:
            os.environ.update(environment())
            few, all_ = many(Path(folder), options.documents // 10), many(Path(folder), options.documents)
            print(f"{'':10} {'seconds':>8} {'a second':>9} {'growth':>7}")
            for name, took in all_.items():
                print(f"{name:10} {took:8.1f} {options.documents / took:9,.0f} {took / few[name] / 10:7.2f}")
            print(f"peak of the parent {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB")
            with Profile() as profile:
                many(Path(folder), options.documents // 10)
            Stats(profile).sort_stats("tottime").print_stats(12)
            return
        entries = make_plan(
            find_articles([write(Path(folder) / "in", options.sentences // 8, 8)]), {}, Reading()
        ).entries
        print(f"{'engine':8} {'workers':>8} {'sentences/s':>12} {'ratio':>6} {'CPU':>7} {'start':>7} {'MB':>5}")
        compare("compact", entries, options.rounds)
        os.environ.update(environment(MUWAZI_TEST_WORK="0.02"))
        compare("known", entries, options.rounds)


if __name__ == "__main__":
    main()
