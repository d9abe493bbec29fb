"""What users install: the wheel built from the sdist, run from a folder with packages of the same names."""

import os
import subprocess
import sys
import sysconfig
import tarfile
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
HOSTILE = 'raise SystemExit("the wrong package was imported")\n'


def run(*args: str | Path, cwd: Path) -> str:
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
    done = subprocess.run([str(a) for a in args], cwd=cwd, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build sdist, then the wheel from it, as an index would get them."""
    folder = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "build", "--no-isolation", "--outdir", folder, ROOT, cwd=folder)
    (built,) = folder.glob("*.whl")
    return built


def test_the_wheel_holds_the_model_and_its_card(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    for file in ("mt/models/compact/model.safetensors", "mt/models/compact/README.md", "mt/py.typed", "eval/py.typed"):
        assert file in names
    tops = {name.split("/")[0] for name in names}
    assert tops == {"mt", "corpus", "eval", next(t for t in tops if t.endswith(".dist-info"))}
    assert wheel.stat().st_size < 64_000_000


def test_the_sdist_can_run_the_tests(wheel: Path) -> None:
    (sdist,) = wheel.parent.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert {"Makefile", "constraints.txt", "tests/test_wheel.py", "seeds/README.md"} <= names


def test_it_runs_beside_hostile_packages(wheel: Path, tmp_path: Path) -> None:
    """A fresh environment that borrows the heavy dependencies of this one, but not this checkout."""
    environment = tmp_path / "venv"
    venv.create(environment, with_pip=False)
    python = environment / "bin" / "python"
    ours = Path(run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", cwd=tmp_path).strip())
    run(sys.executable, "-m", "pip", "--python", python, "install", "--no-deps", "--quiet", wheel, cwd=tmp_path)
    # A path, not a site: the .pth file of the editable install there is not followed.
    (ours / "borrowed.pth").write_text(sysconfig.get_path("purelib") + "\n")
    work = tmp_path / "work"
    for package in ("eval", "corpus", "mt"):
        (work / package).mkdir(parents=True)
        (work / package / "__init__.py").write_text(HOSTILE)
    (work / "a.ar.txt").write_text("افتتحت المكتبة الجديدة صباح اليوم.\n", "utf-8")
    (work / "a.en.txt").write_text("The new library opened this morning.\n", "utf-8")
    command = environment / "bin" / "muwazi"
    assert "translate" in run(command, "--help", cwd=work)
    assert str(ours) in run(command, "model", "info", "compact", "--json", cwd=work)
    run(command, "build", "a.ar.txt", "-o", "out", "--model", "compact", cwd=work)
    assert (work / "out" / "scores.json").exists()
