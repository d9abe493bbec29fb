"""Bounds are kept or not, drops count where they are no accident, and baselines of other tests are refused."""

import json
from pathlib import Path
from random import Random
from typing import Any

import pytest

from eval.baseline import Baseline
from eval.bootstrap import Plan
from eval.evaluation import Evaluation, Texts, assess
from eval.gate import Bound, Kind, Verdict, judge
from eval.report import to_document
from mt.errors import FormatError, InputError

WORDS = (
    *("the", "a", "harbour", "ferry", "leaves", "sleeps", "at", "noon", "old", "baker", "bread", "sells", "honey"),
    *("under", "bridge", "1987", "never", "early"),
)
RANDOM = Random(11)
REFERENCE = [" ".join(RANDOM.choices(WORDS, k=9)) + "." for _ in range(50)]
SOURCE = ["وصلت العبّارة عند الظهر."] * 50


def spoilt(count: int) -> list[str]:
    """Spoil the first segments."""
    return ["honey bread " + text[:12] if number < count else text for number, text in enumerate(REFERENCE)]


GOOD, WORSE, BAD = spoilt(20), spoilt(21), spoilt(35)


def found(hypotheses: list[str], plan: Plan = Plan(200), **texts: Any) -> Evaluation:  # noqa: B008 (frozen)
    return assess({"mine": hypotheses}, Texts([REFERENCE], **texts), ["bleu", "ter"], plan=plan)


def written(folder: Path, document: dict[str, Any]) -> Baseline:
    path = folder / "last.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    return Baseline.read(path)


def verdict(evaluation: Evaluation, kind: Kind, text: str, baseline: Baseline | None = None) -> Verdict:
    (only,) = judge(evaluation, [Bound.parse(kind, text)], baseline)
    return only


@pytest.mark.parametrize(
    ("kind", "text", "passed"),
    [
        ("min", "bleu=1", True),
        ("min", "bleu=99", False),
        ("max", "ter=99", True),
        ("max", "TER=0.5", False),
        ("max", "empty=1", True),
        ("max", "empty=0", False),
        ("max", "empty=2%", True),
        ("max", "empty=1.9%", False),
    ],
)
def test_bounds_hold_or_fail(kind: Kind, text: str, passed: bool) -> None:
    assert verdict(found(["", *GOOD[1:]], Plan(0)), kind, text).passed is passed


def test_a_bound_is_kept_at_its_very_value() -> None:
    evaluation = found(GOOD, Plan(0))
    value = evaluation.systems[0].measurements["bleu"].score.score
    assert verdict(evaluation, "min", f"bleu={value!r}").passed


def test_a_failure_names_the_segments() -> None:
    evaluation = found(["", *GOOD[1:30], "", *GOOD[31:]], Plan(0), source=SOURCE)
    assert verdict(evaluation, "max", "empty=0").segments == [1, 31]
    assert str(verdict(evaluation, "max", "empty=0")) == "mine: empty in 2 segments (--max empty=0)"
    assert str(verdict(evaluation, "max", "empty=1%")) == "mine: empty in 4.00 % of the segments (--max empty=1%)"
    lowest = verdict(evaluation, "min", "bleu=99")
    scores = evaluation.systems[0].measurements["bleu"].segments
    assert set(lowest.segments) <= {number for number, score in enumerate(scores, 1) if score <= sorted(scores)[4]}


@pytest.mark.parametrize("metric", ["bleu", "ter"])
def test_a_drop_counts_where_it_is_no_accident(metric: str, tmp_path: Path) -> None:
    baseline = written(tmp_path, to_document(found(GOOD)))
    bad = verdict(found(BAD), "max-drop", f"{metric}=1", baseline)
    assert not bad.passed
    assert bad.p is not None
    assert bad.p < 0.05
    assert set(bad.segments) <= set(range(21, 36))
    assert len(bad.segments) == 5
    allowed = verdict(found(BAD), "max-drop", f"{metric}=90", baseline)
    assert (allowed.passed, allowed.forgiven) == (True, False)
    chance = verdict(found(WORSE), "max-drop", f"{metric}=0.1", baseline)
    assert (chance.passed, chance.forgiven) == (True, True)
    better = verdict(found(spoilt(5)), "max-drop", f"{metric}=0", baseline)
    assert (better.passed, better.forgiven, better.segments) == (True, False, [])


def test_where_chance_cannot_be_told_the_score_decides(tmp_path: Path) -> None:
    document = to_document(found(GOOD))
    baseline = written(tmp_path, document)
    assert not verdict(found(WORSE, Plan(0)), "max-drop", "bleu=0.1", baseline).passed
    del document["systems"][0]["statistics"]
    blind = verdict(found(WORSE), "max-drop", "bleu=0.1", written(tmp_path, document))
    assert (blind.passed, blind.p, blind.segments) == (False, None, [])


def test_the_same_system_has_not_dropped(tmp_path: Path) -> None:
    baseline = written(tmp_path, to_document(found(GOOD)))
    assert verdict(found(GOOD), "max-drop", "bleu=0", baseline).p == 1


def test_one_system_on_either_side_are_the_same_whatever_their_names(tmp_path: Path) -> None:
    document = to_document(found(GOOD))
    document["systems"][0]["name"] = "mine of last week"
    assert verdict(found(GOOD), "max-drop", "bleu=0", written(tmp_path, document)).passed
    document["systems"].append({**document["systems"][0], "name": "another"})
    with pytest.raises(InputError, match="no system 'mine', but mine of last week, another"):
        verdict(found(GOOD), "max-drop", "bleu=0", written(tmp_path, document))


def test_a_baseline_of_another_test_set_is_refused(tmp_path: Path) -> None:
    baseline = written(tmp_path, to_document(found(GOOD, source=SOURCE)))
    assert baseline.check(found(GOOD)) == []
    assert baseline.check(found(GOOD, source=SOURCE)) == []
    with pytest.raises(InputError, match=r"last\.json: was made with another source"):
        baseline.check(found(GOOD, source=[*SOURCE[1:], "نعم."]))
    with pytest.raises(InputError, match=r"last\.json: was made with another reference"):
        baseline.check(assess({"mine": GOOD}, Texts([[*REFERENCE[1:], "No."]]), ["bleu"], plan=Plan(0)))


def test_a_baseline_that_does_not_name_its_test_set_is_noticed(tmp_path: Path) -> None:
    document = to_document(found(GOOD))
    del document["test_set"]
    (notice,) = written(tmp_path, document).check(found(GOOD))
    assert "does not say of which test set" in notice


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[1, 2]", "holds no scores"),
        ("{", "holds no scores"),
        ("\xff", "holds no scores"),
        ('{"version": 2}', "of version 2 and not 1"),
        ('{"version": 1, "systems": [{"name": "a"}]}', "holds no scores"),
        ('{"version": 1, "systems": [{"name": "a", "metrics": {"bleu": {"score": null}}}]}', "holds no scores"),
    ],
)
def test_what_is_no_baseline_is_refused(text: str, message: str, tmp_path: Path) -> None:
    path = tmp_path / "last.json"
    path.write_text(text, encoding="latin-1")
    with pytest.raises(FormatError, match=message):
        Baseline.read(path)
    with pytest.raises(InputError, match="cannot be read"):
        Baseline.read(tmp_path / "none.json")


@pytest.mark.parametrize("statistics", ["%", "eJwDAAAAAAE=", "AAAA", 7])
def test_broken_statistics_are_refused(statistics: object, tmp_path: Path) -> None:
    document = to_document(found(GOOD, Plan(0)))
    document["systems"][0]["statistics"]["bleu"] = statistics
    with pytest.raises(FormatError, match="the statistics of bleu are"):
        verdict(found(GOOD, Plan(0)), "max-drop", "bleu=0", written(tmp_path, document))


@pytest.mark.parametrize(
    ("kind", "text", "message"),
    [
        ("min", "ter=3", "--min knows bleu, chrf2, chrf2"),
        ("min", "meteor=3", "--min knows"),
        ("max", "bleu=3", "--max knows ter, empty"),
        ("max-drop", "empty=3", "--max-drop knows bleu"),
        ("min", "bleu", "'' is no number"),
        ("min", "bleu=x", "'x' is no number"),
        ("min", "bleu=-1", "'-1' is no number"),
        ("min", "bleu=nan", "'nan' is no number"),
        ("min", "bleu=3%", "'3%' is no number"),
    ],
)
def test_what_is_no_bound_is_refused(kind: Kind, text: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Bound.parse(kind, text)


@pytest.mark.parametrize(
    ("kind", "text", "message"),
    [
        ("min", "chrf2=3", "add --metric chrf2"),
        ("max", "too-short=3", "give --source"),
        ("max-drop", "bleu=3", "give --baseline FILE"),
    ],
)
def test_what_was_not_measured_cannot_be_judged(kind: Kind, text: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        verdict(found(GOOD, Plan(0)), kind, text)


def test_a_metric_that_the_baseline_lacks_is_asked_for(tmp_path: Path) -> None:
    document = to_document(found(GOOD, Plan(0)))
    del document["systems"][0]["metrics"]["ter"]
    with pytest.raises(InputError, match="has no ter of 'mine'"):
        verdict(found(GOOD, Plan(0)), "max-drop", "ter=1", written(tmp_path, document))
