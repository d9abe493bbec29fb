"""`muwazi translate`."""

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from corpus.articles import find_articles
from corpus.notices import foretell, notice_cut, notice_foreign, notice_readers, report_problem
from corpus.options import DRY_RUN, reading_of, reading_options
from mt.console import Console
from mt.options import Setup, translation_options

if TYPE_CHECKING:
    from corpus.translate import Form

__all__ = ["translate"]


@click.command()
@click.argument("inputs", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="INPUT...")
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
@DRY_RUN
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
        foretell(ctx, setup, census, f"{len(found.articles):,}", found.problems)
    found = survey(articles, reading)
    for problem in found.problems:
        report_problem(problem)
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
            on_failure=report_problem,
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
