"""The check of TSV, which has a header or is bare."""

from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO

from corpus.formats.streams import plain
from corpus.formats.tsv import COLUMNS
from corpus.pair import Pair
from corpus.validation.lines import break_in, lines_of
from corpus.validation.records import Ids, Sides, problems_of
from corpus.validation.rules import Finding, Problem, Subject, short
from mt.errors import FormatError

__all__ = ["check"]

_BARE = ("source", "target")


def check(subject: Subject, handle: BinaryIO) -> Iterator[Finding]:
    """Give what is wrong with the rows of a file, then what is wrong with it as a whole."""
    ids, sides = Ids(), Sides()
    columns: Sequence[str] | None = _BARE if subject.format == "bare" else None
    for line in lines_of(handle):
        cells = line.text.split("\t")
        problems = list(line.problems)
        # Of a row the tabs alone are not printable, if nothing is wrong.
        if not "".join(cells).isprintable() and (problem := break_in(line.text)):
            problems.append(problem)
        if columns is None:
            columns, problem = _columns(cells)
            if problem:
                yield from subject.findings(line.number, None, *problems, problem)
                return  # without columns no row can be judged
            if columns == cells:
                yield from subject.findings(line.number, None, *problems)
                continue
        subject.units += 1
        if len(cells) != len(columns):
            wanted = f"{len(cells)} fields where {len(columns)} should be ({' '.join(columns)})"
            problems.append(("fields", f"{wanted}; look for a stray tab or line break"))
            yield from subject.findings(line.number, str(subject.units), *problems)
            continue
        row = dict(zip(columns, cells, strict=True))
        sides.add(row["source"], row["target"])
        if "id" not in row:
            yield from subject.findings(line.number, str(subject.units), *problems, *_bare(row))
            continue
        unit = row["id"] or str(subject.units)
        if row["id"]:
            ids.add(row["id"], subject.units, line.number)
        yield from subject.findings(line.number, unit, *problems, *_full(row))
    for number, at, first in ids.duplicates():
        yield from subject.findings(at, str(number), ("duplicate-id", f"line {first} has the same id"))
    yield from subject.findings(None, None, *sides.problems())
    if columns is None:
        name = plain(subject.path).name
        yield from subject.findings(None, None, ("columns", f"{name} is empty; a header row is the least"))


def _columns(cells: list[str]) -> tuple[Sequence[str], Problem | None]:
    """Tell the columns by a file's first row, and what is wrong with that."""
    if sorted(cells) in (sorted(COLUMNS), sorted(_BARE)):
        return cells, None
    if len(cells) == len(_BARE):
        return _BARE, None
    wanted = f"it should be {' '.join(COLUMNS)}, or two fields alone"
    if not {*COLUMNS} & {*cells}:
        return (), ("columns", f"the first row, of {len(cells)} fields, names no column; {wanted}")
    missing = [name for name in COLUMNS if name not in cells]
    if missing:
        return (), ("columns", f"the header lacks {', '.join(missing)}; {wanted}")
    stray = next(name for place, name in enumerate(cells) if name not in COLUMNS or name in cells[:place])
    return (), ("columns", f"the header has a stray column {short(stray)}; {wanted}")


def _bare(row: dict[str, str]) -> Iterator[Problem]:
    for side, text in row.items():
        if not text.strip():
            yield "empty-text", f"the {side} is blank"


def _full(row: dict[str, str]) -> Iterator[Problem]:
    """Give what is wrong with a row that has all columns."""
    record: dict[str, Any] = {"start": 0, "end": 0}
    for name, cell in row.items():
        try:
            record[name] = _value(name, cell)
        except ValueError:
            yield "number", f"the {name} is {short(cell)}, which is no number"
            return
    if not row["source"] and row["target"] and row["origin"] == "human":
        record["bead"] = "0-1"  # an addition of the reference; the column for it is missing
    try:
        pair = Pair.from_dict(record)
    except FormatError as error:
        yield "record", str(error)
        return
    yield from problems_of(pair, "edited")


def _value(name: str, cell: str) -> Any:
    """Read a cell; raises `ValueError` for what should be a number and is none."""
    match name:
        case "paragraph" | "sentence":
            return int(cell)
        case "score":
            return float(cell) if cell else None
        case "faults":
            return cell.split(",") if cell else []
        case "target" | "model":
            return cell or None
    return cell
