"""Several corpora as one, the same whatever the order in which they come."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain, groupby

from corpus.order import sort
from corpus.pair import Pair

__all__ = ["Merge"]


@dataclass(slots=True)
class Merge:
    """Merges corpora; afterwards tells how many pairs came `again`, and which documents are `conflicts`.

    A document is in conflict where it has two texts: a place in it, by offset or number of the sentence, at which two
    sources begin that differ.
    """

    again: int = 0
    conflicts: dict[str, int] = field(default_factory=dict)

    def merge(self, corpora: Iterable[Iterable[Pair]]) -> Iterator[Pair]:
        """Give the pairs of all corpora in the order of `corpus.order.position`, those of the same id once.

        `conflicts` gets the names of documents, each with the number of the first sentence that differs.
        """
        for name, pairs in groupby(sort(chain.from_iterable(corpora)), lambda pair: pair.document):
            seen: set[str] = set()
            text = _Text()
            for pair in pairs:
                if not text.fits(pair):
                    self.conflicts.setdefault(name, pair.sentence)
                if pair.id in seen:
                    self.again += 1
                    continue
                seen.add(pair.id)
                yield pair


@dataclass(slots=True)
class _Text:
    """What is known of a document's text: where sentences begin, and the longest source from there on."""

    starts: dict[int, int] = field(default_factory=dict)
    sources: dict[int, str] = field(default_factory=dict)

    def fits(self, pair: Pair) -> bool:
        """Tell whether a pair can be of this text, and remember what it says of it.

        A reference of two sentences begins with the first of these. An addition has no source, and some formats have no
        offsets: then the number of the sentence says where a source begins.
        """
        if not pair.source:
            return True
        if pair.end and self.starts.setdefault(pair.sentence, pair.start) != pair.start:
            return False
        place = pair.start if pair.end else -1 - pair.sentence
        short, long = sorted((pair.source, self.sources.get(place, "")), key=len)
        if not long.startswith(short):
            return False
        self.sources[place] = long
        return True
