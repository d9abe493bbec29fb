"""A document and its English side by side, sentence by sentence: one web page, or Markdown tables."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from corpus.document import Block, Document, English, Kind, Mark, Sentence
from corpus.export import heading_levels, html_text, markdown_text, page, title_of
from mt.fidelity import FAULTS

__all__ = ["html", "markdown"]


@dataclass(frozen=True, slots=True)
class _Row:
    """A sentence in both languages, with the marks in it, and what is wrong with its translation."""

    number: int
    arabic: English
    english: English
    faults: tuple[str, ...]


def html(
    document: Document,
    sentences: Sequence[Sentence],
    english: Sequence[English],
    title: str | None,
    model: str,
    faults: Sequence[Sequence[str]] = (),
) -> str:
    """Give an HTML page with the English beside the Arabic, a sentence a row.

    `english` has the document's blocks; `faults`, where given, names what is wrong with each sentence's translation.
    The page needs no other file and runs no script; sentence N is its `#sN`, counted from 1.
    """
    levels = heading_levels(document)
    blocks = [
        {
            "kind": block.kind,
            "element": f"h{levels[number]}" if number in levels else "div",
            "rows": [
                {
                    "number": row.number + 1,
                    "english": html_text(row.english.text, row.english.marks),
                    "arabic": html_text(row.arabic.text, row.arabic.marks),
                    "faults": [(name, FAULTS.get(name, name)) for name in row.faults],
                }
                for row in rows
            ],
        }
        for number, (block, rows) in enumerate(_blocks(document, sentences, english, faults))
    ]
    return page(
        "bilingual.html.j2",
        title=title or title_of(document, english),
        shown=title,
        model=model,
        count=len(sentences),
        faulty=sum(map(bool, faults)),
        blocks=blocks,
    )


def markdown(
    document: Document,
    sentences: Sequence[Sentence],
    english: Sequence[English],
    title: str | None,
    model: str,
    faults: Sequence[Sequence[str]] = (),
) -> str:
    """Give Markdown tables with the English beside the Arabic, a sentence a row, an empty row between paragraphs.

    See `html` for what is given; headings stand between the tables.
    """
    levels = heading_levels(document)
    about = f"Arabic–English, translated by {markdown_text(English(model))}"
    parts = [f"# {markdown_text(English(title), 'heading')}\n", f"{about}\n"] if title else [f"{about}\n"]
    table: list[str] = []
    for number, (_, rows) in enumerate(_blocks(document, sentences, english, faults)):
        if number in levels:
            parts += _table(table)
            table = []
            mark = "#" * levels[number]
            parts += (f"{mark} {_english(row, 'heading')} — {markdown_text(row.arabic, 'heading')}\n" for row in rows)
        else:
            table += ["|  |  |\n"] * bool(table)
            table += (f"| {_english(row, 'cell')} | {markdown_text(row.arabic, 'cell')} |\n" for row in rows)
    return "\n".join([*parts, *_table(table)])


def _table(rows: Sequence[str]) -> list[str]:
    """Put a head on the rows; nothing where there are none."""
    return ["".join(["| English | العربية |\n", "| :-- | --: |\n", *rows])] if rows else []


def _english(row: _Row, kind: Kind) -> str:
    return markdown_text(row.english, kind) + (f" ⚠ *{', '.join(row.faults)}*" if row.faults else "")


def _blocks(
    document: Document, sentences: Sequence[Sentence], english: Sequence[English], faults: Sequence[Sequence[str]]
) -> Iterator[tuple[Block, list[_Row]]]:
    """Give each block with its sentences in both languages."""
    at = mark = 0
    marks = sorted(document.marks, key=lambda m: (m.start, m.key))
    for number, (block, translated) in enumerate(zip(document.blocks, english, strict=True)):
        first = mark
        while mark < len(marks) and marks[mark].start <= block.end:
            mark += 1
        rows: list[_Row] = []
        for span in translated.sentences:
            sentence = sentences[at]
            if sentence.paragraph != number:
                raise ValueError(f"sentence {sentence.sentence} is of block {sentence.paragraph}, not {number}")
            arabic = _part(document.text, marks[first:mark], sentence.start, sentence.end)
            wrong = tuple(faults[at]) if faults else ()
            rows.append(_Row(at, arabic, _part(translated.text, translated.marks, *span), wrong))
            at += 1
        yield block, rows


def _part(text: str, marks: Sequence[Mark], start: int, end: int) -> English:
    """Cut a sentence out, with what of the marks lies in it."""
    inside = (m for m in marks if m.start < end and m.end > start)
    cut = (replace(m, start=max(m.start, start) - start, end=min(m.end, end) - start) for m in inside)
    return English(text[start:end], tuple(cut))
