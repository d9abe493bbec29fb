"""Builds that are killed, crowded, or robbed of their disk: nothing is lost, and the end has the same bytes."""

import json
import resource
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from corpus.build import Choice, Result
from corpus.filter import Pipeline
from corpus.folder import JOURNAL, STATE, opened
from mt.errors import InputError

Run = Callable[..., Result]
Tree = Callable[[Path], dict[str, bytes]]
KILLS = 100


def test_kills_at_any_moment_lose_nothing(tmp_path: Path) -> None:
    """SIGKILL and SIGTERM; into new folders and over finished corpora, once or several times in a row."""
    program = Path(__file__).with_name("killed_builds.py")
    done = subprocess.run(
        [sys.executable, program, tmp_path, str(KILLS), "7"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["differing"] == []
    assert told["killed"] >= KILLS
    assert told["saved"] > KILLS // 4, "the kills fell before any document was done"
    assert told["replacing"] > 0, "no kill fell where the corpus's files were being replaced"
    assert {"human.tmx", "rejected.jsonl", "scores.json", "page.html"} <= set(told["files"])


def test_two_builds_at_once_are_told_apart(run: Run, articles: Path, tmp_path: Path) -> None:
    code = (
        "import sys, time\n"
        "from pathlib import Path\n"
        "from corpus.folder import opened\n"
        "with opened(Path(sys.argv[1])):\n"
        "    print('at work', flush=True)\n"
        "    sys.stdin.read()\n"
    )
    root = Path(__file__).parent.parent.parent
    out = tmp_path / "out"
    with subprocess.Popen(
        [sys.executable, "-c", code, out], cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as first:
        assert first.stdin
        assert first.stdout
        assert first.stdout.readline() == "at work\n"
        with pytest.raises(InputError, match=rf"another build \(process {first.pid}\) is at work in it"):
            run(articles, out)
        first.stdin.close()
    assert run(articles, out).machine > 0


def test_a_build_that_has_just_ended_is_no_hindrance(run: Run, tree: Tree, articles: Path, tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), opened(tmp_path / "out"):
        raise KeyboardInterrupt
    assert not (tmp_path / "out").exists()
    run(articles, tmp_path / "out")
    assert STATE not in {name.split("/")[0] for name in tree(tmp_path / "out")}


@contextmanager
def largest_file(size: int) -> Iterator[None]:
    """Let no file grow beyond a number of bytes, as a full disk would."""
    import signal

    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, before)


@pytest.mark.parametrize("share", [0.02, 0.3, 0.6, 0.9])
def test_a_full_disk_is_told_and_the_build_goes_on_later(
    run: Run, tree: Tree, articles: Path, tmp_path: Path, share: float
) -> None:
    run(articles, tmp_path / "whole")
    whole = tree(tmp_path / "whole")
    out = tmp_path / "out"
    with largest_file(int(share * len(whole["corpus.jsonl"]))), pytest.raises(InputError, match="cannot be written to"):
        run(articles, out)
    assert not [path for path in out.glob("*") if path.name != STATE], "nothing half written"
    first = run(articles, out)
    assert tree(out) == whole
    assert (first.translated < json.loads(whole["manifest.json"])["counts"]["sentences"]) == (share > 0.1)


def test_a_full_disk_at_the_end_leaves_the_old_corpus(run: Run, tree: Tree, articles: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    run(articles, out)
    before = tree(out)
    (articles / "new.txt").write_text("مقال جديد. فيه جملتان.\n", "utf-8")
    size = len(before["corpus.jsonl"]) - 100
    with largest_file(size), pytest.raises(InputError, match="cannot be written"):
        run(articles, out)
    assert {name: data for name, data in tree(out).items() if not name.startswith(STATE)} == before
    run(articles, tmp_path / "whole")
    run(articles, out)
    assert tree(out) == tree(tmp_path / "whole")


def test_a_folder_on_a_read_only_file_system_is_told(run: Run, articles: Path) -> None:
    """What no right can mend, not even root's: a folder that the kernel alone fills."""
    with pytest.raises(InputError, match="/proc/corpus: cannot be written to"):
        run(articles, Path("/proc/corpus"))


def interrupted_build(run: Run, articles: Path, out: Path) -> Path:
    """Leave a build's folder as a kill would when all documents were done; gives its journal."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("corpus.folder.Folder.join", nothing_more)
        with pytest.raises(KeyboardInterrupt):
            run(articles, out)
    return out / STATE / JOURNAL


def test_what_an_interrupted_build_wrote_goes_if_the_next_one_does_not_write_it(
    run: Run, tree: Tree, articles: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    run(articles, tmp_path / "whole")
    other = Choice(("moses", "bare", "page"), filters=Pipeline.of("none", ["min-length=30"]))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("corpus.folder.Folder.close", nothing_more)
        with pytest.raises(KeyboardInterrupt):
            run(articles, out, choice=other)
    assert {"machine.ar", "machine.en", "machine.bare.tsv", "page.html", "rejected.jsonl"} <= tree(out).keys()
    run(articles, out)
    assert tree(out) == tree(tmp_path / "whole")


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
def test_a_damaged_journal_costs_the_damaged_documents_alone(
    run: Run, tree: Tree, articles: Path, tmp_path: Path, name: str
) -> None:
    run(articles, tmp_path / "whole")
    journal = interrupted_build(run, articles, tmp_path / "out")
    journal.write_bytes(DAMAGES[name](journal.read_bytes()))
    result = run(articles, tmp_path / "out")
    assert tree(tmp_path / "out") == tree(tmp_path / "whole")
    largest = 20  # sentences that an article may have, see `write_articles`
    assert (result.translated <= largest) == (name != "nothing left")


def test_a_damaged_journal_is_extended_and_read_again(run: Run, tree: Tree, articles: Path, tmp_path: Path) -> None:
    run(articles, tmp_path / "whole")
    journal = interrupted_build(run, articles, tmp_path / "out")
    journal.write_bytes(journal.read_bytes()[:-20])
    interrupted_build(run, articles, tmp_path / "out")
    assert run(articles, tmp_path / "out").translated == 0
    assert tree(tmp_path / "out") == tree(tmp_path / "whole")


@pytest.mark.parametrize("content", ['{"muwazi": "0', "[", "\udcff"])
def test_a_truncated_manifest_is_told(run: Run, articles: Path, tmp_path: Path, content: str) -> None:
    out = tmp_path / "out"
    run(articles, out)
    (out / "manifest.json").write_bytes(content.encode("utf-8", "surrogateescape"))
    with pytest.raises(InputError, match=r"manifest\.json cannot be read .*; delete the folder"):
        run(articles, out)


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
def test_a_manifest_of_something_else_is_no_corpus(run: Run, articles: Path, tmp_path: Path, content: str) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "manifest.json").write_text(content)
    with pytest.raises(InputError, match="holds no corpus of ours"):
        run(articles, out)
