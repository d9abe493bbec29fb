"""The text of a PDF, which can be read and not written: a PDF holds glyphs and their places, no words or paragraphs."""

import ctypes
import math
import re
import statistics
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from importlib import import_module
from itertools import groupby, pairwise
from typing import Any

from corpus.document import Document
from corpus.readers import Reading
from corpus.readers.pdf.lines import Glyph, Line, lines_of
from corpus.readers.slices import Unit, document_of
from corpus.split import is_heading
from mt.errors import InputError, reason

__all__ = ["NOTICE", "parse"]

NOTICE = (
    "a PDF tells where its letters stand and no more: paragraphs, columns and headers are guessed; tables, notes and "
    "verse may be read in the wrong order; where there is a DOCX or HTML of the same text, give that"
)
"""What a reader of a PDF cannot know, for those who read the result."""

_PASSWORD = 4  # FPDF_ERR_PASSWORD of fpdfview.h
_PICTURE = 0.3  # of a page's area: a picture as large makes the page a scanned one if it has no text
_UNKNOWN = 0.2  # share of letters without a meaning that makes a text unreadable
_FLUSH, _INDENT = 0.3, 0.9  # ems: of lines that begin at one side, of a paragraph's first
_ROOM, _FINAL_ROOM = 0.5, 1.5  # ems: beside the next word, and after a final mark
_FINAL = ".!?؟…"
_APART = 1.4  # of the usual step from line to line
_SIZES = 0.1  # of the size of type, between two lines of one paragraph
_FLAT = 0.25  # ems: a letter no higher is a mark
_FORMS = re.compile("[\ufb50-\ufdff\ufe70-\ufefc]")
_NUMBER = re.compile(r"\d+")
_PAGE = re.compile(r"[-–—|(\[ ]*(?:(?:الصفحة|صفحة|ص|page)[ .:]*)?#(?: ?(?:/|من|of) ?#)?[-–—|)\] ]*", re.IGNORECASE)


def parse(name: str, data: bytes, place: str, reading: Reading) -> Document:
    """Find the paragraphs of a PDF by where its letters stand; see `NOTICE`.

    Headers and footers that come again, and the numbers of pages, are left out. A paragraph ends where the next word
    had fitted into its line, at a wider gap, an indentation or another size of type.

    Raises `InputError` for a PDF that is damaged or locked, pages that are pictures, fonts that do not tell their
    letters, and without the library that reads PDFs, which is an extra.
    """
    pages = _without_furniture(_pages(data, place))
    paragraphs = [" ".join(line.text for line in paragraph) for paragraph in _paragraphs(pages)]
    return document_of(
        name, (Unit(0, 0, text, kind="heading" if is_heading(text) else "paragraph") for text in paragraphs)
    )


def _pages(data: bytes, place: str) -> list[list[Line]]:
    """Read the lines of each page."""
    try:
        pdfium: Any = import_module("pypdfium2")
    except ModuleNotFoundError as error:
        raise InputError(f'{place}: PDFs need a library that is not here; pip install "muwazi[pdf]"') from error
    try:
        document = pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        if getattr(error, "err_code", None) == _PASSWORD:
            raise InputError(f"{place}: locked with a password; save a copy without one") from error
        raise InputError(f"{place}: no sound PDF ({reason(error)}); open it and save it anew") from error
    with document:
        pages: list[list[Line]] = []
        pictures: list[int] = []
        known: Counter[bool] = Counter()
        for number, page in enumerate(document, 1):
            glyphs = list(_glyphs(pdfium.raw, page.get_textpage()))
            known.update(not _is_unknown(glyph.text) for glyph in glyphs)
            pages.append(lines_of(glyph for glyph in glyphs if not _is_unknown(glyph.text)))
            if not glyphs and _is_picture(pdfium.raw, page):
                pictures.append(number)
            page.close()
    if pictures:
        raise InputError(
            f"{place}: {_named(pictures)} without text, scanned or drawn; have the text recognised first (such as "
            "ocrmypdf --skip-text -l ara IN.pdf OUT.pdf)"
        )
    if known[False] > _UNKNOWN * known.total():
        raise InputError(
            f"{place}: its fonts do not tell which letters they draw; have the text recognised (such as ocrmypdf "
            "--force-ocr -l ara IN.pdf OUT.pdf), or take another file of the same text"
        )
    return pages


def _named(pages: Sequence[int]) -> str:
    numbers = ", ".join(map(str, pages[:8])) + (", …" if len(pages) > 8 else "")
    return f"page {numbers} is a picture" if len(pages) == 1 else f"pages {numbers} are pictures"


def _glyphs(raw: Any, text: Any) -> Iterator[Glyph]:
    """Give what is drawn on a page from left to right; presentation forms become letters."""
    x, y = ctypes.c_double(), ctypes.c_double()
    matrix = raw.FS_MATRIX()
    word = 0
    for index in range(text.count_chars()):
        code = raw.FPDFText_GetUnicode(text, index)
        char = chr(code) if code <= 0x10FFFF else "\ufffd"
        if char.isspace() or char in "\x00\x02\ufeff":  # 0x02 is a hyphen at a line's end
            word += 1
            continue
        if abs(raw.FPDFText_GetCharAngle(text, index)) % math.tau > 0.1:
            continue
        left, _, right, _ = text.get_charbox(index, loose=True)
        _, bottom, _, top = text.get_charbox(index)
        raw.FPDFText_GetCharOrigin(text, index, x, y)
        raw.FPDFText_GetMatrix(text, index, matrix)
        size = abs(raw.FPDFText_GetFontSize(text, index)) * math.hypot(matrix.c, matrix.d)
        letter = unicodedata.normalize("NFKC", char) if _FORMS.match(char) else char
        yield Glyph(letter.strip() or letter, left, right, y.value, size or 1.0, word, top - bottom < _FLAT * size)


def _is_unknown(char: str) -> bool:
    """Tell what a font draws without saying what it is."""
    return char == "\ufffd" or unicodedata.category(char[0]) in ("Co", "Cc", "Cn")


def _is_picture(raw: Any, page: Any) -> bool:
    """Tell whether a picture covers much of a page."""
    area = page.get_width() * page.get_height()
    for picture in page.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE]):
        left, bottom, right, top = picture.get_bounds()
        if (right - left) * (top - bottom) > _PICTURE * area:
            return True
    return False


def _without_furniture(pages: Sequence[Sequence[Line]]) -> list[list[Line]]:
    """Leave out headers, footers and page numbers.

    They are among the two topmost and the two lowest lines. Headers and footers come again, but for numbers, on three
    pages of ten; the number of a page stands outermost.
    """
    edges = [_edges(page) for page in pages]
    counts = Counter(text for edge in edges for text in set(edge.values()))
    often = max(2.0, 0.3 * len(pages))
    kept: list[list[Line]] = []
    for page, edge in zip(pages, edges, strict=True):
        left_out = {y for y, text in edge.items() if counts[text] >= often}
        left_out |= {y for y in (min(edge, default=0.0), max(edge, default=0.0)) if _PAGE.fullmatch(edge.get(y, ""))}
        kept.append([line for line in page if line.y not in left_out])
    return kept


def _edges(page: Sequence[Line]) -> dict[float, str]:
    """Give the outermost lines of a page by their places, numbers as #."""
    places = sorted({line.y for line in page})
    outermost = {*places[:2], *places[-2:]}
    found: dict[float, str] = {}
    for line in page:
        if line.y in outermost:
            found[line.y] = f"{found.get(line.y, '')} {_NUMBER.sub('#', line.text)}".strip()
    return found


def _paragraphs(pages: Sequence[Sequence[Line]]) -> Iterator[list[Line]]:
    """Join lines to paragraphs, across columns and pages too."""
    columns = [list(column) for page in pages for _, column in groupby(page, key=lambda line: line.column)]
    steps = [(a.y - b.y) / b.size for column in columns for a, b in pairwise(column) if a.y > b.y]
    step = statistics.median(steps) if steps else 0.0
    paragraph: list[Line] = []
    room = width = 0.0  # that the line before left, and of its column
    for column in columns:
        near, far = _sides(column)
        room += max(0.0, abs(far - near) - width)  # a title across two columns is no full line of one
        width = abs(far - near)
        indents = [abs(near - _start(line)) / line.size for line in column]
        flush = statistics.median_low(indents) <= _FLUSH
        for number, line in enumerate(column):
            indented = flush and number > 0 and indents[number] > _INDENT >= indents[number - 1]
            apart = number > 0 and column[number - 1].y - line.y > _APART * step * line.size
            if paragraph and (indented or apart or _ended(paragraph[-1], line, room / line.size)):
                yield paragraph
                paragraph = []
            paragraph.append(line)
            room = width - (line.right - line.left) - (indents[number] * line.size if flush else 0.0)
    if paragraph:
        yield paragraph


def _sides(column: Sequence[Line]) -> tuple[float, float]:
    """Say where the lines of a column begin, and where they end at the latest, titles and notes left aside."""
    size = statistics.median_high(line.size for line in column)
    lines = [line for line in column if abs(line.size - size) <= _SIZES * size]
    left, right = min(line.left for line in lines), max(line.right for line in lines)
    return (right, left) if 2 * sum(line.rtl for line in lines) >= len(lines) else (left, right)


def _start(line: Line) -> float:
    return line.right if line.rtl else line.left


def _ended(line: Line, after: Line, room: float) -> bool:
    """Tell whether a line ends a paragraph: it left room for the next word, in ems, or the next is set otherwise.

    After a final mark less room will do, as to part two sentences does no harm.
    """
    alike = line.rtl == after.rtl and abs(line.size - after.size) <= _SIZES * max(line.size, after.size)
    return not alike or room > after.first / after.size + _ROOM or (room > _FINAL_ROOM and line.text[-1:] in _FINAL)
