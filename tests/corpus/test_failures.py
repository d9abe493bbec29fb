"""A sentence that the engine cannot do, through the commands: named with its place, left as it is, the rest goes on."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from corpus.formats import read
from mt.cli import cli
from mt.ct2 import CTranslate2Engine
from mt.engine import Decoding, Hypothesis
from mt.vocabulary import Vocabulary

ARTICLE = "افتتاح الحديقة\n\nزرعت ليلى شجرة. هبطت الطائرة في المطار. عاد سامي.\n\nوصل المطار ضيوف كثيرون.\n"
FAILED = ["هبطت الطائرة في المطار.", "وصل المطار ضيوف كثيرون."]


def muwazi(*args: str | Path, stdin: str | bytes | None = None) -> Result:
    arguments = [*map(str, args), "--model", "compact", "--fast"]
    return CliRunner().invoke(cli, arguments, input=stdin, prog_name="muwazi")


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch, vocabulary: Vocabulary) -> Iterator[pytest.MonkeyPatch]:
    """Let the real engine fail at what has the word المطار in it, until the patch is undone."""
    real = CTranslate2Engine.translate
    piece = vocabulary.encode("المطار")[-1]
    assert piece not in vocabulary.encode("افتتاح الحديقة زرعت ليلى شجرة. عاد سامي.")

    def translate(self: CTranslate2Engine, batch: Sequence[Sequence[str]], decoding: Decoding) -> list[Hypothesis]:
        if any(piece in row for row in batch):
            raise RuntimeError("No position encodings")
        return real(self, batch, decoding)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(CTranslate2Engine, "translate", translate)
        yield patch


@pytest.fixture
def article(tmp_path: Path) -> Path:
    path = tmp_path / "garden.ar.txt"
    path.write_text(ARTICLE, "utf-8")
    return path


def errors(result: Result) -> list[str]:
    return [line for line in result.stderr.splitlines() if line.startswith("error: ")]


@pytest.mark.usefixtures("failing")
def test_translate_leaves_the_sentence_and_names_its_line(article: Path) -> None:
    result = muwazi("translate", article)
    assert result.exit_code == 1
    assert errors(result) == [
        f"error: {article}:{line}: a sentence could not be translated and stays as it is (No position encodings); "
        f"reword it, or try another --engine: {sentence}"
        for line, sentence in zip((3, 5), FAILED, strict=True)
    ]
    lines = result.stdout.split("\n")
    assert len(lines) == len(ARTICLE.split("\n"))
    assert FAILED[0] in lines[2]
    assert lines[2] != ARTICLE.split("\n")[2]
    assert lines[4] == FAILED[1]
    assert not any("\u0600" <= letter <= "\u06ff" for letter in lines[0])


@pytest.mark.usefixtures("failing")
def test_a_record_without_a_translation_has_no_target(article: Path) -> None:
    result = muwazi("translate", article, "--to", "jsonl")
    records = [json.loads(line) for line in result.stdout.splitlines()]
    failed = [record for record in records if record["faults"] == ["failed"]]
    assert [record["source"] for record in failed] == FAILED
    assert all(record["target"] is None and record["score"] is None for record in failed)
    assert all(record["target"] for record in records if record not in failed)


@pytest.mark.usefixtures("failing")
def test_lines_count_through_the_pieces_of_a_long_file(tmp_path: Path) -> None:
    """Files are read in pieces of 64 KiB; CRLF counts once."""
    path = tmp_path / "long.ar.txt"
    path.write_bytes(("2026-03-14 10:30\r\n" * 9000 + "وصل المطار ضيوف.\r\n").encode())
    assert errors(muwazi("translate", path))[0].startswith(f"error: {path}:9001: ")


@pytest.mark.usefixtures("failing")
def test_from_stdin_and_in_other_formats_the_paragraph_is_named(tmp_path: Path) -> None:
    assert errors(muwazi("translate", "-", stdin=ARTICLE))[1].startswith("error: stdin:5: ")
    page = tmp_path / "page.html"
    page.write_text("<h1>عنوان</h1>\n<p>زرعت ليلى شجرة.</p>\n<p>وصل <b>المطار</b> ضيوف.</p>", "utf-8")
    result = muwazi("translate", page)
    assert errors(result)[0].startswith(f"error: {page}, paragraph 3: ")
    assert "<p>وصل <b>المطار</b> ضيوف.</p>" in result.stdout
    assert result.stdout.count("المطار") == 1


def test_build_goes_on_and_tries_again_next_time(failing: pytest.MonkeyPatch, article: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.ar.txt"
    other.write_text("عاد سامي إلى القرية.\n", "utf-8")
    first = muwazi("build", article, other, "-o", tmp_path / "corpus")
    assert first.exit_code == 1
    assert [line.split(": ")[1] for line in errors(first)] == [f"{article}:3", f"{article}:5"]
    pairs = list(read(tmp_path / "corpus" / "corpus.jsonl"))
    assert [pair.source for pair in pairs if pair.target is None] == FAILED
    assert all(pair.faults == ("failed",) for pair in pairs if pair.target is None)
    tmx = (tmp_path / "corpus" / "machine.tmx").read_text("utf-8")
    assert tmx.count("<tu ") == len(pairs) - 2
    assert muwazi("build", article, other, "-o", tmp_path / "corpus").exit_code == 1, "and named each time"
    failing.undo()
    again = muwazi("build", article, other, "-o", tmp_path / "corpus")
    assert (again.exit_code, errors(again)) == (0, [])
    muwazi("build", article, other, "-o", tmp_path / "undisturbed", "--no-memory")
    for name in ("corpus.jsonl", "machine.tmx", "machine.tsv", "manifest.json"):
        assert (tmp_path / "corpus" / name).read_bytes() == (tmp_path / "undisturbed" / name).read_bytes()


def test_an_interrupted_build_keeps_no_failure(failing: pytest.MonkeyPatch, article: Path, tmp_path: Path) -> None:
    """The part of a document with a failure is not taken for done."""
    failing.setattr("corpus.folder.Folder.join", interrupted)
    out = tmp_path / "corpus"
    assert muwazi("build", article, "-o", out).exit_code == 130
    assert list((out / ".build").glob("*.jsonl"))
    failing.undo()
    assert muwazi("build", article, "-o", out).exit_code == 0
    assert all(pair.target for pair in read(out / "corpus.jsonl"))
    assert not (out / ".build").exists()


def interrupted(*_: object) -> None:
    raise KeyboardInterrupt
