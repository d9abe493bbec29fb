"""Batches that an engine cannot do: the guilty row alone is given up, all others are translated."""

import gc
import weakref
from collections.abc import Callable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mt.alignment import diagonal
from mt.careful import Careful
from mt.engine import ENGINES, Decoding, Hypothesis, load_engine
from mt.errors import ModelError
from mt.model import Model
from mt.translator import Translation, Translator
from mt.vocabulary import END, Vocabulary

GREEDY = Decoding(1)
Make = Callable[..., Translator]


class Brittle:
    """An engine that says a row's pieces again, fails at those with a bad one, and has room for so many pieces."""

    name = "brittle"
    workers = 2
    exact = True
    budget = 1024

    def __init__(self, *bad: str, error: BaseException | None = None, room: int = 1 << 30) -> None:
        self.bad = set(bad)
        self.error = error or RuntimeError("no position encodings")
        self.room = room
        self.sizes: list[int] = []
        self.refused = 0
        self.broken = False

    def translate(self, batch: Sequence[Sequence[str]], decoding: Decoding) -> list[Hypothesis]:
        size = len(batch) * max(map(len, batch))
        self.sizes.append(size)
        if self.broken or any(self.bad.intersection(row) for row in batch):
            raise self.error
        if size > self.room:
            self.refused += 1
            raise RuntimeError("CUDA failed with error out of memory")
        return [Hypothesis(tuple(row[:-1]), -1.0) for row in batch]

    def attend(self, sources: Sequence[Sequence[str]], targets: Sequence[Sequence[str]]) -> list[list[list[float]]]:
        if any(self.bad.intersection(row) for row in sources):
            raise self.error
        return [
            [[1.0 / len(source)] * len(source) for _ in target] for source, target in zip(sources, targets, strict=True)
        ]


def row(*pieces: str) -> list[str]:
    return [*pieces, END]


@given(st.lists(st.sampled_from(["a", "b", "bad"]), min_size=1, max_size=40), st.integers(1, 40))
def test_every_row_is_answered_and_only_bad_ones_are_given_up(pieces: list[str], room: int) -> None:
    engine = Brittle("bad", room=2 * room)
    answers = Careful(engine).translate([row(piece) for piece in pieces], GREEDY)
    assert [answer.failure for answer in answers] == ["no position encodings" if p == "bad" else "" for p in pieces]
    assert [answer.pieces for answer in answers] == [() if p == "bad" else (p,) for p in pieces]
    number = pieces.count("bad")
    # Of a tree of halves, those with a bad row in them or without room; and an empty row for each bad one.
    assert len(engine.sizes) <= 2 * len(pieces) + number


def test_one_bad_row_costs_few_tries() -> None:
    engine = Brittle("bad")
    rows = [row("good") for _ in range(1024)]
    rows[700] = row("bad")
    assert sum(bool(answer.failure) for answer in Careful(engine).translate(rows, GREEDY)) == 1
    assert len(engine.sizes) == 1 + 2 * 10 + 1, "the batch, two halves a level, and the empty row"


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(),
        RuntimeError("CUDA failed with error out of memory"),
        RuntimeError("CUDA out of memory. Tried to allocate 20.00 MiB"),
        RuntimeError("MPS backend out of memory (MPS allocated: 9 GB)"),
        RuntimeError("[enforce fail at alloc_cpu.cpp:119] . DefaultCPUAllocator: can't allocate memory: 8 bytes"),
        RuntimeError("CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`"),
    ],
)
def test_want_of_memory_lowers_the_budget(error: Exception) -> None:
    engine = Brittle("bad", error=error)
    careful = Careful(engine)
    careful.translate([row("good") for _ in range(100)] + [row("bad")], GREEDY)
    assert careful.budget < 20
    assert engine.budget == 1024


@pytest.mark.parametrize(
    "error", [RuntimeError("no position encodings"), ValueError("bad"), IndexError("out of range")]
)
def test_other_failures_leave_the_budget(error: Exception) -> None:
    careful = Careful(Brittle("bad", error=error))
    answers = careful.translate([row("good"), row("bad")], GREEDY)
    assert [bool(answer.failure) for answer in answers] == [False, True]
    assert careful.budget == 1024


def test_the_budget_settles_at_what_goes_through() -> None:
    """10 rows of 100 pieces in memory for 300: halved twice, and never tried larger again."""
    engine = Brittle(room=300)
    careful = Careful(engine)
    rows = [row(*["a"] * 99) for _ in range(10)]
    assert len(careful.translate(rows, GREEDY)) == 10
    assert 100 <= careful.budget <= 300
    before = engine.refused
    assert all(not answer.failure for answer in careful.translate(rows[: careful.budget // 100], GREEDY))
    assert engine.refused == before


def test_the_translator_makes_its_batches_by_the_budget(
    vocabulary: Vocabulary, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mt.translator.WINDOW", 50)
    engine = Brittle(room=100)
    found = list(Translator(engine, vocabulary, GREEDY).translate(f"الكتاب رقم {n} الجديد" for n in range(500)))
    assert len(found) == 500
    assert not any(translation.failure for translation in found)
    assert max(engine.sizes[-10:]) <= 100
    assert engine.refused < 20


@pytest.mark.parametrize(
    "error", [KeyboardInterrupt(), ModelError("no weights"), TypeError("a fault of ours"), AssertionError("another")]
)
def test_what_is_no_failure_of_a_row_goes_through(error: BaseException) -> None:
    engine = Brittle("bad", error=error)
    with pytest.raises(type(error)):
        Careful(engine).translate([row("good"), row("bad")], GREEDY)
    assert len(engine.sizes) == 1


def test_an_engine_that_fails_at_everything_is_broken() -> None:
    engine = Brittle(error=RuntimeError("an illegal memory access\nand more"))
    engine.broken = True
    with pytest.raises(
        ModelError, match=r"brittle fails whatever it is given \(an illegal memory access\); try another"
    ):
        Careful(engine).translate([row("good")] * 1000, GREEDY)
    assert len(engine.sizes) < 15, "the first row tells"


def test_a_failed_try_holds_no_memory_when_the_next_begins() -> None:
    class Tensor:
        pass

    held: list[weakref.ref[Tensor]] = []
    alive: list[int] = []

    class Holding(Brittle):
        def translate(self, batch: Sequence[Sequence[str]], decoding: Decoding) -> list[Hypothesis]:
            alive.append(sum(reference() is not None for reference in held))
            tensor = Tensor()
            held.append(weakref.ref(tensor))
            return super().translate(batch, decoding)

    gc.disable()  # what goes must go at once
    try:
        Careful(Holding(room=4)).translate([row("a") for _ in range(16)], GREEDY)
    finally:
        gc.enable()
    assert len(alive) > 10
    assert set(alive) == {0}


def test_attention_of_a_bad_row_is_none() -> None:
    careful = Careful(Brittle("bad"))
    weights = careful.attend([row("a"), row("bad"), row("b", "c")], [row("x")] * 3)
    assert [len(w) for w in weights] == [2, 0, 2]
    assert careful.attend([], []) == []


SENTENCES = ["كتاب جديد", "المَطار  جديد", "42", "كتاب قديم"]


@pytest.fixture
def guilty(vocabulary: Vocabulary) -> Brittle:
    """Give an engine that cannot do sentences with the word المطار."""
    piece = vocabulary.encode("المطار")[-1]
    assert piece not in vocabulary.encode("كتاب جديد، كتاب قديم")
    return Brittle(piece)


def test_the_sentence_stays_and_says_so(translator: Make, guilty: Brittle) -> None:
    found = list(translator(guilty).translate(SENTENCES))
    assert found[1] == Translation("المَطار  جديد", None, ("failed",), failure="no position encodings")
    assert [t.text for t in found[::2]] == ["كتاب جديد", "42"]
    assert [t.copied for t in found] == [False, False, True, False]
    assert [bool(t.failure) for t in found] == [False, True, False, False]


def test_without_one_part_a_sentence_is_not_translated(translator: Make, guilty: Brittle) -> None:
    sentence = "كتاب جديد، " * 100 + "المطار"
    (found,) = translator(guilty, alternatives=2, beam=2).translate([sentence])
    assert (found.text, found.score, found.faults) == (sentence, None, ("failed",))
    assert found.parts > 1
    assert found.alternatives == ()


def test_a_second_try_that_fails_leaves_the_first(vocabulary: Vocabulary) -> None:
    class Looping(Brittle):
        def translate(self, batch: Sequence[Sequence[str]], decoding: Decoding) -> list[Hypothesis]:
            if decoding.no_repeat_ngram and batch != [[END]]:
                raise RuntimeError("no such search")
            return [Hypothesis(("▁book",) * 12, -1.0) for _ in batch]

    (found,) = Translator(Looping(), vocabulary, GREEDY).translate(["كتاب"])
    assert found.text == " ".join(["book"] * 12)
    assert not found.failure


def test_marks_stay_on_the_words_of_what_stays(translator: Make, guilty: Brittle) -> None:
    """A sentence that is its own translation is aligned word by word; one that the engine cannot do, by position."""
    pairs = [("كتاب جديد", "كتاب جديد"), ("المطار جديد", "new airport")]
    assert translator(guilty).align(pairs) == [diagonal(*pair) for pair in pairs]


@pytest.mark.parametrize("engine", ENGINES)
def test_a_row_beyond_the_model_s_positions_is_given_up_alone(
    compact: Model, vocabulary: Vocabulary, engine: str
) -> None:
    """What the translator never sends: both real engines refuse it, and do the rest."""
    loaded = load_engine(compact, engine, threads=1)
    good = [*vocabulary.encode("كتاب جديد"), END]
    answers = Careful(loaded).translate([good, [*(["▁كتاب"] * 600), END], good], GREEDY)
    assert [bool(answer.failure) for answer in answers] == [False, True, False]
    assert answers[0].pieces == answers[2].pieces != ()
