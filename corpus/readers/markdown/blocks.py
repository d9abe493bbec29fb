"""Markdown's blocks of running text, and where they stand in the file.

CommonMark with tables, footnotes, task lists, alerts, strikethrough, formulas, definition lists and heading attributes,
read by pulldown-cmark, which tells for everything the bytes that it was read from. Front matter, the shortcodes of Hugo
and Liquid and the `:::` fences of MyST and Docusaurus are unknown to it: they are masked, bytes for bytes.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from corpus.document import Kind
from corpus.readers.markdown.inline import INLINE, Event, Passage, Run, Slice, Source

__all__ = ["passages_of"]

_FRONT_MATTER = re.compile(r"(---|\+\+\+)[ \t]*\r?\n(?![ \t]*\r?\n)(?:[^\r\n]*\r?\n)*?(?:\1|\.\.\.)[ \t]*(?:\r?\n|\Z)")
_FENCE = re.compile(r"^([ \t>]*)(:{3,}[^\n]*(?:\n[ \t]*:[\w-]+:(?!\S)[^\n]*)*)", re.MULTILINE)
_SHORTCODE = re.compile(r"(?<!\\)\{(?:\{(?:[^{}\n]|\n(?![ \t]*\r?\n))*+\}|%(?:[^{}\n]|\n(?![ \t]*\r?\n))*+(?<=%))\}")


def passages_of(text: str) -> tuple[list[Passage], list[Slice]]:
    """Find the passages of a Markdown text, in reading order, and the places of its HTML blocks, which are none.

    An image's alternative text comes after the passage that the image stands in. All places count characters.
    """
    masked, shortcodes = _masked(text)
    walk = _Walk(Source(text.encode(), shortcodes))
    passages = list(walk.passages(masked))
    places = {place for p in passages for pair in ((p.unit.start, p.unit.end), *p.origins) for place in pair or ()}
    at = _characters(walk.source.data, places.union(*walk.html))
    return [
        replace(
            p,
            unit=replace(p.unit, start=at[p.unit.start], end=at[p.unit.end]),
            origins=tuple(pair and (at[pair[0]], at[pair[1]]) for pair in p.origins),
        )
        for p in passages
    ], [(at[start], at[end]) for start, end in walk.html]


def _characters(data: bytes, places: Iterable[int]) -> dict[int, int]:
    """Tell which character begins at each of these bytes of a text in UTF-8."""
    found: dict[int, int] = {}
    at = characters = 0
    for place in sorted(places):
        characters += len(data[at:place].decode())
        found[place] = characters
        at = place
    return found


def _masked(text: str) -> tuple[str, list[Slice]]:
    """Hide what the parser does not know, without moving a byte, and tell the bytes where shortcodes stand.

    Front matter and fences are blanked, which parts the blocks around them; a shortcode reads as a word.
    """
    front = _FRONT_MATTER.match(text)
    if front:
        text = _blank(front[0]) + text[front.end() :]
    text = _FENCE.sub(lambda fence: fence[1] + _blank(fence[2]), text)
    pieces: list[str] = []
    shortcodes: list[Slice] = []
    at = size = 0
    for match in _SHORTCODE.finditer(text):
        before = text[at : match.start()]
        start = size + len(before.encode())
        size = start + len(match[0].encode())
        pieces += [before, "x" * (size - start)]
        shortcodes.append((start, size))
        at = match.end()
    return "".join([*pieces, text[at:]]), shortcodes


def _blank(text: str) -> str:
    """Give white space of the same size in UTF-8, and the same lines."""
    return re.sub(r"[^\r\n]+", lambda line: " " * len(line[0].encode()), text)


def _events(text: str) -> Iterator[Event]:
    from pyromark import Options, events_with_range

    options = (
        Options.ENABLE_TABLES
        | Options.ENABLE_FOOTNOTES
        | Options.ENABLE_STRIKETHROUGH
        | Options.ENABLE_TASKLISTS
        | Options.ENABLE_MATH
        | Options.ENABLE_GFM
        | Options.ENABLE_DEFINITION_LIST
        | Options.ENABLE_HEADING_ATTRIBUTES
    )
    collapsed: list[bool] = []
    for event, place in events_with_range(text, options=options):
        name, value = _named(event)
        end = place["end"]
        if name in ("Start", "End"):
            tag, value = _named(value)
            name = f"{'+' if name == 'Start' else '-'}{tag}"
            if tag in ("Link", "Image"):
                if name[0] == "+":
                    collapsed.append(value["link_type"] == "Collapsed")
                end += 2 * (collapsed[-1] if name[0] == "+" else collapsed.pop())  # its `[]` is not counted
        yield Event(name, value, place["start"], end)


def _named(event: Any) -> tuple[str, Any]:
    """Give the name and the value of what is a name alone or a mapping of one name."""
    return (event, None) if isinstance(event, str) else next(iter(event.items()))


class _Walk:
    """The way through the blocks of a text."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.html: list[Slice] = []
        self._around: list[str] = []
        self._items: list[bool] = []  # of each list item around, whether its first paragraph is still to come
        self._cell = (-1, -1, -1)
        self._run: Run | None = None
        self._kind: tuple[Kind, int] = ("paragraph", 0)

    def passages(self, text: str) -> Iterator[Passage]:
        """Give the passages of the text with its masks; their places count bytes."""
        reached = 0
        for event in _events(text):
            name = event.name
            if self._around and self._around[-1] in ("CodeBlock", "HtmlBlock") and name[0] != "-":
                continue
            if name in INLINE:
                # The text of a tight list stands in no paragraph.
                self._run = self._run or self._begin(reached)
                self._run.take(event)
                continue
            if name == "TaskListMarker":
                reached = event.end
                continue
            yield from self._end()
            reached = event.start if name[0] == "+" else event.end
            if name[0] == "+":
                self._enter(event)
            elif name[0] == "-":
                self._leave()
        yield from self._end()

    def _enter(self, event: Event) -> None:
        name = event.name[1:]
        self._around.append(name)
        table, row, column = self._cell
        if name == "HtmlBlock":
            self.html.append((event.start, event.end))
        elif name == "Item":
            self._items.append(True)
        elif name == "Table":
            self._cell = table + 1, -1, -1
        elif name in ("TableHead", "TableRow"):
            self._cell = table, row + 1, -1
        elif name in ("Paragraph", "TableCell"):
            self._cell = table, row, column + (name == "TableCell")
            self._run = self._begin(event.start)
        elif name == "Heading":
            self._run = self._begin(event.start)
            self._kind = "heading", int(event.value["level"][1])

    def _leave(self) -> None:
        if self._around.pop() == "Item":
            self._items.pop()

    def _begin(self, start: int) -> Run:
        """Begin a passage; what it stands in tells its kind."""
        around = next((name for name in reversed(self._around[-2:]) if name != "Paragraph"), "")
        self._kind = "paragraph", 0
        if around == "TableCell":
            self._kind = "cell", 0
        elif around == "BlockQuote":
            self._kind = "quote", 0
        elif around == "Item" and self._items[-1]:
            self._items[-1] = False
            self._kind = "item", len(self._items)
        return Run(self.source, start)

    def _end(self) -> Iterator[Passage]:
        run, self._run = self._run, None
        if run is None:
            return
        passage = run.passage(*self._kind, self._cell if self._kind[0] == "cell" else None)
        alternatives = (image.passage("paragraph") for image in run.images)
        yield from (p for p in (passage, *alternatives) if p is not None)
