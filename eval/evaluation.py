"""An evaluation: systems measured against references, with intervals, comparisons and groups."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from eval.bootstrap import Column, Interval, Plan, interval, p_value, resample
from eval.checks import check, flagged
from eval.groups import group
from eval.metrics import DEFAULT, Measurement, References, measure
from eval.models import Run
from eval.realign import MARK

if TYPE_CHECKING:
    from eval.bootstrap import Floats

__all__ = ["Comparison", "Difference", "Evaluation", "Group", "Spread", "System", "Texts", "assess", "grouped"]


@dataclass(frozen=True, slots=True)
class Texts:
    """What systems are measured against: references, and source and documents where they are known.

    All run parallel; `documents` has the name of the document that each segment belongs to.
    """

    references: References
    source: Sequence[str] | None = None
    documents: Sequence[str] | None = None

    def shown(self) -> list[str]:
        """Give a text a segment to judge its kind by: the source, else the first reference that there is."""
        if self.source is not None:
            return list(self.source)
        return [next((text for text in row if text is not None), "") for row in zip(*self.references, strict=True)]


@dataclass(frozen=True, slots=True)
class System:
    """A system: its hypotheses, its measurements by metric and its checks by name, in their order.

    `realigned` is how many segments it had before they were cut anew, None where they were not; `run` how a model
    translated here came to its hypotheses.
    """

    name: str
    hypotheses: Sequence[str]
    measurements: Mapping[str, Measurement]
    checks: Mapping[str, Column] = field(default_factory=dict)
    realigned: int | None = None
    run: Run | None = None

    @property
    def segments(self) -> int:
        """The number of segments."""
        return len(self.hypotheses)

    @property
    def columns(self) -> dict[str, Column]:
        """Every column: metrics, then checks."""
        return {**{name: measured.column for name, measured in self.measurements.items()}, **self.checks}

    def faults(self) -> list[list[str]]:
        """Name each segment's faults, in the checks' order."""
        found: list[list[str]] = [[] for _ in self.hypotheses]
        for name, column in self.checks.items():
            for number in flagged(column):
                found[number - 1].append(name)
        return found


@dataclass(frozen=True, slots=True)
class Spread:
    """Where a score would lie with other segments like these, and with other documents where they are known."""

    segments: Interval
    documents: Interval | None = None

    @property
    def bounds(self) -> Interval:
        """The interval that counts: the documents' where they are known."""
        return self.documents or self.segments


@dataclass(frozen=True, slots=True)
class Difference:
    """How far a system's score lies above the baseline's, and how likely that is by chance (see `p_value`)."""

    score: float
    p: float
    document_p: float | None = None

    @property
    def chance(self) -> float:
        """The p-value that counts: the documents' where they are known."""
        return self.p if self.document_p is None else self.document_p


@dataclass(frozen=True, slots=True)
class Comparison:
    """A system against the baseline, column by column."""

    baseline: str
    system: str
    differences: Mapping[str, Difference]


@dataclass(frozen=True, slots=True)
class Group:
    """Segments (zero-based numbers) that have something in common, and every system's scores of them by column."""

    by: str
    name: str
    segments: Sequence[int]
    scores: Mapping[str, Mapping[str, float]]


@dataclass(frozen=True, slots=True)
class Evaluation:
    """All that was found: the systems in their order, what they were measured against, and what was made of it.

    `spreads` are by system and column; they and `comparisons` are empty where nothing was resampled.
    """

    texts: Texts
    systems: Sequence[System]
    plan: Plan
    spreads: Mapping[str, Mapping[str, Spread]]
    comparisons: Sequence[Comparison]
    groups: Sequence[Group]


def assess(
    systems: Mapping[str, Sequence[str]],
    texts: Texts,
    metrics: Sequence[str] = DEFAULT,
    *,
    plan: Plan = Plan(),  # noqa: B008 (frozen)
    baseline: str | None = None,
    by: Sequence[str] = (),
    realigned: Mapping[str, int] = MappingProxyType({}),
    runs: Mapping[str, Run] = MappingProxyType({}),
    further: Mapping[str, Mapping[str, Measurement]] = MappingProxyType({}),
    advance: Callable[[int], object] = lambda _: None,
) -> Evaluation:
    """Measure every system (name to hypotheses) with every metric and check, and compare all with the baseline.

    The baseline is the first system where none is named. `by` are names of `eval.groups.GROUPS`. `realigned` tells
    how many segments a system had whose hypotheses were cut anew, `runs` how models came to theirs. `further` are
    measurements by metric and system that were made elsewhere. A single segment cannot be resampled: then there are no
    intervals and no comparisons; nor can a single document be. `advance` is told how many hypotheses have been counted,
    each as often as there are metrics.

    Raises `InputError` as `eval.metrics.measure` does.
    """
    columns: dict[str, Mapping[str, Measurement]] = {
        **{metric: measure(metric, systems, texts.references, advance) for metric in metrics},
        **further,
    }
    measured = [
        System(
            name,
            hypotheses,
            {metric: _marked(column[name], name in realigned) for metric, column in columns.items()},
            check(hypotheses, texts.source),
            realigned.get(name),
            runs.get(name),
        )
        for name, hypotheses in systems.items()
    ]
    spreads, comparisons = _resampled(measured, texts, plan, baseline or measured[0].name)
    return Evaluation(texts, measured, plan, spreads, comparisons, grouped(measured, texts, by))


def grouped(systems: Sequence[System], texts: Texts, by: Sequence[str]) -> list[Group]:
    """Score every group of segments, of each of the kinds `by` (names of `eval.groups.GROUPS`)."""
    return [
        Group(kind, name, rows, {system.name: _scores(system, rows) for system in systems})
        for kind in by
        for name, rows in group(kind, texts.shown(), texts.documents).items()
    ]


def _marked(measured: Measurement, realigned: bool) -> Measurement:
    """Add to the signature that the segments were cut anew: such a score compares with none of other cuts."""
    if not realigned:
        return measured
    return replace(measured, score=replace(measured.score, signature=measured.score.signature + MARK))


def _scores(system: System, rows: Sequence[int]) -> dict[str, float]:
    return {name: column.score(rows) for name, column in system.columns.items()}


def _resampled(
    systems: Sequence[System], texts: Texts, plan: Plan, baseline: str
) -> tuple[dict[str, dict[str, Spread]], list[Comparison]]:
    """Resample all columns of all systems at once, by segment and by document."""
    if not plan.resamples or systems[0].segments < 2:
        return {}, []
    keys = [(system.name, name) for system in systems for name in system.columns]
    columns = [column for system in systems for column in system.columns.values()]
    by_segment = dict(zip(keys, resample(columns, plan), strict=True))
    by_document: dict[tuple[str, str], Floats] = {}
    if texts.documents and len(set(texts.documents)) > 1:
        by_document = dict(zip(keys, resample(columns, plan, texts.documents), strict=True))

    scores = {key: column.score() for key, column in zip(keys, columns, strict=True)}
    spreads: dict[str, dict[str, Spread]] = {system.name: {} for system in systems}
    for system, name in keys:
        document = interval(by_document[system, name]) if by_document else None
        spreads[system][name] = Spread(interval(by_segment[system, name]), document)

    def difference(system: str, name: str) -> Difference:
        first, second = (baseline, name), (system, name)
        value = scores[second] - scores[first]
        document = p_value(value, by_document[first], by_document[second]) if by_document else None
        return Difference(value, p_value(value, by_segment[first], by_segment[second]), document)

    others = [system for system in systems if system.name != baseline]
    comparisons = [Comparison(baseline, s.name, {name: difference(s.name, name) for name in s.columns}) for s in others]
    return spreads, comparisons
