r"""JSON Lines: one pair a line, every field in the record's order (RFC 8259, UTF-8, lines ended by LF).

A lone surrogate, which UTF-8 cannot hold, is written as its JSON escape (`\udc80`) and comes back as it
was. Two surrogates in a row that make a character come back as that character: JSON knows no difference
between the two.
"""

import json
from collections.abc import Iterable, Iterator
from json.encoder import encode_basestring
from math import isfinite
from pathlib import Path
from typing import NoReturn

from corpus.formats import Report, pair_at
from corpus.formats.streams import lines, write_text
from corpus.pair import Pair
from mt.errors import FormatError

__all__ = ["read", "refuse_constant", "write"]


def read(path: Path) -> Iterator[Pair]:
    """Give the pairs of a file, which may begin with a byte order mark.

    Raises `FormatError` with file and line for a line that is not UTF-8, no JSON object, or no pair.
    """
    for number, line in lines(path):
        try:
            record = _decode(line)
        except (ValueError, RecursionError) as error:
            why = str(error).partition(": line")[0]
            raise FormatError(f"{path}:{number}: no JSON ({why}); mend this line or write the file anew") from None
        if not isinstance(record, dict):
            raise FormatError(
                f"{path}:{number}: a {type(record).__name__} where an object should be; "
                "mend this line or write the file anew"
            )
        record.pop("rejected", None)  # why a filter took the pair out
        yield pair_at(path, number, record)


def write(pairs: Iterable[Pair], path: Path) -> Report:
    """Write every pair, one a line.

    Raises `FormatError` for a score that is not a number: JSON has no NaN and no infinity.
    """
    written = 0
    # Surrogates are all that UTF-8 refuses, and Python's escape for them is JSON's.
    with write_text(path, "backslashreplace") as put:
        for pair in pairs:
            try:
                put(_line(pair))
            except ValueError:
                raise FormatError(
                    f"{path}: pair {pair.id} has the scores {pair.score} and {pair.alignment_score}, and JSON knows "
                    "finite numbers alone; give None for one that is not known"
                ) from None
            written += 1
    return Report(written)


def refuse_constant(constant: str) -> NoReturn:
    """Stop at NaN and the infinities, which Python's decoder would take."""
    raise ValueError(f"{constant} is no JSON number")


def _line(pair: Pair) -> str:
    """Give a pair as JSON, as `json.dumps(pair.as_dict())` would: that takes two and a half times as long."""
    span = ""
    if pair.target_start is not None:
        span = f',"target_start":{pair.target_start}'
    if pair.target_end is not None:
        span += f',"target_end":{pair.target_end}'
    return (
        f'{{"id":{_text(pair.id)},"document":{_text(pair.document)},'
        f'"paragraph":{pair.paragraph},"sentence":{pair.sentence},"start":{pair.start},"end":{pair.end},'
        f'"source":{_text(pair.source)},"target":{_text(pair.target)},"origin":"{pair.origin}",'
        f'"model":{_text(pair.model)},"score":{_number(pair.score)},'
        f'"bead":{_text(pair.bead)},"alignment_score":{_number(pair.alignment_score)},'
        f'"faults":[{",".join(map(_text, pair.faults))}]{span}}}\n'
    )


def _text(text: str | None) -> str:
    return "null" if text is None else encode_basestring(text)


def _number(number: float | None) -> str:
    """Give a number as JSON has it; raise `ValueError` for one that JSON has not."""
    if number is None:
        return "null"
    if not isfinite(number):
        raise ValueError("neither NaN nor an infinity is a JSON number")
    # Not repr, which a subclass may have changed, as numpy's do.
    return float.__repr__(number) if isinstance(number, float) else int.__repr__(number)


_decode = json.JSONDecoder(parse_constant=refuse_constant).decode
