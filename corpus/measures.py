"""What can be measured of a pair: one number each, which a filter compares with its bounds.

A measure looks at a pair that has both sides, and gives None where it has nothing to say: a pair without an alignment
score has none that could be too low. Lengths are characters.
"""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from itertools import pairwise
from operator import eq

from corpus.alphabet import digits, letters
from corpus.pair import Pair
from mt.fidelity import MARKS, links
from mt.numbers import extra_numbers, missing_numbers

__all__ = ["MEASURES", "Measure", "Score", "fault_count"]

Score = Callable[[Pair], float | None]


@dataclass(frozen=True, slots=True)
class Measure:
    """A measure: what it tells, and the bounds from `low` to `high` within which a pair is kept where none are asked.

    A bound that is None cannot be set. `one_sided` measures are taken of pairs without a source or target too.
    """

    about: str
    score: Score
    low: float | None = None
    high: float | None = None
    one_sided: bool = False


_SIGN = re.compile(r"\w")
_WORD = re.compile(r"[^\W\d_]+")
_LATIN = re.compile(r"[A-Za-z]")
_MARKUP = re.compile(r"</?[A-Za-z][^<>]{0,300}>|&(?:#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z]{2,31}[0-9]{0,2});")
_LONGEST_GROUP = 12


def _sides(pair: Pair) -> int:
    """Count the sides that the pair has."""
    return bool(pair.source) + (pair.target is not None)


def _written(pair: Pair) -> int:
    """Count the sides that have a letter or a digit."""
    source, target = pair.source, pair.target or ""
    return (source[:1].isalnum() or bool(_SIGN.search(source))) + (target[:1].isalnum() or bool(_SIGN.search(target)))


def _shorter(pair: Pair) -> int:
    return min(len(pair.source), len(pair.target or ""))


def _longer(pair: Pair) -> int:
    return max(len(pair.source), len(pair.target or ""))


def _fewer_words(pair: Pair) -> int:
    return min(len(pair.source.split()), len((pair.target or "").split()))


def _more_words(pair: Pair) -> int:
    return max(len(pair.source.split()), len((pair.target or "").split()))


# Added to both lengths: of short texts one may well be three times as long as the other.
_SLACK = 15


def _length_ratio(pair: Pair) -> float:
    """Divide the target's length by the source's, each plus 15; vowel marks and tatweel don't count."""
    source = pair.source
    if "\u064e" in source or "\u0640" in source:  # vocalised text has a fatha
        source = MARKS.sub("", source)
    return (len(pair.target or "") + _SLACK) / (len(source) + _SLACK)


def _arabic_share(pair: Pair) -> float | None:
    """Give the Arabic letters' share of the source's letters; None where it has no letters."""
    arabic, latin, other = letters(pair.source)
    return arabic / (arabic + latin + other) if arabic or latin or other else None


def _latin_share(pair: Pair) -> float | None:
    """Give the Latin letters' share of the target's letters; None where it has no letters."""
    target = pair.target or ""
    if target.isascii():
        return 1.0 if target[:1].isalpha() or _LATIN.search(target) else None
    arabic, latin, other = letters(target)
    return latin / (arabic + latin + other) if arabic or latin or other else None


def _letter_share(pair: Pair) -> float:
    """Give the letters' share of a side's characters other than white space, of the side where it is smaller."""
    source, target = pair.source, pair.target or ""
    return min(
        sum(letters(source)) / max(1, len(source) - source.count(" ")),
        sum(letters(target)) / max(1, len(target) - target.count(" ")),
    )


def _copy(pair: Pair) -> float:
    """Give the share of the target's words that stand in the source just so; digits are no words."""
    source, target = pair.source, pair.target or ""
    if target.isascii() and not letters(source)[1]:  # no letter that the target could have
        return 0.0
    words = _WORD.findall(target.lower())
    if not words:
        return 0.0
    have = set(_WORD.findall(source.lower()))
    return sum(word in have for word in words) / len(words)


def _repetition(pair: Pair) -> float:
    """Tell how often a group of words of the target comes in a row, over the same of the source; 1 up to twice."""
    rounds = _rounds((pair.target or "").lower().split())
    return rounds / _rounds(pair.source.split()) if rounds > 1 else 1


def _rounds(words: list[str]) -> int:
    """Count the rounds of the loop of up to 12 words that has most of them; 1 where none has three."""
    repeats = len(words) - len(set(words))
    # A loop has words in a row in it that were in a row before; most texts have none, or single words alone.
    if repeats < 2 or len({*pairwise(words)}) == len(words) - 1:
        return 1
    most = 1
    # In a loop of n words each equals the one n before it, from the second round on: n words come again, and again.
    for n in range(1, min(_LONGEST_GROUP, repeats // 2) + 1):
        same = bytes(map(eq, words, words[n:]))
        if b"\1" * (2 * n) in same:
            most = max(most, 1 + max(map(len, same.split(b"\0"))) // n)
    return most


def _numbers(pair: Pair) -> int:
    """Count the numbers that only one side has, by value (`mt.numbers`)."""
    source, target = pair.source, pair.target or ""
    # Sides with the same digits agree; most pairs are such, and comparing values takes twenty times as long.
    if digits(source) == digits(target):
        return 0
    return len(missing_numbers(source, target)) + len(extra_numbers(source, target))


def _markup(pair: Pair) -> int:
    """Count the tags and character references of the side that has more of them."""
    source, target = pair.source, pair.target or ""
    if "<" in source or "<" in target or "&" in source or "&" in target:
        return max(len(_MARKUP.findall(source)), len(_MARKUP.findall(target)))
    return 0


def _link_share(pair: Pair) -> float:
    """Give the share of a side's characters that belong to web and e-mail addresses, of the side where it is larger."""
    source, target = pair.source, pair.target or ""
    if not ("/" in target or "@" in target or "www." in target or "/" in source or "@" in source or "www." in source):
        return 0
    return max(sum(end - start for start, end in links(text)) / max(1, len(text)) for text in (source, target))


def _model_score(pair: Pair) -> float | None:
    return pair.score


def _alignment_score(pair: Pair) -> float | None:
    return pair.alignment_score


def fault_count(names: Collection[str]) -> Score:
    """Make the measure that counts the recorded faults of a pair that are among the names."""
    return lambda pair: sum(fault in names for fault in pair.faults) if pair.faults else 0


MEASURES: dict[str, Measure] = {
    "one-sided": Measure("sides that the pair has; without this filter, pairs of one side pass", _sides, 2, None, True),
    "blank": Measure("sides with a letter or digit in them", _written, 2),
    "min-length": Measure("characters of the shorter side", _shorter, 3),
    "max-length": Measure("characters of the longer side", _longer, None, 1000),
    "min-words": Measure("words of the side with fewer", _fewer_words, 1),
    "max-words": Measure("words of the side with more", _more_words, None, 100),
    "length-ratio": Measure("(target + 15) / (source + 15) characters, vowel marks aside", _length_ratio, 0.6, 2.0),
    "arabic-share": Measure("share of Arabic among the source's letters", _arabic_share, 0.5),
    "latin-share": Measure("share of Latin among the target's letters", _latin_share, 0.9),
    "letter-share": Measure("letters among what a side has besides spaces, the smaller share", _letter_share, 0.25),
    "copy": Measure("share of the target's words that the source has as they are", _copy, None, 0.7),
    "link-share": Measure("share of a side that is web addresses, the larger one", _link_share, None, 0.5),
    "markup": Measure("tags and character references (&amp;) of a side, the larger number", _markup, None, 0),
    "repetition": Measure("times that the target has words in a row, over those of the source", _repetition, None, 3),
    "numbers": Measure("numbers that only one side has; 1,500 is ١٥٠٠", _numbers, None, 0),
    "alignment-score": Measure("similarity of a bead's sides (0 to 1), where recorded", _alignment_score, 0.3),
    "model-score": Measure("mean log-probability of a token, where recorded", _model_score, -1.5),
    "faults": Measure("recorded faults, any or those named: faults=NAME,NAME", lambda pair: len(pair.faults), None, 0),
}
"""Every measure by the name of its filter."""
