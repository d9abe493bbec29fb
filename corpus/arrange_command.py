"""Commands that put corpora in order and apart: sort, sample, partition."""

from collections import Counter
from collections.abc import Iterator
from functools import cache, partial
from pathlib import Path
from typing import Any

import click

from corpus.corpus_options import FORCE, FROM, INPUT, corpus_options, notice_skipped, refuse_existing
from corpus.formats import FORMATS, Report, find, read, write
from corpus.formats.streams import STANDARD
from corpus.order import ORDERS
from corpus.pair import Pair
from mt.console import Console
from mt.errors import InputError

__all__ = ["partition", "sample", "sort"]

_SEED = click.option("--seed", type=int, default=0, show_default=True, help="Another seed, another draw.")


@click.command()
@INPUT
@click.option(
    "--by",
    type=click.Choice(["document", *ORDERS, "random"]),
    default="document",
    show_default=True,
    help="document sorts by name and position; pairs that have no such score come last.",
)
@click.option("--reverse", is_flag=True, help="The largest first.")
@_SEED
@corpus_options
@click.pass_obj
def sort(
    console: Console,
    /,
    output: Path,
    by: str,
    reverse: bool,
    seed: int,
    to: str | None,
    force: bool,
    **options: Any,
) -> None:
    """Sort a corpus.

    Pairs that are equal stay in their order. Any number of pairs can be sorted: what does not fit into memory goes to
    temporary files.

    \b
    muwazi sort corpus --by score -o worst-first.tsv
    muwazi sort corpus.tmx --by random --seed 7 -o shuffled.tmx
    """
    from corpus import order

    refuse_existing(output, to, force=force)
    pairs = order.sort(_read(console, find(options["input"]), options), by, reverse=reverse, seed=seed)
    _close(console, write(pairs, output, to), output, to)


@click.command()
@INPUT
@click.option("-n", "--number", type=click.IntRange(min=1), metavar="N", help="So many pairs or documents.")
@click.option("--share", type=click.FloatRange(0, 1), metavar="P", help="Each pair or document with this probability.")
@click.option("--by-document", is_flag=True, help="Draw documents, and take all their pairs.")
@_SEED
@corpus_options
@click.pass_obj
def sample(
    console: Console,
    /,
    output: Path,
    number: int | None,
    share: float | None,
    by_document: bool,
    seed: int,
    to: str | None,
    force: bool,
    **options: Any,
) -> None:
    """Draw pairs of a corpus at random.

    They stay in order. The same seed draws the same pairs wherever they stand, and a larger sample contains a smaller
    one. One pass; -n keeps the sample in memory.

    \b
    muwazi sample corpus -n 100 -o look.tsv
    muwazi sample corpus.jsonl.gz --share 0.01 --by-document -o small.jsonl
    """
    from corpus.sample import sample_number, sample_share

    if (number is None) == (share is None):
        raise click.UsageError("say how many: give either -n N or --share P")
    refuse_existing(output, to, force=force)
    pairs = _read(console, find(options["input"]), options)
    if share is not None:
        drawn = sample_share(pairs, share, by_document=by_document, seed=seed)
    else:
        drawn = sample_number(pairs, number or 0, by_document=by_document, seed=seed)
    _close(console, write(drawn, output, to), output, to)


def _size(_ctx: click.Context, param: click.Parameter, value: float) -> float:
    """Refuse what is neither a share nor a whole number."""
    if value < 0 or (value >= 1 and not float(value).is_integer()):
        raise click.BadParameter(f"{value:g} is neither a share below 1 nor a number of pairs", param=param)
    return value


@click.command()
@INPUT
@click.option(
    "-o", "--output", required=True, type=click.Path(path_type=Path), metavar="DIR", help="Gets train, dev and test."
)
@click.option("--test", type=float, default=0.1, show_default=True, callback=_size, help="A share, or so many pairs.")
@click.option("--dev", type=float, default=0.1, show_default=True, callback=_size, help="A share, or so many pairs.")
@_SEED
@FROM
@click.option(
    "--to", type=click.Choice([*FORMATS]), default="jsonl", show_default=True, help="The format of the three files."
)
@FORCE
@click.pass_obj
def partition(
    console: Console,
    /,
    output: Path,
    test: float,
    dev: float,
    seed: int,
    to: str,
    force: bool,
    **options: Any,
) -> None:
    """Part a corpus into train, dev and test sets by document.

    A document goes into a set as a whole, by its name and the seed: it stays there while the corpus grows, as long as
    sizes are shares. What stands in test or dev is left out of train, and written to left-out.jsonl.

    \b
    muwazi partition corpus -o sets
    muwazi partition corpus.tmx -o sets --test 2000 --dev 1000 --to tsv
    """
    from corpus.partition import SETS, Partition, assign
    from corpus.sift import rejections

    if test < 1 and dev < 1 and test + dev >= 1:
        raise click.UsageError("--test and --dev leave nothing for train; give shares that add up to less than 1")
    path = find(options["input"])
    if path == STANDARD:
        raise click.UsageError("a corpus is read four times to be parted; give a file instead of -")
    extension = next(iter(FORMATS[to].extensions), ".tsv")  # bare has none of its own
    places = {name: output / f"{name}{extension}" for name in SETS}
    left = output / "left-out.jsonl"
    _folder(output)
    for place in (*places.values(), left):
        refuse_existing(place, "jsonl" if place == left else to, force=force)
    again = partial(read, path, options["from"], notice=cache(console.notice))  # what is said, once
    numbers = Counter(pair.document for pair in again())
    if len(numbers) < 2:
        raise InputError(
            f"{path}: {len(numbers)} document(s), and a corpus is parted by documents; give one of several"
        )
    sets = assign(numbers, test, dev, seed)
    parted, counts = Partition(sets), Counter[str]()
    with rejections(left, counts) as leave_out:
        for name in SETS:
            write(parted.take(name, again(), leave_out), places[name], to)
    documents = Counter(sets.values())
    for name, size in (("test", test), ("dev", dev)):
        if size and not parted.sizes[name]:
            console.notice(f"{name} is empty: no document drew it; give a number of pairs (--{name} 100), or a --seed")
    rows: dict[str, object] = {
        name: f"{parted.sizes[name]:,} pairs of {documents[name]:,} document(s)" for name in reversed(SETS)
    }
    console.summary({**rows, "left out": f"{counts.total():,} pairs that stand in another set", "written": output})


def _folder(path: Path) -> None:
    """Make a folder, unless it is there."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"{path}: no folder can be made ({error.strerror}); choose another place") from error


def _read(console: Console, path: Path, options: dict[str, Any]) -> Iterator[Pair]:
    return read(path, options["from"], notice=console.notice)


def _close(console: Console, report: Report, output: Path, to: str | None) -> None:
    """Tell what was written."""
    notice_skipped(console, report, output, to)
    console.summary({"pairs": f"{report.written:,}", "written": output})
