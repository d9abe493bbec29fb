"""What is wrong with a system's translations, as columns beside the metrics: how many segments have each fault."""

from collections.abc import Sequence
from itertools import repeat

from eval.bootstrap import Column
from mt.fidelity import FAULTS, faults

__all__ = ["BLIND", "CHECKS", "check", "flagged"]

CHECKS = tuple(name for name in FAULTS if name not in ("failed", "missing-term", "weak-alignment"))
"""The faults that source and target alone can show, in their order."""
BLIND = ("empty", "arabic-left-over", "repetition", "html-entity")
"""Those that the target alone can show."""


def check(hypotheses: Sequence[str], source: Sequence[str] | None) -> dict[str, Column]:
    """Give each check's column: its score is the share of segments with the fault, in per cent.

    Without the source, the checks that need none (`BLIND`) look at the hypotheses alone.
    """
    import numpy as np

    places = {name: place for place, name in enumerate(BLIND if source is None else CHECKS)}
    found = np.zeros((len(places), len(hypotheses), 2))
    found[:, :, 1] = 1
    originals = repeat("", len(hypotheses)) if source is None else source
    for number, (original, text) in enumerate(zip(originals, hypotheses, strict=True)):
        names = ("empty",) if source is None and not text.strip() else faults(original, text)
        for place in (places[name] for name in names if name in places):
            found[place, number, 0] = 1
    return {name: Column(name, found[place], _share, lower_is_better=True) for name, place in places.items()}


def flagged(column: Column) -> list[int]:
    """List the numbers, from 1, of the segments with a check's fault."""
    return [int(place) + 1 for place in column.statistics[:, 0].nonzero()[0]]


def _share(sums: list[float]) -> float:
    return 100 * sums[0] / sums[1]
