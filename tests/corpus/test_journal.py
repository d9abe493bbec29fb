"""The journal of a build: what was appended whole is found again, whatever happened to the end of the file."""

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.journal import Journal, keys_in, line_of, pair_of
from corpus.pair import Pair

TEXTS = st.text(st.characters(codec=None, exclude_categories=()), max_size=20)  # lone surrogates too
DOCUMENTS = st.lists(st.lists(TEXTS, max_size=4), max_size=5)


def pairs_of(number: int, texts: Sequence[str]) -> list[Pair]:
    """Make the pairs of a document of these sentences."""
    return [Pair(f"d{number}", 0, i, 0, len(text), text, text[::-1], "machine") for i, text in enumerate(texts)]


def fill(path: Path, documents: Sequence[Sequence[str]]) -> list[int]:
    """Write documents, each under its number; gives the size of the file before and after each."""
    sizes = [0]
    with Journal(path) as journal:
        for number, texts in enumerate(documents):
            lines = [line_of(pair.as_dict()) for pair in pairs_of(number, texts)]
            journal.append(str(number), lines, {"sentences": len(texts)})
            sizes.append(path.stat().st_size)
    return sizes


@given(DOCUMENTS)
def test_documents_come_back_as_they_were(documents: list[list[str]]) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder, "journal.jsonl")
        fill(path, documents)
        assert keys_in(path) == {str(number) for number in range(len(documents))}
        with Journal(path) as journal:
            for number, texts in enumerate(documents):
                lines, facts = journal.read(str(number))
                assert [pair_of(line) for line in lines] == pairs_of(number, texts)
                assert facts == {"sentences": len(texts)}


@given(DOCUMENTS, st.integers(min_value=0), st.binary(max_size=30))
def test_a_torn_end_costs_what_it_tore(documents: list[list[str]], at: int, garbage: bytes) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder, "journal.jsonl")
        sizes = fill(path, documents)
        at %= sizes[-1] + 1
        path.write_bytes(path.read_bytes()[:at] + garbage)
        whole = sum(size <= at for size in sizes[1:])
        assert len(keys_in(path)) == whole
        with Journal(path) as journal:
            journal.append("new", [b"{}\n"], {})
        assert keys_in(path) == {"new", *(str(number) for number in range(whole))}


def test_the_last_document_of_a_key_counts(tmp_path: Path) -> None:
    with Journal(tmp_path / "journal") as journal:
        journal.append("a", [b"1\n"], {})
        journal.append("a", [b"2\n", b"3\n"], {"new": True})
        assert journal.read("a") == ([b"2\n", b"3\n"], {"new": True})
    with Journal(tmp_path / "journal") as journal:
        assert journal.read("a") == ([b"2\n", b"3\n"], {"new": True})
        assert "b" not in journal


def test_looking_writes_nothing(tmp_path: Path) -> None:
    assert keys_in(tmp_path / "journal") == frozenset()
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(FileNotFoundError):
        Journal(tmp_path / "no folder" / "journal")
