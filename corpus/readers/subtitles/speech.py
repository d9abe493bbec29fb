"""What one speaker says in a subtitle: the words, and the markup around and inside them."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from corpus.document import Style
from corpus.readers.slices import Tag

__all__ = ["Piece", "Syntax", "Times", "is_turn", "read_piece"]

Times = tuple[float, float]
"""When a cue begins and ends, in seconds."""

_DIRECTION = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]+")
_DASH = re.compile(r"\s*([-–—‐](?![-–—‐\d])[ \t]*)")
_BIT = re.compile(r"(?P<space>\s+)|(?P<music>[♩-♬]+)|(?P<word>[^\s♩-♬]+)")
_SOUND = re.compile(r"\[[^\]]*\]|\([^)]*\)")
# A final mark typed before its line, so that players that set Arabic from left to right show it behind.
_MISPLACED = re.compile(r"([.!?؟،؛:]) ?([\u0621-\u064a].*[\u0621-\u0652])")
_STYLES: dict[str, Style] = {"i": "emphasis", "b": "strong"}


@dataclass(frozen=True, slots=True)
class Syntax:
    """A format's inline markup.

    `tag` matches a tag: its group `open` is the name that it opens, `close` what it closes, neither where it encloses
    nothing. `decode` reads the text between tags, `escape` writes it.
    """

    tag: re.Pattern[str]
    decode: Callable[[str], str]
    escape: Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Piece:
    """What one speaker says in a cue: the characters `start:end` of the file, and what is read there.

    `before` and `after` is the markup around all of it, a dash or notes of music included; `tags` stand inside. `voice`
    is the tag that names the speaker. What is `closed` has no part in the sentences beside it.
    """

    start: int
    end: int
    text: str
    tags: tuple[Tag, ...]
    before: str
    after: str
    times: Times | None
    voice: str
    dashed: bool
    closed: bool


@dataclass(slots=True)
class _Token:
    """Markup as written, before the character `at` of the text, -1 while that has not come.

    `partner` is the number of the token that closes it, or that it closes, -1 where it encloses nothing.
    """

    raw: str
    at: int = -1
    opens: str = ""
    closes: str = ""
    partner: int = -1


def is_turn(line: str, syntax: Syntax) -> bool:
    """Tell whether a line begins with the dash of a dialogue."""
    return _DASH.match(_DIRECTION.sub("", syntax.tag.sub("", line))) is not None


def read_piece(raw: str, start: int, times: Times | None, syntax: Syntax) -> Piece:
    """Read the characters of a piece, which begins at `start`; marks of direction are not part of what is said."""
    text, found = _scanned(raw, syntax)
    tokens = _paired(found)
    low, high = 0, len(tokens)
    before = after = ""
    while low < high:
        first, last = tokens[low], tokens[high - 1]
        if first.partner < 0 and first.at == 0:
            before, low = before + first.raw, low + 1
        elif last.partner < 0 and last.at == len(text):
            after, high = last.raw + after, high - 1
        elif first.partner == high - 1 and first.at == 0 and last.at == len(text):
            before, after, low, high = before + first.raw, last.raw + after, low + 1, high - 1
        else:
            break
    misplaced = _MISPLACED.fullmatch(text) if low == high else None
    return Piece(
        start,
        start + len(raw),
        misplaced[2] + misplaced[1] if misplaced else text,
        tuple(_tags(tokens, low, high)),
        before,
        after,
        times,
        voice=next((token.raw for token in tokens if token.opens == "v"), ""),
        dashed=any(_DASH.fullmatch(token.raw) for token in tokens),
        closed=any(_is_music(token) for token in tokens) or _SOUND.fullmatch(text) is not None,
    )


def _scanned(raw: str, syntax: Syntax) -> tuple[str, list[_Token]]:
    """Part words and markup; white space becomes single spaces, none at the ends.

    What opens, or encloses nothing, stands before the next word, what closes behind the last one.
    """
    words: list[str] = []
    tokens: list[_Token] = []
    length = settled = at = 0
    spaced = dashed = False
    for tag in [*syntax.tag.finditer(raw), None]:
        stretch = _DIRECTION.sub("", syntax.decode(raw[at : tag.start() if tag else len(raw)]))
        dash = None if words or dashed else _DASH.match(stretch)
        if dash:
            tokens.append(_Token(dash[1]))
            dashed = True
        for bit in _BIT.finditer(stretch, dash.end() if dash else 0):
            if bit.lastgroup == "space":
                spaced = length > 0
            elif bit.lastgroup == "music":
                tokens.append(_Token(f"{bit[0]} "))
            else:
                word = f" {bit[0]}" if spaced else bit[0]
                for token in tokens[settled:]:
                    token.at = length + spaced if token.at < 0 else token.at
                settled = len(tokens)
                words.append(word)
                length += len(word)
                spaced = False
        if tag:
            at = tag.end()
            name = tag.groupdict()
            closes = (name["close"] or "").lower()
            tokens.append(_Token(tag[0], length if closes else -1, (name["open"] or "").lower(), closes))
    for token in tokens[settled:]:
        if token.at < 0:
            token.at = length
            token.raw = f" {token.raw.rstrip()}" if length and _is_music(token) else token.raw
    return "".join(words), tokens


def _is_music(token: _Token) -> bool:
    return "♩" <= token.raw[:1] <= "♬"


def _paired(tokens: Sequence[_Token]) -> list[_Token]:
    """Find what closes what; an element without words becomes one token, and what has no partner encloses nothing."""
    found: list[_Token] = []
    opened: list[int] = []
    names: Counter[str] = Counter()
    for token in tokens:
        if token.closes and names[token.closes]:
            while found[opened[-1]].opens != token.closes:
                names[found[opened.pop()].opens] -= 1
            number = opened.pop()
            names[token.closes] -= 1
            if found[number].at >= token.at:
                whole = "".join(inner.raw for inner in found[number:])
                found[number:] = [_Token(whole + token.raw, found[number].at)]
                continue
            found[number].partner, token.partner = len(found), number
        elif token.opens:
            names[token.opens] += 1
            opened.append(len(found))
        found.append(token)
    return found


def _tags(tokens: Sequence[_Token], low: int, high: int) -> Iterator[Tag]:
    """Give the tags of the tokens `low:high`, a pair as one."""
    depth = 0
    for number, token in enumerate(tokens[low:high], low):
        if token.partner < 0:
            yield Tag(token.at, token.at, token.raw, depth=depth)
        elif token.partner < number:
            depth -= 1
        else:
            closing = tokens[token.partner]
            yield Tag(token.at, closing.at, token.raw, closing.raw, depth, _STYLES.get(token.opens, ""))
            depth += 1
