"""The command as tests run it: in this process, or as a program of its own."""

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from click.testing import CliRunner, Result

from mt.cli import cli

__all__ = ["PROGRAM", "muwazi", "run"]

PROGRAM = [sys.executable, "-c", "import sys; sys.argv[0] = 'muwazi'; from mt.cli import main; main()"]
"""What begins the command line of the program, to be run in the repository's folder."""


def muwazi(*args: str | Path, stdin: str | bytes | None = None) -> Result:
    """Run the command, and give exit code and output."""
    return CliRunner().invoke(cli, [str(arg) for arg in args], input=stdin, prog_name="muwazi")


def run(environ: Mapping[str, str], *args: str | Path) -> subprocess.CompletedProcess[str]:
    """Run the program in an environment, and give exit code and output."""
    line = [*PROGRAM, *map(str, args)]
    root = Path(__file__).parent.parent
    return subprocess.run(line, cwd=root, env=environ, capture_output=True, text=True, check=False, timeout=300)
