"""What is scored, read from files: text with one segment a line, or one side of a corpus."""

import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import click

from eval.segments import decode_segments, read_segments
from mt.errors import InputError

__all__ = [
    "CORPUS",
    "STREAM",
    "Corpus",
    "Reader",
    "Role",
    "Side",
    "label",
    "read_corpus",
    "read_documents",
    "read_side",
]

STREAM = "-"
CORPUS = (".jsonl", ".tsv", ".tmx", ".parquet")
"""Extensions of files that are corpora, compressed ones (.gz .zst .xz) too; all other files hold lines."""
_COMPRESSED = (".gz", ".zst", ".xz")

Role = Literal["source", "reference", "hypothesis"]
Reader = Callable[[Path], Iterable[Any]]
"""Gives the pairs of a corpus file: `corpus.formats.read`, which this package cannot import."""


@dataclass(frozen=True, slots=True)
class Side:
    """Segments, what messages call the file they are of, and each one's document where the file says so."""

    label: str
    segments: list[str]
    documents: list[str] | None = None


@dataclass(frozen=True, slots=True)
class Corpus:
    """The test set in a corpus of human and machine pairs: a row a human pair.

    A hypothesis is the machine's translation of all sentences that the reference stands for. `unscored` counts
    references without one; `model` is whose translations they are, the file where several models' are.
    """

    source: Side
    reference: Side
    hypothesis: Side
    model: str
    unscored: int


def label(path: str) -> str:
    """Call a file by a name that can be printed."""
    return "stdin" if path == STREAM else click.format_filename(path)


def read_side(path: str, role: Role, read: Reader) -> Side:
    """Read segments: the lines of a text (`-`: of the standard input), or one side of a corpus file or folder.

    Of a corpus that has human and machine pairs, the reference is the human target, and the hypothesis what the
    machine made of the same source (see `Corpus`); of one that has either, its targets.

    Raises `InputError` or `FormatError` for a file that cannot be read, and for a corpus without such a side.
    """
    if path == STREAM:
        return Side(label(path), decode_segments(sys.stdin.buffer.read(), label(path)))
    if not _is_corpus(Path(path)):
        return Side(label(path), read_segments(Path(path)))
    machine, human = _pairs(path, read)
    if human and machine:
        corpus = _matched(path, machine, human)
        return {"source": corpus.source, "reference": corpus.reference, "hypothesis": corpus.hypothesis}[role]
    pairs = human or machine
    if role == "reference" and not human:
        raise InputError(f"{label(path)}: has no human pairs, and so no reference; give a corpus that has some")
    texts = [pair.source if role == "source" else pair.target or "" for pair in pairs]
    return Side(label(path), texts, [pair.document for pair in pairs])


def read_corpus(path: str, read: Reader) -> Corpus:
    """Read the test set in a corpus file or folder that has human and machine pairs.

    Raises `InputError` or `FormatError` for one that cannot be read or lacks either.
    """
    if not _is_corpus(Path(path)):
        raise InputError(f"{label(path)}: is no corpus ({' '.join(CORPUS)}, or a folder); give it as --hypothesis")
    machine, human = _pairs(path, read)
    for pairs, origin, remedy in ((machine, "machine", "--hypothesis"), (human, "human", "--reference")):
        if not pairs:
            raise InputError(f"{label(path)}: has no {origin} pairs; give a file of them with {remedy}")
    return _matched(path, machine, human)


def read_documents(path: str, segments: int) -> list[str]:
    """Read each segment's document: a name a line.

    Raises `InputError` for a file that cannot be read or has another number of lines.
    """
    names = read_segments(Path(path))
    if len(names) != segments:
        raise InputError(f"{label(path)}: names the documents of {len(names)} segments, but there are {segments}")
    return names


def _is_corpus(path: Path) -> bool:
    name = path.name.lower()
    bare = name.removesuffix(next((end for end in _COMPRESSED if name.endswith(end)), ""))
    return path.is_dir() or bare.endswith(CORPUS)


def _pairs(path: str, read: Reader) -> tuple[list[Any], list[Any]]:
    """Give a corpus's machine pairs, and its human (or post-edited) ones that have both sides."""
    place = Path(path)
    machine, human = [], []
    for pair in read(place / "corpus.jsonl" if place.is_dir() else place):
        if pair.origin == "machine":
            machine.append(pair)
        elif pair.source and pair.target:
            human.append(pair)
    if not machine and not human:
        raise InputError(f"{label(path)}: has no pairs; there is nothing to score")
    return machine, human


def _matched(path: str, machine: Sequence[Any], human: Sequence[Any]) -> Corpus:
    """Put the machine's translations beside the references of the same sentences."""
    made = {(pair.document, pair.sentence): pair for pair in machine}
    rows = []
    models = set()
    for pair in human:
        if parts := _parts(pair, made):
            rows.append((pair, " ".join(part.target for part in parts if part.target)))
            models |= {part.model for part in parts}
    if not rows:
        raise InputError(f"{label(path)}: no human pair has a machine pair of its sentence; give them as two files")
    name, documents = label(path), [pair.document for pair, _ in rows]
    return Corpus(
        Side(f"{name} (source)", [pair.source for pair, _ in rows], documents),
        Side(f"{name} (human)", [pair.target for pair, _ in rows], documents),
        Side(f"{name} (machine)", [text for _, text in rows], documents),
        models.pop() if len(models) == 1 and None not in models else name,
        len(human) - len(rows),
    )


def _parts(pair: Any, made: Mapping[tuple[str, int], Any]) -> list[Any]:
    """Give the machine's pairs of the sentences that a human pair has, by its bead; none where one is missing.

    Formats that do not carry beads (TSV) leave it to the text: the sentences whose letters are the human pair's.
    """
    parts: list[Any] = []
    rest = "".join(pair.source.split())
    while len(parts) < int(pair.bead.split("-")[0]) if pair.bead else rest:
        part = made.get((pair.document, pair.sentence + len(parts)))
        letters = "".join(part.source.split()) if part else ""
        if not letters or not (pair.bead or rest.startswith(letters)):
            return []
        parts.append(part)
        rest = rest[len(letters) :]
    return parts
