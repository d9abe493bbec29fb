"""Kills the workers of builds, and their parents, at random moments, and compares what becomes of it.

    python -m tests.corpus.killed_workers FOLDER KILLS SEED

As in `tests.corpus.killed_builds` one process imports everything once; here its forks have workers, which are forks
too, so that a kill costs no start of Python. Prints a line of JSON: how many workers and parents were killed, how many
builds were run again, how often a worker's end was told, how often builds gave up since too many had died in a row, how
often processes outlived their parent, and the rounds whose end differs from an undisturbed build's.
"""

import json
import multiprocessing
import os
import random
import shutil
import signal
import sys
import time
from itertools import count
from pathlib import Path
from select import select

import corpus.parcels
import corpus.workers
import mt.translator
from corpus.parcels import DEATHS
from corpus.workers import Crew
from mt.engine import ENGINES
from mt.errors import MuwaziError
from tests.corpus.builds import build_articles, files_of
from tests.corpus.killed_builds import CHOICE, ended, forked, prepare, unlike

WORKERS = 2
PATIENCE = 20.0  # seconds that a worker has to end after its parent


def children(process: int) -> list[int]:
    """List a process's children; none where it has ended."""
    try:
        return [int(pid) for pid in Path(f"/proc/{process}/task/{process}/children").read_text().split()]
    except (FileNotFoundError, ProcessLookupError):
        return []


def killed(process: int, rng: random.Random) -> bool:
    """End a process; False where it had ended by itself."""
    try:
        os.kill(process, rng.choice((signal.SIGKILL, signal.SIGTERM)))
    except ProcessLookupError:
        return False
    return True


def main(folder: str, kills: str, seed: str) -> None:
    root, rng = Path(folder), random.Random(int(seed))
    mt.translator.WINDOW = 8
    corpus.parcels.PARCEL = 8
    corpus.workers.CONTEXT = multiprocessing.get_context("fork")  # type: ignore[assignment]  # see above
    ENGINES["ctranslate2"] = "tests.corpus.known_engine:engine"
    os.environ["MUWAZI_TEST_DELAY"] = "0.003"
    articles = prepare(root)
    out, notes = root / "out", root / "notes"

    def work() -> None:
        def tell(text: str) -> None:
            with notes.open("a") as file:
                file.write(f"{text}\n")

        try:
            build_articles(articles, out, choice=CHOICE, crew=Crew(WORKERS, lambda _: None, tell))
        except MuwaziError as error:
            tell(str(error))
            raise SystemExit(1) from error

    build_articles(articles, out, choice=CHOICE)
    whole = files_of(out)
    shutil.rmtree(out)
    start = time.monotonic()
    assert ended(forked(work)) == 0
    seconds = time.monotonic() - start
    assert files_of(out) == whole
    told = {"workers": 0, "parents": 0, "again": 0, "outlived": 0}
    differing = []
    for number in count():
        if told["workers"] + told["parents"] >= int(kills):
            break
        shutil.rmtree(out)
        if number % 2:
            shutil.copytree(root / "old", out)
        for attempt in range(50):
            alive, theirs = os.pipe()  # whose end comes with that of the last process that has it
            parent = forked(work)
            os.close(theirs)
            while attempt < 3 and not select([alive], [], [], rng.uniform(0, seconds / 3))[0]:
                workers = children(parent)
                if workers and rng.random() < 0.85:
                    told["workers"] += killed(rng.choice(workers), rng)
                else:
                    told["parents"] += killed(parent, rng)
                    break
            code = ended(parent)
            told["outlived"] += not select([alive], [], [], PATIENCE)[0]
            os.close(alive)
            if code == 0:
                break
            told["again"] += 1
        end = files_of(out)
        if code or end != whole:
            differing.append((number, code, unlike(end, whole)))
    lines = notes.read_text().splitlines()
    told["noticed"] = sum("a worker process ended (SIG" in line for line in lines)
    told["given up"] = sum(f"{DEATHS} worker processes" in line for line in lines)
    print(json.dumps({**told, "differing": differing, "seconds": round(seconds, 3)}))  # noqa: T201


if __name__ == "__main__":
    main(*sys.argv[1:])
