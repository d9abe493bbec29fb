"""`muwazi merge`, `sort`, `sample` and `partition`: files in, files out, and what they say."""

import json
from pathlib import Path

import pytest

from corpus.formats import read, write
from corpus.pair import Pair
from tests.command import muwazi


def pair(document: str, sentence: int, source: str = "", score: float | None = None) -> Pair:
    source = source or f"الجملة {sentence} من المقال {document}"
    start = 100 * sentence
    target = f"Sentence {sentence} of {document}"
    return Pair(document, 0, sentence, start, start + len(source), source, target, "machine", score=score)


PAIRS = [pair(f"article-{d:02}", s, score=-((d * 7 + s * 3) % 10) / 10) for d in range(30) for s in range(5)]


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    path = tmp_path / "corpus.jsonl"
    write(PAIRS, path)
    return path


def test_shards_in_any_order_and_format_make_the_corpus_again(corpus: Path, tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    write(PAIRS[60:], folder / "corpus.jsonl")
    write(PAIRS[:70], tmp_path / "first.jsonl.gz")
    write(PAIRS[:20], tmp_path / "again.tsv")
    for order in (["first.jsonl.gz", "folder", "again.tsv"], ["again.tsv", "folder", "first.jsonl.gz"]):
        out = tmp_path / "merged.jsonl"
        result = muwazi("merge", *(tmp_path / name for name in order), "-o", out, "--force")
        assert result.exit_code == 0, result.output
        assert out.read_bytes() == corpus.read_bytes()
        assert "came again  30" in result.stderr


def test_conflicts_are_named_and_kept_only_when_asked_for(corpus: Path, tmp_path: Path) -> None:
    other, out = tmp_path / "other.jsonl", tmp_path / "merged.jsonl"
    write([pair("article-07", 2, "جملة أخرى"), pair("article-99", 0)], other)
    result = muwazi("merge", corpus, other, "-o", out)
    assert result.exit_code == 1
    assert "1 document(s): article-07 (sentence 2) with two different texts" in result.stderr
    assert not out.exists()
    result = muwazi("merge", corpus, other, "-o", out, "--keep-conflicts")
    assert result.exit_code == 0
    assert "article-07 (sentence 2) with two different texts, all pairs of which are kept" in result.stderr
    assert len(list(read(out))) == len(PAIRS) + 2


def test_sort(corpus: Path, tmp_path: Path) -> None:
    out = tmp_path / "sorted.tsv"
    assert muwazi("sort", corpus, "--by", "score", "-o", out).exit_code == 0
    scores = [p.score or 0.0 for p in read(out)]
    assert scores == sorted(scores)
    assert muwazi("sort", out, "--reverse", "--by", "score", "-o", out, "--force").exit_code == 0
    assert [p.score or 0.0 for p in read(out)] == scores[::-1]
    result = muwazi("sort", "-", "--from", "tsv", "--to", "tsv", "-o", "-", "--by", "document", stdin=out.read_bytes())
    assert result.stdout.splitlines()[1].split("\t")[1] == "article-00"


def test_sample(corpus: Path, tmp_path: Path) -> None:
    result = muwazi("sample", corpus, "-n", "7", "-o", "-", "--to", "bare", "--seed", "2")
    assert result.exit_code == 0
    assert len(result.stdout.splitlines()) == 7
    out = tmp_path / "some.jsonl"
    assert muwazi("sample", corpus, "--number", "3", "--by-document", "-o", out).exit_code == 0
    assert len(list(read(out))) == 15
    assert muwazi("sample", corpus, "--share", "0.5", "-o", out, "--force").exit_code == 0
    assert 40 < len(list(read(out))) < 110


def test_partition(corpus: Path, tmp_path: Path) -> None:
    write([*PAIRS, pair("article-30", 0, PAIRS[0].source)], corpus)
    sets = tmp_path / "sets"
    result = muwazi("partition", corpus, "-o", sets, "--test", "20", "--dev", "10")
    assert result.exit_code == 0, result.output
    names = {name: {p.document for p in read(sets / f"{name}.jsonl")} for name in ("train", "dev", "test")}
    assert (len(names["test"]), len(names["dev"])) == (4, 2)
    assert not names["test"] & names["dev"]
    assert not names["train"] & (names["test"] | names["dev"])
    left = (sets / "left-out.jsonl").read_text("utf-8").splitlines()
    written = sum(len(list(read(sets / f"{name}.jsonl"))) for name in names)
    assert written + len(left) == len(PAIRS) + 1
    assert "train  " in result.stderr
    assert muwazi("partition", corpus, "-o", sets).exit_code == 1
    again = muwazi("partition", corpus, "-o", sets, "--force", "--test", "20", "--dev", "10")
    assert again.stderr == result.stderr


def test_what_partition_leaves_out_can_be_read_again(tmp_path: Path) -> None:
    corpus, sets = tmp_path / "corpus.tsv", tmp_path / "sets"
    write([pair(f"article-{n}", 0, "نعم") for n in range(40)], corpus)
    assert muwazi("partition", corpus, "-o", sets, "--to", "tsv", "--test", "0.5", "--dev", "0").exit_code == 0
    left = list(read(sets / "left-out.jsonl"))
    assert left
    assert not list(read(sets / "train.tsv"))
    record = json.loads((sets / "left-out.jsonl").read_text("utf-8").split("\n")[0])
    assert record["rejected"] == {"filter": "overlap", "value": "test", "bound": "source"}


@pytest.mark.parametrize(
    ("args", "code", "told"),
    [
        (["sample", "corpus.jsonl", "-o", "x.jsonl"], 2, "give either -n N or --share P"),
        (["sample", "corpus.jsonl", "-o", "x.jsonl", "-n", "1", "--share", "1"], 2, "give either -n N or --share P"),
        (["sort", "corpus.jsonl", "-o", "corpus.jsonl"], 1, "corpus.jsonl exists; give --force"),
        (["merge", "corpus.jsonl", "-o", "x.doc"], 1, "no corpus format has the extension '.doc'"),
        (["merge", ".", "missing.tsv", "-o", "x.tsv"], 1, "missing.tsv: cannot be read"),
        (["partition", "corpus.jsonl", "-o", "x", "--test", "0.7", "--dev", "0.3"], 2, "leave nothing for train"),
        (["partition", "corpus.jsonl", "-o", "x", "--test", "1.5"], 2, "neither a share below 1 nor a number"),
        (["partition", "-", "-o", "x"], 2, "give a file instead of -"),
        (["partition", "one.jsonl", "-o", "x"], 1, "one.jsonl: 1 document(s), and a corpus is parted by documents"),
        (["partition", "corpus.jsonl", "-o", "one.jsonl"], 1, "one.jsonl: no folder can be made"),
    ],
)
def test_wrong_usage(corpus: Path, monkeypatch: pytest.MonkeyPatch, args: list[str], code: int, told: str) -> None:
    monkeypatch.chdir(corpus.parent)
    write(PAIRS[:5], Path("one.jsonl"))
    result = muwazi(*args)
    assert result.exit_code == code, result.output
    assert told in result.stderr


def test_an_empty_set_is_said(corpus: Path, tmp_path: Path) -> None:
    write([pair("a", 0), pair("b", 0)], corpus)
    result = muwazi("partition", corpus, "-o", tmp_path / "sets", "--dev", "0.000001")
    assert "dev is empty: no document drew it" in result.stderr
