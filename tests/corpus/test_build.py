"""Corpus folders: the same bytes however they come about, nothing lost, nothing of others touched."""

import json
from pathlib import Path
from typing import NoReturn

import pytest

from corpus.articles import find_articles
from corpus.assembly import PAGE, Choice
from corpus.filter import Pipeline
from corpus.folder import sha256
from corpus.formats import read
from mt.errors import InputError, ModelError
from tests.corpus.builds import build_articles, files_of


def test_every_sentence_has_one_unit_and_offsets_reproduce_it(articles: Path, tmp_path: Path) -> None:
    result = build_articles(articles, tmp_path / "out")
    pairs = list(read(tmp_path / "out" / "corpus.jsonl"))
    texts = {a.name: a.path.read_text("utf-8") for a in find_articles([articles])}
    assert result.machine == len(pairs) == result.translated
    assert len({p.id for p in pairs}) == len(pairs)
    for name, text in texts.items():
        mine = [p for p in pairs if p.document == name]
        assert [p.sentence for p in mine] == list(range(len(mine)))
        assert all(text[p.start : p.end] == p.source for p in mine)
        assert "".join(p.source for p in mine).replace(" ", "") == "".join(text.split())
    assert sorted(files_of(tmp_path / "out")) == ["corpus.jsonl", "machine.tmx", "machine.tsv", "manifest.json"]


def test_the_same_input_gives_the_same_bytes(articles: Path, tmp_path: Path) -> None:
    build_articles(articles, tmp_path / "a")
    build_articles(articles, tmp_path / "b")
    assert files_of(tmp_path / "a") == files_of(tmp_path / "b")


def test_a_second_run_decodes_nothing_and_changes_nothing(articles: Path, tmp_path: Path) -> None:
    build_articles(articles, tmp_path / "out")
    before = files_of(tmp_path / "out")
    result = build_articles(articles, tmp_path / "out", engine=lambda _: pytest.fail("the engine is loaded"))
    assert result.translated == 0
    assert files_of(tmp_path / "out") == before


def test_only_what_is_new_or_changed_is_translated(articles: Path, tmp_path: Path) -> None:
    build_articles(articles, tmp_path / "out")
    (articles / "003.ar.txt").write_text("جملة جديدة تماما.\n", "utf-8")
    (articles / "000.ar.txt").unlink()
    (articles / "new.txt").write_text("مقال جديد. فيه جملتان.\n", "utf-8")
    assert build_articles(articles, tmp_path / "out").translated == 3
    build_articles(articles, tmp_path / "fresh")
    assert files_of(tmp_path / "out") == files_of(tmp_path / "fresh")
    assert "000" not in {p.document for p in read(tmp_path / "out" / "corpus.jsonl")}


def test_a_corpus_that_somebody_edited_is_not_built_upon(articles: Path, tmp_path: Path) -> None:
    total = build_articles(articles, tmp_path / "out").translated
    with (tmp_path / "out" / "corpus.jsonl").open("a") as handle:
        handle.write("\n")
    assert build_articles(articles, tmp_path / "out").translated == total


def test_the_manifest_tells_files_and_sources_and_no_path(articles: Path, tmp_path: Path) -> None:
    result = build_articles(articles, tmp_path / "out")
    text = (tmp_path / "out" / "manifest.json").read_text("utf-8")
    manifest = json.loads(text)
    assert str(tmp_path) not in text
    assert manifest["model"]["name"] == "compact"
    assert manifest["model"]["demonstration"] is True
    assert manifest["counts"]["machine"] == result.machine
    assert manifest["date"] == "2023-11-14T22:13:31Z"  # the newest article's
    for name, facts in manifest["files"].items():
        assert facts["sha256"] == sha256(tmp_path / "out" / name)
        assert facts["bytes"] == (tmp_path / "out" / name).stat().st_size
    assert [d["name"] for d in manifest["documents"]] == [f"{i:03}" for i in range(12)]


def test_the_date_can_be_given(articles: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "86400")
    build_articles(articles, tmp_path / "out")
    assert 'creationdate="19700102T000000Z"' in (tmp_path / "out" / "machine.tmx").read_text("utf-8")
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "yesterday")
    with pytest.raises(InputError, match="SOURCE_DATE_EPOCH is 'yesterday'"):
        build_articles(articles, tmp_path / "other")
    assert not (tmp_path / "other").exists()


def test_folders_of_others_are_left_alone(articles: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "thesis.docx").write_text("precious")
    with pytest.raises(InputError, match="holds no corpus of ours"):
        build_articles(articles, other)
    (other / "manifest.json").write_text("{}")
    with pytest.raises(InputError, match="holds no corpus of ours"):
        build_articles(articles, other)
    assert sorted(files_of(other)) == ["manifest.json", "thesis.docx"]
    (tmp_path / "file").write_text("x")
    with pytest.raises(InputError, match="is no folder"):
        build_articles(articles, tmp_path / "file")
    with pytest.raises(InputError, match="cannot be written to"):
        build_articles(articles, tmp_path / "file" / "below")


def test_a_failure_before_any_document_leaves_no_folder(articles: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="broken"):
        build_articles(articles, tmp_path / "out", engine=broken)
    assert not (tmp_path / "out").exists()
    build_articles(articles, tmp_path / "out")
    before = files_of(tmp_path / "out")
    (articles / "003.ar.txt").write_text("جملة جديدة تماما.\n", "utf-8")
    with pytest.raises(ModelError):
        build_articles(articles, tmp_path / "out", engine=broken)
    assert files_of(tmp_path / "out").keys() - before.keys() == {".build/journal.jsonl", ".build/lock", ".build/pid"}


def broken(_: object) -> NoReturn:
    raise ModelError("the model is broken")


FILTERED = Choice(("tsv",), filters=Pipeline.of("none", ["min-length=30"]))


def test_filters_divide_the_corpus_and_may_be_changed_without_translating(articles: Path, tmp_path: Path) -> None:
    build_articles(articles, tmp_path / "plain")
    plain = [pair.id for pair in read(tmp_path / "plain" / "corpus.jsonl")]
    result = build_articles(articles, tmp_path / "out", choice=FILTERED)
    kept = [pair.id for pair in read(tmp_path / "out" / "corpus.jsonl")]
    lines = (tmp_path / "out" / "rejected.jsonl").read_text("utf-8").splitlines()
    rejected = [json.loads(line) for line in lines]
    assert result.selection.rejected == {"min-length": len(rejected)}
    assert len(kept) > 0 < len(rejected)
    assert [number for number in plain if number in set(kept)] == kept
    assert sorted(kept + [record["id"] for record in rejected]) == sorted(plain)
    assert all(record["rejected"]["filter"] == "min-length" for record in rejected)
    assert all(record["rejected"]["value"] < record["rejected"]["bound"] == 30 for record in rejected)
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text("utf-8"))
    assert manifest["filters"] == ["min-length=30"]
    assert manifest["counts"]["rejected"] == {"min-length": len(rejected)}
    for choice in (None, FILTERED, None):  # and back
        assert build_articles(articles, tmp_path / "out", choice=choice).translated == 0
        build_articles(articles, tmp_path / "fresh", choice=choice)
        assert files_of(tmp_path / "out") == files_of(tmp_path / "fresh")
    assert not (tmp_path / "out" / "rejected.jsonl").exists()


def test_a_filtered_corpus_is_brought_up_to_date(articles: Path, tmp_path: Path) -> None:
    build_articles(articles, tmp_path / "out", choice=FILTERED)
    (articles / "003.ar.txt").write_text("جملة جديدة تماما.\n", "utf-8")
    (articles / "000.ar.txt").unlink()
    assert build_articles(articles, tmp_path / "out", choice=FILTERED).translated == 1
    build_articles(articles, tmp_path / "fresh", choice=FILTERED)
    assert files_of(tmp_path / "out") == files_of(tmp_path / "fresh")


@pytest.mark.parametrize(
    ("forms", "files"),
    [
        (("tmx",), {"machine.tmx"}),
        (("moses",), {"machine.ar", "machine.en"}),
        (("bare", "tsv"), {"machine.bare.tsv", "machine.tsv"}),
        (("xliff",), {"machine.xlf"}),
        (("parquet",), {"machine.parquet"}),
        ((PAGE,), {"page.html"}),
    ],
)
def test_every_form_is_written_and_told(
    articles: Path, tmp_path: Path, forms: tuple[str, ...], files: set[str]
) -> None:
    build_articles(articles, tmp_path / "out")
    result = build_articles(articles, tmp_path / "out", choice=Choice(forms))
    assert files_of(tmp_path / "out").keys() == {"corpus.jsonl", "manifest.json", *files}
    told = json.loads((tmp_path / "out" / "manifest.json").read_text("utf-8"))["files"]
    assert {name: told[name]["pairs"] for name in files} == dict.fromkeys(files, result.machine)


def test_a_large_corpus_has_no_page(articles: Path, tmp_path: Path) -> None:
    result = build_articles(articles, tmp_path / "out", choice=Choice((PAGE,), page_limit=10))
    assert not result.paged
    assert files_of(tmp_path / "out").keys() == {"corpus.jsonl", "manifest.json"}
