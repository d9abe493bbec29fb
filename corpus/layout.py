"""A finished corpus laid out into shards, so that bringing it up to date translates only what is new."""

from contextlib import ExitStack
from pathlib import Path

from corpus.folder import documents_in, opened
from corpus.manifest import Manifest
from corpus.shard import Shard

__all__ = ["lay_out"]

_OPEN = 200  # shards' folders that are open at a time


def lay_out(corpus: Manifest, keys: frozenset[str], parts: Path, count: int) -> None:
    """Put a corpus's documents of these keys into the folders of its shards, as if they had been built there.

    Shards that are finished, and documents that are there, stay as they are.

    Raises `InputError` for a folder that cannot be used.
    """
    shards = [
        shard for shard in (Shard(n, count) for n in range(1, count + 1)) if not Manifest.of(parts / shard.folder)
    ]
    for start in range(0, len(shards), _OPEN):
        with ExitStack() as stack:
            folders = {
                shard: stack.enter_context(opened(parts / shard.folder)) for shard in shards[start : start + _OPEN]
            }
            for done in documents_in(corpus.path.parent, corpus):
                folder = folders.get(Shard.holding(done.said["name"], count))
                if folder and done.said["key"] in keys and not folder.has(done.said["key"]):
                    folder.keep(done.said["key"], done.lines, done.facts)
