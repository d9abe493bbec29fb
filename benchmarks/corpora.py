"""Measures the corpus formats: pairs a second, written and read, and the memory that it takes.

    python benchmarks/corpora.py                            200,000 pairs, every format
    python benchmarks/corpora.py --pairs 5000000 --only jsonl tmx tsv
    python benchmarks/corpora.py --others                   TMX beside translate-toolkit, on the same file

The pairs are made up, some 110 characters a side, with the fields of a machine translation. Each figure is taken in a
process of its own: seconds of the processor, so that a busy machine blurs them less, the best of the rounds, without
the time that making pairs takes; and the most memory that the process held. "foreign" is the same TMX with a comment
behind `<body>`, which no longer looks like ours and is read as any XML.
"""

import argparse
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from corpus import formats
from corpus.pair import Pair

SOURCE = "باع التاجر ماهر العطار ٣٥ كيلوغرامًا من التمر قبل الظهر في سوق المدينة القديمة بسعر لم يتوقعه أحد من جيرانه"
TARGET = "The merchant Maher Attar sold 35 kilograms of dates before noon in the market of the old city at a price"


def made(count: int) -> Iterator[Pair]:
    """Give pairs that differ."""
    for i in range(count):
        at = i % 40
        source = f"{SOURCE} {i}."
        where = (f"news/{i // 40}", at // 5, at, at * 200, at * 200 + len(source))
        faults = ("missing-number",) if i % 9 == 0 else ()
        yield Pair(*where, source, f"{TARGET} {i}.", "machine", "compact@0a1b2c3d4e5f", -0.3125, faults=faults)


def exhaust(pairs: Iterable[Pair]) -> None:
    for _ in pairs:
        pass


def write_ours(path: Path, name: str, count: int) -> None:
    formats.write(made(count), path, name)


def read_ours(path: Path, name: str, count: int) -> None:
    exhaust(formats.read(path, name))


def foreign(path: Path) -> Path:
    """Give a copy of a TMX that is not ours any more."""
    other = path.with_name("foreign.tmx")
    with path.open("rb") as file, other.open("wb") as copy:
        for line in file:
            copy.write(line.replace(b"<body>", b"<body><!-- by another program -->"))
    return other


def write_toolkit(path: Path, name: str, count: int) -> None:
    from translate.storage.tmx import tmxfile

    store = tmxfile(sourcelanguage="ar", targetlanguage="en")
    for pair in made(count):
        store.addtranslation(pair.source, "ar", pair.target, "en")
    store.savefile(str(path.with_name("toolkit.tmx")))


def read_toolkit(path: Path, name: str, count: int) -> None:
    from translate.storage.tmx import tmxfile

    for unit in tmxfile.parsefile(str(path)).units:
        _ = unit.source, unit.target


TASKS: dict[str, Callable[[Path, str, int], None]] = {
    "write": write_ours,
    "read": read_ours,
    "write-toolkit": write_toolkit,
    "read-toolkit": read_toolkit,
    "make": lambda path, name, count: exhaust(made(count)),
}


def task(what: str, path: Path, name: str, count: int, rounds: int) -> None:
    """Do it here, and print the seconds and the memory in MB."""
    best = float("inf")
    for _ in range(rounds):
        start = time.process_time()
        TASKS[what](path, name, count)
        best = min(best, time.process_time() - start)
    scale = 1 << 20 if sys.platform == "darwin" else 1 << 10
    print(best, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / scale)


def measure(what: str, path: Path, name: str, count: int, rounds: int) -> tuple[float, float]:
    """Do it in a process of its own."""
    # -P: this folder's translate.py is not the toolkit's package of that name.
    command = [sys.executable, "-P", __file__, "--task", what, str(path), name, str(count), str(rounds)]
    run = subprocess.run(command, check=True, capture_output=True, text=True)
    seconds, memory = map(float, run.stdout.split())
    return seconds, memory


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=int, default=200_000)
    parser.add_argument("--rounds", type=int, default=3, help="of which the best counts")
    parser.add_argument("--only", nargs="+", default=list(formats.FORMATS), choices=formats.FORMATS, metavar="FORMAT")
    parser.add_argument("--others", action="store_true", help="also translate-toolkit, which holds the file in memory")
    parser.add_argument("--task", nargs=5, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.task:
        what, path, name, count, rounds = arguments.task
        task(what, Path(path), name, int(count), int(rounds))
        return
    count, rounds = arguments.pairs, arguments.rounds
    with TemporaryDirectory() as folder:
        making, _ = measure("make", Path(folder), "", count, rounds)
        print(f"{'':16} {'pairs/s':>12} {'MB':>6}   {count:,} pairs")

        def row(label: str, what: str, path: Path, name: str) -> None:
            seconds, memory = measure(what, path, name, count, rounds)
            seconds -= making if what.startswith("write") else 0
            print(f"{label:16} {count / seconds:12,.0f} {memory:6.0f}", flush=True)

        for name in arguments.only:
            path = Path(folder, f"corpus.{name}")
            row(f"{name} write", "write", path, name)
            if formats.FORMATS[name].readable:
                row(f"{name} read", "read", path, name)
            if name == "tmx":
                row("foreign read", "read", foreign(path), name)
                if arguments.others:
                    row("toolkit write", "write-toolkit", path, name)
                    row("toolkit read", "read-toolkit", path, name)
            for file in formats.files(path, name):
                file.unlink()


if __name__ == "__main__":
    main()
