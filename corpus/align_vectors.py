"""Sentences as sparse vectors, so that the similarity of any two stretches of text is a few sums.

A sentence's features are its words, its pairs of neighbouring words, and the four-character pieces of its words, which
see that *reformed* is near *reforms*. A feature counts √occurrences × idf. The vector of a stretch is the sum of its
sentences', so the product of two stretches is a sum of products of sentences, and so is the length of a vector.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, pairwise
from typing import Any

__all__ = ["pooled", "squares", "vectors"]

_WORD = re.compile(r"\w+")
_PIECE = 4


def vectors(*sides: Sequence[str]) -> list[Any]:
    """Make of each side a sparse matrix, sentences × features; idf is taken over the sentences of all sides."""
    import numpy as np
    from scipy import sparse

    numbers: dict[str, int] = {}
    columns: list[int] = []
    weights: list[float] = []
    ends = [0]
    for side in sides:
        for sentence in side:
            for feature, count in Counter(_features(sentence)).items():
                columns.append(numbers.setdefault(feature, len(numbers)))
                weights.append(count**0.5)
            ends.append(len(columns))
    rows = sparse.csr_matrix((weights, columns, ends), shape=(len(ends) - 1, max(1, len(numbers))))
    cuts = accumulate((len(side) for side in sides), initial=0)
    parts = [rows[start:end] for start, end in pairwise(cuts)]
    # What both sides have is no commoner for it, which matters in short texts: the side that has it more often counts.
    seen = np.max([np.bincount(part.indices, minlength=rows.shape[1]) for part in parts], axis=0)
    idf = sparse.diags(np.log((1 + max(map(len, sides))) / np.maximum(1, seen)))
    return [(part @ idf).tocsr() for part in parts]


def squares(rows: Any, largest: int) -> Any:
    """Give the squared lengths of stretches: at `[end, size]` that of the `size` sentences before `end`.

    An array of (sentences + 1) × (largest + 1); 0 where there are not so many sentences before.
    """
    import numpy as np

    count = rows.shape[0]
    products = np.zeros((count, largest))  # of a sentence with the one `gap` after it
    for gap in range(min(largest, count)):
        product = np.asarray(rows[: count - gap].multiply(rows[gap:]).sum(axis=1)).ravel()
        products[: count - gap, gap] = 2 * product if gap else product
    products = products.cumsum(axis=1)
    found = np.zeros((count + 1, largest + 1))
    for size in range(1, min(largest, count) + 1):
        found[size:, size] = found[size:, size - 1] + products[: count + 1 - size, size - 1]
    return found


def pooled(rows: Any, stretches: Iterable[range]) -> Any:
    """Sum the vectors of each stretch of sentences: a sparse matrix, stretches × features."""
    import numpy as np
    from scipy import sparse

    spans = list(stretches)
    members = [number for span in spans for number in span]
    ends = list(accumulate((len(span) for span in spans), initial=0))
    return sparse.csr_matrix((np.ones(len(members)), members, ends), shape=(len(spans), rows.shape[0])) @ rows


def _features(sentence: str) -> Iterator[str]:
    """Yield the words, the pairs of words and the pieces of words, each kind spelt so that none looks like another."""
    words = _WORD.findall(sentence.casefold())
    yield from words
    for first, second in pairwise(words):
        yield f"{first} {second}"
    for word in words:
        edged = f"<{word}>"
        for at in range(len(edged) - _PIECE + 1):
            yield f"{edged[at : at + _PIECE]}-"
