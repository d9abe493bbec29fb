"""Text with marks as Markdown: written, read back, and taken only where it reads as it was meant."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, chain, product, repeat

from corpus.document import English, Kind, Mark, Style, nested
from corpus.readers.markdown.blocks import passages_of
from corpus.readers.slices import Tag

__all__ = ["written"]

# What is escaped is the last character of each match.
_SPECIAL = re.compile(
    r"""[\\`\[\]]
    | \*(?=\S) | (?<=\S)\*
    | (?<![^\W_])_ | _(?![^\W_])
    | <(?=[A-Za-z/!?])
    | &(?=\#?\w{1,40};)
    | \{(?=[{%])
    | ^(?: \#{1,6}(?=\s|$) | [-+*:](?=\s|$) | [-+:](?=[-+:]) | > | =(?==*\s*$) | \d{1,9}[.)](?=\s|$) )""",
    re.VERBOSE | re.MULTILINE,
)
_HEADING_END = re.compile(r"(?<!\S)#(?=#*\s*$)|\}(?=\s*$)")
_PUNCTUATION = re.compile(r"[!-/:-@\[-`{-~]")
_CONTROLS = re.compile(r"[\t\r\v\f\x1c-\x1f\x85\u2028\u2029]")
_GUARD = "<span></span>"  # keeps a tag such as <div> from beginning an HTML block
_ELEMENTS = {"**": "strong", "__": "strong", "*": "em", "_": "em", "~~": "del", "~": "del"}


@dataclass(frozen=True, slots=True)
class _Manner:
    """How to write: what emphasis is made of, and whether all punctuation is escaped or what needs it."""

    emphasis: str
    cautious: bool


_MANNERS = tuple(
    _Manner(emphasis, cautious)
    for emphasis, cautious in (
        ("own", False),
        ("mixed", False),
        ("own", True),
        ("mixed", True),
        ("html", False),
        ("html", True),
    )
)


def written(block: English, tags: Mapping[int, Tag], kind: Kind = "paragraph", breaks: Sequence[str] = ()) -> str:
    r"""Write a block as Markdown, to stand on a line of its own where a block of its kind can stand.

    `tags` gives the markup of each mark by its key; `breaks` are written for the line breaks in the text, in order (a
    backslash and a new line where there are none). Of several manners the first one is taken that, read back, gives the
    same text and marks: prose escaped as little as can be, then wholly; emphasis in the source's characters, then in
    others, at last in HTML. Emphasis on nothing is left out, for Markdown has none.
    """
    text = _CONTROLS.sub(" ", block.text)
    marks = [
        mark
        for mark in (_trimmed(text, mark) for mark in block.marks)
        if mark.start < mark.end or tags[mark.key].start == tags[mark.key].end or not _dropped(tags[mark.key])
    ]
    meant = _reading(text, ((m.start, m.end, m.style, m.verbatim) for m in marks))
    proof = {mark.key: _alone(tags[mark.key]) for mark in marks}
    inline = kind in ("cell", "heading")
    line = ["<br>" if inline else "\\\n"]
    for guard, manner in product(("", _GUARD), _MANNERS):
        writer = _Writer(text, marks, kind, manner)
        draft = guard + writer.write(proof, line, table=False)
        if _read(f"# {draft}" if kind == "heading" else draft) == meant:
            break
    else:
        guard = ""
    return guard + writer.write(tags, breaks or line, table=kind == "cell")


def _alone(tag: Tag) -> Tag:
    """Give a tag that reads alike without the definitions of links and notes, which stand elsewhere."""
    if tag.before == "[":
        return replace(tag, after="](x)")
    return replace(tag, before="<x>") if tag.start == tag.end and tag.before[:1] != "<" else tag


def _dropped(tag: Tag) -> bool:
    """Whether nothing is written of a tag when it holds nothing."""
    return tag.before in _ELEMENTS or tag.verbatim


def _trimmed(text: str, mark: Mark) -> Mark:
    """Take white space off the ends of a mark: emphasis may not begin or end with any."""
    inner = text[mark.start : mark.end]
    if mark.verbatim or not inner.strip():
        return mark if not inner or mark.verbatim else replace(mark, end=mark.start)
    start = mark.start + len(inner) - len(inner.lstrip())
    return replace(mark, start=start, end=start + len(inner.strip()))


_Reading = tuple[str, list[tuple[int, int, Style, bool]], set[int]]


def _reading(text: str, spans: Iterable[tuple[int, int, Style, bool]]) -> _Reading:
    """Tell what a reader sees: letters, and the marks on them by their number; white space does not count."""
    before = [0, *accumulate(not character.isspace() for character in text)]
    counted = [(before[start], before[end], style, verbatim) for start, end, style, verbatim in spans]
    return (
        "".join(text.split()),
        sorted(span for span in counted if span[0] < span[1]),
        {start for start, end, _, _ in counted if start == end},
    )


def _read(draft: str) -> _Reading | None:
    """Read Markdown back; None where it is not one block."""
    passages, html = passages_of(draft)
    if len(passages) != 1 or html:
        return None
    unit = passages[0].unit
    return _reading(unit.text, ((t.start, t.end, t.style, t.verbatim) for t in unit.tags))


class _Writer:
    """A block about to be written in one manner."""

    def __init__(self, text: str, marks: Sequence[Mark], kind: Kind, manner: _Manner) -> None:
        self.text = text
        self.marks = marks
        self.manner = manner
        self.cell = kind == "cell"
        matches = [*(_PUNCTUATION if manner.cautious else _SPECIAL).finditer(text)]
        if kind == "heading":
            matches += _HEADING_END.finditer(text)
        self.escaped = {match.end() - 1 for match in matches}
        paired = [character for character in "~$" if text.count(character) > 1]
        if self.cell:
            paired.append("|")
        self.escaped.update(at for at, character in enumerate(text) if character in paired)

    def write(self, tags: Mapping[int, Tag], breaks: Sequence[str], *, table: bool) -> str:
        """Write the block; in a `table` pipes are escaped in code too."""
        pieces: list[str] = []
        ends = chain(breaks, repeat(breaks[-1]))
        at = verbatim = depth = 0
        for piece in nested(self.text, self.marks):
            if isinstance(piece, str):
                if not verbatim:
                    pieces += (self._escaped(place, character, ends) for place, character in enumerate(piece, at))
                else:
                    pieces.append(piece.replace("|", "\\|") if table else piece)
                at += len(piece)
                continue
            mark, opens = piece
            tag = tags[mark.key]
            if mark.verbatim and not tag.after.startswith("</"):  # Markdown inside HTML is read as such
                verbatim += 1 if opens else -1
            if tag.before in _ELEMENTS:
                depth -= not opens
                pieces.append(self._emphasis(tag.before, depth, opens=opens))
                depth += opens
            else:
                pieces.append(tag.before if opens else tag.after)
        return "".join(pieces)

    def _escaped(self, place: int, character: str, breaks: Iterator[str]) -> str:
        if character == "\n":
            return next(breaks)
        if place not in self.escaped:
            return character
        # In a cell a backslash may come to stand before a pipe, which splits the row before escapes are read.
        return "&#92;" if self.cell and character == "\\" else f"\\{character}"

    def _emphasis(self, delimiter: str, depth: int, *, opens: bool) -> str:
        if self.manner.emphasis == "html":
            return f"<{'' if opens else '/'}{_ELEMENTS[delimiter]}>"
        if self.manner.emphasis == "mixed" and "~" not in delimiter:
            return "*_"[depth % 2] * len(delimiter)
        return delimiter
