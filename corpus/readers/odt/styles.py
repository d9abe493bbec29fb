"""The styles of an OpenDocument text: what they mean for its words, and how they are turned from Arabic to English.

Attribute and element names are those of OpenDocument 1.3, part 3 (https://docs.oasis-open.org/office/OpenDocument/v1.3/).
"""

import re
from collections.abc import Iterator
from functools import cached_property

from lxml import etree

from corpus.document import Style

__all__ = ["FO", "OFFICE", "STYLE", "TEXT", "Styles", "turn"]

_OASIS = "{urn:oasis:names:tc:opendocument:xmlns:"
OFFICE, STYLE, TEXT = (f"{_OASIS}{name}:1.0}}" for name in ("office", "style", "text"))
FO = f"{_OASIS}xsl-fo-compatible:1.0}}"
_NUMBER = f"{_OASIS}datastyle:1.0}}"
_TABLE = f"{_OASIS}table:1.0}}"

_GENERATIONS = 64  # parents of a style that are looked at
_SIDES = {"left": "right", "right": "left"}
_EDGES = {"start": "end", "end": "start"}
_ARABIC_DIGIT = re.compile("[\u0660-\u0669\u06f0-\u06f9]")
_ARABIC = re.compile("[\u0620-\u064a]")
_WEIGHTS = frozenset({"bold", "600", "700", "800", "900"})
_SILENT = re.compile(r"\}(paragraph-)?rsid$|\}(language|country|script|rfc-language-tag)(-asian|-complex)?$")
"""Text properties that change nothing on the page: when a word was typed, and the language to spell it in."""

# OpenOffice and its descendants write `start` for the left side and `end` for the right one whatever the direction
# of the paragraph: https://wiki.openoffice.org/wiki/TextAlignment
_PHYSICAL = re.compile(r"LibreOffice|OpenOffice|Collabora|NeoOffice", re.IGNORECASE)


class Styles:
    """The styles that the elements of one part can name: those of the part first, then the document's common ones."""

    def __init__(self, *roots: etree._Element) -> None:
        self._roots = roots
        self._signatures: dict[str, tuple[str, ...]] = {}
        self._emphases: dict[str, Style] = {}

    @cached_property
    def _named(self) -> dict[tuple[str, str], etree._Element]:
        found: dict[tuple[str, str], etree._Element] = {}
        for root in self._roots:
            for style in root.iter(f"{STYLE}style", f"{STYLE}default-style"):
                found.setdefault((style.get(f"{STYLE}family", ""), style.get(f"{STYLE}name", "")), style)
        return found

    @cached_property
    def _directions(self) -> dict[tuple[str, str], str]:
        """Give the writing mode that each style sets itself."""
        found: dict[tuple[str, str], str] = {}
        for key, style in self._named.items():
            for properties in style.iterchildren(f"{STYLE}paragraph-properties", f"{STYLE}table-properties"):
                mode = properties.get(f"{STYLE}writing-mode", "page")
                if mode != "page":
                    found.setdefault(key, mode)
        return found

    @cached_property
    def _pages_run_left(self) -> bool:
        return any(
            page.get(f"{STYLE}writing-mode", "").startswith("rl")
            for root in self._roots
            for page in root.iter(f"{STYLE}page-layout-properties")
        )

    def chain(self, family: str, name: str | None) -> Iterator[etree._Element]:
        """Give a style and the styles it inherits from, the family's default last; a long line of parents is cut."""
        seen: set[str] = set()
        while name and name not in seen and len(seen) < _GENERATIONS and (family, name) in self._named:
            seen.add(name)
            style = self._named[family, name]
            yield style
            name = style.get(f"{STYLE}parent-style-name")
        if (family, "") in self._named:
            yield self._named[family, ""]

    def names(self, family: str, name: str | None) -> list[str]:
        """Give the names of a style and of those it inherits from, `_20_` read as the space that it stands for."""
        return [style.get(f"{STYLE}name", "").replace("_20_", " ") for style in self.chain(family, name)]

    def signature(self, name: str) -> tuple[str, ...]:
        """Tell what a character style does: equal ones look the same on the page, an empty one changes nothing."""
        if name not in self._signatures:
            self._signatures[name] = self._signature(name)
        return self._signatures[name]

    def _signature(self, name: str) -> tuple[str, ...]:
        style = self._named.get(("text", name))
        if style is None or not name:
            return (name,) if name else ()
        group = style.getparent()
        if group is None or group.tag != f"{OFFICE}automatic-styles":
            return (name,)
        own = [
            f"{key!s}={value!s}"
            for properties in style.iter(f"{STYLE}text-properties")
            for key, value in properties.attrib.items()
            if not _SILENT.search(str(key))
        ]
        parent = style.get(f"{STYLE}parent-style-name")
        return (*sorted(own), *([parent] if parent else []))

    def emphasis(self, name: str) -> Style:
        """Tell bold, italic and program code by a character style; Arabic words follow the `-complex` properties."""
        if name not in self._emphases:
            self._emphases[name] = self._emphasis(name)
        return self._emphases[name]

    def _emphasis(self, name: str) -> Style:
        names = self.names("text", name)
        if {"Source Text", "Teletype", "User Entry"} & set(names):
            return "code"
        if self._first(name, "font-weight") & _WEIGHTS:
            return "strong"
        return "emphasis" if self._first(name, "font-style") & {"italic", "oblique"} else ""

    def _first(self, name: str, what: str) -> set[str]:
        """Find the nearest style that sets a property, and give what it sets it to, in Latin and in Arabic text."""
        for style in self.chain("text", name):
            for properties in style.iter(f"{STYLE}text-properties"):
                values = {properties.get(f"{FO}{what}"), properties.get(f"{STYLE}{what}-complex")} - {None}
                if values:
                    return {value for value in values if value}
        return set()

    def runs_left(self, style: etree._Element) -> bool:
        """Whether paragraphs of a style are written from right to left."""
        family = style.get(f"{STYLE}family", "")
        for each in self.chain(family, style.get(f"{STYLE}name")):
            mode = self._directions.get((family, each.get(f"{STYLE}name", "")))
            if mode:
                return mode.startswith("rl")
        return self._pages_run_left


def turn(root: etree._Element, styles: Styles, generator: str) -> None:
    """Turn the declarations of a part, in place: left-to-right, in English, Arabic type carried to the Latin one.

    - `writing-mode` of pages, sections, tables, paragraphs and defaults: `rl-tb` becomes `lr-tb`.
    - `fo:text-align` of right-to-left paragraphs: `left` and `right` change places; so do `start` and `end` where
      the generator writes them for left and right (see `_PHYSICAL`), else they keep their meaning.
    - Languages: Arabic becomes English, that of complex scripts goes; dates and numbers in Arabic become English.
    - Weight, slant and size given for complex scripts alone hold for Latin letters too.
    - Numbering in Arabic digits or letters becomes 1, 2, 3 or a, b, c.
    """
    mirrored = {**_SIDES, **(_EDGES if _PHYSICAL.search(generator) else {})}
    aligned = [
        style
        for style in root.iter(f"{STYLE}style", f"{STYLE}default-style")
        if _aligns(style) and styles.runs_left(style)
    ]
    for style in aligned:  # each is judged by the directions of them all, so these are turned afterwards
        for properties in style:
            for key in (f"{FO}text-align", f"{_TABLE}align"):
                if (value := properties.get(key)) in mirrored:
                    properties.set(key, mirrored[value])
    for element in root.iter(etree.Element):
        _turn_direction(element)
        _turn_language(element)
        _turn_numbering(element)
        if element.tag == f"{STYLE}text-properties":
            _carry_type(element)


def _aligns(style: etree._Element) -> bool:
    return any(p.get(f"{FO}text-align") or p.get(f"{_TABLE}align") for p in style)


def _turn_direction(element: etree._Element) -> None:
    for key, value in element.attrib.items():
        if str(key).endswith("}writing-mode") and str(value).startswith("rl"):
            element.set(key, f"lr{str(value)[2:]}")
    if element.tag == f"{STYLE}footnote-sep" and element.get(f"{STYLE}adjustment") == "right":
        element.set(f"{STYLE}adjustment", "left")


def _turn_language(element: etree._Element) -> None:
    """Declare English where Arabic is declared, and in the document's defaults."""
    parent = element.getparent()
    default = element.tag == f"{STYLE}text-properties" and parent is not None and parent.tag == f"{STYLE}default-style"
    for space in (FO, _NUMBER, _TABLE):
        language = element.get(f"{space}language")
        if language == "ar" or (default and language not in {None, "en"}):
            element.set(f"{space}language", "en")
            element.set(f"{space}country", "US")
            element.attrib.pop(f"{space}script", "")
            element.attrib.pop(f"{STYLE}rfc-language-tag", "")
    if element.get(f"{STYLE}language-complex") == "ar":
        for key in ("language", "country", "script", "rfc-language-tag"):
            element.attrib.pop(f"{STYLE}{key}-complex", "")


def _turn_numbering(element: etree._Element) -> None:
    style = element.get(f"{STYLE}num-format", "")
    if _ARABIC_DIGIT.search(style) or _ARABIC.search(style):
        element.set(f"{STYLE}num-format", "1" if _ARABIC_DIGIT.search(style) else "a")
    if _ARABIC_DIGIT.search(element.get(f"{_NUMBER}transliteration-format", "")):
        element.set(f"{_NUMBER}transliteration-format", "1")


def _carry_type(properties: etree._Element) -> None:
    for what in ("font-weight", "font-style", "font-size"):
        value = properties.get(f"{STYLE}{what}-complex")
        if value and properties.get(f"{FO}{what}") is None:
            properties.set(f"{FO}{what}", value)
