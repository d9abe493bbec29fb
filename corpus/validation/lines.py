"""Lines of a text file, each with what is wrong with its bytes; unlike a reader's, they go on after an error."""

import codecs
import re
from collections.abc import Iterator
from functools import partial
from typing import BinaryIO, NamedTuple

from corpus.formats.streams import LIMIT
from corpus.validation.rules import Problem, UnreadableError

__all__ = ["Line", "break_in", "lines_of"]

# What some program takes for the end of a line, or of the text, and others don't.
_BREAKS = re.compile("[\\x00\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")


class Line(NamedTuple):
    """A line without its end, numbered from 1; bytes that are not UTF-8 are U+FFFD in it."""

    number: int
    text: str
    problems: tuple[Problem, ...]


def lines_of(handle: BinaryIO) -> Iterator[Line]:
    """Give a file's lines.

    Raises `UnreadableError` for what is not text in UTF-8 at all and for a line of more than `LIMIT` bytes.
    """
    carriage_return = False
    for number, line in enumerate(iter(partial(handle.readline, LIMIT), b""), 1):
        if number == 1:
            _check_kind(line)
        if len(line) == LIMIT and line[-1:] != b"\n":
            raise UnreadableError(
                number, f"a line of more than {LIMIT >> 20} MB, which is no pair; look for lost line breaks"
            )
        problems: list[Problem] = []
        try:
            text = line.decode()
        except UnicodeDecodeError as error:
            problems.append(("encoding", f"byte {error.start + 1} of the line is not UTF-8"))
            text = line.decode(errors="replace")
        if number == 1 and text.startswith("\ufeff"):
            problems.append(("byte-order-mark", "the file begins with a byte order mark, which some programs read"))
            text = text[1:]
        if text[-1:] != "\n":
            problems.append(("line-end", "the last line has no end; was the file cut off?"))
        elif text[-2:-1] == "\r" and not carriage_return:
            carriage_return = True  # told once: a file has them throughout
            problems.append(("line-end", "lines end with CR LF, from this one on"))
        yield Line(number, text.removesuffix("\n").removesuffix("\r"), tuple(problems))


def break_in(text: str) -> Problem | None:
    """Say what character inside a line some programs take for its end."""
    found = _BREAKS.search(text)
    return ("line-break", f"U+{ord(found[0]):04X} at character {found.start() + 1} of the line") if found else None


def _check_kind(line: bytes) -> None:
    """Refuse what no later line can mend: UTF-16, and bytes that are no text."""
    if line.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise UnreadableError(1, "a byte order mark of UTF-16 where UTF-8 should be; convert the file to UTF-8")
    start = line[:1024]
    # In UTF-16, every other byte of Latin text is NUL, and one of each space in Arabic text.
    if start.count(0) >= max(4, len(start) // 16):
        raise UnreadableError(1, "NUL bytes as in UTF-16 or a binary file; convert the file to UTF-8")
