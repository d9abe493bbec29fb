"""What the model sees of a sentence: each rule with the fault that it prevents, and what holds for any text."""

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mt.normalize import has_arabic, normalize, western

# What meets in real texts is far apart in Unicode: random text out of all of it seldom has two of these together.
NEAR = "".join(
    [
        "اأإآىئؤةيكهوﻻﷲﷺیکەھۀﮐﯽ",
        "ـ\u064b\u064e\u0651\u0653\u0654\u0655\u0670\u06d6\u06ea\ufe70",
        "٣۵5²⁶₂½،؛؟٪٫.…‥．",
        "aée\u0301\u0308\u1100\u1161\u11a8",
        "“”«»’`´｀–—‑",
        " \t\n\x00\x85\u200f\u200d\u202b\u2028",
    ]
)
texts = st.text(st.characters()) | st.text(NEAR)


@pytest.mark.parametrize(
    ("text", "seen", "reason"),
    [
        ("كَتَبَ الوَلَدُ دَرْسًا", "كتب الولد درسا", "vowel marks shatter words into rare pieces"),
        ("مُحَمَّدٌ", "محمد", "so does the doubling mark"),
        ("هٰذا", "هذا", "and the superscript alef"),
        ("ٱلْحَمْدُ لِلَّهِ ۚ رَبِّ", "ٱلحمد لله رب", "Koranic pauses"),
        ("محمد ؐ", "محمد", "honorific signs"),
        ("الســـلام عليــكم", "السلام عليكم", "tatweel stretches a word without changing it"),
        ("ا\u0653مال", "آمال", "a decomposed alef with madda is a letter, not a marked one"),
        ("ا\u0654حمد وا\u0655لى", "أحمد وإلى", "hamza above and below too"),
        ("مسو\u0654ول وشاطي\u0654", "مسؤول وشاطئ", "on waw and yeh too"),
        ("ا\u064e\u0653منة", "آمنة", "a vowel mark between the letter and its madda is no hindrance"),
        ("ا\u0653\u0653", "آ", "a second madda is loose and goes"),
        ("ﻻ إله", "لا إله", "presentation forms, as PDFs have them"),
        ("ﺍﻟﻜﺘﺎﺏ", "الكتاب", "in all their shapes"),
        ("ﮐﺘﺎﺏ ﻋﻠﯽ", "كتاب علي", "Persian ones too"),
        ("کتاب علی", "كتاب علي", "a Persian keyboard's kaf and yeh"),
        ("ھذە", "هذه", "and Urdu's and Kurdish heh"),
        ("\u202bنص\u202c و\u200fنص\u200e", "نص ونص", "bidi controls are no text"),
        ("\u2067نص\u2069\u061c", "نص", "isolates and the Arabic letter mark too"),
        ("كلا\u200bم\u200d \ufeffجد\u00adيد", "كلام جديد", "nor are joiners, byte-order marks and soft hyphens"),
        ("«نعم» و“لا”", '"نعم" و"لا"', "Moses has one double quote"),
        ("„نعم‟ ＂لا＂ ٣″", '"نعم" "لا" ٣"', "whatever it was"),
        ("‘نعم’ `لا´", "'نعم' 'لا'", "and one single quote"),
        ("١٩٩٠–١٩٩٥ — عاما", "١٩٩٠-١٩٩٥ - عاما", "one dash"),
        ("−٥", "-٥", "which is the minus too"),
        ("وبعد…", "وبعد...", "an ellipsis is three dots"),
        ("الفصل الأول ........... ١٢", "الفصل الأول ... ١٢", "models drop what follows a long row of dots"),
        ("الفصل . . . . . . ١٢", "الفصل ... ١٢", "spaced dots too, which leave a space before the next word"),
        ("ثم... وبعد. ... قال.", "ثم... وبعد... قال.", "dots are a row with or without spaces"),
        ("ثم... قال. ..", "ثم... قال. ..", "three are none"),
        ("ＡＢＣ １２", "ABC 12", "full-width letters"),
        ("١٠⁶ و5½ و2019¹", "١٠ 6 و5 1/2 و2019 1", "a raised digit or a fraction makes no number longer"),
        ("٢٠ م² وCO₂ و½", "٢٠ م2 وCO2 و1/2", "but stays with a letter"),
        ("ﷺ ﷲ", "صلى الله عليه وسلم الله", "ligatures of whole words"),
        ("سطر\nأول\r\n\tوثان  ", "سطر أول وثان", "a sentence is one line with single spaces"),
        ("نص\x00مع\x07رموز\x1b\x85", "نص مع رموز", "control characters part words at most"),
        ("نص\u2028آخر\u00a0هنا\u3000", "نص آخر هنا", "every space is a space"),
        ("العدد ٣٫٥٪، أليس؟", "العدد ٣٫٥٪، أليس؟", "Arabic digits and punctuation stay: the model knows them"),
        ("Cafe\u0301 é", "Café é", "Latin is composed"),
        ("", "", "nothing is nothing"),
        (" \u200f\n", "", "and white space too"),
    ],
)
def test_each_rule(text: str, seen: str, reason: str) -> None:
    assert normalize(text) == seen, reason


@given(texts)
@example(". . . . ....")
@example(".... . . . x")
@example("e\u064b\u0301")
@example("ە\u0654")
@example("¨\u0301")
@example("\ud800")
def test_seen_twice_it_is_the_same(text: str) -> None:
    assert normalize(normalize(text)) == normalize(text)


@given(texts)
def test_no_control_character_is_left(text: str) -> None:
    seen = normalize(text)
    assert not [c for c in seen if unicodedata.category(c) == "Cc"]
    assert seen == " ".join(seen.split())


@given(texts)
@example("ـ")
@example("ﱞ")
@example("ﹲ")
@example("ٰ")
def test_arabic_stays_arabic(text: str) -> None:
    """What is said to need the model has letters for it, and nothing that is said to need none gains any."""
    assert has_arabic(normalize(text)) == has_arabic(text)


@given(texts)
def test_letters_are_never_lost(text: str) -> None:
    marks = "ـ\u06e5\u06e6"  # tatweel, small waw and yeh: letters for Unicode, marks for readers
    letters = [c for c in unicodedata.normalize("NFKC", text) if c.isalpha() and c not in marks]
    assert any(c.isalpha() for c in normalize(text)) == bool(letters)


def test_every_letter_of_the_arabic_block_is_seen() -> None:
    block = [chr(c) for c in range(0x600, 0x700) if unicodedata.category(chr(c)) == "Lo"]
    assert len(block) >= 150
    assert all(has_arabic(c) and normalize(c) for c in block)


@pytest.mark.parametrize(
    ("text", "arabic"),
    [
        ("كتاب", True),
        ("The word كتاب", True),
        ("ﻛﺘﺎﺏ", True),
        ("ﷺ", True),
        ("ٱ", True),
        ("", False),
        ("Book, 12", False),
        ("٣٫٥٪", False),
        ("،؛؟ ۔", False),
        ("ـ 5 ـ", False),
        ("﴿٥﴾", False),
        ("\u064b\u0650\u0670\ufe70", False),
        ("\u06dd\u06de\ufd3e\ufdfd", False),
        ("😀", False),
        ("ספר книга", False),
    ],
)
def test_what_needs_a_model(text: str, arabic: bool) -> None:
    assert has_arabic(text) is arabic


@pytest.mark.parametrize(
    ("text", "english"),
    [
        ("٠١٢٣٤٥٦٧٨٩", "0123456789"),
        ("۰۱۲۳۴۵۶۷۸۹", "0123456789"),
        ("٣٫٥٪", "3.5%"),
        ("١٬٢٥٠", "1,250"),
        ("؟ ، ؛ ۔", "? , ; ."),
        ("CO₂, é — “x”", "CO₂, é — “x”"),
        ("كتاب ١", "كتاب 1"),
    ],
)
def test_digits_and_punctuation_in_the_english_form(text: str, english: str) -> None:
    assert western(text) == english
    assert len(western(text)) == len(text)
