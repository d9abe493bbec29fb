"""Corpus files held to the rules of their formats, with line, unit and rule of whatever breaks one.

A format's check is a module here with `check(subject, handle) -> Iterator[Finding]`, and a line in `_CHECKS`; the
formats without one are held to the rules of records as their reader gives them. Memory is bounded: an id takes 24
bytes, and nothing else is kept.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from corpus.formats import FORMATS, READABLE, files, format_of, read
from corpus.formats.streams import open_bytes
from corpus.integrity import discrepancies
from corpus.manifest import MANIFEST
from corpus.validation import jsonl, moses, pairs, tmx, tsv
from corpus.validation.rules import RULES, Finding, Rule, Subject, UnreadableError
from mt.errors import FormatError, MuwaziError

__all__ = ["RULES", "Examination", "Finding", "Rule", "Subject", "examine"]

_CHECKS: dict[str, Callable[[Subject, BinaryIO], Iterator[Finding]]] = {
    "jsonl": jsonl.check,
    "tmx": tmx.check,
    "tsv": tsv.check,
    "bare": tsv.check,
}


@dataclass(frozen=True, slots=True)
class Examination:
    """The check of a corpus: its file (of Moses two), and what is wrong, found while `findings` are taken."""

    subjects: tuple[Subject, ...]
    findings: Iterator[Finding]


def examine(path: Path, format: str | None = None) -> Iterator[Examination]:  # noqa: A002 (what callers say)
    """Examine a corpus file, or all those of a folder and its manifest.

    What cannot be read is a finding, too, so that one bad file leaves the others to be examined. `format` is that of
    the file where its extension does not tell it; those of a folder are known by their extensions.
    """
    if not path.is_dir():
        yield _of_file(path, format)
        return
    found = list(_corpora(path))
    if not found:
        yield _failed(path, "folder", f"no corpus file in it; {', '.join(READABLE)} would be some")
    for file in found:
        yield _of_file(file, None)
    for manifest in sorted(path.rglob(MANIFEST)):
        subject = Subject(manifest, "manifest")
        yield Examination((subject,), _guarded((subject,), _manifest(subject)))


def _corpora(folder: Path) -> Iterator[Path]:
    """Give the files of a folder that are corpora by their names, Moses' two as one; nothing hidden."""
    for path in sorted(folder.rglob("*")):
        if any(part.startswith(".") for part in path.relative_to(folder).parts) or not path.is_file():
            continue
        try:
            name = format_of(path)
        except FormatError:
            continue
        parts = files(path, name)
        if FORMATS[name].readable and path == parts[0] and all(part.is_file() for part in parts):
            yield path


def _of_file(path: Path, name: str | None) -> Examination:
    """Prepare the check of a file."""
    try:
        name = name or format_of(path)
        paths = files(path, name)
    except MuwaziError as error:
        return _failed(path, "unknown", _without(path, str(error))[1])
    subjects = tuple(Subject(part, name) for part in paths)
    return Examination(subjects, _guarded(subjects, _findings(path, subjects)))


def _findings(path: Path, subjects: tuple[Subject, ...]) -> Iterator[Finding]:
    """Carry out the check that the format has."""
    if len(subjects) == 2:
        with open_bytes(subjects[0].path) as arabic, open_bytes(subjects[1].path) as english:
            yield from moses.check(*subjects, (arabic, english))
        return
    (subject,) = subjects
    check = _CHECKS.get(subject.format)
    if check is None:
        yield from pairs.check(subject, read(path, subject.format))
        return
    with open_bytes(path) as handle:
        yield from check(subject, handle)


def _manifest(subject: Subject) -> Iterator[Finding]:
    """Compare a corpus folder with its manifest."""
    for difference in discrepancies(subject.path.parent):
        yield from subject.findings(None, None, ("manifest", difference))


def _guarded(subjects: tuple[Subject, ...], findings: Iterator[Finding]) -> Iterator[Finding]:
    """Give the findings, and where a file cannot be read (further), that as the last one."""
    try:
        yield from findings
    except UnreadableError as error:
        yield from subjects[0].findings(error.line, None, ("unreadable", str(error)))
    except MuwaziError as error:
        text = str(error)
        subject = next((subject for subject in subjects if text.startswith(f"{subject.path}:")), subjects[0])
        line, message = _without(subject.path, text)
        yield from subject.findings(line, None, ("unreadable", message))


def _failed(path: Path, kind: str, message: str) -> Examination:
    subject = Subject(path, kind)
    return Examination((subject,), subject.findings(None, None, ("unreadable", message)))


def _without(path: Path, message: str) -> tuple[int | None, str]:
    """Take file and line off an error's message, which stand beside it in a finding."""
    place = re.match(rf"{re.escape(str(path))}(?::(\d+))?: ", message)
    return (int(place[1]) if place and place[1] else None), message[place.end() :] if place else message
