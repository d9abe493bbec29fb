"""Articles into a corpus folder: resumable, and the same bytes for the same input.

What a document's key covers decides its pairs: the article's and the reference's bytes, the model, the engine, the
search, and the versions of the program and of the alignment. A sentence's translation does not depend on what else is
translated (see `mt.batch`), so a build that was killed and run again, or brought up to date, gives the bytes of an
undisturbed one. What is chosen of the pairs, and in which files they are written, is decided at the end: a build with
other filters or formats translates nothing anew.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from math import inf
from pathlib import Path
from typing import Any

from corpus.articles import sentences_of
from corpus.filter import Pipeline
from corpus.folder import CORPUS, REJECTED, Folder, opened, sha256
from corpus.formats import FORMATS, files, read, write
from corpus.page import write_page
from corpus.pair import Pair
from corpus.plan import Entry, Plan, keys_of
from corpus.reference import aligned_pairs
from corpus.selection import Selection
from corpus.stream import Split, failures, translate_documents
from mt.atomic import atomic
from mt.options import Setup
from mt.translator import Translation, Translator

__all__ = ["PAGE", "Choice", "Result", "Scorer", "build"]

Scorer = Callable[[Mapping[str, Sequence[str]], Sequence[Sequence[str]]], dict[str, Any]]
"""Systems' translations and references to the document for `scores.json`."""

PAGE = "page"
"""What can be written besides the corpus formats: a page to read."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What to keep of the pairs, and what to write besides `corpus.jsonl`; see `Selection`.

    `forms` are names of `corpus.formats`, and `PAGE`.
    The page is left out of a corpus that has more pairs than `page_limit`.
    """

    forms: tuple[str, ...] = ("tmx", "tsv", PAGE)
    page_limit: float = inf
    filters: Pipeline = field(default_factory=lambda: Pipeline(()))
    keep_unrelated: bool = False

    def record(self) -> dict[str, Any]:
        """Give what decides which pairs are kept, for the manifest."""
        return {"filters": list(self.filters.specs), "keep_unrelated": self.keep_unrelated}


@dataclass(slots=True)
class Result:
    """What a build did: sentences and target tokens that were translated now, and what the corpus holds."""

    selection: Selection
    translated: int = 0
    tokens: int = 0
    copied: int = 0
    cut: int = 0
    replaced: int = 0
    paged: bool = True
    scores: dict[str, Any] | None = None

    @property
    def machine(self) -> int:
        """How many machine pairs there are."""
        return self.selection.origins["machine"]

    @property
    def human(self) -> int:
        """How many human pairs there are."""
        return self.selection.origins["human"]


def build(
    plan: Plan,
    setup: Setup,
    out: Path,
    choice: Choice,
    translator: Callable[[], Translator],
    scorer: Callable[[], Scorer],
    on_kept: Callable[[int], None] = lambda _: None,
    on_failure: Callable[[str], None] = lambda _: None,
) -> Result:
    """Carry out a plan in a corpus folder.

    The engine and the scorer are loaded where they are needed. `on_kept` is told the number of sentences that were
    there already, `on_failure` of each sentence that could not be translated: it has no target, and the next build
    tries its document again.

    Raises `InputError` for a folder that cannot be used, `ModelError` where the engine cannot be loaded.
    """
    result = Result(Selection(choice.filters, choice.keep_unrelated))
    keys = keys_of(plan, setup)
    with opened(out) as folder:
        folder.salvage(keys)
        missing = [entry for entry in plan.entries if not folder.has(keys[entry.article.name])]
        on_kept(plan.sentences - sum(entry.sentences for entry in missing))
        for name, pairs, facts in _finish(missing, plan, setup, translator, result, on_failure):
            if any("failed" in pair.faults for pair in pairs):
                keys[name] += "-failed"  # which is never asked for
            folder.keep(keys[name], pairs, facts)
        records = folder.join(keys.values(), result.selection)
        written = _write_files(folder, plan, setup, choice, scorer, result)
        folder.close(_manifest(folder, plan, setup, choice, keys, records, written, result))
    return result


def _finish(
    entries: Sequence[Entry],
    plan: Plan,
    setup: Setup,
    translator: Callable[[], Translator],
    result: Result,
    on_failure: Callable[[str], None],
) -> Iterator[tuple[str, list[Pair], dict[str, Any]]]:
    """Give each article's name, pairs and facts as soon as they are there; articles without a sentence come last."""
    model = setup.model.id
    work = [entry for entry in entries if entry.sentences]
    documents = (_split(place, entry, plan) for place, entry in enumerate(work))
    for split, translations in translate_documents(documents, translator()) if work else ():
        entry = work[split.place]
        for failure in failures(entry.article, split, translations):
            on_failure(failure)
        yield entry.article.name, *_pairs(entry, plan, model, split, translations)
        result.translated += len(translations)
        result.tokens += sum(translation.tokens for translation in translations)
        result.copied += sum(translation.copied for translation in translations)
        result.cut += sum(translation.parts > 1 for translation in translations)
    for entry in entries:
        if not entry.sentences:
            yield entry.article.name, *_pairs(entry, plan, model, _split(0, entry, plan), ())


def _split(place: int, entry: Entry, plan: Plan) -> Split:
    """Read an article and find its sentences."""
    document = entry.article.document(plan.reading, entry.data())
    return Split(place, document, tuple(sentences_of(document, quotes=plan.reading.quotes)))


def _pairs(
    entry: Entry, plan: Plan, model: str, split: Split, translations: Sequence[Translation]
) -> tuple[list[Pair], dict[str, Any]]:
    """Make a document's pairs, those of its reference among them, and the facts of its alignment."""
    machine = [
        Pair.of(split.document.name, sentence, translation, model)
        for sentence, translation in zip(split.sentences, translations, strict=True)
    ]
    if not entry.reference:
        return machine, {}
    reference = entry.reference.read(plan.reading)
    return aligned_pairs(split.document, split.sentences, translations, machine, reference)


def _write_files(
    folder: Folder, plan: Plan, setup: Setup, choice: Choice, scorer: Callable[[], Scorer], result: Result
) -> dict[str, int | None]:
    """Write what is made of `corpus.jsonl`, and the scores; gives the number of pairs of every file that has some."""
    corpus = folder.path / CORPUS
    selection = result.selection
    written: dict[str, int | None] = {CORPUS: selection.origins.total()}
    if selection.rejected:
        written[REJECTED] = selection.rejected.total()
    origins = ("machine", "human") if result.human else ("machine",)
    for name in choice.forms:
        if name == PAGE:
            if selection.origins.total() > choice.page_limit:
                result.paged = False
                continue
            written["page.html"] = write_page(read(corpus), folder.place("page.html"), title=_title(plan))
            continue
        for origin in origins:
            made = [file.name for file in files(Path(f"{origin}{_ending(name)}"), name)]
            path = folder.place(*made)
            chosen = (pair for pair in read(corpus) if pair.origin == origin)
            report = write(chosen, path, name, date=plan.date)
            written |= dict.fromkeys(made, report.written)
            result.replaced += report.replaced
    if selection.references:
        scores = scorer()({setup.model.name: selection.hypotheses}, [selection.references])
        result.scores = {**scores, "unscored": selection.unscored}
        with atomic(folder.place("scores.json")) as handle:
            handle.write((json.dumps(result.scores, ensure_ascii=False, indent=2) + "\n").encode())
        written["scores.json"] = None
    return written


def _ending(form: str) -> str:
    """Give the end of a format's file names; one without an extension of its own has its name in it."""
    extensions = FORMATS[form].extensions
    return extensions[0] if extensions else f".{form}.tsv"


def _title(plan: Plan) -> str:
    """Name the corpus for its page, by what it is made of alone."""
    if len(plan.entries) == 1:
        return plan.entries[0].article.name
    return f"Parallel corpus of {len(plan.entries):,} documents"


def _manifest(
    folder: Folder,
    plan: Plan,
    setup: Setup,
    choice: Choice,
    keys: Mapping[str, str],
    records: Sequence[Mapping[str, Any]],
    written: Mapping[str, int | None],
    result: Result,
) -> dict[str, Any]:
    """Say what the corpus was made of, how, and what its files are."""
    selection = result.selection
    return {
        **setup.record(),
        "date": plan.date.isoformat().replace("+00:00", "Z") if plan.date else None,
        "reading": asdict(plan.reading),
        **choice.record(),
        "counts": {
            "documents": len(plan.entries),
            "sentences": plan.sentences,
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
        "documents": [
            {
                "name": entry.article.name,
                "key": keys[entry.article.name],
                "sha256": entry.sha256,
                "sentences": entry.sentences,
                "reference": {"name": entry.reference.path.name, "sha256": entry.reference.sha256}
                if entry.reference
                else None,
                **record,
            }
            for entry, record in zip(plan.entries, records, strict=True)
        ],
    }
