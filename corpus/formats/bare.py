"""Bare TSV: source, tab, target, one pair a line and nothing else, as ParaCrawl and OpusFilter have it.

Characters are replaced as in TSV. A pair that is read belongs to the document that the file is named after, is numbered
from 0 in one paragraph, spans `0:0` (not known) and counts as human; an empty target is null.
"""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from corpus.formats import Report
from corpus.formats.one_line import one_line
from corpus.formats.streams import lines, plain, write_text
from corpus.pair import Pair
from mt.errors import FormatError

__all__ = ["pair_of", "pairs_of", "read", "write", "write_texts"]


def read(path: Path) -> Iterator[Pair]:
    """Give the pairs of a file; raises `FormatError` with file and line for a line that is not two fields."""
    return pairs_of(path, ((number, line.split("\t")) for number, line in lines(path)))


def write(pairs: Iterable[Pair], path: Path) -> Report:
    """Write the texts of the pairs that have both, and count the others."""
    with write_text(path) as put:
        return write_texts(pairs, lambda source, target: put(f"{source}\t{target}\n"))


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


def write_texts(pairs: Iterable[Pair], put: Callable[[str, str], object], *, apart: bool = False) -> Report:
    """Put the texts of the pairs that have both, without what breaks lines; count the others and what was replaced.

    A byte order mark that would be a file's first character is replaced too: it would not be taken for text. Where the
    two are kept `apart`, a target begins a file as well.
    """
    written = skipped = replaced = 0
    for pair in pairs:
        if not pair.source or pair.target is None:
            skipped += 1
            continue
        source, one = one_line(pair.source)
        target, other = one_line(pair.target)
        if not written and source[0] == "\ufeff":
            source, one = f" {source[1:]}", one + 1
        if not written and apart and target.startswith("\ufeff"):
            target, other = f" {target[1:]}", other + 1
        put(source, target)
        written += 1
        replaced += one + other
    return Report(written, skipped, replaced)
