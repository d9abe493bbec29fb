"""A corpus folder compared with its manifest."""

from collections.abc import Iterator, Mapping
from itertools import groupby
from pathlib import Path
from typing import Any

from corpus.folder import CORPUS, STATE, sha256
from corpus.formats import read
from corpus.manifest import MANIFEST, Manifest
from mt.errors import InputError, MuwaziError

__all__ = ["discrepancies"]


def discrepancies(folder: Path) -> Iterator[str]:
    """Say in a line each what differs between a corpus folder and what its manifest says of it; nothing where none.

    Files are compared by size and SHA-256; missing ones and ones that the manifest does not name are told, and an
    unfinished build. Of `corpus.jsonl` the documents and their numbers of pairs are counted.

    Raises `InputError` for a folder without a manifest, or with a broken one.
    """
    manifest = Manifest.of(folder)
    if manifest is None:
        raise InputError(f"{folder}: no manifest of a finished build in it; give a folder that `muwazi build` made")
    if (folder / STATE).exists():
        yield f"{folder / STATE}: a build was interrupted; run it again"
    yield from _files(folder, manifest.files)
    known = {*manifest.files, MANIFEST, STATE}
    for path in sorted(folder.iterdir()):
        if path.name not in known:
            yield f"{path}: not in the manifest; move it elsewhere"
    if CORPUS not in manifest.files:
        yield f"{folder / MANIFEST}: names no {CORPUS}; build the corpus anew"
    elif (folder / CORPUS).is_file():
        yield from _documents(folder / CORPUS, manifest)


def _files(folder: Path, files: Mapping[str, Any]) -> Iterator[str]:
    """Compare the files that a manifest names."""
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
    """Compare the documents of a corpus and their numbers of pairs."""
    said = {d["name"]: d["pairs"] - len(d["rejected"]) for d in manifest.documents()}
    found: dict[str, int] = {}
    try:
        for name, pairs in groupby(read(corpus), key=lambda pair: pair.document):
            if name in found:
                yield f"{corpus}: the pairs of document {name!r} do not stand together; build the corpus again"
            found[name] = found.get(name, 0) + sum(1 for _ in pairs)
    except MuwaziError as error:
        yield str(error)
        return
    for name in sorted(said.keys() | found.keys()):
        if said.get(name, 0) != found.get(name, 0):
            yield f"{corpus}: {found.get(name, 0):,} pairs of {name!r}, and {said.get(name, 0):,} in the manifest"
