"""Corpora in order, of any size: sorted in parts that fit into memory, which are then merged."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import fields
from functools import partial
from heapq import merge
from itertools import chain, count, islice, starmap
from math import inf
from operator import attrgetter
from typing import Any

from corpus.chance import draw
from corpus.pair import Origin, Pair
from corpus.spill import Scratch

__all__ = ["ORDERS", "position", "sort"]

_ORIGINS: dict[Origin, int] = {"machine": 0, "post-edited": 1, "human": 2}
_AT_ONCE = 50_000  # pairs, some 50 MB
_FILES = 100  # open at a time
_BLOCK = 256  # pairs of each of them in memory
_record = attrgetter(*(field.name for field in fields(Pair)))

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
    parts = _Parts(partial(merge, key=key, reverse=reverse))
    while part:
        parts.add(part)
        part = sorted(islice(pairs, at_once), key=key, reverse=reverse)
    yield from parts.merged()


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


class _Parts:
    """Sorted parts in temporary files.

    So many of them are merged into one, and so many of these into a larger one: a pair is written once a level.
    """

    def __init__(self, merge: Callable[..., Iterator[Pair]]) -> None:
        self._merge = merge
        self._scratch = Scratch()
        self._names = map(str, count())
        self._levels: list[list[str]] = []

    def add(self, pairs: Iterable[Pair], level: int = 0) -> None:
        """Take the next part."""
        if level == len(self._levels):
            self._levels.append([])
        parts = self._levels[level]
        parts.append(self._written(pairs))
        if len(parts) == _FILES:
            self.add(self._joined(parts), level + 1)
            parts.clear()

    def merged(self) -> Iterator[Pair]:
        """Give the pairs of all parts in order."""
        names = [*chain.from_iterable(reversed(self._levels))]  # the oldest first: equal pairs stay in their order
        while len(names) > _FILES:
            names[-_FILES:] = [self._written(self._joined(names[-_FILES:]))]
        return self._joined(names)

    def _written(self, pairs: Iterable[Pair]) -> str:
        name = next(self._names)
        self._scratch.append(name, map(_record, pairs), _BLOCK)
        return name

    def _joined(self, names: Iterable[str]) -> Iterator[Pair]:
        """Merge files, and remove them."""
        with ExitStack() as stack:
            for name in names:
                stack.callback(self._scratch.remove, name)
            yield from self._merge(*(starmap(Pair, self._scratch.read(name)) for name in names))
