"""Rows of pieces into batches, and over-long rows into parts.

In CTranslate2 (and any engine) the last bits of a result depend on how far a row was padded, and a near tie between
two words then falls one way or the other: of 3,000 news sentences, 1 to 2 % came out differently in different
company. Batches of rows of *equal* length hold no padding, and in int8 each row then has one result, bit for bit,
whatever else is translated with it (`benchmarks/translate.py --company`).
"""

from collections.abc import Iterator, Sequence

__all__ = ["BUDGET", "GPU_BUDGET", "LIMIT", "batches", "cut"]

BUDGET = 1024
"""Source pieces a batch, padding included: the fastest measured for int8 on CPUs."""

GPU_BUDGET = 16 * 1024
"""The same for GPUs, which want some hundred rows at a time; where memory is short `mt.careful` lowers it."""

LIMIT = 100
"""Pieces beyond which a sentence is cut: Marian models lose words in longer ones."""


def batches(lengths: Sequence[int], budget: int = BUDGET, *, equal: bool = True) -> Iterator[list[int]]:
    """Group row numbers into batches of at most `budget` pieces, the longest rows first.

    A batch counts as its rows times its longest row; a row beyond the budget has a batch of its own. With `equal`
    a batch only holds rows of one length. Every number from 0 to len(lengths) - 1 comes exactly once.
    """
    batch: list[int] = []
    for row in sorted(range(len(lengths)), key=lambda i: (-lengths[i], i)):
        if batch:
            longest = lengths[batch[0]]
            if (len(batch) + 1) * longest > budget or (equal and lengths[row] != longest):
                yield batch
                batch = []
        batch.append(row)
    if batch:
        yield batch


def cut(pieces: Sequence[str], limit: int = LIMIT) -> list[list[str]]:
    """Cut a row of pieces into parts of at most `limit`; the parts joined are the row.

    Cuts where a translation suffers least, in this order: after ؛ or a final mark, after a comma or colon, before a
    word that begins with و (and), before any word, anywhere. A part is at least half as long as the limit, the last
    one excepted.
    """
    parts: list[list[str]] = []
    start = 0
    while len(pieces) - start > limit:
        # The rest in equal shares, so that no part is left with a few words.
        share = -(-(len(pieces) - start) // -(-(len(pieces) - start) // limit))
        end = start + _best_cut(pieces[start : start + limit + 1], max(1, limit // 2), share)
        parts.append(list(pieces[start:end]))
        start = end
    parts.append(list(pieces[start:]))
    return parts


_STRONG = frozenset("؛;.!?؟…")
_WEAK = frozenset("،,:")


def _best_cut(pieces: Sequence[str], least: int, share: int) -> int:
    """Give where to cut, from `least` to the last place: the best kind of place, the nearest to `share`."""

    def quality(at: int) -> tuple[int, int]:
        before, after = pieces[at - 1], pieces[at]
        opens = after.startswith("▁")
        if opens and before[-1:] in _STRONG:
            kind = 0
        elif opens and before[-1:] in _WEAK:
            kind = 1
        elif after.startswith("▁و"):
            kind = 2
        else:
            kind = 3 if opens else 4
        return kind, abs(at - share)

    return min(range(least, len(pieces)), key=quality)
