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
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import IO, Any

from corpus.journal import Journal, keys_in, line_of, pair_of
from corpus.manifest import Manifest
from corpus.pair import Pair
from corpus.shard import shards_in
from mt.atomic import atomic
from mt.errors import InputError

__all__ = [
    "CORPUS",
    "JOURNAL",
    "REJECTED",
    "STATE",
    "WRITTEN",
    "Done",
    "Folder",
    "Judge",
    "Verdicts",
    "documents_in",
    "finished",
    "opened",
    "sha256",
]

CORPUS = "corpus.jsonl"
REJECTED = "rejected.jsonl"
STATE = ".build"
JOURNAL = "journal.jsonl"
WRITTEN = "written"
DOCUMENTS = "documents.jsonl"

Verdicts = Sequence[Mapping[str, Any] | None]
"""What is said of each rejected pair of a document in `rejected.jsonl`, None for those kept."""


@dataclass(frozen=True, slots=True)
class Done:
    """A finished document: what its key and its texts are (`said`), its pairs' lines, and facts of its alignment.

    `verdicts` are there where the pairs have been judged.
    """

    said: Mapping[str, Any]
    lines: Sequence[bytes]
    facts: Mapping[str, Any]
    verdicts: Verdicts | None = None


Judge = Callable[[Done, Sequence[Pair]], Verdicts]
"""A finished document, its pairs read, to the verdicts on them."""


@dataclass(frozen=True, slots=True)
class Folder:
    """A corpus folder that this process alone may write to; `manifest` is that of the last finished build."""

    path: Path
    manifest: Manifest | None
    journal: Journal

    def has(self, key: str) -> bool:
        """Tell whether the document with this key is done."""
        return key in self.journal

    def keep(self, key: str, lines: Iterable[bytes], facts: Mapping[str, Any]) -> None:
        """Write a finished document: its pairs' lines, and what the manifest is to say of them."""
        with _written(self.path):
            self.journal.append(key, lines, facts)

    def place(self, *names: str) -> Path:
        """Give the place of the first of the files that are about to be written; they are this build's to take away."""
        with _written(self.path), (self.path / STATE / WRITTEN).open("a", encoding="utf-8") as list_:
            list_.writelines(f"{name}\n" for name in names)
        return self.path / names[0]

    def salvage(self, keys: Mapping[str, str]) -> None:
        """Take over the finished corpus's documents that are wanted unchanged (document name to key)."""
        if self.manifest is None:
            return

        def wanted(said: Mapping[str, Any]) -> bool:
            return keys.get(said["name"]) == said["key"] and not self.has(said["key"])

        if any(map(wanted, self.manifest.documents())) and _is_intact(self.path, self.manifest):
            for done in documents_in(self.path, self.manifest):
                if wanted(done.said):
                    self.keep(done.said["key"], done.lines, done.facts)

    def found(self, said: Mapping[str, Any]) -> Done:
        """Give a document that is done, by what is said of it."""
        lines, facts = self.journal.read(said["key"])
        return Done(said, lines, facts)

    def join(self, documents: Iterable[Done], judge: Judge) -> None:
        """Write `corpus.jsonl` out of documents, in their order, and what is rejected beside it.

        Of each document is noted for the manifest what it takes to find its pairs again: how many they are, the numbers
        of those rejected, and its facts. `rejected.jsonl` is written where something was rejected. Up to the end, an
        earlier corpus stays as it is.
        """
        with _written(self.path):
            self.journal.sync()
        state = self.path / STATE
        made = [CORPUS]
        with ExitStack() as stack:
            whole, notes = (stack.enter_context(atomic(state / name)) for name in (CORPUS, DOCUMENTS))
            beside: IO[bytes] | None = None
            for done in documents:
                verdicts = judge(done, [pair_of(line) for line in done.lines])
                places = []
                for place, (line, verdict) in enumerate(zip(done.lines, verdicts, strict=True)):
                    if verdict is None:
                        whole.write(line)
                        continue
                    if beside is None:
                        beside = stack.enter_context(atomic(state / REJECTED))
                        made.append(REJECTED)
                    beside.write(line_of({**json.loads(line), "rejected": verdict}))
                    places.append(place)
                notes.write(line_of({**done.said, "pairs": len(done.lines), "rejected": places, "facts": done.facts}))
        self.place(*made)
        with _written(self.path):
            for name in made:
                (state / name).replace(self.path / name)

    def close(self, head: Mapping[str, Any]) -> None:
        """Remove what earlier builds left, interrupted ones too, and this one did not make; write the manifest."""
        names = (self.path / STATE / WRITTEN).read_text("utf-8").splitlines()
        written = {name for name in names if name.isprintable() and name}  # a power cut may leave zeros
        before = self.manifest.files.keys() if self.manifest else set()
        for name in (written | before) - head["files"].keys():
            (self.path / name).unlink(missing_ok=True)
        with _written(self.path), (self.path / STATE / DOCUMENTS).open("rb") as documents:
            Manifest.write(self.path, head, documents)
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
            if not keys_in(state / JOURNAL) and not (state / WRITTEN).exists():
                _left(path, new=new)
            raise


def finished(path: Path) -> frozenset[str]:
    """Tell the keys of the documents that need not be translated again, and leave the folder as it is.

    Raises `InputError` as `opened` does for a folder of others.
    """
    manifest = _claimed(path)
    built = {said["key"] for said in manifest.documents()} if manifest and _is_intact(path, manifest) else set()
    return keys_in(path / STATE / JOURNAL) | built


def sha256(path: Path) -> str:
    """Hash a file."""
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def documents_in(path: Path, manifest: Manifest) -> Iterator[Done]:
    """Give the documents of a corpus folder in order, with their rejected pairs in the places that they had."""
    with ExitStack() as stack:
        kept, rejected = (
            stack.enter_context((path / name if name in manifest.files else Path(os.devnull)).open("rb"))
            for name in (CORPUS, REJECTED)
        )
        for said in manifest.documents():
            places = said.pop("rejected")
            number = said.pop("pairs") - len(places)
            lines = list(islice(kept, number))
            beside = list(islice(rejected, len(places)))
            if len(lines) < number or len(beside) < len(places):
                raise InputError(f"{path}: fewer pairs than its manifest speaks of; delete it and build it anew")
            verdicts: list[Mapping[str, Any] | None] = [None] * len(lines)
            for place, line in zip(places, beside, strict=True):
                record = json.loads(line)
                verdicts.insert(place, record.pop("rejected"))
                lines.insert(place, line_of(record))
            facts = said.pop("facts")
            yield Done(said, lines, facts, verdicts)


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


def _left(path: Path, *, new: bool) -> None:
    """Take away what a build has made that did nothing; the shards of another way to build may be there too."""
    with suppress(OSError):  # a folder may not be empty
        for name in (JOURNAL, CORPUS, REJECTED, DOCUMENTS, "pid", "lock"):
            (path / STATE / name).unlink(missing_ok=True)
        (path / STATE).rmdir()
        if new:
            path.rmdir()


@contextmanager
def _written(path: Path) -> Iterator[None]:
    """Say what is wrong where the folder cannot be written to."""
    try:
        yield
    except OSError as error:
        raise InputError(
            f"{path}: cannot be written to ({error.strerror}); what is done is kept: run it again when this is mended"
        ) from error


def _claimed(path: Path) -> Manifest | None:
    """Refuse a folder of others; gives the manifest of the last finished build, None where there is none."""
    manifest = Manifest.of(path)
    if path.exists() and not path.is_dir():
        raise InputError(f"{path} exists and is no folder; choose another -o")
    try:
        if manifest is None and path.exists() and not (path / STATE).is_dir() and any(path.iterdir()):
            if shards_in(path):
                raise InputError(
                    f"{path} holds shards; `muwazi merge {path} -o OUT` makes one corpus of them, or choose another -o"
                )
            raise InputError(f"{path} is not empty and holds no corpus of ours; choose another -o")
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}); choose another -o") from error
    return manifest


def _is_intact(path: Path, manifest: Manifest) -> bool:
    """Tell whether the pairs are in the files that the manifest speaks of; on any other nothing is built."""
    return all(
        (path / name).exists() and sha256(path / name) == manifest.files.get(name, {}).get("sha256")
        for name in (CORPUS, REJECTED)
        if name == CORPUS or name in manifest.files
    )
