"""`muwazi build --check`: a corpus folder compared with its manifest."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from corpus.assembly import Choice
from corpus.filter import Pipeline
from corpus.folder import sha256
from corpus.integrity import discrepancies
from mt.cli import cli
from tests.corpus.builds import build_articles


@pytest.fixture
def out(articles: Path, tmp_path: Path) -> Path:
    choice = Choice(("tsv", "moses"), filters=Pipeline.of("none", ["min-length=30"]))
    build_articles(articles, tmp_path / "out", choice=choice)
    return tmp_path / "out"


def swapped(out: Path) -> None:
    """Let a corpus begin with its last line, and the manifest know of it."""
    lines = (out / "corpus.jsonl").read_bytes().splitlines(keepends=True)
    rewritten(out, b"".join((lines[-1], *lines[:-1])))


def emptied(out: Path) -> None:
    """Leave nothing of a corpus, and let the manifest know of it."""
    rewritten(out, b"")


def doubled(out: Path) -> None:
    """Put the first line at the end too, and the manifest know of it."""
    data = (out / "corpus.jsonl").read_bytes()
    rewritten(out, data + data.splitlines(keepends=True)[0])


def shortened(out: Path) -> None:
    """Leave out one of a document's lines, and let the manifest know of it."""
    lines = (out / "corpus.jsonl").read_bytes().splitlines(keepends=True)
    names = [json.loads(line)["document"] for line in lines]
    del lines[next(n for n, name in enumerate(names) if names.count(name) > 1)]
    rewritten(out, b"".join(lines))


def rewritten(out: Path, corpus: bytes) -> None:
    (out / "corpus.jsonl").write_bytes(corpus)
    manifest = json.loads((out / "manifest.json").read_text("utf-8"))
    manifest["files"]["corpus.jsonl"] |= {"bytes": len(corpus), "sha256": sha256(out / "corpus.jsonl")}
    (out / "manifest.json").write_text(json.dumps(manifest), "utf-8")


def altered(out: Path) -> None:
    """Change a letter, not the size."""
    text = (out / "machine.en").read_bytes()
    (out / "machine.en").write_bytes(text.swapcase())


def two_things(out: Path) -> None:
    """Take a file away, and put a folder in."""
    (out / "machine.ar").unlink()
    (out / "x").mkdir()


CHANGES: dict[str, tuple[Callable[[Path], object], list[str]]] = {
    "nothing": (lambda _: None, []),
    "missing": (lambda out: (out / "machine.ar").unlink(), ["machine.ar: missing"]),
    "stray": (lambda out: (out / "notes.txt").write_text("x"), ["notes.txt: not in the manifest"]),
    "hidden": (lambda out: (out / ".corpus.jsonl.abc.part").write_text("x"), [".part: not in the manifest"]),
    "longer": (
        lambda out: (out / "machine.tsv").write_bytes((out / "machine.tsv").read_bytes() + b"x"),
        ["machine.tsv: ", " bytes, and "],
    ),
    "altered": (altered, ["machine.en: changed since it was written (SHA-256 "]),
    "no corpus": (lambda out: (out / "corpus.jsonl").unlink(), ["corpus.jsonl: missing"]),
    "two things": (
        two_things,
        ["machine.ar: missing", "x: not in the manifest"],
    ),
    "unfinished": (lambda out: (out / ".build").mkdir(), [".build: a build was interrupted"]),
    "swapped": (swapped, ["corpus.jsonl: document '", "' stands where the manifest has document '"]),
    "emptied": (emptied, ["nothing stands where the manifest has document '"]),
    "doubled": (doubled, ["' stands where the manifest has nothing"]),
    "shortened": (shortened, ["pairs of '", "in the manifest"]),
    "no JSON": (lambda out: rewritten(out, b"{\n"), ["corpus.jsonl:1: no JSON"]),
}


@pytest.mark.parametrize("name", CHANGES)
def test_every_difference_is_a_line(out: Path, name: str) -> None:
    change, said = CHANGES[name]
    change(out)
    result = CliRunner().invoke(cli, ["build", "--check", str(out)])
    errors = [line for line in result.stderr.splitlines() if line.startswith("error: ")]
    assert result.stdout == ""
    if not said:
        assert result.exit_code == 0
        assert result.stderr == f"note: {out} is as its manifest says\n"
        return
    assert result.exit_code == 1
    assert len(errors) == len(result.stderr.splitlines()) == (2 if name == "two things" else 1), result.stderr
    assert all(part in result.stderr for part in said)


def test_a_folder_without_a_manifest_cannot_be_checked(tmp_path: Path) -> None:
    result = CliRunner().invoke(cli, ["build", "--check", str(tmp_path)])
    assert result.exit_code == 1
    assert "no manifest of a finished build in it" in result.stderr
    assert result.stderr.count("\n") == 1


def test_an_empty_corpus_is_sound(tmp_path: Path) -> None:
    (tmp_path / "empty.txt").write_text("")
    build_articles(tmp_path / "empty.txt", tmp_path / "out")
    assert list(discrepancies(tmp_path / "out")) == []


def test_input_is_still_needed_to_build(tmp_path: Path) -> None:
    result = CliRunner().invoke(cli, ["build", "-o", str(tmp_path)])
    assert result.exit_code == 2
    assert "Missing argument 'INPUT...'" in result.stderr
