"""Corpus folders into one, which is what one build of all their documents would have made, byte for byte.

Every folder's documents stand in the order of their names, and so do those of the union: the folders are read side by
side, a document of each in memory. What was rejected stays rejected, for the reason that it had.
"""

import resource
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from heapq import merge
from itertools import groupby
from math import inf
from operator import itemgetter
from pathlib import Path
from typing import Any, Self

from corpus.agreement import OWN, agree, intact, shards_of, unfinished
from corpus.assembly import Choice, Result, Scorer, assemble
from corpus.duplicates import By, Duplicates
from corpus.filter import Pipeline, Reason
from corpus.folder import Done, documents_in, opened
from corpus.journal import pair_of
from corpus.manifest import Manifest
from corpus.pair import Pair
from corpus.selection import Selection
from corpus.shard import Shard
from corpus.sift import DUPLICATE
from mt.errors import InputError

__all__ = ["Union"]

_CHOSEN = frozenset({"filters", "keep_unrelated", "formats", "page_limit"})  # what `Choice.record` says
_NAMED = 10  # missing shards that are listed
_OPEN = 3  # files of a folder that are read at a time
_SPARE = 64  # files that the process has open besides

_Named = tuple[str, Path, Done]


@dataclass(frozen=True, slots=True)
class Union:
    """Corpus folders that go together, by their manifests, and what is to be made of them.

    `how` is what the manifest will say of the making.
    """

    manifests: tuple[Manifest, ...]
    how: Mapping[str, Any]
    choice: Choice

    @classmethod
    def of(
        cls,
        folders: Sequence[Path],
        forms: Sequence[str] = (),
        duplicates: By | None = None,
        *,
        partial: bool = False,
        on_left_out: Callable[[str], None] = lambda _: None,
    ) -> Self:
        """See that folders are whole, made alike, and all that there should be.

        `forms` are the formats to write, without any those of the folders. `partial` leaves out what is missing or
        unfinished; `on_left_out` is told of it.

        Raises `InputError` for a folder that is none of ours, unfinished or changed, for one that was made otherwise
        than another, and for missing shards.
        """
        manifests = []
        for folder in folders:
            problem = unfinished(folder)
            if problem is None:
                manifests.append(intact(folder))
            elif partial:
                on_left_out(f"{problem}; it is left out")
            else:
                raise InputError(f"{problem}; run it again, or give --partial to leave it out")
        if not manifests:
            raise InputError("none of these folders is finished; build them first")
        agree(manifests, ("formats", "page_limit") if forms else ())
        for manifest in manifests:
            said = manifest.head.get("duplicates")
            if said not in (None, duplicates):
                raise InputError(f"{manifest.path.parent} was merged with --duplicates {said}; give that here too")
        shards, missing = shards_of(manifests)
        if missing:
            more = f" and {len(missing) - _NAMED:,} more" if len(missing) > _NAMED else ""
            problem = f"missing: shard {', '.join(map(str, missing[:_NAMED]))}{more}"
            if not partial:
                raise InputError(f"{problem}; build what is missing, or give --partial to merge what there is")
            on_left_out(f"{problem}; the rest is merged")
        how = _how(manifests, shards if missing else ())
        return cls(tuple(manifests), how, _choice(manifests[0].head, forms, duplicates))

    @property
    def documents(self) -> int:
        """How many documents the folders have; one that several have counts in each."""
        return sum(manifest.head["counts"]["documents"] for manifest in self.manifests)

    def write(
        self, out: Path, scorer: Callable[[], Scorer], on_document: Callable[[int], None] = lambda _: None
    ) -> Result:
        """Make one corpus folder of all; `on_document` is told of each document that is put into it.

        As a build's, the folder is new or one of ours, and afterwards whole or unfinished, whatever happens.

        Raises `InputError` for a folder that cannot be used or is among those to be merged, for a document that two of
        these have in different texts, and for one that stands out of order.
        """
        for manifest in self.manifests:
            if out.resolve().is_relative_to(manifest.path.parent.resolve()):
                raise InputError(f"{out} is one of the folders to be merged, or inside it; choose another -o")
        _let_open(len(self.manifests) * _OPEN + _SPARE)
        result = Result(Selection(self.choice.filters, self.choice.keep_unrelated))

        def documents() -> Iterator[Done]:
            for done in self._documents():
                yield done
                on_document(1)

        with opened(out) as folder:
            assemble(folder, documents(), self.how, self.choice, scorer, result)
        return result

    def _documents(self) -> Iterator[Done]:
        """Give the documents in order, with duplicates among their pairs rejected if they are to be."""
        if not self.choice.duplicates:
            yield from _side_by_side(self.manifests)
            return
        finder = Duplicates(self.choice.duplicates)
        for done in _side_by_side(self.manifests):
            for _, pair in _comparable(done):
                finder.add(pair)
        number = 0
        for done in _side_by_side(self.manifests):
            verdicts = list(done.verdicts or ())
            for place, _ in _comparable(done):
                better = finder.kept_for(number)
                number += 1
                if better is not None:
                    verdicts[place] = Reason(DUPLICATE, better, finder.by).as_dict()
            yield replace(done, verdicts=verdicts)


def _how(manifests: Sequence[Manifest], shards: Sequence[Shard]) -> dict[str, Any]:
    """Say how the union was made: as each of its folders; of which shards if not of all; of the newest date."""
    dates = [manifest.head["date"] for manifest in manifests if manifest.head["date"]]
    how: dict[str, Any] = {}
    for name, value in manifests[0].head.items():
        if name == "date":
            if shards:
                how["shard"] = [str(shard) for shard in shards]
            how["date"] = max(dates, key=datetime.fromisoformat, default=None)
        elif name not in OWN | _CHOSEN:
            how[name] = value
    return how


def _choice(head: Mapping[str, Any], forms: Sequence[str], duplicates: By | None) -> Choice:
    """Choose as a folder was made, other formats if some are given."""
    limit = inf if forms else head.get("page_limit", inf)
    filters = Pipeline.of("none", head["filters"])
    return Choice(tuple(forms or head["formats"]), limit, filters, head["keep_unrelated"], duplicates)


def _side_by_side(manifests: Iterable[Manifest]) -> Iterator[Done]:
    """Give the documents of all folders in the order of their names, each once."""
    name: Callable[[_Named], str] = itemgetter(0)
    for _, group in groupby(merge(*map(_in_order, manifests), key=name), key=name):
        (document, folder, done), *others = group
        for _, other, again in others:
            if again.said["key"] != done.said["key"]:
                raise InputError(
                    f"document {document!r} is in {folder} and in {other}, and not made of the same texts; build them "
                    "again, or leave one out"
                )
        yield done


def _in_order(manifest: Manifest) -> Iterator[_Named]:
    """Give a folder's documents with their names and the folder, while the names rise."""
    folder, before = manifest.path.parent, None
    for done in documents_in(folder, manifest):
        document = done.said["name"]
        if before is not None and document <= before:
            raise InputError(f"{manifest.path}: document {document!r} is behind {before!r}; build this corpus again")
        before = document
        yield document, folder, done


def _comparable(done: Done) -> Iterator[tuple[int, Pair]]:
    """Give those of a document's pairs that can have doubles, with their numbers: kept so far, and of two sides."""
    for place, (line, verdict) in enumerate(zip(done.lines, done.verdicts or (), strict=True)):
        if verdict is None:
            pair = pair_of(line)
            if pair.source and pair.target is not None:
                yield place, pair


def _let_open(files: int) -> None:
    """Let this process have so many files open.

    Raises `InputError` where the system does not.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY or soft >= files:
        return
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (files, hard))
    except (ValueError, OSError):
        raise InputError(
            f"so many folders are {files:,} open files, and this process may have {hard:,}; merge some first, with "
            "--partial, or raise that number (ulimit -Hn)"
        ) from None
