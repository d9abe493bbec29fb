"""Corpora in order, of any size: sorted in parts that fit into memory, which are then merged."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from heapq import merge
from itertools import count, islice
from math import inf
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from corpus.chance import draw
from corpus.formats import read, write
from corpus.pair import Origin, Pair

__all__ = ["ORDERS", "position", "sort"]

_ORIGINS: dict[Origin, int] = {"machine": 0, "post-edited": 1, "human": 2}
_AT_ONCE = 50_000  # pairs, some 50 MB
_FILES = 200  # open at a time

_Key = Callable[[Pair], Any]


def position(pair: Pair) -> tuple[Any, ...]:
    """Give what sorts pairs as a build writes them: by document and sentence, translations before the reference.

    A reference of several sentences follows the last of these, by where its source ends. Pairs that have come through a
    format without offsets stand behind those that have some, by the number of the sentence. What differs in nothing
    else is in the order of ids, scores (the best first) and models, so that it is the same however the pairs came in.
    """
    origin = _ORIGINS[pair.origin]
    place = (pair.end, origin, pair.sentence) if pair.end else (inf, pair.sentence, origin)
    scores = [inf if score is None else -score for score in (pair.alignment_score, pair.score)]
    rest = (pair.target is None, pair.model or "", pair.bead or "", pair.faults, pair.start)
    return (pair.document, *place, pair.id, *scores, *rest)


ORDERS: dict[str, Callable[[Pair], float | int | None]] = {
    "source-length": lambda pair: len(pair.source),
    "target-length": lambda pair: None if pair.target is None else len(pair.target),
    "score": lambda pair: pair.score,
    "alignment-score": lambda pair: pair.alignment_score,
}
"""What can be sorted by besides the position (`document`) and chance (`random`); pairs without a value come last."""


def sort(
    pairs: Iterable[Pair], by: str = "document", *, reverse: bool = False, seed: int = 0, at_once: int = _AT_ONCE
) -> Iterator[Pair]:
    """Give the pairs in order: by `document`, `random` or one of `ORDERS`, of equals the first one first.

    More than `at_once` pairs are sorted in parts, which are kept in temporary files meanwhile.
    """
    key = _key(by, seed, reverse=reverse)
    pairs = iter(pairs)
    part = sorted(islice(pairs, at_once), key=key, reverse=reverse)
    if len(part) < at_once:
        yield from part
        return
    with TemporaryDirectory(prefix="muwazi-sort-") as folder:
        names = (Path(folder) / f"{number}.jsonl" for number in count())
        parts = []
        while part:
            parts.append(_kept(part, next(names)))
            if len(parts) == _FILES:
                parts = [_kept(_merged(parts, key, reverse=reverse), next(names))]
            part = sorted(islice(pairs, at_once), key=key, reverse=reverse)
        yield from _merged(parts, key, reverse=reverse)


def _key(by: str, seed: int, *, reverse: bool) -> _Key:
    """Make the key of an order; those that have none of it come last in either direction."""
    if by == "document":
        return position
    if by == "random":
        return lambda pair: draw(pair.id, seed)
    measure = ORDERS[by]

    def key(pair: Pair) -> tuple[bool, float]:
        value = measure(pair)
        return (value is None) != reverse, value or 0

    return key


def _kept(pairs: Iterable[Pair], path: Path) -> Path:
    write(pairs, path)
    return path


def _merged(parts: list[Path], key: _Key, *, reverse: bool) -> Iterator[Pair]:
    """Merge sorted files, and remove them."""
    with ExitStack() as stack:
        for path in parts:
            stack.callback(path.unlink)
        yield from merge(*map(read, parts), key=key, reverse=reverse)
