"""`muwazi merge`: corpora into one file, corpus folders into one folder."""

import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import click

from corpus.corpus_options import FORCE, FROM, TO, notice_skipped, refuse_existing
from corpus.formats import FORMATS, find, format_of, read, write
from corpus.formats.streams import STANDARD, plain
from corpus.pair import Pair
from corpus.places import Place, Url, corpora_here, place
from corpus.summary import pairs, rest
from mt.console import Console
from mt.errors import InputError

__all__ = ["merge"]

_FOR_FILES = {"from": "--from", "to": "--to", "force": "--force", "keep_conflicts": "--keep-conflicts"}
_FOR_FOLDERS = {"duplicates": "--duplicates", "format": "--format", "partial": "--partial"}


@click.command()
@click.argument("inputs", nargs=-1, required=True, type=place, metavar="IN...")
@click.option(
    "-o",
    "--output",
    required=True,
    type=place,
    metavar="OUT",
    help="A corpus folder; or by its extension a file, or - for stdout.",
)
@click.option(
    "--duplicates",
    type=click.Choice(["source", "pair"]),
    help="Into a folder: of pairs with the same source, or with both sides the same, keep the best.",
)
@click.option(
    "--partial", is_flag=True, help="Into a folder: merge what there is, though shards are missing or unfinished."
)
@click.option(
    "--format",
    multiple=True,
    type=click.Choice([*(name for name in FORMATS if name != "jsonl"), "page"]),
    help="Into a folder: what to write besides corpus.jsonl; may be repeated.  [default: what the folders have]",
)
@click.option("--keep-conflicts", is_flag=True, help="Into a file: keep all pairs of documents that have two texts.")
@FROM
@TO
@FORCE
@click.pass_context
def merge(ctx: click.Context, /, inputs: tuple[Place, ...], output: Place, **options: Any) -> None:
    """Merge corpora into one, whatever their order.

    Into a folder: IN are corpus folders, or folders that hold shards (muwazi build --shard). OUT becomes what one build
    of all their documents would have made, byte for byte: the folders have to be made alike, and no shard may be
    missing. Nothing is translated or filtered anew.

    Into a file: IN are corpus files of any format or corpus folders. Pairs are sorted by document and position, and
    those with the same id are there once. It is an error where two corpora have different texts under the same
    document's name.

    \b
    muwazi merge shards -o corpus
    muwazi merge monday tuesday -o corpus --duplicates source
    muwazi merge corpus-1 corpus-2 -o all.jsonl
    muwazi merge corpus rejected.jsonl -o everything.jsonl
    """
    console: Console = ctx.obj
    into_file = options["to"] is not None or output == STANDARD or _is_file(Path(output.name))
    other, kind = (_FOR_FOLDERS, "folder") if into_file else (_FOR_FILES, "file")
    for name, option in other.items():
        if options[name]:
            raise click.UsageError(f"{option} is for merging into a {kind}, and {output} is none by its extension")
    if into_file and isinstance(output, Url):
        raise click.UsageError(f"{output}: a file is written on this machine; give a local name, and copy it there")
    local = corpora_here(ctx, inputs, output)
    if into_file:
        _into_file(console, local.inputs, local.output, options)
    else:
        _into_folder(ctx, local.inputs, local.output, options)
    if local.publish and local.publish():
        console.notice(f"published at {output}")


def _is_file(output: Path) -> bool:
    """Tell by its extension whether a corpus is one file."""
    return plain(output).suffix.lower() in {extension for form in FORMATS.values() for extension in form.extensions}


def _into_folder(ctx: click.Context, inputs: Sequence[Path], output: Path, options: dict[str, Any]) -> None:
    """Merge corpus folders into one."""
    from corpus.agreement import folders_in
    from corpus.union import Union

    console: Console = ctx.obj
    for path in inputs:
        if path == STANDARD or path.is_file():
            format_of(output)  # which says that a file is to be named, since a folder is made of folders alone
    started = time.monotonic()
    union = Union.of(
        folders_in(inputs),
        tuple(dict.fromkeys(options["format"])),
        options["duplicates"],
        partial=options["partial"],
        on_left_out=console.notice,
    )
    with console.progress("merging", union.documents) as advance:
        result = union.write(output, lambda: ctx.meta["service"]("scores"), advance)
    if failed := result.selection.faults["failed"]:
        console.notice(f"{failed:,} sentence(s) of these folders could not be translated; build them again to try anew")
    if result.replaced:
        console.notice(f"{result.replaced} character(s) that a format cannot hold became spaces there")
    merged = f"{len(union.manifests):,} corpus folder(s) in {time.monotonic() - started:,.1f} s"
    console.summary({"merged": merged, "corpus": pairs(result.documents, result), **rest(result, output)})


def _into_file(console: Console, inputs: Sequence[Path], output: Path, options: dict[str, Any]) -> None:
    """Merge the pairs of corpora into a file."""
    from corpus.merge import Merge

    to = options["to"]
    refuse_existing(output, to, force=options["force"])
    paths = [find(path) for path in inputs]
    merged = Merge()

    def stream() -> Iterator[Pair]:
        yield from merged.merge(read(path, options["from"], notice=console.notice) for path in paths)
        if merged.conflicts and not options["keep_conflicts"]:
            raise InputError(
                f"{_named(merged.conflicts)} with two different texts; leave one corpus out, or give --keep-conflicts"
            )

    report = write(stream(), output, to)
    if merged.conflicts:
        console.notice(f"{_named(merged.conflicts)} with two different texts, all pairs of which are kept")
    notice_skipped(console, report, output, to)
    console.summary({"pairs": f"{report.written:,}", "came again": f"{merged.again:,}", "written": output})


def _named(conflicts: dict[str, int]) -> str:
    """Name some documents that are in conflict."""
    named = ", ".join(f"{name} (sentence {number})" for name, number in list(conflicts.items())[:5])
    more = f" and {len(conflicts) - 5:,} more" if len(conflicts) > 5 else ""
    return f"{len(conflicts):,} document(s): {named}{more}"
