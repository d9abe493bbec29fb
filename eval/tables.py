"""What is said of an evaluation to people: tables of scores, differences, faults and groups."""

from collections.abc import Sequence
from itertools import groupby

from eval.checks import flagged
from eval.evaluation import Difference, Evaluation, Spread
from eval.gate import LEVEL
from eval.metrics import SCORES

__all__ = ["draws", "fault_counts", "notes", "p_value", "runs", "show"]


def show(evaluation: Evaluation, *, terminal: bool) -> str:
    """Draw the tables with the signatures below them: ruled for a terminal, else in plain columns."""
    draw = _drawn if terminal else _aligned
    tables = [
        _scores(evaluation),
        runs(evaluation),
        _differences(evaluation),
        _faults(evaluation),
        *_groups(evaluation),
    ]
    parts = [draw(table[0], table[1:]) for table in tables if len(table) > 1]
    return "\n\n".join([*parts, "\n".join([*notes(evaluation), *_legend(evaluation)])])


def _scores(evaluation: Evaluation) -> list[list[str]]:
    """Give the table of scores, with half the interval's width behind each."""
    systems = evaluation.systems
    table = [["system", "segments", *(SCORES[metric].label for metric in systems[0].measurements)]]
    for system in systems:
        spreads = evaluation.spreads.get(system.name, {})
        cells = [
            f"{measured.score.score:.1f}{_half(spreads.get(metric))}"
            for metric, measured in system.measurements.items()
        ]
        table.append([system.name, str(system.segments), *cells])
    return table


def _half(spread: Spread | None) -> str:
    return "" if spread is None else f" ±{(spread.bounds.high - spread.bounds.low) / 2:.1f}"


def runs(evaluation: Evaluation) -> list[list[str]]:
    """Give the table of the models that translated: how fast, and in how much memory."""
    table = [["model", "sentences/s", "tokens/s", "memory"]]
    for system in evaluation.systems:
        if run := system.run:
            rates = [run.rate(count) for count in (run.sentences, run.tokens)]
            cells = ["cached" if rate is None else f"{rate:,.1f}" for rate in rates]
            memory = "" if run.peak is None else f"{run.peak / 2**20:,.0f} MiB"
            table.append([system.name, *cells, memory])
    return table


def _differences(evaluation: Evaluation) -> list[list[str]]:
    """Give the table of differences from the baseline."""
    if not evaluation.comparisons:
        return []
    metrics = evaluation.systems[0].measurements
    table = [[f"against {evaluation.comparisons[0].baseline}", *(SCORES[metric].label for metric in metrics)]]
    for comparison in evaluation.comparisons:
        found = (comparison.differences[metric] for metric in metrics)
        table.append([comparison.system, *(f"{difference.score:+.1f} ({p_value(difference)})" for difference in found)])
    return table


def p_value(difference: Difference) -> str:
    """Write the p-value that counts."""
    return "p < 0.001" if difference.chance < 0.001 else f"p = {difference.chance:.3f}"


def fault_counts(evaluation: Evaluation) -> dict[str, list[int]]:
    """Give for each check that found something how many segments of each system it found."""
    counts = {
        name: [len(flagged(system.checks[name])) for system in evaluation.systems]
        for name in evaluation.systems[0].checks
    }
    return {name: numbers for name, numbers in counts.items() if any(numbers)}


def _faults(evaluation: Evaluation) -> list[list[str]]:
    """Give the table of the faults that were found, a row each."""
    systems = evaluation.systems
    differing = {
        (comparison.system, name)
        for comparison in evaluation.comparisons
        for name, found in comparison.differences.items()
        if found.chance < LEVEL
    }
    table = [["segments with", *(system.name for system in systems)]]
    for name, numbers in fault_counts(evaluation).items():
        cells = (f"{n}{'*' if (s.name, name) in differing else ''}" for n, s in zip(numbers, systems, strict=True))
        table.append([name, *cells])
    return table


def _groups(evaluation: Evaluation) -> list[list[list[str]]]:
    """Give a table of each kind of group: the first metric's scores."""
    metric = next(iter(evaluation.systems[0].measurements))
    tables = []
    for by, groups in groupby(evaluation.groups, lambda group: group.by):
        header = [f"{SCORES[metric].label} by {by}", "segments", *(system.name for system in evaluation.systems)]
        rows = [
            [group.name, str(len(group.segments)), *(f"{scores[metric]:.1f}" for scores in group.scores.values())]
            for group in groups
        ]
        tables.append([header, *rows])
    return tables


def notes(evaluation: Evaluation) -> list[str]:
    """Say what the scores are of: each metric's signatures, then the models and what was cut anew."""
    runs = [f"{system.name}: {system.run.description}" for system in evaluation.systems if system.run]
    cuts = [
        f"{system.name}: {system.realigned} segments cut into {system.segments} by minimum word edit distance"
        for system in evaluation.systems
        if system.realigned is not None
    ]
    return [*_signatures(evaluation), *runs, *cuts]


def draws(evaluation: Evaluation) -> str:
    """Say what the intervals come of."""
    texts, plan = evaluation.texts, evaluation.plan
    number = len(set(texts.documents)) if texts.documents else 0
    units = f"{number} documents" if number > 1 else f"{evaluation.systems[0].segments} segments"
    return f"{plan.resamples} resamples of {units}, seed {plan.seed}"


def _signatures(evaluation: Evaluation) -> list[str]:
    """List each metric's signatures: one, or two where some systems were realigned."""
    labels = {metric: SCORES[metric].label for metric in evaluation.systems[0].measurements}
    width = max(map(len, labels.values()))
    lines = []
    for metric, label in labels.items():
        for signature in dict.fromkeys(system.measurements[metric].score.signature for system in evaluation.systems):
            lower = "  (lower is better)" if SCORES[metric].lower_is_better else ""
            lines.append(f"{label:<{width}}  {signature}{lower}")
    return lines


def _legend(evaluation: Evaluation) -> list[str]:
    """Explain the signs in the tables."""
    lines = [f"±: half a 95 % interval; {draws(evaluation)}"] if evaluation.spreads else []
    if evaluation.comparisons:
        lines.append(f"p: paired bootstrap; *: unlike {evaluation.comparisons[0].baseline}, p < {LEVEL}")
    return lines


def _aligned(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Set a table in columns two spaces apart, the first to the left and the others to the right."""
    widths = [max(map(len, column)) for column in zip(header, *rows, strict=True)]
    lines = []
    for row in (header, *rows):
        first, *others = zip(row, widths, strict=True)
        lines.append("  ".join([first[0].ljust(first[1]), *(cell.rjust(width) for cell, width in others)]))
    return "\n".join(lines)


def _drawn(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Draw a table as wide as the terminal allows."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table()
    for position, name in enumerate(header):
        # Text: a name may hold what rich reads as markup
        table.add_column(Text(name), justify="right" if position else "left", no_wrap=bool(position))
    for row in rows:
        table.add_row(*map(Text, row))
    console = Console()
    with console.capture() as capture:
        console.print(table)
    return capture.get().rstrip("\n")
