"""Word documents: what is read in them, and what comes back in English."""

import io
import re
import zipfile
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import accumulate

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from corpus.articles import sentences_of
from corpus.document import Document
from corpus.markup import english
from corpus.readers import Reading
from corpus.readers.docx import parse, render
from corpus.readers.docx.direction import turn
from mt.alignment import Alignment, diagonal

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/wordprocessingml/main"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
SPACES = {
    "w": W,
    "r": R,
    "m": "http://schemas.openxmlformats.org/officeDocument/2006/math",
    "mc": "http://schemas.openxmlformats.org/markup-compatibility/2006",
    "wp": "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing",
    "v": "urn:schemas-microsoft-com:vml",
    "dc": "http://purl.org/dc/elements/1.1/",
}
DECLARED = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in SPACES.items())
READING = Reading()
ARABIC = re.compile("[\u0621-\u064a]")


def word(body: str, links: Sequence[tuple[str, str, str]] = (), **parts: str) -> bytes:
    """Make a Word document of the XML in its body; `parts` are others by their kind, `core` the properties."""
    main = f"<w:document {DECLARED}><w:body>{body}</w:body></w:document>"
    kinds = {kind: f"{kind}.xml" for kind in parts if kind != "core"}
    relations = [(f"k{n}", kind, target) for n, (kind, target) in enumerate(kinds.items())] + list(links)
    top = [("o", "officeDocument", "word/document.xml")] + [("c", "core-properties", "core.xml")] * ("core" in parts)
    entries = {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.'
        'document.main+xml"/></Types>',
        "_rels/.rels": relationships(top),
        "word/document.xml": main,
        "word/_rels/document.xml.rels": relationships(relations),
        "word/media/picture.png": "\x89PNG",
    }
    roots = {"footnotes": "footnotes", "header": "hdr", "footer": "ftr", "endnotes": "endnotes"}
    for kind, content in parts.items():
        tag = f"w:{roots.get(kind, kind)}" if kind != "core" else "core"
        name = f"word/{kind}.xml" if kind != "core" else "core.xml"
        entries[name] = f"<{tag} {DECLARED}>{content}</{tag}>"
    return zipped(entries)


def relationships(rows: Sequence[tuple[str, str, str]]) -> str:
    found = "".join(f'<Relationship Id="{i}" Type="{R}/{kind}" Target="{target}"/>' for i, kind, target in rows)
    return (
        f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{found}</Relationships>'
    )


def zipped(entries: dict[str, str]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in entries.items():
            archive.writestr(zipfile.ZipInfo(name), text.encode(), zipfile.ZIP_DEFLATED)
    return out.getvalue()


def part(data: bytes, name: str = "word/document.xml") -> etree._Element:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return etree.fromstring(archive.read(name))


def body(data: bytes) -> str:
    """Give the XML in the body of a document, without declarations of namespaces."""
    content = "".join(etree.tostring(e, encoding="unicode") for e in part(data)[0])
    return re.sub(r' xmlns:\w+="[^"]*"', "", content)


def read(data: bytes) -> Document:
    return parse("a", data, "a.docx", READING)


def aligned(pairs: Sequence[tuple[str, str]]) -> list[Alignment]:
    return [diagonal(source, target) for source, target in pairs]


def translated(data: bytes, translate: Callable[[str], str]) -> bytes:
    """Put a document into English, sentence by sentence; words are aligned in order."""
    document = read(data)
    sentences = sentences_of(document)
    blocks = list(english(document, sentences, [translate(s.text) for s in sentences], aligned))
    return render(data, "a.docx", READING, blocks)


WORDS = {
    "كتب": "wrote",
    "الطالب": "the-pupil",
    "درسه": "his-lesson",
    "اليوم": "today",
    "قرأ": "read",
    "سامر": "Samer",
    "القصة": "the-story",
    "صفحة": "page",
    "من": "of",
}


def by_words(sentence: str) -> str:
    """Translate word by word, in order."""
    return " ".join(WORDS.get(w.rstrip(".،"), w) + w[len(w.rstrip(".،")) :] for w in sentence.split())


def run(text: str, properties: str = "") -> str:
    inner = f"<w:rPr>{properties}</w:rPr>" if properties else ""
    return f'<w:r>{inner}<w:t xml:space="preserve">{text}</w:t></w:r>'


def char(kind: str) -> str:
    return f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>'


def field(instruction: str, result: str) -> str:
    code = f"<w:r><w:instrText>{instruction}</w:instrText></w:r>"
    return char("begin") + code + char("separate") + result + char("end")


def styled(identity: str, text: str = "كتب الطالب درسه") -> str:
    return f'<w:p><w:pPr><w:pStyle w:val="{identity}"/></w:pPr>{run(text)}</w:p>'


STYLES = "".join(
    f'<w:style w:type="{kind}" w:styleId="{identity}"{default}><w:name w:val="{name}"/>{rest}</w:style>'
    for kind, identity, default, name, rest in [
        ("paragraph", "a", ' w:default="1"', "Normal", ""),
        ("paragraph", "1", "", "heading 1", "<w:pPr><w:numPr><w:numId w:val='4'/></w:numPr></w:pPr>"),
        ("paragraph", "9", "", "heading 9", ""),
        ("paragraph", "ar2", "", "عنوان 2", ""),
        ("paragraph", "a3", "", "Title", ""),
        ("paragraph", "mine", "", "فصل", '<w:basedOn w:val="ar2"/>'),
        ("paragraph", "outline", "", "باب", '<w:pPr><w:outlineLvl w:val="2"/></w:pPr>'),
        ("paragraph", "body", "", "متن", '<w:pPr><w:outlineLvl w:val="9"/></w:pPr>'),
        ("paragraph", "list", "", "قائمة", '<w:pPr><w:numPr><w:ilvl w:val="1"/><w:numId w:val="2"/></w:numPr></w:pPr>'),
        ("paragraph", "q", "", "Intense Quote", ""),
        ("paragraph", "q2", "", "اقتباس", ""),
        ("paragraph", "round", "", "دائرة", '<w:basedOn w:val="round"/>'),
        ("paragraph", "pushed", "", "مدفوع", '<w:pPr><w:jc w:val="right"/></w:pPr>'),
        ("paragraph", "rtl", "", "يمين", '<w:basedOn w:val="pushed"/><w:pPr><w:bidi/></w:pPr>'),
        ("character", "strong", "", "Strong", "<w:rPr><w:bCs/><w:b/></w:rPr>"),
        ("character", "code", "", "HTML Code", ""),
    ]
)


@pytest.mark.parametrize(
    ("paragraph", "kind", "level"),
    [
        (styled("a"), "paragraph", 0),
        (styled("unknown"), "paragraph", 0),
        (styled("1"), "heading", 1),
        (styled("9"), "heading", 9),
        (styled("ar2"), "heading", 2),
        (styled("a3"), "heading", 1),
        (styled("mine"), "heading", 2),
        (styled("outline"), "heading", 3),
        (styled("body"), "paragraph", 0),
        (styled("list"), "item", 2),
        (styled("q"), "quote", 0),
        (styled("q2"), "quote", 0),
        (styled("round"), "paragraph", 0),
        (f'<w:p><w:pPr><w:outlineLvl w:val="0"/></w:pPr>{run("عنوان")}</w:p>', "heading", 1),
        (f'<w:p><w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr>{run("بند")}</w:p>', "item", 1),
        (f'<w:p><w:pPr><w:numPr><w:numId w:val="0"/></w:numPr></w:pPr>{run("نص")}</w:p>', "paragraph", 0),
    ],
)
def test_kinds_of_blocks(paragraph: str, kind: str, level: int) -> None:
    (block,) = read(word(paragraph, styles=STYLES)).blocks
    assert (block.kind, block.level, block.cell) == (kind, level, None)


def p(*content: str) -> str:
    return f"<w:p>{''.join(content)}</w:p>"


IMAGE = '<w:r><w:drawing><wp:inline><wp:docPr id="1" name="صورة 1"/></wp:inline></w:drawing></w:r>'
NOTE = '<w:r><w:footnoteReference w:id="2"/></w:r>'
MATH = "<m:oMath><m:r><m:t>س+1</m:t></m:r></m:oMath>"
MARK = '<w:bookmarkStart w:id="7" w:name="أ"/>'
MARKED = '<w:bookmarkEnd w:id="7"/>'
LINKED = run("الطالب", '<w:rStyle w:val="Hyperlink"/>')
LINK = f'<w:hyperlink r:id="l1" w:anchor="فصل" w:tooltip="en">{LINKED}</w:hyperlink>'
LINKS = [("l1", "hyperlink", "https://example.org/ar")]
DELETED = '<w:del w:id="3" w:author="س"><w:r><w:delText>محذوف</w:delText></w:r></w:del>'
INSERTED = f'<w:ins w:id="4" w:author="س">{run("الطالب")}</w:ins>'


@pytest.mark.parametrize(
    ("content", "text", "marks"),
    [
        (run("كتب ") + run("الطالب"), "كتب الطالب", []),
        ("<w:r><w:t>كتب </w:t></w:r><w:r><w:t> الطالب</w:t></w:r>", "كتبالطالب", []),
        (run("  كتب\nالطالب \t"), "كتب الطالب", []),
        (run("كتب الطالب ") + run("درسه", "<w:b/>"), "كتب الطالب درسه", [("درسه", "strong", "", False)]),
        (run("كتب الطالب ") + run("درسه", "<w:bCs/><w:rtl/>"), "كتب الطالب درسه", [("درسه", "strong", "", False)]),
        (
            run("كتب الطالب ") + run("درسه", "<w:i w:val='0'/><w:u w:val='single'/>"),
            "كتب الطالب درسه",
            [("درسه", "", "", False)],
        ),
        (run("كتب الطالب ", "<w:rtl/><w:lang w:bidi='ar-SA'/>") + run("درسه", "<w:noProof/>"), "كتب الطالب درسه", []),
        (run("كتب الطالب") + run(" ", "<w:b/>") + run("درسه"), "كتب الطالب درسه", []),
        (
            run("كتب الطالب ") + run("درسه", "<w:rStyle w:val='strong'/>"),
            "كتب الطالب درسه",
            [("درسه", "strong", "", False)],
        ),
        (
            run("كتب الطالب ") + run("x = 1", "<w:rStyle w:val='code'/>"),
            "كتب الطالب x = 1",
            [("x = 1", "code", "", True)],
        ),
        (run("كتب ") + LINK, "كتب الطالب", [("الطالب", "link", "https://example.org/ar#فصل", False)]),
        (run("كتب ") + INSERTED + DELETED, "كتب الطالب", [("الطالب", "", "", False), ("", "", "", False)]),
        (run("كتب") + "<w:r><w:tab/></w:r>" + run("الطالب"), "كتب\nالطالب", [("\n", "", "", True)]),
        (
            run("كتب") + "<w:r><w:br/><w:t>الطالب</w:t><w:cr/></w:r>",
            "كتب\nالطالب",
            [("\n", "", "", True), ("", "", "", False)],
        ),
        ("<w:r><w:t>كتب</w:t><w:noBreakHyphen/><w:t>الطالب</w:t><w:softHyphen/></w:r>", "كتب\u2011الطالب", []),
        (run("كتب") + IMAGE + NOTE + MATH, "كتب", [("", "", "", False)]),
        (run("كتب ") + MARK + run("الطالب") + MARKED + run(" درسه"), "كتب الطالب درسه", [("الطالب", "", "", False)]),
        (run("كتب") + MARK + MARKED, "كتب", [("", "", "", False)]),
        (MARK + run("كتب"), "كتب", []),
        (
            run("صفحة ") + field(" PAGE ", run("3")) + run(" من ") + field("NUMPAGES", run("10")),
            "صفحة 3 من 10",
            [("3", "", "", False), ("10", "", "", False)],
        ),
        (
            run("كتب ") + field(' HYPERLINK "http://a.example" \\l "b" ', run("الطالب")),
            "كتب الطالب",
            [("الطالب", "link", "http://a.example#b", False)],
        ),
        (
            run("كتب") + char("begin") + "<w:r><w:instrText>XE</w:instrText><w:t>أ</w:t></w:r>" + char("end"),
            "كتب",
            [("", "", "", False)],
        ),
        (run("كتب") + run("سرا", "<w:vanish/>"), "كتب", [("", "", "", False)]),
        (
            "<w:sdt><w:sdtPr/><w:sdtContent>" + run("كتب") + "</w:sdtContent></w:sdt>" + run(" الطالب"),
            "كتب الطالب",
            [("كتب", "", "", False)],
        ),
        (
            '<w:smartTag w:element="x">' + run("كتب") + "</w:smartTag>" + run(" الطالب"),
            "كتب الطالب",
            [("كتب", "", "", False)],
        ),
        ('<w:dir w:val="rtl">' + run("كتب") + "</w:dir>" + run(" الطالب"), "كتب الطالب", []),
        ('<w:fldSimple w:instr="PAGE">' + run("3") + "</w:fldSimple>" + run(" صفحة"), "3 صفحة", [("3", "", "", False)]),
    ],
)
def test_text_and_marks(content: str, text: str, marks: list[tuple[str, str, str, bool]]) -> None:
    document = read(word(p(content), LINKS, styles=STYLES))
    assert document.text == text
    assert [(document.text[m.start : m.end], m.style, m.link, m.verbatim) for m in document.marks] == marks


def out(text: str, properties: str = "") -> str:
    return run(text, properties)


@pytest.mark.parametrize(
    ("content", "result"),
    [
        (run("كتب ") + run("الطالب", "<w:rtl/>") + run(" درسه."), out("wrote the-pupil his-lesson.")),
        (
            "<w:pPr><w:bidi/><w:jc w:val='both'/></w:pPr>" + run("كتب"),
            '<w:pPr><w:jc w:val="both"/></w:pPr>' + out("wrote"),
        ),
        (
            run("كتب الطالب ") + run("درسه", "<w:bCs/><w:szCs w:val='30'/><w:rtl/>"),
            out("wrote the-pupil ") + out("his-lesson", '<w:b/><w:sz w:val="30"/>'),
        ),
        (
            run("كتب ") + LINK + run(" درسه"),
            out("wrote ")
            + '<w:hyperlink r:id="l1" w:anchor="فصل" w:tooltip="en">'
            + out("the-pupil", '<w:rStyle w:val="Hyperlink"/>')
            + "</w:hyperlink>"
            + out(" his-lesson"),
        ),
        (run("كتب ") + INSERTED + DELETED, out("wrote ") + INSERTED.replace("الطالب", "the-pupil") + DELETED),
        (run("كتب الطالب") + NOTE + run(" درسه."), out("wrote the-pupil") + NOTE + out(" his-lesson.")),
        (run("كتب") + "<w:r><w:tab/></w:r>" + run("الطالب"), out("wrote") + "<w:r><w:tab/></w:r>" + out("the-pupil")),
        (
            run("كتب") + "<w:r><w:br/></w:r>" + run("الطالب") + '<w:r><w:br w:type="page"/></w:r>' + run("درسه"),
            out("wrote")
            + "<w:r><w:br/></w:r>"
            + out("the-pupil")
            + '<w:r><w:br w:type="page"/></w:r>'
            + out("his-lesson"),
        ),
        (
            run("كتب ")
            + MARK
            + run("الطالب ")
            + char("begin")
            + MARKED
            + run("X")
            + char("separate")
            + run("درسه")
            + char("end"),
            MARK
            + out("wrote the-pupil ")
            + char("begin")
            + out("X")
            + char("separate")
            + out("his-lesson")
            + char("end")
            + MARKED,
        ),
        (
            char("begin") + "<w:r><w:instrText>TOC</w:instrText></w:r>" + char("separate") + run("كتب"),
            char("begin") + "<w:r><w:instrText>TOC</w:instrText></w:r>" + char("separate") + out("wrote"),
        ),
        (run("كتب") + char("end"), out("wrote") + char("end")),
        (char("end") + run("كتب"), char("end") + out("wrote")),
        (MARKED + run("كتب") + MARK, MARK + out("wrote") + MARKED),
        (
            run("كتب") + char("begin") + f'<w:hyperlink w:anchor="a">{NOTE}{char("end")}</w:hyperlink>',
            out("wrote") + char("begin") + f'<w:hyperlink w:anchor="a">{NOTE}<w:r/></w:hyperlink>' + char("end"),
        ),
        (run("كتب ") + MATH, out("wrote") + MATH),
        (
            "<w:sdt><w:sdtPr/><w:sdtContent>" + run("كتب") + "</w:sdtContent></w:sdt>" + run(" الطالب"),
            "<w:sdt><w:sdtPr/><w:sdtContent>" + out("wrote") + "</w:sdtContent></w:sdt>" + out(" the-pupil"),
        ),
        ("<w:proofErr/>" + run("كتب") + "<w:r><w:lastRenderedPageBreak/></w:r>", out("wrote")),
        (run("Samer &lt;b&gt;&amp; سامر"), out("Samer &lt;b&gt;&amp; Samer")),
    ],
)
def test_content_is_made_anew(content: str, result: str) -> None:
    assert body(translated(word(p(content), LINKS, styles=STYLES), by_words)) == p(result)


def test_the_field_instruction_of_a_field_stays_whole() -> None:
    inner = field(" PAGE ", run("3"))
    condition = (
        char("begin")
        + "<w:r><w:instrText> IF </w:instrText></w:r>"
        + inner
        + "<w:r><w:instrText>=1</w:instrText></w:r>"
    )
    whole = condition + char("separate") + run("كتب") + char("end")
    assert body(translated(word(p(run("قرأ ") + whole)), by_words)) == p(out("read ") + whole.replace("كتب", "wrote"))


TABLE = (
    "<w:tbl><w:tblPr><w:bidiVisual/></w:tblPr>"
    f"<w:tr><w:trPr><w:gridBefore w:val='1'/></w:trPr><w:tc>{p(run('كتب'))}</w:tc></w:tr>"
    f"<w:tr><w:tc><w:tcPr><w:gridSpan w:val='2'/></w:tcPr>{p(run('قرأ'))}{p(run('سامر'))}</w:tc>"
    f"<w:tc><w:tbl><w:tr><w:tc>{p(run('القصة'))}</w:tc></w:tr></w:tbl>{p(run('اليوم'))}</w:tc></w:tr></w:tbl>"
)


def test_cells_know_their_place() -> None:
    document = read(word(p(run("قبل")) + TABLE + TABLE))
    cells = [(document.text[b.start : b.end], b.cell) for b in document.blocks if b.kind == "cell"]
    assert cells[:5] == [
        ("كتب", (0, 0, 1)),
        ("قرأ", (0, 1, 0)),
        ("سامر", (0, 1, 0)),
        ("القصة", (1, 0, 0)),
        ("اليوم", (0, 1, 2)),
    ]
    assert cells[5] == ("كتب", (2, 0, 1))


STORY = [("قرأ الطالب ", ""), ("سامر", "<w:b/>"), (" ", ""), ("القصة", "<w:i/>"), (" اليوم.", "")]
BOX = f"<w:txbxContent>{p(*(run(text, properties) for text, properties in STORY))}</w:txbxContent>"
BOXED = (
    f"<w:r><mc:AlternateContent><mc:Choice Requires='wps'><w:drawing><wp:docPr id='2' descr='كتب'/>{BOX}</w:drawing>"
    f"</mc:Choice><mc:Fallback><w:pict><v:shape alt='x'><v:textbox>{BOX}</v:textbox></v:shape></w:pict></mc:Fallback>"
    "</mc:AlternateContent></w:r>"
)


def test_text_boxes_are_blocks_and_their_two_forms_alike() -> None:
    data = word(p(run("كتب الطالب ") + BOXED + run("درسه")))
    assert read(data).text == "كتب الطالب درسه\n\nكتب\n\nقرأ الطالب سامر القصة اليوم."
    content = body(translated(data, by_words))
    story = [("read the-pupil ", ""), ("Samer", "<w:b/>"), (" ", ""), ("the-story", "<w:i/>"), (" today.", "")]
    assert content.count(p(*(out(text, properties) for text, properties in story))) == 2
    assert content.startswith("<w:p>" + out("wrote the-pupil") + "<w:r><mc:AlternateContent>")
    assert content.endswith("</mc:AlternateContent></w:r>" + out(" his-lesson") + "</w:p>")
    assert 'descr="wrote"' in content


def test_a_second_form_of_other_text_is_a_block_of_its_own() -> None:
    data = word(p(BOXED.replace("سامر", "الطالب", 1)))
    assert [b.kind for b in read(data).blocks] == ["paragraph"] * 3
    assert not ARABIC.search(body(translated(data, by_words)))


def test_a_second_form_made_otherwise_has_the_same_text_and_all_objects() -> None:
    other = BOX.replace("</w:p>", NOTE + "</w:p>")
    data = word(p(BOXED.replace(f"<v:textbox>{BOX}", f"<v:textbox>{other}")))
    (fallback,) = part(translated(data, by_words)).iterfind(".//v:textbox//w:p", SPACES)
    assert "".join(str(t) for t in fallback.itertext()) == "read the-pupil Samer the-story today."
    assert len(fallback.findall(".//w:footnoteReference", SPACES)) == 1


def test_all_parts_with_text_are_read_in_order_and_put_back() -> None:
    data = word(
        p(run("كتب الطالب")),
        footnotes=f'<w:footnote w:id="2">{p("<w:r><w:footnoteRef/></w:r>" + run(" قرأ سامر"))}</w:footnote>',
        endnotes=f'<w:endnote w:id="1">{p(run("القصة"))}</w:endnote>',
        header=p(run("اليوم") + "<w:r><w:tab/></w:r>" + run("صفحة")),
        footer=p(
            f'<w:hyperlink w:anchor="a" w:tooltip="سامر">{run("من")}</w:hyperlink>',
            '<w:r><w:pict><v:shape><v:textpath string="القصة"/></v:shape></w:pict></w:r>',
        ),
        numbering='<w:abstractNum><w:lvl><w:numFmt w:val="arabicAlpha"/>'
        '<w:lvlText w:val="صفحة %1 من %2"/></w:lvl></w:abstractNum>',
        comments=p(run("تعليق")),
        settings='<w:themeFontLang w:val="ar-EG" w:bidi="ar-SA"/>',
        core="<dc:title>كتب سامر</dc:title><dc:language>ar-SA</dc:language>",
    )
    assert read(data).text.split("\n\n") == [
        "كتب الطالب",
        "قرأ سامر",
        "القصة",
        "اليوم\nصفحة",
        "من",
        "سامر",
        "القصة",
        "صفحة %1 من %2",
        "كتب سامر",
    ]
    result = translated(data, by_words)
    with zipfile.ZipFile(io.BytesIO(result)) as archive:
        texts = {name: archive.read(name).decode() for name in archive.namelist()}
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.namelist() == list(texts)
    assert "<w:footnoteRef/></w:r>" + out("read Samer") in texts["word/footnotes.xml"]
    assert out("the-story") in texts["word/endnotes.xml"]
    assert out("today") + "<w:r><w:tab/></w:r>" + out("page") in texts["word/header.xml"]
    assert out("of") in texts["word/footer.xml"]
    assert 'w:tooltip="Samer"' in texts["word/footer.xml"]
    assert '<v:textpath string="the-story"/>' in texts["word/footer.xml"]
    assert '<w:numFmt w:val="lowerLetter"/><w:lvlText w:val="page %1 of %2"/>' in texts["word/numbering.xml"]
    assert "<dc:title>wrote Samer</dc:title><dc:language>en-US</dc:language>" in texts["core.xml"]
    assert '<w:themeFontLang w:val="en-US"/>' in texts["word/settings.xml"]
    assert "تعليق" in texts["word/comments.xml"]
    assert texts["word/media/picture.png"] == "\x89PNG"


@pytest.mark.parametrize(
    ("properties", "text", "after"),
    [
        ('<w:jc w:val="right"/>', "كتب", '<w:pPr><w:jc w:val="left"/></w:pPr>'),
        ('<w:jc w:val="right"/>', "Samer & سامر", '<w:pPr><w:jc w:val="left"/></w:pPr>'),
        ('<w:jc w:val="end"/>', "كتب", '<w:pPr><w:jc w:val="left"/></w:pPr>'),
        ('<w:bidi/><w:jc w:val="right"/>', "كتب", '<w:pPr><w:jc w:val="right"/></w:pPr>'),
        ('<w:jc w:val="center"/>', "كتب", '<w:pPr><w:jc w:val="center"/></w:pPr>'),
        (
            '<w:pStyle w:val="pushed"/><w:rPr/>',
            "كتب",
            '<w:pPr><w:pStyle w:val="pushed"/><w:jc w:val="left"/><w:rPr/></w:pPr>',
        ),
        ('<w:pStyle w:val="rtl"/>', "كتب", '<w:pPr><w:pStyle w:val="rtl"/></w:pPr>'),
        (
            '<w:pStyle w:val="rtl"/><w:bidi w:val="0"/>',
            "كتب",
            '<w:pPr><w:pStyle w:val="rtl"/><w:jc w:val="left"/></w:pPr>',
        ),
    ],
)
def test_arabic_that_was_pushed_to_the_right_starts_at_the_left(properties: str, text: str, after: str) -> None:
    data = word(p(f"<w:pPr>{properties}</w:pPr>", run(text.replace("&", "&amp;"))), styles=STYLES)
    assert body(translated(data, lambda _: "wrote")) == p(after, out("wrote"))


def test_paragraphs_without_a_change_stay() -> None:
    content = p("<w:pPr><w:bidi/></w:pPr>", run("ABC "), '<w:r w:rsidR="00A1"><w:rPr><w:b/></w:rPr><w:t>12</w:t></w:r>')
    result = content.replace("<w:pPr><w:bidi/></w:pPr>", "<w:pPr/>")
    assert body(translated(word(content), lambda s: s)) == result


def test_the_strict_edition_is_read_and_kept() -> None:
    data = zipped(
        {
            "_rels/.rels": relationships([("o", "officeDocument", "/word/document.xml")]),
            "word/document.xml": f'<d:document xmlns:d="{STRICT}"><d:body><d:p><d:pPr><d:jc d:val="end"/></d:pPr>'
            "<d:r><d:t>كتب</d:t></d:r></d:p></d:body></d:document>",
        }
    )
    result = etree.tostring(part(translated(data, by_words)), encoding="unicode")
    assert '<d:jc d:val="start"/></d:pPr><d:r><d:t xml:space="preserve">wrote</d:t></d:r>' in result


# Properties of any document.

RUN_PROPERTIES = [
    "",
    "<w:b/>",
    "<w:bCs/><w:rtl/>",
    "<w:i/>",
    "<w:rtl/>",
    '<w:rStyle w:val="code"/>',
    '<w:szCs w:val="30"/>',
]
TEXTS = ["كتب", " الطالب ", "درسه.", " ", "", "قرأ سامر القصة. ", "ABC", "، 12 ", "«اليوم»"]
OBJECTS = [IMAGE, NOTE, MATH, DELETED, "<w:r><w:tab/></w:r>", "<w:r><w:br/></w:r>", BOXED.replace("كتب", "box")]
EDGES = [MARK, MARKED, char("begin"), char("separate"), char("end"), '<w:permStart w:id="1"/>', '<w:permEnd w:id="1"/>']
WRAPPERS: list[Callable[[str], str]] = [
    lambda inner: f'<w:hyperlink w:anchor="a">{inner}</w:hyperlink>',
    lambda inner: f'<w:ins w:id="9">{inner}</w:ins>',
    lambda inner: f"<w:sdt><w:sdtPr/><w:sdtContent>{inner}</w:sdtContent></w:sdt>",
    lambda inner: field(" PAGE ", inner),
]
leaves = st.one_of(
    st.builds(run, st.sampled_from(TEXTS), st.sampled_from(RUN_PROPERTIES)),
    st.sampled_from(OBJECTS),
    st.sampled_from(EDGES),
)
inlines = st.recursive(
    leaves,
    lambda inner: st.builds(
        lambda wrap, content: wrap("".join(content)), st.sampled_from(WRAPPERS), st.lists(inner, max_size=3)
    ),
    max_leaves=12,
)
documents = st.lists(st.lists(inlines, max_size=6).map(lambda content: p(*content)), min_size=1, max_size=3).map(
    lambda paragraphs: word("".join(paragraphs), styles=STYLES)
)
KEPT = [
    "footnoteReference",
    "tab",
    "br",
    "bookmarkStart",
    "bookmarkEnd",
    "permStart",
    "fldChar",
    "instrText",
    "del",
    "ins",
]
KEPT += ["hyperlink", "sdt", "txbxContent"]


@settings(max_examples=60)
@given(documents)
def test_blocks_and_marks_are_in_order(data: bytes) -> None:
    document = read(data)
    end = -2
    for block in document.blocks:
        text = document.text[block.start : block.end]
        assert text
        assert text == text.strip()
        assert block.start == end + 2
        end = block.end
    assert not document.blocks or end == len(document.text)
    assert [m.key for m in document.marks] == list(range(len(document.marks)))
    for mark in document.marks:
        assert any(b.start <= mark.start <= mark.end <= b.end for b in document.blocks)
    spans = [m for m in document.marks if m.start < m.end]
    for a in spans:
        for b in spans:
            assert not a.start < b.start < a.end < b.end, "crossing"
    for sentence in sentences_of(document):
        assert document.text[sentence.start : sentence.end] == sentence.text


@settings(max_examples=60)
@given(documents)
def test_a_document_that_reads_the_same_stays_the_same(data: bytes) -> None:
    root = part(data)
    turn(root)
    assert etree.tostring(part(translated(data, lambda s: s))) == etree.tostring(root)


@settings(max_examples=60)
@given(documents, st.sampled_from(["one <two> & 'three' \"four\"", "x", "many words of an English sentence here"]))
def test_a_document_in_english_has_all_but_the_arabic(data: bytes, sentence: str) -> None:
    number = iter(range(1000))
    result = translated(data, lambda _: f"{sentence} {next(number)}")
    old, new = part(data), part(result)

    def count(root: etree._Element) -> Counter[str]:
        return Counter({name: sum(1 for _ in root.iter(f"{{{W}}}{name}")) for name in KEPT})

    assert count(new) == count(old)
    if not count(new)["fldChar"]:  # else it may be in a field's instruction
        assert not ARABIC.search("".join(str(text) for t in new.iter(f"{{{W}}}t") for text in t.itertext()))
    # No field ends that was not begun, unless it was so before.
    before, after = (depths(root) for root in (old, new))
    if min(before, default=0) == 0 and before[-1:] in ([], [0]):
        assert len(read(result).blocks) == len(read(data).blocks)
    assert min(after, default=0) >= min(before, default=0) or min(after) == 0
    assert after[-1:] == before[-1:]


def depths(root: etree._Element) -> list[int]:
    """Give how many fields are open behind each end of one."""
    kinds = [e.get(f"{{{W}}}fldCharType", "") for e in root.iter(f"{{{W}}}fldChar")]
    return list(accumulate({"begin": 1, "end": -1}.get(kind, 0) for kind in kinds))
