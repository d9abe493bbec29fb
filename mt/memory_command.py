"""Commands about remembered translations."""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import date, timedelta
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import click

from mt.console import Console
from mt.errors import InputError
from mt.memory import bring, translation_of
from mt.normalize import has_arabic
from mt.store import Kept, OwnUnit, Store, clear, entries, kept, own_files, own_units, shrink, today

if TYPE_CHECKING:
    from sqlite3 import Connection

__all__ = ["memory"]

_EPOCH = date(1970, 1, 1)


class _Pair(Protocol):
    """What is asked of a corpus file's pair."""

    @property
    def source(self) -> str:
        """The Arabic side."""

    @property
    def target(self) -> str | None:
        """The English side, None where there is none."""

    @property
    def origin(self) -> str:
        """Who made the English side: machine, human or post-edited."""


@click.group()
def memory() -> None:
    """Look after remembered translations, and bring your own.

    What a model has translated is remembered on this machine and not translated again with the same settings. What you
    import is used before any model: by `muwazi translate` always, by `muwazi build` with --own-memory.

    \b
    muwazi memory stats
    muwazi memory import project.tmx
    muwazi memory export memory.tmx
    muwazi memory clear --older-than 90
    """


@memory.command()
@click.option("--json", is_flag=True, help="A JSON object.")
@click.pass_obj
def stats(console: Console, /, **options: Any) -> None:
    """Say what is remembered: how many translations of which models, how many of your own, how much room they take."""
    store = Store.of_user(console.notice)
    with store.opened() as connection:
        machine, own = kept(connection), own_files(connection)
    if options["json"]:
        document = {
            "path": str(store.path),
            "bytes": store.size(),
            "machine": [
                {"setup": json.loads(made.setup), "translations": made.rows, "last_used": _day(made.last)}
                for made in machine
            ],
            "own": [{"file": file, "translations": number} for file, number in own],
        }
        click.echo(json.dumps(document, ensure_ascii=False, indent=2))
        return
    click.echo(f"{store.path}  {store.size() / 1e6:,.1f} MB")
    for described, group in groupby(sorted(machine, key=_described), _described):
        made = list(group)  # by versions of muwazi, which are all the same to a reader
        click.echo(f"{sum(m.rows for m in made):>11,}  {described}, last used {_day(max(m.last for m in made))}")
    for file, number in own:
        click.echo(f"{number:>11,}  your own, from {file}")
    if not machine and not own:
        click.echo("nothing is remembered")


@memory.command("clear")
@click.option("--older-than", type=click.IntRange(min=0), metavar="DAYS", help="Only what was not used for so long.")
@click.option("--own", is_flag=True, help="What you imported, instead of what models made.")
@click.pass_obj
def clear_(console: Console, older_than: int | None, own: bool) -> None:
    """Forget what models have translated; your own translations stay, unless --own asks for these."""
    if own and older_than is not None:
        raise click.UsageError("--own forgets all that you imported, whatever its age: leave out --older-than")
    store = Store.of_user(console.notice)
    before = None if older_than is None else today() - older_than
    with store.opened() as connection:
        number = clear(connection, own=own, before=before)
        if not shrink(connection):
            console.notice(f"{store.path} is in use; clear again later to make the file smaller")
    console.notice(f"{number:,} translation(s) forgotten")


@memory.command("import")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE...")
@click.pass_context
def import_(ctx: click.Context, files: tuple[Path, ...]) -> None:
    """Bring translations of your own, which are used before any model.

    FILE is TMX, TSV or JSON Lines. What is marked in it as a machine's is left out. A sentence has one translation: the
    last one imported. It is used where the whole sentence is the same, vowel marks and tatweel aside.
    """
    console: Console = ctx.obj
    read: Callable[..., Iterable[_Pair]] = ctx.meta["service"]("read")
    store = Store.of_user(console.notice)
    for path in files:
        for _ in read(path, notice=console.notice):  # a broken file brings nothing
            pass
    with store.opened() as connection:
        for path in files:
            counts: Counter[str] = Counter()
            replaced = bring(connection, _units(path, read(path, notice=lambda _: None), counts))
            left_out = "".join(f", {n:,} {why} left out" for why, n in counts.items() if why != "kept")
            console.notice(f"{path}: {counts['kept']:,} imported, {replaced:,} in place of older ones{left_out}")


@memory.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--own", is_flag=True, help="Only what you imported.")
@click.option("--force", is_flag=True, help="Overwrite.")
@click.pass_context
def export(ctx: click.Context, file: Path, own: bool, force: bool) -> None:
    """Write what is remembered as TMX, TSV or JSON Lines, by FILE's extension, each unit with its origin and model."""
    console: Console = ctx.obj
    if file.exists() and not force:
        raise InputError(f"{file} exists; give --force to overwrite it, or another name")
    store = Store.of_user(console.notice)
    with store.opened() as connection:
        pairs = _pairs(ctx.meta["service"]("pair"), connection, own)
        report = ctx.meta["service"]("write")(pairs, file)
    console.notice(f"{file}: {report.written:,} translation(s)")


def _units(path: Path, pairs: Iterable[_Pair], counts: Counter[str]) -> Iterator[OwnUnit]:
    """Give the pairs that can be used; `counts` says how many, and why the others can't."""
    for pair in pairs:
        target = (pair.target or "").strip()
        if pair.origin == "machine":
            counts["of a machine"] += 1
        elif not has_arabic(pair.source):
            counts["without Arabic"] += 1
        elif not target:
            counts["without English"] += 1
        else:
            counts["kept"] += 1
            yield OwnUnit(pair.source, target, pair.origin, path.name)


def _pairs(pair: Callable[..., Any], connection: "Connection", own: bool) -> Iterator[Any]:
    """Give what is remembered as a corpus's pairs, the user's own first."""
    place = {"paragraph": 0, "start": 0, "end": 0}
    number = 0
    for number, unit in enumerate(own_units(connection), 1):
        yield pair(
            document=unit.file,
            sentence=number - 1,
            source=unit.source,
            target=unit.target,
            origin=unit.origin,
            **place,
        )
    if own:
        return
    for position, (setup, source, record) in enumerate(entries(connection), number):
        translation, model = translation_of(record), json.loads(setup)["model"]
        yield pair(
            document="memory",
            sentence=position,
            source=source,
            target=translation.text,
            origin="machine",
            model=f"{model['name']}@{model['revision']}",
            score=None if translation.score is None else round(translation.score, 4),
            faults=translation.faults,
            **place,
        )


def _described(made: Kept) -> str:
    """Say in a line what made some translations."""
    setup = json.loads(made.setup)
    model, engine, beam = setup["model"], setup["engine"], setup["decoding"]["beam"]
    search = "greedy" if beam == 1 else f"beam {beam}"
    batches = ", deterministic" if setup["deterministic"] else ""
    return f"{model['name']}@{model['revision']}, {engine['name']} {engine['precision']}, {search}{batches}"


def _day(number: int) -> str:
    return (_EPOCH + timedelta(number)).isoformat()
