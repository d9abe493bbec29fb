"""Commands on articles: translate, build, split."""

import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from corpus.articles import STDIN, find_articles, sentences_of
from corpus.document import Document
from corpus.readers import READERS
from mt.console import Console
from mt.errors import InputError
from mt.options import Setup, translation_options

if TYPE_CHECKING:
    from corpus.translate import Form

__all__ = ["build", "split", "translate"]

# Options keep their own names as parameters, since those also name their environment variables; the ones that are
# words of Python (from, format, json) are taken out of **options.
_INPUTS = click.argument("inputs", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="INPUT...")
_ENCODING = click.option(
    "--encoding", default="utf-8", show_default=True, metavar="NAME", help="Of the articles, e.g. windows-1256."
)
_FROM = click.option(
    "--from", "from", type=click.Choice(list(READERS)), help="The articles' format.  [default: by extension]"
)


@click.command()
@_INPUTS
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    metavar="OUT",
    help="A file for one article, a folder for several.  [default: stdout]",
)
@click.option(
    "--to",
    type=click.Choice(["same", "text", "jsonl"]),
    default="same",
    show_default=True,
    help="same keeps format and layout, text is one sentence a line, jsonl the records with offsets and scores.",
)
@click.option("--force", is_flag=True, help="Overwrite.")
@click.option("--deterministic", is_flag=True, help="A sentence's translation does not depend on its company.")
@_ENCODING
@_FROM
@translation_options
@click.pass_obj
def translate(
    console: Console,
    /,
    inputs: tuple[Path, ...],
    output: Path | None,
    to: "Form",
    force: bool,
    deterministic: bool,
    encoding: str,
    **options: Any,
) -> None:
    """Translate articles into English, in the same format and layout.

    INPUT is a file, a folder (walked) or - for stdin.

    \b
    muwazi translate article.ar.txt
    muwazi translate article.ar.txt -o article.en.txt
    muwazi translate articles/ -o english/ --model Helsinki-NLP/opus-mt-ar-en
    cat article.txt | muwazi translate - --to jsonl
    """
    from corpus.translate import place_outputs, survey, translate_articles

    many = len(inputs) > 1 or inputs[0].is_dir()
    if many and output is None:
        raise click.UsageError("several articles need a folder to go to: give -o DIR")
    articles = find_articles(inputs, options["from"])
    places = place_outputs(articles, output, to, many=many, force=force)
    found = survey(articles, encoding)
    setup = Setup.of(console, options, deterministic=deterministic)
    console.detail(f"the model's folder is {setup.model.path}")
    if not found.sentences:
        console.notice("nothing to translate: no text in the input")
    notice_foreign(console, found.foreign)
    started = time.monotonic()
    tokens = cut = faulty = 0
    with console.progress("translating", found.sentences) as advance:
        translator = setup.translator(advance)
        for translations in translate_articles(articles, places, to, encoding, setup.model.id, translator):
            tokens += sum(translation.tokens for translation in translations)
            cut += sum(translation.parts > 1 for translation in translations)
            faulty += sum(bool(translation.faults) for translation in translations)
    rate = tokens / max(time.monotonic() - started, 1e-9)
    notice_cut(console, cut)
    if output or sys.stderr.isatty():
        rows = {
            "model": setup,
            "translated": f"{len(articles):,} document(s), {found.sentences:,} sentences, {rate:,.0f} tokens/s",
            "faults": f"in {faulty:,} sentence(s); --to jsonl names them" if faulty else "none found",
        }
        console.summary({**rows, "written": output} if output else rows)


@click.command()
@_INPUTS
@click.option(
    "-o", "--output", required=True, type=click.Path(path_type=Path), metavar="DIR", help="The corpus folder."
)
@click.option(
    "--reference",
    type=click.Path(path_type=Path),
    metavar="PATH",
    help="English references: a file or a folder.  [default: NAME.en.EXT beside NAME.ar.EXT]",
)
@click.option(
    "--format",
    multiple=True,
    type=click.Choice(["tmx", "tsv"]),
    default=("tmx", "tsv"),
    show_default=True,
    help="Besides corpus.jsonl; may be repeated.",
)
@click.option(
    "--preview", type=click.IntRange(min=0), default=0, metavar="N", help="Print the first N pairs at the end."
)
@_ENCODING
@_FROM
@translation_options
@click.pass_context
def build(
    ctx: click.Context,
    /,
    inputs: tuple[Path, ...],
    output: Path,
    reference: Path | None,
    preview: int,
    encoding: str,
    **options: Any,
) -> None:
    """Build a parallel corpus of articles, and of their references where they have some.

    Writes corpus.jsonl (every pair with its origin, offsets and faults), machine.tmx and machine.tsv, with references
    human.tmx, human.tsv and scores.json, and manifest.json. Run again, it goes on where it was interrupted and
    translates only what is new or changed; the same input gives the same bytes.

    \b
    muwazi build article.ar.txt -o corpus
    muwazi build articles/ -o corpus --reference english/
    muwazi build seeds -o out --model compact --preview 6
    """
    from corpus.build import build as carry_out
    from corpus.build import make_plan
    from corpus.reference import find_references

    console: Console = ctx.obj
    articles = find_articles(inputs, options["from"])
    references = find_references(articles, reference)
    plan = make_plan(articles, references, encoding)
    setup = Setup.of(console, options, deterministic=True)
    console.detail(f"the model's folder is {setup.model.path}")
    for entry in plan.entries:
        beside = f", reference {entry.reference}" if entry.reference else ""
        console.detail(f"{entry.article.name}: {entry.sentences:,} sentences{beside}")
    for problem in plan.problems:
        click.echo(f"error: {problem}", err=True)
    if not plan.sentences:
        console.notice("no text in the input: the corpus is empty")
    started = time.monotonic()
    with console.progress("translating", plan.sentences) as advance:
        result = carry_out(
            plan,
            setup,
            output,
            options["format"],
            lambda: setup.translator(advance),
            lambda: ctx.meta["service"]("scores"),
            advance,
        )
    seconds = time.monotonic() - started
    notice_foreign(console, result.copied)
    notice_cut(console, result.cut)
    if result.replaced:
        console.notice(f"{result.replaced} character(s) that TMX or TSV cannot hold became spaces there")
    if preview:
        _preview(output, preview)
    console.summary(_build_rows(len(articles), seconds, setup, result, output))
    if plan.problems:
        ctx.exit(1)


def notice_foreign(console: Console, sentences: int) -> None:
    """Say that sentences went past the model."""
    if sentences:
        console.notice(f"{sentences:,} sentence(s) hold no Arabic letters and are carried over as they are")


def notice_cut(console: Console, sentences: int) -> None:
    """Say that sentences were too long for the model."""
    if sentences:
        console.notice(f"{sentences:,} over-long sentence(s) were translated in parts and joined again")


def _preview(folder: Path, number: int) -> None:
    """Print the first machine pairs of a corpus side by side."""
    from itertools import islice

    from rich.console import Console as RichConsole
    from rich.table import Table

    from corpus.formats import read

    table = Table("Arabic", "English", show_lines=True)
    machine = (pair for pair in read(folder / "corpus.jsonl") if pair.origin == "machine")
    for pair in islice(machine, number):
        table.add_row(" ".join(pair.source.split()), pair.target or "")
    RichConsole().print(table)


def _build_rows(documents: int, seconds: float, setup: Setup, result: Any, output: Path) -> dict[str, object]:
    """Say what a build made."""
    rows: dict[str, object] = {
        "model": setup,
        "corpus": f"{documents:,} document(s), {result.machine:,} machine pairs, {result.human:,} human pairs",
        "translated": (
            f"{result.translated:,} sentences in {seconds:,.1f} s, {result.tokens / max(seconds, 1e-9):,.0f} tokens/s"
            if result.translated
            else "nothing anew: all of it was there already"
            if result.machine
            else "nothing: no text in the input"
        ),
        "faults": ", ".join(f"{name} {n}" for name, n in sorted(result.faults.items())) or "none found",
    }
    if result.scores:
        metrics = result.scores["systems"][0]["metrics"]
        rows["scores"] = ", ".join(f"{name} {metric['score']:.1f}" for name, metric in metrics.items())
    rows["files"] = f"{output}/  " + "  ".join(sorted(p.name for p in output.iterdir() if not p.name.startswith(".")))
    return rows


@click.command()
@click.argument("source", default="-", type=click.Path(path_type=Path), metavar="[INPUT]")
@click.option("--json", is_flag=True, help="A JSON line a sentence, with its span in the text.")
@click.option("--language", type=click.Choice(["ar", "en"]), default="ar", show_default=True, help="Whose rules.")
@_ENCODING
@_FROM
def split(source: Path, language: str, encoding: str, **options: Any) -> None:
    """Split a text: one sentence a line, an empty line between paragraphs.

    \b
    muwazi split article.ar.txt
    muwazi split --json < article.txt
    muwazi split --language en reference.en.txt
    """
    if source != STDIN and source.is_dir():
        raise InputError(f"{source} is a folder; split takes one file")
    (article,) = find_articles([source], options["from"])
    document = article.document(encoding)
    lines = _split_json(document, language) if options["json"] else _split_lines(document, language)
    sys.stdout.buffer.writelines(line.encode() + b"\n" for line in lines)
    sys.stdout.buffer.flush()


def _split_lines(document: Document, language: str) -> Iterator[str]:
    paragraph = 0
    for sentence in sentences_of(document, language):
        if sentence.paragraph != paragraph:
            yield ""
            paragraph = sentence.paragraph
        yield " ".join(sentence.text.split())


def _split_json(document: Document, language: str) -> Iterator[str]:
    for s in sentences_of(document, language):
        record = {
            "paragraph": s.paragraph,
            "sentence": s.sentence,
            "kind": document.blocks[s.paragraph].kind,
            "start": s.start,
            "end": s.end,
            "text": s.text,
        }
        yield json.dumps(record, ensure_ascii=False)
