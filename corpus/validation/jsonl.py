"""The check of JSON Lines: every record of `corpus.jsonl`, and of the `rejected.jsonl` beside it."""

import json
from collections.abc import Iterator
from typing import Any, BinaryIO

from corpus.formats.jsonl import refuse_constant
from corpus.pair import Pair
from corpus.validation.lines import lines_of
from corpus.validation.records import Ids, Order, Sides, problems_of
from corpus.validation.rules import Finding, Subject, short
from mt.errors import FormatError

__all__ = ["check"]


def check(subject: Subject, handle: BinaryIO) -> Iterator[Finding]:
    """Give what is wrong with the lines of a file, then what is wrong with it as a whole."""
    ids, order, sides = Ids(), Order(), Sides()
    for line in lines_of(handle):
        subject.units += 1
        unit = str(line.number)
        problems = list(line.problems)
        try:
            record = _record(line.text)
            name = record.get("id")
            unit = name if name and isinstance(name, str) else unit
            pair = Pair.from_dict(record)
        except FormatError as error:
            problems.append(("record", str(error)))
        except (ValueError, RecursionError) as error:
            problems.append(("json", str(error).partition(": line")[0] if line.text.strip() else "the line is blank"))
        else:
            problems += problems_of(pair)
            problems += order.problems(pair)
            ids.add(pair.id, line.number, line.number)
            sides.add(pair.source, pair.target)
        if problems:
            yield from subject.findings(line.number, unit, *problems)
    for number, at, first in ids.duplicates():
        yield from subject.findings(at, str(number), ("duplicate-id", f"line {first} has the same id"))
    yield from subject.findings(None, None, *sides.problems())


def _record(text: str) -> dict[str, Any]:
    """Read a line's object; raises `ValueError` for what is none."""
    record = _decode(text)
    if not isinstance(record, dict):
        raise ValueError(f"{type(record).__name__} where an object should be")  # noqa: TRY004 (said of the file)
    record.pop("rejected", None)  # why a filter took the pair out
    return record


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Make an object of its names and values; raises `ValueError` for a name that is there twice."""
    made = dict(pairs)
    if len(made) < len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(f"the name {short(next(name for name in made if names.count(name) > 1))} is there twice")
    return made


_decode = json.JSONDecoder(object_pairs_hook=_unique, parse_constant=refuse_constant).decode
