"""Sentence splitting: tables of cases for Arabic and English, and what holds for every text.

The cases are in `split/`: a line is a text, " | " a boundary with white space in the text and "|" one without; signs
that an editor doesn't show are written \\u200f.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from corpus.split import Candidate, Quotes, explain, is_heading, split

HERE = Path(__file__).parent / "split"


def groups(language: str) -> Iterator[tuple[str, list[str]]]:
    """Give the groups of a language's cases."""
    name = {"ar": "arabic", "en": "english"}[language]
    for block in (HERE / f"{name}.txt").read_text("utf-8").split("\n\n"):
        title, *cases = block.strip().split("\n")
        yield (
            title.removeprefix("# "),
            [
                re.sub(r"\\u([0-9a-f]{4})", lambda code: chr(int(code[1], 16)), case).replace("\\n", "\n")
                for case in cases
            ],
        )


def read(case: str) -> tuple[str, list[str]]:
    """Give the text of a case and its sentences."""
    return case.replace(" | ", " ").replace("| ", " ").replace("|", ""), [part.strip() for part in case.split("|")]


def pieces(text: str, language: str = "ar", *, quotes: Quotes = "split") -> list[str]:
    return [text[start:end] for start, end in split(text, language, quotes=quotes)]


GROUPS = [
    pytest.param(language, cases, id=f"{language}-{title}")
    for language in ("ar", "en")
    for title, cases in groups(language)
]
CASES = [
    pytest.param(language, case, id=f"{language}-{title}-{number}")
    for language in ("ar", "en")
    for title, cases in groups(language)
    for number, case in enumerate(cases)
]


@pytest.mark.parametrize(("language", "case"), CASES)
def test_sentences(language: str, case: str) -> None:
    text, sentences = read(case)
    assert pieces(text, language) == sentences


@pytest.mark.parametrize(("language", "cases"), GROUPS)
def test_surrounding_white_space_moves_the_spans_only(language: str, cases: list[str]) -> None:
    for text, _ in map(read, cases):
        assert split(f"\n  {text} \t", language) == [(start + 3, end + 3) for start, end in split(text, language)]


@pytest.mark.parametrize(("language", "cases"), GROUPS)
@pytest.mark.parametrize("space", ["\n", "\r", "\u00a0", "\u202f"])
def test_every_space_is_white_space(language: str, cases: list[str], space: str) -> None:
    for text, _ in map(read, cases):
        assert split(text.replace(" ", space), language) == split(text, language)


@pytest.mark.parametrize(("language", "cases"), GROUPS)
def test_windows_line_ends(language: str, cases: list[str]) -> None:
    for text, sentences in map(read, cases):
        assert [" ".join(p.split()) for p in pieces(text.replace(" ", "\r\n"), language)] == [
            " ".join(s.split()) for s in sentences
        ]


@pytest.mark.parametrize(("language", "cases"), GROUPS)
def test_a_sentence_alone_is_one_sentence(language: str, cases: list[str]) -> None:
    """A sentence with half a quotation is left out: what follows its closing quote hangs on where that opened."""
    for sentence in (sentence for case in cases for sentence in read(case)[1]):
        if not sentence.count('"') % 2:
            assert pieces(sentence, language) == [sentence]


@pytest.mark.parametrize(("language", "cases"), GROUPS)
@pytest.mark.parametrize("sign", ["\u200f", "\u200e", "\u061c", "\u200b", "\u2060", "\ufeff", "\u00ad"])
def test_unseen_signs_change_nothing(language: str, cases: list[str], sign: str) -> None:
    for text, _ in map(read, cases):
        signed = re.sub(r"([.!?؟…])", rf"{sign}\1{sign}", text)
        assert [p.replace(sign, "") for p in pieces(signed, language)] == [
            p.replace(sign, "") for p in pieces(text, language)
        ]


@pytest.mark.parametrize(("language", "cases"), GROUPS)
def test_vowel_signs_change_nothing(language: str, cases: list[str]) -> None:
    for text, _ in map(read, cases):
        voweled = re.sub("([\u0621-\u064a])(?![\u064b-\u0652])", "\\1\u064e", text)
        assert [p.replace("\u064e", "") for p in pieces(voweled, language)] == [
            p.replace("\u064e", "") for p in pieces(text, language)
        ]


@pytest.mark.parametrize(("language", "cases"), GROUPS)
def test_the_quick_way_agrees_with_the_full_one(language: str, cases: list[str]) -> None:
    """Where quotations are kept, plain full stops are judged in full."""
    for text, _ in map(read, cases):
        full = explain(text, language, quotes="keep")
        if all(candidate.rule != "quotation" for candidate in full):
            assert explain(text, language) == full


# The shape of a letter that stands alone, as in files from before Unicode's shaping.
SHAPES = {
    unicodedata.normalize("NFKC", chr(code)): chr(code)
    for code in range(0xFE80, 0xFEF5)
    if "ISOLATED" in unicodedata.name(chr(code))
}


@pytest.mark.parametrize(("language", "cases"), GROUPS)
def test_presentation_forms_change_nothing(language: str, cases: list[str]) -> None:
    for text, _ in map(read, cases):
        assert split("".join(SHAPES.get(char, char) for char in text), language) == split(text, language)


@pytest.mark.parametrize("language", ["ar", "en"])
@pytest.mark.parametrize("text", ["", " ", "\n\t \u00a0"])
def test_white_text_has_no_sentence(text: str, language: str) -> None:
    assert split(text, language) == []
    assert explain(text, language) == []


@pytest.mark.parametrize("text", ["...", ". . .", '"."."', "؟!", "\u200f", "😊."])
def test_marks_without_a_word_are_one_sentence(text: str) -> None:
    assert pieces(text) == [text]


def test_an_english_sentence_in_an_arabic_text_follows_english_rules() -> None:
    assert pieces("قال: He met Gen. Hale. He left the U.S. Army. ثم سكت.") == [
        "قال: He met Gen. Hale.",
        "He left the U.S. Army.",
        "ثم سكت.",
    ]


@pytest.mark.parametrize(
    ("text", "language", "rule"),
    [
        ("بلغ 3.5 أمتار", "ar", "number"),
        ("زر example.com اليوم", "ar", "address"),
        ("هل فهمت؟، قال", "ar", "comma"),
        ("قال: «... وعاد»", "ar", "opening"),
        ("توقف (لماذا؟) ثم عاد", "ar", "bracket"),
        ("1. مقدمة", "ar", "label"),
        ("وصل في 3. 4. 2021 مساء", "ar", "date"),
        ("وصل في 3. مايو مساء", "ar", "date"),
        ("نقلت أ.ف.ب. عن شاهد", "ar", "abbreviation"),
        ("زار توماس إف. هيل برلين", "ar", "initial"),
        ("قال العقيد. سامي إن", "ar", "title"),
        ('فيلم "من أنت؟" رائع', "ar", "work"),
        ("سأل في ياهو! عن الأمر", "ar", "name"),
        ("قرأنا الفصل 3. من الكتاب", "ar", "ordinal"),
        ("فكر طويلا... ثم تكلم", "ar", "ellipsis"),
        ('"متى؟" سألت الأم', "ar", "attribution"),
        ('رد على "لماذا؟" التي سمعها', "ar", "continuation"),
        ("He met Dr. Stone", "en", "title"),
        ("He met J. Stone", "en", "initial"),
        ("He left at 5 p.m. Monday", "en", "time"),
        ("Wait! he said", "en", "lower-case"),
        ("It is in the U.S. Army", "en", "abbreviation"),
    ],
)
def test_explain_names_the_veto(text: str, language: str, rule: str) -> None:
    candidates = explain(text, language)
    assert not any(candidate.taken for candidate in candidates)
    assert candidates[-1].rule == rule


def test_explain_names_the_rule_of_each_boundary() -> None:
    assert explain("وصل الوفد.وغادر د. سامي المدينة. ثم عاد.") == [
        Candidate(10, True, "missing-space"),
        Candidate(18, False, "abbreviation"),
        Candidate(32, True, "mark"),
    ]
    assert explain('قال: "نعم. لا."', quotes="keep") == [Candidate(10, False, "quotation")]


@pytest.mark.parametrize("function", [split, explain])
def test_unknown_choices_are_refused(function: Callable[..., object]) -> None:
    with pytest.raises(ValueError, match="language 'fr'"):
        function("نص.", "fr")
    with pytest.raises(ValueError, match="quotes 'drop'"):
        function("نص.", quotes="drop")


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("مستقبل المدينة", True),
        ("مستقبل «المدينة»", True),
        ("خطة 2030 (الجزء الأول)", True),
        ("A plan for the city", True),
        ("انتهى الاجتماع.", False),
        ('قال: "انتهى الاجتماع."', False),
        ("متى ينتهي الاجتماع؟", False),
        ("وقال الوزير:", False),
        ("الماء، والدواء،", False),
        ("2030", False),
        ("***", False),
        ("", False),
        ("كلمة " * 12, True),
        ("كلمة " * 13, False),
    ],
)
def test_headings(line: str, expected: bool) -> None:
    assert is_heading(line) is expected


# --- What holds for every text ----------------------------------------------------------------------------------

TEXTS_OF_CASES = [read(case)[0] for language in ("ar", "en") for _, cases in groups(language) for case in cases]
FRAGMENTS = st.sampled_from([word for text in TEXTS_OF_CASES for word in text.split()])
CHARACTERS = st.sampled_from(list("ابمدهو قكaAzZ5٣ \n\u00a0.!?؟…۔،؛:\"“”«»()[]'’-ـ\u064b\u200f\u061c﴿﴾⸮😊🔴/@"))
TEXTS = st.one_of(
    st.text(CHARACTERS, max_size=80),
    st.lists(FRAGMENTS, max_size=30).map(" ".join),
    st.lists(st.one_of(FRAGMENTS, CHARACTERS), max_size=30).map("".join),
    st.text(max_size=80),
)


@given(TEXTS, st.sampled_from(["ar", "en"]), st.sampled_from(["split", "keep"]))
@example('ا".".', "ar", "split")
@example(". ا .ا", "ar", "split")
def test_spans_cover_all_but_white_space(text: str, language: str, quotes: Quotes) -> None:
    spans = split(text, language, quotes=quotes)
    at = 0
    for start, end in spans:
        assert at <= start < end
        assert not text[at:start].strip()
        assert text[start:end] == text[start:end].strip()
        at = end
    assert not text[at:].strip()


@given(TEXTS, st.sampled_from(["ar", "en"]), st.sampled_from(["split", "keep"]))
def test_explain_agrees_with_split(text: str, language: str, quotes: Quotes) -> None:
    candidates = explain(text, language, quotes=quotes)
    ends = [end for _, end in split(text, language, quotes=quotes)]
    assert [candidate.position for candidate in candidates if candidate.taken] == ends[:-1]
    assert all(candidate.taken == (candidate.rule in {"mark", "missing-space"}) for candidate in candidates)


@given(TEXTS, st.sampled_from(["ar", "en"]))
def test_keeping_quotations_only_takes_boundaries_away(text: str, language: str) -> None:
    """Also compares the two ways through the code: plain full stops are judged in full where quotations are kept."""
    kept = explain(text, language, quotes="keep")
    if not any(candidate.rule == "quotation" for candidate in kept):
        assert kept == explain(text, language)


@given(TEXTS, st.sampled_from(["ar", "en"]))
def test_every_sentence_of_a_text_with_words_holds_one(text: str, language: str) -> None:
    sentences = pieces(text, language)
    if len(sentences) > 1:
        assert all(any(char.isalnum() or char == "_" for char in sentence) for sentence in sentences)


@pytest.mark.parametrize(
    "unit",
    [
        '"."', " ", ".", ". ", "ا", "ا.", "ا. ", "د. ", "(", "(.", "()", "«.»", '"!" ', ".-", "1.2.", "a@b.",
        "http://a.b.", ".😊", ".\u200f", ". (كلمة ", "إلخ. من ", 'قال: "',
    ],
)  # fmt: skip
@pytest.mark.parametrize("edges", [("", ""), ("كلمة ", "، كلمة")])
def test_hostile_texts_end(unit: str, edges: tuple[str, str]) -> None:
    text = edges[0] + unit * (100_000 // len(unit)) + edges[1]
    spans = split(text)
    assert "".join("".join(text[start:end].split()) for start, end in spans) == "".join(text.split())
