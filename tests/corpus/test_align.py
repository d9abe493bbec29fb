"""The aligner: what holds for any two texts, and beads that a reader of both would make."""

import random
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.align import WEAK, Bead, align, looks_unrelated
from corpus.align_path import best_path
from corpus.align_vectors import pooled, squares, vectors
from corpus.split import split

SEEDS = Path(__file__).parent.parent.parent / "seeds"
CASES: dict[str, tuple[list[str], list[str], list[str]]] = {
    # name: translations, references, beads as numbers of either side
    "as-they-are": (
        ["The mayor opened the bridge on Monday.", "Traffic will cross it next week."],
        ["On Monday the mayor opened the bridge.", "Next week traffic will cross it."],
        ["0:0", "1:1"],
    ),
    "one-in-two": (
        ["The mayor opened the bridge and thanked the workers for their patience.", "Rain fell all night."],
        ["The mayor opened the bridge.", "He thanked the workers for their patience.", "All night rain fell."],
        ["0:0,1", "1:2"],
    ),
    "two-in-one": (
        ["The mayor opened the bridge.", "He thanked the workers for their patience.", "All night rain fell."],
        ["The mayor opened the bridge and thanked the workers for their patience.", "Rain fell all night."],
        ["0,1:0", "2:1"],
    ),
    "left-out": (
        ["The mayor opened the bridge.", "Nobody had expected so many visitors.", "Rain fell all night."],
        ["The mayor has opened the bridge.", "All night rain fell."],
        ["0:0", "1:", "2:1"],
    ),
    "added": (
        ["The mayor opened the bridge.", "Rain fell all night."],
        ["The mayor has opened the bridge.", "Photograph: Salim Haddad, archive.", "All night rain fell."],
        ["0:0", ":1", "1:2"],
    ),
    "numbers": (
        ["In 1994, 312 people lived there.", "In 2021, 4870 people lived there."],
        ["There lived 312 people in 1994.", "There lived 4870 people in 2021."],
        ["0:0", "1:1"],
    ),
    "three-in-one": (
        ["He came home.", "He found the door open.", "The lamp on the table was still burning.", "She was gone."],
        ["He came home, found the door open and the lamp on the table still burning.", "But she was gone."],
        ["0,1,2:0", "3:1"],
    ),
    "nothing": ([], [], []),
    "no-reference": (["One.", "Two."], [], ["0:", "1:"]),
    "no-source": ([], ["One.", "Two."], [":0", ":1"]),
}


def shown(beads: list[Bead]) -> list[str]:
    return [":".join(",".join(map(str, side)) for side in (bead.source, bead.reference)) for bead in beads]


def assert_covers(beads: list[Bead], sources: int, references: int, largest: int = 8) -> None:
    """Each sentence of both sides is in one bead, in order."""
    for side, count in (("source", sources), ("reference", references)):
        spans: list[range] = [getattr(bead, side) for bead in beads]
        assert [number for span in spans for number in span] == list(range(count))
        assert all(before.stop == after.start for before, after in pairwise(spans))
        assert all(len(span) <= largest for span in spans)
    for bead in beads:
        assert bead.source or bead.reference
        if bead.source and bead.reference:
            assert bead.score is not None
            assert 0 <= bead.score <= 1
        else:
            assert bead.score is None
            assert bead.kind in {"1-0", "0-1"}


@pytest.mark.parametrize(("translations", "references", "expected"), CASES.values(), ids=CASES)
def test_beads(translations: list[str], references: list[str], expected: list[str]) -> None:
    assert shown(align(translations, translations, references)) == expected


WORDS = st.sampled_from(["a", "the", "bridge", "bridges", "rain", "1994", "جسر", "المطر", ",", ".", "؟", "\u200f"])
SENTENCES = st.lists(st.lists(WORDS, max_size=6).map(" ".join) | st.text(max_size=8), max_size=12)


@given(SENTENCES, SENTENCES, st.integers(1, 9))
@settings(deadline=None, max_examples=150)
def test_any_two_texts_are_covered(translations: list[str], references: list[str], largest: int) -> None:
    beads = align(translations, translations, references, largest=largest)
    assert_covers(beads, len(translations), len(references), largest)
    assert beads == align(translations, translations, references, largest=largest)


@pytest.mark.parametrize(
    ("translations", "references"),
    [
        pytest.param(["Rain fell."], [f"Sentence {n} of fifty." for n in range(50)], id="one-against-fifty"),
        pytest.param([f"Sentence {n} of fifty." for n in range(50)], ["Rain fell."], id="fifty-against-one"),
        pytest.param(["Rain fell."] * 40, ["Rain fell."] * 25, id="the-same-over-and-over"),
        pytest.param([f"Day {n}" for n in range(60)], [f"Day {n}" for n in range(60)][::-1], id="reversed"),
        pytest.param(["هطل المطر.", "فتح الجسر."], ["هطل المطر.", "فتح الجسر."], id="both-arabic"),
        pytest.param([""] * 30, [""] * 20, id="empty"),
        pytest.param(["rain " * 20_000, "snow"], ["snow", "rain " * 20_000], id="100,000-characters"),
        pytest.param(["x"] * 1200, ["x"] * 700, id="no-anchors"),
        pytest.param(["x"] * 3, ["x"] * 100_000, id="three-against-100,000"),
        pytest.param([f"a{n}" for n in range(900)], [f"b{n}" for n in range(900)], id="nothing-in-common"),
    ],
)
def test_odd_texts_are_covered(translations: list[str], references: list[str]) -> None:
    assert_covers(align(translations, translations, references), len(translations), len(references))


def test_equal_texts_are_equal() -> None:
    text = ["هطل المطر طوال الليل.", "فتح العمدة الجسر.", "لم يصب أحد."]
    assert align(text, text, text) == [Bead(range(n, n + 1), range(n, n + 1), 1.0) for n in range(3)]


def test_as_many_translations_as_sources() -> None:
    with pytest.raises(ValueError, match="2 translations of 1 sentences"):
        align(["جملة"], ["A sentence.", "Another."], [])


def test_a_sentence_without_a_translation_goes_by_its_length() -> None:
    sources = ["فتح العمدة الجسر القديم.", "لم يتوقع أحد هذا العدد من الزوار.", "هطل المطر طوال الليل."]
    references = ["The mayor opened the old bridge.", "Nobody had expected so many visitors.", "Rain fell all night."]
    beads = align(sources, [references[0], "", references[2]], references)
    assert shown(beads) == ["0:0", "1:1", "2:2"]
    assert beads[1].score == 0


@pytest.mark.parametrize(("largest", "kinds"), [(1, {"1-1", "1-0", "0-1"}), (2, {"1-2", "1-1"}), (3, {"1-3"})])
def test_beads_are_no_larger_than_asked(largest: int, kinds: set[str]) -> None:
    parts = ["The old mayor opened the bridge,", "thanked the tired workers,", "and went home by boat."]
    beads = align([""], [" ".join(parts)], parts, largest=largest)
    assert_covers(beads, 1, 3, largest)
    assert {bead.kind for bead in beads} <= kinds | {"0-1"}


def article(count: int) -> list[str]:
    """Give English sentences of words that come again, as they do in an article."""
    chance = random.Random(7)
    words = [
        f"{first}{last}" for first in ("ba", "ko", "ri", "mu", "te", "sha") for last in ("ran", "lim", "dos", "tek")
    ]
    return [" ".join([*chance.choices(words, k=9), f"w{chance.randrange(count)}"]) for _ in range(count)]


def joined(sentences: list[str], seed: int) -> tuple[list[str], list[range]]:
    """Join or drop some sentences, and tell which numbers each of the others stands for."""
    chance = random.Random(seed)
    spans, at = [], 0
    while at < len(sentences):
        size = chance.choices((1, 2, 3), (8, 2, 1))[0]
        if chance.random() > 0.05:
            spans.append(range(at, min(at + size, len(sentences))))
        at += size
    return [" ".join(sentences[span.start : span.stop]) for span in spans], spans


def test_a_long_text_is_aligned_in_a_band_as_it_is_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    sentences = article(1500)
    references, spans = joined(sentences, 1)
    assert len(sentences) * len(references) > 1_000_000
    banded = align(sentences, sentences, references)
    monkeypatch.setattr("corpus.align_path._SMALL", 10**9)
    assert align(sentences, sentences, references) == banded
    right = {(span, range(at, at + 1)) for at, span in enumerate(spans)}
    assert len({(bead.source, bead.reference) for bead in banded} & right) > 0.97 * len(right)


@pytest.mark.parametrize("side", ["source", "reference"])
def test_a_chapter_that_is_lost_leaves_the_rest_aligned(side: str) -> None:
    whole = article(1600)
    part = whole[:500] + whole[1100:]
    beads = align(part, part, whole) if side == "source" else align(whole, whole, part)
    pairs = [bead for bead in beads if bead.score is not None]
    assert sum(bead.score == 1 for bead in pairs) > 990
    assert_covers(beads, *((1000, 1600) if side == "source" else (1600, 1000)))


def test_vectors_of_stretches_add_up() -> None:
    first, _ = vectors(article(12), article(5))
    found = squares(first, 4)
    for size in range(1, 5):
        for end in range(size, 13):
            stretch = pooled(first, [range(end - size, end)])
            assert found[end, size] == pytest.approx(stretch.multiply(stretch).sum())
    assert not found[2, 3]


def test_a_path_needs_no_features() -> None:
    first, second = vectors(["", ""], ["..."])
    assert best_path(first, second, [1, 1], [3], 8)


def halves(name: str) -> tuple[list[str], list[str]]:
    """Give the sentences of a sample article's English reference, the even ones and the odd ones."""
    sentences = [
        line[start:end]
        for line in (SEEDS / f"{name}.en.txt").read_text("utf-8").splitlines()
        for start, end in split(line, "en")
    ]
    return sentences, [sentence.replace(" the ", " ").replace(" a ", " some ") for sentence in sentences]


@pytest.mark.parametrize("name", ["economy-042", "politics-064", "science-004", "security-042", "story-013"])
def test_another_articles_reference_looks_unrelated(name: str) -> None:
    own, translated = halves(name)
    other, _ = halves("society-029")
    assert looks_unrelated(align(translated, translated, own)) is None
    share = looks_unrelated(align(translated, translated, other))
    assert share is not None
    assert share < 0.2


@pytest.mark.parametrize(
    ("scores", "share"),
    [([], None), ([0.5], None), ([None], 0.0), ([0.5, 0.0, 0.0], 1 / 3), ([0.5, WEAK], None), ([0.0, 0.01], 0.0)],
)
def test_looks_unrelated(scores: list[float | None], share: float | None) -> None:
    beads = [
        Bead(range(at, at + 1), range(0) if score is None else range(at, at + 1), score)
        for at, score in enumerate(scores)
    ]
    assert looks_unrelated(beads) == (None if share is None else pytest.approx(share))


def test_kind() -> None:
    assert Bead(range(3, 5), range(7, 8), 0.5).kind == "2-1"
    assert Bead(range(0), range(1)).kind == "0-1"
