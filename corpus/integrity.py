"""A corpus folder compared with its manifest."""

from collections.abc import Iterator, Mapping
from itertools import chain, groupby, zip_longest
from pathlib import Path
from typing import Any

from corpus.folder import CORPUS, STATE, sha256
from corpus.formats import read
from corpus.manifest import MANIFEST, Manifest
from corpus.shard import shards_in
from mt.errors import InputError, MuwaziError

__all__ = ["changes", "discrepancies"]


def discrepancies(folder: Path) -> Iterator[str]:
    """Say in a line each what differs between a corpus folder and what its manifest says of it; nothing where none.

    Of a folder that holds shards, each of these is compared.

    Files are compared by size and SHA-256; missing ones and ones that the manifest does not name are told, and an
    unfinished build. Of `corpus.jsonl` the documents and their numbers of pairs are counted.

    Raises `InputError` for a folder without a manifest, or with a broken one.
    """
    manifest = Manifest.of(folder)
    if manifest is None:
        if shards := shards_in(folder):
            yield from chain.from_iterable(map(discrepancies, shards))
            return
        raise InputError(f"{folder}: no manifest of a finished build in it; give a folder that `muwazi build` made")
    if (folder / STATE).exists():
        yield f"{folder / STATE}: a build was interrupted; run it again"
    yield from changes(folder, manifest.files)
    known = {*manifest.files, MANIFEST, STATE}
    for path in sorted(folder.iterdir()):
        if path.name not in known:
            yield f"{path}: not in the manifest; move it elsewhere"
    if CORPUS not in manifest.files:
        yield f"{folder / MANIFEST}: names no {CORPUS}; build the corpus anew"
    elif (folder / CORPUS).is_file():
        yield from _documents(folder / CORPUS, manifest)


def changes(folder: Path, files: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """Say of files in a line each what differs from what a manifest says of them, by size and SHA-256."""
    for name, said in files.items():
        path = folder / name
        try:
            size = path.stat().st_size
            digest = sha256(path) if size == said["bytes"] else ""
        except FileNotFoundError:
            yield f"{path}: missing; build the corpus again"
            continue
        except OSError as error:
            yield f"{path}: cannot be read ({error.strerror}); check its rights"
            continue
        if size != said["bytes"]:
            yield f"{path}: {size:,} bytes, and {said['bytes']:,} in the manifest; build the corpus again"
        elif digest != said["sha256"]:
            yield f"{path}: changed since it was written (SHA-256 {digest[:12]}…); build the corpus again"


def _documents(corpus: Path, manifest: Manifest) -> Iterator[str]:
    """Compare the documents of a corpus and their numbers of pairs, as far as the first that is out of place."""
    said = ((d["name"], kept) for d in manifest.documents() if (kept := d["pairs"] - len(d["rejected"])))
    groups = groupby(read(corpus), key=lambda pair: pair.document)
    found = ((name, sum(1 for _ in pairs)) for name, pairs in groups)
    nothing = (None, 0)
    try:
        for (name, number), (there, counted) in zip_longest(said, found, fillvalue=nothing):
            if name != there:
                what, where = ("nothing" if n is None else f"document {n!r}" for n in (there, name))
                yield f"{corpus}: {what} stands where the manifest has {where}; build the corpus again"
                return
            if number != counted:
                yield f"{corpus}: {counted:,} pairs of {name!r}, and {number:,} in the manifest; build the corpus again"
    except MuwaziError as error:
        yield str(error)
