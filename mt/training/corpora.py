"""Corpora for training: what of them is used, and the endless, repeatable row of batches made of them."""

import hashlib
import random
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from mt.errors import InputError
from mt.normalize import has_arabic, normalize
from mt.training.pieces import Segmenter
from mt.training.recipe import Recipe

__all__ = ["Batch", "Corpus", "Position", "SentencePair", "batches", "gather"]


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


def batches(corpora: Sequence[Corpus], recipe: Recipe, segmenter: Segmenter, start: Position) -> Iterator[Batch]:
    """Give batches without end from a position on; the same corpora and recipe give the same row of batches.

    An epoch shuffles all pairs, each as often as its corpus weighs, and is used in pools: a pool's pairs are cut into
    pieces, sorted by length and put into batches of like lengths, and these are shuffled. Pairs longer than
    `recipe.max_length` on either side are left out.

    Raises `InputError` where a whole epoch holds no pair short enough.
    """
    pool_pairs = 2 * recipe.batch_tokens
    epoch, first_pool, skip = start.epoch, start.pool, start.batch
    while True:
        order = _order(corpora, recipe, epoch)
        pools = [order[i : i + pool_pairs] for i in range(0, len(order), pool_pairs)]
        given = first_pool > 0 or skip > 0
        for pool in range(first_pool, len(pools)):
            cut = _pool(corpora, recipe, segmenter, pools[pool], f"{recipe.seed}/{epoch}/{pool}")
            for number in range(skip, len(cut)):
                given = True
                last = number + 1 == len(cut)
                after = Position(epoch, pool + 1) if last else Position(epoch, pool, number + 1)
                yield Batch([s for s, _ in cut[number]], [t for _, t in cut[number]], after)
            skip = 0
        if not given:
            raise InputError(
                f"no pair is within {recipe.max_length} pieces on both sides; raise --max-length or cut the sentences"
            )
        epoch, first_pool = epoch + 1, 0


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


def _order(corpora: Sequence[Corpus], recipe: Recipe, epoch: int) -> list[tuple[int, int]]:
    """Give an epoch's pairs, shuffled, as numbers of corpus and pair."""
    chance = random.Random(f"{recipe.seed}/{epoch}")
    order: list[tuple[int, int]] = []
    for number, corpus in enumerate(corpora):
        whole, part = divmod(recipe.corpora[corpus.name], 1)
        order += [(number, i) for i in range(len(corpus))] * int(whole)
        order += [(number, i) for i in chance.sample(range(len(corpus)), round(part * len(corpus)))]
    chance.shuffle(order)
    return order


def _pool(
    corpora: Sequence[Corpus], recipe: Recipe, segmenter: Segmenter, pool: Sequence[tuple[int, int]], seed: str
) -> list[list[tuple[list[int], list[int]]]]:
    """Cut a pool's pairs into pieces and put them into batches within the budget, in a random order."""
    chance = random.Random(seed)
    sources = [corpora[corpus].sources[i] for corpus, i in pool]
    targets = [corpora[corpus].targets[i] for corpus, i in pool]
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
