"""An evaluation as one web page: systems side by side, and every segment with what each system made of it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from eval.evaluation import Evaluation, Group, Spread, grouped
from eval.gate import LEVEL, Verdict
from eval.groups import GROUPS
from eval.metrics import SCORES
from eval.plots import HEIGHT, WIDTH, Histogram, Lines, histogram, lines
from eval.tables import draws, fault_counts, notes, p_value, runs
from mt.atomic import atomic
from mt.fidelity import FAULTS
from mt.pages import put, templates

__all__ = ["write_report"]

# What a segment is best judged by, where it was measured: BLEU of a single sentence says little.
_BY_SEGMENT = ("chrf2++", "chrf2", "bleu")
# A table of more documents says nothing to a reader; they can still be chosen.
_MANY = 100


@dataclass(frozen=True, slots=True)
class _Version:
    """What a system made of a segment: text, sentence scores by metric, faults."""

    text: str
    scores: Sequence[float]
    faults: Sequence[str]


@dataclass(frozen=True, slots=True)
class _Segment:
    """A segment: its number, from 1, its texts, the numbers of its groups, and a version a system."""

    number: int
    document: str | None
    source: str | None
    references: Sequence[str | None]
    groups: Sequence[int]
    versions: Sequence[_Version]


def write_report(
    evaluation: Evaluation, path: Path, *, title: str, verdicts: Sequence[Verdict] = (), baseline: str | None = None
) -> None:
    """Write a page that needs no other file: scores, comparisons, faults, groups, plots, and all segments.

    It can be read and printed without its script, which adds search, filters, order, and marks on the words in which
    two texts differ. Segments are compared with the baseline's, the first system's where none is named. The same
    evaluation gives the same bytes.

    Raises `InputError` where the file cannot be written.
    """
    systems, texts = evaluation.systems, evaluation.texts
    metrics = [SCORES[name] for name in systems[0].measurements]
    names = [metric.name for metric in metrics]
    kinds = [kind for kind in GROUPS if kind != "document" or texts.documents]
    groups = grouped(systems, texts, kinds)
    first = next((name for name in _BY_SEGMENT if name in names), names[0])
    baseline = baseline or systems[0].name
    parts = (
        templates("eval")
        .get_template("evaluation.html.j2")
        .generate(
            title=title,
            evaluation=evaluation,
            systems=systems,
            metrics=metrics,
            first=names.index(first),  # the metric that is shown at first
            baseline=[system.name for system in systems].index(baseline),
            groups=groups,
            tabled=[kind for kind in kinds if sum(group.by == kind for group in groups) in range(2, _MANY)],
            faults=fault_counts(evaluation),
            meanings=FAULTS,
            level=LEVEL,
            notes=notes(evaluation),
            draws=draws(evaluation),
            runs=runs(evaluation),
            verdicts=verdicts,
            lengths=_lengths(evaluation, groups),
            spreads=_spreads(evaluation, baseline),
            segments=_segments(evaluation, groups),
            best=_best(evaluation),
            bounds=_bounds,
            p_value=p_value,
            width=WIDTH,
            height=HEIGHT,
            decimals=_decimals,
        )
    )
    with atomic(path) as file:
        put(file, parts)


def _bounds(spread: Spread) -> str:
    """Write the interval that counts."""
    return f"{_decimals(spread.bounds.low)} – {_decimals(spread.bounds.high)}"


def _decimals(value: float, digits: int = 1, *, signed: bool = False) -> str:
    """Write a number with a true minus sign."""
    return f"{value:{'+' if signed else ''}.{digits}f}".replace("-", "\N{MINUS SIGN}")


def _best(evaluation: Evaluation) -> dict[str, float]:
    """Give each metric's best score; none where there is nothing to be better than."""
    best = {}
    for name in evaluation.systems[0].measurements if len(evaluation.systems) > 1 else ():
        scores = [system.measurements[name].score.score for system in evaluation.systems]
        best[name] = min(scores) if SCORES[name].lower_is_better else max(scores)
    return best


def _lengths(evaluation: Evaluation, groups: Sequence[Group]) -> dict[str, Lines]:
    """Plot each metric's scores by length; nothing where all segments are of one length."""
    chosen = [group for group in groups if group.by == "length"]
    if len(chosen) < 2:
        return {}
    names = [system.name for system in evaluation.systems]
    labels = [f"{group.name} ({len(group.segments):,})" for group in chosen]
    return {
        metric: lines(labels, [[group.scores[name][metric] for group in chosen] for name in names])
        for metric in evaluation.systems[0].measurements
    }


def _spreads(evaluation: Evaluation, baseline: str) -> dict[str, dict[str, Histogram]]:
    """Plot by metric and system how far sentence scores lie from the baseline's."""
    systems = {system.name: system for system in evaluation.systems}
    before = systems.pop(baseline).measurements
    return {
        metric: {
            name: histogram(
                [b - a for a, b in zip(old.segments, system.measurements[metric].segments, strict=True)],
                lower_is_better=SCORES[metric].lower_is_better,
            )
            for name, system in systems.items()
        }
        for metric, old in before.items()
    }


def _segments(evaluation: Evaluation, groups: Sequence[Group]) -> Iterator[_Segment]:
    """Give the segments, in order."""
    texts, systems = evaluation.texts, evaluation.systems
    count = systems[0].segments
    members: list[list[int]] = [[] for _ in range(count)]
    for number, group in enumerate(groups):
        for index in group.segments:
            members[index].append(number)
    found = [system.faults() for system in systems]
    for index in range(count):
        yield _Segment(
            index + 1,
            texts.documents[index] if texts.documents else None,
            texts.source[index] if texts.source is not None else None,
            [reference[index] for reference in texts.references],
            members[index],
            [
                _Version(
                    system.hypotheses[index],
                    [measured.segments[index] for measured in system.measurements.values()],
                    flags[index],
                )
                for system, flags in zip(systems, found, strict=True)
            ],
        )
