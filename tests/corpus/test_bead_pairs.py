"""Beads as human pairs: what a pair's texts, spans, places and ids are."""

from hypothesis import given
from hypothesis import strategies as st

from corpus.align import WEAK, Bead
from corpus.bead_pairs import pairs_of_beads
from corpus.document import Block, Document, Sentence
from corpus.pair import Pair


def document(name: str, *paragraphs: tuple[str, ...]) -> tuple[Document, list[Sentence]]:
    """Make a document of paragraphs of sentences, an empty line between two."""
    text, blocks = "", []
    sentences: list[Sentence] = []
    for number, paragraph in enumerate(paragraphs):
        text += "\n\n" if text else ""
        start = len(text)
        for index, sentence in enumerate(paragraph):
            text += " " if index else ""
            sentences.append(Sentence(number, len(sentences), len(text), len(text) + len(sentence), sentence))
            text += sentence
        blocks.append(Block("paragraph", start, len(text)))
    return Document(name, text, tuple(blocks)), sentences


ARABIC = document("خبر", ("وصل القطار.", "نزل الركاب."), ("أغلقت المحطة.", "عاد الهدوء.", "نام الحارس."))
ENGLISH = document("news", ("The train arrived.", "Nobody waved.", "Nobody waved."), ("They got off.", "It closed."))


def made(*beads: tuple[range, range, float | None]) -> list[Pair]:
    return list(pairs_of_beads("خبر", *ARABIC, *ENGLISH, [Bead(*bead) for bead in beads]))


def test_texts_spans_and_places_of_each_kind() -> None:
    none = range(0)
    pairs = made(
        (range(1), range(1), 0.87654),
        (none, range(1, 2), None),
        (none, range(2, 3), None),
        (range(1, 3), range(3, 5), WEAK / 2),
        (range(3, 4), none, None),
        (range(4, 5), none, None),
    )
    assert [(p.bead, p.paragraph, p.sentence, p.source, p.target) for p in pairs] == [
        ("1-1", 0, 0, "وصل القطار.", "The train arrived."),
        ("0-1", 0, 0, "", "Nobody waved."),
        ("0-1", 0, 0, "", "Nobody waved."),
        ("2-2", 0, 1, "نزل الركاب.\n\nأغلقت المحطة.", "They got off. It closed."),
        ("1-0", 1, 3, "عاد الهدوء.", None),
        ("1-0", 1, 4, "نام الحارس.", None),
    ]
    assert [p.alignment_score for p in pairs] == [0.8765, None, None, WEAK / 2, None, None]
    assert [p.faults for p in pairs] == [(), (), (), ("weak-alignment",), (), ()]
    assert {(p.document, p.origin, p.model, p.score) for p in pairs} == {("خبر", "human", None, None)}
    assert [(p.start, p.end) for p in pairs[1:3]] == [(11, 11)] * 2


def test_additions_before_all_else_stand_at_the_start() -> None:
    first, second = made((range(0), range(1), None), (range(1), range(1, 2), 0.5))
    assert (first.sentence, first.start, first.end, first.source) == (0, 0, 0, "")
    assert second.start == 0


def test_additions_to_an_article_without_sentences() -> None:
    pairs = pairs_of_beads("خبر", Document("خبر", "", ()), [], *ENGLISH, [Bead(range(0), range(1))])
    assert [(p.paragraph, p.sentence, p.start, p.end, p.target) for p in pairs] == [(0, 0, 0, 0, "The train arrived.")]


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3), st.floats(0, 1)), max_size=9))
def test_whatever_the_beads_spans_hold_the_texts_and_ids_differ(sizes: list[tuple[int, int, float]]) -> None:
    beads: list[tuple[range, range, float | None]] = []
    i = j = 0
    for a, b, score in [*sizes, (5, 0, 0.0), (0, 5, 0.0)]:
        source, reference = range(i, min(i + a, 5)), range(j, min(j + b, 5))
        if source or reference:
            beads.append((source, reference, score if source and reference else None))
        i, j = source.stop, reference.stop
    pairs = made(*beads)
    assert len({pair.id for pair in pairs}) == len(pairs) == len(beads)
    assert [(pair.start, pair.end) for pair in pairs] == sorted((pair.start, pair.end) for pair in pairs)
    for pair in pairs:
        assert ARABIC[0].text[pair.start : pair.end] == pair.source
        assert pair.target is None or ENGLISH[0].text[pair.target_start : pair.target_end] == pair.target
        assert Pair.from_dict(pair.as_dict()) == pair
