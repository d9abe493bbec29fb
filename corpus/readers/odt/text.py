"""The inside of an OpenDocument paragraph: its mixed content as readable text with tags, and written again in English.

Spans, links and fields that enclose text are tags around it; all else (images, notes, bookmarks, tabs) is an element
that is kept whole at its place. White space is read and written by the rules of OpenDocument 1.3, part 3, 6.1.2.
"""

import re
from dataclasses import dataclass, replace

from lxml import etree

from corpus.document import English, Style, nested
from corpus.readers.odt.styles import OFFICE, TEXT, Styles
from corpus.readers.slices import Tag

__all__ = ["PARAGRAPHS", "Content", "read", "write"]

PARAGRAPHS = frozenset({f"{TEXT}p", f"{TEXT}h"})
_XLINK = "{http://www.w3.org/1999/xlink}href"
_SPAN, _LINK, _RUBY, _SPACES = f"{TEXT}span", f"{TEXT}a", f"{TEXT}ruby", f"{TEXT}s"
_PAGE_BREAK = f"{TEXT}soft-page-break"  # where a page of the old text ended
_BREAKS = frozenset({f"{TEXT}tab", f"{TEXT}line-break"})
_AROUND = frozenset({_SPAN, _LINK, f"{TEXT}meta", f"{TEXT}meta-field", _RUBY, f"{TEXT}ruby-base"})
_GENERATED = frozenset({f"{TEXT}number", f"{TEXT}script", f"{TEXT}hidden-text", f"{TEXT}ruby-text"})
_WHITE = re.compile(r"[ \t\r\n]+")
_ARABIC = re.compile("[\u0620-\u064a\u066e-\u06d3]")
_UNFIT = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # no character of XML 1.0
_WESTERN = {ord(digit): str(number % 10) for number, digit in enumerate("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹")}
_WIDE = 3  # spaces in a row that set two things apart as a tab does, not a slip of the typist

_Range = tuple[str, str]
_ENDS = {
    f"{TEXT}bookmark-end": (f"{TEXT}bookmark-start", f"{TEXT}name"),
    f"{TEXT}reference-mark-end": (f"{TEXT}reference-mark-start", f"{TEXT}name"),
    f"{TEXT}change-end": (f"{TEXT}change-start", f"{TEXT}change-id"),
    f"{TEXT}alphabetical-index-mark-end": (f"{TEXT}alphabetical-index-mark-start", f"{TEXT}id"),
    f"{TEXT}toc-mark-end": (f"{TEXT}toc-mark-start", f"{TEXT}id"),
    f"{TEXT}user-index-mark-end": (f"{TEXT}user-index-mark-start", f"{TEXT}id"),
    f"{OFFICE}annotation-end": (f"{OFFICE}annotation", f"{OFFICE}name"),
}
"""The elements that end a range: which one starts it, and the attribute that tells that they belong together."""


@dataclass(frozen=True, slots=True)
class Content:
    """What a paragraph holds: `text`, stripped, and `tags`, each made of the element of the same number."""

    text: str
    tags: tuple[Tag, ...]
    elements: tuple[etree._Element, ...]


def read(paragraph: etree._Element, styles: Styles) -> Content:
    """Read a paragraph.

    Line breaks, tabs and wide blanks are a line feed and an empty tag before it. A span whose style shows nothing is
    no tag, and neighbours of one look are one: a program cuts words in two where they were typed on two days. Numbers
    that the program counts are read in western digits, as they will be written.
    """
    return _Reader(styles).read(paragraph)


class _Reader:
    """One paragraph on its way to text and tags."""

    def __init__(self, styles: Styles) -> None:
        self.styles = styles
        self.text: list[str] = []
        self.length = 0
        self.solid = 0  # the length up to the last character that is no white space
        self.white = True
        self.tags: list[Tag] = []
        self.elements: list[etree._Element] = []
        self.open: list[int | None] = []  # the tag of each element around, None where it has none
        self.depth = 0
        self.closed: tuple[int, int, int] | None = None  # the tag closed last, and the lengths of text and tags then

    def read(self, paragraph: etree._Element) -> Content:
        walk = etree.iterwalk(paragraph, events=("start", "end", "comment", "pi"))
        for event, element in walk:
            if element is paragraph:
                self._literal(element.text if event == "start" else None)
            elif event != "start":
                if event == "end":
                    self._leave()
                self._literal(element.tail)
            elif element.tag in _AROUND or _is_field(element):
                self._enter(element)
                text = element.text or ""
                self._literal(text.translate(_WESTERN) if _is_field(element) else text)
            else:
                self.open.append(None)
                self._whole(element)
                walk.skip_subtree()
        return self._content()

    def _enter(self, element: etree._Element) -> None:
        number = self._neighbour(element)
        if number is None and not (element.tag == _SPAN and not self._look(element)):
            number = len(self.tags)
            self._tag(element)
        self.open.append(number)
        self.depth += number is not None

    def _leave(self) -> None:
        number = self.open.pop()
        if number is not None:
            self.depth -= 1
            self.tags[number] = replace(self.tags[number], end=self.length)
            self.closed = number, self.length, len(self.tags)

    def _neighbour(self, element: etree._Element) -> int | None:
        """Find the span or link of the same look that has just been closed."""
        if self.closed is None or element.tag not in {_SPAN, _LINK}:
            return None
        number, length, count = self.closed
        last = self.elements[number]
        if self.solid <= self.tags[number].start or self.tags[number].depth != self.depth:
            return None  # it encloses no word, and may be kept whole
        beside = (length, count) == (self.length, len(self.tags))
        return number if beside and last.tag == element.tag and self._look(last) == self._look(element) else None

    def _look(self, element: etree._Element) -> tuple[str, ...]:
        """Tell what a span or a link does; an empty answer for a span that changes nothing."""
        if element.tag == _SPAN:
            return self.styles.signature(element.get(f"{TEXT}style-name", ""))
        return tuple(f"{key!s}={value!s}" for key, value in sorted(element.attrib.items()))

    def _literal(self, text: str | None) -> None:
        """Add characters of the file, white space collapsed."""
        text = _WHITE.sub(" ", text or "")
        self._add(text[1:] if self.white and text.startswith(" ") else text)

    def _add(self, text: str) -> None:
        if text:
            self.text.append(text)
            self.length += len(text)
            if not text.isspace():
                self.solid = self.length
            self.white = text[-1].isspace()

    def _whole(self, element: etree._Element) -> None:
        """Add what is no running text."""
        spaces = _count(element) if element.tag == _SPACES else 0
        if 0 < spaces < _WIDE:
            self._add(" " * spaces)
        elif element.tag != _PAGE_BREAK:
            self._tag(element)
            if element.tag in _BREAKS or spaces:
                self._add("\n")

    def _tag(self, element: etree._Element) -> None:
        style: Style = "link" if element.tag == _LINK else ""
        if element.tag == _SPAN:
            style = self.styles.emphasis(element.get(f"{TEXT}style-name", ""))
        fixed = style == "code" or _is_field(element)
        verbatim = fixed and not any(_ARABIC.search(str(text)) for text in element.itertext())
        link = element.get(_XLINK, "") if element.tag == _LINK else ""
        self.tags.append(Tag(self.length, self.length, "", "", self.depth, style, link, verbatim))
        self.elements.append(element)

    def _content(self) -> Content:
        """Strip the text; a tag that is left with none of it is an element kept whole, with all that is inside it."""
        text = "".join(self.text)
        stripped = text.strip()
        shift = len(text) - len(text.lstrip())
        tags: list[Tag] = []
        elements: list[etree._Element] = []
        whole = -1  # the depth of the element kept whole last
        for tag, element in zip(self.tags, self.elements, strict=True):
            if 0 <= whole < tag.depth:
                continue
            start, end = (min(max(at - shift, 0), len(stripped)) for at in (tag.start, tag.end))
            whole = tag.depth if start == end else -1
            tags.append(replace(tag, start=start, end=end))
            elements.append(element)
        return Content(stripped, tuple(tags), tuple(elements))


def _is_field(element: etree._Element) -> bool:
    """Tell a page number, a date, a reference and the like by their text."""
    tag = str(element.tag)
    return tag.startswith(TEXT) and tag not in _GENERATED | _AROUND and bool(element.text) and len(element) == 0


def _count(spaces: etree._Element) -> int:
    """Tell how many spaces a text:s stands for."""
    count = spaces.get(f"{TEXT}c", "1")
    return int(count) if count.isascii() and count.isdigit() else 1


def write(paragraph: etree._Element, content: Content, english: English, first: int) -> None:
    """Write a paragraph or label anew, in place; `first` is the number of its first mark.

    A range (a bookmark, a tracked insertion) whose end would come before its start ends where it starts.
    """
    if paragraph.tag not in PARAGRAPHS:
        paragraph.text = " ".join(_UNFIT.sub("", english.text).split())
        return
    writer = _Writer(paragraph)
    begins = {_begun(element) for element in content.elements}
    done: set[_Range | None] = set()
    waiting: dict[_Range | None, etree._Element] = {}
    silent = False
    for piece in nested(english.text, english.marks):
        if isinstance(piece, str):
            if not silent:
                writer.text(piece)
            continue
        mark, opens = piece
        tag, element = content.tags[mark.key - first], content.elements[mark.key - first]
        if tag.start < tag.end and (element.tag in _AROUND or not tag.verbatim):
            writer.open(element) if opens else writer.close()
            continue
        silent = opens
        if not opens:
            continue
        ended = _ended(element)
        if ended and ended in begins and ended not in done:
            waiting[ended] = element
            continue
        writer.whole(element)
        writer.white &= tag.start == tag.end  # a number is text
        begun = _begun(element)
        if begun:
            done.add(begun)
            if begun in waiting:
                writer.whole(waiting.pop(begun))


class _Writer:
    """A paragraph that is filled again from its beginning."""

    def __init__(self, paragraph: etree._Element) -> None:
        del paragraph[:]
        paragraph.text = None
        self.path = [paragraph]
        self.white = True
        self.broken = False

    def text(self, text: str) -> None:
        """Add text; of spaces in a row all but the first need an element. Line feeds have theirs already."""
        text = _UNFIT.sub("", text).replace("\n", "")
        if self.broken:
            text = text.lstrip(" ")
        if not text:
            return
        pieces = re.split("(?<= )( +)", " " * self.white + text)
        pieces[0] = pieces[0][self.white :]
        for number, piece in enumerate(pieces):
            if number % 2:
                etree.SubElement(self.path[-1], _SPACES, {f"{TEXT}c": str(len(piece))})
            else:
                self._literal(piece)
        self.white = text[-1] == " "
        self.broken = False

    def _literal(self, text: str) -> None:
        parent = self.path[-1]
        if len(parent):
            parent[-1].tail = (parent[-1].tail or "") + text
        else:
            parent.text = (parent.text or "") + text

    def open(self, element: etree._Element) -> None:
        """Begin an element like the given one."""
        begun = etree.SubElement(self.path[-1], element.tag)
        for key, value in element.attrib.items():
            begun.set(key, value)
        self.path.append(begun)

    def close(self) -> None:
        """End the element begun last; a span that has nothing in it is left out."""
        element = self.path.pop()
        if element.tag == _SPAN and not element.text and not len(element):
            self.path[-1].remove(element)

    def whole(self, element: etree._Element) -> None:
        """Add an element with all that is in it; its number is written in western digits."""
        element.tail = None
        for part in element.iter(f"{TEXT}note-citation") if len(element) else (element,):
            part.text = part.text and part.text.translate(_WESTERN)
        self.path[-1].append(element)
        self.broken = element.tag in _BREAKS


def _begun(element: etree._Element) -> _Range | None:
    """Name the range that an element begins."""
    return next(((tag, element.get(key, "")) for tag, key in _ENDS.values() if tag == element.tag), None)


def _ended(element: etree._Element) -> _Range | None:
    """Name the range that an element ends."""
    tag, key = _ENDS.get(str(element.tag), ("", ""))
    return (tag, element.get(key, "")) if tag else None
