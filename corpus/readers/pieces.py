"""Files of lines read piece by piece, so that long ones take little memory and slow ones are answered soon."""

import re
from collections.abc import Callable, Iterator
from typing import BinaryIO

from corpus.readers.encodings import wide_encoding

__all__ = ["SIZE", "Piece", "cut_lines"]

SIZE = 1 << 16
"""How many bytes are read at once."""


_OVERLAP = 64  # bytes in which an end is to be found again that more bytes complete


class Piece(bytes):
    """Whole lines of a file.

    `line` is the number of the first one; `wrapped` tells hard-wrapped text, None where nobody asked.
    """

    line = 1
    wrapped: bool | None = None

    def place(self, place: str) -> str:
        """Name the piece in errors, `place` being the file."""
        return place if self.line == 1 else f"{place}, from line {self.line}"


def cut_lines(stream: BinaryIO, ends: Callable[[bytes], re.Pattern[bytes]]) -> Iterator[Piece]:
    """Cut a stream after lines: as many as have come, in pieces of about `SIZE` bytes where they come fast.

    `ends` is given what comes first, and says after what may be cut. What has no such end is held whole, and so is text
    in UTF-16 or UTF-32, whose characters are not found by bytes. An empty stream is one empty piece.
    """
    read: Callable[[int], bytes] = getattr(stream, "read1", stream.read)
    held = bytearray(read(SIZE))
    if wide_encoding(bytes(held)):
        yield Piece(bytes(held) + stream.read())
        return
    end = ends(bytes(held))
    line = 1
    searched = 0
    while True:
        cut = max((found.end() for found in end.finditer(held, max(0, searched - _OVERLAP))), default=0)
        if cut:
            yield _numbered(held[:cut], line)
            line += held.count(b"\n", 0, cut)
            del held[:cut]
        searched = len(held)
        data = read(SIZE)
        if not data:
            break
        held += data
    if held or line == 1:
        yield _numbered(held, line)


def _numbered(data: bytearray, line: int) -> Piece:
    piece = Piece(data)
    piece.line = line
    return piece
