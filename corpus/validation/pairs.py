"""The check of a format that has none of its own: what its reader gives is held to the rules of records."""

from collections.abc import Iterable, Iterator

from corpus.pair import Pair
from corpus.validation.records import Ids, Order, Sides, problems_of
from corpus.validation.rules import Finding, Subject

__all__ = ["check"]


def check(subject: Subject, pairs: Iterable[Pair]) -> Iterator[Finding]:
    """Give what is wrong with each pair, then with all of them."""
    ids, order, sides = Ids(), Order(), Sides()
    for pair in pairs:
        subject.units += 1
        yield from subject.findings(None, pair.id, *problems_of(pair), *order.problems(pair))
        ids.add(pair.id, subject.units, subject.units)
        sides.add(pair.source, pair.target)
    for number, _, first in ids.duplicates():
        yield from subject.findings(None, str(number), ("duplicate-id", f"unit {first} has the same id"))
    yield from subject.findings(None, None, *sides.problems())
