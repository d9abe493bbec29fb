"""Filters and duplicates applied to a corpus, and the file of what is not kept.

That file is JSON Lines of records, each with the reason under `rejected`. `corpus.formats` reads it as it reads any
corpus, so that what was taken out can be counted, looked at and merged back.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from corpus.duplicates import Finder
from corpus.filter import Pipeline, Reason, Rejection
from corpus.formats.streams import write_text
from corpus.pair import Pair
from corpus.spill import Scratch, Shelves

__all__ = ["DUPLICATE", "rejections", "sift"]

DUPLICATE = "duplicate"
"""What a pair is rejected for that another one is kept for; the value is that one's id."""

_AT_ONCE = 1 << 16  # verdicts in memory
_encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode


@contextmanager
def rejections(path: Path | None, counts: Counter[str]) -> Iterator[Callable[[Rejection], None]]:
    """Give a function that counts rejections by filter and writes them to a file, if there is to be one.

    Raises `InputError` where the file cannot be written.
    """
    if path is None:
        yield lambda rejection: counts.update((rejection.reason.filter,))
        return
    with write_text(path, "backslashreplace") as put:

        def reject(rejection: Rejection) -> None:
            counts[rejection.reason.filter] += 1
            put(_encode(rejection.as_dict()) + "\n")

        yield reject


def sift(
    read: Callable[[], Iterable[Pair]],
    pipeline: Pipeline,
    duplicates: Finder | None,
    reject: Callable[[Rejection], None],
) -> Iterator[Pair]:
    """Give the pairs that filters keep, in order, those that another one is kept for taken out too.

    `read` gives the pairs anew at each call; with `duplicates`, it is called twice.
    """
    if duplicates is None:
        yield from pipeline.split(read(), reject)
        return
    judge = pipeline.judge()
    # Of each pair, whether filters keep it and it may have a duplicate.
    compared = Shelves(Scratch(), "compared", _AT_ONCE)
    for pair in read():
        taken = pair.target is not None and pair.source != "" and judge(pair) is None
        compared.put(0, taken)
        if taken:
            duplicates.add(pair)
    number = 0
    for taken, pair in zip(compared.read(0), read(), strict=True):
        if taken:
            better = duplicates.kept_for(number)
            number += 1
            if better is None:
                yield pair
            else:
                reject(Rejection(pair, Reason(DUPLICATE, better, duplicates.by)))
        elif rejection := judge(pair):
            reject(rejection)
        else:
            yield pair
