"""Faults are counted as columns, with and without the source; groups hold every segment once."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.checks import BLIND, CHECKS, check, flagged
from eval.groups import GROUPS, group
from mt.fidelity import FAULTS, faults

SOURCE = ["افتُتح الجسر عام 1987.", "قالت سلمى: «لن أبيع البستان».", "", "وصل المركب.", "عاد الصيادون قبل الفجر."]
TARGET = ["The bridge opened in 1978.", "Salma said: &quot;I won't sell the orchard.&quot;", "", "وصل المركب.", " "]


def test_each_fault_is_a_column_with_its_segments() -> None:
    columns = check(TARGET, SOURCE)
    assert tuple(columns) == CHECKS
    assert {name: flagged(column) for name, column in columns.items() if flagged(column)} == {
        "empty": [5],
        "untranslated": [4],
        "arabic-left-over": [4],
        "missing-number": [1],
        "extra-number": [1],
        "html-entity": [2],
    }
    assert columns["empty"].score() == 20
    assert all(column.lower_is_better for column in columns.values())


def test_without_the_source_the_target_alone_is_looked_at() -> None:
    columns = check(TARGET, None)
    assert tuple(columns) == BLIND
    assert {name: flagged(column) for name, column in columns.items()} == {
        "empty": [3, 5],
        "arabic-left-over": [4],
        "repetition": [],
        "html-entity": [2],
    }


def test_the_checks_are_those_of_fidelity() -> None:
    assert set(CHECKS) < set(FAULTS)
    assert set(BLIND) < set(CHECKS)
    for number, (source, target) in enumerate(zip(SOURCE, TARGET, strict=True), 1):
        found = {name for name, column in check(TARGET, SOURCE).items() if number in flagged(column)}
        assert found == set(faults(source, target))


@pytest.mark.parametrize(
    ("by", "groups"),
    [
        ("length", {"1-10 words": [0, 2, 4], "11-20 words": [3], "over 30 words": [1]}),
        ("quotes", {"without quotation marks": [0, 1, 3, 4], "with quotation marks": [2]}),
        ("numbers", {"with digits": [0, 4], "without digits": [1, 2, 3]}),
        ("headings", {"sentences": [0, 2, 3], "without a full stop": [1, 4]}),
        ("document", {"b": [0, 2], "a": [1, 3, 4]}),
    ],
)
def test_segments_are_grouped(by: str, groups: dict[str, list[int]]) -> None:
    texts = ["عام 1987.", "كلمة " * 31, "«نعم»؟", "كلمة " * 11 + ".", "٣ أسئلة"]
    found = group(by, texts, ["b", "a", "b", "a", "a"])
    assert list(found.items()) == list(groups.items())


@given(st.lists(st.text(max_size=80)), st.sampled_from([by for by in GROUPS if by != "document"]))
def test_each_segment_is_in_one_group(texts: list[str], by: str) -> None:
    assert sorted(number for numbers in group(by, texts, None).values() for number in numbers) == list(
        range(len(texts))
    )
