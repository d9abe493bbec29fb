"""What a build is going to do, known before anything is written."""

import hashlib
import json
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from corpus.articles import STDIN, Article, sentences_of
from corpus.folder import finished
from corpus.readers import Reading, read_bytes
from corpus.reference import ALIGNMENT, read_reference
from corpus.shard import Shard
from corpus.sides import Side
from mt.errors import InputError
from mt.options import Setup

__all__ = ["Entry", "Plan", "Survey", "keys_of", "make_plan", "survey"]


@dataclass(frozen=True, slots=True)
class Beside:
    """An article's reference: its file and the SHA-256 of its bytes."""

    path: Path
    sha256: str

    def read(self, reading: Reading) -> Side:
        """Read it again.

        Raises `InputError` where it is not what it was.
        """
        side = read_reference(self.path, reading)
        _hold(str(self.path), read_bytes(self.path), self.sha256)
        return side


@dataclass(frozen=True, slots=True)
class Entry:
    """What will be done with an article: its size, its reference or what is wrong with that, and what it hashes to.

    `sha256` is of the article's bytes, `contents` of all that the inputs contribute to its pairs.
    """

    article: Article
    sha256: str
    contents: str
    sentences: int
    reference: Beside | None
    problem: str | None

    def data(self) -> bytes:
        """Read the article's bytes again.

        Raises `InputError` where they are not what they were.
        """
        data = self.article.data()
        _hold(self.article.place, data, self.sha256)
        return data


@dataclass(frozen=True, slots=True)
class Plan:
    """The articles of a build, how they are read, the corpus's date, and the shard if it is one."""

    entries: tuple[Entry, ...]
    reading: Reading
    date: datetime | None
    shard: Shard | None = None

    @property
    def sentences(self) -> int:
        """How many sentences the articles have."""
        return sum(entry.sentences for entry in self.entries)

    @property
    def problems(self) -> list[str]:
        """What is wrong with references."""
        return [entry.problem for entry in self.entries if entry.problem]


@dataclass(frozen=True, slots=True)
class Survey:
    """What a build would find: its documents, how much of them the folder has already, and what is wrong."""

    documents: int
    finished: int
    problems: tuple[str, ...]


def make_plan(
    articles: Sequence[Article], references: Mapping[str, Path], reading: Reading, shard: Shard | None = None
) -> Plan:
    """Read every article and its reference once, so that bad input is known before work begins.

    Where a shard is built, the articles are those in it.

    Raises `InputError` for an article that cannot be read; a reference that cannot be used is noted in the plan.
    """
    newest = 0.0
    entries = []
    for article in articles:
        data = article.data()
        sentences = sentences_of(article.document(reading, data), quotes=reading.quotes)
        name = article.name.encode("utf-8", "surrogatepass")  # names of files need not be UTF-8
        parts = [repr(reading).encode(), article.reader.name.encode(), name, data]
        reference, problem = None, None
        if article.name in references:
            path = references[article.name]
            try:
                beside = read_bytes(path)
                read_reference(path, reading)
                reference = Beside(path, _sha256(beside))
                parts += [beside, path.suffix.lower().encode(), str(ALIGNMENT).encode()]
            except InputError as error:
                problem = f"{error}. The corpus of {article.place} is built without it"
        entries.append(Entry(article, _sha256(data), _digest(*parts), len(sentences), reference, problem))
        for used in (article.path, reference.path if reference else None):
            if used and used != STDIN:
                newest = max(newest, used.stat().st_mtime)
    return Plan(tuple(entries), reading, _date(newest), shard)


def survey(
    articles: Sequence[Article],
    references: Mapping[str, Path],
    reading: Reading,
    setup: Setup,
    out: Path,
    on_sentence: Callable[[str], None],
) -> Survey:
    """Look at what a build would do, writing nothing; `on_sentence` is told each sentence left to translate.

    Raises `InputError` for a folder that cannot be used.
    """
    there = finished(out)
    documents = kept = 0
    problems: list[str] = []
    for article in articles:
        try:
            plan = make_plan([article], references, reading)
            problems += plan.problems
            documents += 1
            if there.isdisjoint(keys_of(plan, setup).values()):
                for sentence in sentences_of(article.document(reading), quotes=reading.quotes):
                    on_sentence(sentence.text)
            else:
                kept += 1
        except InputError as error:
            problems.append(str(error))
    return Survey(documents, kept, tuple(problems))


def keys_of(plan: Plan, setup: Setup) -> dict[str, str]:
    """Hash all that decides each document's pairs; by the document's name."""
    settings = json.dumps(setup.record(), sort_keys=True).encode()
    return {entry.article.name: _digest(settings, entry.contents.encode()) for entry in plan.entries}


def _date(newest: float) -> datetime | None:
    """Give the corpus's date: SOURCE_DATE_EPOCH, else that of the newest input file; none for text from a pipe.

    SOURCE_DATE_EPOCH: seconds since 1970, https://reproducible-builds.org/specs/source-date-epoch/
    """
    given = os.environ.get("SOURCE_DATE_EPOCH")
    if given is None:
        return datetime.fromtimestamp(int(newest), UTC) if newest else None
    try:
        return datetime.fromtimestamp(int(given), UTC)
    except (ValueError, OverflowError, OSError):
        raise InputError(f"SOURCE_DATE_EPOCH is {given!r}, which is no number of seconds since 1970") from None


def _hold(place: str, data: bytes, sha256: str) -> None:
    """Raise `InputError` for a file whose bytes are not what they were."""
    if _sha256(data) != sha256:
        raise InputError(f"{place}: changed while it was being read; run the command again")


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _digest(*parts: bytes) -> str:
    digest = hashlib.blake2b(digest_size=16)
    for part in parts:
        digest.update(len(part).to_bytes(8, "little") + part)
    return digest.hexdigest()
