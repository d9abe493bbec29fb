"""Inputs and corpora at URLs (s3://, hdfs://, memory:// …).

Work is done in local folders. What is read is fetched first; a corpus is built in a folder of the user's cache and
published file by file, its manifest last: who goes by the manifest never sees half a corpus. While one is being
published, `.build/written` beside it lists the files that are or were its own, so that the next run can finish what was
cut short.
"""

import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from hashlib import blake2b
from pathlib import Path, PurePosixPath
from typing import Any

from corpus.articles import document_of
from corpus.folder import STATE, WRITTEN
from corpus.manifest import MANIFEST, Manifest
from corpus.stores import fetch, has_buckets, make_folder, modified, names_in, relative, store
from mt.errors import InputError
from mt.model import cache_folder

__all__ = ["Destination", "fetch_corpora", "fetch_inputs", "is_finished"]


@dataclass(frozen=True, slots=True)
class Destination:
    """Where a corpus goes, and the folder of this machine in which it is built."""

    url: str
    folder: Path

    @classmethod
    @contextmanager
    def of(cls, url: str) -> Iterator["Destination"]:
        """Give a folder to build a corpus in that is to be published at a URL, and hold its lock.

        The folder holds what an earlier run left unfinished there, else the corpus that the URL has now.

        Raises `InputError` for a place that cannot be reached or holds other things, and one that another process of
        this machine publishes to.
        """
        from filelock import FileLock, Timeout

        place = url.rstrip("/")
        home = cache_folder() / "corpora" / blake2b(place.encode(), digest_size=12).hexdigest()
        try:
            home.mkdir(parents=True, exist_ok=True)
            lock = FileLock(home / "lock")
            lock.acquire(timeout=0)
        except Timeout:
            raise InputError(f"{url}: another build on this machine is at work on it; wait for it or stop it") from None
        except OSError as error:
            raise InputError(f"{home}: cannot be written to ({error.strerror}); set MUWAZI_CACHE_DIR") from error
        try:
            destination = cls(url, home / PurePosixPath(place).name)
            if not destination.folder.exists():
                destination._begin()
            yield destination
        finally:
            lock.release()

    def _begin(self) -> None:
        """Fetch the corpus that is there; where there is none, see that one can be published."""
        with store(self.url) as (fs, path):
            there = names_in(fs, path)
            if MANIFEST in there:
                part = Path(tempfile.mkdtemp(prefix=".", dir=self.folder.parent))
                try:
                    manifest = _manifest(fs, path, part)
                    if manifest is None:
                        raise InputError(f"{self.url} holds no corpus of ours; choose another -o")
                    fetch(fs, {f"{path}/{name}": part / name for name in manifest.files if name in there})
                    part.rename(self.folder)
                finally:
                    shutil.rmtree(part, ignore_errors=True)
            elif not fs.exists(f"{path}/{STATE}"):
                if there:
                    raise InputError(f"{self.url} is not empty and holds no corpus of ours; choose another -o")
                _note(fs, path, ())  # which shows, before the work, that something can be written there

    def publish(self) -> bool:
        """Bring a finished corpus to its URL, and take the local folder away; tells whether it was not there already.

        Of the files there, those go that an earlier corpus had and this one has not.

        Raises `InputError` where that fails; the folder stays, and the next run goes on from it.
        """
        manifest = Manifest.of(self.folder)
        assert manifest, "a corpus is published when it is finished"
        with store(self.url) as (fs, path):
            if new := not _is_there(fs, path, manifest):
                self._replace(fs, path, manifest)
            _forget(fs, path)
        shutil.rmtree(self.folder)
        return new

    def _replace(self, fs: Any, path: str, manifest: Manifest) -> None:
        """Put the corpus into the place of what is at its URL."""
        there = names_in(fs, path)
        before = _noted(fs, path)
        if MANIFEST in there:
            with tempfile.TemporaryDirectory() as folder:
                old = _manifest(fs, path, Path(folder))
            before += old.files if old else ()
        _note(fs, path, {*before, *manifest.files})
        if MANIFEST in there:
            fs.rm_file(f"{path}/{MANIFEST}")
        for name in manifest.files:
            fs.put_file(str(self.folder / name), f"{path}/{name}")
        for name in sorted({*before} & there.keys() - manifest.files.keys()):
            fs.rm_file(f"{path}/{name}")
        if has_buckets(fs):
            fs.put_file(str(manifest.path), f"{path}/{MANIFEST}")
        else:  # a file is seen while it is written
            fs.put_file(str(manifest.path), f"{path}/{STATE}/{MANIFEST}")
            fs.mv(f"{path}/{STATE}/{MANIFEST}", f"{path}/{MANIFEST}")


def fetch_inputs(
    url: str, into: Path, takes: Callable[[str], bool] = lambda _: True, *, reference: bool = False
) -> Path:
    """Fetch the articles and references at a URL, or with `reference` references, and give their local file or folder.

    Of a folder's files are fetched those that belong to documents of which `takes`, told their names, says so; of a
    file, it and what else belongs to its document. Times of modification are kept where the store tells them; where it
    tells none a file has none (0), and a corpus of such files no date, as one of text from a pipe.

    Raises `InputError` for what does not exist or cannot be reached, a folder without articles, a name that would lead
    out of the folder, and files that cannot be written here.
    """
    with store(url) as (fs, path):
        single = fs.isfile(path)
        root, name = (path.rpartition("/")[0], PurePosixPath(path).name) if single else (path, "")
        if single:
            infos = list(names_in(fs, root).values())
        else:
            fs.info(path)
            infos = list(fs.find(path, detail=True).values())
        files = {relative(info["name"], root, url): info for info in infos}
        belongs = partial(document_of, reference=reference)
        if not single and not any(map(belongs, files)):
            raise InputError(f"{url}: no articles in this folder (NAME.ar.EXT, or files of a known extension)")

        def wanted(file: str) -> bool:
            document = belongs(file)
            if single:
                return file == name or (document is not None and document == belongs(name))
            return document is not None and takes(document)

        target = into / PurePosixPath(root.strip("/"))
        target.mkdir(parents=True, exist_ok=True)
        chosen = {file: info for file, info in files.items() if wanted(file)}
        fetch(fs, {info["name"]: target / file for file, info in chosen.items()})
        for file, info in chosen.items():
            os.utime(target / file, (modified(info), modified(info)))
    return target / name


def fetch_corpora(url: str, into: Path) -> Path:
    """Fetch the corpus folder, or the folder of shards, at a URL; gives the local folder.

    Raises `InputError` for what does not exist or cannot be reached, and a place without a finished corpus.
    """
    with store(url) as (fs, path):
        files = {relative(name, path, url): name for name in fs.find(path)}
        folders = {PurePosixPath(file).parent for file in files if PurePosixPath(file).name == MANIFEST}
        if not folders:
            raise InputError(f"{url}: no corpus there, nor shards of one; give a URL that `muwazi build -o` was given")
        target = into / PurePosixPath(path.strip("/"))
        fetch(fs, {name: target / file for file, name in files.items() if PurePosixPath(file).parent in folders})
    return target


def is_finished(url: str) -> bool:
    """Tell whether a URL has a published corpus.

    Raises `InputError` where it cannot be reached.
    """
    with store(url) as (fs, path):
        return MANIFEST in names_in(fs, path)


def _manifest(fs: Any, path: str, folder: Path) -> Manifest | None:
    """Fetch the manifest of a place into a folder."""
    fs.get_file(f"{path}/{MANIFEST}", str(folder / MANIFEST))
    return Manifest.of(folder)


def _is_there(fs: Any, path: str, manifest: Manifest) -> bool:
    """Tell whether a place has this corpus already: its manifest, and files of the sizes that that tells."""
    there = names_in(fs, path)
    return (
        MANIFEST in there
        and there[MANIFEST]["size"] == manifest.path.stat().st_size
        and all(name in there and there[name]["size"] == said["bytes"] for name, said in manifest.files.items())
        and fs.cat_file(f"{path}/{MANIFEST}") == manifest.path.read_bytes()
    )


def _note(fs: Any, path: str, names: Iterable[str]) -> None:
    """Write down which files of a place are or were a corpus's own."""
    make_folder(fs, f"{path}/{STATE}")
    fs.pipe_file(f"{path}/{STATE}/{WRITTEN}", json.dumps(sorted(names)).encode())


def _noted(fs: Any, path: str) -> list[str]:
    """Give the files that are written down; none where nothing is."""
    try:
        names: list[str] = json.loads(fs.cat_file(f"{path}/{STATE}/{WRITTEN}"))
    except (FileNotFoundError, ValueError):  # the latter where writing it was cut short: nothing was changed then
        return []
    return names


def _forget(fs: Any, path: str) -> None:
    """Remove what was written down, and its folder where nothing else is in it."""
    fs.invalidate_cache()
    if fs.exists(f"{path}/{STATE}/{WRITTEN}"):
        fs.rm_file(f"{path}/{STATE}/{WRITTEN}")
    fs.invalidate_cache()
    if fs.exists(f"{path}/{STATE}") and not fs.find(f"{path}/{STATE}"):
        fs.rmdir(f"{path}/{STATE}")
