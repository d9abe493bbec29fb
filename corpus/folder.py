"""A corpus folder on disk: whose it is, who works in it, what of it can be used again.

While a build runs, each finished document is a part, `.build/KEY.jsonl`, where KEY is hashed from all that decides
its pairs. `manifest.json` is written last and `.build` removed after it: a folder without `.build` is a whole corpus.
"""

import hashlib
import json
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

from corpus.formats.jsonl import write as write_jsonl
from corpus.pair import Pair
from mt.atomic import atomic
from mt.errors import InputError

__all__ = ["CORPUS", "Folder", "finished", "opened", "sha256"]

CORPUS = "corpus.jsonl"
MANIFEST = "manifest.json"
STATE = ".build"


@dataclass(frozen=True, slots=True)
class Folder:
    """A corpus folder that this process alone may write to; `manifest` is that of the last finished build."""

    path: Path
    manifest: Mapping[str, Any] | None

    def has(self, key: str) -> bool:
        """Tell whether the document with this key is done."""
        return self._part(key).exists()

    def keep(self, key: str, pairs: Sequence[Pair]) -> None:
        """Write a finished document's pairs."""
        write_jsonl(pairs, self._part(key))

    def salvage(self, keys: Mapping[str, str]) -> None:
        """Make parts of the finished corpus's documents that are wanted unchanged (document name to key)."""
        if self.manifest is None:
            return
        kept = {
            entry["name"]: entry["key"]
            for entry in self.manifest["documents"]
            if keys.get(entry["name"]) == entry["key"] and not self.has(entry["key"])
        }
        if not kept or not _is_intact(self.path, self.manifest):
            return
        found = set()
        with (self.path / CORPUS).open("rb") as lines:
            for name, group in groupby(lines, key=_document):
                if name in kept:
                    with atomic(self._part(kept[name])) as part:
                        part.writelines(group)
                    found.add(name)
        for name in kept.keys() - found:  # documents without a sentence have no line
            self.keep(kept[name], ())

    def join(self, keys: Iterable[str]) -> None:
        """Write `corpus.jsonl` out of the parts, in this order."""
        with atomic(self.path / CORPUS) as whole:
            for key in keys:
                with self._part(key).open("rb") as part:
                    shutil.copyfileobj(part, whole)

    def close(self, manifest: Mapping[str, Any]) -> None:
        """Write the manifest, and remove what an earlier build left and this one did not make again."""
        text = json.dumps(manifest, ensure_ascii=False, indent=2) + "\n"
        with atomic(self.path / MANIFEST) as handle:
            handle.write(text.encode())
        for name in (self.manifest or {"files": {}})["files"].keys() - manifest["files"].keys():
            (self.path / name).unlink(missing_ok=True)
        shutil.rmtree(self.path / STATE)

    def _part(self, key: str) -> Path:
        return self.path / STATE / f"{key}.jsonl"


@contextmanager
def opened(path: Path) -> Iterator[Folder]:
    """Take a corpus folder for this process, making it where it is missing.

    An interrupted build's folder and a finished one's are taken, a folder with other things in it is not. Where the
    block fails before any document is done, the folder is left as it was found.

    Raises `InputError` for a folder of others, one in use by another build, and one that cannot be written to.
    """
    from filelock import FileLock, Timeout

    manifest = _claimed(path)
    state = path / STATE
    new = not path.exists()
    try:
        state.mkdir(parents=True, exist_ok=True)
        lock = FileLock(state / "lock")
        lock.acquire(timeout=0)
    except Timeout:
        owner = (state / "pid").read_text().strip() if (state / "pid").exists() else "unknown"
        raise InputError(f"{path}: another build (process {owner}) is at work in it; wait for it or stop it") from None
    except OSError as error:
        raise InputError(f"{path}: cannot be written to ({error.strerror}); choose another -o") from error
    try:
        (state / "pid").write_text(str(os.getpid()))
        yield Folder(path, manifest)
    except BaseException:
        if not any(state.glob("*.jsonl")):
            shutil.rmtree(state, ignore_errors=True)
            if new:
                path.rmdir()
        raise
    finally:
        lock.release()


def finished(path: Path) -> frozenset[str]:
    """Tell the keys of the documents that need not be translated again, and leave the folder as it is.

    Raises `InputError` as `opened` does for a folder of others.
    """
    manifest = _claimed(path)
    parts = {part.stem for part in (path / STATE).glob("*.jsonl")}
    built = {entry["key"] for entry in manifest["documents"]} if manifest and _is_intact(path, manifest) else set()
    return frozenset(parts | built)


def sha256(path: Path) -> str:
    """Hash a file."""
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def _claimed(path: Path) -> Mapping[str, Any] | None:
    """Refuse a folder of others; gives the manifest of the last finished build, None where there is none."""
    manifest = _manifest(path)
    if path.exists() and not path.is_dir():
        raise InputError(f"{path} exists and is no folder; choose another -o")
    try:
        if manifest is None and path.exists() and not (path / STATE).is_dir() and any(path.iterdir()):
            raise InputError(f"{path} is not empty and holds no corpus of ours; choose another -o")
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}); choose another -o") from error
    return manifest


def _is_intact(path: Path, manifest: Mapping[str, Any]) -> bool:
    """Tell whether the corpus is the file that the manifest speaks of; on any other nothing is built."""
    corpus = path / CORPUS
    return corpus.exists() and sha256(corpus) == manifest["files"].get(CORPUS, {}).get("sha256")


def _manifest(path: Path) -> Mapping[str, Any] | None:
    """Read the manifest of a finished build; None where there is none of ours."""
    try:
        manifest = json.loads((path / MANIFEST).read_text("utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError) as error:
        raise InputError(
            f"{path / MANIFEST} cannot be read ({error}); delete it to have the corpus built anew"
        ) from error
    ours = isinstance(manifest, dict) and {"muwazi", "documents", "files"} <= manifest.keys()
    return manifest if ours else None


def _document(line: bytes) -> str:
    name: str = json.loads(line)["document"]
    return name
