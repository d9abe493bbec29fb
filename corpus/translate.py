"""Articles into English files of the same layout."""

import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from corpus.articles import Article, sentences_of
from corpus.pair import Pair
from corpus.stream import Split, translate_documents
from mt.atomic import atomic
from mt.errors import InputError
from mt.normalize import has_arabic
from mt.translator import Translation, Translator

__all__ = ["Form", "Survey", "place_outputs", "survey", "translate_articles"]

Form = Literal["same", "text", "jsonl"]


@dataclass(frozen=True, slots=True)
class Survey:
    """What there is to translate: sentences in all, and those without Arabic letters."""

    sentences: int
    foreign: int


def survey(articles: Sequence[Article], encoding: str) -> Survey:
    """Read every article once, so that bad input is known before work begins.

    Raises `InputError` for an article that cannot be read.
    """
    total = foreign = 0
    for article in articles:
        sentences = sentences_of(article.document(encoding))
        total += len(sentences)
        foreign += sum(not has_arabic(sentence.text) for sentence in sentences)
    return Survey(total, foreign)


def place_outputs(
    articles: Sequence[Article], output: Path | None, form: Form, *, many: bool, force: bool
) -> list[Path | None]:
    """Say where each article's English goes: None is stdout.

    One article goes to the file `output`, or into it where that is a folder; `many` go below the folder `output` under
    their documents' names, NAME.en.EXT.

    Raises `InputError` where a file exists and `force` is not given, or a folder is a file.
    """
    if output is None:
        return [None] * len(articles)
    if many and output.exists() and not output.is_dir():
        raise InputError(f"{output} is a file; the English of a folder goes into a folder")
    into = many or output.is_dir()
    places: list[Path | None] = []
    for article in articles:
        extension = ".jsonl" if form == "jsonl" else article.path.suffix if article.path.suffix != ".ar" else ""
        place = output / f"{article.name}.en{extension or '.txt'}" if into else output
        if place.exists() and not force:
            raise InputError(f"{place} exists; give --force to overwrite it, or another -o")
        if place.exists() and place.samefile(article.path):
            raise InputError(f"{place} is the article itself; give another -o")
        places.append(place)
    return places


def translate_articles(
    articles: Sequence[Article],
    places: Sequence[Path | None],
    form: Form,
    encoding: str,
    model: str,
    translator: Translator,
) -> Iterator[tuple[Translation, ...]]:
    """Write each article's English as soon as it is there, a file whole or not at all; gives its translations.

    Raises `InputError` for a file that cannot be written.
    """

    def documents() -> Iterator[Split]:
        for place, article in enumerate(articles):
            document = article.document(encoding)
            yield Split(place, document, tuple(sentences_of(document)))

    for split, translations in translate_documents(documents(), translator):
        reader = articles[split.place].reader
        if form == "same":
            text = reader.render(split.document, split.sentences, [t.text for t in translations])
        elif form == "text":
            text = _lines(split, translations)
        else:
            text = "".join(_records(split, translations, model))
        _deliver(text.encode(), places[split.place])
        yield translations


def _lines(split: Split, translations: Sequence[Translation]) -> str:
    """One sentence a line, an empty line between paragraphs, as `muwazi split` gives the source."""
    lines: list[str] = []
    paragraph = 0
    for sentence, translation in zip(split.sentences, translations, strict=True):
        if sentence.paragraph != paragraph:
            lines += [""] * bool(lines)
            paragraph = sentence.paragraph
        lines.append(translation.text)
    return "".join(f"{line}\n" for line in lines)


def _records(split: Split, translations: Sequence[Translation], model: str) -> Iterator[str]:
    for sentence, translation in zip(split.sentences, translations, strict=True):
        pair = Pair.machine(split.document.name, sentence, translation, model)
        yield json.dumps(pair.as_dict(), ensure_ascii=False) + "\n"


def _deliver(data: bytes, place: Path | None) -> None:
    if place is None:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
        return
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"{place.parent}: cannot be made ({error.strerror}); choose another -o") from error
    with atomic(place) as handle:
        handle.write(data)
