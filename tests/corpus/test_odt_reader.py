# ruff: noqa: E501 (markup is easier to read in one piece)
"""OpenDocument text: blocks in reading order, marks on their words, layout turned, hostile files refused."""

import io
import re
import subprocess
import zipfile
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from corpus.articles import sentences_of
from corpus.document import Document
from corpus.markup import english
from corpus.readers import Reading
from corpus.readers.odt import parse, render
from mt.alignment import Alignment, diagonal
from mt.errors import InputError

OASIS = "urn:oasis:names:tc:opendocument:xmlns:"
SPACES = {
    **{name: f"{OASIS}{name}:1.0" for name in ("office", "style", "text", "table", "meta", "manifest")},
    "draw": f"{OASIS}drawing:1.0",
    "fo": f"{OASIS}xsl-fo-compatible:1.0",
    "svg": f"{OASIS}svg-compatible:1.0",
    "number": f"{OASIS}datastyle:1.0",
    "xlink": "http://www.w3.org/1999/xlink",
    "dc": "http://purl.org/dc/elements/1.1/",
}
DECLARED = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in SPACES.items())
READING = Reading()
LIBREOFFICE = "LibreOffice/7.4.7.2$Linux_X86_64 LibreOffice_project/40$Build-2"

MANIFEST = (
    f'<manifest:manifest {DECLARED} manifest:version="1.3"><manifest:file-entry manifest:full-path="/"'
    ' manifest:media-type="application/vnd.oasis.opendocument.text"/>'
    + "".join(
        f'<manifest:file-entry manifest:full-path="{name}" manifest:media-type=""/>'
        for name in ("content.xml", "styles.xml", "meta.xml", "Pictures/a.png")
    )
    + "</manifest:manifest>"
).encode()
NAMED = "".join(
    f'<style:style style:name="{name}" style:family="paragraph"/>' for name in ("Standard", "Title", "Quotations")
)
BOLD = '<style:style style:name="T1" style:family="text"><style:text-properties style:font-weight-complex="bold"/></style:style>'
TYPED_LATER = '<style:style style:name="T9" style:family="text"><style:text-properties xmlns:officeooo="http://openoffice.org/2009/office" officeooo:rsid="00a1"/></style:style>'

ARTICLE = """
<text:tracked-changes><text:changed-region xml:id="c0" text:id="c0"><text:deletion><office:change-info><dc:creator>ليلى</dc:creator><dc:date>2025-03-02T10:00:00</dc:date></office:change-info><text:p>نص محذوف.</text:p></text:deletion></text:changed-region></text:tracked-changes>
<text:p text:style-name="Title">نشرة الحي</text:p>
<text:h text:outline-level="2"><text:bookmark-start text:name="b"/>افتتاح المكتبة<text:bookmark-end text:name="b"/></text:h>
<text:p>أعلنت <text:span text:style-name="T1">بلدية المدينة</text:span> عن افتتاح
 <text:a xlink:href="https://example.org/a?b=1&amp;c=2">المكتبة العامة</text:a><text:note text:id="n1" text:note-class="footnote"><text:note-citation>١</text:note-citation><text:note-body><text:p>تقع المكتبة في وسط المدينة.</text:p></text:note-body></text:note>.<office:annotation office:name="a"><text:p>تعليق جانبي</text:p></office:annotation> وحضر الحفل عدد كبير من السكان.</text:p>
<text:p text:style-name="Quotations"><text:change text:change-id="c0"/>القراءة نور.</text:p>
<text:p>الاسم:<text:tab/>سارة<text:line-break/>العمر:<text:s text:c="9"/>ثلاثون</text:p>
<text:list><text:list-item><text:p>كتب الأطفال</text:p><text:list><text:list-item><text:p>قصص مصورة</text:p></text:list-item></text:list></text:list-item></text:list>
<table:table><table:table-column table:number-columns-repeated="3"/><table:table-row><table:table-cell table:number-columns-spanned="2"><text:p>اليوم</text:p></table:table-cell><table:covered-table-cell/><table:table-cell><text:p>الساعة</text:p>
<table:table><table:table-column/><table:table-row><table:table-cell><text:p>مساء</text:p></table:table-cell></table:table-row></table:table></table:table-cell></table:table-row>
<table:table-row><table:table-cell table:number-columns-repeated="2"/><table:table-cell><text:p>الأحد</text:p></table:table-cell></table:table-row></table:table>
<text:p>هذه صورة <draw:frame draw:name="i"><draw:image xlink:href="Pictures/a.png"/><svg:title>صورة المبنى</svg:title></draw:frame>للمبنى، انظر الشكل <text:sequence text:name="Figure">٢</text:sequence>.</text:p>
<text:p><draw:frame><draw:text-box><text:p>نص في إطار</text:p></draw:text-box></draw:frame></text:p>
<text:p/>
"""


def root(tag: str, inside: str) -> bytes:
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<office:{tag} {DECLARED} office:version="1.3">{inside}</office:{tag}>'.encode()


def odt(
    body: str = "<text:p>نص.</text:p>",
    automatic: str = "",
    common: str = NAMED,
    pages: str = "",
    meta: str = "",
    more: Mapping[str, bytes] = {},
    kind: str = "text",
) -> bytes:
    """Make a package as LibreOffice lays it out; `common` and `pages` go to styles.xml."""
    parts = {
        "mimetype": b"application/vnd.oasis.opendocument.text",
        "Pictures/a.png": b"\x89PNG",
        "content.xml": root(
            "document-content",
            f"<office:automatic-styles>{automatic}</office:automatic-styles>"
            f"<office:body><office:{kind}>{body}</office:{kind}></office:body>",
        ),
        "styles.xml": root(
            "document-styles",
            f"<office:styles>{common}</office:styles>"
            f"<office:automatic-styles><style:page-layout style:name='pm'><style:page-layout-properties"
            f" style:writing-mode='rl-tb'/></style:page-layout></office:automatic-styles>"
            f"<office:master-styles>{pages}</office:master-styles>",
        ),
        "meta.xml": root("document-meta", f"<office:meta>{meta}</office:meta>"),
        "META-INF/manifest.xml": MANIFEST,
        **more,
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data, zipfile.ZIP_STORED if name == "mimetype" else None)
    return out.getvalue()


def part(data: bytes, name: str = "content.xml") -> etree._Element:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return etree.fromstring(archive.read(name))


def paragraphs(data: bytes) -> list[str]:
    """Give the insides of the paragraphs of a text, without declarations."""
    found = [etree.tostring(p, encoding="unicode", with_tail=False) for p in part(data).iter(f"{{{SPACES['text']}}}p")]
    return [re.sub(r"^<text:p[^>]*>|</text:p>$", "", re.sub(r' xmlns:\w+="[^"]*"', "", text)) for text in found]


def never(pairs: Sequence[tuple[str, str]]) -> list[Alignment]:
    pytest.fail("asked for an alignment of text that does not change")


def by_position(pairs: Sequence[tuple[str, str]]) -> list[Alignment]:
    return [diagonal(source, target) for source, target in pairs]


def translate(data: bytes, into: Callable[[str], str]) -> bytes:
    document = parse("a", data, "a.odt", READING)
    sentences = sentences_of(document)
    return render(
        data, "a.odt", READING, list(english(document, sentences, [into(s.text) for s in sentences], by_position))
    )


def word_by_word(text: str) -> str:
    """Give as many English words as there are Arabic ones, with what XML and OpenDocument must not take as theirs."""
    return " ".join(f"word{number}" for number, _ in enumerate(text.split())) + "  <&\"'."


def same(data: bytes) -> bytes:
    document = parse("a", data, "a.odt", READING)
    sentences = sentences_of(document)
    return render(data, "a.odt", READING, list(english(document, sentences, [s.text for s in sentences], never)))


def blocks(document: Document) -> list[str]:
    return [document.text[b.start : b.end] for b in document.blocks]


def check(document: Document) -> None:
    """Hold a document to the interface: blocks in order, stripped, marks inside their blocks, nested."""
    at = 0
    for block in document.blocks:
        text = document.text[block.start : block.end]
        assert text
        assert text == text.strip()
        assert block.start >= at
        at = block.end
        marks = [m for m in document.marks if block.start <= m.start <= block.end]
        assert all(m.end <= block.end for m in marks)
        for number, mark in enumerate(marks):
            for other in marks[number + 1 :]:
                assert mark.start <= other.start
                assert other.start >= mark.end or (other.end <= mark.end and other.depth > mark.depth)
    assert [m.key for m in document.marks] == list(range(len(document.marks)))
    for sentence in sentences_of(document):
        assert document.text[sentence.start : sentence.end] == sentence.text


def test_blocks_in_reading_order() -> None:
    pages = "<style:master-page><style:header><text:p>نشرة شهرية</text:p></style:header></style:master-page>"
    document = parse("a", odt(ARTICLE, BOLD, pages=pages, meta="<dc:title>تقرير</dc:title>"), "a.odt", READING)
    check(document)
    assert [(b.kind, b.level, b.cell, document.text[b.start : b.end]) for b in document.blocks] == [
        ("heading", 1, None, "تقرير"),
        ("heading", 1, None, "نشرة الحي"),
        ("heading", 2, None, "افتتاح المكتبة"),
        ("paragraph", 0, None, "أعلنت بلدية المدينة عن افتتاح المكتبة العامة. وحضر الحفل عدد كبير من السكان."),
        ("paragraph", 0, None, "تقع المكتبة في وسط المدينة."),
        ("quote", 0, None, "القراءة نور."),
        ("paragraph", 0, None, "الاسم:\nسارة\nالعمر:\nثلاثون"),
        ("item", 1, None, "كتب الأطفال"),
        ("item", 2, None, "قصص مصورة"),
        ("cell", 0, (0, 0, 0), "اليوم"),
        ("cell", 0, (0, 0, 2), "الساعة"),
        ("cell", 0, (1, 0, 0), "مساء"),
        ("cell", 0, (0, 1, 2), "الأحد"),
        ("paragraph", 0, None, "هذه صورة للمبنى، انظر الشكل 2."),
        ("paragraph", 0, None, "صورة المبنى"),
        ("paragraph", 0, None, "نص في إطار"),
        ("paragraph", 0, None, "نشرة شهرية"),
    ]
    told = [(document.text[m.start : m.end], m.style, m.link) for m in document.marks if m.start < m.end]
    assert told == [
        ("بلدية المدينة", "strong", ""),
        ("المكتبة العامة", "link", "https://example.org/a?b=1&c=2"),
        ("2", "", ""),
    ]


def test_what_does_not_change_stays_as_it_is() -> None:
    data = odt(ARTICLE, BOLD)
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(io.BytesIO(same(data))) as new:
        assert old.namelist() == new.namelist()
        assert new.infolist()[0].compress_type == zipfile.ZIP_STORED
        for name in ("mimetype", "Pictures/a.png", "META-INF/manifest.xml"):
            assert old.read(name) == new.read(name)
        body = b"<office:body>"
        assert old.read("content.xml").split(body)[1] == new.read("content.xml").split(body)[1]


def test_everything_is_translated_and_nothing_is_lost() -> None:
    data = odt(ARTICLE, BOLD)
    out = translate(data, word_by_word)
    old, new = part(data), part(out)
    spaces = f"{{{SPACES['text']}}}s"  # between the words of the English
    assert Counter(e.tag for e in old.iter()) == Counter(
        e.tag for e in new.iter() if e.tag != spaces or e.get(f"{{{SPACES['text']}}}c") != "1"
    )
    text = "".join(map(str, new.itertext()))
    assert re.findall("[\u0600-\u06ff]+", text) == ["ليلى", "نص", "محذوف", "تعليق", "جانبي"]
    assert parse("a", out, "a.odt", READING).blocks[1].level == 2
    assert (
        'word1 word2</text:span> word3 word4 <text:a xlink:href="https://example.org/a?b=1&amp;c=2">word5 word6</text:a><text:note'
        in paragraphs(out)[2]
    )


@pytest.mark.parametrize(
    ("source", "target"),
    [
        ("نص", "One"),
        ("  نص \n طويل  ", "One two"),
        ('أ<text:s/>ب<text:s text:c="2"/>ج', "One two three"),
        ("أ ب", "One  two   three"),
        ("أ ب", " One two "),
        ("أ ب", "One\x00 two\ud800 <three>"),
    ],
)
def test_white_space_is_written_so_that_it_is_read_again(source: str, target: str) -> None:
    out = translate(odt(f"<text:p>{source}</text:p>"), lambda _: target)
    expected = re.sub("[\x00\ud800]", "", target).strip()
    assert blocks(parse("a", out, "a.odt", READING)) == [expected]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        # A word that a program cut in two, and a bold one typed on two days.
        ('مكت<text:span text:style-name="T9">بة</text:span> عامة', "word0 word1"),
        (
            '<text:span text:style-name="T1">بل</text:span><text:span text:style-name="T1">دية</text:span> عامة',
            '<text:span text:style-name="T1">word0</text:span> word1',
        ),
        ('أ<text:span text:style-name="T1"><draw:frame/></text:span> ب', 'word0<text:span text:style-name="T1"><draw:frame/></text:span> word1'),
        ('<text:tab/>أ ب<text:line-break/>', "<text:tab/>word0 word1<text:line-break/>"),
        ('أ <text:tab/> ب', "word0 <text:tab/>word0"),
        ('أ ب<text:soft-page-break/> ج', "word0 word1 word2"),
        ("أ ب<!-- ملاحظة --> ج", "word0 word1 word2"),
        ("صفحة <text:page-number>٣</text:page-number> من", "word0 <text:page-number>3</text:page-number> word2"),
        ("في <text:title>تقرير</text:title> قال", "word0 <text:title>word1</text:title> word2"),
        ("أ <text:ruby><text:ruby-base>ب</text:ruby-base><text:ruby-text>ba</text:ruby-text></text:ruby> ج", "word0 <text:ruby><text:ruby-base>word1</text:ruby-base><text:ruby-text>ba</text:ruby-text></text:ruby> word2"),
    ],
)  # fmt: skip
def test_inline_markup(source: str, expected: str) -> None:
    out = translate(
        odt(f"<text:p>{source}</text:p>", BOLD + TYPED_LATER), lambda t: word_by_word(t)[: -len("  <&\"'.")]
    )
    assert paragraphs(out)[0] == expected


def test_a_range_never_ends_before_it_starts() -> None:
    start, end = '<text:bookmark-start text:name="b"/>', '<text:bookmark-end text:name="b"/>'
    data = odt(f"<text:p>أ {start}ب{end} ج</text:p>")
    document = parse("a", data, "a.odt", READING)
    (block,) = english(document, sentences_of(document), ["One two three"], by_position)
    first, second = block.marks
    crossed = [type(first)(13, 13, first.key), type(second)(3, 3, second.key)]
    out = render(data, "a.odt", READING, [type(block)(block.text, tuple(crossed))])
    assert paragraphs(out)[0] == f"One two three{start}{end}"


@pytest.mark.parametrize(
    ("generator", "properties", "expected"),
    [
        (LIBREOFFICE, 'fo:text-align="end" style:writing-mode="rl-tb"', 'fo:text-align="start" style:writing-mode="lr-tb"'),
        (LIBREOFFICE, 'fo:text-align="start" style:writing-mode="rl-tb"', 'fo:text-align="end" style:writing-mode="lr-tb"'),
        ("MicrosoftOffice/16.0", 'fo:text-align="start" style:writing-mode="rl-tb"', 'fo:text-align="start" style:writing-mode="lr-tb"'),
        ("", 'fo:text-align="right" style:writing-mode="rl"', 'fo:text-align="left" style:writing-mode="lr"'),
        (LIBREOFFICE, 'fo:text-align="center" style:writing-mode="rl-tb"', 'fo:text-align="center" style:writing-mode="lr-tb"'),
        (LIBREOFFICE, 'fo:text-align="end" style:writing-mode="lr-tb"', 'fo:text-align="end" style:writing-mode="lr-tb"'),
        (LIBREOFFICE, 'fo:text-align="end"', 'fo:text-align="start"'),
        (LIBREOFFICE, 'style:writing-mode="tb-rl"', 'style:writing-mode="tb-rl"'),
        (LIBREOFFICE, 'style:writing-mode="page" fo:margin-left="3cm"', 'style:writing-mode="page" fo:margin-left="3cm"'),
    ],
)  # fmt: skip
@pytest.mark.parametrize("where", ["content.xml", "styles.xml"])
def test_paragraphs_are_turned(generator: str, properties: str, expected: str, where: str) -> None:
    style = f'<style:style style:name="P1" style:family="paragraph" style:parent-style-name="Standard"><style:paragraph-properties {properties}/></style:style>'
    default = '<style:default-style style:family="paragraph"><style:paragraph-properties style:writing-mode="rl-tb"/></style:default-style><style:style style:name="Standard" style:family="paragraph"/>'
    automatic, common = (style, default) if where == "content.xml" else ("", default + style)
    out = same(odt(automatic=automatic, common=common, meta=f"<meta:generator>{generator}</meta:generator>"))
    assert f"<style:paragraph-properties {expected}/></style:style>" in etree.tostring(
        part(out, where), encoding="unicode"
    )


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('<style:text-properties fo:font-size="12pt" style:font-size-complex="14pt" style:font-weight-complex="bold" style:font-style-complex="italic"/>',
         '<style:text-properties fo:font-size="12pt" style:font-size-complex="14pt" style:font-weight-complex="bold" style:font-style-complex="italic" fo:font-weight="bold" fo:font-style="italic"/>'),
        ('<style:text-properties fo:language="ar" fo:country="EG" fo:font-size="9pt"/>', '<style:text-properties fo:language="en" fo:country="US" fo:font-size="9pt"/>'),
        ('<style:text-properties fo:language="fr" fo:country="MA" style:language-complex="ar" style:country-complex="MA"/>', '<style:text-properties fo:language="fr" fo:country="MA"/>'),
        ('<style:text-properties style:language-complex="he" style:country-complex="IL"/>', '<style:text-properties style:language-complex="he" style:country-complex="IL"/>'),
        ('<style:section-properties style:writing-mode="rl-tb"/>', '<style:section-properties style:writing-mode="lr-tb"/>'),
    ],
)  # fmt: skip
def test_type_and_language_are_turned(before: str, after: str) -> None:
    out = same(odt(automatic=f'<style:style style:name="X" style:family="text">{before}</style:style>'))
    assert after in etree.tostring(part(out), encoding="unicode")


def test_the_document_is_declared_to_be_english() -> None:
    common = (
        '<style:default-style style:family="paragraph"><style:text-properties fo:language="fr" fo:country="MA"/>'
        '</style:default-style><text:notes-configuration style:num-format="١, ٢, ٣, ..."/>'
        '<number:date-style number:language="ar" number:country="SA" number:transliteration-format="١"/>'
        '<text:outline-style style:num-format="أ, ب, ت, ..."/>'
    )
    out = same(odt(common=common, meta="<dc:language>ar-SA</dc:language>"))
    styles = etree.tostring(part(out, "styles.xml"), encoding="unicode")
    assert 'fo:language="en" fo:country="US"' in styles
    assert 'number:language="en" number:country="US" number:transliteration-format="1"' in styles
    assert 'notes-configuration style:num-format="1"' in styles
    assert 'outline-style style:num-format="a"' in styles
    assert "rl-tb" not in styles
    assert part(out, "meta.xml").findtext(f".//{{{SPACES['dc']}}}language") == "en-US"


LOCKED = f"<manifest:manifest {DECLARED}><manifest:file-entry><manifest:encryption-data/></manifest:file-entry></manifest:manifest>".encode()


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "a.odt: no OpenDocument text but an empty file"),
        (b"%PDF-1.7", "a.odt: no OpenDocument text but a PDF file"),
        (odt()[:-40], "a.odt: .*damaged"),
        (odt(kind="spreadsheet"), "a.odt: no OpenDocument text: its body holds spreadsheet"),
        (odt(more={"META-INF/manifest.xml": LOCKED}), "a.odt: .*protected by a password; save it without one"),
        (odt("<text:p>" * 300 + "</text:p>" * 300), "a.odt: part 'content.xml' is no sound XML"),
        (odt(more={"content.xml": b" " * (40 << 20)}), "a.odt: a zip bomb"),
        (
            odt("<text:p>" + '<text:bookmark text:name="b"/>أ' * 1001 + "</text:p>"),
            "a.odt: the paragraph 'أأ.* has 1001 pieces",
        ),
        (odt(more={"content.xml": b"<a/>"}), "a.odt: no OpenDocument text: its body holds nothing"),
        (odt(more={"content.xml": b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'}), "a.odt: part 'content.xml' declares"),
    ],
)
def test_what_is_no_text_is_refused(data: bytes, message: str) -> None:
    with pytest.raises(InputError, match=message):
        parse("a", data, "a.odt", READING)


def test_odd_numbers_and_circles_of_styles_do_no_harm() -> None:
    circle = "".join(
        f'<style:style style:name="P{n}" style:family="paragraph" style:parent-style-name="P{1 - n}"/>' for n in (0, 1)
    )
    body = '<text:h text:outline-level="x">أ<text:s text:c="-9"/>ب</text:h><text:p text:style-name="P1">ج</text:p>'
    document = parse("a", odt(body, circle), "a.odt", READING)
    assert [(b.kind, b.level) for b in document.blocks] == [("heading", 1), ("paragraph", 0)]


INLINE = st.recursive(
    st.sampled_from(
        ["كلمة", " ", "، ", "جملة. ", "<text:tab/>", "<text:line-break/>", "<text:s/>", '<text:s text:c="5"/>',
         '<text:bookmark text:name="b"/>', "<draw:frame/>", "<text:page-number>٤</text:page-number>"]
    ),
    lambda inner: st.tuples(
        st.sampled_from(['span text:style-name="T1"', 'span text:style-name="T9"', 'span text:style-name="Emphasis"', 'a xlink:href="#x"', "meta"]),
        st.lists(inner, max_size=4),
    ).map(lambda t: f"<text:{t[0]}>{''.join(t[1])}</text:{t[0].split()[0]}>"),
    max_leaves=8,
)  # fmt: skip


@given(st.lists(st.lists(INLINE, max_size=6).map("".join), max_size=4))
def test_any_paragraphs(texts: list[str]) -> None:
    data = odt("".join(f"<text:p>{text}</text:p>" for text in texts), BOLD + TYPED_LATER)
    document = parse("a", data, "a.odt", READING)
    check(document)
    sentences = sentences_of(document)
    if all(a.end < b.start for a, b in pairwise(sentences)):
        assert paragraphs(same(data)) == paragraphs(data)
    out = translate(data, word_by_word)
    for tag in ("tab", "line-break", "bookmark", "a", "page-number", "meta"):
        name = f"{{{SPACES['text']}}}{tag}"
        merged = tag == "a"  # neighbours with one target become one link
        old, new = (len(list(part(each).iter(name))) for each in (data, out))
        assert new <= old if merged else new == old
    again = parse("a", out, "a.odt", READING)
    check(again)
    assert not re.search("[\u0620-\u064a]", again.text)
    assert len(again.blocks) == len(document.blocks)


def test_libreoffice_opens_and_saves_what_comes_out(program: Callable[..., str], tmp_path: Path) -> None:
    soffice = program("soffice", "libreoffice-writer-nogui", "--version")
    out = translate(odt(ARTICLE, BOLD), word_by_word)
    (tmp_path / "a.odt").write_bytes(out)
    (tmp_path / "again").mkdir()
    subprocess.run(
        [soffice, f"-env:UserInstallation=file://{tmp_path}/profile", "--headless", "--convert-to", "odt",
         "--outdir", str(tmp_path / "again"), str(tmp_path / "a.odt")],
        check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    again = parse("a", (tmp_path / "again" / "a.odt").read_bytes(), "a.odt", READING)
    before = parse("a", out, "a.odt", READING)
    assert [(b.kind, b.level, b.cell) for b in again.blocks] == [(b.kind, b.level, b.cell) for b in before.blocks]
    assert [text.split() for text in blocks(again)] == [text.split() for text in blocks(before)]
    told = [(again.text[m.start : m.end], m.style) for m in again.marks if m.style]
    assert told == [("word1 word2", "strong"), ("word5 word6", "link")]
