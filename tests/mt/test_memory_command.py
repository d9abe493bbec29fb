"""`muwazi memory`, and the memory as `muwazi translate` uses it."""

import json
import os
from pathlib import Path

import pytest

from corpus.formats import read
from tests.command import muwazi

ARTICLE = "افتتاح المكتبة\nافتتحت المكتبة الجديدة صباح اليوم. وحضر الحفل ٣٠٠ شخص.\n\nوانتهى كل شيء مساء.\n"
OWN = "افتتحت المكتبة الجديدة صباح اليوم.\tThe new library opened its doors this morning.\n"


@pytest.fixture
def article(tmp_path: Path) -> Path:
    path = tmp_path / "library.ar.txt"
    path.write_text(ARTICLE, "utf-8")
    return path


@pytest.fixture
def own(tmp_path: Path) -> Path:
    path = tmp_path / "own.tsv"
    path.write_text(OWN, "utf-8")
    return path


def translate(article: Path, *options: str) -> tuple[str, str]:
    out = article.with_name("out.txt")
    result = muwazi(
        "translate", article, "-o", out, "--force", "--to", "text", "--model", "compact", "--fast", *options
    )
    assert result.exit_code == 0, result.output
    return out.read_text("utf-8"), result.stderr


def stats() -> dict[str, list[dict[str, object]]]:
    found: dict[str, list[dict[str, object]]] = json.loads(muwazi("memory", "stats", "--json").stdout)
    return found


def test_a_second_run_says_what_it_knew(article: Path) -> None:
    first, told = translate(article)
    assert "translated before" not in told
    second, told = translate(article)
    assert second == first
    assert "4 sentence(s) were translated before" in told
    (made,) = stats()["machine"]
    assert made["translations"] == 4
    assert "compact@" in muwazi("memory", "stats").stdout


def test_without_the_memory_there_is_no_file(article: Path) -> None:
    translate(article, "--no-memory")
    assert not Path(os.environ["MUWAZI_DATA_DIR"]).exists()


def test_a_dry_run_leaves_no_trace(article: Path) -> None:
    assert muwazi("translate", article, "--dry-run", "--model", "compact", "--fast").exit_code == 0
    assert not Path(os.environ["MUWAZI_DATA_DIR"]).exists()


@pytest.mark.parametrize("option", ["--deterministic", "--precision=float32"])
def test_other_settings_know_nothing_of_it(article: Path, option: str) -> None:
    translate(article)
    assert "translated before" not in translate(article, option)[1]


def test_the_file_is_the_user_s_alone(article: Path) -> None:
    translate(article)
    path = Path(os.environ["MUWAZI_DATA_DIR"]) / "memory.sqlite"
    assert path.stat().st_mode & 0o077 == 0


def test_own_translations(article: Path, own: Path, tmp_path: Path) -> None:
    result = muwazi("memory", "import", own)
    assert result.exit_code == 0, result.output
    assert "1 imported, 0 in place of older ones" in result.stderr
    english, told = translate(article)
    assert english.split("\n")[2] == "The new library opened its doors this morning."
    assert "1 are of your own" in told
    assert "hold no Arabic" not in told
    assert stats()["own"] == [{"file": "own.tsv", "translations": 1}]
    records = muwazi("translate", article, "--to", "jsonl", "--model", "compact", "--fast").stdout.splitlines()
    record = json.loads(records[1])
    assert (record["origin"], record["model"], record["score"], record["bead"]) == ("human", None, None, None)
    assert {json.loads(line)["origin"] for line in (records[0], *records[2:])} == {"machine"}
    assert english != translate(article, "--no-memory")[0]


@pytest.mark.parametrize("extension", ["tmx", "tsv", "jsonl"])
def test_export_and_import_again(article: Path, own: Path, tmp_path: Path, extension: str) -> None:
    muwazi("memory", "import", own)
    translate(article)
    file = tmp_path / f"memory.{extension}"
    assert muwazi("memory", "export", file).exit_code == 0
    pairs = list(read(file))
    assert [pair.origin for pair in pairs] == ["human", *["machine"] * 3]
    assert f"{pairs[0].source}\t{pairs[0].target}\n" == OWN
    assert {pair.source for pair in pairs[1:]} == {"افتتاح المكتبة", "وحضر الحفل ٣٠٠ شخص.", "وانتهى كل شيء مساء."}
    assert all(pair.model and pair.model.startswith("compact@") for pair in pairs[1:])
    assert "exists; give --force" in muwazi("memory", "export", file).stderr
    assert muwazi("memory", "export", file, "--force", "--own").exit_code == 0
    assert [pair.origin for pair in read(file)] == ["human"]
    muwazi("memory", "clear", "--own")
    assert "1 imported" in muwazi("memory", "import", file).stderr


def test_what_is_no_own_translation_is_left_out(tmp_path: Path) -> None:
    file = tmp_path / "mixed.jsonl"
    place = {"document": "d", "paragraph": 0, "sentence": 0, "start": 0, "end": 0}
    rows = [
        ("كتاب", "book", "machine"),
        ("book", "كتاب", "human"),
        ("كتاب", None, "human"),
        ("كتاب", "a book", "human"),
        ("كِتاب", "the book", "post-edited"),
    ]
    lines = [json.dumps({**place, "source": s, "target": t, "origin": o}) + "\n" for s, t, o in rows]
    file.write_text("".join(lines), "utf-8")
    told = muwazi("memory", "import", file).stderr
    assert "2 imported, 1 in place of older ones" in told
    for why in ("1 of a machine left out", "1 without Arabic left out", "1 without English left out"):
        assert why in told


def test_a_broken_file_brings_nothing(own: Path) -> None:
    file = own.with_name("broken.tsv")
    file.write_text(OWN * 6000 + "one field\n", "utf-8")
    result = muwazi("memory", "import", own, file)
    assert result.exit_code == 1
    assert "broken.tsv:6001" in result.stderr
    assert stats()["own"] == []


def test_clear(article: Path, own: Path) -> None:
    muwazi("memory", "import", own)
    translate(article)
    assert "0 translation(s) forgotten" in muwazi("memory", "clear", "--older-than", "1").stderr
    assert "3 translation(s) forgotten" in muwazi("memory", "clear").stderr
    assert (len(stats()["machine"]), len(stats()["own"])) == (0, 1)
    assert muwazi("memory", "clear", "--own", "--older-than", "1").exit_code == 2
    assert "1 translation(s) forgotten" in muwazi("memory", "clear", "--own").stderr
    assert "nothing is remembered" in muwazi("memory", "stats").stdout


def test_a_damaged_file_is_named(article: Path) -> None:
    plain, _ = translate(article, "--no-memory")
    folder = Path(os.environ["MUWAZI_DATA_DIR"])
    folder.mkdir()
    (folder / "memory.sqlite").write_bytes(b"damaged" * 1000)
    english, told = translate(article)
    assert english == plain
    assert told.count("set aside as memory.damaged-1.sqlite") == 1
    assert "4 sentence(s) were translated before" in translate(article)[1]


def test_a_glossary(article: Path, tmp_path: Path) -> None:
    terms = tmp_path / "terms.tsv"
    terms.write_text("مكتبة\treading house\nحفل\tsoirée\n", "utf-8")
    english, told = translate(article, "--glossary", str(terms))
    assert "3 term(s) in the text" in told
    lost = 3 - english.lower().count("reading house") - english.lower().count("soirée")
    assert f"{lost} missing in it" in told
    assert english.lower().count("reading house") >= 1
    result = muwazi("translate", article, "--model", "compact", "--glossary", tmp_path / "none.tsv")
    assert result.exit_code == 1
    assert "none.tsv: cannot be read" in result.stderr
