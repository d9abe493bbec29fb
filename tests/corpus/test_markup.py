"""Marks carried from a block to its English."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.articles import sentences_of
from corpus.document import Block, Document, English, Mark, nested
from corpus.markup import Align, english
from corpus.projection import Clip, project
from mt.alignment import Alignment, diagonal, words
from mt.translator import Translator

SOURCE = "قال الرئيس إن الحكومة ستعلن الخطة يوم الخميس في بغداد."
TARGET = "On Thursday in Baghdad, the president said, the government will announce the plan."
LINKS = {
    "On": "يوم",
    "Thursday": "الخميس",
    "in": "في",
    "Baghdad": "بغداد",
    "the": "إن",
    "president": "الرئيس",
    "said": "قال",
    "government": "الحكومة",
    "will": "ستعلن",
    "announce": "ستعلن",
    "plan": "الخطة",
}


def by_hand(pairs: Sequence[tuple[str, str]]) -> list[Alignment]:
    found = []
    for source, target in pairs:
        a, b = words(source), words(target)
        rows = tuple(tuple(float(source[i:j] == LINKS[target[x:y]]) for i, j in a) for x, y in b)
        found.append(Alignment(a, b, rows))
    return found


def by_position(pairs: Sequence[tuple[str, str]]) -> list[Alignment]:
    return [diagonal(*pair) for pair in pairs]


def never(_: Sequence[tuple[str, str]]) -> list[Alignment]:
    pytest.fail("nothing had to be aligned")


def mark(text: str, words: str, key: int = 0, **options: Any) -> Mark:
    start = text.index(words)
    return Mark(start, start + len(words), key, **options)


def one_block(text: str, *marks: Mark) -> Document:
    return Document("a", text, (Block("paragraph", 0, len(text)),), marks)


def shown(block: English) -> str:
    """Write a block with its marks as <0>…</0>."""
    return "".join(
        piece if isinstance(piece, str) else f"<{'' if piece[1] else '/'}{piece[0].key}>"
        for piece in nested(block.text, block.marks)
    )


def carried(document: Document, *translations: str, align: Align = by_hand) -> str:
    (block,) = english(document, sentences_of(document), translations, align)
    return shown(block)


@pytest.mark.parametrize(
    ("marks", "expected"),
    [
        (["الرئيس"], "On Thursday in Baghdad, the <0>president</0> said, the government will announce the plan."),
        (["يوم الخميس"], "<0>On Thursday</0> in Baghdad, the president said, the government will announce the plan."),
        (["بغداد"], "On Thursday in <0>Baghdad</0>, the president said, the government will announce the plan."),
        (
            ["قال", "ستعلن الخطة"],
            "On Thursday in Baghdad, the president <0>said</0>, the government <1>will announce the plan</1>.",
        ),
        (
            ["ستعلن الخطة", "الخطة"],
            "On Thursday in Baghdad, the president said, the government <0>will announce the <1>plan</1></0>.",
        ),
        ([SOURCE], "<0>On Thursday in Baghdad, the president said, the government will announce the plan.</0>"),
    ],
)
def test_marks_go_to_the_words_that_came_of_theirs(marks: list[str], expected: str) -> None:
    depths = [sum(other != m and m in other for other in marks) for m in marks]
    document = one_block(
        SOURCE, *(mark(SOURCE, m, i, depth=d) for i, (m, d) in enumerate(zip(marks, depths, strict=True)))
    )
    assert carried(document, TARGET) == expected


@pytest.mark.parametrize(("share", "expected"), [(0.3, "the doors"), (0.1, "the")])
def test_a_run_that_ends_in_an_article_goes_on_to_its_noun(share: float, expected: str) -> None:
    source, target = "الأبواب ستفتح", "the doors open"
    weights = ((0.9, 0.1), (share, 1 - share), (0.1, 0.9))
    clip = Clip(Mark(0, 7, 0), 0, 7)
    text, ((start, end),) = project(source, target, [clip], Alignment(words(source), words(target), weights))
    assert text[start:end] == expected


def test_an_empty_mark_stands_behind_the_word_it_stood_behind() -> None:
    note = SOURCE.index("الرئيس") + len("الرئيس")
    document = one_block(SOURCE, Mark(0, 0, 0), Mark(note, note, 1), Mark(len(SOURCE), len(SOURCE), 2))
    assert carried(document, TARGET) == (
        "<0></0>On Thursday in Baghdad, the president<1></1> said, the government will announce the plan.<2></2>"
    )


def test_marks_at_the_ends_or_over_all_need_no_alignment() -> None:
    document = one_block(SOURCE, Mark(0, 0, 0), Mark(0, len(SOURCE), 1), Mark(len(SOURCE), len(SOURCE), 2))
    assert carried(document, TARGET, align=never) == f"<0></0><1>{TARGET}</1><2></2>"


def test_quotes_and_marks_beside_the_words_come_along() -> None:
    text = "قال «الرئيس» ذلك."
    document = one_block(text, mark(text, "«الرئيس»"))
    assert carried(document, 'The "president" said.', align=by_position) == 'The <0>"president"</0> said.'


def test_a_verbatim_mark_keeps_its_text() -> None:
    text = "استخدم الأمر pip install قبل البدء."
    for target in ("Use the order bib instal before starting.", "Use pip install first.", "Start."):
        shown_text = carried(one_block(text, mark(text, "pip install", verbatim=True)), target, align=by_position)
        assert "<0>pip install</0>" in shown_text
    assert carried(
        one_block(text, mark(text, "pip install", verbatim=True)), "Use pip install first.", align=by_position
    ) == ("Use <0>pip install</0> first.")


def test_marks_inside_a_verbatim_one_keep_their_places() -> None:
    text = "استخدم الأمر print x قبل البدء."
    code = mark(text, "print x", verbatim=True)
    inner = [mark(text, "print", 1, depth=1), mark(text, "x", 2, depth=1)]
    for target in ("Use the order brint before starting.", "Use print x first."):
        assert "<0><1>print</1> <2>x</2></0>" in carried(one_block(text, code, *inner), target, align=by_position)


def test_a_mark_over_several_sentences_spans_them_all() -> None:
    text = "جملة أولى هنا. جملة ثانية هنا. جملة ثالثة."
    document = one_block(text, Mark(text.index("هنا"), text.index("ثالثة"), 0))
    assert carried(document, "One first here.", "Two second here.", "A third.", align=by_position) == (
        "One first <0>here. Two second here. A</0> third."
    )


def test_what_stands_between_sentences_stays_there() -> None:
    text = "جملة أولى. \n جملة ثانية."
    document = one_block(text, Mark(text.index("\n"), text.index("\n") + 1, 0))
    assert carried(document, "One.", "Two.", align=never) == "One. <0>\n</0> Two."


def test_a_crowd_of_marks_is_placed_in_order() -> None:
    text = " ".join(["كلمة"] * 1_000)
    document = one_block(text, *(Mark(5 * i, 5 * i + 4, i) for i in range(1_000)))
    (block,) = english(document, sentences_of(document), ["word " * 999 + "word"], never)
    assert [block.text[m.start : m.end] for m in block.marks] == ["word"] * 1_000
    assert [m.start for m in block.marks] == sorted(m.start for m in block.marks)


def test_unchanged_blocks_say_so() -> None:
    document = one_block(SOURCE, mark(SOURCE, "الرئيس"))
    (block,) = english(document, sentences_of(document), [SOURCE], never)
    assert block.unchanged
    assert (block.text, block.marks) == (SOURCE, document.marks)


def test_marks_carried_by_the_model_s_attention(translator: Callable[[], Translator]) -> None:
    engine = translator()
    (translation,) = engine.translate([SOURCE])
    document = one_block(SOURCE, mark(SOURCE, "الرئيس"), mark(SOURCE, "الخميس", 1))
    result = carried(document, translation.text, align=engine.align)
    assert "president</0>" in result
    assert "Thursday</1>" in result  # with its "on" or without


@st.composite
def _marked(draw: st.DrawFn) -> tuple[Document, list[str]]:
    text = draw(st.text(st.sampled_from('ابت .،«»"1x'), min_size=1, max_size=40).map(str.strip).filter(bool))
    marks: list[Mark] = []

    def grow(start: int, end: int, depth: int) -> None:
        at = start
        while at <= end and len(marks) < 8 and draw(st.booleans()):
            a = draw(st.integers(at, end))
            b = draw(st.integers(a, end))
            marks.append(Mark(a, b, len(marks), depth, verbatim=a < b and draw(st.integers(0, 9)) == 0))
            if a < b and not marks[-1].verbatim:
                grow(a, b, depth + 1)
            at = max(b, a + 1)

    grow(0, len(text), 0)
    document = one_block(text, *marks)
    translations = [draw(st.text(st.sampled_from("ab .,'\"1"), max_size=30)) for _ in sentences_of(document)]
    return document, translations


@given(_marked())
def test_every_mark_is_opened_and_closed_once_and_the_text_is_whole(case: tuple[Document, list[str]]) -> None:
    document, translations = case
    (block,) = english(document, sentences_of(document), translations, by_position)
    pieces = list(nested(block.text, block.marks))
    assert "".join(piece for piece in pieces if isinstance(piece, str)) == block.text
    stack: list[int] = []
    opened: list[int] = []
    for piece in pieces:
        if not isinstance(piece, str):
            if piece[1]:
                stack.append(piece[0].key)
                opened.append(piece[0].key)
            else:
                assert stack.pop() == piece[0].key
    assert not stack
    assert sorted(opened) == [m.key for m in document.marks]
    for a, b in block.sentences:
        assert 0 <= a <= b <= len(block.text)
    for m, source in zip(block.marks, document.marks, strict=True):
        if m.verbatim and m.start < m.end:
            assert block.text[m.start : m.end].strip() in document.text[source.start : source.end]
