"""`muwazi convert`: between any two formats, telling what is lost."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from corpus import formats
from corpus.pair import Pair
from mt.cli import cli

PAIRS = [
    Pair("قصة", 0, 0, 0, 27, "زرعت هدى شجرة في حديقتها.", "Huda planted a tree.", "machine", "compact@0a1b", -0.5),
    Pair("قصة", 0, 0, 0, 27, "زرعت هدى شجرة في حديقتها.", "Huda planted a tree\tin her garden.", "human", bead="1-1"),
    Pair("قصة", 1, 1, 28, 50, "ثم سقتها كل صباح.", None, "human", bead="1-0"),
    Pair("قصة", 1, 2, 50, 50, "", "It grew.", "human", bead="0-1", target_start=36, target_end=44),
]


def convert(*args: str | Path, stdin: bytes | None = None) -> Result:
    return CliRunner().invoke(cli, ["convert", *map(str, args)], input=stdin)


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    folder = tmp_path / "corpus"
    folder.mkdir()
    formats.write(PAIRS, folder / "corpus.jsonl")
    return folder


@pytest.mark.parametrize(
    ("out", "options", "notices"),
    [
        ("a.jsonl.gz", [], []),
        ("a.parquet", [], []),
        ("a.tmx", [], ["2 pair(s) without a source or target are left out: tmx cannot hold them"]),
        (
            "a.tsv",
            [],
            [
                "tsv has no place for these fields, with how many pairs had them: "
                "start 2, end 4, bead 3, target_start 1, target_end 1",
                "1 character(s) that tsv cannot hold are replaced by spaces",
            ],
        ),
        (
            "a.tsv",
            ["--to", "bare"],
            [
                "bare has no place for these fields, with how many pairs had them: document 2, sentence 2, end 2, "
                "origin 1, model 1, score 1, bead 1, id 2",
                "2 pair(s) without a source or target are left out: bare cannot hold them",
                "1 character(s) that bare cannot hold are replaced by spaces",
            ],
        ),
        ("a.xlf", [], ["1 pair(s) without a source or target are left out: xliff cannot hold them"]),
    ],
)
def test_losses_are_told(corpus: Path, out: str, options: list[str], notices: list[str]) -> None:
    path = corpus.parent / out
    result = convert(corpus, path, *options)
    assert result.exit_code == 0, result.output
    told = [line.removeprefix("note: ") for line in result.stderr.splitlines() if line.startswith("note: ")]
    assert told == notices
    assert path.exists()
    assert result.stdout == ""


def test_moses_has_two_files(corpus: Path) -> None:
    name = corpus.parent / "train"
    result = convert(corpus, name, "--to", "moses")
    assert result.exit_code == 0, result.output
    assert f"{name}.ar, {name}.en" in result.stderr
    assert convert(corpus, name, "--to", "moses").exit_code == 1
    assert "train.ar exists" in convert(corpus, f"{name}.en").stderr
    back = convert(name, "-", "--from", "moses", "--to", "jsonl")
    assert [json.loads(line)["document"] for line in back.stdout.splitlines()] == ["train", "train"]


def test_through_pipes(corpus: Path) -> None:
    tmx = convert(corpus, "-", "--to", "tmx").stdout_bytes
    result = convert("-", "-", "--from", "tmx", "--to", "jsonl", stdin=tmx)
    assert [json.loads(line) for line in result.stdout.splitlines()] == [pair.as_dict() for pair in PAIRS[:2]]
    assert result.stderr == ""


def test_what_is_mended_is_told_and_strictly_refused(tmp_path: Path) -> None:
    path = tmp_path / "other.tmx"
    tuv = '<tuv xml:lang="ar"><seg>باب</seg></tuv>'
    path.write_text(
        f'<tmx version="1.4"><header/><body>\n<tu>{tuv}{tuv.replace("ar", "en")}<note>n</note></tu>\n'
        f"<tu>{tuv}</tu></body></tmx>",
        "utf-8",
    )
    result = convert(path, tmp_path / "a.tsv")
    assert result.exit_code == 0, result.output
    assert "note: " + str(path) + ": 1 of 2 units had notes or props behind" in result.stderr
    assert ": 1 of 2 units had no Arabic or no English (left out), first at line 3" in result.stderr
    result = convert(path, tmp_path / "b.tsv", "--strict")
    assert result.exit_code == 1
    assert result.stderr.startswith(f"error: {path}:2: a note or prop stands behind")
    assert not (tmp_path / "b.tsv").exists()


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["a.jsonl", "a.csv"], "a.csv: no corpus format has the extension '.csv'"),
        (["a.jsonl", "-"], "a pipe has no extension; name its format"),
        (["-", "a.tmx"], "a pipe has no extension; name its format"),
        (["none.jsonl", "a.tmx"], "none.jsonl: cannot be read"),
        (["a.jsonl", "taken.tsv"], "taken.tsv exists; give --force"),
        (["a.jsonl", "no/such/a.tmx"], "cannot be written"),
        ([".", "a.tmx"], "a folder without corpus.jsonl"),
        (["a.xlf", "a.tmx"], "only written"),
        (["empty.jsonl", "a.xlf"], "no pair with a source"),
        (["cut.jsonl", "a.tmx"], "cut.jsonl:1: no JSON"),
    ],
)
def test_errors_are_one_line_and_leave_nothing(
    args: list[str], message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    formats.write(PAIRS, Path("a.jsonl"))
    for name, content in {"taken.tsv": "old", "empty.jsonl": "", "cut.jsonl": "{"}.items():
        Path(name).write_text(content)
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    result = convert(*args)
    assert result.exit_code == 1
    assert result.stderr.startswith("error: ")
    assert result.stderr.count("\n") == 1
    assert message in result.stderr
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_a_file_may_be_converted_into_itself(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    formats.write([replace(pair, id="") for pair in PAIRS] * 1000, path)
    before = path.read_bytes()
    assert convert(path, path).exit_code == 1
    assert convert(path, path, "--force").exit_code == 0
    assert path.read_bytes() == before


def test_xliff_is_a_unit_a_pair_with_its_state(tmp_path: Path) -> None:
    from lxml import etree

    hard = replace(PAIRS[0], document="ب", source="ا\x0b<b>&\r", target="a\ud83d\ufffe]]>", faults=("loop", "length"))
    formats.write([*PAIRS, hard], tmp_path / "a.xlf")
    root: Any = etree.parse(tmp_path / "a.xlf").getroot()
    name = {"x": "urn:oasis:names:tc:xliff:document:2.0", "m": "urn:oasis:names:tc:xliff:metadata:2.0"}
    assert dict(root.attrib) == {
        "version": "2.0",
        "srcLang": "ar",
        "trgLang": "en",
        "{http://www.w3.org/XML/1998/namespace}space": "preserve",
    }
    assert root.xpath("x:file/@original", namespaces=name) == ["قصة", "ب"]
    assert root.xpath("//x:segment/@state", namespaces=name) == ["translated", "final", "initial", "translated"]
    assert root.xpath("//x:segment/@subState", namespaces=name) == ["muwazi:machine", "muwazi:human", "muwazi:machine"]
    ids = root.xpath("//x:unit/@id", namespaces=name)
    assert len(ids) == len(set(ids)) == 4
    assert root.xpath("//x:note/text()", namespaces=name) == ["loop, length"]
    for unit in root.iter("{*}unit"):  # in the order of the schema
        tags = [etree.QName(child).localname for child in unit]
        assert tags in (["metadata", "segment"], ["metadata", "notes", "segment"])
        assert unit.xpath("m:metadata/m:metaGroup/m:meta[@type='id']/text()", namespaces=name)
    (last,) = root.xpath("(//x:segment)[last()]", namespaces=name)
    assert last.xpath("string(x:source)", namespaces=name) == "ا<b>&\r"
    assert last.xpath("*/x:cp/@hex", namespaces=name) == ["000B", "FFFE"]
    assert last.xpath("string(x:target)", namespaces=name) == "a ]]>"


def test_translate_toolkit_reads_the_xliff(tmp_path: Path) -> None:
    from translate.storage.xliff2 import Xliff2File

    formats.write(PAIRS, tmp_path / "a.xlf")
    units = Xliff2File.parsefile(str(tmp_path / "a.xlf")).units
    expected = [(pair.source, pair.target or "") for pair in PAIRS if pair.source]
    assert [(unit.source, unit.target or "") for unit in units] == expected


def test_parquet_is_a_translation_set_for_datasets(tmp_path: Path) -> None:
    import pyarrow.parquet

    formats.write(PAIRS, tmp_path / "a.parquet")
    table = pyarrow.parquet.read_table(tmp_path / "a.parquet")
    assert table.column("translation").to_pylist()[0] == {"ar": PAIRS[0].source, "en": PAIRS[0].target}
    assert table.column("faults").to_pylist() == [[], [], [], []]
    features = json.loads(table.schema.metadata[b"huggingface"])["info"]["features"]
    assert list(features) == table.column_names
    assert features["translation"] == {"languages": ["ar", "en"], "_type": "Translation"}
    assert features["score"] == {"dtype": "float64", "_type": "Value"}


def test_parquet_of_another_program_needs_the_texts_alone(tmp_path: Path) -> None:
    import pyarrow
    import pyarrow.parquet

    path = tmp_path / "opus.parquet"
    rows = [{"ar": "باب", "en": "door"}, {"ar": "بيت", "en": None}]
    pyarrow.parquet.write_table(pyarrow.table({"translation": rows, "extra": [1, 2]}), path)
    assert list(formats.read(path)) == [
        Pair("opus", 0, 0, 0, 0, "باب", "door", "human"),
        Pair("opus", 0, 1, 0, 0, "بيت", None, "human"),
    ]
    pyarrow.parquet.write_table(pyarrow.table({"text": ["x"]}), path)
    assert "no column 'translation'; its columns are text" in convert(path, tmp_path / "a.tsv").stderr
    pyarrow.parquet.write_table(pyarrow.table({"translation": [{"ar": "x", "fr": "y"}]}), path)
    assert "should have the fields ar and en" in convert(path, tmp_path / "a.tsv").stderr
    pyarrow.parquet.write_table(pyarrow.table({"translation": rows, "origin": ["robot", "human"]}), path)
    assert f"{path}:1: origin 'robot' is none of" in convert(path, tmp_path / "a.tsv").stderr


def test_parquet_refuses_a_number_that_is_too_large(tmp_path: Path) -> None:
    formats.write([replace(PAIRS[0], start=2**63)], tmp_path / "a.jsonl")
    result = convert(tmp_path / "a.jsonl", tmp_path / "a.parquet")
    assert result.exit_code == 1
    assert "too large for 64 bits" in result.stderr
