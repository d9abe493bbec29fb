"""SubRip and WebVTT: cues to blocks, blocks to cues; everything else is kept."""

import re
from collections.abc import Callable, Sequence
from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from corpus.articles import sentences_of
from corpus.document import Document
from corpus.markup import english
from corpus.readers import READERS, Reading
from corpus.readers.subtitles.phrases import cuts, folded
from mt.alignment import Alignment, diagonal
from mt.errors import InputError
from mt.normalize import has_arabic

PLAIN = Reading()

SRT = """1
00:00:01,000 --> 00:00:03,500
{\\an8}<i>قالت المديرة إن المكتبة التي</i>

2
00:00:03,600 --> 00:00:06,000
<i>افتتحت هذا الصباح ستبقى مفتوحة
حتى المساء.</i>

3
00:00:07,000 --> 00:00:09,000
- هل <b>ستأتي</b> غدا؟
- نعم، إن شاء الله.

4
00:00:09,500 --> 00:00:11,000
[موسيقى]

5
00:00:12,000 --> 00:00:14,000
\u202bلم أكن أعرف. ثم جاء\u202c

6
00:00:14,100 --> 00:00:16,000
.أخي وأخبرني بكل شيء

7
00:00:17,000 --> 00:00:19,000
♪ يا ليل طويل ♪
"""

VTT = """WEBVTT - نشرة المساء
Kind: captions
Language: ar

STYLE
::cue(v) { color: white }

NOTE ملاحظة للمحرر

intro
00:01.000 --> 00:03.500 line:90% align:right
<v سلمى>أهلا بكم في <c.loud>نشرة</c> المساء التي

00:03.600 --> 00:06.000
<v سلمى>نقدمها لكم &amp; لكل العرب.</v>

00:06.500 --> 00:08.000
<v كريم>شكرا <00:07.000>يا سلمى،

00:08.100 --> 00:09.000
<v سلمى>عفوا.
"""


def align(pairs: Sequence[tuple[str, str]]) -> list[Alignment]:
    return [diagonal(*pair) for pair in pairs]


def translate(name: str, text: str, say: Callable[[str], str]) -> str:
    data = text.encode()
    document = READERS[name].parse("a", data, "a", PLAIN)
    sentences = sentences_of(document)
    blocks = list(english(document, sentences, [say(s.text) for s in sentences], align))
    return READERS[name].render(data, "a", PLAIN, blocks).decode()


def read(name: str, text: str) -> Document:
    return READERS[name].parse("a", text.encode(), "a", PLAIN)


def texts(name: str, text: str) -> list[str]:
    document = read(name, text)
    return [document.text[b.start : b.end] for b in document.blocks]


def words(text: str) -> str:
    """Put as many words as there are; the last one ends in a full stop."""
    return " ".join(f"w{n}" for n in range(len(text.split()))) + "."


def srt(*cues: str, step: int = 1) -> str:
    return "".join(
        f"{n}\n00:00:{n * step:02},000 --> 00:00:{n * step:02},900\n{cue}\n\n" for n, cue in enumerate(cues, 1)
    )


def test_cues_become_blocks() -> None:
    assert texts("srt", SRT) == [
        "قالت المديرة إن المكتبة التي افتتحت هذا الصباح ستبقى مفتوحة حتى المساء.",
        "هل ستأتي غدا؟",
        "نعم، إن شاء الله.",
        "[موسيقى]",
        "لم أكن أعرف. ثم جاء أخي وأخبرني بكل شيء.",
        "يا ليل طويل",
    ]
    assert texts("vtt", VTT) == [
        "أهلا بكم في نشرة المساء التي نقدمها لكم & لكل العرب.",
        "شكرا يا سلمى،",
        "عفوا.",
    ]


@pytest.mark.parametrize(
    ("cues", "blocks"),
    [
        (("خرج الولد", "من البيت."), 1),
        (("خرج الولد.", "عاد الولد."), 2),
        (("خرج الولد", "- عاد الولد."), 2),
        (("خرج الولد", "(ضحك)", "من البيت."), 3),
        (("خرج الولد", "♪ من البيت"), 2),
        (("كنت أظن أن...", "...الأمر سهل."), 1),
        (("كنت أظن...", "الأمر سهل."), 2),
        (("هل خرج؟»", "نعم."), 2),
        (("خرج الولد", "to the market."), 2),
        (("خرج الولد", "درجة الحرارة", "-5 اليوم."), 1),
        (("جملة أولى", "جملة ثانية", "جملة ثالثة", "جملة رابعة"), 4),  # nobody ends sentences here
        (("جملة أولى،", "جملة ثانية", "جملة ثالثة"), 2),
    ],
)
def test_a_cue_goes_on_with_the_sentence_before(cues: Sequence[str], blocks: int) -> None:
    assert len(texts("srt", srt(*cues))) == blocks


def test_a_long_pause_ends_a_sentence() -> None:
    assert len(texts("srt", srt("خرج الولد", "من البيت.", step=2))) == 1
    assert len(texts("srt", srt("خرج الولد", "من البيت.", step=5))) == 2


def test_unpunctuated_speech_does_not_run_on_for_ever() -> None:
    cues = ["كلام كثير لا نهاية له على الإطلاق"] * 40 + ["انتهى."] * 20
    assert max(map(len, texts("srt", srt(*cues)))) < 500


@pytest.mark.parametrize(("name", "text"), [("srt", SRT), ("vtt", VTT)])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_what_does_not_change_stays_as_it_is(name: str, text: str, newline: str) -> None:
    text = text.replace("\n", newline)
    assert translate(name, text, str) == text.replace("Language: ar", "Language: en")


def test_english_is_distributed_over_the_cues() -> None:
    said = {
        "قالت المديرة إن المكتبة التي افتتحت هذا الصباح ستبقى مفتوحة حتى المساء.": (
            "The director said that the library, which was opened this morning, will stay open until the evening."
        ),
        "هل ستأتي غدا؟": "Will you come tomorrow?",
        "نعم، إن شاء الله.": "Yes, God willing.",
        "[موسيقى]": "[Music]",
        "لم أكن أعرف.": "I did not know.",
        "ثم جاء أخي وأخبرني بكل شيء.": "Then my brother came and told me everything.",
        "يا ليل طويل": "O long night",
    }
    result = translate("srt", SRT, said.__getitem__)
    assert [cue.split("\n", 2)[2] for cue in result.strip().split("\n\n")] == [
        "{\\an8}<i>The director said that the library,</i>",
        "<i>which was opened this morning,\nwill stay open until the evening.</i>",
        "- Will you <b>come</b> tomorrow?\n- Yes, God willing.",
        "[Music]",
        "I did not know.",
        "Then my brother came\nand told me everything.",
        "♪ O long night ♪",
    ]
    assert re.findall(r"\d+\n\d.*-->.*", result) == re.findall(r"\d+\n\d.*-->.*", SRT)


def test_tags_of_webvtt_are_kept_in_their_cues() -> None:
    result = translate("vtt", VTT, words)
    assert not has_arabic(re.sub(r"<v [^>]*>|NOTE .*|WEBVTT .*", "", result))
    assert "intro\n00:01.000 --> 00:03.500 line:90% align:right\n<v سلمى>" in result
    assert re.search(r"<v كريم>w0 <00:07\.000>w1 w2\.|<v كريم>w0<00:07\.000> w1 w2\.", result)
    assert re.search(r"<c\.loud>\w+</c>", result)
    assert result.count("</v>") == 1
    assert "Language: en" in result
    assert "::cue(v) { color: white }" in result


def test_english_is_escaped() -> None:
    say = 'Say "<i>" & {\\an8} -- > end.'
    result = translate("vtt", "WEBVTT\n\n00:01.000 --> 00:02.000\nنص.\n", lambda _: say)
    assert "&lt;i&gt;" in result
    assert "&amp;" in result
    assert texts("vtt", result) == [say]
    again = translate("srt", srt("نص."), lambda _: say)
    assert texts("srt", again)[0].replace("\u2060", "") == say


def test_markup_without_a_partner_or_words_is_kept() -> None:
    text = srt("<i>نص <b>مائل.", "</i>نص <u></u>آخر</font>.")
    result = translate("srt", text, words)
    assert [result.count(tag) for tag in ("<i>", "<b>", "</i>", "<u></u>", "</font>")] == [1, 1, 1, 1, 1]


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("srt", "نص بلا أوقات.\n", "a: no cue in it"),
        ("srt", "\nمقدمة\n" + SRT, "a:2: text outside a cue"),
        ("vtt", SRT, "a: no WEBVTT in its first line; give --from srt"),
        ("vtt", "WEBVTT\n\nنص بلا وقت\n", "a:3: text outside a cue"),
        ("vtt", "WEBVTT\n\n00:01 --> قريبا\nنص\n", "a:3: these are no times"),
    ],
)
def test_what_cannot_be_kept_is_an_error(name: str, text: str, message: str) -> None:
    with pytest.raises(InputError) as caught:
        read(name, text)
    assert str(caught.value).startswith(message)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        "1\n00:00:01,000 --> 00:00:02,000\nنص أول.\n2\n00:00:03,000 --> 00:00:04,000\nنص ثان.\n",  # no empty line
        "00:00:01,000 --> 00:00:02,000\nنص أول.\n\n00:00:03,000 --> 00:00:04,000\nنص ثان.\n",  # no numbers
        "1\n00:00:01.000 --> 00:00:02.000 X1:10 Y1:20\n\nنص\n\nأول.\n\n\n2\n0:0:3,0-->0:0:4,0\nنص ثان.",
        "1\n0:0:99:11,0 --> 0:0:2,0\nنص أول.\n\n2\n-0:0:3,0 --> 0:0:4,0\nنص ثان.\n\n3\n0:0:4,0 --> 0:0:5,0\n",
    ],
)
def test_loose_subrip_is_read(text: str) -> None:
    assert texts("srt", text) == ["نص أول.", "نص ثان."]
    assert translate("srt", text, str) == text


@settings(max_examples=60)
@given(
    st.lists(
        st.lists(
            st.sampled_from([*"ابت .،؟-♪\n()[]\u200f5a&;", "<i>", "</i>", "<b>", "</b>", "{\\an8}"]), max_size=30
        ).map("".join),
        min_size=1,
        max_size=6,
    ),
    st.sampled_from(["srt", "vtt"]),
    st.sampled_from(["\n", "\r\n"]),
)
@example(["<i>", "ا</i>"], "srt", "\n")
@example(["اا.ا،", "ا"], "srt", "\n")
def test_cues_of_any_text(cues: list[str], name: str, newline: str) -> None:
    body = srt(*(re.sub(r"\n\s*\n", "\n", cue.strip()) for cue in cues))
    text = body if name == "srt" else "WEBVTT\n\n" + body.replace(",", ".")
    text = text.replace("\n", newline)
    document = read(name, text)
    sentences = sentences_of(document)
    assert all(document.text[b.start : b.end].strip() == document.text[b.start : b.end] != "" for b in document.blocks)
    assert all(a.end < b.start for a, b in pairwise(document.blocks))
    assert all(any(b.start <= m.start <= m.end <= b.end for b in document.blocks) for m in document.marks)
    assert all(document.text[s.start : s.end] == s.text for s in sentences)
    assert translate(name, text, str) == text
    result = translate(name, text, words)
    assert not has_arabic(result)
    assert result.count("-->") == text.count("-->")
    assert all(result.count(tag) >= text.count(tag) for tag in ("<i>", "</i>", "<b>", "</b>"))
    assert "".join(texts(name, result)).replace(" ", "") == "".join(words(s.text) for s in sentences).replace(" ", "")


@given(st.text("ab ,.", min_size=1, max_size=60), st.lists(st.floats(0, 60), max_size=6))
def test_cuts_rise_and_leave_no_part_empty(text: str, ideal: list[float]) -> None:
    places = cuts(text, [(at, 0, len(text)) for at in sorted(ideal)])
    parts = [text[a:b] for a, b in pairwise([0, *places, len(text)])]
    assert "".join(parts) == text
    if len(text.split()) > len(ideal):
        assert all(part.strip() for part in parts)


@given(st.lists(st.text("abc,", min_size=1, max_size=12), min_size=1, max_size=40))
def test_lines_are_as_few_as_can_be(some: list[str]) -> None:
    import textwrap

    text = " ".join(some)
    lines = folded(text, 42).split("\n")
    assert " ".join(lines) == text
    assert max(map(len, lines)) <= 42
    assert len(lines) == len(textwrap.wrap(text, 42, break_on_hyphens=False))


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("Short.", ["Short."]),
        ("He said that he would come, but he did not come.", ["He said that he would come,", "but he did not come."]),
        ("a" * 60, ["a" * 60]),
    ],
)
def test_lines_break_where_a_reader_pauses(text: str, lines: list[str]) -> None:
    assert folded(text, 42).split("\n") == lines


@pytest.mark.parametrize(
    "cue", ["<i>" * 5_000 + "نص." + "</b>" * 5_000, "{\\i1}" * 5_000 + "نص.", "نص <i>" * 500, "- نص\n" * 2_000]
)
def test_hostile_markup_takes_linear_time(cue: str) -> None:
    text = srt(cue)
    assert translate("srt", text, str) == text
    assert translate("srt", text, lambda _: "Text.").count("-->") == 1
