"""SubRip subtitles: a number, a line of times, lines of text; everything but the text is kept as it is."""

import re
from codecs import BOM_UTF8
from collections.abc import Iterator, Sequence
from itertools import pairwise

from corpus.document import Document, English
from corpus.readers import Reading, decode
from corpus.readers.slices import document_of, edited
from corpus.readers.subtitles.cues import Cue, edits, lines_of, newline_of, times_of, utterances
from corpus.readers.subtitles.speech import Syntax
from mt.errors import InputError

__all__ = ["parse", "render"]

# Players agree on what SubRip is, there is no specification: HTML-like tags, and the overrides of Advanced SubStation.
_SYNTAX = Syntax(
    re.compile(r"<(?P<open>[A-Za-z]+)(?:\s[^<>\n]*)?>|</(?P<close>[A-Za-z]+)\s*>|\{(?:\\|[A-Za-z]:)[^{}\n]*\}"),
    decode=str,
    # There is no way to write what looks like a tag; a word joiner, which is not seen, parts it.
    escape=lambda text: re.sub(r"<(?=/?[A-Za-z])|\{(?=\\|[A-Za-z]:)", "\\g<0>\u2060", text),
)
_TIMES = re.compile(r"\s*([-\d][\d\s:.,-]*?)\s*-->\s*([-\d][\d\s:.,-]*)(?:\s.*)?")


def parse(name: str, data: bytes, place: str, reading: Reading) -> Document:
    """Find what is said; see `corpus.readers.subtitles.cues` for how cues become blocks.

    Raises `InputError` for text outside the cues, or where there is no cue.
    """
    text = decode(data, place, reading.encoding)
    return document_of(name, (u.unit for u in utterances(text, _cues(text, place), _SYNTAX)))


def render(data: bytes, place: str, reading: Reading, english: Sequence[English]) -> bytes:
    """Give the subtitles with English in their cues, in UTF-8; numbers, times and tags are kept."""
    text = decode(data, place, reading.encoding)
    said = utterances(text, _cues(text, place), _SYNTAX)
    mark = BOM_UTF8 if data.startswith(BOM_UTF8) else b""
    return mark + edited(text, edits(said, english, _SYNTAX, reading.quotes, newline_of(text))).encode()


def _cues(text: str, place: str) -> Iterator[Cue]:
    """Find the cues: each ends before the next line of times, the number above it and the empty lines between.

    Empty lines in a cue, missing numbers and missing empty lines, all of which there are, do no harm.
    """
    lines = list(lines_of(text))
    heads = [number for number, (a, b) in enumerate(lines) if "-->" in text[a:b] and _TIMES.fullmatch(text[a:b])]
    if not heads and text.strip():
        raise InputError(
            f"{place}: no cue in it (a line such as 00:00:01,000 --> 00:00:02,500); give --from text for plain text"
        )
    for number, (a, b) in enumerate(lines[: heads[0] if heads else 0]):
        if text[a:b].strip() and not text[a:b].strip("\ufeff \t").isdecimal():
            raise InputError(f"{place}:{number + 1}: text outside a cue ({text[a:b].strip()[:40]!r}); give it times")
    for head, after in pairwise([*heads, len(lines)]):
        numbered = head + 1 < after < len(lines) and text[slice(*lines[after - 1])].strip().isdecimal()
        filled = [(a, b) for a, b in lines[head + 1 : after - numbered] if text[a:b].strip()]
        found = _TIMES.fullmatch(text[slice(*lines[head])])
        if filled and found:
            yield Cue(filled[0][0], filled[-1][1], times_of(found[1], found[2]))
