"""Style sheets turned from right-to-left to left-to-right, by what they say of direction and no more."""

import re
from collections.abc import Iterator

from corpus.readers.slices import Edit, edited

__all__ = ["turned"]

_STRING = r"""(?:"(?:[^"\\\n]|\\.)*+"?|'(?:[^'\\\n]|\\.)*+'?)"""
_PIECE = re.compile(
    rf"""/\*(?:.*?\*/|.*) | {_STRING} | url\(\s*+(?:{_STRING}|[^)"']*+) | (?P<brace>[{{}}])
    | (?<![\w-])direction\s*+:\s*+(?P<direction>rtl|ltr)\b
    | (?<![\w-])text-align(?:-last)?\s*+:\s*+(?P<align>right)\b
    | (?<![\w-])list-style(?:-type)?\s*+:\s*+(?P<digits>arabic-indic)\b""",
    re.VERBOSE | re.DOTALL | re.IGNORECASE,
)


def turned(sheet: str) -> str:
    """Turn a style sheet, all else in it kept character by character.

    `direction: rtl` becomes `ltr`; `text-align: right` becomes `left` but in rules that say `direction: ltr`, as they
    do for passages in another language; numbering `arabic-indic` becomes `decimal`. What stands in comments, strings
    and addresses stays. `left` is not turned, for it may be meant for such passages; nor are margins and floats, which
    look as they are meant to in either direction.
    """
    return edited(sheet, _edits(sheet))


def _edits(sheet: str) -> Iterator[Edit]:
    rule: list[Edit] = []  # what is aligned in the rule so far
    other = False  # whether the rule is for left-to-right text
    for piece in _PIECE.finditer(sheet):
        group = piece.lastgroup
        if group == "brace":
            yield from () if other else rule
            rule, other = [], False
        elif group == "direction":
            other = other or piece[group].lower() == "ltr"
            yield (*piece.span(group), "ltr")
        elif group == "align":
            rule.append((*piece.span(group), "left"))
        elif group == "digits":
            yield (*piece.span(group), "decimal")
    yield from () if other else rule
