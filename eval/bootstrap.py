"""Bootstrap resampling over every column of an evaluation: confidence intervals and paired tests.

A column is anything that a sum of rows decides, a row a segment: a metric by its sufficient statistics, a check by how
many segments have the fault. Drawing segments anew then is a matrix product, of how often each segment was drawn with
the rows of all columns of all systems at once. Drawing whole documents (the cluster bootstrap) is the same product over
the documents' sums; its intervals are the honest ones where sentences of a document succeed or fail together.

Sources: Efron 1979 (bootstrap), Koehn 2004 (paired bootstrap for MT). Draws, bounds and p-values are those of
`sacrebleu --confidence` and `--paired-bs` with the same seed.
"""

from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats: TypeAlias = NDArray[np.float64]

__all__ = ["SEED", "Column", "Interval", "Plan", "interval", "p_value", "resample"]

SEED = 12345
"""The seed that sacreBLEU takes where none is given."""

# Draws that are held at a time, 8 bytes each, twice.
_HELD = 4_000_000


@dataclass(frozen=True, slots=True)
class Column:
    """Something measured of a system: `statistics`, a row a segment (float64), and the score that their sum gives."""

    name: str
    statistics: "Floats" = field(repr=False, compare=False)
    compute: Callable[[list[float]], float] = field(repr=False, compare=False)
    lower_is_better: bool = False

    def score(self, rows: Sequence[int] | None = None) -> float:
        """Compute the score of all segments, or of those whose zero-based numbers are given."""
        statistics = self.statistics if rows is None else self.statistics[list(rows)]
        # Along the first axis numpy adds row by row, as sacreBLEU does: the last digits are the same.
        return self.compute(statistics.sum(axis=0).tolist())


@dataclass(frozen=True, slots=True)
class Interval:
    """Bounds that 95 % of the resampled scores lie within."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Plan:
    """How many times to resample, and the seed of the draws; 0 times for no intervals and no tests."""

    resamples: int = 1000
    seed: int = SEED


def resample(columns: Sequence[Column], plan: Plan, clusters: Sequence[Hashable] | None = None) -> list["Floats"]:
    """Give each column's scores of `plan.resamples` draws, the same draws for all; columns have equally many rows.

    With `clusters`, a label a row, all rows of a label are drawn together.
    """
    import numpy as np

    rows = np.hstack([column.statistics for column in columns])
    if clusters is not None:
        numbers: dict[Hashable, int] = {}
        of_row = [numbers.setdefault(label, len(numbers)) for label in clusters]
        sums = np.zeros((len(numbers), rows.shape[1]))
        np.add.at(sums, of_row, rows)
        rows = sums
    ends = np.cumsum([column.statistics.shape[1] for column in columns])[:-1]
    scores: list[list[float]] = [[] for _ in columns]
    for counts in _draws(len(rows), plan):
        for column, sums, values in zip(columns, np.split(counts @ rows, ends, axis=1), scores, strict=True):
            values.extend(map(column.compute, sums.tolist()))
    return [np.array(values) for values in scores]


def _draws(units: int, plan: Plan) -> Iterator["Floats"]:
    """Draw `units` out of as many, over and over: how often each was drawn, resamples × units, slice by slice."""
    import numpy as np

    generator = np.random.default_rng(plan.seed)
    size = max(1, _HELD // units)
    for start in range(0, plan.resamples, size):
        rows = min(size, plan.resamples - start)
        drawn = generator.choice(units, size=(rows, units), replace=True)
        drawn += np.arange(rows)[:, None] * units
        yield np.bincount(drawn.ravel(), minlength=rows * units).reshape(rows, units).astype(np.float64)


def interval(scores: "Floats") -> Interval:
    """Give the bounds that leave a fortieth of the resampled scores out on either side."""
    import numpy as np

    ordered = np.sort(scores)
    out = len(ordered) // 40
    return Interval(float(ordered[out]), float(ordered[len(ordered) - out - 1]))


def p_value(difference: float, first: "Floats", second: "Floats") -> float:
    """Tell how likely a difference as large as that of two systems is by chance; the systems share their draws.

    As sacreBLEU and Moses compute it: how often a resampled difference lies farther above the mean one than the whole
    difference is large. Two systems without a difference differ by chance, whatever the draws say: p is 1.
    """
    import numpy as np

    if difference == 0:
        return 1.0
    differences = np.abs(second - first)
    beyond = int(np.sum(differences - differences.mean() > abs(difference)))
    return (beyond + 1) / (len(differences) + 1)
