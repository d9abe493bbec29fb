"""A corpus as one web page, to read, search and filter: Arabic beside English, segment by segment."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO
from urllib.parse import quote

from corpus.pair import Pair
from mt.atomic import atomic
from mt.fidelity import FAULTS
from mt.pages import put, templates

__all__ = ["MANY", "write_page"]

MANY = 50_000
"""Pairs from which on a page is too much for browsers: they take half a minute to open one of 100,000 (60 MB)."""

_BEAD = re.compile(r"([0-9]{1,4})-([0-9]{1,4})")
_BLOCK = 1 << 16


@dataclass(slots=True)
class _Line:
    """An Arabic text and its English versions; it is empty for an addition, and for what spans the lines above it."""

    source: str
    pairs: list[Pair]
    spanned: int = 0

    @property
    def models(self) -> int:
        """Count the models that translated this text."""
        return len({pair.model for pair in self.pairs if pair.model})


@dataclass(slots=True)
class _Segment:
    """Lines that belong together: one, or those whose sentences one reference renders. `at` is its place.

    `sentences` are the numbers of those that have a line of their own in it.
    """

    at: int
    paragraph: int
    lines: list[_Line]
    sentences: list[int]


@dataclass(slots=True)
class _Census:
    """What the page says of itself and can be asked for, known when all pairs have been seen.

    `documents` gives for each document the number of its first section, counted from 1, and of its segments.
    """

    pairs: int = 0
    segments: int = 0
    sections: int = 0
    documents: dict[str, tuple[int, int]] = field(default_factory=dict)
    origins: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    beads: Counter[str] = field(default_factory=Counter)
    models: Counter[str] = field(default_factory=Counter)
    faulty: int = 0
    scored: bool = False
    aligned: bool = False

    def add(self, document: str, segments: Sequence[_Segment]) -> None:
        """Count a section of a document."""
        self.sections += 1
        self.segments += len(segments)
        first, before = self.documents.get(document, (self.sections, 0))
        self.documents[document] = (first, before + len(segments))
        for pair in (pair for segment in segments for line in segment.lines for pair in line.pairs):
            self.pairs += 1
            self.origins[pair.origin] += 1
            self.faults.update(set(pair.faults))
            self.faulty += bool(pair.faults)
            self.beads[_bead_class(pair)] += 1
            self.models.update([pair.model] if pair.model else [])
            self.scored |= pair.score is not None
            self.aligned |= pair.alignment_score is not None


def write_page(pairs: Iterable[Pair], path: Path, *, title: str) -> int:
    """Write a page with the pairs, in their order, that needs no other file; gives how many there were.

    The page can be read, searched by the browser and printed without its script, which adds search by folded
    letters, filters and keys. Pair ID is the page's `#ID`. The same pairs give the same bytes. One document at a time
    is held in memory: its pairs are expected to follow each other, else it has several sections.

    Raises `InputError` where the file cannot be written.
    """
    from markupsafe import Markup

    functions = {"anchor": _anchor, "decimals": _decimals, "bead_class": _bead_class}
    section = templates("corpus").get_template("corpus_document.html.j2")
    census = _Census()
    with TemporaryFile() as sections, atomic(path) as page:
        for document, group in groupby(pairs, key=lambda pair: pair.document):
            segments = list(_segments(list(group)))
            census.add(document, segments)
            put(
                sections,
                section.generate(
                    document=document,
                    number=census.sections,
                    paragraphs=_paragraphs(segments),
                    meanings=FAULTS,
                    **functions,
                ),
            )
        sections.seek(0)
        put(
            page,
            templates("corpus")
            .get_template("corpus.html.j2")
            .generate(
                title=title,
                census=census,
                meanings={name: FAULTS.get(name, "") for name in sorted(census.faults, key=_fault_order)},
                sections=(Markup(part) for part in _text(sections)),
                **functions,
            ),
        )
    return census.pairs


def _anchor(name: str) -> str:
    """Give a pair's id as it can stand in an address, in which a browser finds it again; most stay as they are."""
    return quote(name.encode("utf-8", "surrogatepass"), safe="")


def _decimals(value: float) -> str:
    """Write a score with two decimals and a true minus sign."""
    return f"{value:.2f}".replace("-", "\N{MINUS SIGN}")


def _bead_class(pair: Pair) -> str:
    """Say how a pair's sides stand to each other: addition, omission, untranslated, joined (n-m) or single."""
    if not pair.source:
        return "addition"
    if pair.target is None:
        return "omission" if pair.origin == "human" else "untranslated"
    return "joined" if pair.bead not in (None, "1-1") else "single"


def _segments(pairs: Sequence[Pair]) -> Iterator[_Segment]:
    """Bring the pairs of a document together that render the same sentences.

    A pair of several sentences joins the segments of these where all are there, and otherwise stands for itself with
    its own text. Sentences go by number and text, since a corpus from elsewhere may not have counted them.
    """
    segments: dict[int, _Segment] = {}
    lines: dict[tuple[int, str], _Line] = {}
    homes: dict[int, tuple[_Segment, str]] = {}
    for at, pair in sorted(enumerate(pairs), key=lambda numbered: _sentences(numbered[1]) > 1):
        line = lines.get((pair.sentence, pair.source)) if pair.source else None
        if line:
            line.pairs.append(pair)
            continue
        line = lines[pair.sentence, pair.source] = _Line(pair.source, [pair])
        count = _sentences(pair)
        members = [homes[n] for n in range(pair.sentence, pair.sentence + count) if n in homes]
        if count > 1 and len(members) == count and all(text in pair.source for _, text in members):
            line.source, line.spanned = "", count
            first, *others = {segment.at: segment for segment, _ in members}.values()
            for other in others:
                first.lines += segments.pop(other.at).lines
                first.sentences += other.sentences
            first.lines.append(line)
            homes |= dict.fromkeys(first.sentences, (first, ""))
        else:
            segments[at] = _Segment(at, pair.paragraph, [line], [])
            if pair.source and count == 1:
                segments[at].sentences.append(pair.sentence)
                homes[pair.sentence] = (segments[at], pair.source)
    yield from sorted(segments.values(), key=lambda segment: segment.at)


def _sentences(pair: Pair) -> int:
    """Count the Arabic sentences of a pair, as its bead tells; 1 where it has none."""
    found = _BEAD.fullmatch(pair.bead or "")
    return int(found[1]) if found else 1


def _paragraphs(segments: Iterable[_Segment]) -> Iterator[list[_Segment]]:
    """Group segments by paragraph."""
    for _, group in groupby(segments, key=lambda segment: segment.paragraph):
        yield list(group)


def _fault_order(name: str) -> tuple[bool, int, str]:
    """Sort faults as `mt.fidelity` does, and others behind them."""
    return name not in FAULTS, list(FAULTS).index(name) if name in FAULTS else 0, name


def _text(file: IO[bytes]) -> Iterator[str]:
    """Read UTF-8 in pieces that end with lines."""
    while lines := file.readlines(_BLOCK):
        yield b"".join(lines).decode()
