"""Formats that are text with markup in it: the file's own characters are kept, and only stretches of them replaced.

A reader finds the units of the text: which characters hold a block, what is read there, and which markup stands inside
it. All else, and each unit whose text does not change, stays as it is, character by character.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from corpus.document import Block, Document, English, Kind, Mark, Style, nested

__all__ = ["Edit", "Tag", "Unit", "document_of", "edited", "translated"]

Edit = tuple[int, int, str]
"""The characters `start:end` of the file, and what takes their place."""


@dataclass(frozen=True, slots=True)
class Tag:
    """Markup on the characters `start:end` of a unit's readable text: what stands before them and behind them.

    Empty (`start == end`) for what encloses no text: an image, a note's number. See `Mark` for the rest.
    """

    start: int
    end: int
    before: str
    after: str = ""
    depth: int = 0
    style: Style = ""
    link: str = ""
    verbatim: bool = False


@dataclass(frozen=True, slots=True)
class Unit:
    """A block of the file: the characters `start:end` that hold it, and what is read there.

    `text` has no white space at the ends; `tags` are in reading order, each before those inside it.
    """

    start: int
    end: int
    text: str
    tags: tuple[Tag, ...] = ()
    kind: Kind = "paragraph"
    level: int = 0
    cell: tuple[int, int, int] | None = None


def document_of(name: str, units: Iterable[Unit]) -> Document:
    """Make a document of the units: their texts, an empty line between two."""
    texts: list[str] = []
    blocks: list[Block] = []
    marks: list[Mark] = []
    at = 0
    for unit in units:
        for tag in unit.tags:
            marks.append(Mark(at + tag.start, at + tag.end, len(marks), tag.depth, tag.style, tag.link, tag.verbatim))
        blocks.append(Block(unit.kind, at, at + len(unit.text), unit.level, unit.cell))
        texts.append(unit.text)
        at += len(unit.text) + 2
    return Document(name, "\n\n".join(texts), tuple(blocks), tuple(marks))


def translated(units: Iterable[Unit], english: Sequence[English], escape: Callable[[str], str]) -> Iterator[Edit]:
    """Give the edits that put each unit into English; none where it reads the same.

    `escape` writes text so that the format reads it as such; verbatim text stays as it is in the tags.
    """
    first = 0
    for unit, block in zip(units, english, strict=True):
        if not block.unchanged:
            yield unit.start, unit.end, _marked_up(unit, block, first, escape)
        first += len(unit.tags)


def _marked_up(unit: Unit, block: English, first: int, escape: Callable[[str], str]) -> str:
    """Write a block with its tags; `first` is the number of the unit's first mark."""
    pieces: list[str] = []
    for piece in nested(block.text, block.marks):
        if isinstance(piece, str):
            pieces.append(escape(piece))
        else:
            tag = unit.tags[piece[0].key - first]
            pieces.append(tag.before if piece[1] else tag.after)
    return "".join(pieces)


def edited(text: str, edits: Iterable[Edit]) -> str:
    """Carry out edits, which do not overlap, in any order."""
    pieces: list[str] = []
    at = 0
    for start, end, replacement in sorted(edits):
        pieces += [text[at:start], replacement]
        at = end
    return "".join([*pieces, text[at:]])
