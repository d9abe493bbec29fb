"""Corpus formats: each module reads and writes streams of `Pair`.

`corpus.jsonl` is the truth and carries every field; the other formats are projections of it, and reading
one back gives the fields that it carries. Every writer streams, gives the same bytes for the same pairs,
and leaves a file that is whole or not there at all.

A format is a module here with `read(path) -> Iterator[Pair]` and `write(pairs, path) -> Report`, and a line
in `FORMATS`.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any, BinaryIO

from corpus.pair import Pair
from mt.errors import FormatError, InputError

__all__ = ["FORMATS", "Format", "Report", "format_of", "opened", "pair_at", "read", "write"]


@dataclass(frozen=True, slots=True)
class Report:
    """What became of the pairs: how many were written, how many skipped, how many characters replaced.

    A pair is skipped where it has no target and the format cannot say so. A character is replaced by a
    space where the format cannot hold it.
    """

    written: int
    skipped: int = 0
    replaced: int = 0


@dataclass(frozen=True, slots=True)
class Format:
    """A corpus format: its module, loaded on use, its file extensions, and whether its files bear a date."""

    module: str
    extensions: tuple[str, ...]
    dated: bool = False

    def load(self) -> ModuleType:
        """Import the format's module."""
        return import_module(self.module)


FORMATS: dict[str, Format] = {
    "jsonl": Format("corpus.formats.jsonl", (".jsonl",)),
    "tmx": Format("corpus.formats.tmx", (".tmx",), dated=True),
    "tsv": Format("corpus.formats.tsv", (".tsv",)),
}


def format_of(path: Path) -> str:
    """Name the format of a file by its extension, whatever its case.

    Raises `FormatError` for an extension that no format has.
    """
    for name, form in FORMATS.items():
        if path.suffix.lower() in form.extensions:
            return name
    known = ", ".join(extension for form in FORMATS.values() for extension in form.extensions)
    raise FormatError(
        f"{path}: no corpus format has the extension {path.suffix!r}; take one of {known}, or name the format"
    )


def read(path: Path, format: str | None = None) -> Iterator[Pair]:  # noqa: A002 (what callers say)
    """Give the pairs of a file, one after another; its extension tells the format where `format` does not.

    Raises `FormatError` at once for an unknown format, and while reading, with file and line, for what
    breaks the format; `InputError` for a file that cannot be read.
    """
    pairs: Iterator[Pair] = _format(path, format).load().read(path)
    return pairs


def write(
    pairs: Iterable[Pair],
    path: Path,
    format: str | None = None,  # noqa: A002 (what callers say)
    *,
    date: datetime | None = None,
) -> Report:
    """Write the pairs to a file; its extension tells the format where `format` does not.

    `date` is when the corpus was made, for the formats that say so (TMX); an aware datetime.

    Raises `FormatError` for an unknown format or a pair that the format cannot hold, `InputError` where the
    file cannot be written.
    """
    form = _format(path, format)
    options = {"date": date} if form.dated else {}
    report: Report = form.load().write(pairs, path, **options)
    return report


def opened(path: Path) -> BinaryIO:
    """Open a corpus file for reading bytes; raises `InputError` where that fails."""
    try:
        return path.open("rb")
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}); check the path") from error


def pair_at(path: Path, line: int, record: dict[str, Any]) -> Pair:
    """Make a pair of the record at a line of a file; raises `FormatError` with the place."""
    try:
        return Pair.from_dict(record)
    except FormatError as error:
        raise FormatError(f"{path}:{line}: {error}; mend this line or write the file anew") from None


def _format(path: Path, name: str | None) -> Format:
    """Find a format by its name or the path's extension."""
    if name is None:
        name = format_of(path)
    if name not in FORMATS:
        raise FormatError(f"{path}: unknown corpus format {name!r}; say one of {', '.join(FORMATS)}")
    return FORMATS[name]
