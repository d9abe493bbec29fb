"""HTML and XHTML cut into tokens that lie where they lie: tags, text, comments, each with its place in the file.

The rules are those of the HTML standard's tokenizer (html.spec.whatwg.org, 13.2.5) as far as they say where a token
ends. The time is linear in the length of the text, whatever stands in it.
"""

import re
from collections.abc import Iterator
from html.entities import html5
from typing import Literal, NamedTuple

__all__ = ["Attribute", "Token", "attributes", "escape", "names", "tokens", "unescape"]

TokenKind = Literal["text", "open", "close", "empty", "other"]


def names(text: str) -> frozenset[str]:
    """Make a set of the words of a text."""
    return frozenset(text.split())


_VOID = names("area base br col embed hr img input link meta param source track wbr")  # no end tags in HTML
_VOCABULARIES = names("svg math")  # in which, as in XML, a slash ends an element
_RAW = names("script style iframe noembed noframes xmp textarea title")  # nothing but their end tag is one
_MARKUP = re.compile(r"<(?=[a-zA-Z/!?])")  # any other `<` is text
_UNFINISHED = re.compile(r"</?[a-zA-Z]")
_TAG = re.compile(
    r"""<(/?)([a-zA-Z][^\s/>]*+)"""
    r"""((?:[\s/]++|[^\s/>][^\s/>=]*+(?:\s*+=\s*+(?:"[^"]*+"|'[^']*+'|(?!["'])[^\s>]++))?+)*+)>"""
)
_ATTRIBUTE = re.compile(
    r"""([^\s/>][^\s/>=]*+)(?:\s*+=\s*+(?:"(?P<double>[^"]*+)"|'(?P<single>[^']*+)'|(?P<bare>(?!["'])[^\s>]++)))?+"""
)
_DECLARATION = re.compile(
    r"""<![^>\[]*+(?:\[(?:[^\]"'<]++|"[^"]*+"|'[^']*+'|<!--(?:(?!-->).)*+-->|<)*+\]\s*+)?+>""", re.DOTALL
)
_REFERENCE = re.compile(r"&(?:#([0-9]++|[xX][0-9a-fA-F]++)|([a-zA-Z][a-zA-Z0-9]*+));?")
_UNKNOWN = re.compile(r"&([\w:][\w:.-]*+);")
_WINDOWS_1252 = {0x80 + i: char for i, char in enumerate(bytes(range(0x80, 0xA0)).decode("cp1252", "replace"))}


class Token(NamedTuple):
    """A token: the characters `start:end` of the file; `name` is a tag's, in lower case in HTML.

    An `empty` one is a tag that encloses nothing. `other` are comments, declarations, processing instructions and, in
    XML, references to entities that HTML does not know.
    """

    kind: TokenKind
    start: int
    end: int
    name: str = ""


class Attribute(NamedTuple):
    """An attribute of a tag: its name in lower case, its value decoded, and the characters `start:end` of the value.

    `quote` is the character around the value, empty where there is none.
    """

    name: str
    value: str
    start: int
    end: int
    quote: str


def tokens(text: str, xml: bool = False) -> Iterator[Token]:
    """Cut a page into tokens, in order, without gaps.

    What begins like a tag and does not end is `other`, as far as the end of the file. CDATA sections of XML are text.
    """
    at = 0
    while at < len(text):
        begun = _MARKUP.search(text, at)
        start = begun.start() if begun else len(text)
        if at < start:
            yield from _texts(text, at, start, xml)
            at = start
            continue
        tag = _TAG.match(text, start)
        if not tag:
            token = _without_name(text, start, xml)
            at = token.end
            yield token
            continue
        at = tag.end()
        name = tag[2] if xml else tag[2].lower()
        if tag[1]:
            yield Token("close", start, at, name)
        elif (tag[3].endswith("/") and (xml or name in _VOCABULARIES)) or (name in _VOID and not xml):
            yield Token("empty", start, at, name)
        else:
            yield Token("open", start, at, name)
            if not xml and name in _RAW:
                close = re.compile(rf"</{name}(?=[\s/>])", re.IGNORECASE).search(text, at)
                end = close.start() if close else len(text)
                if at < end:
                    yield Token("text", at, end)
                at = end


def _texts(text: str, start: int, end: int, xml: bool) -> Iterator[Token]:
    """Give a stretch of text; in XML the references to unknown entities are tokens of their own."""
    if xml:
        for match in _UNKNOWN.finditer(text, start, end):
            if f"{match[1]};" not in html5:
                if start < match.start():
                    yield Token("text", start, match.start())
                yield Token("other", *match.span())
                start = match.end()
    if start < end:
        yield Token("text", start, end)


def _without_name(text: str, start: int, xml: bool) -> Token:
    """Give the token at a `<` that begins no whole tag."""
    if text.startswith("<!--", start):
        return Token("other", start, _behind(text, "-->", start + 2 if not xml else start + 4))
    if xml and text.startswith("<![CDATA[", start):
        return Token("text", start, _behind(text, "]]>", start + 9))
    if xml and text.startswith("<?", start):
        return Token("other", start, _behind(text, "?>", start + 2))
    if text.startswith("<!", start):
        if not xml:
            return Token("other", start, _behind(text, ">", start + 2))
        declaration = _DECLARATION.match(text, start)
        return Token("other", start, declaration.end() if declaration else len(text))
    if _UNFINISHED.match(text, start):
        return Token("other", start, len(text))
    return Token("other", start, _behind(text, ">", start + 2))


def _behind(text: str, mark: str, at: int) -> int:
    """Find the end of the next `mark`, or of the text."""
    found = text.find(mark, at)
    return found + len(mark) if found >= 0 else len(text)


def attributes(text: str, token: Token) -> Iterator[Attribute]:
    """Give the attributes of a tag, the first of each name."""
    seen: set[str] = set()
    for match in _ATTRIBUTE.finditer(text, token.start + 1 + len(token.name), token.end - 1):
        name = match[1].lower()
        if name not in seen:
            seen.add(name)
            group = match.lastgroup or "bare"
            start, end = match.span(group) if match.lastgroup else (match.end(), match.end())
            quote = {"double": '"', "single": "'"}.get(group, "")
            yield Attribute(name, unescape(text[start:end], attribute=True), start, end, quote)


def unescape(text: str, attribute: bool = False) -> str:
    """Decode character references; those that name no character stay as they are.

    In an attribute's value `&copy=1` is none. Unlike `html.unescape` it bears numbers of any length.
    """
    if "&" not in text:
        return text
    return _REFERENCE.sub(_in_attribute if attribute else _character, text)


def _in_attribute(match: re.Match[str]) -> str:
    whole = match[1] or match[0].endswith(";") or (match[2] in html5 and not match.string.startswith("=", match.end()))
    return _character(match) if whole else match[0]


def _character(match: re.Match[str]) -> str:
    number, name = match.groups()
    if number:
        digits, base = (number[1:], 16) if number[0] in "xX" else (number, 10)
        digits = digits.lstrip("0") or "0"
        code = int(digits, base) if len(digits) <= 7 else 0x110000
        if code in _WINDOWS_1252:
            return _WINDOWS_1252[code]
        return chr(code) if 0 < code < 0xD800 or 0xDFFF < code <= 0x10FFFF else "\ufffd"
    if match[0].endswith(";"):
        return html5.get(f"{name};", match[0])
    known = next((name[:i] for i in range(min(len(name), 6), 1, -1) if name[:i] in html5), None)
    return html5[known] + name[len(known) :] if known else match[0]


def escape(text: str) -> str:
    """Write text so that HTML and XML read it as such, in an attribute's value too."""
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return text.replace('"', "&quot;")
