"""Commands on articles: translate, build."""

import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from corpus.articles import Article, find_articles
from corpus.options import reading_of, reading_options
from mt.console import Console
from mt.options import Setup, translation_options

if TYPE_CHECKING:
    from corpus.dry_run import Census
    from corpus.translate import Form

__all__ = ["build", "translate"]

_INPUTS = click.argument("inputs", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="INPUT...")
_DRY_RUN = click.option(
    "--dry-run", is_flag=True, help="Count sentences and tokens, estimate the time, and write nothing."
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
    type=click.Choice(["same", "text", "markdown", "html", "bilingual", "jsonl"]),
    default="same",
    show_default=True,
    help="same keeps format and layout; text is one sentence a line; markdown and html are plain pages; bilingual has "
    "both languages side by side (HTML, or Markdown where OUT ends in .md); jsonl the records with offsets and scores.",
)
@click.option("--force", is_flag=True, help="Overwrite.")
@click.option(
    "--alternatives",
    type=click.IntRange(min=2),
    metavar="N",
    help="The N best translations of each sentence, as far as the beam (at least N wide) holds as many.",
)
@click.option(
    "--scores", is_flag=True, help="In text, score and faults before each sentence, with tabs; jsonl has them anyway."
)
@_DRY_RUN
@click.option("--deterministic", is_flag=True, help="A sentence's translation does not depend on its company.")
@reading_options
@translation_options
@click.pass_context
def translate(
    ctx: click.Context,
    /,
    inputs: tuple[Path, ...],
    output: Path | None,
    to: "Form",
    force: bool,
    alternatives: int | None,
    scores: bool,
    dry_run: bool,
    deterministic: bool,
    **options: Any,
) -> None:
    """Translate articles into English, in the same format and layout.

    INPUT is a file, a folder (walked) or - for stdin: plain text, Markdown, HTML, DOCX, ODT, EPUB, SRT, WebVTT, JSON
    Lines or PDF.

    \b
    muwazi translate article.ar.txt
    muwazi translate report.docx -o report.en.docx
    muwazi translate report.docx -o report.html --to bilingual
    muwazi translate articles/ -o english/ --model Helsinki-NLP/opus-mt-ar-en
    cat article.txt | muwazi translate - --to jsonl
    muwazi translate article.ar.txt --to text --alternatives 3 --scores

    With --to text, alternatives follow their sentence on lines that begin with a tab; in JSON Lines they are the
    field `alternatives`, the usual translation first. A score is the mean log-probability of a token (base e).
    """
    from corpus.translate import place_outputs, survey, translate_articles

    console: Console = ctx.obj
    many = len(inputs) > 1 or inputs[0].is_dir()
    if many and output is None and not dry_run:
        raise click.UsageError("several articles need a folder to go to: give -o DIR")
    reading = reading_of(options)
    _refuse_misplaced(to, alternatives, options, scores=scores)
    articles = find_articles(inputs, options["from"], stream=not dry_run)
    places = dict(zip(articles, place_outputs(articles, output, to, many=many, force=force), strict=True))
    if dry_run:
        from corpus.dry_run import Census

        setup = Setup.of(console, options, deterministic=deterministic)
        census = Census(setup.translator(remember=False))
        found = survey(articles, reading, census.add)
        _foretell(ctx, setup, census, f"{len(found.articles):,}", found.problems)
    found = survey(articles, reading)
    for problem in found.problems:
        _report(problem)
    setup = Setup.of(console, options, deterministic=deterministic)
    console.detail(f"the model's folder is {setup.model.path}")
    notice_readers(console, articles)
    started = time.monotonic()
    sentences = tokens = cut = faulty = foreign = failed = 0
    with console.progress("translating", found.sentences) as advance:
        translator = setup.translator(advance, alternatives=alternatives or 0)
        work = translate_articles(
            found.articles,
            [places[a] for a in found.articles],
            to,
            reading,
            setup.model.id,
            translator,
            scores=scores,
            on_failure=_report,
        )
        for translations in work:
            sentences += len(translations)
            tokens += sum(translation.tokens for translation in translations)
            cut += sum(translation.parts > 1 for translation in translations)
            faulty += sum(bool(translation.faults) for translation in translations)
            foreign += sum(translation.copied for translation in translations)
            failed += sum(bool(translation.failure) for translation in translations)
    rate = tokens / max(time.monotonic() - started, 1e-9)
    if not sentences:
        console.notice("nothing to translate: no text in the input")
    notice_foreign(console, foreign)
    notice_cut(console, cut)
    if output or sys.stderr.isatty():
        rows = {
            "model": setup,
            "translated": f"{len(found.articles):,} document(s), {sentences:,} sentences, {rate:,.0f} tokens/s",
            "faults": f"in {faulty:,} sentence(s); --to jsonl names them" if faulty else "none found",
        }
        rows |= setup.rows()
        console.summary({**rows, "written": output} if output else rows)
    if found.problems or failed:
        ctx.exit(1)


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
@click.option(
    "--own-memory",
    is_flag=True,
    help="Take translations that you imported (muwazi memory) before the model's; they count as human.",
)
@_DRY_RUN
@reading_options
@translation_options
@click.pass_context
def build(
    ctx: click.Context,
    /,
    inputs: tuple[Path, ...],
    output: Path,
    reference: Path | None,
    preview: int,
    own_memory: bool,
    dry_run: bool,
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
    from corpus.build import make_plan, survey
    from corpus.reference import find_references

    console: Console = ctx.obj
    articles = find_articles(inputs, options["from"])
    references = find_references(articles, reference)
    if dry_run:
        from corpus.dry_run import Census

        setup = Setup.of(console, options, deterministic=True, own=own_memory)
        census = Census(setup.translator(remember=False))
        found = survey(articles, references, reading_of(options), setup, output, census.add)
        documents = f"{found.documents:,}, {found.finished:,} of them in {output} already"
        _foretell(ctx, setup, census, documents, found.problems)
    plan = make_plan(articles, references, reading_of(options))
    notice_readers(console, articles)
    setup = Setup.of(console, options, deterministic=True, own=own_memory)
    console.detail(f"the model's folder is {setup.model.path}")
    for entry in plan.entries:
        beside = f", reference {entry.reference}" if entry.reference else ""
        console.detail(f"{entry.article.name}: {entry.sentences:,} sentences{beside}")
    for problem in plan.problems:
        _report(problem)
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
            _report,
        )
    seconds = time.monotonic() - started
    notice_foreign(console, result.copied)
    notice_cut(console, result.cut)
    if result.replaced:
        console.notice(f"{result.replaced} character(s) that TMX or TSV cannot hold became spaces there")
    if preview:
        _preview(output, preview)
    console.summary(_build_rows(len(articles), seconds, setup, result, output))
    if plan.problems or result.faults["failed"]:
        ctx.exit(1)


def _refuse_misplaced(to: "Form", alternatives: int | None, options: dict[str, Any], *, scores: bool) -> None:
    """Refuse what the form has no place for, and more alternatives than the search can find."""
    for name, given in (("--alternatives", alternatives), ("--scores", scores)):
        if given and to not in ("text", "jsonl"):
            raise click.UsageError(f"{name} has no place in --to {to}; give --to text or --to jsonl")
    if alternatives and options["fast"]:
        raise click.UsageError("--fast looks for one translation only; leave it out to have --alternatives")
    if alternatives and alternatives > options["beam"]:
        raise click.UsageError(
            f"a beam of {options['beam']} holds no {alternatives} alternatives; give --beam {alternatives}"
        )


def _foretell(ctx: click.Context, setup: Setup, census: "Census", documents: str, problems: Sequence[str]) -> NoReturn:
    """Say what there is to do and how long it would take, and end the command."""
    from corpus.dry_run import duration

    for problem in problems:
        _report(problem)
    rate, tried = census.rate()
    special = (
        (census.identical, "identical to others"),
        (census.foreign, "without Arabic letters"),
        (census.long, "over-long"),
    )
    rows = {
        "model": setup,
        "documents": documents,
        "sentences": ", ".join([f"{census.sentences:,}", *(f"{n:,} of them {kind}" for n, kind in special if n)]),
        "tokens": f"{census.work:,} source tokens to translate",
        "time": f"about {duration(census.work / rate)} at {rate:,.0f} source tokens/s, measured on {tried:,} sentences"
        if tried
        else "none: nothing to translate",
    }
    for name, value in rows.items():
        click.echo(f"{name:<9}  {value}")
    ctx.exit(1 if problems else 0)


def _report(problem: str) -> None:
    """Print what went wrong while the rest goes on; it makes the exit code 1."""
    click.echo(f"error: {' '.join(problem.split())}", err=True)


def notice_readers(console: Console, articles: Sequence[Article]) -> None:
    """Say what the readers of these articles cannot know."""
    for notice in {article.reader.notice for article in articles if article.reader.notice}:
        console.notice(notice)


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
            if result.machine or result.human
            else "nothing: no text in the input"
        ),
        "faults": ", ".join(f"{name} {n}" for name, n in sorted(result.faults.items())) or "none found",
    }
    rows |= setup.rows()
    if result.scores:
        metrics = result.scores["systems"][0]["metrics"]
        rows["scores"] = ", ".join(f"{name} {metric['score']:.1f}" for name, metric in metrics.items())
    rows["files"] = f"{output}/  " + "  ".join(sorted(p.name for p in output.iterdir() if not p.name.startswith(".")))
    return rows
