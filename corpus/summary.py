"""What builds and merges say at their end of the corpus that they made."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from corpus.assembly import Result

__all__ = ["counts", "pairs", "rest"]


def pairs(documents: int, result: "Result") -> str:
    """Say how many pairs there are of so many documents."""
    return f"{documents:,} document(s), {result.machine:,} machine pairs, {result.human:,} human pairs"


def rest(result: "Result", output: Path) -> dict[str, str]:
    """Give the rows on what was rejected, the scores, and the files in the folder."""
    chosen, rows = result.selection, {}
    if chosen.rejected:
        rows["rejected"] = counts(chosen.rejected)
    if result.scores:
        metrics = result.scores["systems"][0]["metrics"]
        scores = ", ".join(f"{name} {metric['score']:.1f}" for name, metric in metrics.items())
        rows["scores"] = f"{scores}; {chosen.unscored:,} sentence(s) not scored" if chosen.unscored else scores
    rows["files"] = f"{output}/  " + "  ".join(sorted(p.name for p in output.iterdir() if not p.name.startswith(".")))
    return rows


def counts(found: Mapping[str, int]) -> str:
    """List names with their numbers."""
    return ", ".join(f"{name} {number:,}" for name, number in sorted(found.items()))
