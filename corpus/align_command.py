"""The command that aligns the sentences of an article with those of its translation."""

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import click

from corpus.align import Bead, looks_unrelated
from corpus.articles import STDIN
from corpus.bead_output import bracketed, described, rows, view
from corpus.bead_pairs import pairs_of_beads
from corpus.corpus_options import FORCE
from corpus.formats import format_of, write
from corpus.options import reading_of, reading_options
from corpus.sides import Anchor, Side, align_sides, read_side, read_translation, refuse_languages
from mt.atomic import atomic
from mt.console import Console
from mt.errors import InputError
from mt.options import Setup, translation_options

__all__ = ["align"]


@click.command(context_settings={"default_map": {"beam": 1}})  # a reference is found with the quicker search as well
@click.argument("source", type=click.Path(path_type=Path))
@click.argument("reference", type=click.Path(path_type=Path))
@click.option(
    "--translation",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="SOURCE's sentences in English by any machine, one a line.  [default: the model translates them]",
)
@click.option("--lines", is_flag=True, help="Each line is a sentence, on both sides.")
@click.option(
    "--format",
    type=click.Choice(["beads", "tsv", "jsonl"]),
    help="beads are numbers of sentences from 0, [3] : [4, 5] : score; tsv has the texts, jsonl a corpus's records.  "
    "[default: by OUT's extension, which may be any corpus format's; on a terminal side by side; in a pipe tsv]",
)
@click.option("-o", "--output", type=click.Path(path_type=Path), metavar="OUT", help="A file.  [default: stdout]")
@FORCE
@click.option(
    "--min-alignment-score",
    type=click.FloatRange(0, 1),
    default=0.0,
    metavar="X",
    help="Leave out beads whose sides are less alike; additions and omissions stay.",
)
@click.option(
    "--max-bead",
    type=click.IntRange(min=1),
    default=8,
    show_default=True,
    metavar="N",
    help="Sentences a side at most.",
)
@click.option(
    "--anchor",
    type=click.Choice(["none", "paragraphs"]),
    default="none",
    show_default=True,
    help="paragraphs: both sides have the same ones, and no bead goes beyond one.",
)
@reading_options
@translation_options
@click.pass_obj
def align(
    console: Console,
    /,
    source: Path,
    reference: Path,
    translation: Path | None,
    lines: bool,
    output: Path | None,
    force: bool,
    min_alignment_score: float,
    max_bead: int,
    anchor: Anchor,
    **options: Any,
) -> None:
    """Align the sentences of an article with those of its translation.

    SOURCE is the Arabic article and REFERENCE its English translation, by a person and of any segmentation; either may
    be - for stdin. A bead holds the sentences that belong together, 1-1, 1-2, 2-1 and so on; 1-0 is an omission of the
    reference and 0-1 an addition. Beads are found by comparing the reference with a machine translation.

    \b
    muwazi align article.ar.txt article.en.txt
    muwazi align article.ar.docx article.en.docx -o article.jsonl
    muwazi align article.ar.txt article.en.txt --translation google.en.txt --format beads
    muwazi align sentences.ar sentences.en --lines --min-alignment-score 0.3 -o aligned.tsv
    """
    if source == reference == STDIN:
        raise click.UsageError("stdin can be one side alone; give the other as a file")
    if output == STDIN:
        output = None
    if output and output.exists() and not force:
        raise InputError(f"{output} exists; give --force to overwrite it, or another -o")
    form = _format_of(options["format"], output)
    reading = reading_of(options)
    article = read_side(source, "ar", reading, options["from"], lines=lines)
    theirs = read_side(reference, "en", reading, lines=lines)
    refuse_languages(article, theirs)
    if translation:
        told: dict[str, object] = {"translation": translation}
        translations = read_translation(translation, article, reading)
    else:
        setup = Setup.of(console, options, deterministic=True)
        translations = _translate(console, setup, article)
        told = {"model": setup, **setup.rows()}
    beads = align_sides(article, translations, theirs, anchor=anchor, largest=max_bead)
    share = looks_unrelated(beads)
    if share is not None:
        console.notice(f"{theirs.place} does not look like a translation of {article.place} ({share:.0%} aligned)")
    kept = [bead for bead in beads if bead.score is None or bead.score >= min_alignment_score]
    if len(kept) < len(beads):
        console.notice(
            f"{len(beads) - len(kept):,} bead(s) with a similarity below {min_alignment_score} were left out"
        )
    skipped = _write(form, output, article, theirs, kept)
    if skipped:
        console.notice(f"{skipped:,} omission(s) and addition(s) were left out: {form} needs both texts of a pair")
    if output or sys.stderr.isatty():
        told |= described(kept)
        console.summary({**told, "written": output} if output else told)


def _translate(console: Console, setup: Setup, side: Side) -> list[str]:
    """Translate the sentences of a side; one that cannot be translated is an empty text."""
    with console.progress("translating", len(side.sentences)) as advance:
        done = list(setup.translator(advance).translate(side.texts))
    failed = sum(bool(translation.failure) for translation in done)
    if failed:
        console.notice(f"{failed:,} sentence(s) could not be translated; where they stand, beads are less certain")
    return ["" if translation.failure else translation.text for translation in done]


def _format_of(form: str | None, output: Path | None) -> str:
    """Choose the format: the one that is given, or the one that the file's extension names.

    Raises `FormatError` for an extension that names none.
    """
    if form:
        return form
    if output is None:
        return "view" if sys.stdout.isatty() else "tsv"
    return "beads" if output.suffix.lower() == ".beads" else format_of(output)


def _write(form: str, output: Path | None, source: Side, reference: Side, beads: Sequence[Bead]) -> int:
    """Write beads in a format; gives the number of those that it cannot hold."""
    pairs = pairs_of_beads(
        source.document.name, source.document, source.sentences, reference.document, reference.sentences, beads
    )
    if form == "view":
        from rich.console import Console as RichConsole

        RichConsole().print(view(pairs))
    elif form == "beads":
        _write_lines(bracketed(beads, source.sentences, reference.sentences), output)
    elif form == "tsv":
        _write_lines(rows(pairs), output)
    else:
        return write(pairs, output or STDIN, form).skipped
    return 0


def _write_lines(lines: Iterable[str], output: Path | None) -> None:
    encoded = (line.encode() + b"\n" for line in lines)
    if output is None:
        sys.stdout.buffer.writelines(encoded)
        sys.stdout.buffer.flush()
        return
    with atomic(output) as handle:
        handle.writelines(encoded)
