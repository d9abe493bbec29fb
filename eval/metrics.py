"""BLEU, chrF2, chrF2++ and TER, computed by sacreBLEU, with the signatures that make them comparable.

A corpus score is a function of the sum of its segments' sufficient statistics (matches, edits,
lengths). So each segment is counted once, and corpus and sentence scores come out of the same counts.

Sources: Papineni et al. 2002 (BLEU), Popović 2015 and 2017 (chrF, chrF++), Snover et al. 2006 (TER) and
Post 2018 (sacreBLEU and its signatures).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from eval.segments import check_parallel
from mt.errors import InputError

__all__ = ["DEFAULT", "METRICS", "Measurement", "Metric", "References", "Score", "measure", "score"]

References = Sequence[Sequence[str | None]]
"""One sequence a reference set, each as long as the hypotheses; None where a set lacks the segment."""


@dataclass(frozen=True, slots=True)
class Metric:
    """A metric: its name in files and options, its label in tables, and the sacreBLEU class that computes it.

    `options` go to the class; `sentence` are those that differ for the score of a single segment.
    """

    name: str
    label: str
    implementation: str
    options: Mapping[str, Any] = field(default_factory=dict)
    sentence: Mapping[str, Any] = field(default_factory=dict)
    lower_is_better: bool = False

    def build(self, **options: Any) -> Any:
        """Make the sacreBLEU metric; its import is left to this moment."""
        import sacrebleu.metrics

        return getattr(sacrebleu.metrics, self.implementation)(**self.options, **options)


METRICS = {
    metric.name: metric
    for metric in (
        # force: no warning about tokenised text in a log; the score does not depend on it.
        # Without the effective order, a sentence shorter than four words would have BLEU 0.
        Metric("bleu", "BLEU", "BLEU", {"force": True}, sentence={"effective_order": True}),
        Metric("chrf2", "chrF2", "CHRF"),
        Metric("chrf2++", "chrF2++", "CHRF", {"word_order": 2}),
        Metric("ter", "TER", "TER", lower_is_better=True),
    )
}
DEFAULT = tuple(METRICS)

# chrF's n-grams take about 45 kB a reference segment, so they are held for this many segments at a time.
_BLOCK = 1000


@dataclass(frozen=True, slots=True)
class Score:
    """A metric's name, its score of a corpus (0 to 100; TER can exceed 100), and sacreBLEU's signature."""

    name: str
    score: float
    signature: str


@dataclass(frozen=True, slots=True)
class Measurement:
    """One metric on one system: the corpus score, and the sentence score of each segment in order."""

    score: Score
    segments: tuple[float, ...]


def score(hypotheses: Sequence[str], references: References, metrics: Sequence[str] = DEFAULT) -> dict[str, Score]:
    """Score one system's hypotheses: metric name to score, equal to what sacreBLEU's own command says.

    Raises `InputError` as `measure` does.
    """
    system = "the system"
    return {name: measure(name, {system: hypotheses}, references)[system].score for name in metrics}


def measure(
    metric: str,
    systems: Mapping[str, Sequence[str]],
    references: References,
    advance: Callable[[int], object] = lambda _: None,
) -> dict[str, Measurement]:
    """Measure every system (name to hypotheses) with one metric, counting the references once for all.

    `advance` is told how many hypotheses have been counted since it was last told.

    Raises `InputError` for an unknown metric, for no references or no segments, for hypotheses and references
    of unequal length (sacreBLEU's functions cut them to the shortest), and for a segment without a reference.
    """
    if metric not in METRICS:
        raise InputError(f"metric {metric!r} is unknown; choose among {', '.join(METRICS)}")
    length = _check(systems, references)
    chosen = METRICS[metric]
    statistics: dict[str, list[Any]] = {name: [] for name in systems}
    counts = set()
    # The public methods would count each segment twice, for the corpus and for the sentence score, and TER
    # takes 3 ms each time. sacreBLEU's own significance tests use the underscored ones likewise.
    for start in range(0, length, _BLOCK):
        block = slice(start, start + _BLOCK)
        counter = chosen.build(references=[reference[block] for reference in references])
        counts.add(counter.num_refs)
        for name, hypotheses in systems.items():
            statistics[name] += counter._extract_corpus_statistics(hypotheses[block], None)
            advance(len(hypotheses[block]))
    counter.num_refs = counts.pop() if len(counts) == 1 else -1  # -1: sacreBLEU's "varying", `nrefs:var`
    signature = str(counter.get_signature())
    sentence = chosen.build(**chosen.sentence)
    return {
        name: Measurement(
            Score(metric, float(counter._aggregate_and_compute(rows).score), signature),
            tuple(float(sentence._compute_score_from_stats(row).score) for row in rows),
        )
        for name, rows in statistics.items()
    }


def _check(systems: Mapping[str, Sequence[str]], references: References) -> int:
    """Give the number of segments, once everything is seen to have as many."""
    if any(isinstance(column, str) for column in (references, *references, *systems.values())):
        raise TypeError("hypotheses and each reference set are sequences of segments, not one string")
    if not references:
        raise InputError("there are no references; give at least one set")
    sets = [(f"reference set {number}", column) for number, column in enumerate(references, 1)]
    length = check_parallel([*sets, *systems.items()])
    for number, alternatives in enumerate(zip(*references, strict=True), 1):
        if all(reference is None for reference in alternatives):
            raise InputError(f"segment {number} has no reference; give one or leave the segment out")
    return length
