"""The command that converts a corpus from one format into another, and says what the other cannot hold."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import click

from corpus import formats
from corpus.corpus_options import FORCE, FROM, TO, notice_skipped, refuse_existing
from corpus.formats import FORMATS, Format
from corpus.formats.streams import STANDARD
from corpus.pair import Pair
from mt.console import Console

__all__ = ["convert"]

_STEP = 1000  # pairs between two looks at the progress bar
_FIELDS = [field.name for field in fields(Pair)]
# What a reader fills in by itself where a file does not say it, so that nothing is lost with it.
_FILLED_IN: dict[str, tuple[object, ...]] = {"start": (0,), "end": (0,), "paragraph": (0,), "origin": ("human",)}
_NOTHING: tuple[object, ...] = (None, ())


@click.command()
@click.argument("source", type=click.Path(path_type=Path), metavar="IN")
@click.argument("output", type=click.Path(path_type=Path), metavar="OUT")
@FROM
@TO
@click.option("--strict", is_flag=True, help="Refuse what other programs get wrong in TMX instead of mending it.")
@FORCE
@click.pass_obj
def convert(
    console: Console, /, source: Path, output: Path, to: str | None, strict: bool, force: bool, **options: Any
) -> None:
    """Convert a corpus from one format into another.

    IN is a corpus file or a corpus folder; either may be compressed (.gz, .zst, .xz) or, with its format named, a pipe
    (-). What OUT cannot hold is told. For Moses a path is either of the two files, or their common NAME.

    \b
    muwazi convert corpus/ corpus.tmx
    muwazi convert memory.tmx.gz corpus.parquet
    muwazi convert corpus.jsonl pairs.tsv --to bare
    muwazi convert corpus.jsonl train --to moses          train.ar, train.en
    muwazi convert - - --from tmx --to jsonl < memory.tmx | head
    """
    source_format = options["from"]
    if source_format != "moses":
        source = formats.find(source)
    target_format = to or formats.format_of(output)
    refuse_existing(output, target_format, force=force)
    lost: Counter[str] = Counter()
    pairs = formats.read(source, source_format, strict=strict, notice=console.notice)
    with console.progress("converting") as advance:
        report = formats.write(_watched(pairs, FORMATS[target_format], lost, advance), output, target_format)
    if lost:
        told = ", ".join(f"{name} {lost[name]:,}" for name in _FIELDS if name in lost)
        console.notice(f"{target_format} has no place for these fields, with how many pairs had them: {told}")
    notice_skipped(console, report, output, target_format)
    if report.replaced:
        console.notice(f"{report.replaced:,} character(s) that {target_format} cannot hold are replaced by spaces")
    if output != STANDARD:
        written = formats.files(output, target_format)
        console.summary({"pairs": f"{report.written:,}", "file": ", ".join(map(str, written))})


def _watched(pairs: Iterable[Pair], form: Format, lost: Counter[str], advance: Callable[[int], None]) -> Iterator[Pair]:
    """Give the pairs on, count those that have what the format does not carry, and advance the progress bar."""
    names = [name for name in _FIELDS if name not in form.fields]
    for number, pair in enumerate(pairs, 1):
        if not form.whole or (pair.source and pair.target is not None):  # the others are skipped as a whole
            for name in names:
                if getattr(pair, name) not in _FILLED_IN.get(name, _NOTHING):
                    lost[name] += 1
        if number % _STEP == 0:
            advance(_STEP)
        yield pair
