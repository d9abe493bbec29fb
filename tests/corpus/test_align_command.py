"""The command `align`: what it reads, what it writes in each format, what it says of odd sides."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from rich.console import Console as RichConsole

from corpus.bead_output import view
from corpus.formats import read
from corpus.pair import Pair
from corpus.readers import Reading
from corpus.sides import read_side, read_translation
from mt.cli import cli

SEEDS = Path(__file__).parent.parent.parent / "seeds"

ARABIC = """وصلت الباخرة إلى مرفأ الجزيرة فجر الخميس.
كان على متنها سبعون صيادا. استقبلتهم العائلات بالزهور.

وقالت المديرة سلمى الحداد إن الرحلة كانت شاقة.
سيعود الجميع إلى العمل يوم الأحد. لم يصب أحد بأذى.
"""
TRANSLATION = """The ship arrived at the island's port at dawn on Thursday.
Seventy fishermen were on board.
The families received them with flowers.
The director Salma Al-Haddad said the journey was hard.
Everyone will return to work on Sunday.
Nobody was hurt.
"""
ENGLISH = """The steamer reached the island's port at dawn on Thursday.
With seventy fishermen on board, it was met by families with flowers.

The journey had been hard, said the director, Salma Al-Haddad. A band played an old tune about the lighthouse keeper.
On Sunday everyone returns to work.
"""
BEADS = "[0] : [0]\n[1, 2] : [1]\n[3] : [2]\n[] : [3]\n[4] : [4]\n[5] : []\n"


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name, text in (("a.ar.txt", ARABIC), ("a.en.txt", ENGLISH), ("a.mt", TRANSLATION)):
        Path(name).write_text(text, "utf-8")
    return tmp_path


def run(*args: str, stdin: str = "") -> Result:
    return CliRunner().invoke(cli, ["align", *args], input=stdin.encode(), prog_name="muwazi")


def aligned(*args: str) -> Result:
    result = run("a.ar.txt", "a.en.txt", "--translation", "a.mt", *args)
    assert result.exit_code == 0, result.output
    return result


def numbers(beads: str) -> str:
    """Take the similarities away."""
    return "".join(" : ".join(line.split(" : ")[:2]) + "\n" for line in beads.splitlines())


@pytest.mark.usefixtures("files")
def test_beads_as_other_aligners_write_them() -> None:
    lines = aligned("--format", "beads").stdout
    assert numbers(lines) == BEADS
    assert [line.count(":") for line in lines.splitlines()] == [2, 2, 2, 1, 2, 1]


@pytest.mark.usefixtures("files")
def test_a_table_of_texts_is_what_a_pipe_gets() -> None:
    header, *table = [line.split("\t") for line in aligned().stdout.splitlines()]
    assert header == ["source", "target", "bead", "alignment_score"]
    assert [row[2] for row in table] == ["1-1", "2-1", "1-1", "0-1", "1-1", "1-0"]
    assert table[1][:2] == [
        "كان على متنها سبعون صيادا. استقبلتهم العائلات بالزهور.",
        "With seventy fishermen on board, it was met by families with flowers.",
    ]
    assert (table[3][0], table[3][3]) == ("", "")
    assert (table[5][1], table[5][3]) == ("", "")
    assert all(0 < float(row[3]) <= 1 for row in table if row[0] and row[1])


@pytest.mark.usefixtures("files")
def test_records_have_spans_on_both_sides() -> None:
    aligned("-o", "a.jsonl")
    pairs = list(read(Path("a.jsonl")))
    assert [pair.bead for pair in pairs] == ["1-1", "2-1", "1-1", "0-1", "1-1", "1-0"]
    for pair in pairs:
        assert pair.origin == "human"
        assert ARABIC[pair.start : pair.end] == pair.source
        assert pair.target is None or ENGLISH[pair.target_start : pair.target_end] == pair.target


@pytest.mark.usefixtures("files")
@pytest.mark.parametrize(("name", "first"), [("o.tsv", "source\t"), ("o.beads", "[0] : [0] : 0"), ("o.TMX", "<?xml")])
def test_the_files_extension_tells_the_format(name: str, first: str) -> None:
    aligned("-o", name)
    assert Path(name).read_text("utf-8").startswith(first)


@pytest.mark.usefixtures("files")
def test_what_a_format_cannot_hold_is_counted() -> None:
    result = aligned("-o", "a.tmx")
    assert "note: 2 omission(s) and addition(s) were left out: tmx needs both texts of a pair\n" in result.stderr
    assert [pair.bead for pair in read(Path("a.tmx"))] == ["1-1", "2-1", "1-1", "1-1"]


@pytest.mark.usefixtures("files")
def test_an_extension_that_names_no_format_is_refused() -> None:
    result = run("a.ar.txt", "a.en.txt", "--translation", "a.mt", "-o", "a.doc")
    assert result.exit_code == 1
    assert result.stderr.startswith("error: a.doc: no corpus format has the extension '.doc'")


@pytest.mark.usefixtures("files")
def test_the_encoding_is_that_of_the_arabic() -> None:
    Path("w.ar").write_bytes(ARABIC.encode("windows-1256"))
    Path("w.en").write_text(ENGLISH.replace("island's", "island’s"), "utf-8")
    Path("w.mt").write_text(TRANSLATION.replace("island's", "island’s"), "utf-8")
    result = run("w.ar", "w.en", "--translation", "w.mt", "--encoding", "windows-1256")
    assert "island’s port" in result.stdout
    Path("w.en").write_bytes(ENGLISH.replace("island's", "island’s").encode("windows-1256"))
    assert run("w.ar", "w.en", "--translation", "w.mt", "--encoding", "windows-1256").stdout == result.stdout


@pytest.mark.usefixtures("files")
def test_nothing_is_overwritten_without_force() -> None:
    Path("o.tsv").write_text("mine", "utf-8")
    result = run("a.ar.txt", "a.en.txt", "--translation", "a.mt", "-o", "o.tsv")
    assert (result.exit_code, result.stderr) == (
        1,
        "error: o.tsv exists; give --force to overwrite it, or another -o\n",
    )
    assert Path("o.tsv").read_text("utf-8") == "mine"
    aligned("-o", "o.tsv", "--force")
    assert Path("o.tsv").read_text("utf-8") != "mine"


@pytest.mark.usefixtures("files")
def test_the_summary_counts_beads_omissions_and_additions() -> None:
    told = dict(line.split(None, 1) for line in aligned("-o", "o.tsv").stderr.splitlines())
    assert told["translation"] == "a.mt"
    assert told["beads"] == "1-1 3, 2-1 1"
    assert told["similarity"].startswith("0.")
    assert (told["omissions"], told["additions"], told["written"]) == ("1", "1", "o.tsv")


@pytest.mark.usefixtures("files")
def test_beads_of_little_similarity_are_left_out_and_counted() -> None:
    scores = [float(row.split("\t")[3] or 2) for row in aligned().stdout.splitlines()[1:]]
    bound = sorted(scores)[1]
    result = aligned("--min-alignment-score", str(bound))
    assert [float(row.split("\t")[3] or 2) for row in result.stdout.splitlines()[1:]] == [
        score for score in scores if score >= bound
    ]
    assert result.stderr == f"note: 1 bead(s) with a similarity below {bound} were left out\n"


@pytest.mark.usefixtures("files")
def test_no_bead_is_larger_than_asked_for() -> None:
    lines = aligned("--max-bead", "1", "--format", "beads").stdout
    assert not any("," in line for line in lines.splitlines())


@pytest.mark.usefixtures("files")
def test_the_model_translates_where_no_translation_is_given() -> None:
    result = run("a.ar.txt", "a.en.txt", "--model", "compact", "-o", "o.beads")
    assert result.exit_code == 0, result.output
    assert numbers(Path("o.beads").read_text("utf-8")).startswith("[0] : [0]\n[1, 2] : [1]\n")
    assert "greedy" in result.stderr
    again = run("a.ar.txt", "a.en.txt", "--model", "compact", "-o", "again.beads")
    assert "6 sentence(s) were translated before" in again.stderr
    assert Path("again.beads").read_bytes() == Path("o.beads").read_bytes()


def test_the_sample_articles_align_one_to_one() -> None:
    for article in sorted(SEEDS.glob("*.ar.txt"))[:3]:
        reference = article.with_name(article.name.replace(".ar.", ".en."))
        result = run(str(article), str(reference), "--model", "compact", "--format", "beads")
        beads = numbers(result.stdout).splitlines()
        assert beads == [f"[{n}] : [{n}]" for n in range(len(beads))], article.name


@pytest.mark.usefixtures("files")
def test_one_side_may_come_from_stdin() -> None:
    common = ("--translation", "a.mt", "--format", "beads")
    assert numbers(run("-", "a.en.txt", *common, stdin=ARABIC).stdout) == BEADS
    assert numbers(run("a.ar.txt", "-", *common, "-o", "-", stdin=ENGLISH).stdout) == BEADS
    assert run("-", "-", *common).exit_code == 2


@pytest.mark.usefixtures("files")
def test_sides_may_be_of_other_formats() -> None:
    paragraphs = "".join(f"<p>{line}</p>" for line in ENGLISH.splitlines() if line)
    Path("a.html").write_text(f"<html><body>{paragraphs}</body></html>", "utf-8")
    result = run("a.ar.txt", "a.html", "--translation", "a.mt", "--format", "beads")
    assert numbers(result.stdout) == BEADS


LINED_ARABIC = "وصل البريد.\n\nقرأت ليلى الرسالة. ثم بكت.\n\n\nأطفأت المصباح.\n"
LINED_ENGLISH = "The post came.\nLayla read the letter. Then she wept.\n\nShe put out the lamp.\n"


@pytest.mark.usefixtures("files")
@pytest.mark.parametrize(
    "translation",
    [
        "The post arrived.\nLayla read the letter. Then cried.\nShe put out the lamp.\n",
        "The post arrived.\n\nLayla read the letter. Then cried.\n\n\nShe put out the lamp.\n",
        "The post arrived.\r\nLayla read the letter. Then cried.\r\nShe put out the lamp.",
    ],
    ids=["a line a sentence", "a line a line", "crlf"],
)
def test_lines_as_sentences_keep_their_numbers(translation: str) -> None:
    Path("l.ar").write_text(LINED_ARABIC, "utf-8")
    Path("l.en").write_text(LINED_ENGLISH, "utf-8")
    Path("l.mt").write_bytes(translation.encode())
    result = run("l.ar", "l.en", "--lines", "--translation", "l.mt", "--format", "beads")
    assert numbers(result.stdout) == "[0] : [0]\n[2] : [1]\n[5] : [3]\n", result.output


@pytest.mark.usefixtures("files")
def test_a_sentence_may_be_without_translation() -> None:
    Path("l.ar").write_text(LINED_ARABIC, "utf-8")
    Path("l.mt").write_text("The post arrived.\n\nShe put out the lamp.", "utf-8")
    source = read_side(Path("l.ar"), "ar", Reading(), lines=True)
    assert read_translation(Path("l.mt"), source, Reading()) == ["The post arrived.", "", "She put out the lamp."]


@pytest.mark.usefixtures("files")
def test_paragraphs_hold_the_beads_together() -> None:
    Path("a.en.txt").write_text(ENGLISH.replace("\n\n", "\n"), "utf-8")
    wanted = "[0] : [0]\n[1, 2] : [1]\n[3] : [2]\n[] : [3]\n[4] : [4]\n[5] : []\n"
    assert numbers(aligned("--anchor", "paragraphs", "--format", "beads").stdout) == wanted
    Path("a.en.txt").write_text(ENGLISH + "One more.\n", "utf-8")
    result = run("a.ar.txt", "a.en.txt", "--translation", "a.mt", "--anchor", "paragraphs")
    assert result.exit_code == 1
    assert "a.ar.txt has 4 paragraph(s) and a.en.txt 5;" in result.stderr


@pytest.mark.usefixtures("files")
def test_blank_lines_part_paragraphs_of_lines() -> None:
    Path("l.ar").write_text("وصل البريد.\nقرأت ليلى الرسالة.\n\nأطفأت المصباح.\n", "utf-8")
    Path("l.en").write_text("\n\nThe post came.\n\nLayla read the letter.\nShe put out the lamp.\n", "utf-8")
    Path("l.mt").write_text("The post came.\nLayla read the letter.\nShe put out the lamp.\n", "utf-8")
    common = ("l.ar", "l.en", "--lines", "--translation", "l.mt", "--format", "beads")
    assert numbers(run(*common).stdout) == "[0] : [2]\n[1] : [4]\n[3] : [5]\n"
    inside = [line.split(" : ") for line in numbers(run(*common, "--anchor", "paragraphs").stdout).splitlines()]
    assert not any("1" in source and "4" in reference for source, reference, *_ in inside)


@pytest.mark.usefixtures("files")
def test_an_unrelated_reference_is_told() -> None:
    Path("a.en.txt").write_text(
        "Rain is expected over the hills tonight. Two roads remain closed near the dam. Farmers welcomed the news. "
        "Prices of wheat fell by a tenth. The minister visits the province tomorrow.",
        "utf-8",
    )
    result = aligned()
    assert result.stderr.startswith("note: a.en.txt does not look like a translation of a.ar.txt (")
    assert "% aligned)" in result.stderr


@pytest.mark.parametrize(
    ("source", "reference", "translation", "message"),
    [
        (ENGLISH, ARABIC, None, "s is not in Arabic, and r is; give the article first, then its translation"),
        (ARABIC, ARABIC, None, "r is in Arabic, as s is; give its English translation"),
        (ENGLISH, ENGLISH, None, "s is not in Arabic; give an Arabic article, then its English translation"),
        ("", ENGLISH, None, "s: no text in it; there is nothing to align"),
        (ARABIC, " \n\n", None, "r: no text in it; there is nothing to align"),
        (ARABIC, ENGLISH, "One.\nTwo.\n", "t: 2 translation(s) for the 6 sentence(s) of s; give one line a sentence"),
        (ARABIC, ENGLISH, "", "t: 0 translation(s) for the 6 sentence(s) of s; give one line a sentence"),
        (ARABIC, ENGLISH, ARABIC, "t is in Arabic; give the sentences of s in English"),
    ],
)
def test_odd_sides_are_named(files: Path, source: str, reference: str, translation: str | None, message: str) -> None:
    args = ["s", "r"]
    for name, text in (("s", source), ("r", reference), ("t", translation)):
        if text is not None:
            Path(name).write_text(text, "utf-8")
    if translation is not None:
        args += ["--translation", "t"]
    result = run(*args, "--from", "text")
    assert result.exit_code == 1
    assert result.stderr.startswith(f"error: {message}")
    assert result.stderr.count("\n") == 1


@pytest.mark.parametrize("args", [("gone", "a.en.txt"), ("a.ar.txt", "gone"), (".", "a.en.txt"), ("a.ar.txt", ".")])
def test_what_cannot_be_read_is_named(files: Path, args: tuple[str, str]) -> None:
    result = run(*args)
    assert result.exit_code == 1
    assert result.stderr.startswith("error: ")
    assert result.stderr.count("\n") == 1


def pair(**fields: Any) -> Pair:
    known = {"source": "وصل البريد.", "target": "The post came.", "bead": "1-1", "alignment_score": 0.5}
    return Pair("d", 0, 0, 0, 0, origin="human", **{**known, **fields})


def test_on_a_terminal_both_sides_stand_beside_one_another() -> None:
    shown = io.StringIO()
    pairs = [
        pair(),
        pair(alignment_score=0.11, faults=("weak-alignment",), source="قرأت\n\nليلى [الرسالة].", bead="2-1"),
        pair(target=None, bead="1-0", alignment_score=None),
        pair(source="", bead="0-1", alignment_score=None),
    ]
    RichConsole(file=shown, width=80).print(view(pairs))
    lines = [line.split("   ") for line in shown.getvalue().splitlines() if "-" in line[:8]]
    cells = [[cell.strip() for cell in line if cell.strip()] for line in lines]
    assert cells == [
        ["1-1", "0.50", "وصل البريد.", "The post came."],
        ["2-1", "0.11?", "قرأت ليلى [الرسالة].", "The post came."],
        ["1-0", "وصل البريد.", "(not in the reference)"],
        ["0-1", "(not in the article)", "The post came."],
    ]


def test_records_on_stdout(files: Path) -> None:
    records = [json.loads(line) for line in aligned("--format", "jsonl").stdout.splitlines()]
    assert [record["bead"] for record in records] == ["1-1", "2-1", "1-1", "0-1", "1-1", "1-0"]
