"""Places that a command is given: local paths, and URLs of stores, which are worked on in local folders."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from corpus.shard import Shard

__all__ = ["Here", "Place", "Url", "absolute", "corpora_here", "here", "place"]


class Url(str):
    """A place in a store that fsspec opens, such as s3://bucket/articles."""

    __slots__ = ()

    @property
    def name(self) -> str:
        """The last part of its path."""
        return self.rstrip("/").rpartition("/")[2]

    def __truediv__(self, name: str) -> "Url":
        return Url(f"{self.rstrip('/')}/{name}")


Place = Path | Url


def place(text: str) -> Place:
    """Read a path or a URL; file://… is the path that it names. Serves as the type of a click parameter."""
    text = text.removeprefix("file://")
    return Url(text) if "://" in text else Path(text)


def absolute(place: Place) -> Place:
    """Give a place as it is called from any working directory."""
    return place if isinstance(place, Url) else place.absolute()


@dataclass(frozen=True, slots=True)
class Here:
    """A command's places on this machine; what was at URLs is fetched.

    `publish` brings the corpus to its URL, if it has one. With `partial`, only the files of a shard are here.
    """

    inputs: tuple[Path, ...]
    reference: Path | None
    output: Path
    partial: bool = False
    publish: Callable[[], bool] | None = None


def here(
    ctx: click.Context, inputs: Sequence[Place], reference: Place | None, output: Place, shard: Shard | None
) -> Here:
    """Fetch what a build reads; it is removed when the command ends.

    Raises `InputError` as `corpus.remote` does.
    """
    if not any(isinstance(place, Url) for place in (*inputs, reference, output)):
        return Here(tuple(map(Path, inputs)), Path(reference) if reference else None, Path(output))
    if isinstance(output, Url) and ctx.params["dry_run"]:
        raise click.UsageError("--dry-run looks into a corpus folder on this machine; give a local -o")
    from corpus.remote import Destination, fetch_inputs

    takes = shard.takes if shard else lambda _: True
    folder = Path(ctx.with_resource(TemporaryDirectory(prefix="muwazi-")))

    def local(place: Place, name: str, *, reference: bool = False) -> Path:
        return fetch_inputs(place, folder / name, takes, reference=reference) if isinstance(place, Url) else place

    found = tuple(local(place, str(number)) for number, place in enumerate(inputs))
    beside = local(reference, "reference", reference=True) if reference else None
    if isinstance(output, Path):
        return Here(found, beside, output, bool(shard))
    destination = ctx.with_resource(Destination.of(output / shard.folder if shard else output))
    place = destination.folder.parent if shard else destination.folder
    return Here(found, beside, place, bool(shard), destination.publish)


def corpora_here(ctx: click.Context, inputs: Sequence[Place], output: Place) -> Here:
    """Fetch the corpora that a merge reads; they are removed when the command ends.

    Raises `InputError` as `corpus.remote` does.
    """
    if not any(isinstance(place, Url) for place in (*inputs, output)):
        return Here(tuple(map(Path, inputs)), None, Path(output))
    from corpus.remote import Destination, fetch_corpora

    folder = Path(ctx.with_resource(TemporaryDirectory(prefix="muwazi-")))
    local = tuple(
        fetch_corpora(place, folder / str(number)) if isinstance(place, Url) else place
        for number, place in enumerate(inputs)
    )
    if isinstance(output, Path):
        return Here(local, None, output)
    destination = ctx.with_resource(Destination.of(output))
    return Here(local, None, destination.folder, publish=destination.publish)
