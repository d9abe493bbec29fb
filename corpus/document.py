"""A document: the readable text of an article, spans into it, and its blocks in English."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

__all__ = ["Block", "Document", "English", "Kind", "Mark", "Sentence", "Style", "nested"]

Kind = Literal["paragraph", "heading", "item", "quote", "cell"]
Style = Literal["", "strong", "emphasis", "code", "link"]


@dataclass(frozen=True, slots=True)
class Block:
    """A stretch of running text: the characters `start:end` of its document's text, no white space at the ends.

    `level` is a heading's depth (1 is the title) and an item's (1 is the outermost list), 0 where the format has none.
    `cell` places a table's cell: the table, the row and the column, each counted from 0, the tables through the
    document.
    """

    kind: Kind
    start: int
    end: int
    level: int = 0
    cell: tuple[int, int, int] | None = None


@dataclass(frozen=True, slots=True)
class Mark:
    """Something inside a block that is no text: a link, bold type, a note's number; an image where it is empty.

    It covers the characters `start:end` of its document's text, or of the English text of its block. The marks of a
    block are nested or apart, never crossing; `depth` counts those around it. `key` is the reader's own number for it,
    in reading order. What is `verbatim` (code, a formula) reads the same in English.
    """

    start: int
    end: int
    key: int
    depth: int = 0
    style: Style = ""
    link: str = ""
    verbatim: bool = False


@dataclass(frozen=True, slots=True)
class Document:
    """An article: its name, its readable text, its blocks in reading order, and the marks inside them.

    `text` is the file's own text where the format is plain; otherwise that of its blocks, an empty line between two.
    A line break inside a block ends a sentence, but not in `wrapped` text, whose lines were only broken to fit a page.
    """

    name: str
    text: str
    blocks: tuple[Block, ...]
    marks: tuple[Mark, ...] = ()
    wrapped: bool = False


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a document: zero-based positions, and the characters `start:end` of the document's text.

    `paragraph` counts the document's blocks, headings included; `sentence` counts within the whole document.
    """

    paragraph: int
    sentence: int
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class English:
    """A block in English: its text, the marks on it, and the span of each of its sentences, in the source's order.

    `unchanged` where it reads as the source does, character by character.
    """

    text: str
    marks: tuple[Mark, ...] = ()
    sentences: tuple[tuple[int, int], ...] = ()
    unchanged: bool = False


def nested(text: str, marks: Iterable[Mark]) -> Iterator[str | tuple[Mark, bool]]:
    """Give a text as its stretches and, where a mark opens or closes, the mark and whether it opens.

    `marks` count in `text`; every one is opened and closed once, inner ones inside outer ones.
    """
    at = 0
    opened: list[Mark] = []

    def close(until: int, depth: int) -> Iterator[str | tuple[Mark, bool]]:
        """Close what ends before `until`, or there and no shallower than `depth`."""
        nonlocal at
        while opened and (opened[-1].end < until or (opened[-1].end == until and opened[-1].depth >= depth)):
            mark = opened.pop()
            if at < mark.end:
                yield text[at : mark.end]
                at = mark.end
            yield mark, False

    for mark in _in_order(marks):
        yield from close(mark.start, mark.depth if mark.start == mark.end else 0)
        if at < mark.start:
            yield text[at : mark.start]
            at = mark.start
        yield mark, True
        if mark.start == mark.end:
            yield mark, False
        else:
            opened.append(mark)
    yield from close(len(text), 0)
    if at < len(text):
        yield text[at:]


def _in_order(marks: Iterable[Mark]) -> Iterator[Mark]:
    """Sort marks by where they open: of those that open together the longer first, empty ones as in the source."""
    for _, together in groupby(sorted(marks, key=lambda m: (m.start, m.key)), key=lambda m: m.start):
        alike = list(together)
        spans = sorted((m for m in alike if m.end > m.start), key=lambda m: (-m.end, m.key))
        keys = sorted(m.key for m in spans)
        at = 0
        for mark in (m for m in alike if m.end == m.start):
            before = bisect_left(keys, mark.key)
            yield from spans[at:before]
            yield mark
            at = before
        yield from spans[at:]
