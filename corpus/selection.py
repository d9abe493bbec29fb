"""What of a build's pairs makes the corpus, what is rejected and why, and what can be scored."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from corpus.filter import Pipeline, Reason
from corpus.folder import Done, Verdicts
from corpus.pair import Pair

__all__ = ["UNRELATED", "Selection"]

UNRELATED = "unrelated-reference"
"""What rejects the pairs of a reference that does not look like its article's translation; no filter, so no bound."""


@dataclass(slots=True)
class Selection:
    """Decides of each document's pairs which are kept, and counts.

    `filters` judge pair by pair. With `keep_unrelated`, pairs stay whose reference does not look like a translation.

    `hypotheses` and `references` are the texts to score: of each bead the machine's translations of its sentences,
    joined by a space, and the reference's. Filters don't matter there: they look at translations, and one that takes
    the bad ones out would flatter the model. `unscored` counts the sentences of articles with a reference that are in
    no such bead: the reference leaves them out or is rejected as unrelated, or a translation is missing or not the
    machine's.
    """

    filters: Pipeline
    keep_unrelated: bool = False
    origins: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    rejected: Counter[str] = field(default_factory=Counter)
    beads: Counter[str] = field(default_factory=Counter)
    unrelated: dict[str, float] = field(default_factory=dict)
    hypotheses: list[str] = field(default_factory=list)
    references: list[str] = field(default_factory=list)
    unscored: int = 0

    def __call__(self, done: Done, pairs: Sequence[Pair]) -> Verdicts:
        """Say of each of a document's pairs why it is rejected, None where it is kept, and count.

        A document that comes with its verdicts is not judged anew.
        """
        share = done.facts.get("unrelated")
        if share is not None:
            self.unrelated[done.said["name"]] = share
        usable = share is None or self.keep_unrelated
        verdicts = self._judged(pairs, None if usable else share) if done.verdicts is None else done.verdicts
        before: list[Pair] = []  # pairs since the last bead
        for pair, verdict in zip(pairs, verdicts, strict=True):
            self._count(pair, verdict)
            if pair.bead:
                self._score(pair, before, usable=usable)
                before = []
            else:
                before.append(pair)
        return verdicts

    def _judged(self, pairs: Sequence[Pair], unrelated: float | None) -> Verdicts:
        """Judge pairs; where the reference is not to be used, `unrelated` is the share of it that is aligned."""
        judge = self.filters.judge()
        reasons = [rejection.reason if (rejection := judge(pair)) else None for pair in pairs]
        if unrelated is not None:
            other = Reason(UNRELATED, unrelated, "looks like the article")
            reasons = [other if pair.bead else reason for pair, reason in zip(pairs, reasons, strict=True)]
        return [reason.as_dict() if reason else None for reason in reasons]

    def _count(self, pair: Pair, verdict: Mapping[str, Any] | None) -> None:
        """Count a pair as what it is or as what it is rejected for."""
        if verdict:
            self.rejected[verdict["filter"]] += 1
            return
        self.origins[pair.origin] += 1
        self.faults.update(pair.faults)
        if pair.bead:
            self.beads[pair.bead] += 1

    def _score(self, human: Pair, translations: Sequence[Pair], *, usable: bool) -> None:
        """Take a bead for scoring where there is a text of the machine's for each of its sentences, and a reference."""
        sentences = int((human.bead or "0-0").partition("-")[0])
        texts = [pair.target for pair in translations if pair.origin == "machine" and pair.target is not None]
        if usable and human.target is not None and len(texts) == sentences > 0:
            self.hypotheses.append(" ".join(texts))
            self.references.append(human.target)
        else:
            self.unscored += sentences
