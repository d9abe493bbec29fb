"""Corpora merged, sorted, sampled and parted."""

from collections import Counter
from collections.abc import Callable, Sequence
from math import inf
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.filter import Rejection
from corpus.merge import Merge
from corpus.order import ORDERS, position, sort
from corpus.pair import Pair
from corpus.partition import SETS, Partition, assign
from corpus.sample import sample_number, sample_share


def pair(document: str = "a", sentence: int = 0, source: str = "", target: str | None = "Yes", **fields: Any) -> Pair:
    source = source or f"الجملة {sentence} من المقال {document}"
    start = fields.pop("start", 100 * sentence)
    end = fields.pop("end", start + len(source))
    return Pair(document, 0, sentence, start, end, source, target, fields.pop("origin", "machine"), **fields)


PAIRS = st.lists(
    st.builds(
        pair,
        st.sampled_from("abc"),
        st.integers(0, 9),
        target=st.none() | st.text(max_size=5),
        score=st.none() | st.floats(-9, 0),
        alignment_score=st.none() | st.floats(0, 1),
        origin=st.sampled_from(["machine", "human"]),
    ),
    max_size=30,
)


@settings(max_examples=30)  # files are written
@given(PAIRS, st.sampled_from(["document", "random", *ORDERS]), st.booleans(), st.integers(3, 9))
def test_sorting_in_parts_is_sorting(pairs: list[Pair], by: str, reverse: bool, at_once: int) -> None:
    whole = list(sort(pairs, by, reverse=reverse, seed=3))
    assert list(sort(pairs, by, reverse=reverse, seed=3, at_once=at_once)) == whole
    assert Counter(whole) == Counter(pairs)
    if by in ORDERS:
        values = [ORDERS[by](p) for p in whole]
        known = [value for value in values if value is not None]
        assert known == sorted(known, reverse=reverse)
        assert values[len(known) :] == [None] * (len(values) - len(known))


@pytest.mark.parametrize("files", [2, 3, 100])
@pytest.mark.parametrize("reverse", [False, True])
def test_sorting_leaves_equals_as_they_are(files: int, reverse: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("corpus.order._FILES", files)
    pairs = [pair("b", n, "واحد", score=-1.0) for n in range(23)]
    assert list(sort(pairs, "score", reverse=reverse, at_once=2)) == pairs


@pytest.mark.parametrize("count", [*range(2, 41)])
def test_many_parts_are_merged_in_rounds(count: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("corpus.order._FILES", 3)
    pairs = [pair("a", n) for n in range(count)]
    assert list(sort(Random(1).sample(pairs, count), at_once=2)) == pairs


def test_temporary_files_go_as_they_are_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    sorted_ = sort([pair("a", n) for n in range(9)], at_once=2)
    next(sorted_)
    assert len([*tmp_path.glob("*/*")]) == 5
    sorted_.close()  # type: ignore[attr-defined]  # a generator, as an Iterator
    assert not [*tmp_path.iterdir()]


def test_random_is_an_order_that_the_seed_gives() -> None:
    pairs = [pair("a", n) for n in range(20)]
    first, second = list(sort(pairs, "random", seed=1)), list(sort(pairs, "random", seed=2))
    assert first != second != pairs
    assert list(sort(pairs[::-1], "random", seed=1)) == first


def test_a_reference_follows_the_last_of_its_sentences() -> None:
    corpus = [
        pair("a", 0, "أولا.", start=0, end=5),
        pair("a", 1, "ثانيا.", start=6, end=12),
        pair("a", 0, "أولا. ثانيا.", start=0, end=12, origin="human", bead="2-1"),
        pair("a", 2, "ثالثا.", start=13, end=19),
        pair("a", 2, "ثالثا.", start=13, end=19, origin="human", bead="1-1"),
    ]
    assert list(sort(corpus[::-1])) == corpus


def test_without_offsets_sentences_are_in_order() -> None:
    corpus = [pair("a", n, start=0, end=0, origin=origin) for n in range(3) for origin in ("machine", "human")]
    assert list(sort(corpus[::-1])) == corpus


@settings(max_examples=50)
@given(st.lists(PAIRS, max_size=4), st.integers().map(Random))
def test_a_merge_does_not_depend_on_the_order(corpora: list[list[Pair]], random: Random) -> None:
    one, other = Merge(), Merge()
    merged = list(one.merge(corpora))
    shuffled = [random.sample(pairs, len(pairs)) for pairs in random.sample(corpora, len(corpora))]
    assert list(other.merge(shuffled)) == merged
    assert merged == sorted(merged, key=position)
    every = [p.id for pairs in corpora for p in pairs]
    assert sorted(p.id for p in merged) == sorted(set(every))
    assert one.again == len(every) - len(merged)
    assert not one.conflicts
    assert list(Merge().merge([merged, merged])) == merged


@pytest.mark.parametrize(
    ("pairs", "conflict"),
    [
        ([pair("a", 0, "أولا."), pair("b", 0, "ثانيا.")], {}),
        ([pair("a", 0, "أولا."), pair("a", 0, "أولا.", "No")], {}),
        ([pair("a", 0, "أولا."), pair("a", 0, "أولا. ثانيا.", origin="human")], {}),
        ([pair("a", 0, "أولا."), pair("a", 0, "ثانيا.")], {"a": 0}),
        ([pair("a", 3, "أولا.", start=7), pair("a", 3, "أولا.", start=8)], {"a": 3}),
        ([pair("a", 4, "أولا.", start=0, end=0), pair("a", 4, "ثانيا.", start=0, end=0)], {"a": 4}),
        ([pair("a", 4, "أولا.", start=0, end=0), pair("a", 4, "أولا.", start=70)], {}),
    ],
)
def test_documents_with_two_texts_are_named(pairs: Sequence[Pair], conflict: dict[str, int]) -> None:
    merge = Merge()
    assert len(list(merge.merge([[p] for p in pairs]))) + merge.again == 2
    assert merge.conflicts == conflict


def test_of_the_same_pair_the_one_with_offsets_is_kept() -> None:
    known, bare = pair("a", 4), pair("a", 4, start=0, end=0)
    assert known.id == bare.id
    assert list(Merge().merge([[bare], [known]])) == [known]


def test_an_addition_conflicts_with_nothing() -> None:
    merge = Merge()
    addition = Pair("a", 0, 1, 50, 50, "", "More", "human", bead="0-1")
    assert len(list(merge.merge([[pair("a", 1)], [addition]]))) == 2
    assert not merge.conflicts


CORPUS = [pair(f"article {d}", s) for d in range(200) for s in range(d % 7 + 1)]
DRAWS: list[Callable[..., list[Pair]]] = [
    lambda pairs, **how: list(sample_number(pairs, 50, **how)),
    lambda pairs, **how: list(sample_share(pairs, 0.2, **how)),
]


@pytest.mark.parametrize("by_document", [False, True])
@pytest.mark.parametrize("draw", DRAWS)
def test_samples(draw: Callable[..., list[Pair]], by_document: bool) -> None:
    drawn = draw(CORPUS, by_document=by_document, seed=5)
    assert drawn == [p for p in CORPUS if p in drawn]
    backwards = draw(CORPUS[::-1], by_document=by_document, seed=5)
    assert backwards == drawn[::-1]
    assert draw(CORPUS, by_document=by_document, seed=6) != drawn
    assert 0 < len(drawn) < len(CORPUS)
    if by_document:
        names = {p.document for p in drawn}
        assert drawn == [p for p in CORPUS if p.document in names]


def test_how_many_are_drawn() -> None:
    assert len(list(sample_number(CORPUS, 50))) == 50
    assert len({p.document for p in sample_number(CORPUS, 50, by_document=True)}) == 50
    assert list(sample_number(CORPUS, len(CORPUS) + 1)) == CORPUS
    assert list(sample_share(CORPUS, 1)) == CORPUS
    assert not list(sample_share(CORPUS, 0))
    # Five standard deviations of a binomial.
    assert len(list(sample_share(CORPUS, 0.2))) == pytest.approx(0.2 * len(CORPUS), abs=5 * (0.16 * len(CORPUS)) ** 0.5)


@settings(max_examples=20)
@given(st.integers(1, 30), st.integers(1, 30), st.booleans())
def test_a_larger_sample_contains_the_smaller(one: int, other: int, by_document: bool) -> None:
    small, large = sorted((one, other))
    few = list(sample_number(CORPUS, small, by_document=by_document))
    assert Counter(few) <= Counter(sample_number(CORPUS, large, by_document=by_document))


SIZES = {f"article {n}": n % 7 + 1 for n in range(1000)}


def test_sets_by_share_are_near_the_share_and_stay() -> None:
    sets = assign(SIZES, 0.1, 0.2, seed=1)
    total, sizes = sum(SIZES.values()), Counter[str]()
    for name, chosen in sets.items():
        sizes[chosen] += SIZES[name]
    assert sizes["test"] / total == pytest.approx(0.1, abs=0.03)
    assert sizes["dev"] / total == pytest.approx(0.2, abs=0.04)
    grown = assign({**SIZES, **{f"new {n}": 50 for n in range(1000)}}, 0.1, 0.2, seed=1)
    assert {name: grown[name] for name in SIZES} == sets
    # A larger test set moves no document of dev.
    larger = assign(SIZES, 0.3, 0.2, seed=1)
    assert all(larger[name] == "dev" for name, chosen in sets.items() if chosen == "dev")
    assert assign(SIZES, 0.1, 0.2, seed=2) != sets


def test_sets_by_number_reach_it() -> None:
    sets = assign(SIZES, 300, 100)
    sizes = Counter[str]()
    for name, chosen in sets.items():
        sizes[chosen] += SIZES[name]
    assert 300 <= sizes["test"] < 307
    assert 100 <= sizes["dev"] < 107
    grown = assign({**SIZES, **{f"new {n}": 5 for n in range(500)}}, 300, 100)
    assert all({grown[name], chosen} != {"dev", "test"} for name, chosen in sets.items())


@pytest.mark.parametrize(("test", "dev", "expected"), [(0, 0, {"train"}), (inf, 0, {"test"}), (0, 1, {"dev", "train"})])
def test_sets_at_the_ends(test: float, dev: float, expected: set[str]) -> None:
    assert set(assign(SIZES, test, dev).values()) == expected


LONG = "The committee will meet on Tuesday"


def test_what_stands_in_a_later_set_is_left_out() -> None:
    corpus = [
        pair("test", 0, "انعقد الاجتماع."),
        pair("test", 1, "في المساء", LONG),
        pair("dev", 0, "اِنعقدَ الاجتماعُ"),
        pair("dev", 1, "صباح اليوم", "This morning"),
        pair("train", 0, "انعقد الاجتماع", "Another"),
        pair("train", 1, "مساء", f"{LONG}!"),
        pair("train", 2, "صباحا", "This morning"),
        pair("train", 3, "صباح اليوم!"),
        pair("train", 4, "لا شيء"),
        pair("train", 5, "لا شيء"),
        Pair("train", 0, 6, 0, 0, "", "An addition", "human"),
    ]
    parted = Partition({"train": "train", "dev": "dev", "test": "test"})
    left: list[Rejection] = []
    taken = {name: [p.sentence for p in parted.take(name, corpus, left.append)] for name in SETS}
    assert taken == {"test": [0, 1], "dev": [1], "train": [2, 4, 5, 6]}
    assert [(r.pair.document, r.pair.sentence, r.reason.value, r.reason.bound) for r in left] == [
        ("dev", 0, "test", "source"),
        ("train", 0, "test", "source"),
        ("train", 1, "test", "target"),
        ("train", 3, "dev", "source"),
    ]
    assert parted.sizes == {"test": 2, "dev": 1, "train": 4}
