"""The articles that a command was given, by files and folders."""

import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from io import BufferedReader
from pathlib import Path, PurePosixPath
from select import select

from corpus.document import Document, Sentence
from corpus.readers import READERS, Reader, Reading, opened, read_bytes
from corpus.readers.detect import HEAD, detect, reader_of
from corpus.split import Quotes, split
from mt.errors import InputError

__all__ = ["STDIN", "Article", "document_of", "find_articles", "sentences_of", "stretches"]

_MARKED = re.compile(r"(?P<stem>.+)\.(?P<language>ar|en|ar-en)(?P<extension>\.[^.]+)?", re.IGNORECASE)
_NOT_ARTICLES = re.compile(r"(readme|licen[cs]e|copying|changelog|contributing|notice)(\.[^.]*)?", re.IGNORECASE)
_Beside = Callable[[Path], Mapping[str, Path]]
STDIN = Path("-")
_PAUSE = 0.05  # seconds without input after which a stream is answered as far as it goes


@dataclass(frozen=True, slots=True)
class Article:
    """An article's file: its document's name, where it lies, how it is read, and its reference beside it.

    `content` are the bytes of an article that came from a pipe and can't be read twice.
    """

    name: str
    path: Path
    reader: Reader
    reference: Path | None = None
    content: bytes | None = None

    @property
    def place(self) -> str:
        """Name the file in errors."""
        return "stdin" if self.path == STDIN else str(self.path)

    @property
    def streamed(self) -> bool:
        """Whether it can be read only once."""
        return self.path == STDIN and self.content is None

    @property
    def waiting(self) -> bool:
        """Whether it is a stream in which nothing more has come for a moment."""
        return self.streamed and not select([sys.stdin.buffer], [], [], _PAUSE)[0]

    def data(self) -> bytes:
        """Read the file's bytes.

        Raises `InputError` where that fails.
        """
        if self.content is not None:
            return self.content
        return sys.stdin.buffer.read() if self.path == STDIN else read_bytes(self.path)

    def chunks(self) -> Iterator[bytes]:
        """Read the file piece by piece where its format allows, each a document by itself; stdin can be read once.

        Raises `InputError` where that fails.
        """
        if self.content is not None:
            yield self.content
        elif self.path == STDIN:
            yield from self.reader.chunks(sys.stdin.buffer)
        else:
            with opened(self.path) as stream:
                yield from self.reader.chunks(stream)

    def document(self, reading: Reading, data: bytes | None = None) -> Document:
        """Read the article; `data` are its bytes, or those of a piece, where they are at hand.

        Raises `InputError` for bytes that are not of its format.
        """
        return self.reader.parse(self.name, self.data() if data is None else data, self.place, reading)


def find_articles(
    inputs: Iterable[Path], reader: str | None = None, *, stream: bool = False, partial: bool = False
) -> list[Article]:
    """List the articles of files and folders, sorted by name.

    A folder is walked: `NAME.ar.EXT` is an article and `NAME.en.EXT` beside it its reference; of the other files
    those with a known extension are articles; hidden files, READMEs and `NAME.ar-en.EXT` are none. A file named itself
    is always one.
    A document's name is its path below the folder, without `.ar.EXT`. Stdin is read at once, or with `stream` when its
    article is. With `partial`, folders are parts of others, which may be without articles.

    Raises `InputError` for what does not exist, a folder without articles, and two articles of one name.
    """
    found: dict[str, Article] = {}
    beside = cache(_english)  # a folder is looked through once, however many articles are in it
    for given in inputs:
        if given == STDIN:
            articles = [_standard_input(reader, stream=stream)]
        elif given.is_dir():
            articles = list(_walk(given, reader, beside))
            if not articles and not partial:
                extensions = ", ".join(e for r in READERS.values() for e in r.extensions)
                raise InputError(f"{given}: no articles in this folder (NAME.ar.EXT, or files with {extensions})")
        elif given.exists():
            articles = [_article(given, given.parent, reader, beside)]
        else:
            raise InputError(f"{given}: no such file or folder")
        for article in articles:
            if article.name in found and found[article.name].path != article.path:
                raise InputError(
                    f"{found[article.name].path} and {article.path} would both be document {article.name!r}; rename one"
                )
            found[article.name] = article
    return sorted(found.values(), key=lambda a: a.name)


def document_of(path: str, *, reference: bool = False) -> str | None:
    """Name the document that a file belongs to, as its article or its reference, by its path below a folder.

    None for a file that a walk of the folder passes over; with `reference`, which says that the folder is one of
    references, a file may have any extension, as its article may.
    """
    file = PurePosixPath(path)
    if any(part.startswith(".") for part in file.parts) or _NOT_ARTICLES.fullmatch(file.name):
        return None
    marked = _MARKED.fullmatch(file.name)
    if marked and marked["language"].lower() == "ar-en":
        return None
    known = reference or any(file.suffix.lower() in reader.extensions for reader in READERS.values())
    return file.with_name(marked["stem"] if marked else file.stem).as_posix() if marked or known else None


def sentences_of(document: Document, language: str = "ar", quotes: Quotes = "split") -> list[Sentence]:
    """Split a document's blocks into its sentences; see `corpus.split` for `quotes`."""
    sentences: list[Sentence] = []
    for paragraph, at, text in stretches(document):
        for start, end in split(text, language, quotes=quotes):
            sentences.append(Sentence(paragraph, len(sentences), at + start, at + end, text[start:end]))
    return sentences


def stretches(document: Document) -> Iterator[tuple[int, int, str]]:
    """Give the stretches of text that no sentence goes beyond: number of the block, place in the document, text.

    They are the blocks, cut at line breaks unless the text is hard-wrapped.
    """
    for paragraph, block in enumerate(document.blocks):
        at = block.start
        text = document.text[block.start : block.end]
        for line in [text] if document.wrapped else text.split("\n"):
            yield paragraph, at, line
            at += len(line) + 1


def _standard_input(reader: str | None, *, stream: bool) -> Article:
    """Make an article of stdin; its content tells the format where `reader` does not."""
    source = sys.stdin.buffer
    # What can be looked into without reading it can be read as it comes.
    if stream and isinstance(source, BufferedReader):
        content, head = None, source.peek(HEAD)
    else:
        content = source.read()
        head = content[:HEAD]
    name = reader or detect(STDIN, head, lambda: content or head)
    return Article("stdin", STDIN, READERS[name], content=content)


def _walk(folder: Path, reader: str | None, beside: _Beside) -> Iterator[Article]:
    def unreadable(error: OSError) -> None:
        raise InputError(f"{error.filename}: this folder cannot be read ({error.strerror}); check its rights")

    readers = {extension: r.name for r in READERS.values() for extension in r.extensions}
    for place, folders, files in os.walk(folder, onerror=unreadable):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(files):
            if name.startswith(".") or _NOT_ARTICLES.fullmatch(name):
                continue
            marked = _MARKED.fullmatch(name)
            if marked and marked["language"].lower() != "ar":
                continue
            by_name = readers.get(Path(name).suffix.lower())  # contents are looked at where names say nothing
            if marked or by_name:
                yield _article(Path(place, name), folder, reader or by_name, beside)


def _article(path: Path, folder: Path, reader: str | None, beside: _Beside) -> Article:
    """Make an article of a file, named by its path below the folder."""
    marked = _MARKED.fullmatch(path.name)
    stem = marked["stem"] if marked else path.stem
    name = path.relative_to(folder).with_name(stem).as_posix()
    return Article(name, path, reader_of(path, reader), _reference(path, stem, beside) if marked else None)


def _reference(path: Path, stem: str, beside: _Beside) -> Path | None:
    """Find `STEM.en.EXT` beside an article: of the same extension, else of any."""
    suffix = path.suffix if path.suffix.lower() != ".ar" else ""
    same = path.with_name(f"{stem}.en{suffix}")
    return same if same.is_file() else beside(path.parent).get(stem)


def _english(folder: Path) -> dict[str, Path]:
    """Find the files `NAME.en.EXT` of a folder by name, the first in order of each; none where it can't be listed."""
    found: dict[str, Path] = {}
    try:
        paths = sorted(folder.iterdir())
    except PermissionError:  # its files may still be named one by one
        return found
    for path in paths:
        stem, mark, extension = path.name.rpartition(".en.")
        if mark and extension and path.is_file():
            found.setdefault(stem, path)
    return found
