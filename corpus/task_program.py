"""The program that a task of an executor starts for a shard: `muwazi`, told apart by how it ends.

It ends with 0 where its work is done, even if something was told on the way that makes `muwazi` end with 1; and it ends
when the process that started it does, in whatever way: that holds its standard input open.
"""

import os
import signal
import sys
from threading import Thread

import click

from mt.cli import cli
from mt.errors import MuwaziError

__all__ = ["PROGRAM", "main"]

PROGRAM = (sys.executable, "-P", "-m", "corpus.task_program")  # -P: nothing is imported from the working directory


def main(arguments: list[str]) -> int:
    """Run the command; gives the exit code."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    Thread(target=_end_with_parent, daemon=True).start()
    try:
        click.Group.main(cli, arguments, prog_name="muwazi", standalone_mode=False)
    except MuwaziError as error:
        click.echo(f"error: {' '.join(str(error).split())}", err=True)
        return error.exit_code
    except click.ClickException as error:
        click.echo(f"error: {error.format_message()}", err=True)
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        return 130
    return 0


def _end_with_parent() -> None:
    """Wait until nobody holds the standard input open, and end the program."""
    while os.read(0, 1024):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
