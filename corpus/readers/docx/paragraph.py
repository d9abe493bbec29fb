"""A Word paragraph: its text and marks read, and its content made anew in English."""

import re
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field, replace

from lxml import etree

from corpus.document import English, Mark, Style, nested
from corpus.readers.docx.direction import align_to_start
from corpus.readers.docx.inline import Break, Format, Formats, Group, Node, Object, Raw, Text, inline, length
from corpus.readers.docx.styles import Styles
from corpus.readers.docx.xml import child, made, name
from corpus.readers.slices import Tag, Unit
from mt.normalize import has_arabic

__all__ = ["Paragraph", "read"]

_PROPERTIES = re.compile(r"\w+Pr|fldData")
_NO_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


_Inner = Group | Object | Break | Format


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A w:p with text: what is read there, what its tags stand for, and what stands around its text.

    `inner` has for each tag of the unit the node or the format that it marks. `backwards` is Arabic text that runs from
    left to right but is pushed to the right. `twins` are paragraphs that show the same text to programs that can't read
    the first.
    """

    element: etree._Element
    unit: Unit
    inner: tuple[_Inner, ...]
    base: Format
    head: tuple[Raw, ...]
    tail: tuple[Raw, ...]
    backwards: bool
    twins: list["Paragraph"] = field(default_factory=list)

    def put(self, english: English, first: int) -> None:
        """Make the paragraph's content anew in English; `first` is the key of its first mark.

        Elements are moved, not copied, so that paragraphs inside them (of text boxes) stay the ones that were read.
        """
        if self.backwards:
            align_to_start(self.element)
        _Writer(self).write(english, first)
        for twin in self.twins:
            same = len(twin.unit.tags) == len(self.unit.tags)
            twin.put(english if same else replace(english, marks=tuple(twin._edges(english.text, first))), first)

    def _edges(self, text: str, first: int) -> Iterator[Mark]:
        """Place all tags at the ends of a text, where nothing is known about them."""
        for number, tag in enumerate(self.unit.tags):
            at = len(text) if tag.start else 0
            yield Mark(at, at, first + number, tag.depth)


def read(
    element: etree._Element,
    formats: Formats,
    links: Mapping[str, str],
    styles: Styles,
    cell: tuple[int, int, int] | None,
) -> Paragraph | None:
    """Read a w:p, None where it has no text; `links` are the targets of its part's relationships."""
    tree, head, tail = inline(element, formats, links)
    layout = _Layout()
    base = tree.format or Format()
    layout.add(tree.nodes, base, 0)
    text = "".join(layout.text)
    body = text.strip()
    if not body:
        return None
    properties = child(element, "pPr")
    unit, inner = layout.trimmed(text, body)
    kind, level = styles.place(properties)
    unit = replace(unit, kind="cell", cell=cell) if cell else replace(unit, kind=kind, level=level)
    backwards = has_arabic(body) and styles.backwards(properties)
    return Paragraph(element, unit, inner, base, head, tail, backwards)


@dataclass(slots=True)
class _Entry:
    """A tag in the making; places count in the text with the white space at its ends."""

    start: int
    end: int
    depth: int
    inner: _Inner
    style: Style = ""
    verbatim: bool = False


class _Layout:
    """The text of a tree and the tags on it."""

    def __init__(self) -> None:
        self.text: list[str] = []
        self._at = 0
        self._entries: list[_Entry] = []

    def add(self, nodes: tuple[Node, ...], base: Format, depth: int) -> None:
        """Lay out what stands in a text of format `base`, inside `depth` tags."""
        for node in nodes:
            start, end = self._at, self._at + length(node)
            if isinstance(node, Text):
                if node.format != base and not node.text.isspace():
                    self._entries.append(_styled(start, depth, node, base))
                self._write(node.text)
            elif isinstance(node, Break):
                self._entries.append(_Entry(start, end, depth, node, verbatim=True))
                self._write("\n")
            elif isinstance(node, Object):
                self._entries.append(_Entry(start, end, depth, node))
            else:
                self._entries.append(_Entry(start, end, depth, node, node.style))
                self.add(node.nodes, node.format or base, depth + 1)

    def trimmed(self, text: str, body: str) -> tuple[Unit, tuple[_Inner, ...]]:
        """Give the unit of the text without white space at its ends, and what its tags mark."""
        lead = len(text) - len(text.lstrip())
        tags: list[Tag] = []
        inner: list[_Inner] = []
        for entry in self._entries:
            start, end = (min(max(at - lead, 0), len(body)) for at in (entry.start, entry.end))
            target = entry.inner.link if isinstance(entry.inner, Group) else ""
            tags.append(Tag(start, end, "", "", entry.depth, entry.style, target, entry.verbatim and start < end))
            inner.append(entry.inner)
        return Unit(0, 0, body, tuple(tags)), tuple(inner)

    def _write(self, text: str) -> None:
        self.text.append(text)
        self._at += len(text)


def _styled(at: int, depth: int, text: Text, base: Format) -> _Entry:
    """Mark text of a format of its own, without white space at its ends, by what sets it apart most."""
    own = text.format
    start, end = at + length(text) - len(text.text.lstrip()), at + len(text.text.rstrip())
    if own.code and not base.code:
        return _Entry(start, end, depth, own, "code", verbatim=True)
    if own.strong and not base.strong:
        return _Entry(start, end, depth, own, "strong")
    return _Entry(start, end, depth, own, "emphasis" if own.emphasis and not base.emphasis else "")


class _Writer:
    """Fills one paragraph."""

    def __init__(self, paragraph: Paragraph) -> None:
        self._paragraph = paragraph
        self._around: list[tuple[etree._Element, Format]] = [(paragraph.element, paragraph.base)]

    def write(self, english: English, first: int) -> None:
        """Put the English text in, with each mark made what it stands for."""
        _emptied(self._paragraph.element)
        self._raw(self._paragraph.head)
        pieces = list(nested(english.text, english.marks))
        for number, piece in enumerate(pieces):
            if not isinstance(piece, str):
                inner = self._paragraph.inner[piece[0].key - first]
                self._open(inner) if piece[1] else self._close(inner)
                continue
            before, after = (self._break_at(pieces, at, first) for at in (number - 1, number + 1))
            if before is None or before != after:  # else it is the break's own text
                text = piece if before is None else piece.lstrip(" ")
                self._text(text if after is None else text.rstrip(" "))
        self._raw(self._paragraph.tail)

    def _break_at(self, pieces: Sequence[str | tuple[Mark, bool]], at: int, first: int) -> int | None:
        """Give the key of the break that begins or ends at a place in the pieces, None where none does."""
        piece = pieces[at] if 0 <= at < len(pieces) else ""
        if isinstance(piece, str) or not isinstance(self._paragraph.inner[piece[0].key - first], Break):
            return None
        return piece[0].key

    def _open(self, inner: _Inner) -> None:
        parent, current = self._around[-1]
        if isinstance(inner, Object):
            self._raw(inner.raws)
        elif isinstance(inner, Break):
            self._raw((inner.raw,))
        elif isinstance(inner, Format):
            self._around.append((parent, inner))
        else:
            self._raw(inner.before)
            if inner.shell is not None:
                parent.append(inner.shell)
                parent = _emptied(inner.shell)
            self._around.append((parent, inner.format or current))

    def _close(self, inner: _Inner) -> None:
        if isinstance(inner, Group | Format):
            self._around.pop()
        if isinstance(inner, Group):
            self._raw(inner.after)

    def _raw(self, raws: tuple[Raw, ...]) -> None:
        parent, _ = self._around[-1]
        for element, own in raws:
            (parent if own is None else self._run(own)).append(element)

    def _text(self, text: str) -> None:
        content = made(self._paragraph.element, "t")
        content.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
        content.text = _NO_XML.sub("", text)
        self._run(self._around[-1][1]).append(content)

    def _run(self, own: Format) -> etree._Element:
        """Begin a run of a format."""
        parent, _ = self._around[-1]
        run = made(self._paragraph.element, "r")
        if own.properties is not None:
            run.append(deepcopy(own.properties))
        parent.append(run)
        return run


def _emptied(element: etree._Element) -> etree._Element:
    """Take out all but the properties of an element, and give the one that holds its content."""
    content = child(element, "sdtContent") if name(element) == "sdt" else element
    content = element if content is None else content
    for part in [e for e in content if not _PROPERTIES.fullmatch(name(e))]:
        content.remove(part)
    return content
