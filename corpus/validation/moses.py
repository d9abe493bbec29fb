"""The check of Moses' pair of files: NAME.ar and NAME.en, line by line the same sentence."""

from collections.abc import Iterator
from itertools import zip_longest
from typing import BinaryIO

from corpus.validation.lines import Line, break_in, lines_of
from corpus.validation.records import Sides
from corpus.validation.rules import Finding, Problem, Subject, UnreadableError
from mt.errors import FormatError

__all__ = ["check"]


def check(source: Subject, target: Subject, handles: tuple[BinaryIO, BinaryIO]) -> Iterator[Finding]:
    """Give what is wrong with the lines of both files, then what is wrong with them as a whole."""
    sides = Sides()
    pairs = zip_longest(_lines(source, handles[0]), _lines(target, handles[1]))
    for number, (left, right) in enumerate(pairs, 1):
        for subject, line, other in ((source, left, right), (target, right, left)):
            if line is not None:
                subject.units += 1
                yield from subject.findings(number, str(number), *line.problems, *_problems(line, other))
        if left and right:
            sides.add(left.text, right.text)
    if source.units != target.units:
        shorter, longer = sorted((source, target), key=lambda subject: subject.units)
        counts = f"{shorter.units:,} lines, and {longer.path.name} has {longer.units:,}"
        yield from shorter.findings(None, None, ("line-count", f"{counts}; look for lost or stray line breaks"))
    yield from source.findings(None, None, *sides.problems())


def _lines(subject: Subject, handle: BinaryIO) -> Iterator[Line]:
    """Give a file's lines; an error names the file, of which there are two."""
    try:
        yield from lines_of(handle)
    except UnreadableError as error:
        raise FormatError(f"{subject.path}:{error.line}: {error}") from error


def _problems(line: Line, other: Line | None) -> Iterator[Problem]:
    """Give what is wrong with a line, given the other side's."""
    if problem := break_in(line.text):
        yield problem
    if not line.text.strip() and other is not None:
        if other.text.strip():
            yield "blank-line", "the line is blank, and that of the other side is not"
        else:
            yield "empty-text", "the lines of both sides are blank"
