import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import fields, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from corpus import formats
from corpus.formats import Report, jsonl, tmx, tsv
from corpus.pair import Pair
from mt.errors import FormatError, InputError

GOLDEN = Path(__file__).parent.parent / "golden"
DATE = datetime(2024, 3, 9, 14, 5, 7, tzinfo=UTC)

PAIRS = [
    Pair(
        document="أخبار/السوق",
        paragraph=0,
        sentence=0,
        start=0,
        end=39,
        source="افتتح التاجر ماهر العطار متجره صباحًا.",
        target="The merchant Maher Attar opened his shop in the morning.",
        origin="human",
        bead="1-1",
        alignment_score=0.875,
    ),
    Pair(
        document="أخبار/السوق",
        paragraph=0,
        sentence=1,
        start=40,
        end=78,
        source="باع ٣٥ كيلوغرامًا من التمر قبل الظهر.",
        target="He sold dates, dates, dates before noon.",
        origin="machine",
        model="compact@0a1b2c3d4e5f",
        score=-0.30000000000000004,
        faults=("numbers", "loop"),
    ),
    Pair(
        document="أخبار/السوق",
        paragraph=2,
        sentence=2,
        start=80,
        end=131,
        source='كتب على اللافتة: <b>تمر &amp; لبن</b> "طازج"\u200f 🌴',
        target='The sign said: <b>dates &amp; milk</b> "fresh"\u200e 🌴',
        origin="machine",
        model="compact@0a1b2c3d4e5f",
        score=-1.5,
    ),
]

# Every character there is, surrogates and controls too, between those that formats trip over.
hard = st.sampled_from("\t\n\r\0\x0b\x1c\x1f\x85\u2028\ufeff\ufffe\uffff\ud83d\ude00\u200f<>&\"' ,")
texts = st.lists(hard | st.text(st.characters(exclude_categories=())), max_size=6).map("".join)
scores = st.none() | st.floats(allow_nan=False, allow_infinity=False)
integers = st.integers(-(2**63), 2**63 - 1)
pairs = st.builds(
    Pair,
    document=texts,
    paragraph=integers,
    sentence=integers,
    start=integers,
    end=integers,
    source=texts,
    target=st.none() | texts,
    origin=st.sampled_from(["machine", "human", "post-edited"]),
    model=st.none() | texts,
    score=scores,
    bead=st.none() | texts,
    alignment_score=scores,
    faults=st.lists(st.sampled_from(["numbers", "loop", "left-over"])).map(tuple),
    target_start=st.none() | integers,
    target_end=st.none() | integers,
    id=texts,
)
any_pairs = given(st.lists(pairs, max_size=3))
# Each example syncs files.
unhurried = settings(max_examples=20, suppress_health_check=[HealthCheck.too_slow])


def mapped(pair: Pair, change: Callable[[str], str]) -> Pair:
    """Change every text of a pair."""

    def each(text: str | None) -> str | None:
        return None if text is None else change(text)

    return replace(
        pair,
        id=change(pair.id),
        document=change(pair.document),
        source=change(pair.source),
        target=each(pair.target),
        model=each(pair.model),
        bead=each(pair.bead),
    )


def changes(before: list[Pair], after: list[Pair], carried: frozenset[str]) -> int:
    """Count the characters that differ in the texts that are carried."""
    return sum(
        one != other
        for old, new in zip(before, after, strict=True)
        for name in {"id", "document", "source", "target", "model", "bead"} & carried
        for one, other in zip(getattr(old, name) or "", getattr(new, name) or "", strict=True)
    )


def in_json(text: str) -> str:
    """JSON has one way to write a character and the two surrogates that make it."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")


def in_xml(text: str) -> str:
    """XML 1.0, production 2 (Char)."""
    return "".join(
        c if c in "\t\n\r" or " " <= c <= "\ud7ff" or "\ue000" <= c <= "\ufffd" or c > "\uffff" else " " for c in text
    )


def in_tsv(text: str) -> str:
    return "".join(" " if c in "\t\0" or "\ud800" <= c <= "\udfff" or c.splitlines() != [c] else c for c in text)


def in_utf8(text: str) -> str:
    return "".join(" " if "\ud800" <= c <= "\udfff" else c for c in text)


CHARACTERS = {
    "jsonl": in_json,
    "tmx": in_xml,
    "tsv": in_tsv,
    "bare": in_tsv,
    "moses": in_tsv,
    "parquet": in_utf8,
}


def without_mark(text: str) -> str:
    """Lines of bare text have no byte order mark at the beginning of the file."""
    return " " + text[1:] if text.startswith("\ufeff") else text


def projected(given: list[Pair], name: str, stem: str) -> tuple[list[Pair], Report]:
    """Say what comes back of pairs out of a format, according to its declaration, and what the writer reports."""
    form = formats.FORMATS[name]
    kept = [pair for pair in given if not form.whole or (pair.source and pair.target is not None)]
    changed = [mapped(pair, CHARACTERS[name]) for pair in kept]
    if name in ("bare", "moses") and changed:
        first = changed[0]
        assert first.target is not None
        target = without_mark(first.target) if name == "moses" else first.target
        changed[0] = replace(first, source=without_mark(first.source), target=target)
    # A pair of surrogates is no replaced character.
    replaced = 0 if name == "jsonl" else changes(kept, changed, form.fields)
    back = []
    for number, pair in enumerate(changed):
        said = {field: getattr(pair, field) for field in form.fields}
        if name in ("tsv", "bare", "moses"):  # where an empty text is none
            said |= {field: said[field] or None for field in ("target", "model") if field in said}
        blank = {"document": stem, "paragraph": 0, "sentence": number, "start": 0, "end": 0, "origin": "human"}
        back.append(Pair(**{**blank, **said}))
    return back, Report(len(kept), len(given) - len(kept), replaced)


@pytest.mark.parametrize("name", formats.READABLE)
@any_pairs
@unhurried
def test_what_a_format_carries_comes_back(name: str, given: list[Pair]) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder, "news")
        report = formats.write(iter(given), path, name)
        first = [file.read_bytes() for file in formats.files(path, name)]
        formats.write(given, path, name)
        assert [file.read_bytes() for file in formats.files(path, name)] == first
        assert (list(formats.read(path, name)), report) == projected(given, name, "news")


@given(st.lists(pairs, max_size=3), st.lists(st.sampled_from(formats.READABLE), min_size=2, max_size=3))
@unhurried
def test_a_chain_of_formats_loses_what_they_declare(given: list[Pair], names: list[str]) -> None:
    """There and back again: each conversion loses what its format is declared to lose, and a second time nothing."""
    with TemporaryDirectory() as folder:
        path = Path(folder, "news")
        actual = expected = given
        for name in (*names, *names[-2::-1]):
            formats.write(actual, path, name)
            actual = list(formats.read(path, name))
            expected, _ = projected(expected, name, "news")
            assert actual == expected


@any_pairs
@unhurried
def test_jsonl_is_what_json_makes_of_a_record(given: list[Pair]) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder, "a.jsonl")
        formats.write(given, path)
        lines = [json.dumps(pair.as_dict(), ensure_ascii=False, separators=(",", ":")) + "\n" for pair in given]
        assert path.read_bytes() == "".join(lines).encode("utf-8", "backslashreplace")


@pytest.mark.parametrize("suffix", ["", ".gz", ".zst", ".xz"])
def test_no_pair_takes_a_field_of_another_format(suffix: str, tmp_path: Path) -> None:
    """The declarations agree with what the formats do with a pair that has everything."""
    full = replace(PAIRS[0], model="m", score=-0.25, faults=("loop",), target_start=3, target_end=9, sentence=7)
    for name in formats.READABLE:
        if name == "parquet" and suffix:
            continue
        path = tmp_path / f"x{suffix}"
        formats.write([full], path, name)
        (back,) = formats.read(path, name)
        same = {field.name for field in fields(Pair) if getattr(back, field.name) == getattr(full, field.name)}
        filled_in = {"paragraph", "start", "origin"}  # with what the pair has
        assert same - filled_in == formats.FORMATS[name].fields - filled_in


@pytest.mark.parametrize("name", formats.READABLE)
def test_every_character_there_is(name: str, tmp_path: Path) -> None:
    everything = "".join(map(chr, range(sys.maxunicode + 1)))
    formats.write([replace(PAIRS[0], source=everything)], tmp_path / "a", name)
    (back,) = formats.read(tmp_path / "a", name)
    expected = CHARACTERS[name](everything)
    wrong = [f"U+{ord(c):04X}" for c, found in zip(expected, back.source, strict=False) if c != found]
    assert (wrong[:5], len(back.source)) == ([], len(expected))


@pytest.mark.parametrize("name", ["pairs.tmx", "pairs.tsv", "pairs.xlf"])
def test_golden_file(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tmx, "version", lambda _: "0.0.0")
    path = tmp_path / name
    assert formats.write(PAIRS, path, date=DATE) == Report(3)
    assert path.read_text("utf-8") == (GOLDEN / name).read_text("utf-8")


def test_jsonl_line_is_readable(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    formats.write([replace(PAIRS[0], target="a\u2028\udc80")], path)
    line = path.read_bytes()
    assert line.count(b"\n") == 1
    assert line.startswith(f'{{"id":"{PAIRS[0].id}","document":"أخبار/السوق","paragraph":0,'.encode())
    assert b'"target":"a\xe2\x80\xa8\\udc80"' in line
    assert list(json.loads(line)) == list(PAIRS[0].as_dict())


@pytest.mark.parametrize(
    ("name", "expected"),
    [("a.jsonl", "jsonl"), ("a.TMX", "tmx"), ("a.b.tsv", "tsv")],
)
def test_format_by_extension(name: str, expected: str) -> None:
    assert formats.format_of(Path(name)) == expected


@pytest.mark.parametrize("name", ["a.csv", "a", ".tmx"])
def test_unknown_extension_names_the_known(name: str) -> None:
    for use in (formats.read, partial(formats.write, [])):
        with pytest.raises(FormatError, match=rf"^{name}: .* \.jsonl, \.tmx, \.tsv"):
            use(Path(name))


def test_named_format_wins_over_the_extension(tmp_path: Path) -> None:
    path = tmp_path / "corpus.txt"
    formats.write(PAIRS, path, "jsonl")
    assert list(formats.read(path, "jsonl")) == PAIRS
    with pytest.raises(FormatError, match=r"'csv'.*jsonl, tmx, tsv"):
        formats.read(path, "csv")


def test_what_is_only_written_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match="only written; read one of jsonl, tmx"):
        formats.read(tmp_path / "a.xlf")


@pytest.mark.parametrize("name", formats.READABLE)
class TestEveryFormat:
    def test_extensions_lead_back(self, name: str) -> None:
        for extension in formats.FORMATS[name].extensions:
            assert formats.format_of(Path("a" + extension)) == name

    def test_nothing(self, name: str, tmp_path: Path) -> None:
        path = tmp_path / "a"
        assert formats.write([], path, name) == Report(0)
        assert list(formats.read(path, name)) == []

    def test_failed_write_leaves_the_old_file(self, name: str, tmp_path: Path) -> None:
        def broken() -> Iterator[Pair]:
            yield PAIRS[0]
            raise RuntimeError("the source of pairs fails")

        path = tmp_path / "a"
        path.write_text("old")
        with pytest.raises(RuntimeError):
            formats.write(broken(), path, name)
        assert [file.read_text() for file in tmp_path.iterdir()] == ["old"]

    def test_missing_file(self, name: str, tmp_path: Path) -> None:
        with pytest.raises(InputError, match=r"none(\.ar)?: cannot be read"):
            next(formats.read(tmp_path / "none", name))

    def test_streams(self, name: str, tmp_path: Path) -> None:
        """Read and write many pairs within the memory that a few take, give or take 1 MB.

        Arrow's pools keep 0 to 30 MB of what was freed, as chance has it; the pairs themselves would be 150.
        """
        few, many, limit = (40_000, 160_000, 64 << 10) if name == "parquet" else (2_000, 20_000, 1 << 10)
        code = (
            "import re, resource, sys\n"
            "from pathlib import Path; from corpus import formats; from corpus.pair import Pair\n"
            "def made(n):\n"
            "    return (Pair('d', 0, i, 0, 0, 'ن' * 200, 'n' * 200, 'human') for i in range(n))\n"
            "def peak(n):\n"
            "    formats.write(made(n), Path(sys.argv[2]), sys.argv[1])\n"
            "    assert sum(1 for _ in formats.read(Path(sys.argv[2]), sys.argv[1])) == n\n"
            "    try:\n"  # Linux counts the memory of this process, which starts that one, into its ru_maxrss
            "        return int(re.search(r'VmHWM:\\s*(\\d+)', Path('/proc/self/status').read_text())[1])\n"
            "    except FileNotFoundError:\n"
            "        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
            f"small = peak({few})\n"
            f"print(peak({many}) - small)\n"
        )
        run = [sys.executable, "-c", code, name, str(tmp_path / "a")]
        root = Path(__file__).parents[2]
        grown = int(subprocess.run(run, cwd=root, check=True, capture_output=True, text=True).stdout)
        assert grown < (limit << 10 if sys.platform == "darwin" else limit)


RECORD = json.dumps(PAIRS[0].as_dict(), ensure_ascii=False)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('{"id": ', r":2: no JSON \(Expecting value\)"),
        ("", r":2: no JSON \(Expecting value\)"),
        ("[1]", ":2: a list where an object should be"),
        (RECORD.replace('"sentence"', '"sentense"'), ":2: unknown field 'sentense'"),
        (RECORD.replace('"paragraph": 0, ', ""), ":2: field 'paragraph' is missing"),
        (RECORD.replace('"start": 0', '"start": "0"'), ":2: field 'start' is '0', which is no int"),
        (RECORD.replace('"human"', '"robot"'), ":2: origin 'robot' is none of"),
        (RECORD.replace("0.875", "NaN"), r":2: no JSON \(NaN is no JSON number\)"),
        (RECORD.replace("0.875", "1" * 5000), ":2: no JSON"),
        ("[" * 100_000, ":2: no JSON"),
    ],
)
def test_jsonl_error_names_the_line(line: str, message: str, tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(f"{RECORD}\n{line}\n{RECORD}\n", "utf-8")
    read = jsonl.read(path)
    assert next(read) == PAIRS[0]
    with pytest.raises(FormatError, match=f"^{path}{message}"):
        next(read)


@pytest.mark.parametrize("name", ["a.jsonl", "a.tsv"])
def test_text_that_is_not_utf8(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    formats.write(PAIRS, path)
    path.write_bytes(path.read_bytes().replace("التاجر".encode(), "التاجر".encode("cp1256")))
    line = 1 if name == "a.jsonl" else 2
    with pytest.raises(FormatError, match=rf"a\.\w+:{line}: byte \d+ of the line is not UTF-8"):
        list(formats.read(path))


def test_jsonl_may_begin_with_a_byte_order_mark_and_end_without_a_line_feed(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(RECORD, "utf-8-sig")
    assert list(formats.read(path)) == PAIRS[:1]


@pytest.mark.parametrize("score", [float("nan"), float("-inf")])
def test_jsonl_refuses_a_score_that_json_cannot_hold(score: float, tmp_path: Path) -> None:
    with pytest.raises(FormatError, match=f"pair {PAIRS[0].id} has the scores {score} and 0.875"):
        formats.write([replace(PAIRS[0], score=score)], tmp_path / "a.jsonl")
    assert not list(tmp_path.iterdir())


HEADER = "\t".join(tsv.COLUMNS)
ROW = "1\td\t0\t0\tباب\tdoor\thuman\t\t\t"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (f"{HEADER}\n{ROW}\n{ROW}\textra\n", r":3: 11 fields where 10 should be \(id document"),
        (f"{HEADER}\n\n", ":2: 1 fields where 10 should be"),
        ("باب\tdoor\nبيت\n", r":2: 1 fields where 2 should be \(source target\)"),
        ("باب\n", ":1: the header lacks the column 'id'"),
        (HEADER.replace("\torigin", "") + "\n", ":1: the header lacks the column 'origin'"),
        (HEADER + "\tnotes\n", ":1: the header has a stray column 'notes'"),
        (HEADER + "\tscore\n", ":1: the header has a stray column 'score'"),
        (f"{HEADER}\n{ROW.replace('human', 'robot')}\n", ":2: origin 'robot' is none of"),
        (f"{HEADER}\n1\td\tx\t0\tباب\tdoor\thuman\t\t\t\n", ":2: .* are numbers .*'x'"),
        (f"{HEADER}\n1\td\t0\t0\tباب\tdoor\thuman\t\tbad\t\n", ":2: .* are numbers .*'bad'"),
    ],
)
def test_tsv_error_names_the_line(text: str, message: str, tmp_path: Path) -> None:
    path = tmp_path / "a.tsv"
    path.write_text(text, "utf-8")
    with pytest.raises(FormatError, match=f"^{path}{message}"):
        list(tsv.read(path))


@pytest.mark.parametrize(
    "text",
    [
        "باب\tdoor\nبيت\thouse",
        "\ufeffباب\tdoor\r\nبيت\thouse\r\n",
        "source\ttarget\nباب\tdoor\nبيت\thouse\n",
        "target\tsource\ndoor\tباب\nhouse\tبيت\n",
    ],
)
def test_tsv_of_two_columns(text: str, tmp_path: Path) -> None:
    path = tmp_path / "words.tsv"
    path.write_bytes(text.encode())
    expected = [("words", 0, "باب", "door"), ("words", 1, "بيت", "house")]
    assert [(p.document, p.sentence, p.source, p.target) for p in tsv.read(path)] == expected


def test_tsv_columns_in_any_order_and_after_a_byte_order_mark(tmp_path: Path) -> None:
    path = tmp_path / "a.tsv"
    formats.write(PAIRS, path)
    rows = [row.split("\t")[::-1] for row in path.read_text("utf-8").splitlines()]
    turned = tmp_path / "turned.tsv"
    turned.write_bytes(("\ufeff" + "".join("\t".join(row) + "\r\n" for row in rows)).encode())
    assert list(formats.read(turned)) == list(formats.read(path))
