"""WebVTT subtitles (W3C, https://www.w3.org/TR/webvtt1/): all but what is said in the cues is kept as it is."""

import re
from codecs import BOM_UTF8
from collections.abc import Iterator, Sequence
from html import unescape
from itertools import groupby, pairwise

from corpus.document import Document, English
from corpus.readers import Reading, decode
from corpus.readers.slices import document_of, edited
from corpus.readers.subtitles.cues import Cue, edits, lines_of, newline_of, times_of, utterances
from corpus.readers.subtitles.speech import Syntax
from mt.errors import InputError
from mt.normalize import has_arabic

__all__ = ["parse", "render"]

_SYNTAX = Syntax(
    re.compile(r"<(?P<open>[A-Za-z]+)(?:[.\s][^<>]*)?>|</(?P<close>[A-Za-z]*)[^<>]*>|<[\d:.]+>"),
    decode=unescape,
    escape=lambda text: text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"),
)
_ASIDE = re.compile(r"(?:NOTE(?:[ \t].*)?|STYLE[ \t]*|REGION[ \t]*)(?:[\r\n]|$)")
_TIMES = re.compile(r"\s*([\d:.,]+)\s*-->\s*([\d:.,]+)(?:\s.*)?")
_LANGUAGE = re.compile(r"(?<=[\r\n])(Language:[ \t]*)ar\b[-\w]*", re.IGNORECASE)


def parse(name: str, data: bytes, place: str, reading: Reading) -> Document:
    """Find what is said; see `corpus.readers.subtitles.cues` for how cues become blocks.

    Raises `InputError` for a file without the WEBVTT header, for text outside the cues and for bad times.
    """
    text = decode(data, place, reading.encoding)
    return document_of(name, (u.unit for u in utterances(text, _cues(text, place), _SYNTAX)))


def render(data: bytes, place: str, reading: Reading, english: Sequence[English]) -> bytes:
    """Give the subtitles with English in their cues, in UTF-8; identifiers, times, settings and tags are kept.

    The language that the header declares becomes English.
    """
    text = decode(data, place, reading.encoding)
    said = utterances(text, _cues(text, place), _SYNTAX)
    changes = list(edits(said, english, _SYNTAX, reading.quotes, newline_of(text)))
    changes += [(m.start(), m.end(), f"{m[1]}en") for m in _LANGUAGE.finditer(text, 0, _header(text))]
    mark = BOM_UTF8 if data.startswith(BOM_UTF8) else b""
    return mark + edited(text, changes).encode()


def _header(text: str) -> int:
    """Find the end of the header: an empty line, or the first line of times."""
    return next((a for a, b in lines_of(text) if not text[a:b].strip() or "-->" in text[a:b]), len(text))


def _cues(text: str, place: str) -> Iterator[Cue]:
    """Find the cues: a line of times, with or without an identifier above it, and the lines up to an empty one."""
    if not re.match(r"WEBVTT(?:[ \t\r\n]|$)", text):
        raise InputError(f"{place}: no WEBVTT in its first line; give --from srt if these are SubRip subtitles")
    lines = [(number, a, b) for number, (a, b) in enumerate(lines_of(text), 1) if a >= _header(text)]
    for filled, group in groupby(lines, lambda line: bool(text[line[1] : line[2]].strip())):
        block = list(group)
        if filled and not _ASIDE.match(text, block[0][1]):
            yield from _cue(text, place, block)


def _cue(text: str, place: str, block: Sequence[tuple[int, int, int]]) -> Iterator[Cue]:
    """Read a block of lines, each (number, start, end): a cue, or several without the empty line between."""
    heads = [at for at, (_, a, b) in enumerate(block) if "-->" in text[a:b]]
    for number, a, b in block[: max(heads[0] - 1, 0)] if heads else block:
        if has_arabic(text[a:b]):
            raise InputError(
                f"{place}:{number}: text outside a cue ({text[a:b].strip()[:40]!r}); give it times, or make it a NOTE"
            )
    for head, after in pairwise([*heads, len(block)]):
        number, a, b = block[head]
        found = _TIMES.fullmatch(text[a:b])
        times = times_of(found[1], found[2]) if found else None
        if times is None:
            raise InputError(
                f"{place}:{number}: these are no times: {text[a:b].strip()[:60]!r}; write 00:01.000 --> 00:02.500"
            )
        if head + 1 < after:
            yield Cue(block[head + 1][1], block[after - 1][2], times)
