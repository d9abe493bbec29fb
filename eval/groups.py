"""Segments in groups: by length, by what stands in them, by document, so that one can see where a system is weak."""

import re
from collections.abc import Callable, Hashable, Mapping, Sequence

__all__ = ["GROUPS", "group"]

_LENGTHS = (10, 20, 30)
_QUOTE = re.compile("[\"“”„«»]|''")
_DIGIT = re.compile(r"\d")
_CLOSED = re.compile(r"[.!?…:;؟؛۔]\W*$")


def _length(text: str) -> str:
    words, low = len(text.split()), 1
    for high in _LENGTHS:
        if words <= high:
            return f"{low}-{high} words"
        low = high + 1
    return f"over {_LENGTHS[-1]} words"


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
    return dict(sorted(groups.items(), key=lambda item: _order(item[0]))) if by == "length" else groups


def _order(label: str) -> int:
    """Give the first number in a length's label; the open end comes last."""
    return _LENGTHS[-1] + 1 if label.startswith("over") else int(label.split("-")[0])
