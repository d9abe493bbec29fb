"""Records in temporary files."""

import tempfile
from collections import defaultdict
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.spill import Record, Scratch, Shelves
from mt.errors import InputError

TEXTS = st.text(st.characters(exclude_categories=()), max_size=5)  # lone surrogates too
VALUES = TEXTS | st.binary(max_size=5) | st.integers() | st.floats(allow_nan=False) | st.none() | st.booleans()
RECORDS = st.tuples(VALUES, VALUES)


@settings(max_examples=40)  # files are written
@given(st.lists(st.tuples(st.integers(0, 3), RECORDS)), st.integers(1, 9))
def test_shelves_give_what_was_put_there_in_order(put: list[tuple[int, Record]], at_once: int) -> None:
    shelves = Shelves(Scratch(), "test", at_once)
    expected: dict[int, list[Record]] = defaultdict(list)
    for shelf, record in put:
        shelves.put(shelf, record)
        expected[shelf].append(record)
    assert [*shelves] == sorted(expected)
    for shelf, records in expected.items():
        assert [*shelves.read(shelf)] == [*shelves.read(shelf)] == records
        shelves.clear(shelf)
        assert [*shelves.read(shelf)] == []
    assert [*shelves] == []


def test_a_cleared_shelf_can_be_filled_again() -> None:
    shelves = Shelves(Scratch(), "test", 2)
    for turn in range(2):
        for record in range(5):
            shelves.put(0, (turn, record))
        assert [*shelves.read(0)] == [(turn, record) for record in range(5)]
        shelves.clear(0)


def test_files_are_written_block_by_block_and_removed() -> None:
    scratch = Scratch()
    scratch.append("a", iter([1, 2, 3]), 2)
    scratch.append("a", [4], 2)
    assert [*scratch.read("a")] == [1, 2, 3, 4]
    scratch.remove("a")
    with pytest.raises(InputError, match="No such file"):
        next(scratch.read("a"))


def test_a_folder_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "missing"))
    with pytest.raises(InputError, match=r"missing: temporary files cannot be written or read .*TMPDIR"):
        Scratch().append("a", [1], 1)
