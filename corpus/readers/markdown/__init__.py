"""Markdown: running text is replaced; code, addresses, front matter, HTML blocks and all else stay as they are."""

import re
from bisect import bisect_left
from codecs import BOM_UTF8
from collections.abc import Iterator, Sequence
from dataclasses import replace

from corpus.document import Document, English
from corpus.readers import Reading, decode
from corpus.readers.markdown.blocks import passages_of
from corpus.readers.markdown.inline import Passage
from corpus.readers.markdown.writer import written
from corpus.readers.slices import Edit, Tag, document_of, edited

__all__ = ["parse", "render"]

_DIRECTION = re.compile(r"""(\bdir\s*=\s*["']?|\bdirection\s*:\s*)rtl\b""", re.IGNORECASE)
_LANGUAGE = re.compile(r"""(\blang\s*=\s*["']?)ar(?:-\w+)*\b""", re.IGNORECASE)


def parse(name: str, data: bytes, place: str, reading: Reading) -> Document:
    """Find the blocks of a Markdown file: headings, paragraphs, list items, quotes, table cells, alternative texts."""
    passages, _ = passages_of(decode(data, place, reading.encoding))
    return document_of(name, (passage.unit for passage in passages))


def render(data: bytes, place: str, reading: Reading, english: Sequence[English]) -> bytes:
    """Give the file with its blocks in English, in UTF-8.

    The lines of a translated paragraph become one. In HTML, `dir` and `lang` are turned where anything is translated.
    """
    text = decode(data, place, reading.encoding)
    passages, html = passages_of(text)
    edits = _edits(text, passages, english)
    if edits:
        edits += [(start, end, _turned(text[start:end])) for start, end in html]
    mark = BOM_UTF8 if data.startswith(BOM_UTF8) else b""
    return mark + edited(text, edits).encode()


def _edits(text: str, passages: Sequence[Passage], english: Sequence[English]) -> list[Edit]:
    """Give the edits of the passages that change, in the order of the file backwards."""
    edits: list[Edit] = []
    first = sum(len(passage.unit.tags) for passage in passages)
    for passage, block in zip(reversed(passages), reversed(english), strict=True):
        unit = passage.unit
        first -= len(unit.tags)
        if block.unchanged or passage.verbatim:
            continue
        inner: list[Edit] = []  # the texts of images in this passage, which come after it
        while edits and edits[-1][0] < unit.end:
            inner.append(edits.pop())
        tags = {first + number: tag for number, tag in enumerate(_tags(text, passage, inner))}
        edits.append((unit.start, unit.end, written(block, tags, unit.kind, passage.breaks)))
    return edits


def _tags(text: str, passage: Passage, edits: Sequence[Edit]) -> Iterator[Tag]:
    """Give the tags of a passage as they are to be written, those that are empty with the edits inside them."""
    for tag, origin in zip(passage.unit.tags, passage.origins, strict=True):
        before = tag.before
        if origin:
            start, end = origin
            inside = edits[bisect_left(edits, (start, 0, "")) : bisect_left(edits, (end, 0, ""))]
            before = edited(text[start:end], ((a - start, b - start, new) for a, b, new in inside))
        yield replace(tag, before=_turned(before)) if before.startswith("<") else replace(tag, before=before)


def _turned(html: str) -> str:
    """Declare HTML to be English, from left to right."""
    return _LANGUAGE.sub(r"\1en", _DIRECTION.sub(r"\1ltr", html))
