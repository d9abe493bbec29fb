"""Bare TSV: source, tab, target, one pair a line and nothing else, as ParaCrawl and OpusFilter have it.

Characters are replaced as in TSV. A pair that is read belongs to the document that the file is named after, is numbered
from 0 in one paragraph, spans `0:0` (not known) and counts as human; an empty target is null.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path

from corpus.formats import Report
from corpus.formats.one_line import one_line
from corpus.formats.streams import lines, plain, write_text
from corpus.pair import Pair
from mt.errors import FormatError

__all__ = ["pair_of", "pairs_of", "read", "texts_of", "write"]


def read(path: Path) -> Iterator[Pair]:
    """Give the pairs of a file; raises `FormatError` with file and line for a line that is not two fields."""
    return pairs_of(path, ((number, line.split("\t")) for number, line in lines(path)))


def write(pairs: Iterable[Pair], path: Path) -> Report:
    """Write the texts of the pairs that have both, and count the others."""
    written = skipped = replaced = 0
    with write_text(path) as put:
        for pair in pairs:
            texts = texts_of(pair, first=not written)
            if texts is None:
                skipped += 1
                continue
            source, target, changed = texts
            put(f"{source}\t{target}\n")
            written += 1
            replaced += changed
    return Report(written, skipped, replaced)


def pairs_of(path: Path, rows: Iterable[tuple[int, list[str]]]) -> Iterator[Pair]:
    """Give the pairs of rows, which are numbered lines cut into fields."""
    document = plain(path).stem
    for index, (number, fields) in enumerate(rows):
        if len(fields) != 2:
            raise FormatError(
                f"{path}:{number}: {len(fields)} fields where 2 should be (source target); "
                "look for a stray tab or line break"
            )
        yield pair_of(document, index, *fields)


def pair_of(document: str, index: int, source: str, target: str) -> Pair:
    """Make a pair of two texts, the `index`-th of their document from 0; an empty target is null."""
    return Pair(document, 0, index, 0, 0, source, target or None, "human")


def texts_of(pair: Pair, *, first: bool) -> tuple[str, str, int] | None:
    """Give a pair's texts without what breaks lines, and how much was replaced; None where it lacks one.

    A byte order mark that would be the `first` character of a file is replaced too: it would not be taken for text.
    """
    if not pair.source or pair.target is None:
        return None
    source, one = one_line(pair.source)
    target, other = one_line(pair.target)
    if first and source[0] == "\ufeff":
        return f" {source[1:]}", target, one + other + 1
    return source, target, one + other
