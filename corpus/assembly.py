"""Finished documents into the files of a corpus folder."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from math import inf
from pathlib import Path
from typing import Any, Self

from corpus.duplicates import By
from corpus.filter import Pipeline
from corpus.folder import CORPUS, REJECTED, Done, Folder, sha256
from corpus.formats import FORMATS, files, read, write
from corpus.manifest import Manifest
from corpus.page import write_page
from corpus.selection import Selection
from mt.atomic import atomic

__all__ = ["PAGE", "Choice", "Result", "Scorer", "assemble"]

Scorer = Callable[[Mapping[str, Sequence[str]], Sequence[Sequence[str]]], dict[str, Any]]
"""Systems' translations and references to the document for `scores.json`."""

PAGE = "page"
"""What can be written besides the corpus formats: a page to read."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What to keep of the pairs, and what to write besides `corpus.jsonl`; see `Selection`.

    `forms` are names of `corpus.formats`, and `PAGE`.
    The page is left out of a corpus that has more pairs than `page_limit`. `duplicates` says by what several pairs that
    say the same have been found out, if they have.
    """

    forms: tuple[str, ...] = ("tmx", "tsv", PAGE)
    page_limit: float = inf
    filters: Pipeline = field(default_factory=lambda: Pipeline(()))
    keep_unrelated: bool = False
    duplicates: By | None = None

    def record(self) -> dict[str, Any]:
        """Give what decides which pairs are kept and what is written, for the manifest."""
        return {
            "filters": list(self.filters.specs),
            "keep_unrelated": self.keep_unrelated,
            **({"duplicates": self.duplicates} if self.duplicates else {}),
            "formats": list(self.forms),
            **({"page_limit": self.page_limit} if self.page_limit < inf else {}),
        }


@dataclass(slots=True)
class Result:
    """What a build did: sentences and target tokens that were translated now, and what the corpus holds.

    `unchanged` says that it did nothing, since all files were there.
    """

    selection: Selection
    translated: int = 0
    tokens: int = 0
    copied: int = 0
    cut: int = 0
    replaced: int = 0
    unchanged: bool = False
    documents: int = 0
    sentences: int = 0
    paged: bool = True
    scores: dict[str, Any] | None = None

    @classmethod
    def of(cls, folder: Path, manifest: Manifest, choice: Choice) -> Self:
        """Tell what a finished folder holds, of which nothing was made now.

        Raises `InputError` for a manifest that cannot be read.
        """
        head, counts = manifest.head, manifest.head["counts"]
        selection = Selection(choice.filters, choice.keep_unrelated)
        selection.origins.update({"machine": counts["machine"], "human": counts["human"]})
        for name in ("faults", "rejected", "beads"):
            getattr(selection, name).update(counts[name])
        for said in manifest.documents():
            if "unrelated" in said["facts"]:
                selection.unrelated[said["name"]] = said["facts"]["unrelated"]
        paged = PAGE not in head["formats"] or "page.html" in manifest.files
        result = cls(
            selection, unchanged=True, documents=counts["documents"], sentences=counts["sentences"], paged=paged
        )
        if "scores.json" in manifest.files:
            result.scores = json.loads((folder / "scores.json").read_bytes())
            selection.unscored = result.scores["unscored"]
        return result

    @property
    def machine(self) -> int:
        """How many machine pairs there are."""
        return self.selection.origins["machine"]

    @property
    def human(self) -> int:
        """How many human pairs there are."""
        return self.selection.origins["human"]


def assemble(
    folder: Folder,
    documents: Iterable[Done],
    how: Mapping[str, Any],
    choice: Choice,
    scorer: Callable[[], Scorer],
    result: Result,
) -> None:
    """Write the corpus of documents, which come in the order of their names, and all that is made of it.

    `how` is what the manifest is to say of the making: model, search, date, reading.
    """
    title = ""

    def counted() -> Iterator[Done]:
        nonlocal title
        for done in documents:
            title = done.said["name"]
            result.documents += 1
            result.sentences += done.said["sentences"]
            yield done

    folder.join(counted(), result.selection)
    if result.documents != 1:
        title = f"Parallel corpus of {result.documents:,} documents"
    written = _write_files(folder, how, title, choice, scorer, result)
    folder.close(_head(folder, {**how, **choice.record()}, written, result))


def _write_files(
    folder: Folder,
    how: Mapping[str, Any],
    title: str,
    choice: Choice,
    scorer: Callable[[], Scorer],
    result: Result,
) -> dict[str, int | None]:
    """Write what is made of `corpus.jsonl`, and the scores; gives the number of pairs of every file that has some."""
    corpus = folder.path / CORPUS
    selection = result.selection
    date = datetime.fromisoformat(how["date"]) if how["date"] else None
    written: dict[str, int | None] = {CORPUS: selection.origins.total()}
    if selection.rejected:
        written[REJECTED] = selection.rejected.total()
    origins = ("machine", "human") if result.human else ("machine",)
    for name in choice.forms:
        if name == PAGE:
            if selection.origins.total() > choice.page_limit:
                result.paged = False
                continue
            written["page.html"] = write_page(read(corpus), folder.place("page.html"), title=title)
            continue
        for origin in origins:
            made = [file.name for file in files(Path(f"{origin}{_ending(name)}"), name)]
            path = folder.place(*made)
            chosen = (pair for pair in read(corpus) if pair.origin == origin)
            report = write(chosen, path, name, date=date)
            written |= dict.fromkeys(made, report.written)
            result.replaced += report.replaced
    if selection.references:
        scores = scorer()({how["model"]["name"]: selection.hypotheses}, [selection.references])
        result.scores = {**scores, "unscored": selection.unscored}
        with atomic(folder.place("scores.json")) as handle:
            handle.write((json.dumps(result.scores, ensure_ascii=False, indent=2) + "\n").encode())
        written["scores.json"] = None
    return written


def _ending(form: str) -> str:
    """Give the end of a format's file names; one without an extension of its own has its name in it."""
    extensions = FORMATS[form].extensions
    return extensions[0] if extensions else f".{form}.tsv"


def _head(folder: Folder, how: Mapping[str, Any], written: Mapping[str, int | None], result: Result) -> dict[str, Any]:
    """Say what the corpus was made of, how, and what its files are."""
    selection = result.selection
    return {
        **how,
        "counts": {
            "documents": result.documents,
            "sentences": result.sentences,
            "machine": result.machine,
            "human": result.human,
            "faults": dict(sorted(selection.faults.items())),
            "rejected": dict(sorted(selection.rejected.items())),
            "beads": dict(sorted(selection.beads.items())),
        },
        "files": {
            name: {
                "sha256": sha256(folder.path / name),
                "bytes": (folder.path / name).stat().st_size,
                **({} if pairs is None else {"pairs": pairs}),
            }
            for name, pairs in written.items()
        },
    }
