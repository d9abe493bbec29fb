"""The command `muwazi`: a group whose commands are loaded when they are used."""

import errno
import os
import signal
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Any, NoReturn

import click

from mt.console import Console
from mt.errors import MuwaziError

__all__ = ["cli", "main"]

COMMANDS = {
    "translate": ("corpus.commands:translate", "Translate articles into English, in the same format and layout."),
    "build": (
        "corpus.build_command:build",
        "Build a parallel corpus of articles, and of their references where they have some.",
    ),
    "split": ("corpus.split_command:split", "Split a text: one sentence a line, an empty line between paragraphs."),
    "align": ("corpus.align_command:align", "Align the sentences of an article with those of its translation."),
    "convert": ("corpus.convert_command:convert", "Convert a corpus from one format into another."),
    "filter": ("corpus.filter_command:filter_pairs", "Filter a corpus, and take out what it has twice."),
    "validate": ("corpus.validate_command:validate", "Check corpora, naming file, line, unit and rule of each error."),
    "stats": ("corpus.stats_command:stats", "Describe a corpus: counts, lengths, origins, faults."),
    "merge": ("corpus.merge_command:merge", "Merge corpora into one, whatever their order."),
    "sort": ("corpus.arrange_command:sort", "Sort a corpus."),
    "sample": ("corpus.arrange_command:sample", "Draw pairs of a corpus at random."),
    "partition": ("corpus.arrange_command:partition", "Part a corpus into train, dev and test sets by document."),
    "page": ("corpus.page_command:page", "Make one bilingual page of a corpus, to read and search."),
    "evaluate": ("eval.commands:evaluate", "Score translations against references."),
    "train": ("mt.train_command:train", "Train a MarianMT on parallel corpora, or fine-tune one."),
    "memory": (
        "mt.memory_command:memory",
        "Look after remembered translations, and bring your own.",
    ),
    "model": ("mt.commands:model", "List, describe, download and convert models."),
}
"""Where each command is, and its line in the help, which is thus printed without importing any."""
SERVICES = {
    "scores": "eval.report:scores_document",
    "read": "corpus.formats:read",
    "write": "corpus.formats:write",
    "pair": "corpus.pair:Pair",
    "score": "eval.metrics:score",
}
"""What a command of one package may ask of another: `corpus` and `eval` don't know each other, nor `mt` them."""


class Muwazi(click.Group):
    """A group that imports a command when it is asked for, and turns a `MuwaziError` into one line and an exit code."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Give the commands in the order in which people meet them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = load(COMMANDS[cmd_name][0])
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands by the lines of the table."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in COMMANDS.items()])

    def main(self, args: Sequence[str] | None = None, *rest: Any, **options: Any) -> NoReturn:
        """Run and exit: 0 done, 1 input, model or gate failed, 2 wrong usage, 130 interrupted.

        An unforeseen exception keeps its traceback.
        """
        try:
            code = super().main(args, *rest, **{**options, "standalone_mode": False})
        except MuwaziError as error:
            click.echo(f"error: {' '.join(str(error).split())}", err=True)
            sys.exit(error.exit_code)
        except click.ClickException as error:
            error.show()
            sys.exit(error.exit_code)
        except (click.Abort, KeyboardInterrupt):
            _interrupted()
        except ImportError as error:
            # An interrupt while a compiled module is being imported comes out as its failure to import.
            if not isinstance(error.__cause__, KeyboardInterrupt):
                raise
            _interrupted()
        except BrokenPipeError:  # the reader of our output has seen enough
            sys.stderr.close()
            sys.exit(1)
        except OSError as error:
            if error.errno not in (errno.ENOSPC, errno.EDQUOT):
                raise
            click.echo(f"error: the output cannot be written ({error.strerror}); make room on its disk", err=True)
            os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # what is left of it would fail once more at the exit
            sys.exit(1)
        sys.exit(code if isinstance(code, int) else 0)


def _interrupted() -> NoReturn:
    click.echo("interrupted", err=True)
    sys.exit(130)


def load(target: str) -> Any:
    """Import `module:name`."""
    module, _, name = target.partition(":")
    return getattr(import_module(module), name)


def service(name: str) -> Any:
    """Load a function of `SERVICES`."""
    return load(SERVICES[name])


def _version(ctx: click.Context, _: click.Parameter, wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        click.echo(f"muwazi {version('muwazi')}")
        ctx.exit()


@click.group(
    cls=Muwazi,
    context_settings={"help_option_names": ["-h", "--help"], "auto_envvar_prefix": "MUWAZI", "max_content_width": 100},
    epilog="Every option can also be set as MUWAZI_COMMAND_OPTION, e.g. MUWAZI_BUILD_MODEL=compact.",
)
@click.option("--version", is_flag=True, is_eager=True, expose_value=False, callback=_version, help="Show the version.")
@click.option("-q", "--quiet", is_flag=True, help="Errors only.")
@click.option("-v", "--verbose", is_flag=True, help="Also say which files and model are used.")
@click.pass_context
def cli(ctx: click.Context, quiet: bool, verbose: bool) -> None:
    """Translate Arabic articles into English, build parallel corpora of them, measure the translations.

    \b
    muwazi translate article.ar.txt            English on stdout
    muwazi build seeds -o corpus               TMX, TSV and JSON Lines of a folder of articles
    muwazi evaluate --reference r.en --hypothesis h.en
    """
    ctx.obj = Console(quiet, verbose)
    ctx.meta["service"] = service


def main() -> None:
    """Run the command; a termination signal unwinds it, so that no half file is left."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    cli.main(prog_name="muwazi")
