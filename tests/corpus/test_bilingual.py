import re
from typing import Any

import pytest
from lxml import etree

from corpus.articles import sentences_of
from corpus.bilingual import html, markdown
from corpus.document import Block, Document, English, Mark, Sentence
from corpus.readers.markdown.blocks import passages_of

ARABIC = ("حديقة الحي", "سقت سلمى الزرع. ثم عادت إلى البيت.", "ماء | <script>س</script>")
BLOCKS = (
    Block("heading", 0, 10, level=1),
    Block("paragraph", 12, 46),
    Block("item", 48, 72, level=1),
)
DOCUMENT = Document("garden", "\n\n".join(ARABIC), BLOCKS, (Mark(16, 20, 0, style="strong"),))
SENTENCES = (
    Sentence(0, 0, 0, 10, ARABIC[0]),
    Sentence(1, 1, 12, 27, "سقت سلمى الزرع."),
    Sentence(1, 2, 28, 46, "ثم عادت إلى البيت."),
    Sentence(2, 3, 48, 72, ARABIC[2]),
)
ENGLISH = (
    English("The garden", sentences=((0, 10),)),
    English(
        "Salma watered the plants. Then she went home.",
        (Mark(0, 5, 0, style="strong"), Mark(21, 30, 1, style="emphasis")),
        sentences=((0, 25), (26, 45)),
    ),
    English("Water | <script>s</script>", sentences=((0, 26),)),
)
FAULTS = ((), ("too-short", "missing-number"), (), ())


def tree(page: str) -> Any:
    return etree.fromstring(re.sub(r"<(meta|br)\b([^>]*)>", r"<\1\2/>", page.removeprefix("<!DOCTYPE html>\n")))


def test_the_example_is_what_it_says() -> None:
    assert [DOCUMENT.text[b.start : b.end] for b in BLOCKS] == list(ARABIC)
    assert [DOCUMENT.text[s.start : s.end] for s in SENTENCES] == [s.text for s in SENTENCES]


def test_a_sentence_is_a_row() -> None:
    root = tree(html(DOCUMENT, SENTENCES, ENGLISH, None, "compact", FAULTS))
    rows = root.xpath("//*[contains(@class, 'row')]")
    assert [row.get("id") for row in rows] == ["s1", "s2", "s3", "s4"]
    assert [row.tag for row in rows] == ["h1", "div", "div", "div"]
    for row, sentence in zip(rows, SENTENCES, strict=True):
        english, arabic = row
        assert (english.get("lang"), english.get("dir")) == ("en", "ltr")
        assert (arabic.get("lang"), arabic.get("dir")) == ("ar", "rtl")
        assert "".join(arabic.itertext()) == sentence.text
    assert "".join(rows[2][0].itertext()) == "Then she went home."
    assert [section.get("class") for section in root.iter("section")] == ["heading", "paragraph", "item"]


def test_marks_are_cut_at_the_sentences() -> None:
    root = tree(html(DOCUMENT, SENTENCES, ENGLISH, None, "compact"))
    assert root.xpath("//span[@lang='en']/strong/text()") == ["Salma"]
    assert root.xpath("//span[@lang='en']/em/text()") == ["nts.", "Then"]
    assert root.xpath("//span[@lang='ar']/strong/text()") == ["سلمى"]


def test_faults_are_marked_and_explained() -> None:
    root = tree(html(DOCUMENT, SENTENCES, ENGLISH, None, "compact", FAULTS))
    assert [row.get("id") for row in root.xpath("//*[contains(@class, 'faulty')]")] == ["s2"]
    assert root.xpath("//span[@class='fault']/text()") == ["too-short", "missing-number"]
    assert all("translation" in meaning for meaning in root.xpath("//span[@class='fault']/@title"))
    assert root.findtext("body/header/p") == "Arabic–English, translated by compact · 4 sentences, 1 marked as doubtful"
    without = tree(html(DOCUMENT, SENTENCES, ENGLISH, None, "compact"))
    assert without.findtext("body/header/p") == "Arabic–English, translated by compact · 4 sentences"
    assert not without.xpath("//span[@class='fault']")


def test_titles() -> None:
    named = tree(html(DOCUMENT, SENTENCES, ENGLISH, "A & <B>", "m<i>"))
    assert named.findtext("head/title") == named.findtext("body/header/h1") == "A & <B>"
    unnamed = tree(html(DOCUMENT, SENTENCES, ENGLISH, None, "m"))
    assert unnamed.findtext("head/title") == "The garden"
    assert unnamed.find("body/header/h1") is None


def test_the_page_stands_alone() -> None:
    page = html(DOCUMENT, SENTENCES, ENGLISH, None, "compact", FAULTS)
    assert "<script" not in page
    assert not re.search(r"\b(?:src|href)=|url\(|@import", page)
    assert page == html(DOCUMENT, SENTENCES, ENGLISH, None, "compact", FAULTS)


def test_markdown() -> None:
    assert markdown(DOCUMENT, SENTENCES, ENGLISH, "A | B", "compact", FAULTS) == (
        "# A | B\n\n"
        "Arabic–English, translated by compact\n\n"
        "# The garden — حديقة الحي\n\n"
        "| English | العربية |\n| :-- | --: |\n"
        "| **Salma** watered the pla*nts.* ⚠ *too-short, missing-number* | سقت **سلمى** الزرع. |\n"
        "| *Then* she went home. | ثم عادت إلى البيت. |\n"
        "|  |  |\n"
        "| Water \\| \\<script>s\\</script> | ماء \\| \\<script>س\\</script> |\n"
    )


def test_line_breaks_stay_in_the_row() -> None:
    document = Document("a", "سطر\nآخر", (Block("paragraph", 0, 7),))
    sentences = (Sentence(0, 0, 0, 7, "سطر\nآخر"),)
    english = (English("One\nmore", sentences=((0, 8),)),)
    text = markdown(document, sentences, english, None, "m")
    assert text.endswith("| One<br>more | سطر<br>آخر |\n")
    assert len(tree(html(document, sentences, english, None, "m")).xpath("//br")) == 2


def test_every_sentence_is_there() -> None:
    text = "\n\n".join(f"جملة رقم {n}. وهذه جملة بعدها." for n in range(40))
    blocks = tuple(Block("paragraph", m.start(), m.end()) for m in re.finditer(r".+", text))
    document = Document("a", text, blocks)
    sentences = sentences_of(document)
    assert len(sentences) == 80
    english = tuple(English("A. B.", sentences=((0, 2), (3, 5))) for _ in blocks)
    assert len(tree(html(document, sentences, english, None, "m")).xpath("//*[@class='row']")) == 80
    cells = [p.unit for p in passages_of(markdown(document, sentences, english, None, "m"))[0] if p.unit.kind == "cell"]
    assert len([cell for cell in cells if cell.cell and cell.cell[1] > 0]) == 160


def test_sentences_of_another_document_are_refused() -> None:
    with pytest.raises(ValueError, match="sentence 2 is of block 1, not 2"):
        html(DOCUMENT, SENTENCES, (ENGLISH[0], English("One.", sentences=((0, 4),)), ENGLISH[2]), None, "m")


def test_nothing_is_nothing() -> None:
    empty = Document("a", "", ())
    assert markdown(empty, (), (), None, "m") == "Arabic–English, translated by m\n"
    assert tree(html(empty, (), (), None, "m")).findtext("head/title") == "a"
