"""Embeddings for a new network: pieces that stand in the same sentence pairs get similar ones, in both languages.

A piece is the vector of the pairs that it stands in; of such vectors a plain factorisation makes embeddings in which
translations are neighbours (Levy, Søgaard and Goldberg 2017, "A strong baseline for learning cross-lingual word
embeddings from sentence alignments"). A network that begins with them need not find out what belongs together.
"""

from collections.abc import Iterable, Sequence

import numpy as np
from scipy import sparse

__all__ = ["cooccurrence"]

_LEAST = 3
"""Pairs that a piece must stand in to be known by them."""
_SPARE = 160
"""Directions beyond those that are asked for: they take up what would blur the weakest of the others."""
_ROUNDS = 4


def cooccurrence(rows: Iterable[Sequence[int]], size: int, width: int, seed: int) -> np.ndarray:
    """Give the directions of `size` pieces, (size, width) of length 1, from the pieces of each sentence pair.

    A piece in fewer than `_LEAST` pairs gets zeros: nothing is known of it.
    """
    table = _incidence(rows, size)
    often = np.asarray(table.sum(axis=1)).ravel()
    lengths = np.asarray(table.sum(axis=0)).ravel()
    # A frequent piece, and a long pair, say less of each other.
    scaled = sparse.diags_array(1 / np.sqrt(often.clip(1))) @ table @ sparse.diags_array(1 / np.sqrt(lengths.clip(1)))
    left, strengths = _leading(scaled.tocsr().astype(np.float32), min(width + 1, size - 1), seed)
    found = left[:, 1:] * np.sqrt(strengths[1:])  # the first direction is that of frequency
    found -= found.mean(axis=0)
    found /= np.linalg.norm(found, axis=1, keepdims=True).clip(1e-9)
    found[often < _LEAST] = 0
    return np.pad(found, ((0, 0), (0, width - found.shape[1])))


def _incidence(rows: Iterable[Sequence[int]], size: int) -> sparse.csr_array:
    """Tell which piece stands in which pair, as ones in (size, pairs)."""
    sets = [np.unique(np.asarray(row, dtype=np.int32)) for row in rows]
    pieces = np.concatenate(sets)
    pairs = np.repeat(np.arange(len(sets)), [len(each) for each in sets])
    return sparse.csr_array((np.ones(len(pieces), np.float32), (pieces, pairs)), shape=(size, len(sets)))


def _leading(matrix: sparse.csr_array, count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Give the `count` leading left singular vectors, as columns, and values: by a randomised subspace iteration.

    Halko, Martinsson and Tropp 2011, "Finding structure with randomness", algorithm 4.4.
    """
    chance = np.random.default_rng(seed)
    rows = matrix.shape[0]
    basis = chance.standard_normal((rows, min(count + _SPARE, rows)), dtype=np.float32)
    for _ in range(_ROUNDS):
        basis, _ = np.linalg.qr(matrix @ (matrix.T @ basis))
    projected = matrix.T @ basis
    squares, turned = np.linalg.eigh((projected.T @ projected).astype(np.float64))  # far smaller than the SVD's table
    left = basis @ turned[:, ::-1][:, :count].astype(np.float32)
    return left, np.sqrt(squares[::-1][:count].clip(0)).astype(np.float32)
