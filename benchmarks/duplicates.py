"""Measures merging, sorting and global de-duplication of millions of pairs: pairs a second, memory, temporary files.

    python benchmarks/duplicates.py                       a million pairs and ten: an hour, and 16 GB in TMPDIR
    python benchmarks/duplicates.py --pairs 100000 --only memory filter
    python benchmarks/duplicates.py --profile             where `filter --duplicates` spends its time

The pairs are made up, some 350 bytes each as JSON Lines, in the corpus folders of 20 shards. A fifth of the sources
stand in another pair too, in any shard. `memory` is `Duplicates` alone, in which pairs are put while they are made; the
others are commands, each in a process of its own:

    union    the folders into one corpus folder, without duplicates by source
    merge    the folders into one file, sorted anew
    filter   that file without duplicates by source, what is rejected in a file of its own
    shuffle  `muwazi sort --by random`, which nothing prepares for

Seconds are those of the clock and, behind them, the processor's; the peak is the most memory that the process held,
"temporary" the most that TMPDIR held of its files.
"""

import argparse
import cProfile
import json
import os
import pstats
import random
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from importlib.metadata import version
from itertools import islice
from pathlib import Path
from shutil import rmtree
from tempfile import TemporaryDirectory
from typing import BinaryIO

from corpus.assembly import Choice, Result, Scorer, assemble
from corpus.duplicates import Duplicates
from corpus.filter import Pipeline
from corpus.folder import Done, opened
from corpus.formats import read, write
from corpus.formats.jsonl import write as write_lines
from corpus.pair import Pair
from corpus.selection import Selection
from corpus.shard import Shard
from corpus.sift import sift

SHARDS = 20
SENTENCES = 20
WORDS = [
    "مدير",
    "المكتبة",
    "أعلن",
    "أمس",
    "أن",
    "القاعة",
    "الجديدة",
    "ستفتح",
    "أبوابها",
    "للزوار",
    "صباح",
    "السبت",
    "بعد",
    "ترميم",
    "طويل",
    "في",
    "شارع",
    "البحر",
]
_draw = random.Random(2)
PHRASES = [" ".join(_draw.choices(WORDS, k=5)) for _ in range(997)]


def made(count: int) -> Iterator[Pair]:
    """Give pairs in documents of 20, a fifth of them with the source of another pair."""
    draw = random.Random(1)
    for number in range(count):
        document, at = divmod(number, SENTENCES)
        said = draw.randrange(number) if draw.random() < 0.2 and number else number
        source = f"{PHRASES[said % len(PHRASES)]} {said}"
        where = (f"news/{document:08}", at // 5, at, at * 60, at * 60 + len(source))
        target = f"The new hall of the library opens {said}"
        yield Pair(*where, source, target, "machine", "compact@0a1b2c3d4e5f", -0.3125)


def written(folder: Path, count: int) -> Path:
    """Write the pairs in corpus folders; gives the folder that holds them."""
    one, shards = folder / "one.jsonl", [Shard(number + 1, SHARDS) for number in range(SHARDS)]
    write_lines(made(count), one)
    paths = [folder / f"{number}.jsonl" for number in range(SHARDS)]
    with one.open("rb") as lines, ExitStack() as stack:
        files = [stack.enter_context(path.open("wb")) for path in paths]
        while document := list(islice(lines, SENTENCES)):
            name = json.loads(document[0])["document"]
            files[next(number for number, shard in enumerate(shards) if shard.takes(name))].writelines(document)
    one.unlink()
    for shard, path in zip(shards, paths, strict=True):
        with path.open("rb") as lines, opened(folder / "shards" / shard.folder) as place:
            how = {"muwazi": version("muwazi"), "model": {"name": "compact"}, "shard": str(shard), "date": None}
            choice = Choice(())
            result = Result(Selection(choice.filters))
            assemble(place, documents(lines), how, choice, scorer, result)
        path.unlink()
    return folder / "shards"


def documents(lines: BinaryIO) -> Iterator[Done]:
    """Give documents as a build does."""
    while document := list(islice(lines, SENTENCES)):
        name = json.loads(document[0])["document"]
        yield Done({"name": name, "key": name, "sentences": len(document)}, document, {})


def scorer() -> Scorer:
    raise NotImplementedError("these documents have no references")


def memory(count: int) -> int:
    """Find duplicates of pairs while they are made; gives how many are taken out."""
    duplicates = Duplicates()
    for pair in made(count):
        duplicates.add(pair)
    return sum(duplicates.kept_for(number) is not None for number in range(count))


def sizes(folder: Path, most: list[int], over: threading.Event) -> None:
    """Watch how large the files in a folder become."""
    while not over.wait(0.5):
        size = 0
        for top, _, names in os.walk(folder):
            for name in names:
                try:
                    size += Path(top, name).stat().st_size
                except FileNotFoundError:
                    continue
        most[0] = max(most[0], size)


def measured(label: str, count: int, command: list[str], folder: Path) -> None:
    """Run a command, and print what it took."""
    temporary = folder / "temporary"
    temporary.mkdir(exist_ok=True)
    most, over = [0], threading.Event()
    watch = threading.Thread(target=sizes, args=(temporary, most, over))
    watch.start()
    start = time.perf_counter()
    process = subprocess.Popen(command, env={**os.environ, "TMPDIR": str(temporary)}, stderr=subprocess.PIPE)
    _, status, used = os.wait4(process.pid, 0)  # what it says is short, and the pipe holds it
    seconds = time.perf_counter() - start
    over.set()
    watch.join()
    if status:
        assert process.stderr
        raise SystemExit(process.stderr.read().decode())
    work = used.ru_utime + used.ru_stime
    peak = used.ru_maxrss / (1 << 20 if sys.platform == "darwin" else 1 << 10)
    print(
        f"{label:8} {count:12,} {seconds:8.0f} {work:8.0f} {count / work:10,.0f} {peak:8.0f} {most[0] >> 20:8,}",
        flush=True,
    )


def profile(count: int, folder: Path) -> None:
    """Print the functions in which de-duplication spends its time."""
    corpus, out = folder / "in.jsonl", folder / "out.jsonl"
    write(made(count), corpus)
    found = cProfile.Profile()
    found.runcall(lambda: write(sift(lambda: read(corpus), Pipeline(()), Duplicates(), lambda _: None), out))
    pstats.Stats(found).sort_stats("tottime").print_stats(20)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=int, nargs="+", default=[1_000_000, 10_000_000])
    tasks = ("memory", "union", "merge", "filter", "shuffle")
    parser.add_argument("--only", nargs="+", default=tasks, choices=tasks)
    parser.add_argument("--profile", action="store_true")
    parser.add_argument("--alone", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.alone:
        memory(options.alone)
        return
    if options.profile:
        with TemporaryDirectory() as name:
            profile(min(options.pairs), Path(name))
        return
    program = [sys.executable, "-c", "from mt.cli import main; main()"]
    print(f"{'':8} {'pairs':>12} {'seconds':>8} {'work':>8} {'pairs/s':>10} {'MB':>8} {'temp. MB':>8}")
    for count in options.pairs:
        with TemporaryDirectory() as name:
            folder = Path(name)
            if "memory" in options.only:
                measured("memory", count, [sys.executable, __file__, "--alone", str(count)], folder)
            shards = written(folder, count)
            merged, unique = folder / "merged.jsonl", folder / "unique.jsonl"
            if "union" in options.only:
                command = [*program, "merge", str(shards), "-o", str(folder / "union"), "--duplicates", "source"]
                measured("union", count, command, folder)
                rmtree(folder / "union")
            command = [*program, "merge", *map(str, shards.iterdir()), "-o", str(merged)]
            if "merge" in options.only:
                measured("merge", count, command, folder)
            elif {"filter", "shuffle"} & {*options.only}:
                subprocess.run(command, check=True, stderr=subprocess.DEVNULL)
            rmtree(shards)
            if "filter" in options.only:
                beside = ["--rejected", str(folder / "rejected.jsonl"), "--duplicates", "exact"]
                measured("filter", count, [*program, "filter", str(merged), "-o", str(unique), *beside], folder)
                unique.unlink()
            if "shuffle" in options.only:
                order = ["--by", "random", "-o", str(unique)]
                measured("shuffle", count, [*program, "sort", str(merged), *order], folder)


if __name__ == "__main__":
    main()
