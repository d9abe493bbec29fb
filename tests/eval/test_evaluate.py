"""`muwazi evaluate` on files: what it prints, writes, tells and refuses."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from eval.bootstrap import Plan
from eval.evaluation import Texts, assess
from eval.metrics import DEFAULT, References
from eval.report import to_document
from mt.cli import cli

SOURCE = ["وصلت القافلة إلى الواحة.", "استراح الجميع قرب البئر.", "ثم غنّى الحادي."]
REFERENCE = ["The caravan reached the oasis.", "Everybody rested near the well.", "Then the cameleer sang."]
FURTHER = ["The caravan arrived at the oasis.", "They all took a rest by the well.", ""]
GOOD = ["The caravan arrived at the oasis.", "Everybody rested near the well.", "Then the singer sang."]
POOR = ["The convoy came.", "", "ثم غنّى الحادي."]

FEW = ("--bootstrap", "20")
FILES = {"source.ar": SOURCE, "reference.en": REFERENCE, "further.en": FURTHER, "good.en": GOOD, "poor.en": POOR}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in a folder that holds the files above."""
    for name, lines in FILES.items():
        (tmp_path / name).write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*arguments: str, stdin: str | None = None, reference: str = "reference.en", quiet: bool = False) -> Result:
    """Run the command against a reference."""
    return CliRunner().invoke(
        cli, [*(["-q"] if quiet else []), "evaluate", "--reference", reference, *arguments], input=stdin
    )


def document(systems: dict[str, list[str]], references: References, metrics: Sequence[str] = DEFAULT) -> dict[str, Any]:
    """Give the document that the command should write."""
    return to_document(assess(systems, Texts(references), metrics, plan=Plan(20)))


def test_it_prints_a_plain_table_with_signatures_into_a_pipe() -> None:
    result = run("--hypothesis", "good.en", "--hypothesis", "bad one=poor.en", "--metric", "ter", "--metric", "BLEU")
    assert result.exit_code == 0
    tables, _, notes = result.stdout.rpartition("\n\n")
    header, good, poor, blank = tables.splitlines()[:4]
    ter, bleu, *_ = notes.splitlines()
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
    program = "from mt.cli import main; main()"
    arguments = ["evaluate", "--reference", "reference.en", "--hypothesis", "good.en", "--metric", "bleu"]
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
    result = run("--hypothesis", "good=good.en", "--hypothesis", "poor=poor.en", "--json", "scores.json", *FEW)
    assert result.exit_code == 0
    assert "good" in result.stdout
    written = (folder / "scores.json").read_text(encoding="utf-8")
    assert json.loads(written) == document({"good": GOOD, "poor": POOR}, [REFERENCE])
    assert written.endswith("}\n")


def test_json_on_stdout_replaces_the_table() -> None:
    result = run("--hypothesis", "good=good.en", "--metric", "chrf2", "--json", "-", *FEW)
    assert json.loads(result.stdout) == document({"good": GOOD}, [REFERENCE], ["chrf2"])


def test_segments_are_one_record_a_line(folder: Path) -> None:
    run("--hypothesis", "good.en", "--hypothesis", "poor.en", "--metric", "chrf2", "--segments", "segments.jsonl")
    records = [json.loads(line) for line in (folder / "segments.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [record["segment"] for record in records] == [1, 2, 3]
    assert records[1]["systems"] == {
        "good.en": {"chrf2": pytest.approx(100), "faults": []},
        "poor.en": {"chrf2": 0, "faults": ["empty"]},
    }


def test_an_empty_line_among_several_references_is_a_missing_one() -> None:
    result = run("--reference", "further.en", "--hypothesis", "s=good.en", "--json", "-", *FEW)
    gaps = [*FURTHER[:2], None]
    assert json.loads(result.stdout) == document({"s": GOOD}, [REFERENCE, gaps])
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
    assert not run("--hypothesis", "poor.en", "--metric", "bleu", quiet=True).stderr


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
        (["--hypothesis", "binary.en"], "binary.en:1: has a NUL character"),
        (["--hypothesis", "good.en", "--documents", "short.en"], "short.en: names the documents of 2 segments, .* 3"),
        (["--hypothesis", "good.en", "--by", "document"], "--by document: .*give --documents FILE"),
        (["--hypothesis", "good.en", "--baseline-system", "x"], "--baseline-system x: is none of good.en"),
        (["--hypothesis", "good.en", "--baseline", "old"], "old: holds no scores"),
        (["--hypothesis", "missing.en"], "missing.en: cannot be read"),
        (["--hypothesis", "latin.en"], "latin.en:2: byte 0xe9 is not UTF-8"),
        (["--hypothesis", "good.en", "--json", "old"], "old: exists already; .*--force"),
        (["--hypothesis", "good.en", "--segments", "old"], "old: exists already; .*--force"),
        (["--hypothesis", "good.en", "--json", "no/f.json"], "no/f.json: its folder does not exist"),
        (["--hypothesis", "good.en", "--json", ".", "--force"], ".: is no regular file"),
        (["--hypothesis", "good.en", "--json", "good.en", "--force"], "good.en: is one of the inputs"),
        (["--hypothesis", "good.en", "--json", "./reference.en", "--force"], "./reference.en: is one of the inputs"),
    ],
)
def test_unusable_files_are_refused(arguments: list[str], message: str, folder: Path) -> None:
    (folder / "short.en").write_text("One.\nTwo.\n", encoding="utf-8")
    (folder / "binary.en").write_bytes(b"\x7fELF\0\n\n\n")
    (folder / "latin.en").write_bytes(b"One.\nCaf\xe9.\nThree.\n")
    (folder / "old").write_text("precious", encoding="utf-8")
    before = {path: path.read_bytes() for path in folder.iterdir()}
    result = run(*arguments)
    assert result.exit_code == 1
    assert not result.stdout
    assert re.match(f"error: {message}", result.stderr)
    assert {path: path.read_bytes() for path in folder.iterdir()} == before


def test_force_overwrites(folder: Path) -> None:
    (folder / "old").write_text("obsolete", encoding="utf-8")
    assert run("--hypothesis", "good.en", "--json", "old", "--force").exit_code == 0
    assert json.loads((folder / "old").read_text(encoding="utf-8"))["version"] == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "nothing to score; give --hypothesis, --model, or a corpus"),
        (["--hypothesis", "good.en", "--hypothesis", "x/good.en"], "2 hypotheses are called 'good.en'"),
        (["--hypothesis", "a=-", "--source", "-"], "only one of the files can be the standard input"),
        (["--hypothesis", "good.en", "--json", "-", "--segments", "-"], "--json and --segments are both -"),
        (["--hypothesis", "good.en", "--model", "compact"], "--model needs what it is to translate; give --source"),
        (["--hypothesis", "good.en", "--max-drop", "bleu=1"], "give --baseline FILE"),
        (["--hypothesis", "good.en", "--min", "bleu"], "'' is no number from 0 up"),
        (["--hypothesis", "good.en", "--min", "bleu=3", "--metric", "ter"], "add --metric bleu"),
        (["--hypothesis", "good.en", "--max", "too-long=3"], "give --source"),
        (["--hypothesis", "good.en", "--by", "size"], "'size' is not one of 'length'"),
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
        "MUWAZI_EVALUATE_BOOTSTRAP": "20",
        "MUWAZI_EVALUATE_REFERENCE": "reference.en:further.en".replace(":", os.pathsep),
        "MUWAZI_EVALUATE_HYPOTHESIS": "a=good.en:b=poor.en".replace(":", os.pathsep),
        "MUWAZI_EVALUATE_METRIC": "bleu ter",
        "MUWAZI_EVALUATE_JSON": "-",
    }
    result = CliRunner().invoke(cli, ["evaluate"], env=environment)
    gaps = [*FURTHER[:2], None]
    assert json.loads(result.stdout) == document({"a": GOOD, "b": POOR}, [REFERENCE, gaps], ["bleu", "ter"])


def test_documents_and_groups_are_scored(folder: Path) -> None:
    (folder / "names").write_text("north\nnorth\nsouth\n", encoding="utf-8")
    result = run("--documents", "names", "--by", "document", "--hypothesis", "good.en", "--metric", "bleu", *FEW)
    assert "BLEU by document  segments  good.en\nnorth" in result.stdout
    assert "20 resamples of 2 documents" in result.stdout


def test_the_first_system_or_the_named_one_is_the_baseline() -> None:
    systems = ["--hypothesis", "good.en", "--hypothesis", "poor.en", "--metric", "bleu", *FEW]
    assert "\nagainst good.en " in run(*systems).stdout
    assert "\nagainst poor.en " in run(*systems, "--baseline-system", "poor.en").stdout


def test_another_segmentation_is_refused_or_cut_anew(folder: Path) -> None:
    (folder / "joined.en").write_text(f"{GOOD[0]} {GOOD[1]}\n{GOOD[2]}\n", encoding="utf-8")
    refused = run("--hypothesis", "joined.en")
    assert refused.exit_code == 1
    assert "joined.en has 2 segments, but reference.en has 3" in refused.stderr
    assert "--realign" in refused.stderr
    cut = run("--hypothesis", "joined.en", "--hypothesis", "good.en", "--realign", "--metric", "bleu", "--json", "-")
    joined, good = json.loads(cut.stdout)["systems"]
    assert joined["metrics"]["bleu"]["score"] == good["metrics"]["bleu"]["score"]
    assert joined["realigned_from"] == 2
    assert joined["metrics"]["bleu"]["signature"] == good["metrics"]["bleu"]["signature"] + "|realigned:mwer"


def test_the_gate_fails_with_one_and_says_why(folder: Path) -> None:
    options = ["--hypothesis", "good.en", "--hypothesis", "poor.en", "--metric", "bleu", *FEW]
    passed = run(*options, "--min", "bleu=0", "--max", "empty=1")
    assert passed.exit_code == 0
    assert "note: the gate is passed: 4 bound(s) kept" in passed.stderr
    failed = run(*options, "--min", "bleu=50", "--max", "empty=0", "--json", "scores.json", quiet=True)
    assert failed.exit_code == 1
    assert [line for line in failed.stderr.splitlines() if line.startswith("failed: poor.en: empty")] == [
        "failed: poor.en: empty in 1 segment (--max empty=0); see segments 2"
    ]
    assert len(failed.stderr.splitlines()) == 2
    assert "poor.en" in failed.stdout
    assert json.loads((folder / "scores.json").read_text("utf-8"))["gate"]["passed"] is False


def test_a_drop_is_measured_against_the_last_scores(folder: Path) -> None:
    options = ["--hypothesis", "mine=good.en", "--metric", "chrf2"]
    assert run(*options, "--json", "last.json").exit_code == 0
    drop = ["--max-drop", "chrf2=1", "--baseline", "last.json", "--metric", "chrf2"]
    assert run("--hypothesis", "mine=good.en", *drop).exit_code == 0
    worse = run("--hypothesis", "mine=poor.en", *drop, "--bootstrap", "0")
    assert worse.exit_code == 1
    assert re.search(r"failed: mine: chrf2 was \d+\.\d\d and is .* \(--max-drop chrf2=1\); see segments", worse.stderr)
    other = run("--hypothesis", "mine=good.en", *drop, reference="good.en")
    assert other.exit_code == 1
    assert "last.json: was made with another reference" in other.stderr


def test_a_single_segment_is_scored_without_intervals(folder: Path) -> None:
    (folder / "one.en").write_text("The caravan reached the oasis.\n", encoding="utf-8")
    result = run("--hypothesis", "one.en", "--metric", "bleu", reference="one.en")
    assert "100.0" in result.stdout
    assert "±" not in result.stdout
    assert "note: 1 segment cannot be resampled" in result.stderr


def test_nothing_but_empty_translations_scores_nothing(folder: Path) -> None:
    (folder / "none.en").write_text("\n\n\n", encoding="utf-8")
    result = run("--hypothesis", "none.en", "--json", "-", *FEW)
    (system,) = json.loads(result.stdout)["systems"]
    assert {name: metric["score"] for name, metric in system["metrics"].items()} == pytest.approx(
        {"bleu": 0, "chrf2": 0, "chrf2++": 0, "ter": 100}
    )
    assert system["checks"]["empty"]["numbers"] == [1, 2, 3]
    assert "none.en: 3 segments empty" in result.stderr


def test_html_entities_are_reported(folder: Path) -> None:
    (folder / "escaped.en").write_text("&quot;Yes&quot;\nIt&#39;s so.\nFish & chips\n", encoding="utf-8")
    result = run("--hypothesis", "escaped.en", "--source", "source.ar", "--metric", "bleu", *FEW)
    assert "escaped.en: 2 segments with HTML entities (lines 1, 2)" in result.stderr
    assert "html-entity" in result.stdout


def test_models_translate_and_are_scored() -> None:
    options = ["--source", "source.ar", "--model", "compact", "--fast", "--metric", "bleu", "--json", "-", *FEW]
    first, again = (json.loads(run(*options).stdout)["systems"][0] for _ in range(2))
    assert first["name"] == "compact"
    assert first["run"]["cached"] == 0
    assert first["run"]["sentences_per_second"] > 0
    assert first["run"]["tokens_per_second"] > first["run"]["sentences_per_second"]
    assert again["run"]["cached"] == 3
    assert again["run"]["sentences_per_second"] is None
    assert first["metrics"] == again["metrics"]


def test_a_model_stands_beside_files_under_its_own_name() -> None:
    options = ["--source", "source.ar", "--model", "compact", "--fast", "--metric", "bleu", *FEW]
    assert "against good.en" in run("--hypothesis", "good.en", *options).stdout
    taken = run("--hypothesis", "compact=good.en", *options)
    assert taken.exit_code == 1
    assert "two systems are called 'compact'" in taken.stderr


def test_help_shows_examples_one_a_line() -> None:
    text = CliRunner().invoke(cli, ["evaluate", "--help"]).stdout
    assert "Score translations against references." in text
    assert "\n    muwazi evaluate --reference news.en --hypothesis output.en\n" in text


def test_help_loads_nothing_heavy() -> None:
    program = "import sys; from eval.commands import evaluate; print(*sys.modules)"
    root = Path(__file__).parents[2]
    modules = subprocess.run([sys.executable, "-c", program], cwd=root, check=True, capture_output=True, text=True)
    assert not {"sacrebleu", "rich", "numpy", "torch", "lxml"} & set(modules.stdout.split())
