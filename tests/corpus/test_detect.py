"""Which reader takes a file, and which encoding is offered."""

import io
import zipfile
from pathlib import Path

import pytest

from corpus.readers import READERS
from corpus.readers.detect import HEAD, detect, reader_of
from corpus.readers.encodings import suggest_encoding, wide_encoding
from mt.errors import InputError

ARABIC = "نص عربي قصير.\n"
WORDS = ["شكرا", "مرحبا بكم", "افتتاح المكتبة"]
SENTENCES = [
    "قرية على شاطئ البحر",
    "وصل القطار إلى المحطة في السابعة صباحا.",
    "قالت المديرة: هل ستعود غدا ? نعم, إن شاء الله!",
    "أعلنت بلدية المدينة أمس عن خطة جديدة لتطوير شبكة المياه, وقال رئيس اللجنة إن العمل يبدأ في شهر مايو.",
]


def archive(*entries: tuple[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as package:
        for name, data in entries:
            package.writestr(name, data)
    return stream.getvalue()


DOCX = archive(("[Content_Types].xml", b"<Types/>"), ("_rels/.rels", b""), ("word/document.xml", b"<w/>"))
LATE = archive(("docProps/thumbnail.jpeg", b"x" * 3 * HEAD), ("word/document.xml", b"<w/>"))
ODT = archive(("mimetype", b"application/vnd.oasis.opendocument.text"), ("content.xml", b""))
EPUB = archive(("mimetype", b"application/epub+zip"), ("META-INF/container.xml", b""))
LOOSE_EPUB = archive(("OEBPS/a.xhtml", b""), ("META-INF/container.xml", b""))
SRT = "1\n00:00:01,000 --> 00:00:02,000\nنص.\n".encode()
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)


def found(name: str, data: bytes) -> str:
    return detect(Path(name), data[:HEAD], lambda: data)


@pytest.mark.parametrize(
    ("name", "data", "reader"),
    [
        ("a.txt", ARABIC.encode(), "text"),
        ("a.txt", b"", "text"),
        ("a.TXT", ARABIC.encode("windows-1256"), "text"),
        ("a.txt", ARABIC.encode("utf-16"), "text"),
        ("a.txt", ARABIC.encode("utf-16-be"), "text"),
        ("a.txt", ARABIC.encode("utf-32"), "text"),
        ("a.txt", b"<html lang='ar'>", "text"),
        ("a.txt", b"\xef\xbb\xbf" + ARABIC.encode(), "text"),
        ("a.md", b"# x", "markdown"),
        ("a.html", ARABIC.encode(), "html"),
        ("a.xhtml", b"<?xml version='1.0'?><html/>", "html"),
        ("a.docx", DOCX, "docx"),
        ("a.docx", LATE, "docx"),
        ("a.odt", ODT, "odt"),
        ("a.epub", EPUB, "epub"),
        ("a.srt", SRT, "srt"),
        ("a.pdf", b"%PDF-1.7\n", "pdf"),
        ("a.jsonl", b'{"text": ', "jsonl"),
        ("-", b"", "text"),
        ("-", ARABIC.encode(), "text"),
        ("-", ARABIC.encode("cp720"), "text"),
        ("a.ar", ARABIC.encode(), "text"),
        ("a", DOCX, "docx"),
        ("a.bin", LATE, "docx"),
        ("a", ODT, "odt"),
        ("a", EPUB, "epub"),
        ("a", LOOSE_EPUB, "epub"),
        ("a", b"\n%PDF-1.4", "pdf"),
        ("a", b"WEBVTT\n\n", "vtt"),
        ("a", "WEBVTTية".encode(), "text"),
        ("a", b"\xef\xbb\xbf" + SRT, "srt"),
        ("a", SRT.decode().encode("utf-16"), "srt"),
        ("a", SRT.replace(b"\n", b"\r\n"), "srt"),
        ("a", b" <!DOCTYPE HTML><p>", "html"),
        ("a", b"<!-- x --><html>", "html"),
        ("a.aspx", b"<html>", "html"),
        ("a.doc", b"<html>", "html"),
        ("-", b'{"text": "\xd9', "jsonl"),
        ("-", b'{"text": "a"}\n{"text": "b"}\n', "jsonl"),
        ("-", "{نص} بين قوسين\nآخر\n".encode(), "text"),
        ("-", b'{"a" said he}\n', "text"),
    ],
)
def test_extension_and_content_name_the_reader(name: str, data: bytes, reader: str) -> None:
    assert found(name, data) == reader


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("a.txt", b"%PDF-1.7\n", "a.txt: named .txt, but the content is PDF; give --from pdf"),
        ("a.txt", DOCX, "a.txt: named .txt, but the content is DOCX; give --from docx"),
        ("a.txt", b"\x00\x01\x02", "a.txt: named .txt, but the content is no text; convert it"),
        ("a.docx", ARABIC.encode(), "a.docx: named .docx, but the content is plain text; give --from text"),
        ("a.docx", OLE, "a.docx: named .docx, but the content is an old or encrypted Office document; save it as DOCX"),
        ("a.docx", ODT, "a.docx: named .docx, but the content is ODT; give --from odt"),
        ("a.epub", archive(("x", b"")), "a.epub: named .epub, but the content is a ZIP archive; unpack it"),
        ("a.pdf", b"", "a.pdf: named .pdf, but the content is plain text"),
        ("a.srt", b"WEBVTT\n", "a.srt: named .srt, but the content is WebVTT subtitles; give --from vtt"),
        ("a.vtt", SRT, "a.vtt: named .vtt, but the content is SubRip subtitles; give --from srt"),
        ("a.doc", OLE, "a.doc: an old or encrypted Office document, which no reader takes; save it as DOCX"),
        ("a.rtf", b"{\\rtf1", "a.rtf: RTF, which no reader takes; save it as DOCX"),
        ("a.pages", archive(("Index/Document.iwa", b"")), "a.pages: a Pages, Numbers or Keynote document, which no"),
        ("a.xlsx", archive(("xl/workbook.xml", b"")), "a.xlsx: a spreadsheet, which no reader takes; save its text"),
        ("a.txt.gz", b"\x1f\x8b\x08", "a.txt.gz: gzip, which no reader takes; unpack it first"),
        ("-", b"\x89PNG\r\n", "stdin: a picture, which no reader takes"),
        ("a.tmx", b"<?xml version='1.0'?><tmx>", "a.tmx: XML, which no reader takes; convert it"),
        ("a.json", b'{\n  "text": "a"\n}', "a.json: JSON of several lines, which no reader takes"),
    ],
)
def test_what_no_reader_takes_is_an_error(name: str, data: bytes, message: str) -> None:
    with pytest.raises(InputError) as caught:
        found(name, data)
    assert str(caught.value).startswith(message)
    assert "\n" not in str(caught.value)


def test_a_reader_is_found_for_a_file(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(LATE)
    assert reader_of(path).name == "docx"
    assert reader_of(path, "text") is READERS["text"]
    with pytest.raises(InputError, match="cannot be read"):
        reader_of(tmp_path / "b")


@pytest.mark.parametrize("text", SENTENCES)
@pytest.mark.parametrize(
    "encoding", ["windows-1256", "iso-8859-6", "cp720", "mac-arabic", "utf-16-le", "utf-16-be", "utf-8"]
)
def test_the_encoding_of_a_sentence_is_told(text: str, encoding: str) -> None:
    data = text.encode(encoding)
    if encoding == "mac-arabic":  # Python writes the signs of the right-to-left half, typists those of ASCII
        data = bytes(byte & 0x7F if chr(byte & 0x7F) in " .!:,?" else byte for byte in data)
    offered = suggest_encoding(data)
    assert offered == encoding or (offered is not None and data.decode(offered) == text)


@pytest.mark.parametrize("encoding", ["windows-1256", "iso-8859-6", "cp720", "utf-16", "utf-8"])
def test_the_encoding_of_a_long_text_is_told(arabic: list[str], encoding: str) -> None:
    text = "\n".join(line for line in arabic * 40 if line.encode(encoding, "ignore").decode(encoding) == line)
    assert len(text) > 100_000
    assert suggest_encoding(text.encode(encoding)) == encoding


@pytest.mark.parametrize("text", WORDS)
@pytest.mark.parametrize("encoding", ["windows-1256", "utf-16-le", "utf-16-be"])
def test_of_a_few_words_the_commonest_encoding_is_offered(text: str, encoding: str) -> None:
    assert suggest_encoding(text.encode(encoding)) == encoding


@pytest.mark.parametrize("encoding", ["windows-1256", "cp720", "utf-16-le"])
def test_nearly_every_sentence_is_told(arabic: list[str], encoding: str) -> None:
    lines = [line for line in arabic if line.encode(encoding, "ignore").decode(encoding) == line]
    told = sum(suggest_encoding(line.encode(encoding)) == encoding for line in lines)
    assert told >= 0.99 * len(lines)


@pytest.mark.parametrize(
    "data",
    [
        "Ceci est bien éduqué, à la façon française.".encode("latin-1"),
        bytes(range(256)),
    ],
)
def test_no_encoding_is_offered_for_other_bytes(data: bytes) -> None:
    assert suggest_encoding(data) is None


def test_a_character_cut_by_the_sample_does_no_harm() -> None:
    for shift in range(4):
        assert suggest_encoding(("x" * shift + "ع" * 40_000).encode()) == "utf-8"
    assert suggest_encoding(("ع" * 40_000).encode() + b"\xff") == "utf-8"  # beyond the sample


def test_wide_encodings() -> None:
    assert wide_encoding("ab".encode("utf-16")) == "utf-16"
    assert wide_encoding("ab".encode("utf-32")) == "utf-32"
    assert wide_encoding("ab".encode("utf-16-le")) is None  # nothing Arabic: could be anything
    assert wide_encoding(b"") is None
