"""The options of commands that filter, and the pipeline that is made of them."""

import tomllib
from collections.abc import Callable, Collection, Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar

import click

from corpus.filter import PRESETS, Filter, Pipeline
from corpus.measures import MEASURES
from mt.errors import InputError

__all__ = ["config_option", "filter_options", "pipeline_of", "table"]

_Command = TypeVar("_Command", bound=Callable[..., Any])


def _checked(_ctx: click.Context, _param: click.Parameter, specs: tuple[str, ...]) -> tuple[str, ...]:
    """Refuse what is no `NAME`, `NAME=BOUNDS` or `NAME=off`."""
    try:
        Pipeline.of(specs=specs)
    except ValueError as error:
        raise click.BadParameter(str(error)) from error
    return specs


def filter_options(command: _Command) -> _Command:
    """Add `--preset` and `--filter` to a command."""
    for option in (
        click.option(
            "--filter",
            "filter",
            multiple=True,
            callback=_checked,
            metavar="NAME[=BOUNDS]",
            help="A filter, after those of the preset; may be repeated. NAME=off takes one out of the preset.",
        ),
        click.option(
            "--preset",
            type=click.Choice(list(PRESETS)),
            default="none",
            show_default=True,
            help="light takes out what is no translation at all, strict what may well be a bad one.",
        ),
    ):
        command = option(command)
    return command


def pipeline_of(options: dict[str, Any], specs: Sequence[str] = (), *, every: bool = False) -> Pipeline:
    """Make the pipeline of a command's `--preset` and `--filter`, with `specs` between the two."""
    return Pipeline.of(options["preset"], (*specs, *options["filter"]), every=every)


def config_option(names: Collection[str]) -> Callable[[_Command], _Command]:
    """Make the option `--config`, a TOML file of settings for the options of these names and a table of filters.

    What is typed goes before what the file says; its filters become the option's value, a list of specs.
    """

    def settings(ctx: click.Context, _: click.Parameter, path: Path | None) -> Sequence[str]:
        if path is None:
            return ()
        document = _read(path)
        filters = document.pop("filters", {})
        if not isinstance(filters, dict):
            raise click.UsageError(f"{path}: filters is no table; write [filters], and below it length-ratio = '0.5:2'")
        unknown = document.keys() - set(names)
        if unknown:
            raise click.UsageError(f"{path}: unknown setting {min(unknown)!r}; say {', '.join(names)} or [filters]")
        ctx.default_map = {**(ctx.default_map or {}), **document}
        return list(_specs(path, filters))

    return click.option(
        "--config",
        type=click.Path(path_type=Path),
        is_eager=True,
        callback=settings,
        metavar="FILE",
        help=f"TOML: {', '.join(names)}, and a table [filters] of NAME = 'BOUNDS', between preset and --filter.",
    )


def _read(path: Path) -> dict[str, Any]:
    """Read a TOML file; raises `InputError` where it cannot be read and `click.UsageError` where it is no TOML."""
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}); check the path") from error
    except ValueError as error:  # TOML or UTF-8
        raise click.UsageError(f"{path}: no TOML ({error}); mend the file") from error


def _specs(path: Path, filters: dict[str, Any]) -> Iterator[str]:
    """Write a table of filters as specs."""
    for name, bounds in filters.items():
        match bounds:
            case True:
                spec = name
            case False:
                spec = f"{name}=off"
            case str() | int() | float():
                spec = f"{name}={bounds}"
            case [*names] if all(isinstance(fault, str) for fault in names):
                spec = f"{name}={','.join(names)}"
            case _:
                raise click.UsageError(f"{path}: {name} = {bounds!r} are no bounds; give a number, text, true or false")
        try:
            Pipeline.of(specs=[spec])
        except ValueError as error:
            raise click.UsageError(f"{path}: {error}") from error
        yield spec


def table() -> Iterator[str]:
    """Give the lines of a table of all filters: bounds by default and in each preset, and what is measured."""
    presets = {name: Pipeline.of(name) for name in PRESETS if name != "none"}
    rows = [("filter", "default", *presets, "measures")]
    for name, measure in MEASURES.items():
        bounds = [_bounds(Filter.parse(name))]
        for pipeline in presets.values():
            bounds += [next((_bounds(f) for f in pipeline.filters if f.name == name), "")]
        rows.append((name, *bounds, measure.about))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        yield "  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)).rstrip()


def _bounds(chosen: Filter) -> str:
    """Write the bounds of a filter as they are typed."""
    _, _, typed = chosen.spec.partition("=")
    measure = MEASURES[chosen.name]
    low = "" if measure.low is None else f"{chosen.low:g}"
    high = "" if measure.high is None else f"{chosen.high:g}"
    return typed if "," in typed else f"{low}:{high}" if low and high else low or high
