"""A document in English as simple Markdown or as one web page, whatever the format that it was read from."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from typing import TYPE_CHECKING, TypeVar

from corpus.document import Document, English, Kind, Mark, nested
from corpus.readers.markdown.writer import written
from corpus.readers.slices import Tag
from mt.pages import templates

if TYPE_CHECKING:
    from markupsafe import Markup

__all__ = ["heading_levels", "html", "html_text", "markdown", "markdown_text", "page", "title_of"]

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*(?=:)")
_SCHEMES = frozenset(["http", "https", "ftp", "mailto", "tel"])
_ELEMENTS = {"strong": "strong", "emphasis": "em", "code": "code"}
_DELIMITERS = {"strong": "**", "emphasis": "*"}
_DEEPEST = 9

_Text = TypeVar("_Text", bound=str)


def markdown(document: Document, english: Sequence[English]) -> str:
    """Give a document in English as Markdown; `english` has its blocks, in order.

    Headings, paragraphs, lists, quotes and tables, with bold, italics, code and links; of all else the text alone.
    """
    levels = heading_levels(document)
    parts: list[str] = []
    for kind, blocks in _groups(document):
        if kind == "item":
            items = zip(_depths(document, blocks), blocks, strict=True)
            parts.append("\n".join(f"{'  ' * d}- {markdown_text(english[n], kind, '  ' * (d + 1))}" for d, n in items))
        elif kind == "quote":
            parts.append("\n>\n".join(f"> {markdown_text(english[n], kind, '> ')}" for n in blocks))
        elif kind == "cell":
            header, *rows = _rows(document, {n: markdown_text(english[n], kind) for n in blocks}, "")
            parts.append("\n".join(f"| {' | '.join(row)} |" for row in (header, ["---"] * len(header), *rows)))
        elif kind == "heading":
            parts += (f"{'#' * levels[n]} {markdown_text(english[n], kind)}" for n in blocks)
        else:
            parts += (markdown_text(english[n], kind) for n in blocks)
    return "\n\n".join(parts) + "\n" * bool(parts)


def html(document: Document, english: Sequence[English], title: str | None = None) -> str:
    """Give a document in English as one HTML page; its title is the first heading where none is given.

    The page needs no other file and runs no script. Of links it keeps those to the web, mail, phones and parts of the
    same site.
    """
    from markupsafe import Markup

    levels = heading_levels(document)
    texts = [html_text(block.text, block.marks) for block in english]
    parts: list[str] = []
    for kind, blocks in _groups(document):
        if kind == "item":
            parts += _html_list(_depths(document, blocks), [texts[n] for n in blocks])
        elif kind == "quote":
            parts += ["<blockquote>", *(f"<p>{texts[n]}</p>" for n in blocks), "</blockquote>"]
        elif kind == "cell":
            rows = _rows(document, {n: texts[n] for n in blocks}, Markup(""))
            cells = ("".join(f"<td>{text}</td>" for text in row) for row in rows)
            parts += ['<div class="table"><table>', *(f"<tr>{row}</tr>" for row in cells), "</table></div>"]
        elif kind == "heading":
            parts += (f"<h{levels[n]}>{texts[n]}</h{levels[n]}>" for n in blocks)
        else:
            parts += (f"<p>{texts[n]}</p>" for n in blocks)
    return page("document.html.j2", title=title or title_of(document, english), content=Markup("\n".join(parts)))


def page(template: str, **values: object) -> str:
    """Fill in one of the templates of `corpus/templates`; text is escaped where it is put in."""
    return templates("corpus").get_template(template).render(values)


def title_of(document: Document, english: Sequence[English]) -> str:
    """Give a document's first heading in English, or its name where it has none."""
    headings = (e.text for block, e in zip(document.blocks, english, strict=True) if block.kind == "heading")
    return " ".join(next(headings, document.name).split())


def heading_levels(document: Document) -> Mapping[int, int]:
    """Give the level of each heading, 1 to 6, by the number of its block.

    Where the format has no levels, a heading that begins the document is its title, and the others are on level 2.
    """
    return {
        number: min(block.level, 6) or (1 if number == 0 else 2)
        for number, block in enumerate(document.blocks)
        if block.kind == "heading"
    }


def markdown_text(english: English, kind: Kind = "paragraph", indent: str = "") -> str:
    """Give a block's text as Markdown; `indent` begins the lines after its first one."""
    tags: dict[int, Tag] = {}
    marks: list[Mark] = []
    for mark in _styled(english.text, english.marks):
        before = after = _DELIMITERS.get(mark.style, "")
        text = english.text[mark.start : mark.end]
        if mark.style == "code":
            fence = "`" * (1 + max(map(len, re.findall("`+", text)), default=0))
            padding = " " * (text != text.strip("`"))
            before, after = fence + padding, padding + fence
        elif mark.style == "link":
            address = _address(mark.link)
            before, after = "[", f"](<{address}>)" if "(" in address or ")" in address else f"]({address})"
        marks.append(replace(mark, verbatim=mark.style in ("code", "")))
        tags[mark.key] = Tag(mark.start, mark.end, before, after)
    line = "<br>" if kind in ("cell", "heading") else f"\\\n{indent}"
    return written(replace(english, marks=tuple(marks)), tags, kind, [line])


def html_text(text: str, marks: Sequence[Mark]) -> "Markup":
    """Give text with its marks as HTML."""
    from markupsafe import Markup, escape

    pieces: list[str] = []
    for piece in nested(text, _styled(text, marks)):
        if isinstance(piece, str):
            pieces.append(escape(piece).replace("\n", Markup("<br>\n")))
        elif piece[0].style == "link":
            pieces.append(f'<a href="{escape(_address(piece[0].link))}">' if piece[1] else "</a>")
        elif piece[0].style:
            pieces.append(f"<{'' if piece[1] else '/'}{_ELEMENTS[piece[0].style]}>")
        else:  # a formula reads from left to right in an Arabic sentence too
            pieces.append('<span dir="ltr">' if piece[1] else "</span>")
    return Markup("".join(pieces))


def _styled(text: str, marks: Sequence[Mark]) -> Iterator[Mark]:
    """Give the marks that an export shows: none inside code, or inside another one of its style.

    A mark without a style is shown where it is a formula in TeX: it stands as it is.
    """
    until: dict[str, int] = {}
    for mark in sorted(marks, key=lambda m: (m.start, m.depth)):
        content = text[mark.start : mark.end]
        formula = mark.verbatim and len(content) > 2 and content[0] == content[-1] == "$"
        shown = formula if not mark.style else _address(mark.link) if mark.style == "link" else content.strip()
        inside = mark.start < max(until.get(mark.style, 0), until.get("code", 0), until.get("", 0))
        if content.strip() and shown and not inside and not (mark.style == "code" and "\n" in content):
            until[mark.style] = mark.end
            yield mark


def _address(link: str) -> str:
    """Give a link's address as URLs are written; "" for a scheme that a page should not follow, such as a script."""
    address = re.sub(r"[\x00-\x1f\x7f]", "", link).strip()
    scheme = _SCHEME.match(address)
    if scheme and scheme[0].lower() not in _SCHEMES:
        return ""
    return re.sub(r"[ <>\\\"|]", lambda character: f"%{ord(character[0]):02X}", address)


def _groups(document: Document) -> Iterator[tuple[Kind, list[int]]]:
    """Give the numbers of the blocks, those together that make up a list, a quotation or a table."""

    def group(number: int) -> tuple[Kind, int]:
        block = document.blocks[number]
        return block.kind, block.cell[0] if block.cell else -1

    for (kind, _), numbers in groupby(range(len(document.blocks)), group):
        yield kind, list(numbers)


def _depths(document: Document, items: Sequence[int]) -> Iterator[int]:
    """Give each list item's depth from 0 on; an item is never more than one deeper than the one before it."""
    depth = -1
    for number in items:
        depth = min(max(document.blocks[number].level - 1, 0), depth + 1, _DEEPEST)
        yield depth


def _rows(document: Document, cells: Mapping[int, _Text], empty: _Text) -> list[list[_Text]]:
    """Give the rows of a table, each with a text for every column that the table has.

    Cells without a place make rows of their own; several blocks in one cell follow one another in it.
    """
    places = {number: document.blocks[number].cell or (0, number, 0) for number in cells}
    columns = {column: at for at, column in enumerate(sorted({place[2] for place in places.values()}))}
    rows: dict[int, list[_Text]] = {}
    for number, (_, row, column) in places.items():
        texts = rows.setdefault(row, [empty] * len(columns))
        at = columns[column]
        texts[at] = type(empty)(f"{texts[at]}<br>{cells[number]}") if texts[at] else cells[number]
    return [rows[row] for row in sorted(rows)]


def _html_list(depths: Iterator[int], texts: Sequence["Markup"]) -> Iterator[str]:
    """Give the lines of a list with the lists inside it."""
    at = -1
    for depth, text in zip(depths, texts, strict=True):
        if depth > at:
            yield "<ul>"
        else:
            yield "</li>" + "</ul></li>" * (at - depth)
        yield f"<li>{text}"
        at = depth
    yield "</li></ul>" * (at + 1)
