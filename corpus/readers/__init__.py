"""Article formats: a file becomes a `Document`, and a document in English becomes a file again.

A format is a module with two functions, and a third where it can be read piece by piece:

- `parse(name, data, place, reading) -> Document` reads a file's bytes; `place` names the file in errors.
- `render(data, place, reading, english) -> bytes` gives the same file with each block in English, the blocks being
  those that `parse` finds in `data`.
- `chunks(stream) -> Iterator[bytes]` cuts a stream into pieces that can be parsed and rendered one by one; the
  renderings joined are the rendering of the whole.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import BinaryIO

from corpus.document import Document, English
from corpus.readers.encodings import suggest_encoding, wide_encoding
from corpus.split import Quotes
from mt.errors import InputError

__all__ = ["READERS", "Reader", "Reading", "decode", "opened", "read_bytes"]


@dataclass(frozen=True, slots=True)
class Reading:
    """How the articles are to be read and split.

    `encoding` is that of the plain formats, None for UTF-8 or what the file declares; `fields` are the names in JSON
    Lines that hold text; `extract` takes the article alone out of a web page; `quotes` tells whether a quotation of
    several sentences is split.
    """

    encoding: str | None = None
    fields: tuple[str, ...] = ("text",)
    extract: bool = False
    quotes: Quotes = "split"


@dataclass(frozen=True, slots=True)
class Reader:
    """An article format: its name, its file extensions, and its module; `writes` where English can be put into it."""

    name: str
    extensions: tuple[str, ...]
    module: str
    writes: bool = True

    def parse(self, name: str, data: bytes, place: str, reading: Reading) -> Document:
        """Read a file's bytes; `place` names it in errors.

        Raises `InputError` for bytes that are not of this format.
        """
        parse: Callable[[str, bytes, str, Reading], Document] = import_module(self.module).parse
        return parse(name, data, place, reading)

    def render(self, data: bytes, place: str, reading: Reading, english: Sequence[English]) -> bytes:
        """Give the same file with each block in English."""
        render: Callable[[bytes, str, Reading, Sequence[English]], bytes] = import_module(self.module).render
        return render(data, place, reading, english)

    @property
    def notice(self) -> str:
        """Say what the reader cannot know of its files; empty for most."""
        return str(getattr(import_module(self.module), "NOTICE", ""))

    def chunks(self, stream: BinaryIO) -> Iterator[bytes]:
        """Cut a stream into pieces that can be parsed and rendered one by one; a single piece in most formats."""
        chunks: Callable[[BinaryIO], Iterator[bytes]] = getattr(import_module(self.module), "chunks", _whole)
        return chunks(stream)


READERS = {
    reader.name: reader
    for reader in (
        Reader("text", (".txt", ".text"), "corpus.readers.text"),
        Reader("markdown", (".md", ".markdown"), "corpus.readers.markdown"),
        Reader("html", (".html", ".htm", ".xhtml"), "corpus.readers.html"),
        Reader("docx", (".docx",), "corpus.readers.docx"),
        Reader("odt", (".odt",), "corpus.readers.odt"),
        Reader("epub", (".epub",), "corpus.readers.epub"),
        Reader("srt", (".srt",), "corpus.readers.subtitles.srt"),
        Reader("vtt", (".vtt",), "corpus.readers.subtitles.vtt"),
        Reader("jsonl", (".jsonl", ".ndjson"), "corpus.readers.jsonl"),
        Reader("pdf", (".pdf",), "corpus.readers.pdf", writes=False),
    )
}


def _whole(stream: BinaryIO) -> Iterator[bytes]:
    yield stream.read()


@contextmanager
def opened(path: Path) -> Iterator[BinaryIO]:
    """Open a file for reading.

    Raises `InputError` where it is missing, a folder, or may not be read.
    """
    try:
        with path.open("rb") as stream:
            yield stream
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}); check the name and the rights") from error


def read_bytes(path: Path) -> bytes:
    """Read a file whole.

    Raises `InputError` where it is missing, a folder, or may not be read.
    """
    with opened(path) as stream:
        return stream.read()


def decode(data: bytes, place: str, encoding: str | None = None) -> str:
    """Decode a file's bytes strictly, as UTF-8 where no encoding is named; a byte-order mark is dropped.

    Raises `InputError` naming the byte offset and the remedy.
    """
    encoding = encoding or "utf-8"
    if encoding == "utf-8" and (wide := wide_encoding(data[:4096])):
        raise InputError(f"{place}: {wide.upper()} text, not UTF-8; give --encoding {wide}")
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        likely = suggest_encoding(data)
        remedy = (
            f"looks like {likely}: give --encoding {likely}" if likely and likely != encoding else "give --encoding"
        )
        raise InputError(
            f"{place}: not {encoding.upper()} at byte {error.start} (0x{data[error.start]:02x}); {remedy}"
        ) from error
    except LookupError:
        raise InputError(f"unknown encoding {encoding!r}; --encoding takes names such as utf-8, windows-1256") from None
    return text.removeprefix("\ufeff")
