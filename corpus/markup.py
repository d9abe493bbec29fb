"""Blocks in English: their sentences joined as they stood, and the marks carried to the words they belong to."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from corpus.document import Document, English, Mark, Sentence
from corpus.projection import Clip, project, simple
from mt.alignment import Alignment

__all__ = ["Align", "english"]

Align = Callable[[Sequence[tuple[str, str]]], list[Alignment]]


@dataclass(frozen=True, slots=True)
class _Line:
    """A sentence with its translation and what lies in it of its block's marks."""

    sentence: Sentence
    translation: str
    clips: tuple[Clip, ...]

    @property
    def simple(self) -> bool:
        return simple(self.sentence.text, self.translation, self.clips)


def english(
    document: Document, sentences: Sequence[Sentence], translations: Sequence[str], align: Align
) -> Iterator[English]:
    """Give each block of a document in English.

    A block whose translations all read as their sentences is unchanged. Between two sentences stands what stood there
    in the source, or a space where there was nothing. A mark goes to the words that the translation made of its words;
    it is never lost (see `corpus.projection`). `align` is asked once, about the sentences with marks inside them.
    """
    marks = _by_block(document)
    lines: list[list[_Line]] = [[] for _ in document.blocks]
    for sentence, translation in zip(sentences, translations, strict=True):
        clips = tuple(_clips(sentence, marks[sentence.paragraph]))
        lines[sentence.paragraph].append(_Line(sentence, translation, clips))
    asked = [line for block in lines for line in block if not line.simple]
    answers = align([(line.sentence.text, line.translation) for line in asked]) if asked else []
    alignments = {line.sentence.sentence: answer for line, answer in zip(asked, answers, strict=True)}
    for block, inner, inside in zip(document.blocks, lines, marks, strict=True):
        yield _block(document.text[block.start : block.end], block.start, inner, inside, alignments)


def _by_block(document: Document) -> list[list[Mark]]:
    """Sort the marks to their blocks."""
    found: list[list[Mark]] = [[] for _ in document.blocks]
    number = 0
    for mark in sorted(document.marks, key=lambda m: (m.start, m.key)):
        while mark.start > document.blocks[number].end:
            number += 1
        found[number].append(mark)
    return found


def _clips(sentence: Sentence, marks: Sequence[Mark]) -> Iterator[Clip]:
    for mark in marks:
        overlaps = mark.start < sentence.end and mark.end > sentence.start
        if overlaps or (mark.start == mark.end and sentence.start <= mark.start <= sentence.end):
            start, end = max(mark.start, sentence.start), min(mark.end, sentence.end)
            yield Clip(mark, start - sentence.start, end - sentence.start)


def _block(
    source: str, offset: int, lines: Sequence[_Line], marks: Sequence[Mark], alignments: Mapping[int, Alignment]
) -> English:
    """Join the translations of a block's sentences; `offset` is where the block begins in its document."""
    if all(line.translation == line.sentence.text for line in lines):
        here = tuple(replace(m, start=m.start - offset, end=m.end - offset) for m in marks)
        spans = tuple((line.sentence.start - offset, line.sentence.end - offset) for line in lines)
        return English(source, here, spans, unchanged=True)
    text = ""
    at = offset
    sentences: list[tuple[int, int]] = []
    placed: dict[int, tuple[int, int]] = {}
    for line in lines:
        begin = line.sentence.start
        glued = not sentences or any(m.verbatim and m.start < begin < m.end for m in marks)
        text += source[at - offset : begin - offset] or ("" if glued else " ")
        at = line.sentence.end
        alignment = alignments.get(line.sentence.sentence)
        carried, places = project(line.sentence.text, line.translation, line.clips, alignment)
        for clip, (start, end) in zip(line.clips, places, strict=True):
            key = clip.mark.key
            if key not in placed:
                placed[key] = len(text) + start, len(text) + end
            elif clip.start < clip.end:  # it goes on from the sentence before; an empty one has its place
                placed[key] = placed[key][0], len(text) + end
        sentences.append((len(text), len(text) + len(carried)))
        text += carried
    for mark in marks:
        if mark.key not in placed:  # it lies between two sentences
            before = [i for i, line in enumerate(lines) if line.sentence.end <= mark.start]
            shift = sentences[before[-1]][1] - lines[before[-1]].sentence.end if before else -offset
            placed[mark.key] = mark.start + shift, mark.end + shift
    text += source[at - offset :]
    return English(
        text, tuple(replace(m, start=placed[m.key][0], end=placed[m.key][1]) for m in marks), tuple(sentences)
    )
