"""XLIFF 2.0, the exchange format of translation tools; only written.

A document is a file, a pair a unit of one segment: whoever opens it edits the translations of an article in order. The
pair's fields stand in the unit's metadata under their own names, its faults also in a note. How far the translation
is shows in the segment's state: initial (no target), translated (by a machine), reviewed (post-edited), final (human).

Control characters, which XML forbids, are kept in texts as `<cp hex="…"/>`; surrogates, and elsewhere all that XML
forbids, become spaces and are counted. Readable by every reader of XLIFF 2.1 and 2.2 too.

Specification: https://docs.oasis-open.org/xliff/xliff-core/v2.0/xliff-core-v2.0.html.
"""

import re
from collections.abc import Iterable
from pathlib import Path
from xml.sax.saxutils import quoteattr

from corpus.formats import Report
from corpus.formats.streams import write_text
from corpus.formats.xml import FORBIDDEN, escape
from corpus.pair import Origin, Pair
from mt.errors import FormatError

__all__ = ["write"]

_STATES: dict[Origin, str] = {"machine": "translated", "post-edited": "reviewed", "human": "final"}
_CONTROL = re.compile("[\\x00-\\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<xliff xmlns="urn:oasis:names:tc:xliff:document:2.0" xmlns:mda="urn:oasis:names:tc:xliff:metadata:2.0" '
    'version="2.0" srcLang="ar" trgLang="en" xml:space="preserve">\n'
)


def write(pairs: Iterable[Pair], path: Path) -> Report:
    """Write the pairs that have a source, with or without a target, and count the others.

    Pairs of a document that follow each other share a file. Raises `FormatError` for no pairs at all, since an XLIFF
    has at least one unit.
    """
    written = skipped = replaced = files = 0
    document = None
    with write_text(path) as put:
        put(_HEAD)
        for pair in pairs:
            if not pair.source:
                skipped += 1
                continue
            if pair.document != document:
                name, changed = FORBIDDEN.subn(" ", pair.document)
                end = "</file>\n" if files else ""
                files += 1
                put(f'{end}<file id="f{files}" original={quoteattr(name)}>\n')
                document = pair.document
                replaced += changed
            written += 1
            unit, changed = _unit(written, pair)
            put(unit)
            replaced += changed
        if not written:
            raise FormatError(f"{path}: no pair with a source, and an XLIFF has at least one; give another corpus")
        put("</file>\n</xliff>\n")
    return Report(written, skipped, replaced)


def _unit(number: int, pair: Pair) -> tuple[str, int]:
    """Give a pair as the `number`-th unit, and count the characters that were replaced in it."""
    known = {name: value for name, value in pair.as_dict().items() if name not in ("source", "target", "document")}
    known["faults"] = faults = ", ".join(pair.faults) or None
    meta, replaced = FORBIDDEN.subn(
        " ",
        "".join(
            f'<mda:meta type="{name}">{escape(str(value))}</mda:meta>'
            for name, value in known.items()
            if value is not None
        ),
    )
    note = ""
    if faults:
        faults, changed = FORBIDDEN.subn(" ", escape(faults))
        note = f'<notes><note category="faults">{faults}</note></notes>\n'
        replaced += changed
    source, changed = _text(pair.source)
    replaced += changed
    if pair.target is None:
        state, target = 'state="initial"', ""
    else:
        text, changed = _text(pair.target)
        state = f'state="{_STATES[pair.origin]}" subState="muwazi:{pair.origin}"'
        target = f"<target>{text}</target>"
        replaced += changed
    return (
        f'<unit id="u{number}">\n'
        f'<mda:metadata><mda:metaGroup category="muwazi">{meta}</mda:metaGroup></mda:metadata>\n'
        f"{note}<segment {state}><source>{source}</source>{target}</segment>\n"
        "</unit>\n",
        replaced,
    )


def _text(text: str) -> tuple[str, int]:
    """Give a text as content of a segment, and count the surrogates in it, which nothing can hold."""
    text, replaced = _SURROGATE.subn(" ", escape(text))
    return _CONTROL.sub(lambda found: f'<cp hex="{ord(found[0]):04X}"/>', text), replaced
