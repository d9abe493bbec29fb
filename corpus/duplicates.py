"""Which pairs of a corpus say the same, and which one of them is kept.

Two pairs are the same where their sources are, folded (`corpus.alphabet.folded`), or their sources and targets. Of the
same pairs the best one is kept: human before post-edited before machine; without faults before with some; the higher
alignment or model score; then by document, position and id. So what is kept does not depend on the order of the corpus.

Memory is bounded whatever the size of the corpus. Pairs are compared by a digest of 128 bits, and put on shelves by
its first byte: what is the same is on one shelf, and a shelf is settled by itself. Of each different pair on it the
best one is kept in memory; a shelf that has too many of them is put on shelves of its own by the next byte. Outcomes
are put on shelves by the numbers of the pairs, and read again in order. Files are written from 100,000 pairs on, 75
bytes a pair.

Of n different pairs, two have the same digest of b bits with a probability of about n²/2ᵇ⁺¹. With 64 bits that is one
in 37 for 10⁹ pairs, and a pair that is nobody's duplicate would be lost; with 128 bits it is one in 10²¹, and nobody
can make two texts that share one (BLAKE2, RFC 7693).
"""

from collections.abc import Iterable
from hashlib import blake2b
from math import inf, isnan
from typing import Any, Literal, Protocol

from corpus.alphabet import folded
from corpus.pair import Origin, Pair
from corpus.spill import Scratch, Shelves

__all__ = ["By", "Duplicates", "Finder", "key", "rank"]

By = Literal["source", "pair"]
_RANKS: dict[Origin, int] = {"human": 0, "post-edited": 2, "machine": 4}

_AT_ONCE = 100_000  # records in memory, of some 400 bytes
_DIFFERENT = 200_000  # of a shelf that is settled, as large
_RANGE = 100_000  # numbers on a shelf of outcomes


class Finder(Protocol):
    """Collects the pairs of a corpus in order (`add`), then tells of each which one takes its place (`kept_for`)."""

    by: By

    def add(self, pair: Pair) -> None:
        """Take the next pair."""

    def kept_for(self, number: int) -> str | None:
        """Give the id of the pair that is kept in the place of the one added as this number, from 0.

        None where that one is kept itself. Numbers are asked for in rising order. No pair may be added after that.
        """


def key(pair: Pair, by: By = "source") -> bytes:
    """Give what is the same for pairs that say the same, by their sources or by both sides."""
    source = folded(pair.source)
    return source if by == "source" else source + b"\t" + folded(pair.target or "")


def rank(pair: Pair) -> tuple[int, float, str, int, str]:
    """Give what sorts pairs that say the same so that the one to keep comes first; the id is last."""
    score = pair.score if pair.alignment_score is None else pair.alignment_score
    worth = inf if score is None or isnan(score) else -score  # Parquet knows NaN
    return _RANKS[pair.origin] + bool(pair.faults), worth, pair.document, pair.sentence, pair.id


class Duplicates:
    """Finds pairs that are the same; a `Finder`.

    Raises `InputError` where temporary files cannot be written.
    """

    def __init__(self, by: By = "source") -> None:
        self.by: By = by
        self._scratch = Scratch()
        self._records = Shelves(self._scratch, "pairs", _AT_ONCE)
        self._count = 0
        self._outcomes: Shelves | None = None
        self._range = -1
        self._kept: dict[int, str] = {}

    def add(self, pair: Pair) -> None:
        """Take the next pair."""
        digest = blake2b(key(pair, self.by), digest_size=16).digest()
        self._records.put(digest[0], (digest, *rank(pair), self._count))
        self._count += 1

    def kept_for(self, number: int) -> str | None:
        """Give the id of the pair that is kept in the place of this one; see `Finder`."""
        if number // _RANGE != self._range:
            self._turn_to(number // _RANGE)
        return self._kept.get(number)

    def _turn_to(self, range_: int) -> None:
        """Take the outcomes of a range of numbers into memory."""
        if self._outcomes is None:
            self._outcomes = Shelves(self._scratch, "outcomes", _AT_ONCE)
            self._settle(self._records, 1)
        if range_ < self._range:
            raise ValueError("numbers are asked for in rising order")
        for passed in range(max(0, self._range), range_):
            self._outcomes.clear(passed)
        self._range = range_
        self._kept = dict(self._outcomes.read(range_))

    def _settle(self, shelves: Shelves, depth: int) -> None:
        """Put on the shelves of outcomes which pairs go and what is kept for each; `depth` bytes brought them here."""
        assert self._outcomes is not None
        put = self._outcomes.put
        for shelf in shelves:
            best = _best(shelves.read(shelf))
            if best is None:
                self._settle(self._spread(shelves.read(shelf), depth), depth + 1)
            else:
                for record in shelves.read(shelf):
                    kept = best[record[0]]
                    if kept[-1] != record[-1]:
                        put(record[-1] // _RANGE, (record[-1], kept[-2]))
            shelves.clear(shelf)

    def _spread(self, records: Iterable[tuple[Any, ...]], depth: int) -> Shelves:
        """Put records on shelves by one more byte of their digests."""
        shelves = Shelves(self._scratch, f"pairs-{depth}", _AT_ONCE)
        for record in records:
            shelves.put(record[0][depth], record)
        return shelves


def _best(records: Iterable[tuple[Any, ...]]) -> dict[bytes, tuple[Any, ...]] | None:
    """Give the best record of each digest, or None where there are too many to hold."""
    best: dict[bytes, tuple[Any, ...]] = {}
    for record in records:
        known = best.setdefault(record[0], record)
        if record < known:
            best[record[0]] = record
        elif len(best) > _DIFFERENT:
            return None
    return best
