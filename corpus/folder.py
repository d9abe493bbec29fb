"""A corpus folder on disk: whose it is, who works in it, what of it can be used again.

While a build runs, its finished documents are in `.build/journal.jsonl`, each under a key that is hashed from all that
decides its pairs. `manifest.json` is written last and `.build` removed after it: a folder without `.build` is a whole
corpus.
"""

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import IO, Any

from corpus.journal import Journal, keys_in, line_of, pair_of
from corpus.pair import Pair
from mt.atomic import atomic
from mt.errors import InputError

__all__ = ["CORPUS", "MANIFEST", "REJECTED", "STATE", "Folder", "Judge", "finished", "manifest_of", "opened", "sha256"]

CORPUS = "corpus.jsonl"
REJECTED = "rejected.jsonl"
MANIFEST = "manifest.json"
STATE = ".build"
JOURNAL = "journal.jsonl"
WRITTEN = "written"

Judge = Callable[[Sequence[Pair], Mapping[str, Any]], Sequence[Mapping[str, Any] | None]]
"""A document's pairs and facts to what is said of each rejected one in `rejected.jsonl`, None for those kept."""


@dataclass(frozen=True, slots=True)
class Folder:
    """A corpus folder that this process alone may write to; `manifest` is that of the last finished build."""

    path: Path
    manifest: Mapping[str, Any] | None
    journal: Journal

    def has(self, key: str) -> bool:
        """Tell whether the document with this key is done."""
        return key in self.journal

    def keep(self, key: str, pairs: Iterable[Pair], facts: Mapping[str, Any]) -> None:
        """Write a finished document's pairs, and what the manifest is to say of them."""
        with _written(self.path):
            self.journal.append(key, (line_of(pair.as_dict()) for pair in pairs), facts)

    def place(self, *names: str) -> Path:
        """Give the place of the first of the files that are about to be written; they are this build's to take away."""
        with _written(self.path), (self.path / STATE / WRITTEN).open("a", encoding="utf-8") as list_:
            list_.writelines(f"{name}\n" for name in names)
        return self.path / names[0]

    def salvage(self, keys: Mapping[str, str]) -> None:
        """Take over the finished corpus's documents that are wanted unchanged (document name to key)."""
        if self.manifest is None:
            return
        documents = self.manifest["documents"]
        wanted = {d["key"] for d in documents if keys.get(d["name"]) == d["key"] and not self.has(d["key"])}
        if not wanted or not _is_intact(self.path, self.manifest):
            return
        with ExitStack() as stack:
            kept, rejected = (stack.enter_context(file) for file in _lines(self.path, self.manifest))
            for document in documents:
                places = document["rejected"]
                lines = list(islice(kept, document["pairs"] - len(places)))
                for place, line in zip(places, islice(rejected, len(places)), strict=True):
                    record = json.loads(line)
                    del record["rejected"]
                    lines.insert(place, line_of(record))
                if document["key"] in wanted:
                    with _written(self.path):
                        self.journal.append(document["key"], lines, document["facts"])

    def join(self, keys: Iterable[str], judge: Judge) -> list[dict[str, Any]]:
        """Write `corpus.jsonl` out of the documents with these keys, in this order, and what is rejected beside it.

        Gives for each document what the manifest needs to find its pairs again: how many they are, the numbers of
        those rejected, and its facts. `rejected.jsonl` is written where something was rejected.
        """
        records = []
        with _written(self.path):
            self.journal.sync()
        with ExitStack() as stack:
            whole = stack.enter_context(atomic(self.place(CORPUS)))
            beside: IO[bytes] | None = None
            for key in keys:
                lines, facts = self.journal.read(key)
                verdicts = judge([pair_of(line) for line in lines], facts)
                places = []
                for place, (line, verdict) in enumerate(zip(lines, verdicts, strict=True)):
                    if verdict is None:
                        whole.write(line)
                        continue
                    beside = beside or stack.enter_context(atomic(self.place(REJECTED)))
                    beside.write(line_of({**json.loads(line), "rejected": verdict}))
                    places.append(place)
                records.append({"pairs": len(lines), "rejected": places, "facts": facts})
        return records

    def close(self, manifest: Mapping[str, Any]) -> None:
        """Remove what earlier builds left, interrupted ones too, and this one did not make; write the manifest."""
        names = (self.path / STATE / WRITTEN).read_text("utf-8").splitlines()
        written = {name for name in names if name.isprintable() and name}  # a power cut may leave zeros
        before = self.manifest["files"].keys() if self.manifest else set()
        for name in (written | before) - manifest["files"].keys():
            (self.path / name).unlink(missing_ok=True)
        text = json.dumps(manifest, ensure_ascii=False, indent=2) + "\n"
        with atomic(self.path / MANIFEST) as handle:
            handle.write(text.encode())
        for torn in self.path.glob(".*.part"):  # what a killed build was writing; see `mt.atomic`
            torn.unlink()
        shutil.rmtree(self.path / STATE)


@contextmanager
def opened(path: Path) -> Iterator[Folder]:
    """Take a corpus folder for this process, making it where it is missing.

    An interrupted build's folder and a finished one's are taken, a folder with other things in it is not. Where the
    block fails before any document is done, the folder is left as it was found.

    Raises `InputError` for a folder of others, one in use by another build, and one that cannot be written to.
    """
    _claimed(path)
    state = path / STATE
    new = not path.exists()
    with _locked(path, state):
        try:
            with _written(path):
                (state / "pid").write_text(str(os.getpid()))
                journal = Journal(state / JOURNAL)
            with journal:
                yield Folder(path, _claimed(path), journal)
        except BaseException:
            if not keys_in(state / JOURNAL):
                shutil.rmtree(state, ignore_errors=True)
                if new:
                    path.rmdir()
            raise


def finished(path: Path) -> frozenset[str]:
    """Tell the keys of the documents that need not be translated again, and leave the folder as it is.

    Raises `InputError` as `opened` does for a folder of others.
    """
    manifest = _claimed(path)
    built = {entry["key"] for entry in manifest["documents"]} if manifest and _is_intact(path, manifest) else set()
    return keys_in(path / STATE / JOURNAL) | built


def sha256(path: Path) -> str:
    """Hash a file."""
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def manifest_of(path: Path) -> Mapping[str, Any] | None:
    """Read the manifest of a finished build; None where there is none of ours.

    Raises `InputError` for one that is broken.
    """
    try:
        manifest = json.loads((path / MANIFEST).read_text("utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError) as error:
        raise InputError(
            f"{path / MANIFEST} cannot be read ({error}); delete the folder to have the corpus built anew, or choose "
            "another -o"
        ) from error
    return manifest if _is_ours(manifest) else None


def _is_ours(manifest: Any) -> bool:
    """Tell a manifest of a build from other JSON; its files are in the folder itself, not anywhere a name may point."""
    try:
        return (
            isinstance(manifest["muwazi"], str)
            and all(Path(name).name == name for name in manifest["files"])
            and all({"sha256", "bytes"} <= said.keys() for said in manifest["files"].values())
            and all({"name", "key", "pairs", "rejected", "facts"} <= said.keys() for said in manifest["documents"])
        )
    except (AttributeError, KeyError, TypeError):
        return False


@contextmanager
def _locked(path: Path, state: Path) -> Iterator[None]:
    """Make the folder of a build's own and hold its lock."""
    from filelock import FileLock, Timeout

    lock = FileLock(state / "lock")
    try:
        while True:
            state.mkdir(parents=True, exist_ok=True)
            try:
                lock.acquire(timeout=0)
            except FileNotFoundError:
                continue  # a build that has just finished took it away
            if (state / "lock").exists():
                break
            lock.release()
    except Timeout:
        owner = (state / "pid").read_text().strip() if (state / "pid").exists() else "unknown"
        raise InputError(f"{path}: another build (process {owner}) is at work in it; wait for it or stop it") from None
    except OSError as error:
        raise InputError(f"{path}: cannot be written to ({error.strerror}); choose another -o") from error
    try:
        yield
    finally:
        lock.release()


@contextmanager
def _written(path: Path) -> Iterator[None]:
    """Say what is wrong where the folder cannot be written to."""
    try:
        yield
    except OSError as error:
        raise InputError(
            f"{path}: cannot be written to ({error.strerror}); what is done is kept: run it again when this is mended"
        ) from error


def _claimed(path: Path) -> Mapping[str, Any] | None:
    """Refuse a folder of others; gives the manifest of the last finished build, None where there is none."""
    manifest = manifest_of(path)
    if path.exists() and not path.is_dir():
        raise InputError(f"{path} exists and is no folder; choose another -o")
    try:
        if manifest is None and path.exists() and not (path / STATE).is_dir() and any(path.iterdir()):
            raise InputError(f"{path} is not empty and holds no corpus of ours; choose another -o")
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}); choose another -o") from error
    return manifest


def _is_intact(path: Path, manifest: Mapping[str, Any]) -> bool:
    """Tell whether the pairs are in the files that the manifest speaks of; on any other nothing is built."""
    return all(
        (path / name).exists() and sha256(path / name) == manifest["files"].get(name, {}).get("sha256")
        for name in (CORPUS, REJECTED)
        if name == CORPUS or name in manifest["files"]
    )


def _lines(path: Path, manifest: Mapping[str, Any]) -> Iterator[IO[bytes]]:
    """Open what holds the kept pairs and what holds the rejected ones, which may be nothing."""
    for name in (CORPUS, REJECTED):
        yield (path / name if name in manifest["files"] else Path(os.devnull)).open("rb")
