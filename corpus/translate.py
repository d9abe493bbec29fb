"""Articles into English files."""

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Literal

from corpus.articles import STDIN, Article, sentences_of
from corpus.document import English
from corpus.markup import english
from corpus.pair import Pair
from corpus.readers import Reading
from corpus.stream import Split, failures, translate_documents
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


def survey(
    articles: Sequence[Article], reading: Reading, on_sentence: Callable[[str], None] = lambda _: None
) -> Survey:
    """Read every article once, so that bad input is known before work begins; `on_sentence` is told each sentence.

    Raises `InputError` for a single article that cannot be read; of several, the others are worth the work.
    """
    if any(article.streamed for article in articles):
        return Survey(tuple(articles), None)
    good: list[Article] = []
    problems: list[str] = []
    sentences = 0
    for article in articles:
        own = 0
        try:
            for data in article.chunks():
                for sentence in sentences_of(article.document(reading, data), quotes=reading.quotes):
                    on_sentence(sentence.text)
                    own += 1
            sentences += own
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
        if place.exists() and article.path != STDIN and place.samefile(article.path):
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
    *,
    scores: bool = False,
    on_failure: Callable[[str], None] = lambda _: None,
) -> Iterator[tuple[Translation, ...]]:
    """Write each article's English as soon as it is there, a file whole or not at all; gives its translations.

    Articles that can be read piece by piece are also written so, and never held whole. `scores` adds columns to
    text; records have them in any case. `on_failure` is told of each sentence that could not be translated, which
    stays in Arabic (in records it has no target).

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
            yield from _lines(split, translations, scores=scores)
        elif form == "jsonl":
            yield from _records(split, translations, model, alternatives=translator.alternatives > 0)
        else:
            blocks = list(english(split.document, split.sentences, [t.text for t in translations], translator.align))
            if form in ("same", article.reader.name):
                yield article.reader.render(split.data, article.place, reading, blocks)
            else:
                yield _page(split, translations, blocks, form, place, model)

    with ExitStack() as stack:
        current, begun = None, False
        for split, translations in translate_documents(documents(), translator):
            if split.place != current:
                stack.close()  # the article before is complete
                sink = stack.enter_context(_sink(places[split.place]))
                current, begun = split.place, False
            if form == "text" and translations and begun:
                sink.write(b"\n")  # between the last paragraph of a piece and the first of the next
            begun = begun or bool(translations)
            for part in content(split, translations):
                sink.write(part.encode() if isinstance(part, str) else part)
            sink.flush()
            for failure in failures(articles[split.place], split, translations):
                on_failure(failure)
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


def _lines(split: Split, translations: Sequence[Translation], *, scores: bool) -> Iterator[str]:
    """One sentence a line, an empty line between paragraphs, as `muwazi split` gives the source.

    Its other translations follow on lines that begin with a tab. With `scores` a line is score, faults and text with
    tabs between them.
    """
    paragraph = None
    for sentence, translation in zip(split.sentences, translations, strict=True):
        if sentence.paragraph != paragraph:
            yield "\n" if paragraph is not None else ""
            paragraph = sentence.paragraph
        yield _line(translation, scores=scores)
        yield from (f"\t{_line(other, scores=scores)}" for other in translation.alternatives[1:])


def _line(translation: Translation, *, scores: bool) -> str:
    text = " ".join(translation.text.split())
    if not scores:
        return f"{text}\n"
    score = "-" if translation.score is None else f"{translation.score:.4f}"
    return f"{score}\t{','.join(translation.faults) or '-'}\t{text}\n"


def _records(split: Split, translations: Sequence[Translation], model: str, *, alternatives: bool) -> Iterator[str]:
    """One record a sentence; with `alternatives` it has its best translations, the target first."""
    for sentence, translation in zip(split.sentences, translations, strict=True):
        pairs = [
            Pair.of(split.document.name, sentence, each, model) for each in (translation, *translation.alternatives)
        ]
        record = pairs[0].as_dict()
        if alternatives:
            record["alternatives"] = [
                {"target": pair.target, "score": pair.score, "faults": list(pair.faults)} for pair in pairs[1:]
            ]
        yield json.dumps(record, ensure_ascii=False) + "\n"


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
