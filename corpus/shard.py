"""A corpus cut by document, for many processes or machines.

A document's shard follows from its name alone: each process finds its own documents without asking any other, and a
document stays in its shard while others are added.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Self

from corpus.manifest import MANIFEST, Manifest
from mt.errors import InputError

if TYPE_CHECKING:
    from corpus.articles import Article

__all__ = ["Shard", "shards_in"]

_WRITTEN = re.compile(r"([0-9]{1,9})/([0-9]{1,9})")
_FOLDER = re.compile(r"shard-[0-9]+-of-[0-9]+")


@dataclass(frozen=True, slots=True, order=True)
class Shard:
    """One of `count` shards, by its number from 1."""

    index: int
    count: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a shard as it is written: 3/16.

        Raises `InputError` for what is no shard.
        """
        found = _WRITTEN.fullmatch(text)
        index, count = map(int, found.groups()) if found else (0, 0)
        if not 1 <= index <= count:
            raise InputError(f"{text!r} is no shard; write I/N with 1 ≤ I ≤ N, such as 3/16 for the third of sixteen")
        return cls(index, count)

    @classmethod
    def holding(cls, name: str, count: int) -> Self:
        """Give the shard, of so many, that the document of this name is in."""
        digest = blake2b(name.encode("utf-8", "surrogatepass"), digest_size=8).digest()
        return cls(int.from_bytes(digest, "big") % count + 1, count)

    @property
    def folder(self) -> str:
        """Name the shard's corpus folder; in the order of names, shards are in that of their numbers."""
        return f"shard-{self.index:0{len(str(self.count))}}-of-{self.count}"

    def takes(self, name: str) -> bool:
        """Tell whether the document of this name is in this shard."""
        return self.holding(name, self.count) == self

    def of(self, articles: Iterable["Article"]) -> "list[Article]":
        """Give the articles that are in this shard."""
        return [article for article in articles if self.takes(article.name)]

    def place(self, output: Path, inputs: Sequence[Path]) -> Path:
        """Give the shard's corpus folder in the folder of all shards.

        Raises `InputError` where that folder is a corpus itself, or among the input: each shard would find files of the
        others there.
        """
        if Manifest.of(output):
            raise InputError(f"{output} is a corpus ({MANIFEST} in it), and shards need a folder; choose another -o")
        for given in inputs:
            if given.is_dir() and output.resolve().is_relative_to(given.resolve()):
                raise InputError(f"{output} is inside the input {given}; choose an -o outside it")
        return output / self.folder

    def __str__(self) -> str:
        return f"{self.index}/{self.count}"


def shards_in(folder: Path) -> list[Path]:
    """List the shards' folders in a folder, by name; none where there is no such folder.

    Raises `InputError` where it cannot be read.
    """
    try:
        return sorted(path for path in folder.iterdir() if _FOLDER.fullmatch(path.name) and path.is_dir())
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        raise InputError(f"{folder}: this folder cannot be read ({error.strerror}); check its rights") from error
