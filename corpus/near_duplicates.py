"""Pairs that say nearly the same: sources that share most of their letters' groups.

Candidates are found by MinHash and locality-sensitive hashing (Broder 1997; Leskovec, Rajaraman, Ullman, *Mining of
Massive Datasets*, chapter 3), then compared in full: what is taken out has a Jaccard similarity of its groups of five
letters of at least the threshold to a pair that is kept. The best pairs are looked at first, so that they stay.

Texts and signatures are kept in memory: about 3 kB a pair.
"""

from collections.abc import Iterator
from typing import Any
from zlib import crc32

from corpus.duplicates import By, key, rank
from corpus.pair import Pair
from mt.errors import MuwaziError

__all__ = ["NearDuplicates"]

_GROUP = 5
_PERMUTATIONS = 128
_SEED = 1


class NearDuplicates:
    """Finds pairs that are the same or nearly so; a `Finder` (`corpus.duplicates`).

    Raises `MuwaziError` where datasketch is not installed.
    """

    def __init__(self, by: By = "source", threshold: float = 0.8) -> None:
        self.by: By = by
        self.threshold = threshold
        self._texts: list[bytes] = []
        self._ranks: list[tuple[int, float, str, int, str]] = []
        self._kept: list[int] = []
        self._library = _library()

    def add(self, pair: Pair) -> None:
        """Take the next pair."""
        self._texts.append(key(pair, self.by))
        self._ranks.append(rank(pair))

    def kept_for(self, number: int) -> str | None:
        """Give the id of the pair that is kept in the place of this one; see `Finder`."""
        self._kept = self._kept or self._settled()
        kept = self._kept[number]
        return None if kept == number else self._ranks[kept][-1]

    def _settled(self) -> list[int]:
        """Give for each pair the number of the one that is kept for it."""
        texts = self._texts
        best: dict[bytes, int] = {}  # of each text, the best pair
        for number in sorted(range(len(texts)), key=self._ranks.__getitem__):
            best.setdefault(texts[number], number)
        index = self._library.MinHashLSH(self.threshold, _PERMUTATIONS, weights=(0.1, 0.9))
        # Signatures of all texts are made in one go, as the library does soonest.
        signatures = self._library.MinHash.generator(
            map(_groups, best), num_perm=_PERMUTATIONS, seed=_SEED, hashfunc=crc32
        )
        kept: dict[bytes, int] = {}
        for (text, number), signature in zip(best.items(), signatures, strict=True):
            groups = _groups(text)
            near = sorted(index.query(signature))
            likest = max(near, key=lambda other: _jaccard(groups, _groups(texts[other])), default=None)
            if likest is not None and _jaccard(groups, _groups(texts[likest])) >= self.threshold:
                kept[text] = likest
            else:
                kept[text] = number
                index.insert(number, signature, check_duplication=False)
        return [kept[text] for text in texts]


def _groups(text: bytes) -> frozenset[bytes]:
    """Give the groups of five letters of a text."""
    return frozenset(_windows(text))


def _windows(text: bytes) -> Iterator[bytes]:
    return (text[start : start + _GROUP] for start in range(max(1, len(text) - _GROUP + 1)))


def _jaccard(one: frozenset[bytes], other: frozenset[bytes]) -> float:
    """Give the share of what two sets have in common, of all that they have."""
    common = len(one & other)
    return common / (len(one) + len(other) - common)


def _library() -> Any:
    """Import datasketch; raises `MuwaziError` where it is missing."""
    try:
        import datasketch
    except ImportError:
        raise MuwaziError('near duplicates need datasketch; install it with: pip install "muwazi[near]"') from None
    return datasketch
