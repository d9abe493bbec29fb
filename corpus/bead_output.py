"""Beads written: in brackets, as other aligners do; as a table of texts; side by side on a terminal."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from corpus.align import WEAK, Bead
from corpus.document import Sentence
from corpus.pair import Pair

if TYPE_CHECKING:
    from rich.table import Table

__all__ = ["bracketed", "described", "rows", "view"]

_COLUMNS = ("source", "target", "bead", "alignment_score")


def bracketed(beads: Iterable[Bead], source: Sequence[Sentence], reference: Sequence[Sentence]) -> Iterator[str]:
    """Write beads as `[3] : [4, 5] : 0.6120`: the numbers of their sentences from 0, and their similarity.

    These are the lines of Vecalign and its scorer; a bead that lacks a side has no similarity.
    """
    for bead in beads:
        numbers = ([source[i].sentence for i in bead.source], [reference[j].sentence for j in bead.reference])
        score = "" if bead.score is None else f" : {bead.score:.4f}"
        yield f"{numbers[0]} : {numbers[1]}{score}"


def rows(pairs: Iterable[Pair]) -> Iterator[str]:
    """Write pairs as rows of a table, a header first, with tabs between the fields; every text on one line."""
    yield "\t".join(_COLUMNS)
    for pair in pairs:
        score = "" if pair.alignment_score is None else f"{pair.alignment_score:.4f}"
        yield "\t".join((_on_one_line(pair.source), _on_one_line(pair.target or ""), pair.bead or "", score))


def view(pairs: Iterable[Pair]) -> "Table":
    """Lay pairs side by side for a terminal: weak ones, additions and omissions stand out."""
    from rich.box import SIMPLE_HEAD
    from rich.table import Table
    from rich.text import Text

    table = Table(box=SIMPLE_HEAD, show_lines=True, expand=True)
    table.add_column("bead", no_wrap=True)
    table.add_column("score", no_wrap=True, justify="right")
    table.add_column("Arabic", ratio=1, justify="right")
    table.add_column("English", ratio=1)
    for pair in pairs:
        if pair.target is None:
            style, note = "red", "(not in the reference)"
        elif not pair.source:
            style, note = "cyan", "(not in the article)"
        else:
            style, note = ("yellow" if pair.faults else ""), ""
        score = "" if pair.alignment_score is None else f"{pair.alignment_score:.2f}{'?' if pair.faults else ''}"
        texts = (_on_one_line(pair.source), _on_one_line(pair.target or ""))
        table.add_row(
            *(Text(cell) for cell in (pair.bead or "", score, *(text or note for text in texts))), style=style
        )
    return table


def described(beads: Sequence[Bead]) -> dict[str, str]:
    """Say for a summary how many beads there are of each kind, and how alike their sides; weak ones are below `WEAK`.

    Omissions are sentences of the article that the reference has not, additions those that the article has not.
    """
    kinds = Counter(bead.kind for bead in beads if bead.score is not None)
    scores = [bead.score for bead in beads if bead.score is not None]
    mean = f"{sum(scores) / len(scores):.2f} on average" if scores else "none"
    few = sum(score < WEAK for score in scores)
    return {
        "beads": ", ".join(f"{kind} {n:,}" for kind, n in sorted(kinds.items(), key=_by_count)) or "none",
        "similarity": f"{mean}, {few:,} weak bead(s)" if few else mean,
        "omissions": f"{sum(len(bead.source) for bead in beads if not bead.reference):,}",
        "additions": f"{sum(len(bead.reference) for bead in beads if not bead.source):,}",
    }


def _by_count(kind: tuple[str, int]) -> tuple[int, str]:
    return -kind[1], kind[0]


def _on_one_line(text: str) -> str:
    return " ".join(text.split())
