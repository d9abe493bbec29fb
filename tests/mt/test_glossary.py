"""Terms are found, put in where they are missing, and what fails is named."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mt.alignment import Alignment, diagonal, words
from mt.engine import Decoding, Hypothesis
from mt.errors import FormatError, InputError
from mt.glossary import MISSING, Glossary, Match, Term, put
from mt.translator import Translator
from mt.vocabulary import Vocabulary


def glossary(*terms: tuple[str, str]) -> Glossary:
    return Glossary([Term.of(arabic, english) for arabic, english in terms])


@pytest.mark.parametrize(
    ("term", "text", "found"),
    [
        ("بنك", "افتتح بنك جديد", True),
        ("بنك", "افتتح البنك فرعا", True),
        ("بنك", "ذهب إلى البنك والسوق", True),
        ("بنك", "قال للبنك إنه سيدفع", True),
        ("بنك", "وبالبنك موظفون", True),
        ("بنك", "فتحت البنوك أبوابها", False),
        ("البنك", "افتتح بنك جديد", False),
        ("بنك مركزي", "رفع البنك المركزي الفائدة", True),
        ("بنك مركزي", "وللبنك المركزي رأي", True),
        ("بنك مركزي", "رفع البنك الفائدة", False),
        ("حرية", "نشأ في بيئة بحرية", False),
        ("حرية التعبير", "طالب بحرية التعبير", True),
        ("حرية", "طالب بالحرية", True),
        ("تركيا", "سافر لتركيا", True),
        ("جود", "يؤمن بوجود الماء", False),
        ("لغة", "قواعد للغة العربية", True),
        ("لجنة", "اجتمع للجنة", True),
        ("الأمم المتحدة", "قالت الامم المتحدة", True),
        ("مُدَرِّسَة", "جاءت مدرسة", True),
        ("مدرسة", "جاءت مُدَرِّسَة", True),
        ("والي", "وصل والي المدينة", True),
    ],
)
def test_where_a_term_stands(term: str, text: str, found: bool) -> None:
    assert bool(glossary((term, "x")).matches(text)) == found


def test_the_longest_term_counts() -> None:
    terms = glossary(("بنك", "bank"), ("البنك الدولي", "World Bank"), ("دولي", "international"))
    text = "البنك الدولي بنك دولي"
    assert [(m.term.translation, m.first, m.end) for m in terms.matches(text)] == [
        ("World Bank", 0, 2),
        ("bank", 2, 3),
        ("international", 3, 4),
    ]


@pytest.mark.parametrize(
    ("translation", "english", "said"),
    [
        ("central bank", "The Central Bank said", True),
        ("central bank", "two central banks", True),
        ("central bank", "the central-bank rate", True),
        ("central bank", "the central banker", False),
        ("city", "three cities", True),
        ("city", "capacity", False),
        ("box", "ten boxes", True),
        ("C++", "written in C++ today", True),
        ("U.S.", "the UKS", False),
    ],
)
def test_whether_a_translation_says_it(translation: str, english: str, said: bool) -> None:
    assert bool(Term.of("كلمة", translation).said.search(english)) == said


def aligned(text: str, english: str, links: Sequence[int]) -> Alignment:
    """Link each English word to one Arabic word, as surely as a model is."""
    source = words(text)
    rows = tuple(tuple(0.9 * (column == link) for column in range(len(source))) for link in links)
    return Alignment(source, words(english), rows)


@pytest.mark.parametrize(
    ("terms", "text", "english", "links", "result"),
    [
        (
            [("بلدية", "town hall")],
            "قالت البلدية ذلك",
            "The municipality said so",
            (1, 1, 0, 2),
            "The town hall said so",
        ),
        ([("بلدية", "town hall")], "البلدية قالت ذلك", "Municipality said so", (0, 1, 2), "Town hall said so"),
        (
            [("بلدية", "urban office")],
            "زار بلدية",
            "He visited a municipality",
            (0, 0, 1, 1),
            "He visited an urban office",
        ),
        ([("بلدية", "the Hall")], "زار البلدية", "He visited the municipality", (0, 0, 1, 1), "He visited the Hall"),
        (
            [("بلدية", "town hall")],
            "قرار البلدية",
            "The municipality's decision",
            (1, 1, 0),
            "The town hall's decision",
        ),
        ([("مدينة", "town")], "سكن بالمدينة", "He lived in the city", (0, 0, 1, 1, 1), "He lived in the town"),
        (
            [("بلدية", "town hall"), ("مدينة", "town")],
            "بلدية المدينة",
            "The municipality of the city",
            (0, 0, 1, 1, 1),
            "The town hall of the town",
        ),
    ],
)
def test_a_term_takes_the_place_of_its_words(
    terms: list[tuple[str, str]], text: str, english: str, links: Sequence[int], result: str
) -> None:
    lacking = glossary(*terms).matches(text)
    assert put(text, english, lacking, aligned(text, english, links)) == (result, [])


@pytest.mark.parametrize(
    ("terms", "text", "english", "links"),
    [
        ([("بلدية", "town hall")], "قالت البلدية", "He said it of the", (0, 0, 0, 1, 1)),  # only function words
        ([("بلدية", "town hall")], "قالت البلدية", "He said", (0, 0)),  # nothing
        ([("بلدية", "hall")], "زار البلدية ١٧ وزيرا", "The 17 visited", (1, 1, 0)),  # a number would go
    ],
)
def test_what_cannot_be_put_in_is_told(
    terms: list[tuple[str, str]], text: str, english: str, links: Sequence[int]
) -> None:
    lacking = glossary(*terms).matches(text)
    assert put(text, english, lacking, aligned(text, english, links)) == (english, lacking)


@given(st.text(max_size=40), st.text(max_size=40), st.randoms())
def test_put_says_what_it_leaves_out(text: str, english: str, random: "object") -> None:
    """Whatever the texts: what is not named as missing is in the result."""
    term = Term.of("كتاب", "book")
    whole = f"{text} كتاب"
    links = [min(i, len(words(whole)) - 1) for i, _ in enumerate(words(english))]
    places = len(words(whole))
    lacking = [Match(term, places - 1, places)]
    result, failed = put(whole, english, lacking, aligned(whole, english, links))
    assert failed in ([], lacking)
    assert bool(term.said.search(result)) if not failed else result == english


def test_the_digest_is_that_of_the_terms(tmp_path: Path) -> None:
    path = tmp_path / "terms.tsv"
    path.write_bytes("\ufeff# عنوان\r\nبنك\tbank\tتعليق\r\n\nبَلدية\t town  hall \n".encode())
    read = Glossary.read(path)
    assert read.digest == glossary(("بلدية", "town hall"), ("بنك", "bank")).digest
    assert read.digest != glossary(("بلدية", "town hall"), ("بنك", "Bank")).digest


@pytest.mark.parametrize(
    ("content", "error", "message"),
    [
        ("بنك", FormatError, r"terms.tsv:1: 'بنك' is no Arabic term with an English translation behind a tab"),
        ("# x\nbank\tبنك", FormatError, "terms.tsv:2: "),
        ("بنك\t", FormatError, "terms.tsv:1: "),
        ("بنك\tbank\nمدرسة\tschool\nبَنك\tshore", FormatError, "terms.tsv:3: 'بَنك' has another translation in line 1"),
        ("", InputError, "no terms in it"),
        ("# بنك\tbank", InputError, "no terms in it"),
    ],
)
def test_bad_glossaries(tmp_path: Path, content: str, error: type[Exception], message: str) -> None:
    path = tmp_path / "terms.tsv"
    path.write_text(content, "utf-8")
    with pytest.raises(error, match=message):
        Glossary.read(path)


def test_unreadable_glossaries(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="No such file"):
        Glossary.read(tmp_path / "none.tsv")
    (tmp_path / "old.tsv").write_bytes("بنك\tbank".encode("cp1256"))
    with pytest.raises(InputError, match="not UTF-8 at byte 0"):
        Glossary.read(tmp_path / "old.tsv")


@dataclass
class Literal:
    """An engine that says the same of every row, and looks at the source's end but for the first two words."""

    vocabulary: Vocabulary
    says: str
    name: str = "literal"
    workers: int = 1
    exact: bool = True
    budget: int = 1024

    def translate(self, batch: Sequence[Sequence[str]], decoding: Decoding) -> list[Hypothesis]:
        return [Hypothesis(tuple(self.vocabulary.encode_target(self.says)), -1.0) for _ in batch]

    def attend(self, sources: Sequence[Sequence[str]], targets: Sequence[Sequence[str]]) -> list[list[list[float]]]:
        return [
            [
                [1.0 / len(source)] * len(source)
                if row < 2
                else [float(c >= len(source) - 3) for c in range(len(source))]
                for row in range(len(target))
            ]
            for source, target in zip(sources, targets, strict=True)
        ]


def test_the_translator_counts_and_marks(vocabulary: Vocabulary) -> None:
    text = "زارت مريم المكتبة"
    said = Literal(vocabulary, "Mary visited the library.")
    tally = Counter[str]()
    options = {"glossary": glossary(("مكتبة", "library"), ("مريم", "Maryam")), "tally": tally}
    (found,) = Translator(said, vocabulary, Decoding(1), **options).translate([text])  # type: ignore[arg-type]  # options of several types
    assert "library" in found.text
    assert (MISSING in found.faults) == ("Maryam" not in found.text)
    assert tally["terms"] == 2
    assert tally["put"] + tally["missing"] == 1


def test_with_the_real_model(translator: Callable[..., Translator], arabic: list[str]) -> None:
    """Every term is in the translation or the fault is named, other sentences stay, and company makes no difference."""
    terms = glossary(("القطب الجنوبي", "Antarctic pole"), ("المركبة", "spacecraft"), ("أجراس", "cowbells"))
    tally = Counter[str]()
    sentences = [*arabic[:12], *filter(terms.matches, arabic[12:])]
    plain = list(translator().translate(sentences))
    held = list(translator(glossary=terms, tally=tally).translate(sentences))
    for text, before, after in zip(sentences, plain, held, strict=True):
        matches = terms.matches(text)
        lost = [match for match in matches if not match.term.said.search(after.text)]
        assert (MISSING in after.faults) == bool(lost)
        if not matches:
            assert after == before
        assert after.score == before.score
    assert tally["put"] >= 5
    assert tally["terms"] >= tally["put"] + tally["missing"]
    strict = translator(glossary=terms, deterministic=True)
    assert [next(strict.translate([text])) for text in sentences[-12:]] == list(strict.translate(sentences))[-12:]


def test_terms_are_put_into_what_is_remembered(
    translator: Callable[..., Translator], tmp_path: Path, arabic: list[str]
) -> None:
    """The memory keeps what the model said: another glossary costs no decoding, and leaves no trace."""
    from mt.memory import Memory
    from mt.store import Store

    memory = Memory(Store(tmp_path / "memory.sqlite", pytest.fail), {})
    terms = glossary(("أجراس", "cowbells"), ("القارة", "continent"))
    sentences = list(filter(terms.matches, arabic))
    plain = list(translator(deterministic=True).translate(sentences))
    held = list(translator(deterministic=True, glossary=terms).translate(sentences))
    assert plain != held
    for wanted, words_given in ((held, terms), (plain, None), (held, terms)):
        tally = Counter[str]()
        options = {"deterministic": True, "memory": memory, "glossary": words_given, "tally": tally}
        assert list(translator(**options).translate(sentences)) == wanted
    assert tally["recalled"] == len(sentences)


def test_an_alignment_by_position_is_not_believed() -> None:
    """It is what `Translator.align` gives where no model can say."""
    text, english = "قالت البلدية", "Municipality said"
    lacking = glossary(("بلدية", "town hall")).matches(text)
    assert put(text, english, lacking, diagonal(text, english)) == (english, lacking)
