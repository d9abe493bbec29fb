"""Dry runs, scores and alternatives on the command line."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from corpus.dry_run import SAMPLE, Census, duration
from mt.cli import cli
from mt.translator import Translator

ROOT = Path(__file__).parent.parent.parent
RETURN = "عاد الصيادون إلى الميناء قبل الغروب."
ARTICLE = f"{RETURN} وباعوا ٤٠ صندوقا من السمك.\n\nGPT-4\n\n{RETURN}\n"


def muwazi(*args: str | Path) -> Result:
    return CliRunner().invoke(cli, [*map(str, args), "--model", "compact"], prog_name="muwazi")


@pytest.fixture
def article(tmp_path: Path) -> Path:
    path = tmp_path / "harbour.ar.txt"
    path.write_text(ARTICLE, "utf-8")
    return path


def rows(result: Result) -> dict[str, str]:
    return {line[:9].strip(): line[11:] for line in result.stdout.splitlines()}


def test_a_census_counts_what_the_model_would_get(translator: Callable[..., Translator]) -> None:
    one = translator()
    census = Census(one)
    sentences = ["عاد الصيادون", "عاد الصيّادون", "GPT-4", "كتاب جديد، " * 60, ""]
    for sentence in sentences:
        census.add(sentence)
    assert (census.sentences, census.identical, census.foreign, census.long) == (5, 1, 2, 1)
    assert census.work == sum(len(row) for sentence in (sentences[0], sentences[3]) for row in one.rows(sentence))
    rate, tried = census.rate()
    assert rate > 0
    assert tried == 2


def test_a_census_of_nothing_has_no_rate(translator: Callable[..., Translator]) -> None:
    assert Census(translator()).rate() == (0.0, 0)


def test_the_sample_is_small_and_the_same_whatever_the_order(translator: Callable[..., Translator]) -> None:
    one = translator()
    sentences = [f"الرقم {n}" for n in range(SAMPLE + 200)]
    samples = []
    for order in (sentences, sentences[::-1]):
        census = Census(one)
        for sentence in order:
            census.add(sentence)
        samples.append(sorted(census._sample))
    assert samples[0] == samples[1]
    assert len(samples[0]) == SAMPLE


def test_of_a_text_without_an_end_some_is_tried(translator: Callable[..., Translator]) -> None:
    one = translator()
    census, endless = Census(one), "كتاب جديد عن البحر " * 5_000
    census.add(endless)
    assert census.work == sum(map(len, one.rows(endless))) > 10_000
    ((_, size, tried),) = census._sample
    assert size == sum(map(len, one.rows(tried)))
    assert 500 < size < 1_500
    assert endless.startswith(tried)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.2, "less than a second"),
        (1, "1 s"),
        (59.6, "1 min"),
        (75, "1 min 15 s"),
        (3600, "1 h"),
        (3725, "1 h 2 min"),
        (3605, "1 h"),
        (200_000, "2 d 7 h"),
    ],
)
def test_durations_read_well(seconds: float, text: str) -> None:
    assert duration(seconds) == text


def test_a_dry_run_of_translate_writes_nothing(article: Path, tmp_path: Path) -> None:
    before = sorted(tmp_path.rglob("*"))
    result = muwazi("translate", tmp_path, "--dry-run", "--fast")  # a folder, and no -o
    assert result.exit_code == 0, result.output
    found = rows(result)
    assert found["documents"] == "1"
    assert found["sentences"] == "4, 1 of them identical to others, 1 of them without Arabic letters"
    assert "source tokens/s, tried on 2 sentence(s)" in found["time"]
    assert "greedy" in found["model"]
    assert sorted(tmp_path.rglob("*")) == before
    assert article.read_text("utf-8") == ARTICLE


def test_a_dry_run_names_what_cannot_be_read(article: Path, tmp_path: Path) -> None:
    (tmp_path / "old.txt").write_bytes("عاد الصيادون".encode("cp1256"))
    for command in ("translate", "build"):
        result = muwazi(command, tmp_path, "-o", tmp_path.with_name("out"), "--dry-run")
        assert result.exit_code == 1
        assert result.stderr.count("error: ") == 1
        assert "old.txt: not UTF-8" in result.stderr
        assert rows(result)["documents"].startswith("1")
    assert article.exists()


def test_a_dry_run_refuses_what_the_run_would(article: Path, tmp_path: Path) -> None:
    (tmp_path / "taken.txt").write_text("precious")
    assert "give --force" in muwazi("translate", article, "-o", tmp_path / "taken.txt", "--dry-run").stderr
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "thesis.txt").write_text("precious")
    result = muwazi("build", article, "-o", tmp_path / "full", "--dry-run")
    assert result.exit_code == 1
    assert "holds no corpus of ours" in result.stderr


def test_a_dry_run_of_build_knows_what_is_there(article: Path, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    article = article.rename(folder / article.name)
    out = tmp_path / "out"
    new = rows(muwazi("build", folder, "-o", out, "--dry-run", "--fast"))
    assert new["documents"] == f"1, 0 of them in {out} already"
    assert not out.exists()
    assert muwazi("build", folder, "-o", out, "--fast").exit_code == 0
    (folder / "b.txt").write_text("وصل القطار.\n", "utf-8")
    before = {path: path.read_bytes() for path in out.rglob("*")}
    found = rows(muwazi("build", folder, "-o", out, "--dry-run", "--fast"))
    assert found["documents"] == f"2, 1 of them in {out} already"
    assert found["sentences"] == "1"
    other_search = rows(muwazi("build", folder, "-o", out, "--dry-run", "--beam", "2"))
    assert other_search["documents"] == f"2, 0 of them in {out} already"
    assert {path: path.read_bytes() for path in out.rglob("*")} == before
    (out / "corpus.jsonl").write_text("")
    damaged = rows(muwazi("build", folder, "-o", out, "--dry-run", "--fast"))
    assert damaged["documents"] == f"2, 0 of them in {out} already"


def test_scores_are_columns_before_the_text(article: Path) -> None:
    plain = muwazi("translate", article, "--to", "text").stdout.splitlines()
    scored = muwazi("translate", article, "--to", "text", "--scores").stdout.splitlines()
    records = [json.loads(line) for line in muwazi("translate", article, "--to", "jsonl").stdout.splitlines()]
    assert [line.split("\t")[2] if line else "" for line in scored] == plain
    columns = [line.split("\t") for line in scored if line]
    for (score, faults, text), record in zip(columns, records, strict=True):
        assert score == ("-" if record["score"] is None else f"{record['score']:.4f}")
        assert faults == (",".join(record["faults"]) or "-")
        assert text == record["target"]


def test_alternatives_follow_their_sentence(article: Path) -> None:
    plain = muwazi("translate", article, "--to", "text").stdout.splitlines()
    lines = muwazi("translate", article, "--to", "text", "--alternatives", "3").stdout.splitlines()
    assert [line for line in lines if not line.startswith("\t")] == plain
    assert sum(line.startswith("\t") for line in lines) == 2 * 3
    scored = muwazi("translate", article, "--to", "text", "--alternatives", "3", "--scores").stdout.splitlines()
    assert ["\t" * line.startswith("\t") + line.split("\t")[-1] for line in scored] == lines


def test_records_hold_alternatives_where_they_are_asked_for(article: Path) -> None:
    usual = muwazi("translate", article, "--to", "jsonl").stdout.splitlines()
    rich = muwazi("translate", article, "--to", "jsonl", "--alternatives", "2").stdout.splitlines()
    for plain, line in zip(usual, rich, strict=True):
        record = json.loads(line)
        alternatives = record.pop("alternatives")
        assert record == json.loads(plain)
        if record["score"] is None:
            assert alternatives == []
        else:
            assert alternatives[0] == {key: record[key] for key in ("target", "score", "faults")}
            assert len(alternatives) == 2


@pytest.mark.parametrize(
    ("args", "remedy"),
    [
        (["--alternatives", "2"], "--alternatives has no place in --to same; give --to text or --to jsonl"),
        (["--scores", "--to", "html"], "--scores has no place in --to html; give --to text or --to jsonl"),
        (["--alternatives", "5", "--to", "text"], "give --beam 5"),
        (["--alternatives", "2", "--fast", "--to", "text"], "--fast looks for one translation only"),
        (["--alternatives", "1", "--to", "text"], "1 is not in the range"),
    ],
)
def test_what_cannot_be_had_is_refused_with_the_remedy(article: Path, args: list[str], remedy: str) -> None:
    result = muwazi("translate", article, *args)
    assert result.exit_code == 2
    assert remedy in result.stderr
