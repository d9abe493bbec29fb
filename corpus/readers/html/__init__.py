"""HTML and XHTML: text found between the tags, English put in its place, every other character kept.

For other formats that hold XHTML:

- `units(text, source, xml=True)` gives the blocks of a page as `slices.Unit`s, those of attributes (alt, title …) too;
- `in_english(text, source, english, xml=True)` gives the page with these blocks in English, and its declarations of
  language, direction and encoding turned.

`source` names the file in errors.
"""

import codecs
import re
from collections.abc import Iterator, Sequence
from xml.parsers import expat

from corpus.document import Document, English
from corpus.readers import Reading, decode
from corpus.readers.encodings import wide_encoding
from corpus.readers.html.declarations import declarations
from corpus.readers.html.elements import Place, Step, is_foreign, walk
from corpus.readers.html.runs import units_of
from corpus.readers.html.tokens import Attribute, escape, names, unescape
from corpus.readers.slices import Unit, document_of, edited, translated
from mt.errors import InputError
from mt.normalize import has_arabic

__all__ = ["in_english", "parse", "render", "units"]

_LONGEST_RUN = 500  # tags in a block; what comes after that is another one
_ATTRIBUTES = names(
    "alt title placeholder aria-label aria-description aria-roledescription aria-valuetext label summary"
)
_METAS = names("""description title abstract subject dc.title dc.description dcterms.title dcterms.description og:title
    og:description og:site_name og:image:alt twitter:title twitter:description twitter:image:alt
    apple-mobile-web-app-title application-name""")
_BUTTONS = frozenset(("submit", "button", "reset"))


def parse(name: str, data: bytes, place: str, reading: Reading) -> Document:
    """Find the blocks of a page: its running text and the attributes that are read by people.

    The encoding is the one asked for, else UTF-8 where the bytes are that, else the one that the page declares. With
    `reading.extract` the page is the article alone (see `corpus.readers.html.extract`).

    Raises `InputError` for bytes in another encoding, for pages nested beyond all measure, and where the article that
    is to be taken out is not found.
    """
    text = _text(data, place, reading)
    return document_of(name, units(text, place, _is_xml(text)))


def render(data: bytes, place: str, reading: Reading, english: Sequence[English]) -> bytes:
    """Give the page with its blocks in English, in UTF-8.

    Of the rest only the declarations of language, direction and encoding change.
    """
    text = _text(data, place, reading)
    mark = codecs.BOM_UTF8 if data.startswith(codecs.BOM_UTF8) else b""
    return mark + in_english(text, place, english, _is_xml(text)).encode()


def units(text: str, source: str, xml: bool = False) -> Iterator[Unit]:
    """Give the blocks of a page in reading order.

    Left alone are programs, styles, preformatted text and drawings, passages in another language, and what is marked
    `translate="no"` or `notranslate`. The attributes of a tag follow the block that it stands in.

    Raises `InputError` for pages nested beyond all measure.
    """
    return (unit for unit, _ in _units(text, source, xml))


def in_english(text: str, source: str, english: Sequence[English], xml: bool = False) -> str:
    """Give a page with its blocks in English, `english` being those of `units` in their order.

    A tag's attributes travel with the tag, so they are translated first, and the blocks are then found anew.
    """
    found = list(_units(text, source, xml))
    blocks = list(zip(found, english, strict=True))
    values = [(unit, block) for (unit, of_tag), block in blocks if of_tag]
    edits = list(translated((unit for unit, _ in values), [block for _, block in values], escape))
    if edits:
        text = edited(text, ((a, b, e if text[a - 1] in "\"'" else f'"{e}"') for a, b, e in edits))
        found = list(_units(text, source, xml))
    running = (unit for unit, of_tag in found if not of_tag)
    text = edited(text, translated(running, [block for (_, of_tag), block in blocks if not of_tag], escape))
    return edited(text, declarations(text, source, xml))


def _units(text: str, source: str, xml: bool) -> Iterator[tuple[Unit, bool]]:
    """Give the blocks of a page, and for each whether it is an attribute of a tag."""
    run: list[Step] = []
    place: Place | None = None  # of the run's text
    tags = 0
    values: list[Unit] = []
    for step in walk(text, source, xml):
        token = step.token
        broken = token.name == "br" and _after_break(text, run)
        full = tags >= _LONGEST_RUN and token.kind not in ("text", "close")
        if step.boundary or broken or full:
            yield from ((unit, False) for unit in _run(text, run, place))
            yield from ((unit, True) for unit in values)
            run, place, tags, values = [], None, 0, []
        if not step.boundary and not broken:
            run.append(step)
            if token.kind != "text":
                tags += 1
            elif place is None and not _is_blank(text[token.start : token.end]):
                place = step.place
        if step.attributes and not step.place.kept:
            values += _values(text, step)
    yield from ((unit, False) for unit in _run(text, run, place))
    yield from ((unit, True) for unit in values)


def _run(text: str, run: Sequence[Step], place: Place | None) -> Iterator[Unit]:
    """Give the units of a run that are to be translated."""
    return units_of(text, run, place) if place and not place.kept else iter(())


def _is_blank(raw: str) -> bool:
    return not unescape(raw).strip()


def _after_break(text: str, run: Sequence[Step]) -> bool:
    """Whether nothing stands between the last line break and the end of a run: a second one ends the paragraph."""
    for step in reversed(run):
        if step.token.kind != "text" or not _is_blank(text[step.token.start : step.token.end]):
            return step.token.name == "br" and step.token.kind == "empty"
    return False


def _values(text: str, step: Step) -> Iterator[Unit]:
    """Give the attributes of a tag that hold Arabic for people to read."""
    values = {attribute.name: attribute.value.strip().lower() for attribute in step.attributes}
    for attribute in step.attributes:
        read = " ".join(attribute.value.split())
        arabic = has_arabic(read) and not is_foreign(step.place.language, read)
        if arabic and _for_people(step.token.name, attribute, values):
            yield Unit(attribute.start, attribute.end, read)


def _for_people(tag: str, attribute: Attribute, values: dict[str, str]) -> bool:
    if tag == "meta":
        return attribute.name == "content" and (values.get("name") in _METAS or values.get("property") in _METAS)
    if attribute.name == "value":
        return tag == "input" and values.get("type") in _BUTTONS
    return attribute.name in _ATTRIBUTES


def _text(data: bytes, place: str, reading: Reading) -> str:
    """Decode a page, and take the article out of it where that is asked for."""
    text = decode(data, place, reading.encoding or _encoding(data, place))
    if not reading.extract:
        return text
    from corpus.readers.html.extract import article  # trafilatura takes a second to load

    return article(text, place)


_DECLARED = re.compile(
    rb"""<meta[^>]*?\bcharset\s*=\s*["']?\s*([^\s"'/>;]+)|<\?xml[^>]*?\bencoding\s*=\s*["']([^"']+)""", re.IGNORECASE
)
# What the Encoding standard (encoding.spec.whatwg.org) has browsers read these names as.
_LABELS = dict.fromkeys(("iso-8859-1", "iso8859-1", "latin1", "ascii", "us-ascii"), "windows-1252")


def _encoding(data: bytes, place: str) -> str | None:
    """Tell the encoding of a page: its byte-order mark's, else UTF-8 where it is that, else the one declared.

    UTF-8 comes before the declaration: no Arabic text in an old encoding is UTF-8 by chance, while pages that were
    converted and still declare the old one are common.

    Raises `InputError` for a declared encoding that Python doesn't know.
    """
    wide = wide_encoding(data)
    if wide:
        return wide
    try:
        data.decode()
    except UnicodeDecodeError:
        declared = _DECLARED.search(data, 0, 1024)
        if not declared:
            return None
        label = (declared[1] or declared[2]).decode("ascii", "replace").lower()
        try:
            codecs.lookup(label)
        except LookupError:
            raise InputError(f"{place}: declares the encoding {label!r}, which is unknown; give --encoding") from None
        return _LABELS.get(label, label)
    return None


def _is_xml(text: str) -> bool:
    """Whether a page is XHTML that an XML parser reads; what only calls itself so is HTML to browsers too."""
    if "http://www.w3.org/1999/xhtml" not in text[:4096]:
        return False
    parser = expat.ParserCreate("utf-8")
    try:
        parser.Parse(text.encode(), True)
    except expat.ExpatError:
        return False
    return True
