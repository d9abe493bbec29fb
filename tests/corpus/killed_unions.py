"""Kills mergers of corpus folders at random moments and compares what the next run makes of it.

    python -m tests.corpus.killed_unions FOLDER ROUNDS SEED

FOLDER has shards in `shards`, a corpus of the same documents in `whole` and an older one in `old`. One process forks a
merger for each try. Prints a line of JSON: how many were killed, how many of these left the folder unfinished and how
many as they had found it, and the rounds in which a folder was neither, or whose end is not `whole`.
"""

import json
import os
import random
import shutil
import signal
import sys
import time
from pathlib import Path

from corpus.agreement import folders_in
from corpus.folder import STATE
from corpus.union import Union
from tests.corpus.builds import count_only, files_of
from tests.corpus.killed_builds import ended, forked


def main(folder: str, rounds: str, seed: str) -> None:
    root, rng = Path(folder), random.Random(int(seed))
    out = root / "out"

    def work() -> None:
        Union.of(folders_in([root / "shards"])).write(out, lambda: count_only)

    work()  # here, so that no child has to import anything
    shutil.rmtree(out)
    start = time.monotonic()
    assert ended(forked(work)) == 0
    seconds = time.monotonic() - start
    whole, old = files_of(root / "whole"), files_of(root / "old")
    told = {"killed": 0, "unfinished": 0, "untouched": 0, "replacing": 0}
    wrong = []
    for number in range(int(rounds)):
        shutil.rmtree(out)
        if number % 2:
            shutil.copytree(root / "old", out)
        found = files_of(out)
        for _ in range(rng.choice((1, 1, 2))):
            child = forked(work)
            time.sleep(rng.uniform(0, seconds))
            os.kill(child, rng.choice((signal.SIGKILL, signal.SIGTERM)))
            killed = ended(child) != 0
            unfinished = (out / STATE).exists()
            untouched = not unfinished and files_of(out) == found
            told["killed"] += killed
            told["unfinished"] += unfinished
            told["untouched"] += killed and untouched
            told["replacing"] += unfinished and files_of(out).get("corpus.jsonl") == whole["corpus.jsonl"]
            if not (unfinished or untouched or files_of(out) == whole):
                wrong.append((number, "half"))
            found = files_of(out)
        if ended(forked(work)) or files_of(out) != whole:
            wrong.append((number, "end"))
    assert old != whole
    print(json.dumps({**told, "wrong": wrong, "seconds": round(seconds, 3)}))  # noqa: T201 (what the test reads)


if __name__ == "__main__":
    main(*sys.argv[1:])
