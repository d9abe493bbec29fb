"""What TMX 1.4 allows, as data: elements, the children that each may have and in which order, attributes and values.

This says what the standard's document type definition says, so that files can be checked as a stream, and without
that file at hand. Source: https://www.gala-global.org/tmx-14b. The well-formedness of language tags: RFC 5646, 2.1.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from corpus.validation.rules import Problem, short

__all__ = ["ELEMENTS", "Attribute", "Element", "Step"]


@dataclass(frozen=True, slots=True)
class Attribute:
    """An attribute: whether it has to be there, which values it may have (None: any), and what they are."""

    required: bool = False
    values: tuple[str, ...] | None = None
    kind: str = "text"

    def problem(self, name: str, value: str) -> Problem | None:
        """Say what is wrong with a value."""
        if self.values is not None and value not in self.values:
            return "attribute", f"{name} is {short(value)}; it should be {' or '.join(self.values)}"
        match self.kind:
            case "language" if not _LANGUAGE.fullmatch(value) and (name, value) != ("srclang", "*all*"):
                return "language", f"{name} is {short(value)}, which is no language tag; write it like ar or ar-EG"
            case "date" if not _is_date(value):
                return "date", f"{name} is {short(value)}; it should be a date and time as YYYYMMDDThhmmssZ"
            case "number" if not (value.isascii() and value.isdigit()):
                return "attribute", f"{name} is {short(value)}, which is no number"
        return None


@dataclass(frozen=True, slots=True)
class Step:
    """A run of children: those named here, in any order, at least so many and at most so many of them."""

    names: frozenset[str]
    least: int = 0
    most: int | None = None


@dataclass(frozen=True, slots=True)
class Element:
    """An element: its runs of children, one after the other, its attributes, and whether it has text of its own.

    `required` are the attributes that have to be there, `judged` those whose values are not free; `needy` says that
    some child has to be there.
    """

    children: tuple[Step, ...] = ()
    attributes: Mapping[str, Attribute] = field(default_factory=dict)
    text: bool = False
    required: frozenset[str] = field(init=False)
    judged: frozenset[str] = field(init=False)
    needy: bool = field(init=False)

    def __post_init__(self) -> None:
        known = self.attributes.items()
        object.__setattr__(self, "required", frozenset(name for name, about in known if about.required))
        judged = frozenset(name for name, about in known if about.values is not None or about.kind != "text")
        object.__setattr__(self, "judged", judged)
        object.__setattr__(self, "needy", any(step.least for step in self.children))


_KINDS = {
    **dict.fromkeys(("xml:lang", "lang", "adminlang", "srclang"), "language"),
    **dict.fromkeys(("creationdate", "changedate", "lastusagedate"), "date"),
    "usagecount": "number",
}


def _any(names: str) -> tuple[Step, ...]:
    """Allow these children, as many as there are."""
    return (Step(frozenset(names.split())),)


def _attributes(required: str = "", implied: str = "", **values: Attribute) -> dict[str, Attribute]:
    """Name attributes that have to be there, those that may, and those of few values."""
    made = {name: Attribute(required=True, kind=_KINDS.get(name, "text")) for name in required.split()}
    return made | {name: Attribute(kind=_KINDS.get(name, "text")) for name in implied.split()} | values


_SEGTYPES = ("block", "paragraph", "sentence", "phrase")
_INFO = _any("note prop")
_CODES = "bpt ept ph it hi ut"
_HISTORY = "creationdate creationid changedate changeid"
_USE = f"o-encoding datatype usagecount lastusagedate creationtool creationtoolversion {_HISTORY} o-tmf"

ELEMENTS = {
    "tmx": Element(
        (Step(frozenset({"header"}), 1, 1), Step(frozenset({"body"}), 1, 1)),
        _attributes(version=Attribute(values=("1.4",))),
    ),
    "header": Element(
        _any("note prop ude"),
        _attributes(
            "creationtool creationtoolversion o-tmf adminlang srclang datatype",
            f"o-encoding {_HISTORY}",
            segtype=Attribute(required=True, values=_SEGTYPES),
        ),
    ),
    "body": Element(_any("tu")),
    "note": Element((), _attributes("", "o-encoding xml:lang lang"), text=True),
    "ude": Element((Step(frozenset({"map"}), 1),), _attributes("name", "base")),
    "map": Element((), _attributes("unicode", "code ent subst")),
    "prop": Element((), _attributes("type", "xml:lang o-encoding lang"), text=True),
    "tu": Element(
        (*_INFO, Step(frozenset({"tuv"}), 1)),
        _attributes("", f"tuid {_USE} srclang", segtype=Attribute(values=_SEGTYPES)),
    ),
    "tuv": Element((*_INFO, Step(frozenset({"seg"}), 1, 1)), _attributes("xml:lang", f"{_USE} lang")),
    "seg": Element(_any(_CODES), text=True),
    "bpt": Element(_any("sub"), _attributes("i", "x type"), text=True),
    "ept": Element(_any("sub"), _attributes("i"), text=True),
    "sub": Element(_any(_CODES), _attributes("", "datatype type"), text=True),
    "it": Element(
        _any("sub"), _attributes("", "x type", pos=Attribute(required=True, values=("begin", "end"))), text=True
    ),
    "ph": Element(_any("sub"), _attributes("", "x assoc type"), text=True),
    "hi": Element(_any(_CODES), _attributes("", "x type"), text=True),
    "ut": Element(_any("sub"), _attributes("", "x"), text=True),
}
"""Name of each element and what it may hold."""

_LANGUAGE = re.compile(
    r"(?:[a-z]{2,3}(?:-[a-z]{3}){0,3}|[a-z]{4,8})"  # language
    r"(?:-[a-z]{4})?(?:-(?:[a-z]{2}|[0-9]{3}))?"  # script, region
    r"(?:-(?:[a-z0-9]{5,8}|[0-9][a-z0-9]{3}))*"  # variants
    r"(?:-[0-9a-wy-z](?:-[a-z0-9]{2,8})+)*"  # extensions
    r"(?:-x(?:-[a-z0-9]{1,8})+)?"  # private use
    r"|x(?:-[a-z0-9]{1,8})+|i(?:-[a-z0-9]{2,8})+",  # i-: registered before there were rules
    re.IGNORECASE | re.ASCII,
)
_DATE = re.compile(r"\d{8}T\d{6}Z", re.ASCII)


def _is_date(text: str) -> bool:
    """Tell whether a text is YYYYMMDDThhmmssZ, and a moment that was or will be."""
    if not _DATE.fullmatch(text):
        return False
    try:
        datetime.strptime(text, "%Y%m%dT%H%M%S%z")
    except ValueError:
        return False
    return True
