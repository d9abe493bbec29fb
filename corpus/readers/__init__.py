"""Article formats: a file becomes a `Document`, and a translated `Document` becomes a file again."""

import codecs
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from corpus.document import Document, Sentence
from mt.errors import InputError

__all__ = ["READERS", "Reader", "decode", "read_bytes", "reader_of"]


@dataclass(frozen=True, slots=True)
class Reader:
    """An article format: its name, its file extensions, and the module with its `parse` and `render`."""

    name: str
    extensions: tuple[str, ...]
    module: str

    @property
    def parse(self) -> Callable[[str, str], Document]:
        """Document name and text to a document."""
        parse: Callable[[str, str], Document] = import_module(self.module).parse
        return parse

    @property
    def render(self) -> Callable[[Document, Sequence[Sentence], Sequence[str]], str]:
        """A document, its sentences and their translations to the text of the English file."""
        render: Callable[[Document, Sequence[Sentence], Sequence[str]], str] = import_module(self.module).render
        return render


READERS = {reader.name: reader for reader in (Reader("text", (".txt", ".text"), "corpus.readers.text"),)}


def reader_of(path: Path, name: str | None = None) -> Reader:
    """Find the reader for a file by its name, or by the file's extension; a file without one is plain text.

    Raises `InputError` for an extension that no reader knows.
    """
    if name:
        return READERS[name]
    for reader in READERS.values():
        if path.suffix.lower() in reader.extensions:
            return reader
    if not path.suffix:
        return READERS["text"]
    known = ", ".join(e for reader in READERS.values() for e in reader.extensions)
    raise InputError(f"{path}: no reader for {path.suffix!r} (known: {known}); give --from text if it is plain text")


def read_bytes(path: Path) -> bytes:
    """Read a file whole.

    Raises `InputError` where it is missing, a folder, or may not be read.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}); check the name and the rights") from error


def decode(data: bytes, place: str, encoding: str = "utf-8") -> str:
    """Decode a file's bytes strictly; a byte-order mark is dropped.

    Raises `InputError` naming the byte offset and the remedy.
    """
    if encoding == "utf-8" and data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise InputError(f"{place}: UTF-16 text, not UTF-8; give --encoding utf-16")
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        raise InputError(
            f"{place}: not {encoding.upper()} at byte {error.start} (0x{data[error.start]:02x}); give --encoding "
            "(old Arabic files are often windows-1256)"
        ) from error
    except LookupError:
        raise InputError(f"unknown encoding {encoding!r}; --encoding takes names such as utf-8, windows-1256") from None
    return text.removeprefix("\ufeff")
