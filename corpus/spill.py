"""Records set aside in temporary files while there are more of them than memory should hold.

They are written by `marshal`, several times as fast as by `json` or `pickle`, to files that no other process reads. The
folder is in TMPDIR; it goes with the object that owns it, at the latest when Python ends. A process that is killed
leaves it behind.
"""

import marshal
import shutil
import tempfile
import weakref
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import chain, islice
from pathlib import Path
from typing import IO, Any, TypeAlias

from mt.errors import InputError

__all__ = ["Record", "Scratch", "Shelves"]

Record: TypeAlias = Any
"""A text, bytes, a number, a truth value, None, or a tuple of such."""


class Scratch:
    """A folder for temporary files, made with the first of them."""

    def __init__(self) -> None:
        self._path: Path | None = None

    def append(self, name: str, records: Iterable[Record], at_once: int) -> None:
        """Write records at the end of a file, in blocks of so many.

        Raises `InputError` where the disk is full or the folder cannot be written to.
        """
        with _accessed(), self._open(name, "ab") as handle:
            records = iter(records)
            while block := list(islice(records, at_once)):
                data = marshal.dumps(block)
                handle.write(len(data).to_bytes(8, "little") + data)

    def read(self, name: str) -> Iterator[Record]:
        """Give the records of a file in order, one block in memory at a time.

        Raises `InputError` where the file is gone.
        """
        with _accessed(), self._open(name, "rb") as handle:
            while size := handle.read(8):
                yield from marshal.loads(handle.read(int.from_bytes(size, "little")))

    def remove(self, name: str) -> None:
        """Remove a file."""
        (self._folder() / name).unlink(missing_ok=True)

    def _open(self, name: str, mode: str) -> IO[bytes]:
        return open(f"{self._folder()}/{name}", mode)  # noqa: PTH123 (a Path of each of thousands of names is slower)

    def _folder(self) -> Path:
        if self._path is None:
            self._path = Path(tempfile.mkdtemp(prefix="muwazi-"))
            weakref.finalize(self, shutil.rmtree, self._path, ignore_errors=True)
        return self._path


class Shelves:
    """Records on numbered shelves: in memory while there are few, then in a file for each shelf.

    `name` tells the files from those of others in the same folder; `at_once` records at most are in memory.
    """

    def __init__(self, scratch: Scratch, name: str, at_once: int) -> None:
        self._scratch = scratch
        self._name = name
        self._at_once = at_once
        self._count = 0
        self._memory: defaultdict[int, list[Record]] = defaultdict(list)
        self._files: set[int] = set()

    def put(self, shelf: int, record: Record) -> None:
        """Put a record on a shelf, behind those that are there."""
        self._memory[shelf].append(record)
        self._count += 1
        if self._count >= self._at_once:
            self._spill()

    def __iter__(self) -> Iterator[int]:
        """Give the numbers of the shelves that hold something."""
        return iter(sorted(self._memory.keys() | self._files))

    def read(self, shelf: int) -> Iterator[Record]:
        """Give the records of a shelf, in the order in which they were put there."""
        filed = self._scratch.read(self._file(shelf)) if shelf in self._files else ()
        return chain(filed, self._memory.get(shelf, ()))

    def clear(self, shelf: int) -> None:
        """Take everything off a shelf."""
        self._count -= len(self._memory.pop(shelf, ()))
        if shelf in self._files:
            self._files.remove(shelf)
            self._scratch.remove(self._file(shelf))

    def _file(self, shelf: int) -> str:
        return f"{self._name}-{shelf}"

    def _spill(self) -> None:
        for shelf, records in self._memory.items():
            self._scratch.append(self._file(shelf), records, self._at_once)
            self._files.add(shelf)
        self._memory.clear()
        self._count = 0


@contextmanager
def _accessed() -> Iterator[None]:
    """Turn errors of the disk into `InputError`."""
    try:
        yield
    except OSError as error:
        raise InputError(
            f"{tempfile.tempdir or 'TMPDIR'}: temporary files cannot be written or read ({error.strerror or error}); "
            "free space there, or set TMPDIR to a folder on a larger disk"
        ) from error
