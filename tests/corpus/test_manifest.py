"""The manifest as a stream: what was written comes back, and what is broken is told."""

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.journal import line_of
from corpus.manifest import MANIFEST, Manifest
from mt.errors import InputError

HEAD = {"muwazi": "0.1", "model": {"name": "مثال"}, "share": 0.25, "date": None, "files": {}}
TEXTS = st.text(st.characters(codec=None, exclude_categories=()), max_size=20)  # lone surrogates too


def document(name: str, facts: Any = None) -> dict[str, Any]:
    return {"name": name, "key": "0f", "pairs": 2, "rejected": [1], "facts": facts or {}}


def written(folder: Path, documents: list[dict[str, Any]]) -> Path:
    """Write a manifest; gives its path."""
    Manifest.write(folder, HEAD, map(line_of, documents))
    return folder / MANIFEST


def read(folder: Path) -> tuple[Any, list[dict[str, Any]]]:
    manifest = Manifest.of(folder)
    assert manifest
    return manifest.head, list(manifest.documents())


@given(
    st.lists(st.tuples(TEXTS, st.dictionaries(TEXTS, st.integers() | st.floats(allow_nan=False, allow_infinity=False))))
)
def test_documents_come_back(texts: list[tuple[str, dict[str, float]]]) -> None:
    documents = [document(name, facts) for name, facts in texts]
    with TemporaryDirectory() as folder:
        written(Path(folder), documents)
        assert read(Path(folder)) == (HEAD, documents)


@pytest.mark.parametrize("documents", [[], [document("a")], [document("a"), document("ب", {"similarity": 0.5})]])
@pytest.mark.parametrize("layout", [{}, {"indent": 1}, {"ensure_ascii": False, "separators": (",", ":")}])
def test_a_manifest_may_be_laid_out_anew(
    tmp_path: Path, documents: list[dict[str, Any]], layout: dict[str, Any]
) -> None:
    path = written(tmp_path, documents)
    path.write_text(json.dumps(json.loads(path.read_text("utf-8")), **layout), "utf-8")
    assert read(tmp_path) == (HEAD, documents)


BROKEN = {
    "cut between documents": lambda data: data[: data.rindex(b'    {"name"')],
    "cut within a document": lambda data: data[:-20],
    "no end": lambda data: data.replace(b"\n  ]\n}\n", b"\n"),
    "no JSON": lambda data: data.replace(b'"pairs":2', b'"pairs":'),
    "not a document": lambda data: data.replace(b'"pairs":2', b'"pears":2'),
    "no UTF-8": lambda data: data.replace(b'"name":"b"', b'"name":"\xff"'),
    "no object": lambda data: data[: data.index(b'    {"name"')] + b"    7\n  ]\n}\n",
}


@pytest.mark.parametrize("name", BROKEN)
def test_broken_documents_are_told(tmp_path: Path, name: str) -> None:
    path = written(tmp_path, [document("a"), document("b")])
    data = path.read_bytes()
    assert BROKEN[name](data) != data
    path.write_bytes(BROKEN[name](data))
    with pytest.raises(InputError, match=r"manifest\.json cannot be read .*; delete the folder"):
        read(tmp_path)
