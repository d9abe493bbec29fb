"""Source sentences and reference sentences into beads, compared through the source's translations."""

from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["Bead", "align"]


@dataclass(frozen=True, slots=True)
class Bead:
    """Sentences `source` of the one side that belong to sentences `reference` of the other; either may be empty.

    Both are ranges of zero-based numbers. `score` is the similarity, 0 to 1; None where a side is empty.
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
    """Give beads that cover every sentence of both sides once and in order, of at most `largest` sentences a side."""
    raise NotImplementedError
