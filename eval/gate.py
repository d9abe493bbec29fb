"""Bounds that an evaluation must keep, and how far it may fall behind an earlier one: passed or failed, and where.

A drop counts where it is larger than allowed and no accident: the paired bootstrap of the baseline's stored statistics
against the new ones gives p < 0.05. Where it cannot be told (no statistics in the baseline, nothing resampled, a single
segment), the scores alone decide.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from eval.baseline import Baseline
from eval.bootstrap import Column, Plan, p_value, resample
from eval.checks import CHECKS, flagged
from eval.evaluation import Evaluation, System
from eval.metrics import SCORES
from mt.errors import InputError

__all__ = ["LEVEL", "Bound", "Kind", "Verdict", "as_record", "judge"]

LEVEL = 0.05
"""A difference whose p-value lies below is taken for no accident."""
_WORST = 5

Kind = Literal["min", "max", "max-drop"]


@dataclass(frozen=True, slots=True)
class Bound:
    """What a score must not pass: `--min bleu=33`, `--max missing-number=3`, `--max-drop chrf2=0.5`.

    A check's bound is a number of segments, or with `share` a percentage of them. A drop is how much worse a metric
    has become: for TER, how much it has risen.
    """

    kind: Kind
    name: str
    value: float
    share: bool = False

    @classmethod
    def parse(cls, kind: Kind, text: str) -> "Bound":
        """Make a bound of `NAME=VALUE`, the value of a check with or without `%`.

        Raises `ValueError` with the reason for what is no bound of this kind.
        """
        name, _, number = text.partition("=")
        name = name.strip().lower()
        known = _KNOWN[kind]
        if name not in known:
            raise ValueError(f"{text!r}: --{kind} knows {', '.join(known)}; write NAME=VALUE")
        share = number.endswith("%") and name in CHECKS
        try:
            value = float(number.removesuffix("%") if share else number)
        except ValueError:
            value = -1.0
        if not 0 <= value < float("inf"):
            raise ValueError(f"{text!r}: {number!r} is no number from 0 up; write {name}=VALUE")
        return cls(kind, name, value, share)

    def __str__(self) -> str:
        return f"--{self.kind} {self.name}={self.value:g}{'%' if self.share else ''}"


_KNOWN = {
    "min": tuple(name for name, metric in SCORES.items() if not metric.lower_is_better),
    "max": (*(name for name, metric in SCORES.items() if metric.lower_is_better), *CHECKS),
    "max-drop": tuple(SCORES),
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a system keeps a bound: its value, for a drop the score before and p, and the segments to look at.

    A drop is `forgiven` that is larger than allowed and may be chance. `segments` are numbers from 1: those with the
    fault, or those that scored worst, or that have worsened most.
    """

    system: str
    bound: Bound
    value: float
    passed: bool
    before: float | None = None
    p: float | None = None
    segments: Sequence[int] = ()
    forgiven: bool = False

    def __str__(self) -> str:
        bound, value = self.bound, self.value
        if bound.kind == "max-drop":
            p = "" if self.p is None else f", p = {self.p:.3f}"
            return f"{self.system}: {bound.name} was {self.before:.2f} and is {value:.2f}{p} ({bound})"
        if bound.name in CHECKS:
            share = (
                f"{value:.2f} % of the segments" if bound.share else f"{value:.0f} segment{'' if value == 1 else 's'}"
            )
            return f"{self.system}: {bound.name} in {share} ({bound})"
        return f"{self.system}: {bound.name} is {value:.2f} ({bound})"


def judge(evaluation: Evaluation, bounds: Sequence[Bound], baseline: Baseline | None) -> list[Verdict]:
    """Hold every system to every bound; drops are measured against the baseline.

    Raises `InputError` for a bound of something that was not measured, and for a baseline that cannot be compared.
    """
    return [_verdict(evaluation, system, bound, baseline) for bound in bounds for system in evaluation.systems]


def _verdict(evaluation: Evaluation, system: System, bound: Bound, baseline: Baseline | None) -> Verdict:
    """Hold a system to a bound."""
    if bound.name not in system.columns:
        remedy = "give --source" if bound.name in CHECKS else f"add {SCORES[bound.name].option}"
        raise InputError(f"{bound}: {bound.name} is not measured; {remedy}")
    column = system.columns[bound.name]
    if bound.kind == "max-drop":
        if baseline is None:
            raise InputError(f"{bound}: there is nothing to compare with; give --baseline FILE")
        return _drop(evaluation.plan, system, bound, baseline, alone=len(evaluation.systems) == 1)
    if bound.name in CHECKS:
        segments = flagged(column)
        value = column.score() if bound.share else float(len(segments))
        return Verdict(system.name, bound, value, value <= bound.value, segments=segments)
    value, scores = column.score(), system.measurements[bound.name].segments
    if bound.kind == "min":
        return Verdict(system.name, bound, value, value >= bound.value, segments=_lowest(scores))
    return Verdict(system.name, bound, value, value <= bound.value, segments=_lowest(-score for score in scores))


def _drop(plan: Plan, system: System, bound: Bound, baseline: Baseline, *, alone: bool) -> Verdict:
    """Hold a system to what it may have lost against the baseline."""
    measured = system.measurements[bound.name]
    column, earlier = measured.column, baseline.system(system, alone=alone)
    before, now = baseline.score(earlier, measured.score), column.score()
    sign = -1 if column.lower_is_better else 1
    old = baseline.column(earlier, column)
    p, worst = None, []
    if old:
        scores = SCORES[bound.name].sentence_scores(old.statistics)
        changes = [sign * (after - once) for once, after in zip(scores, measured.segments, strict=True)]
        worst = [number for number in _lowest(changes) if changes[number - 1] < 0]
        p = _chance(old, column, plan)
    kept = sign * (before - now) <= bound.value
    forgiven = not kept and p is not None and p >= LEVEL
    return Verdict(system.name, bound, now, kept or forgiven, before, p, worst, forgiven)


def _chance(old: Column, new: Column, plan: Plan) -> float | None:
    """Give the p-value of the paired bootstrap; None where there is nothing to draw."""
    if not plan.resamples or len(new.statistics) < 2:
        return None
    return p_value(new.score() - old.score(), *resample([old, new], plan))


def _lowest(scores: Iterable[float]) -> list[int]:
    """Give the numbers, from 1, of the segments with the lowest scores, lowest first."""
    ranked = sorted(enumerate(scores, 1), key=lambda item: (item[1], item[0]))
    return [number for number, _ in ranked[:_WORST]]


def as_record(verdict: Verdict) -> dict[str, Any]:
    """Give a verdict for the JSON document."""
    record: dict[str, Any] = {
        "system": verdict.system,
        "bound": str(verdict.bound),
        "passed": verdict.passed,
        "value": verdict.value,
    }
    if verdict.before is not None:
        record |= {"before": verdict.before, "p": verdict.p}
    return {**record, "segments": list(verdict.segments)}
