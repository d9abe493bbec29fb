"""Articles into English files."""

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Literal

from corpus.articles import Article, sentences_of
from corpus.document import English
from corpus.markup import english
from corpus.pair import Pair
from corpus.readers import Reading
from corpus.stream import Split, translate_documents
from mt.atomic import atomic
from mt.errors import InputError
from mt.translator import Translation, Translator

__all__ = ["FORMS", "Form", "Survey", "place_outputs", "survey", "translate_articles"]

Form = Literal["same", "text", "markdown", "html", "bilingual", "jsonl"]
FORMS: dict[Form, str] = {
    "same": "",
    "text": ".txt",
    "markdown": ".md",
    "html": ".html",
    "bilingual": ".html",
    "jsonl": ".jsonl",
}
"""What an article can become, and the extension of that; `same` keeps the article's."""
_PIECEWISE = ("same", "text")


@dataclass(frozen=True, slots=True)
class Survey:
    """What there is to translate: the articles that can be read, their sentences, and what is wrong with the others.

    `sentences` is None where an article comes from a stream, which can be read only once.
    """

    articles: tuple[Article, ...]
    sentences: int | None
    problems: tuple[str, ...] = ()


def survey(articles: Sequence[Article], reading: Reading) -> Survey:
    """Read every article once, so that bad input is known before work begins.

    Raises `InputError` for a single article that cannot be read; of several, the others are worth the work.
    """
    if any(article.streamed for article in articles):
        return Survey(tuple(articles), None)
    good: list[Article] = []
    problems: list[str] = []
    sentences = 0
    for article in articles:
        try:
            documents = (article.document(reading, data) for data in article.chunks())
            sentences += sum(len(sentences_of(document, quotes=reading.quotes)) for document in documents)
            good.append(article)
        except InputError as error:
            if len(articles) == 1:
                raise
            problems.append(str(error))
    return Survey(tuple(good), sentences, tuple(problems))


def place_outputs(
    articles: Sequence[Article], output: Path | None, form: Form, *, many: bool, force: bool
) -> list[Path | None]:
    """Say where each article's English goes, in their order: None is stdout.

    One article goes to the file `output`, or into it where that is a folder; `many` go below the folder `output` under
    their documents' names, NAME.en.EXT (NAME.ar-en.EXT with both languages).

    Raises `InputError` where a file exists and `force` is not given, a folder is a file, or a format can't be written.
    """
    for article in articles:
        if form == "same" and not article.reader.writes:
            raise InputError(
                f"{article.place}: English cannot be put into a {article.reader.name} file; give --to text, markdown, "
                "html or bilingual"
            )
    if output is None:
        return [None] * len(articles)
    if many and output.exists() and not output.is_dir():
        raise InputError(f"{output} is a file; the English of a folder goes into a folder")
    into = many or output.is_dir()
    places: list[Path | None] = []
    for article in articles:
        extension = FORMS[form] or _extension(article)
        language = "ar-en" if form == "bilingual" else "en"
        place = output / f"{article.name}.{language}{extension}" if into else output
        if place.exists() and not force:
            raise InputError(f"{place} exists; give --force to overwrite it, or another -o")
        if place.exists() and place.samefile(article.path):
            raise InputError(f"{place} is the article itself; give another -o")
        places.append(place)
    return places


def _extension(article: Article) -> str:
    suffix = article.path.suffix
    return suffix if suffix and suffix != ".ar" else article.reader.extensions[0]


def translate_articles(
    articles: Sequence[Article],
    places: Sequence[Path | None],
    form: Form,
    reading: Reading,
    model: str,
    translator: Translator,
) -> Iterator[tuple[Translation, ...]]:
    """Write each article's English as soon as it is there, a file whole or not at all; gives its translations.

    Articles that can be read piece by piece are also written so, and never held whole.

    Raises `InputError` for a file that cannot be written.
    """

    def documents() -> Iterator[Split | None]:
        for number, article in enumerate(articles):
            for data in article.chunks() if form in _PIECEWISE else (article.data(),):
                document = article.document(reading, data)
                yield Split(number, document, tuple(sentences_of(document, quotes=reading.quotes)), data)
                if article.waiting:
                    yield None

    def content(split: Split, translations: Sequence[Translation]) -> Iterator[str | bytes]:
        article, place = articles[split.place], places[split.place]
        if form == "text":
            yield from _lines(split, translations)
        elif form == "jsonl":
            yield from _records(split, translations, model)
        else:
            blocks = list(english(split.document, split.sentences, [t.text for t in translations], translator.align))
            if form in ("same", article.reader.name):
                yield article.reader.render(split.data, article.place, reading, blocks)
            else:
                yield _page(split, translations, blocks, form, place, model)

    with ExitStack() as stack:
        current = None
        for split, translations in translate_documents(documents(), translator):
            if split.place != current:
                stack.close()  # the article before is complete
                sink = stack.enter_context(_sink(places[split.place]))
            elif form == "text" and translations:
                sink.write(b"\n")  # between the last paragraph of a piece and the first of the next
            current = split.place
            for part in content(split, translations):
                sink.write(part.encode() if isinstance(part, str) else part)
            sink.flush()
            yield translations


@contextmanager
def _sink(place: Path | None) -> Iterator[IO[bytes]]:
    """Open a file that is there once it is whole, or stdout."""
    if place is None:
        yield sys.stdout.buffer
        return
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"{place.parent}: cannot be made ({error.strerror}); choose another -o") from error
    with atomic(place) as handle:
        yield handle


def _lines(split: Split, translations: Sequence[Translation]) -> Iterator[str]:
    """One sentence a line, an empty line between paragraphs, as `muwazi split` gives the source."""
    paragraph = None
    for sentence, translation in zip(split.sentences, translations, strict=True):
        if sentence.paragraph != paragraph:
            yield "\n" if paragraph is not None else ""
            paragraph = sentence.paragraph
        yield " ".join(translation.text.split()) + "\n"


def _records(split: Split, translations: Sequence[Translation], model: str) -> Iterator[str]:
    for sentence, translation in zip(split.sentences, translations, strict=True):
        pair = Pair.machine(split.document.name, sentence, translation, model)
        yield json.dumps(pair.as_dict(), ensure_ascii=False) + "\n"


def _page(
    split: Split,
    translations: Sequence[Translation],
    blocks: Sequence[English],
    form: Form,
    place: Path | None,
    model: str,
) -> str:
    """Give an article as a page of its own: English alone, or Arabic and English side by side."""
    from corpus import bilingual, export

    if form == "markdown":
        return export.markdown(split.document, blocks)
    if form == "html":
        return export.html(split.document, blocks)
    faults = [translation.faults for translation in translations]
    writer = bilingual.markdown if place and place.suffix.lower() in (".md", ".markdown") else bilingual.html
    return writer(split.document, split.sentences, blocks, None, model, faults)
