"""A run of inline content, what stands between two block tags of a page, made into a unit: its text and its tags."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Literal

from corpus.readers.html.elements import Place, Step, is_foreign
from corpus.readers.html.tokens import unescape
from corpus.readers.slices import Tag, Unit

__all__ = ["units_of"]


_MOST_CROSSED = 8  # the HTML standard's adoption agency gives up there too


class _Item:
    """A part of a run: text, the beginning or end of an element, or something empty.

    `raw` is its markup, empty where the tag is not in the run; `read` is what a text reads. `start:end` are the
    characters of the file, -1 where the markup was put in. `partner` is the other end of an element. `breaks` where a
    line ends there.
    """

    __slots__ = ("breaks", "end", "kind", "partner", "raw", "read", "start", "step")

    def __init__(
        self, kind: Literal["text", "open", "close", "empty"], raw: str, step: Step, start: int = -1, end: int = -1
    ) -> None:
        self.kind = kind
        self.raw = raw
        self.step = step
        self.start = start
        self.end = end
        self.partner: _Item | None = None
        self.read = _readable(raw) if kind == "text" else ""
        self.breaks = kind == "empty" and step.token.name == "br"


def units_of(text: str, run: Sequence[Step], place: Place) -> Iterator[Unit]:
    """Give the unit that a run holds, none where there is no text or where all of it reads the same in English.

    White space is one space and a line break is one, as a browser shows them; spaces at the ends of an element go
    outside. An element without text is one empty tag. Elements that cross are cut in two, as browsers do. A tag whose
    partner is not in the run stays outside the unit where it can; else its element reaches to an end of the unit, and
    where there are other tags, the run makes a unit on each side of it, lest a translation let them cross.
    """
    items = _items(text, run)
    cuts = {0, len(run)}
    for item in items if sum(item.kind in ("open", "empty") for item in items) > 1 else ():
        if item.kind == "open" and item.partner and not item.partner.raw:
            cuts.add(run.index(item.step))
        elif item.kind == "open" and not item.raw and item.partner:
            cuts.add(run.index(item.partner.step) + 1)
    for start, end in pairwise(sorted(cuts)):
        unit = _unit(_items(text, run[start:end]), place)
        if unit:
            yield unit


def _items(text: str, run: Sequence[Step]) -> list[_Item]:
    """Make items of a run, those that need not be in the unit left out."""
    return _trimmed(_merged(_balanced(text, run)))


def _balanced(text: str, run: Sequence[Step]) -> list[_Item]:
    """Make items of a run, every element with both ends, none crossing another."""
    items: list[_Item] = []
    before: list[_Item] = []
    opened: list[_Item] = []
    for step in run:
        token = step.token
        raw = text[token.start : token.end]
        if token.kind == "text":
            items.append(_Item("text", raw, step, token.start, token.end))
        elif token.kind == "open":
            opened.append(_Item("open", raw, step, token.start, token.end))
            items.append(opened[-1])
        elif token.kind == "close":
            number = next((n for n in reversed(range(len(opened))) if opened[n].step.token.name == token.name), -1)
            crossing = opened[number + 1 :]
            if len(crossing) > _MOST_CROSSED:
                items.append(_Item("empty", raw, step, token.start, token.end))
                continue
            items += (_closed(item, f"</{item.step.token.name}>") for item in reversed(crossing))
            if number < 0:
                before.append(_Item("open", "", step))
            close = _closed(before[-1] if number < 0 else opened[number], raw)
            close.start, close.end = token.start, token.end
            items.append(close)
            again = [_Item("open", item.raw, item.step) for item in crossing]
            items += again
            opened[max(number, 0) :] = again
        else:
            items.append(_Item("empty", raw, step, token.start, token.end))
    return [*reversed(before), *items, *(_closed(item, "") for item in reversed(opened))]


def _closed(item: _Item, raw: str) -> _Item:
    """Give the other end of an element."""
    close = _Item("close", raw, item.step)
    close.partner, item.partner = item, close
    return close


def _merged(items: Sequence[_Item]) -> list[_Item]:
    """Make one empty item of each element without text."""
    merged: list[_Item] = []
    opened: list[tuple[int, int]] = []  # where in `merged` each element begins, and how many texts stand before it
    texts = 0
    for item in items:
        if item.kind == "open":
            opened.append((len(merged), texts))
        elif item.kind == "text":
            texts += bool(item.read.strip())
        elif item.kind == "close":
            first, seen = opened.pop()
            if seen == texts:
                inside = merged[first:]
                del merged[first:]
                if item.partner and item.partner.raw and item.partner.start < 0:  # put in, and for nothing
                    merged += inside[1:]
                    continue
                raw = "".join(part.raw for part in inside) + item.raw
                whole = _Item("empty", raw, inside[0].step)
                whole.start = min((part.start for part in (*inside, item) if part.start >= 0), default=-1)
                whole.end = max(part.end for part in (*inside, item))
                whole.breaks = any(part.breaks for part in inside)
                item = whole
        merged.append(item)
    return merged


def _trimmed(items: Sequence[_Item]) -> list[_Item]:
    """Leave out what need not be in the unit: what is empty at its ends, and elements that one end is missing of."""
    core = [n for n, item in enumerate(items) if not _loose(item)]
    if not core:
        return []
    first, last = core[0], core[-1]
    outside = {id(item) for n, item in enumerate(items) if item.raw and not first <= n <= last}
    return [i for i in items if id(i) not in outside and (i.partner is None or id(i.partner) not in outside)]


def _loose(item: _Item) -> bool:
    """Whether an item at an end of a unit can stay outside."""
    if item.kind == "text":
        return not item.read.strip()
    return item.kind == "empty" or not item.raw or (item.partner is not None and not item.partner.raw)


def _readable(raw: str) -> str:
    """Decode a text."""
    return raw[9:].removesuffix("]]>") if raw.startswith("<![CDATA[") else unescape(raw)


class _Mark:
    """A tag in the making."""

    __slots__ = ("after", "before", "depth", "end", "start", "step")

    def __init__(self, before: str, depth: int, step: Step | None = None) -> None:
        self.before = before
        self.after = ""
        self.start = self.end = 0
        self.depth = depth
        self.step = step


def _unit(items: Sequence[_Item], place: Place) -> Unit | None:
    """Read a unit's text and find the places of its tags.

    A space waits in `gap` until text follows, and with it the elements that begin behind it, in `waiting`. What is
    empty stands directly behind the text before it, where the words of a translation leave it too.
    """
    pieces: list[str] = []
    length = 0
    gap = ""
    waiting: list[_Mark] = []
    marks: list[_Mark] = []
    opened: list[_Mark] = []
    for item in items:
        if item.kind == "text":
            body = " ".join(item.read.split())
            spaced = " " * item.read[:1].isspace()
            if waiting and waiting[-1].step is None:
                waiting[-1].before += spaced
            gap = gap or spaced
            if not body:
                continue
            if length and gap:
                pieces.append(gap)
                length += 1
            for mark in waiting:
                mark.start = mark.end = length
            waiting = []
            pieces.append(body)
            length += len(body)
            gap = " " * item.read[-1:].isspace()
        elif item.kind == "open":
            opened.append(_Mark(item.raw, len(opened), item.step))
            marks.append(opened[-1])
            waiting.append(opened[-1])
        elif item.kind == "close":
            opened[-1].end = length
            opened.pop().after = item.raw
        else:
            marks.append(_Mark(item.raw if waiting else gap.strip("\n") + item.raw, len(opened)))
            marks[-1].start = marks[-1].end = length
            if waiting:
                waiting.append(marks[-1])
            if item.breaks:
                gap = "\n"
    if not length:
        return None
    return _finished(items, "".join(pieces), marks, place)


def _finished(items: Sequence[_Item], read: str, marks: Sequence[_Mark], place: Place) -> Unit | None:
    """Make the unit, unless all of its text reads the same in English."""
    tags: list[Tag] = []
    fixed = 0
    until = -1  # the end of the verbatim text that is being read
    for mark in marks:
        step, inner = mark.step, read[mark.start : mark.end]
        verbatim = (
            step is not None
            and mark.start < mark.end
            and mark.start >= until
            and (step.verbatim or is_foreign(step.language, inner))
        )
        if verbatim:
            until = mark.end
            fixed += _letters(inner)
        link = next((a.value for a in step.attributes if a.name == "href"), "") if step else ""
        style = step.style if step else ""
        tags.append(Tag(mark.start, mark.end, mark.before, mark.after, mark.depth, style, link.strip(), verbatim))
    if (fixed and fixed == _letters(read)) or is_foreign(place.language, read):
        return None
    return Unit(*_span(items), read, tuple(tags), place.kind, place.level, place.cell)


def _letters(text: str) -> int:
    """Count the characters that are no white space."""
    return sum(map(len, text.split()))


def _span(items: Sequence[_Item]) -> tuple[int, int]:
    """Find where in the file the items begin and end, white space left out."""
    there = [item for item in items if item.start >= 0]
    first, last = there[0], there[-1]
    start = first.end - len(first.raw.lstrip()) if first.kind == "text" else first.start
    end = last.start + len(last.raw.rstrip()) if last.kind == "text" else last.end
    return start, end
