"""A system's text cut into the references' segments, by minimum edit distance over words.

For systems that put out other segments than the references have (a document at a time, speech). The cuts are those
with the fewest word edits between the whole text and the references; where there are several, each segment counts the
reference that is nearest. Among cuts with as few edits, those behind a full stop or its like are taken. Words are
compared in small letters, without the punctuation around them.

Source: Matusov et al. 2005, Evaluating Machine Translation Output with Automatic Sentence Segmentation (mwerSegmenter).
"""

import re
from collections.abc import Callable, Sequence
from itertools import pairwise
from math import isqrt
from typing import TYPE_CHECKING, TypeAlias

from mt.errors import InputError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Row: TypeAlias = NDArray[np.int64]

__all__ = ["MARK", "realign"]

MARK = "|realigned:mwer"
"""What is added to the signature of a score whose segments were cut here."""

# A cell of the search is one number: from the low digits up, where in the text its segment began, how many cuts are
# behind no full stop, and how many edits there are. So the least cell is the best.
_CUT = 1 << 21
_EDIT = _CUT << 20
_STOP = re.compile(r"[.!?…:؟][\W_]*$")
_AROUND = re.compile(r"^[\W_]+|[\W_]+$")


def realign(
    hypotheses: Sequence[str],
    references: Sequence[Sequence[str | None]],
    advance: Callable[[int], object] = lambda _: None,
) -> list[str]:
    """Cut the words of all hypotheses, in order, into as many segments as the reference sets have.

    `references` are as in `eval.metrics`: None where a set lacks the segment. `advance` is told of each finished
    segment, twice in all. Takes time in proportion to the words of the references times those of the text, and memory
    to the text's words times the root of the number of segments.

    Raises `InputError` for a text that is too long to search: 2,097,152 words.
    """
    import numpy as np

    words = [word for text in hypotheses for word in text.split()]
    if len(words) >= _CUT:
        raise InputError(f"{len(words):,} words are too many to realign at once; score the documents one by one")
    numbers: dict[str, int] = {}
    text = np.array([numbers.setdefault(_folded(word), len(numbers)) for word in words], dtype=np.int64)
    segments = [
        [[numbers.get(_folded(word), -1) for word in reference.split()] for reference in alternatives if reference]
        or [[]]
        for alternatives in zip(*references, strict=True)
    ]
    # Every so many segments the row is kept; the way back is then found stretch by stretch, from row to row.
    loose = np.array([0, *(0 if _STOP.search(word) else _CUT for word in words)], dtype=np.int64)
    stretch = isqrt(len(segments)) + 1
    kept: list[Row] = []
    row = np.arange(len(words) + 1, dtype=np.int64) * _EDIT
    row[1:] = np.iinfo(np.int64).max // 2  # the first segment begins at the first word
    for place, alternatives in enumerate(segments):
        if place % stretch == 0:
            kept.append(row)
        row = _through(alternatives, text, loose, row)[0]
        advance(1)
    cuts = [len(words)]
    for start in reversed(range(0, len(segments), stretch)):
        end = cuts[-1]  # what stands behind it is cut already
        row = kept.pop()[: end + 1]
        begun = []
        for alternatives in segments[start : start + stretch]:
            row, starts = _through(alternatives, text[:end], loose[: end + 1], row)
            begun.append(starts)
            advance(1)
        for starts in reversed(begun):
            cuts.append(int(starts[cuts[-1]]))
    cuts.reverse()
    return [" ".join(words[start:end]) for start, end in pairwise(cuts)]


def _through(alternatives: Sequence[Sequence[int]], text: "Row", loose: "Row", before: "Row") -> tuple["Row", "Row"]:
    """Go through one segment: the costs by the number of words of the text used, `before` it and after.

    Gives the costs after it, and where in the text the segment then began. `loose` is what a cut costs by place.
    """
    import numpy as np

    places = np.arange(len(before), dtype=np.int64)
    inserted = places * _EDIT
    best: Row | None = None
    for reference in alternatives:
        row = _inserting(before + places, inserted)
        for word in reference:
            kept = row[:-1] + np.where(text == word, 0, _EDIT)
            row += _EDIT  # the reference's word is missing
            np.minimum(row[1:], kept, out=row[1:])
            row = _inserting(row, inserted)
        best = row if best is None else np.minimum(best, row)
    assert best is not None  # there is always an alternative, if only an empty one
    starts = best % _CUT
    return best - starts + loose, starts


def _inserting(row: "Row", inserted: "Row") -> "Row":
    """Let words of the text stand for nothing in the reference, each an edit."""
    import numpy as np

    row -= inserted
    np.minimum.accumulate(row, out=row)
    row += inserted
    return row


def _folded(word: str) -> str:
    """Give what a word is compared by; punctuation alone stays."""
    return _AROUND.sub("", word).casefold() or word
