"""Source sentences and reference sentences into beads, compared through the source's translations.

English is compared with English (the idea of Bleualign, Sennrich and Volk 2010): a reference sentence is like the
translation of the sentence that it renders. How sentences are compared is in `corpus.align_vectors`, how the best way
is found in `corpus.align_path`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from corpus.align_path import best_path
from corpus.align_vectors import pooled, vectors

__all__ = ["WEAK", "Bead", "align", "looks_unrelated"]

WEAK = 0.1
"""The similarity below which a bead gets the fault `weak-alignment`.

Between texts that have nothing to do with each other 97 beads in 100 lie below it; between an article and its
reference 7 in 100 by way of a weak model's translations (the bundled one's), 2 in 100 by way of a good one's.
"""

# The share of an article that seems aligned where its reference is doubted.
_UNRELATED = 0.35


@dataclass(frozen=True, slots=True)
class Bead:
    """Sentences `source` of the one side that belong to sentences `reference` of the other; either may be empty.

    Both are ranges of zero-based numbers. `score` is the similarity, 0 to 1; None where a side is empty.
    Those of `align` have four decimals, as they are written, so that a bound taken from an output holds.
    """

    source: range
    reference: range
    score: float | None = None

    @property
    def kind(self) -> str:
        """Say how many sentences stand against how many, such as `1-1`, `2-1` or `1-0`."""
        return f"{len(self.source)}-{len(self.reference)}"


def align(
    sources: Sequence[str], translations: Sequence[str], references: Sequence[str], *, largest: int = 8
) -> list[Bead]:
    """Give beads that cover every sentence of both sides once and in order, of at most `largest` sentences a side.

    `translations` are those of `sources`, one each; a sentence with an empty one goes by its length. Time and
    memory grow with the longer side, not with its square. The same texts always give the same beads.

    Raises `ValueError` where there are not as many translations as sources.
    """
    import numpy as np

    if len(sources) != len(translations):
        raise ValueError(f"{len(translations)} translations of {len(sources)} sentences; give one of each")
    first, second = vectors(translations, references)
    # A sentence without a translation is about as long in English as it is in Arabic.
    lengths = [len(translation or source) for source, translation in zip(sources, translations, strict=True)]
    path = best_path(first, second, lengths, [len(reference) for reference in references], largest)
    sides = [pooled(rows, (bead[side] for bead in path)) for side, rows in enumerate((first, second))]
    products, *squared = (
        np.asarray(one.multiply(other).sum(axis=1)).ravel()
        for one, other in ((sides[0], sides[1]), (sides[0], sides[0]), (sides[1], sides[1]))
    )
    scores = products / np.sqrt(np.maximum(squared[0] * squared[1], 1e-9))
    return [
        Bead(source, reference, round(min(1.0, float(score)), 4) if source and reference else None)
        for (source, reference), score in zip(path, scores, strict=True)
    ]


def looks_unrelated(beads: Sequence[Bead]) -> float | None:
    """Give the share of an article that looks aligned, where it is so small that its reference is doubtful.

    It is that of the sentences in beads that are not weak, 0 to 0.35; None where it is higher, and for an article
    without sentences. Meant for a notice such as "only 4 % of article.ar.txt looks like its reference".
    """
    total = sum(len(bead.source) for bead in beads)
    strong = sum(len(bead.source) for bead in beads if bead.score is not None and bead.score >= WEAK)
    return strong / total if strong < _UNRELATED * total else None
