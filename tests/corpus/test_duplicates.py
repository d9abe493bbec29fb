"""Which pairs are the same, and which of them is kept."""

import gc
import os
import subprocess
import sys
import tempfile
import tracemalloc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from math import nan
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus import duplicates as module
from corpus.duplicates import By, Duplicates, Finder, key, rank
from corpus.formats import read, write
from corpus.near_duplicates import NearDuplicates
from corpus.pair import Pair
from tests.command import muwazi
from tests.limits import largest_file

ROOT = Path(__file__).parent.parent.parent


def pair(source: str = "نعم", target: str = "Yes", number: int = 0, document: str = "a", **fields: Any) -> Pair:
    return Pair(document, 0, number, 0, 0, source, target, fields.pop("origin", "machine"), **fields)


def kept(pairs: Sequence[Pair], duplicates: Finder) -> list[str | None]:
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
UNSCORED = pair(score=None, number=0, document="0")


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
        (OTHER, UNSCORED),
        (GOOD, pair(score=nan, number=9)),
        (UNSCORED, pair(score=nan)),
        (pair(score=1), pair(score=0.5)),
        (pair(id="1", target="Yes"), pair(id="2", target="Sure")),
        (pair(document="\udc80"), pair(document="\udc81")),
        (pair(number=2**40), pair(number=2**70)),
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
        lambda source, target, origin, score, number, document: pair(
            source, target, number, document, origin=origin, score=score
        ),
        WORDS,
        st.sampled_from(["Yes", "No"]),
        ORIGINS,
        SCORES,
        st.integers(0, 3),
        st.sampled_from("ab"),
    ),
    unique_by=lambda made: made.id,
    max_size=30,
)


@contextmanager
def small(at_once: int = 3, different: int = 2, range_: int = 2) -> Iterator[None]:
    """Let a few records fill the memory, a shelf and a range of numbers."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_AT_ONCE", at_once)
        patch.setattr(module, "_DIFFERENT", different)
        patch.setattr(module, "_RANGE", range_)
        yield


def compared(pairs: Sequence[Pair], by: By) -> list[str | None]:
    """Find what is kept the simple way."""
    best: dict[bytes, Pair] = {}
    for one in sorted(pairs, key=rank):
        best.setdefault(key(one, by), one)
    return [None if best[key(one, by)] is one else best[key(one, by)].id for one in pairs]


@given(PAIRS, st.sampled_from(["source", "pair"]), st.randoms(), st.integers(1, 5), st.integers(1, 5))
def test_what_is_kept_depends_on_no_order(
    pairs: list[Pair], by: By, random: Random, at_once: int, different: int
) -> None:
    shuffled = random.sample(pairs, len(pairs))
    found = kept(pairs, Duplicates(by))
    assert found == compared(pairs, by)
    with small(at_once, different):
        assert kept(pairs, Duplicates(by)) == found
        again = dict(zip((p.id for p in shuffled), kept(shuffled, Duplicates(by)), strict=True))
    assert [again[p.id] for p in pairs] == found


def many(count: int) -> list[Pair]:
    """Give pairs of which every third one says what another one says."""
    return [
        pair(f"الجملة {number % (2 * count // 3)}", number=number, document=f"{number % 7}") for number in range(count)
    ]


def test_shelves_are_parted_until_each_fits() -> None:
    pairs = many(3000)
    with small(at_once=100, different=2, range_=50):  # 2000 different ones: some 8 of them on each shelf
        assert kept(pairs, Duplicates()) == compared(pairs, "source")


def test_one_sentence_of_all_documents_needs_no_parting() -> None:
    pairs = [pair(number=number, document=f"{number:04}") for number in range(500)]
    with small(at_once=10):
        assert kept(pairs[::-1], Duplicates()) == [pairs[0].id] * 499 + [None]


def test_what_came_twice_is_there_once() -> None:
    assert kept([GOOD, GOOD, POOR], Duplicates()) == [None, GOOD.id, GOOD.id]


def test_numbers_can_be_left_out_and_repeated_but_rise() -> None:
    with small():
        duplicates = Duplicates()
        for one in (GOOD, *[POOR] * 9):
            duplicates.add(one)
        assert [duplicates.kept_for(number) for number in (0, 0, 7, 7, 9)] == [None, None, *[GOOD.id] * 3]
        with pytest.raises(ValueError, match="rising"):
            duplicates.kept_for(0)


def test_memory_does_not_grow_with_the_corpus() -> None:
    def peak(count: int) -> int:
        tracemalloc.start()
        try:
            duplicates = Duplicates()
            for number in range(count):
                duplicates.add(pair(f"الجملة {number // 2}", number=number))
            for number in range(count):
                duplicates.kept_for(number)
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    with small(at_once=1000, different=1000, range_=1000):
        peak(2_000)  # what is loaded once
        assert peak(9_000) < 1.3 * peak(3_000)


def test_the_result_does_not_depend_on_pythons_hashes() -> None:
    code = (
        "from corpus.duplicates import Duplicates; from corpus.pair import Pair\n"
        "duplicates = Duplicates()\n"
        "pairs = [Pair(f'{n % 9}', 0, n, 0, 0, f'الجملة {n % 40}', 'So', 'machine') for n in range(120)]\n"
        "for pair in pairs: duplicates.add(pair)\n"
        "print([duplicates.kept_for(n) for n in range(120)])\n"
    )
    said = {
        subprocess.run(
            [sys.executable, "-X", "utf8", "-c", code],
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("0", "1", "77")
    }
    assert len(said) == 1
    assert said.pop().count(b"None") == 40


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give an empty folder that temporary files go to."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def test_temporary_files_go_with_what_made_them(temporary: Path) -> None:
    pairs = many(100)
    kept(pairs, Duplicates())
    assert not [*temporary.iterdir()], "a small corpus needs no files"
    with small():
        duplicates = Duplicates()
        assert any(kept(pairs, duplicates))
        assert [*temporary.iterdir()]
        del duplicates
    assert not [*temporary.iterdir()]


def filtered(tmp_path: Path) -> Any:
    return muwazi("filter", tmp_path / "in.jsonl", "-o", tmp_path / "out.jsonl", "--duplicates", "exact")


def test_the_command_leaves_no_temporary_files(temporary: Path, tmp_path: Path) -> None:
    pairs = many(100)
    write(pairs, tmp_path / "in.jsonl")
    with small():
        assert filtered(tmp_path).exit_code == 0
        expected = [p for p, better in zip(pairs, compared(pairs, "source"), strict=True) if better is None]
        assert [*read(tmp_path / "out.jsonl")] == expected
        (tmp_path / "out.jsonl").unlink()
        with (tmp_path / "in.jsonl").open("a") as handle:
            handle.write("{}\n")
        result = filtered(tmp_path)
    assert result.exit_code == 1
    assert "in.jsonl:101" in result.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.jsonl", "temporary"]
    del result
    gc.collect()
    assert not [*temporary.iterdir()]


def test_a_full_disk_is_one_line(temporary: Path, tmp_path: Path) -> None:
    write(many(300), tmp_path / "in.jsonl")
    with largest_file(200), small():
        result = filtered(tmp_path)
    assert result.exit_code == 1
    assert len(result.stderr.splitlines()) == 1
    assert f"{temporary}: temporary files cannot be written" in result.stderr
    assert "TMPDIR" in result.stderr
    assert not (tmp_path / "out.jsonl").exists()


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
