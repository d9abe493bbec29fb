"""The documents that a build has finished, one behind another in one file.

A document is a line that tells its key, its size and its digest, and then its pairs, a line each as in
`corpus.jsonl`. A kill or a power cut can leave the end of the file torn; what does not agree with its digest counts
as not there.
"""

import json
import os
import time
from collections.abc import Iterable, Iterator, Mapping
from hashlib import blake2b
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Self

from corpus.pair import Pair

__all__ = ["Journal", "keys_in", "line_of", "pair_of"]

SYNC = 1.0
"""Seconds of work that a power cut may cost; a kill costs none."""
_HEAD = b'{"key":'


class Journal:
    """A file of finished documents that this process alone writes to.

    Each has a key, under which it is found again, and `facts`, which are any JSON object.

    Raises `OSError` where the file cannot be opened or written.
    """

    def __init__(self, path: Path) -> None:
        self._file = path.open("ab", buffering=0)  # so that nothing half written waits in a buffer after an error
        self._reader = path.open("rb")
        self._places, end = _places(self._reader)
        self._file.truncate(end)
        self._synced = time.monotonic()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self._file.close()
        self._reader.close()

    def __contains__(self, key: str) -> bool:
        return key in self._places

    def append(self, key: str, lines: Iterable[bytes], facts: Mapping[str, Any]) -> None:
        """Add a finished document, or put it in the place of the one that has its key.

        What could not be written whole is taken back, so that the file can be written to again.
        """
        data = b"".join(lines)
        head = line_of({"key": key, "bytes": len(data), "digest": _digest(data), "facts": facts})
        start = self._file.seek(0, os.SEEK_END)
        rest = memoryview(head + data)
        try:
            while rest:
                rest = rest[self._file.write(rest) :]
        except OSError:
            self._file.truncate(start)
            raise
        self._places[key] = (start, len(head), len(data))
        if time.monotonic() - self._synced > SYNC:
            self.sync()

    def sync(self) -> None:
        """Wait until all of it is on the disk."""
        os.fsync(self._file.fileno())
        self._synced = time.monotonic()

    def read(self, key: str) -> tuple[list[bytes], dict[str, Any]]:
        """Give a document's lines and facts."""
        start, head, size = self._places[key]
        self._reader.seek(start)
        facts: dict[str, Any] = json.loads(self._reader.read(head))["facts"]
        return self._reader.read(size).splitlines(keepends=True), facts


def keys_in(path: Path) -> frozenset[str]:
    """Tell which documents a journal has, without writing to it; none where there is no file."""
    try:
        with path.open("rb") as file:
            return frozenset(_places(file)[0])
    except FileNotFoundError:
        return frozenset()


def line_of(record: Mapping[str, Any]) -> bytes:
    """Write a record as a line of JSON, lone surrogates as their escapes."""
    return _encode(record).encode("utf-8", "backslashreplace") + b"\n"


def pair_of(line: bytes) -> Pair:
    """Read a pair's line."""
    return Pair.from_dict(json.loads(line.decode()))  # which need not guess the encoding


def _places(file: BinaryIO) -> tuple[dict[str, tuple[int, int, int]], int]:
    """Find the documents that are whole: start, size of the head and of the rest, by key; and where the last one ends.

    What is broken goes as far as the next line that reads as a head.
    """
    places: dict[str, tuple[int, int, int]] = {}
    end = 0
    for start, first, lines in _stretches(file):
        try:
            head = json.loads(first)
            key, size, digest = str(head["key"]), int(head["bytes"]), head["digest"]
        except (ValueError, KeyError, TypeError):
            continue
        data = b"".join(lines)[:size]  # behind it may be the beginning of a head
        if first.endswith(b"\n") and len(data) == size and _digest(data) == digest:
            places[key] = (start, len(first), size)
            end = start + len(first) + size
    return places, end


def _stretches(file: BinaryIO) -> Iterator[tuple[int, bytes, list[bytes]]]:
    """Give each head with its place and the lines behind it."""
    file.seek(0)
    start, at = 0, 0
    first, lines = b"", list[bytes]()
    for line in file:
        if line.startswith(_HEAD):
            yield start, first, lines
            start, first, lines = at, line, []
        else:
            lines.append(line)
        at += len(line)
    yield start, first, lines


def _digest(data: bytes) -> str:
    return blake2b(data, digest_size=8).hexdigest()


_encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode
