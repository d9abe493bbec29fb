"""Builds that are killed, crowded, or robbed of their disk: nothing is lost, and the end has the same bytes."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from corpus.assembly import Choice
from corpus.filter import Pipeline
from corpus.folder import JOURNAL, STATE, opened
from mt.errors import InputError
from tests.corpus.builds import build_articles, files_of
from tests.limits import largest_file

ROOT = Path(__file__).parent.parent.parent
KILLS = 100


def test_kills_at_any_moment_lose_nothing(tmp_path: Path) -> None:
    """SIGKILL and SIGTERM; into new folders and over finished corpora, once or several times in a row."""
    command = [sys.executable, "-m", "tests.corpus.killed_builds", str(tmp_path), str(KILLS), "7"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["differing"] == []
    assert told["killed"] >= KILLS
    assert told["saved"] > KILLS // 4, "the kills fell before any document was done"
    assert told["replacing"] > 0, "no kill fell where the corpus's files were being replaced"
    assert {"human.tmx", "rejected.jsonl", "scores.json", "page.html"} <= set(told["files"])


def test_two_builds_at_once_are_told_apart(articles: Path, tmp_path: Path) -> None:
    code = (
        "import sys, time\n"
        "from pathlib import Path\n"
        "from corpus.folder import opened\n"
        "with opened(Path(sys.argv[1])):\n"
        "    print('at work', flush=True)\n"
        "    sys.stdin.read()\n"
    )
    out = tmp_path / "out"
    with subprocess.Popen(
        [sys.executable, "-c", code, out], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as first:
        assert first.stdin
        assert first.stdout
        assert first.stdout.readline() == "at work\n"
        with pytest.raises(InputError, match=rf"another build \(process {first.pid}\) is at work in it"):
            build_articles(articles, out)
        first.stdin.close()
    assert build_articles(articles, out).machine > 0


def test_a_build_that_has_just_ended_is_no_hindrance(articles: Path, tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), opened(tmp_path / "out"):
        raise KeyboardInterrupt
    assert not (tmp_path / "out").exists()
    build_articles(articles, tmp_path / "out")
    assert STATE not in {name.split("/")[0] for name in files_of(tmp_path / "out")}


@pytest.mark.parametrize("share", [0.02, 0.3, 0.6, 0.9])
def test_a_full_disk_is_told_and_the_build_goes_on_later(articles: Path, tmp_path: Path, share: float) -> None:
    build_articles(articles, tmp_path / "whole")
    whole = files_of(tmp_path / "whole")
    out = tmp_path / "out"
    with largest_file(int(share * len(whole["corpus.jsonl"]))), pytest.raises(InputError, match="cannot be written to"):
        build_articles(articles, out)
    assert not [path for path in out.glob("*") if path.name != STATE], "nothing half written"
    first = build_articles(articles, out)
    assert files_of(out) == whole
    assert (first.translated < json.loads(whole["manifest.json"])["counts"]["sentences"]) == (share > 0.1)


def test_a_full_disk_at_the_end_leaves_the_old_corpus(articles: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    build_articles(articles, out)
    before = files_of(out)
    (articles / "new.txt").write_text("مقال جديد. فيه جملتان.\n", "utf-8")
    size = len(before["corpus.jsonl"]) - 100
    with largest_file(size), pytest.raises(InputError, match="cannot be written"):
        build_articles(articles, out)
    assert {name: data for name, data in files_of(out).items() if not name.startswith(STATE)} == before
    build_articles(articles, tmp_path / "whole")
    build_articles(articles, out)
    assert files_of(out) == files_of(tmp_path / "whole")


def test_a_folder_on_a_read_only_file_system_is_told(articles: Path) -> None:
    """What no right can mend, not even root's: a folder that the kernel alone fills."""
    with pytest.raises(InputError, match="/proc/corpus: cannot be written to"):
        build_articles(articles, Path("/proc/corpus"))


def interrupted_build(articles: Path, out: Path) -> Path:
    """Leave a build's folder as a kill would when all documents were done; gives its journal."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("corpus.folder.Folder.join", nothing_more)
        with pytest.raises(KeyboardInterrupt):
            build_articles(articles, out)
    return out / STATE / JOURNAL


def test_what_an_interrupted_build_wrote_goes_if_the_next_one_does_not_write_it(articles: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    build_articles(articles, tmp_path / "whole")
    other = Choice(("moses", "bare", "page"), filters=Pipeline.of("none", ["min-length=30"]))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("corpus.folder.Folder.close", nothing_more)
        with pytest.raises(KeyboardInterrupt):
            build_articles(articles, out, choice=other)
    assert {"machine.ar", "machine.en", "machine.bare.tsv", "page.html", "rejected.jsonl"} <= files_of(out).keys()
    build_articles(articles, out)
    assert files_of(out) == files_of(tmp_path / "whole")


def nothing_more(*_: object) -> None:
    raise KeyboardInterrupt


def flipped(data: bytes, at: int) -> bytes:
    """Change a byte into another one."""
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "a torn end": lambda data: data[:-20],
    "a torn line": lambda data: data[: data.rindex(b'{"key":') + 30],
    "zeros at the end": lambda data: data[:-300] + bytes(300),
    "a changed letter": lambda data: flipped(data, len(data) // 2),
    "a changed head": lambda data: flipped(data, data.index(b'"digest":"') + 12),
    "a broken head": lambda data: flipped(data, data.rindex(b'"bytes"')),
    "a line lost": lambda data: data[: (at := data.index(b"\n", len(data) // 2))] + data[data.index(b"\n", at + 1) :],
    "garbage": lambda data: b"\x00\xff{" + data,
    "nothing left": lambda _: b"",
}


@pytest.mark.parametrize("name", DAMAGES)
def test_a_damaged_journal_costs_the_damaged_documents_alone(articles: Path, tmp_path: Path, name: str) -> None:
    build_articles(articles, tmp_path / "whole")
    journal = interrupted_build(articles, tmp_path / "out")
    journal.write_bytes(DAMAGES[name](journal.read_bytes()))
    result = build_articles(articles, tmp_path / "out")
    assert files_of(tmp_path / "out") == files_of(tmp_path / "whole")
    largest = 20  # sentences that an article may have, see `write_articles`
    assert (result.translated <= largest) == (name != "nothing left")


def test_a_damaged_journal_is_extended_and_read_again(articles: Path, tmp_path: Path) -> None:
    build_articles(articles, tmp_path / "whole")
    journal = interrupted_build(articles, tmp_path / "out")
    journal.write_bytes(journal.read_bytes()[:-20])
    interrupted_build(articles, tmp_path / "out")
    assert build_articles(articles, tmp_path / "out").translated == 0
    assert files_of(tmp_path / "out") == files_of(tmp_path / "whole")


@pytest.mark.parametrize("content", ['{"muwazi": "0', "[", "\udcff"])
def test_a_truncated_manifest_is_told(articles: Path, tmp_path: Path, content: str) -> None:
    out = tmp_path / "out"
    build_articles(articles, out)
    (out / "manifest.json").write_bytes(content.encode("utf-8", "surrogateescape"))
    with pytest.raises(InputError, match=r"manifest\.json cannot be read .*; delete the folder"):
        build_articles(articles, out)


OTHERS = (
    "[]",
    '"text"',
    '{"name": "somebody else\'s"}',
    '{"muwazi": 1, "documents": [], "files": {}}',
    '{"muwazi": "0.1", "documents": [{}], "files": {}}',
    '{"muwazi": "0.1", "documents": [], "files": ["corpus.jsonl"]}',
    '{"muwazi": "0.1", "documents": [], "files": {"../precious": {"sha256": "", "bytes": 0}}}',
)


@pytest.mark.parametrize("content", OTHERS)
def test_a_manifest_of_something_else_is_no_corpus(articles: Path, tmp_path: Path, content: str) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "manifest.json").write_text(content)
    with pytest.raises(InputError, match="holds no corpus of ours"):
        build_articles(articles, out)
