"""A document: the decoded text of an article and spans into it."""

from dataclasses import dataclass
from typing import Literal

__all__ = ["Block", "Document", "Sentence"]


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph or heading: the characters `start:end` of its document's text, no white space at the ends."""

    kind: Literal["paragraph", "heading"]
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Document:
    """An article: its name, its decoded text and its blocks in reading order."""

    name: str
    text: str
    blocks: tuple[Block, ...]


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
