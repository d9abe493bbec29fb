"""Sentences in, translations out: in order, none lost, whatever the sentences and the engine are like."""

import random
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from math import ceil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mt.batch import LIMIT
from mt.engine import Decoding, Engine, Hypothesis
from mt.errors import ModelError
from mt.translator import Translation, Translator
from mt.vocabulary import END, Vocabulary

Make = Callable[..., Translator]


@dataclass
class Scripted:
    """An engine that answers each row with what a function makes of its text, and remembers the rows."""

    vocabulary: Vocabulary
    answer: Callable[[str, Decoding], str] = lambda text, _: f"said {text}"
    name: str = "scripted"
    workers: int = 2
    exact: bool = True
    budget: int = 1024
    rows: list[list[str]] = field(default_factory=list)

    def translate(self, batch: Sequence[Sequence[str]], decoding: Decoding) -> list[Hypothesis]:
        self.rows.extend(list(row) for row in batch)
        texts = [self.vocabulary.decode(row[:-1]) for row in batch]
        return [Hypothesis(tuple(self.vocabulary.encode(self.answer(text, decoding))), -1.0) for text in texts]

    def attend(self, sources: Sequence[Sequence[str]], targets: Sequence[Sequence[str]]) -> list[list[list[float]]]:
        raise NotImplementedError("nothing is aligned here")


@pytest.fixture
def scripted(vocabulary: Vocabulary) -> Scripted:
    return Scripted(vocabulary)


@pytest.fixture
def small_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mt.translator.WINDOW", 5)


def number(text: str) -> str:
    """Answer with the Latin digits of a text: they tell the sentences apart."""
    return "number " + "".join(c for c in text if c.isascii() and c.isdigit())


SENTENCE = st.one_of(
    st.integers(0, 30).map(lambda n: f"الجملة {n} قصيرة"),
    st.integers(0, 30).map(lambda n: "كلمة أخرى " * n + str(n)),
    st.sampled_from(["", " ", "\n\t", "...", "؟!", "٣٫٥", "Hello, world", "😀", "\x00", "ـــ", "\u200f", "﴿٧﴾"]),
)


@given(st.lists(SENTENCE, max_size=40), st.integers(1, 50), st.booleans())
def test_one_translation_a_sentence_in_order(
    vocabulary: Vocabulary, sentences: list[str], window: int, deterministic: bool
) -> None:
    engine = Scripted(vocabulary, lambda text, _: number(text))
    advanced: list[int] = []
    translator = Translator(engine, vocabulary, Decoding(1), deterministic=deterministic, on_batch=advanced.append)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("mt.translator.WINDOW", window)
        found = list(translator.translate(sentences))
    assert len(found) == len(sentences)
    for sentence, translation in zip(sentences, found, strict=True):
        if any(c in sentence for c in "لك"):
            assert translation.text == number(sentence)
            assert translation.score == -1.0
            assert not translation.copied
        else:
            assert translation.copied
            assert (translation.tokens, translation.parts, translation.faults) == (0, 1, ())
    assert sum(advanced) == len(sentences), "a progress bar that counts sentences ends full"
    assert len(engine.rows) <= len(set(sentences)) * ceil(len(sentences) / window)


@pytest.mark.parametrize(
    ("sentence", "text"),
    [
        ("", ""),
        (" \n\t\u00a0", ""),
        ("...", "..."),
        ("؟!", "?!"),
        ("٣٫٥", "3.5"),
        ("٪٥٠ ، ١٬٢٥٠؛", "50%, 1,250;"),
        ("Hello,  world\n", "Hello, world"),
        ("https://example.org/?q=1", "https://example.org/?q=1"),
        ("😀🎉", "😀🎉"),
        ("\x00", "\x00"),
        ("ـــــ", "ـــــ"),
        ("﴿٥﴾", "﴿5﴾"),
        ("ספר", "ספר"),
    ],
)
def test_without_arabic_letters_nothing_is_translated(
    translator: Make, scripted: Scripted, sentence: str, text: str
) -> None:
    assert list(translator(scripted).translate([sentence])) == [Translation(text, None)]
    assert scripted.rows == []


@pytest.mark.parametrize(
    "sentence",
    ["ء", "كتاب", "الكتاب " * 300, "\x00كتاب\x00", "كتاب 😀 漢字 </s> <pad>", "قال: \ufeff«نعم»", "كتاب" * 700],
    ids=["letter", "word", "600 pieces", "null bytes", "strange letters", "marks", "endless word"],
)
def test_the_model_translates_all_else(translator: Make, sentence: str) -> None:
    """The real engine; no piece of the model's own is left in the text."""
    (found,) = translator().translate([sentence])
    assert found.score is not None
    assert -20 < found.score < 0
    assert found.tokens >= 1
    assert not any(sign in found.text for sign in ("▁", "⁇", "</s>", "<pad>", "<unk>", "\n"))


def test_what_the_engine_gets(translator: Make, scripted: Scripted) -> None:
    """Normalised rows that end with `</s>`, each text once."""
    sentences = ["كتاب", "كِتَابٌ", "كتـــاب", "\u200fكتاب ", "Book", "كتاب"]
    assert [t.text for t in translator(scripted).translate(sentences)] == [*["said كتاب"] * 4, "Book", "said كتاب"]
    assert scripted.rows == [[*scripted.vocabulary.encode("كتاب"), END]]


def test_identical_sentences_are_asked_once(translator: Make, scripted: Scripted) -> None:
    found = list(translator(scripted).translate("هذه جملة واحدة" for _ in range(10_000)))
    assert len(found) == 10_000
    assert {t.text for t in found} == {"said هذه جملة واحدة"}
    assert len(scripted.rows) == 1


@pytest.mark.parametrize("positions", [512, 128, 1024])
def test_an_over_long_sentence_is_translated_in_parts(translator: Make, vocabulary: Vocabulary, positions: int) -> None:
    """20,000 pieces: no part is longer than the model can take with its output, and all of them are there."""
    lengths: list[int] = []

    def count(text: str, _: Decoding) -> str:
        words = len(text.split())
        lengths.append(words)
        return f"{words} words"

    engine = Scripted(vocabulary, count, workers=1)
    sentence = "كتاب، " * 10_000
    assert len(vocabulary.encode(sentence)) >= 20_000
    (found,) = translator(engine, positions=positions).translate([sentence])
    limit = min(LIMIT, positions // 2 - 12)
    assert max(len(row) for row in engine.rows) <= limit + 1
    assert [piece for row in engine.rows for piece in row if piece != END].count("▁كتاب") == 10_000
    assert found.parts == len(engine.rows) == len(lengths)
    assert sum(int(word) for word in found.text.split()[::2]) == 10_000
    assert found.tokens == sum(len(vocabulary.encode(f"{n} words")) + 1 for n in lengths)


def test_the_score_is_the_mean_over_all_pieces(translator: Make, vocabulary: Vocabulary) -> None:
    """Two parts: of 3 pieces at -1 and of 1 at -2, each with its `</s>`."""

    class Uneven(Scripted):
        def translate(self, batch: Sequence[Sequence[str]], decoding: Decoding) -> list[Hypothesis]:
            new, other = Hypothesis(("▁A", "▁new", "▁book"), -1.0), Hypothesis(("▁book",), -2.0)
            return [new if "▁كتاب" in row else other for row in batch]

    first, second = "كتاب " * 40 + "؛", " قلم" * 50
    assert len(vocabulary.encode(first)) < LIMIT < len(vocabulary.encode(first + second))
    (found,) = translator(Uneven(vocabulary)).translate([first + second])
    assert (found.text, found.parts, found.tokens) == ("A new book book", 2, 6)
    assert found.score == pytest.approx((-1.0 * 4 + -2.0 * 2) / 6)


@pytest.mark.parametrize(
    ("source", "first", "second", "kept"),
    [
        ("قرأ الولد الكتاب", "", "The boy read the book", 2),
        ("قرأ الولد ١٧ كتابا", "", "The boy read books", 2),
        ("قرأ الولد الكتاب", "read read read read read read", "The boy read the book", 2),
        ("قرأ الولد ١٧ كتابا", "read 17 read 17 read 17 read 17 read 17", "The boy read books", 2),
        ("قرأ الولد الكتاب", "The boy read the book " * 5, "The boy read the book", 2),
        ("قرأ الولد الكتاب", "", "", 1),
        ("قرأ الولد الكتاب", "read read read read read", "book book book book book", 1),
        ("قرأ الولد الكتاب", "The boy read the book", "another", 0),
        ("قرأ الولد ١٧ كتابا", "The boy read books", "The boy read 17 books", 0),
    ],
)
def test_the_better_of_two_tries_is_kept(
    translator: Make, vocabulary: Vocabulary, source: str, first: str, second: str, kept: int
) -> None:
    """0: there is no second try, since a brake on repetition would mend nothing."""
    tries: list[Decoding] = []

    def answer(_: str, decoding: Decoding) -> str:
        tries.append(decoding)
        return second if decoding.no_repeat_ngram else first

    advanced: list[int] = []
    engine = Scripted(vocabulary, answer)
    (found,) = translator(engine, beam=3, on_batch=advanced.append).translate([source])
    assert found.text == (second if kept == 2 else first).strip()
    assert tries == [Decoding(3)] if kept == 0 else [Decoding(3), Decoding(3).braked()]
    assert sum(advanced) == 1
    assert found.faults or kept != 1


def test_only_what_went_astray_is_tried_again(translator: Make, vocabulary: Vocabulary) -> None:
    def answer(text: str, decoding: Decoding) -> str:
        return "" if "7" in text and not decoding.no_repeat_ngram else f"A sentence, {text[-2:]}"

    engine = Scripted(vocabulary, answer)
    found = list(translator(engine).translate([f"هذه هي الجملة رقم {n}" for n in range(10, 40)]))
    assert [t.text for t in found] == [f"A sentence, {n}" for n in range(10, 40)]
    assert len(engine.rows) == 30 + 3


@pytest.mark.usefixtures("small_windows")
def test_at_most_three_windows_are_held(translator: Make, scripted: Scripted) -> None:
    read = 0

    def endless() -> Iterator[str]:
        nonlocal read
        while True:
            read += 1
            yield f"الجملة {read}"

    stream = translator(scripted).translate(endless())
    assert read == 0
    for given_out in range(1, 42):
        assert next(stream).text == f"said الجملة {given_out}"
        assert read < given_out + 3 * 5
        assert len(scripted.rows) <= read


def test_none_in_the_stream_asks_for_what_came_before_it(translator: Make, scripted: Scripted) -> None:
    asked: list[str] = []

    def halting() -> Iterator[str | None]:
        for text in ("الأولى", "الثانية", None, None, "الثالثة", None, "الرابعة"):
            if text:
                asked.append(text)
            yield text

    found = [(translation.text, len(asked)) for translation in translator(scripted).translate(halting())]
    assert found == [("said الأولى", 2), ("said الثانية", 2), ("said الثالثة", 3), ("said الرابعة", 4)]


class Slow(Scripted):
    """Takes its time, and breaks at a batch if told to."""

    calls = 0
    fails_at = 0

    def translate(self, batch: Sequence[Sequence[str]], decoding: Decoding) -> list[Hypothesis]:
        self.calls += 1
        time.sleep(0.005)
        if self.calls == self.fails_at:
            raise ModelError("no weights")
        return super().translate(batch, decoding)


@pytest.fixture
def slow(vocabulary: Vocabulary, monkeypatch: pytest.MonkeyPatch) -> Slow:
    """Give an engine that has 100 sentences queued ahead, each a batch of its own."""
    monkeypatch.setattr("mt.translator.WINDOW", 100)
    return Slow(vocabulary, workers=1, budget=1)


def threads() -> set[str]:
    return {thread.name for thread in threading.enumerate() if "ThreadPoolExecutor" in thread.name}


def test_a_failing_engine_fails_the_stream(translator: Make, slow: Slow) -> None:
    before = threads()
    slow.fails_at = 4
    stream = translator(slow).translate(f"الجملة {n}" for n in range(1000))
    found: list[Translation] = []
    with pytest.raises(ModelError, match="no weights"):
        found.extend(stream)
    assert found == []
    assert threads() <= before
    assert slow.calls < 100, "what was queued behind the failure goes on"
    assert next(stream, None) is None


def test_an_abandoned_stream_stops_the_work(translator: Make, slow: Slow) -> None:
    before = threads()
    stream = translator(slow).translate(f"الجملة {n}" for n in range(1000))
    assert len(list(islice(stream, 3))) == 3
    assert threads() - before
    del stream
    assert threads() <= before
    assert 100 <= slow.calls < 300


@pytest.mark.usefixtures("small_windows")
def test_a_failing_source_fails_the_stream(translator: Make, scripted: Scripted) -> None:
    before = threads()

    def source() -> Iterator[str]:
        yield from (f"الجملة {n}" for n in range(17))
        raise UnicodeDecodeError("utf-8", b"\xff", 0, 1, "bad")

    with pytest.raises(UnicodeDecodeError):
        list(translator(scripted).translate(source()))
    assert threads() <= before


@pytest.mark.parametrize("beam", [1, 2])
def test_a_translation_depends_on_its_sentence_alone(
    translator: Make, arabic: list[str], monkeypatch: pytest.MonkeyPatch, beam: int
) -> None:
    """In any order, in windows of any size, beside any others: the same text, score and faults, bit for bit."""
    chance = random.Random(beam)
    sentences = [*chance.sample(arabic, 40), "العدد ١٧", "", "كتاب جديد، " * 60, "نعم " * 30]
    found: list[dict[str, Translation]] = []
    for window in (3, 17, 2048):
        monkeypatch.setattr("mt.translator.WINDOW", window)
        order = chance.sample(sentences, len(sentences))
        stream = translator(beam=beam, deterministic=True).translate(order)
        found.append(dict(zip(order, stream, strict=True)))
    assert found[0] == found[1] == found[2]


def test_both_engines_fit(translator: Make, ct2: Engine, scripted: Engine) -> None:
    """A stream can be run again and two at a time."""
    one = translator(ct2)
    sentences = ["قرأ الولد الكتاب", "شكرا"]
    first, second = one.translate(sentences), one.translate(reversed(sentences))
    together = [(next(first), next(second)) for _ in sentences]
    assert [a for a, _ in together] == [b for _, b in reversed(together)] == list(one.translate(sentences))


@pytest.mark.parametrize(("exact", "deterministic", "most"), [(True, True, 30), (False, False, 30), (False, True, 1)])
def test_rows_go_one_by_one_where_the_engine_s_sums_depend_on_the_batch(
    translator: Make, vocabulary: Vocabulary, exact: bool, deterministic: bool, most: int
) -> None:
    sizes: list[int] = []

    class Sized(Scripted):
        def translate(self, batch: Sequence[Sequence[str]], decoding: Decoding) -> list[Hypothesis]:
            sizes.append(len(batch))
            return super().translate(batch, decoding)

    engine = Sized(vocabulary, exact=exact)
    list(translator(engine, deterministic=deterministic).translate([f"الجملة رقم {n}" for n in range(10, 40)]))
    assert sum(sizes) == 30
    assert max(sizes) <= most
    assert (max(sizes) == 1) == (most == 1)
