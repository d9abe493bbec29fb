"""Corpora for training: what of them is used, and the endless, repeatable row of batches made of them."""

import hashlib
import itertools
import random
from collections import Counter
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from typing import Protocol

from mt.errors import InputError
from mt.normalize import has_arabic, normalize
from mt.training.ahead import ahead
from mt.training.pieces import Segmenter
from mt.training.recipe import Recipe

__all__ = ["Batch", "Corpus", "Position", "SentencePair", "batches", "gather"]


_POOL = 8_192
"""Pairs that are sorted by length together: enough for batches with little padding, and ready soon."""


class SentencePair(Protocol):
    """What training asks of a pair."""

    @property
    def source(self) -> str:
        """The Arabic side."""

    @property
    def target(self) -> str | None:
        """The English side, None where there is none."""


@dataclass(frozen=True, slots=True)
class Corpus:
    """The pairs of a corpus that training uses, normalised; `read` counts all, `dropped` the others by reason."""

    name: str
    sources: Sequence[str]
    targets: Sequence[str]
    read: int
    dropped: Mapping[str, int]
    digest: str

    def __len__(self) -> int:
        return len(self.sources)


@dataclass(frozen=True, slots=True)
class Position:
    """How far the row of batches has been used: whole epochs, whole pools of the epoch, batches of the pool."""

    epoch: int = 0
    pool: int = 0
    batch: int = 0


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows of source and target numbers, each ended by `</s>`, and the position after them."""

    source: Sequence[Sequence[int]]
    target: Sequence[Sequence[int]]
    after: Position


def gather(name: str, pairs: Iterable[SentencePair]) -> Corpus:
    """Read a corpus, leaving out the pairs that would teach the wrong thing.

    Left out are: a pair with an empty side, a source without Arabic letters or a target with some, a pair seen
    before, and one whose sides differ in length more than fourfold.

    Raises `InputError` where nothing is left, or most pairs are not Arabic with English, saying why.
    """
    sources, targets, dropped = [], [], Counter[str]()
    seen: set[tuple[str, str]] = set()
    digest = hashlib.blake2b(digest_size=8)
    for pair in pairs:
        source, target = normalize(pair.source), normalize(pair.target or "")
        fault = _fault(source, target) or ("seen before" if (source, target) in seen else None)
        if fault:
            dropped[fault] += 1
            continue
        seen.add((source, target))
        sources.append(source)
        targets.append(target)
        digest.update(f"{source}\t{target}\n".encode("utf-8", "surrogatepass"))
    read = len(sources) + dropped.total()
    if not read:
        raise InputError(f"{name}: there are no pairs in it; give a corpus with some")
    wrong = dropped["source is not Arabic"] + dropped["target is not English"]
    if 2 * wrong > read:
        raise InputError(
            f"{name}: {wrong:,} of {read:,} pairs are not Arabic with English; "
            "are the sides swapped, or is this another language?"
        )
    if not sources:
        reasons = ", ".join(f"{count:,} {fault}" for fault, count in dropped.most_common())
        raise InputError(f"{name}: none of its {read:,} pairs can be used ({reasons}); give a corpus with some")
    return Corpus(name, sources, targets, read, dict(dropped), digest.hexdigest())


def batches(
    corpora: Sequence[Corpus], recipe: Recipe, segmenter: Segmenter, start: Position, processes: int = 0
) -> Generator[Batch, None, None]:
    """Give batches without end from a position on; the same corpora and recipe give the same row of batches.

    An epoch shuffles all pairs, each as often as its corpus weighs, and is used in pools: a pool's pairs are cut into
    pieces, sorted by length and put into batches of like lengths, and these are shuffled. Pairs longer than
    `recipe.max_length` on either side are left out. So many other processes prepare pools ahead of the one in use.

    Raises `InputError` where a whole epoch holds no pair short enough, `ModelError` where a process has died.
    """
    pools = _Pools(corpora, recipe, segmenter)
    skip, given = start.batch, start.pool > 0 or start.batch > 0
    with closing(ahead(pools, pools.places(start), processes)) as prepared:
        for place, last, cut in prepared:
            for number in range(skip, len(cut)):
                given = True
                ended = number + 1 == len(cut)
                after = Position(place.epoch, place.pool + 1) if ended else replace(place, batch=number + 1)
                yield Batch([s for s, _ in cut[number]], [t for _, t in cut[number]], after)
            if last and not given:
                raise InputError(
                    f"no pair is within {recipe.max_length} pieces on both sides; raise --max-length or cut the "
                    "sentences"
                )
            skip, given = 0, given and not last


def _fault(source: str, target: str) -> str | None:
    """Say why a pair is of no use, None where it is."""
    if not source or not target:
        return "with an empty side"
    if not has_arabic(source):
        return "source is not Arabic"
    if has_arabic(target) or not any("a" <= c <= "z" for c in target.lower()):
        return "target is not English"
    if not 1 / 4 <= (len(source) + 10) / (len(target) + 10) <= 4:
        return "of unlike lengths"
    return None


class _Pools:
    """The pools of all epochs, each made of its place alone, in any process."""

    def __init__(self, corpora: Sequence[Corpus], recipe: Recipe, segmenter: Segmenter) -> None:
        self._corpora, self._recipe, self._segmenter = corpora, recipe, segmenter
        self._epoch, self._pairs, self._size = 0, self._order(0), _POOL

    def places(self, start: Position) -> Iterator[Position]:
        """Give the pools' places, without end, from the pool of a position on."""
        count = max(1, -(-len(self._pairs) // self._size))  # the same in each epoch
        yield from (Position(start.epoch, pool) for pool in range(start.pool, count))
        yield from (Position(epoch, pool) for epoch in itertools.count(start.epoch + 1) for pool in range(count))

    def __call__(self, place: Position) -> tuple[Position, bool, list[list[tuple[list[int], list[int]]]]]:
        """Give a pool's place, whether it is its epoch's last, and its batches."""
        if place.epoch != self._epoch:
            self._epoch, self._pairs = place.epoch, self._order(place.epoch)
        first = place.pool * self._size
        seed = f"{self._recipe.seed}/{place.epoch}/{place.pool}"
        pairs = self._pairs[first : first + self._size]
        return place, first + self._size >= len(self._pairs), self._cut(pairs, random.Random(seed))

    def _order(self, epoch: int) -> list[tuple[int, int]]:
        """Give an epoch's pairs, shuffled, as numbers of corpus and pair."""
        chance = random.Random(f"{self._recipe.seed}/{epoch}")
        order: list[tuple[int, int]] = []
        for number, corpus in enumerate(self._corpora):
            whole, part = divmod(self._recipe.corpora[corpus.name], 1)
            order += [(number, i) for i in range(len(corpus))] * int(whole)
            order += [(number, i) for i in chance.sample(range(len(corpus)), round(part * len(corpus)))]
        chance.shuffle(order)
        return order

    def _cut(self, pairs: Sequence[tuple[int, int]], chance: random.Random) -> list[list[tuple[list[int], list[int]]]]:
        """Cut pairs into pieces and put them into batches within the budget, in a random order."""
        recipe, segmenter = self._recipe, self._segmenter
        sources = [self._corpora[corpus].sources[i] for corpus, i in pairs]
        targets = [self._corpora[corpus].targets[i] for corpus, i in pairs]
        rows = zip(
            segmenter.source(sources, recipe.sampling, chance),
            segmenter.target(targets, recipe.sampling, chance),
            strict=True,
        )
        short = [row for row in rows if max(map(len, row)) <= recipe.max_length]
        short.sort(key=lambda row: (max(map(len, row)), len(row[0])))
        cut: list[list[tuple[list[int], list[int]]]] = []
        for row in short:
            longest = max(map(len, row))  # rows come by length: this one is its batch's longest
            if not cut or (len(cut[-1]) + 1) * longest > recipe.batch_tokens:
                cut.append([])
            cut[-1].append(row)
        chance.shuffle(cut)
        return cut
