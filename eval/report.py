"""What is said of the scores: the JSON document, one record a segment, and the table for people."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from eval.metrics import DEFAULT, METRICS, Measurement, References, measure

__all__ = ["VERSION", "System", "measure_systems", "scores_document", "segment_records", "show", "to_document"]

VERSION = 1
"""The version of the JSON document; it changes when a reader of the last one would misread the next."""


@dataclass(frozen=True, slots=True)
class System:
    """A system: its name, the number of its segments, and its measurements by metric, in their order."""

    name: str
    segments: int
    measurements: Mapping[str, Measurement]


def measure_systems(
    systems: Mapping[str, Sequence[str]],
    references: References,
    metrics: Sequence[str] = DEFAULT,
    advance: Callable[[int], object] = lambda _: None,
) -> list[System]:
    """Measure every system (name to hypotheses) with every metric.

    `advance` is told how many hypotheses have been counted, each as often as there are metrics.

    Raises `InputError` as `eval.metrics.measure` does.
    """
    columns = {metric: measure(metric, systems, references, advance) for metric in metrics}
    return [
        System(name, len(hypotheses), {metric: column[name] for metric, column in columns.items()})
        for name, hypotheses in systems.items()
    ]


def scores_document(
    systems: Mapping[str, Sequence[str]], references: References, metrics: Sequence[str] = DEFAULT
) -> dict[str, Any]:
    """Measure every system (name to hypotheses) and give the JSON document.

    Raises `InputError` as `eval.metrics.measure` does.
    """
    return to_document(measure_systems(systems, references, metrics))


def to_document(systems: Sequence[System]) -> dict[str, Any]:
    """Give the JSON document: scores unrounded, systems and metrics in their order."""
    return {
        "version": VERSION,
        "systems": [
            {
                "name": system.name,
                "segments": system.segments,
                "metrics": {
                    metric: {"score": measured.score.score, "signature": measured.score.signature}
                    for metric, measured in system.measurements.items()
                },
            }
            for system in systems
        ],
        "comparisons": [],
    }


def segment_records(systems: Sequence[System]) -> Iterator[dict[str, Any]]:
    """Give a record a segment: its number, from 1 as lines have, and each system's sentence scores."""
    for index in range(systems[0].segments):
        yield {
            "segment": index + 1,
            "systems": {
                system.name: {metric: m.segments[index] for metric, m in system.measurements.items()}
                for system in systems
            },
        }


def show(systems: Sequence[System], *, terminal: bool) -> str:
    """Draw the table of scores with the signatures below it: ruled for a terminal, else in plain columns."""
    header = ["system", "segments", *(METRICS[metric].label for metric in systems[0].measurements)]
    rows = [
        [system.name, str(system.segments), *(f"{m.score.score:.1f}" for m in system.measurements.values())]
        for system in systems
    ]
    table = _drawn(header, rows) if terminal else _aligned(header, rows)
    return f"{table}\n\n{_signatures(systems[0])}"


def _aligned(header: list[str], rows: list[list[str]]) -> str:
    """Set a table in columns two spaces apart, the first to the left and the others to the right."""
    widths = [max(map(len, column)) for column in zip(header, *rows, strict=True)]
    lines = []
    for row in (header, *rows):
        first, *others = zip(row, widths, strict=True)
        lines.append("  ".join([first[0].ljust(first[1]), *(cell.rjust(width) for cell, width in others)]))
    return "\n".join(lines)


def _drawn(header: list[str], rows: list[list[str]]) -> str:
    """Draw a table as wide as the terminal allows."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table()
    for position, name in enumerate(header):
        table.add_column(name, justify="right" if position else "left", no_wrap=bool(position))
    for row in rows:
        table.add_row(*map(Text, row))  # Text: a system's name may hold what rich reads as markup
    console = Console()
    with console.capture() as capture:
        console.print(table)
    return capture.get().rstrip("\n")


def _signatures(system: System) -> str:
    """List each metric's signature; the systems share them, for they share the references."""
    labels = {metric: METRICS[metric].label for metric in system.measurements}
    width = max(map(len, labels.values()))
    return "\n".join(
        f"{label:<{width}}  {system.measurements[metric].score.signature}"
        + ("  (lower is better)" if METRICS[metric].lower_is_better else "")
        for metric, label in labels.items()
    )
