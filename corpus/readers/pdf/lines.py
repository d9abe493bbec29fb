"""The lines of a page: glyphs, which a PDF places in any order, put into the order in which they are read.

Glyphs are ordered by where they stand, from right to left where a line is Arabic; runs of Latin letters and numbers
turned back are all that the bidirectional algorithm (Unicode, UAX #9) leaves to do.
"""

import re
import statistics
import unicodedata
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from heapq import nlargest
from itertools import groupby, pairwise

__all__ = ["Glyph", "Line", "lines_of"]

# Lengths in ems.
_SAME_ROW = 0.5  # between two baselines of one line, a raised number's being one
_WIDE, _SPACE, _THIN = 0.4, 0.2, 0.13  # between two words; see `_apart`
_NEAR = 0.3  # between a letter and the mark over it at most
_GAP = 0.85  # between two words of one column at most
_GUTTER = 0.6  # between two columns at least
_COLUMN = 4  # lines of a column at least
_STRIPS, _SPLITS = 24, 24  # gaps that are looked at for a gutter, and gutters of a page, at most
_MANY = 5_000  # runs of a page with columns at most: a full one of a newspaper has some hundred

_ARABIC = re.compile("[\u0600-\u06ff\u0750-\u077f\u08a0-\u08ff\ufb50-\ufdff\ufe70-\ufeff]")
_LETTER = "\u0621-\u064a\u066e-\u06d3\u06fa-\u06ff"
_DIGIT = "0-9\u0660-\u0669\u06f0-\u06f9"
_LATIN = "A-Za-z\u00c0-\u024f"
# From right to left: numbers, and what stands between two Latin words.
_NUMBER = re.compile(f"[{_DIGIT}]+(?:[.,:/٫٬][{_DIGIT}]+)*")
_FOREIGN = re.compile(f"[{_LATIN}{_DIGIT}](?:[^{_LETTER}]*[{_LATIN}{_DIGIT}])?")
_LAM_ALEF = re.compile("ل[اأإآ]")
_NATIVE = re.compile(f"[{_LETTER}](?:[^{_LATIN}]*[{_LETTER}])?")
_BRACKET = re.compile(r"[()\[\]{}«»‹›]")
_ENDING = re.compile(r"[\s.,،؛;:!?؟…]")
_BRACKETS = {char: pair for pair in ("()", "[]", "{}", "«»", "‹›") for char in pair}


@dataclass(frozen=True, slots=True)
class Glyph:
    """A character on a page, in points from the lower left corner: its sides, its baseline, its font's size.

    `word` is the number of the word that it was drawn in; what is `flat` is no higher than a vowel mark.
    """

    text: str
    left: float
    right: float
    y: float
    size: float
    word: int
    flat: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """A line: its text, its sides and baseline in points, and the width of its first word.

    `column` numbers the columns of its page in reading order; `rtl` tells that it is read from the right.
    """

    text: str
    left: float
    right: float
    y: float
    size: float
    first: float
    column: int
    rtl: bool


@dataclass(frozen=True, slots=True)
class _Run:
    """Glyphs of one row without a gap, from left to right, and their sides."""

    glyphs: tuple[Glyph, ...]
    row: int
    left: float
    right: float


def lines_of(glyphs: Iterable[Glyph]) -> list[Line]:
    """Give the lines of a page in reading order: columns from the right where the page is Arabic.

    Time is that of sorting the letters.
    """
    letters = list(glyphs)
    arabic = sum(bool(_ARABIC.match(glyph.text)) for glyph in letters)
    rtl = 2 * arabic >= sum(glyph.text.isalpha() for glyph in letters)
    runs = [run for row, members in enumerate(_rows(letters)) for run in _runs(members, row)]
    columns = enumerate(_columns(runs, rtl=rtl))
    return [_line(row, number) for number, column in columns for _, row in groupby(column, key=lambda run: run.row)]


def _rows(glyphs: Sequence[Glyph]) -> Iterator[list[Glyph]]:
    """Sort glyphs by baseline into rows, the topmost first."""
    row: list[Glyph] = []
    for glyph in sorted(glyphs, key=lambda glyph: -glyph.y):
        if row and row[0].y - glyph.y > _SAME_ROW * max(glyph.size, row[0].size):
            yield row
            row = []
        row.append(glyph)
    if row:
        yield row


def _runs(row: Iterable[Glyph], number: int) -> Iterator[_Run]:
    """Part a row at wide gaps."""
    run: list[Glyph] = []
    reach = 0.0
    for glyph in sorted(row, key=lambda glyph: glyph.left):
        if run and glyph.left - reach > _GAP * min(glyph.size, run[-1].size):
            yield _Run(tuple(run), number, run[0].left, reach)
            run = []
        reach = max(reach, glyph.right) if run else glyph.right
        run.append(glyph)
    yield _Run(tuple(run), number, run[0].left, reach)


def _columns(runs: Sequence[_Run], *, rtl: bool) -> Iterator[list[_Run]]:
    """Give the runs of each column, row by row, in reading order."""
    waiting = [list(runs)]
    splits = 0
    while waiting:
        part = waiting.pop()
        gutter = _gutter(part) if splits < _SPLITS else None
        if gutter is None:
            yield part
        else:
            splits += 1
            waiting += reversed(list(_bands(part, gutter, rtl=rtl)))


def _bands(runs: Sequence[_Run], gutter: float, *, rtl: bool) -> Iterator[list[_Run]]:
    """Part runs, in order of rows, into columns, and what runs across both."""
    columns: tuple[list[_Run], list[_Run]] = [], []
    crossing: list[_Run] = []
    for run in runs:
        if run.left < gutter < run.right:
            yield from filter(None, columns[::-1] if rtl else columns)
            columns = [], []
            crossing.append(run)
        else:
            if crossing:
                yield crossing
                crossing = []
            columns[run.left >= gutter].append(run)
    yield from filter(None, [*(columns[::-1] if rtl else columns), crossing])


def _gutter(runs: Sequence[_Run]) -> float | None:
    """Find the middle of the widest strip between two columns; fewer runs cross it than stand beside it."""
    if not 2 * _COLUMN <= len(runs) <= _MANY:
        return None
    least = _GUTTER * statistics.median(run.glyphs[0].size for run in runs)
    edges = sorted([(run.left, 1) for run in runs] + [(run.right, -1) for run in runs])
    strips: list[tuple[float, float, int]] = []
    crossing = 0
    for (at, change), (after, _) in pairwise(edges):
        crossing += change
        if after - at >= least and 2 * crossing <= len(runs):
            strips.append((after - at, at, crossing))
    for width, at, crossing in nlargest(_STRIPS, strips):
        left = {run.row for run in runs if run.right <= at}
        right = {run.row for run in runs if run.left >= at + width}
        if min(len(left), len(right)) >= max(_COLUMN, crossing) and max(left) > min(right) and max(right) > min(left):
            return at + width / 2
    return None


def _line(row: Iterable[_Run], column: int) -> Line:
    """Put the glyphs of a row into the order in which they are read."""
    letters, marks = _ordered([glyph for run in row for glyph in run.glyphs])
    arabic = sum(bool(_ARABIC.match(glyph.text)) for glyph in letters)
    rtl = arabic > 0 and 2 * arabic >= sum(glyph.text.isalpha() for glyph in letters)
    if not rtl:
        letters.reverse()
    pieces: list[str] = []
    end = 0  # of the first word
    for number, glyph in enumerate(letters):
        if number and _apart(letters[number - 1], glyph, rtl=rtl):
            pieces.append(" ")
            end = end or number
        pieces += [glyph.text, *(mark.text for mark in marks.get(glyph, ()))]
    text = "".join(pieces)
    word = letters[: end or len(letters)]
    size = max(glyph.size for glyph in letters)
    return Line(
        _turned(text) if rtl else _NATIVE.sub(lambda run: run[0][::-1], text),
        min(glyph.left for glyph in letters),
        max(glyph.right for glyph in letters),
        next(glyph.y for glyph in letters if glyph.size == size),
        size,
        max(glyph.right for glyph in word) - min(glyph.left for glyph in word),
        column,
        rtl,
    )


def _apart(before: Glyph, glyph: Glyph, *, rtl: bool) -> bool:
    """Tell whether a space lies between two neighbours.

    Arabic words are drawn apart; what changes direction between them may be drawn with either.
    """
    gap = (before.left - glyph.right if rtl else glyph.left - before.right) / glyph.size
    if before.flat:
        return gap > _SPACE
    if all(_ARABIC.match(g.text) and g.text.isalpha() for g in (before, glyph)):
        return gap > (_THIN if glyph.word != before.word else _WIDE)
    return gap > (_THIN if glyph.word != before.word else _SPACE)


def _ordered(glyphs: Sequence[Glyph]) -> tuple[list[Glyph], dict[Glyph, list[Glyph]]]:
    """Sort the letters of a row from right to left, and give the marks over each.

    Characters in one place are those of a ligature, which the library gives from left to right, but for lam and alef.
    """
    letters: list[Glyph] = []
    bare = [glyph for glyph in glyphs if not unicodedata.combining(glyph.text[0])]
    bare.sort(key=lambda glyph: -(glyph.left + glyph.right))
    for _, members in groupby(bare, key=lambda glyph: (glyph.left, glyph.right)):
        together = list(members)
        letters += together if _LAM_ALEF.fullmatch("".join(g.text for g in together)) else reversed(together)
    letters = [glyph for number, glyph in enumerate(letters) if not _is_echo(letters, number)]
    centres = [-(glyph.left + glyph.right) for glyph in letters]
    marks: dict[Glyph, list[Glyph]] = {}
    for mark in glyphs:
        if unicodedata.combining(mark.text[0]) and letters:
            centre = -(mark.left + mark.right)
            at = bisect_left(centres, centre)
            beside = range(max(0, at - 1), min(at + 1, len(letters)))
            number = min(beside, key=lambda n: (letters[n].word != mark.word, abs(centres[n] - centre)))
            over = marks.setdefault(letters[number], [])
            over += [] if any(other.text == mark.text for other in over) else [mark]
    return letters or list(glyphs), marks


def _is_echo(letters: Sequence[Glyph], number: int) -> bool:
    """Tell a vowel mark that is drawn under the name of its letter, which stands beside it as well."""
    glyph = letters[number]
    return glyph.flat and any(
        other.text == glyph.text and not other.flat and abs(other.left - glyph.left) < _NEAR * glyph.size
        for other in (*letters[max(0, number - 2) : number], *letters[number + 1 : number + 3])
    )


def _turned(text: str) -> str:
    """Turn round what is read from the left in a line that is read from the right, and set its brackets right."""
    pieces: list[str] = []
    at = 0
    for run in _FOREIGN.finditer(text):
        pieces += [_bracketed(text[at : run.start()], text[at - 1 : at], text[run.start() : run.start() + 1])]
        latin = any(char.isalpha() for char in run[0])
        pieces.append(run[0][::-1] if latin else _NUMBER.sub(lambda number: number[0][::-1], run[0]))
        at = run.end()
    return "".join([*pieces, _bracketed(text[at:], text[at - 1 : at], "")])


def _bracketed(text: str, before: str, after: str) -> str:
    """Make brackets open and close by where they stand, as PDFs hold their shapes or their meanings.

    `before` and `after` are the characters around the text.
    """
    around = f"{before or ' '}{text}{after or ' '}"

    def mend(found: re.Match[str]) -> str:
        opens, closes = not _ENDING.match(around[found.end() + 1]), not around[found.start()].isspace()
        return found[0] if opens == closes else _BRACKETS[found[0]][closes]

    return _BRACKET.sub(mend, text)
