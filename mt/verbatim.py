"""Addresses put back into translations: models spell https://example.org/a1 anew, piece by piece."""

from mt.alignment import Alignment
from mt.fidelity import links, lost_links

__all__ = ["put_back"]

Span = tuple[int, int]

_OPENING = frozenset("([{\"'“«‹")
_CLOSING = frozenset(")]}\"'”»›")
_FINAL = ".,:;!?…"


def put_back(source: str, target: str, alignment: Alignment | None) -> str:
    """Give a translation with all web and e-mail addresses and @names of its source, letter by letter.

    One that is missing takes the place of what the model made of it: the run of words that looks at it, with all that
    is written together with them. Where no words do, or nobody knows (`alignment` is None), that is an address which
    the source does not have; and where there is none either, it goes to the end.
    """
    places: dict[Span, str] = {}
    homeless: list[str] = []
    for start, end in links(source):
        if (at := target.find(source[start:end])) >= 0:  # nothing else may take its place
            places[at, at + end - start] = source[start:end]
    strange = lost_links(target, source)
    for start, end in lost_links(source, target):
        found = _place(start, end, target, alignment) if alignment else None
        free = (p for p in (found, *strange) if p and not any(a < p[1] and b > p[0] for a, b in places))
        if place := next(free, None):
            places[place] = source[start:end]
        else:
            homeless.append(source[start:end])
    for (start, end), link in sorted(places.items(), reverse=True):  # from the end, so that places stay where they are
        target = target[:start] + link + target[end:]
    body = target.rstrip(_FINAL)
    return " ".join([body, *homeless]) + target[len(body) :]


def _place(start: int, end: int, target: str, alignment: Alignment) -> Span | None:
    """Find what the model made of the characters `start:end` of the source."""
    run = alignment.run([number for number, (a, b) in enumerate(alignment.source) if a < end and b > start])
    if run is None:
        return None
    first, last = alignment.target[run[0]][0], alignment.target[run[1]][1]
    while first and not target[first - 1].isspace() and target[first - 1] not in _OPENING:
        first -= 1
    word = last
    while last < len(target) and not target[last].isspace() and target[last] not in _CLOSING:
        last += 1
    return first, max(word, first + len(target[first:last].rstrip(_FINAL)))
