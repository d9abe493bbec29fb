"""Batches hold each row once and keep to the budget; parts of a row re-join to it."""

from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mt.batch import BUDGET, LIMIT, batches, cut

lengths = st.lists(st.integers(1, 150), max_size=200)
budgets = st.integers(1, 2000)
words = st.sampled_from(
    ["▁كتب", "▁و", "▁وقال", "ال", "ون", "،", "؛", ".", "▁.", "▁:", "؟", "<unk>", "▁", "3", "▁3", "▁3."]
)


@given(lengths, budgets, st.booleans())
def test_every_row_comes_once_and_the_budget_is_kept(rows: list[int], budget: int, equal: bool) -> None:
    groups = list(batches(rows, budget, equal=equal))
    assert sorted(row for group in groups for row in group) == list(range(len(rows)))
    for group in groups:
        sizes = [rows[row] for row in group]
        assert len(group) == 1 or len(group) * max(sizes) <= budget
        if equal:
            assert len(set(sizes)) == 1
    longest = [max(rows[row] for row in group) for group in groups]
    assert longest == sorted(longest, reverse=True)  # memory is short at once or never


@given(lengths, budgets)
def test_no_two_neighbours_would_fit_together(rows: list[int], budget: int) -> None:
    groups = list(batches(rows, budget, equal=False))
    for group, after in pairwise(groups):
        assert (len(group) + 1) * rows[group[0]] > budget, (group, after)


@given(lengths, st.booleans())
def test_the_same_lengths_make_the_same_batches(rows: list[int], equal: bool) -> None:
    assert list(batches(rows, equal=equal)) == list(batches(tuple(rows), BUDGET, equal=equal))


@pytest.mark.parametrize(
    ("rows", "budget", "equal", "groups"),
    [
        ([], 10, True, []),
        ([3], 10, True, [[0]]),
        ([3, 5, 3], 10, True, [[1], [0, 2]]),
        ([3, 5, 3], 10, False, [[1, 0], [2]]),
        ([3, 5, 3], 15, False, [[1, 0, 2]]),
        ([99, 2], 10, False, [[0], [1]]),
        ([2, 99, 2, 99], 10, True, [[1], [3], [0, 2]]),
        ([4, 4, 4, 4, 4], 8, True, [[0, 1], [2, 3], [4]]),
    ],
)
def test_batches(rows: list[int], budget: int, equal: bool, groups: list[list[int]]) -> None:
    assert list(batches(rows, budget, equal=equal)) == groups


def joined(parts: Sequence[Sequence[str]]) -> list[str]:
    return [piece for part in parts for piece in part]


@given(st.lists(words, max_size=400), st.integers(1, 120))
def test_the_parts_are_the_row(pieces: list[str], limit: int) -> None:
    parts = cut(pieces, limit)
    assert joined(parts) == pieces
    assert all(len(part) <= limit for part in parts)
    assert all(parts) or pieces == []
    assert all(len(part) >= limit // 2 for part in parts[:-1])
    assert cut(tuple(pieces), limit) == parts


@pytest.mark.parametrize("pieces", [[], ["▁كتاب"], ["▁كتاب"] * LIMIT])
def test_a_row_within_the_limit_stays_whole(pieces: list[str]) -> None:
    assert cut(pieces) == [pieces]


@pytest.mark.parametrize(
    ("row", "first", "reason"),
    [
        ("▁a ▁b ▁c ▁d ▁e ، ▁وg ▁h ؛ ▁j ▁k ▁l", 9, "a semicolon before a comma and before and"),
        ("▁a ▁b ▁c ▁d ▁e ، ▁وg ▁h . ▁j ▁k ▁l", 9, "a full stop too"),
        ("▁a ▁b ▁c ▁d ▁e ، ▁وg ▁h ▁i؟ ▁j ▁k ▁l", 9, "and a question mark on a word"),
        ("▁a ▁b ▁c ▁d ▁e ▁f ▁وg ▁h ، ▁j ▁k ▁l", 9, "a comma before and"),
        ("▁a ▁b ▁c ▁d ▁e ▁f ▁وg ▁h : ▁j ▁k ▁l", 9, "a colon too"),
        ("▁a ▁b ▁c ▁d ▁e ▁f ▁g ▁h ▁وi ▁j ▁k ▁l", 8, "and before any other word"),
        ("▁a b c d e f g ▁h i j k l", 7, "a word's beginning before its middle"),
        ("a b c d e f g h i j k l", 6, "a word without end in equal shares"),
        ("▁a ▁b ▁c ▁d ▁e ▁f ، ▁h ▁i ، ▁k ▁l", 7, "of equals the one nearest to equal shares"),
        ("▁a ▁b ▁c ▁d ▁e ▁f ▁3 . 5 ▁j ▁k ▁l", 6, "the point of 3.5 ends nothing"),
        ("▁a ▁b ؛ ▁d ▁e ▁f ▁g ▁h ▁i ▁j ▁k ▁l", 6, "no part is shorter than half of the limit"),
    ],
)
def test_where_a_row_is_cut(row: str, first: int, reason: str) -> None:
    pieces = row.split()
    assert cut(pieces, 10) == [pieces[:first], pieces[first:]], reason


@pytest.mark.parametrize("piece", ["ا", "▁و", ".", "▁،", "<unk>", ""])
def test_ten_thousand_of_a_kind(piece: str) -> None:
    parts = cut([piece] * 10_000)
    assert joined(parts) == [piece] * 10_000
    assert {len(part) for part in parts} == {LIMIT}
