"""The command as tests run it: in this process, or as a program of its own."""

import sys
from pathlib import Path

from click.testing import CliRunner, Result

from mt.cli import cli

__all__ = ["PROGRAM", "muwazi"]

PROGRAM = [sys.executable, "-c", "import sys; sys.argv[0] = 'muwazi'; from mt.cli import main; main()"]
"""What begins the command line of the program, to be run in the repository's folder."""


def muwazi(*args: str | Path, stdin: str | bytes | None = None) -> Result:
    """Run the command, and give exit code and output."""
    return CliRunner().invoke(cli, [str(arg) for arg in args], input=stdin, prog_name="muwazi")
