"""Text is cut where it needs the fewest edits, nothing lost, whatever the segments were."""

from itertools import combinations_with_replacement, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eval.realign import realign
from mt.errors import InputError

words = st.lists(st.sampled_from(["a", "b", "c", "d."]), max_size=4).map(" ".join)
texts = st.lists(st.sampled_from(["a", "b", "c", "d."]), max_size=6).map(" ".join)


def distance(first: list[str], second: list[str]) -> int:
    """Count the word edits between two segments."""
    row = list(range(len(second) + 1))
    for number, word in enumerate(first, 1):
        last, row[0] = row[0], number
        for place, other in enumerate(second, 1):
            last, row[place] = row[place], min(row[place] + 1, row[place - 1] + 1, last + (word != other))
    return row[-1]


def cost(segments: list[list[str]], references: list[list[str]]) -> int:
    """Count the edits of a cutting, each segment against its nearest reference."""
    rows = zip(segments, zip(*references, strict=True), strict=True)
    return sum(
        min(distance(segment, reference.split()) for reference in alternatives) for segment, alternatives in rows
    )


@given(texts, st.lists(st.tuples(words, words), min_size=1, max_size=3), st.booleans())
@settings(max_examples=150)
def test_no_other_cut_has_fewer_edits(text: str, rows: list[tuple[str, str]], both: bool) -> None:
    references = [list(column) for column in zip(*rows, strict=True)][: 1 + both]
    if both:  # a blank segment of one set is a missing one
        references = [[a or b for a, b in rows], [b or a for a, b in rows]]
    found = realign([text], references)
    parts = text.split()
    assert " ".join(found).split() == parts
    least = min(
        cost([parts[start:end] for start, end in pairwise((0, *cuts, len(parts)))], references)
        for cuts in combinations_with_replacement(range(len(parts) + 1), len(rows) - 1)
    )
    assert cost([segment.split() for segment in found], references) == least


REFERENCE = ["The river rose at night.", "Nobody had expected it.", "By noon the bridge was gone.", "We walked home."]


@pytest.mark.parametrize(
    ("hypotheses", "segments"),
    [
        ([" ".join(REFERENCE)], REFERENCE),
        ([REFERENCE[0], " ".join(REFERENCE[1:3]), REFERENCE[3]], REFERENCE),
        (" ".join(REFERENCE).split(), REFERENCE),
        ([], [""] * 4),
        (["", " "], [""] * 4),
        (["the River rose, at night Nobody had expected it."], ["the River rose, at night", REFERENCE[1], "", ""]),
        ([" ".join(REFERENCE[2:])], ["", "", *REFERENCE[2:]]),
        (
            ["The river swelled at night. No one foresaw that. By noon the bridge had gone. We went home on foot."],
            [
                "The river swelled at night.",
                "No one foresaw that.",
                "By noon the bridge had gone.",
                "We went home on foot.",
            ],
        ),
    ],
    ids=["one text", "other sentences", "words", "nothing", "blanks", "other case", "two missing", "other words"],
)
def test_segments_are_found_again(hypotheses: list[str], segments: list[str]) -> None:
    assert realign(hypotheses, [REFERENCE]) == segments


def test_a_segment_counts_its_nearest_reference() -> None:
    further: list[str | None] = [None, "This came as a surprise.", None, "Then we went back on foot."]
    found = realign(
        ["The river rose at night. This came as a surprise. By noon the bridge was gone. Then we went back on foot."],
        [REFERENCE, further],
    )
    assert found[1::2] == further[1::2]


def test_progress_adds_up_to_each_segment_twice() -> None:
    steps: list[int] = []
    realign(REFERENCE, [REFERENCE], steps.append)
    assert sum(steps) == 8


def test_a_text_beyond_the_search_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("eval.realign._CUT", 4)
    with pytest.raises(InputError, match="5 words are too many"):
        realign(["one two three four five"], [REFERENCE])
