"""Moses: two files of lines that belong together, NAME.ar and NAME.en.

The path is either of the two, or NAME; compressed, NAME.ar.gz and NAME.en.gz. What pairs are made of, what is replaced
and what is skipped is as in bare TSV.
"""

from collections.abc import Iterable, Iterator
from itertools import zip_longest
from pathlib import Path

from corpus.formats import Report
from corpus.formats.bare import pair_of, write_texts
from corpus.formats.streams import compression, lines, plain, write_text
from corpus.pair import Pair
from mt.errors import FormatError

__all__ = ["files", "read", "write"]

_LANGUAGES = (".ar", ".en")


def files(path: Path) -> tuple[Path, Path]:
    """Give the Arabic and the English file that a path stands for."""
    name, packed = plain(path), compression(path)
    stem = name.name.removesuffix(name.suffix) if name.suffix in _LANGUAGES else name.name
    arabic, english = (name.with_name(f"{stem}{language}{packed}") for language in _LANGUAGES)
    return arabic, english


def read(path: Path) -> Iterator[Pair]:
    """Give the pairs of the two files; raises `FormatError` where one has fewer lines than the other."""
    arabic, english = files(path)
    document = plain(arabic).stem
    rows = zip_longest(lines(arabic), lines(english))
    for index, (source, target) in enumerate(rows):
        if source is None or target is None:
            short, long = (arabic, english) if source is None else (english, arabic)
            more = 1 + sum(1 for _ in rows)
            raise FormatError(
                f"{short}:{index}: ends here, and {long} has {more} more; the lines of the two belong together: "
                "give files of the same number of lines"
            )
        yield pair_of(document, index, source[1], target[1])


def write(pairs: Iterable[Pair], path: Path) -> Report:
    """Write the texts of the pairs that have both, and count the others."""
    arabic, english = files(path)
    with write_text(arabic) as put_arabic, write_text(english) as put_english:
        return write_texts(
            pairs, lambda source, target: (put_arabic(f"{source}\n"), put_english(f"{target}\n")), apart=True
        )
