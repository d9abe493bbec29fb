"""The options of `muwazi build` for many machines, and how its command line is handed on to their tasks."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import click
from click.core import ParameterSource

from corpus.articles import STDIN, find_articles
from corpus.places import Place, Url, absolute
from corpus.shard import Shard
from mt.options import Setup

__all__ = ["command_line", "executor_options", "hand_over"]

_EXECUTORS = ("local", "slurm", "ray")
_NOT_HANDED_ON = frozenset({"executor", "executor_option", "shards", "output", "workers", "threads"})
_Command = TypeVar("_Command", bound=Callable[..., Any])


def executor_options(command: _Command) -> _Command:
    """Add `--executor`, `--shards` and `--executor-option` to a command."""
    for option in (
        click.option(
            "--executor-option",
            multiple=True,
            metavar="NAME=VALUE",
            help="What datatrove's executor is told besides, e.g. time=02:00:00 and partition=cpu; may be repeated.",
        ),
        click.option("--shards", type=click.IntRange(min=1), metavar="N", help="How many tasks an executor runs."),
        click.option(
            "--executor",
            type=click.Choice(_EXECUTORS),
            help="Let datatrove run the shards as tasks, here or on a cluster, and then make one corpus of them.",
        ),
    ):
        command = option(command)
    return command


def hand_over(ctx: click.Context) -> None:
    """Let an executor carry the build out, where one is asked for, and end the command.

    Raises `click.UsageError` for options that do not go together, `InputError` as `corpus.executors.distribute`.
    """
    given = ctx.params
    executor, shards, output = given["executor"], given["shards"], absolute(given["output"])
    if not executor:
        if shards or given["executor_option"]:
            raise click.UsageError("--shards and --executor-option are for --executor; give --executor local|slurm|ray")
        return
    if not shards:
        raise click.UsageError(
            f"--executor {executor} runs shards; give --shards N, some times as many as run together"
        )
    for name, value in (("shard", given["shard"]), ("preview", given["preview"]), ("dry-run", given["dry_run"])):
        if value:
            raise click.UsageError(f"--{name} does not go with --executor; leave one of the two out")
    if STDIN in given["inputs"]:
        raise click.UsageError("the tasks of an executor cannot all read stdin; give files, folders or URLs")
    from corpus.executors import Job, distribute

    line = command_line(ctx, _NOT_HANDED_ON)
    job = Job(line, output, shards, given["workers"], given["threads"])
    _look(given["inputs"], given["reference"], given["from"], job.parts)
    # What cannot be had is said here, not by every task; a model is downloaded once.
    Setup.of(ctx.obj, given, deterministic=True, own=given["own_memory"])
    ctx.exit(distribute(job, executor, given["executor_option"], ctx.obj, lambda: _merge(ctx, job.merge)))


def _look(inputs: Sequence[Place], reference: Place | None, reader: str | None, parts: Place) -> None:
    """Raise `InputError` for inputs that are not there, and for a place of shards that is inside them."""
    if local := [place for place in inputs if isinstance(place, Path)]:
        find_articles(local, reader)
        if isinstance(parts, Path):
            Shard(1, 1).place(parts, local)
    for place in (*inputs, reference):
        if isinstance(place, Url):
            from corpus.stores import look

            look(place)


def _merge(ctx: click.Context, arguments: Sequence[str]) -> None:
    """Run `muwazi merge`."""
    group = ctx.find_root().command
    assert isinstance(group, click.Group), "the command is one of a group"
    command = group.get_command(ctx, arguments[0])
    assert command, "it is one of the group"
    with command.make_context(arguments[0], list(arguments[1:]), parent=ctx.parent) as inner:
        command.invoke(inner)


def command_line(ctx: click.Context, without: frozenset[str]) -> list[str]:
    """Give the arguments and options that a command was given, its environment's too, to be given to another process.

    Parameters of the names in `without` are left out; paths become absolute.
    """
    options: list[str] = []
    arguments: list[str] = []
    for parameter in ctx.command.params:
        name = parameter.name or ""
        if name in without or ctx.get_parameter_source(name) in (ParameterSource.DEFAULT, None):
            continue
        given = ctx.params[name]
        for value in given if parameter.multiple or parameter.nargs != 1 else (given,):
            text = str(absolute(value)) if isinstance(value, Path) else str(value)
            if isinstance(parameter, click.Argument):
                arguments.append(text)
            elif isinstance(parameter, click.Option) and parameter.is_flag:
                options += (parameter.opts if value else parameter.secondary_opts)[:1]
            else:
                options.append(f"{max(parameter.opts, key=len)}={text}")
    return [*options, "--", *arguments]
