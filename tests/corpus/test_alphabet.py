"""Texts folded and their letters counted."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus import alphabet
from corpus.alphabet import digits, folded, letters


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("افتتحت المكتبة", "اِفْتَتَحَتِ المكتبةُ."),
        ("إلى أين؟", "الي اين"),
        ("مسؤول", "مسوول"),
        ("شيء", "شئ"),
        ("المدرســـة", "المدرسه"),
        ("كتاب", "کتاب"),
        ("\u200fقال: «نعم»", "قال نعم"),
        ("٣٠٠ شخص", "300 شخص"),
        ("۳۰۰ شخص", "٣٠٠ شخص"),
        ("The Library", "the  library!"),
        ("\ufee3\ufeae\ufea3\ufe92\ufe8e", "مرحبا"),  # presentation forms
        ("Café", "Cafe\u0301"),
        ("نورة 😊", "نورة"),
        ("نورة ﷺ", "نورة صلى الله عليه وسلم"),
        ("قُرْآنٌۖ 中", "قرآن 中"),
    ],
)
def test_the_same_sentence(one: str, other: str) -> None:
    assert folded(one) == folded(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("سعره 1.5", "سعره 15"),
        ("قال", "قالت"),
        ("...", "؟؟؟"),
        ("中", "文"),
        ("naïve", "naive"),
        ("", "ا"),
    ],
)
def test_another_sentence(one: str, other: str) -> None:
    assert folded(one) != folded(other)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", (0, 0, 0)),
        ("نعم Yes 12", (3, 3, 0)),
        ("نَعَمـ", (3, 0, 0)),
        ("نعم é Ω", (3, 1, 1)),
        ("\ufee3ﻻ", (2, 0, 0)),
    ],
)
def test_letters(text: str, expected: tuple[int, int, int]) -> None:
    assert letters(text) == expected


@pytest.mark.parametrize(("text", "expected"), [("٣٠٠ و 12", b"30012"), ("5 中", b"5"), ("", b"")])
def test_digits(text: str, expected: bytes) -> None:
    assert digits(text) == expected


def has_words(text: str) -> bool:
    return re.search(r"[^\W_ءـ]", text) is not None


ARABIC = st.text(st.sampled_from(alphabet._CHARACTERS))


@given(st.text() | ARABIC)
def test_folding_is_blind_to_what_it_says(text: str) -> None:
    key = folded(text)
    assert folded(f" {text}\u200f ") == key or not has_words(text)
    assert folded(text.replace("ا", "أ")) == key


@given(ARABIC)
def test_both_ways_of_folding_and_counting_agree(text: str) -> None:
    rare = "\u2603"  # a snowman, for whose sake the slower way is taken
    assert folded(f"{text} {rare}") == folded(text) or not has_words(text)
    assert letters(text + rare) == letters(text)
    assert digits(text + rare) == digits(text)
