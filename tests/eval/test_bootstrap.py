"""Resampling: draws, bounds and p-values are sacreBLEU's, whatever the slices; documents are drawn whole."""

from random import Random

import numpy as np
import pytest
from sacrebleu.significance import PairedTest, Result

from eval.bootstrap import Column, Interval, Plan, interval, p_value, resample
from eval.evaluation import Texts, assess
from eval.metrics import METRICS

WORDS = [
    "the",
    "a",
    "harbour",
    "ferry",
    "leaves",
    "sleeps",
    "at",
    "noon",
    ",",
    ".",
    "old",
    "baker",
    "bread",
    "sells",
    "honey",
    "under",
    "bridge",
    "1987",
    "never",
    "early",
]


def sentences(random: Random, count: int) -> list[str]:
    return [" ".join(random.choices(WORDS, k=random.randint(3, 12))) for _ in range(count)]


def spoilt(random: Random, texts: list[str], share: float) -> list[str]:
    """Exchange a share of the words."""
    return [
        " ".join(random.choice(WORDS) if random.random() < share else word for word in text.split()) for text in texts
    ]


def corpus() -> tuple[dict[str, list[str]], list[list[str]]]:
    random = Random(5)
    reference = sentences(random, 60)
    systems = {name: spoilt(random, reference, share) for name, share in (("a", 0.3), ("b", 0.33), ("c", 0.6))}
    return systems, [reference, spoilt(random, reference, 0.1)]


def rates(*flags: int) -> Column:
    statistics = np.array([[flag, 1.0] for flag in flags])
    return Column("rate", statistics, lambda sums: 100 * sums[0] / sums[1])


@pytest.mark.parametrize("seed", [12345, 7])
def test_intervals_and_p_values_are_those_of_sacrebleu(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    systems, references = corpus()
    monkeypatch.setenv("SACREBLEU_SEED", str(seed))
    metrics = {name: metric.build() for name, metric in METRICS.items()}
    _, theirs = PairedTest(list(systems.items()), metrics, references, "bs", n_samples=200)()
    ours = assess(systems, Texts(references), plan=Plan(200, seed))
    for name, metric in METRICS.items():
        results = [result for result in theirs[metric.label] if isinstance(result, Result)]
        for result, system in zip(results, ours.systems, strict=True):
            bounds = ours.spreads[system.name][name].segments
            assert system.measurements[name].score.score == result.score
            assert (bounds.high - bounds.low) / 2 == pytest.approx(result.ci, rel=1e-5)  # theirs sum in float32
        assert [comparison.differences[name].p for comparison in ours.comparisons] == [r.p_value for r in results[1:]]


def test_the_verdicts_are_the_expected_ones() -> None:
    systems, references = corpus()
    near, far = assess(systems, Texts(references), plan=Plan(500)).comparisons
    assert (near.baseline, near.system, far.system) == ("a", "b", "c")
    for name, metric in METRICS.items():
        assert far.differences[name].p < 0.05 < near.differences[name].p
        assert (far.differences[name].score > 0) == metric.lower_is_better


def test_another_baseline_can_be_named() -> None:
    systems, references = corpus()
    found = assess(systems, Texts(references), ["bleu"], plan=Plan(50), baseline="c").comparisons
    assert [(comparison.baseline, comparison.system) for comparison in found] == [("c", "a"), ("c", "b")]
    assert all(comparison.differences["bleu"].score > 0 for comparison in found)


def test_slices_draw_what_one_piece_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    columns = [rates(*Random(2).choices([0, 1], k=37)), rates(*Random(3).choices([0, 1], k=37))]
    whole = resample(columns, Plan(101, 3))
    monkeypatch.setattr("eval.bootstrap._HELD", 80)
    for once, again in zip(whole, resample(columns, Plan(101, 3)), strict=True):
        assert (once == again).all()


def test_documents_are_drawn_whole() -> None:
    flags, documents = [1, 0, 0, 1, 1, 0], ["x", "x", "y", "z", "z", "y"]
    (found,) = resample([rates(*flags)], Plan(50, 9), documents)
    sums = np.array([[1, 2], [0, 2], [2, 2]])  # x, y, z
    drawn = np.random.default_rng(9).choice(3, size=(50, 3))
    assert found == pytest.approx([100 * sums[row][:, 0].sum() / 6 for row in drawn])


def test_documents_that_fail_as_one_widen_the_interval() -> None:
    flags = [int(number // 10 % 2) for number in range(200)]
    column, documents = rates(*flags), [str(number // 10) for number in range(200)]
    by_segment, by_document = (
        interval(resample([column], Plan(400))[0]),
        interval(resample([column], Plan(400), documents)[0]),
    )
    assert by_document.high - by_document.low > 2 * (by_segment.high - by_segment.low)


def test_a_fortieth_lies_outside_on_either_side() -> None:
    assert interval(np.random.default_rng(1).permutation(np.arange(1000.0))) == Interval(25.0, 974.0)
    assert interval(np.array([3.0, 1.0, 2.0])) == Interval(1.0, 3.0)


@pytest.mark.parametrize(
    ("difference", "first", "second", "p"),
    [
        (0.0, [1.0, 2.0, 3.0], [1.0, 2.0, 3.0], 1.0),
        (1.0, [1.0, 2.0, 3.0], [2.0, 3.0, 4.0], 1 / 4),
        (-0.5, [1.0, 1.0, 1.0], [0.0, 3.0, 1.0], 2 / 4),
    ],
    ids=["no difference", "always the same", "once larger"],
)
def test_p_values_by_hand(difference: float, first: list[float], second: list[float], p: float) -> None:
    assert p_value(difference, np.array(first), np.array(second)) == p


@pytest.mark.parametrize("documents", [None, ["one", "one"]])
def test_a_single_unit_is_not_resampled(documents: list[str] | None) -> None:
    texts = Texts([["The well is dry."] * (2 if documents else 1)], documents=documents)
    systems = {name: ["The well is dry."] * (2 if documents else 1) for name in ("a", "b")}
    found = assess(systems, texts, ["bleu"], plan=Plan(10))
    if documents:
        assert found.spreads["a"]["bleu"].documents is None
        assert found.comparisons[0].differences["bleu"].document_p is None
    else:
        assert (found.spreads, found.comparisons) == ({}, [])
