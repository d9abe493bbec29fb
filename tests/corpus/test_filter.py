"""Filters: what is measured, what is kept, and what is said of the rest."""

import json
from math import inf
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.filter import PRESETS, Filter, Pipeline, Reason, Rejection
from corpus.measures import MEASURES
from corpus.pair import Pair

ARABIC = "افتتحت نورة الخياط مكتبة القرية صباح اليوم بحضور ثلاثين طفلا."
ENGLISH = "Noura Al-Khayyat opened the village library this morning in front of thirty children."


def pair(source: str = ARABIC, target: str | None = ENGLISH, **fields: Any) -> Pair:
    return Pair("library", 0, 0, 0, len(source), source, target, fields.pop("origin", "human"), **fields)


@pytest.mark.parametrize(
    ("name", "given", "expected"),
    [
        ("one-sided", pair(), 2),
        ("one-sided", pair(target=None), 1),
        ("blank", pair(), 2),
        ("blank", pair("...", "Yes"), 1),
        ("blank", pair("«؟»", "..."), 0),
        ("blank", pair("(أ)", "(a)"), 2),
        ("min-length", pair("نعم", "Yes, sir"), 3),
        ("max-length", pair("نعم", "Yes, sir"), 8),
        ("min-words", pair("نعم", "Yes, sir"), 1),
        ("max-words", pair("نعم", "Yes, sir"), 2),
        ("length-ratio", pair("ب" * 5, "b" * 25), 2),
        ("length-ratio", pair("ذَهَبَ", "he went"), 22 / 18),
        ("length-ratio", pair("ذهــــب", "he went"), 22 / 18),
        ("arabic-share", pair(), 1),
        ("arabic-share", pair("نظام Mac", ""), 4 / 7),
        ("arabic-share", pair("نظام Μας", ""), 4 / 7),
        ("arabic-share", pair("Library", ""), 0),
        ("arabic-share", pair("12:30", ""), None),
        ("latin-share", pair(), 1),
        ("latin-share", pair("", "“نور” means light"), 10 / 13),
        ("latin-share", pair("", "naïve Γ"), 5 / 6),
        ("latin-share", pair("", "12:30"), None),
        ("letter-share", pair("١٢ بيت", "12 homes"), 3 / 5),
        ("copy", pair(), 0),
        ("copy", pair("نظام Windows 11", "Windows 11"), 1),
        ("copy", pair("نظام Windows", "The Windows system"), 1 / 3),
        ("copy", pair("نعم يا نورة", "نعم يا نورة"), 1),
        ("copy", pair("٢٠٢٤", "2024"), 0),
        ("link-share", pair("https://library.example/ar", "https://library.example/en"), 1),
        ("link-share", pair("زوروا www.x.example", "Visit www.x.example"), 13 / 19),
        ("link-share", pair("أو/و", "and/or"), 0),
        ("markup", pair("كتب <b>جديدة</b>", "New books"), 2),
        ("markup", pair("أ < ب", "a < b & c"), 0),
        ("markup", pair("علم وفن", "Arts &amp; sciences"), 1),
        ("repetition", pair(), 1),
        ("repetition", pair("قرأت كثيرا", "I read a lot a lot a lot a lot"), 4),
        ("repetition", pair("لا لا لا لا", "No no no no"), 1),
        ("repetition", pair("لا لا لا لا", "no no no no no no no no"), 2),
        ("repetition", pair("خطوة خطوة", "step by step by step by step"), 3),
        ("numbers", pair("حضر ٣٠٠ طفل", "300 children came"), 0),
        ("numbers", pair("حضر ٣٠٠ طفل", "200 children came"), 2),
        ("numbers", pair("حضر ٣٠٠ طفل", "Children came"), 1),
        ("numbers", pair("حضر 14 طفلا", "Fourteen children came"), 0),
        ("numbers", pair("بلغ 2.5 مليون", "It reached 2,500,000"), 0),
        ("numbers", pair("في 5 أغسطس", "On August 5"), 0),
        ("alignment-score", pair(alignment_score=0.25), 0.25),
        ("alignment-score", pair(), None),
        ("model-score", pair(score=-0.5, origin="machine"), -0.5),
        ("faults", pair(faults=("repetition", "too-long")), 2),
        ("faults", pair(), 0),
    ],
)
def test_measures(name: str, given: Pair, expected: float | None) -> None:
    measured = MEASURES[name].score(given)
    assert measured == (expected if expected is None else pytest.approx(expected))


@given(st.text(), st.text(), st.sampled_from(sorted(MEASURES)))
def test_any_text_can_be_measured(source: str, target: str, name: str) -> None:
    value = MEASURES[name].score(pair(source, target))
    assert value is None or 0 <= value < inf


@pytest.mark.parametrize(
    ("spec", "low", "high"),
    [
        ("length-ratio", 0.6, 2),
        ("length-ratio=0.4:2.5", 0.4, 2.5),
        ("length-ratio=:2.5", -inf, 2.5),
        ("length-ratio=0.4:", 0.4, inf),
        (" length-ratio = 0.4 : 2.5 ", 0.4, 2.5),
        ("min-length=5", 5, inf),
        ("max-length=5", -inf, 5),
        ("numbers", -inf, 0),
        ("numbers=1", -inf, 1),
        ("model-score=-0.7", -0.7, inf),
        ("faults=repetition,too-long", -inf, 0),
    ],
)
def test_specs(spec: str, low: float, high: float) -> None:
    made = Filter.parse(spec)
    assert (made.low, made.high) == (low, high)
    again = Filter.parse(made.spec)
    assert (again.name, again.low, again.high) == (made.name, low, high)


@pytest.mark.parametrize(
    ("spec", "told"),
    [
        ("length", "there is no filter 'length'; say one of"),
        ("", "there is no filter ''"),
        ("length-ratio=2", "length-ratio takes two bounds, as in length-ratio=0.6:2, not '2'"),
        ("length-ratio=1:2:3", "takes two bounds"),
        ("length-ratio=3:1", "the lower bound 3 is above the upper one, 1"),
        ("length-ratio=a:2", "the bound 'a' of length-ratio is no number"),
        ("min-length=", "the bound '' of min-length is no number"),
        ("min-length=nan", "the bound 'nan' of min-length is no number"),
        ("faults=ugly", "there is no fault 'ugly'; say some of"),
    ],
)
def test_wrong_specs_are_named(spec: str, told: str) -> None:
    with pytest.raises(ValueError, match=r".") as raised:
        Filter.parse(spec)
    assert told in str(raised.value)


def test_named_faults_alone_count() -> None:
    looping = pair(faults=("repetition",))
    assert Pipeline.of(specs=["faults=too-long,repetition"]).judge()(looping)
    assert not Pipeline.of(specs=["faults=too-long"]).judge()(looping)


def test_specs_take_the_place_of_a_preset_s() -> None:
    base, changed = Pipeline.of("light"), Pipeline.of("light", ["copy=off", "length-ratio=0.9:1.1", "numbers"])
    stay = [spec for spec in base.specs if not spec.startswith("copy")]
    stay[stay.index("length-ratio=0.5:2.5")] = "length-ratio=0.9:1.1"
    assert changed.specs == (*stay, "numbers")
    assert Pipeline.of(specs=changed.specs) == changed


def refuse(rejection: Rejection) -> None:
    pytest.fail(f"{rejection} should be kept")


@pytest.mark.parametrize("preset", PRESETS)
def test_presets_keep_a_good_pair_and_say_how_to_make_them_again(preset: str) -> None:
    pipeline = Pipeline.of(preset)
    assert pipeline.specs == PRESETS[preset]
    assert list(pipeline.split([pair()], refuse)) == [pair()]


@pytest.mark.parametrize(
    ("bad", "light", "strict"),
    [
        (pair(target="..."), "blank", "blank"),
        (pair(target=ENGLISH * 4), "length-ratio", "length-ratio"),
        (pair(target="No."), "length-ratio", "length-ratio"),
        (pair(ENGLISH), "arabic-share", "arabic-share"),
        (pair(target=ARABIC), "latin-share", "latin-share"),
        (pair(target="The library of the of the of the of the of the village."), "repetition", "repetition"),
        (pair("حضر ٣٠٠ طفل صباح اليوم", "200 children came this morning"), None, "numbers"),
        (pair("علم وفن وأدب", "Arts &amp; sciences"), None, "markup"),
        (pair(alignment_score=0.1), None, "alignment-score"),
        (pair(score=-3, origin="machine"), None, "model-score"),
        (pair(faults=("too-long",)), None, "faults"),
    ],
)
def test_presets_reject(bad: Pair, light: str | None, strict: str) -> None:
    for preset, expected in (("light", light), ("strict", strict), ("none", None)):
        rejection = Pipeline.of(preset).judge()(bad)
        assert (rejection and rejection.reason.filter) == expected


def test_the_first_filter_that_rejects_is_named() -> None:
    bad = pair("نعم", "x" * 50)
    specs = ["max-length=20", "length-ratio=0.5:2", "min-length=5"]
    rejected: list[Rejection] = []
    assert list(Pipeline.of(specs=specs).split([bad], rejected.append)) == []
    assert rejected == [Rejection(bad, Reason("max-length", 50, 20))]
    rejection = Pipeline.of(specs=specs[::-1], every=True).judge()(bad)
    assert rejection is not None
    assert rejection.as_dict()["rejected"] == {
        "filter": "min-length",
        "value": 3,
        "bound": 5,
        "others": [
            {"filter": "length-ratio", "value": round(65 / 18, 4), "bound": 2},
            {"filter": "max-length", "value": 50, "bound": 20},
        ],
    }


def test_pairs_of_one_side_pass_unless_asked_for() -> None:
    halves = [pair(target=None), pair("", "A line of the reference's own")]
    strict = Pipeline.of("strict", ["min-length=100", "blank"])
    assert list(strict.split(halves, refuse)) == halves
    rejected: list[Rejection] = []
    assert list(Pipeline.of("strict", ["one-sided"]).split(halves, rejected.append)) == []
    assert {rejection.reason for rejection in rejected} == {Reason("one-sided", 1, 2)}


@given(st.lists(st.tuples(st.text(), st.none() | st.text())), st.sampled_from(sorted(PRESETS)), st.booleans())
def test_nothing_is_lost_and_reasons_hold(texts: list[tuple[str, str | None]], preset: str, every: bool) -> None:
    pairs = [pair(source, target) for source, target in texts]
    pipeline = Pipeline.of(preset, every=every)
    rejected: list[Rejection] = []
    kept = list(pipeline.split(pairs, rejected.append))
    assert len(kept) + len(rejected) == len(pairs)
    for rejection in rejected:
        json.dumps(rejection.as_dict(), allow_nan=False)
        for reason in (rejection.reason, *rejection.others):
            assert isinstance(reason.value, int | float)
            (guilty,) = (f for f in pipeline.filters if f.name == reason.filter)
            assert guilty.decide(guilty.score(rejection.pair)) == reason.bound
