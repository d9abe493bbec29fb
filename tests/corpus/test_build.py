"""Corpus folders: the same bytes however they come about, nothing lost, nothing of others touched."""

import json
import os
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from corpus.articles import find_articles
from corpus.build import Result, build, make_plan
from corpus.folder import opened
from corpus.formats import read
from corpus.readers import Reading
from corpus.reference import find_references
from mt.engine import Decoding, Hypothesis
from mt.errors import InputError
from mt.model import find
from mt.options import Setup
from mt.translator import Translator
from mt.vocabulary import Vocabulary

ROOT = Path(__file__).parent.parent.parent


class Echo:
    """An engine of known output: the source's pieces backwards. `delay` is in seconds a batch."""

    name = "echo"
    workers = 2
    budget = 1024
    exact = True

    def __init__(self, delay: float = 0.0) -> None:
        self.delay = delay
        self.rows = 0

    def translate(self, batch: Sequence[Sequence[str]], decoding: Decoding) -> list[Hypothesis]:
        time.sleep(self.delay)
        self.rows += len(batch)
        return [Hypothesis(tuple(reversed(row[:-1])), -1.0) for row in batch]

    def attend(self, sources: Sequence[Sequence[str]], targets: Sequence[Sequence[str]]) -> list[list[list[float]]]:
        raise NotImplementedError("nothing here has marks to carry")


def scorer() -> Any:
    return lambda systems, references: {"version": 1, "counts": [len(x) for x in (*systems.values(), *references)]}


def run(articles: Path, out: Path, engine: Echo | None = None, reference: Path | None = None) -> Result:
    engine = engine or Echo()
    found = find_articles([articles])
    plan = make_plan(found, find_references(found, reference), Reading())
    model = find("compact", print)
    setup = Setup(model, "ctranslate2", "int8", Decoding(), 2, deterministic=True)
    vocabulary = Vocabulary(model.path)
    translator = Translator(engine, vocabulary, Decoding(), deterministic=True)
    return build(plan, setup, out, ("tmx", "tsv"), lambda: translator, scorer)


def tree(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def make_articles(folder: Path, number: int, seed: int = 1) -> Path:
    words = [
        "المدينة",
        "المكتبة",
        "الوزير",
        "أعلن",
        "الطريق",
        "الجديد",
        "اليوم",
        "صباحا",
        "المدرسة",
        "الكتاب",
        "السوق",
        "القديم",
        "النهر",
        "الجسر",
    ]
    rng = random.Random(seed)
    folder.mkdir(parents=True, exist_ok=True)
    for i in range(number):
        lines = [
            " ".join(" ".join(rng.choices(words, k=rng.randint(3, 14))) + "." for _ in range(rng.randint(1, 4)))
            for _ in range(rng.randint(0, 5))
        ]
        path = folder / f"{i:03}.ar.txt"
        path.write_text("".join(f"{line}\n" for line in lines), "utf-8")
        os.utime(path, (1_700_000_000 + i, 1_700_000_000 + i))
    return folder


@pytest.fixture
def articles(tmp_path: Path) -> Path:
    return make_articles(tmp_path / "in", 12)


def test_every_sentence_has_one_unit_and_offsets_reproduce_it(articles: Path, tmp_path: Path) -> None:
    result = run(articles, tmp_path / "out")
    pairs = list(read(tmp_path / "out" / "corpus.jsonl"))
    texts = {a.name: a.path.read_text("utf-8") for a in find_articles([articles])}
    assert result.machine == len(pairs) == result.translated
    assert len({p.id for p in pairs}) == len(pairs)
    for name, text in texts.items():
        mine = [p for p in pairs if p.document == name]
        assert [p.sentence for p in mine] == list(range(len(mine)))
        assert all(text[p.start : p.end] == p.source for p in mine)
        assert "".join(p.source for p in mine).replace(" ", "") == "".join(text.split())
    assert sorted(tree(tmp_path / "out")) == ["corpus.jsonl", "machine.tmx", "machine.tsv", "manifest.json"]


def test_the_same_input_gives_the_same_bytes(articles: Path, tmp_path: Path) -> None:
    run(articles, tmp_path / "a")
    run(articles, tmp_path / "b")
    assert tree(tmp_path / "a") == tree(tmp_path / "b")


def test_a_second_run_decodes_nothing_and_changes_nothing(articles: Path, tmp_path: Path) -> None:
    run(articles, tmp_path / "out")
    before = tree(tmp_path / "out")
    engine = Echo()
    result = run(articles, tmp_path / "out", engine)
    assert engine.rows == result.translated == 0
    assert tree(tmp_path / "out") == before


def test_only_what_is_new_or_changed_is_translated(articles: Path, tmp_path: Path) -> None:
    run(articles, tmp_path / "out")
    (articles / "003.ar.txt").write_text("جملة جديدة تماما.\n", "utf-8")
    (articles / "000.ar.txt").unlink()
    (articles / "new.txt").write_text("مقال جديد. فيه جملتان.\n", "utf-8")
    assert run(articles, tmp_path / "out").translated == 3
    run(articles, tmp_path / "fresh")
    assert tree(tmp_path / "out") == tree(tmp_path / "fresh")
    assert "000" not in {p.document for p in read(tmp_path / "out" / "corpus.jsonl")}


def test_a_corpus_that_somebody_edited_is_not_built_upon(articles: Path, tmp_path: Path) -> None:
    total = run(articles, tmp_path / "out").translated
    with (tmp_path / "out" / "corpus.jsonl").open("a") as handle:
        handle.write("\n")
    assert run(articles, tmp_path / "out").translated == total


def test_references_make_human_pairs_and_scores_and_go_when_they_go(articles: Path, tmp_path: Path) -> None:
    english = {
        a.name: "".join(f"Line {i} of {a.name}.\n" for i in range(n))
        for a in find_articles([articles])
        if (n := len([p for p in a.path.read_text("utf-8").split(".") if p.strip()]))
    }
    for name, text in english.items():
        (articles / f"{name}.en.txt").write_text(text, "utf-8")
    result = run(articles, tmp_path / "out")
    assert result.human == result.machine > 0
    assert {"human.tmx", "human.tsv", "scores.json"} <= tree(tmp_path / "out").keys()
    assert json.loads((tmp_path / "out" / "scores.json").read_text())["counts"] == [result.human, result.human]
    human = [p for p in read(tmp_path / "out" / "corpus.jsonl") if p.origin == "human"]
    assert all(p.target == f"Line {p.sentence} of {p.document}." and p.bead == "1-1" for p in human)
    for name in english:
        (articles / f"{name}.en.txt").unlink()
    run(articles, tmp_path / "out")
    run(articles, tmp_path / "fresh")
    assert tree(tmp_path / "out") == tree(tmp_path / "fresh")


def test_a_reference_that_does_not_fit_leaves_the_machine_corpus(articles: Path, tmp_path: Path) -> None:
    (articles / "001.en.txt").write_text("One.\n" * 99, "utf-8")
    found = find_articles([articles])
    plan = make_plan(found, find_references(found, None), Reading())
    assert len(plan.problems) == 1
    assert "99 sentences" in plan.problems[0]
    result = run(articles, tmp_path / "out")
    assert result.human == 0 < result.machine


def test_the_manifest_tells_files_and_sources_and_no_path(articles: Path, tmp_path: Path) -> None:
    from corpus.folder import sha256

    result = run(articles, tmp_path / "out")
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
    run(articles, tmp_path / "out")
    assert 'creationdate="19700102T000000Z"' in (tmp_path / "out" / "machine.tmx").read_text("utf-8")
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "yesterday")
    with pytest.raises(InputError, match="SOURCE_DATE_EPOCH is 'yesterday'"):
        run(articles, tmp_path / "other")
    assert not (tmp_path / "other").exists()


def test_folders_of_others_are_left_alone(articles: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "thesis.docx").write_text("precious")
    with pytest.raises(InputError, match="holds no corpus of ours"):
        run(articles, other)
    (other / "manifest.json").write_text("{}")
    with pytest.raises(InputError, match="holds no corpus of ours"):
        run(articles, other)
    assert sorted(tree(other)) == ["manifest.json", "thesis.docx"]
    (tmp_path / "file").write_text("x")
    with pytest.raises(InputError, match="is no folder"):
        run(articles, tmp_path / "file")
    with pytest.raises(InputError, match="cannot be written to"):
        run(articles, tmp_path / "file" / "below")


def test_a_failure_before_any_document_leaves_no_folder(articles: Path, tmp_path: Path) -> None:
    class Broken(Echo):
        def translate(self, batch: Sequence[Sequence[str]], decoding: Decoding) -> list[Hypothesis]:
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        run(articles, tmp_path / "out", Broken())
    assert not any(p for p in (tmp_path / "out").rglob("*") if p.suffix == ".tmx")


def test_two_builds_at_once_are_told_apart(articles: Path, tmp_path: Path) -> None:
    with opened(tmp_path / "out"), pytest.raises(InputError, match=f"process {os.getpid()}"):
        run(articles, tmp_path / "out")


KILLED = """
import sys
from pathlib import Path
sys.path[:0] = [{root!r}, {tests!r}]
import mt.translator
from test_build import Echo, run
mt.translator.WINDOW = 16  # so that documents are done all the time, not all at once
run(Path({articles!r}), Path({out!r}), Echo(0.02))
"""


def test_kills_at_any_moment_lose_nothing(tmp_path: Path) -> None:
    articles = make_articles(tmp_path / "in", 60)
    run(articles, tmp_path / "whole")
    out = tmp_path / "out"
    code = KILLED.format(root=str(ROOT), tests=str(Path(__file__).parent), articles=str(articles), out=str(out))
    rng = random.Random(7)
    killed = 0
    for _ in range(12):
        process = subprocess.Popen([sys.executable, "-c", code])
        try:
            process.wait(rng.uniform(0.3, 1.5))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            killed += 1
        assert (
            not (out / "manifest.json").exists()
            or tree(out)["corpus.jsonl"] == tree(tmp_path / "whole")["corpus.jsonl"]
        )
    run(articles, out)
    assert killed
    assert tree(out) == tree(tmp_path / "whole")


def test_a_full_disk_is_told_and_the_build_goes_on_later(
    articles: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(articles, tmp_path / "whole")
    real, calls = os.fsync, []

    def fsync(descriptor: int) -> None:
        calls.append(descriptor)
        if len(calls) > 9:
            raise OSError(28, "No space left on device")
        real(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    with pytest.raises(InputError, match="No space left on device"):
        run(articles, tmp_path / "out")
    monkeypatch.undo()
    assert [p.name for p in (tmp_path / "out").iterdir()] == [".build"]
    assert run(articles, tmp_path / "out").translated < run(articles, tmp_path / "again").translated
    shutil.rmtree(tmp_path / "again")
    assert tree(tmp_path / "out") == tree(tmp_path / "whole")
