"""Parallel files: UTF-8 text, one segment a line, line N of each file belonging together.

A line ends at LF alone: U+2028, form feeds and their like are text, and `str.splitlines` would cut at them.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path

from mt.errors import InputError

__all__ = [
    "check_parallel",
    "decode_segments",
    "drop_blank",
    "find_blank",
    "find_copied",
    "find_tokenised",
    "listed",
    "read_segments",
]


def read_segments(path: Path) -> list[str]:
    """Read a file's segments, in order.

    Raises `InputError` for a file that cannot be read, is not UTF-8 or is empty.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}); check the name") from error
    return decode_segments(data, str(path))


def decode_segments(data: bytes, name: str) -> list[str]:
    """Cut a file's bytes into segments; `name` is what messages call the file.

    A byte order mark at the start and a CR at the end of a line are dropped; a last line without LF counts.

    Raises `InputError` for bytes that are not UTF-8, for U+0000, which no text has, and for a file without a line.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        # error.object is the data without the byte order mark.
        line = error.object.count(b"\n", 0, error.start) + 1
        byte = error.object[error.start]
        raise InputError(f"{name}:{line}: byte 0x{byte:02x} is not UTF-8; convert the file to UTF-8") from error
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise InputError(f"{name}:{line}: has a NUL character, which no text has; give a text file")
    if not text:
        raise InputError(f"{name}: is empty; it should hold one segment a line")
    lines = text.split("\n")
    if not lines[-1]:
        lines.pop()
    return [line.removesuffix("\r") for line in lines]


def check_parallel(columns: Sequence[tuple[str, Sequence[object]]]) -> int:
    """Give the number of segments that all columns (name, segments) have.

    Raises `InputError` with both counts and names where two differ, and where there is no segment at all.
    """
    first, segments = columns[0]
    for name, others in columns[1:]:
        if len(others) != len(segments):
            raise InputError(
                f"{name} has {len(others)} segments, but {first} has {len(segments)}; "
                "give texts that run parallel, one segment a line"
            )
    if not segments:
        raise InputError(f"{first} has no segments; there is nothing to score")
    return len(segments)


def drop_blank(references: Sequence[Sequence[str]]) -> list[list[str | None]]:
    """Take a blank segment of one reference set for a missing one (None) where another set has text.

    A segment that is blank in every set stays: it may be meant so, and can be scored.
    """
    columns: list[list[str | None]] = [[] for _ in references]
    for alternatives in zip(*references, strict=True):
        some = any(text.strip() for text in alternatives)
        for column, text in zip(columns, alternatives, strict=True):
            column.append(None if some and not text.strip() else text)
    return columns


def find_blank(segments: Iterable[str]) -> list[int]:
    """List the numbers, from 1, of segments that are empty or white space."""
    return [number for number, text in enumerate(segments, 1) if not text.strip()]


def find_copied(segments: Sequence[str], source: Sequence[str]) -> list[int]:
    """List the numbers, from 1, of segments that are their source unchanged; blank ones do not count."""
    pairs = enumerate(zip(segments, source, strict=True), 1)
    return [number for number, (text, original) in pairs if text.strip() and text.strip() == original.strip()]


def find_tokenised(segments: Iterable[str]) -> list[int]:
    """List the numbers, from 1, of segments that end in a full stop set apart, as tokenised text does."""
    return [number for number, text in enumerate(segments, 1) if text.endswith(" .")]


def listed(numbers: Sequence[int], fault: str, most: int = 10) -> str:
    """Say how many segments have a fault, and on which lines, of which the first few are named."""
    plural = "" if len(numbers) == 1 else "s"
    more = f" and {len(numbers) - most} more" if len(numbers) > most else ""
    lines = ", ".join(map(str, numbers[:most]))
    return f"{len(numbers)} segment{plural} {fault} (line{plural} {lines}{more})"
