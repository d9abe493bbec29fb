"""Plain text: a line is a paragraph or a heading; hard-wrapped text is told by its shape and joined."""

import statistics
from collections.abc import Iterator, Sequence
from itertools import pairwise

from corpus.document import Block, Document, Sentence
from corpus.split import is_heading

__all__ = ["parse", "render"]


def parse(name: str, text: str) -> Document:
    """Find the blocks of a plain text.

    Each line that is not blank is a block, but in hard-wrapped text (see `_wrapped`) a block is a run of lines up to
    the next blank one. Only LF, CR and CRLF end a line. Offsets count the characters of `text`.
    """
    lines = list(_lines(text))
    spans = _paragraphs(lines) if _wrapped([text[start:end] for start, end in lines]) else _filled(lines)
    return Document(
        name,
        text,
        tuple(Block("heading" if is_heading(text[a:b]) else "paragraph", a, b) for a, b in spans),
    )


def render(document: Document, sentences: Sequence[Sentence], translations: Sequence[str]) -> str:
    """Give the document in English: each sentence replaced by its translation, all between them as it was.

    Where the source has no space between two sentences of a block, one is put in. Line breaks inside a translated
    sentence of hard-wrapped text are gone, those between blocks stay.
    """
    pieces: list[str] = []
    at = 0
    for sentence, translation in zip(sentences, translations, strict=True):
        gap = document.text[at : sentence.start]
        pieces += [gap if gap or not pieces else " ", translation]
        at = sentence.end
    return "".join([*pieces, document.text[at:]])


def _lines(text: str) -> Iterator[tuple[int, int]]:
    """Give the span of each line, stripped of white space; blank ones are empty spans."""
    at = 0
    for line in text.replace("\r\n", "\n ").replace("\r", "\n").split("\n"):
        body = line.strip()
        start = at + (len(line) - len(line.lstrip()))
        yield (start, start + len(body)) if body else (at, at)
        at += len(line) + 1


def _filled(lines: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    return ((a, b) for a, b in lines if b > a)


def _paragraphs(lines: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Join runs of filled lines."""
    start = end = -1
    for a, b in [*lines, (0, 0)]:
        if b > a:
            start, end = (a, b) if start < 0 else (start, b)
        elif start >= 0:
            yield start, end
            start = -1


def _wrapped(lines: Sequence[str]) -> bool:
    """Tell hard-wrapped text: paragraphs of several lines apart by blank ones, the lines filled to one width.

    A line counts when another follows it in its paragraph: it was broken because it was full. All but a tenth of
    these must lie within a word or two of the widest, and few may end in a final mark, as lines that are paragraphs do.
    """
    broken = [line for line, after in pairwise(lines) if line and after]
    if len(broken) < 3 or "" not in (line.strip() for line in lines[:-1]):
        return False
    widths = [len(line) for line in broken]
    widest = max(widths)
    if not 30 <= widest <= 120:
        return False
    full = sum(width >= widest - 20 for width in widths) / len(widths)
    final = sum(line.rstrip("\"»”')")[-1:] in ".!?؟…:" for line in broken) / len(broken)
    return full >= 0.9 and final <= 0.5 and statistics.median(widths) >= 0.75 * widest
