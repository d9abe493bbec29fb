"""The pairs of a TMX file that looks, byte by byte, as our writer makes it: read three times as fast as XML.

Where the first byte differs, the reading stops, and a parser of XML goes on from there with the same result.
"""

import re
from collections.abc import Iterator
from typing import BinaryIO

from corpus.pair import ORIGINS, Pair

__all__ = ["FIRST_LINE", "OwnUnits"]

_CHUNK = 1 << 18
_LONGEST = 1 << 20  # bytes of a unit; longer ones are left to the parser, which bounds its memory
_HEAD = re.compile(
    rb'<\?xml version="1\.0" encoding="UTF-8"\?>\n<!DOCTYPE tmx SYSTEM "tmx14\.dtd">\n<tmx version="1\.4">\n'
    rb'<header creationtool="muwazi" creationtoolversion="[\w.+-]*" segtype="sentence" o-tmf="jsonl" '
    rb'adminlang="en" srclang="ar" datatype="plaintext"(?: creationdate="\d{8}T\d{6}Z")?/>\n<body>\n'
)
FIRST_LINE = 6
"""Where the first unit stands, below the head."""
_UNIT = re.compile(
    r'<tu tuid="([^"<\t\n]+)">\n'
    r'  <prop type="x-document">([^<]*)</prop>\n'
    r'  <prop type="x-position">(-?[0-9]{1,18}):(-?[0-9]{1,18}):(-?[0-9]{1,18}):(-?[0-9]{1,18})</prop>\n'
    r'  <prop type="x-origin">([a-z-]+)</prop>\n'
    r'(?:  <prop type="x-reference-position">(-?[0-9]{0,18}):(-?[0-9]{0,18})</prop>\n)?'
    r'(?:  <prop type="x-model">([^<]*)</prop>\n)?'
    r'(?:  <prop type="x-score">([^<]+)</prop>\n)?'
    r'(?:  <prop type="x-bead">([^<]*)</prop>\n)?'
    r'(?:  <prop type="x-alignment-score">([^<]+)</prop>\n)?'
    r'(?:  <prop type="x-faults">([^<]*)</prop>\n)?'
    r'  <tuv xml:lang="ar"><seg>([^<]*)</seg></tuv>\n'
    r'  <tuv xml:lang="en" creationid="[A-Za-z!-]+"><seg>([^<]*)</seg></tuv>\n'
    r"</tu>\n"
)
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


class OwnUnits:
    """The units of a file, each as its pair and its text, as long as they look like ours.

    Afterwards it says what a parser needs to go on: `count` is how many these were, `rest` the head of the file with
    all that was read and not given, and `missing` how many lines are left out between the two.
    """

    def __init__(self, handle: BinaryIO) -> None:
        self.count = 0
        self.missing = 0
        self.rest = b""
        self._handle = handle

    def __iter__(self) -> Iterator[tuple[Pair, str]]:
        read = self._handle.read
        self.rest = read(_CHUNK)
        found = _HEAD.match(self.rest)
        if found is None:
            return
        head = found[0]
        rest = self.rest[len(head) :]
        while True:
            end = rest.rfind(_END) + len(_END)
            if end < len(_END):
                chunk = read(_CHUNK)
                rest += chunk
                if not chunk or len(rest) > _LONGEST + _CHUNK:
                    break
                continue
            block, rest = rest[:end], rest[end:]
            text = _text(block)
            at = 0
            while (match := _UNIT.match(text, at)) and (pair := _pair(match)):
                yield pair, match[0]
                self.count += 1
                at = match.end()
            self.missing += text.count("\n", 0, at)
            if at < len(text) or not text:
                rest = (text[at:].encode() or block) + rest
                break
            rest += read(_CHUNK)
        self.rest = head + rest


def _text(block: bytes) -> str:
    """Decode a block, or give nothing where it holds what XML forbids or reads otherwise."""
    try:
        text = block.decode()
    except UnicodeDecodeError:
        return ""
    alien = block.translate(None, _ALLOWED) or "\ufffe" in text or "\uffff" in text or "]]>" in text
    return "" if alien else text


def _pair(match: re.Match[str]) -> Pair | None:
    """Make the pair of a unit; None for one that the parser has to read, or to refuse."""
    values = match.groups()
    try:
        if "&" in match[0]:
            values = tuple([value and _unescape(value) for value in values])
        tuid, document, paragraph, sentence, start, end, origin = values[:7]
        begin, stop, model, score, bead, alignment, faults, source, target = values[7:]
        return Pair(
            document,
            int(paragraph),
            int(sentence),
            int(start),
            int(end),
            source,
            target,
            ORIGINS[origin],
            model,
            float(score) if score else None,
            bead,
            float(alignment) if alignment else None,
            () if faults is None else tuple(faults.split(",")),
            int(begin) if begin else None,
            int(stop) if stop else None,
            tuid,
        )
    except (KeyError, ValueError):
        return None


def _unescape(text: str) -> str:
    """Put characters in the place of entities; raise `KeyError` for one that we don't write."""
    return _ENTITY.sub(lambda entity: _CHARACTERS[entity[0]], text)
