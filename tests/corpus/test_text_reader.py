"""Plain text: blocks, offsets, layout kept."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.articles import sentences_of
from corpus.document import Block, Document
from corpus.markup import english
from corpus.readers import READERS, Reading, decode
from mt.alignment import diagonal
from mt.errors import InputError

READING = Reading()

WRAPPED = """أعلنت بلدية المدينة يوم الاثنين عن افتتاح المكتبة العامة الجديدة
بعد ثلاث سنوات من العمل المتواصل، وقد حضر الحفل عدد كبير من سكان
الحي وطلاب المدارس القريبة. وقالت المديرة إن الأبواب ستبقى مفتوحة

كل يوم حتى المساء، وإن الدخول مجاني للجميع من غير استثناء، وأضافت
أن قسم الأطفال يضم خمسة آلاف كتاب مصور وقاعة صغيرة للحكايات تتسع
لثلاثين طفلا.
"""


def parse(name: str, text: str) -> Document:
    return READERS["text"].parse(name, text.encode(), "a.txt", READING)


def render(text: str, translations: list[str]) -> str:
    document = parse("a", text)
    blocks = english(document, sentences_of(document), translations, lambda ps: [diagonal(*p) for p in ps])
    return READERS["text"].render(text.encode(), "a.txt", READING, list(blocks)).decode()


@pytest.mark.parametrize(
    ("text", "blocks"),
    [
        ("", []),
        (" \n\t\n", []),
        ("عنوان قصير\nجملة أولى. جملة ثانية.\n", ["عنوان قصير", "جملة أولى. جملة ثانية."]),
        ("سطر أول.\r\n  سطر ثان.  \r\rسطر ثالث.", ["سطر أول.", "سطر ثان.", "سطر ثالث."]),
        ("بلا سطر أخير", ["بلا سطر أخير"]),
        ("فقرة\u2028واحدة.", ["فقرة\u2028واحدة."]),
    ],
)
def test_lines_are_blocks(text: str, blocks: list[str]) -> None:
    assert [text[b.start : b.end] for b in parse("a", text).blocks] == blocks


def test_headings_are_told_from_paragraphs() -> None:
    document = parse("a", "افتتاح المكتبة\nافتتحت المكتبة صباح اليوم.\n")
    assert [block.kind for block in document.blocks] == ["heading", "paragraph"]


def test_a_line_break_ends_a_sentence_except_in_wrapped_text() -> None:
    document = Document("a", "بيت أول\nبيت ثان", (Block("paragraph", 0, 15),))
    assert [s.text for s in sentences_of(document)] == ["بيت أول", "بيت ثان"]
    assert [s.text for s in sentences_of(replace(document, wrapped=True))] == [document.text]


def test_hard_wrapped_lines_are_joined() -> None:
    document = parse("a", WRAPPED)
    assert len(document.blocks) == 2
    sentences = sentences_of(document)
    assert [s.paragraph for s in sentences] == [0, 0, 1]
    assert "\n" in sentences[0].text


def test_short_lines_with_blank_ones_between_are_not_taken_for_wrapped() -> None:
    text = "عنوان\n\nهذه جملة أولى قصيرة.\nهذه جملة ثانية في سطر لها وهي أطول من سابقتها بكثير.\nثالثة.\n\nرابعة.\n"
    assert len(parse("a", text).blocks) == 5


@given(st.text(st.sampled_from('ابت ،.؟!\n\r\t"«»:؛ ab1٣\u200f\u2028\ufeff'), max_size=80))
def test_offsets_reproduce_the_text_and_nothing_is_lost(text: str) -> None:
    document = parse("a", text)
    text = text.removeprefix("\ufeff")
    assert document.text == text
    sentences = sentences_of(document)
    at = 0
    for number, sentence in enumerate(sentences):
        assert sentence.sentence == number
        assert text[sentence.start : sentence.end] == sentence.text
        assert not text[at : sentence.start].strip()
        at = sentence.end
    assert not text[at:].strip()


@given(st.text(st.sampled_from('ابت ،.؟!\n\r\t"«»: ab\ufeff'), max_size=80))
def test_rendering_sentences_as_they_are_gives_the_text_back(text: str) -> None:
    assert render(text, [s.text for s in sentences_of(parse("a", text))]) == text


def test_a_missing_space_between_sentences_is_put_in() -> None:
    assert render("انتهى الاجتماع.وغادر الوفد المدينة.\n", ["One.", "Two."]) == "One. Two.\n"


def test_the_layout_stays() -> None:
    assert render("\ufeff  عنوان\r\n\r\n\tجملة أولى.  جملة ثانية.\r\n", ["T", "One.", "Two."]) == (
        "\ufeff  T\r\n\r\n\tOne.  Two.\r\n"
    )


@pytest.mark.parametrize(
    ("data", "encoding", "message"),
    [
        ("سلام".encode("cp1256"), "utf-8", "not UTF-8 at byte 0"),
        ("ab سلام".encode("cp1256"), "utf-8", "at byte 3"),
        ("سلام".encode("utf-16"), "utf-8", "--encoding utf-16"),
        (b"abc", "klingon", "unknown encoding 'klingon'"),
        (b"\xff\xfe", "ascii", "not ASCII at byte 0"),
    ],
)
def test_wrong_bytes_name_the_place_and_the_remedy(data: bytes, encoding: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        decode(data, "a.txt", encoding)


def test_a_byte_order_mark_is_no_text() -> None:
    assert decode("\ufeffسلام".encode(), "a.txt") == "سلام"
    assert decode("سلام".encode("cp1256"), "a.txt", "windows-1256") == "سلام"
