"""Words of a translation and the words of the source that they stem from."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mt.alignment import Alignment, diagonal, fold, piece_spans, words
from mt.engine import Engine, load_engine
from mt.model import Model
from mt.translator import Translator
from mt.vocabulary import Vocabulary

SOURCE = "قال الرئيس إنّ الحكومــة ستعلن الخطة يوم الخميس في بغداد."


def links(source: str, target: str, alignment: Alignment) -> dict[str, str]:
    """Give each target word's likeliest source word."""
    return {
        target[a:b]: source[slice(*alignment.source[max(range(len(row)), key=row.__getitem__)])]
        for (a, b), row in zip(alignment.target, alignment.weights, strict=True)
    }


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("قال الرئيس، ثم «غادر».", ["قال", "الرئيس", "ثم", "غادر"]),
        ("بغداد.قال", ["بغداد", "قال"]),
        ("don't 3.5 U.S. co-operate 1,000.", ["don't", "3.5", "U.S", "co-operate", "1,000"]),
        ("مُحَمَّد والخطــة", ["مُحَمَّد", "والخطــة"]),
        ("… !", []),
    ],
)
def test_words(text: str, expected: list[str]) -> None:
    assert [text[a:b] for a, b in words(text)] == expected


@given(st.text(max_size=40), st.text(max_size=40))
def test_by_position_every_target_word_has_one_source_word(source: str, target: str) -> None:
    alignment = diagonal(source, target)
    heads = [row.index(1.0) for row in alignment.weights if row]
    assert heads == sorted(heads)
    assert len(alignment.weights) == len(words(target))
    assert all(sum(row) == 1 for row in alignment.weights if row)


def test_pieces_are_found_in_their_text() -> None:
    text = "The president, said"
    spans = piece_spans(["▁The", "▁pre", "sident", ",", "▁sa", "id", "</s>"], text)
    assert [text[a:b] for a, b in spans] == ["The", "pre", "sident", ",", "sa", "id", ""]


def test_a_word_s_weight_is_that_of_its_pieces() -> None:
    alignment = fold("اب جد", "ab c", ["▁ا", "ب", "▁جد"], ["▁ab", "▁c"], [[0.2, 0.6, 0.2], [0.0, 0.1, 0.3]])
    assert list(alignment.weights) == [pytest.approx((0.8, 0.2)), pytest.approx((0.25, 0.75))]


@pytest.mark.parametrize("engine", ["ctranslate2", "transformers"])
def test_the_model_s_attention_tells_which_words_belong_together(
    engine: str, compact: Model, vocabulary: Vocabulary, translator: Callable[..., Translator]
) -> None:
    loaded: Engine = load_engine(compact, engine, threads=1)
    assert set(vocabulary.encode_target("The president")) <= set(vocabulary.numbers)
    translating = translator(loaded)
    target = "The president said the government will announce the plan on Thursday in Baghdad."
    found, copied = translating.align([(SOURCE, target), ("12 a", "12 a")])
    pairs = links(SOURCE, target, found)
    expected = {
        "president": "الرئيس",
        "government": "الحكومــة",
        "Thursday": "الخميس",
        "Baghdad": "بغداد",
    }
    assert {word: pairs[word] for word in expected} == expected
    assert links("12 a", "12 a", copied) == {"12": "12", "a": "a"}


def test_what_no_model_can_say_goes_by_position(translator: Callable[..., Translator]) -> None:
    engine = translator()
    long = "كتاب جديد " * 400
    for source, target in [("12 34", "12 34"), (long, "a new book " * 300), (SOURCE, ""), (SOURCE, "…")]:
        assert engine.align([(source, target)]) in ([diagonal(source, target)], [Alignment(words(source), (), ())])
