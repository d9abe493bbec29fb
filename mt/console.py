"""What a person sees besides the data: notices, progress and the closing summary, all on stderr."""

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import click

__all__ = ["Console"]


@dataclass(frozen=True, slots=True)
class Console:
    """How much to say: `quiet` leaves errors alone, `verbose` adds what would otherwise be too much."""

    quiet: bool = False
    verbose: bool = False

    def notice(self, text: str) -> None:
        """Say something that the user should know."""
        if not self.quiet:
            click.echo(f"note: {text}", err=True)

    def detail(self, text: str) -> None:
        """Say something that only a curious user wants to know."""
        if self.verbose and not self.quiet:
            click.echo(f"note: {text}", err=True)

    def summary(self, rows: Mapping[str, object]) -> None:
        """Close a run with a small table: what was made, how fast, where it is."""
        if not self.quiet:
            width = max(map(len, rows), default=0)
            for name, value in rows.items():
                click.echo(f"{name:<{width}}  {value}", err=True)

    @contextmanager
    def progress(self, what: str, total: int | None = None) -> Iterator[Callable[[int], None]]:
        """Show progress with rate and time left on a terminal, nothing in a pipe; gives what advances it."""
        if self.quiet or not sys.stderr.isatty():
            yield lambda _: None
            return
        from rich.console import Console as RichConsole
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, Task, TimeRemainingColumn
        from rich.text import Text

        class Rate(ProgressColumn):
            """Units a second."""

            def render(self, task: Task) -> Text:
                return Text(f"{task.speed:,.1f}/s" if task.speed else "")

        columns = ("{task.description}", BarColumn(), MofNCompleteColumn(), Rate(), TimeRemainingColumn())
        with Progress(*columns, console=RichConsole(stderr=True), transient=True) as bar:
            task = bar.add_task(what, total=total)
            yield lambda n: bar.advance(task, n)
