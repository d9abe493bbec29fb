"""What the reader sees of a translation: each rule of its punctuation, and that nothing else changes."""

from collections.abc import Callable, Sequence

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mt.engine import Decoding, Hypothesis
from mt.english import tidy, unescaped, western, with_emoji
from mt.translator import Translator
from mt.vocabulary import Vocabulary

NEAR = [*"aZ9٣5 .,;:!?%()[]\"'،؛؟٪٫ـ-/", ". ", " . ", '" ', ' "', "??", "..", "word", "\u200f"]
texts = st.text(st.characters()) | st.lists(st.sampled_from(NEAR), max_size=30).map("".join)


@pytest.mark.parametrize(
    ("output", "seen"),
    [
        # Arabic signs that the model copied
        ("Is it so؟", "Is it so?"),
        ("Bread، water؛ salt۔", "Bread, water; salt."),
        ("Bread ،water", "Bread, water"),
        ("It rose ٢٫٥٪ in ٢٠٢٤", "It rose 2.5% in 2024"),
        # Marks that came twice
        ("Is it so?؟", "Is it so?"),
        ("Is it so؟?", "Is it so?"),
        ("Is it so? ?", "Is it so?"),
        ("Really?!?!", "Really?!"),
        ("Is it so?.", "Is it so?"),
        ("Stop!.", "Stop!"),
        ("Bread,, water", "Bread, water"),
        ("Bread, ; water", "Bread, water"),
        ("The end,.", "The end."),
        ("The end..", "The end."),
        ("The end. .", "The end."),
        ('He said "no"..', 'He said "no".'),
        ("It ended.. Then", "It ended. Then"),
        # An ellipsis is none of these
        ("Wait...", "Wait..."),
        ("Wait ... and see", "Wait ... and see"),
        ("Chapter one ......... 12", "Chapter one ... 12"),
        ("Chapter one . . . . . 12", "Chapter one ... 12"),
        # Spaces
        ("Bread , water ; salt : all .", "Bread, water; salt: all."),
        ("Why ? Because !", "Why? Because!"),
        ("The council ( the second ) met", "The council (the second) met"),
        ("About 50 % of them", "About 50% of them"),
        ('He said " yes " and " no "', 'He said "yes" and "no"'),
        ('He said: " I will come . "', 'He said: "I will come."'),
        # What looks like a fault and is none
        ('The "first" and "second" one', 'The "first" and "second" one'),
        ('He said "yes and left "', 'He said "yes and left"'),
        ('A 5" pipe and a 3" one', 'A 5" pipe and a 3" one'),
        ('He said " yes', 'He said " yes'),
        ("The U.S., the U.K. etc.?", "The U.S., the U.K. etc.?"),
        ("What?... Yes", "What?... Yes"),
        ("What? .NET!", "What? .NET!"),
        ("See .NET and ../up", "See .NET and ../up"),
        ("https://example.org/?a=1&b=2,3", "https://example.org/?a=1&b=2,3"),
        ("1,250.75 at 12:30", "1,250.75 at 12:30"),
        ("Is that so.", "Is that so."),
        ("", ""),
    ],
)
def test_each_rule_of_punctuation(output: str, seen: str) -> None:
    assert tidy(output) == seen


@pytest.mark.parametrize(
    ("output", "seen"),
    [
        ("She said, &quot;I&#39;ll be back&quot;", 'She said, "I\'ll be back"'),
        ("the baker&apos;s bread &amp; butter &#x41;", "the baker's bread & butter A"),
        ("bread & butter; AT&T; fish &chips", "bread & butter; AT&T; fish &chips"),
        ("&copy 2024, &unheard;", "&copy 2024, &unheard;"),
    ],
)
def test_characters_written_as_in_html(output: str, seen: str) -> None:
    assert unescaped(output) == seen


@given(texts)
@example("? ?.")
@example("!..")
@example(".. .")
@example('" . "')
@example("( ( , ) )")
@example("، ؟.")
def test_tidied_twice_it_is_the_same(text: str) -> None:
    assert tidy(tidy(text)) == tidy(text)


@given(texts)
@example("0ـ٠")
def test_letters_and_numbers_stay(text: str) -> None:
    def words(text: str) -> str:
        return "".join(c for c in text if c.isalnum() and c != "ـ")  # which becomes the dash of a range

    assert words(tidy(text)) == words(western(text)) == words(text.translate(str.maketrans("٠١٢٣٤٥٦٧٨٩", "0123456789")))


@pytest.mark.parametrize(
    ("text", "english"),
    [
        ("٠١٢٣٤٥٦٧٨٩", "0123456789"),
        ("۰۱۲۳۴۵۶۷۸۹", "0123456789"),
        ("٣٫٥٪", "3.5%"),
        ("٪٥٠", "50%"),
        ("٪ ٣٫٥ ، ٪١٠", "3.5%, 10%"),
        ("٥٠٪ ٦٠٪", "50% 60%"),
        ("١٬٢٥٠", "1,250"),
        ("نعم؟ لا ، ؛ ۔", "نعم? لا, ; ."),
        ("١٥/٠٦/٢٠٢٤", "15/06/2024"),
        ("٢٠٢٤-٠٦-١٥", "2024-06-15"),
        ("١٢:٣٠ ـ ١٤:٠٠", "12:30 - 14:00"),
        ("٢٠٢٠ــ٢٠٢٤", "2020-2024"),
        ("\u200f(٣)\u202c", "(3)"),
        ("﴿٥﴾ «٦»", "﴿5﴾ «6»"),
        ("كتاب ١", "كتاب 1"),
        ("CO₂, é — “x” , y", "CO₂, é — “x” , y"),
        ("\u200fעברית .", "\u200fעברית ."),
        ("ـــــ", "ـــــ"),
    ],
)
def test_what_goes_around_the_model(text: str, english: str) -> None:
    assert western(text) == english
    assert western(english) == english


@pytest.mark.parametrize(
    ("source", "text", "seen"),
    [
        ("فاز الفريق", "The team won", "The team won"),
        ("فاز الفريق 🏆", "The team won", "The team won 🏆"),
        ("🔴 عاجل", "Breaking", "🔴 Breaking"),
        (" 🔴 عاجل: فاز ⚽ الفريق 🏆🎉", "The team won", "🔴 The team won ⚽ 🏆🎉"),
        ("شكرا 👨\u200d👩\u200d👧 👏🏽", "Thanks", "Thanks 👨\u200d👩\u200d👧 👏🏽"),
        ("شكرا ❤\ufe0f", "Thanks ❤\ufe0f", "Thanks ❤\ufe0f"),
        ("شكرا 🏆", "", "🏆"),
        ("№ 5 © → •", "No. 5", "No. 5"),
    ],
)
def test_emoji_come_back(source: str, text: str, seen: str) -> None:
    assert with_emoji(text, source) == seen
    assert with_emoji(seen, source) == seen


def test_sentences_that_differ_in_what_no_model_sees(translator: Callable[..., Translator]) -> None:
    """One translation, with the emoji of each; digits that the model lacks are read as those that it has."""
    sentences = ["فاز الفريق في ٢٣ نوفمبر", "فاز الفريق في 23 نوفمبر 🏆", "🔴 فَازَ الفريق فی ۲۳ نوفمبر"]
    plain, won, first = translator().translate(sentences)
    assert plain.text
    assert won.text == f"{plain.text} 🏆"
    assert first.text == f"🔴 {plain.text}"
    assert plain.score == won.score == first.score


class Asking:
    """An engine that asks and asks."""

    name, workers, budget, exact = "asking", 1, 1024, True

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.pieces = tuple(vocabulary.encode("Why" + " ?" * 20))

    def translate(self, batch: Sequence[Sequence[str]], decoding: Decoding) -> list[Hypothesis]:
        return [Hypothesis(self.pieces, -1.0) for _ in batch]

    def attend(self, sources: Sequence[Sequence[str]], targets: Sequence[Sequence[str]]) -> list[list[list[float]]]:
        return []


def test_a_loop_of_marks_is_seen_before_it_is_tidied(
    translator: Callable[..., Translator], vocabulary: Vocabulary
) -> None:
    (found,) = translator(Asking(vocabulary)).translate(["لماذا لم يصل القطار إلى المحطة"])
    assert found.text == "Why?"
    assert "repetition" in found.faults
