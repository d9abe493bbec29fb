"""Subtitles: what is said in the cues of a file, and the English of it distributed over them again.

A sentence often runs over several cues. Cues that go on with a sentence are read as one block, so that it is split and
translated whole; its English is cut again, each cue getting as much of it as it had of the source.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from corpus.document import English, Mark, nested
from corpus.readers.slices import Edit, Tag, Unit
from corpus.readers.subtitles.phrases import cuts, folded
from corpus.readers.subtitles.speech import Piece, Syntax, Times, is_turn, read_piece
from corpus.split import Quotes, split
from mt.normalize import has_arabic

__all__ = ["Cue", "Utterance", "edits", "lines_of", "newline_of", "times_of", "utterances"]

_WIDTH = 42  # characters of a line, as broadcasters have it
_PAUSE = 3.0  # seconds between two cues of one sentence
_LONGEST = 400  # characters of an utterance; what goes on longer has no punctuation to tell its sentences by
_TRUSTED = 0.2  # share of pieces ending in a final mark from which on a missing one means that the sentence goes on

_TIME = re.compile(r"(?:(\d{1,9})\s*:\s*)?(\d{1,9})\s*:\s*(\d{1,9})(?:\s*[.,]\s*(\d{1,9}))?")
_BREAK = re.compile(r"\r\n|\r|\n")
_FINAL = re.compile(r"[.!?؟۔…][\"'”’»)\]]*$")
_OPEN = re.compile(r"[،,؛:]$")
_DOTS = re.compile(r"\.\.\.?|…")


@dataclass(frozen=True, slots=True)
class Cue:
    """A cue: its text is the characters `start:end` of the file; no times where they are unsound."""

    start: int
    end: int
    times: Times | None = None


@dataclass(frozen=True, slots=True)
class Utterance:
    """A block: pieces that go on with one another, joined by spaces in the text of the unit."""

    unit: Unit
    pieces: tuple[Piece, ...]


def utterances(text: str, cues: Iterable[Cue], syntax: Syntax) -> list[Utterance]:
    """Find what is said in a file's cues.

    A cue goes on with the sentence of the one before if that ended without a final mark and no more than three seconds
    ago, unless it begins with a dash, has another speaker, or is a sound in brackets or a song. In files that hardly
    have any final marks, a comma or dots must tell that it goes on.
    """
    pieces = [piece for cue in cues for piece in _pieces(text, cue, syntax)]
    final = sum(bool(_FINAL.search(piece.text)) for piece in pieces)
    trusted = final >= _TRUSTED * len(pieces)
    found: list[list[Piece]] = []
    length = 0
    for piece in pieces:
        if found and length < _LONGEST and _goes_on(found[-1][-1], piece, trusted=trusted):
            found[-1].append(piece)
            length += len(piece.text)
        else:
            found.append([piece])
            length = len(piece.text)
    return [_utterance(run) for run in found]


def edits(
    said: Iterable[Utterance], english: Sequence[English], syntax: Syntax, quotes: Quotes, newline: str
) -> Iterator[Edit]:
    """Give the edits that put each piece into English; none for an utterance that reads the same.

    Each cue gets the sentences that it held; one of several cues is cut between phrases, in proportion to the source.
    Lines have up to 42 characters where words allow. `quotes` is how the sentences were split.
    """
    first = 0
    for utterance, block in zip(said, english, strict=True):
        if not block.unchanged:
            yield from _distributed(utterance, block, first, syntax, quotes, newline)
        first += len(utterance.unit.tags)


def _distributed(
    utterance: Utterance, block: English, first: int, syntax: Syntax, quotes: Quotes, newline: str
) -> Iterator[Edit]:
    """Give the edits of an utterance; `first` is the key of its first mark."""
    own = first
    places = [0, *cuts(block.text, _wanted(utterance, block, quotes)), len(block.text)]
    for piece, (start, end) in zip(utterance.pieces, pairwise(places), strict=True):
        words = block.text[start:end].strip()
        start += len(block.text[start:end]) - len(block.text[start:end].lstrip())
        inside = list(_clipped(block.marks, start, start + len(words), range(own, own + len(piece.tags))))
        own += len(piece.tags)
        seen = syntax.tag.sub("", piece.before + piece.after)
        text = [piece.before]
        for part in nested(folded(words, _WIDTH - len(seen)), inside):
            if isinstance(part, str):
                text.append(syntax.escape(part).replace("\n", newline))
            else:
                tag = utterance.unit.tags[part[0].key - first]
                text.append(tag.before if part[1] else tag.after)
        yield piece.start, piece.end, "".join([*text, piece.after]) if words else ""


def _clipped(marks: Iterable[Mark], start: int, end: int, own: range) -> Iterator[Mark]:
    """Give the marks of a piece's English, counted in it: what encloses nothing stays in the cue that it came from."""
    for mark in marks:
        low, high = min(max(mark.start, start), end), min(max(mark.end, start), end)
        if low < high or (mark.start == mark.end and mark.key in own):
            yield replace(mark, start=low - start, end=high - start)


def _wanted(utterance: Utterance, block: English, quotes: Quotes) -> list[tuple[float, int, int]]:
    """Say where the English is to be cut: between its sentences, or in one where the source goes on in another cue."""
    source = split(utterance.unit.text, "ar", quotes=quotes)
    english = list(block.sentences)
    if len(source) != len(english) or not source:
        source, english = [(0, len(utterance.unit.text))], [(0, len(block.text))]
    starts = [start for start, _ in source]
    wanted: list[tuple[float, int, int]] = []
    at = 0
    for piece in utterance.pieces[:-1]:
        at += len(piece.text) + 1
        number = bisect_right(starts, at) - 1
        (start, end), (low, high) = source[number], english[number]
        if at <= start or at >= end:
            low = high = low if at <= start else high
        wanted.append((low + (high - low) * (at - start) / max(end - start, 1), low, high))
    return wanted


def lines_of(text: str, start: int = 0, end: int | None = None) -> Iterator[tuple[int, int]]:
    """Give the span of each line without its end; only LF, CR and CRLF end one."""
    end = len(text) if end is None else end
    for found in _BREAK.finditer(text, start, end):
        yield start, found.start()
        start = found.end()
    yield start, end


def times_of(start: str, end: str) -> Times | None:
    """Read two times (`01:02:03,456`; hours and fraction may be missing); None where one is none."""
    found = _TIME.fullmatch(start.strip()), _TIME.fullmatch(end.strip())
    if not found[0] or not found[1]:
        return None
    first, last = (
        int(hours or 0) * 3600 + int(minutes) * 60 + int(seconds) + float(f"0.{fraction or 0}")
        for hours, minutes, seconds, fraction in (found[0].groups(), found[1].groups())
    )
    return first, last


def newline_of(text: str) -> str:
    """Give the line end that a file uses."""
    found = _BREAK.search(text)
    return found[0] if found else "\n"


def _goes_on(piece: Piece, after: Piece, *, trusted: bool) -> bool:
    """Whether a piece goes on with the sentence of the one before it."""
    if piece.closed or after.closed or after.dashed or piece.voice != after.voice:
        return False
    if not piece.times or not after.times or after.times[0] < piece.times[0]:
        return False
    if after.times[0] - piece.times[1] > _PAUSE or has_arabic(piece.text) != has_arabic(after.text):
        return False
    resumed = _DOTS.match(after.text) is not None
    if _FINAL.search(piece.text):
        return resumed and _DOTS.search(piece.text[-3:]) is not None
    return trusted or resumed or _OPEN.search(piece.text) is not None


def _utterance(pieces: Sequence[Piece]) -> Utterance:
    tags: list[Tag] = []
    at = 0
    for piece in pieces:
        tags += (replace(tag, start=tag.start + at, end=tag.end + at) for tag in piece.tags)
        at += len(piece.text) + 1
    unit = Unit(pieces[0].start, pieces[-1].end, " ".join(piece.text for piece in pieces), tuple(tags))
    return Utterance(unit, tuple(pieces))


def _pieces(text: str, cue: Cue, syntax: Syntax) -> Iterator[Piece]:
    """Part a cue where a line begins with a dash: there another one speaks."""
    starts = [cue.start]
    starts += (a for a, b in lines_of(text, cue.start, cue.end) if a > cue.start and is_turn(text[a:b], syntax))
    for start, end in pairwise([*starts, cue.end]):
        raw = text[start:end]
        piece = read_piece(raw.strip(), start + len(raw) - len(raw.lstrip()), cue.times, syntax)
        if piece.text:
            yield piece
