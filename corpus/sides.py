"""The two sides of an alignment, read from files: sentences, the lines of a translation, beads within paragraphs."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path
from typing import Literal, TypeVar

from corpus.align import Bead, align
from corpus.articles import STDIN, find_articles, sentences_of
from corpus.document import Document, Sentence
from corpus.readers import Reading, decode, read_bytes
from mt.errors import InputError
from mt.normalize import has_arabic

__all__ = ["Anchor", "Side", "align_sides", "read_side", "read_translation", "refuse_languages"]

Anchor = Literal["none", "paragraphs"]
_Read = TypeVar("_Read")


@dataclass(frozen=True, slots=True)
class Side:
    """A document with its sentences, and how messages call it. `lines` tells that each of its lines is a sentence."""

    place: str
    document: Document
    sentences: tuple[Sentence, ...]
    lines: bool = False

    @property
    def texts(self) -> list[str]:
        """The sentences' text."""
        return [sentence.text for sentence in self.sentences]

    @property
    def is_arabic(self) -> bool:
        """Whether more than half of the sentences hold Arabic letters."""
        return _is_arabic(self.texts)


def read_side(path: Path, language: str, reading: Reading, reader: str | None = None, *, lines: bool = False) -> Side:
    """Read a file, or stdin, and find its sentences; with `lines` each line of its readable text is one.

    Sentences that are lines have the line's number from 0; blank lines are none, and part paragraphs. An encoding that
    was named is that of the Arabic; an English file is taken to be in it where it is not UTF-8.

    Raises `InputError` for a file that cannot be read or has no text, and for a folder.
    """
    if path != STDIN and path.is_dir():
        raise InputError(f"{path} is a folder; align takes a file for each side")
    (article,) = find_articles([path], reader)
    document = _in_utf_8_first(article.document, reading) if language == "en" else article.document(reading)
    sentences = tuple(_lines(document.text) if lines else sentences_of(document, language, reading.quotes))
    if not sentences:
        raise InputError(f"{article.place}: no text in it; there is nothing to align")
    return Side(article.place, document, sentences, lines)


def read_translation(path: Path, source: Side, reading: Reading) -> list[str]:
    """Read the translations of a side's sentences, a line each; blank lines may part paragraphs, as those of `split`.

    Where the sentences are lines, the translation may have a line for each, for blank ones too.

    Raises `InputError` with both counts where these differ, and for lines in Arabic.
    """
    data = read_bytes(path)
    text = _in_utf_8_first(lambda r: decode(data, str(path), r.encoding), reading)
    lines = text.removesuffix("\n").split("\n")
    filled = [line.strip() for line in lines if line.strip()]
    if _is_arabic(filled):
        raise InputError(f"{path} is in Arabic; give the sentences of {source.place} in English")
    wanted = len(source.sentences)
    if len(filled) == wanted:
        return filled
    if len(lines) == wanted:  # some of the sentences have no translation
        return [line.strip() for line in lines]
    if source.lines and len(lines) == source.document.text.removesuffix("\n").count("\n") + 1:
        return [lines[sentence.sentence].strip() for sentence in source.sentences]
    raise InputError(
        f"{path}: {len(filled):,} translation(s) for the {wanted:,} sentence(s) of {source.place}; give one line a "
        "sentence, as `muwazi translate --to text` does"
    )


def refuse_languages(source: Side, reference: Side) -> None:
    """Refuse sides that are not Arabic and English: an Arabic reference, an article in Latin letters.

    Raises `InputError`, which says so where they seem to be swapped.
    """
    if reference.is_arabic and not source.is_arabic:
        raise InputError(
            f"{source.place} is not in Arabic, and {reference.place} is; give the article first, then its translation"
        )
    if reference.is_arabic:
        raise InputError(f"{reference.place} is in Arabic, as {source.place} is; give its English translation")
    if not source.is_arabic:
        raise InputError(f"{source.place} is not in Arabic; give an Arabic article, then its English translation")


def align_sides(
    source: Side, translations: Sequence[str], reference: Side, *, anchor: Anchor = "none", largest: int = 8
) -> list[Bead]:
    """Align the sentences of two sides; see `corpus.align` for what `translations` and `largest` do.

    With the anchor `paragraphs` no bead goes beyond one.

    Raises `InputError` with both counts where the sides have not as many paragraphs.
    """
    ours, theirs = source.texts, reference.texts
    if anchor == "none":
        return align(ours, translations, theirs, largest=largest)
    left, right = list(_paragraphs(source)), list(_paragraphs(reference))
    if len(left) != len(right):
        raise InputError(
            f"{source.place} has {len(left):,} paragraph(s) and {reference.place} {len(right):,}; --anchor paragraphs "
            "needs as many on both sides"
        )
    return [
        Bead(_moved(bead.source, a.start), _moved(bead.reference, b.start), bead.score)
        for a, b in zip(left, right, strict=True)
        for bead in align(
            ours[a.start : a.stop], translations[a.start : a.stop], theirs[b.start : b.stop], largest=largest
        )
    ]


def _is_arabic(texts: Sequence[str]) -> bool:
    return 2 * sum(map(has_arabic, texts)) > len(texts)


def _in_utf_8_first(read: Callable[[Reading], _Read], reading: Reading) -> _Read:
    """Read a file in its own encoding or UTF-8, and only where that fails in the encoding that was named."""
    if reading.encoding:
        try:
            return read(replace(reading, encoding=None))
        except InputError:
            pass
    return read(reading)


def _lines(text: str) -> Iterator[Sentence]:
    """Make a sentence of each line that is not blank."""
    at, paragraph, parted = 0, -1, True
    for number, line in enumerate(text.split("\n")):
        body = line.strip()
        if body:
            paragraph += parted
            start = at + line.index(body)
            yield Sentence(paragraph, number, start, start + len(body), body)
            parted = False
        else:
            parted = True
        at += len(line) + 1


def _paragraphs(side: Side) -> Iterator[range]:
    """Give the numbers of each paragraph's sentences."""
    at = 0
    for _, together in groupby(side.sentences, key=lambda s: s.paragraph):
        size = sum(1 for _ in together)
        yield range(at, at + size)
        at += size


def _moved(numbers: range, by: int) -> range:
    return range(numbers.start + by, numbers.stop + by)
