"""Builds by several processes: the same bytes as by one, whatever becomes of a worker or of the parent."""

import json
import multiprocessing
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.articles import Article, find_articles
from corpus.folder import JOURNAL, STATE
from corpus.journal import keys_in
from corpus.parcels import DEATHS, LEAST, PARCEL, Parcels
from corpus.plan import Entry, make_plan
from corpus.readers import READERS, Reading
from corpus.workers import Crew
from mt.errors import InputError
from tests.command import PROGRAM, muwazi
from tests.corpus.builds import build_articles, files_of, setup, write_articles, write_references
from tests.corpus.known_engine import ROOT, environment
from tests.limits import largest_file

KILLS = 100
BAD = "المطار"  # a word that no other article has


def program(*args: str | Path, **values: str) -> "subprocess.Popen[str]":
    """Begin a build with the engine of known output, in a group of its own."""
    return subprocess.Popen(
        [*PROGRAM, "build", "--model", "compact", *map(str, args)],
        cwd=ROOT,
        env=environment(**values),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def told(process: "subprocess.Popen[str]", code: int = 0) -> list[str]:
    """Wait until a build and all its workers have ended; gives what they said."""
    _, errors = process.communicate(timeout=120)  # stderr ends with the last process that has it
    assert process.returncode == code, errors
    return [line for line in errors.splitlines() if line]


def run(*args: str | Path, code: int = 0, **values: str) -> list[str]:
    return told(program(*args, **values), code)


def rows(lines: list[str]) -> dict[str, str]:
    """Take the summary out of what a build said."""
    return {name: value.strip() for name, _, value in (line.partition("  ") for line in lines)}


@pytest.fixture
def many(tmp_path: Path) -> Path:
    """Give a folder of 200 articles, of which every twentieth has a reference."""
    articles = write_articles(tmp_path / "many", 200)
    build_articles(articles, tmp_path / "machine")
    write_references(articles, tmp_path / "machine", every=20)
    return articles


def test_any_number_of_workers_makes_the_same_corpus(many: Path, tmp_path: Path) -> None:
    run(many, "-o", tmp_path / "0", "--no-memory")
    whole = files_of(tmp_path / "0")
    assert {"human.tmx", "scores.json", "page.html"} <= whole.keys()
    for workers in (1, 2, 3):
        lines = run(many, "-o", tmp_path / str(workers), "--no-memory", "--workers", str(workers))
        assert files_of(tmp_path / str(workers)) == whole
        assert rows(lines)["translated"].startswith(f"{json.loads(whole['manifest.json'])['counts']['sentences']:,} ")


def test_with_the_real_engine_it_is_the_same_corpus(tmp_path: Path) -> None:
    articles = tmp_path / "in"
    articles.mkdir()
    for number in range(4):
        (articles / f"{number}.txt").write_text("".join(f"زرع {n} عمال {number} أشجار.\n" for n in range(9)), "utf-8")
    for name, *options in (("one",), ("two", "--workers", "2")):
        out = tmp_path / name
        result = muwazi("build", articles, "-o", out, "--model", "compact", "--fast", "--no-memory", *options)
        assert result.exit_code == 0, result.output
    assert files_of(tmp_path / "two") == files_of(tmp_path / "one")


def test_workers_share_the_memory(many: Path, tmp_path: Path) -> None:
    """Nothing is lost to a file that others write to, and nothing translated a second time."""
    options = ("--workers", "4", "--threads", "1")
    first = run(many, "-o", tmp_path / "first", *options)
    again = run(many, "-o", tmp_path / "again", *options, MUWAZI_TEST_FAULT="bug=▁")
    assert files_of(tmp_path / "again") == files_of(tmp_path / "first")
    assert not [line for line in first + again if line.startswith(("note:", "error:"))]
    total = json.loads((tmp_path / "first" / "manifest.json").read_text())["counts"]["sentences"]
    assert rows(again)["memory"] == f"{total:,} sentence(s) were translated before"


def test_notices_of_workers_are_told_once(tmp_path: Path) -> None:
    articles = write_articles(tmp_path / "in", 12)
    plain = run(articles, "-o", tmp_path / "plain", MUWAZI_DATA_DIR=f"{os.devnull}/none")
    lines = run(articles, "-o", tmp_path / "out", "--workers", "2", MUWAZI_DATA_DIR=f"{os.devnull}/none")
    notices = [line for line in lines if line.startswith("note:")]
    assert notices == [line for line in plain if line.startswith("note:")]
    assert ["nothing is remembered" in line for line in notices] == [True]


def test_a_document_at_which_workers_die_is_named_when_all_else_is_done(tmp_path: Path) -> None:
    articles = write_articles(tmp_path / "in", 40)
    (articles / "bad.txt").write_text(f"زرعت ليلى شجرة.\n\nوصل {BAD} ضيوف.\n", "utf-8")
    run(articles, "-o", tmp_path / "whole", "--no-memory")
    out = tmp_path / "out"
    lines = run(articles, "-o", out, "--no-memory", "--workers", "2", code=1, MUWAZI_TEST_FAULT=f"death={BAD}")
    assert [line for line in lines if line.startswith("error:")] == [
        f"error: {articles / 'bad.txt'}: {DEATHS} worker processes died at each; all else is done and kept: "
        "run the command again, without what is named if that happens once more"
    ]
    notices = [line for line in lines if line.startswith("note:")]
    assert len(notices) == DEATHS
    assert all(line.startswith("note: a worker process ended (SIGSEGV); its ") for line in notices)
    assert len(keys_in(out / STATE / JOURNAL)) == sum(path.stat().st_size > 0 for path in articles.iterdir()) - 1
    lines = run(articles, "-o", out, "--no-memory", "--workers", "2")
    assert rows(lines)["translated"].startswith("2 sentences ")
    assert files_of(out) == files_of(tmp_path / "whole")


def test_sentences_that_fail_are_told_as_without_workers(tmp_path: Path) -> None:
    articles = write_articles(tmp_path / "in", 12)
    (articles / "bad.txt").write_text(f"زرعت ليلى شجرة.\n\nوصل {BAD} ضيوف. عاد سامي من {BAD}.\n", "utf-8")
    errors = {}
    for name, *options in (("one",), ("two", "--workers", "2")):
        out = tmp_path / name
        lines = run(articles, "-o", out, "--no-memory", *options, code=1, MUWAZI_TEST_FAULT=f"failure={BAD}")
        errors[name] = [line for line in lines if line.startswith("error:")]
    assert len(errors["one"]) == 2
    assert errors["two"] == errors["one"]
    assert files_of(tmp_path / "two") == files_of(tmp_path / "one")


def test_a_fault_of_ours_keeps_its_traceback(tmp_path: Path) -> None:
    articles = write_articles(tmp_path / "in", 12)
    lines = run(articles, "-o", tmp_path / "out", "--no-memory", "--workers", "2", code=1, MUWAZI_TEST_FAULT="bug=▁")
    assert "TypeError: ▁ is too much" in lines
    assert "raised in a worker process:" in lines
    assert any("known_engine.py" in line for line in lines)


def test_a_model_that_cannot_be_loaded_is_told_as_without_workers(tmp_path: Path, altered: Callable[..., Path]) -> None:
    articles = write_articles(tmp_path / "in", 12)
    model = altered({"source.spm": b"broken"})
    arguments = (articles, "-o", tmp_path / "out", "--no-memory", "--model", model)
    plain = run(*arguments, code=1)
    assert run(*arguments, "--workers", "2", code=1) == plain
    assert ["the vocabulary cannot be read" in line for line in plain] == [True]
    assert not (tmp_path / "out").exists()


def test_workers_that_cannot_even_start_are_told(tmp_path: Path) -> None:
    articles = write_articles(tmp_path / "in", 12)
    lines = run(articles, "-o", tmp_path / "out", "--no-memory", "--workers", "2", code=1, MUWAZI_TEST_FAULT="start")
    assert lines[-1] == (
        f"error: {DEATHS} worker processes in a row ended before they were ready (exit code 3); give fewer --workers "
        "where memory does not reach"
    )
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("sent", "code", "lines"),
    [
        (signal.SIGINT, 130, ["interrupted"]),
        (signal.SIGTERM, 143, []),
        (signal.SIGKILL, -signal.SIGKILL, []),
    ],
)
def test_workers_end_with_their_parent(tmp_path: Path, sent: signal.Signals, code: int, lines: list[str]) -> None:
    """Ctrl-C reaches every process of a terminal, the others the parent alone."""
    articles = write_articles(tmp_path / "in", 60)
    out = tmp_path / "out"
    journal = out / STATE / JOURNAL
    slow = program(articles, "-o", out, "--no-memory", "--workers", "2", MUWAZI_TEST_DELAY="0.05")
    while slow.poll() is None and not keys_in(journal):
        time.sleep(0.01)
    (os.killpg if sent == signal.SIGINT else os.kill)(slow.pid, sent)
    assert told(slow, code) == lines
    kept = len(keys_in(journal))
    assert 0 < kept < 60
    run(articles, "-o", out, "--no-memory", "--workers", "2")
    run(articles, "-o", tmp_path / "whole", "--no-memory")
    assert files_of(out) == files_of(tmp_path / "whole")


def test_kills_of_workers_and_parents_lose_nothing(tmp_path: Path) -> None:
    """SIGKILL and SIGTERM, at random moments; into new folders and over finished corpora."""
    command = [sys.executable, "-m", "tests.corpus.killed_workers", str(tmp_path), str(KILLS), "7"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["differing"] == []
    assert found["outlived"] == 0
    assert found["workers"] + found["parents"] >= KILLS
    assert min(found["workers"], found["parents"]) > KILLS // 10
    assert found["noticed"] > found["workers"] // 4


@pytest.fixture
def known(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the workers of builds in this process have the engine of known output."""
    for name, value in environment().items():
        monkeypatch.setenv(name, value)


@pytest.mark.usefixtures("known")
def test_progress_is_told_and_a_full_disk_too(articles: Path, tmp_path: Path) -> None:
    advanced: list[int] = []
    crew = Crew(2, advanced.append, pytest.fail)
    build_articles(articles, tmp_path / "whole", crew=crew)
    whole = files_of(tmp_path / "whole")
    assert sum(advanced) == json.loads(whole["manifest.json"])["counts"]["sentences"]
    out = tmp_path / "out"
    size = int(0.5 * len(whole["corpus.jsonl"]))
    with largest_file(size), pytest.raises(InputError, match="cannot be written to"):
        build_articles(articles, out, crew=crew)
    assert multiprocessing.active_children() == []
    assert build_articles(articles, out).translated < sum(advanced)
    assert files_of(out) == whole


@pytest.mark.usefixtures("known")
def test_an_article_that_changes_meanwhile_is_told(articles: Path, tmp_path: Path) -> None:
    entries = [entry for entry in make_plan(find_articles([articles]), {}, Reading()).entries if entry.sentences]
    changed = entries[3].article.path
    changed.write_text("نص آخر.\n", "utf-8")
    with (
        closing(Crew(2, lambda _: None, pytest.fail).outcomes(entries, Reading(), setup())) as outcomes,
        pytest.raises(InputError, match=f"{changed.name}: changed while it was being read"),
    ):
        list(outcomes)


def test_a_folder_that_cannot_be_written_is_told(articles: Path) -> None:
    lines = run(articles, "-o", "/proc/corpus", "--no-memory", "--workers", "2", code=1)
    assert ["/proc/corpus: cannot be written to" in line for line in lines] == [True]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--workers", "0"), "0 is not in the range x>=1"),
        (("--workers", "1000"), "more workers than cores gain nothing"),
        (("--workers", "1", "--device", "cuda"), "share one GPU"),
    ],
)
def test_workers_that_make_no_sense_are_refused(tmp_path: Path, options: tuple[str, ...], message: str) -> None:
    result = muwazi("build", "seeds", "-o", tmp_path / "out", *options)
    assert result.exit_code == 2
    assert message in " ".join(result.stderr.split())


def entry(name: str, sentences: int) -> Entry:
    return Entry(Article(name, Path(name), READERS["text"]), "", "", sentences, None, None)


@given(st.lists(st.integers(1, 700), max_size=60), st.integers(1, 8), st.randoms(use_true_random=False))
def test_every_article_is_handed_out_until_it_is_done_or_given_up(
    sizes: list[int], count: int, rng: random.Random
) -> None:
    entries = [entry(f"{number}", size) for number, size in enumerate(sizes)]
    parcels = Parcels(entries, count)
    tried, done = Counter[str](), Counter[str]()
    largest = PARCEL
    while parcels:
        parcel = parcels.take()
        assert parcel
        size = sum(entry.sentences for entry in parcel)
        assert size <= largest or len(parcel) == 1
        finished = rng.randint(0, len(parcel))
        tried.update(entry.article.name for entry in parcel[finished:])
        done.update(entry.article.name for entry in parcel[:finished])
        parcels.put_back(parcel[finished:])
    assert parcels.take() == []
    assert set(done.values()) <= {1}
    given_up = [entry.article.name for entry in parcels.given_up]
    assert sorted([*done, *given_up], key=int) == [entry.article.name for entry in entries]
    assert all(tried[name] == DEATHS for name in given_up)


def test_parcels_shrink_towards_the_end() -> None:
    parcels = Parcels([entry(f"{number}", 2) for number in range(5000)], 2)
    sizes = []
    while parcels:
        sizes.append(2 * len(parcels.take()))
    assert sizes[0] == PARCEL
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[-2] == LEAST
