"""Marks of a sentence carried to its translation, along the alignment of the words."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from corpus.document import Mark
from mt.alignment import Alignment, words

__all__ = ["Clip", "project", "simple"]

Span = tuple[int, int]

CROWDED = 500
"""The most clips of a sentence that are worth a search each."""
SLIGHT = 0.15
"""The share of its attention by which a word can follow an article that is the clip's."""

_OPENING = frozenset("\"'“«‹([{„‘#@")
# Words that go with the next one: where a run ends in one, the model looked ahead when it wrote it.
_LEANING = re.compile(
    "an?|the|th(?:is|at|ese|ose)|my|your|his|her|its|our|their|of|in|on|at|to|by|for|from|with", re.IGNORECASE
)
_CLOSING = frozenset("\"'”»›)]}.,،؛;:!?؟…’%٪")


@dataclass(frozen=True, slots=True)
class Clip:
    """The part of a mark that lies in a sentence, by characters of the sentence."""

    mark: Mark
    start: int
    end: int

    def holds(self, other: "Clip") -> bool:
        """Whether the other one is inside this one."""
        return self.mark.depth < other.mark.depth and self.start <= other.start and other.end <= self.end


def simple(source: str, target: str, clips: Sequence[Clip]) -> bool:
    """Whether clips can be placed without knowing which word came of which.

    So it is where each holds the whole sentence or stands at an end of it, and where the translation is the source.
    """
    spans = words(source)
    whole = source == target or not spans or all(_whole(clip, spans) for clip in clips)
    return whole or len(clips) > CROWDED


def project(
    source: str, target: str, clips: Sequence[Clip], alignment: Alignment | None = None
) -> tuple[str, list[Span]]:
    """Give the translation, and where in it each clip goes, in the order of the clips.

    A clip whose text stands in the translation once goes there. Any other goes to the unbroken run of words that owe
    most to its words: the run with the largest sum of (share - 1/2), a share being how much of its attention a
    target word gives to the clip's words; it goes on to the noun where it ends in an article or a preposition. Inner
    clips stay inside outer ones, and none takes the words of another. Where nothing is left it stands empty. The text
    of verbatim clips takes the place of what the translation made of it. `alignment` may be missing where the clips
    are `simple`. More than `CROWDED` clips in a sentence, which no writer makes, are placed by their share of its
    length.
    """
    if source == target:
        return target, [(clip.start, clip.end) for clip in clips]
    spans = words(source)
    if len(clips) > CROWDED:
        places = [(_scaled(clip.start, source, target), _scaled(clip.end, source, target)) for clip in clips]
    elif alignment is None:
        places = [_at_edges(clip, target, spans) for clip in clips]
    else:
        places = _Projection(source, target, alignment).place(clips)
    return _restore(source, target, clips, places)


def _whole(clip: Clip, spans: Sequence[Span]) -> bool:
    """Whether a clip holds all words, or lies before or after all of them."""
    first, last = spans[0][0], spans[-1][1]
    holds_all = clip.start <= first and clip.end >= last
    return not clip.mark.verbatim and (holds_all or clip.end <= first or clip.start >= last)


def _at_edges(clip: Clip, target: str, spans: Sequence[Span]) -> Span:
    if spans and clip.start <= spans[0][0] and clip.end >= spans[-1][1]:
        return 0, len(target)
    edge = 0 if not spans or clip.end <= spans[0][0] else len(target)
    return edge, edge


def _scaled(at: int, source: str, target: str) -> int:
    """Give the place with the same share of the text before it, at the end of a word."""
    place = at * len(target) // len(source)
    inside = (i for i in range(place, len(target)) if i and (target[i - 1] + target[i]).isalnum())
    while place == next(inside, None):
        place += 1
    return place


class _Projection:
    """One sentence's clips on their way."""

    def __init__(self, source: str, target: str, alignment: Alignment) -> None:
        self.source = source
        self.target = target
        self.words = alignment.target
        self.origins = alignment.source
        self.weights = alignment.weights

    def place(self, clips: Sequence[Clip]) -> list[Span]:
        """Place outer clips before inner ones, and what holds words before what is empty."""
        places: dict[int, Span] = {}
        outer = _outer(clips)
        owners: list[int | None] = [None] * len(self.words)  # the innermost clip on each word
        order = sorted(range(len(clips)), key=lambda i: (clips[i].mark.depth, clips[i].start == clips[i].end))
        for number in order:
            clip, around = clips[number], outer[number]
            low, high = (0, len(self.target)) if around is None else places[around]
            span = None
            if clip.start < clip.end:
                # A word may be taken by an inner clip of what its place belongs to, and by no other.
                free = [
                    low <= a and b <= high and owner == around for (a, b), owner in zip(self.words, owners, strict=True)
                ]
                span = self._literal(clip, low, high, free) or self._run(clip, low, high, free)
            if span is None:
                at = min(max(self._point(clip.start), low), high)
                span = at, at
            for word, (a, b) in enumerate(self.words):
                if a < span[1] and b > span[0]:
                    owners[word] = number
            places[number] = span
        return [places[number] for number in range(len(clips))]

    def _literal(self, clip: Clip, low: int, high: int, free: Sequence[bool]) -> Span | None:
        """Find the clip's own text in the translation, standing alone and once."""
        text = self.source[clip.start : clip.end].strip()
        found = self.target.find(text, low, high) if text else -1
        if found < 0 or self.target.find(text, found + 1, high) >= 0:
            return None
        end = found + len(text)
        glued = (found > 0 and (self.target[found - 1] + text[0]).isalnum()) or (
            end < len(self.target) and (text[-1] + self.target[end]).isalnum()
        )
        taken = any(a < end and b > found and not own for (a, b), own in zip(self.words, free, strict=True))
        return None if glued or taken else (found, end)

    def _run(self, clip: Clip, low: int, high: int, free: Sequence[bool]) -> Span | None:
        """Find the run of free words that owes the clip most."""
        own = [i for i, (a, b) in enumerate(self.origins) if a < clip.end and b > clip.start]
        best: tuple[float, int, int] | None = None
        total, first = 0.0, -1
        for number, allowed in enumerate(free):
            if not allowed or not own:
                first = -1
                continue
            gain = sum(self.weights[number][i] for i in own) - 0.5
            total, first = (total + gain, first) if first >= 0 and total > 0 else (gain, number)
            if best is None or total > best[0] or (total == best[0] and gain > 0):
                best = total, first, number
        if best is None:
            return None
        first, last = best[1:]
        while (
            _LEANING.fullmatch(self.target[slice(*self.words[last])])
            and last + 1 < len(free)
            and free[last + 1]
            and sum(self.weights[last + 1][i] for i in own) > SLIGHT
        ):
            last += 1
        return self._with_punctuation(clip, first, last, low, high)

    def _with_punctuation(self, clip: Clip, first: int, last: int, low: int, high: int) -> Span:
        """Take in the quotes and marks beside the words, where the clip has some at that end too."""
        start, end = self.words[first][0], self.words[last][1]
        if clip.start == 0 and first == 0:
            start = low
        elif start > low and self.source[clip.start] in _OPENING and self.target[start - 1] in _OPENING:
            start -= 1
        if clip.end == len(self.source) and last == len(self.words) - 1:
            end = high
        elif end < high and self.source[clip.end - 1] in _CLOSING and self.target[end] in _CLOSING:
            end += 1
        return start, end

    def _point(self, at: int) -> int:
        """Find the place that answers to one between two words: behind what came of the word before it."""
        before = max((i for i, (_, b) in enumerate(self.origins) if b <= at), default=None)
        if before is None or not self.words:
            return 0
        if at == len(self.source):
            return len(self.target)
        heads = [max(range(len(row)), key=row.__getitem__) if any(row) else -1 for row in self.weights]
        own = [number for number, head in enumerate(heads) if head == before]
        # Without a word of its own, the place keeps its share of the sentence.
        number = own[-1] if own else min(len(self.words) - 1, (before + 1) * len(self.words) // len(self.origins))
        end = self.words[number][1]
        punctuated = self.source[at - 1] in _CLOSING and end < len(self.target) and self.target[end] in _CLOSING
        return end + punctuated


def _outer(clips: Sequence[Clip]) -> list[int | None]:
    """Tell for each clip the innermost one around it."""
    found: list[int | None] = [None] * len(clips)
    opened: list[int] = []
    for number in sorted(range(len(clips)), key=lambda i: (clips[i].start, clips[i].mark.depth, -clips[i].end)):
        while opened and not clips[opened[-1]].holds(clips[number]):
            opened.pop()
        found[number] = opened[-1] if opened else None
        if clips[number].start < clips[number].end:
            opened.append(number)
    return found


def _restore(source: str, target: str, clips: Sequence[Clip], places: Sequence[Span]) -> tuple[str, list[Span]]:
    """Put the text of verbatim clips in place of its translation."""
    moved = list(places)
    for number in sorted(range(len(clips)), key=lambda i: places[i], reverse=True):
        clip, (start, end) = clips[number], moved[number]
        if not clip.mark.verbatim or clip.start == clip.end:
            continue
        text = source[clip.start : clip.end]
        begin = start
        if target[start:end] != text:
            before = " " if start == end and start and not target[start - 1].isspace() else ""
            after = " " if start == end < len(target) and target[end].isalnum() else ""
            target = target[:start] + before + text + after + target[end:]
            begin = start + len(before)
            shift = len(before) + len(text) + len(after) - (end - start)
            moved = [(_shifted(a, start, end, shift), _shifted(b, start, end, shift)) for a, b in moved]
            moved[number] = begin, begin + len(text)
        for other, inner in enumerate(clips):
            if clip.holds(inner):  # it reads as in the source, to its inner marks
                moved[other] = begin + inner.start - clip.start, begin + inner.end - clip.start
    return target, moved


def _shifted(at: int, start: int, end: int, shift: int) -> int:
    """Move a place that lies behind a stretch, or in it, by what the stretch grew."""
    return at if at <= start else max(start, at + shift) if at >= end else start
