"""The text of one Markdown block and the markup in it, put together from the parser's events."""

import re
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from html import unescape
from typing import Any

from corpus.document import Kind, Style
from corpus.readers.slices import Tag, Unit

__all__ = ["INLINE", "Event", "Passage", "Run", "Slice", "Source"]

INLINE = frozenset(
    ["Text", "Code", "InlineMath", "DisplayMath", "InlineHtml", "SoftBreak", "HardBreak", "FootnoteReference"]
    + [sign + tag for sign in "+-" for tag in ("Strong", "Emphasis", "Strikethrough", "Link", "Image")]
)
"""The names of the events that a block's text is made of."""

_STYLES: Mapping[str, Style] = {
    "Strong": "strong",
    "strong": "strong",
    "b": "strong",
    "Emphasis": "emphasis",
    "em": "emphasis",
    "i": "emphasis",
    "Link": "link",
    "a": "link",
    "code": "code",
}
_ELEMENT = re.compile(r"<(/?)([A-Za-z][\w-]*)")
_HREF = re.compile(r"""\shref\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>"']+))""", re.IGNORECASE)
_VERBATIM = frozenset(["code", "kbd", "pre", "samp", "script", "style", "var"])
_VOID = frozenset(["area", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"])

Slice = tuple[int, int]
"""Characters of the file; bytes of it while it is parsed."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A unit, and what it takes to write it anew.

    `breaks` are the file's characters for each line break in the unit's text. `origins` tells of each tag that is empty
    where it was read from, for in it may stand an image's alternative text, which is a unit of its own. What is
    `verbatim` is nothing but code and formulas.
    """

    unit: Unit
    breaks: tuple[str, ...] = ()
    origins: tuple[Slice | None, ...] = ()
    verbatim: bool = False


@dataclass(frozen=True, slots=True)
class Event:
    """What the parser found: its name, its value, and the bytes `start:end` that it was read from.

    What opens or closes is named by its tag, after a `+` or `-`: `+Link`, `-Link`.
    """

    name: str
    value: Any
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Source:
    """A file's bytes, and where shortcodes stand in them, in order."""

    data: bytes
    shortcodes: Sequence[Slice] = ()

    def raw(self, start: int, end: int) -> str:
        """Give the text that stands at these bytes."""
        return self.data[start:end].decode()

    def hidden(self, start: int, end: int) -> Sequence[Slice]:
        """Give the shortcodes that begin within these bytes."""
        return self.shortcodes[bisect_left(self.shortcodes, (start, 0)) : bisect_left(self.shortcodes, (end, 0))]


@dataclass(frozen=True, slots=True)
class _Opened:
    """A tag that waits for its end: its number, where it begins in the file, and how much the run held before it."""

    name: str
    value: Any
    number: int
    start: int
    pieces: int
    length: int
    letters: int
    breaks: int
    steps: int
    elements: int


class Run:
    """The text of a block, as it grows; the block begins at the byte `reached`."""

    def __init__(self, source: Source, reached: int) -> None:
        self.images: list[Run] = []
        self._source = source
        self._reached = reached
        self._span: Slice | None = None
        self._pieces: list[str] = []
        self._length = 0
        self._letters = self._verbatim = 0  # how many pieces are more than white space, and are code or a formula
        self._tags: list[Tag] = []
        self._origins: list[Slice | None] = []
        self._steps: list[int] = []  # the tags' numbers as they open, and -1 where one that is not empty ends
        self._opened: list[_Opened] = []
        self._elements: list[_Opened] = []
        self._breaks: list[str] = []
        self._broken: int | None = None
        self._image: Run | None = None
        self._images = 0

    def take(self, event: Event) -> None:
        """Add what the parser found next."""
        name = event.name
        if name[1:] == "Image":
            self._take_image(event)
        elif self._image is not None:
            self._image.take(event)
        elif name[0] == "+":
            before = self._delimiter(event)
            link = ""
            if name == "+Link" and not self._source.hidden(event.start, event.end):
                link = event.value["dest_url"]
            self._opened.append(self._open(event, before, event.start + len(before), link))
        elif name[0] == "-":
            opened = self._opened.pop()
            del self._elements[opened.elements :]
            self._close(opened, self._reached, event.end, self._ending(event, opened))
        elif name in ("SoftBreak", "HardBreak"):
            self._break(event.start, hard=name == "HardBreak")
        elif name == "InlineHtml":
            self._take_html(event)
        elif name == "FootnoteReference":
            self._empty(event.start, event.end)
        elif name == "Text":
            self._take_text(event)
        else:
            self._take_verbatim(event)
        if name[0] != "+":
            self._reached = event.end

    def passage(self, kind: Kind, level: int = 0, cell: tuple[int, int, int] | None = None) -> Passage | None:
        """Give what was taken as a block of this kind; None where there is no text in it."""
        if not self._letters or self._span is None:
            return None
        text = "".join(self._pieces).rstrip()
        depths: dict[int, int] = {}
        depth = 0
        for number in self._steps:
            if number < 0:
                depth -= 1
            else:
                depths[number] = depth
                depth += self._origins[number] is None
        tags = (
            replace(tag, start=min(tag.start, len(text)), end=min(tag.end, len(text)), depth=depths[number])
            for number, tag in enumerate(self._tags)
        )
        unit = Unit(*self._span, text, tuple(tags), kind, level, cell)
        return Passage(unit, tuple(self._breaks), tuple(self._origins), self._letters == self._verbatim)

    def _reach(self, start: int, end: int) -> None:
        """Take note that text or markup stands at these bytes: the line break before it ends there."""
        if self._broken is not None:
            self._breaks.append(self._source.raw(self._broken, start))
            self._broken = None
        self._span = (start if self._span is None else self._span[0], end)

    def _fresh(self) -> bool:
        """Whether the text is at the beginning of a line."""
        return not self._pieces or self._pieces[-1] == "\n"

    def _add(self, text: str) -> None:
        self._pieces.append(text)
        self._length += len(text)
        self._letters += not text.isspace()

    def _take_text(self, event: Event) -> None:
        """Add text; a shortcode in it is an empty tag."""
        hidden = self._source.hidden(event.start, event.end)
        if not hidden:
            self._text(event.value, event.start, event.end)
            return
        at = event.start
        for start, end in hidden:
            self._text(self._source.raw(at, start), at, start)
            self._empty(start, end)
            at = end
        self._text(self._source.raw(at, event.end), at, event.end)

    def _text(self, text: str, start: int, end: int) -> None:
        if self._fresh():
            text = text.lstrip()
        if not text:
            return
        if not text.isspace():
            # An escaped character is told without its backslash.
            escaped = start > self._reached and self._source.data[start - 1] == ord("\\")
            self._reach(start - escaped, end)
        self._add(text)

    def _break(self, start: int, *, hard: bool) -> None:
        """End a line; where nothing stands in it there is none."""
        if self._fresh():
            return
        if hard:
            self._broken = start
            self._add("\n")
        elif not self._pieces[-1][-1].isspace():
            self._add(" ")

    def _take_verbatim(self, event: Event) -> None:
        """Add code, or a formula with its dollars."""
        raw = self._source.raw(event.start, event.end)
        fence = raw[: len(raw) - len(raw.lstrip(raw[0]))]
        hidden = self._source.hidden(event.start, event.end)
        inner = (raw[len(fence) : -len(fence)] if hidden else event.value).replace("\n", " ")
        text = inner.strip()
        if not text:
            self._empty(event.start, event.end)
        elif event.name == "Code":
            padding = " " * (inner[0] == "`" or inner[-1] == "`" or inner[0] == inner[-1] == " ")
            lead, trail = inner[: len(inner) - len(inner.lstrip())], inner[len(inner.rstrip()) :]
            self._put_verbatim(event, text, fence + padding + lead, trail + padding + fence, "code")
        else:
            self._put_verbatim(event, fence + inner + fence)

    def _put_verbatim(self, event: Event, text: str, before: str = "", after: str = "", style: Style = "") -> None:
        self._reach(event.start, event.end)
        self._put(Tag(self._length, self._length + len(text), before, after, style=style, verbatim=True), None)
        self._steps.append(-1)
        self._add(text)
        self._verbatim += 1

    def _take_html(self, event: Event) -> None:
        """Add an HTML tag: a pair is a tag around what it holds, a line break is one, any other is empty."""
        raw = self._source.raw(event.start, event.end)
        element = _ELEMENT.match(raw)
        name = element[2].lower() if element else ""
        around = self._opened[-1].elements if self._opened else 0
        if name == "br" and not self._fresh():
            self._break(event.start, hard=True)
        elif element and not element[1] and name != "br" and name not in _VOID and not raw.endswith("/>"):
            self._elements.append(self._open(replace(event, name=f"+{name}"), raw, event.end, _link(raw)))
            self._origins[-1] = event.start, event.end  # none of its own unless its end is found
        elif len(self._elements) > around and self._elements[-1].name == name and element and element[1]:
            self._close(self._elements.pop(), event.start, event.end, raw)
        else:
            self._empty(event.start, event.end)

    def _take_image(self, event: Event) -> None:
        """Add an image: an empty tag, its alternative text apart."""
        if event.name[0] == "+":
            self._images += 1
            if self._images == 1:
                self._image = Run(self._source, event.start + 2)
                # Elsewhere the text is the image's label too.
                if event.value["link_type"] in ("Inline", "Reference"):
                    self.images.append(self._image)
        else:
            self._images -= 1
            if self._images == 0:
                self._image = None
                self._empty(event.start, event.end)

    def _put(self, tag: Tag, origin: Slice | None) -> None:
        self._steps.append(len(self._tags))
        self._tags.append(tag)
        self._origins.append(origin)

    def _empty(self, start: int, end: int) -> None:
        """Add a tag that holds no text: all that stands at these bytes."""
        self._reach(start, end)
        self._put(Tag(self._length, self._length, self._source.raw(start, end)), (start, end))

    def _open(self, event: Event, before: str, end: int, link: str) -> _Opened:
        self._reach(event.start, end)
        self._reached = end
        name = event.name[1:]
        opened = _Opened(
            name,
            event.value,
            len(self._tags),
            event.start,
            len(self._pieces),
            self._length,
            self._letters,
            len(self._breaks),
            len(self._steps),
            len(self._elements),
        )
        style = _STYLES.get(name, "")
        verbatim = before == "<" or name in _VERBATIM
        self._put(Tag(self._length, self._length, before, style=style, link=link, verbatim=verbatim), None)
        return opened

    def _close(self, opened: _Opened, start: int, end: int, after: str) -> None:
        """End a tag with what stands at these bytes; one that holds no text is empty, whatever is in it."""
        self._reach(start, end)
        if self._letters > opened.letters:
            self._tags[opened.number] = replace(self._tags[opened.number], end=self._length, after=after)
            self._origins[opened.number] = None
            self._steps.append(-1)
            return
        del self._pieces[opened.pieces :]
        del self._tags[opened.number :]
        del self._origins[opened.number :]
        del self._breaks[opened.breaks :]
        del self._steps[opened.steps :]
        self._length = opened.length
        self._empty(opened.start, end)

    def _delimiter(self, event: Event) -> str:
        """Give the characters that open a tag."""
        name = event.name[1:]
        if name == "Link":
            return "<" if event.value["link_type"] in ("Autolink", "Email") else "["
        double = name == "Strong" or self._source.data[event.start : event.start + 2] == b"~~"
        return self._source.raw(event.start, event.start + 1 + double)

    def _ending(self, event: Event, opened: _Opened) -> str:
        """Give the characters that close a tag; a link that is its own label gets this label said."""
        if event.name != "-Link":
            return self._tags[opened.number].before
        kind = opened.value["link_type"]
        if kind in ("Autolink", "Email"):
            return ">"
        if kind in ("Collapsed", "Shortcut"):
            return f"][{' '.join(opened.value['id'].split())}]"
        return self._source.raw(self._source.data.index(b"]", self._reached), event.end)


def _link(element: str) -> str:
    """Give what an HTML tag links to, or ""."""
    found = _HREF.search(element)
    return unescape(found[1] or found[2] or found[3] or "") if found else ""
