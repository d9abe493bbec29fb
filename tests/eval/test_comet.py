"""COMET as an outside program: what it is given, what becomes of its scores, and how it can fail."""

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from eval import comet
from eval.comet import measure_comet
from eval.evaluation import Texts
from eval.metrics import Measurement, References
from mt.cli import cli
from mt.console import Console
from mt.errors import InputError, ModelError

SOURCE = ["وصلت القافلة إلى الواحة.", "استراح الجميع قرب البئر.", "ثم غنّى الحادي."] * 10
REFERENCE = ["The caravan reached the oasis.", "Everybody rested near the well.", "Then the cameleer sang."] * 10
GOOD = ["The caravan reached the oasis.", "All rested near the well.", "Then the singer sang."] * 10
POOR = ["Caravan.", "", "Sang."] * 10
# Its score is how long a translation is, as a share of the reference; it is as talkative as the real one.
FAKE = """
import os, sys, types
__version__ = "2.9"
class Model:
    def __init__(self, path):
        assert os.path.isfile(path)
    def predict(self, samples, batch_size, gpus, progress_bar):
        print("Predicting", len(samples))
        assert gpus == 0 and all(sample["src"] for sample in samples)
        assert os.environ["HF_HUB_OFFLINE"] == "1"
        {body}
        scores = [min(1.0, len(s["mt"]) / len(s["ref"])) for s in samples]
        return types.SimpleNamespace(scores=scores)
def load_from_checkpoint(path):
    print("Loading", path)
    return Model(path)
"""
TORCH = "import types\ncuda = types.SimpleNamespace(is_available=lambda: False)\n"


def share(hypothesis: str, reference: str) -> float:
    return 100 * min(1.0, len(hypothesis) / len(reference))


@pytest.fixture
def fake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """Give a function that installs a COMET for other Pythons, and gives a folder that has a model."""

    def install(body: str = "pass", code: str | None = None) -> str:
        modules = tmp_path / "modules"
        modules.mkdir()
        (modules / "comet.py").write_text(FAKE.replace("{body}", body) if code is None else code, "utf-8")
        (modules / "torch.py").write_text(TORCH, "utf-8")
        monkeypatch.setenv("PYTHONPATH", str(modules))
        checkpoint = (
            tmp_path / "models--Some--comet-da" / "snapshots" / "0123456789abcdef" / "checkpoints" / "model.ckpt"
        )
        checkpoint.parent.mkdir(parents=True)
        checkpoint.touch()
        return str(checkpoint.parent.parent)

    return install


def measure(model: str, references: References = (REFERENCE,), python: str = sys.executable) -> dict[str, Measurement]:
    texts = Texts(references, SOURCE)
    return measure_comet({"good": GOOD, "poor": POOR}, texts, model, python, Console(quiet=True))


def test_scores_come_back_in_order(fake: Callable[..., str]) -> None:
    measured = measure(fake())
    for name, hypotheses in (("good", GOOD), ("poor", POOR)):
        expected = [share(*pair) for pair in zip(hypotheses, REFERENCE, strict=True)]
        assert measured[name].segments == pytest.approx(expected)
        assert measured[name].score.score == pytest.approx(sum(expected) / len(expected))
        assert measured[name].score.signature == "nrefs:1|model:Some/comet-da@01234567|version:2.9"


def test_with_several_references_it_is_their_mean(fake: Callable[..., str]) -> None:
    other: list[str | None] = [*["A caravan."] * 29, None]
    measured = measure(fake(), [REFERENCE, other])["poor"]
    assert measured.segments[0] == pytest.approx((share(POOR[0], REFERENCE[0]) + share(POOR[0], "A caravan.")) / 2)
    assert measured.segments[29] == pytest.approx(share(POOR[29], REFERENCE[29]))


def test_they_stand_in_the_table_the_json_and_the_gate(
    fake: Callable[..., str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    model = fake()
    for name, lines in {"s.ar": SOURCE, "r.en": REFERENCE, "good": GOOD, "poor": POOR}.items():
        Path(name).write_text("".join(f"{line}\n" for line in lines), "utf-8")
    common = ["evaluate", "--source", "s.ar", "--reference", "r.en", "--metric", "bleu", "--bootstrap", "50"]
    program = ["--comet", model, "--comet-python", sys.executable]
    result = CliRunner().invoke(
        cli, [*common, *program, "--hypothesis", "good", "--hypothesis", "poor", "--json", "scores.json"]
    )
    assert result.exit_code == 0, result.output
    assert result.stdout.split()[:4] == ["system", "segments", "BLEU", "COMET"]
    document = json.loads(Path("scores.json").read_text("utf-8"))
    good = document["systems"][0]["metrics"]["comet"]
    assert good["low"] <= good["score"] <= good["high"]
    assert document["comparisons"][0]["metrics"]["comet"]["difference"] < 0
    drop = ["--max-drop", "comet=1", "--baseline", "scores.json", "--hypothesis", "good=poor"]
    worse = CliRunner().invoke(cli, [*common, *program, *drop])
    assert worse.exit_code == 1
    assert "failed: good: comet was" in worse.stderr
    renamed = Path(model).rename(Path(model).with_name("fedcba98"))
    other = CliRunner().invoke(cli, [*common, "--comet", str(renamed), "--comet-python", sys.executable, *drop])
    assert other.exit_code == 1
    assert (
        "comet-da@01234567|version:2.9, which does not compare with nrefs:1|model:Some/comet-da@fedcba98"
        in other.stderr
    )
    without = CliRunner().invoke(cli, [*common, *drop])
    assert without.exit_code == 2
    assert "comet is not computed; give --comet MODEL" in without.stderr


def test_a_long_run_is_announced(
    fake: Callable[..., str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(comet, "_WORTH_TELLING", 0.0)
    texts = Texts([REFERENCE], SOURCE)
    measure_comet({"good": GOOD}, texts, fake(), sys.executable, Console())
    assert "COMET will take about 0 s more" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("raise RuntimeError('CUDA out of memory. Tried to allocate 2 GiB')", "for lack of memory"),
        ("raise MemoryError", "for lack of memory"),
        ("import signal; os.kill(os.getpid(), signal.SIGKILL)", "for lack of memory"),
        ("raise OSError('xlm-roberta-large is not in the cache')", "xlm-roberta-large is not in the cache"),
        ("return types.SimpleNamespace(scores=[float('nan')] * len(samples))", "or no numbers"),
        ("return types.SimpleNamespace(scores=[])", "0 scores for 60 segments"),
    ],
)
def test_it_says_why_it_failed(fake: Callable[..., str], body: str, message: str) -> None:
    with pytest.raises(ModelError, match=message) as caught:
        measure(fake(body))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "code", ["raise ImportError('No module named comet')", "load = None", "import missing_library"]
)
def test_a_python_without_comet_is_refused(fake: Callable[..., str], code: str) -> None:
    with pytest.raises(ModelError, match=r"install it with: .* -m pip install unbabel-comet"):
        measure(fake(code=code))


def test_what_is_not_there_is_refused(fake: Callable[..., str], tmp_path: Path) -> None:
    model = fake()
    with pytest.raises(ModelError, match=r"no-python: cannot be run \(No such file"):
        measure(model, python=str(tmp_path / "no-python"))
    for program in ("true", "echo", "cat"):
        with pytest.raises(ModelError, match=f"--comet-python {program}: is no Python; give the one that has COMET"):
            measure(model, python=program)
    with pytest.raises(ModelError, match=r"no-model: there is no no-model; give a COMET model's folder"):
        measure(str(tmp_path / "no-model"))
    with pytest.raises(ModelError, match=r"there is no model\.ckpt"):
        measure(str(tmp_path))
    with pytest.raises(InputError, match="give --source"):
        measure_comet({"good": GOOD}, Texts([REFERENCE]), model, sys.executable, Console(quiet=True))
