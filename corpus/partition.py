"""A corpus in three sets, train, dev and test, for training and measuring a model.

Documents go into a set as a whole: sentences of one article are so much alike that a model would be measured on what it
was trained on. A document draws its set by its name and the seed, so that it stays there while the corpus grows.

No sentence of a later set is left in an earlier one: a pair is left out of train whose source stands in dev or test,
folded (`corpus.alphabet.folded`), or whose target of five words or more does; and out of dev, where it stands in test.
Putting documents that share a sentence into one set instead would join all that share a stock phrase, and one new
article could move many others.
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from corpus.alphabet import folded
from corpus.chance import draw
from corpus.filter import Reason, Rejection
from corpus.pair import Pair

__all__ = ["OVERLAP", "SETS", "Name", "Partition", "assign"]

Name = Literal["train", "dev", "test"]
SETS: tuple[Name, ...] = ("test", "dev", "train")
"""The sets in the order in which they are to be taken."""
OVERLAP = "overlap"
"""What a pair is left out for that stands in another set; the value is that set, the bound the side."""
_WORDS = 5


def assign(pairs: Mapping[str, int], test: float, dev: float, seed: int = 0) -> dict[str, Name]:
    """Give each document its set; `pairs` says how many each has.

    `test` and `dev` are shares below 1, which the sizes will be near, or numbers of pairs from 1 on, which they will
    reach. By shares, a document's set depends on its name and the seed alone; by numbers, the documents at the end of
    a set leave it for train when the corpus has grown. A document never changes between dev and test.
    """
    drawn = sorted((draw(name, seed), name) for name in pairs)
    sets: dict[str, Name] = dict.fromkeys(pairs, "train")
    # Test is taken from the low end and dev from the high one, so that neither moves the other.
    for number, name in _until(drawn, pairs, test):
        if test >= 1 or number < test:
            sets[name] = "test"
    for number, name in _until(drawn[::-1], pairs, dev):
        if sets[name] == "train" and (dev >= 1 or number >= 1 - dev):
            sets[name] = "dev"
    return sets


def _until(drawn: Iterable[tuple[float, str]], pairs: Mapping[str, int], size: float) -> Iterator[tuple[float, str]]:
    """Give documents until they have `size` pairs, all of them where the size is a share."""
    total = 0
    for number, name in drawn:
        if 1 <= size <= total:
            return
        total += pairs[name]
        yield number, name


@dataclass(slots=True)
class Partition:
    """The sets of documents, and what they have been found to say; `sizes` counts the pairs of each set."""

    sets: Mapping[str, Name]
    sizes: Counter[str] = field(default_factory=Counter)
    _said: dict[bytes, Name] = field(default_factory=dict)

    def take(self, name: Name, pairs: Iterable[Pair], leave_out: Callable[[Rejection], None]) -> Iterator[Pair]:
        """Give the pairs of a set, but those that stand in a set taken before; to be called as in `SETS`."""
        said: set[bytes] = set()
        for pair in pairs:
            if self.sets[pair.document] != name:
                continue
            keys = _keys(pair)
            side = next((side for side, key in keys.items() if key in self._said), None)
            if side is not None:
                leave_out(Rejection(pair, Reason(OVERLAP, self._said[keys[side]], side)))
                continue
            if name != SETS[-1]:
                said.update(keys.values())
            self.sizes[name] += 1
            yield pair
        self._said.update(dict.fromkeys(said, name))


def _keys(pair: Pair) -> dict[str, bytes]:
    """Give a digest of each side that must not stand in two sets."""
    keys = {}
    if pair.source:
        keys["source"] = _digest(b"s", folded(pair.source))
    if pair.target and (target := folded(pair.target)).count(b" ") >= _WORDS - 1:
        keys["target"] = _digest(b"t", target)
    return keys


def _digest(side: bytes, text: bytes) -> bytes:
    return hashlib.blake2b(text, digest_size=8, person=side).digest()
