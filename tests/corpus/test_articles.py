"""Which files are articles, what they are called, and which references lie beside them."""

from pathlib import Path

import pytest

from corpus.articles import find_articles
from corpus.reference import find_references
from mt.errors import InputError


def fill(folder: Path, *names: str) -> Path:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("نص.\n", "utf-8")
    return folder


@pytest.mark.parametrize(
    ("files", "articles"),
    [
        (["b.ar.txt", "a.ar.txt"], ["a", "b"]),
        (["a.txt", "x/b.text"], ["a", "x/b"]),
        (["a.ar.txt", "a.en.txt"], ["a"]),
        (["a.en.txt", "b.txt"], ["b"]),
        (["a.txt", "README.md", "readme.txt", "LICENSE", ".hidden.txt", ".git/c.txt", "p.csv"], ["a"]),
        (["a.docx", "b.ar.html", "b.ar-en.html", "b.en.html", "c.epub"], ["a", "b", "c"]),
        (["news.ar", "news.en"], ["news"]),
        (["2024.01.ar.txt"], ["2024.01"]),
        (["A.AR.TXT"], ["A"]),
    ],
)
def test_a_folder_is_walked(tmp_path: Path, files: list[str], articles: list[str]) -> None:
    assert [a.name for a in find_articles([fill(tmp_path, *files)])] == articles


def test_a_file_named_itself_is_an_article_whatever_it_is_called(tmp_path: Path) -> None:
    fill(tmp_path, "README.txt", "b")
    assert [a.name for a in find_articles([tmp_path / "README.txt", tmp_path / "b"])] == ["README", "b"]


def test_the_same_file_twice_is_one_article(tmp_path: Path) -> None:
    fill(tmp_path, "a.ar.txt")
    assert len(find_articles([tmp_path, tmp_path / "a.ar.txt"])) == 1


@pytest.mark.parametrize(
    ("files", "given", "message"),
    [
        ([], "missing", "no such file or folder"),
        (["notes.csv"], ".", "no articles in this folder"),
        (["a.txt", "a.ar.txt"], ".", "would both be document 'a'"),
        (["a.docx"], "a.docx", "named .docx, but the content is plain text; give --from text"),
    ],
)
def test_what_is_no_article_is_named(tmp_path: Path, files: list[str], given: str, message: str) -> None:
    fill(tmp_path, *files)
    with pytest.raises(InputError, match=message):
        find_articles([tmp_path / given])


@pytest.mark.parametrize(
    ("files", "reference"),
    [
        (["a.ar.txt", "a.en.txt", "a.en.md"], "a.en.txt"),
        (["a.ar.txt", "a.en.md"], "a.en.md"),
        (["a.ar.txt"], None),
        (["a.txt", "a.en.txt"], None),
        (["a.ar", "a.en"], "a.en"),
        (["[x].ar.txt", "[x].en.md"], "[x].en.md"),
    ],
)
def test_references_lie_beside_their_articles(tmp_path: Path, files: list[str], reference: str | None) -> None:
    (article,) = find_articles([fill(tmp_path, *files) / files[0]])
    assert (article.reference.name if article.reference else None) == reference


def test_references_are_found_in_a_folder_of_their_own(tmp_path: Path) -> None:
    fill(tmp_path / "ar", "x/a.txt", "b.ar.txt", "c.txt")
    fill(tmp_path / "en", "x/a.txt", "b.en.txt", "c.docx", "b.md")
    articles = find_articles([tmp_path / "ar"])
    found = find_references(articles, tmp_path / "en")
    assert {name: path.name for name, path in found.items()} == {"x/a": "a.txt", "b": "b.en.txt", "c": "c.docx"}
    with pytest.raises(InputError, match="no reference in it"):
        find_references(articles, tmp_path / "ar")  # no article is its own
    assert find_references(articles, None) == {}


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("en/b.en.txt", "one reference file for 3 articles"),
        ("nowhere", "no such file"),
        ("empty", "no reference in it"),
    ],
)
def test_references_that_fit_nothing_are_refused(tmp_path: Path, given: str, message: str) -> None:
    fill(tmp_path / "ar", "a.txt", "b.txt", "c.txt")
    fill(tmp_path / "en", "b.en.txt")
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match=message):
        find_references(find_articles([tmp_path / "ar"]), tmp_path / given)
