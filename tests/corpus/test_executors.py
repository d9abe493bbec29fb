import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from corpus.articles import find_articles
from corpus.folder import STATE
from corpus.places import place
from corpus.scale_options import command_line
from corpus.shard import Shard
from mt.errors import InputError
from tests import command
from tests.corpus.builds import DAY, files_of, write_articles
from tests.corpus.known_engine import ROOT
from tests.corpus.known_engine import environment as known

SBATCH = """#!/bin/sh
number=$(($(ls "$FAKE_SLURM" | grep -c args) + 101))
echo "$@" > "$FAKE_SLURM/$number.args"
for script; do :; done
cp "$script" "$FAKE_SLURM/$number.sh"
echo "Submitted batch job $number"
"""
SRUN = """#!/bin/sh
while [ "$1" != launch_pickled_pipeline ]; do shift; done
exec "$@"
"""


@pytest.fixture(scope="module")
def articles(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give 200 articles, some with references."""
    folder = write_articles(tmp_path_factory.mktemp("articles"), 200)
    for number in range(0, 200, 40):
        path = folder / f"{number:03}.en.txt"
        path.write_text("The minister opened the new library.\nThe road is old.\n", "utf-8")
        os.utime(path, (DAY, DAY))
    return folder


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    return known(MUWAZI_DATA_DIR=str(tmp_path / "data"))


@pytest.fixture(scope="module")
def whole(articles: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Give the files of one build."""
    folder = tmp_path_factory.mktemp("whole") / "corpus"
    done = command.run(known(), "build", articles, "-o", folder, "--model=compact", "--keep-unrelated")
    assert done.returncode == 0, done.stderr
    return files_of(folder)


def logs_of(folder: Path) -> str:
    return "".join(path.read_text("utf-8") for path in sorted(folder.rglob("task_*.log")))


def test_the_local_executor_gives_the_bytes_of_one_build(
    articles: Path, whole: dict[str, bytes], environ: dict[str, str], tmp_path: Path
) -> None:
    line = ("build", articles, "-o", tmp_path / "out", "--model=compact", "--keep-unrelated", "--executor=local")
    done = command.run(environ, *line, "--shards=5", "--workers=2")
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    assert "Traceback" not in done.stderr
    assert "shard" in done.stderr
    assert files_of(tmp_path / "out") == whole

    logs = f"--executor-option=logging_dir={tmp_path / 'logs'}"
    done = command.run(environ, *line, "--shards=2", "--workers=2", "--no-memory", logs)
    assert done.returncode == 0, done.stderr
    assert files_of(tmp_path / "out") == whole
    assert logs_of(tmp_path / "logs").count("nothing anew") == 2


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Give a folder for Ray's sockets, whose paths may have 107 bytes."""
    folder = Path("/tmp") / f"mw{os.getpid()}"  # pytest's own folders have too long a path
    folder.mkdir()
    yield str(folder)
    shutil.rmtree(folder, ignore_errors=True)


def test_ray_gives_the_bytes_of_one_build(
    articles: Path, whole: dict[str, bytes], environ: dict[str, str], tmp_path: Path, short: str
) -> None:
    options = ("--model=compact", "--keep-unrelated", "--executor=ray", "--shards=3")
    # Two tasks at a time have to fit into a small machine.
    memory = "--executor-option=mem_per_cpu_gb=0.1"
    done = command.run(
        {**environ, "RAY_TMPDIR": short}, "build", articles, "-o", tmp_path / "out", *options, memory, "--workers=2"
    )
    assert done.returncode == 0, done.stderr
    assert files_of(tmp_path / "out") == whole


class Slurm:
    """A cluster whose jobs are run by hand."""

    def __init__(self, folder: Path, environ: Mapping[str, str]) -> None:
        self.folder, programs = folder, folder / "bin"
        programs.mkdir(parents=True)
        for name, text in (("sbatch", SBATCH), ("srun", SRUN), ("scontrol", "#!/bin/sh\necho node-1\n")):
            (programs / name).write_text(text)
            (programs / name).chmod(0o755)
        self.jobs = folder / "jobs"
        self.jobs.mkdir()
        self.environ = {**environ, "FAKE_SLURM": str(self.jobs), "PATH": f"{programs}:{os.environ['PATH']}"}

    def arguments(self, job: int) -> str:
        return (self.jobs / f"{job}.args").read_text()

    def script(self, job: int) -> str:
        return (self.jobs / f"{job}.sh").read_text()

    def run(self, job: int, task: int) -> int:
        environ = {**self.environ, "SLURM_ARRAY_TASK_ID": str(task), "SLURM_NODELIST": "node-1", "RUN_OFFSET": "0"}
        line = ["bash", str(self.jobs / f"{job}.sh")]
        return subprocess.run(line, env=environ, cwd=self.folder, capture_output=True, check=False).returncode


def test_slurm_gives_the_bytes_of_one_build(
    articles: Path, whole: dict[str, bytes], environ: dict[str, str], tmp_path: Path
) -> None:
    slurm = Slurm(tmp_path / "cluster", environ)
    told = ("time=02:00:00", "partition=cpu", "cpus_per_task=2", 'sbatch_args={"account": "lab"}')
    options = [part for option in told for part in ("--executor-option", option)]
    done = command.run(
        slurm.environ,
        *("build", articles, "-o", tmp_path / "out", "--model=compact", "--keep-unrelated", "--executor=slurm"),
        *("--shards=3", "--workers=2", *options),
    )
    assert (done.returncode, done.stdout) == (0, "101 102\n"), done.stderr
    assert not (tmp_path / "out").exists()
    for line in ("--array=0-2%2", "--time=02:00:00", "--partition=cpu", "--cpus-per-task=2", "--account=lab"):
        assert f"#SBATCH {line}\n" in slurm.script(101), line
    assert "--dependency=afterok:101" in slurm.arguments(102)
    assert "--export=ALL" in slurm.arguments(101)
    assert "#SBATCH --kill-on-invalid-dep=yes\n" in slurm.script(102)
    assert len(list(slurm.jobs.iterdir())) == 4, "two jobs, no third"
    assert slurm.run(102, 0) != 0, "shards are missing"
    assert [slurm.run(101, task) for task in (2, 0, 1)] == [0, 0, 0]
    assert slurm.run(102, 0) == 0
    assert files_of(tmp_path / "out") == whole
    assert "threads=2" in (tmp_path / "out.slurm" / "shards" / "executor.json").read_text()


def test_a_task_that_fails_is_told_and_tried_again(environ: dict[str, str], tmp_path: Path) -> None:
    articles = write_articles(tmp_path / "in", 12)
    good = (articles / "003.ar.txt").read_bytes()
    (articles / "003.ar.txt").write_bytes(b"\xff\xfe\xfd not text")
    line = ("build", articles, "-o", tmp_path / "out", "--model=compact", "--format=tsv")
    distributed = (*line, "--executor=local", "--shards=3", "--workers=2")
    done = command.run(environ, *distributed)
    bad = Shard.holding("003", 3)
    log = tmp_path / "out" / STATE / "datatrove" / "logs" / f"task_{bad.index - 1:05d}.log"
    assert done.returncode == 1
    assert f"shard {bad} failed; its log is {log}" in done.stderr
    assert "003.ar.txt" in done.stderr
    assert "1 of 3 shards failed" in done.stderr
    assert log.exists()
    shards = tmp_path / "out" / STATE / "shards"
    others = [shard for shard in (Shard(n, 3) for n in (1, 2, 3)) if shard != bad]
    assert all((shards / shard.folder / "manifest.json").exists() for shard in others)

    (articles / "003.ar.txt").write_bytes(good)
    os.utime(articles / "003.ar.txt", (DAY, DAY))
    # One that datatrove noted as completed is gone, one is damaged.
    shutil.rmtree(shards / others[0].folder)
    with (shards / others[1].folder / "machine.tsv").open("a") as file:
        file.write("torn")
    done = command.run(environ, *distributed)
    assert done.returncode == 0, done.stderr
    command.run(environ, *line[:2], "-o", tmp_path / "one", *line[4:])
    assert files_of(tmp_path / "out") == files_of(tmp_path / "one")


def test_a_killed_process_of_the_pool_is_told(environ: dict[str, str], tmp_path: Path) -> None:
    articles = write_articles(tmp_path / "in", 12)
    line = ("build", articles, "-o", tmp_path / "out", "--model=compact", "--format=tsv")
    distributed = [*command.PROGRAM, *map(str, line), "--executor=local", "--shards=2", "--workers=2"]
    environ["MUWAZI_TEST_DELAY"] = "2"
    with subprocess.Popen(distributed, cwd=ROOT, env=environ, stderr=subprocess.PIPE, text=True) as process:
        logs = tmp_path / "out" / STATE / "datatrove" / "logs"
        while not (logs.is_dir() and len(list(logs.iterdir())) == 2):
            assert process.poll() is None
            time.sleep(0.05)
        while not (tasks := [pid for pid in descendants(process.pid) if "corpus.task_program" in line_of(pid)]):
            time.sleep(0.05)
        os.kill(parents()[tasks[0]], signal.SIGKILL)
        assert process.stderr
        said = process.stderr.read()
    assert process.returncode == 1, said
    assert "was killed; run the same command again" in said
    del environ["MUWAZI_TEST_DELAY"]
    deadline = time.monotonic() + 60
    while any(map(line_of, tasks)) and time.monotonic() < deadline:
        time.sleep(0.05)
    done = subprocess.run(distributed, cwd=ROOT, env=environ, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert command.run(environ, *line[:2], "-o", tmp_path / "one", *line[4:]).returncode == 0
    assert files_of(tmp_path / "out") == files_of(tmp_path / "one")


def line_of(pid: int) -> str:
    """Give a process's command line, nothing of one that has ended."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_text()
    except OSError:
        return ""


def parents() -> dict[int, int]:
    """Give each process's parent."""
    found = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            found[int(path.parent.name)] = int(path.read_text().rpartition(")")[2].split()[1])
    return found


def descendants(pid: int) -> list[int]:
    """List the processes that a process, or one of its own, has started."""
    tree = parents()
    found = [pid]
    for parent in found:
        found += [child for child, of in tree.items() if of == parent]
    return found[1:]


def test_what_one_build_tells_is_told_of_shards(environ: dict[str, str], tmp_path: Path) -> None:
    articles = write_articles(tmp_path / "in", 4)
    (articles / "002.en.txt").write_text("")
    done = command.run(
        environ,
        *("build", articles, "-o", tmp_path / "out", "--model=compact", "--executor=local", "--shards=2"),
    )
    assert done.returncode == 1
    assert f"error: shard {Shard.holding('002', 2)}: " in done.stderr
    assert "002.en.txt" in done.stderr
    assert (tmp_path / "out" / "manifest.json").exists()
    assert not (tmp_path / "out" / STATE).exists()


def test_another_number_of_shards_in_between_is_refused(tmp_path: Path) -> None:
    (tmp_path / "out" / STATE / "shards" / "shard-1-of-5").mkdir(parents=True)
    write_articles(tmp_path / "in", 2)
    done = command.muwazi(
        *("build", tmp_path / "in", "-o", tmp_path / "out", "--model=compact", "--executor=local", "--shards=3")
    )
    assert done.exit_code == 1
    assert "shard-1-of-5" in done.stderr
    assert "--shards 5" in done.stderr


@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        (["--executor=local", "--shards=0"], 2, "0 is not in the range"),
        (["--executor=local"], 2, "give --shards N"),
        (["--shards=3"], 2, "give --executor"),
        (["--executor=cloud", "--shards=3"], 2, "'cloud' is not one of"),
        (["--executor=local", "--shards=3", "--shard=1/3"], 2, "--shard does not go with --executor"),
        (["--executor=local", "--shards=3", "--preview=2"], 2, "--preview does not go with --executor"),
        (["--executor=local", "--shards=3", "--dry-run"], 2, "--dry-run does not go with --executor"),
        (["--executor=slurm", "--shards=3"], 1, "sbatch is not found"),
        (["--executor=local", "--shards=3", "--executor-option=colour=red"], 1, "has local_rank_offset, local_tasks"),
        (["--executor=local", "--shards=3", "--executor-option=tasks=7"], 1, "'tasks=7'"),
        (["--executor=local", "--shards=3", "--executor-option=local_tasks"], 1, "give NAME=VALUE"),
        (["--executor=local", "--shards=3", "--executor-option=local_tasks=many"], 1, "no int"),
        (["--executor=local", "--shards=3", "--model=nowhere"], 1, "unknown model 'nowhere'"),
    ],
)
def test_bad_values(options: list[str], code: int, said: str, tmp_path: Path) -> None:
    write_articles(tmp_path / "in", 1)
    done = command.muwazi("build", tmp_path / "in", "-o", tmp_path / "out", "--model=compact", *options)
    assert (done.exit_code, done.stdout) == (code, "")
    assert said in " ".join(done.stderr.split())
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("executor", "package", "module"),
    [("local", "datatrove", "datatrove.executor.local"), ("ray", "ray", "ray")],
)
def test_what_is_not_installed(
    executor: str, package: str, module: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_articles(tmp_path / "in", 1)
    monkeypatch.delitem(sys.modules, "corpus.datatrove_steps", raising=False)
    monkeypatch.setitem(sys.modules, module, None)
    line = ("build", tmp_path / "in", "-o", tmp_path / "out", "--model=compact", "--shards=2")
    done = command.muwazi(*line, f"--executor={executor}")
    assert (done.exit_code, done.stdout) == (1, "")
    assert package in done.stderr
    assert "pip install 'muwazi[distributed]'" in done.stderr


def test_a_ray_cluster_that_is_not_there(environ: dict[str, str], tmp_path: Path) -> None:
    write_articles(tmp_path / "in", 1)
    line = ("build", tmp_path / "in", "-o", tmp_path / "out", "--model=compact", "--shards=2", "--executor=ray")
    done = command.run({**environ, "RAY_ADDRESS": "127.0.0.1:9"}, *line)
    assert (done.returncode, done.stdout) == (1, "")
    assert "Ray at 127.0.0.1:9 cannot be used" in done.stderr


def test_an_output_inside_the_input_is_refused(tmp_path: Path) -> None:
    write_articles(tmp_path / "in", 1)
    line = ("build", tmp_path / "in", "-o", tmp_path / "in" / "out", "--model=compact", "--shards=2")
    done = command.muwazi(*line, "--executor=local")
    assert (done.exit_code, "is inside the input" in done.stderr) == (1, True)


def test_slurm_has_to_be_told_its_time_and_partition(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    slurm = Slurm(tmp_path / "cluster", {})
    monkeypatch.setenv("PATH", slurm.environ["PATH"])
    write_articles(tmp_path / "in", 1)
    line = ("build", tmp_path / "in", "-o", tmp_path / "out", "--model=compact", "--executor=slurm", "--shards=2")
    done = command.muwazi(*line, "--executor-option=time=1:00:00")
    assert (done.exit_code, done.stdout) == (1, "")
    assert "--executor-option partition=…" in done.stderr


def test_what_sbatch_refuses_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    slurm = Slurm(tmp_path / "cluster", {})
    (tmp_path / "cluster" / "bin" / "sbatch").write_text("#!/bin/sh\nexit 3\n")
    monkeypatch.setenv("PATH", slurm.environ["PATH"])
    write_articles(tmp_path / "in", 1)
    line = ("build", tmp_path / "in", "-o", tmp_path / "out", "--model=compact", "--executor=slurm", "--shards=2")
    done = command.muwazi(*line, "--executor-option=time=1:00:00", "--executor-option=partition=none")
    assert (done.exit_code, done.stdout) == (1, "")
    assert "sbatch took no job (exit code 3)" in done.stderr


@pytest.mark.parametrize(
    ("program", "said"),
    [("kill -9 $$", "ended by SIGKILL"), ("exit 7", "exit code 7"), ("echo 'error: no disk'; exit 1", "no disk")],
)
def test_how_a_task_ended_is_told(program: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from corpus import datatrove_steps  # which imports huggingface_hub, whose cache tests set aside first

    monkeypatch.setattr(datatrove_steps, "PROGRAM", ("sh", "-c", program))
    step = datatrove_steps.Step(("build",), str(tmp_path))
    with pytest.raises(InputError, match=said):
        step(None, 3, 8)
    assert said in (tmp_path / "errors" / "00003").read_text()


def test_a_task_ends_with_the_process_that_started_it() -> None:
    code = "from corpus.task_program import main; import time; from mt.cli import cli; cli.commands = {}; "
    code += "cli.get_command = lambda *_: time.sleep(60); main(['build'])"
    process = subprocess.Popen([*command.PROGRAM[:2], code], stdin=subprocess.PIPE, cwd=ROOT)
    assert process.stdin
    process.stdin.close()
    assert process.wait(timeout=30) == 143


def test_secrets_are_not_written_into_files(monkeypatch: pytest.MonkeyPatch) -> None:
    from corpus.datatrove_steps import environment

    for name in ("HF_TOKEN", "HF_HOME", "MUWAZI_DATA_DIR", "MUWAZI_BUILD_SHARDS", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "value")
    assert {"HF_HOME", "MUWAZI_DATA_DIR"} <= environment().keys()
    assert not {"HF_TOKEN", "MUWAZI_BUILD_SHARDS", "AWS_SECRET_ACCESS_KEY"} & environment().keys()


@click.command()
@click.argument("inputs", nargs=-1, type=place)
@click.option("--number", "-n", type=int, default=3)
@click.option("--word", multiple=True)
@click.option("--flag", is_flag=True)
@click.option("--left", is_flag=True)
@click.pass_context
def echoed(ctx: click.Context, /, **_: object) -> None:
    click.echo(json.dumps(command_line(ctx, frozenset({"left"}))))


@pytest.mark.parametrize(
    ("given", "environ", "expected"),
    [
        (["a"], {}, ["--", "{here}/a"]),
        (["s3://b/c", "file:///x", "/y"], {}, ["--", "s3://b/c", "/x", "/y"]),
        (["-n", "4", "--flag", "--left"], {}, ["--number=4", "--flag", "--"]),
        (["--word", "a b", "--word=-c"], {}, ["--word=a b", "--word=-c", "--"]),
        ([], {"ECHOED_NUMBER": "5", "ECHOED_FLAG": "1"}, ["--number=5", "--flag", "--"]),
    ],
)
def test_a_command_line_is_handed_on(given: list[str], environ: dict[str, str], expected: list[str]) -> None:
    done = CliRunner().invoke(echoed, given, env=environ, auto_envvar_prefix="ECHOED")
    assert json.loads(done.stdout) == [part.format(here=Path.cwd()) for part in expected]


def test_every_article_is_in_one_shard(articles: Path) -> None:
    names = [article.name for article in find_articles([articles])]
    for name in names:
        assert [Shard(n, 7).takes(name) for n in range(1, 8)].count(True) == 1
        assert Shard.holding(name, 7).takes(name)
