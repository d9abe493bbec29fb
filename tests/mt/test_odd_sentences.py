"""Odd sentences through both real engines: one translation each, in order, nothing lost and nothing broken."""

from collections.abc import Callable, Sequence

import pytest

from mt.batch import LIMIT
from mt.engine import ENGINES, Decoding, Engine, Hypothesis, load_engine
from mt.model import Model
from mt.translator import Translator
from mt.vocabulary import Vocabulary

PLAIN = "زرعت الجارة شجرة ليمون."


class Watched:
    """A real engine that counts what it is given."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.name, self.workers, self.exact, self.budget = engine.name, engine.workers, engine.exact, engine.budget
        self.rows: list[Sequence[str]] = []

    def translate(self, batch: Sequence[Sequence[str]], decoding: Decoding) -> list[Hypothesis]:
        self.rows.extend(batch)
        return self._engine.translate(batch, decoding)

    def attend(self, sources: Sequence[Sequence[str]], targets: Sequence[Sequence[str]]) -> list[list[list[float]]]:
        return self._engine.attend(sources, targets)


@pytest.fixture(scope="module", params=ENGINES)
def engine(request: pytest.FixtureRequest, compact: Model) -> Engine:
    return load_engine(compact, request.param, threads=1)


@pytest.fixture
def watched(engine: Engine) -> Watched:
    return Watched(engine)


@pytest.fixture
def odd(watched: Watched, vocabulary: Vocabulary) -> Callable[..., Translator]:
    return lambda beam=1: Translator(watched, vocabulary, Decoding(beam))


@pytest.fixture
def short_outputs(monkeypatch: pytest.MonkeyPatch) -> None:
    """End every output after two pieces, so that long sources take little time."""
    for module in ("mt.ct2", "mt.marian"):
        monkeypatch.setattr(f"{module}.output_cap", lambda _: 2)


CARRIED_OVER = [
    ("", ""),
    (" ", ""),
    ("\t\n \u00a0\u3000", ""),
    ("؟!…", "?!…"),
    ("...", "..."),
    ("«»", "«»"),
    ("١٢٣٤٥", "12345"),
    ("2026", "2026"),
    ("٣٫٥", "3.5"),
    ("\x00", "\x00"),
    ("\x00\x00", "\x00\x00"),
    ("\ud800", "\ud800"),
]


def test_what_needs_no_model_is_carried_over_beside_what_does(odd: Callable[..., Translator], watched: Watched) -> None:
    sources = [part for text, _ in CARRIED_OVER for part in (text, PLAIN)]
    found = list(odd().translate(sources))
    assert len(found) == len(sources)
    for (_, expected), carried, plain in zip(CARRIED_OVER, found[::2], found[1::2], strict=True):
        assert carried.text == expected
        assert carried.copied
        assert plain == found[1]
    assert not found[1].copied
    assert found[1].text
    assert {tuple(row) for row in watched.rows} == {tuple(watched.rows[0])}


@pytest.mark.parametrize(
    "sentence",
    [
        "\x00زرعت\x00 الجارة\x00 شجرة\x00",
        "زرعت الجارة \ud800 شجرة",
        "ا",
        "ـكتابـ",
        "كِتَابٌ",
        "كتاب" * 30,
        "كتاب </s> <pad> <unk> ▁",
    ],
    ids=["null bytes", "surrogate", "one letter", "tatweel", "vowels", "endless word", "the model's own signs"],
)
def test_strange_text_is_translated(odd: Callable[..., Translator], sentence: str) -> None:
    before, found, after = odd().translate([PLAIN, sentence, PLAIN])
    assert before == after
    assert found.score is not None
    assert not found.failure
    assert not any(sign in found.text for sign in ("\x00", "▁", "⁇", "</s>", "<pad>", "<unk>", "\ud800"))


def test_null_bytes_change_nothing(odd: Callable[..., Translator]) -> None:
    plain, with_nulls = odd().translate(["زرعت الجارة شجرة", "\x00زرعت \x00الجارة شجرة\x00"])
    assert plain == with_nulls


@pytest.mark.usefixtures("short_outputs")
@pytest.mark.parametrize("pieces", [600, 20_000])
def test_over_long_sentences_are_cut_and_joined(
    odd: Callable[..., Translator], watched: Watched, vocabulary: Vocabulary, pieces: int
) -> None:
    words = ["كتاب", "جديد،", "وقلم", "قديم."]
    sentence = " ".join(words[n % 4] for n in range(pieces))
    assert len(vocabulary.encode(sentence)) >= pieces
    translator = odd()
    rows = translator.rows(sentence)
    before, found, after = translator.translate([PLAIN, sentence, PLAIN])
    assert before == after
    assert (before.parts, found.parts) == (1, len(rows))
    assert [piece for row in rows for piece in row[:-1]] == vocabulary.encode(sentence)
    assert max(map(len, watched.rows)) <= LIMIT + 1
    assert not found.failure
    assert found.tokens <= 3 * found.parts


def test_a_sentence_of_600_pieces_in_full(odd: Callable[..., Translator], vocabulary: Vocabulary) -> None:
    sentence = "زرعت الجارة شجرة ليمون، وسقاها الأولاد كل صباح؛ " * 40
    assert len(vocabulary.encode(sentence)) > 600
    (found,) = odd().translate([sentence])
    assert found.parts >= 600 // LIMIT
    assert found.score is not None
    assert len(found.text.split()) > 100


def test_10_000_identical_sentences_are_one(odd: Callable[..., Translator], watched: Watched) -> None:
    found = list(odd().translate([PLAIN] * 10_000))
    assert len(found) == 10_000
    assert len(set(found)) == 1
    assert len(watched.rows) <= 10_000 // 2048 + 1


def test_10_000_empty_sentences(odd: Callable[..., Translator], watched: Watched) -> None:
    assert [translation.text for translation in odd().translate([""] * 10_000)] == [""] * 10_000
    assert watched.rows == []
