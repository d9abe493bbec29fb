"""The command that splits a text into sentences, and explains where it did and why."""

import json
import os
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from corpus.articles import STDIN, find_articles, sentences_of, stretches
from corpus.document import Document
from corpus.options import reading_of, reading_options
from corpus.split import Candidate, Quotes, explain
from mt.console import Console
from mt.errors import InputError

__all__ = ["split"]

_CONTEXT = 48  # characters shown on either side of a candidate


@click.command()
@click.argument("source", default="-", type=click.Path(path_type=Path), metavar="[INPUT]")
@click.option("--json", is_flag=True, help="A JSON line a sentence (or candidate), with its place in the text.")
@click.option(
    "--explain", is_flag=True, help="Each place where a sentence may end, and the rule that took or vetoed it."
)
@click.option("--text", is_flag=True, help="The readable text of a DOCX, a web page …: what offsets count in.")
@click.option("--language", type=click.Choice(["ar", "en"]), default="ar", show_default=True, help="Whose rules.")
@reading_options
@click.pass_obj
def split(console: Console, /, source: Path, text: bool, language: str, **options: Any) -> None:
    """Split a text: one sentence a line, an empty line between paragraphs.

    \b
    muwazi split article.ar.txt
    muwazi split --json < article.txt
    muwazi split --explain article.ar.txt | less -R
    muwazi split --text report.docx
    muwazi split --language en reference.en.txt
    """
    if source != STDIN and source.is_dir():
        raise InputError(f"{source} is a folder; split takes one file")
    (article,) = find_articles([source], options["from"])
    reading = reading_of(options)
    document = article.document(reading)
    if text:
        lines = iter([document.text.removesuffix("\n")])
    elif not options["explain"]:
        lines = (_split_json if options["json"] else _split_lines)(document, language, reading.quotes)
    else:
        decisions = list(_decisions(document, language, reading.quotes))
        if not decisions:
            console.notice("nothing to explain: no final mark has text behind it in its paragraph")
        lines = _explained_json(decisions) if options["json"] else _explained_lines(decisions, coloured=_is_coloured())
    sys.stdout.buffer.writelines(line.encode() + b"\n" for line in lines)
    sys.stdout.buffer.flush()


def _is_coloured() -> bool:
    """Tell whether stdout is a terminal whose user has nothing against colours (no-color.org)."""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR")


def _split_lines(document: Document, language: str, quotes: Quotes) -> Iterator[str]:
    paragraph = 0
    for sentence in sentences_of(document, language, quotes):
        if sentence.paragraph != paragraph:
            yield ""
            paragraph = sentence.paragraph
        yield " ".join(sentence.text.split())


def _split_json(document: Document, language: str, quotes: Quotes) -> Iterator[str]:
    for s in sentences_of(document, language, quotes):
        record = {
            "paragraph": s.paragraph,
            "sentence": s.sentence,
            "kind": document.blocks[s.paragraph].kind,
            "start": s.start,
            "end": s.end,
            "text": s.text,
        }
        yield json.dumps(record, ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class _Decision:
    """A candidate with what is beside it, and its place in the document.

    `offset` is where a sentence would end, as the ends of spans are counted; `line` and `column`, from 1, are those of
    the last character before.
    """

    candidate: Candidate
    paragraph: int
    offset: int
    line: int
    column: int
    before: str
    after: str


def _decisions(document: Document, language: str, quotes: Quotes) -> Iterator[_Decision]:
    """Find the candidates of all blocks."""
    line, counted = 1, 0
    for paragraph, start, text in stretches(document):
        for candidate in explain(text, language, quotes=quotes):
            at = candidate.position
            offset = start + at
            line += document.text.count("\n", counted, offset)
            counted = offset
            yield _Decision(
                candidate,
                paragraph,
                offset,
                line,
                offset - document.text.rfind("\n", 0, offset) - 1,
                _cut(text[max(0, at - _CONTEXT) : at], left=at > _CONTEXT),
                _cut(text[at : at + _CONTEXT], right=at + _CONTEXT < len(text)),
            )


def _cut(text: str, *, left: bool = False, right: bool = False) -> str:
    """Give a stretch of text on one line, without the halves of words at its cut ends."""
    words = text.split()
    if left and len(words) > 1:
        words[0] = "…"
    if right and len(words) > 1:
        words[-1] = "…"
    return " ".join(words)


def _explained_lines(decisions: Iterable[_Decision], *, coloured: bool) -> Iterator[str]:
    """Write a decision in three lines: the verdict, what ends with the marks, what follows.

    Arabic has lines of its own, so that a terminal which turns it about puts the marks at the end of one.
    """
    for d in decisions:
        verdict, colour = ("boundary", "green") if d.candidate.taken else ("no", "yellow")
        rule, after = f"{verdict:<8}  {d.candidate.rule}", f"    {d.after}"
        if coloured:
            rule, after = click.style(rule, fg=colour, bold=True), click.style(after, dim=True)
        yield f"{d.line}:{d.column}  {rule}: {d.candidate.reason}"
        yield f"    {d.before}"
        yield after


def _explained_json(decisions: Iterable[_Decision]) -> Iterator[str]:
    for d in decisions:
        record = {
            "paragraph": d.paragraph,
            "offset": d.offset,
            "line": d.line,
            "column": d.column,
            "boundary": d.candidate.taken,
            "rule": d.candidate.rule,
            "reason": d.candidate.reason,
            "before": d.before,
            "after": d.after,
        }
        yield json.dumps(record, ensure_ascii=False)
