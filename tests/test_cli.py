"""The command: what users type, what they get, and how it fails."""

import json
import os
import signal
import subprocess
import time
from pathlib import Path

import click
import pytest
from click.testing import Result

from mt.cli import COMMANDS, cli
from tests.command import PROGRAM, muwazi

ROOT = Path(__file__).parent.parent
SEEDS = ROOT / "seeds"
ARTICLE = "افتتاح المكتبة\nافتتحت المكتبة الجديدة صباح اليوم. وحضر الحفل ٣٠٠ شخص.\n\n  وانتهى كل شيء مساء.\n"


def compact(*args: str | Path, stdin: str | bytes | None = None) -> Result:
    return muwazi(*args, "--model", "compact", stdin=stdin)


@pytest.fixture
def article(tmp_path: Path) -> Path:
    path = tmp_path / "library.ar.txt"
    path.write_text(ARTICLE, "utf-8")
    return path


def commands(group: click.Group, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    context = click.Context(group)
    found = []
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        found += [(*path, name), *(commands(command, (*path, name)) if isinstance(command, click.Group) else [])]
    return found


@pytest.mark.parametrize("command", [(), *commands(cli)], ids=" ".join)
def test_every_command_has_help_and_is_documented(command: tuple[str, ...]) -> None:
    result = muwazi(*command, "--help")
    assert result.exit_code == 0
    assert "Usage: muwazi" in result.stdout
    assert "\\b" not in result.stdout
    if len(command) == 1:
        assert f"muwazi {command[0]} " in result.stdout.split("\n", 1)[1], "no example in the help"
        assert f"muwazi {command[0]}" in (ROOT / "README.md").read_text("utf-8"), "not in the README"


def test_the_help_has_each_command_s_own_first_line() -> None:
    for name, (_, line) in COMMANDS.items():
        command = cli.get_command(click.Context(cli), name)
        assert command is not None
        assert command.help is not None
        assert command.help.split("\n")[0] == line


def test_version() -> None:
    result = muwazi("--version")
    assert result.exit_code == 0
    assert result.stdout.startswith("muwazi ")


def test_unknown_commands_are_wrong_usage() -> None:
    assert muwazi("translat").exit_code == 2
    assert set(COMMANDS) == set(cli.list_commands(click.Context(cli)))


def test_translate_keeps_the_layout(article: Path) -> None:
    result = compact("translate", article)
    assert result.exit_code == 0, result.output
    lines = result.stdout.split("\n")
    assert len(lines) == len(ARTICLE.split("\n"))
    assert [bool(line.strip()) for line in lines] == [bool(line.strip()) for line in ARTICLE.split("\n")]
    assert lines[3].startswith("  ")
    assert result.stdout.isascii()


def test_translate_reads_stdin_and_writes_records(article: Path) -> None:
    result = compact("translate", "-", "--to", "jsonl", stdin=ARTICLE.encode())
    records = [json.loads(line) for line in result.stdout.splitlines()]
    assert [ARTICLE[r["start"] : r["end"]] for r in records] == [r["source"] for r in records]
    assert len(records) == 4
    assert all(r["target"] and r["origin"] == "machine" and r["model"].startswith("compact@") for r in records)
    assert all(-10 < r["score"] < 0 for r in records)


STREAMING = [*PROGRAM, "translate", "-", "--model", "compact", "--fast"]


def test_translate_answers_a_slow_pipe_line_by_line() -> None:
    with subprocess.Popen(STREAMING, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin
        assert process.stdout
        for line in ("وصل الوفد إلى بغداد.", "قال الرئيس ذلك."):
            process.stdin.write(f"{line}\n".encode())
            process.stdin.flush()
            assert process.stdout.readline().decode().strip()  # while stdin is still open
        process.stdin.close()
        assert process.stdout.read() == b""
    assert process.returncode == 0


def test_a_stream_may_replace_a_file_and_begin_with_empty_lines(tmp_path: Path) -> None:
    out = tmp_path / "out.txt"
    out.write_text("old", "utf-8")
    command = [*STREAMING, "--to", "text", "--force", "-o", str(out)]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE) as process:
        assert process.stdin
        for piece in ("\n\n", "وصل الوفد إلى بغداد.\n", "قال الرئيس ذلك.\n"):
            process.stdin.write(piece.encode())
            process.stdin.flush()
            time.sleep(0.3)  # a piece each
    assert process.returncode == 0
    first, empty, second = out.read_text("utf-8").splitlines()
    assert (bool(first), empty, bool(second)) == (True, "", True)


def test_one_bad_article_of_many_is_named_and_the_rest_go_on(article: Path, tmp_path: Path) -> None:
    folder = tmp_path / "many"
    folder.mkdir()
    (folder / "a.txt").write_text(ARTICLE, "utf-8")
    (folder / "b.txt").write_bytes("وصل الوفد إلى بغداد صباح اليوم".encode("cp1256"))
    (folder / "c.docx").write_bytes(b"PK\x03\x04 cut off")
    result = compact("translate", folder, "-o", tmp_path / "out")
    assert result.exit_code == 1
    errors = [line for line in result.stderr.splitlines() if line.startswith("error: ")]
    assert len(errors) == 2
    assert "b.txt: not UTF-8 at byte 0 (0xe6); looks like windows-1256: give --encoding windows-1256" in errors[0]
    assert "c.docx" in errors[1]
    assert [path.name for path in sorted((tmp_path / "out").iterdir())] == ["a.en.txt"]


def test_translate_gives_a_sentence_a_line(article: Path) -> None:
    english = compact("translate", article, "--to", "text").stdout.split("\n")
    arabic = muwazi("split", article).stdout.split("\n")
    assert [bool(line) for line in english] == [bool(line) for line in arabic]


def test_translate_mirrors_a_folder(tmp_path: Path) -> None:
    for name in ("a.ar.txt", "x/b.txt"):
        (tmp_path / "in" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "in" / name).write_text(ARTICLE, "utf-8")
    result = compact("translate", tmp_path / "in", "-o", tmp_path / "out")
    assert result.exit_code == 0, result.output
    files = sorted(p.relative_to(tmp_path / "out").as_posix() for p in (tmp_path / "out").rglob("*.txt"))
    assert files == ["a.en.txt", "x/b.en.txt"]
    assert compact("translate", tmp_path / "in").exit_code == 2  # several articles to stdout


def test_both_engines_translate(article: Path) -> None:
    options = ("--fast", "--precision", "float32")
    texts = {compact("translate", article, "--engine", e, *options).stdout for e in ("ctranslate2", "transformers")}
    assert len(texts) == 1


def test_options_come_from_the_environment(article: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for option, value in (("MODEL", "compact"), ("TO", "jsonl"), ("FROM", "text"), ("FAST", "1")):
        monkeypatch.setenv(f"MUWAZI_TRANSLATE_{option}", value)
    result = muwazi("translate", article)
    assert json.loads(result.stdout.split("\n")[0])["model"].startswith("compact@")


def test_build_of_the_samples(tmp_path: Path) -> None:
    result = compact("build", SEEDS, "-o", tmp_path / "out", "--preview", "2")
    assert result.exit_code == 0, result.output
    scores = json.loads((tmp_path / "out" / "scores.json").read_text("utf-8"))
    assert scores["version"] == 1
    assert scores["systems"][0]["name"] == "compact"
    assert scores["systems"][0]["metrics"]["chrf2"]["score"] > 30
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text("utf-8"))
    assert manifest["counts"]["documents"] == 8
    assert manifest["counts"]["machine"] == manifest["counts"]["human"] > 150
    lines = (tmp_path / "out" / "machine.tsv").read_text("utf-8").split("\n")
    assert len(lines) == manifest["counts"]["machine"] + 2
    assert "demonstration" in result.stderr
    again = compact("build", SEEDS, "-o", tmp_path / "out")
    assert again.exit_code == 0
    assert "nothing anew" in again.stderr


def test_build_with_a_reference_of_something_else(article: Path, tmp_path: Path) -> None:
    out, reference = tmp_path / "out", tmp_path / "r.txt"
    reference.write_text(
        "Zebras xylophone vigorously.\nQuixotic wizards jump.\nVexed foxes quack.\nGo on!\n" * 2, "utf-8"
    )
    result = compact("build", article, "-o", out, "--reference", reference)
    assert result.exit_code == 1
    assert f"error: {reference} does not look like a translation of {article} (0% aligned)" in result.stderr
    assert (out / "machine.tmx").exists()
    assert not (out / "human.tmx").exists()
    assert "unrelated-reference" in (out / "rejected.jsonl").read_text("utf-8")
    kept = compact("build", article, "-o", out, "--reference", reference, "--keep-unrelated", "--format", "tmx")
    assert kept.exit_code == 0
    assert "note: " in kept.stderr
    assert "does not look like a translation" in kept.stderr
    assert (out / "human.tmx").exists()
    assert not (out / "rejected.jsonl").exists()


def test_build_with_a_reference_that_cannot_be_used(article: Path, tmp_path: Path) -> None:
    result = compact("build", article, "-o", tmp_path / "out", "--reference", article)
    assert result.exit_code == 1
    assert "is in Arabic; a reference is the article's English translation" in result.stderr
    assert (tmp_path / "out" / "machine.tmx").exists()


def test_build_with_filters(article: Path, tmp_path: Path) -> None:
    (tmp_path / "library.en.txt").write_text(
        "A library opens. It opened this morning. Many came.\nAll ended.\n", "utf-8"
    )
    result = compact(
        "build", article, "-o", tmp_path / "out", "--min-alignment-score", "1", "--filter", "min-length=20"
    )
    assert result.exit_code == 0, result.stderr
    assert "rejected    alignment-score " in result.stderr
    assert ", min-length " in result.stderr
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text("utf-8"))
    assert manifest["filters"] == ["alignment-score=1", "min-length=20"]
    assert muwazi("build", "--check", tmp_path / "out").exit_code == 0


def test_an_empty_article_makes_an_empty_corpus(tmp_path: Path) -> None:
    (tmp_path / "empty.txt").write_text("", "utf-8")
    result = compact("build", tmp_path / "empty.txt", "-o", tmp_path / "out")
    assert result.exit_code == 0
    assert "the corpus is empty" in result.stderr
    assert (tmp_path / "out" / "corpus.jsonl").read_bytes() == b""
    assert compact("translate", tmp_path / "empty.txt").stdout == ""


@pytest.mark.parametrize("text", ["😀🎉😀\n", "Only Latin text here.\n", "1234\n"])
def test_what_is_not_arabic_is_carried_over(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.txt").write_text(text, "utf-8")
    result = compact("translate", tmp_path / "a.txt")
    assert result.exit_code == 0
    assert result.stdout == text
    assert "no Arabic letters" in result.stderr


def test_a_line_without_end_is_cut_and_joined(tmp_path: Path) -> None:
    (tmp_path / "long.txt").write_text("كتاب جديد " * 10_000, "utf-8")
    result = compact("translate", tmp_path / "long.txt", "--fast", "--to", "jsonl")
    assert result.exit_code == 0
    assert len(result.stdout.splitlines()) == 1
    assert "translated in parts" in result.stderr


BAD_MODELS = {"bert": {"config.json": '{"model_type": "bert"}'}, "broken": {"config.json": "{"}, "empty": {}}


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["translate", "missing.txt"], "missing.txt: no such file"),
        (["build", "nothing", "-o", "out"], "no articles in this folder"),
        (
            ["build", "old.txt", "-o", "out"],
            "not UTF-8 at byte 0 (0xe3); looks like windows-1256: give --encoding windows-1256",
        ),
        (["translate", "old.txt"], "not UTF-8 at byte 0"),
        (["translate", "old.txt", "-o", "out.txt"], "not UTF-8"),
        (["split", "old.txt"], "not UTF-8"),
        (["split", "nothing"], "is a folder"),
        (["build", "good.txt", "-o", "out", "--model", "nosuch"], "unknown model 'nosuch'"),
        (["build", "good.txt", "-o", "out", "--model", "./bert"], "model_type is 'bert', not 'marian'"),
        (["build", "good.txt", "-o", "out", "--model", "./broken"], "is broken"),
        (["build", "good.txt", "-o", "out", "--model", "./empty"], "config.json is missing"),
        (
            ["build", "good.txt", "-o", "out", "--model", "./unweighted"],
            "model.safetensors or pytorch_model.bin missing",
        ),
        (["build", "good.txt", "-o", "out", "--model", "./truncated"], "get the model again"),
        (["translate", "good.txt", "-o", "taken.txt", "--model", "compact"], "taken.txt exists; give --force"),
        (["build", "good.txt", "-o", "nothing/../full", "--model", "compact"], "holds no corpus of ours"),
        (["build", "good.txt", "-o", "taken.txt", "--model", "compact"], "is no folder"),
        (["build", "good.txt", "-o", "taken.txt/x", "--model", "compact"], "cannot be written to"),
        (["translate", "good.txt", "-o", "taken.txt/x", "--model", "compact"], "cannot be made"),
        (["translate", "good.pdf"], "named .pdf, but the content is plain text; give --from text"),
    ],
)
def test_bad_input_is_one_line_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, args: list[str], message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    for folder in ("nothing", "full"):
        Path(folder).mkdir()
    Path("full/thesis.docx").write_text("x")
    Path("old.txt").write_bytes("مرحبا".encode("cp1256"))
    for name in ("good.txt", "good.pdf"):
        Path(name).write_text(ARTICLE, "utf-8")
    Path("taken.txt").write_text("precious")
    for name, files in BAD_MODELS.items():
        Path(name).mkdir()
        for file, text in files.items():
            (Path(name) / file).write_text(text)
    bundled = ROOT / "mt" / "models" / "compact"
    for name in ("unweighted", "truncated"):
        Path(name).mkdir()
        for file in ("config.json", "source.spm", "target.spm", "vocab.json", "tokenizer_config.json"):
            (Path(name) / file).symlink_to(bundled / file)
    Path("truncated/model.safetensors").write_bytes((bundled / "model.safetensors").read_bytes()[:100_000])
    before = sorted(tmp_path.rglob("*"))
    result = muwazi(*args)
    assert result.exit_code == 1
    assert result.stderr.count("\n") == 1, result.stderr
    assert result.stderr.startswith("error: ")
    assert message in result.stderr
    assert result.stdout == ""
    assert sorted(tmp_path.rglob("*")) == before
    assert Path("taken.txt").read_text() == "precious"


@pytest.mark.parametrize(
    "args",
    [
        ["build", "x"],
        ["translate"],
        ["build", "x", "-o", "y", "--beam", "0"],
        ["split", "--no"],
        ["build", "x", "-o", "y", "--filter", "no"],
    ],
)
def test_wrong_usage_is_2(args: list[str]) -> None:
    result = muwazi(*args)
    assert result.exit_code == 2
    assert "Usage:" in result.stderr


def test_force_overwrites(article: Path, tmp_path: Path) -> None:
    (tmp_path / "out.txt").write_text("old")
    assert compact("translate", article, "-o", tmp_path / "out.txt", "--force").exit_code == 0
    assert (tmp_path / "out.txt").read_text() != "old"
    assert compact("translate", article, "-o", article, "--force").exit_code == 1  # never the article itself
    assert article.read_text("utf-8") == ARTICLE


def test_quiet_says_nothing(article: Path, tmp_path: Path) -> None:
    assert muwazi("-q", "build", article, "-o", tmp_path / "out", "--model", "compact").stderr == ""


def test_verbose_names_the_model_s_folder_and_each_document(article: Path, tmp_path: Path) -> None:
    result = muwazi("-v", "build", article, "-o", tmp_path / "out", "--model", "compact")
    assert "note: the model's folder is" in result.stderr
    assert "note: library: 4 sentences\n" in result.stderr
    assert "folder" not in muwazi("-v", "-q", "translate", article, "--model", "compact").stderr


def test_split_prints_spans(article: Path) -> None:
    result = muwazi("split", article, "--json")
    records = [json.loads(line) for line in result.stdout.splitlines()]
    assert [ARTICLE[r["start"] : r["end"]] for r in records] == [r["text"] for r in records]
    assert [r["kind"] for r in records] == ["heading", "paragraph", "paragraph", "paragraph"]
    assert muwazi("split", "--language", "en", stdin="Mr. Smith left. He came back.\n").stdout.count("\n") == 2


def test_as_a_program_it_can_be_interrupted_and_goes_on(tmp_path: Path) -> None:
    """Ctrl-C while the engine is busy: exit 130, no file of the corpus, and the next run ends the work."""
    for i in range(40):
        sentences = (f"افتتحت المكتبة رقم {i} صباح اليوم في الحي رقم {j} من المدينة القديمة." for j in range(40))
        (tmp_path / f"{i}.txt").write_text(" ".join(sentences), "utf-8")
    assert muwazi("model", "convert", "compact").exit_code == 0  # so that the run below begins to translate at once
    build = ["build", str(tmp_path), "-o", str(tmp_path / "out"), "--model", "compact"]
    command = [*PROGRAM, *build]
    process = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True)
    until = time.monotonic() + 60
    while not (tmp_path / "out" / ".build" / "pid").exists() and time.monotonic() < until:
        time.sleep(0.02)
    time.sleep(1.5)  # the engine is loaded; the work takes several seconds
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 130, errors
    assert errors.endswith("interrupted\n")
    assert not [p for p in (tmp_path / "out").glob("*") if p.name != ".build"]
    done = subprocess.run([*command, "--fast"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "out" / "manifest.json").exists()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")
@pytest.mark.parametrize(
    "command",
    [
        ("translate", "seeds/wiki-063.ar.txt", "--model", "compact", "--fast"),
        ("split", "seeds/wiki-063.ar.txt"),
        ("model", "info", "compact"),
        ("convert", "-", "-", "--from", "bare", "--to", "jsonl"),
        ("--help",),
    ],
    ids=lambda command: command[0],
)
def test_a_full_disk_under_stdout_is_told_in_a_line(command: tuple[str, ...]) -> None:
    with Path("/dev/full").open("wb") as full:
        result = subprocess.run(
            [*PROGRAM, *command],
            cwd=ROOT,
            input="كتاب\tbook\n",
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert result.returncode == 1, result.stderr
    assert "Traceback" not in result.stderr
    assert "(No space left on device)" in result.stderr.splitlines()[-1]


def test_an_interrupt_that_a_compiled_module_reports_as_its_own_failure(
    monkeypatch: pytest.MonkeyPatch, article: Path
) -> None:
    def interrupted(target: str) -> None:
        raise ImportError("initialization failed") from KeyboardInterrupt()

    monkeypatch.setattr("mt.cli.load", interrupted)
    result = muwazi("split", article)
    assert result.exit_code == 130
    assert result.stderr == "interrupted\n"


def test_a_reader_that_goes_away_is_no_traceback(article: Path) -> None:
    article.write_text(ARTICLE * 20_000, "utf-8")  # more than a pipe holds
    command = [*PROGRAM, "split", str(article)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        errors = process.stderr.read()
    assert b"Traceback" not in errors
    assert process.returncode == 1


@pytest.mark.skipif(os.name != "posix", reason="completion is described for bash")
def test_completion_names_the_commands() -> None:
    environment = {**os.environ, "_MUWAZI_COMPLETE": "bash_complete", "COMP_WORDS": "muwazi tr", "COMP_CWORD": "1"}
    done = subprocess.run(PROGRAM, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert "translate" in done.stdout


def test_the_readme_names_every_fault_field_and_file() -> None:
    from dataclasses import fields

    from corpus.pair import Pair
    from mt.fidelity import FAULTS

    text = (ROOT / "README.md").read_text("utf-8")
    missing = [name for name in (*FAULTS, *(field.name for field in fields(Pair))) if f"`{name}`" not in text]
    assert not missing
