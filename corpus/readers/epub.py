"""EPUB 2 and 3: a book's chapters in the order of reading, its title, and its table of contents; layout kept.

Chapters are read as XHTML is (see `corpus.readers.html`), one at a time. Of the package document the title and the
description are text, of the old table of contents (NCX) the labels. Every file keeps its own characters but for what is
replaced in it, and every file that nothing is replaced in its bytes.
"""

import posixpath
import re
from codecs import BOM_UTF8
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal
from urllib.parse import unquote

from lxml import etree

from corpus.document import Document, English, Kind
from corpus.readers import Reading, css, decode, html
from corpus.readers.encodings import wide_encoding
from corpus.readers.html.tokens import Token, attributes, escape, tokens, unescape
from corpus.readers.package import Package
from corpus.readers.slices import Edit, Unit, document_of, edited, translated
from mt.errors import InputError

__all__ = ["parse", "render"]

_WHAT = "EPUB book"
_CONTAINER = "{urn:oasis:names:tc:opendocument:xmlns:container}"
_OPF = "{http://www.idpf.org/2007/opf}"
_ENCRYPTED = "{http://www.w3.org/2001/04/xmlenc#}"
# Fonts made unreadable to other programs: they are no text, and stay readable for the book.
_FONTS = frozenset({"http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC"})
_PAGES = frozenset({"application/xhtml+xml", "text/html"})
_NCX = "application/x-dtbncx+xml"

_ENCODING = re.compile(rb"""<\?xml[^>]*?\bencoding\s*=\s*["']([A-Za-z0-9._-]+)""")
_DECLARED = re.compile(r"""<\?xml[^>]*?\bencoding\s*=\s*["'](?P<name>[^"']*)""")
_MARKUP = re.compile(r"&lt;/?[A-Za-z](?:[^&]|&(?!gt;)){0,2000}+&gt;|<!\[CDATA\[|\]\]>")


def parse(name: str, data: bytes, place: str, reading: Reading) -> Document:
    """Find the blocks of a book: its title and description, its pages in reading order, its table of contents.

    Raises `InputError` for what is no sound EPUB, for a book locked by digital rights management, and for a page that
    the book names and does not hold.
    """
    book = _Book(Package.open(data, place, _WHAT))
    return document_of(name, book.units())


def render(data: bytes, place: str, reading: Reading, english: Sequence[English]) -> bytes:
    """Give the book with its blocks in English, the pages and style sheets turned left-to-right."""
    book = _Book(Package.open(data, place, _WHAT))
    return book.package.replaced(dict(book.in_english(english)))


@dataclass(frozen=True, slots=True)
class _Part:
    """A file of the book that holds text."""

    path: str
    kind: Literal["package", "contents", "xhtml", "html"]


class _Book:
    """A book, opened."""

    def __init__(self, package: Package) -> None:
        self.package = package
        self._refuse_locked()

    def _refuse_locked(self) -> None:
        if "META-INF/encryption.xml" not in self.package.names:
            return
        for data in self.package.xml("META-INF/encryption.xml").iter(f"{_ENCRYPTED}EncryptedData"):
            method = data.find(f"{_ENCRYPTED}EncryptionMethod")
            algorithm = None if method is None else method.get("Algorithm")
            if algorithm not in _FONTS:
                raise InputError(
                    f"{self.package.place}: this {_WHAT} is locked by digital rights management ({algorithm}); "
                    "only books without it can be translated"
                )

    @cached_property
    def _packages(self) -> dict[str, etree._Element]:
        """Give the package documents, by their paths."""
        container = self.package.xml("META-INF/container.xml")
        paths = [file.get("full-path", "") for file in container.iter(f"{_CONTAINER}rootfile")]
        if not paths:
            raise InputError(f"{self.package.place}: container.xml names no package document; get the {_WHAT} again")
        return {path: self.package.xml(path) for path in paths}

    def _items(self) -> Iterator[tuple[str, str, bool]]:
        """Give the files that the book names: path, media type, whether it is in the order of reading."""
        for path, package in self._packages.items():
            items = {item.get("id"): item for item in package.iter(f"{_OPF}item")}
            spine = [items[ref.get("idref")] for ref in package.iter(f"{_OPF}itemref") if ref.get("idref") in items]
            for number, item in enumerate([*spine, *items.values()]):
                href = item.get("href", "").partition("#")[0]
                if "//" not in href:  # what lies elsewhere on the network is no part of the file
                    whole = posixpath.normpath(posixpath.join(posixpath.dirname(path), unquote(href)))
                    yield whole, item.get("media-type", ""), number < len(spine)

    def _parts(self) -> Iterator[_Part]:
        """Give the files that hold text, each once, in reading order."""
        seen = set[str]()
        contents: list[_Part] = []
        yield from (_Part(path, "package") for path in self._packages)
        for path, media, read in self._items():
            if path in seen or media not in {*_PAGES, _NCX}:
                continue
            seen.add(path)
            if media == _NCX:
                contents.append(_Part(path, "contents"))
            elif read or path in self.package.names:
                yield _Part(path, "xhtml" if media == "application/xhtml+xml" else "html")
        yield from (part for part in contents if part.path in self.package.names)

    def units(self) -> Iterator[Unit]:
        """Give the blocks of the book; tables are counted through it."""
        tables = 0
        for part in self._parts():
            last = -1
            text = self._decoded(self.package.read(part.path), part.path)
            for unit in self._units(part, text):
                if unit.cell:
                    last = max(last, unit.cell[0])
                    unit = replace(unit, cell=(tables + unit.cell[0], *unit.cell[1:]))
                yield unit
            tables += last + 1

    def in_english(self, english: Sequence[English]) -> Iterator[tuple[str, bytes]]:
        """Give the files that change, with what they hold then."""
        at = first = 0
        for part in self._parts():
            data = self.package.read(part.path)
            text = self._decoded(data, part.path)
            units = list(self._units(part, text))
            blocks = [_numbered(block, first) for block in english[at : at + len(units)]]
            at += len(units)
            first += sum(len(unit.tags) for unit in units)
            if part.kind in {"xhtml", "html"}:
                new = _styled(html.in_english(text, self._place(part.path), blocks, part.kind == "xhtml"), part.kind)
            else:
                new = edited(text, [*translated(units, blocks, escape), *_declarations(text)])
            if new != text:
                yield part.path, (BOM_UTF8 if data.startswith(BOM_UTF8) else b"") + new.encode()
        for path, media, _ in self._items():
            if media == "text/css" and path in self.package.names:
                sheet = self.package.read(path).decode("latin-1")  # what is turned is ASCII, and no other byte changes
                if (new := css.turned(sheet)) != sheet:
                    yield path, new.encode("latin-1")

    def _units(self, part: _Part, text: str) -> Iterator[Unit]:
        if part.kind in {"xhtml", "html"}:
            return html.units(text, self._place(part.path), part.kind == "xhtml")
        return _labels(text, _of_package if part.kind == "package" else _of_contents)

    def _decoded(self, data: bytes, path: str) -> str:
        declared = _ENCODING.match(data)
        encoding = wide_encoding(data) or (declared[1].decode() if declared else None)
        return decode(data, self._place(path), encoding)

    def _place(self, path: str) -> str:
        return f"{self.package.place}: {path}"


def _numbered(block: English, first: int) -> English:
    """Count a block's marks from the beginning of its file."""
    return replace(block, marks=tuple(replace(mark, key=mark.key - first) for mark in block.marks))


def _styled(text: str, kind: str) -> str:
    """Turn the style sheets inside a page."""
    if "<style" not in text:
        return text
    edits: list[Edit] = []
    start = -1
    for token in tokens(text, xml=kind == "xhtml"):
        if token.name == "style":
            if token.kind == "close" and start >= 0:
                edits.append((start, token.start, css.turned(text[start : token.start])))
            start = token.end if token.kind == "open" else -1
    return edited(text, edits)


def _of_package(path: Sequence[str]) -> bool:
    return path[-1] in {"title", "description"}


def _of_contents(path: Sequence[str]) -> bool:
    return path[-1] == "text" and path[-2:-1] in (["navLabel"], ["docTitle"])


def _labels(text: str, is_label: Callable[[Sequence[str]], bool]) -> Iterator[Unit]:
    """Give the text of the elements that are labels, told by their names from the root down."""
    for path, token in _texts(text):
        if is_label(path):
            level = path.count("navPoint")
            kind: Kind = "heading" if path[-1] == "title" else "item" if level else "paragraph"
            unit = Unit(token.start, token.end, "", (), kind, 1 if kind == "heading" else level)
            yield from _stretches(text, unit)


def _texts(text: str) -> Iterator[tuple[list[str], Token]]:
    """Give the stretches of text of an XML file, each with the local names of the elements around it."""
    path: list[str] = []
    for token in tokens(text, xml=True):
        if token.kind == "open":
            path.append(token.name.rpartition(":")[2])
        elif token.kind == "close" and path:
            path.pop()
        elif token.kind == "text" and path:
            yield path, token


def _stretches(text: str, whole: Unit) -> Iterator[Unit]:
    """Give the text between the tags that a description has, written as `&lt;p&gt;`."""
    at = whole.start
    for markup in [*_MARKUP.finditer(text, whole.start, whole.end), None]:
        until = markup.start() if markup else whole.end
        raw = text[at:until]
        read = " ".join(unescape(raw).split())
        if read:
            left, right = len(raw) - len(raw.lstrip()), len(raw.rstrip())
            yield replace(whole, start=at + left, end=at + right, text=read)
        at = markup.end() if markup else whole.end


def _declarations(text: str) -> Iterator[Edit]:
    """Give the edits that make a package document or a table of contents declare English, left to right, in UTF-8."""
    prolog = _DECLARED.match(text)
    if prolog and prolog["name"].lower() != "utf-8":
        yield (*prolog.span("name"), "UTF-8")
    for path, token in _texts(text):
        raw = text[token.start : token.end]
        if path[-1] == "language" and _is_arabic(raw.strip()):
            yield token.start, token.end, raw.replace(raw.strip(), "en")
    for token in tokens(text, xml=True):
        if token.kind in {"open", "empty"}:
            for attribute in attributes(text, token):
                value = attribute.value.strip()
                if attribute.name == "xml:lang" and _is_arabic(value):
                    yield attribute.start, attribute.end, "en"
                elif attribute.name in {"dir", "page-progression-direction"} and value == "rtl":
                    yield attribute.start, attribute.end, "ltr"
                elif attribute.name == "content" and value in {"horizontal-rl", "vertical-rl"}:
                    yield attribute.start, attribute.end, "horizontal-lr"  # primary-writing-mode of Kindle books


def _is_arabic(language: str) -> bool:
    return language.lower().partition("-")[0] == "ar"
