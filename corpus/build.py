"""Articles into a corpus folder: resumable, and the same bytes for the same input.

What a document's key covers decides its pairs: the article's and the reference's bytes, the model, the engine, the
search, and the versions of the program and of the alignment. A sentence's translation does not depend on what else is
translated (see `mt.batch`), so a build that was killed and run again, or brought up to date, gives the bytes of an
undisturbed one. What is chosen of the pairs, and in which files they are written, is decided at the end: a build with
other filters or formats translates nothing anew.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from corpus.articles import sentences_of
from corpus.assembly import Choice, Result, Scorer, assemble
from corpus.folder import opened
from corpus.pair import Pair
from corpus.plan import Entry, Plan, keys_of
from corpus.reference import aligned_pairs
from corpus.selection import Selection
from corpus.stream import Split, failures, translate_documents
from mt.options import Setup
from mt.translator import Translation, Translator

__all__ = ["build"]


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
        done = (folder.found(_said(entry, keys[entry.article.name])) for entry in plan.entries)
        assemble(folder, done, _how(plan, setup), choice, scorer, result)
    return result


def _how(plan: Plan, setup: Setup) -> dict[str, Any]:
    """Say how a corpus is made, for the manifest."""
    date = plan.date.isoformat().replace("+00:00", "Z") if plan.date else None
    return {**setup.record(), "date": date, "reading": asdict(plan.reading)}


def _said(entry: Entry, key: str) -> dict[str, Any]:
    """Say which document it is, for the manifest."""
    reference = entry.reference
    return {
        "name": entry.article.name,
        "key": key,
        "sha256": entry.sha256,
        "sentences": entry.sentences,
        "reference": {"name": reference.path.name, "sha256": reference.sha256} if reference else None,
    }


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
