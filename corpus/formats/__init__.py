"""Corpus formats: each module reads and writes streams of `Pair`.

`corpus.jsonl` is the truth and carries every field; the other formats are projections of it, and reading
one back gives the fields that it carries: `Format.fields`. Every writer streams, gives the same bytes for the
same pairs, and leaves a file that is whole or not there at all. All but Parquet, which compresses by itself, may
be compressed (`.gz`, `.zst`, `.xz`), and all that are one text may be piped (`-`).

A format is a module here with `read(path) -> Iterator[Pair]` and `write(pairs, path) -> Report`, and a line
in `FORMATS`.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, fields
from datetime import datetime
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

from corpus.formats.streams import STANDARD, plain
from corpus.pair import Pair
from corpus.shard import shards_in
from mt.errors import FormatError, InputError

__all__ = ["FORMATS", "READABLE", "Format", "Report", "files", "find", "format_of", "pair_at", "read", "write"]


@dataclass(frozen=True, slots=True)
class Report:
    """What became of the pairs: how many were written, how many skipped, how many characters replaced.

    A pair is skipped where it lacks the source or the target and the format needs both. A character is replaced by
    a space where the format cannot hold it.
    """

    written: int
    skipped: int = 0
    replaced: int = 0


_ALL = frozenset(field.name for field in fields(Pair))
_TEXTS = frozenset({"source", "target"})


@dataclass(frozen=True, slots=True)
class Format:
    """A corpus format: its module, loaded on use, its file extensions, and what it can do.

    `fields` are those of a pair that it holds, and that come back when it is read. `whole` says that a pair needs both
    texts, `dated` that its files bear a date, `repaired` that its reader mends what other programs get wrong. It may
    not be `readable` at all, nor be `piped`. A format without an extension has to be named.
    """

    module: str
    extensions: tuple[str, ...]
    fields: frozenset[str] = _ALL
    whole: bool = False
    dated: bool = False
    repaired: bool = False
    readable: bool = True
    piped: bool = True

    def load(self) -> ModuleType:
        """Import the format's module."""
        return import_module(self.module)


FORMATS: dict[str, Format] = {
    "jsonl": Format("corpus.formats.jsonl", (".jsonl",)),
    "tmx": Format("corpus.formats.tmx", (".tmx",), whole=True, dated=True, repaired=True),
    "tsv": Format(
        "corpus.formats.tsv",
        (".tsv",),
        _ALL - {"start", "end", "bead", "alignment_score", "target_start", "target_end"},
    ),
    "bare": Format("corpus.formats.bare", (), _TEXTS, whole=True),
    "moses": Format("corpus.formats.moses", (".ar", ".en"), _TEXTS, whole=True, piped=False),
    "parquet": Format("corpus.formats.parquet", (".parquet",), piped=False),
    "xliff": Format("corpus.formats.xliff", (".xlf", ".xliff"), readable=False),
}
READABLE = tuple(name for name, form in FORMATS.items() if form.readable)


def format_of(path: Path) -> str:
    """Name the format of a file by its extension, whatever its case, before that of a compression.

    Raises `FormatError` for an extension that no format has, and for the standard input and output.
    """
    if path == STANDARD:
        raise FormatError(f"a pipe has no extension; name its format with --from or --to: {', '.join(FORMATS)}")
    suffix = plain(path).suffix
    for name, form in FORMATS.items():
        if suffix.lower() in form.extensions:
            return name
    known = ", ".join(extension for form in FORMATS.values() for extension in form.extensions)
    raise FormatError(f"{path}: no corpus format has the extension {suffix!r}; take one of {known}, or name the format")


def find(path: Path) -> Path:
    """Give the file of a corpus: corpus.jsonl in a corpus folder or in a folder's only shard, else the path itself.

    Raises `InputError` for a folder without one.
    """
    if not path.is_dir():
        return path
    inside = path / "corpus.jsonl"
    if not inside.is_file():
        shards = shards_in(path)
        if len(shards) > 1:
            raise InputError(
                f"{path} holds {len(shards):,} shards; name one, or make one corpus of them: muwazi merge {path} -o OUT"
            )
        if shards and (shards[0] / "corpus.jsonl").is_file():
            return shards[0] / "corpus.jsonl"
        raise InputError(f"{path}: a folder without corpus.jsonl; give a corpus file, or a folder that build made")
    return inside


def files(path: Path, format: str | None = None) -> tuple[Path, ...]:  # noqa: A002 (what callers say)
    """Give the files that a corpus of this path consists of: itself, or the two of Moses."""
    module = _format(path, format).load()
    found: tuple[Path, ...] = module.files(path) if hasattr(module, "files") else (path,)
    return found


def read(
    path: Path,
    format: str | None = None,  # noqa: A002 (what callers say)
    *,
    strict: bool = False,
    notice: Callable[[str], None] | None = None,
) -> Iterator[Pair]:
    """Give the pairs of a file, one after another; its extension tells the format where `format` does not.

    What another program got wrong but is clear is mended where `notice` is there to be told how often; without it, or
    with `strict`, it is refused.

    Raises `FormatError` at once for an unknown format, and while reading, with file and line, for what
    breaks the format; `InputError` for a file that cannot be read.
    """
    form = _format(path, format)
    if not form.readable:
        raise FormatError(f"{path}: this format is only written; read one of {', '.join(READABLE)}")
    options = {"notice": None if strict else notice} if form.repaired else {}
    pairs: Iterator[Pair] = form.load().read(path, **options)
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
    form = FORMATS[name]
    if path == STANDARD and not form.piped:
        raise FormatError(f"{name} does not go through a pipe; give a file")
    return form
