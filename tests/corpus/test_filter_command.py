"""`muwazi filter`: files in, files out, and what it says."""

import json
from collections.abc import Iterable
from pathlib import Path

import pytest
from click.testing import Result

from corpus.formats import read, write
from corpus.measures import MEASURES
from corpus.pair import Pair
from tests import command

TEXTS = [
    ("افتتحت المكتبة صباح اليوم.", "The library opened this morning."),
    ("وحضر الحفل ٣٠٠ شخص.", "Some 200 people came to the ceremony."),
    ("اِفْتَتَحَتِ المكتبةُ صباحَ اليوم", "This morning the library opened its doors."),
    ("انتهى الحفل مساء.", "..."),
    ("زوروا الموقع", None),
]


def muwazi(*args: str | Path, stdin: bytes | None = None) -> Result:
    return command.muwazi("filter", *args, stdin=stdin)


def pairs() -> list[Pair]:
    return [Pair("library", 0, n, n * 50, n * 50 + 40, *text, "human") for n, text in enumerate(TEXTS)]


def numbers(found: Iterable[Pair]) -> list[int]:
    return [pair.sentence for pair in found]


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    path = tmp_path / "corpus.jsonl"
    write(pairs(), path)
    return path


def test_what_is_kept_and_what_is_not(corpus: Path, tmp_path: Path) -> None:
    out, rejected = tmp_path / "out.jsonl", tmp_path / "rejected.jsonl"
    result = muwazi(
        corpus, "-o", out, "--rejected", rejected, "--preset", "light", "--filter", "numbers", "--duplicates", "exact"
    )
    assert result.exit_code == 0, result.output
    assert numbers(read(out)) == [0, 4]
    reasons = {r["sentence"]: r["rejected"] for r in map(json.loads, rejected.read_text("utf-8").splitlines())}
    assert reasons == {
        1: {"filter": "numbers", "value": 2, "bound": 0},
        2: {"filter": "duplicate", "value": pairs()[0].id, "bound": "source"},
        3: {"filter": "blank", "value": 1, "bound": 2},
    }
    told = result.stderr.split("\n")
    assert [line.split() for line in told if line] == [
        ["kept", "2", "40.00%"],
        ["blank", "1", "20.00%"],
        ["numbers", "1", "20.00%"],
        ["duplicate", "1", "20.00%"],
    ]


def test_what_was_rejected_can_be_read_and_brought_back(corpus: Path, tmp_path: Path) -> None:
    out, rejected, again = tmp_path / "out.jsonl", tmp_path / "rejected.jsonl", tmp_path / "again.jsonl"
    assert muwazi(corpus, "-o", out, "--rejected", rejected, "--preset", "strict").exit_code == 0
    assert sorted(numbers(read(rejected)) + numbers(read(out))) == [0, 1, 2, 3, 4]
    result = command.muwazi("merge", rejected, out, "-o", again)
    assert result.exit_code == 0, result.output
    assert again.read_bytes() == corpus.read_bytes()


@pytest.mark.parametrize("duplicates", ["none", "exact"])
def test_pipes(corpus: Path, duplicates: str) -> None:
    result = muwazi(
        "-", "-o", "-", "--from", "jsonl", "--to", "tsv", "--duplicates", duplicates, stdin=corpus.read_bytes()
    )
    assert result.exit_code == 0, result.output
    assert len(result.stdout.splitlines()) == 1 + (5 if duplicates == "none" else 4)


@pytest.mark.parametrize("duplicates", ["none", "exact"])
def test_what_is_mended_is_told_once_of_files_and_pipes(tmp_path: Path, duplicates: str) -> None:
    path = tmp_path / "in.tmx"
    write(pairs()[:2], path)
    half = '<tu><tuv xml:lang="ar"><seg>زوروا الموقع</seg></tuv></tu>'
    path.write_text(path.read_text("utf-8").replace("</body>", f"{half}</body>"), "utf-8")
    how = ["-o", "-", "--from", "tmx", "--to", "bare", "--filter", "blank", "--duplicates", duplicates]
    for result in (muwazi(path, *how), muwazi("-", *how, stdin=path.read_bytes())):
        assert result.exit_code == 0, result.output
        assert len(result.stdout.splitlines()) == 2
        assert result.stderr.count("1 of 3 units had no Arabic or no English") == 1


def test_folders_and_formats(corpus: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.tmx"
    result = muwazi(corpus.parent, "-o", out, "--filter", "blank")
    assert result.exit_code == 0, result.output
    assert numbers(read(out)) == [0, 1, 2]
    assert "1 pair(s) without a source or target are left out: tmx cannot hold them" in result.stderr


def test_settings_of_a_file(corpus: Path, tmp_path: Path) -> None:
    config, out = tmp_path / "filters.toml", tmp_path / "out.jsonl"
    config.write_text(
        "preset = 'strict'\nduplicates = 'exact'\nby = 'pair'\n[filters]\nnumbers = false\nmin-words = 2\n"
        "length-ratio = '0.1:9'\nfaults = ['repetition']\none-sided = true\n",
        "utf-8",
    )
    assert muwazi(corpus, "-o", out, "--config", config).exit_code == 0
    assert numbers(read(out)) == [0, 1, 2]
    # What is typed goes before what the file says.
    result = muwazi(
        corpus, "-o", out, "--force", "--config", config, "--by", "source", "--filter", "numbers", "--preset", "none"
    )
    assert result.exit_code == 0, result.output
    assert numbers(read(out)) == [0]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[filters]\nlength = 3", "there is no filter 'length'"),
        ("[filters]\nmin-length = 'x'", "the bound 'x' of min-length is no number"),
        ("[filters]\nmin-length = [1]", "min-length = [1] are no bounds"),
        ("filters = 3", "filters is no table"),
        ("present = 'light'", "unknown setting 'present'"),
        ("preset = 'severe'", "'severe' is not one of"),
        ("preset =", "no TOML"),
    ],
)
def test_wrong_settings_are_wrong_usage(corpus: Path, tmp_path: Path, text: str, told: str) -> None:
    config = tmp_path / "filters.toml"
    config.write_text(text, "utf-8")
    result = muwazi(corpus, "-o", tmp_path / "out.jsonl", "--config", config)
    assert result.exit_code == 2
    assert told in result.stderr
    assert not (tmp_path / "out.jsonl").exists()


@pytest.mark.parametrize(
    ("args", "code", "told"),
    [
        (["--filter", "length=3"], 2, "there is no filter 'length'"),
        (["--filter", "numbers=few"], 2, "the bound 'few' of numbers is no number"),
        (["--preset", "severe"], 2, "'severe' is not one of"),
        (["--threshold", "0"], 2, "0"),
        (["--config", "missing.toml"], 1, "missing.toml: cannot be read"),
        (["--rejected", "corpus.jsonl"], 1, "corpus.jsonl exists; give --force"),
    ],
)
def test_wrong_usage(corpus: Path, monkeypatch: pytest.MonkeyPatch, args: list[str], code: int, told: str) -> None:
    monkeypatch.chdir(corpus.parent)
    result = muwazi("corpus.jsonl", "-o", "out.jsonl", *args)
    assert result.exit_code == code
    assert told in result.stderr
    assert not Path("out.jsonl").exists()


def test_nothing_is_overwritten_and_nothing_asked_for_is_said(corpus: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    result = muwazi(corpus, "-o", out)
    assert result.exit_code == 0
    assert "nothing to filter by" in result.stderr
    assert out.read_bytes() == corpus.read_bytes()
    assert muwazi(corpus, "-o", out).exit_code == 1


def test_a_broken_corpus_leaves_nothing(corpus: Path, tmp_path: Path) -> None:
    corpus.write_bytes(corpus.read_bytes() + b"{}\n")
    out, rejected = tmp_path / "out.jsonl", tmp_path / "rejected.jsonl"
    for duplicates in ("none", "exact"):
        result = muwazi(corpus, "-o", out, "--rejected", rejected, "--preset", "light", "--duplicates", duplicates)
        assert result.exit_code == 1
        assert "corpus.jsonl:6:" in result.stderr
        assert not out.exists()
        assert not rejected.exists()


def test_the_list_names_every_filter() -> None:
    result = muwazi("--list")
    assert result.exit_code == 0
    assert [line.split()[0] for line in result.stdout.splitlines()] == ["filter", *MEASURES]
