"""The text of an XML file piece by piece, as its encoding says, without the characters that XML forbids.

A parser stops for good at the first such character, and names none of the others. Here each is found and replaced by
a space, so that the parser goes on.

Source: https://www.w3.org/TR/xml/#charsets and #charencoding; TMX 1.4b allows UTF-8, UTF-16 and US-ASCII.
"""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from corpus.formats.xml import FORBIDDEN
from corpus.validation.rules import Problem, UnreadableError

__all__ = ["Piece", "pieces_of"]

_SIZE = 1 << 16
_REFERENCE = re.compile("&#(?:x([0-9a-fA-F]+)|([0-9]+));")
_LONGEST = 16  # characters of a reference, leading zeros included
_DECLARED = re.compile(r"""\s*<\?xml[^>]*?\sencoding\s*=\s*["']([A-Za-z0-9._-]+)""")
_MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of the text as UTF-8, and each problem in it with its byte in the whole text and its line (from 1)."""

    data: bytes
    problems: tuple[tuple[int, int, Problem], ...]


def pieces_of(handle: BinaryIO, read: bytes = b"") -> Iterator[Piece]:
    """Give a file's text; each piece is a whole number of characters and of character references.

    `read` is what has been taken from the handle already.

    Raises `UnreadableError` for a file that cannot be decoded at all.
    """
    data = read or handle.read(_SIZE)
    codec, problem = _codec(data)
    if problem:
        yield Piece(b"", ((0, 1, problem),))
    # Bytes that the codec cannot read become surrogates, which are found with the forbidden characters.
    decoder = codecs.getincrementaldecoder(codec)("surrogatepass" if codec == "utf-16" else "surrogateescape")
    rest, at, line = "", 0, 1
    while True:
        cut_off = None
        try:
            text = rest + decoder.decode(data, final=not data)
        except UnicodeDecodeError as error:
            text, data, cut_off = rest, b"", ("encoding", f"bytes that are no {codec.upper()} ({error.reason})")
        rest = ""
        if data and (begun := text.rfind("&", -_LONGEST)) >= 0 and ";" not in text[begun:]:
            text, rest = text[:begun], text[begun:]
        cleaned, found = _cleaned(text)
        piece = cleaned.encode()
        places = [
            (at + len(cleaned[:place].encode()), line + cleaned.count("\n", 0, place), problem)
            for place, problem in found
        ]
        at += len(piece)
        line += cleaned.count("\n")
        if cut_off:
            places.append((at, line, cut_off))
        yield Piece(piece, tuple(places))
        if not data:
            return
        data = handle.read(_SIZE)


def _cleaned(text: str) -> tuple[str, list[tuple[int, Problem]]]:
    """Replace what XML forbids by as many spaces, and tell what was where."""
    found: list[tuple[int, Problem]] = []
    for match in FORBIDDEN.finditer(text):
        code = ord(match[0])
        if 0xDC80 <= code <= 0xDCFF:
            problem = ("encoding", f"the byte 0x{code - 0xDC00:02X} is not in the file's encoding")
        else:
            problem = ("forbidden-character", f"U+{code:04X}, which XML forbids; write a space for it")
        found.append((match.start(), problem))
    if found:
        text = FORBIDDEN.sub(" ", text)
    if "&#" in text:
        for match in _REFERENCE.finditer(text):
            if not _is_allowed(match):
                found.append((match.start(), ("forbidden-character", f"{match[0]}, a character that XML forbids")))
                text = f"{text[: match.start()]}{' ' * len(match[0])}{text[match.end() :]}"
        found.sort()
    return text, found


def _is_allowed(reference: re.Match[str]) -> bool:
    """Tell whether a character reference means a character that XML has."""
    code = int(reference[1], 16) if reference[1] else int(reference[2])
    return code <= 0x10FFFF and not FORBIDDEN.match(chr(code))


def _codec(data: bytes) -> tuple[str, Problem | None]:
    """Tell in which encoding a file that begins so is to be read, and what is wrong with what it says of that.

    Raises `UnreadableError` for an encoding that nobody said or nobody knows.
    """
    if data[:2] in (b"<\0", b"\0<") or data[:4] in (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE):
        raise UnreadableError(1, "neither UTF-8, nor UTF-16 with a byte order mark; convert the file to UTF-8")
    codec = next((codec for mark, codec in _MARKS.items() if data.startswith(mark)), "utf-8")
    said = _DECLARED.match(data[:400].decode(codec, errors="replace"))
    declared = said[1].lower() if said else codec.removesuffix("-sig")
    if codec == "utf-16":
        lies = not declared.startswith("utf-16")
        return codec, ("encoding", f"declared {declared}, and it is UTF-16 with a byte order mark") if lies else None
    match declared:
        case "utf-8" | "utf8":
            return codec, None
        case "us-ascii" | "ascii" if codec == "utf-8":
            return "ascii", None
        case _ if declared.startswith(("utf-16", "ucs-2", "utf-32", "ucs-4", "iso-10646")) or codec == "utf-8-sig":
            return codec, ("encoding", f"declared {declared}, and it is UTF-8")
    try:
        b"<".decode(declared)
    except (LookupError, UnicodeDecodeError):
        raise UnreadableError(
            1, f"declared {declared}, an encoding that nobody knows; convert the file to UTF-8"
        ) from None
    return declared, ("encoding", f"declared {declared}, and TMX is UTF-8 or UTF-16; convert the file to UTF-8")
