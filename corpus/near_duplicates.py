"""Pairs that say nearly the same: sources that share most of their letters' groups.

Candidates are found by MinHash and locality-sensitive hashing (Broder 1997; Leskovec, Rajaraman, Ullman, *Mining of
Massive Datasets*, chapter 3), then compared in full: what is taken out has a Jaccard similarity of its groups of five
letters of at least the threshold to a pair that is kept. The best pairs are looked at first, so that they stay.

Texts and signatures are kept in memory: about 3 kB a pair.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any
from zlib import crc32

from corpus.duplicates import By, Duplicates, key
from corpus.pair import Pair
from mt.errors import MuwaziError

if TYPE_CHECKING:
    import numpy as np

__all__ = ["NearDuplicates"]

_GROUP = 5
_PERMUTATIONS = 128
_SEED = 1


class NearDuplicates(Duplicates):
    """Collects pairs as `Duplicates` does, and keeps one of those that are the same or nearly so.

    Raises `MuwaziError` where datasketch is not installed.
    """

    def __init__(self, by: By = "source", threshold: float = 0.8) -> None:
        super().__init__(by)
        self.threshold = threshold
        self._texts: list[bytes] = []
        self._library = _library()

    def add(self, pair: Pair) -> None:
        """Take the next pair."""
        super().add(pair)
        self._texts.append(key(pair, self.by))

    def _settled(self) -> "np.ndarray":
        """Give for each pair the number of the one that is kept for it."""
        import numpy as np

        kept = super()._settled()
        index = self._library.MinHashLSH(self.threshold, _PERMUTATIONS, weights=(0.1, 0.9))
        texts = self._texts
        # Signatures of all texts are made in one go, as the library does soonest.
        numbers = self.best_first(np.flatnonzero(kept == np.arange(len(kept))))
        signatures = self._library.MinHash.generator(
            (_groups(texts[number]) for number in numbers), num_perm=_PERMUTATIONS, seed=_SEED, hashfunc=crc32
        )
        for number, signature in zip(numbers.tolist(), signatures, strict=True):
            groups = _groups(texts[number])
            near = sorted(index.query(signature))
            likest = max(near, key=lambda other: _jaccard(groups, _groups(texts[other])), default=None)
            if likest is not None and _jaccard(groups, _groups(texts[likest])) >= self.threshold:
                kept[number] = likest
            else:
                index.insert(number, signature, check_duplication=False)
        return np.take(kept, kept)  # what an exact duplicate is kept for may itself be near another


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
