"""A human reference whose sentences stand one for one beside the article's."""

from collections.abc import Sequence
from pathlib import Path

from corpus.articles import Article, sentences_of
from corpus.document import Sentence
from corpus.readers import Reading, read_bytes
from corpus.readers.detect import reader_of
from mt.errors import InputError

__all__ = ["find_references", "pair_by_count"]


def find_references(articles: Sequence[Article], given: Path | None) -> dict[str, Path]:
    """Tell each article's reference file by document name.

    `given` is a file (for a single article) or a folder in which the reference of document NAME is `NAME.en.EXT` or
    `NAME.EXT`; without it the references are those that lie beside the articles.

    Raises `InputError` for a path that does not exist, a folder in which no article has a reference, and a file for
    several articles.
    """
    if given is None:
        return {article.name: article.reference for article in articles if article.reference}
    if given.is_file():
        if len(articles) != 1:
            raise InputError(f"{given}: one reference file for {len(articles)} articles; give a folder of references")
        return {articles[0].name: given}
    if not given.is_dir():
        raise InputError(f"{given}: no such file or folder")
    found: dict[str, Path] = {}
    for article in articles:
        suffix = article.path.suffix
        for name in (f"{article.name}.en{suffix}", f"{article.name}{suffix}", f"{article.name}.en"):
            if (given / name).is_file():
                found[article.name] = given / name
                break
    if not found:
        raise InputError(f"{given}: no reference in it for any article; {articles[0].name}.en.txt would be one")
    return found


def pair_by_count(name: str, sentences: Sequence[Sentence], path: Path, reading: Reading) -> list[str]:
    """Give the reference's sentence for each of the article's.

    The reference pairs where its lines are as many as the article's sentences (line by line), or where its sentences
    are, in each paragraph or over all.

    Raises `InputError` with both counts where none of these holds.
    """
    data = read_bytes(path)
    document = reader_of(path).parse(name, data, str(path), reading)
    lines = [document.text[block.start : block.end] for block in document.blocks]
    if len(lines) == len(sentences):
        return lines
    english = sentences_of(document, "en", reading.quotes)
    if len(english) == len(sentences):
        return [sentence.text for sentence in english]
    raise InputError(
        f"{path}: {len(english)} sentences in {len(lines)} lines for the article's {len(sentences)} sentences; "
        "a reference needs one line a sentence, or as many sentences. The machine corpus is built without it"
    )
