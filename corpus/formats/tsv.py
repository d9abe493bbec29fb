"""TSV: a header row and one pair a row; UTF-8, fields parted by tabs, rows ended by LF, no quoting.

So `cut`, pandas (`quoting=3`) and spreadsheets all read it. What some reader would take for the end of a
field, row or file is replaced by a space on writing: tab, everything that `str.splitlines` breaks at, and
U+0000; so are surrogates, which UTF-8 cannot hold. Null is an empty field, so that an empty target comes
back as null. Faults are joined by commas. `start`, `end`, `bead` and `alignment_score` are not carried: a
pair that is read spans `0:0`, an empty span for a place that is not known.

A bare file has the columns source and target alone, and no header (ParaCrawl, OpusFilter).
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

from corpus.formats import Report, opened, pair_at
from corpus.pair import Pair
from mt.atomic import atomic
from mt.errors import FormatError

__all__ = ["BARE", "COLUMNS", "read", "write"]

COLUMNS = (
    *("id", "document", "paragraph", "sentence"),
    *("source", "target"),
    *("origin", "model", "score", "faults"),
)
BARE = ("source", "target")

_REPLACED = re.compile("[\\x00\t\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029\ud800-\udfff]")


def read(path: Path) -> Iterator[Pair]:
    """Give the pairs of a file; a byte order mark and CRLF are accepted.

    The first row decides: one that names all of `COLUMNS`, in any order, is a header; any other row of two
    fields begins a bare file (`source` and `target` as its header are accepted). Pairs of a bare file
    belong to the document that the file is named after, are numbered from 0 in one paragraph and count as
    human.

    Raises `FormatError` with file and line for a missing or unknown column, a row with too many or too few
    fields, a field that is no number, an unknown origin, and bytes that are not UTF-8.
    """
    with opened(path) as handle:
        rows = _rows(path, handle)
        first = next(rows, None)
        if first is None:
            return
        columns = _header(path, first[1])
        if columns is None:
            columns, rows = BARE, chain([first], rows)
        for index, (number, fields) in enumerate(rows):
            if len(fields) != len(columns):
                raise FormatError(
                    f"{path}:{number}: {len(fields)} fields where {len(columns)} should be "
                    f"({' '.join(columns)}); look for a stray tab or line break"
                )
            row = dict(zip(columns, fields, strict=True))
            record = _full(path, number, row) if "id" in row else _bare(path, index, row)
            yield pair_at(path, number, record)


def write(pairs: Iterable[Pair], path: Path, *, bare: bool = False) -> Report:
    """Write the pairs, one a row; with `bare` source and target alone, of the pairs that have a target."""
    written = skipped = replaced = 0
    with atomic(path) as handle:
        if not bare:
            handle.write("\t".join(COLUMNS).encode() + b"\n")
        for pair in pairs:
            if bare and pair.target is None:
                skipped += 1
                continue
            cells = []
            for text in (pair.source, pair.target or "") if bare else _fields(pair):
                cell, changed = _REPLACED.subn(" ", text)
                cells.append(cell)
                replaced += changed
            handle.write("\t".join(cells).encode() + b"\n")
            written += 1
    return Report(written, skipped, replaced)


def _rows(path: Path, lines: Iterable[bytes]) -> Iterator[tuple[int, list[str]]]:
    """Cut lines into their fields, and count them from 1."""
    for number, line in enumerate(lines, 1):
        try:
            row = line.decode("utf-8-sig" if number == 1 else "utf-8")
        except UnicodeDecodeError as error:
            raise FormatError(
                f"{path}:{number}: byte {error.start + 1} of the line is not UTF-8; convert the file to UTF-8"
            ) from None
        yield number, row.removesuffix("\n").removesuffix("\r").split("\t")


def _header(path: Path, fields: list[str]) -> Sequence[str] | None:
    """Give the columns that a file's first row names, or None where it is a bare file's first pair."""
    if sorted(fields) in (sorted(COLUMNS), sorted(BARE)):
        return fields
    if len(fields) == len(BARE):
        return None
    missing = [column for column in COLUMNS if column not in fields]
    stray = [column for place, column in enumerate(fields) if column not in {*COLUMNS} - {*fields[:place]}]
    wrong = f"lacks the column {missing[0]!r}" if missing else f"has a stray column {stray[0]!r}"
    raise FormatError(f"{path}:1: the header {wrong}; it should be {' '.join(COLUMNS)}, or two fields alone")


def _fields(pair: Pair) -> tuple[str, ...]:
    """Give the text of each of `COLUMNS`."""
    return (
        pair.id,
        pair.document,
        str(pair.paragraph),
        str(pair.sentence),
        pair.source,
        pair.target or "",
        pair.origin,
        pair.model or "",
        "" if pair.score is None else repr(pair.score),
        ",".join(pair.faults),
    )


def _full(path: Path, line: int, row: dict[str, str]) -> dict[str, Any]:
    """Make a record of a row that has all of `COLUMNS`."""
    try:
        numbers = {
            "paragraph": int(row["paragraph"]),
            "sentence": int(row["sentence"]),
            "score": float(row["score"]) if row["score"] else None,
        }
    except ValueError as error:
        raise FormatError(f"{path}:{line}: paragraph, sentence and score are numbers ({error}); mend the row") from None
    faults = row["faults"].split(",") if row["faults"] else []
    nullable = {"target": row["target"] or None, "model": row["model"] or None}
    return {**row, **numbers, **nullable, "faults": faults, "start": 0, "end": 0}


def _bare(path: Path, index: int, row: dict[str, str]) -> dict[str, Any]:
    """Make a record of a bare row, the `index`-th of its file from 0."""
    return {
        "document": path.stem,
        "paragraph": 0,
        "sentence": index,
        "start": 0,
        "end": 0,
        "source": row["source"],
        "target": row["target"] or None,
        "origin": "human",
    }
