"""What the model sees of a sentence: each rule with the fault that it prevents, and what holds for any text."""

import json
import unicodedata
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from sacremoses import MosesPunctNormalizer
from sentencepiece import SentencePieceTrainer

from mt.normalize import Normalizer, has_arabic, normalize
from mt.vocabulary import END, PAD, UNKNOWN, Vocabulary

# What meets in real texts is far apart in Unicode: random text out of all of it seldom has two of these together.
NEAR = [
    *"اأإآىئؤةيكهوﻻﷲﷺیکەھۀﮐﯽعلفمٱ",
    *"ـ\u064b\u064e\u0651\u0653\u0654\u0655\u0670\u06d6\u06ea\ufe70",
    *"٣۵5²⁶₂½①،؛؟٪٫.…‥．!?,;:%·_=-",
    *"aée\u0301\u0308\u1100\u1161\u11a8",
    *"“”«»’`´｀–—‑'\"()[]&#™●😀👍",
    *" \t\n\x00\x85\u00a0\u200b\u200c\u200d\u200f\u202b\u2028\ufe0f",
    *["&quot;", "&amp;", "amp;", "lt;", "&#38;", "&#x200c;", "......", "____", "ـــــ", "؟؟", "علی", "😀\u200d👍"],
]
texts = st.text(st.characters()) | st.lists(st.sampled_from(NEAR), max_size=30).map("".join)


@pytest.fixture(scope="module")
def compacts(vocabulary: Vocabulary) -> Normalizer:
    """Give the normaliser of the bundled model, whose small vocabulary lacks many signs."""
    return Normalizer.of(vocabulary)


def made_of(folder: Path, sentences: list[str], *more: str) -> Vocabulary:
    """Make a vocabulary of some sentences, with some more pieces."""
    for side in ("source", "target"):
        SentencePieceTrainer.train(
            sentence_iterator=iter(sentences),
            model_prefix=str(folder / side),
            vocab_size=400,
            hard_vocab_limit=False,
            character_coverage=1.0,
            minloglevel=2,
        )
        (folder / f"{side}.model").rename(folder / f"{side}.spm")
    lines = (folder / "source.vocab").read_text("utf-8").splitlines()
    pieces = [line.split("\t")[0] for line in lines]
    numbers = {piece: i for i, piece in enumerate(dict.fromkeys([END, UNKNOWN, *pieces, *more, PAD]))}
    (folder / "vocab.json").write_text(json.dumps(numbers), "utf-8")
    return Vocabulary(folder)


@pytest.mark.parametrize(
    ("text", "seen", "reason"),
    [
        # Marks
        ("كَتَبَ الوَلَدُ دَرْسًا", "كتب الولد درسا", "vowel marks shatter words into rare pieces"),
        ("مُحَمَّدٌ", "محمد", "so does the doubling mark"),
        ("هٰذا", "هذا", "and the superscript alef"),
        ("ٱلْحَمْدُ لِلَّهِ ۚ رَبِّ ۝", "الحمد لله رب", "Koranic pauses and ends of verses, and the sign of elision"),
        ("﴿وقل رب زدني علما﴾", '"وقل رب زدني علما"', "ornate brackets quote"),
        ("محمد ؐ", "محمد", "honorific signs"),
        ("ا\u0653مال", "آمال", "a decomposed alef with madda is a letter, not a marked one"),
        ("ا\u0654حمد وا\u0655لى", "أحمد وإلى", "hamza above and below too"),
        ("مسو\u0654ول وشاطي\u0654", "مسؤول وشاطئ", "on waw and yeh too"),
        ("شاطى\u0654 وشاطی\u0654", "شاطئ وشاطئ", "and on the yehs without dots, which Unicode doesn't compose"),
        ("ا\u064e\u0653منة", "آمنة", "a vowel mark between the letter and its madda is no hindrance"),
        ("ا\u0653\u0653", "آ", "a second madda is loose and goes"),
        # Tatweel
        ("الســـلام عليــكم", "السلام عليكم", "tatweel stretches a word without changing it"),
        ('لـ"سبوتنيك" و1446 هـ', 'ل"سبوتنيك" و1446 ه', "or ends one"),
        ("القاهرة ـ مراسلنا", "القاهرة - مراسلنا", "between words it is a typist's dash"),
        ("٢٠٢٠ـ٢٠٢٤", "٢٠٢٠-٢٠٢٤", "between numbers too"),
        ("الاسم: ـــــــــ", "الاسم: ...", "a row of them is a blank to be filled in"),
        # Letters
        ("ﻻ إله", "لا إله", "presentation forms, as PDFs have them"),
        ("ﺍﻟﻜﺘﺎﺏ", "الكتاب", "in all their shapes"),
        ("ﷺ ﷲ ﷽", "صلى الله عليه وسلم الله بسم الله الرحمن الرحيم", "ligatures of whole words"),
        ("کتاب یومی", "كتاب يومي", "a Persian keyboard's kaf and yeh"),
        ("ﮐﺘﺎﺏ ﻋﻠﯽ", "كتاب على", "as presentation forms too"),
        ("علی وإلی وحتی والأخری فی", "على وإلى وحتى والأخرى في", "of which the last in a word may be an alef maksura"),
        ("علیها علیکم", "عليها عليكم", "but none within a word"),
        ("ھذە وہو وجامعۃ", "هذه وهو وجامعة", "Urdu's and Kurdish heh"),
        ("پوتين وڤيينا وچاد وگوگل", "پوتين وڤيينا وچاد وگوگل", "letters for foreign sounds are letters"),
        ("۱۲۳۴۵۶۷۸۹۰", "١٢٣٤٥٦٧٨٩٠", "a Persian keyboard's digits look the same, but for three"),
        # What is not seen
        ("\u202bنص\u202c و\u200fنص\u200e", "نص ونص", "bidi controls are no text"),
        ("\u2067نص\u2069\u061c", "نص", "isolates and the Arabic letter mark too"),
        ("كلا\u200bم\u200d \ufeffجد\u00adيد", "كلام جديد", "nor are joiners, byte-order marks and soft hyphens"),
        ("علي\u200cأكبر", "علي أكبر", "a non-joiner is seen as a gap where letters would join"),
        ("رضا\u200cزاده", "رضازاده", "and is not seen where they would not"),
        ("نص\x00مع\x07رموز\x1b\x85", "نص مع رموز", "control characters part words at most"),
        ("\uf0b7 بند أول", "بند أول", "as does what is left of a symbol font's bullets"),
        ("سطر\nأول\r\n\tوثان  ", "سطر أول وثان", "a sentence is one line with single spaces"),
        ("نص\u2028آخر\u00a0هنا\u202fو\u3000", "نص آخر هنا و", "every space is a space"),
        ("🔴 عاجل: فاز الفريق 🏆👏🏽 اليوم", "عاجل: فاز الفريق اليوم", "emoji go around the model"),
        ("العائلة 👨\u200d👩\u200d👧 و1\ufe0f\u20e3", "العائلة و1", "with all that joins and colours them"),
        # Signs
        ("«نعم» و“لا”", '"نعم" و"لا"', "Moses has one double quote"),
        ("„نعم‟ ＂لا＂ ٣″", '"نعم" "لا" ٣"', "whatever it was"),
        ("''نعم''", '"نعم"', "two single ones too"),
        ("‘نعم’ `لا´ ‹نعم›", "'نعم' 'لا' 'نعم'", "and one single quote"),
        ("١٩٩٠–١٩٩٥ — عاما", "١٩٩٠-١٩٩٥ - عاما", "one dash"),
        ("قال—متأخرا—نعم", "قال - متأخرا - نعم", "with spaces for the long ones"),
        ("−٥ و١٩‑٢٠", "-٥ و١٩-٢٠", "which is the minus too, and one that breaks no line"),
        ("وبعد…", "وبعد...", "an ellipsis is three dots"),
        ("انتهى۔", "انتهى.", "an Urdu full stop is one"),
        ("المادة( الأولى )ثم", "المادة (الأولى) ثم", "Moses puts spaces around brackets, none within"),
        ("(أولا). ثم (ثانيا) ، نعم", "(أولا). ثم (ثانيا) ، نعم", "and none before its marks, which are western ones"),
        ("قال : نعم ; ٥٠ %", "قال: نعم; ٥٠%", "as before a colon, a semicolon and a percent sign"),
        ("العدد ٣٫٥٪، أليس؟", "العدد ٣٫٥٪، أليس؟", "Arabic digits and punctuation stay, for models that know them"),
        # NFKC
        ("ＡＢＣ １２", "ABC 12", "full-width letters"),
        ("Cafe\u0301 é", "Café é", "Latin is composed"),
        ("١٠⁶ و5½ و2019¹", "١٠ 6 و5 1/2 و2019 1", "a raised digit or a fraction makes no number longer"),
        ("5①", "5 1", "nor does one in a circle"),
        ("10²³", "10 23", "raised digits stay together"),
        ("٢٠ م² وCO₂ و½", "٢٠ م2 وCO2 و1/2", "but stays with a letter"),
        ("نظام Aster™ و®Vela", "نظام Aster وVela", "trade marks become no letters"),
        # Rows
        ("الفصل الأول ........... ١٢", "الفصل الأول ... ١٢", "models drop what follows a long row of dots"),
        ("الفصل . . . . . . ١٢", "الفصل ... ١٢", "spaced dots too, which leave a space before the next word"),
        ("الفصل ‥‥‥ ١٢ ····· ١٣", "الفصل ... ١٢ ... ١٣", "whatever the dots are"),
        ("الاسم: ________", "الاسم: ...", "lines to be filled in"),
        ("ثم... وبعد. ... قال.", "ثم... وبعد... قال.", "dots are a row with or without spaces"),
        ("ثم... قال. ..", "ثم... قال. ..", "three are none"),
        ("ما هذا؟؟؟؟ لا!!!", "ما هذا؟ لا!", "repeated marks come back repeated without end"),
        ("حقا؟!؟!", "حقا؟!", "two kinds stay two"),
        ("أولا،، ثانيا، ، ثالثا", "أولا، ثانيا، ثالثا", "one comma is enough"),
        ("=====\u00a0عنوان -----", "= عنوان -", "and one of what underlines"),
        # Entities
        ("&quot;نعم&quot;&nbsp;و&laquo;لا&raquo;", '"نعم" و"لا"', "web pages leave entities behind"),
        ("&amp;quot;نعم&#34; &#x644;ا", '"نعم" لا', "encoded twice, or by number"),
        ("AT&T & R&D; &nosuch;", "AT&T & R&D; &nosuch;", "what is none stays"),
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
@example("&amp;amp;lt;")
@example("&l&#116;;")
@example("＆ｌｔ；")
@example(") ____")
@example(": : : :")
@example("\ud800")
def test_seen_twice_it_is_the_same(compacts: Normalizer, text: str) -> None:
    assert normalize(normalize(text)) == normalize(text)
    assert compacts(compacts(text)) == compacts(text)


@given(texts)
@example("'' `")
@example("( (x) ) . (")
def test_moses_has_nothing_left_to_do(text: str) -> None:
    """For the language without rules of its own, as transformers sets it for an Arabic model."""
    assert MosesPunctNormalizer("ar").normalize(normalize(text)) == normalize(text)


def test_moses_normaliser_agrees_on_articles(arabic: list[str]) -> None:
    """Where a sentence needs no rule of ours, ours are Moses' own."""
    moses = MosesPunctNormalizer("ar")
    plain = [text for text in arabic if normalize(moses.normalize(text)) == moses.normalize(text)]
    assert len(plain) > len(arabic) / 2
    assert [normalize(text) for text in plain] == [moses.normalize(text) for text in plain]


@given(texts)
def test_one_line_without_controls(compacts: Normalizer, text: str) -> None:
    for seen in (normalize(text), compacts(text)):
        assert not [c for c in seen if unicodedata.category(c) == "Cc"]
        assert seen == " ".join(seen.split())


@given(texts)
@example("ـ")
@example("ﱞ")
@example("ﹲ")
@example("ٰ")
@example("﷽")
@example("&#x644;")
def test_arabic_stays_arabic(compacts: Normalizer, text: str) -> None:
    """What is said to need the model has letters for it."""
    assert has_arabic(normalize(text)) >= has_arabic(text)
    assert has_arabic(compacts(text)) >= has_arabic(text)


@given(texts.filter(lambda text: not set(text) & set("&™℠")))
def test_letters_are_never_lost(text: str) -> None:
    """Entities and trade marks aside, which are no words."""
    marks = "ـ\u06e5\u06e6"  # tatweel, small waw and yeh: letters for Unicode, marks for readers
    letters = [c for c in unicodedata.normalize("NFKC", text) if c.isalpha() and c not in marks]
    assert any(c.isalpha() for c in normalize(text)) >= bool(letters)


def test_every_letter_of_the_arabic_block_is_seen(compacts: Normalizer) -> None:
    block = [chr(c) for c in range(0x600, 0x700) if unicodedata.category(chr(c)) == "Lo"]
    assert len(block) >= 150
    assert all(has_arabic(c) and normalize(c) and compacts(c) for c in block)


@pytest.mark.parametrize(
    ("text", "arabic"),
    [
        ("كتاب", True),
        ("The word كتاب", True),
        ("ﻛﺘﺎﺏ", True),
        ("ﷺ", True),
        ("﷽", True),
        ("ٱ", True),
        ("", False),
        ("Book, 12", False),
        ("٣٫٥٪", False),
        ("،؛؟ ۔", False),
        ("ـ 5 ـ", False),
        ("﴿٥﴾", False),
        ("\u064b\u0650\u0670\ufe70", False),
        ("\u06dd\u06de\ufd3e", False),
        ("😀", False),
        ("ספר книга", False),
    ],
)
def test_what_needs_a_model(text: str, arabic: bool) -> None:
    assert has_arabic(text) is arabic


# What the bundled model has no pieces for.
@pytest.mark.parametrize(
    ("text", "seen", "reason"),
    [
        ("في ٢٣ نوفمبر ٢٠١٨", "في 23 نوفمبر 2018", "a number that the model cannot read is lost"),
        ("١٧", "17", "also where it knows one of the digits: 1 alone is another number"),
        ("٣٫٥٪ من ١٬٢٠٠", "3.5% من 1,200", "with the marks of numbers"),
        ("300€ أو 20°", "300 يورو أو 20 درجة", "a sign is a word too"),
        ("پوتين وڤيينا وگوگل", "بوتين وفيينا وكوكل", "the nearest letter is better than none"),
        ("São Tomé", "Sao Tomé", "as is a letter without its accent"),
        ("© 2024 • نص ~ آخر", "2024 نص آخر", "signs that say nothing go"),
        ("漢字 نص", "漢字 نص", "letters stay: what is lost can be seen by the checks"),
        ("هل؟ نعم، لا؛", "هل؟ نعم، لا؛", "what it knows stays"),
    ],
)
def test_what_a_vocabulary_lacks_is_written_otherwise(compacts: Normalizer, text: str, seen: str, reason: str) -> None:
    assert compacts(text) == seen, reason


def test_a_vocabulary_that_moses_had_no_hand_in(compacts: Normalizer, tmp_path: Path) -> None:
    """One that has a piece for a bracket with an Arabic comma, which Moses parts, as does what `train` trains on."""
    assert compacts("المادة( الأولى )، نعم") == "المادة (الأولى) ، نعم"
    untreated = Normalizer.of(made_of(tmp_path, ["المادة (الأولى)، نعم"] * 50, ")،"))
    assert untreated("المادة( الأولى ) ، نعم") == "المادة (الأولى)، نعم"


def test_no_unknown_piece_for_a_newspaper(compacts: Normalizer, vocabulary: Vocabulary, arabic: list[str]) -> None:
    signs = ["ارتفعت الأسعار ٢٫٥٪ إلى ٣٠٠$ «للمرة الأولى»…", "کتب ڤيكتور إلی گلنار: «أین أنت؟»", "هٰذا خَبَرٌ 👍"]
    for text in [*arabic, *signs]:
        assert UNKNOWN not in vocabulary.encode(compacts(text)), text


VOCALISED = [
    "كَتَبَ الوَلَدُ رِسَالَةً إِلَى أُخْتِهِ ثُمَّ ذَهَبَ إِلَى المَدْرَسَةِ",
    "ذَهَبَ الوَلَدُ الصَّغِيرُ مَعَ أُخْتِهِ إِلَى البَيْتِ",
    "فِي البَيْتِ دَرَسَ الوَلَدُ الدَّرْسَ ثُمَّ كَتَبَ",
    "فِي المَدْرَسَةِ الصَّغِيرَةِ كَتَبَ المُعَلِّمُ الدَّرْسَ",
]


@pytest.mark.parametrize(
    ("sentences", "kept", "seen"),
    [
        (VOCALISED, True, "ذَهَبَ الوَلَدُ ثُمَّ كَتَبَ"),
        ([normalize(sentence) for sentence in VOCALISED], False, "ذهب الولد ثم كتب"),
        # It has the marks, but only one by one.
        ([*map(normalize, VOCALISED), "ـَ ـُ ـِ ـّ ـْ ـً ـٌ ـٍ إلى فِي"], False, "ذهب الولد ثم كتب"),
    ],
    ids=["a vocalised vocabulary", "a bare one", "one with lone marks"],
)
def test_vowels_are_kept_for_models_that_were_trained_on_them(
    tmp_path: Path, sentences: list[str], kept: bool, seen: str
) -> None:
    normaliser = Normalizer.of(made_of(tmp_path, sentences * 50))
    assert normaliser.vowels is kept
    assert normaliser("ذَهَبَ الوَلَدُ ثُمَّ كَتَـــبَ \u200f") == seen
    assert normaliser("هٰذا") == "هذا"  # a mark that the model doesn't know parts no word


def test_a_vocabulary_with_arabic_digits_is_given_them(tmp_path: Path) -> None:
    digits = made_of(tmp_path, ["العدد ٠١٢٣٤٥٦٧٨٩ ٪ ٫ و، ؛ ؟ ڤيديو", *"٠١٢٣٤٥٦٧٨٩"] * 50)
    assert Normalizer.of(digits)("العدد ٣٫٥٪ و ۴، ڤ؟") == "العدد ٣٫٥٪ و ٤، ڤ؟"
