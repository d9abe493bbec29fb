"""Shards: which documents are in one, and `muwazi build --shard`."""

import json
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.articles import find_articles
from corpus.formats import find
from corpus.shard import Shard, shards_in
from mt.errors import InputError
from tests.command import muwazi
from tests.corpus.builds import build_articles, files_of, write_articles

NAMES = st.text(st.characters(codec=None, exclude_categories=()), max_size=20)  # lone surrogates too


@pytest.mark.parametrize(
    ("text", "folder"),
    [
        ("1/1", "shard-1-of-1"),
        ("3/7", "shard-3-of-7"),
        ("3/16", "shard-03-of-16"),
        ("016/16", "shard-16-of-16"),
        ("7/1000", "shard-0007-of-1000"),
    ],
)
def test_a_shard_names_its_folder(text: str, folder: str) -> None:
    shard = Shard.parse(text)
    assert shard.folder == folder
    assert Shard.parse(str(shard)) == shard


@pytest.mark.parametrize(
    "text", ["", "3", "8/7", "0/4", "-1/4", "a/b", "1/0", "1/2/3", " 1/2", "1/2\n", "١/٢", "1.0/2", "1/9999999999"]
)
def test_what_is_no_shard_is_told(text: str) -> None:
    with pytest.raises(InputError, match="is no shard; write I/N"):
        Shard.parse(text)


@given(NAMES, st.integers(1, 3000))
def test_a_document_is_in_one_shard(name: str, count: int) -> None:
    assert sum(Shard(index, count).takes(name) for index in range(1, count + 1)) == 1


def test_documents_stay_where_they_are_whatever_runs() -> None:
    """The shards of another process, machine or version are of the same cut."""
    names = ["", "article", "news/2024/مقال", "a\udc80"]
    assert [next(i for i in range(1, 17) if Shard(i, 16).takes(name)) for name in names] == [5, 16, 15, 14]


def test_shards_are_of_like_sizes() -> None:
    sizes = [sum(Shard(index, 8).takes(f"news/{n}") for n in range(8000)) for index in range(1, 9)]
    assert 900 < min(sizes) <= max(sizes) < 1100


def test_folders_of_shards_are_found_by_their_names(tmp_path: Path) -> None:
    for name in ("shard-2-of-2", "shard-1-of-2", "shard-x-of-2", "shards", ".shard-1-of-2"):
        (tmp_path / name).mkdir()
    (tmp_path / "shard-3-of-3").write_text("a file")
    assert [path.name for path in shards_in(tmp_path)] == ["shard-1-of-2", "shard-2-of-2"]
    assert shards_in(tmp_path / "missing") == shards_in(tmp_path / "shard-3-of-3") == []


def test_all_shards_may_begin_at_once(articles: Path, tmp_path: Path) -> None:
    """The folder of all is made by whoever comes first."""
    out = tmp_path / "not" / "there"
    shards = [Shard(index, 6) for index in range(1, 7)]
    with ThreadPoolExecutor(6) as pool:
        results = list(pool.map(lambda s: build_articles(articles, s.place(out, [articles]), shard=s), shards))
    assert shards_in(out) == [out / shard.folder for shard in shards]
    assert sum(result.documents for result in results) == len(find_articles([articles]))


def test_only_a_shard_s_articles_are_read(articles: Path, tmp_path: Path) -> None:
    shard = Shard(1, 3)
    for article in find_articles([articles]):
        if not shard.takes(article.name):
            article.path.write_bytes(b"\xff\xfe\xff broken")
    result = build_articles(articles, tmp_path / "out", shard=shard)
    assert 0 < result.documents < 12
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text("utf-8"))
    assert list(manifest)[list(manifest).index("shard") : -3] == [
        "shard",
        "date",
        "reading",
        "filters",
        "keep_unrelated",
        "formats",
    ]
    assert manifest["shard"] == "1/3"


def build(articles: Path, out: Path, shard: str, *options: str) -> tuple[int, str]:
    """Run `muwazi build` with the bundled model; gives exit code and what was said."""
    result = muwazi("build", articles, "-o", out, "--model", "compact", "--fast", "--shard", shard, *options)
    return result.exit_code, result.stderr


@pytest.fixture
def two(tmp_path: Path) -> Path:
    """Give a folder of two short articles."""
    folder = write_articles(tmp_path / "in", 0)
    for name, text in (("a", "افتتحت المدينة مكتبة جديدة."), ("b", "عبر النهر قارب صغير.")):
        (folder / f"{name}.ar.txt").write_text(f"{text}\n", "utf-8")
        (folder / f"{name}.en.txt").write_text("The city opened a new library.\n", "utf-8")
    return folder


def test_a_finished_shard_is_left_alone(two: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "out"
    assert build(two, out, "1/1")[0] == 0
    before = files_of(out)
    times = {path: path.stat().st_mtime_ns for path in out.rglob("*")}
    monkeypatch.setattr("corpus.build.opened", None)  # nothing can be written
    code, said = build(two, out, "1/1")
    assert code == 0
    assert "shard-1-of-1 is finished and unchanged: nothing was done" in said
    assert "2 document(s), 2 machine pairs" in said
    assert "scores" in said
    assert {path: path.stat().st_mtime_ns for path in out.rglob("*")} == times
    assert files_of(out) == before


def removed(two: Path, shard: Path) -> None:
    (shard / "machine.tsv").unlink()


def damaged(two: Path, shard: Path) -> None:
    (shard / "corpus.jsonl").write_bytes((shard / "corpus.jsonl").read_bytes().swapcase())


def unfinished(two: Path, shard: Path) -> None:
    (shard / ".build").mkdir()


def more(two: Path, shard: Path) -> None:
    (two / "c.ar.txt").write_text("وصل القطار مساء.\n", "utf-8")


def fewer(two: Path, shard: Path) -> None:
    (two / "b.ar.txt").unlink()


def other(two: Path, shard: Path) -> None:
    (two / "a.ar.txt").write_text("وصل القطار مساء.\n", "utf-8")


def newer(two: Path, shard: Path) -> None:
    os.utime(two / "a.ar.txt", (1_900_000_000, 1_900_000_000))


@pytest.mark.parametrize("change", [removed, damaged, unfinished, more, fewer, other, newer])
def test_what_changed_is_built(two: Path, tmp_path: Path, change: Callable[[Path, Path], None]) -> None:
    shard = tmp_path / "out" / "shard-1-of-1"
    build_articles(two, shard, shard=Shard(1, 1))
    assert build_articles(two, shard, shard=Shard(1, 1)).unchanged
    change(two, shard)
    assert not build_articles(two, shard, shard=Shard(1, 1)).unchanged
    build_articles(two, tmp_path / "fresh", shard=Shard(1, 1))
    assert files_of(shard) == files_of(tmp_path / "fresh")


def test_a_shard_without_documents_is_an_empty_corpus(two: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    empty = next(i for i in range(1, 6) if not any(map(Shard(i, 5).takes, "ab")))
    code, said = build(two, out, f"{empty}/5")
    assert code == 0
    assert "no text in this shard: the corpus is empty" in said
    assert find(out).read_bytes() == b""
    assert muwazi("build", "--check", out).exit_code == 0
    code, said = build(two, out, f"{empty}/5")
    assert code == 0
    assert "is finished and unchanged" in said


def test_the_only_shard_of_a_folder_is_its_corpus(articles: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    with pytest.raises(InputError, match=r"without corpus\.jsonl"):
        find(out)
    build_articles(articles, out / "shard-2-of-2", shard=Shard(2, 2))
    assert find(out) == out / "shard-2-of-2" / "corpus.jsonl"
    build_articles(articles, out / "shard-1-of-2", shard=Shard(1, 2))
    with pytest.raises(InputError, match=r"holds 2 shards; .*: muwazi merge .* -o OUT"):
        find(out)


def test_a_build_into_shards_is_refused(articles: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    build_articles(articles, out / "shard-1-of-2", shard=Shard(1, 2))
    with pytest.raises(InputError, match=r"holds shards; `muwazi merge .*out -o OUT` makes one corpus of them"):
        build_articles(articles, out)


def test_shards_do_not_mix_with_other_files(articles: Path, tmp_path: Path) -> None:
    build_articles(articles, tmp_path / "out")
    code, said = build(articles, tmp_path / "out", "1/2")
    assert code == 1
    assert "out is a corpus (manifest.json in it)" in said
    code, said = build(articles, articles / "out", "1/2")
    assert code == 1
    assert "is inside the input" in said
    assert not (articles / "out").exists()


@pytest.mark.parametrize("shard", ["8/7", "0/4", "a/b"])
def test_a_bad_shard_is_told_at_once(articles: Path, tmp_path: Path, shard: str) -> None:
    code, said = build(articles, tmp_path / "out", shard)
    assert code == 1
    assert f"error: '{shard}' is no shard; write I/N with 1 ≤ I ≤ N" in said
    assert not (tmp_path / "out").exists()
