"""Planned articles into finished documents: read again, translated, aligned."""

from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from corpus.articles import sentences_of
from corpus.journal import line_of
from corpus.pair import Pair
from corpus.plan import Entry
from corpus.readers import Reading
from corpus.reference import aligned_pairs
from corpus.stream import Split, failures, translate_documents
from mt.translator import Translation, Translator

__all__ = ["Outcome", "outcomes", "untranslated"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """A finished document: its pairs' lines as in `corpus.jsonl`, and facts of its alignment.

    `failures` say of each sentence that could not be translated where it is and why. Of the sentences `copied` went
    past the model, `cut` were translated in parts; `tokens` are the target's.
    """

    name: str
    lines: tuple[bytes, ...]
    facts: dict[str, Any]
    failures: tuple[str, ...] = ()
    sentences: int = 0
    tokens: int = 0
    copied: int = 0
    cut: int = 0


def outcomes(
    entries: Iterable[Entry | None], reading: Reading, model: str, translator: Translator
) -> Generator[Outcome, None, None]:
    """Give each article's outcome as soon as it is there, in order; each has sentences.

    None among the articles says that the next one may be long in coming: those before are finished without it.

    Raises `InputError` for an article or a reference that is not what it was, `ModelError` where the engine fails.
    """
    work: dict[int, Entry] = {}

    def documents() -> Iterator[Split | None]:
        for place, entry in enumerate(entries):
            if entry is None:
                yield None
                continue
            work[place] = entry
            yield _split(place, entry, reading)

    for split, translations in translate_documents(documents(), translator):
        entry = work.pop(split.place)
        yield _outcome(entry, reading, model, split, translations)


def untranslated(entry: Entry, reading: Reading, model: str) -> Outcome:
    """Give the outcome of an article without a sentence; its reference may have some."""
    return _outcome(entry, reading, model, _split(0, entry, reading), ())


def _split(place: int, entry: Entry, reading: Reading) -> Split:
    """Read an article and find its sentences."""
    document = entry.article.document(reading, entry.data())
    return Split(place, document, tuple(sentences_of(document, quotes=reading.quotes)))


def _outcome(entry: Entry, reading: Reading, model: str, split: Split, translations: Sequence[Translation]) -> Outcome:
    """Make a document's pairs, those of its reference among them."""
    pairs = [
        Pair.of(split.document.name, sentence, translation, model)
        for sentence, translation in zip(split.sentences, translations, strict=True)
    ]
    facts: dict[str, Any] = {}
    if entry.reference:
        reference = entry.reference.read(reading)
        pairs, facts = aligned_pairs(split.document, split.sentences, translations, pairs, reference)
    return Outcome(
        entry.article.name,
        tuple(line_of(pair.as_dict()) for pair in pairs),
        facts,
        tuple(failures(entry.article, split, translations)),
        len(translations),
        sum(translation.tokens for translation in translations),
        sum(translation.copied for translation in translations),
        sum(translation.parts > 1 for translation in translations),
    )
