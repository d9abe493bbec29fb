r"""JSON Lines: one pair a line, every field in the record's order (RFC 8259, UTF-8, lines ended by LF).

A lone surrogate, which UTF-8 cannot hold, is written as its JSON escape (`\udc80`) and comes back as it
was. Two surrogates in a row that make a character come back as that character: JSON knows no difference
between the two.
"""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NoReturn

from corpus.formats import Report, opened, pair_at
from corpus.pair import Pair
from mt.atomic import atomic
from mt.errors import FormatError

__all__ = ["read", "write"]


def read(path: Path) -> Iterator[Pair]:
    """Give the pairs of a file, which may begin with a byte order mark.

    Raises `FormatError` with file and line for a line that is not UTF-8, no JSON object, or no pair.
    """
    with opened(path) as handle:
        for number, line in enumerate(handle, 1):
            try:
                record = _decode(line.decode("utf-8-sig" if number == 1 else "utf-8"))
            except UnicodeDecodeError as error:
                raise FormatError(
                    f"{path}:{number}: byte {error.start + 1} of the line is not UTF-8; convert the file to UTF-8"
                ) from None
            except (ValueError, RecursionError) as error:
                reason = str(error).partition(": line")[0]
                raise FormatError(
                    f"{path}:{number}: no JSON ({reason}); mend this line or write the file anew"
                ) from None
            if not isinstance(record, dict):
                raise FormatError(
                    f"{path}:{number}: a {type(record).__name__} where an object should be; "
                    "mend this line or write the file anew"
                )
            yield pair_at(path, number, record)


def write(pairs: Iterable[Pair], path: Path) -> Report:
    """Write every pair, one a line.

    Raises `FormatError` for a score that is not a number: JSON has no NaN and no infinity.
    """
    written = 0
    with atomic(path) as handle:
        for pair in pairs:
            try:
                line = _encode(pair.as_dict())
            except ValueError:
                raise FormatError(
                    f"{path}: pair {pair.id} has the scores {pair.score} and {pair.alignment_score}, and JSON knows "
                    "finite numbers alone; give None for one that is not known"
                ) from None
            # Surrogates are all that UTF-8 refuses, and Python's escape for them is JSON's.
            handle.write(line.encode("utf-8", "backslashreplace") + b"\n")
            written += 1
    return Report(written)


def _refuse(constant: str) -> NoReturn:
    """Stop at NaN and the infinities, which Python's decoder would take."""
    raise ValueError(f"{constant} is no JSON number")


_decode = json.JSONDecoder(parse_constant=_refuse).decode
_encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode
