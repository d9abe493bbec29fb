"""TMX read: ours, and that of other programs.

What a unit does not say is filled in: the document is the file's name, the sentence the unit's number
from 0, the span `0:0` (not known), and the origin machine for the creationid `MT!` and else human.
Languages count by their first subtag (`en-GB`, `AR`). A unit with several Arabic or English tuvs gives
every combination as a pair. Of inline mark-up the native codes (bpt, ept, it, ph, ut, their sub-flows
too) are left out; hi and its text are not code, so that its text stays.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Literal

from corpus.formats.streams import open_bytes, plain
from corpus.formats.tmx_own import OwnUnits
from corpus.formats.tmx_units import MEND, Unit, units
from corpus.pair import ORIGINS, Origin, Pair
from mt.errors import FormatError

__all__ = ["read"]

_Mended = Literal["misplaced", "coded", "incomplete"]
_TOLD: dict[_Mended, str] = {
    "misplaced": "had notes or props behind the texts that they belong before (put in order)",
    "coded": "had native codes in their texts (left out)",
    "incomplete": "had no Arabic or no English (left out)",
}


def read(path: Path, *, notice: Callable[[str], None] | None = None) -> Iterator[Pair]:
    """Give the pairs of a file.

    With `notice`, units whose parts are out of order are read all the same and units without Arabic or without English
    left out, and it is told how many at the end. Without, both are refused.

    Raises `FormatError` with file and line for that, for what `units` refuses, and for a prop of ours that does not
    hold what it should.
    """
    seen: Counter[_Mended] = Counter()
    first: dict[_Mended, int] = {}

    def mended(what: _Mended, unit: Unit, why: str) -> None:
        if notice is None:
            raise FormatError(f"{path}:{unit.line}: {why}; {MEND}, or let `muwazi convert` read the file")
        first.setdefault(what, unit.line)
        seen[what] += 1

    name = plain(path).stem
    with open_bytes(path) as handle:
        own = OwnUnits(handle)
        for pair, _ in own:
            yield pair
        number = own.count - 1
        for number, unit in enumerate(units(path, handle, own.rest, own.missing), own.count):
            if unit.misplaced:
                mended("misplaced", unit, "a note or prop stands behind a text or tuv that it belongs before")
            if not (unit.sources and unit.targets):
                had = ", ".join(unit.languages) or "no tuv"
                mended("incomplete", unit, f"this unit needs the languages ar and en and has {had}")
                continue
            if unit.coded:
                seen["coded"] += 1
                first.setdefault("coded", unit.line)
            try:
                document, position, origin, others = _facts(number, unit)
            except FormatError as error:
                raise FormatError(f"{path}:{unit.line}: {error}; {MEND}") from None
            if document is None:
                document = name
            for source in unit.sources:
                for target, creation in unit.targets:
                    made = origin or ("machine" if creation == "MT!" else "human")
                    yield Pair(document, *position, source, target, made, *others)
    if seen["incomplete"] == number + 1 > 0:
        raise FormatError(f"{path}: none of {number + 1:,} units has both Arabic and English; give another file")
    if notice is not None:
        for what, count in seen.items():
            notice(f"{path}: {count:,} of {number + 1:,} units {_TOLD[what]}, first at line {first[what]}")


def _facts(number: int, unit: Unit) -> tuple[str | None, tuple[int, int, int, int], Origin | None, tuple[Any, ...]]:
    """Read what the props of a unit, the `number`-th of its file from 0, say: document, position, origin, the rest."""
    props = unit.props
    rest = (
        props.get("x-model"),
        _score(props, "x-score"),
        props.get("x-bead"),
        _score(props, "x-alignment-score"),
        tuple(props["x-faults"].split(",")) if "x-faults" in props else (),
        *_place(props),
        unit.tuid if len(unit.sources) == len(unit.targets) == 1 else "",
    )
    return props.get("x-document"), _position(props, number), _origin(props), rest


def _position(props: dict[str, str], number: int) -> tuple[int, int, int, int]:
    """Read x-position, or count the unit as the `number`-th sentence of one paragraph."""
    value = props.get("x-position")
    if value is None:
        return 0, number, 0, 0
    try:
        paragraph, sentence, start, end = map(int, value.split(":"))
    except ValueError:
        raise FormatError(f"x-position is {value!r} and should be paragraph:sentence:start:end") from None
    return paragraph, sentence, start, end


def _place(props: dict[str, str]) -> tuple[int | None, int | None]:
    """Read x-reference-position, of which either half may be empty."""
    value = props.get("x-reference-position")
    if value is None:
        return None, None
    try:
        start, end = (int(part) if part else None for part in value.split(":"))
    except ValueError:
        raise FormatError(f"x-reference-position is {value!r} and should be start:end") from None
    return start, end


def _score(props: dict[str, str], name: str) -> float | None:
    """Read a prop that holds a number, or None where it is missing."""
    value = props.get(name)
    if value is None:
        return None
    try:
        return float(value)
    except ValueError:
        raise FormatError(f"{name} is {value!r}, which is no number") from None


def _origin(props: dict[str, str]) -> Origin | None:
    """Read x-origin, or None where it is missing."""
    value = props.get("x-origin")
    if value is None:
        return None
    try:
        return ORIGINS[value]
    except KeyError:
        raise FormatError(f"origin {value!r} is none of {', '.join(ORIGINS)}") from None
