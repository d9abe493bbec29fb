"""Measures the merging of corpus folders: seconds, pairs a second, the most memory held.

    python benchmarks/union.py                                a million pairs in 20 shards, and a tenth of them
    python benchmarks/union.py --pairs 200000 --shards 4
    python benchmarks/union.py --pairs 200000 --profile       where the time goes

The pairs are made up, some 110 characters a side, 40 a document. Each merging is a process of its own: into
`corpus.jsonl` alone, into TMX and TSV too, and without duplicates by source, of which there are none. Seconds are those
of the clock and, behind them, the processor's.
"""

import argparse
import cProfile
import pstats
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory

from corpus.agreement import folders_in
from corpus.assembly import Choice, Result, Scorer, assemble
from corpus.duplicates import By
from corpus.folder import Done, opened
from corpus.journal import line_of
from corpus.pair import Pair
from corpus.selection import Selection
from corpus.shard import Shard
from corpus.union import Union

SOURCE = "باع التاجر ماهر العطار ٣٥ كيلوغرامًا من التمر قبل الظهر في سوق المدينة القديمة بسعر لم يتوقعه أحد من جيرانه"
TARGET = "The merchant Maher Attar sold 35 kilograms of dates before noon in the market of the old city at a price"
EACH = 40  # pairs a document
TASKS: dict[str, tuple[tuple[str, ...], By | None]] = {
    "jsonl": ((), None),
    "jsonl, TMX, TSV": (("tmx", "tsv"), None),
    "no duplicates": ((), "source"),
}
HOW = {
    "muwazi": version("muwazi"),
    "model": {"name": "made-up", "revision": "0a1b2c3d4e5f", "demonstration": True},
    "date": "2024-01-01T00:00:00Z",
}


def document(number: int) -> Done:
    """Make up a document."""
    name = f"news/{number}"
    said = {"name": name, "key": f"{number:032x}", "sha256": f"{number:064x}", "sentences": EACH, "reference": None}
    lines = []
    for at in range(EACH):
        text = f"{SOURCE} {number}.{at}"
        where = (name, at // 5, at, at * 200, at * 200 + len(text))
        pair = Pair(*where, text, f"{TARGET} {number}.{at}", "machine", "made-up@0a1b2c3d4e5f", -0.3125)
        lines.append(line_of(pair.as_dict()))
    return Done(said, lines, {}, [None] * EACH)


def write_shard(folder: Path, shard: Shard, pairs: int) -> None:
    """Write one of the shards that have so many pairs together."""

    def documents() -> Iterator[Done]:
        for number in sorted(range(pairs // EACH), key=str):
            if shard.takes(f"news/{number}"):
                yield document(number)

    choice = Choice(())
    with opened(folder / shard.folder) as out:
        how = {**HOW, "shard": str(shard)}
        assemble(out, documents(), how, choice, no_scores, Result(Selection(choice.filters)))


def no_scores() -> Scorer:
    raise NotImplementedError("there are no references")


def union(folder: Path, task: str) -> None:
    """Merge all shards."""
    forms, duplicates = TASKS[task]
    with TemporaryDirectory(dir=folder) as out:
        Union.of(folders_in([folder / "shards"]), forms, duplicates).write(Path(out) / "corpus", no_scores)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=int, nargs="+", default=[100_000, 1_000_000])
    parser.add_argument("--shards", type=int, default=20)
    parser.add_argument("--profile", action="store_true")
    parser.add_argument("--task", choices=TASKS, help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.task:
        began, busy = time.perf_counter(), time.process_time()
        union(options.folder, options.task)
        seconds, busy = time.perf_counter() - began, time.process_time() - busy
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        print(
            f"{seconds:8.1f} s  {busy:8.1f} s  {options.pairs[0] / busy:10,.0f} pairs/s  {peak:5,} MB  {options.task}"
        )
        return
    for pairs in options.pairs:
        with TemporaryDirectory() as folder:
            for index in range(1, options.shards + 1):
                write_shard(Path(folder) / "shards", Shard(index, options.shards), pairs)
            size = sum(path.stat().st_size for path in Path(folder).rglob("*") if path.is_file())
            print(f"{pairs:,} pairs in {options.shards} shards, {size / 1e6:,.0f} MB", flush=True)
            if options.profile:
                with cProfile.Profile() as profile:
                    union(Path(folder), "jsonl")
                pstats.Stats(profile).sort_stats("tottime").print_stats(15)
                continue
            for task in TASKS:
                command = [sys.executable, __file__, "--task", task, "--folder", folder, "--pairs", str(pairs)]
                subprocess.run(command, check=True)


if __name__ == "__main__":
    main()
