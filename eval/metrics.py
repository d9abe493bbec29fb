"""BLEU, chrF2, chrF2++ and TER, computed by sacreBLEU, with the signatures that make them comparable.

A corpus score is a function of the sum of its segments' sufficient statistics (matches, edits,
lengths). So each segment is counted once, and corpus and sentence scores come out of the same counts.

Sources: Papineni et al. 2002 (BLEU), Popović 2015 and 2017 (chrF, chrF++), Snover et al. 2006 (TER) and
Post 2018 (sacreBLEU and its signatures).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from eval.bootstrap import Column
from eval.segments import check_parallel
from mt.errors import InputError

if TYPE_CHECKING:
    from eval.bootstrap import Floats

__all__ = [
    "DEFAULT",
    "METRICS",
    "OUTSIDE",
    "SCORES",
    "Mean",
    "Measurement",
    "Metric",
    "References",
    "Score",
    "measure",
    "score",
]

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

    @property
    def option(self) -> str:
        """How the command is told to compute it."""
        return f"--metric {self.name}"

    def build(self, **options: Any) -> Any:
        """Make the sacreBLEU metric; its import is left to this moment."""
        import sacrebleu.metrics

        return getattr(sacrebleu.metrics, self.implementation)(**self.options, **options)

    def column(self, statistics: "Floats") -> Column:
        """Make the column of sufficient statistics, a row a segment: its sums are scored by sacreBLEU."""
        scorer = self.build()
        return Column(
            self.name,
            statistics,
            lambda sums: float(scorer._compute_score_from_stats(sums).score),
            self.lower_is_better,
        )

    def sentence_scores(self, statistics: "Floats") -> tuple[float, ...]:
        """Give each segment's own score out of its sufficient statistics."""
        scorer = self.build(**self.sentence)
        return tuple(float(scorer._compute_score_from_stats(row.tolist()).score) for row in statistics)


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


@dataclass(frozen=True, slots=True)
class Mean:
    """A metric that an outside program computes, segment by segment: the score of a corpus is their mean, times 100."""

    name: str
    label: str
    lower_is_better: bool = False

    @property
    def option(self) -> str:
        """How the command is told to compute it."""
        return f"--{self.name}"

    def column(self, statistics: "Floats") -> Column:
        """Make the column of a row a segment: its score, and 1."""
        return Column(self.name, statistics, lambda sums: 100 * sums[0] / sums[1], self.lower_is_better)

    def sentence_scores(self, statistics: "Floats") -> tuple[float, ...]:
        """Give each segment's own score."""
        return tuple((100 * statistics[:, 0]).tolist())


OUTSIDE = {"comet": Mean("comet", "COMET")}
"""Metrics that are not computed here."""
SCORES: Mapping[str, Metric | Mean] = {**METRICS, **OUTSIDE}
"""All metrics that an evaluation may have."""

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
    """One metric on one system: the corpus score, each segment's sentence score in order, and what both came of."""

    score: Score
    segments: tuple[float, ...]
    column: Column


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
    import numpy as np

    length = _check(systems, references)
    chosen = METRICS[metric]
    blocks: dict[str, list[Any]] = {name: [] for name in systems}
    counts = set()
    # The public methods would count each segment twice, for the corpus and for the sentence score, and TER
    # takes 3 ms each time. sacreBLEU's own significance tests use the underscored ones likewise.
    for start in range(0, length, _BLOCK):
        block = slice(start, start + _BLOCK)
        counter = chosen.build(references=[reference[block] for reference in references])
        counts.add(counter.num_refs)
        for name, hypotheses in systems.items():
            rows = counter._extract_corpus_statistics(hypotheses[block], None)
            blocks[name].append(np.array(rows, dtype=np.float64))
            advance(len(rows))
    counter.num_refs = counts.pop() if len(counts) == 1 else -1  # -1: sacreBLEU's "varying", `nrefs:var`
    signature = str(counter.get_signature())
    measured = {}
    for name, parts in blocks.items():
        column = chosen.column(np.vstack(parts))
        scores = chosen.sentence_scores(column.statistics)
        measured[name] = Measurement(Score(metric, column.score(), signature), scores, column)
    return measured


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
