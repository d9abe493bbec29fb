"""A file of segments is read as it was written, and faults are found by line."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.segments import (
    check_parallel,
    decode_segments,
    drop_blank,
    find_blank,
    find_copied,
    find_tokenised,
    read_segments,
)
from mt.errors import InputError

# A carriage return ends a segment only where the file came from Windows.
segments = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\n\r\ufeff"))


@given(st.lists(segments, min_size=1), st.sampled_from(["\n", "\r\n"]), st.booleans())
def test_reading_is_the_inverse_of_writing(lines: list[str], ending: str, mark: bool) -> None:
    data = "".join(line + ending for line in lines).encode("utf-8-sig" if mark else "utf-8")
    assert decode_segments(data, "file") == lines


@pytest.mark.parametrize(
    ("data", "lines"),
    [
        (b"one\ntwo\n", ["one", "two"]),
        (b"one\ntwo", ["one", "two"]),
        (b"one\n\n", ["one", ""]),
        (b"\n", [""]),
        (b"\n\none", ["", "", "one"]),
        (b"\xef\xbb\xbfone\r\ntwo\r\n", ["one", "two"]),
        (b"one\rstill one\n", ["one\rstill one"]),
        ("one\u2028still\x0bone\x0c\x85\x1c\n".encode(), ["one\u2028still\x0bone\x0c\x85\x1c"]),
        (b" kept \t\n", [" kept \t"]),
    ],
)
def test_lines_end_at_line_feeds_alone(data: bytes, lines: list[str]) -> None:
    assert decode_segments(data, "file") == lines


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "file: is empty"),
        (b"\xef\xbb\xbf", "file: is empty"),
        (b"caf\xe9\n", "file:1: byte 0xe9 is not UTF-8"),
        (b"\xef\xbb\xbfa\n\nb\xff\n", "file:3: byte 0xff is not UTF-8"),
        (b"one\nt\0o\n", "file:2: has a NUL character"),
        ("one\n".encode("utf-16"), "file:1: byte 0xff is not UTF-8"),
    ],
)
def test_what_is_not_text_is_refused_at_its_line(data: bytes, message: str) -> None:
    with pytest.raises(InputError, match=message):
        decode_segments(data, "file")


def test_a_file_is_read_or_named(tmp_path: Path) -> None:
    path = tmp_path / "reference.en"
    path.write_bytes("Good morning.\nصباح الخير\n".encode())
    assert read_segments(path) == ["Good morning.", "صباح الخير"]
    with pytest.raises(InputError, match=r"missing\.en: cannot be read \(No such file"):
        read_segments(tmp_path / "missing.en")
    with pytest.raises(InputError, match="cannot be read"):
        read_segments(tmp_path)


def test_unequal_files_are_refused_with_names_and_counts() -> None:
    assert check_parallel([("a.en", ["1", "2"]), ("b.en", ["3", "4"])]) == 2
    with pytest.raises(InputError, match=r"c\.en has 3 segments, but a\.en has 2"):
        check_parallel([("a.en", ["1", "2"]), ("b.en", ["3", "4"]), ("c.en", ["5", "6", "7"])])


@pytest.mark.parametrize(
    ("references", "kept"),
    [
        ([["a", "b"]], [["a", "b"]]),
        ([["a", ""]], [["a", ""]]),
        ([["a", " "], ["", "b"]], [["a", None], [None, "b"]]),
        ([["a", ""], ["b", ""]], [["a", ""], ["b", ""]]),
    ],
    ids=["full", "the only one", "in turn", "in all"],
)
def test_a_blank_reference_is_missing_where_there_is_another(
    references: list[list[str]], kept: list[list[str | None]]
) -> None:
    assert drop_blank(references) == kept


def test_faults_are_found_by_line() -> None:
    lines = ["Well .", "", "صباح الخير", " \t", "Done."]
    assert find_blank(lines) == [2, 4]
    assert find_tokenised(lines) == [1]
    assert find_copied(lines, ["نعم.", "", "صباح الخير ", " \t", "تم."]) == [3]
