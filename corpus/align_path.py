"""The best way through two texts: which stretches of sentences stand against which.

A dynamic programme over the boundaries between sentences (Gale and Church 1993), where the gain of a bead says how
alike its two stretches are, instead of how likely their lengths. It looks only at boundaries near a path of anchors,
so that time and memory grow with the text and not with its square. Gains are whole numbers: sums are exact, equal ways
are equal on every machine, and of these the first of `moves` is taken.
"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

from corpus.align_vectors import squares

__all__ = ["best_path"]

# The gain of a bead, in characters of its mean length L: cosine·L, less _JOINT_SHARE·L + _JOINT for each sentence
# joined, less _UNEVEN·d²/L for a difference d of its lengths. Two pairs of sentences can always pass for a bead of 2-2,
# and longer stretches look more alike, hence the extra price of joining sentences on both sides at once.
_JOINT_SHARE = 0.02
_JOINT = 4.0
_UNEVEN = 0.3
# What a sentence without a counterpart costs.
_ALONE_SHARE = 0.05
_ALONE = 5.0
_UNIT = 1000  # of gains, in a character

# Features of more sentences than this tell little of where a sentence belongs.
_RARE = 30
# Boundaries on either side of the path of anchors; as many as all, for texts of up to _SMALL cells.
_MARGIN = 50
_WIDEST = 400
_SMALL = 250_000
_CHUNK = 20_000  # cells whose gains are in memory at a time

_NEVER = -(10**15)


def best_path(
    first: Any, second: Any, first_lengths: Sequence[int], second_lengths: Sequence[int], largest: int
) -> list[tuple[range, range]]:
    """Find the beads of the highest gain, which cover both sides once and in order.

    `first` and `second` are the vectors of the sentences; lengths are in characters, of the same language. A bead
    joins up to `largest` sentences of a side, and up to `largest` + 2 of both.
    """
    import numpy as np

    rows, columns = first.shape[0], second.shape[0]
    moves = [(1, 0), (0, 1), *_moves(largest)]
    low, high = _band(first, second)
    alone = [_prices(lengths) for lengths in (first_lengths, second_lengths)]
    passed = np.concatenate([[0], alone[1].cumsum()])
    gains = _Gains(first, second, first_lengths, second_lengths, largest)

    # The gains of the best ways to the boundaries of the last rows; outside the band there is no way.
    recent = np.full((largest + 1, columns + 1), _NEVER)
    came: list[Any] = []
    for start, stop in _chunks(low, high):
        left, right = int(low[start]), int(high[stop - 1])
        chunk = gains.of(start, stop, left, right)
        for row in range(start, stop):
            lo, hi = int(low[row]), int(high[row]) + 1
            ways = np.full((len(moves), hi - lo), _NEVER)
            if row:
                ways[0] = recent[(row - 1) % len(recent), lo:hi] - alone[0][row - 1]
            else:
                ways[0, 0] = 0
            for way, (a, b) in enumerate(moves[2:], start=2):
                if a <= row and b < hi:
                    at = max(lo, b)
                    before = recent[(row - a) % len(recent), at - b : hi - b]
                    ways[way, at - lo :] = before + chunk[way - 2, row - start, at - left : hi - left]
            choice = ways.argmax(axis=0)
            best = np.take_along_axis(ways, choice[None], axis=0)[0]
            along = np.maximum.accumulate(best + passed[lo:hi]) - passed[lo:hi]
            choice[along > best] = 1
            came.append(choice.astype(np.uint16))
            mine = recent[row % len(recent)]
            if row >= len(recent):
                mine[low[row - len(recent)] : high[row - len(recent)] + 1] = _NEVER
            mine[lo:hi] = along

    beads = []
    row, column = rows, columns
    while row or column:
        a, b = moves[came[row][column - low[row]]]
        beads.append((range(row - a, row), range(column - b, column)))
        row, column = row - a, column - b
    return beads[::-1]


def _chunks(low: Any, high: Any) -> Iterator[tuple[int, int]]:
    """Cut the boundaries of the first side into stretches whose part of the band is small."""
    start = 0
    for row in range(1, len(low) + 1):
        if row == len(low) or (row + 1 - start) * (high[row] - low[start] + 1) > _CHUNK:
            yield start, row
            start = row


def _moves(largest: int) -> list[tuple[int, int]]:
    """List the sizes of beads with two sides, small ones first."""
    sizes = range(1, largest + 1)
    return sorted(((a, b) for a in sizes for b in sizes if a + b <= largest + 2), key=lambda move: (sum(move), move))


def _prices(lengths: Sequence[int]) -> Any:
    """Give the price of leaving each sentence alone."""
    import numpy as np

    return np.rint((_ALONE_SHARE * np.array(lengths) + _ALONE) * _UNIT).astype(np.int64)


class _Gains:
    """The gains of all beads that end in a rectangle of boundaries."""

    def __init__(
        self, first: Any, second: Any, first_lengths: Sequence[int], second_lengths: Sequence[int], largest: int
    ) -> None:
        import numpy as np

        self._first, self._second = first, second.T.tocsc()
        self._squares = squares(first, largest), squares(second, largest)
        self._ends = [np.concatenate([[0], np.cumsum(side)]) for side in (first_lengths, second_lengths)]
        self._largest = largest

    def of(self, start: int, stop: int, left: int, right: int) -> Any:
        """Give the gains of the beads that end at boundaries `start:stop` of one side and `left…right` of the other.

        An array of moves × boundaries × boundaries, whole numbers; what would begin before the text has no gain.
        """
        import numpy as np

        top, side = max(0, start - self._largest), max(0, left - self._largest)
        sums = np.zeros((stop - top, right + 1 - side))
        sums[1:, 1:] = (self._first[top : stop - 1] @ self._second[:, side:right]).toarray().cumsum(0).cumsum(1)
        moves = _moves(self._largest)
        gains = np.full((len(moves), stop - start, right + 1 - left), _NEVER)
        for move, (a, b) in enumerate(moves):
            i, j = max(start, a), max(left, b)
            if i >= stop or j > right:
                continue
            down, up = slice(i - top, None), slice(i - a - top, stop - a - top)
            over, back = slice(j - side, None), slice(j - b - side, right + 1 - b - side)
            dots = sums[down, over] - sums[up, over] - sums[down, back] + sums[up, back]
            norms = np.outer(self._squares[0][i:stop, a], self._squares[1][j : right + 1, b])
            x = (self._ends[0][i:stop] - self._ends[0][i - a : stop - a])[:, None]
            y = (self._ends[1][j : right + 1] - self._ends[1][j - b : right + 1 - b])[None]
            length = np.maximum((x + y) / 2, 1)
            joined = a + b - 2 + 2 * (min(a, b) - 1)
            gain = dots / np.sqrt(np.maximum(norms, 1e-9)) * length
            gain -= joined * (_JOINT_SHARE * length + _JOINT) + _UNEVEN * (x - y) ** 2 / length
            gains[move, i - start :, j - left :] = np.rint(gain * _UNIT)
        return gains


def _band(first: Any, second: Any) -> tuple[Any, Any]:
    """Give the first and the last boundary of the second side to look at, for each of the first side.

    Both only grow, and those of neighbours overlap, so that there is always a way through.
    """
    import numpy as np

    rows, columns = first.shape[0], second.shape[0]
    if rows * columns <= _SMALL:
        return np.zeros(rows + 1, np.int64), np.full(rows + 1, columns)
    # An anchor is a pair of sentences: the way passes their middles.
    middles = [(i + 0.5, j + 0.5) for i, j in _anchors(first, second)]
    points = [(0.0, 0.0), *middles, (float(rows), float(columns))]
    heights, widths = (np.array(side) for side in zip(*points, strict=True))
    margin = np.full(rows + 1, _MARGIN)
    for (i, j), (k, l) in pairwise(points):  # noqa: E741
        gap = max(k - i, l - j)
        inside = slice(int(i), int(k) + 2)
        margin[inside] = np.maximum(margin[inside], min(_MARGIN + int(gap), _WIDEST))
    at = np.arange(rows + 1)
    low = np.floor(np.interp(at - margin, heights, widths)).astype(np.int64) - margin
    high = np.ceil(np.interp(at + margin, heights, widths)).astype(np.int64) + margin
    low, high = np.minimum.accumulate(low[::-1])[::-1], np.maximum.accumulate(high)
    low[0], high[-1] = 0, columns
    return low.clip(0, columns), high.clip(0, columns)


def _anchors(first: Any, second: Any) -> list[tuple[int, int]]:
    """Find pairs of sentences that are each other's best by rare features, as many as stand in the same order."""
    import numpy as np
    from scipy import sparse

    rare = [np.bincount(side.indices, minlength=side.shape[1]) <= _RARE for side in (first, second)]
    kept = np.flatnonzero(rare[0] & rare[1])
    near = first[:, kept] @ second[:, kept].T
    # Of sentences that come again, the one with the same neighbours is meant.
    after = [sparse.eye(side, k=1, format="csr") for side in near.shape]
    near = (near + after[0] @ near @ after[1].T + after[0].T @ near @ after[1]).tocsr()
    forth, back = _unique_best(near), _unique_best(near.T.tocsr())
    pairs = [(i, int(j)) for i, j in enumerate(forth) if j >= 0 and back[j] == i]
    return _longest_rise(pairs)


def _unique_best(near: Any) -> Any:
    """Give the column of each row's highest value, -1 where there is none or several are as high."""
    import numpy as np

    found = np.full(near.shape[0], -1)
    for row, (start, end) in enumerate(pairwise(near.indptr)):
        values = near.data[start:end]
        if len(values):
            best = values.argmax()
            if (values >= values[best] * (1 - 1e-9)).sum() == 1:
                found[row] = near.indices[start + best]
    return found


def _longest_rise(pairs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Choose the most pairs whose second members rise, of pairs sorted by their first (patience sorting)."""
    tails: list[int] = []
    last: list[int] = []
    before: list[int] = []
    for number, (_, j) in enumerate(pairs):
        at = bisect_left(tails, j)
        before.append(last[at - 1] if at else -1)
        tails[at:], last[at:] = [j, *tails[at + 1 :]], [number, *last[at + 1 :]]
    chosen = []
    number = last[-1] if last else -1
    while number >= 0:
        chosen.append(pairs[number])
        number = before[number]
    return chosen[::-1]
