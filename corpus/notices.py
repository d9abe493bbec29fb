"""What the commands on articles say of their work: problems, notices, the forecast of a dry run."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, NoReturn

import click

from corpus.articles import Article
from mt.console import Console
from mt.options import Setup

if TYPE_CHECKING:
    from corpus.dry_run import Census

__all__ = ["foretell", "notice_cut", "notice_foreign", "notice_readers", "report_problem"]


def foretell(ctx: click.Context, setup: Setup, census: "Census", documents: str, problems: Sequence[str]) -> NoReturn:
    """Say what there is to do and how long it would take, and end the command."""
    from corpus.dry_run import duration

    for problem in problems:
        report_problem(problem)
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
        "time": f"about {duration(census.work / rate)} at {rate:,.0f} source tokens/s, tried on {tried:,} sentence(s)"
        if tried
        else "none: nothing to translate",
    }
    for name, value in rows.items():
        click.echo(f"{name:<9}  {value}")
    ctx.exit(1 if problems else 0)


def report_problem(problem: str) -> None:
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
