"""The N best translations: the first is the usual one, each text comes once, on both engines."""

from collections.abc import Callable, Sequence

import pytest

from mt.engine import Decoding, Engine, Hypothesis, load_engine
from mt.model import Model
from mt.normalize import normalize
from mt.translator import Translation, Translator
from mt.vocabulary import END, Vocabulary

Make = Callable[..., Translator]


@pytest.fixture(scope="module")
def rows(arabic: list[str], vocabulary: Vocabulary) -> list[list[str]]:
    return [[*vocabulary.encode(normalize(sentence))[:60], END] for sentence in arabic[:8]]


@pytest.fixture(scope="module")
def fast(compact: Model) -> Engine:
    return load_engine(compact, "ctranslate2", "float32")


@pytest.fixture(scope="module")
def reference(compact: Model) -> Engine:
    return load_engine(compact, "transformers", threads=1)


@pytest.mark.parametrize(("engine", "beam"), [("fast", 3), ("ct2", 2), ("ct2", 4), ("reference", 3)])
def test_asking_for_the_rest_of_the_beam_changes_nothing_else(
    request: pytest.FixtureRequest, rows: list[list[str]], engine: str, beam: int
) -> None:
    loaded: Engine = request.getfixturevalue(engine)
    alone = loaded.translate(rows, Decoding(beam))
    with_others = loaded.translate(rows, Decoding(beam, runners_up=True))
    assert [h.pieces for h in with_others] == [h.pieces for h in alone]
    assert [h.score for h in with_others] == pytest.approx([h.score for h in alone], abs=1e-5)
    assert all(h.runners_up == () for h in alone)
    for hypothesis in with_others:
        beams = [hypothesis, *hypothesis.runners_up]
        assert len({h.pieces for h in beams}) == len(beams) == beam
        assert [h.score for h in beams] == sorted((h.score for h in beams), reverse=True)
        assert not any(h.runners_up for h in hypothesis.runners_up)


def test_the_engines_have_the_same_beam(rows: list[list[str]], fast: Engine, reference: Engine) -> None:
    both = [engine.translate(rows, Decoding(3, runners_up=True)) for engine in (fast, reference)]
    for ours, theirs in zip(*both, strict=True):
        assert [h.pieces for h in (ours, *ours.runners_up)] == [h.pieces for h in (theirs, *theirs.runners_up)]
        assert [h.score for h in ours.runners_up] == pytest.approx([h.score for h in theirs.runners_up], abs=1e-3)


def test_a_translator_gives_as_many_as_were_asked_for(translator: Make, arabic: list[str]) -> None:
    sentences = arabic[:20]
    usual = list(translator(beam=4, deterministic=True).translate(sentences))
    found = list(translator(beam=4, deterministic=True, alternatives=3).translate(sentences))
    for plain, rich in zip(usual, found, strict=True):
        assert plain.alternatives == ()
        assert (plain.text, plain.score, plain.faults) == (rich.text, rich.score, rich.faults)
        texts = [a.text for a in rich.alternatives]
        assert texts[0] == plain.text
        assert len(set(texts)) == len(texts) <= 3
        assert all(a.score is not None and a.alternatives == () for a in rich.alternatives)
    assert sum(len(rich.alternatives) == 3 for rich in found) > 15, "the others have twice the same text in the beam"


class Beams:
    """An engine whose beam is given for each row by a word of it."""

    name = "beams"
    workers = 1
    budget = 1024
    exact = True

    def __init__(self, beams: dict[str, list[tuple[str, float]]]) -> None:
        self._beams = beams

    def translate(self, batch: Sequence[Sequence[str]], decoding: Decoding) -> list[Hypothesis]:
        found = []
        for row in batch:
            beam = next(beam for word, beam in self._beams.items() if word in row)
            best, *others = (Hypothesis(tuple(text.split("|")), score) for text, score in beam)
            found.append(Hypothesis(best.pieces, best.score, tuple(others) if decoding.runners_up else ()))
        return found

    def attend(self, sources: Sequence[Sequence[str]], targets: Sequence[Sequence[str]]) -> list[list[list[float]]]:
        raise NotImplementedError("nothing is aligned here")


def texts(translation: Translation) -> list[str]:
    return [alternative.text for alternative in translation.alternatives]


def test_what_reads_the_same_comes_once(translator: Make) -> None:
    beam = [("▁A|▁book", -1.0), ("▁A|▁b|o|o|k", -1.1), ("▁The|▁book", -1.2), ("▁book", -1.3)]
    (found,) = translator(Beams({"▁كتاب": beam}), beam=4, alternatives=3).translate(["كتاب"])
    assert texts(found) == ["A book", "The book", "book"]
    assert [a.score for a in found.alternatives] == [-1.0, -1.2, -1.3]


def test_the_parts_of_a_long_sentence_are_combined_best_first(translator: Make, vocabulary: Vocabulary) -> None:
    beams = {
        "▁كتاب": [("▁A", -1.0), ("▁The", -1.4), ("▁one", -3.0)],
        vocabulary.encode("قلم")[0]: [("▁book", -1.0), ("▁road", -1.5), ("▁way", -4.0)],
    }
    sentence = "كتاب " * 40 + "؛" + " قلم" * 50
    (found,) = translator(Beams(beams), beam=3, alternatives=3).translate([sentence])
    assert texts(found) == ["A book", "The book", "A road"]
    assert [a.score for a in found.alternatives] == pytest.approx([-1.0, -1.2, -1.25])
    assert found.parts == 2


def test_emoji_and_faults_belong_to_each(translator: Make) -> None:
    beam = [("▁A|▁book", -1.0), ("▁A|▁book|▁of|▁20|15", -1.5)]
    (found,) = translator(Beams({"▁كتاب": beam}), beam=2, alternatives=2).translate(["كتاب جديد 🎉"])
    assert texts(found) == ["A book 🎉", "A book of 2015 🎉"]
    assert [a.faults for a in found.alternatives] == [(), ("extra-number",)]


def test_what_no_model_saw_has_none(translator: Make) -> None:
    (found,) = translator(beam=2, alternatives=2).translate(["GPT-4"])
    assert found.alternatives == ()
