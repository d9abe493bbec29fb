"""The command that filters a corpus."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache, partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import click

from corpus.corpus_options import INPUT, corpus_options, notice_skipped, refuse_existing
from corpus.filter_options import config_option, filter_options, pipeline_of, table
from corpus.formats import find, read, write
from corpus.formats.streams import STANDARD
from mt.console import Console

if TYPE_CHECKING:
    from corpus.duplicates import Finder

__all__ = ["filter_pairs"]


def _list(ctx: click.Context, _: click.Parameter, wanted: bool) -> None:
    if wanted:
        click.echo("\n".join(table()))
        ctx.exit()


@click.command()
@INPUT
@click.option(
    "--rejected", type=click.Path(path_type=Path), metavar="FILE", help="What is not, as JSON Lines with the reasons."
)
@filter_options
@config_option(("preset", "duplicates", "by", "threshold"))
@click.option(
    "--duplicates",
    type=click.Choice(["none", "exact", "near"]),
    default="none",
    show_default=True,
    help="Keep the best of several pairs that are the same, or nearly so.",
)
@click.option(
    "--by",
    type=click.Choice(["source", "pair"]),
    default="source",
    show_default=True,
    help="What is to be the same: the sources, or the targets too.",
)
@click.option(
    "--threshold",
    type=click.FloatRange(0, 1, min_open=True),
    default=0.8,
    show_default=True,
    help="For near duplicates: the share of their groups of five letters that two have in common.",
)
@click.option("--every-reason", is_flag=True, help="Record all filters that reject a pair, not the first alone.")
@corpus_options
@click.option(
    "--list",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_list,
    help="Show all filters, their bounds by default and in each preset, and what they measure.",
)
@click.pass_obj
def filter_pairs(
    console: Console,
    /,
    output: Path,
    rejected: Path | None,
    config: Sequence[str],
    every_reason: bool,
    to: str | None,
    force: bool,
    **options: Any,
) -> None:
    """Filter a corpus, and take out what it has twice.

    IN is a corpus file of any format or a corpus folder. Filters are applied in order: those of the preset, of the
    configuration, of --filter; a pair goes to --rejected with the first that rejects it, its value and the bound. Pairs
    without a source or target pass, unless the filter one-sided is given.

    \b
    muwazi filter corpus -o clean.tmx --preset light --duplicates exact
    muwazi filter in.tsv -o out.tsv --rejected rejected.jsonl --preset strict --filter numbers=off
    muwazi filter in.tmx -o out.jsonl --filter length-ratio=0.6:2 --filter max-words=80
    muwazi filter --list

    Of the same pairs, by letters without marks, punctuation and case, the best is kept: human before post-edited before
    machine, without faults before with some, the higher score.
    """
    from corpus.sift import DUPLICATE, rejections, sift

    path = find(options["input"])
    refuse_existing(output, to, force=force)
    if rejected is not None:
        refuse_existing(rejected, "jsonl", force=force)
    pipeline = pipeline_of(options, config, every=every_reason)
    duplicates = _duplicates(options)
    if not pipeline.filters and duplicates is None:
        console.notice("nothing to filter by; give --preset, --filter or --duplicates")
    counts: Counter[str] = Counter()
    notice = cache(console.notice)  # a corpus is read twice for duplicates, and what is said of it is said once
    with (
        _rereadable(path, options["from"], notice, twice=duplicates is not None) as (path, form),
        rejections(rejected, counts) as reject,
    ):
        again = partial(read, path, form, notice=notice)
        report = write(sift(again, pipeline, duplicates, reject), output, to)
    names = [f.name for f in pipeline.filters] + ([DUPLICATE] if duplicates is not None else [])
    console.summary(_rows(report.written + report.skipped, counts, names))
    notice_skipped(console, report, output, to)


def _duplicates(options: Mapping[str, Any]) -> "Finder | None":
    """Make what finds duplicates, if it is asked for."""
    match options["duplicates"]:
        case "exact":
            from corpus.duplicates import Duplicates

            return Duplicates(options["by"])
        case "near":
            from corpus.near_duplicates import NearDuplicates

            return NearDuplicates(options["by"], options["threshold"])
    return None


@contextmanager
def _rereadable(
    path: Path, form: str | None, notice: Callable[[str], None], *, twice: bool
) -> Iterator[tuple[Path, str | None]]:
    """Give a path and format that can be read twice: the standard input goes to a file first."""
    if path != STANDARD or not twice:
        yield path, form
        return
    with TemporaryDirectory(prefix="muwazi-") as folder:
        spool = Path(folder) / "spool.jsonl"
        write(read(path, form, notice=notice), spool)
        yield spool, "jsonl"


def _rows(kept: int, counts: Counter[str], names: Sequence[str]) -> dict[str, str]:
    """Make the table that ends a run: how many pairs are kept, and how many each filter took out."""
    total = max(1, kept + counts.total())
    numbers = {"kept": kept} | {name: counts[name] for name in names if counts[name]}
    width = max(len(f"{number:,}") for number in numbers.values())
    return {name: f"{number:>{width},}  {number / total:7.2%}" for name, number in numbers.items()}
