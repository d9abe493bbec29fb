"""`muwazi evaluate` on files: what it prints, writes, tells and refuses."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from eval.commands import evaluate
from eval.report import scores_document
from mt.console import Console
from mt.errors import InputError

SOURCE = ["وصلت القافلة إلى الواحة.", "استراح الجميع قرب البئر.", "ثم غنّى الحادي."]
REFERENCE = ["The caravan reached the oasis.", "Everybody rested near the well.", "Then the cameleer sang."]
FURTHER = ["The caravan arrived at the oasis.", "They all took a rest by the well.", ""]
GOOD = ["The caravan arrived at the oasis.", "Everybody rested near the well.", "Then the singer sang."]
POOR = ["The convoy came.", "", "ثم غنّى الحادي."]

FILES = {"source.ar": SOURCE, "reference.en": REFERENCE, "further.en": FURTHER, "good.en": GOOD, "poor.en": POOR}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in a folder that holds the files above."""
    for name, lines in FILES.items():
        (tmp_path / name).write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(
    *arguments: str, stdin: str | None = None, reference: str = "reference.en", console: Console | None = None
) -> Result:
    """Run the command as the group does."""
    options = ["--reference", reference, *arguments]
    return CliRunner().invoke(evaluate, options, input=stdin, obj=console or Console())


def test_it_prints_a_plain_table_with_signatures_into_a_pipe() -> None:
    result = run("--hypothesis", "good.en", "--hypothesis", "bad one=poor.en", "--metric", "ter", "--metric", "BLEU")
    assert result.exit_code == 0
    header, good, poor, blank, ter, bleu = result.stdout.splitlines()
    assert header.split() == ["system", "segments", "TER", "BLEU"]
    assert good.startswith("good.en         3")
    assert poor.startswith("bad one         3")
    assert len(header) == len(good) == len(poor)
    assert not blank
    assert ter.startswith("TER   nrefs:1|")
    assert bleu.startswith("BLEU  nrefs:1|")
    assert "\x1b" not in result.stdout


def test_it_draws_a_ruled_table_on_a_terminal(folder: Path) -> None:
    pty = pytest.importorskip("pty", reason="no pseudo-terminals here")
    main, terminal = pty.openpty()
    program = "from eval.commands import evaluate; from mt.console import Console; evaluate(obj=Console())"
    arguments = ["--reference", "reference.en", "--hypothesis", "good.en", "--metric", "bleu"]
    root = Path(__file__).parents[2]
    subprocess.run(
        [sys.executable, "-c", program, *arguments],
        stdout=terminal,
        stderr=subprocess.PIPE,
        check=True,
        env={"PYTHONPATH": str(root), "PYTHONUTF8": "1", "TERM": "xterm", "COLUMNS": "80"},
    )
    with open(terminal, "wb"), open(main, "rb", buffering=0) as screen:  # noqa: PTH123 (descriptors, not paths)
        shown = screen.read(10_000).decode()
    assert "│ good.en │" in shown
    assert "BLEU  nrefs:1|" in shown


def test_json_is_the_document(folder: Path) -> None:
    result = run("--hypothesis", "good=good.en", "--hypothesis", "poor=poor.en", "--json", "scores.json")
    assert result.exit_code == 0
    assert "good" in result.stdout
    written = (folder / "scores.json").read_text(encoding="utf-8")
    assert json.loads(written) == scores_document({"good": GOOD, "poor": POOR}, [REFERENCE])
    assert written.endswith("}\n")


def test_json_on_stdout_replaces_the_table() -> None:
    result = run("--hypothesis", "good=good.en", "--metric", "chrf2", "--json", "-")
    assert json.loads(result.stdout) == scores_document({"good": GOOD}, [REFERENCE], ["chrf2"])


def test_segments_are_one_record_a_line(folder: Path) -> None:
    run("--hypothesis", "good.en", "--hypothesis", "poor.en", "--metric", "chrf2", "--segments", "segments.jsonl")
    records = [json.loads(line) for line in (folder / "segments.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [record["segment"] for record in records] == [1, 2, 3]
    assert records[1]["systems"] == {"good.en": {"chrf2": pytest.approx(100)}, "poor.en": {"chrf2": 0}}


def test_an_empty_line_among_several_references_is_a_missing_one() -> None:
    result = run("--reference", "further.en", "--hypothesis", "s=good.en", "--json", "-")
    gaps = [*FURTHER[:2], None]
    assert json.loads(result.stdout) == scores_document({"s": GOOD}, [REFERENCE, gaps])
    assert result.stderr == "note: further.en: 1 segment empty (line 3)\n"


def test_one_reference_given_twice_is_two() -> None:
    result = run("--reference", "reference.en", "--hypothesis", "good.en", "--metric", "bleu")
    assert "nrefs:2|" in result.stdout


@pytest.mark.parametrize("option", ["--hypothesis", "--reference", "--source"])
def test_stdin_may_be_any_one_file(option: str) -> None:
    arguments = ["--hypothesis", "poor.en"] if option != "--hypothesis" else []
    result = run(*arguments, option, "-", "--metric", "bleu", stdin="\n".join(GOOD))
    assert result.exit_code == 0
    assert ("stdin" in result.stdout) == (option == "--hypothesis")


def test_windows_files_give_the_same_scores(folder: Path) -> None:
    (folder / "windows.en").write_bytes(b"\xef\xbb\xbf" + "\r\n".join(GOOD).encode())
    plain = run("--hypothesis", "s=good.en", "--json", "-").stdout
    assert run("--hypothesis", "s=windows.en", "--json", "-").stdout == plain


@pytest.mark.parametrize(
    ("arguments", "notices"),
    [
        (["good.en"], []),
        (["poor.en"], ["poor.en: 1 segment empty (line 2)", "poor.en: 1 segment left untranslated (line 3)"]),
        (["reference.en"], ["reference.en: identical to the reference reference.en"]),
        (["x=source.ar"], ["x: 3 segments left untranslated (lines 1, 2, 3)"]),
        (["x=tokenised"], ["x: 2 segments tokenised (lines 1, 3); scores need text as it is written"]),
    ],
)
def test_notices_go_to_stderr(arguments: list[str], notices: list[str], folder: Path) -> None:
    (folder / "tokenised").write_text("So it goes .\nOn and on\nAnd on .\n", encoding="utf-8")
    result = run("--source", "source.ar", "--metric", "bleu", "--hypothesis", *arguments)
    assert result.exit_code == 0
    assert result.stderr.splitlines() == [f"note: {notice}" for notice in notices]


def test_quiet_silences_the_notices() -> None:
    assert not run("--hypothesis", "poor.en", "--metric", "bleu", console=Console(quiet=True)).stderr


def test_a_notice_names_the_first_lines_of_many(folder: Path) -> None:
    for name, line in {"many.en": "Yes.\n", "none.en": "\n"}.items():
        (folder / name).write_text(line * 13, encoding="utf-8")
    result = run("--hypothesis", "none.en", "--metric", "bleu", reference="many.en")
    assert result.stderr == "note: none.en: 13 segments empty (lines 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 and 3 more)\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--hypothesis", "short.en"], "short.en has 2 segments, but reference.en has 3"),
        (["--hypothesis", "good.en", "--source", "short.en"], "short.en has 2 segments, but reference.en has 3"),
        (["--hypothesis", "missing.en"], "missing.en: cannot be read"),
        (["--hypothesis", "latin.en"], "latin.en:2: byte 0xe9 is not UTF-8"),
        (["--hypothesis", "good.en", "--json", "old"], "old: exists already; .*--force"),
        (["--hypothesis", "good.en", "--segments", "old"], "old: exists already; .*--force"),
        (["--hypothesis", "good.en", "--json", "no/f.json"], "no/f.json: its folder does not exist"),
        (["--hypothesis", "good.en", "--json", ".", "--force"], ".: is no regular file"),
        (["--hypothesis", "good.en", "--json", "good.en", "--force"], "good.en: is one of the inputs"),
        (["--hypothesis", "good.en", "--json", "./reference.en", "--force"], "reference.en: is one of the inputs"),
    ],
)
def test_unusable_files_are_refused(arguments: list[str], message: str, folder: Path) -> None:
    (folder / "short.en").write_text("One.\nTwo.\n", encoding="utf-8")
    (folder / "latin.en").write_bytes(b"One.\nCaf\xe9.\nThree.\n")
    (folder / "old").write_text("precious", encoding="utf-8")
    before = {path: path.read_bytes() for path in folder.iterdir()}
    result = run(*arguments)
    assert isinstance(result.exception, InputError)
    assert not result.stdout
    with pytest.raises(InputError, match=message):
        raise result.exception
    assert {path: path.read_bytes() for path in folder.iterdir()} == before


def test_force_overwrites(folder: Path) -> None:
    (folder / "old").write_text("obsolete", encoding="utf-8")
    assert run("--hypothesis", "good.en", "--json", "old", "--force").exit_code == 0
    assert json.loads((folder / "old").read_text(encoding="utf-8"))["version"] == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "Missing option '--hypothesis'"),
        (["--hypothesis", "good.en", "--hypothesis", "x/good.en"], "2 hypotheses are called 'good.en'"),
        (["--hypothesis", "a=-", "--source", "-"], "only one of the files can be the standard input"),
        (["--hypothesis", "good.en", "--json", "-", "--segments", "-"], "--json and --segments are both -"),
        (["--hypothesis", "good.en", "--metric", "meteor"], "'meteor' is not one of 'bleu', 'chrf2', 'chrf2++', 'ter'"),
        (["--hypothesis", "=good.en"], "lacks the name or the file"),
        (["--hypothesis", "good="], "lacks the name or the file"),
    ],
)
def test_wrong_usage_exits_with_two(arguments: list[str], message: str) -> None:
    result = run(*arguments)
    assert result.exit_code == 2
    assert message in " ".join(result.stderr.split())


def test_a_slash_makes_an_equals_sign_part_of_the_path(folder: Path) -> None:
    (folder / "beam=4.en").write_text("".join(f"{line}\n" for line in GOOD), encoding="utf-8")
    assert run("--hypothesis", "./beam=4.en", "--metric", "bleu").stdout.splitlines()[1].startswith("beam=4.en ")


def test_each_option_has_a_variable_of_its_name() -> None:
    environment = {
        "MUWAZI_EVALUATE_REFERENCE": "reference.en:further.en".replace(":", os.pathsep),
        "MUWAZI_EVALUATE_HYPOTHESIS": "a=good.en:b=poor.en".replace(":", os.pathsep),
        "MUWAZI_EVALUATE_METRIC": "bleu ter",
        "MUWAZI_EVALUATE_JSON": "-",
    }
    result = CliRunner().invoke(evaluate, [], env=environment, obj=Console(), auto_envvar_prefix="MUWAZI_EVALUATE")
    gaps = [*FURTHER[:2], None]
    assert json.loads(result.stdout) == scores_document({"a": GOOD, "b": POOR}, [REFERENCE, gaps], ["bleu", "ter"])


def test_help_shows_examples_one_a_line() -> None:
    text = CliRunner().invoke(evaluate, ["--help"]).stdout
    assert "Score translations against references." in text
    assert "\n    muwazi evaluate --reference news.en --hypothesis output.en\n" in text


def test_help_loads_nothing_heavy() -> None:
    program = "import sys; from eval.commands import evaluate; print(*sys.modules)"
    root = Path(__file__).parents[2]
    modules = subprocess.run([sys.executable, "-c", program], cwd=root, check=True, capture_output=True, text=True)
    assert not {"sacrebleu", "rich", "numpy", "torch", "lxml"} & set(modules.stdout.split())
