"""TSV: a header row and one pair a row; UTF-8, fields parted by tabs, rows ended by LF, no quoting.

So `cut`, pandas (`quoting=3`) and spreadsheets all read it. What some reader would take for the end of a
field, row or file is replaced by a space on writing (`corpus.formats.one_line`). Null is an empty field, so that an
empty target comes back as null. Faults are joined by commas. Places and alignment are not carried: a
pair that is read spans `0:0`, an empty span for a place that is not known.
"""

from collections.abc import Iterable, Iterator
from itertools import chain
from operator import itemgetter
from pathlib import Path

from corpus.formats import Report, bare
from corpus.formats.one_line import one_line
from corpus.formats.streams import lines, write_text
from corpus.pair import ORIGINS, Pair
from mt.errors import FormatError

__all__ = ["COLUMNS", "read", "write"]

COLUMNS = (
    *("id", "document", "paragraph", "sentence"),
    *("source", "target"),
    *("origin", "model", "score", "faults"),
)
_BARE = ["source", "target"]


def read(path: Path) -> Iterator[Pair]:
    """Give the pairs of a file; a byte order mark and CRLF are accepted.

    The first row decides: one that names all of `COLUMNS`, in any order, is a header; any other row of two
    fields begins a bare file (`source` and `target` as its header are accepted), which is read as
    `corpus.formats.bare` does.

    Raises `FormatError` with file and line for a missing or unknown column, a row with too many or too few
    fields, a field that is no number, an unknown origin, and bytes that are not UTF-8.
    """
    rows: Iterator[tuple[int, list[str]]] = ((number, line.split("\t")) for number, line in lines(path))
    first = next(rows, None)
    if first is None:
        return
    columns = first[1]
    if len(columns) == len(_BARE):
        if sorted(columns) != _BARE:
            rows = chain([first], rows)
        elif columns != _BARE:
            rows = ((number, fields[::-1]) for number, fields in rows)
        yield from bare.pairs_of(path, rows)
    else:
        _check_header(path, columns)
        in_order = itemgetter(*map(columns.index, COLUMNS))
        for number, fields in rows:
            if len(fields) != len(columns):
                raise FormatError(
                    f"{path}:{number}: {len(fields)} fields where {len(columns)} should be "
                    f"({' '.join(columns)}); look for a stray tab or line break"
                )
            yield _pair(path, number, *in_order(fields))


def write(pairs: Iterable[Pair], path: Path) -> Report:
    """Write every pair, one a row."""
    written = replaced = 0
    with write_text(path) as put:
        put("\t".join(COLUMNS) + "\n")
        for pair in pairs:
            cells = _cells(pair)
            if not "".join(cells).isprintable():
                for place, (cell, changed) in enumerate(map(one_line, cells)):
                    cells[place] = cell
                    replaced += changed
            put("\t".join(cells) + "\n")
            written += 1
    return Report(written, 0, replaced)


def _check_header(path: Path, fields: list[str]) -> None:
    """Raise `FormatError` where a file's first row is not `COLUMNS` in some order."""
    if sorted(fields) == sorted(COLUMNS):
        return
    missing = [column for column in COLUMNS if column not in fields]
    stray = [column for place, column in enumerate(fields) if column not in {*COLUMNS} - {*fields[:place]}]
    wrong = f"lacks the column {missing[0]!r}" if missing else f"has a stray column {stray[0]!r}"
    raise FormatError(f"{path}:1: the header {wrong}; it should be {' '.join(COLUMNS)}, or two fields alone")


def _cells(pair: Pair) -> list[str]:
    """Give the text of each of `COLUMNS`."""
    return [
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
    ]


def _pair(path: Path, line: int, *fields: str) -> Pair:
    """Make a pair of a row's fields in the order of `COLUMNS`."""
    name, document, paragraph, sentence, source, target, origin, model, score, faults = fields
    if origin not in ORIGINS:
        raise FormatError(f"{path}:{line}: origin {origin!r} is none of {', '.join(ORIGINS)}; mend the row")
    try:
        return Pair(
            document,
            int(paragraph),
            int(sentence),
            0,
            0,
            source,
            target or None,
            ORIGINS[origin],
            model=model or None,
            score=float(score) if score else None,
            faults=tuple(faults.split(",")) if faults else (),
            id=name,
        )
    except ValueError as error:
        raise FormatError(f"{path}:{line}: paragraph, sentence and score are numbers ({error}); mend the row") from None
