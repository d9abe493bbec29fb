"""The options of every command that reads articles, and what is made of them.

Options keep their own names as parameters, since those also name their environment variables; the ones that are words
of Python (from, format, json) are taken out of **options.
"""

from collections.abc import Callable
from typing import Any, TypeVar

import click

from corpus.readers import READERS, Reading

__all__ = ["DRY_RUN", "reading_of", "reading_options"]

DRY_RUN = click.option(
    "--dry-run", is_flag=True, help="Count sentences and tokens, estimate the time, and write nothing."
)
_Command = TypeVar("_Command", bound=Callable[..., Any])


def reading_options(command: _Command) -> _Command:
    """Add `--from`, `--encoding`, `--field`, `--extract` and `--quotes` to a command."""
    for option in (
        click.option(
            "--quotes",
            type=click.Choice(["split", "keep"]),
            default="split",
            show_default=True,
            help="A quotation of several sentences: split it inside, or keep it whole.",
        ),
        click.option("--extract", is_flag=True, help="Of a web page, the article alone: no menus, no comments."),
        click.option(
            "--field",
            multiple=True,
            default=("text",),
            show_default=True,
            metavar="NAME",
            help="Of JSON Lines, what holds text; may be repeated, dots go into objects.",
        ),
        click.option(
            "--encoding",
            metavar="NAME",
            help="Of the articles, e.g. windows-1256.  [default: utf-8, or what the file declares]",
        ),
        click.option(
            "--from",
            "from",
            type=click.Choice(list(READERS)),
            help="The articles' format.  [default: by extension and content]",
        ),
    ):
        command = option(command)
    return command


def reading_of(options: dict[str, Any]) -> Reading:
    """Take the options of `reading_options` out of a command's."""
    return Reading(options["encoding"], tuple(options["field"]), options["extract"], options["quotes"])
