"""The beads of an article and its reference as human pairs."""

from collections.abc import Iterable, Iterator, Sequence

from corpus.align import WEAK, Bead
from corpus.document import Document, Sentence
from corpus.pair import Pair

__all__ = ["pairs_of_beads"]


def pairs_of_beads(
    name: str,
    document: Document,
    sentences: Sequence[Sentence],
    reference: Document,
    reference_sentences: Sequence[Sentence],
    beads: Iterable[Bead],
) -> Iterator[Pair]:
    """Make the human pair of each bead, in the order of the beads.

    `name` is the article's. Both texts are as written, from the first character of a bead's first sentence to the last
    one of its last, with what stands between (line breaks, an empty line between two blocks), so that
    `reference.text[target_start:target_end]` is the target. A sentence that was left out (`1-0`) has no target; one
    that was added (`0-1`) has an empty source, behind the sentence before it: at that one's end, with its numbers.
    Similarities keep four decimals; below `corpus.align.WEAK` a pair has the fault `weak-alignment`.
    """
    where = sentences[0] if sentences else Sentence(0, 0, 0, 0, "")
    end = where.start
    for bead in beads:
        first, at = where, end
        if bead.source:
            first, where = sentences[bead.source[0]], sentences[bead.source[-1]]
            at, end = first.start, where.end
        target, target_start, target_end = None, None, None
        if bead.reference:
            target_start = reference_sentences[bead.reference[0]].start
            target_end = reference_sentences[bead.reference[-1]].end
            target = reference.text[target_start:target_end]
        score = None if bead.score is None else round(bead.score, 4)
        yield Pair(
            name,
            first.paragraph,
            first.sentence,
            at,
            end,
            document.text[at:end],
            target,
            "human",
            bead=bead.kind,
            alignment_score=score,
            faults=("weak-alignment",) if score is not None and score < WEAK else (),
            target_start=target_start,
            target_end=target_end,
        )
