"""The options of commands that read a corpus and make something of it, and what is said of the file that is made."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from corpus.formats import FORMATS, READABLE, Report, files, format_of
from corpus.formats.streams import STANDARD
from mt.console import Console
from mt.errors import InputError

__all__ = ["FORCE", "FROM", "INPUT", "TO", "corpus_options", "notice_skipped", "refuse_existing"]

INPUT = click.argument("input", type=click.Path(path_type=Path), metavar="IN")
FROM = click.option(
    "--from", "from", type=click.Choice(READABLE), help="The corpus's format.  [default: by its extension]"
)
TO = click.option("--to", type=click.Choice(list(FORMATS)), help="OUT's format.  [default: by its extension]")
FORCE = click.option("--force", is_flag=True, help="Overwrite.")
_Command = TypeVar("_Command", bound=Callable[..., Any])


def corpus_options(command: _Command) -> _Command:
    """Add `-o`, `--from`, `--to` and `--force` to a command."""
    for option in (
        FORCE,
        TO,
        FROM,
        click.option(
            "-o",
            "--output",
            required=True,
            type=click.Path(path_type=Path),
            metavar="OUT",
            help="A file, or - for stdout.",
        ),
    ):
        command = option(command)
    return command


def refuse_existing(path: Path, form: str | None, *, force: bool) -> None:
    """Raise `InputError` for a corpus that would overwrite a file, and `FormatError` for one of no known format."""
    if path == STANDARD:
        return
    for file in files(path, form):
        if file.exists() and not force:
            raise InputError(f"{file} exists; give --force to overwrite it, or another name")


def notice_skipped(console: Console, report: Report, output: Path, form: str | None) -> None:
    """Tell how many pairs the format of the output could not hold, if there were any."""
    if report.skipped:
        name = form or format_of(output)
        console.notice(f"{report.skipped:,} pair(s) without a source or target are left out: {name} cannot hold them")
