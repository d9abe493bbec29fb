import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import fsspec
import pytest
from fsspec.implementations.local import LocalFileSystem

from corpus.assembly import Choice
from corpus.manifest import MANIFEST, Manifest
from corpus.places import Url, place
from corpus.remote import Destination, fetch_inputs
from mt.engine import ENGINES
from mt.errors import InputError
from tests import command
from tests.corpus.builds import DAY, build_articles, files_of, write_articles
from tests.corpus.known_engine import environment

EPOCH = {"SOURCE_DATE_EPOCH": str(DAY)}


class Shelf(LocalFileSystem):  # type: ignore[misc]  # fsspec has no types
    """A store that is a local folder, and ends the process before the operation of a number."""

    protocol = "shelf"
    root_marker = "/"
    until = -1

    @classmethod
    def _strip_protocol(cls, path: Any) -> Any:
        return LocalFileSystem._strip_protocol(path.removeprefix("shelf://") if isinstance(path, str) else path)

    def count(self) -> None:
        if Shelf.until == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        Shelf.until -= 1

    def put_file(self, *args: Any, **kwargs: Any) -> None:
        self.count()
        super().put_file(*args, **kwargs)

    def pipe_file(self, *args: Any, **kwargs: Any) -> None:
        self.count()
        super().pipe_file(*args, **kwargs)

    def rm_file(self, *args: Any, **kwargs: Any) -> None:
        self.count()
        super().rm_file(*args, **kwargs)

    def mv(self, *args: Any, **kwargs: Any) -> None:
        self.count()
        super().mv(*args, **kwargs)


@pytest.fixture(autouse=True)
def stores(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    fsspec.register_implementation("shelf", Shelf, clobber=True)
    monkeypatch.setattr(Shelf, "until", -1)
    yield
    memory = fsspec.filesystem("memory")
    memory.store.clear()
    memory.pseudo_dirs[:] = [""]


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("corpus.remote.cache_folder", lambda: tmp_path / "cache")
    return tmp_path / "cache"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("articles/a.txt", Path("articles/a.txt")),
        ("-", Path("-")),
        ("file:///data/in", Path("/data/in")),
        ("s3://bucket/in", Url("s3://bucket/in")),
        ("hdfs://name:8020/in/", Url("hdfs://name:8020/in/")),
    ],
)
def test_a_path_is_told_from_a_url(text: str, expected: Path | Url) -> None:
    assert place(text) == expected
    assert isinstance(place(text), Url) is isinstance(expected, Url)


def test_a_url_is_extended_as_a_path_is() -> None:
    assert Url("s3://bucket/out/") / ".build" / "shards" == "s3://bucket/out/.build/shards"
    assert Url("s3://bucket/out/").name == "out"


def store(files: dict[str, bytes], url: str) -> None:
    fs, path = fsspec.core.url_to_fs(url)
    for name, data in files.items():
        fs.pipe_file(f"{path}/{name}", data)


def test_a_folder_is_fetched_with_names_and_times(tmp_path: Path) -> None:
    articles = write_articles(tmp_path / "in", 4)
    (articles / "deep").mkdir()
    (articles / "000.ar.txt").rename(articles / "deep" / "000.ar.txt")
    for name in ("deep/000.en.txt", ".hidden.ar.txt", "README.txt", "data.bin"):
        (articles / name).write_text("text")
    wanted = ["001.ar.txt", "002.ar.txt", "003.ar.txt", "deep/000.ar.txt", "deep/000.en.txt"]
    found = fetch_inputs(f"shelf://{articles}", tmp_path / "here")
    assert sorted(files_of(found)) == wanted
    for name in wanted:
        assert (found / name).read_bytes() == (articles / name).read_bytes()
        assert (found / name).stat().st_mtime == pytest.approx((articles / name).stat().st_mtime, abs=1)


def test_of_a_folder_is_fetched_what_belongs_to_wanted_documents(tmp_path: Path) -> None:
    store({"a.ar.txt": b"a", "a.en.md": b"a", "b.ar.txt": b"b", "sub/a.ar.txt": b"c"}, "memory://in")
    found = fetch_inputs("memory://in", tmp_path, lambda name: name == "a")
    assert sorted(files_of(found)) == ["a.ar.txt", "a.en.md"]
    assert list(fetch_inputs("memory://in", tmp_path / "none", lambda _: False).iterdir()) == []


def test_a_file_is_fetched_with_its_reference(tmp_path: Path) -> None:
    store({"a.ar.txt": b"a", "a.en.txt": b"b", "b.ar.txt": b"c"}, "memory://in")
    found = fetch_inputs("memory://in/a.ar.txt", tmp_path)
    assert sorted(files_of(found.parent)) == ["a.ar.txt", "a.en.txt"]
    assert found.name == "a.ar.txt"


def test_a_store_without_times_gives_files_of_no_date(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store({"a.ar.txt": b"a"}, "memory://in")
    assert fetch_inputs("memory://in/a.ar.txt", tmp_path / "1").stat().st_mtime > DAY
    monkeypatch.setattr("corpus.stores._TIMES", ())
    assert fetch_inputs("memory://in/a.ar.txt", tmp_path / "2").stat().st_mtime == 0


def test_a_name_that_leads_elsewhere_is_refused(tmp_path: Path) -> None:
    memory = fsspec.filesystem("memory")
    store({"a.ar.txt": b"a"}, "memory://in")
    memory.store["/in/../../evil.ar.txt"] = memory.store["/in/a.ar.txt"]
    with pytest.raises(InputError, match="rename it"):
        fetch_inputs("memory://in", tmp_path)


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("memory://nothing", "no such file, folder or bucket"),
        ("gs://bucket/in", "pip install gcsfs"),
        ("cloud://bucket/in", "Protocol not known: cloud"),
    ],
)
def test_an_input_that_is_not_there(url: str, said: str, tmp_path: Path) -> None:
    done = command.muwazi("build", url, "-o", tmp_path / "out")
    assert (done.exit_code, done.stdout) == (1, "")
    assert said in done.stderr
    assert done.stderr.count("\n") == 1
    done = command.muwazi("merge", url, "-o", tmp_path / "out")
    assert (done.exit_code, done.stdout) == (1, "")
    assert said in done.stderr or "no corpus there" in done.stderr


def test_a_url_without_articles(tmp_path: Path) -> None:
    store({"README.txt": b"a"}, "memory://in")
    done = command.muwazi("build", "memory://in", "-o", tmp_path / "out")
    assert (done.exit_code, "no articles in this folder" in done.stderr) == (1, True)


def stored(url: str) -> dict[str, bytes]:
    fs, path = fsspec.core.url_to_fs(url)
    return {name.removeprefix(f"{path}/"): fs.cat_file(name) for name in fs.find(path)}


@pytest.fixture
def words(monkeypatch: pytest.MonkeyPatch) -> None:
    """Translate with the engine of known output, at a known time."""
    monkeypatch.setitem(ENGINES, "ctranslate2", "tests.corpus.known_engine:engine")
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(DAY))


def test_a_build_from_store_to_store(tmp_path: Path, cache: Path, words: None, monkeypatch: pytest.MonkeyPatch) -> None:
    articles = write_articles(tmp_path / "in", 6)
    store(files_of(articles), "memory://in")
    build = ("build", "memory://in", "-o", "memory://out", "--model=compact")
    done = command.muwazi(*build)
    assert done.exit_code == 0, done.stderr
    assert "published at memory://out" in done.stderr
    local = command.muwazi("build", articles, "-o", tmp_path / "out", *build[4:])
    assert local.exit_code == 0
    assert stored("memory://out") == files_of(tmp_path / "out")
    assert not list(cache.glob("corpora/*/out")), "what is published is not kept here"

    monkeypatch.setattr(fsspec.get_filesystem_class("memory"), "put_file", lambda *_: pytest.fail("published again"))
    done = command.muwazi(*build)
    assert done.exit_code == 0, done.stderr
    assert "nothing anew" in done.stderr or "nothing was done" in done.stderr
    assert "published" not in done.stderr


def test_references_at_a_url_are_those_of_the_same_folder_here(tmp_path: Path, cache: Path, words: None) -> None:
    articles, english = tmp_path / "in", tmp_path / "en"
    for folder, names in ((articles, ("a.ar.foo", "b.ar.txt", "c.ar")), (english, ("a.foo", "b.en.md", "c.en"))):
        folder.mkdir()
        for name in names:
            (folder / name).write_text("نص قصير.\n" if folder == articles else "A short text.\n", "utf-8")
    store(files_of(english), "memory://en")
    for reference, out in ((english, "here"), ("memory://en", "there")):
        line = ("build", articles, "-o", tmp_path / out, "--model=compact", "--format=tsv", "--keep-unrelated")
        done = command.muwazi(*line, "--reference", reference)
        assert done.exit_code == 0, done.stderr
        assert "3 human pairs" in done.stderr
    assert files_of(tmp_path / "there") == files_of(tmp_path / "here")


def test_shards_from_store_to_store(tmp_path: Path, cache: Path, words: None) -> None:
    articles = write_articles(tmp_path / "in", 3)
    store(files_of(articles), "memory://in")
    options = ("--model=compact", "--format=tsv")
    for number in range(1, 6):  # some of which are without articles
        done = command.muwazi("build", "memory://in", "-o", "memory://shards", f"--shard={number}/5", *options)
        assert done.exit_code == 0, done.stderr
    done = command.muwazi("merge", "memory://shards", "-o", "memory://out")
    assert done.exit_code == 0, done.stderr
    assert command.muwazi("build", articles, "-o", tmp_path / "out", *options).exit_code == 0
    assert stored("memory://out") == files_of(tmp_path / "out")


@pytest.mark.parametrize("line", [("merge", "memory://in", "-o", "memory://out/all.jsonl")])
def test_files_are_not_written_to_stores(line: tuple[str, ...]) -> None:
    done = command.muwazi(*line)
    assert (done.exit_code, "give a local name" in done.stderr) == (2, True)


def test_a_place_with_other_things_is_refused(cache: Path) -> None:
    store({"thesis.docx": b"years of work"}, "memory://out")
    with pytest.raises(InputError, match="holds no corpus of ours"), Destination.of("memory://out"):
        pass
    assert stored("memory://out") == {"thesis.docx": b"years of work"}


def test_two_builds_do_not_share_a_place(cache: Path) -> None:
    with (
        Destination.of("memory://out"),
        pytest.raises(InputError, match="another build on this machine"),
        Destination.of("memory://out/"),
    ):
        pass


def test_what_is_published_survives_kills_at_any_moment(tmp_path: Path, cache: Path) -> None:
    """A publication that replaces a corpus with another is killed before each of its operations, and run again."""
    old, new = tmp_path / "old", tmp_path / "new"
    build_articles(write_articles(tmp_path / "a", 4), old, choice=Choice(("tsv", "moses")))
    build_articles(write_articles(tmp_path / "b", 4, seed=2), new, choice=Choice(("tmx", "tsv")))
    assert files_of(old).keys() - files_of(new).keys()
    kills = 0
    for number in range(100):
        shelf = tmp_path / f"shelf-{number}"
        publish(old, shelf)
        code = forked(new, shelf, number)
        if code == 0:
            break
        kills += 1
        assert code == -signal.SIGKILL
        told = files_of(shelf)
        if MANIFEST in told:  # a reader looks there first
            manifest = Manifest.of(shelf)
            assert manifest
            assert told[MANIFEST] in (files_of(old)[MANIFEST], files_of(new)[MANIFEST])
            whole = files_of(old if told[MANIFEST] == files_of(old)[MANIFEST] else new)
            assert {name: told[name] for name in manifest.files} == {name: whole[name] for name in manifest.files}
        publish(new, shelf)
        assert files_of(shelf) == files_of(new)
    assert kills > 6


def publish(corpus: Path, shelf: Path) -> None:
    """Publish a copy of a corpus as the build that made it would."""
    with Destination.of(f"shelf://{shelf}") as destination:
        destination.folder.mkdir(exist_ok=True)
        for old in destination.folder.iterdir():
            old.unlink()
        for name, data in files_of(corpus).items():
            (destination.folder / name).write_bytes(data)
        destination.publish()


def forked(corpus: Path, shelf: Path, until: int) -> int:
    """Publish in a child that is killed before the operation of a number; gives its exit code or minus the signal."""
    child = os.fork()
    if not child:
        Shelf.until = until
        try:
            publish(corpus, shelf)
            os._exit(0)
        finally:
            os._exit(1)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


@pytest.fixture(scope="module")
def s3() -> Iterator[dict[str, str]]:
    """Give the environment of programs for which s3:// is a server of its own on this machine, with a bucket."""
    code = (
        "import sys, threading; from moto.server import ThreadedMotoServer as Server; import s3fs, os\n"
        "server = Server('127.0.0.1', 0, verbose=False); server.start(); host, port = server.get_host_and_port()\n"
        "os.environ['AWS_ENDPOINT_URL'] = f'http://{host}:{port}'\n"
        "s3fs.S3FileSystem().mkdir('bucket'); print(port, flush=True); sys.stdin.read()\n"
    )
    keys = {"AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_DEFAULT_REGION": "us-east-1"}
    environ = environment(**keys, **EPOCH)
    line = [sys.executable, "-c", code]
    with subprocess.Popen(line, env=environ, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout
        yield {**environ, "AWS_ENDPOINT_URL": f"http://127.0.0.1:{server.stdout.readline().strip()}"}
        server.terminate()


def s3fs(environ: dict[str, str], code: str) -> None:
    code = f"import s3fs; s3 = s3fs.S3FileSystem(); {code}"
    subprocess.run([sys.executable, "-c", code], env=environ, check=True)


def test_s3_from_bucket_to_bucket(s3: dict[str, str], tmp_path: Path) -> None:
    environ = {**s3, "MUWAZI_DATA_DIR": str(tmp_path / "data")}
    articles = write_articles(tmp_path / "in", 12)
    (articles / "003.en.txt").write_text("The minister opened the library.\n")
    s3fs(environ, f"s3.put({str(articles)!r}, 'bucket/in', recursive=True)")
    options = ("--model=compact", "--keep-unrelated")
    for number in (1, 2):
        done = command.run(
            environ, "build", "s3://bucket/in", "-o", "s3://bucket/shards", f"--shard={number}/2", *options
        )
        assert done.returncode == 0, done.stderr
    done = command.run(environ, "merge", "s3://bucket/shards", "-o", "s3://bucket/out")
    assert done.returncode == 0, done.stderr
    done = command.run(
        environ,
        *("build", "s3://bucket/in", "-o", "s3://bucket/all", *options),
        *("--executor=local", "--shards=2", "--workers=2"),
    )
    assert done.returncode == 0, done.stderr
    assert command.run(environ, "build", articles, "-o", tmp_path / "one", *options).returncode == 0
    s3fs(environ, f"[s3.get(f'bucket/{{name}}', {str(tmp_path)!r}, recursive=True) for name in ('out', 'all')]")
    assert files_of(tmp_path / "out") == files_of(tmp_path / "one")
    assert files_of(tmp_path / "all") == files_of(tmp_path / "one")


@pytest.mark.parametrize(
    ("input_", "output", "environ", "said"),
    [
        ("s3://nowhere/in", "{local}/out", {}, "no such file, folder or bucket"),
        ("{local}/in", "s3://nowhere/out", {}, "no bucket nowhere"),
        ("s3://bucket/in", "{local}/out", {"AWS_ENDPOINT_URL": "http://127.0.0.1:9"}, "the store cannot be used"),
        ("{local}/in", "s3://bucket/new", {"AWS_ENDPOINT_URL": "http://127.0.0.1:9"}, "the store cannot be used"),
    ],
)
def test_s3_that_is_not_there(
    input_: str, output: str, environ: dict[str, str], said: str, s3: dict[str, str], tmp_path: Path
) -> None:
    write_articles(tmp_path / "in", 1)
    places = (place.format(local=tmp_path) for place in (input_, output))
    environ = {**s3, "MUWAZI_CACHE_DIR": str(tmp_path / "cache"), "AWS_MAX_ATTEMPTS": "1", **environ}
    done = command.run(environ, "build", next(places), "-o", next(places), "--model=compact")
    assert (done.returncode, done.stdout) == (1, "")
    assert said in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_dry_run_writes_nothing_to_a_store(tmp_path: Path) -> None:
    write_articles(tmp_path / "in", 1)
    done = command.muwazi("build", tmp_path / "in", "-o", "memory://out", "--dry-run")
    assert (done.exit_code, "give a local -o" in done.stderr) == (2, True)
    assert not isinstance(done.exception, click.ClickException)
    assert stored("memory://out") == {}
