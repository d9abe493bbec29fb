"""What is said of an evaluation as data: the JSON document, and one record a segment."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from eval.baseline import VERSION, digests, packed
from eval.checks import flagged
from eval.evaluation import Comparison, Difference, Evaluation, Spread, System, Texts, assess
from eval.gate import Verdict, as_record
from eval.metrics import DEFAULT, SCORES, References

__all__ = ["scores_document", "segment_records", "to_document"]


def scores_document(
    systems: Mapping[str, Sequence[str]],
    references: References,
    metrics: Sequence[str] = DEFAULT,
    *,
    source: Sequence[str] | None = None,
    documents: Sequence[str] | None = None,
) -> dict[str, Any]:
    """Measure every system (name to hypotheses) and give the JSON document.

    With the source all checks are made; with each segment's document, intervals are also told by document.

    Raises `InputError` as `eval.metrics.measure` does.
    """
    return to_document(assess(systems, Texts(references, source, documents), metrics))


def to_document(evaluation: Evaluation, verdicts: Sequence[Verdict] | None = None) -> dict[str, Any]:
    """Give the JSON document: scores unrounded, systems, metrics and checks in their order.

    `statistics` hold what an evaluation with this one for its baseline needs (see `eval.baseline.packed`).
    """
    texts, plan = evaluation.texts, evaluation.plan
    document: dict[str, Any] = {
        "version": VERSION,
        "systems": [_system(system, evaluation.spreads.get(system.name, {})) for system in evaluation.systems],
        "comparisons": [_comparison(comparison) for comparison in evaluation.comparisons],
        "test_set": {
            "segments": evaluation.systems[0].segments,
            "documents": len(set(texts.documents)) if texts.documents else None,
            **digests(texts),
        },
        "bootstrap": {"resamples": plan.resamples, "seed": plan.seed} if evaluation.spreads else None,
    }
    if evaluation.groups:
        document["groups"] = [
            {"by": group.by, "name": group.name, "segments": len(group.segments), "scores": group.scores}
            for group in evaluation.groups
        ]
    if verdicts is not None:
        bounds = [as_record(verdict) for verdict in verdicts]
        document["gate"] = {"passed": all(verdict.passed for verdict in verdicts), "bounds": bounds}
    return document


def _system(system: System, spreads: Mapping[str, Spread]) -> dict[str, Any]:
    """Give a system's part of the document."""
    metrics = {
        name: {
            "score": measured.score.score,
            "signature": measured.score.signature,
            **_bounds(spreads.get(name)),
        }
        for name, measured in system.measurements.items()
    }
    checks = {}
    for name, column in system.checks.items():
        numbers = flagged(column)
        rate = {"segments": len(numbers), "rate": column.score(), **_bounds(spreads.get(name))}
        checks[name] = {**rate, "numbers": numbers}
    statistics = {name: packed(measured.column) for name, measured in system.measurements.items()}
    record: dict[str, Any] = {"name": system.name, "segments": system.segments}
    if system.realigned is not None:
        record["realigned_from"] = system.realigned
    if system.run:
        run = system.run
        record["run"] = {
            "model": run.description,
            "seconds": run.seconds,
            "cached": run.cached,
            "sentences_per_second": run.rate(run.sentences),
            "tokens_per_second": run.rate(run.tokens),
            "peak_memory": run.peak,
        }
    return {**record, "metrics": metrics, "checks": checks, "statistics": statistics}


def _bounds(spread: Spread | None) -> dict[str, float]:
    """Give the bounds of the intervals that there are."""
    if spread is None:
        return {}
    bounds = {"low": spread.segments.low, "high": spread.segments.high}
    if spread.documents:
        bounds |= {"document_low": spread.documents.low, "document_high": spread.documents.high}
    return bounds


def _comparison(comparison: Comparison) -> dict[str, Any]:
    """Give a comparison's part of the document."""
    metrics = {name: _difference(found) for name, found in comparison.differences.items() if name in SCORES}
    checks = {name: _difference(found) for name, found in comparison.differences.items() if name not in SCORES}
    return {"baseline": comparison.baseline, "system": comparison.system, "metrics": metrics, "checks": checks}


def _difference(found: Difference) -> dict[str, float]:
    record = {"difference": found.score, "p": found.p}
    if found.document_p is not None:
        record["document_p"] = found.document_p
    return record


def segment_records(evaluation: Evaluation) -> Iterator[dict[str, Any]]:
    """Give a record a segment: its number, from 1 as lines have, and each system's sentence scores and faults."""
    faults = {system.name: system.faults() for system in evaluation.systems}
    documents = evaluation.texts.documents
    for index in range(evaluation.systems[0].segments):
        yield {
            "segment": index + 1,
            **({"document": documents[index]} if documents else {}),
            "systems": {
                system.name: {
                    **{metric: m.segments[index] for metric, m in system.measurements.items()},
                    "faults": faults[system.name][index],
                }
                for system in evaluation.systems
            },
        }
