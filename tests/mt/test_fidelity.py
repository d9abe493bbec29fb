from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mt.fidelity import FAULTS, faults
from mt.glossary import MISSING

SOURCE = "افتتحت بلدية العين الزرقاء مكتبة جديدة في وسط المدينة يوم الثلاثاء."
TARGET = "Al-Ain Al-Zarqa municipality opened a new library in the city centre on Tuesday."

CLEAN = [
    (SOURCE, TARGET),
    ("", ""),
    ("  ", "\n"),
    ("نعم", "Yes, certainly"),
    ("العنوان", "The address of the place"),
    # repetition that English or the source has
    ("الطريق طويل جدا جدا", "The road is very, very, very long"),
    ("صار يبتعد أكثر فأكثر", "He moved away more and more and more"),
    ("تعلمت المهنة خطوة خطوة", "She learned the trade step by step by step"),
    ("لست ممن يحنون إلى الماضي، فقد كان زمن الجوع", "I do not long for the past, for the past was a time of hunger"),
    ("هذا كتاب أخي وليس كتاب ابن أخي", "This is my brother's book and not my brother's brother's son's"),
    ("لا لا لا لا لا، لن أعود", "No, no, no, no, no, I will not go back"),
    ("ضحك الطفل: هههههههههه", "The child laughed: hahahahahaha"),
    ("الفصل الأول .......... 3", "Chapter one .......... 3"),
    ("الفصل الأول . . . . . . . . . . 3", "Chapter one . . . . . . . . . . 3"),
    ("بلغت الثروة تريليون دينار", "The fortune came to 1000000000000 dinars"),
    # vowel marks and tatweel take no room
    ("كَتَبَتْ مَرْيَمُ رِسَالَةً طَوِيلَةً إِلَى جَدَّتِهَا", "Mariam wrote her grandmother a letter"),
    ("العـــــــــــــنوان الجـــــــــــــــــــديـــــــــــــــــــد للمتحف", "The museum's new address"),
    # Latin words
    ("أعلنت شركة OpenAI عن نموذج GPT-4.5", "The company OpenAI announced the model gpt 4.5"),
    ("حلقت طائرتا F-16 فوق المرفأ", "Two F-16s flew over the harbour"),
    ("زار مدينة Málaga", "He visited Malaga"),
    ("وصلت بعثة UNESCO إلى القرية", "The mission of UNESCO reached the village"),
    ("وصلت بعثة UN إلى القرية", "The United Nations mission reached the village"),
    ("سار 20 km على قدميه", "He walked 20 kilometres"),
    ("أجرى fork للمشروع", "He forked the project"),
    ("الأبعاد 6 × 4", "The dimensions are 6 by 4"),
    # links
    ("راجع https://example.org/2024/a1.", "See https://Example.org/2024/a1 (in Arabic)"),
    ("اكتب الرقم الموجود في https://example.org/88", "Write the number at https://example.org/88"),
    ("راسلنا على info@example.org.", "Write to us at Info@example.org"),
    ("راجع (https://example.org/Arwad_(island)).", "See https://example.org/Arwad_(island) for more"),
    ("كتب @samir_88، وهو صحفي", "Wrote @samir_88, a journalist"),
    ("كتب @ ثم سكت", "He wrote @ and was silent"),
    # quotes
    ("قالت: «سأعود غدا»", 'She said, "I will be back tomorrow."'),
    ("قالت: «سأعود غدا. وأضافت", 'She said: "I will be back tomorrow. She added'),
    # characters written as in HTML
    ("اكتب &lt; ثم اسمك", "Write &lt; and your name"),
    ("متجر الأخوين للكتب", "The brothers' bookshop, A&B; Sons"),
    ("قال إنه لن يعود", "He said he wouldn't come back ('no')"),
    ("صلى الله عليه وسلم", "peace be upon him (ﷺ)"),
]


@pytest.mark.parametrize(("source", "target"), CLEAN)
def test_clean_translations_have_no_faults(source: str, target: str) -> None:
    assert faults(source, target) == ()


LONG_SOURCE = " ".join([SOURCE, "وحضر الافتتاح عدد من الكتاب والمعلمين وأهالي الحي الذين طالما انتظروا هذا اليوم."])

FAULTY = [
    (SOURCE, "", "empty"),
    (SOURCE, " \t\u00a0", "empty"),
    (SOURCE, SOURCE, "untranslated arabic-left-over"),
    ("مَكْتَبَةُ المدينة!", "مكتبة المدينة", "untranslated arabic-left-over"),
    (SOURCE, TARGET.replace("library", "مكتبة"), "arabic-left-over"),
    (SOURCE, TARGET.replace("new", "new new new new"), "repetition"),
    (SOURCE, TARGET.replace("new", "new, old, new, old, new, old,"), "repetition"),
    (SOURCE, "A new library in the city centre, a new library in the city centre.", "repetition"),
    (SOURCE, "A new library in the centre of the city of the city", "repetition"),
    (SOURCE, "A library of the old town of the old town, and the old town", "repetition"),
    (SOURCE, "A new libraaaaaaaary in the city centre", "repetition"),
    (SOURCE, "A new lilililililibrary in the city centre", "repetition"),
    (SOURCE, "A new library in the city centre . . . . . . . .", "repetition"),
    (SOURCE, "A new library in the city centre --------------", "repetition"),
    ("مكتبة جدا جدا", "library " + "very " * 8, "repetition too-long"),
    (LONG_SOURCE, TARGET, "too-short"),
    ("مكتبة جديدة", TARGET, "too-long"),
    ("فاز 15 تلميذا بالجائزة", "The pupils won the prize", "missing-number"),
    ("ولد يوم 12 أغسطس/آب", "He was born on July 12", "missing-number"),
    ("باع 40٪ من أسهمه", "He sold 40 of his shares", "missing-number"),
    (SOURCE, TARGET.replace("Tuesday", "Tuesday 1987"), "extra-number"),
    ("أعلنت شركة OpenAI عن نموذجها", "The company announced its model", "missing-latin"),
    ("أعلنت شركة OpenAI عن نموذجها", "The company OpenAir announced its model", "missing-latin"),
    ("جرب نموذج GPT-4.5 الجديد", "Try the new model GPT-4", "missing-number missing-latin"),
    ("راجع https://example.org/a1 لمعرفة المزيد", "See https: / / example.org for more", "missing-link"),
    ("راسلنا على info@example.org الآن", "Write to us at info@example now", "missing-link"),
    ("راجع (https://example.org/Arwad_(island)).", "See https://example.org/Arwad_(island", "missing-link"),
    ("كتب @samir_88، وهو صحفي", "Wrote Samir, a journalist", "missing-link"),
    ("قالت: «سأعود غدا»", 'She said, "I will be back tomorrow.', "unbalanced-quotes"),
    ("قالت إنها ستعود غدا", "She said she would be back &quot;tomorrow.", "html-entity unbalanced-quotes"),
    ("قالت: «سأعود غدا»", "She said, &quot;I will be back tomorrow.&quot;", "html-entity"),
    ("فتح فرع King's Bakery أبوابه", "The branch of King&#39;s Bakery opened its doors", "html-entity"),
]


@pytest.mark.parametrize(("source", "target", "names"), FAULTY)
def test_faults_are_named(source: str, target: str, names: str) -> None:
    assert faults(source, target) == tuple(names.split())


def test_every_fault_is_described_and_tested() -> None:
    tested = {name for _, _, names in FAULTY for name in names.split()}
    assert tested == set(FAULTS) - {MISSING, "failed", "weak-alignment"}  # found by glossary, engine, aligner
    assert all(FAULTS.values())


TEXTS = st.text(max_size=60) | st.text(alphabet=st.sampled_from('اب تa1٣.,"«»&#39;@:/w '), max_size=60)


@given(TEXTS, TEXTS)
def test_any_text_gives_known_names_in_order(source: str, target: str) -> None:
    found = faults(source, target)
    assert found == tuple(name for name in FAULTS if name in found)
    assert found == faults(source, target)


WORDS = ["sea", "road", "bread", "night", "letter", "garden", "winter", "stone", "river", "market"]


@given(st.lists(st.sampled_from(WORDS), min_size=1, unique=True), st.integers(4, 9))
def test_loops_of_up_to_ten_words_are_seen(words: list[str], rounds: int) -> None:
    target = " ".join(words)
    assert "repetition" not in faults(SOURCE, target)
    assert "repetition" in faults(SOURCE, f"He said {' '.join([target] * rounds)}")


HOSTILE: dict[str, Callable[[int], str]] = {
    "digits": lambda n: "7" * n,
    "dotted digits": lambda n: "1." * (n // 2),
    "grouped digits": lambda n: "123 " * (n // 4),
    "dashed digits": lambda n: "1-" * (n // 2),
    "letter": lambda n: "a" * n,
    "Arabic letter": lambda n: "م" * n,
    "letters and digits": lambda n: "aaaaaaaaaaa1" * (n // 12),
    "quotes": lambda n: '"' * n,
    "marks": lambda n: ". " * (n // 2),
    "spaces": lambda n: "x" + " " * n,
    "number words": lambda n: "hundred " * (n // 8),
    "powers": lambda n: "مليون و" * (n // 7),
    "addresses": lambda n: "@" + "a.b-" * (n // 4),
    "words": lambda n: "the same words " * (n // 15),
    "entities": lambda n: "&#39;" * (n // 5),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_texts_are_no_trap(name: str) -> None:
    text = HOSTILE[name](20_000)
    assert set(faults(text + " 12 ا", "x")) <= set(FAULTS)
    assert set(faults("12 ا", text)) <= set(FAULTS)
    assert set(faults(text, text)) <= set(FAULTS)
