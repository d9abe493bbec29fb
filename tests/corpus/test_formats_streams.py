"""Corpus files in other clothes: compressed, damaged, misnamed, endless, piped."""

import gzip
import io
import lzma
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard

from corpus import formats
from corpus.formats import streams
from corpus.pair import Pair
from mt.errors import FormatError, InputError

ROOT = Path(__file__).parents[2]
PAIRS = [
    Pair("أخبار", 0, i, i, i + 1, f"وصل القطار رقم {i} متأخرًا.", f"Train {i} came late.", "human") for i in range(500)
]
PACK: dict[str, Callable[[bytes], bytes]] = {
    ".gz": gzip.compress,
    ".xz": lzma.compress,
    ".zst": zstandard.ZstdCompressor().compress,
}
TEXT = [name for name in formats.READABLE if name != "parquet"]


@pytest.fixture
def plain(tmp_path: Path) -> Path:
    path = tmp_path / "news.jsonl"
    formats.write(PAIRS, path)
    return path


@pytest.mark.parametrize("suffix", PACK)
@pytest.mark.parametrize("name", TEXT)
def test_compressed_files_hold_the_same(name: str, suffix: str, tmp_path: Path) -> None:
    formats.write(PAIRS, tmp_path / "news", name)
    formats.write(PAIRS, tmp_path / f"news{suffix}", name)
    assert list(formats.read(tmp_path / f"news{suffix}", name)) == list(formats.read(tmp_path / "news", name))
    (first, *_) = formats.files(tmp_path / f"news{suffix}", name)
    packed = first.read_bytes()
    formats.write(PAIRS, tmp_path / f"news{suffix}", name)
    assert first.read_bytes() == packed  # no time in it


@pytest.mark.parametrize(
    ("suffix", "name", "package"), [(".gz", "gzip", "gzip"), (".xz", "xz", "xz-utils"), (".zst", "zstd", "zstd")]
)
def test_programs_unpack_what_we_pack(
    suffix: str, name: str, package: str, tmp_path: Path, plain: Path, program: Callable[..., str]
) -> None:
    run = program(name, package)
    path = tmp_path / f"news.jsonl{suffix}"
    formats.write(PAIRS, path)
    assert subprocess.run([run, "-dc", str(path)], capture_output=True, check=True).stdout == plain.read_bytes()


@pytest.mark.parametrize("suffix", PACK)
def test_several_members_are_one_file(suffix: str, tmp_path: Path, plain: Path) -> None:
    lines = plain.read_bytes().splitlines(keepends=True)
    path = tmp_path / f"parts.jsonl{suffix}"
    path.write_bytes(b"".join(PACK[suffix](b"".join(lines[i : i + 200])) for i in range(0, 500, 200)))
    assert list(formats.read(path)) == PAIRS


@pytest.mark.parametrize("suffix", PACK)
@pytest.mark.parametrize("damage", ["truncated", "bit", "empty"])
def test_damaged_compressed_files(suffix: str, damage: str, tmp_path: Path, plain: Path) -> None:
    path = tmp_path / f"bad.jsonl{suffix}"
    formats.write(PAIRS, path)
    packed = bytearray(path.read_bytes())
    match damage:
        case "truncated":
            del packed[-7:]
        case "bit":
            packed[len(packed) // 2] ^= 4
        case "empty":
            packed.clear()
    path.write_bytes(packed)
    with pytest.raises(FormatError, match=rf"^{path}(:\d+)?: .*(damaged|JSON|UTF-8|field)"):
        list(formats.read(path))


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.tsv", gzip.compress(b"x", mtime=0), "gzip-compressed, which its name does not say; rename it to a.tsv.gz"),
        ("a.tmx", lzma.compress(b"x"), "xz-compressed, which its name does not say; rename it to a.tmx.xz"),
        ("a.jsonl.gz", PACK[".zst"](b"x"), "Zstandard-compressed, which its name .* rename it to a.jsonl.zst"),
        ("a.jsonl.gz", b"{}", "named .gz, but not compressed so; rename it to a.jsonl"),
        ("a.tmx", b"PK\3\4....", "a zip archive, and no text"),
        ("a.jsonl", b"PAR1....", "a Parquet file, and no text"),
        ("a.en", b"BZh9....", "bzip2-compressed, and no text"),
        ("a.parquet", b"{}", "no Parquet"),
        ("a.parquet.gz", gzip.compress(b"x", mtime=0), "Parquet is compressed inside; call it a.parquet"),
    ],
)
def test_names_that_lie(name: str, content: bytes, message: str, tmp_path: Path) -> None:
    for file in {name, name.replace(".en", ".ar")}:
        (tmp_path / file).write_bytes(content)
    with pytest.raises(FormatError, match=message):
        list(formats.read(tmp_path / name))


def test_parquet_without_pyarrow_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    for use in (lambda path: formats.write([], path), lambda path: list(formats.read(path))):
        with pytest.raises(InputError, match=r'pip install "muwazi\[parquet\]"'):
            use(tmp_path / "a.parquet")


def endless_line(path: Path) -> None:
    with path.open("wb") as file:
        file.write(b'{"id":"' if ".jsonl" in path.name else b"x")
        file.truncate(1 << 30)  # zeros that take no room


def bomb(path: Path) -> None:
    with path.open("wb") as file, zstandard.ZstdCompressor().stream_writer(file) as writer:
        for _ in range(1 << 10):
            writer.write(bytes(1 << 20))


def endless_seg(path: Path) -> None:
    with gzip.open(path, "wb", 1) as file:
        file.write(b'<tmx version="1.4"><header/><body>\n<tu><tuv xml:lang="ar">\n<seg>')
        for _ in range(80):
            file.write(b"x" * (1 << 20))


@pytest.mark.parametrize(
    ("name", "make", "line"),
    [
        ("a.jsonl", endless_line, 1),
        ("a.tsv", endless_line, 1),
        ("a.jsonl.zst", bomb, 1),
        ("a.tmx.gz", endless_seg, 3),
    ],
)
def test_a_gigabyte_without_an_end_is_refused_in_little_memory(
    name: str, make: Callable[[Path], None], line: int, tmp_path: Path
) -> None:
    path = tmp_path / name
    make(path)
    code = (
        "import resource, sys; from pathlib import Path\n"
        "from corpus import formats; from mt.errors import FormatError\n"
        "resource.setrlimit(resource.RLIMIT_DATA, (400 << 20, 400 << 20))\n"  # a peak would count this process's own
        "try:\n    list(formats.read(Path(sys.argv[1])))\nexcept FormatError as error:\n    print(error)\n"
    )
    run = subprocess.run([sys.executable, "-c", code, str(path)], cwd=ROOT, check=True, capture_output=True, text=True)
    assert run.stdout.startswith(f"{path}:{line}: ")
    assert "more than 64 MB" in run.stdout


def test_lines_up_to_the_limit_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "LIMIT", 100)
    path = tmp_path / "a.tsv"
    for size, fits in ((98, True), (99, False)):
        path.write_text("a\tb\n" + "x" * (size - 1) + "\ty\n")
        if fits:
            assert len(list(formats.read(path))) == 2
        else:
            with pytest.raises(FormatError, match=r"a.tsv:2: a line of more than"):
                list(formats.read(path))


class Pipe:
    """A standard stream of bytes."""

    def __init__(self, content: bytes = b"") -> None:
        self.buffer = io.BytesIO(content)


@pytest.mark.parametrize("name", [name for name in TEXT if name != "moses"])
def test_pipes(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    formats.write(PAIRS, tmp_path / "-", name)
    expected = list(formats.read(tmp_path / "-", name))
    out = Pipe()
    monkeypatch.setattr(sys, "stdout", out)
    assert formats.write(PAIRS, Path("-"), name).written == 500
    assert out.buffer.getvalue() == (tmp_path / "-").read_bytes()
    for pack in (bytes, *PACK.values()):
        monkeypatch.setattr(sys, "stdin", Pipe(pack(out.buffer.getvalue())))
        assert list(formats.read(Path("-"), name)) == expected


def test_what_a_pipe_cannot_be() -> None:
    for name in ("moses", "parquet"):
        with pytest.raises(FormatError, match=f"{name} does not go through a pipe"):
            formats.read(Path("-"), name)
    with pytest.raises(FormatError, match="a pipe has no extension; name its format with --from or --to: jsonl, tmx"):
        formats.read(Path("-"))


def test_moses_is_two_files_by_any_of_their_names(tmp_path: Path) -> None:
    for given in ("train", "train.ar", "train.en"):
        assert [path.name for path in formats.files(tmp_path / given, "moses")] == ["train.ar", "train.en"]
    assert [path.name for path in formats.files(Path("v1.2.en.gz"))] == ["v1.2.ar.gz", "v1.2.en.gz"]
    formats.write(PAIRS, tmp_path / "train.en")
    assert (tmp_path / "train.ar").read_text("utf-8").count("\n") == 500
    assert next(formats.read(tmp_path / "train.ar")).document == "train"


@pytest.mark.parametrize(("short", "long"), [("ar", "en"), ("en", "ar")])
def test_moses_of_different_lengths(short: str, long: str, tmp_path: Path) -> None:
    formats.write(PAIRS, tmp_path / "a.ar")
    path = tmp_path / f"a.{short}"
    path.write_text("".join(path.read_text("utf-8").splitlines(keepends=True)[:400]), "utf-8")
    with pytest.raises(FormatError, match=rf"a.{short}:400: ends here, and .*a.{long} has 100 more"):
        list(formats.read(tmp_path / "a.ar"))


@pytest.mark.parametrize("broken", ["ar", "en"])
def test_moses_names_the_damaged_one_of_the_two(broken: str, tmp_path: Path) -> None:
    formats.write(PAIRS, tmp_path / "a.ar.gz")
    path = tmp_path / f"a.{broken}.gz"
    path.write_bytes(path.read_bytes()[:-9])
    with pytest.raises(FormatError, match=f"^{path}: the compressed data are cut off"):
        list(formats.read(tmp_path / "a.ar.gz"))


@pytest.mark.parametrize("count", [0, 1, 3])
def test_bare_rows_of_another_number_of_fields(count: int, tmp_path: Path) -> None:
    path = tmp_path / "a.tsv"
    path.write_text("باب\tdoor\n" + "\t".join("abc"[:count]) + "\n", "utf-8")
    with pytest.raises(FormatError, match=rf"a.tsv:2: {max(count, 1)} fields where 2 should be \(source target\)"):
        list(formats.read(path, "bare"))


def test_find_goes_into_corpus_folders(tmp_path: Path, plain: Path) -> None:
    assert formats.find(plain) == plain
    with pytest.raises(InputError, match="a folder without corpus"):
        formats.find(tmp_path)
    plain.rename(tmp_path / "corpus.jsonl")
    assert formats.find(tmp_path) == tmp_path / "corpus.jsonl"
