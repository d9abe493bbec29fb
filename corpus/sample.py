"""Some pairs of a corpus, or all pairs of some documents, drawn at random in one pass."""

from collections.abc import Iterable, Iterator
from heapq import heappush, heappushpop

from corpus.chance import draw
from corpus.pair import Pair

__all__ = ["sample_number", "sample_share"]


def sample_share(pairs: Iterable[Pair], share: float, *, by_document: bool = False, seed: int = 0) -> Iterator[Pair]:
    """Give each pair, or each document with all its pairs, with a probability of `share`, in order."""
    for pair in pairs:
        if draw(pair.document if by_document else pair.id, seed) < share:
            yield pair


def sample_number(pairs: Iterable[Pair], number: int, *, by_document: bool = False, seed: int = 0) -> Iterator[Pair]:
    """Give as many pairs, or all pairs of as many documents, in order; all where there are fewer.

    They are those that draw the lowest numbers (bottom-k sampling), kept in memory meanwhile. So the sample of 100 is
    part of the sample of 1,000.
    """
    yield from _documents(pairs, number, seed) if by_document else _pairs(pairs, number, seed)


def _pairs(pairs: Iterable[Pair], number: int, seed: int) -> Iterator[Pair]:
    """Draw pairs."""
    drawn: list[tuple[float, int, Pair]] = []  # a heap, the pair that will go first at its top
    for place, pair in enumerate(pairs):
        entry = (-draw(pair.id, seed), -place, pair)
        if len(drawn) < number:
            heappush(drawn, entry)
        else:
            heappushpop(drawn, entry)
    for _, _, pair in sorted(drawn, key=lambda entry: -entry[1]):
        yield pair


def _documents(pairs: Iterable[Pair], number: int, seed: int) -> Iterator[Pair]:
    """Draw documents."""
    drawn: list[tuple[float, str]] = []
    kept: dict[str, list[tuple[int, Pair]]] = {}
    for place, pair in enumerate(pairs):
        name = pair.document
        if name not in kept:
            entry = (-draw(name, seed), name)
            if len(drawn) < number:
                heappush(drawn, entry)
            elif (out := heappushpop(drawn, entry)[1]) == name:
                continue
            else:
                del kept[out]
            kept[name] = []
        kept[name].append((place, pair))
    for _, pair in sorted((entry for entries in kept.values() for entry in entries), key=lambda entry: entry[0]):
        yield pair
