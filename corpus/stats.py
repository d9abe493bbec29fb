"""A corpus described in numbers, in one pass over its pairs.

What is counted how:

    character   a Unicode code point of a text as it stands in the corpus
    token       what stands between white space (`str.split`): words with the punctuation at them
    ratio       characters of the target over characters of the source, of pairs that have both
    script      share of a side's letters that are of a script, by the first word of their Unicode names
    documents, paragraphs, sentences    different names and positions, whichever pairs have them
    duplicates  pairs whose source (or source and target) an earlier pair of the same origin has, letter for letter
    faulty      pairs with some fault; a pair counts under each of its faults
    score       mean log-probability of a token, of the pairs that have one

Memory is constant but for these digests of 8 bytes: one for each different document, paragraph and sentence, and two a
pair for duplicates. Two texts share a digest with a probability of n²/2⁶⁵. Quantiles are those of all values, taken to
0.001 (scores) or 0.01 (ratios), none of them interpolated.
"""

import json
import unicodedata
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cache
from itertools import accumulate, islice
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from corpus.formats.streams import lines
from corpus.pair import Pair
from mt.errors import FormatError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["QUANTILES", "Distribution", "Side", "Stats", "describe", "filters_yield"]

_LENGTHS = (0, 10, 25, 50, 75, 100, 150, 200, 300, 500, 1000)
_RATIOS = (0, 0.25, 0.5, 0.75, 1, 1.25, 1.5, 2, 3, 5)
QUANTILES = (0.0, 0.05, 0.25, 0.5, 0.75, 0.95, 1.0)

_BATCH = 4096  # pairs: enough for numpy to be worth its calls, few enough to stay in memory


@dataclass(slots=True)
class Distribution:
    """How often each value was there, rounded to `step`; a histogram has a bin from each of `edges` to the next."""

    step: float = 1
    edges: tuple[float, ...] = ()
    counts: Counter[int] = field(default_factory=Counter)

    def add(self, values: Iterable[float]) -> None:
        """Take values in."""
        if self.step == 1:
            self.counts.update(values)  # type: ignore[arg-type]  # whole numbers, with a step of 1
        else:
            per = 1 / self.step
            self.counts.update([round(value * per) for value in values])

    @property
    def number(self) -> int:
        """How many values there were."""
        return self.counts.total()

    @property
    def total(self) -> float:
        """The sum of all values."""
        return sum(value * n for value, n in self.counts.items()) * self.step

    def as_dict(self) -> dict[str, Any] | None:
        """Give number, mean, quantiles and histogram; None where there was no value."""
        if not self.number:
            return None
        values = sorted(self.counts)
        reached = list(accumulate(self.counts[value] for value in values))
        quantiles = {}
        for share in QUANTILES:
            rank = max(1, ceil(share * self.number))
            quantiles[f"{share:.2f}"] = round(values[bisect_left(reached, rank)] * self.step, 3)
        mean = round(self.total / self.number, 3)
        found: dict[str, Any] = {"number": self.number, "mean": mean, "quantiles": quantiles}
        return {**found, "histogram": self._histogram()} if self.edges else found

    def _histogram(self) -> list[dict[str, Any]]:
        """Count the values from each edge up to the next one; what is beyond the last edge has no end."""
        starts = [round(edge / self.step) for edge in self.edges]
        found = [0] * len(starts)
        for value, n in self.counts.items():
            found[max(0, bisect_right(starts, value) - 1)] += n
        ends = [*self.edges[1:], None]
        return [{"from": start, "to": end, "number": n} for start, end, n in zip(self.edges, ends, found, strict=True)]


class _Distinct:
    """Counts different things by 8 bytes each."""

    __slots__ = ("_known", "_new")

    def __init__(self) -> None:
        self._known: NDArray[np.int64] | None = None
        self._new: list[int] = []

    def add(self, digests: Iterable[int]) -> None:
        """Take digests of 64 bits in."""
        self._new += digests
        if len(self._new) > 1 << 18:
            self._merge()

    def __len__(self) -> int:
        self._merge()
        return 0 if self._known is None else len(self._known)

    def _merge(self) -> None:
        import numpy as np

        new = np.array(self._new, np.int64)
        self._known = np.unique(new if self._known is None else np.concatenate((self._known, new)))
        self._new.clear()


@cache
def _spaces() -> "NDArray[np.bool_]":
    """Tell of each code point up to the last white space and one more whether it is white space."""
    import numpy as np

    return np.array([chr(code).isspace() for code in range(0x3002)])


@dataclass(slots=True)
class Side:
    """One side of a corpus: characters and tokens a text, and how often each character is there."""

    characters: Distribution = field(default_factory=lambda: Distribution(edges=_LENGTHS))
    tokens: Distribution = field(default_factory=Distribution)
    _counts: "NDArray[np.int64] | None" = None  # by code point

    def add(self, texts: list[str]) -> None:
        """Take texts in, none of them empty."""
        import numpy as np

        if not texts:
            return
        lengths = list(map(len, texts))
        self.characters.add(lengths)
        # All texts as one array of code points, each text ended by white space.
        codes = np.frombuffer(("\n".join(texts) + "\n").encode("utf-32-le", "surrogatepass"), np.uint32)
        space = _spaces()[np.minimum(codes, 0x3001)]
        begins = ~space
        begins[1:] &= space[:-1]
        ends = np.cumsum(np.array(lengths) + 1)
        begins_of_texts = np.concatenate(([0], ends[:-1]))
        self.tokens.add(np.add.reduceat(begins, begins_of_texts, dtype=np.int64).tolist())
        counts = np.bincount(codes)
        if self._counts is None:
            self._counts = counts
        else:
            shorter, longer = sorted((self._counts, counts), key=len)
            longer[: len(shorter)] += shorter
            self._counts = longer

    def scripts(self) -> dict[str, float]:
        """Give the share of each script in the letters, the largest first."""
        import numpy as np

        found: Counter[str] = Counter()
        if self._counts is not None:
            for code in np.flatnonzero(self._counts).tolist():
                if chr(code).isalpha():
                    script = unicodedata.name(chr(code), "UNKNOWN").partition(" ")[0]
                    found[script.capitalize()] += int(self._counts[code])
        return {script: round(n / found.total(), 6) for script, n in found.most_common()}

    def as_dict(self) -> dict[str, Any]:
        """Describe the side."""
        return {
            "texts": self.characters.number,
            "characters": int(self.characters.total),
            "tokens": int(self.tokens.total),
            "characters_per_text": self.characters.as_dict(),
            "tokens_per_text": self.tokens.as_dict(),
            "scripts": self.scripts(),
        }


@dataclass(slots=True)
class Stats:
    """What was counted; `as_dict` is the document that `muwazi stats --json` prints."""

    pairs: int = 0
    source: Side = field(default_factory=Side)
    target: Side = field(default_factory=Side)
    ratio: Distribution = field(default_factory=lambda: Distribution(0.01, _RATIOS))
    origins: Counter[str] = field(default_factory=Counter)
    models: Counter[str] = field(default_factory=Counter)
    beads: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    faulty: int = 0
    score: Distribution = field(default_factory=lambda: Distribution(0.001))
    alignment_score: Distribution = field(default_factory=lambda: Distribution(0.001))
    without_target: int = 0
    without_source: int = 0
    _documents: _Distinct = field(default_factory=_Distinct)
    _paragraphs: _Distinct = field(default_factory=_Distinct)
    _sentences: _Distinct = field(default_factory=_Distinct)
    _sources: _Distinct = field(default_factory=_Distinct)
    _pairs: _Distinct = field(default_factory=_Distinct)

    def add(self, pairs: list[Pair]) -> None:
        """Take pairs in; a few thousand at once are quickest."""
        self.pairs += len(pairs)
        both = [(pair.source, pair.target) for pair in pairs if pair.source and pair.target]
        self.source.add([pair.source for pair in pairs if pair.source])
        self.target.add([pair.target for pair in pairs if pair.target])
        self.without_source += sum(not pair.source for pair in pairs)
        self.without_target += sum(not pair.target for pair in pairs)
        self.ratio.add([len(target) / len(source) for source, target in both])
        self.origins.update([pair.origin for pair in pairs])
        self.models.update([pair.model for pair in pairs if pair.model is not None])
        self.beads.update([pair.bead for pair in pairs if pair.bead is not None])
        faulty = [pair.faults for pair in pairs if pair.faults]
        self.faulty += len(faulty)
        self.faults.update([name for names in faulty for name in names])
        self.score.add([pair.score for pair in pairs if pair.score is not None])
        self.alignment_score.add([pair.alignment_score for pair in pairs if pair.alignment_score is not None])
        self._documents.add({hash(pair.document) for pair in pairs})
        self._paragraphs.add({hash((pair.document, pair.paragraph)) for pair in pairs})
        self._sentences.add({hash((pair.document, pair.sentence)) for pair in pairs})
        self._sources.add([hash((pair.origin, pair.source)) for pair in pairs])
        self._pairs.add([hash((pair.origin, pair.source, pair.target)) for pair in pairs])

    def as_dict(self) -> dict[str, Any]:
        """Describe the corpus; shares are of all pairs."""
        return {
            "pairs": self.pairs,
            "documents": len(self._documents),
            "paragraphs": len(self._paragraphs),
            "sentences": len(self._sentences),
            "without_source": self.without_source,
            "without_target": self.without_target,
            "origins": dict(self.origins.most_common()),
            "models": dict(self.models.most_common()),
            "source": self.source.as_dict(),
            "target": self.target.as_dict(),
            "ratio": self.ratio.as_dict(),
            "score": self.score.as_dict(),
            "alignment_score": self.alignment_score.as_dict(),
            "beads": dict(self.beads.most_common()),
            "faulty": self.faulty,
            "faults": dict(self.faults.most_common()),
            "duplicates": {
                "sources": self.pairs - len(self._sources),
                "pairs": self.pairs - len(self._pairs),
            },
        }


def filters_yield(path: Path) -> Counter[str]:
    """Count the pairs of a `rejected.jsonl` by the filter that took them out.

    Raises `FormatError` with file and line for a record that does not say it.
    """
    counts: Counter[str] = Counter()
    for number, line in lines(path):
        try:
            counts[json.loads(line)["rejected"]["filter"]] += 1
        except (ValueError, KeyError, TypeError):
            raise FormatError(
                f"{path}:{number}: does not say which filter rejected it; give what `muwazi filter` wrote"
            ) from None
    return counts


def describe(pairs: Iterable[Pair], on_pairs: Callable[[int], None] = lambda _: None) -> Stats:
    """Count all pairs of a corpus; `on_pairs` is told how many more were counted."""
    stats = Stats()
    stream = iter(pairs)
    while batch := list(islice(stream, _BATCH)):
        stats.add(batch)
        on_pairs(len(batch))
    return stats
