"""OpenDocument text: paragraphs, headings, lists, tables, notes, text boxes, headers and footers; layout kept.

The text lies in `content.xml`, that of headers and footers in `styles.xml`, the title in `meta.xml`. All three are
read as XML, changed in place and written again; every other file of the package stays as it is. Comments and deleted
passages of tracked changes are no text, and charts and formulas are left alone.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from lxml import etree

from corpus.document import Document, English, Kind
from corpus.readers import Reading
from corpus.readers.odt.styles import OFFICE, TEXT, Styles, turn
from corpus.readers.odt.text import PARAGRAPHS, Content, read, write
from corpus.readers.package import Package, serialise
from corpus.readers.slices import Unit, document_of
from mt.errors import InputError

__all__ = ["parse", "render"]

_WHAT = "OpenDocument text"
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_DRAW = "{urn:oasis:names:tc:opendocument:xmlns:drawing:1.0}"
_SVG = "{urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0}"
_META = "{urn:oasis:names:tc:opendocument:xmlns:meta:1.0}"
_MANIFEST = "{urn:oasis:names:tc:opendocument:xmlns:manifest:1.0}"
_MOST_TAGS = 1000  # of a paragraph
_DC = "{http://purl.org/dc/elements/1.1/}"

_LABELS = frozenset({f"{_SVG}title", f"{_SVG}desc", f"{TEXT}index-title-template"})
_LISTS = frozenset({f"{TEXT}list", f"{TEXT}numbered-paragraph"})
_CELLS = frozenset({f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell"})
_APART = frozenset({f"{TEXT}note-body", f"{_DRAW}text-box"})  # in a table or a list, yet no part of it
_NO_TEXT = frozenset({f"{TEXT}tracked-changes", f"{OFFICE}annotation", f"{OFFICE}forms", f"{OFFICE}scripts"})


@dataclass(frozen=True, slots=True)
class _Paragraph:
    """A block: its element, what it holds, and the unit that stands for it in the document."""

    element: etree._Element
    content: Content
    unit: Unit


def parse(name: str, data: bytes, place: str, reading: Reading) -> Document:
    """Find the blocks of a text: its title, its body, then its headers and footers.

    A note's paragraphs, those of a text box and an image's description follow the paragraph that they hang in.

    Raises `InputError` for what is no sound OpenDocument text, or one with a password.
    """
    return document_of(name, (paragraph.unit for paragraph in _Odt(data, place).paragraphs()))


def render(data: bytes, place: str, reading: Reading, english: Sequence[English]) -> bytes:
    """Give the text with its blocks in English, its layout turned left-to-right (see `styles.turn`)."""
    text = _Odt(data, place)
    first = 0
    for paragraph, block in zip(list(text.paragraphs()), english, strict=True):
        if not block.unchanged:
            write(paragraph.element, paragraph.content, block, first)
        first += len(paragraph.unit.tags)
    return text.turned()


class _Odt:
    """An OpenDocument text, opened."""

    def __init__(self, data: bytes, place: str) -> None:
        self.package = Package.open(data, place, _WHAT)
        self._refuse_encrypted(place)
        self.content = self.package.xml("content.xml")
        body = self.content.find(f"{OFFICE}body/{OFFICE}text")
        if body is None:
            kind = next((etree.QName(child).localname for child in self.content.iterfind(f"{OFFICE}body/*")), "nothing")
            raise InputError(f"{place}: no {_WHAT}: its body holds {kind}; only text documents (.odt) are read")
        self.body = body
        self.styles = self.package.xml("styles.xml") if "styles.xml" in self.package.names else None
        self.meta = self.package.xml("meta.xml") if "meta.xml" in self.package.names else None

    def _refuse_encrypted(self, place: str) -> None:
        if "META-INF/manifest.xml" in self.package.names:
            manifest = self.package.xml("META-INF/manifest.xml")
            if next(manifest.iter(f"{_MANIFEST}encryption-data"), None) is not None:
                raise InputError(f"{place}: this {_WHAT} is protected by a password; save it without one and try again")

    def paragraphs(self) -> Iterator[_Paragraph]:
        """Give the blocks in reading order.

        Raises `InputError` for one with more markup than a text has, whose place in the English would take hours.
        """
        for paragraph in self._paragraphs():
            if len(paragraph.unit.tags) > _MOST_TAGS:
                raise InputError(
                    f"{self.package.place}: the paragraph {paragraph.unit.text[:40]!r}… has {len(paragraph.unit.tags)} "
                    f"pieces of markup, more than {_MOST_TAGS}; clear its formatting or divide it"
                )
            yield paragraph

    def _paragraphs(self) -> Iterator[_Paragraph]:
        if self.meta is not None:
            for title in self.meta.iter(f"{_DC}title"):
                yield from _label(title, "heading")
        common = () if self.styles is None else (self.styles,)
        walk = _Walk(Styles(self.content, *common))
        yield from walk.blocks(self.body)
        if self.styles is not None:
            walk.styles = Styles(self.styles)
            for pages in self.styles.iterfind(f"{OFFICE}master-styles"):
                yield from walk.blocks(pages)

    def turned(self) -> bytes:
        """Write the package again, declared to be English."""
        parts = {"content.xml": self.content}
        generator = ""
        if self.meta is not None:
            parts["meta.xml"] = self.meta
            generator = self.meta.findtext(f".//{_META}generator", "")
            for language in self.meta.iter(f"{_DC}language"):
                language.text = "en-US"
        if self.styles is not None:
            parts["styles.xml"] = self.styles
        # Content goes first: its styles inherit their direction from those of the other part.
        turn(self.content, Styles(*(part for name, part in parts.items() if name != "meta.xml")), generator)
        if self.styles is not None:
            turn(self.styles, Styles(self.styles), generator)
        return self.package.replaced({name: serialise(root) for name, root in parts.items()})


@dataclass(slots=True)
class _Place:
    """Where running text stands: in how many lists, and in which table, row and column."""

    lists: int = 0
    table: int = -1
    row: int = -1
    column: int = -1


@dataclass(slots=True)
class _Walk:
    """A walk through the elements of a part: the places that it is in, and how many tables it has met."""

    styles: Styles
    tables: int = 0
    places: list[_Place] = field(default_factory=lambda: [_Place()])

    def blocks(self, root: etree._Element) -> Iterator[_Paragraph]:
        """Give the blocks below an element; what hangs in a paragraph follows it."""
        walk = etree.iterwalk(root, events=("start", "end"))
        for event, element in walk:
            if event == "end":
                self._leave(element)
            elif element.tag in _NO_TEXT:
                walk.skip_subtree()
            elif element.tag in PARAGRAPHS:
                yield from self._paragraph(element)
            elif element.tag in _LABELS:
                yield from _label(element)
            else:
                self._enter(element)

    def _enter(self, element: etree._Element) -> None:
        place = self.places[-1]
        if element.tag in _LISTS:
            place.lists += 1
        elif element.tag == f"{_TABLE}table":
            self.places.append(_Place(table=self.tables))
            self.tables += 1
        elif element.tag in _APART:
            self.places.append(_Place())
        elif element.tag == f"{_TABLE}table-row":
            place.row, place.column = place.row + 1, -1
        elif element.tag in _CELLS:
            place.column += 1

    def _leave(self, element: etree._Element) -> None:
        place = self.places[-1]
        if element.tag in _LISTS:
            place.lists -= 1
        elif element.tag == f"{_TABLE}table" or element.tag in _APART:
            self.places.pop()
        elif element.tag == f"{_TABLE}table-row":
            place.row += _number(element.get(f"{_TABLE}number-rows-repeated")) - 1
        elif element.tag in _CELLS:
            place.column += _number(element.get(f"{_TABLE}number-columns-repeated")) - 1

    def _paragraph(self, element: etree._Element) -> Iterator[_Paragraph]:
        content = read(element, self.styles)
        if content.text:
            place = self.places[-1]
            kind, level = self._kind(element, place)
            cell = (place.table, place.row, place.column) if kind == "cell" else None
            yield _Paragraph(element, content, Unit(0, 0, content.text, content.tags, kind, level, cell))

    def _kind(self, element: etree._Element, place: _Place) -> tuple[Kind, int]:
        if place.table >= 0:
            return "cell", 0
        if element.tag == f"{TEXT}h":
            return "heading", _number(element.get(f"{TEXT}outline-level"))
        if place.lists:
            return "item", place.lists
        names = self.styles.names("paragraph", element.get(f"{TEXT}style-name"))
        if "Title" in names:
            return "heading", 1
        return ("quote" if "Quotations" in names else "paragraph"), 0


def _label(element: etree._Element, kind: Kind = "paragraph") -> Iterator[_Paragraph]:
    """Give a text without markup as a block."""
    text = " ".join((element.text or "").split())
    if text and not len(element):
        yield _Paragraph(element, Content(text, (), ()), Unit(0, 0, text, (), kind, int(kind == "heading")))


def _number(text: str | None) -> int:
    """Read a count; 1 where there is none."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 9 and int(text) else 1
