"""Where each token of a page stands: in which block, in which language, in what is to be translated and what is not."""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import NamedTuple

from corpus.document import Kind, Style
from corpus.readers.html.tokens import Attribute, Token, attributes, names, tokens
from mt.errors import InputError

__all__ = ["MAX_DEPTH", "Place", "Step", "is_arabic", "is_foreign", "walk"]

MAX_DEPTH = 2000
"""How many elements may be open at once. Browsers stop at 512; what lies deeper is a broken or a hostile page."""

_BLOCKS = names(
    """address article aside blockquote body button caption center col colgroup datalist dd details dialog dir div dl dt
    fieldset figcaption figure footer form frame frameset h1 h2 h3 h4 h5 h6 head header hgroup hr html legend li main
    menu nav noframes ol optgroup option p pre search section select summary table tbody td tfoot th thead title tr
    ul"""
)
# Left as they are: programs and styles (script, style), text that is data or laid out by its white space (textarea,
# pre, xmp), what programs copy (template), other vocabularies (svg, math), and what no browser of today shows.
_OPAQUE = names("iframe math noembed noframes pre script style svg template textarea xmp")
# What is written in them reads the same in every language.
_VERBATIM = names("code kbd samp tt var")
_ARABIC = names("ar arb arz ary arq apc ajp acm afb acw aeb ayl apd ara")
_IN_ARABIC_LETTERS = names("fa per prs ur ps ckb sd ug ks bal he yi")
_DIRECTION = re.compile(r"(?<![\w-])direction\s*+:\s*+(rtl|ltr)\b")
_ARABIC_CHARACTERS = re.compile(r"[\u0600-\u06ff\u0750-\u077f\ufb50-\ufdff\ufe70-\ufefc]")
_STYLES: dict[str, Style] = {
    **dict.fromkeys(("b", "strong"), "strong"),
    **dict.fromkeys(("i", "em", "cite", "dfn"), "emphasis"),
    **dict.fromkeys(("code", "kbd", "samp", "tt"), "code"),
}
_KINDS: dict[str, Kind] = {
    **dict.fromkeys(("li", "dt", "dd"), "item"),
    **dict.fromkeys(("td", "th"), "cell"),
    **dict.fromkeys(("h1", "h2", "h3", "h4", "h5", "h6", "title"), "heading"),
    "blockquote": "quote",
}
_LISTS = names("ul ol menu dir dl")
# An opening tag closes the nearest of the first set, unless one of the second set is nearer.
_CELLS = ("td", "th")
_SECTIONS = ("tbody", "thead", "tfoot", "colgroup", "caption")
_CLOSES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "li": (("li",), ("ul", "ol", "menu", "dir")),
    **dict.fromkeys(("dt", "dd"), (("dt", "dd"), ("dl",))),
    "option": (("option",), ("select", "datalist", "optgroup")),
    "optgroup": (("optgroup",), ("select",)),
    **dict.fromkeys(_CELLS, (_CELLS, ("table", "tr"))),
    "tr": (("tr", "caption"), ("table",)),
    **dict.fromkeys(_SECTIONS, (_SECTIONS, ("table",))),
    "body": (("head",), ()),
}
_LEVELS = {"title": 1} | {f"h{level}": level for level in range(1, 7)}
_TABLE_PARTS = frozenset((*_CELLS, *_SECTIONS, "tr", "col"))
_ENDS_PARAGRAPH = _BLOCKS - names("button select option optgroup datalist legend caption col colgroup")
_SCOPE = ("table", "td", "th", "caption", "button", "object")


@dataclass(frozen=True, slots=True)
class Place:
    """What is known of a place in a page, from the elements around it.

    `language` is the main part of the one declared, empty where there is none or it is Arabic. `kept` where
    translation is forbidden, `ltr` where the direction is declared to be left to right.
    """

    kind: Kind = "paragraph"
    level: int = 0
    cell: tuple[int, int, int] | None = None
    lists: int = 0
    language: str = ""
    kept: bool = False
    ltr: bool = False


class Step(NamedTuple):
    """A token and its place: inside the element that an opening tag opens, outside the one that a closing tag closes.

    `boundary` where a block begins or ends there. An element whose content is left as it is comes as one `other`
    token. `language` is the foreign one that this very tag declares; what is `verbatim` reads the same in English.
    """

    token: Token
    place: Place
    boundary: bool = False
    attributes: tuple[Attribute, ...] = ()
    style: Style = ""
    language: str = ""
    verbatim: bool = False


def walk(text: str, source: str, xml: bool = False) -> Iterator[Step]:
    """Give the tokens of a page with their places; `source` names the file in errors.

    Elements that HTML lets end without a tag (p, li, td …) end where the standard ends them, tags that close nothing
    are `other`. The time is linear, whatever the page.

    Raises `InputError` where more than `MAX_DEPTH` elements are open.
    """
    page = _Page(text, source, xml)
    stream = tokens(text, xml)
    for token in stream:
        if token.kind == "open":
            yield page.left_alone(token, stream) if token.name in _OPAQUE else page.open(token)
        elif token.kind == "close":
            yield page.close(token)
        elif token.kind == "empty":
            yield Step(token, page.place, token.name in _BLOCKS, page.attributes(token))
        else:
            yield Step(token, page.place)


class _Element:
    """An open element; its name is gone when it was closed out of turn."""

    __slots__ = ("name", "place")

    def __init__(self, name: str, place: Place) -> None:
        self.name = name
        self.place = place


class _Table:
    """How far the table that is being read is counted."""

    __slots__ = ("column", "number", "row")

    def __init__(self, number: int) -> None:
        self.number = number
        self.row = self.column = -1


class _Page:
    """The open elements of a page. Where each name stands among them is kept, so that no search is ever needed."""

    def __init__(self, text: str, source: str, xml: bool) -> None:
        self.text = text
        self.source = source
        self.xml = xml
        self.place = Place()
        self.stack: list[_Element] = []
        self.where: defaultdict[str, list[int]] = defaultdict(list)
        self.tables: list[_Table] = []
        self.counted = 0

    def attributes(self, token: Token) -> tuple[Attribute, ...]:
        bare = token.end - token.start <= len(token.name) + 2
        return () if bare else tuple(attributes(self.text, token))

    def left_alone(self, token: Token, stream: Iterator[Token]) -> Step:
        """Read on to the end of an element whose content is left as it is, and give it as one token."""
        end, depth = token.end, 1
        for inner in stream:
            end = inner.end
            if inner.name == token.name:
                depth += (inner.kind == "open") - (inner.kind == "close")
            if not depth:
                break
        whole = Token("other", token.start, end, token.name)
        return Step(whole, self.place, token.name in _BLOCKS, self.attributes(token))

    def open(self, token: Token) -> Step:
        name = token.name
        if not self.xml:
            self._imply_ends(name)
        found = self.attributes(token)
        language, place = self._declared(found) if found else ("", self.place)
        place = self._placed(name, place)
        if name in ("html", "body"):  # browsers are told not to offer a translation; here one is asked for
            place = replace(place, kept=False)
        if len(self.stack) == MAX_DEPTH:
            line = self.text.count("\n", 0, token.start) + 1
            raise InputError(
                f"{self.source}:{line}: more than {MAX_DEPTH} tags open at once, the last <{name[:20]}>; "
                "no browser shows such a page, check that it is whole and close its tags"
            )
        block = name in _BLOCKS
        self.where[name].append(len(self.stack))
        self.stack.append(_Element(name, place))
        verbatim = name in _VERBATIM or (place.kept and not self.place.kept)
        self.place = place
        style = _STYLES.get(name, "")
        if name == "a" and any(a.name == "href" for a in found):
            style = "link"
        return Step(token, place, block, found, style, language, verbatim)

    def close(self, token: Token) -> Step:
        name = token.name
        block = name in _BLOCKS
        places = self.where.get(name)
        index = places[-1] if places else -1
        if index >= 0 and not self.xml and block and name != "table":
            fence = ("table",) if name in _TABLE_PARTS else _SCOPE
            index = -1 if index < self._nearest(fence) else index
        if index < 0:
            return Step(token._replace(kind="other"), self.place, block)
        if block or self.xml:
            self._pop(index)
        else:
            self._drop(index)
        return Step(token, self.place, block)

    def _imply_ends(self, name: str) -> None:
        """Close what an opening tag closes."""
        if name == "a" and self.where.get("a"):
            self._drop(self.where["a"][-1])
        if name in _CLOSES:
            self._end(*_CLOSES[name])
        if name in _ENDS_PARAGRAPH and self.where.get("p"):
            self._end(("p",), _SCOPE)

    def _end(self, targets: tuple[str, ...], fence: tuple[str, ...]) -> None:
        """Close the nearest of some elements, unless one of the fence is nearer."""
        index = self._nearest(targets)
        if index >= 0 and index > self._nearest(fence):
            self._pop(index)

    def _declared(self, found: tuple[Attribute, ...]) -> tuple[str, Place]:
        """Tell what an element's attributes say: the foreign language, and the place with all of it."""
        place, language = self.place, ""
        for attribute in found:
            value = attribute.value.strip().lower()
            if attribute.name in ("lang", "xml:lang"):
                language = _foreign(value)
                place = replace(place, language=language)
            elif attribute.name == "translate":
                place = replace(place, kept=value == "no")
            elif attribute.name == "class" and "notranslate" in value.split():
                place = replace(place, kept=True)
            elif attribute.name == "dir" and value in ("rtl", "ltr"):
                place = replace(place, ltr=value == "ltr")
            elif attribute.name == "style" and (direction := _DIRECTION.search(value)):
                place = replace(place, ltr=direction[1] == "ltr")
        return language, place

    def _placed(self, name: str, place: Place) -> Place:
        """Tell the kind of the blocks in an element."""
        if name in _LISTS:
            return replace(place, lists=place.lists + 1)
        if name == "table":
            self.tables.append(_Table(self.counted))
            self.counted += 1
        elif name == "tr" and self.tables:
            self.tables[-1].row += 1
            self.tables[-1].column = -1
        kind = _KINDS.get(name)
        if not kind or (kind == "cell" and not self.tables):
            return place
        if kind == "cell":
            table = self.tables[-1]
            table.row = max(table.row, 0)
            table.column += 1
            return replace(place, kind=kind, level=0, cell=(table.number, table.row, table.column))
        level = max(place.lists, 1) if kind == "item" else _LEVELS.get(name, 0)
        return replace(place, kind=kind, level=level, cell=None)

    def _nearest(self, names: tuple[str, ...]) -> int:
        nearest = -1
        for name in names:
            places = self.where.get(name)
            if places and places[-1] > nearest:
                nearest = places[-1]
        return nearest

    def _pop(self, index: int) -> None:
        """Close an element and all in it."""
        while len(self.stack) > index:
            element = self.stack.pop()
            if element.name:
                self.where[element.name].pop()
            if element.name == "table":
                self.tables.pop()
        self.place = self.stack[-1].place if self.stack else Place()

    def _drop(self, index: int) -> None:
        """Close an inline element out of turn, the nearest of its name."""
        element = self.stack[index]
        self.where[element.name].pop()
        element.name = ""
        while self.stack and not self.stack[-1].name:
            self._pop(len(self.stack) - 1)


def is_arabic(tag: str) -> bool:
    """Tell whether a language tag says Arabic, any kind of it."""
    return _main_part(tag) in _ARABIC


def _foreign(tag: str) -> str:
    """Give the main part of a language tag; nothing where it is Arabic or says nothing."""
    language = _main_part(tag)
    return "" if language in _ARABIC or language in ("und", "mul", "zxx", "x", "i") else language


def _main_part(tag: str) -> str:
    return tag.strip().lower().replace("_", "-").partition("-")[0]


def is_foreign(language: str, text: str) -> bool:
    """Tell whether a text is in the language that it is declared to be in, and so not to be translated.

    Many pages in Arabic declare English or French, which their software came with: letters tell better.
    """
    if not language or language in _IN_ARABIC_LETTERS:
        return bool(language)
    arabic = len(_ARABIC_CHARACTERS.findall(text))
    return 2 * arabic < sum(map(str.isalpha, text)) or not arabic
