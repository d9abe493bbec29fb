"""Corpus folders that are to become one: each as its manifest says, all made alike, and none of them missing."""

import json
from collections.abc import Iterable, Iterator, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

from corpus.folder import CORPUS, REJECTED, STATE
from corpus.integrity import changes
from corpus.manifest import Manifest
from corpus.shard import Shard, shards_in
from mt.errors import InputError

__all__ = ["OWN", "SHARDS", "agree", "folders_in", "intact", "shards_of", "unfinished"]

SHARDS = f"{STATE}/shards"
"""Where a corpus folder holds its shards while it is built of them."""

OWN = frozenset({"shard", "date", "counts", "files", "duplicates"})
"""What is said of a corpus that others which go together with it need not share."""

_NEEDED = frozenset({"model", "date", "counts", "filters", "keep_unrelated", "formats"})


def folders_in(paths: Iterable[Path]) -> list[Path]:
    """List the corpus folders that paths stand for, each once and in an order of their own.

    A path is a corpus folder, or one that holds shards, by itself or in `.build/shards`.
    """
    found: dict[Path, Path] = {}
    for path in paths:
        shards = [*shards_in(path), *shards_in(path / SHARDS)]
        whole = Manifest.of(path) is not None and not (path / STATE).exists()
        for folder in shards if shards and not whole else [path]:
            found.setdefault(folder.resolve(), folder)
    return [found[resolved] for resolved in sorted(found)]


def unfinished(folder: Path) -> str | None:
    """Say that a folder's build is not finished, if it is not."""
    return f"{folder}: its build is not finished ({STATE} is in it)" if (folder / STATE).exists() else None


def intact(folder: Path) -> Manifest:
    """Give a folder's manifest, once the pairs are seen to be what it says.

    Raises `InputError` for a folder of others, and for one whose pairs have changed.
    """
    manifest = Manifest.of(folder)
    if manifest is None:
        wrong = "no manifest of a finished build in it" if folder.exists() else "no such folder"
        raise InputError(f"{folder}: {wrong}; give folders that `muwazi build` made")
    if CORPUS not in manifest.files or not manifest.head.keys() >= _NEEDED:
        raise InputError(f"{manifest.path}: does not say all that merging needs; build this corpus again")
    for problem in changes(folder, {name: manifest.files[name] for name in manifest.files.keys() & {CORPUS, REJECTED}}):
        raise InputError(problem)
    return manifest


def agree(manifests: Iterable[Manifest], but: Iterable[str] = ()) -> None:
    """See that folders were made alike, and by this version of the program.

    Raises `InputError` for the first setting in which one differs from the first, except in `OWN` and `but`.
    """
    first, *others = manifests
    left_out = OWN.union(but)
    ours = dict(_settings(first.head, left_out))
    for other in others:
        theirs = dict(_settings(other.head, left_out))
        for name in ours | theirs:
            if ours.get(name) != theirs.get(name):
                one, two = _shown(ours.get(name), first), _shown(theirs.get(name), other)
                raise InputError(
                    f"{name} is {one} and {two}; build them alike, or merge their pairs into a file (-o all.jsonl)"
                )
    said, running = first.head["muwazi"], version("muwazi")
    if said != running:
        raise InputError(
            f"{first.path.parent} was built by muwazi {said}, and this is muwazi {running}, which may write files "
            "otherwise; merge with the one that built it, or build with this one"
        )


def shards_of(manifests: Iterable[Manifest]) -> tuple[list[Shard], list[Shard]]:
    """Tell which shards there are and which are missing, both in order; none where no folder is a shard.

    Raises `InputError` for shards of several numbers.
    """
    places: dict[Shard, Path] = {}
    for manifest in manifests:
        said = manifest.head.get("shard", [])
        for text in [said] if isinstance(said, str) else said:  # a corpus merged of some shards says of which
            places.setdefault(Shard.parse(text), manifest.path.parent)
    if not places:
        return [], []
    fewest, most = (choose(places, key=lambda shard: (shard.count, shard.index)) for choose in (min, max))
    if fewest.count != most.count:
        raise InputError(
            f"{places[fewest]} is shard {fewest} and {places[most]} is shard {most}; merge those of one number alone"
        )
    return sorted(places), [shard for i in range(1, most.count + 1) if (shard := Shard(i, most.count)) not in places]


def _settings(
    values: Mapping[str, Any], but: frozenset[str] = frozenset(), prefix: str = ""
) -> Iterator[tuple[str, Any]]:
    """Give each setting of a manifest by its name, with dots where settings are within one another."""
    for name, value in values.items():
        if isinstance(value, dict) and name not in but:
            yield from _settings(value, prefix=f"{prefix}{name}.")
        elif name not in but:
            yield f"{prefix}{name}", value


def _shown(value: Any, manifest: Manifest) -> str:
    """Say what a setting is where."""
    return f"{'not set' if value is None else json.dumps(value, ensure_ascii=False)} in {manifest.path.parent}"
