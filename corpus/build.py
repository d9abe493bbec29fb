"""Articles into a corpus folder: resumable, and the same bytes for the same input.

What a part's key covers decides its pairs: the article's and the reference's bytes, the model, the engine, the
search and the program's version. A sentence's translation does not depend on what else is translated (see
`mt.batch`), so a build that was killed and run again, or brought up to date, gives the bytes of an undisturbed one.
"""

import hashlib
import json
import os
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from corpus.articles import STDIN, Article, sentences_of
from corpus.document import Sentence
from corpus.folder import CORPUS, Folder, finished, opened, sha256
from corpus.formats import FORMATS, read, write
from corpus.pair import Origin, Pair
from corpus.readers import Reading
from corpus.reference import pair_by_count
from corpus.stream import Split, failures, translate_documents
from mt.atomic import atomic
from mt.errors import InputError
from mt.options import Setup
from mt.translator import Translation, Translator

__all__ = ["Plan", "Result", "Scorer", "Survey", "build", "make_plan", "survey"]

Scorer = Callable[[Mapping[str, Sequence[str]], Sequence[Sequence[str]]], dict[str, Any]]
"""Systems' translations and references to the document for `scores.json`."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What will be done with an article: its size, its reference or what is wrong with that, and what it hashes to.

    `sha256` is of the article's bytes, `contents` of all that the inputs contribute to its pairs.
    """

    article: Article
    sha256: str
    contents: str
    sentences: int
    reference: Path | None
    problem: str | None


@dataclass(frozen=True, slots=True)
class Plan:
    """A build, known before anything is written."""

    entries: tuple[Entry, ...]
    reading: Reading
    date: datetime | None

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


@dataclass(slots=True)
class Result:
    """What a build did: sentences and target tokens that were translated now, and what the corpus holds."""

    translated: int = 0
    tokens: int = 0
    copied: int = 0
    cut: int = 0
    machine: int = 0
    human: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    replaced: int = 0
    scores: dict[str, Any] | None = None


def make_plan(articles: Sequence[Article], references: Mapping[str, Path], reading: Reading) -> Plan:
    """Read every article and its reference once, so that bad input is known before work begins.

    Raises `InputError` for an article that cannot be read; a reference that does not fit is noted in the plan.
    """
    newest = 0.0
    entries = []
    for article in articles:
        data = article.data()
        sentences = sentences_of(article.document(reading, data), quotes=reading.quotes)
        reference, problem = references.get(article.name), None
        beside = b""
        if reference:
            try:
                pair_by_count(article.name, sentences, reference, reading)
                beside = reference.read_bytes()
            except InputError as error:
                reference, problem = None, str(error)
        contents = _digest(repr(reading).encode(), article.reader.name.encode(), article.name.encode(), data, beside)
        entries.append(Entry(article, hashlib.sha256(data).hexdigest(), contents, len(sentences), reference, problem))
        for path in (article.path, reference):
            if path and path != STDIN:
                newest = max(newest, path.stat().st_mtime)
    return Plan(tuple(entries), reading, _date(newest))


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
            if there.isdisjoint(_keys(plan, setup).values()):
                for sentence in sentences_of(article.document(reading), quotes=reading.quotes):
                    on_sentence(sentence.text)
            else:
                kept += 1
        except InputError as error:
            problems.append(str(error))
    return Survey(documents, kept, tuple(problems))


def _keys(plan: Plan, setup: Setup) -> dict[str, str]:
    """Hash all that decides each document's pairs; by the document's name."""
    settings = json.dumps(setup.record(), sort_keys=True).encode()
    return {entry.article.name: _digest(settings, entry.contents.encode()) for entry in plan.entries}


def build(
    plan: Plan,
    setup: Setup,
    out: Path,
    formats: Sequence[str],
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
    result = Result()
    keys = _keys(plan, setup)
    with opened(out) as folder:
        folder.salvage(keys)
        missing = [entry for entry in plan.entries if not folder.has(keys[entry.article.name])]
        on_kept(plan.sentences - sum(entry.sentences for entry in missing))
        for entry in missing:
            if not entry.sentences:
                folder.keep(keys[entry.article.name], ())
        work = [entry for entry in missing if entry.sentences]
        if work:
            for name, pairs in _translate(work, plan, setup, translator(), result, on_failure):
                if any("failed" in pair.faults for pair in pairs):
                    keys[name] += "-failed"  # which is never asked for
                folder.keep(keys[name], pairs)
        folder.join(keys.values())
        files = _write_formats(folder, plan, setup, formats, scorer, result)
        folder.close(_manifest(folder, plan, setup, keys, files, result))
    return result


def _translate(
    entries: Sequence[Entry],
    plan: Plan,
    setup: Setup,
    translator: Translator,
    result: Result,
    on_failure: Callable[[str], None],
) -> Iterator[tuple[str, list[Pair]]]:
    """Give each article's name and pairs as soon as they are there."""

    def documents() -> Iterator[Split]:
        for place, entry in enumerate(entries):
            data = entry.article.data()
            if hashlib.sha256(data).hexdigest() != entry.sha256:
                raise InputError(f"{entry.article.path}: changed while it was being read; run the command again")
            document = entry.article.document(plan.reading, data)
            yield Split(place, document, tuple(sentences_of(document, quotes=plan.reading.quotes)))

    for split, translations in translate_documents(documents(), translator):
        entry = entries[split.place]
        for failure in failures(entry.article, split, translations):
            on_failure(failure)
        yield entry.article.name, _pairs(entry, plan.reading, setup.model.id, split.sentences, translations)
        result.translated += len(translations)
        result.tokens += sum(translation.tokens for translation in translations)
        result.copied += sum(translation.copied for translation in translations)
        result.cut += sum(translation.parts > 1 for translation in translations)


def _pairs(
    entry: Entry, reading: Reading, model: str, sentences: Sequence[Sentence], translations: Sequence[Translation]
) -> list[Pair]:
    """Make a document's pairs: of each sentence its translation, then the reference, where these are not the same."""
    human = pair_by_count(entry.article.name, sentences, entry.reference, reading) if entry.reference else []
    pairs = []
    for number, (sentence, translation) in enumerate(zip(sentences, translations, strict=True)):
        pair = Pair.of(entry.article.name, sentence, translation, model)
        reference = Pair.human(entry.article.name, sentence, human[number], "1-1") if human else None
        if reference is None or pair.id != reference.id:
            pairs.append(pair)
        if reference:
            pairs.append(reference)
    return pairs


def _write_formats(
    folder: Folder, plan: Plan, setup: Setup, formats: Sequence[str], scorer: Callable[[], Scorer], result: Result
) -> dict[str, int | None]:
    """Write the projections of `corpus.jsonl` and the scores; gives each file's number of pairs."""
    corpus = folder.path / CORPUS
    machine: list[str] = []
    references: list[str] = []
    made: Pair | None = None  # the machine's pair of the sentence at hand; there is none where the user's own serves
    for pair in read(corpus):
        if pair.origin == "machine":
            result.machine += 1
            result.faults.update(pair.faults)
            made = pair
            continue
        result.human += 1
        if pair.bead and made and (made.document, made.sentence) == (pair.document, pair.sentence):
            machine.append(made.target or "")
            references.append(pair.target or "")
    files: dict[str, int | None] = {CORPUS: result.machine + result.human}
    origins: list[Origin] = ["machine", "human"] if result.human else ["machine"]
    for origin in origins:
        for name in formats:
            file = f"{origin}{FORMATS[name].extensions[0]}"
            chosen = (pair for pair in read(corpus) if pair.origin == origin)
            report = write(chosen, folder.path / file, name, date=plan.date)
            files[file] = report.written
            result.replaced += report.replaced
    if references:
        result.scores = scorer()({setup.model.name: machine}, [references])
        with atomic(folder.path / "scores.json") as handle:
            handle.write((json.dumps(result.scores, ensure_ascii=False, indent=2) + "\n").encode())
        files["scores.json"] = None
    return files


def _manifest(
    folder: Folder, plan: Plan, setup: Setup, keys: Mapping[str, str], files: Mapping[str, int | None], result: Result
) -> dict[str, Any]:
    """Say what the corpus was made of, how, and what its files are."""
    return {
        **setup.record(),
        "date": plan.date.isoformat().replace("+00:00", "Z") if plan.date else None,
        "reading": asdict(plan.reading),
        "counts": {
            "documents": len(plan.entries),
            "sentences": plan.sentences,
            "machine": result.machine,
            "human": result.human,
            "faults": dict(sorted(result.faults.items())),
        },
        "files": {
            name: {
                "sha256": sha256(folder.path / name),
                "bytes": (folder.path / name).stat().st_size,
                **({} if pairs is None else {"pairs": pairs}),
            }
            for name, pairs in files.items()
        },
        "documents": [
            {
                "name": entry.article.name,
                "key": keys[entry.article.name],
                "sha256": entry.sha256,
                "sentences": entry.sentences,
                "reference": entry.reference.name if entry.reference else None,
            }
            for entry in plan.entries
        ],
    }


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


def _digest(*parts: bytes) -> str:
    digest = hashlib.blake2b(digest_size=16)
    for part in parts:
        digest.update(len(part).to_bytes(8, "little") + part)
    return digest.hexdigest()
