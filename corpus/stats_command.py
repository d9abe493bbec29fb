"""The command that describes a corpus in numbers."""

import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from corpus.corpus_options import FROM
from corpus.formats import find, format_of, read
from mt.console import Console

__all__ = ["stats"]

_WIDTH = 30  # of a bar that stands for everything


@click.command()
@click.argument("source", type=click.Path(path_type=Path), metavar="IN")
@FROM
@click.option("--json", is_flag=True, help="A JSON object.")
@click.option(
    "--rejected",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="What filters took out.  [default: rejected.jsonl beside corpus.jsonl]",
)
@click.pass_obj
def stats(console: Console, /, source: Path, rejected: Path | None, **options: Any) -> None:
    """Describe a corpus: counts, lengths, origins, faults.

    IN is a corpus of any format, compressed or not, or a corpus folder. A token is what stands between white space;
    duplicates are exact, and counted within an origin; scripts are those of the letters. Where filters wrote what they
    took out, their yield is told too.

    \b
    muwazi stats corpus/
    muwazi stats memory.tmx.gz --json
    muwazi filter in.tsv -o out.tsv --rejected no.jsonl && muwazi stats out.tsv --rejected no.jsonl
    """
    from corpus.stats import describe, filters_yield

    form = options["from"]
    path = source if form == "moses" else find(source)
    form = form or format_of(path)
    if rejected is None and path.name == "corpus.jsonl" and (beside := path.with_name("rejected.jsonl")).is_file():
        rejected = beside
    with console.progress("reading") as advance:
        found = describe(read(path, form, notice=console.notice), advance).as_dict()
    filters = None if rejected is None else dict(filters_yield(rejected).most_common())
    document = {"version": 1, "file": str(path), "format": form, **found, "rejected": filters}
    if options["json"]:
        click.echo(json.dumps(document, ensure_ascii=False, indent=2))
        return
    tables = list(_tables(document))
    if sys.stdout.isatty():
        _show(tables)
    else:
        for line in _lines(tables):
            click.echo(line)


@dataclass(frozen=True, slots=True)
class _Table:
    """Rows of cells under a title; `shares`, of 1, are drawn as bars on a terminal."""

    title: str
    rows: tuple[tuple[str, ...], ...]
    head: tuple[str, ...] = ()
    shares: tuple[float, ...] = ()


def _tables(document: Mapping[str, Any]) -> Iterator[_Table]:
    """Put what was counted into tables, leaving out those that would be empty."""
    pairs = document["pairs"]
    names = ("pairs", "documents", "paragraphs", "sentences")
    rows = [(name, f"{document[name]:,}") for name in names]
    rows += [(name.replace("_", " "), f"{document[name]:,}") for name in ("without_source", "without_target")]
    rows += [(f"duplicate {name}", f"{number:,}") for name, number in document["duplicates"].items()]
    yield _Table(f"{document['file']}  {document['format']}", tuple(rows))
    yield from _counts("origins", document["origins"], pairs)
    yield from _counts("models", document["models"], pairs)
    sides = (document["source"], document["target"])
    counted = [(name, *(f"{side[name]:,}" for side in sides)) for name in ("texts", "characters", "tokens")]
    scripts = ("scripts", *(_scripts(side["scripts"]) for side in sides))
    yield _Table("texts", (*counted, scripts), ("", "source", "target"))
    measured = {
        "source characters": sides[0]["characters_per_text"],
        "target characters": sides[1]["characters_per_text"],
        "source tokens": sides[0]["tokens_per_text"],
        "target tokens": sides[1]["tokens_per_text"],
        "target/source ratio": document["ratio"],
        "model score": document["score"],
        "alignment score": document["alignment_score"],
    }
    measured = {name: found for name, found in measured.items() if found}
    if measured:
        shares = next(iter(measured.values()))["quantiles"]
        head = ("", "mean", *(f"{float(share):.0%}" for share in shares))
        figures = [
            (name, _figure(found["mean"]), *map(_figure, found["quantiles"].values()))
            for name, found in measured.items()
        ]
        yield _Table("distributions: mean and quantiles", tuple(figures), head)
    for name, found in measured.items():
        if "histogram" in found:
            yield _histogram(name, found)
    yield from _counts("beads", document["beads"], pairs)
    yield from _counts(f"faults: {document['faulty']:,} pairs have some", document["faults"], pairs)
    if document["rejected"] is not None:
        gone = sum(document["rejected"].values())
        yield from _counts("filters: kept, and rejected by", {"(kept)": pairs, **document["rejected"]}, pairs + gone)


def _counts(title: str, counts: Mapping[str, int], total: int) -> Iterator[_Table]:
    """Make a table of names with numbers and shares."""
    if counts:
        shares = tuple(number / max(total, 1) for number in counts.values())
        rows = [
            (name, f"{number:,}", f"{share:.1%}") for (name, number), share in zip(counts.items(), shares, strict=True)
        ]
        yield _Table(title, tuple(rows), (), shares)


def _histogram(name: str, found: Mapping[str, Any]) -> _Table:
    """Make a table of the bins that hold something, and those between."""
    bins = found["histogram"]
    while bins and not bins[-1]["number"]:
        bins = bins[:-1]
    while bins and not bins[0]["number"]:
        bins = bins[1:]
    shares = tuple(one["number"] / found["number"] for one in bins)
    rows = [
        (
            f"{one['from']} to {one['to']}" if one["to"] else f"{one['from']} and more",
            f"{one['number']:,}",
            f"{share:.1%}",
        )
        for one, share in zip(bins, shares, strict=True)
    ]
    return _Table(name, tuple(rows), (), shares)


def _scripts(shares: Mapping[str, float]) -> str:
    """Name the scripts that matter."""
    return ", ".join(f"{name} {share:.1%}" for name, share in list(shares.items())[:3]) or "none"


def _figure(value: float) -> str:
    return f"{value:,}" if isinstance(value, int) else f"{value:,.2f}"


def _lines(tables: list[_Table]) -> Iterator[str]:
    """Write tables as plain text: the first column to the left, the others to the right."""
    for number, table in enumerate(tables):
        if number:
            yield ""
        yield table.title
        rows = [table.head, *table.rows] if table.head else list(table.rows)
        widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
        for row in rows:
            first, *others = (
                cell.rjust(width) if place else cell.ljust(width)
                for place, (cell, width) in enumerate(zip(row, widths, strict=True))
            )
            yield "  ".join(("", first, *others)).rstrip()


def _show(tables: list[_Table]) -> None:
    """Draw tables on a terminal, shares as bars."""
    from rich.bar import Bar
    from rich.console import Console as RichConsole
    from rich.table import Table
    from rich.text import Text

    terminal = RichConsole()
    for table in tables:
        terminal.print(Text(f"\n{table.title}", "bold"))
        grid = Table(box=None, show_header=bool(table.head), header_style="dim", padding=(0, 1))
        for place in range(len(table.rows[0])):
            grid.add_column(table.head[place] if table.head else "", justify="right" if place else "left")
        if table.shares:
            grid.add_column("", width=_WIDTH)
        for place, row in enumerate(table.rows):
            bar = [Bar(1, 0, table.shares[place], width=_WIDTH, color="cyan")] if table.shares else []
            grid.add_row(*map(Text, row), *bar)
        terminal.print(grid)
