"""Plain text: a line is a paragraph or a heading; hard-wrapped text is told by its shape and joined."""

import re
import statistics
from codecs import BOM_UTF8
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import BinaryIO

from corpus.document import Block, Document, English
from corpus.readers import Reading, decode
from corpus.readers.encodings import suggest_encoding
from corpus.readers.pieces import SIZE, Piece, cut_lines
from corpus.readers.slices import edited
from corpus.split import is_heading

__all__ = ["blocks_of", "chunks", "parse", "render"]

_LINE_END = re.compile(rb"\n")
_BLANK_LINE = re.compile(rb"\n[ \t\r]{0,60}\n")


def parse(name: str, data: bytes, place: str, reading: Reading) -> Document:
    """Find the blocks of a plain text.

    Each line that is not blank is a block, but in hard-wrapped text (see `_wrapped`) a block is a run of lines up to
    the next blank one. Only LF, CR and CRLF end a line. Offsets count the characters of the text. The first 64 KiB
    tell whether a text is hard-wrapped, of a stream what comes first.
    """
    text = _decoded(data, place, reading)
    wrapped = _is_wrapped(data)
    return Document(name, text, tuple(blocks_of(text, wrapped=wrapped)), wrapped=wrapped)


def render(data: bytes, place: str, reading: Reading, english: Sequence[English]) -> bytes:
    """Give the text with its blocks in English, all between them as it was, in UTF-8.

    Line breaks inside a translated sentence of hard-wrapped text are gone, those between blocks stay.
    """
    text = _decoded(data, place, reading)
    blocks = blocks_of(text, wrapped=_is_wrapped(data))
    edits = [(block.start, block.end, e.text) for block, e in zip(blocks, english, strict=True)]
    mark = BOM_UTF8 if data.startswith(BOM_UTF8) else b""
    return mark + edited(text, edits).encode()


def chunks(stream: BinaryIO) -> Iterator[bytes]:
    """Cut a text after lines, or after blank lines where it is hard-wrapped; a slow stream as its lines come.

    Text whose lines end in CR alone stays whole.
    """
    wrapped: bool | None = None

    def ends(first: bytes) -> re.Pattern[bytes]:
        nonlocal wrapped
        wrapped = _is_wrapped(first)
        return _BLANK_LINE if wrapped else _LINE_END

    for piece in cut_lines(stream, ends):
        piece.wrapped = wrapped
        yield piece


def blocks_of(text: str, *, wrapped: bool) -> Iterator[Block]:
    """Give the blocks of a text: its lines, or its paragraphs where it is hard-wrapped."""
    lines = list(_lines(text))
    spans = _paragraphs(lines) if wrapped else _filled(lines)
    return (Block("heading" if is_heading(text[a:b]) else "paragraph", a, b) for a, b in spans)


def _decoded(data: bytes, place: str, reading: Reading) -> str:
    return decode(data, data.place(place) if isinstance(data, Piece) else place, reading.encoding)


def _is_wrapped(data: bytes) -> bool:
    """Tell hard-wrapped text by its first bytes; a piece has been told by the first of its file."""
    if isinstance(data, Piece) and data.wrapped is not None:
        return data.wrapped
    head = data[:SIZE]
    if len(head) == SIZE:
        head = head[: head.rfind(b"\n") + 1]
    text = head.decode(suggest_encoding(head) or "utf-8", "replace")
    return _wrapped([text[a:b] for a, b in _lines(text)])


def _lines(text: str) -> Iterator[tuple[int, int]]:
    """Give the span of each line, stripped of white space; blank ones are empty spans."""
    at = 0
    for line in text.replace("\r\n", "\n ").replace("\r", "\n").split("\n"):
        body = line.strip()
        start = at + (len(line) - len(line.lstrip()))
        yield (start, start + len(body)) if body else (at, at)
        at += len(line) + 1


def _filled(lines: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    return ((a, b) for a, b in lines if b > a)


def _paragraphs(lines: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Join runs of filled lines."""
    start = end = -1
    for a, b in [*lines, (0, 0)]:
        if b > a:
            start, end = (a, b) if start < 0 else (start, b)
        elif start >= 0:
            yield start, end
            start = -1


def _wrapped(lines: Sequence[str]) -> bool:
    """Tell hard-wrapped text: paragraphs of several lines apart by blank ones, the lines filled to one width.

    A line counts when another follows it in its paragraph: it was broken because it was full. All but a tenth of
    these must lie within a word or two of the widest, and few may end in a final mark, as lines that are paragraphs do.
    """
    broken = [line for line, after in pairwise(lines) if line and after]
    if len(broken) < 3 or "" not in (line.strip() for line in lines[:-1]):
        return False
    widths = [len(line) for line in broken]
    widest = max(widths)
    if not 30 <= widest <= 120:
        return False
    full = sum(width >= widest - 20 for width in widths) / len(widths)
    final = sum(line.rstrip("\"»”')")[-1:] in ".!?؟…:" for line in broken) / len(broken)
    return full >= 0.9 and final <= 0.5 and statistics.median(widths) >= 0.75 * widest
