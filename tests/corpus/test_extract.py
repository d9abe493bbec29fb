"""The article taken out of a web page: boilerplate dropped, headings, lists, links and pictures kept."""

import sys

import pytest

from corpus.document import English
from corpus.readers import Reading
from corpus.readers.html import parse, render
from mt.errors import InputError
from mt.normalize import has_arabic

PAGE = """<!DOCTYPE html>
<html lang="ar" dir="rtl"><head><meta charset="utf-8"><title>عودة القطار إلى الوادي | صحيفة الضفة</title></head>
<body><header><nav><ul><li><a href="/">الرئيسية</a></li><li><a href="/sport">رياضة</a></li></ul></nav></header>
<main><article><h1>عودة القطار إلى الوادي</h1>
<p>عاد القطار القديم صباح أمس إلى <strong>محطة الوادي</strong> بعد غياب دام عشرين سنة، واستقبله سكان القرى القريبة
بالورود والأغاني في يوم لم تعرف المنطقة مثله منذ زمن طويل.</p>
<p>وقالت مديرة المحطة <a href="/people/layla">ليلى الخطيب</a> إن الرحلات ستنطلق مرتين كل يوم، وإن الطلاب وكبار السن
سيسافرون من غير أجرة طوال الشهر الأول.</p>
<h2>محطات الرحلة</h2>
<ul><li>محطة الجسر الحجري عند مدخل الوادي.</li><li>محطة البساتين قرب سوق الفاكهة.</li></ul>
<figure><img src="/train.jpg" alt="القطار عند الجسر"></figure>
<blockquote><p>كنت أحلم بهذه الصفارة كل ليلة، واليوم سمعتها من جديد.</p></blockquote>
<p>ومن المنتظر أن يزور الوادي في فصل الربيع آلاف الزوار، وأن تفتح البيوت القديمة أبوابها لهم ضيوفا مكرمين.</p>
</article><section class="comments" id="comments"><h3>التعليقات</h3><p>سمير: خبر جميل جدا</p></section></main>
<footer>جميع الحقوق محفوظة لصحيفة الضفة</footer></body></html>
"""
EXTRACT = Reading(extract=True)


def blocks(text: str) -> list[tuple[str, str]]:
    document = parse("a", text.encode(), "a.html", EXTRACT)
    return [(b.kind, document.text[b.start : b.end]) for b in document.blocks]


def test_the_article_and_nothing_else() -> None:
    pytest.importorskip("trafilatura")
    found = blocks(PAGE)
    assert ("heading", "عودة القطار إلى الوادي") in found
    assert ("heading", "محطات الرحلة") in found
    assert ("item", "محطة البساتين قرب سوق الفاكهة.") in found
    assert ("quote", "كنت أحلم بهذه الصفارة كل ليلة، واليوم سمعتها من جديد.") in found
    text = "\n".join(read for _, read in found)
    for dropped in ("الرئيسية", "رياضة", "التعليقات", "سمير", "الحقوق"):
        assert dropped not in text
    assert any(read.startswith("وقالت مديرة المحطة ليلى الخطيب إن") for _, read in found)


def test_the_article_becomes_an_english_page() -> None:
    pytest.importorskip("trafilatura")
    number = len(blocks(PAGE))
    rendered = render(PAGE.encode(), "a.html", EXTRACT, [English(f"Text {n}.") for n in range(number)]).decode()
    assert rendered.startswith('<!DOCTYPE html>\n<html lang="en" dir="ltr">')
    assert not has_arabic(rendered)
    assert all(f"Text {n}." in rendered for n in range(number))
    assert '<img src="/train.jpg"' in rendered


def test_links_and_bold_type_are_kept() -> None:
    pytest.importorskip("trafilatura")
    marks = {(m.style, m.link) for m in parse("a", PAGE.encode(), "a.html", EXTRACT).marks}
    assert {("link", "/people/layla"), ("strong", "")} <= marks


@pytest.mark.parametrize("text", ["", "نص", "<html><body><p></p></body></html>"])
def test_a_page_without_an_article(text: str) -> None:
    pytest.importorskip("trafilatura")
    with pytest.raises(InputError, match=r"^a\.html: no article found"):
        blocks(text)


def test_a_page_nested_beyond_measure() -> None:
    pytest.importorskip("trafilatura")
    with pytest.raises(InputError, match="tags open at once"):
        blocks("<div>" * 100_000)


def test_without_trafilatura_the_message_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "trafilatura", None)
    with pytest.raises(InputError, match=r'pip install "muwazi\[web\]"$'):
        blocks(PAGE.replace("القطار", "الباص"))
