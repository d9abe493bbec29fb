"""Which pairs of a corpus say the same, and which one of them is kept.

Two pairs are the same where their sources are, folded (`corpus.alphabet.folded`), or their sources and targets. Of the
same pairs the best one is kept: human before post-edited before machine; without faults before with some; the higher
alignment or model score; then by document and position. So what is kept does not depend on the order of the corpus.

A pair is remembered by a hash of 64 bits, by which two of five million different pairs are taken for the same once in
a million runs, by its id and by what it is ranked by: some 100 bytes while all are compared.
"""

from array import array
from typing import TYPE_CHECKING, Literal

from corpus.alphabet import folded
from corpus.pair import Origin, Pair

if TYPE_CHECKING:
    import numpy as np

__all__ = ["By", "Duplicates", "key"]

By = Literal["source", "pair"]
_RANKS: dict[Origin, int] = {"human": 0, "post-edited": 2, "machine": 4}
_UNKNOWN = float("-inf")


def key(pair: Pair, by: By = "source") -> bytes:
    """Give what is the same for pairs that say the same, by their sources or by both sides."""
    source = folded(pair.source)
    return source if by == "source" else source + b"\t" + folded(pair.target or "")


class Duplicates:
    """Collects the pairs of a corpus in order (`add`), then tells of each which one takes its place (`kept_for`)."""

    def __init__(self, by: By = "source") -> None:
        self.by: By = by
        self._hashes = array("q")
        self._ranks = array("B")
        self._scores = array("d")
        self._documents = array("I")
        self._names: dict[str, int] = {}
        self._sentences = array("q")
        self._ids = bytearray()
        self._ends = array("Q")
        self._kept: memoryview[int] | None = None

    def add(self, pair: Pair) -> None:
        """Take the next pair."""
        self._hashes.append(hash(key(pair, self.by)))  # Python's is SipHash, which has no common collisions
        self._ranks.append(_RANKS[pair.origin] + bool(pair.faults))
        score = pair.score if pair.alignment_score is None else pair.alignment_score
        self._scores.append(_UNKNOWN if score is None else score)
        self._documents.append(self._names.setdefault(pair.document, len(self._names)))
        self._sentences.append(pair.sentence)
        self._ids += pair.id.encode("utf-8", "surrogatepass")
        self._ends.append(len(self._ids))

    def kept_for(self, number: int) -> str | None:
        """Give the id of the pair that is kept in the place of the one added as this number, from 0.

        None where that one is kept itself. After the first call no pair may be added.
        """
        if self._kept is None:
            self._kept = self._settled().data
        kept = self._kept[number]
        return None if kept == number else self._id(kept)

    def _id(self, number: int) -> str:
        start = self._ends[number - 1] if number else 0
        return self._ids[start : self._ends[number]].decode("utf-8", "surrogatepass")

    def best_first(self, numbers: "np.ndarray") -> "np.ndarray":
        """Order numbers of pairs so that of two the one to keep comes first."""
        import numpy as np

        place = np.empty(len(self._names), np.int64)
        for position, name in enumerate(sorted(self._names)):
            place[self._names[name]] = position
        documents = place[np.asarray(self._documents)[numbers]] if len(numbers) else numbers
        sentences, scores = np.asarray(self._sentences)[numbers], np.asarray(self._scores)[numbers]
        return numbers[np.lexsort((numbers, sentences, documents, -scores, np.asarray(self._ranks)[numbers]))]

    def _settled(self) -> "np.ndarray":
        """Give for each pair the number of the one that is kept for it."""
        import numpy as np

        hashes = np.asarray(self._hashes)
        kept = np.arange(len(hashes))
        order = np.argsort(hashes, kind="stable")
        ordered = hashes[order]
        same = ordered[1:] == ordered[:-1]
        shared = np.zeros(len(hashes), bool)
        shared[1:] |= same
        shared[:-1] |= same
        rivals = self.best_first(order[shared])
        rivals = rivals[np.argsort(hashes[rivals], kind="stable")]
        first = np.ones(len(rivals), bool)
        first[1:] = hashes[rivals][1:] != hashes[rivals][:-1]
        kept[rivals] = rivals[first][np.cumsum(first) - 1]
        return kept
