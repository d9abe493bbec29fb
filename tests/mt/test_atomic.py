"""A file is there whole or not at all, and nothing is left beside it."""

import errno
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from mt.atomic import atomic
from mt.errors import InputError
from tests.limits import largest_file


@pytest.fixture(params=["old", None], ids=["over a file", "a new file"])
def path(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    place = tmp_path / "corpus.tmx"
    if request.param:
        place.write_text(request.param)
    return place


def as_it_was(path: Path) -> bool:
    """Whether the folder holds the old file or nothing."""
    return [(p.name, p.read_text()) for p in path.parent.iterdir()] in ([], [("corpus.tmx", "old")])


def test_it_appears_at_the_end(path: Path) -> None:
    with atomic(path) as handle:
        handle.write(b"new")
        handle.flush()
        assert not path.exists() or path.read_text() == "old"
    assert path.read_text() == "new"
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, SystemExit, GeneratorExit, MemoryError])
def test_an_exception_leaves_what_was_there(path: Path, error: type[BaseException]) -> None:
    def write() -> None:
        with atomic(path) as handle:
            handle.write(b"half")
            raise error

    with pytest.raises(error):
        write()
    assert as_it_was(path)


def test_an_abandoned_generator_leaves_what_was_there(path: Path) -> None:
    def writing() -> Iterator[None]:
        with atomic(path) as handle:
            handle.write(b"half")
            yield

    generator = writing()
    next(generator)
    del generator
    assert as_it_was(path)


@pytest.mark.parametrize("step", ["os.fsync", "pathlib.Path.replace"])
def test_a_full_disk_is_one_line(path: Path, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(step, full)
    message = r"corpus\.tmx: cannot be written \(No space left on device\); nothing was changed"
    with pytest.raises(InputError, match=message), atomic(path) as handle:
        handle.write(b"new")
    assert as_it_was(path)


def test_a_file_too_large_is_one_line(path: Path) -> None:
    """A real refusal by the system, in the middle of the writing."""
    message = r"corpus\.tmx: cannot be written \(File too large\); nothing was changed"
    with largest_file(100_000), pytest.raises(InputError, match=message), atomic(path) as handle:
        handle.writelines(b"x" * 10_000 for _ in range(100))
    assert as_it_was(path)


def test_the_errors_of_other_files_are_their_own(path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="other"), atomic(path) as handle:
        handle.write(Path("no/other").read_bytes())
    assert as_it_was(path)


@pytest.mark.parametrize("umask", [0o022, 0o077, 0o002])
def test_the_mode_follows_the_mask(path: Path, umask: int) -> None:
    before = os.umask(umask)
    try:
        with atomic(path) as handle:
            handle.write(b"new")
        assert path.stat().st_mode & 0o777 == 0o666 & ~umask
        assert os.umask(umask) == umask, "the mask itself stays"
    finally:
        os.umask(before)


@pytest.mark.parametrize(
    ("place", "message"),
    [
        ("no/folder/file", r"No such file or directory\); choose another place"),
        ("file/below", r"file/below: cannot be written \(Not a directory\); choose another place"),
        ("folder", "folder: is no file; choose another place"),
        ("pipe", "pipe: is no file; choose another place"),
        ("x" * 300, r"File name too long"),
    ],
)
def test_where_no_file_can_be(tmp_path: Path, place: str, message: str) -> None:
    (tmp_path / "file").write_text("old")
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(InputError, match=message), atomic(tmp_path / place) as handle:
        handle.write(b"new")
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize("name", ["x" * 255, "ك" * 127, "😀" * 63, ".hidden", "a b\n"])
def test_any_name_that_the_system_takes(tmp_path: Path, name: str) -> None:
    with atomic(tmp_path / name) as handle:
        handle.write(b"new")
    assert (tmp_path / name).read_bytes() == b"new"
    assert len(list(tmp_path.iterdir())) == 1


def test_two_at_once_do_not_meet(path: Path) -> None:
    with atomic(path) as one, atomic(path) as two:
        one.write(b"one")
        two.write(b"two")
    assert path.read_text() == "one"  # the outer one ends last
    assert list(path.parent.iterdir()) == [path]
