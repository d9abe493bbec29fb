"""Kills builds at random moments and compares what the next run makes of it.

    python -m tests.corpus.killed_builds FOLDER KILLS SEED

One process imports everything once and forks a build for each try, so that a hundred kills take seconds. Prints a line
of JSON: how many builds were killed, how many of these had saved a document or had begun to replace the corpus's
files, and the rounds whose end differs from an undisturbed build's, with the files.
"""

import json
import os
import random
import shutil
import signal
import sys
import time
from collections.abc import Callable
from itertools import count
from pathlib import Path

import mt.translator
from corpus.assembly import PAGE, Choice
from corpus.filter import Pipeline
from corpus.folder import JOURNAL, STATE
from corpus.journal import keys_in
from tests.corpus.builds import ARABIC, build_articles, files_of, write_articles, write_references

ARTICLES = 16
CHOICE = Choice(("tmx", "tsv", PAGE), filters=Pipeline.of("none", ["min-length=20"]))


def forked(work: Callable[[], object]) -> int:
    """Do some work in a child, which a SIGTERM unwinds as it does the command; gives its process id."""
    child = os.fork()
    if child:
        return child
    code = 1
    try:
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
        work()
        code = 0
    except SystemExit:
        code = 143
    finally:
        os._exit(code)


def ended(child: int) -> int:
    """Wait for a child; gives its exit code, or minus the signal that ended it."""
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def unlike(one: dict[str, bytes], other: dict[str, bytes]) -> list[str]:
    """Name the files in which two folders differ."""
    return sorted(name for name in one.keys() | other.keys() if one.get(name) != other.get(name))


def prepare(root: Path) -> Path:
    """Write articles, of which every fourth has a reference, and an older corpus of some of them."""
    articles = write_articles(root / "in", ARTICLES)
    build_articles(articles, root / "machine")
    write_references(articles, root / "machine")
    shutil.copytree(articles, root / "older")
    for number in range(0, ARTICLES, 3):
        (root / "older" / f"{number:03}.ar.txt").write_text(f"{ARABIC[0]} {ARABIC[1]}.\n", "utf-8")
    (root / "older" / "gone.ar.txt").write_text(f"{ARABIC[2]}.\n", "utf-8")
    build_articles(root / "older", root / "old", choice=Choice(("tsv", "moses")))
    return articles


def main(folder: str, kills: str, seed: str) -> None:
    root, rng = Path(folder), random.Random(int(seed))
    mt.translator.WINDOW = 8  # so that documents are done all the time, not all at once
    articles = prepare(root)
    out = root / "out"

    def work() -> None:
        build_articles(articles, out, choice=CHOICE, delay=0.001)

    work()  # here, so that no child has to import anything
    shutil.rmtree(out)
    start = time.monotonic()
    assert ended(forked(work)) == 0
    seconds = time.monotonic() - start
    whole = files_of(out)
    told = {"killed": 0, "saved": 0, "replacing": 0}
    differing = []
    for number in count():
        if told["killed"] >= int(kills):
            break
        shutil.rmtree(out)
        if number % 2:
            shutil.copytree(root / "old", out)
        for _ in range(rng.choice((1, 1, 1, 2, 4))):
            child = forked(work)
            time.sleep(rng.uniform(0, seconds))
            os.kill(child, rng.choice((signal.SIGKILL, signal.SIGTERM)))
            killed = ended(child) != 0
            told["killed"] += killed
            told["saved"] += killed and bool(keys_in(out / STATE / JOURNAL))
            told["replacing"] += killed and (out / STATE).exists() and (out / "machine.tmx").exists()
        code = ended(forked(work))
        end = files_of(out)
        if code or end != whole:
            differing.append((number, code, unlike(end, whole)))
    print(json.dumps({**told, "differing": differing, "seconds": round(seconds, 3), "files": sorted(whole)}))  # noqa: T201


if __name__ == "__main__":
    main(*sys.argv[1:])
