"""Corpus folders merged into one: the bytes of one build, whatever the shards, and clear words where that cannot be."""

import json
import os
import random
import resource
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.agreement import SHARDS, folders_in
from corpus.assembly import PAGE, Choice, Result, assemble
from corpus.duplicates import By, Duplicates
from corpus.filter import Pipeline
from corpus.folder import STATE, Done, documents_in, opened, sha256
from corpus.formats import read
from corpus.integrity import discrepancies
from corpus.manifest import Manifest
from corpus.selection import Selection
from corpus.shard import Shard
from corpus.sift import rejections, sift
from corpus.union import Union
from mt.errors import InputError
from tests.command import muwazi
from tests.corpus.builds import build_articles, count_only, files_of, write_articles, write_references
from tests.limits import largest_file

ROOT = Path(__file__).parent.parent.parent
CHOICE = Choice(("tmx", "tsv", PAGE), page_limit=10_000, filters=Pipeline.of("none", ["min-length=30"]))
ROUNDS = 30


def merged(
    folders: Sequence[Path], out: Path, *forms: str, duplicates: By | None = None, partial: bool = False
) -> Result:
    """Merge corpus folders, or folders of shards."""
    return Union.of(folders_in(folders), forms, duplicates, partial=partial).write(out, lambda: count_only)


def build_shards(articles: Path, out: Path, number: int, choice: Choice = CHOICE) -> list[Path]:
    """Build all shards; gives their folders."""
    shards = [Shard(index, number) for index in range(1, number + 1)]
    for shard in shards:
        build_articles(articles, out / shard.folder, choice=choice, shard=shard)
    return [out / shard.folder for shard in shards]


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give 200 articles (`in`), of which a quarter has references, one build of them (`whole`), and seven shards."""
    root = tmp_path_factory.mktemp("union")
    articles = write_articles(root / "in", 200)
    build_articles(articles, root / "machine", choice=Choice(()))
    write_references(articles, root / "machine")
    (articles / "005.en.txt").write_text("Nothing of it.\n" * 9, "utf-8")
    build_articles(articles, root / "whole", choice=CHOICE)
    build_shards(articles, root / "shards", 7)
    return root


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give 24 articles (`in`), one build of them (`whole`), and three `shards`."""
    root = tmp_path_factory.mktemp("small")
    articles = write_articles(root / "in", 24, seed=2)
    build_articles(articles, root / "machine", choice=Choice(()))
    write_references(articles, root / "machine")
    build_articles(articles, root / "whole", choice=CHOICE)
    build_shards(articles, root / "shards", 3)
    build_articles(write_articles(root / "other", 5, seed=3), root / "old", choice=Choice(("moses", "tsv")))
    return root


@pytest.fixture
def shards(small: Path, tmp_path: Path) -> Path:
    """Give a copy of the shards to alter."""
    return Path(shutil.copytree(small / "shards", tmp_path / "shards"))


def test_the_corpus_has_all_that_a_build_can_tell(root: Path) -> None:
    manifest = json.loads((root / "whole" / "manifest.json").read_text("utf-8"))
    assert manifest["counts"]["documents"] == 200
    assert manifest["counts"]["human"] > 100
    assert manifest["counts"]["rejected"].keys() == {"min-length", "unrelated-reference"}
    assert {"human.tmx", "rejected.jsonl", "scores.json", "page.html"} < set(manifest["files"])


@pytest.mark.parametrize("order", ["sorted", "reversed", "shuffled", "parent"])
def test_seven_shards_make_the_bytes_of_one_build(root: Path, tmp_path: Path, order: str) -> None:
    folders = sorted((root / "shards").iterdir(), reverse=order == "reversed")
    if order == "shuffled":
        random.Random(3).shuffle(folders)
    result = merged([root / "shards"] if order == "parent" else folders, tmp_path / "out")
    assert files_of(tmp_path / "out") == files_of(root / "whole")
    assert result.documents == 200
    assert list(discrepancies(tmp_path / "out")) == list(discrepancies(root / "shards")) == []


@pytest.mark.parametrize("number", [1, 2])
def test_any_number_of_shards_makes_the_same(root: Path, tmp_path: Path, number: int) -> None:
    build_shards(root / "in", tmp_path / "shards", number)
    merged([tmp_path / "shards"], tmp_path / "out")
    assert files_of(tmp_path / "out") == files_of(root / "whole")


def corpus_of(documents: Sequence[Done], like: Manifest, out: Path) -> None:
    """Make a corpus folder of some finished documents, as another one was made."""
    left_out = {"counts", "files", *CHOICE.record()}
    how = {name: value for name, value in like.head.items() if name not in left_out}
    with opened(out) as folder:
        assemble(folder, iter(documents), how, CHOICE, lambda: count_only, Result(Selection(CHOICE.filters)))


def documents(folder: Path) -> tuple[Manifest, list[Done]]:
    manifest = Manifest.of(folder)
    assert manifest
    return manifest, list(documents_in(folder, manifest))


@settings(max_examples=15)
@given(st.lists(st.sets(st.integers(0, 3), min_size=1), min_size=24, max_size=24), st.permutations(range(4)))
def test_any_partition_into_folders_makes_the_same(small: Path, places: list[set[int]], order: list[int]) -> None:
    """Into folders that need not be shards, some empty, with some documents in several."""
    manifest, all_ = documents(small / "whole")
    with TemporaryDirectory() as made:
        folders = [Path(made, str(number)) for number in range(4)]
        for number, folder in enumerate(folders):
            corpus_of([done for done, where in zip(all_, places, strict=True) if number in where], manifest, folder)
        merged([folders[number] for number in order], Path(made, "out"))
        assert files_of(Path(made, "out")) == files_of(small / "whole")


def test_names_that_are_no_utf_8_are_names_too(tmp_path: Path) -> None:
    """As files may have them on Linux; they come as lone surrogates, and such sort between other names."""
    articles = tmp_path / "in"
    articles.mkdir()
    for name in (b"b", b"caf\xe9", "مقال".encode(), "\U0001f4f0".encode()):
        (articles / os.fsdecode(name + b".ar.txt")).write_text("وصل القطار إلى المدينة مساء أمس.\n", "utf-8")
    build_articles(articles, tmp_path / "whole", choice=CHOICE)
    build_shards(articles, tmp_path / "shards", 2)
    assert merged([tmp_path / "shards"], tmp_path / "out").documents == 4
    assert files_of(tmp_path / "out") == files_of(tmp_path / "whole")
    assert list(discrepancies(tmp_path / "out")) == []
    assert build_articles(articles, tmp_path / "out", choice=CHOICE).translated == 0


def test_the_formats_may_be_others(small: Path, tmp_path: Path) -> None:
    build_articles(small / "in", tmp_path / "whole", choice=Choice(("moses", "bare"), filters=CHOICE.filters))
    merged([small / "shards"], tmp_path / "out", "moses", "bare")
    assert files_of(tmp_path / "out") == files_of(tmp_path / "whole")


def test_what_a_page_cannot_hold_is_judged_by_the_union(small: Path, tmp_path: Path) -> None:
    """Each shard is small enough for a page, all together are not."""
    choice = replace(CHOICE, page_limit=60)
    build_articles(small / "in", tmp_path / "whole", choice=choice)
    build_shards(small / "in", tmp_path / "shards", 3, choice)
    assert list((tmp_path / "shards").glob("*/page.html"))
    assert not merged([tmp_path / "shards"], tmp_path / "out").paged
    assert files_of(tmp_path / "out") == files_of(tmp_path / "whole")


def test_an_older_corpus_gives_way(small: Path, tmp_path: Path) -> None:
    shutil.copytree(small / "old", tmp_path / "out")
    merged([small / "shards"], tmp_path / "out")
    assert files_of(tmp_path / "out") == files_of(small / "whole")


def test_shards_in_the_folder_that_is_built_make_it(small: Path, tmp_path: Path) -> None:
    shutil.copytree(small / "shards", tmp_path / "out" / SHARDS)
    with pytest.raises(InputError, match="min-length"):
        Union.of(folders_in([tmp_path / "out"])).write(tmp_path / "out", fail)
    assert (tmp_path / "out" / SHARDS / "shard-3-of-3" / "manifest.json").exists()
    merged([tmp_path / "out"], tmp_path / "out")
    assert files_of(tmp_path / "out") == files_of(small / "whole")


def fail() -> Any:
    raise InputError("min-length")


def test_a_part_may_be_merged_and_the_rest_later(shards: Path, small: Path, tmp_path: Path) -> None:
    shutil.move(shards / "shard-2-of-3", tmp_path / "second")
    (shards / "shard-3-of-3" / STATE).mkdir()
    told: list[str] = []
    union = Union.of(folders_in([shards]), partial=True, on_left_out=told.append)
    union.write(tmp_path / "part", lambda: count_only)
    assert [line.rpartition("/")[2] for line in told] == [
        "shard-3-of-3: its build is not finished (.build is in it); it is left out",
        "3; the rest is merged",
    ]
    assert json.loads((tmp_path / "part" / "manifest.json").read_text("utf-8"))["shard"] == ["1/3"]
    with pytest.raises(InputError, match=r"missing: shard 3/3; build"):
        merged([tmp_path / "part", tmp_path / "second"], tmp_path / "out")
    (shards / "shard-3-of-3" / STATE).rmdir()
    merged([tmp_path / "part", shards / "shard-3-of-3", tmp_path / "second"], tmp_path / "out")
    assert files_of(tmp_path / "out") == files_of(small / "whole")


def test_a_document_of_several_folders_is_there_once(small: Path, tmp_path: Path) -> None:
    merged([small / "shards", small / "shards" / "shard-1-of-3", small / "whole"], tmp_path / "out")
    assert files_of(tmp_path / "out") == files_of(small / "whole")


@pytest.mark.parametrize("by", ["source", "pair"])
def test_duplicates_across_shards_are_those_that_the_filter_finds(tmp_path: Path, by: By) -> None:
    articles = write_articles(tmp_path / "in", 12)
    for number in range(0, 12, 2):
        text = (articles / f"{number:03}.ar.txt").read_text("utf-8")
        (articles / f"again-{number:03}.ar.txt").write_text(f"{text}جملة جديدة في آخر المقال {number}.\n", "utf-8")
    build_articles(articles, tmp_path / "whole", choice=CHOICE)
    expected = tmp_path / "rejected.jsonl"
    counts: Counter[str] = Counter()
    with rejections(expected, counts) as reject:
        corpus = tmp_path / "whole" / "corpus.jsonl"
        kept = list(sift(lambda: read(corpus), Pipeline(()), Duplicates(by), reject))
    results = []
    for number in (1, 3):
        build_shards(articles, tmp_path / str(number), number)
        merged([tmp_path / str(number)], tmp_path / f"out-{number}", duplicates=by)
        results.append(files_of(tmp_path / f"out-{number}"))
    assert results[0] == results[1]
    assert counts["duplicate"] > 4
    assert list(read(tmp_path / "out-1" / "corpus.jsonl")) == kept
    lines = results[0]["rejected.jsonl"].splitlines(keepends=True)
    assert [line for line in lines if b'"filter":"duplicate"' in line] == expected.read_bytes().splitlines(
        keepends=True
    )
    manifest = json.loads(results[0]["manifest.json"])
    assert manifest["duplicates"] == by
    assert manifest["counts"]["rejected"] == {**manifest["counts"]["rejected"], "duplicate": counts["duplicate"]}
    assert list(discrepancies(tmp_path / "out-3")) == []
    with pytest.raises(InputError, match=f"out-1 was merged with --duplicates {by}; give that here too"):
        merged([tmp_path / "out-1"], tmp_path / "again")
    merged([tmp_path / "out-1"], tmp_path / "again", duplicates=by)
    assert files_of(tmp_path / "again") == results[0]


def described(folder: Path, change: Callable[[dict[str, Any]], object]) -> None:
    """Change a manifest."""
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    change(manifest)
    manifest["documents"] = manifest.pop("documents")  # which stand last
    (folder / "manifest.json").write_text(json.dumps(manifest), "utf-8")


def reordered(shards: Path) -> None:
    """Let two documents change places, in the manifest and the corpus."""
    folder = shards / "shard-2-of-3"
    manifest, all_ = documents(folder)
    corpus_of([*all_[2:], *all_[:2]], manifest, folder)


def of_other_text(shards: Path) -> None:
    """Put into one shard a document of another one's name."""
    manifest, all_ = documents(shards / "shard-1-of-3")
    name = documents(shards / "shard-3-of-3")[1][0].said["name"]
    changed = [replace(done, said={**done.said, "name": name}) for done in all_[:1]]
    corpus_of(sorted([*all_[1:], *changed], key=lambda done: str(done.said["name"])), manifest, shards / "shard-1-of-3")


def setting(*names: str, value: Any) -> Callable[[Path], None]:
    """Give a shard another setting."""

    def change(manifest: dict[str, Any]) -> None:
        for name in names[:-1]:
            manifest = manifest[name]
        manifest[names[-1]] = value

    return lambda shards: described(shards / "shard-2-of-3", change)


def all_of_version(shards: Path) -> None:
    for folder in shards.iterdir():
        described(folder, lambda manifest: manifest.update(muwazi="0.0.1"))


def undescribed(shards: Path) -> None:
    described(shards / "shard-1-of-3", lambda manifest: manifest.pop("formats"))


def shortened(shards: Path) -> None:
    """Take a line off a corpus, and let the manifest's head know of it."""
    corpus = shards / "shard-1-of-3" / "corpus.jsonl"
    corpus.write_bytes(b"".join(corpus.read_bytes().splitlines(keepends=True)[1:]))
    said = {"bytes": corpus.stat().st_size, "sha256": sha256(corpus)}
    described(corpus.parent, lambda manifest: manifest["files"]["corpus.jsonl"].update(said))


def begun(shards: Path) -> None:
    """Leave of a shard what a build has before its first document is done."""
    shutil.rmtree(shards / "shard-1-of-3")
    (shards / "shard-1-of-3" / STATE).mkdir(parents=True)


def flipped(path: Path) -> None:
    path.write_bytes(path.read_bytes().swapcase())


WRONG: dict[str, tuple[Callable[[Path], object], str]] = {
    "missing": (
        lambda s: shutil.rmtree(s / "shard-2-of-3"),
        "missing: shard 2/3; build what is missing, or give --partial",
    ),
    "unfinished": (lambda s: (s / "shard-2-of-3" / STATE).mkdir(), "shard-2-of-3: its build is not finished"),
    "begun": (begun, "shard-1-of-3: its build is not finished"),
    "empty": (lambda s: (s / "shard-4-of-4").mkdir(), "shard-4-of-4: no manifest of a finished build in it"),
    "altered": (lambda s: flipped(s / "shard-3-of-3" / "corpus.jsonl"), "shard-3-of-3/corpus.jsonl: changed since"),
    "altered rejections": (lambda s: flipped(s / "shard-3-of-3" / "rejected.jsonl"), "rejected.jsonl: changed since"),
    "shorter": (lambda s: (s / "shard-3-of-3" / "corpus.jsonl").write_text(""), "corpus.jsonl: 0 bytes, and "),
    "no corpus": (lambda s: (s / "shard-3-of-3" / "corpus.jsonl").unlink(), "corpus.jsonl: missing; build"),
    "broken": (lambda s: (s / "shard-3-of-3" / "manifest.json").write_text("{"), "manifest.json cannot be read"),
    "undescribed": (undescribed, "does not say all that merging needs; build this corpus again"),
    "shards of two numbers": (setting("shard", value="2/4"), "is shard 1/3 and .* is shard 2/4; merge those of one"),
    "no shard": (setting("shard", value="4/3"), "'4/3' is no shard"),
    "model": (
        setting("model", "name", value="x"),
        'model.name is "compact" in .*shard-1-of-3 and "x" in .*shard-2-of-3;',
    ),
    "search": (setting("decoding", "beam", value=1), "decoding.beam is 4 in .* and 1 in .*; build them alike"),
    "reading": (setting("reading", "encoding", value="x"), r'reading.encoding is .* and "x" in .* \(-o all.jsonl\)'),
    "filters": (setting("filters", value=[]), r'filters is \["min-length=30"\] in .* and \[\] in '),
    "unrelated": (setting("keep_unrelated", value=True), "keep_unrelated is false in .* and true in "),
    "formats": (setting("formats", value=["tmx"]), 'formats is .* and \\["tmx"\\] in '),
    "own memory": (setting("own_memory", value="0f"), 'own_memory is not set in .* and "0f" in '),
    "versions": (setting("muwazi", value="0.0.1"), 'muwazi is ".*" in .* and "0.0.1" in '),
    "another version": (all_of_version, "was built by muwazi 0.0.1, and this is muwazi "),
    "out of order": (reordered, "shard-2-of-3/manifest.json: document '.*' is behind '.*'; build this corpus again"),
    "two texts": (of_other_text, "document '.*' is in .*shard-1-of-3 and in .*shard-3-of-3, and not made of the same"),
    "too few pairs": (shortened, "shard-1-of-3: fewer pairs than its manifest speaks of"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_does_not_go_together_is_told(shards: Path, small: Path, tmp_path: Path, name: str) -> None:
    """And the older corpus stays."""
    change, said = WRONG[name]
    change(shards)
    out = Path(shutil.copytree(small / "old", tmp_path / "out"))
    with pytest.raises(InputError, match=said):
        merged([shards], out)
    assert files_of(out) == files_of(small / "old")
    with pytest.raises(InputError, match=said):
        merged([shards], tmp_path / "new")
    assert not (tmp_path / "new").exists()


def test_many_missing_shards_are_told_in_short(small: Path, tmp_path: Path) -> None:
    build_articles(small / "in", tmp_path / "shard-05-of-99", choice=CHOICE, shard=Shard(5, 99))
    with pytest.raises(InputError, match=r"missing: shard 1/99, 2/99, 3/99, 4/99, 6/99, .*, 11/99 and 88 more; build"):
        merged([tmp_path / "shard-05-of-99"], tmp_path / "out")


def test_there_have_to_be_folders(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such folder; give folders"):
        merged([tmp_path / "nowhere"], tmp_path / "out")
    with pytest.raises(InputError, match="none of these folders is finished"):
        merged([], tmp_path / "out")


@pytest.mark.parametrize("inside", ["", "deeper"])
def test_the_output_is_none_of_the_input(shards: Path, inside: str) -> None:
    before = files_of(shards)
    with pytest.raises(InputError, match="is one of the folders to be merged, or inside it; choose another -o"):
        merged([shards], shards / "shard-2-of-3" / inside)
    with pytest.raises(InputError, match="holds shards"):
        merged([shards], shards)
    assert files_of(shards) == before


def test_another_process_s_folder_is_left_to_it(small: Path, tmp_path: Path) -> None:
    with opened(tmp_path / "out"), pytest.raises(InputError, match="another build"):
        merged([small / "shards"], tmp_path / "out")


@pytest.mark.parametrize("old", [True, False])
@pytest.mark.parametrize("share", [0.1, 0.9, 1.1, 1.5])
def test_a_full_disk_is_told_and_a_later_run_ends(small: Path, tmp_path: Path, old: bool, share: float) -> None:
    out = tmp_path / "out"
    if old:
        shutil.copytree(small / "old", out)
    before = files_of(out)
    whole = files_of(small / "whole")
    assert max(map(len, whole.values())) > 1.6 * len(whole["corpus.jsonl"])
    with largest_file(int(share * len(whole["corpus.jsonl"]))), pytest.raises(InputError, match="cannot be written"):
        merged([small / "shards"], out)
    assert (out / STATE).exists() if share > 1 else files_of(out) == before
    merged([small / "shards"], out)
    assert files_of(out) == whole


def test_kills_at_any_moment_leave_a_folder_whole_or_unfinished(small: Path, tmp_path: Path) -> None:
    for name in ("shards", "whole", "old"):
        shutil.copytree(small / name, tmp_path / name)
    command = [sys.executable, "-m", "tests.corpus.killed_unions", str(tmp_path), str(ROUNDS), "5"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["wrong"] == []
    assert told["killed"] > ROUNDS // 2
    assert told["unfinished"] > 5
    assert told["replacing"] > 0, "no kill fell where the corpus's files were being replaced"


def test_more_folders_are_merged_than_files_may_be_open(
    small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    manifest, all_ = documents(small / "whole")
    for number, done in enumerate(all_):
        corpus_of([done], manifest, tmp_path / "parts" / str(number))
    folders = list((tmp_path / "parts").iterdir())
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (60, hard))
        merged(folders, tmp_path / "out")
        resource.setrlimit(resource.RLIMIT_NOFILE, (60, hard))
        monkeypatch.setattr(resource, "setrlimit", no_more)
        with pytest.raises(InputError, match=r"so many folders are \d+ open files, and .*; merge some first"):
            merged(folders, tmp_path / "again")
        monkeypatch.undo()
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert files_of(tmp_path / "out") == files_of(small / "whole")


def no_more(*_: object) -> None:
    raise ValueError("not allowed to raise maximum limit")


def test_the_command(small: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    result = muwazi("merge", small / "shards", "-o", out, "--format", "tsv")
    assert result.exit_code == 0, result.output
    assert "3 corpus folder(s)" in result.stderr
    assert "24 document(s)" in result.stderr
    assert "min-length" in result.stderr
    assert {path.name for path in out.iterdir()} >= {"corpus.jsonl", "machine.tsv", "human.tsv", "manifest.json"}
    assert muwazi("build", "--check", out).exit_code == muwazi("build", "--check", small / "shards").exit_code == 0
    result = muwazi("merge", *(small / "shards").glob("*"), "-o", tmp_path / "all.jsonl")
    assert result.exit_code == 0, result.output
    assert sorted(map(str, read(tmp_path / "all.jsonl"))) == sorted(map(str, read(out / "corpus.jsonl")))


@pytest.mark.parametrize(
    ("args", "code", "told"),
    [
        (["shards", "-o", "out", "--force"], 2, "--force is for merging into a file"),
        (["shards", "-o", "out", "--keep-conflicts"], 2, "--keep-conflicts is for merging into a file"),
        (["shards", "-o", "out", "--from", "tsv"], 2, "--from is for merging into a file"),
        (["shards/shard-1-of-3", "-o", "out.tsv.gz", "--partial"], 2, "--partial is for merging into a folder"),
        (
            ["shards/shard-1-of-3", "-o", "-", "--to", "tsv", "--format", "tsv"],
            2,
            "--format is for merging into a folder",
        ),
        (["shards/shard-1-of-3", "-o", "out", "--to", "tsv", "--duplicates", "pair"], 2, "--duplicates is for"),
        (["shards", "-o", "all.jsonl"], 1, "shards holds 3 shards; name one, or make one corpus of them"),
        (["shards/shard-1-of-3/corpus.jsonl", "-o", "out"], 1, "no corpus format has the extension ''"),
        (["shards/shard-1-of-3", "-o", "out"], 1, "missing: shard 2/3, 3/3"),
    ],
)
def test_wrong_usage(small: Path, monkeypatch: pytest.MonkeyPatch, args: list[str], code: int, told: str) -> None:
    monkeypatch.chdir(small)
    result = muwazi("merge", *args)
    assert result.exit_code == code, result.output
    assert told in result.stderr
