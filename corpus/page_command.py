"""The command that makes a page of a corpus."""

from pathlib import Path
from typing import Any

import click

from corpus.corpus_options import FORCE, FROM
from corpus.formats import files, find, read
from corpus.formats.streams import STANDARD, plain
from mt.console import Console
from mt.errors import InputError

__all__ = ["page"]


@click.command()
@click.argument("corpus", type=click.Path(path_type=Path))
@click.option(
    "-o", "--output", required=True, type=click.Path(path_type=Path), metavar="FILE.html", help="The page to write."
)
@click.option("--title", metavar="TEXT", help="The page's title.  [default: the corpus's name]")
@FROM
@FORCE
@click.pass_obj
def page(console: Console, /, corpus: Path, output: Path, title: str | None, force: bool, **options: Any) -> None:
    """Make one bilingual page of a corpus, to read and search.

    CORPUS is a file in any corpus format, a corpus folder, or - for stdin. The page is one HTML file that needs no
    network: Arabic beside English, the translations of a sentence under one another, with their origins, scores and
    faults; it has search, filters and keys (press ?), a link to each pair, and prints well.

    \b
    muwazi page corpus/ -o corpus.html
    muwazi page memory.tmx -o memory.html --title "Our translation memory"
    muwazi page corpus.jsonl.zst -o corpus.html --force
    """
    from corpus.page import MANY, write_page

    if output.exists() and not force:
        raise InputError(f"{output} exists; give --force to overwrite it, or another -o")
    source = find(corpus)
    if output.exists() and source != STANDARD and any(output.samefile(file) for file in files(source, options["from"])):
        raise InputError(f"{output} is the corpus itself; give another -o")
    pairs = read(source, options["from"], notice=console.notice)
    count = write_page(pairs, output, title=title or _name(corpus))
    if count > MANY:
        console.notice(f"browsers are slow with {count:,} pairs on a page; take fewer (muwazi sample, muwazi filter)")
    console.summary({"pairs": f"{count:,}", "written": output})


def _name(corpus: Path) -> str:
    """Name a corpus after its folder or file."""
    if corpus == STANDARD:
        return "Parallel corpus"
    return corpus.resolve().name if corpus.is_dir() else plain(corpus).stem
