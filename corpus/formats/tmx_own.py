"""The units of a TMX file that looks, byte by byte, as our writer makes it: read twice as fast as XML.

Where the first byte differs, the reading stops, and a parser of XML goes on from there with the same result.
"""

import re
from collections.abc import Generator
from typing import BinaryIO

from corpus.formats.tmx_units import Unit

__all__ = ["own_units"]

_CHUNK = 1 << 18
_LONGEST = 1 << 20  # bytes of a unit; longer ones are left to the parser, which bounds its memory
_HEAD = re.compile(
    rb'<\?xml version="1\.0" encoding="UTF-8"\?>\n<!DOCTYPE tmx SYSTEM "tmx14\.dtd">\n<tmx version="1\.4">\n'
    rb'<header creationtool="muwazi"(?: [a-z-]+="[\w .+-]*")*/>\n<body>\n'
)
_UNIT = re.compile(
    r'<tu tuid="([^"<\t\n]*)">\n'
    r'((?:  <prop type="x-[a-z-]+">[^<]*</prop>\n)*)'
    r'  <tuv xml:lang="ar"><seg>([^<]*)</seg></tuv>\n'
    r'  <tuv xml:lang="en" creationid="([A-Za-z!-]+)"><seg>([^<]*)</seg></tuv>\n'
    r"</tu>\n"
)
_PROP = re.compile('type="([^"]+)">([^<]*)<')
_END = b"</tu>\n"
_ENTITY = re.compile("&[^;]*;?")
_CHARACTERS = {
    "&amp;": "&",
    "&lt;": "<",
    "&gt;": ">",
    "&quot;": '"',
    "&#13;": "\r",
    "&#10;": "\n",
    "&#9;": "\t",
}
_ALLOWED = bytes({*range(256)} - {*range(32)} | {9, 10})  # a bare carriage return is a line feed in XML


def own_units(handle: BinaryIO) -> Generator[Unit, None, tuple[bytes, int]]:
    """Give the units of a file as long as they look like ours.

    Returns what a parser needs to go on: the head of the file with all that was read and not given, and how many lines
    are missing in between.
    """
    rest = handle.read(_CHUNK)
    found = _HEAD.match(rest)
    if found is None:
        return rest, 0
    head = found[0]
    rest = rest[len(head) :]
    missing, above = 0, 1 + head.count(b"\n")
    while True:
        end = rest.rfind(_END) + len(_END)
        if end < len(_END):
            chunk = handle.read(_CHUNK)
            if not chunk or len(rest) > _LONGEST:
                return head + rest + chunk, missing
            rest += chunk
            continue
        block, rest = rest[:end], rest[end:]
        text = _text(block)
        at = 0
        while (match := _UNIT.match(text, at)) and (unit := _unit(above + missing, match)):
            yield unit
            missing += text.count("\n", at, match.end())
            at = match.end()
        if at < len(text) or not text:
            return head + (text[at:].encode() or block) + rest, missing
        rest += handle.read(_CHUNK)


def _text(block: bytes) -> str:
    """Decode a block, or give nothing where it holds what XML forbids or reads otherwise."""
    try:
        text = block.decode()
    except UnicodeDecodeError:
        return ""
    alien = block.translate(None, _ALLOWED) or "\ufffe" in text or "\uffff" in text or "]]>" in text
    return "" if alien else text


def _unit(line: int, match: re.Match[str]) -> Unit | None:
    """Make a unit of what was matched, or give None where it holds an entity that we don't write."""
    tuid, props, source, creation, target = match.groups()
    known = dict(_PROP.findall(props))
    if "&" in match[0]:
        try:
            tuid, source, target = map(_unescape, (tuid, source, target))
            known = {name: _unescape(value) for name, value in known.items()}
        except KeyError:
            return None
    return Unit(line, tuid, known, [source], [(target, creation)], ["ar", "en"])


def _unescape(text: str) -> str:
    """Put characters in the place of entities; raise `KeyError` for one that we don't write."""
    return _ENTITY.sub(lambda entity: _CHARACTERS[entity[0]], text)
