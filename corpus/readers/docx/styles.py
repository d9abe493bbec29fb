"""What the styles of a Word document say: headings, quotations, code, bold type, direction and alignment."""

import re
from dataclasses import dataclass
from functools import cached_property

from lxml import etree

from corpus.document import Kind
from corpus.readers.docx.xml import child, given, on, value

__all__ = ["Styles"]

# Word writes the English names of its own styles in every language; other writers and users name them in Arabic.
_HEADING = re.compile(r"(?:heading|عنوان|العنوان|رأس)\s*([1-9١-٩])", re.IGNORECASE)
_TITLE = re.compile(r"title|العنوان|عنوان", re.IGNORECASE)
_SUBTITLE = re.compile(r"subtitle|عنوان فرعي|العنوان الفرعي", re.IGNORECASE)
_QUOTE = re.compile(r"(?:intense |block )?(?:quote|quotations?)|block text|اقتباس.*", re.IGNORECASE)
_CODE = re.compile(r"(?:html |source |inline )?(?:code|keyboard|typewriter|sample)|verbatim.*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Paragraph:
    """What a paragraph is by its properties or its style; None for what they leave open."""

    kind: Kind | None = None
    level: int = 0
    rtl: bool | None = None
    alignment: str = ""


@dataclass(frozen=True, slots=True)
class _Characters:
    """What a character style makes of its text; None for what it leaves open."""

    strong: bool | None = None
    emphasis: bool | None = None
    code: bool = False


class Styles:
    """The styles of a document, by their identities; without a part every identity is unknown."""

    def __init__(self, root: etree._Element | None) -> None:
        self._root = root
        self._paragraphs: dict[str, _Paragraph] = {}
        self._characters: dict[str, _Characters] = {}

    @cached_property
    def _elements(self) -> dict[str, etree._Element]:
        found = () if self._root is None else given(self._root, "style")
        return {value(style, "styleId"): style for style in found}

    @cached_property
    def _default(self) -> str:
        """The identity of the style of paragraphs that name none."""
        switched = ("1", "true", "on")
        return next(
            (
                i
                for i, s in self._elements.items()
                if value(s, "type") == "paragraph" and value(s, "default") in switched
            ),
            "",
        )

    @cached_property
    def _base(self) -> _Paragraph:
        """What all paragraphs are made of."""
        return _own(child(self._root, "docDefaults", "pPrDefault", "pPr"), "")

    def place(self, properties: etree._Element | None) -> tuple[Kind, int]:
        """Tell what kind of block a paragraph's w:pPr makes, and its level."""
        found = self._effective(properties)
        return found.kind or "paragraph", found.level if found.kind else 0

    def backwards(self, properties: etree._Element | None) -> bool:
        """Tell a paragraph that is set from left to right but pushed to the right."""
        found = self._effective(properties)
        return not found.rtl and found.alignment in ("right", "end")

    def characters(self, identity: str) -> tuple[bool, bool, bool]:
        """Tell of a character style whether it is strong, emphasised and code."""
        found = _Characters()
        for style in self._chain(identity):
            properties = child(style, "rPr")
            bold, italic = child(properties, "b"), child(properties, "i")
            strong = on(bold) if found.strong is None and bold is not None else found.strong
            emphasis = on(italic) if found.emphasis is None and italic is not None else found.emphasis
            code = found.code or _CODE.fullmatch(value(child(style, "name"))) is not None
            found = _Characters(strong, emphasis, code)
        return bool(found.strong), bool(found.emphasis), found.code

    def _effective(self, properties: etree._Element | None) -> _Paragraph:
        identity = value(child(properties, "pStyle"))
        styled = self._paragraph(identity if identity in self._elements else self._default)
        return _over(_own(properties, ""), _over(styled, self._base))

    def _paragraph(self, identity: str) -> _Paragraph:
        if identity not in self._paragraphs:
            found = _Paragraph()
            for style in self._chain(identity):
                found = _over(found, _own(child(style, "pPr"), value(child(style, "name"))))
            self._paragraphs[identity] = found
        return self._paragraphs[identity]

    def _chain(self, identity: str) -> list[etree._Element]:
        """Give a style and those that it is based on; a circle ends where it closes."""
        chain: dict[str, etree._Element] = {}
        while identity in self._elements and identity not in chain:
            chain[identity] = self._elements[identity]
            identity = value(child(chain[identity], "basedOn"))
        return list(chain.values())


def _own(properties: etree._Element | None, name: str) -> _Paragraph:
    """Read one w:pPr, that of a style of this name, or without one a paragraph's own."""
    kind, level = _named(name)
    outline = value(child(properties, "outlineLvl"))
    number = child(properties, "numPr")
    if kind is None and outline.isdecimal() and int(outline) < 9:
        kind, level = "heading", int(outline) + 1
    if kind is None and number is not None and value(child(number, "numId")) != "0":
        depth = value(child(number, "ilvl"))
        kind, level = "item", int(depth) + 1 if depth.isdecimal() else 1
    bidi = child(properties, "bidi")
    return _Paragraph(kind, level, None if bidi is None else on(bidi), value(child(properties, "jc")))


def _named(name: str) -> tuple[Kind | None, int]:
    """Tell what a style's name makes of a paragraph."""
    if match := _HEADING.fullmatch(name):
        return "heading", int(match[1])
    if _TITLE.fullmatch(name):
        return "heading", 1
    if _SUBTITLE.fullmatch(name):
        return "heading", 2
    return ("quote", 0) if _QUOTE.fullmatch(name) else (None, 0)


def _over(first: _Paragraph, second: _Paragraph) -> _Paragraph:
    """Take what the first leaves open from the second; a heading that is numbered stays a heading."""
    heading = second.kind == "heading" and first.kind == "item"
    kind, level = (second.kind, second.level) if heading or first.kind is None else (first.kind, first.level)
    rtl = second.rtl if first.rtl is None else first.rtl
    return _Paragraph(kind, level, rtl, first.alignment or second.alignment)
