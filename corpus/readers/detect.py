"""Which reader takes a file: its extension says it, where the content does not contradict; else the content does."""

import json
import re
from codecs import BOM_UTF8
from collections.abc import Callable
from pathlib import Path

from corpus.readers import READERS, Reader, opened, read_bytes
from corpus.readers.encodings import wide_encoding
from mt.errors import InputError

__all__ = ["HEAD", "detect", "reader_of"]

HEAD = 4096
"""How many bytes of a file `detect` wants to see; fewer will do."""

_ARCHIVES = ("docx", "odt", "epub")
_MAGIC = (
    (b"\xd0\xcf\x11\xe0", "an old or encrypted Office document"),
    (b"{\\rtf", "RTF"),
    (b"\x1f\x8b", "gzip"),
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ", "xz"),
    (b"(\xb5/\xfd", "zstd"),
    (b"7z\xbc\xaf", "7-Zip"),
    (b"Rar!", "RAR"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
)
_TO_DOCX = "save it as DOCX in the program that made it"
_TITLES = {"text": "plain text", "html": "HTML", "docx": "DOCX", "odt": "ODT", "epub": "EPUB", "pdf": "PDF"}
_TITLES |= {"srt": "SubRip subtitles", "vtt": "WebVTT subtitles", "jsonl": "JSON Lines", "binary": "no text"}
_REMEDIES = {
    "an old or encrypted Office document": f"{_TO_DOCX}, without a password",
    "RTF": _TO_DOCX,
    "a Pages, Numbers or Keynote document": _TO_DOCX,
    "a picture": "its text must be typed or recognised first",
    "XML": "convert it to HTML or plain text, or give --from html or --from text to have it read as such",
    "JSON of several lines": "JSON Lines have an object on each line (jq -c . makes them so)",
    "binary": "convert it to plain text, HTML or DOCX first",
    "a spreadsheet": "save its text as DOCX or plain text",
    "a presentation": "save its text as DOCX or plain text",
}
_HTML = re.compile(r"(?:<\?xml[^>]*>\s*|<!--.*?-->\s*)*<(?:!doctype\s+html|html)\b", re.IGNORECASE | re.DOTALL)
_VTT = re.compile(r"WEBVTT(?:[ \t\r\n]|$)")
_SRT = re.compile(r"(?:\d+[ \t]*\r?\n\s*)?\d+:\d\d?:\d\d?[,.]\d+[ \t]*-->")
_XML = re.compile(r"<\?xml\b")
_ENTRY = re.compile(rb"PK\x03\x04.{22}(..)(..)", re.DOTALL)  # a local header, up to the lengths of name and extra
_MIMETYPES = (
    (b"application/epub+zip", "epub"),
    (b"application/vnd.oasis.opendocument.text", "odt"),
    (b"application/vnd.oasis.opendocument.spreadsheet", "a spreadsheet"),
    (b"application/vnd.oasis.opendocument.presentation", "a presentation"),
)
_ENTRIES = (
    (b"word/", "docx"),
    (b"META-INF/container.xml", "epub"),
    (b"xl/", "a spreadsheet"),
    (b"ppt/", "a presentation"),
    (b"Index/", "a Pages, Numbers or Keynote document"),
)
_CONTROLS = re.compile(rb"[\x00-\x08\x0b\x0e-\x19\x1c-\x1f\x7f]")


def reader_of(path: Path, name: str | None = None) -> Reader:
    """Find the reader for a file: the one named, else by its extension and content (see `detect`).

    Raises `InputError` where it cannot be read, or no reader takes it.
    """
    if name:
        return READERS[name]
    with opened(path) as stream:
        head = stream.read(HEAD)
    return READERS[detect(path, head, lambda: read_bytes(path))]


def detect(path: Path, head: bytes, whole: Callable[[], bytes]) -> str:
    """Name the reader for a file, a key of `READERS`.

    A known extension decides unless the content contradicts it; a file with another extension, or none, is what it
    looks like: an archive, a PDF, HTML, subtitles, JSON Lines, else plain text. `head` are the first `HEAD` bytes, or
    what there is of them; `whole` gives all, and is asked about ZIP archives whose first entries tell nothing.

    Raises `InputError` where extension and content contradict each other, and for what no reader takes.
    """
    seen = _look(head, whole)
    suffix = path.suffix.lower()
    named = next((reader.name for reader in READERS.values() if suffix in reader.extensions), None)
    place = "stdin" if path == Path("-") else path
    if named is None:
        if seen in READERS:
            return seen
        raise InputError(f"{place}: {_title(seen)}, which no reader takes; {_remedy(seen)}")
    if not _agree(named, seen):
        raise InputError(f"{place}: named {suffix}, but the content is {_title(seen)}; {_remedy(seen)}")
    return named


def _title(seen: str) -> str:
    return _TITLES.get(seen, seen)


def _remedy(seen: str) -> str:
    return f"give --from {seen}, or rename it" if seen in READERS else _REMEDIES.get(seen, "unpack it first")


def _agree(named: str, seen: str) -> bool:
    """Whether a file named so may look so: the formats of plain characters hold any characters."""
    if named in {*_ARCHIVES, "pdf"} or seen in {*_ARCHIVES, "pdf"}:
        return named == seen
    if {named, seen} == {"srt", "vtt"}:
        return False
    return seen in READERS or seen in {"XML", "JSON of several lines"}


def _look(head: bytes, whole: Callable[[], bytes]) -> str:
    """Name what the content looks like: a reader, or a kind that none takes."""
    if b"%PDF-" in head[:1024]:
        return "pdf"
    if head.startswith(b"PK\x03\x04"):
        return _archive(head) or _archive(whole()) or "a ZIP archive"
    for magic, kind in _MAGIC:
        if head.startswith(magic):
            return kind
    wide = wide_encoding(head)
    if wide is None and _CONTROLS.search(head):
        return "binary"
    return _text(head.removeprefix(BOM_UTF8).decode(wide or "utf-8", "replace").lstrip("\ufeff \t\r\n"))


def _archive(data: bytes) -> str | None:
    """Tell what a ZIP archive is by its entries as they come: their names, and the `mimetype` of ODT and EPUB."""
    for found in _ENTRY.finditer(data):
        at = found.end()
        name = data[at : at + int.from_bytes(found[1], "little")]
        if name == b"mimetype":
            content = data[at + len(name) + int.from_bytes(found[2], "little") :]
            for start, kind in _MIMETYPES:
                if content.startswith(start):
                    return kind
        for start, kind in _ENTRIES:
            if name.startswith(start):
                return kind
    return None


def _text(text: str) -> str:
    """Tell what characters look like."""
    if _VTT.match(text):
        return "vtt"
    if _SRT.match(text):
        return "srt"
    if _HTML.match(text):
        return "html"
    if _XML.match(text):
        return "XML"
    if text.startswith("{"):
        return _json(text)
    return "text"


def _json(text: str) -> str:
    """Tell JSON Lines from other text that begins with a brace; the head may end within the first line."""
    line, ended, _ = text.partition("\n")
    if not ended:
        return "jsonl" if re.match(r'\{\s*"(?:[^"\\]|\\.)*"\s*:', line) else "text"
    try:
        json.loads(line)
    except ValueError:
        return "JSON of several lines" if re.match(r'\{\s*"(?:[^"\\]|\\.)*"\s*:', text) else "text"
    return "jsonl"
