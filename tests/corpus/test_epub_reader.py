# ruff: noqa: E501 (markup is easier to read in one piece)
"""EPUB: chapters in the order of reading, every file kept but for its words and directions, locked books refused."""

import io
import re
import subprocess
import zipfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from corpus.articles import sentences_of
from corpus.document import Document
from corpus.markup import english
from corpus.readers import Reading, css
from corpus.readers.epub import parse, render
from mt.alignment import Alignment, diagonal
from mt.errors import InputError

READING = Reading()
CONTAINER = b"""<?xml version="1.0"?>
<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>
<rootfile full-path="EPUB/book.opf" media-type="application/oebps-package+xml"/></rootfiles></container>"""

OPF3 = """<?xml version="1.0" encoding="UTF-8"?>
<package xmlns="http://www.idpf.org/2007/opf" version="3.0" unique-identifier="id" xml:lang="ar" dir="rtl">
<metadata xmlns:dc="http://purl.org/dc/elements/1.1/">
<dc:identifier id="id">urn:uuid:5d6f3a0e-5a0c-4f3f-9d6a-0f2b7c1d9e11</dc:identifier>
<dc:title>حكايات من الحي</dc:title>
<dc:creator>ليلى الحداد</dc:creator>
<dc:description>&lt;p&gt;كتاب عن الحي القديم.&lt;/p&gt;
&lt;p&gt;قصص قصيرة.&lt;/p&gt;</dc:description>
<dc:language> ar-EG </dc:language>
<meta property="dcterms:modified">2025-03-02T10:00:00Z</meta>
</metadata>
<manifest>
<item id="two" href="text/%D8%AB%D8%A7%D9%86.xhtml" media-type="application/xhtml+xml"/>
<item id="one" href="text/one.xhtml" media-type="application/xhtml+xml"/>
<item id="nav" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/>
<item id="ncx" href="toc.ncx" media-type="application/x-dtbncx+xml"/>
<item id="css" href="style.css" media-type="text/css"/>
<item id="png" href="a.png" media-type="image/png" properties="cover-image"/>
</manifest>
<spine toc="ncx" page-progression-direction="rtl"><itemref idref="one"/><itemref idref="two"/></spine>
</package>"""

OPF2 = """<?xml version="1.0" encoding="UTF-8"?>
<package xmlns="http://www.idpf.org/2007/opf" version="2.0" unique-identifier="id">
<metadata xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:opf="http://www.idpf.org/2007/opf">
<dc:identifier id="id" opf:scheme="UUID">urn:uuid:5d6f3a0e-5a0c-4f3f-9d6a-0f2b7c1d9e11</dc:identifier>
<dc:title>حكايات من الحي</dc:title>
<dc:language>ar</dc:language>
<meta name="primary-writing-mode" content="horizontal-rl"/>
</metadata>
<manifest>
<item id="one" href="text/one.xhtml" media-type="application/xhtml+xml"/>
<item id="ncx" href="toc.ncx" media-type="application/x-dtbncx+xml"/>
<item id="css" href="style.css" media-type="text/css"/>
<item id="png" href="a.png" media-type="image/png"/>
</manifest>
<spine toc="ncx"><itemref idref="one"/></spine>
</package>"""

ONE = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE html>
<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops" lang="ar" xml:lang="ar" dir="rtl">
<head><title>الفصل الأول</title><link rel="stylesheet" type="text/css" href="../style.css"/>
<style>p { direction: rtl; text-align: right }</style></head>
<body>
<h1 id="h">باب البيت</h1>
<p>كان <b>البيت القديم</b> في آخر الشارع،&#160;وكانت <a href="#h">الحديقة</a> واسعة.<a epub:type="noteref" href="#n">١</a> ثم جاء الشتاء.</p>
<p><img src="../a.png" alt="صورة البيت"/></p>
<table><tr><td>اليوم</td><td>الساعة</td></tr></table>
<aside epub:type="footnote" id="n"><p>بني البيت قبل قرن.</p></aside>
</body></html>"""

TWO = """<html xmlns="http://www.w3.org/1999/xhtml" xml:lang="ar" lang="ar" dir="rtl"><head><title>الفصل الثاني</title></head>
<body><p>عاد الجيران في المساء.</p><table><tr><td>غدا</td></tr></table></body></html>"""

NAV = """<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops" xml:lang="ar" lang="ar" dir="rtl">
<head><title>المحتويات</title></head><body><nav epub:type="toc"><ol><li><a href="text/one.xhtml">باب البيت</a></li></ol></nav></body></html>"""

NCX = """<?xml version="1.0" encoding="UTF-8"?>
<ncx xmlns="http://www.daisy.org/z3986/2005/ncx/" version="2005-1" xml:lang="ar" dir="rtl">
<head><meta name="dtb:uid" content="urn:uuid:5d6f3a0e-5a0c-4f3f-9d6a-0f2b7c1d9e11"/></head>
<docTitle><text>حكايات من الحي</text></docTitle><docAuthor><text>ليلى الحداد</text></docAuthor>
<navMap><navPoint id="a" playOrder="1"><navLabel><text>باب البيت</text></navLabel><content src="text/one.xhtml"/></navPoint></navMap>
</ncx>"""

STYLE = b"""@charset "UTF-8";
/* direction: rtl \xff */
body { direction: rtl; text-align: right; margin-right: 1em }
"""

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108000000003a7e9b550000000a49444154789c6360000000020001"
    "48afa4710000000049454e44ae426082"
)


def zipped(parts: Mapping[str, bytes | str]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in {"mimetype": "application/epub+zip", **parts}.items():
            archive.writestr(name, data, zipfile.ZIP_STORED if name == "mimetype" else None)
    return out.getvalue()


def epub3(**parts: bytes | str) -> bytes:
    """Make a book; a part is replaced by its name without folder and extension."""
    book: dict[str, bytes | str] = {
        "META-INF/container.xml": CONTAINER,
        "EPUB/book.opf": OPF3,
        "EPUB/text/one.xhtml": ONE,
        "EPUB/text/ثان.xhtml": TWO,
        "EPUB/nav.xhtml": NAV,
        "EPUB/toc.ncx": NCX,
        "EPUB/style.css": STYLE.replace(b"\xff", b""),
        "EPUB/a.png": PNG,
    }
    return zipped({name: parts.get(Path(name).stem, data) for name, data in book.items()})


def epub2() -> bytes:
    page = ONE.replace(
        "<!DOCTYPE html>",
        '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.1//EN" "http://www.w3.org/TR/xhtml11/DTD/xhtml11.dtd">',
    )
    page = re.sub(' epub:type="[a-z]+"| xmlns:epub="[^"]+"| lang="ar"', "", page).replace("aside", "div")
    page = page.replace("<style>", '<style type="text/css">')
    ncx = NCX.replace(
        "<ncx",
        '<!DOCTYPE ncx PUBLIC "-//NISO//DTD ncx 2005-1//EN" "http://www.daisy.org/z3986/2005/ncx-2005-1.dtd">\n<ncx',
        1,
    )
    return zipped(
        {
            "META-INF/container.xml": CONTAINER,
            "EPUB/book.opf": OPF2,
            "EPUB/text/one.xhtml": page,
            "EPUB/toc.ncx": ncx,
            "EPUB/style.css": STYLE.replace(b"\xff", b""),
            "EPUB/a.png": PNG,
        }
    )  # fmt: skip


def files(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def never(pairs: Sequence[tuple[str, str]]) -> list[Alignment]:
    pytest.fail("asked for an alignment of text that does not change")


def by_position(pairs: Sequence[tuple[str, str]]) -> list[Alignment]:
    return [diagonal(source, target) for source, target in pairs]


def same(data: bytes) -> bytes:
    document = parse("a", data, "a.epub", READING)
    sentences = sentences_of(document)
    return render(data, "a.epub", READING, list(english(document, sentences, [s.text for s in sentences], never)))


def translate(data: bytes) -> bytes:
    """Put as many English words in place of each sentence as it has Arabic ones."""
    document = parse("a", data, "a.epub", READING)
    sentences = sentences_of(document)
    texts = [" ".join(f"word{n}" for n, _ in enumerate(s.text.split())) + " <&\"'." for s in sentences]
    return render(data, "a.epub", READING, list(english(document, sentences, texts, by_position)))


def blocks(document: Document) -> list[str]:
    return [document.text[b.start : b.end] for b in document.blocks]


def test_blocks_in_reading_order() -> None:
    document = parse("a", epub3(), "a.epub", READING)
    assert blocks(document) == [
        "حكايات من الحي",
        "كتاب عن الحي القديم.",
        "قصص قصيرة.",
        "الفصل الأول",
        "باب البيت",
        "كان البيت القديم في آخر الشارع، وكانت الحديقة واسعة.١ ثم جاء الشتاء.",
        "صورة البيت",
        "اليوم",
        "الساعة",
        "بني البيت قبل قرن.",
        "الفصل الثاني",
        "عاد الجيران في المساء.",
        "غدا",
        "المحتويات",
        "باب البيت",
        "حكايات من الحي",
        "باب البيت",
    ]
    assert [b.cell for b in document.blocks if b.kind == "cell"] == [(0, 0, 0), (0, 0, 1), (1, 0, 0)]
    assert [m.key for m in document.marks] == list(range(len(document.marks)))
    told = {("heading", "حكايات من الحي"), ("heading", "باب البيت"), ("item", "باب البيت"), ("paragraph", "قصص قصيرة.")}
    assert told <= {(b.kind, document.text[b.start : b.end]) for b in document.blocks}


def test_only_declarations_change_where_no_word_does() -> None:
    data = epub3()
    old, new = files(data), files(same(data))
    assert list(old) == list(new)
    for name, text in old.items():
        turned = text.decode("latin-1")
        for a, b in (
            ('lang="ar"', 'lang="en"'), ('dir="rtl"', 'dir="ltr"'), ('direction="rtl"', 'direction="ltr"'),
            (" ar-EG ", " en "), ("{ direction: rtl; text-align: right", "{ direction: ltr; text-align: left"),
        ):  # fmt: skip
            turned = turned.replace(a, b)
        assert new[name].decode("latin-1") == turned


def test_every_word_is_translated_and_nothing_is_lost() -> None:
    data = epub3()
    out = translate(data)
    with zipfile.ZipFile(io.BytesIO(out)) as archive:
        first = archive.infolist()[0]
        assert (first.filename, first.compress_type, first.header_offset) == ("mimetype", zipfile.ZIP_STORED, 0)
    old, new = files(data), files(out)
    assert list(old) == list(new)
    for name, text in new.items():
        if not name.endswith((".xhtml", ".opf", ".ncx")):
            continue
        left = re.findall("[\u0600-\u06ff]+", text.decode())
        assert left == ([] if name.endswith("xhtml") else ["ليلى", "الحداد"])
        was, now = etree.fromstring(old[name]), etree.fromstring(text)
        assert [e.tag for e in was.iter()] == [e.tag for e in now.iter()]
        for key in ("id", "href", "src", "idref"):
            assert [e.get(key) for e in was.iter() if e.get(key)] == [e.get(key) for e in now.iter() if e.get(key)]
    page = new["EPUB/text/one.xhtml"].decode()
    assert "<b>word1 word2</b>" in page
    assert '<a href="#h">word7</a>' in page
    assert "<style>p { direction: ltr; text-align: left }</style>" in page
    assert "&lt;p&gt;word0 word1 word2 word3 &lt;&amp;&quot;'.&lt;/p&gt;" in new["EPUB/book.opf"].decode()


def test_old_books() -> None:
    out = files(translate(epub2()))
    assert b'content="horizontal-lr"' in out["EPUB/book.opf"]
    assert b"<dc:language>en</dc:language>" in out["EPUB/book.opf"]
    assert (
        b'<ncx xmlns="http://www.daisy.org/z3986/2005/ncx/" version="2005-1" xml:lang="en" dir="ltr">'
        in out["EPUB/toc.ncx"]
    )


@pytest.mark.parametrize("encoding", ["utf-16", "windows-1256", "utf-8-sig"])
def test_pages_become_utf_8(encoding: str) -> None:
    declared = encoding.removesuffix("-sig")
    page = TWO.replace("<html", f'<?xml version="1.0" encoding="{declared}"?><html', 1)
    data = epub3(ثان=page.encode(encoding))
    assert "عاد الجيران في المساء." in blocks(parse("a", data, "a.epub", READING))
    out = files(translate(data))["EPUB/text/ثان.xhtml"]
    assert etree.fromstring(out) is not None
    assert out.startswith(b"\xef\xbb\xbf") == (encoding == "utf-8-sig")
    assert re.search(rb'encoding="utf-8"', out, re.IGNORECASE)


@pytest.mark.parametrize(
    ("sheet", "turned"),
    [
        ("p{direction:rtl}", "p{direction:ltr}"),
        ("p { Text-Align :\n RIGHT }", "p { Text-Align :\n left }"),
        ("p { text-align: left; float: right }", "p { text-align: left; float: right }"),
        (
            ".en { text-align: right; direction: ltr } p { text-align: right }",
            ".en { text-align: right; direction: ltr } p { text-align: left }",
        ),
        (
            "/* direction: rtl } */ p::before { content: 'direction: rtl'; }",
            "/* direction: rtl } */ p::before { content: 'direction: rtl'; }",
        ),
        ("@media print { p { text-align: right } }", "@media print { p { text-align: left } }"),
        (
            "p { background: url(a/direction:rtl.png); x-direction: rtl }",
            "p { background: url(a/direction:rtl.png); x-direction: rtl }",
        ),
        ("ol { list-style-type: arabic-indic }", "ol { list-style-type: decimal }"),
        ("p { text-align: right", "p { text-align: left"),
        ("/* text-align: right", "/* text-align: right"),
    ],
)
def test_style_sheets(sheet: str, turned: str) -> None:
    assert css.turned(sheet) == turned


@given(
    st.lists(
        st.sampled_from(
            [
                "/*",
                "*/",
                '"',
                "'",
                "\\",
                "{",
                "}",
                "\n",
                "url(",
                ")",
                "direction:",
                "rtl",
                "text-align: right",
                ";",
                "é",
            ]
        )
    )
)
def test_any_style_sheet_keeps_its_other_characters(pieces: list[str]) -> None:
    sheet = "".join(pieces)
    kept = css.turned(sheet)
    same = (kept.replace("ltr", "rtl"), kept.replace("left", "right").replace("ltr", "rtl"))
    assert sheet in same
    assert css.turned(kept) == kept


@pytest.mark.parametrize("piece", ["/*", '"\\', "url(", "url('", "{", "direction:", "direction: \t"])
def test_hostile_style_sheets_take_linear_time(piece: str) -> None:
    css.turned(piece * 30_000)


def locked(algorithm: str) -> bytes:
    encryption = (
        '<encryption xmlns="urn:oasis:names:tc:opendocument:xmlns:container" xmlns:enc="http://www.w3.org/2001/04/xmlenc#">'
        f'<enc:EncryptedData><enc:EncryptionMethod Algorithm="{algorithm}"/><enc:CipherData><enc:CipherReference '
        'URI="EPUB/a.otf"/></enc:CipherData></enc:EncryptedData></encryption>'
    )
    return zipped({**files(epub3()), "META-INF/encryption.xml": encryption})


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "a.epub: no EPUB book but an empty file"),
        (epub3()[:-30], "a.epub: this EPUB book is cut short or damaged"),
        (epub3(one=" " * (40 << 20)), "a.epub: a zip bomb"),
        (zipped({"a": "b"}), "a.epub: this EPUB book has no part 'META-INF/container.xml'"),
        (epub3(container="<container/>"), "a.epub: container.xml names no package document"),
        (epub3(container=CONTAINER.replace(b"book.opf", b"other.opf")), "has no part 'EPUB/other.opf'"),
        (epub3(book=OPF3.replace("one.xhtml", "three.xhtml")), "has no part 'EPUB/text/three.xhtml'"),
        (epub3(book=OPF3[:300]), "a.epub: part 'EPUB/book.opf' is no sound XML"),
        (epub3(one="<html>سلام</html>".encode("cp1256")), "a.epub: EPUB/text/one.xhtml: not UTF-8 at byte"),
        (locked("http://www.w3.org/2001/04/xmlenc#aes128-cbc"), "a.epub: .* locked by digital rights management"),
    ],
)
def test_what_is_no_readable_book_is_refused(data: bytes, message: str) -> None:
    with pytest.raises(InputError, match=message):
        parse("a", data, "a.epub", READING)


def test_hidden_fonts_are_no_lock() -> None:
    assert parse("a", locked("http://www.idpf.org/2008/embedding"), "a.epub", READING).blocks


def test_pages_elsewhere_and_other_kinds_are_left_alone() -> None:
    more = '<item id="x" href="https://example.org/x.xhtml" media-type="application/xhtml+xml"/><item id="svg" href="a.svg" media-type="image/svg+xml"/>'
    data = epub3(book=OPF3.replace("<manifest>", f"<manifest>{more}"))
    assert len(parse("a", data, "a.epub", READING).blocks) == 17


@pytest.mark.parametrize("version", [2, 3])
def test_epubcheck_finds_no_fault(version: int, program: Callable[..., str], tmp_path: Path) -> None:
    jar = program("epubcheck", "epubcheck")  # a Java archive, which not every machine runs by its name
    java = program("java", "default-jre-headless", "-version")
    undirected = ONE.replace("direction: rtl; ", ""), STYLE.replace(b"direction: rtl; ", b"").replace(b"\xff", b"")
    book = epub2() if version == 2 else epub3(one=undirected[0], style=undirected[1])  # EPUB 3 has dir, not direction
    (tmp_path / "a.epub").write_bytes(translate(book))
    quick = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")
    done = subprocess.run(
        [java, *quick, "-jar", jar, str(tmp_path / "a.epub")], capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "No errors or warnings detected" in done.stdout + done.stderr
