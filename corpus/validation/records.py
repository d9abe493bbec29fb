"""What must hold of every record, whatever the format that it was read from."""

import math
import re
from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field

from corpus.pair import Pair
from corpus.validation.rules import Problem, short
from mt.fidelity import FAULTS
from mt.normalize import has_arabic

__all__ = ["Ids", "Order", "Sides", "problems_of"]

_BEAD = re.compile(r"(\d+)-(\d+)")
_OURS = re.compile(r"[0-9a-f]{16}")
_ODD = re.compile("[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f-\\x9f\\ud800-\\udfff\\ufffe\\uffff]")


def problems_of(pair: Pair, digest_rule: str = "id-digest") -> Iterator[Problem]:
    """Give what is wrong with a record by itself.

    `digest_rule` is the rule that is broken where an id of ours is not that of the content: `edited` for the formats
    that people edit, or that do not carry every character.
    """
    yield from _spans(pair)
    yield from _scores(pair)
    if pair.bead is not None:
        yield from _bead(pair, pair.bead)
    for name in pair.faults:
        if name not in FAULTS:
            yield "fault-name", f"{short(name)} is no fault that is known; the names are {', '.join(FAULTS)}"
    if not pair.source.strip() and (pair.bead or "").partition("-")[0] != "0":
        yield "empty-text", "the source is blank"
    if pair.target is not None and not pair.target.strip() and pair.source.strip():
        yield "empty-text", "the target is blank"
    for side, text in (("source", pair.source), ("target", pair.target or "")):
        # Nothing odd is printable, and most texts are; the question costs a fraction of the search.
        if not text.isprintable() and (odd := _ODD.search(text)):
            yield "character", f"U+{ord(odd[0]):04X} at character {odd.start() + 1} of the {side}"
    # Of an addition, which has no source, not every format carries all that its id is made of.
    if pair.source and _OURS.fullmatch(pair.id) and pair.id != (digest := pair.digest()):
        yield digest_rule, f"its content has the digest {digest}: something was changed after it got its id"


def _spans(pair: Pair) -> Iterator[Problem]:
    start, end = pair.target_start, pair.target_end
    if min(pair.paragraph, pair.sentence, pair.start, start or 0) < 0:
        for name in ("paragraph", "sentence", "start", "target_start"):
            value = getattr(pair, name)
            if value is not None and value < 0:
                yield "position", f"{name} is {value}, which is negative"
    if pair.end < pair.start:
        yield "position", f"the span {pair.start}:{pair.end} ends before its start"
    elif pair.end > pair.start and pair.end - pair.start != len(pair.source):
        yield (
            "span-length",
            f"the span {pair.start}:{pair.end} is {pair.end - pair.start} characters long, "
            f"the source {len(pair.source)}",
        )
    if (start is None) != (end is None):
        yield "position", "of target_start and target_end only one is there"
    elif start is not None and end is not None and end < start:
        yield "position", f"the target's span {start}:{end} ends before its start"


def _scores(pair: Pair) -> Iterator[Problem]:
    if pair.score is not None and not (math.isfinite(pair.score) and pair.score <= 0):
        yield "score", f"the score {pair.score} is no log-probability, which is finite and 0 at most"
    if pair.alignment_score is not None and not 0 <= pair.alignment_score <= 1:
        yield "score", f"the alignment score {pair.alignment_score} does not lie between 0 and 1"


def _bead(pair: Pair, bead: str) -> Iterator[Problem]:
    shape = _BEAD.fullmatch(bead)
    if not shape or (sizes := (int(shape[1]), int(shape[2]))) == (0, 0):
        yield "bead", f"{short(bead)} is no bead; it should be like 1-1, 2-1 or 0-1"
        return
    if pair.origin == "machine":
        yield "bead", f"a machine translation has no bead, and this one has {bead}"
    if not sizes[0] and pair.source:
        yield "bead", f"a bead {bead} has no source, and here is one"
    if not sizes[1] and pair.target is not None:
        yield "bead", f"a bead {bead} has no target, and here is one"
    if sizes[1] and pair.target is None:
        yield "bead", f"a bead {bead} has a target, and here is none"


class Order:
    """Watches that the records of a document that follow each other lie in its text as their numbers say.

    Machine and human records interleave, and those of the user's own memory are sentences where beads are several:
    each of these kinds is watched by itself. A record with an empty span, whose place is not known, is passed over.
    A corpus in another order (sorted by length, say) is none the worse: two neighbours are compared by their numbers.
    """

    def __init__(self) -> None:
        self._document: str | None = None
        self._last: dict[tuple[str, bool], tuple[int, int, int]] = {}

    def problems(self, pair: Pair) -> Iterator[Problem]:
        """Give what is wrong between this record and the one of its kind before it."""
        if pair.document != self._document:
            self._document = pair.document
            self._last = {}
        if pair.end <= pair.start:
            return
        kind = (pair.origin, pair.bead is None)
        here = (pair.sentence, pair.start, pair.end)
        last = self._last.get(kind)
        self._last[kind] = here
        if last is None or last[0] == here[0]:
            return
        earlier, later = sorted((last, here))
        if later[1] < earlier[1]:
            yield (
                "order",
                f"sentence {later[0]} starts at {later[1]}, before sentence {earlier[0]}, which starts at {earlier[1]}",
            )
        elif later[1] < earlier[2]:
            yield (
                "order",
                f"sentence {later[0]} starts at {later[1]}, inside sentence {earlier[0]}, which ends at {earlier[2]}",
            )


@dataclass(slots=True)
class Ids:
    """The ids of a file in 24 bytes each, so that a file of millions of units can be checked.

    Duplicates are known when the whole file was read. Of five million ids, two have the same hash once in a million
    files.
    """

    hashes: "array[int]" = field(default_factory=lambda: array("q"))
    units: "array[int]" = field(default_factory=lambda: array("Q"))
    lines: "array[int]" = field(default_factory=lambda: array("Q"))

    def add(self, identity: str, unit: int, line: int) -> None:
        """Note the id of a unit, the unit's number and its line."""
        self.hashes.append(hash(identity))  # Python's is SipHash, which has no common collisions
        self.units.append(unit)
        self.lines.append(line)

    def duplicates(self) -> Iterator[tuple[int, int, int]]:
        """Give each unit whose id an earlier one has: its number, its line, and the first one's line."""
        import numpy as np

        if not self.hashes:
            return
        hashes = np.frombuffer(self.hashes, np.int64)
        order = np.argsort(hashes, kind="stable")  # of equal ones the earliest first
        ranked = hashes[order]
        fresh = np.concatenate(([True], ranked[1:] != ranked[:-1]))
        first = order[np.maximum.accumulate(np.where(fresh, np.arange(len(order)), 0))]
        repeated = np.flatnonzero(~fresh)
        for place in repeated[np.argsort(order[repeated])]:
            at = int(order[place])
            yield self.units[at], self.lines[at], self.lines[int(first[place])]


@dataclass(slots=True)
class Sides:
    """Which side of a file is the Arabic one, counted."""

    sources: int = 0
    targets: int = 0

    def add(self, source: str, target: str | None) -> None:
        """Look at a pair."""
        self.sources += has_arabic(source)
        self.targets += target is not None and not target.isascii() and has_arabic(target)

    def problems(self) -> Iterator[Problem]:
        """Say where there is more Arabic on the target's side."""
        if self.targets > self.sources:
            yield (
                "sides-swapped",
                f"there is Arabic in {self.targets:,} targets and in {self.sources:,} sources; are the sides swapped?",
            )
