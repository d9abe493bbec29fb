"""Plots of an evaluation as points and bars in the units of a drawing, which a template draws as SVG."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

__all__ = ["HEIGHT", "WIDTH", "Bar", "Dot", "Histogram", "Lines", "Tick", "histogram", "lines"]

WIDTH, HEIGHT = 640, 240
"""The size of the part of a drawing that holds points and bars; y grows downwards."""
_BINS = 31
_NARROW = (320, 90)


@dataclass(frozen=True, slots=True)
class Tick:
    """A place on an axis and what stands there."""

    at: float
    label: str


@dataclass(frozen=True, slots=True)
class Dot:
    """A point of a line, and its value."""

    x: float
    y: float
    value: float


@dataclass(frozen=True, slots=True)
class Lines:
    """A line a system over the same places; `lines` run parallel to the systems."""

    columns: Sequence[Tick]
    rows: Sequence[Tick]
    lines: Sequence[Sequence[Dot]]


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar: its place, how many values it stands for, and the bounds that they lie within."""

    x: float
    y: float
    width: float
    height: float
    count: int
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Histogram:
    """How values lie around zero, in bars within `width` × `height`; `reach` is where the axis ends on either side.

    The outermost bars also hold what lies beyond.
    """

    bars: Sequence[Bar]
    reach: float
    worse: int
    same: int
    better: int
    median: float
    width: float = _NARROW[0]
    height: float = _NARROW[1]


def lines(labels: Sequence[str], values: Sequence[Sequence[float]]) -> Lines:
    """Place each system's values, one a label, on an axis from a round number below all to one above all."""
    everything = [value for row in values for value in row]
    low, high, step = _scale(min(everything), max(everything))
    xs = [WIDTH * (place + 0.5) / len(labels) for place in range(len(labels))]

    def y(value: float) -> float:
        return round(HEIGHT * (high - value) / (high - low), 1)

    marks = [low + step * count for count in range(round((high - low) / step) + 1)]
    return Lines(
        [Tick(round(x, 1), label) for x, label in zip(xs, labels, strict=True)],
        [Tick(y(mark), f"{mark:g}") for mark in marks],
        [[Dot(round(x, 1), y(value), value) for x, value in zip(xs, row, strict=True)] for row in values],
    )


def histogram(differences: Sequence[float], *, lower_is_better: bool = False) -> Histogram:
    """Count differences in bins of equal width around zero, whose bin holds what is neither better nor worse."""
    sign = -1 if lower_is_better else 1
    ordered = sorted(map(abs, differences))
    # One in fifty may lie beyond: a few wild segments would press all others into the middle.
    reach = _round_up(ordered[(len(ordered) - 1) * 49 // 50])
    size = 2 * reach / _BINS
    counts = [0] * _BINS
    for value in differences:
        counts[min(max(math.floor((value + reach) / size), 0), _BINS - 1)] += 1
    width, height = _NARROW
    most = max(counts)
    bars = [
        Bar(
            round(place * width / _BINS, 1),
            round(height * (1 - count / most), 1),
            round(width / _BINS - 1, 1),
            round(height * count / most, 1),
            count,
            -reach + place * size,
            -reach + (place + 1) * size,
        )
        for place, count in enumerate(counts)
    ]
    worse = sum(sign * value < 0 for value in differences)
    same = sum(value == 0 for value in differences)
    return Histogram(bars, reach, worse, same, len(differences) - worse - same, median(differences))


def _scale(low: float, high: float) -> tuple[float, float, float]:
    """Give round bounds around two values, and the step between about five marks."""
    step = _round_up((high - low) / 5 or 1)
    return math.floor(low / step) * step, (math.floor(high / step) + 1) * step, step


def _round_up(value: float) -> float:
    """Give the least of …, 1, 2, 5, 10, 20, … that is not below a value; 1 for what is next to nothing."""
    if value < 1e-6:
        return 1
    power = 10.0 ** math.floor(math.log10(value))
    return next(power * digit for digit in (1, 2, 5, 10) if power * digit >= value)
