import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from corpus import formats
from corpus.formats import Report, jsonl, tmx, tsv
from corpus.pair import Origin, Pair
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
pairs = st.builds(
    Pair,
    document=texts,
    paragraph=st.integers(),
    sentence=st.integers(),
    start=st.integers(),
    end=st.integers(),
    source=texts,
    target=st.none() | texts,
    origin=st.sampled_from(["machine", "human", "post-edited"]),
    model=st.none() | texts,
    score=scores,
    bead=st.none() | texts,
    alignment_score=scores,
    faults=st.lists(st.sampled_from(["numbers", "loop", "left-over"])).map(tuple),
    id=texts,
)
any_pairs = given(st.lists(pairs, max_size=3))
unhurried = settings(
    deadline=None, max_examples=50, suppress_health_check=[HealthCheck.too_slow]
)  # each example syncs files


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


def changes(before: list[Pair], after: list[Pair]) -> int:
    """Count the characters that differ."""
    return sum(
        one != other
        for old, new in zip(before, after, strict=True)
        for name in ("id", "document", "source", "target", "model", "bead")
        for one, other in zip(getattr(old, name) or "", getattr(new, name) or "", strict=True)
    )


def round_trip(pairs: list[Pair], name: str, write: Callable[..., Report]) -> tuple[list[Pair], Report]:
    with TemporaryDirectory() as folder:
        path = Path(folder, name)
        report = write(iter(pairs), path)
        first = path.read_bytes()
        write(pairs, path)
        assert path.read_bytes() == first
        return list(formats.read(path)), report


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


@any_pairs
@unhurried
def test_jsonl_carries_everything(given: list[Pair]) -> None:
    expected = [mapped(pair, in_json) for pair in given]
    assert round_trip(given, "a.jsonl", formats.write) == (expected, Report(len(given)))


@any_pairs
@unhurried
def test_tmx_carries_pairs_with_a_target(given: list[Pair]) -> None:
    kept = [pair for pair in given if pair.target is not None]
    expected = [mapped(pair, in_xml) for pair in kept]
    report = Report(len(kept), len(given) - len(kept), changes(kept, expected))
    assert round_trip(given, "a.tmx", formats.write) == (expected, report)


@any_pairs
@unhurried
def test_tsv_carries_its_columns(given: list[Pair]) -> None:
    carried = [replace(pair, start=0, end=0, bead=None, alignment_score=None) for pair in given]
    lines = [mapped(pair, in_tsv) for pair in carried]
    expected = [replace(pair, target=pair.target or None, model=pair.model or None) for pair in lines]
    report = Report(len(given), 0, changes(carried, lines))
    assert round_trip(given, "a.tsv", formats.write) == (expected, report)


@any_pairs
@unhurried
def test_bare_tsv_carries_the_texts_of_pairs_with_a_target(given: list[Pair]) -> None:
    given = [replace(pair, source="س" + pair.source) for pair in given]  # no byte order mark, no header
    kept = [pair for pair in given if pair.target is not None]
    back, report = round_trip(given, "news.tsv", partial(tsv.write, bare=True))
    assert [(pair.document, pair.sentence, pair.source, pair.target, pair.origin) for pair in back] == [
        ("news", number, in_tsv(pair.source), in_tsv(pair.target or "") or None, "human")
        for number, pair in enumerate(kept)
    ]
    assert (report.written, report.skipped) == (len(kept), len(given) - len(kept))


@pytest.mark.parametrize(("name", "oracle"), [("a.jsonl", in_json), ("a.tmx", in_xml), ("a.tsv", in_tsv)])
def test_every_character_there_is(name: str, oracle: Callable[[str], str]) -> None:
    everything = "".join(map(chr, range(sys.maxunicode + 1)))
    given = replace(PAIRS[0], source=everything)
    (back,), _ = round_trip([given], name, formats.write)
    expected = oracle(everything)
    wrong = [f"U+{ord(c):04X}" for c, found in zip(expected, back.source, strict=False) if c != found]
    assert (wrong[:5], len(back.source)) == ([], len(expected))


@pytest.mark.parametrize("name", ["pairs.tmx", "pairs.tsv"])
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
    ("date", "expected"),
    [
        (None, ""),
        (DATE, ' creationdate="20240309T140507Z"'),
        (datetime(2024, 1, 1, 1, 30, tzinfo=timezone(timedelta(hours=3))), ' creationdate="20231231T223000Z"'),
    ],
)
def test_tmx_date_is_utc(date: datetime | None, expected: str, tmp_path: Path) -> None:
    path = tmp_path / "a.tmx"
    formats.write(PAIRS, path, date=date)
    assert f'datatype="plaintext"{expected}/>' in path.read_text("utf-8")


def test_tmx_date_without_a_time_zone_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="time zone"):
        formats.write(PAIRS, tmp_path / "a.tmx", date=datetime(2024, 1, 1))
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("origin", "creation"), [("machine", "MT!"), ("human", "human-reference"), ("post-edited", "post-edited")]
)
def test_tmx_creationid_tells_the_origin(origin: Origin, creation: str, tmp_path: Path) -> None:
    path = tmp_path / "a.tmx"
    formats.write([replace(PAIRS[0], origin=origin)], path)
    assert f'<tuv xml:lang="en" creationid="{creation}">' in path.read_text("utf-8")


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
    with pytest.raises(FormatError, match=r"'xliff'.*jsonl, tmx, tsv"):
        formats.read(path, "xliff")


@pytest.mark.parametrize("name", formats.FORMATS)
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
        with pytest.raises(InputError, match="none: cannot be read"):
            next(formats.read(tmp_path / "none", name))

    def test_streams(self, name: str, tmp_path: Path) -> None:
        """Read and write 20,000 pairs within the memory that a hundred take, give or take 1 MB."""
        code = (
            "import resource, sys; from pathlib import Path; from corpus import formats; from corpus.pair import Pair\n"
            "def made(n):\n"
            "    return (Pair('d', 0, i, 0, 0, 'ن' * 200, 'n' * 200, 'human') for i in range(n))\n"
            "def peak(n):\n"
            "    formats.write(made(n), Path(sys.argv[2]), sys.argv[1])\n"
            "    assert sum(1 for _ in formats.read(Path(sys.argv[2]), sys.argv[1])) == n\n"
            "    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
            "small = peak(100)\n"
            "print(peak(20_000) - small)\n"
        )
        run = [sys.executable, "-c", code, name, str(tmp_path / "a")]
        root = Path(__file__).parents[2]
        grown = int(subprocess.run(run, cwd=root, check=True, capture_output=True, text=True).stdout)
        assert grown < (1 << 20 if sys.platform == "darwin" else 1 << 10)


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


def unit(body: str, head: str = "") -> str:
    return f'<?xml version="1.0"?>\n{head}<tmx version="1.4"><header/><body>\n{body}\n</body></tmx>\n'


AR = '<tuv xml:lang="ar"><seg>باب</seg></tuv>'
EN = '<tuv xml:lang="en"><seg>door</seg></tuv>'
CODES = '<bpt i="1">&lt;b></bpt>a <hi>do<hi>o</hi></hi>r<ept i="1">&lt;/b></ept>'


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (unit(f"<tu>{AR}{EN}</tu>\n<tu>{AR}</tu>"), ":4: this unit needs the languages ar and en and has ar;"),
        (unit(f"<tu>{EN.replace('en', 'fr')}\n{EN}</tu>"), ":3: this unit needs .* and has fr, en;"),
        (unit("<tu><tuv><seg>x</seg></tuv></tu>"), r":3: this unit needs .* and has \?;"),
        (unit("<tu/>"), ":3: this unit needs .* and has no tuv;"),
        (unit(f"<tu>{AR}<tuv xml:lang='en'/></tu>"), ":3: a tuv of this unit has no seg"),
        (unit(f"<tu><prop type='x-origin'>robot</prop>{AR}{EN}</tu>"), ":3: origin 'robot' is none of"),
        (unit(f"<tu><prop type='x-position'>1:2</prop>{AR}{EN}</tu>"), ":3: x-position is '1:2' and should be"),
        (unit(f"<tu><prop type='x-score'>high</prop>{AR}{EN}</tu>"), ":3: x-score is 'high', which is no number"),
        (unit(f"<tu>{AR}{EN}</tu>\n<tu>{AR}"), r":5: not well-formed \(.*mismatch"),
        (unit(f"<tu>{AR}{EN.replace('door', chr(11))}</tu>"), r":3: not well-formed \("),
        (unit(f"<tu>{AR}{EN.replace('door', '&nbsp;')}</tu>"), r":3: not well-formed \(.*nbsp"),
        (
            unit(f"<tu>{AR}{EN.replace('door', 'a&nbsp;b')}</tu>", '<!DOCTYPE tmx SYSTEM "tmx14.dtd">\n'),
            ":4: nothing says what &nbsp; is",
        ),
        ("", r":1: not well-formed \(no element found\)"),
        ("<html>\n<body/></html>", ":1: the root is 'html'"),
        ('<!-- -->\n<tmx xmlns="urn:x"/>', ":2: the root is 'tmx' where 'tmx' without a namespace"),
    ],
)
def test_tmx_error_names_the_line(text: str, message: str, tmp_path: Path) -> None:
    path = tmp_path / "a.tmx"
    path.write_text(text, "utf-8")
    with pytest.raises(FormatError, match=f"^{path}{message}"):
        list(tmx.read(path))


def test_tmx_error_names_a_line_of_the_unit_in_a_long_file(tmp_path: Path) -> None:
    path = tmp_path / "a.tmx"
    formats.write([*PAIRS] * 2500, path)
    lines = path.read_text("utf-8").split("\n")
    last = max(number for number, line in enumerate(lines, 1) if line.startswith("<tu "))
    assert last > 65_535
    lines[last + 1] = lines[last + 1].replace("2:2:80:131", "2:2")
    path.write_text("\n".join(lines), "utf-8")
    with pytest.raises(FormatError, match=rf"a\.tmx:({last}|{last + 1}): x-position is '2:2'"):
        list(tmx.read(path))


@pytest.mark.parametrize(
    "declaration",
    [
        '<!ENTITY bomb "boom">',
        '<!ENTITY bomb SYSTEM "SECRET">',
        '<!ENTITY bomb PUBLIC "-//x" "http://127.0.0.1:9/x">',
        '<!ENTITY % bomb SYSTEM "SECRET"> %bomb;',
        '<!ENTITY % bomb "<!ENTITY c &#34;c&#34;>"> %bomb;',
        '<!ENTITY bomb "b">' + "".join(f'\n<!ENTITY b{n} "{f"&b{n - 1};" * 10}">' for n in range(1, 12)),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_tmx_refuses_declared_entities(declaration: str, encoding: str, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("the secret")
    path = tmp_path / "a.tmx"
    declaration = declaration.replace("SECRET", (tmp_path / "secret").as_uri())
    body = f'<tu tuid="&bomb;">{AR}{EN.replace("door", "&bomb;")}</tu>'
    path.write_text(
        unit(body, f"<!DOCTYPE tmx [\n{declaration}\n]>\n").replace("?>", f' encoding="{encoding}"?>'), encoding
    )
    with pytest.raises(FormatError, match=f"^{path}:3: declares the entity 'bomb'"):
        list(tmx.read(path))


def test_tmx_loads_no_dtd(tmp_path: Path) -> None:
    (tmp_path / "tmx14.dtd").write_text('<!ENTITY door "gate">')
    path = tmp_path / "a.tmx"
    path.write_text(unit(f"<tu>{AR}{EN}</tu>", '<!DOCTYPE tmx SYSTEM "tmx14.dtd">\n'), "utf-8")
    assert [pair.target for pair in tmx.read(path)] == ["door"]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (f"<tu>{AR}{EN}</tu>", [("باب", "door")]),
        (f"<tu>{EN}{AR}</tu>", [("باب", "door")]),
        (f"<tu>{AR}{EN}</tu>".replace("xml:lang", "lang"), [("باب", "door")]),
        (f"<tu>{AR}{EN}</tu>".replace('"ar"', '"AR"').replace('"en"', '"en-GB"'), [("باب", "door")]),
        (f"<tu>{AR}{EN}</tu>".replace('"ar"', '"ar_EG"').replace('"en"', '"EN-us"'), [("باب", "door")]),
        (f"<tu>{AR}{EN.replace('en', 'fr')}{EN}</tu>", [("باب", "door")]),
        (f"<tu>{AR}{EN}{EN.replace('door', 'gate')}</tu>", [("باب", "door"), ("باب", "gate")]),
        (f"<tu>{AR}{EN.replace('door', CODES)}</tu>", [("باب", "a door")]),
        (f"<tu>{AR}{EN.replace('door', '<ph>x<sub>note</sub></ph>do<it>y</it>o<ut>z</ut>r')}</tu>", [("باب", "door")]),
        (f"<tu>{AR}{EN.replace('door', 'do<!-- c -->o<?pi?><![CDATA[r]]>')}</tu>", [("باب", "door")]),
        (f"<tu>{AR}{EN.replace('door', ' door&#10;')}</tu>", [("باب", " door\n")]),
        (f"<tu><note>n</note><prop type='client'>c</prop>{AR}{EN}</tu>", [("باب", "door")]),
    ],
)
def test_tmx_of_other_programs(body: str, expected: list[tuple[str, str]], tmp_path: Path) -> None:
    path = tmp_path / "a.tmx"
    path.write_text(unit(body), "utf-8")
    assert [(pair.source, pair.target) for pair in tmx.read(path)] == expected


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1256"])
def test_tmx_of_other_programs_fills_in_the_rest(encoding: str, tmp_path: Path) -> None:
    path = tmp_path / "words.tmx"
    machine = EN.replace("<tuv", '<tuv creationid="MT!"')
    text = unit(f"<tu>{AR}{EN}</tu><tu>{AR}{machine}</tu><tu tuid='7'>{AR}{EN}</tu>")
    label = {"utf-8-sig": "utf-8", "cp1256": "windows-1256"}.get(encoding, encoding)
    path.write_text(text.replace("?>", f' encoding="{label}"?>'), encoding)
    assert list(tmx.read(path)) == [
        Pair("words", 0, 0, 0, 0, "باب", "door", "human"),
        Pair("words", 0, 1, 0, 0, "باب", "door", "machine"),
        Pair("words", 0, 2, 0, 0, "باب", "door", "human", id="7"),
    ]


def test_tmx_with_several_translations_gives_each_an_id(tmp_path: Path) -> None:
    path = tmp_path / "a.tmx"
    path.write_text(unit(f"<tu tuid='7'>{AR}{EN}{EN.replace('door', 'gate')}</tu>"), "utf-8")
    assert len({pair.id for pair in tmx.read(path)} - {"7"}) == 2
