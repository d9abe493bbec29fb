"""Segments in groups: by length, by what stands in them, by document, so that one can see where a system is weak."""

import re
from collections.abc import Callable, Hashable, Mapping, Sequence
from math import inf

__all__ = ["GROUPS", "group"]

# The most words that a text of each length has.
_LENGTHS = {"1-10 words": 10, "11-20 words": 20, "21-30 words": 30, "over 30 words": inf}
_QUOTE = re.compile("[\"“”„«»]|''")
_DIGIT = re.compile(r"\d")
_CLOSED = re.compile(r"[.!?…:;؟؛۔]\W*$")


def _length(text: str) -> str:
    words = len(text.split())
    return next(label for label, most in _LENGTHS.items() if words <= most)


def _quotes(text: str) -> str:
    return "with quotation marks" if _QUOTE.search(text) else "without quotation marks"


def _numbers(text: str) -> str:
    return "with digits" if _DIGIT.search(text) else "without digits"


def _headings(text: str) -> str:
    return "sentences" if _CLOSED.search(text) else "without a full stop"


_OF_TEXT: Mapping[str, Callable[[str], str]] = {
    "length": _length,
    "quotes": _quotes,
    "numbers": _numbers,
    "headings": _headings,
}
GROUPS = (*_OF_TEXT, "document")
"""What segments can be grouped by."""


def group(by: str, texts: Sequence[str], documents: Sequence[Hashable] | None) -> dict[str, list[int]]:
    """Give the zero-based numbers of each group's segments.

    `texts` are the sources, or references where there are none: lengths are their words, parted by white space, and
    a heading is what ends in no full stop or its like. Groups by length come in order, others as they first appear.
    """
    labels = [str(name) for name in documents or ()] if by == "document" else map(_OF_TEXT[by], texts)
    groups: dict[str, list[int]] = {}
    for number, label in enumerate(labels):
        groups.setdefault(label, []).append(number)
    return {label: groups[label] for label in _LENGTHS if label in groups} if by == "length" else groups
