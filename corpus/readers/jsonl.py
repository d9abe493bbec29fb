"""JSON Lines (https://jsonlines.org): the text in named fields; all else in a line is kept, character by character."""

import json
import re
from codecs import BOM_UTF8
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import BinaryIO

from corpus.document import Block, Document, English
from corpus.readers import Reading, decode
from corpus.readers.pieces import Piece, cut_lines
from corpus.readers.slices import Edit, Unit, document_of, edited
from corpus.readers.text import blocks_of
from mt.errors import InputError, reason

__all__ = ["chunks", "parse", "render"]

_LINE_END = re.compile(rb"\n")
_SPACE = re.compile(r"[ \t\r\n]*")
_NAMED = 12  # fields that an error names
_DECODER = json.JSONDecoder()


@dataclass(frozen=True, slots=True)
class _Value:
    """What stands in a named field: the characters `start:end` of its line, and what they say, None for no text."""

    field: str
    start: int
    end: int
    text: str | None

    def blocks(self) -> list[Block]:
        """Give the lines of the text."""
        return list(blocks_of(self.text or "", wrapped=False))


def parse(name: str, data: bytes, place: str, reading: Reading) -> Document:
    """Find the text in the named fields, each line of a value a block, as in plain text.

    A field is a key, or keys joined by dots where objects lie in one another; its value is a string or a list of
    strings. A line without the field, or with null in it, has no text.

    Raises `InputError` for a line that is no JSON object, for another kind of value, and for a file without the fields.
    """
    return document_of(name, (unit for value in _values(data, place, reading)[1] for unit in _units(value)))


def render(data: bytes, place: str, reading: Reading, english: Sequence[English]) -> bytes:
    """Give the lines with the named fields in English, in UTF-8."""
    text, values = _values(data, place, reading)
    blocks = iter(english)
    edits = [edit for value in values for edit in _edit(text, value, blocks)]
    mark = BOM_UTF8 if data.startswith(BOM_UTF8) else b""
    return mark + edited(text, edits).encode()


def chunks(stream: BinaryIO) -> Iterator[bytes]:
    """Cut the file after lines; a slow stream as its lines come."""
    return cut_lines(stream, lambda _: _LINE_END)


def _units(value: _Value) -> Iterator[Unit]:
    for block in value.blocks():
        yield Unit(value.start, value.end, (value.text or "")[block.start : block.end], kind=block.kind)


def _edit(text: str, value: _Value, english: Iterator[English]) -> Iterator[Edit]:
    """Give the edit that puts a value into English, if it changes; takes its blocks from `english`."""
    own = [(block, next(english)) for block in value.blocks()]
    if not all(new.unchanged for _, new in own):
        said = edited(value.text or "", [(block.start, block.end, new.text) for block, new in own])
        # What was written in ASCII alone stays so.
        yield value.start, value.end, json.dumps(said, ensure_ascii=text[value.start : value.end].isascii())


def _values(data: bytes, place: str, reading: Reading) -> tuple[str, list[_Value]]:
    """Decode the file, or a piece of it, and find its values, which count in all of it.

    A field that is in no line of the file's first piece is taken for misspelt; one line alone need have one only.
    """
    first = data.line if isinstance(data, Piece) else 1
    text = decode(data, data.place(place) if isinstance(data, Piece) else place, reading.encoding)
    wanted = {field: field for field in reading.fields}
    values: list[_Value] = []
    there: dict[str, None] = {}
    at = filled = 0
    for number, line in enumerate(text.split("\n"), first):
        if line.strip():
            filled += 1
            record = _record(line, f"{place}:{number}")
            there.update(dict.fromkeys(_texts(record)) if len(there) < _NAMED else {})
            values += (
                replace(v, start=v.start + at, end=v.end + at) for v in _found(line, wanted, f"{place}:{number}")
            )
        at += len(line) + 1
    missing = wanted.keys() - {value.field for value in values}
    if first == 1 and filled and missing and (filled > 1 or len(missing) == len(wanted)):
        names = ", ".join(list(there)[:_NAMED]) or "none with text"
        raise InputError(f"{place}: no field {min(missing)!r} in its lines (there are: {names}); name one with --field")
    return text, values


def _record(line: str, place: str) -> dict[str, object]:
    """Read a line, of which it must be known that it is sound before it is walked through."""
    try:
        record = json.loads(line)
    except RecursionError:
        raise _too_deep(place) from None
    except ValueError as error:
        raise InputError(
            f"{place}: no JSON ({reason(error).replace('line 1 ', '')}); a line holds one object (jq -c . makes them)"
        ) from error
    if not isinstance(record, dict):
        raise InputError(
            f'{place}: no JSON object but {line.strip()[:40]!r}; each line holds one, such as {{"text": …}}'
        )
    return record


def _too_deep(place: str) -> InputError:
    return InputError(f"{place}: JSON nested too deep; take out what is no text")


def _texts(record: dict[str, object]) -> Iterator[str]:
    """Name the fields of an object, and those of objects in it, that hold text."""
    for key, value in record.items():
        if isinstance(value, str) or (isinstance(value, list) and value and isinstance(value[0], str)):
            yield key
        elif isinstance(value, dict):
            yield from (f"{key}.{inner}" for inner, text in value.items() if isinstance(text, str))


def _found(line: str, wanted: dict[str, str], place: str) -> list[_Value]:
    """Find the named fields of a line.

    Raises `InputError` where one holds something else than text.
    """
    values: list[_Value] = []
    try:
        _walk(line, _skip(line, 0), wanted, "", values)
    except RecursionError:  # lists in lists, in a named field
        raise _too_deep(place) from None
    for value in values:
        if value.text is None:
            raise InputError(
                f"{place}: field {value.field!r} holds {line[value.start : value.end][:40]} and no text; name another "
                "with --field, a field in an object by dots (article.body)"
            )
        try:
            value.text.encode()
        except UnicodeEncodeError as error:
            raise InputError(
                f"{place}: field {value.field!r} holds half a sign (\\u{ord(value.text[error.start]):04x}); mend it"
            ) from error
    return values


def _walk(line: str, at: int, wanted: dict[str, str], field: str, found: list[_Value]) -> int:
    """Go through the JSON value at `at`, noting strings; gives its end.

    The value is that of `field`, if any; `wanted` maps what is still to come of a field's path to the field. Lists are
    gone through as if their members stood there alone.
    """
    if line[at] == "[" and (wanted or field):
        at = _skip(line, at + 1)
        if line[at] == "]" and field:
            found.append(_Value(field, at, at, ""))
        while line[at] != "]":
            at = _skip(line, _walk(line, at, wanted, field, found))
            at = _skip(line, at + 1) if line[at] == "," else at
        return at + 1
    if line[at] == "{" and wanted and not field:
        at = _skip(line, at + 1)
        while line[at] != "}":
            key, at = _DECODER.raw_decode(line, at)
            below = {path[len(key) + 1 :]: whole for path, whole in wanted.items() if path.startswith(f"{key}.")}
            at = _skip(line, _skip(line, at) + 1)
            at = _skip(line, _walk(line, at, below, wanted.get(key, ""), found))
            at = _skip(line, at + 1) if line[at] == "," else at
        return at + 1
    value, end = _DECODER.raw_decode(line, at)
    if field:
        found.append(_Value(field, at, end, value if isinstance(value, str) else "" if value is None else None))
    return end


def _skip(line: str, at: int) -> int:
    """Go past white space."""
    found = _SPACE.match(line, at)
    return found.end() if found else at
