"""JSON Lines, TSV, Moses, folders and pipes held to their rules, and the command that does it."""

import gzip
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from corpus import formats
from corpus.pair import Pair
from corpus.validation import RULES, Finding, examine
from mt.cli import cli

PAIRS = [
    Pair("رحلة", 0, 0, 0, 12, "سافرت أمينة.", "Amina travelled.", "machine", "compact@1a2b", -0.25),
    Pair("رحلة", 0, 0, 0, 12, "سافرت أمينة.", "Amina set out.", "human", None, None, "1-1", 0.9, (), 0, 14),
    Pair("رحلة", 0, 1, 13, 26, "عادت بعد شهر.", "She was back after a month.", "machine", "compact@1a2b", -0.5),
    Pair("رحلة", 0, 1, 13, 26, "عادت بعد شهر.", None, "human", None, None, "1-0"),
    Pair("رحلة", 0, 2, 26, 26, "", "Everybody was glad.", "human", None, None, "0-1", None, (), 15, 34),
    Pair("سوق", 0, 0, 0, 0, "اشترى خبزا", "He bought bread", "human"),
]


def muwazi(*args: str | Path, stdin: bytes | None = None) -> Result:
    return CliRunner().invoke(cli, ["validate", *map(str, args)], input=stdin, prog_name="muwazi")


def findings(path: Path, form: str | None = None) -> list[Finding]:
    return [finding for examination in examine(path, form) for finding in examination.findings]


def rules(found: Iterable[Finding]) -> list[tuple[str, int | None]]:
    return [(finding.rule, finding.line) for finding in found]


def record(number: int = 0, **changes: Any) -> str:
    return json.dumps({**PAIRS[number].as_dict(), **changes}, ensure_ascii=False)


def without(name: str) -> str:
    return json.dumps({key: value for key, value in PAIRS[0].as_dict().items() if key != name})


def after(line: str) -> str:
    return f"{record(2)}\n{line}"


# A file's lines, and the rules that they break, with their lines.
JSONL: list[tuple[str, list[tuple[str, int | None]]]] = [
    (record(), []),
    (record(rejected={"filter": "length-ratio", "value": 9, "bound": 3}), []),
    ("", [("json", 1)]),
    ("{", [("json", 1)]),
    ("[1]", [("json", 1)]),
    ('{"id": NaN}', [("json", 1)]),
    ('{"id": "1", "id": "2"}', [("json", 1)]),
    ("[" * 100_000, [("json", 1)]),
    (without("source"), [("record", 1)]),
    (record(extra=1), [("record", 1)]),
    (record(start="0"), [("record", 1)]),
    (record(id=7), [("record", 1)]),
    (record(origin="guess"), [("record", 1)]),
    (record(target="Amina left."), [("id-digest", 1)]),
    (record(id="my-1", target="Amina left."), []),
    (record(start=5, end=2), [("position", 1)]),
    (record(start=-1, end=11), [("position", 1)]),
    (record(target_start=3), [("position", 1)]),
    (record(target_start=3, target_end=1), [("position", 1)]),
    (record(paragraph=-1), [("position", 1)]),
    (record(end=14), [("span-length", 1)]),
    (record(score=0.1), [("score", 1)]),
    (record(1, alignment_score=1.5), [("score", 1)]),
    (record(1, alignment_score=-0.1), [("score", 1)]),
    (record(bead="1-1"), [("bead", 1)]),
    (record(1, bead="one"), [("bead", 1)]),
    (record(1, bead="0-0"), [("bead", 1)]),
    (record(1, bead="0-1"), [("bead", 1)]),
    (record(1, bead="1-0"), [("bead", 1)]),
    (record(3, bead="1-1"), [("bead", 1)]),
    (record(1, faults=["weak-alignment"]), []),
    (record(1, faults=["ugly"]), [("fault-name", 1)]),
    (record(5, source=" ", id=""), [("empty-text", 1)]),
    (record(5, target="", id=""), [("empty-text", 1)]),
    (record(5, target="a\x07", id=""), [("character", 1)]),
    (record(5, target="a\ud800", id="").replace("\ud800", r"\ud800"), [("character", 1)]),
    (after(record(0)), []),  # sorted otherwise
    (after(record(0, start=14, end=26)), [("order", 2)]),
    (after(record(0, start=2, end=14)), [("order", 2)]),
    (after(record(0, document="سوق", start=14, end=26, id="")), []),
    (f"{record()}\n{record()}\n{record()}", [("duplicate-id", 2), ("duplicate-id", 3)]),
    (record(5, source="bread", target="خبز", id=""), [("sides-swapped", None)]),
    ("\ufeff" + record(), [("byte-order-mark", 1)]),
    (record() + "\r", [("line-end", 1)]),
]
HEADER = "id\tdocument\tparagraph\tsentence\tsource\ttarget\torigin\tmodel\tscore\tfaults"
ROW = "1\tد\t0\t0\tنعم\tyes\thuman\t\t\t"
TSV: list[tuple[str, list[tuple[str, int | None]]]] = [
    (f"{HEADER}\n{ROW}", []),
    ("target\tsource\nyes\tنعم", []),
    ("نعم\tyes\nلا\tno", []),
    ("", [("columns", None)]),
    ("نعم", [("columns", 1)]),
    (f"{HEADER}\tnote", [("columns", 1)]),
    (HEADER.replace("\tmodel", ""), [("columns", 1)]),
    (f"{HEADER}\n{ROW}\t", [("fields", 2)]),
    ("نعم\tyes\nلا", [("fields", 2)]),
    ("نعم\tyes\n", []),
    (f"{HEADER}\n{ROW.replace('0', 'x', 1)}", [("number", 2)]),
    (f"{HEADER}\n{ROW[:-2]}\tgood\t", [("number", 2)]),
    (f"{HEADER}\n{ROW[:-2]}\tnan\t", [("score", 2)]),
    (f"{HEADER}\n{ROW.replace('human', 'guess')}", [("record", 2)]),
    (f"{HEADER}\n{ROW}ugly", [("fault-name", 2)]),
    (f"{HEADER}\n{ROW.replace('نعم', '')}", []),  # an addition of the reference
    (f"{HEADER}\n{ROW.replace('نعم', ' ')}", [("empty-text", 2)]),
    (f"{HEADER}\n{ROW}\n{ROW}", [("duplicate-id", 3)]),
    (f"{HEADER}\n{ROW.replace('1', '0123456789abcdef', 1)}", [("edited", 2)]),
    ("نعم\tye\u2028s", [("line-break", 1)]),
    ("نعم\ty\x00e", [("line-break", 1)]),
    ("نعم\t ", [("empty-text", 1)]),
    ("yes\tنعم", [("sides-swapped", None)]),
    ("نعم\tyes\r\nلا\tno\r", [("line-end", 1)]),
]
MOSES: list[tuple[str, str, list[tuple[str, str, int | None]]]] = [
    ("نعم\nلا\n", "yes\nno\n", []),
    ("نعم\nلا\n", "yes\n", [("news.en", "line-count", None)]),
    ("نعم\n", "yes\nno\n", [("news.ar", "line-count", None)]),
    ("نعم\n\n", "yes\nno\n", [("news.ar", "blank-line", 2)]),
    ("نعم\n\n", "yes\n\n", [("news.ar", "empty-text", 2), ("news.en", "empty-text", 2)]),
    ("نعم\n", "yes\x0b\n", [("news.en", "line-break", 1)]),
    ("نعم\n", "yes", [("news.en", "line-end", 1)]),
    ("yes\n", "نعم\n", [("news.ar", "sides-swapped", None)]),
]


@pytest.mark.parametrize(("lines", "broken"), JSONL)
def test_jsonl(tmp_path: Path, lines: str, broken: list[tuple[str, int | None]]) -> None:
    path = tmp_path / "corpus.jsonl"
    path.write_bytes(lines.encode() + b"\n")
    assert rules(findings(path)) == broken


@pytest.mark.parametrize(("rows", "broken"), TSV)
def test_tsv(tmp_path: Path, rows: str, broken: list[tuple[str, int | None]]) -> None:
    path = tmp_path / "corpus.tsv"
    path.write_bytes(rows.removesuffix("\n").encode() + b"\n" * bool(rows))
    assert rules(findings(path)) == broken


@pytest.mark.parametrize(("arabic", "english", "broken"), MOSES)
@pytest.mark.parametrize("name", ["news.ar", "news.en"])
def test_moses(tmp_path: Path, arabic: str, english: str, broken: list[tuple[str, str, int | None]], name: str) -> None:
    (tmp_path / "news.ar").write_bytes(arabic.encode())
    (tmp_path / "news.en").write_bytes(english.encode())
    found = findings(tmp_path / name)
    assert [(finding.path.name, finding.rule, finding.line) for finding in found] == broken


@pytest.mark.parametrize("name", ["corpus.jsonl", "corpus.tsv", "bare.tsv", "corpus.ar", "corpus.parquet", "c.tmx.xz"])
def test_what_we_write_has_no_findings(tmp_path: Path, name: str) -> None:
    pairs = (
        PAIRS if name in {"corpus.jsonl", "corpus.parquet"} else [pair for pair in PAIRS if pair.source and pair.target]
    )
    form = "bare" if name == "bare.tsv" else None
    formats.write(pairs, tmp_path / name, form)
    (examination,) = examine(tmp_path / name, form)
    assert list(examination.findings) == []
    assert {subject.units for subject in examination.subjects} == {len(pairs)}


@pytest.mark.parametrize(
    ("name", "data", "rule", "line"),
    [
        ("a.tsv", "نعم\tyes\n".encode("utf-16"), "unreadable", 1),
        ("a.tsv", "نعم\tyes and no\n".encode("utf-16-le"), "unreadable", 1),
        ("a.jsonl", b"\x89PNG\x00\x00\x00\x00", "unreadable", 1),
        ("a.tsv", b"\xc7\xe1\tyes\n", "encoding", 1),
        ("a.jsonl", (record().encode()[:-40] + b"\xff\n"), "encoding", 1),
        ("a.jsonl.gz", gzip.compress((record() + "\n").encode() * 2000, mtime=0)[:-30], "unreadable", None),
        ("a.jsonl.gz", record().encode(), "unreadable", None),
        ("a.tsv", gzip.compress(b"x\ty\n", mtime=0), "unreadable", None),
        ("a.parquet", b"PAR1 and no more", "unreadable", None),
        ("a.docx", b"", "unreadable", None),
        ("a.xlf", b"<xliff/>", "unreadable", None),
        ("a.ar", b"x\n", "unreadable", None),  # a.en is missing
    ],
)  # fmt: skip
def test_hostile_files(tmp_path: Path, name: str, data: bytes, rule: str, line: int | None) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    found = findings(path)
    assert (rule, line) in rules(found)
    assert len(found) <= 3
    assert not any("\n" in finding.message or str(tmp_path) in finding.message.split()[0] for finding in found)


@pytest.mark.parametrize("name", ["a.jsonl", "a.tsv"])
def test_a_line_without_end_fills_no_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setattr("corpus.validation.lines.LIMIT", 1 << 16)
    (tmp_path / name).write_bytes("نعم\tyes\n".encode() + b"x" * (1 << 20))
    assert rules(findings(tmp_path / name))[-1] == ("unreadable", 2)


ODD = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)


@given(st.lists(st.tuples(ODD, ODD), max_size=5), st.sampled_from(["tsv", "bare", "moses", "tmx", "jsonl"]))
def test_what_we_write_breaks_no_rule_of_its_format(
    tmp_path_factory: pytest.TempPathFactory, texts: list[tuple[str, str]], form: str
) -> None:
    """Whatever the texts: what a format cannot hold was replaced on writing, and only a person's eye is asked for."""
    path = tmp_path_factory.mktemp("odd") / "corpus"
    pairs = [Pair("د", 0, n, 0, 0, source, target, "human") for n, (source, target) in enumerate(texts)]
    formats.write(pairs, path, form)
    allowed = {"blank-line"}  # of Moses, where one text is blank
    assert {f.rule for f in findings(path, form) if f.severity == "error"} <= allowed


@pytest.mark.parametrize(
    ("form", "text"),
    [("jsonl", lines) for lines, _ in JSONL] + [("tsv", rows) for rows, _ in TSV if rows],
)
def test_what_has_no_errors_can_be_read(tmp_path: Path, form: str, text: str) -> None:
    path = tmp_path / f"corpus.{form}"
    path.write_bytes(text.encode() + b"\n")
    if not any(finding.severity == "error" for finding in findings(path)):
        assert list(formats.read(path))


@given(st.data())
def test_no_damage_to_a_file_of_lines_is_too_much(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    text = data.draw(st.sampled_from([f"{record(0)}\n{record(1)}\n", f"{HEADER}\n{ROW}\n"])).encode()
    start = data.draw(st.integers(0, len(text)))
    damaged = text[:start] + data.draw(st.binary(max_size=3)) + text[start + data.draw(st.integers(0, 3)) :]
    path = tmp_path_factory.mktemp("damaged") / "corpus"
    path.write_bytes(damaged)
    form = "tsv" if text.startswith(b"id") else "jsonl"
    found = findings(path, form)
    if not any(finding.severity == "error" for finding in found):
        assert len(list(formats.read(path, form))) in {0, 1, 2}


def folder(path: Path) -> Path:
    """Make a corpus folder as a build leaves it."""
    path.mkdir()
    formats.write(PAIRS, path / "corpus.jsonl")
    formats.write([pair for pair in PAIRS if pair.origin == "machine"], path / "machine.tmx")
    (path / "page.html").write_text("<html></html>")
    (path / ".build").mkdir()
    (path / ".build" / "x.jsonl").write_text("{")
    return path


def test_a_folder_is_all_its_corpora(tmp_path: Path) -> None:
    examinations = list(examine(folder(tmp_path / "out")))
    assert [e.subjects[0].path.name for e in examinations] == ["corpus.jsonl", "machine.tmx"]
    assert [list(e.findings) for e in examinations] == [[], []]
    (tmp_path / "empty").mkdir()
    assert rules(findings(tmp_path / "empty")) == [("unreadable", None)]


def test_what_build_makes_has_no_findings_until_it_is_changed(tmp_path: Path) -> None:
    (tmp_path / "cat.ar.txt").write_text("نام القط. ثم استيقظ القط وشرب الحليب.\n", "utf-8")
    (tmp_path / "cat.en.txt").write_text("The cat slept. Then the cat woke up and drank the milk.\n", "utf-8")
    out = tmp_path / "out"
    command = ["build", str(tmp_path / "cat.ar.txt"), "-o", str(out), "--model", "compact", "--fast"]
    assert CliRunner().invoke(cli, command).exit_code == 0
    assert [f for f in findings(out) if f.severity == "error"] == []
    formats.write(PAIRS[:1], out / "machine.tmx")
    (found,) = (f for f in findings(out) if f.severity == "error")
    assert (found.rule, found.path.name) == ("manifest", "manifest.json")
    assert "machine.tmx" in found.message
    (out / "manifest.json").write_text("{", "utf-8")
    assert rules(f for f in findings(out) if f.severity == "error") == [("unreadable", None)]


def test_findings_on_stdout_the_sums_on_stderr(tmp_path: Path) -> None:
    good, bad = tmp_path / "good.tsv", tmp_path / "bad.tsv"
    good.write_text("نعم\tyes\n", "utf-8")
    bad.write_text("نعم\tyes\nلا\nلا\tno\tnever\n \tnothing\n", "utf-8")
    result = muwazi(good, bad)
    message = "fields where 2 should be (source target); look for a stray tab or line break"
    assert result.exit_code == 1
    assert result.stdout.splitlines() == [
        f"{bad}:2: error [fields] unit 2: 1 {message}",
        f"{bad}:3: error [fields] unit 3: 3 {message}",
        f"{bad}:4: warning [empty-text] unit 4: the source is blank",
    ]
    assert "tsv, 1 unit: no errors" in result.stderr
    assert "tsv, 4 units: 2 errors, 1 warning" in result.stderr
    assert "  fields" in result.stderr


@pytest.mark.parametrize(
    ("text", "options", "code"),
    [
        ("نعم\tyes\n", (), 0),
        ("نعم\t \n", (), 0),
        ("نعم\t \n", ("--strict",), 1),
        ("نعم\n", (), 1),
    ],
)
def test_exit_codes(tmp_path: Path, text: str, options: tuple[str, ...], code: int) -> None:
    path = tmp_path / "a.tsv"
    path.write_text(text, "utf-8")
    assert muwazi(path, *options).exit_code == code


def test_json(tmp_path: Path) -> None:
    path = tmp_path / "a.tsv"
    path.write_text("نعم\tyes\nلا\nلا\n\tno\n", "utf-8")
    result = muwazi(path, "--json", "--max-errors", "1")
    assert result.exit_code == 1
    message = "1 fields where 2 should be (source target); look for a stray tab or line break"
    assert json.loads(result.stdout) == {
        "version": 1,
        "files": [
            {
                "file": str(path),
                "format": "tsv",
                "units": 4,
                "errors": [{"line": 2, "unit": "2", "rule": "fields", "message": message}],
                "warnings": [],
                "rules": {"fields": 2, "empty-text": 1},
            }
        ],
    }


def test_an_unreadable_side_of_moses_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.ar").write_text("نعم\n", "utf-8")
    (tmp_path / "a.en").write_bytes("yes\n".encode("utf-16"))
    assert [(f.path.name, f.rule, f.line) for f in findings(tmp_path / "a.ar")] == [("a.en", "unreadable", 1)]


def test_json_has_both_files_of_moses(tmp_path: Path) -> None:
    for name, text in (("a.ar", "نعم\n"), ("a.en", "\n")):
        (tmp_path / name).write_text(text, "utf-8")
    files = json.loads(muwazi(tmp_path / "a.ar", "--json").stdout)["files"]
    assert [(Path(f["file"]).name, f["units"], len(f["errors"])) for f in files] == [("a.ar", 1, 0), ("a.en", 1, 1)]


def test_pipes_and_missing_files(tmp_path: Path) -> None:
    assert muwazi("-", "--format", "tsv", stdin="نعم\tyes\n".encode()).exit_code == 0
    packed = muwazi("-", "--format", "tsv", stdin=gzip.compress("نعم\tyes\nلا\n".encode()))
    assert packed.stdout.startswith("-:2: error [fields]")
    assert "name its format" in muwazi("-", stdin=b"").stdout
    result = muwazi(tmp_path / "none.tmx", tmp_path / "none.tsv")
    assert result.exit_code == 1
    assert result.stdout.count("error [unreadable]: cannot be read") == 2
    assert muwazi().exit_code == 2


def test_rules_are_listed() -> None:
    listed = muwazi("--rules").stdout.splitlines()
    assert [line.split()[1] for line in listed] == list(RULES)


def test_every_rule_is_one_that_some_test_breaks() -> None:
    tables = [rule for table in (JSONL, TSV) for _, broken in table for rule, _ in broken]
    text = "".join(path.read_text("utf-8") for path in Path(__file__).parent.glob("test_validate*.py"))
    assert {rule for rule in RULES if rule not in tables and f'"{rule}"' not in text} == set()


def test_lines_are_right_past_65535(tmp_path: Path) -> None:
    path = tmp_path / "a.tsv"
    path.write_text("نعم\tyes\n" * 70_000 + "لا\n", "utf-8")
    assert rules(findings(path)) == [("fields", 70_001)]
