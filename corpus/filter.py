"""Which pairs are kept: filters, each a measure with bounds, applied in order.

    Filter.parse("length-ratio=0.5:2")      one filter
    Pipeline.of("light", [...])             a preset, with filters of one's own
    Pipeline.split(pairs, reject)           what is kept; what is not goes to `reject`, with the reason

A pair is rejected by the first filter whose bounds its value lies outside of. A value that cannot be had (None) rejects
nothing. Pairs without a source or a target, as alignment leaves them, pass untouched: no text could be measured. The
filter `one-sided` takes them out.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import inf, isnan
from typing import Any

from corpus.measures import MEASURES, Score, fault_count
from corpus.pair import Pair
from mt.fidelity import FAULTS

__all__ = ["PRESETS", "Filter", "Pipeline", "Reason", "Rejection"]

PRESETS: dict[str, tuple[str, ...]] = {
    "none": (),
    "light": (
        "blank",
        "max-length=3000",
        "length-ratio=0.5:2.5",
        "arabic-share=0.3",
        "latin-share=0.7",
        "copy=0.8",
        "link-share=0.8",
        "repetition=3",
    ),
    "strict": (
        "blank",
        "min-length=3",
        "max-length=1000",
        "length-ratio=0.65:1.9",
        "arabic-share=0.5",
        "latin-share=0.9",
        "letter-share=0.25",
        "copy=0.5",
        "link-share=0.5",
        "markup=0",
        "repetition=3",
        "numbers=0",
        "alignment-score=0.3",
        "model-score=-1.5",
        "faults",
    ),
}
"""Sets of filters: `light` takes out what is no translation at all, `strict` what may well be a bad one."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a pair is rejected: the filter, the value that it measured, and the bound that this lies beyond."""

    filter: str
    value: float | str
    bound: float | str

    def as_dict(self) -> dict[str, Any]:
        """Give the reason as an object of JSON."""
        return {"filter": self.filter, "value": self.value, "bound": self.bound}


@dataclass(frozen=True, slots=True)
class Rejection:
    """A pair that is not kept, the reason, and the `others` where all were asked for."""

    pair: Pair
    reason: Reason
    others: tuple[Reason, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Give the pair's record with the reason under `rejected`, the others in a list under its `others`."""
        rejected = self.reason.as_dict()
        if self.others:
            rejected["others"] = [reason.as_dict() for reason in self.others]
        return {**self.pair.as_dict(), "rejected": rejected}


@dataclass(frozen=True, slots=True)
class Filter:
    """A measure with its bounds: a pair is kept whose score is from `low` to `high`. `spec` is how it was asked for."""

    name: str
    spec: str
    score: Score
    low: float = -inf
    high: float = inf

    @classmethod
    def parse(cls, spec: str) -> "Filter":
        """Make a filter of `NAME`, `NAME=BOUND`, `NAME=LOW:HIGH` (either may be left out) or `faults=NAME,NAME`.

        Raises `ValueError`, with a line that names what is wrong, for an unknown name or bounds that don't fit it.
        """
        name, given, text = spec.partition("=")
        name, text = name.strip(), text.strip()
        if name not in MEASURES:
            raise ValueError(f"there is no filter {name!r}; say one of {', '.join(MEASURES)}")
        measure = MEASURES[name]
        low, high = measure.low, measure.high
        if not given:
            return cls(name, name, measure.score, *_interval(low, high))
        if name == "faults":
            return cls(name, spec, fault_count(_fault_names(text)), high=0)
        if low is not None and high is not None:
            parts = text.split(":")
            if len(parts) != 2:
                raise ValueError(f"{name} takes two bounds, as in {name}={low:g}:{high:g}, not {text!r}")
            low, high = (_number(name, part) if part.strip() else None for part in parts)
            if low is not None and high is not None and low > high:
                raise ValueError(f"{name}={text}: the lower bound {low:g} is above the upper one, {high:g}")
        elif low is not None:
            low = _number(name, text)
        else:
            high = _number(name, text)
        return cls(name, f"{name}={text}", measure.score, *_interval(low, high))

    def decide(self, value: float | None) -> float | None:
        """Give the bound that a score lies beyond, or None where a pair of that score is kept."""
        if value is None or self.low <= value <= self.high:
            return None
        return self.low if value < self.low else self.high

    def reason(self, pair: Pair) -> Reason | None:
        """Tell why this filter rejects a pair, if it does."""
        value = self.score(pair)
        bound = self.decide(value)
        return None if value is None or bound is None else Reason(self.name, round(value, 4), bound)


@dataclass(frozen=True, slots=True)
class Pipeline:
    """Filters in order, each name once; with `every`, all of them are asked about a pair that one rejects."""

    filters: tuple[Filter, ...]
    every: bool = False

    @classmethod
    def of(cls, preset: str = "none", specs: Iterable[str] = (), *, every: bool = False) -> "Pipeline":
        """Make a pipeline of a preset and specs after it.

        A spec whose name is there already takes that one's place, and `NAME=off` takes it out. Raises `ValueError` for
        an unknown preset or a spec that `Filter.parse` refuses.
        """
        if preset not in PRESETS:
            raise ValueError(f"there is no preset {preset!r}; say one of {', '.join(PRESETS)}")
        filters: dict[str, Filter] = {}
        for spec in (*PRESETS[preset], *specs):
            name, _, bounds = spec.partition("=")
            if bounds.strip() == "off" and name.strip() in MEASURES:
                filters.pop(name.strip(), None)
            else:
                made = Filter.parse(spec)
                filters[made.name] = made
        return cls(tuple(filters.values()), every)

    @property
    def specs(self) -> tuple[str, ...]:
        """Give what makes the same pipeline again, for manifests."""
        return tuple(f.spec for f in self.filters)

    def judge(self) -> Callable[[Pair], Rejection | None]:
        """Give a function that tells of a pair whether it is rejected, and why."""
        whole = [(f.score, f.low, f.high, f) for f in self.filters]
        one_sided = [row for row in whole if MEASURES[row[3].name].one_sided]

        def rejection(pair: Pair) -> Rejection | None:
            rows = whole if pair.source and pair.target is not None else one_sided
            for score, low, high, guilty in rows:
                value = score(pair)
                if value is not None and not low <= value <= high:
                    return self._rejection(pair, guilty, [row[3] for row in rows])
            return None

        return rejection

    def split(self, pairs: Iterable[Pair], reject: Callable[[Rejection], None]) -> Iterator[Pair]:
        """Give the pairs that are kept, in order, and hand the others to `reject`."""
        judge = self.judge()
        for pair in pairs:
            rejection = judge(pair)
            if rejection is None:
                yield pair
            else:
                reject(rejection)

    def _rejection(self, pair: Pair, guilty: Filter, filters: Sequence[Filter]) -> Rejection:
        """Say why a pair is rejected by the guilty filter, and by the filters behind it where all are asked for."""
        behind = filters[filters.index(guilty) + 1 :] if self.every else ()
        first, *others = (reason for f in (guilty, *behind) if (reason := f.reason(pair)))
        return Rejection(pair, first, tuple(others))


def _interval(low: float | None, high: float | None) -> tuple[float, float]:
    """Give bounds as numbers, the infinite ones for none."""
    return (-inf if low is None else low, inf if high is None else high)


def _number(name: str, text: str) -> float:
    """Read a bound; raises `ValueError`."""
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if isnan(value):
        raise ValueError(f"the bound {text.strip()!r} of {name} is no number")
    return int(value) if value.is_integer() else value


def _fault_names(text: str) -> frozenset[str]:
    """Read names of faults, parted by commas; raises `ValueError` for one that there is not."""
    names = frozenset(name.strip() for name in text.split(","))
    unknown = names - FAULTS.keys()
    if unknown:
        raise ValueError(f"there is no fault {min(unknown)!r}; say some of {', '.join(FAULTS)}")
    return names
