"""TMX 1.4, the exchange format of translation memories.

Written as its DTD and its readers want it: notes and props before the tuvs, nothing after a seg, and the
languages `ar` and `en` alone. What a pair knows besides its texts stands in props of its unit; those that
are None are left out.

    tuid               the pair's id
    x-document         its document
    x-position         `paragraph:sentence:start:end`
    x-reference-position  `target_start:target_end`
    x-origin           machine, human or post-edited
    x-model  x-score  x-bead  x-alignment-score
    x-faults           names joined by commas

The English tuv's creationid says the origin once more, for programs that know no props: `MT!` (Okapi's mark
of machine translation), `human-reference` or `post-edited`.

Specification: https://www.gala-global.org/tmx-14b.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from corpus.formats import Report
from corpus.formats.streams import write_text
from corpus.formats.tmx_reader import read
from corpus.formats.xml import FORBIDDEN, escape
from corpus.pair import Origin, Pair

__all__ = ["read", "write"]

_CREATION_ID: dict[Origin, str] = {"machine": "MT!", "human": "human-reference", "post-edited": "post-edited"}


def write(pairs: Iterable[Pair], path: Path, *, date: datetime | None = None) -> Report:
    """Write the pairs that have both texts, one a unit, and count the others.

    Characters that XML forbids become spaces and are counted. `date` is the header's creationdate, an aware
    datetime; without it the header has none.
    """
    written = skipped = replaced = 0
    with write_text(path) as put:
        put(_head(date))
        for pair in pairs:
            if not pair.source or pair.target is None:
                skipped += 1
                continue
            faults = ",".join(pair.faults)
            texts = [pair.id, pair.document, pair.source, pair.target, pair.model or "", pair.bead or "", faults]
            whole = "".join(texts)
            # Nothing that XML forbids is printable, and most texts are; the question costs a tenth of the search.
            printable = whole.isprintable()
            if not printable:
                for place, text in enumerate(texts):
                    texts[place], changed = FORBIDDEN.subn(" ", text)
                    replaced += changed
            if not printable or "&" in whole or "<" in whole or ">" in whole or '"' in pair.id:
                texts = [_attribute(texts[0]), *map(escape, texts[1:])]
            put(_unit(pair, texts))
            written += 1
        put("</body>\n</tmx>\n")
    return Report(written, skipped, replaced)


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


def _unit(pair: Pair, texts: list[str]) -> str:
    """Give a pair as a unit, with `texts` for its id, document, source, target, model, bead, faults, all escaped."""
    tuid, document, source, target, model, bead, faults = texts
    props = ""
    if pair.target_start is not None or pair.target_end is not None:
        props = _prop("reference-position", f"{_known(pair.target_start)}:{_known(pair.target_end)}")
    if pair.model is not None:
        props += _prop("model", model)
    if pair.score is not None:
        props += _prop("score", repr(pair.score))
    if pair.bead is not None:
        props += _prop("bead", bead)
    if pair.alignment_score is not None:
        props += _prop("alignment-score", repr(pair.alignment_score))
    if pair.faults:
        props += _prop("faults", faults)
    return (
        f'<tu tuid="{tuid}">\n'
        f'  <prop type="x-document">{document}</prop>\n'
        f'  <prop type="x-position">{pair.paragraph}:{pair.sentence}:{pair.start}:{pair.end}</prop>\n'
        f'  <prop type="x-origin">{pair.origin}</prop>\n'
        f"{props}"
        f'  <tuv xml:lang="ar"><seg>{source}</seg></tuv>\n'
        f'  <tuv xml:lang="en" creationid="{_CREATION_ID[pair.origin]}"><seg>{target}</seg></tuv>\n'
        "</tu>\n"
    )


def _prop(name: str, value: str) -> str:
    """Give one of our props as a line; the value is escaped."""
    return f'  <prop type="x-{name}">{value}</prop>\n'


def _known(number: int | None) -> str:
    """Give a number, or nothing for one that is not known."""
    return "" if number is None else str(number)


def _attribute(text: str) -> str:
    """Escape what an attribute's value cannot hold, or would give back as a space."""
    return escape(text).replace('"', "&quot;").replace("\n", "&#10;").replace("\t", "&#9;")
