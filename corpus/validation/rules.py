"""The rules that a corpus file is held to, and what a finding is."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from mt.errors import FormatError

__all__ = ["RULES", "Finding", "Problem", "Rule", "Subject", "UnreadableError", "short"]

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule: an error is what some program that reads the format stumbles over, a warning what a person should see."""

    severity: Severity
    meaning: str


RULES = {
    # Any file.
    "unreadable": Rule("error", "the file, or the rest of it, cannot be read at all"),
    "encoding": Rule("error", "the text is UTF-8 (TMX: or UTF-16 with a byte order mark), and says so truly"),
    "manifest": Rule("error", "a corpus folder holds the files that its manifest names, as they were written"),
    "sides-swapped": Rule("warning", "the Arabic is the source and the English the target"),
    # Any record.
    "record": Rule("error", "a record has all its fields, no others, and values of the right type"),
    "position": Rule("error", "positions and offsets are not negative, and a span ends after its start"),
    "order": Rule("error", "later sentences of a document lie later in its text, and do not overlap"),
    "span-length": Rule("warning", "the span is as long as the text that was taken from it"),
    "score": Rule("error", "a score is a finite log-probability, 0 at most; an alignment score lies between 0 and 1"),
    "bead": Rule("error", "a bead is N-M, of a human translation, and tells truly which side is there"),
    "fault-name": Rule("error", "faults are names that `muwazi` knows"),
    "duplicate-id": Rule("error", "no two records of a file have the same id"),
    "id-digest": Rule("error", "an id of 16 hex digits is the digest of its record's content"),
    "edited": Rule("warning", "a unit with an id of ours has still the texts that the id was made of"),
    "empty-text": Rule("warning", "the text of a side is not blank"),
    "character": Rule("warning", "texts hold no control characters and no lone surrogates"),
    # Files of lines.
    "json": Rule("error", "each line is one JSON object (RFC 8259)"),
    "columns": Rule("error", "the first row names the columns, or is a bare file's first pair"),
    "fields": Rule("error", "each row has as many fields as there are columns"),
    "number": Rule("error", "what should be a number is one"),
    "line-break": Rule("error", "no character inside a line is taken for its end by some programs, and none is NUL"),
    "line-count": Rule("error", "both sides have the same number of lines"),
    "blank-line": Rule("error", "a line has text on both sides or on neither"),
    "line-end": Rule("warning", "lines end with LF alone, the last one too"),
    "byte-order-mark": Rule("warning", "the file begins with text, not with a byte order mark"),
    # TMX.
    "not-well-formed": Rule("error", "the file is well-formed XML"),
    "entity": Rule("error", "no entity is declared, and none but the five of XML is used"),
    "forbidden-character": Rule("error", "there is no character that XML forbids"),
    "root": Rule("error", "the root element is tmx, in no namespace"),
    "element": Rule("error", "elements are TMX's, and stand where its DTD allows them"),
    "text": Rule("error", "text stands only where the DTD allows it"),
    "attribute": Rule("error", "attributes are those of the DTD, with values that it allows"),
    "language": Rule("error", "a language is a well-formed tag (BCP 47)"),
    "languages": Rule("error", "a unit has an Arabic and an English side"),
    "source-language": Rule("error", "a unit has a variant in the language that it says it was translated from"),
    "duplicate-language": Rule("warning", "a unit has one variant in a language"),
    "date": Rule("error", "a date is a real one, written YYYYMMDDThhmmssZ"),
    "pairing": Rule("error", "in a segment each bpt has one ept of the same i, which follows it"),
    "duplicate-tuid": Rule("warning", "no two units have the same tuid (the standard leaves it open)"),
    "property": Rule("error", "a property of ours (x-position, x-score …) holds what it should"),
}
"""Name of each rule, how grave it is to break it, and what it asks."""

Problem = tuple[str, str]
"""The name of a rule, and in what way it is broken."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule broken in a file: at which line (from 1; None for the file as a whole), in which unit, and how.

    `unit` is the unit's id where it has one, else its number from 1.
    """

    path: Path
    line: int | None
    unit: str | None
    rule: str
    message: str

    @property
    def severity(self) -> Severity:
        """Tell whether this is an error or a warning."""
        return RULES[self.rule].severity


class UnreadableError(FormatError):
    """A file that cannot be read, or from a line on; the message does without the file's name."""

    def __init__(self, line: int | None, message: str) -> None:
        super().__init__(message)
        self.line = line


@dataclass(slots=True)
class Subject:
    """A file under examination, and how many units of it were seen."""

    path: Path
    format: str
    units: int = 0

    def findings(self, line: int | None, unit: str | None, *problems: Problem) -> Iterator[Finding]:
        """Give the problems of a place as findings."""
        for rule, message in problems:
            yield Finding(self.path, line, unit, rule, message)


def short(text: str) -> str:
    """Quote a value for a message, cut where it is long."""
    return repr(text if len(text) <= 60 else text[:59] + "…")
