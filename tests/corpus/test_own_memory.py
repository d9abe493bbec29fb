"""The memory and a corpus: it leaves no trace in the bytes, and own translations only where they are asked for."""

import json
from pathlib import Path

import pytest

from corpus.formats import read
from tests.command import muwazi

ARTICLE = "افتتاح المكتبة\n\nافتتحت المكتبة الجديدة صباح اليوم. وحضر الحفل ٣٠٠ شخص.\n"
REFERENCE = "Library opens\n\nThe new library opened this morning. Three hundred people came to the ceremony.\n"
OWN = "افتتحت المكتبة الجديدة صباح اليوم.\tThe new library opened its doors this morning.\n"


@pytest.fixture
def articles(tmp_path: Path) -> Path:
    folder = tmp_path / "articles"
    folder.mkdir()
    (folder / "library.ar.txt").write_text(ARTICLE, "utf-8")
    return folder


@pytest.fixture
def own(tmp_path: Path) -> Path:
    path = tmp_path / "own.tsv"
    path.write_text(OWN, "utf-8")
    return path


def build(articles: Path, out: str, *options: str) -> tuple[dict[str, bytes], str]:
    folder = articles.parent / out
    result = muwazi("build", articles, "-o", folder, "--model", "compact", "--fast", *options)
    assert result.exit_code == 0, result.output
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.name != "manifest.json"}, result.stderr


def test_a_corpus_has_the_same_bytes_with_and_without_memory(articles: Path) -> None:
    plain, _ = build(articles, "a", "--no-memory")
    assert build(articles, "b")[0] == plain
    muwazi("translate", articles, "-o", articles.parent / "english", "--model", "compact", "--fast")
    again, told = build(articles, "c")
    assert again == plain
    assert "3 sentence(s) were translated before" in told


def test_own_translations_are_used_where_they_are_asked_for(articles: Path, own: Path) -> None:
    plain, _ = build(articles, "plain")
    muwazi("memory", "import", own)
    same, told = build(articles, "same")
    assert same == plain
    assert "--own-memory takes them" in told
    files, told = build(articles, "own", "--own-memory")
    assert "1 are of your own" in told
    pairs = list(read(articles.parent / "own" / "corpus.jsonl"))
    assert [pair.origin for pair in pairs] == ["machine", "human", "machine"]
    assert pairs[1].target == OWN.strip().split("\t")[1]
    assert (pairs[1].model, pairs[1].score, pairs[1].bead) == (None, None, None)
    assert b"opened its doors" not in files["machine.tmx"]
    assert b"opened its doors" in files["human.tmx"]
    assert "scores.json" not in files
    manifest = json.loads((articles.parent / "own" / "manifest.json").read_bytes())
    assert len(manifest["own_memory"]) == 32
    assert "own_memory" not in json.loads((articles.parent / "plain" / "manifest.json").read_bytes())


def test_other_own_translations_make_another_corpus(articles: Path, own: Path) -> None:
    muwazi("memory", "import", own)
    build(articles, "out", "--own-memory")
    assert "nothing anew" in build(articles, "out", "--own-memory")[1]
    own.write_text(OWN.replace("morning", "Monday"), "utf-8")
    muwazi("memory", "import", own)
    files, _ = build(articles, "out", "--own-memory")
    assert b"opened its doors this Monday" in files["corpus.jsonl"]


def test_scores_are_of_the_machine_s_sentences(articles: Path, own: Path) -> None:
    """A sentence that the user translated is no merit of the model; one that is the reference itself is there once."""
    (articles / "library.en.txt").write_text(REFERENCE, "utf-8")
    muwazi("memory", "import", own)
    files, _ = build(articles, "own", "--own-memory")
    pairs = list(read(articles.parent / "own" / "corpus.jsonl"))
    assert [(pair.origin, pair.bead) for pair in pairs] == [
        ("machine", None),
        ("human", "1-1"),
        ("human", None),
        ("human", "1-1"),
        ("machine", None),
        ("human", "1-1"),
    ]
    assert json.loads(files["scores.json"])["systems"][0]["segments"] == 2
    own.write_text("افتتحت المكتبة الجديدة صباح اليوم.\tThe new library opened this morning.\n", "utf-8")
    muwazi("memory", "import", own)
    build(articles, "own", "--own-memory")
    pairs = list(read(articles.parent / "own" / "corpus.jsonl"))
    assert [pair.bead for pair in pairs] == [None, "1-1", "1-1", None, "1-1"]
    assert len({pair.id for pair in pairs}) == 5


@pytest.mark.parametrize("options", [["--own-memory"], ["--own-memory", "--no-memory"]])
def test_own_translations_that_are_not_there(articles: Path, options: list[str]) -> None:
    result = muwazi("build", articles, "-o", articles.parent / "out", "--model", "compact", *options)
    assert result.exit_code == 1
    assert "muwazi memory import" in result.stderr


def test_a_glossary_is_in_the_manifest(articles: Path, tmp_path: Path) -> None:
    terms = tmp_path / "terms.tsv"
    terms.write_text("مكتبة\treading house\n", "utf-8")
    files, told = build(articles, "out", "--glossary", str(terms))
    assert "2 term(s) in the text" in told
    assert b"eading house" in files["corpus.jsonl"]
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_bytes())
    assert len(manifest["glossary"]) == 32
    terms.write_text("مكتبة\tbook house\n", "utf-8")
    assert b"ook house" in build(articles, "out", "--glossary", str(terms))[0]["corpus.jsonl"]
