"""English cut into parts where a reader may pause: after punctuation, before a word that opens a phrase."""

import re
from bisect import bisect_left
from collections.abc import Sequence
from itertools import pairwise

__all__ = ["cuts", "folded"]

_WORD = re.compile(r"\S+")
_REACH = 6  # words on either side of the ideal place that are looked at

# How many characters away from its ideal place a cut may go for a better one.
_AFTER_STOP, _AFTER_COMMA, _BEFORE_CLAUSE, _BEFORE_PHRASE, _AFTER_OPENER = 16.0, 12.0, 8.0, 5.0, -10.0


def _words(words: str) -> frozenset[str]:
    return frozenset(words.split())


_CLAUSES = _words("""
    and but or nor so yet because although though while when where if unless until that which who whose whom how why
    what since as than
""")
_PHRASES = _words("""
    to for with without from in into on onto at by of about after before through during between among against over
    under around toward towards across
""")
# What is not left behind at the end of a part.
_CLINGING = _CLAUSES | _PHRASES
_CLINGING |= _words("""
    a an the my your his her its our their this these those no not very mr mrs ms dr i you he she it we they is are
    was were be been am has have had will would can could may might must should do does did
""")


def cuts(text: str, wanted: Sequence[tuple[float, int, int]]) -> list[int]:
    """Cut a text before words, near the places wanted, in time linear in the text.

    Each place is (ideal position, lowest, highest), all rising. The cuts rise too, and no part is without a word
    as long as there are words enough; for that a cut leaves its bounds.
    """
    starts = [found.start() for found in _WORD.finditer(text)]
    strict = len(starts) > len(wanted)
    edges = [*starts, len(text)]
    found: list[int] = []
    last = 0
    for number, (ideal, low, high) in enumerate(wanted):
        first = last + strict
        final = len(starts) - (len(wanted) - number) * strict
        near = bisect_left(edges, ideal)
        best = min(
            range(max(first, near - _REACH), min(final, near + _REACH) + 1) or [min(max(near, first), final)],
            key=lambda edge: (not low <= edges[edge] <= high, abs(edges[edge] - ideal) - _worth(text, starts, edge)),
        )
        last = best
        found.append(edges[best])
    return found


def _worth(text: str, starts: Sequence[int], edge: int) -> float:
    """Say how many characters a cut before this word may lie off."""
    if not 0 < edge < len(starts):
        return 0.0
    before = text[starts[edge - 1] : starts[edge]].rstrip()
    bare = before.rstrip("\"'”’»)]")
    if bare[-1:] in tuple(".!?…;:—"):
        return _AFTER_STOP
    if bare[-1:] == ",":
        return _AFTER_COMMA
    after = _WORD.match(text, starts[edge])
    word = after[0].lower() if after else ""
    worth = _BEFORE_CLAUSE if word in _CLAUSES else _BEFORE_PHRASE if word in _PHRASES else 0.0
    return worth + (_AFTER_OPENER if before.lower() in _CLINGING else 0.0)


def folded(text: str, width: int) -> str:
    """Break a text into as few lines as its width allows, of like length; breaks take the place of spaces."""
    greedy: list[int] = []
    start = 0
    for found in _WORD.finditer(text):
        if found.end() - start > width and found.start() > start:
            start = found.start()
            greedy.append(start)
    share = len(text) / (len(greedy) + 1)
    even = cuts(text, [(share * number, 0, len(text)) for number in range(1, len(greedy) + 1)])
    places = even if all(b - a <= width + 1 for a, b in pairwise([0, *even, len(text) + 1])) else greedy
    return "\n".join(text[a : b - 1] for a, b in pairwise([0, *places, len(text) + 1]))
