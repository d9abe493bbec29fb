"""What stands in a Word paragraph: text, breaks, objects, and what encloses them, as a tree."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from itertools import count, groupby
from operator import itemgetter

from lxml import etree

from corpus.document import Style
from corpus.readers.docx.direction import anglicise
from corpus.readers.docx.styles import Styles
from corpus.readers.docx.xml import attribute, child, link, name, on, value

__all__ = ["Break", "Format", "Formats", "Group", "Node", "Object", "Raw", "Text", "inline", "length"]

_MAX_DEPTH = 16  # of enclosures, and in each of fields and ranges; what lies deeper is an object, or goes to the ends
_ENCLOSING = frozenset({"hyperlink", "ins", "moveTo", "smartTag", "customXml", "sdt", "fldSimple"})
_TRANSPARENT = frozenset({"dir", "bdo"})
_PASSING = frozenset({"proofErr", "lastRenderedPageBreak", "softHyphen", "rPr", "pPr"})
_BREAKS = frozenset({"br", "cr", "tab", "ptab"})
_PROPERTIES = re.compile(r"\w+Pr|fldData")
_RANGE = re.compile(r"(\w+)(Start|End)")
_HYPERLINK = re.compile(r'\s*HYPERLINK\s+(?:"([^"]*)"|([^\\\s]\S*))?(?:\s*\\l\s+"([^"]*)")?')
# What makes no difference to English text, or is written by the run's style and place.
_IDLE = frozenset({"lang", "noProof", "bCs", "iCs", "szCs", "rPrChange"})
_IDLE_FONTS = ("cs", "cstheme", "eastAsia", "eastAsiaTheme", "hint")


@dataclass(frozen=True, slots=True)
class Format:
    """How a run of English is set; two are equal where the text looks the same.

    `properties` is its w:rPr, None where it has none.
    """

    key: tuple[object, ...] = ()
    properties: etree._Element | None = field(default=None, compare=False)
    strong: bool = field(default=False, compare=False)
    emphasis: bool = field(default=False, compare=False)
    code: bool = field(default=False, compare=False)


Raw = tuple[etree._Element, Format | None]
"""An element as it is: what a run of this format holds, or without one what stands beside runs."""


@dataclass(frozen=True, slots=True)
class Text:
    """Characters of one format."""

    text: str
    format: Format


@dataclass(frozen=True, slots=True)
class Break:
    """A new line, column or page, or a tab: what follows is set apart from what stood before."""

    raw: Raw


@dataclass(frozen=True, slots=True)
class Object:
    """What is no text: images, notes' references, formulas, deleted text."""

    raws: tuple[Raw, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """What encloses text: an element, `shell`, with its content moved to `nodes`, or a field or range in two halves."""

    nodes: tuple["Node", ...]
    shell: etree._Element | None = None
    before: tuple[Raw, ...] = ()
    after: tuple[Raw, ...] = ()
    style: Style = ""
    link: str = ""

    @property
    def format(self) -> Format | None:
        """The format of most of its own characters, or else of those in the groups inside; None where it has none."""
        counts: Counter[Format] = Counter()
        for text in (node for node in self.nodes if isinstance(node, Text)):
            counts[text.format] += len(text.text.strip())
        if +counts:
            return counts.most_common(1)[0][0]
        return next((found for node in self.nodes if isinstance(node, Group) and (found := node.format)), None)


@dataclass(frozen=True, slots=True)
class _Edge:
    """One end of a field or a range; `pair` is what the two have in common, `at` counts them through the paragraph."""

    at: int
    kind: str
    pair: str
    raw: Raw


Node = Text | Break | Object | Group
_Leaf = Node | _Edge


class Formats:
    """The formats of a document's runs."""

    def __init__(self, styles: Styles) -> None:
        self._styles = styles
        self._known: dict[tuple[object, ...], Format] = {}

    def of(self, properties: etree._Element | None) -> Format:
        """Give the format that a w:rPr of Arabic text makes in English."""
        signature = _signature(properties)
        if signature not in self._known:
            self._known[signature] = self._made(properties)
        return self._known[signature]

    def _made(self, properties: etree._Element | None) -> Format:
        if properties is None:
            return Format()
        made = deepcopy(properties)
        anglicise(made)
        for element in [e for e in made if name(e) in _IDLE]:
            made.remove(element)
        fonts = child(made, "rFonts")
        if fonts is not None:
            for local in _IDLE_FONTS:
                fonts.attrib.pop(attribute(fonts, local), "")
            if not fonts.attrib:
                made.remove(fonts)
        strong, emphasis, code = self._styles.characters(value(child(made, "rStyle")))
        bold, italic = child(made, "b"), child(made, "i")
        strong = strong if bold is None else on(bold)
        emphasis = emphasis if italic is None else on(italic)
        return Format(_signature(made), made if len(made) else None, strong, emphasis, code)


def inline(
    paragraph: etree._Element, formats: Formats, links: Mapping[str, str]
) -> tuple[Group, tuple[Raw, ...], tuple[Raw, ...]]:
    """Read the content of a w:p; `links` are the targets of its part's relationships.

    Gives the tree, and the raw ends of fields and ranges that reach beyond the paragraph or cross another: those that
    are to stand before all else, and behind it. The tree is as deep as the file's, which the XML parser bounds.
    """
    reader = _Reader(formats, links)
    nodes = reader.content(paragraph)
    return Group(nodes), _in_order(reader.head), _in_order(reader.tail)


def _in_order(raws: Iterable[tuple[int, Raw]]) -> tuple[Raw, ...]:
    return tuple(raw for _, raw in sorted(raws, key=itemgetter(0)))


def length(node: Node) -> int:
    """Count the characters of a node, a break as one."""
    if isinstance(node, Group):
        return sum(map(length, node.nodes))
    return len(node.text) if isinstance(node, Text) else int(isinstance(node, Break))


def _signature(properties: etree._Element | None) -> tuple[object, ...]:
    """Give what tells two w:rPr apart."""
    return tuple(
        (e.tag, tuple(sorted(e.attrib.items())), _signature(e)) for e in (() if properties is None else properties)
    )


class _Reader:
    """Reads one paragraph; `head` and `tail` take what finds no place inside, and where it stood."""

    def __init__(self, formats: Formats, links: Mapping[str, str]) -> None:
        self._formats = formats
        self._links = links
        self._depth = 0
        self._seen = False  # text, so far
        self._instructions: list[bool] = []  # of the fields around: whether the instruction still goes on
        self._edges = count()
        self.head: list[tuple[int, Raw]] = []
        self.tail: list[tuple[int, Raw]] = []

    def content(self, parent: etree._Element) -> tuple[Node, ...]:
        """Read what an element encloses."""
        before = self._seen
        return _joined(self._paired(list(self._leaves(parent)), before))

    def _leaves(self, parent: etree._Element) -> Iterator[_Leaf]:
        self._depth += 1
        for element in parent:
            local = name(element)
            if local == "r":
                yield from self._run(element)
            elif local in _TRANSPARENT and self._depth < _MAX_DEPTH:
                yield from self._leaves(element)
            elif local in _ENCLOSING and self._depth < _MAX_DEPTH:
                yield self._enclosure(element, local)
            elif match := _RANGE.fullmatch(local):
                kind = "open" if match[2] == "Start" else "close"
                yield _Edge(next(self._edges), kind, match[1] + value(element, "id"), (element, None))
            elif local not in _PASSING and isinstance(element.tag, str) and not _PROPERTIES.fullmatch(local):
                yield Object(((element, None),))
        self._depth -= 1

    def _run(self, run: etree._Element) -> Iterator[_Leaf]:
        properties = child(run, "rPr")
        made = self._formats.of(properties)
        hidden = on(child(properties, "vanish"))
        for element in run:
            local = name(element)
            if local in _PASSING or not isinstance(element.tag, str):
                continue
            if local == "fldChar":
                kind = value(element, "fldCharType")
                self._field(kind)
                yield _Edge(next(self._edges), kind, "field", (element, made))
            elif local == "t" and not hidden and not any(self._instructions):
                text = _characters(element)
                self._seen = self._seen or bool(text.strip())
                yield Text(text, made)
            elif local == "noBreakHyphen" and not hidden:
                yield Text("\u2011", made)
            elif local in _BREAKS and not any(self._instructions):
                yield Break((element, made))
            else:
                yield Object(((element, made),))

    def _field(self, kind: str) -> None:
        """Keep count of the fields around, as far as they are told apart."""
        if kind == "begin" and len(self._instructions) < _MAX_DEPTH:
            self._instructions.append(True)
        elif kind == "separate" and self._instructions:
            self._instructions[-1] = False
        elif kind == "end" and self._instructions:
            self._instructions.pop()

    def _enclosure(self, element: etree._Element, local: str) -> Node:
        """Read an element that encloses text; it is an object where there is none."""
        content = child(element, "sdtContent") if local == "sdt" else element
        nodes = () if content is None else self.content(content)
        if not any(map(length, nodes)):
            return Object(((element, None),))
        if local != "hyperlink":
            return Group(nodes, element)
        anchor = value(element, "anchor")
        target = self._links.get(link(element), "") + (f"#{anchor}" if anchor else "")
        return Group(nodes, element, style="link", link=target)

    def _paired(self, leaves: Sequence[_Leaf], before: bool) -> list[Node]:
        """Put what lies between the two ends of a field or a range into a group; `before` tells of text before.

        Ends without the other here, and those of ranges that cross another, go to the head or the tail.
        """
        out: list[_Leaf] = []
        opened: list[int] = []  # where in `out` unclosed edges lie
        seen = before
        for leaf in leaves:
            seen = seen or (not isinstance(leaf, _Edge) and length(leaf) > 0)
            if not isinstance(leaf, _Edge) or leaf.kind == "separate":
                out.append(leaf)
            elif leaf.kind in ("begin", "open"):
                if len(opened) < _MAX_DEPTH:
                    opened.append(len(out))
                    out.append(leaf)
                else:
                    self.head.append((leaf.at, leaf.raw))
            elif not self._closed(leaf, out, opened):
                (self.tail if seen or leaf.pair != "field" else self.head).append((leaf.at, leaf.raw))
        return list(self._rest(out, before))

    def _closed(self, edge: _Edge, out: list[_Leaf], opened: list[int]) -> bool:
        """Close a field or range that is open, and tell whether there was one."""
        for at in reversed(opened):
            begin = out[at]
            if isinstance(begin, _Edge) and begin.pair == edge.pair:
                break
            if isinstance(begin, _Edge) and begin.kind == "begin":  # a field stays whole, so the range gives way
                return False
        else:
            return False
        inner = out[at + 1 :]
        del out[at:]
        while opened.pop() != at:
            pass
        before = [begin.raw]
        if edge.pair == "field":
            cut = next((i for i, e in enumerate(inner) if isinstance(e, _Edge) and e.kind == "separate"), len(inner))
            before += _raws(inner[: cut + 1])
            inner = inner[cut + 1 :]
        self.head += [(leaf.at, leaf.raw) for leaf in inner if isinstance(leaf, _Edge)]
        nodes = [leaf for leaf in inner if not isinstance(leaf, _Edge)]
        if any(map(length, nodes)):
            target = _target(before) if edge.pair == "field" else ""
            style: Style = "link" if target else ""
            out.append(Group(_joined(nodes), None, tuple(before), (edge.raw,), style, target))
        else:
            out.append(Object((*before, *_raws(nodes), edge.raw)))
        return True

    def _rest(self, leaves: Sequence[_Leaf], seen: bool) -> Iterator[Node]:
        """Give the nodes; edges that were never closed go to the head, a field's behind text to the tail."""
        begun: int | None = None  # the field whose instruction goes on
        for leaf in leaves:
            if isinstance(leaf, _Edge):
                begun = leaf.at if leaf.kind == "begin" else None
                (self.tail if seen and leaf.pair == "field" else self.head).append((leaf.at, leaf.raw))
            elif begun is not None and length(leaf) == 0:
                at = begun
                (self.tail if seen else self.head).extend((at, raw) for raw in _raws([leaf]))
            else:
                seen = seen or length(leaf) > 0
                yield leaf


def _raws(leaves: Iterable[_Leaf]) -> Iterator[Raw]:
    """Take leaves without text apart into elements again."""
    for leaf in leaves:
        if isinstance(leaf, Object):
            yield from leaf.raws
        elif isinstance(leaf, Break | _Edge):
            yield leaf.raw
        elif isinstance(leaf, Group):
            yield from leaf.before
            yield from [(leaf.shell, None)] if leaf.shell is not None else _raws(leaf.nodes)
            yield from leaf.after


def _target(before: Sequence[Raw]) -> str:
    """Read where a HYPERLINK field leads, "" for other fields."""
    match = _HYPERLINK.match("".join(e.text or "" for e, _ in before if name(e) == "instrText"))
    if not match:
        return ""
    return (match[1] or match[2] or "") + (f"#{match[3]}" if match[3] else "")


def _characters(element: etree._Element) -> str:
    """Give the text of a w:t as Word reads it: white space at the ends counts only where it says so."""
    text = re.sub(r"[\t\r\n]", " ", element.text or "")
    kept = element.get("{http://www.w3.org/XML/1998/namespace}space") == "preserve"
    return text if kept else text.strip(" ")


def _joined(nodes: Iterable[Node]) -> tuple[Node, ...]:
    """Join texts of one format, and objects, where they meet."""
    out: list[Node] = []
    for kind, alike in groupby(nodes, key=type):
        if kind is Text:
            out += _merged(node for node in alike if isinstance(node, Text) and node.text)
        elif kind is Object:
            out.append(Object(tuple(_raws(alike))))
        else:
            out += alike
    return tuple(out)


def _merged(texts: Iterable[Text]) -> Iterator[Text]:
    """Join texts of one format; white space takes the format of the text before it, or else behind it."""
    pieces: list[str] = []
    current: Format | None = None
    for text in texts:
        blank = text.text.isspace()
        if current is not None and not blank and text.format != current:
            yield Text("".join(pieces), current)
            pieces = []
        current = current if blank else text.format
        pieces.append(text.text)
    if pieces:
        yield Text("".join(pieces), current or Format())
