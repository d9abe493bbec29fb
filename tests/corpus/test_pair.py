"""The record: what it promises as a value, and which records make one."""

import copy
import pickle
from collections.abc import Callable
from dataclasses import FrozenInstanceError, fields, replace
from typing import Any

import pytest

from corpus.pair import Pair
from mt.errors import FormatError

PAIR = Pair("رسالة", 1, 2, 3, 14, "وصل القطار.", "The train arrived.", "human", bead="1-1", alignment_score=0.5)
NAMES = [field.name for field in fields(Pair)]


@pytest.mark.parametrize("name", NAMES)
def test_no_field_can_be_changed(name: str) -> None:
    before = getattr(PAIR, name)
    with pytest.raises(FrozenInstanceError):
        setattr(PAIR, name, before)
    with pytest.raises(FrozenInstanceError):
        delattr(PAIR, name)
    assert getattr(PAIR, name) == before


def test_it_has_no_room_for_more() -> None:
    assert not hasattr(PAIR, "__dict__")
    assert type(PAIR) is Pair


@pytest.mark.parametrize(
    "copied",
    [
        copy.copy,
        copy.deepcopy,
        lambda pair: pickle.loads(pickle.dumps(pair)),
        lambda pair: Pair.from_dict(pair.as_dict()),
        replace,
    ],
)
def test_a_copy_is_the_same(copied: Callable[[Pair], Pair]) -> None:
    other = copied(PAIR)
    assert other == PAIR
    assert hash(other) == hash(PAIR)
    assert repr(other) == repr(PAIR)
    assert type(other) is Pair


@pytest.mark.parametrize(
    ("name", "value", "another"),
    [
        ("document", "خبر", True),
        ("sentence", 3, True),
        ("source", "وصلت السيارة.", True),
        ("target", None, True),
        ("origin", "post-edited", True),
        ("paragraph", 0, False),
        ("start", 4, False),
        ("score", -0.5, False),
        ("faults", ("too-short",), False),
        ("target_start", 7, False),
    ],
)
def test_what_the_id_is_made_of(name: str, value: Any, another: bool) -> None:
    other = replace(PAIR, **{name: value}, id="")
    assert other != PAIR
    assert (other.id != PAIR.id) is another
    assert other.id == other.digest()


def test_ids_stay_what_they_are() -> None:
    """They stand in files that people have."""
    assert PAIR.id == "62ff5851f36adf5a"
    assert replace(PAIR, source="", target_start=7, id="").id == "cfb9dec9a78abcf7"
    assert replace(PAIR, source="\ud800", id="").id == "3f3ea8ceb49499f1"
    assert replace(PAIR, id="mine").id == "mine"
    assert replace(PAIR, id="mine").digest() == PAIR.id


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"sentence": "2"}, "field 'sentence' is '2', which is no int"),
        ({"sentence": True}, "field 'sentence' is True, which is no int"),
        ({"source": None}, "field 'source' is None, which is no str"),
        ({"id": 5}, "field 'id' is 5, which is no str"),
        ({"faults": "empty"}, "field 'faults' is 'empty', which is no list"),
        ({"faults": [1]}, "field 'faults' holds something other than names"),
        ({"origin": "guessed"}, "origin 'guessed' is none of machine, human, post-edited"),
        ({"colour": "red"}, "unknown field 'colour'"),
    ],
)
def test_a_record_that_makes_no_pair(change: dict[str, Any], message: str) -> None:
    """That records of the same names were right before changes nothing."""
    Pair.from_dict(PAIR.as_dict())
    for _ in range(2):
        with pytest.raises(FormatError) as caught:
            Pair.from_dict({**PAIR.as_dict(), **change})
        assert str(caught.value) == message


@pytest.mark.parametrize("name", NAMES[:8])
def test_a_record_without_a_field_that_it_needs(name: str) -> None:
    record = PAIR.as_dict()
    del record[name]
    with pytest.raises(FormatError, match=f"field '{name}' is missing"):
        Pair.from_dict(record)


def test_a_record_of_what_it_needs_alone() -> None:
    made = Pair.from_dict({name: getattr(PAIR, name) for name in NAMES[:8]})
    assert made == Pair(*(getattr(PAIR, name) for name in NAMES[:8]))
