"""Which pairs are the same, and which of them is kept."""

import sys
from collections.abc import Sequence
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.alphabet import folded
from corpus.duplicates import By, Duplicates, key
from corpus.formats import read, write
from corpus.near_duplicates import NearDuplicates
from corpus.pair import Pair
from tests.command import muwazi


def pair(source: str = "نعم", target: str = "Yes", number: int = 0, document: str = "a", **fields: Any) -> Pair:
    return Pair(document, 0, number, 0, 0, source, target, fields.pop("origin", "machine"), **fields)


def kept(pairs: Sequence[Pair], duplicates: Duplicates) -> list[str | None]:
    for given_pair in pairs:
        duplicates.add(given_pair)
    return [duplicates.kept_for(number) for number in range(len(pairs))]


HUMAN = pair(origin="human", number=1)
POOR_HUMAN = pair(origin="human", number=2, alignment_score=0.1)
GOOD_HUMAN = pair(origin="human", number=3, alignment_score=0.9)
EDITED = pair(origin="post-edited", number=4)
GOOD = pair(score=-0.2, number=5)
POOR = pair(score=-0.9, number=6)
FAULTY = pair(score=-0.1, number=7, faults=("repetition",))
LATER = pair(score=-0.2, number=8)
OTHER = pair(score=-0.2, number=0, document="b")


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        (HUMAN, EDITED),
        (EDITED, GOOD),
        (GOOD_HUMAN, POOR_HUMAN),
        (GOOD, POOR),
        (POOR, FAULTY),
        (GOOD, LATER),
        (LATER, OTHER),
    ],
)
def test_the_better_one_is_kept_wherever_it_stands(better: Pair, worse: Pair) -> None:
    assert kept([better, worse], Duplicates()) == [None, better.id]
    assert kept([worse, better], Duplicates()) == [better.id, None]


@pytest.mark.parametrize(("by", "expected"), [("source", [None, 0, 0, None]), ("pair", [None, 0, None, None])])
def test_by_source_or_by_pair(by: By, expected: list[int | None]) -> None:
    pairs = [pair(), pair("نَعَم!", "yes.", 1), pair("نعم", "Sure", 2), pair("لا", "Yes", 3)]
    assert kept(pairs, Duplicates(by)) == [None if n is None else pairs[n].id for n in expected]


def test_of_no_pair_and_of_one() -> None:
    assert kept([], Duplicates()) == []
    assert kept([pair()], Duplicates()) == [None]


WORDS = st.sampled_from(["نعم", "نَعَم", "لا", "ربما", "لا أدري", "لا ادري"])
ORIGINS = st.sampled_from(["human", "machine", "post-edited"])
SCORES = st.none() | st.sampled_from([-1.0, -0.5])
PAIRS = st.lists(
    st.builds(
        lambda source, origin, score, number, document: pair(
            source, number=number, document=document, origin=origin, score=score
        ),
        WORDS,
        ORIGINS,
        SCORES,
        st.integers(0, 3),
        st.sampled_from("ab"),
    ),
    unique_by=lambda made: (made.document, made.sentence),
)


@given(PAIRS, st.randoms())
def test_what_is_kept_depends_on_no_order(pairs: list[Pair], random: Random) -> None:
    shuffled = random.sample(pairs, len(pairs))
    found = dict(zip((p.id for p in pairs), kept(pairs, Duplicates()), strict=True))
    assert dict(zip((p.id for p in shuffled), kept(shuffled, Duplicates()), strict=True)) == found
    by_id = {p.id: p for p in pairs}
    survivors = [by_id[name] for name, better in found.items() if better is None]
    # One of each sentence is left, and it is what the others name.
    assert sorted(map(key, survivors)) == sorted({key(p) for p in pairs})
    for name, better in found.items():
        if better is not None:
            assert found[better] is None
            assert folded(by_id[better].source) == folded(by_id[name].source)


NEWS = "أعلنت بلدية مرسى النخيل أن أعمال ترميم الميناء القديم ستبدأ في الأسبوع الأول من الشهر المقبل"
NEAR = NEWS.replace("ستبدأ", "تبدأ")


def test_near_duplicates() -> None:
    pairs = [
        pair(NEAR, "The works begin", 0, score=-0.9),
        pair("وقالت المهندسة إن العمل يسير بلا تأخير", "She said so", 1),
        pair(NEWS, "The works will begin", 2, score=-0.1),
        pair(NEWS + ".", "The works will begin next month", 3, score=-0.5),
    ]
    assert kept(pairs, NearDuplicates()) == [pairs[2].id, None, None, pairs[2].id]
    assert kept(pairs, NearDuplicates(threshold=0.99)) == [None, None, None, pairs[2].id]
    assert kept(pairs, NearDuplicates("pair", 0.95)) == [None, None, None, None]


def test_near_duplicates_of_those_taken_out_stay() -> None:
    # Each is near the next, the first and last are not near: the best is kept, and what is near it alone goes.
    words = NEWS.split()
    chain = [" ".join(words[n : n + 11]) for n in range(3)]
    pairs = [pair(text, "So", n, score=-float(n + 1)) for n, text in enumerate(chain)]
    found = kept(pairs, NearDuplicates(threshold=0.75))
    assert found[0] is None
    assert found[1] == pairs[0].id
    assert found[2] is None


def test_near_duplicates_without_the_library(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "datasketch", None)
    write([pair()], tmp_path / "in.jsonl")
    result = muwazi("filter", tmp_path / "in.jsonl", "-o", tmp_path / "out.jsonl", "--duplicates", "near")
    assert result.exit_code == 1
    assert 'pip install "muwazi[near]"' in result.stderr


def test_the_command_takes_near_duplicates(tmp_path: Path) -> None:
    write([pair(NEWS), pair(NEAR, number=1)], tmp_path / "in.jsonl")
    result = muwazi("filter", tmp_path / "in.jsonl", "-o", tmp_path / "out.jsonl", "--duplicates", "near")
    assert result.exit_code == 0, result.output
    assert [p.sentence for p in read(tmp_path / "out.jsonl")] == [0]
