"""TMX 1.4, the exchange format of translation memories.

Written as its DTD and its readers want it: notes and props before the tuvs, nothing after a seg, and the
languages `ar` and `en` alone. What a pair knows besides its texts stands in props of its unit; those that
are None are left out.

    tuid               the pair's id
    x-document         its document
    x-position         `paragraph:sentence:start:end`
    x-origin           machine, human or post-edited
    x-model  x-score  x-bead  x-alignment-score
    x-faults           names joined by commas

The English tuv's creationid says the origin once more, for programs that know no props: `MT!` (Okapi's mark
of machine translation), `human-reference` or `post-edited`.

Specification: https://www.gala-global.org/tmx-14b. Characters: https://www.w3.org/TR/xml/#charsets.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, cast
from xml.parsers import expat

from corpus.formats import Report, opened, pair_at
from corpus.pair import Origin, Pair
from mt.atomic import atomic
from mt.errors import FormatError

if TYPE_CHECKING:
    from lxml.etree import _Element

__all__ = ["read", "write"]

_CREATION_ID: dict[Origin, str] = {"machine": "MT!", "human": "human-reference", "post-edited": "post-edited"}
_FORBIDDEN = re.compile("[\\x00-\\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_CODES = frozenset({"bpt", "ept", "it", "ph", "ut"})
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_MEND = "mend the unit or leave it out"


def write(pairs: Iterable[Pair], path: Path, *, date: datetime | None = None) -> Report:
    """Write the pairs that have a target, one a unit, and count those that have none.

    Characters that XML forbids become spaces and are counted. `date` is the header's creationdate, an aware
    datetime; without it the header has none.
    """
    written = skipped = replaced = 0
    with atomic(path) as handle:
        handle.write(_head(date).encode())
        for pair in pairs:
            if pair.target is None:
                skipped += 1
                continue
            # No mark-up holds a forbidden character, so that one pass over the unit finds those of the texts.
            unit, changed = _FORBIDDEN.subn(" ", _unit(pair, pair.target))
            handle.write(unit.encode())
            written += 1
            replaced += changed
        handle.write(b"</body>\n</tmx>\n")
    return Report(written, skipped, replaced)


def read(path: Path) -> Iterator[Pair]:
    """Give the pairs of a file, ours or another program's.

    What a unit does not say is filled in: the document is the file's name, the sentence the unit's number
    from 0, the span `0:0` (not known), and the origin machine for the creationid `MT!` and else human.
    Languages count by their first subtag (`en-GB`, `AR`). A unit with several Arabic or English tuvs gives
    every combination as a pair. Of inline mark-up the native codes (bpt, ept, it, ph, ut, their sub-flows
    too) are left out; hi and its text are not code, so that its text stays.

    Nothing but the file itself is read. Raises `FormatError` with file and line for what is not
    well-formed, for a declared entity (a bomb or an outside file), for another root than tmx, for a unit
    without Arabic or without English, and for a prop of ours that does not hold what it should.
    """
    from lxml import etree

    with opened(path) as handle:
        _check_prolog(path, handle)
        handle.seek(0)
        units = etree.iterparse(
            handle,
            tag="tu",
            resolve_entities=False,
            load_dtd=False,
            no_network=True,
            remove_comments=True,
            remove_pis=True,
        )
        try:
            for number, (_, unit) in enumerate(units):
                yield from _pairs(path, number, unit)
                while unit.getprevious() is not None:
                    del unit.getparent()[0]
        except etree.XMLSyntaxError as error:
            # For an unknown entity the exception speaks of line 0; the log knows the cause.
            log = units.error_log
            line, reason = (log[-1].line, log[-1].message) if len(log) else (error.lineno, error.msg)
            raise FormatError(f"{path}:{line}: not well-formed ({reason.strip()}); {_MEND}") from None


def _head(date: datetime | None) -> str:
    """Give everything before the first unit."""
    if date is None:
        creation = ""
    elif date.tzinfo is None:
        raise ValueError("the date of a corpus needs a time zone")
    else:
        creation = f' creationdate="{date.astimezone(UTC):%Y%m%dT%H%M%SZ}"'
    try:
        release = version("muwazi")
    except PackageNotFoundError:
        release = "unknown"
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<!DOCTYPE tmx SYSTEM "tmx14.dtd">\n'
        '<tmx version="1.4">\n'
        f'<header creationtool="muwazi" creationtoolversion="{release}" segtype="sentence" o-tmf="jsonl" '
        f'adminlang="en" srclang="ar" datatype="plaintext"{creation}/>\n'
        "<body>\n"
    )


def _unit(pair: Pair, target: str) -> str:
    """Give a pair as a unit; characters that XML forbids are still in it."""
    known = {
        "model": pair.model,
        "score": pair.score,
        "bead": pair.bead,
        "alignment-score": pair.alignment_score,
        "faults": ",".join(pair.faults) or None,
    }
    props = [
        f'  <prop type="x-{name}">{_escape(str(value))}</prop>\n' for name, value in known.items() if value is not None
    ]
    tuid = _escape(pair.id).replace('"', "&quot;").replace("\n", "&#10;").replace("\t", "&#9;")
    return (
        f'<tu tuid="{tuid}">\n'
        f'  <prop type="x-document">{_escape(pair.document)}</prop>\n'
        f'  <prop type="x-position">{pair.paragraph}:{pair.sentence}:{pair.start}:{pair.end}</prop>\n'
        f'  <prop type="x-origin">{pair.origin}</prop>\n'
        f"{''.join(props)}"
        f'  <tuv xml:lang="ar"><seg>{_escape(pair.source)}</seg></tuv>\n'
        f'  <tuv xml:lang="en" creationid="{_CREATION_ID[pair.origin]}"><seg>{_escape(target)}</seg></tuv>\n'
        "</tu>\n"
    )


def _escape(text: str) -> str:
    """Escape mark-up, and the carriage return, which a parser would otherwise turn into a line feed."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\r", "&#13;")


def _check_prolog(path: Path, handle: BinaryIO) -> None:
    """Read up to the root element; raise `FormatError` for a declared entity and for a root that is not TMX's.

    lxml leaves entities in texts alone but fills in those in attributes, and knows no line of a
    declaration; this parser stops at the declaration itself.
    """
    parser = expat.ParserCreate()
    found = False

    def declared(name: str, *_: object) -> None:
        raise FormatError(
            f"{path}:{parser.CurrentLineNumber}: declares the entity {name!r}, which is refused lest it be a bomb "
            "or an outside file; write the characters themselves"
        )

    def root(tag: str, attributes: dict[str, str]) -> None:
        nonlocal found
        if tag != "tmx" or "xmlns" in attributes:
            raise FormatError(
                f"{path}:{parser.CurrentLineNumber}: the root is {tag!r} where 'tmx' without a namespace should be; "
                "give a TMX 1.4 file"
            )
        found = True
        parser.StartElementHandler = None

    parser.EntityDeclHandler = declared
    parser.StartElementHandler = root
    while not found:
        chunk = handle.read(4096)
        try:
            parser.Parse(chunk, not chunk)
        except expat.ExpatError as error:
            if not found:
                reason = expat.ErrorString(error.code)
                raise FormatError(f"{path}:{error.lineno}: not well-formed ({reason}); {_MEND}") from None


def _pairs(path: Path, number: int, unit: "_Element") -> Iterator[Pair]:
    """Give the pairs of a unit, the `number`-th of its file from 0."""
    # The stubs leave the type open. Past line 65,535, where libxml2 counts no nodes, this is the unit's second line.
    line = cast("int", unit.sourceline)
    props: dict[str, str] = {}
    sources: list[str] = []
    targets: list[tuple[str, str | None]] = []
    languages: list[str] = []
    for child in unit:
        if child.tag == "prop":
            props[child.get("type") or ""] = _text(path, child)
        elif child.tag == "tuv":
            seg = next(child.iterchildren("seg"), None)
            if seg is None:
                raise FormatError(f"{path}:{line}: a tuv of this unit has no seg; {_MEND}")
            language = child.get(_LANG) or child.get("lang") or "?"
            languages.append(language)
            match language.replace("_", "-").partition("-")[0].lower():
                case "ar":
                    sources.append(_text(path, seg))
                case "en":
                    targets.append((_text(path, seg), child.get("creationid")))
    if not (sources and targets):
        had = ", ".join(languages) or "no tuv"
        raise FormatError(f"{path}:{line}: this unit needs the languages ar and en and has {had}; {_MEND}")
    record: dict[str, Any] = {
        "document": props.get("x-document", path.stem),
        **_position(path, line, props, number),
        "model": props.get("x-model"),
        "score": _number(path, line, props, "x-score"),
        "bead": props.get("x-bead"),
        "alignment_score": _number(path, line, props, "x-alignment-score"),
        "faults": props["x-faults"].split(",") if "x-faults" in props else [],
    }
    if len(sources) == len(targets) == 1:
        record["id"] = unit.get("tuid") or ""
    for source, (target, creation) in product(sources, targets):
        origin = props.get("x-origin") or ("machine" if creation == "MT!" else "human")
        yield pair_at(path, line, {**record, "source": source, "target": target, "origin": origin})


def _position(path: Path, line: int, props: dict[str, str], number: int) -> dict[str, int]:
    """Read x-position, or count the unit as the `number`-th sentence of one paragraph."""
    if "x-position" not in props:
        return {"paragraph": 0, "sentence": number, "start": 0, "end": 0}
    value = props["x-position"]
    try:
        paragraph, sentence, start, end = (int(part) for part in value.split(":"))
    except ValueError:
        raise FormatError(
            f"{path}:{line}: x-position is {value!r} and should be paragraph:sentence:start:end; {_MEND}"
        ) from None
    return {"paragraph": paragraph, "sentence": sentence, "start": start, "end": end}


def _number(path: Path, line: int, props: dict[str, str], name: str) -> float | None:
    """Read a prop that holds a number, or None where it is missing."""
    if name not in props:
        return None
    try:
        return float(props[name])
    except ValueError:
        raise FormatError(f"{path}:{line}: {name} is {props[name]!r}, which is no number; {_MEND}") from None


def _text(path: Path, element: "_Element") -> str:
    """Give an element's text without native codes; raise `FormatError` for an entity nobody declared here."""
    if not len(element):
        return element.text or ""
    parts = [element.text or ""]
    for child in element:
        if not isinstance(child.tag, str):
            raise FormatError(
                f"{path}:{child.sourceline}: nothing says what {child.text} is; write the character itself"
            )
        if child.tag not in _CODES:
            parts.append(_text(path, child))
        parts.append(child.tail or "")
    return "".join(parts)
