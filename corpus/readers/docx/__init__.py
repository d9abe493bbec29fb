"""Word documents (.docx): paragraphs, tables, notes, headers, text boxes; their English goes back in their place.

WordprocessingML is that of ECMA-376 Part 1. A run is a stretch of text of one format; a part is a file in the package.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from posixpath import dirname, join, normpath, split

from lxml import etree

from corpus.document import Document, English
from corpus.readers import Reading
from corpus.readers.docx.direction import turn
from corpus.readers.docx.inline import Formats
from corpus.readers.docx.paragraph import Paragraph, read
from corpus.readers.docx.styles import Styles
from corpus.readers.docx.xml import attribute, child, name, value
from corpus.readers.package import Package, serialise
from corpus.readers.slices import Tag, Unit, document_of
from mt.errors import InputError
from mt.normalize import has_arabic

__all__ = ["parse", "render"]

_TEXTS = ("footnotes", "endnotes", "header", "footer", "numbering")  # the parts with text, in reading order
_PLACEHOLDER = re.compile(r"%[1-9]")  # of a number in a list's label
_SEEN = ("p", "tbl", "tr", "tc", "txbxContent", "AlternateContent", "Choice", "Fallback")  # on the walk through a part
_LABELS = {  # text in attributes: descriptions of pictures and tables, word art (watermarks), hints, labels of lists
    "wp:docPr": ("title", "descr"),
    "v:textpath": ("string",),
    "hyperlink": ("tooltip",),
    "tblCaption": ("val",),
    "tblDescription": ("val",),
    "lvlText": ("val",),
}
_WALKED = [f"{{*}}{local.rpartition(':')[2]}" for local in (*_SEEN, *_LABELS, "dc:title")]


def parse(name: str, data: bytes, place: str, reading: Reading) -> Document:
    """Find the blocks of a Word document: those of its text, then of notes, headers and footers.

    A paragraph is a block; line breaks and tabs in it are newlines. Text boxes, watermarks, descriptions of pictures
    and tables and labels of lists are blocks of their own. Inserted text counts, deleted text and comments don't.

    Raises `InputError` for what is no sound Word document; see `Package`.
    """
    word = _Word(Package.open(data, place, "Word document"))
    return document_of(name, (piece.unit for part in word.texts for piece in word.pieces(part, word.xml(part))))


def render(data: bytes, place: str, reading: Reading, english: Sequence[English]) -> bytes:
    """Give the Word document with its blocks in English, its directions and languages turned."""
    word = _Word(Package.open(data, place, "Word document"))
    blocks = iter(english)
    first = 0
    parts: dict[str, bytes] = {}
    for part in word.texts:
        root = word.xml(part)
        pieces = list(word.pieces(part, root))
        for piece, block in zip(pieces, islice(blocks, len(pieces)), strict=True):
            if not block.unchanged:
                piece.put(block, first)
            first += len(piece.unit.tags)
        turn(root)
        parts[part] = serialise(root)
    if next(blocks, None) is not None:
        raise ValueError(f"{place}: more English blocks than the document has")
    for part in word.others:
        root = word.xml(part)
        turn(root)
        parts[part] = serialise(root)
    return word.package.replaced(parts)


@dataclass(frozen=True, slots=True)
class _Label:
    """Text outside of paragraphs, an attribute's or an element's; the same text may stand in many places."""

    unit: Unit
    places: list[tuple[etree._Element, str]] = field(default_factory=list)

    def put(self, english: English, first: int) -> None:
        """Put the English in."""
        for element, key in self.places:
            if key:
                element.set(key, english.text)
            else:
                element.text = english.text


class _Word:
    """A Word document's parts.

    `texts` are those with text, in reading order; `others` those that only have directions and languages.
    """

    def __init__(self, package: Package) -> None:
        self.package = package
        self._tables = 0
        top = self._related("")
        self._main = next(iter(top.get("officeDocument", ())), "")
        if not self._main:
            raise InputError(f"{package.place}: no Word document inside; open and save it as .docx in Word")
        parts = self._related(self._main)
        found = [
            self._main,
            *(part for kind in _TEXTS for part in parts.get(kind, ())),
            *top.get("core-properties", ()),
        ]
        self.texts = tuple(dict.fromkeys(part for part in found if part in package.entries))
        styles = [part for part in parts.get("styles", ()) if part in package.entries]
        self.others = (*styles, *(part for part in parts.get("settings", ()) if part in package.entries))
        self._styles = Styles(self.xml(styles[0]) if styles else None)
        self._formats = Formats(self._styles)

    def xml(self, part: str) -> etree._Element:
        """Parse a part.

        Raises `InputError` where it is no sound XML, or the main part is none of Word's.
        """
        root = self.package.xml(part)
        if part == self._main and name(root) != "document":
            kind = etree.QName(root).localname
            raise InputError(f"{self.package.place}: no Word document but a {kind}; save it as .docx in Word")
        return root

    def pieces(self, part: str, root: etree._Element) -> Iterator[Paragraph | _Label]:
        """Give what has text in a part, in reading order."""
        links = {i: target for i, _, target in self._relationships(part)}
        labels: dict[str, _Label] = {}
        walk = _Walk(self._tables)
        for event, element in etree.iterwalk(root, events=("start", "end"), tag=_WALKED):
            local = name(element)
            walk.step(event, element, local)
            if event == "end":
                continue
            if local == "p" and len(element):
                found = read(element, self._formats, links, self._styles, walk.cell)
                if found and not walk.twin(found):
                    yield found
            for text, key in _texts(element, local):
                if text not in labels:
                    tags = (Tag(*m.span(), "", verbatim=True) for m in _PLACEHOLDER.finditer(text))
                    labels[text] = _Label(Unit(0, 0, text, tuple(tags) if local == "lvlText" else ()))
                    yield labels[text]
                labels[text].places.append((element, key))
        self._tables = walk.tables

    def _related(self, part: str) -> dict[str, list[str]]:
        """Give the parts that a part names, by the last word of their relationships' types."""
        found: dict[str, list[str]] = {}
        for _, kind, target in self._relationships(part):
            found.setdefault(kind, []).append(normpath(join("/", dirname(part), target)).lstrip("/"))
        return found

    def _relationships(self, part: str) -> Iterator[tuple[str, str, str]]:
        """Give the identity, kind and target of a part's relationships (ECMA-376 Part 2)."""
        folder, file = split(part)
        relationships = join(folder, "_rels", f"{file}.rels")
        if part and relationships not in self.package.entries:
            return
        for element in self.package.xml(relationships):
            if isinstance(element.tag, str):
                yield element.get("Id", ""), element.get("Type", "").rpartition("/")[2], element.get("Target", "")


def _texts(element: etree._Element, local: str) -> Iterator[tuple[str, str]]:
    """Give an element's texts that are no paragraphs, where they are Arabic, and the names of their attributes."""
    keys = _LABELS.get(local, ())
    found = [(element.get(key, ""), key) for key in ((k if ":" in local else attribute(element, k)) for k in keys)]
    if local == "dc:title":
        found.append((element.text or "", ""))
    return ((text.strip(), key) for text, key in found if has_arabic(text))


@dataclass(slots=True)
class _Table:
    number: int
    row: int = -1
    column: int = 0


@dataclass(slots=True)
class _Alternatives:
    """An mc:AlternateContent: the branch that is being read, and the paragraphs of the first by their texts."""

    branch: int = 0
    paragraphs: dict[str, list[Paragraph]] = field(default_factory=lambda: defaultdict(list))


class _Walk:
    """Where a walk through a part stands: in which cell of which table, in which alternative of the same content."""

    def __init__(self, tables: int) -> None:
        self.tables = tables
        self._around: list[_Table] = []
        self._cells: list[tuple[int, int, int] | None] = [None]
        self._alternatives: list[_Alternatives] = []

    @property
    def cell(self) -> tuple[int, int, int] | None:
        """Give the table, row and column of the cell, None outside of tables."""
        return self._cells[-1]

    def step(self, event: str, element: etree._Element, local: str) -> None:
        """Go on, past the start or the end of an element."""
        if event == "end":
            self._leave(element, local)
        elif local == "tbl":
            self._around.append(_Table(self.tables))
            self.tables += 1
        elif local == "tr" and self._around:
            self._around[-1].row += 1
            self._around[-1].column = _count(child(element, "trPr", "gridBefore"), 0)
        elif local == "tc" and self._around:
            table = self._around[-1]
            self._cells.append((table.number, table.row, table.column))
            table.column += _count(child(element, "tcPr", "gridSpan"), 1)
        elif local == "txbxContent":
            self._cells.append(None)
        elif local == "mc:AlternateContent":
            self._alternatives.append(_Alternatives())
        elif local in ("mc:Choice", "mc:Fallback") and self._alternatives:
            self._alternatives[-1].branch += 1

    def _leave(self, element: etree._Element, local: str) -> None:
        if local == "tbl":
            self._around.pop()
        elif (local == "tc" and self._around) or local == "txbxContent":
            self._cells.pop()
        elif local == "mc:AlternateContent":
            self._alternatives.pop()

    def twin(self, paragraph: Paragraph) -> bool:
        """Tell whether a paragraph only repeats one of the first alternative, which then has it as a twin."""
        text = paragraph.unit.text
        for around in self._alternatives:
            if around.branch == 1:
                around.paragraphs[text].append(paragraph)
            elif around.paragraphs[text]:
                around.paragraphs[text].pop(0).twins.append(paragraph)
                return True
        return False


def _count(element: etree._Element | None, default: int) -> int:
    number = value(element)
    return int(number) if number.isdecimal() else default
