"""Word documents as programs write them, and as nobody should."""

import io
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path

import docx
import pytest
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_BREAK
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Pt
from docx.text.run import Run

from corpus.articles import sentences_of
from corpus.markup import english
from corpus.readers import READERS, Reading
from mt.alignment import diagonal
from mt.errors import InputError

READER = READERS["docx"]
READING = Reading()


def arabic(run: Run) -> Run:
    """Set a run from right to left."""
    properties = run._r.get_or_add_rPr()
    for name in ("w:rtl", "w:lang"):
        properties.append(OxmlElement(name))
    properties[-1].set(qn("w:bidi"), "ar-SA")
    return run


@pytest.fixture(scope="module")
def article() -> bytes:
    """Make an article with all that one from a newsroom has."""
    document = docx.Document()
    document.core_properties.title = "موسم الزيتون في وادي السدر"
    document.core_properties.language = "ar-SA"
    code = document.styles.add_style("HTML Code", WD_STYLE_TYPE.CHARACTER)
    code.font.size = Pt(9)
    document.add_heading("موسم الزيتون في وادي السدر", 0)
    document.add_heading("محصول وفير", 1)
    first = document.add_paragraph()
    first.paragraph_format.element.get_or_add_pPr().append(OxmlElement("w:bidi"))
    for text in ("قالت المهندسة ", "سلمى الحدادي", " إن محصول هذا العام "):
        arabic(first.add_run(text)).bold = "سلمى" in text or None
    arabic(first.add_run("وفير جدا")).italic = True
    first.add_run(". وتفتح المعصرة أبوابها عند السابعة صباحا، ويستقبل الموقع ")
    first.add_run("example.org/zayt", style="HTML Code")
    first.add_run(" طلبات المزارعين.")
    first.add_run().add_break(WD_BREAK.PAGE)
    first.add_run("وينتهي الموسم في كانون الأول.")
    for text in ("قطف الثمار باليد", "نقلها في صناديق مهواة"):
        document.add_paragraph(text, style="List Number")
    document.add_paragraph("الزيتون صبر الأرض.", style="Intense Quote")
    table = document.add_table(rows=2, cols=2)
    for cell, text in zip(table._cells, ("القرية", "الكمية", "بيت النخيل", "١٢٫٥ طن"), strict=True):
        cell.text = text
    section = document.sections[0]
    section.header.paragraphs[0].text = "صحيفة الوادي\tالعدد ٧"
    section.footer.paragraphs[0].text = "جميع الحقوق محفوظة"
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def translated(data: bytes) -> bytes:
    document = READER.parse("a", data, "a.docx", READING)
    sentences = sentences_of(document)
    targets = [f"This is sentence number {n}, in English." for n in range(len(sentences))]
    blocks = list(english(document, sentences, targets, lambda pairs: [diagonal(*pair) for pair in pairs]))
    return READER.render(data, "a.docx", READING, blocks)


def test_an_article_is_read(article: bytes) -> None:
    document = READER.parse("a", article, "a.docx", READING)
    kinds = [(b.kind, b.level) for b in document.blocks]
    assert kinds[:6] == [("heading", 1), ("heading", 1), ("paragraph", 0), ("item", 1), ("item", 1), ("quote", 0)]
    assert [b.cell for b in document.blocks[6:10]] == [(0, 0, 0), (0, 0, 1), (0, 1, 0), (0, 1, 1)]
    texts = [document.text[b.start : b.end] for b in document.blocks[10:]]
    assert texts == ["صحيفة الوادي\nالعدد ٧", "جميع الحقوق محفوظة", "موسم الزيتون في وادي السدر"]
    marks = [(document.text[m.start : m.end], m.style) for m in document.marks[:4]]
    assert marks == [("سلمى الحدادي", "strong"), ("وفير جدا", "emphasis"), ("example.org/zayt", "code"), ("\n", "")]


def test_an_article_in_english_opens_again(article: bytes) -> None:
    before, after = docx.Document(io.BytesIO(article)), docx.Document(io.BytesIO(translated(article)))
    assert [p.style and p.style.name for p in after.paragraphs] == [p.style and p.style.name for p in before.paragraphs]
    first = after.paragraphs[2]
    assert first.paragraph_format.element.find(".//" + qn("w:bidi")) is None
    assert first.text.startswith("This is sentence number 2, in English.")
    assert any(run.bold for run in first.runs)
    assert any(run.italic for run in first.runs)
    assert "example.org/zayt" in [run.text for run in first.runs if run.style.name == "HTML Code"]
    assert first._p.xml.count("<w:br ") == 1
    assert after.core_properties.language == "en-US"
    assert after.core_properties.title.startswith("This is sentence")
    assert "\t" in after.sections[0].header.paragraphs[0].text
    assert all(cell.text.startswith("This is") for cell in after.tables[0]._cells)


@pytest.fixture
def writer(program: Callable[..., str], tmp_path: Path) -> Callable[[Path, str], Path]:
    """Give a function that has LibreOffice open a file and save it in another format."""
    office = program("soffice", "libreoffice-writer-nogui", "--version")

    def convert(path: Path, form: str) -> Path:
        out = tmp_path / "converted"
        profile = (tmp_path / "profile").as_uri()
        command = [office, f"-env:UserInstallation={profile}", "--headless", "--convert-to", form, "--outdir", str(out)]
        done = subprocess.run([*command, str(path)], capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stderr
        return out / f"{path.stem}.{form.split(':')[0]}"

    return convert


def test_libreoffice_opens_and_saves_it(article: bytes, tmp_path: Path, writer: Callable[[Path, str], Path]) -> None:
    path = tmp_path / "a.en.docx"
    path.write_bytes(translated(article))
    saved = writer(path, "docx").read_bytes()
    here, there = (READER.parse("a", data, "a.docx", READING) for data in (path.read_bytes(), saved))

    def words(text: str) -> list[str]:
        return sorted(text.split())

    assert words(there.text) == words(here.text)
    assert {(m.style, there.text[m.start : m.end]) for m in there.marks} >= {
        (m.style, here.text[m.start : m.end]) for m in here.marks if m.style in ("strong", "emphasis")
    }
    paragraphs = docx.Document(io.BytesIO(saved)).paragraphs
    assert not any(p._p.findall(".//" + qn("w:rtl")) for p in paragraphs)
    assert not any(b.get(qn("w:val")) in (None, "1", "true") for p in paragraphs for b in p._p.iter(qn("w:bidi")))


def rebuilt(article: bytes, **parts: bytes) -> bytes:
    """Put other contents in place of some parts of an article, or add them; `document` is word/document.xml."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(article)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            kind = name.rpartition("/")[2].removesuffix(".xml")
            new.writestr(name, parts.pop(kind) if kind in parts else old.read(name))
        for name, data in parts.items():
            new.writestr(name, data)
    return out.getvalue()


W = b'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
ENTITIES = b"".join(b'<!ENTITY e%d "%s">' % (n, b"&e%d;" % (n - 1) * 9 if n else b"lol") for n in range(12))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda a: a[: len(a) // 2], "cut short or damaged"),
        (lambda a: a[:-1], "cut short or damaged"),
        (lambda a: b"", "an empty file"),
        (lambda a: bytes.fromhex("D0CF11E0A1B11AE1") + "EncryptedPackage".encode("utf-16-le"), "by a password"),
        (lambda a: bytes.fromhex("D0CF11E0A1B11AE1") + bytes(512), "old Office"),
        (lambda a: rebuilt(a, **{"../../evil.sh": b"echo"}), "leads out of the package"),
        (lambda a: rebuilt(a, **{"word/media/bomb.bin": bytes(200 << 20)}), "a zip bomb"),
        (
            lambda a: rebuilt(a, document=b"<!DOCTYPE d [%s]><w:document %s>&e11;</w:document>" % (ENTITIES, W)),
            "entit",
        ),
        (lambda a: rebuilt(a, document=b"<w:document %s>" % W + b"<w:p>" * 300 + b"</w:p>" * 300), "no sound XML"),
        (lambda a: rebuilt(a, document=b'<workbook xmlns="x"/>'), "no Word document but a workbook"),
        (
            lambda a: rebuilt(a, **{"[Content_Types]": b"<Types/>", ".rels": b"<Relationships/>"}),
            "no Word document inside",
        ),
        (lambda a: rebuilt(a, styles=b"<w:styles"), "part 'word/styles.xml' is no sound XML"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_hostile_files_are_refused_in_one_line(article: bytes, make: Callable[[bytes], bytes], message: str) -> None:
    data = make(article)
    for refused in (
        lambda: READER.parse("a", data, "in/a.docx", READING),
        lambda: READER.render(data, "in/a.docx", READING, ()),
    ):
        with pytest.raises(InputError) as caught:
            refused()
        assert str(caught.value).startswith("in/a.docx: ")
        assert message in str(caught.value)
        assert "\n" not in str(caught.value)


DEEP = b"<w:sdt><w:sdtContent>" + b"".join(b'<w:bookmarkStart w:id="%d"/>' % n for n in range(100))
AGAIN = b"".join(b'<w:bookmarkEnd w:id="%d"/>' % n for n in reversed(range(100))) + b"</w:sdtContent></w:sdt>"


@pytest.mark.parametrize(
    ("before", "unit", "after", "count"),
    [
        (b"<w:p>", b"<w:r><w:t>\xd9\x83 </w:t></w:r>", b"</w:p>", 20_000),
        (b"<w:p><w:r><w:t>\xd9\x83</w:t></w:r>", b'<w:bookmarkStart w:id="1"/>', b"</w:p>", 20_000),
        (b"<w:p><w:r><w:t>\xd9\x83</w:t></w:r>", b'<w:r><w:fldChar w:fldCharType="begin"/></w:r>', b"</w:p>", 20_000),
        (b"<w:p><w:r><w:t>\xd9\x83</w:t></w:r>", b'<w:r><w:fldChar w:fldCharType="end"/></w:r>', b"</w:p>", 20_000),
        (b"", b"<w:p/>", b"", 20_000),
        (b"<w:p><w:r>", b"<w:br/>", b"<w:t>\xd9\x83</w:t></w:r></w:p>", 20_000),
        (b"<w:p>" + b"<w:hyperlink>" * 240, b"<w:r><w:t>\xd9\x83</w:t></w:r>", b"</w:hyperlink>" * 240 + b"</w:p>", 1),
        (b"<w:p>" + b"<w:dir>" * 240, b"<w:r><w:t>\xd9\x83</w:t></w:r>", b"</w:dir>" * 240 + b"</w:p>", 1),
        (b"<w:p><w:r>" + b"<w:rPr>" * 240, b"", b"</w:rPr>" * 240 + b"<w:t>\xd9\x83</w:t></w:r></w:p>", 1),
        (b"<w:p>" + DEEP * 15, b"<w:r><w:t>\xd9\x83</w:t></w:r>", AGAIN * 15 + b"</w:p>", 1),
    ],
    ids=["runs", "bookmarks", "begun", "ended", "empty", "breaks", "links", "directions", "properties", "mixture"],
)
def test_much_of_anything_is_read_at_once(article: bytes, before: bytes, unit: bytes, after: bytes, count: int) -> None:
    body = b"<w:body>" + before + unit * count + after + b"</w:body>"
    data = rebuilt(article, document=b"<w:document %s>" % W + body + b"</w:document>")
    assert READER.parse("a", data, "a.docx", READING).blocks
