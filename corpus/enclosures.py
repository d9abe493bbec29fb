"""The quotations and bracketed remarks of a text: which quote closes which, and what stands inside them."""

import re
from bisect import bisect_right
from collections.abc import Iterable
from functools import cached_property

__all__ = ["CLOSERS", "FINAL", "INNER", "OPENERS", "Enclosures", "closes"]

FINAL = ".!?؟…۔‼⁇⁈⁉⸮‽"
"""The marks that end a sentence."""
INNER = "،؛:,;"
"""The marks that never do."""
CLOSERS = ")]}\"”»›’'﴾"
OPENERS = "([{“„«‹‘﴿"

_PAIRS = {")": "(", "]": "[", "}": "{"}
# The sign under which a quote waits for its other half, as Arabic writers turn “ and « either way.
_KINDS = {'"': '"', "“": "“", "”": "“", "„": "“", "«": "«", "»": "«", "‹": "‹", "›": "‹", "﴿": "﴿", "﴾": "﴿"}
_ENCLOSING = re.compile(rf"[{re.escape(''.join([*_KINDS, *_PAIRS, *_PAIRS.values()]))}]")
_REMARK = 300  # characters of a bracketed remark; a longer one is a text of its own


class Enclosures:
    """The quotations and bracketed remarks of a text.

    `closing` maps each closing quote to its opening one, or to -1 where there is none.
    """

    def __init__(self, text: str) -> None:
        self.closing: dict[int, int] = {}
        opened: dict[str, int] = {}
        brackets: dict[str, list[int]] = {"(": [], "[": [], "{": []}
        self._quoted: list[tuple[int, int]] = []
        self._bracketed: list[tuple[int, int]] = []
        for found in _ENCLOSING.finditer(text):
            at, char = found.start(), found[0]
            if char in brackets:
                brackets[char].append(at)
            elif char in _PAIRS:
                if brackets[_PAIRS[char]]:
                    self._bracketed.append((brackets[_PAIRS[char]].pop(), at))
            elif closes(text, at, opened=_KINDS[char] in opened):
                start = self.closing[at] = opened.pop(_KINDS[char], -1)
                if start >= 0:
                    self._quoted.append((start, at))
            else:
                opened[_KINDS[char]] = at

    @cached_property
    def _quotations(self) -> tuple[list[int], list[int]]:
        return _outermost(self._quoted)

    @cached_property
    def _remarks(self) -> tuple[list[int], list[int]]:
        return _outermost((start, end) for start, end in self._bracketed if end - start <= _REMARK)

    def remark(self, at: int) -> int:
        """Give the opening of the bracketed remark around a position, or -1."""
        starts, ends = self._remarks
        index = bisect_right(starts, at) - 1
        return starts[index] if index >= 0 and at < ends[index] else -1

    def quotation(self, at: int, position: int) -> bool:
        """Tell whether a mark and the boundary after it are within one quotation."""
        starts, ends = self._quotations
        index = bisect_right(starts, at) - 1
        return index >= 0 and position <= ends[index]


def closes(text: str, at: int, *, opened: bool) -> bool:
    """Tell a closing quote from an opening one.

    White space or punctuation on one side alone decides; else the shape does, and for the straight quote whether one
    is `opened`.
    """
    before, after = text[at - 1 : at], text[at + 1 : at + 2]
    free = not before or before.isspace() or before in OPENERS
    spaced = not after or after.isspace() or after in FINAL + INNER + CLOSERS
    if free != spaced:
        return spaced
    return text[at] in "”»›’﴾" or (text[at] == '"' and opened)


def _outermost(spans: Iterable[tuple[int, int]]) -> tuple[list[int], list[int]]:
    """Leave out the spans that begin within another one; give the starts and the ends of the rest, in order."""
    starts: list[int] = []
    ends: list[int] = []
    for start, end in sorted(spans):
        if not ends or start > ends[-1]:
            starts.append(start)
            ends.append(end)
    return starts, ends
