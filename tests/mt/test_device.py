"""Where a model computes: what is chosen, what is said where it cannot be had, and that both engines obey."""

import ctypes
import shutil
from collections.abc import Callable
from typing import Any

import pytest
from click.testing import CliRunner

from mt import ct2, marian
from mt.batch import BUDGET, GPU_BUDGET
from mt.cli import cli
from mt.console import Console
from mt.device import Device, Place, Precision, Report, choose
from mt.engine import ENGINES, Decoding, load_engine, report
from mt.errors import ModelError
from mt.model import Model
from mt.options import Setup
from mt.vocabulary import END, Vocabulary

GPU: tuple[Precision, ...] = ("float16", "int8", "float32")
CT2: dict[Device, tuple[Precision, ...]] = {"cpu": ("int8", "float32")}
TORCH: dict[Device, tuple[Precision, ...]] = {"cpu": ("float32", "bfloat16")}

MACHINES = {
    "cpu": {
        "ctranslate2": Report(CT2, absent={"cuda": "no GPU"}),
        "transformers": Report(TORCH, absent={"cuda": "a torch without CUDA", "mps": "no Mac"}),
    },
    "gpu": {
        "ctranslate2": Report({**CT2, "cuda": GPU}),
        "transformers": Report({**TORCH, "cuda": ("float16", "float32")}, absent={"mps": "no Mac"}),
    },
    "no cublas": {
        "ctranslate2": Report(CT2, unusable={"cuda": "pip install cublas"}),
        "transformers": Report({**TORCH, "cuda": ("float16", "float32")}, absent={"mps": "no Mac"}),
    },
    "no cublas, torch for CPUs": {
        "ctranslate2": Report(CT2, unusable={"cuda": "pip install cublas"}),
        "transformers": Report(TORCH, absent={"cuda": "a torch without CUDA", "mps": "no Mac"}),
    },
    "mac": {
        "ctranslate2": Report(CT2, absent={"cuda": "no GPU"}),
        "transformers": Report({**TORCH, "mps": ("float16", "float32")}, absent={"cuda": "a torch without CUDA"}),
    },
}

C, T = "ctranslate2", "transformers"
NO_CUBLAS = ("pip install cublas",)


@pytest.mark.parametrize(
    ("machine", "engine", "device", "precision", "expected"),
    [
        ("cpu", "auto", "auto", "auto", Place(C, "cpu", "int8")),
        ("cpu", "auto", "cpu", "float32", Place(C, "cpu", "float32")),
        ("cpu", T, "auto", "auto", Place(T, "cpu", "float32")),
        ("cpu", T, "cpu", "bfloat16", Place(T, "cpu", "bfloat16")),
        ("gpu", "auto", "auto", "auto", Place(C, "cuda", "float16")),
        ("gpu", "auto", "auto", "int8", Place(C, "cuda", "int8")),
        ("gpu", "auto", "cpu", "auto", Place(C, "cpu", "int8")),
        ("gpu", T, "auto", "auto", Place(T, "cuda", "float16")),
        ("gpu", T, "cuda", "float32", Place(T, "cuda", "float32")),
        ("no cublas", "auto", "auto", "auto", Place(T, "cuda", "float16", NO_CUBLAS)),
        ("no cublas", "auto", "cuda", "auto", Place(T, "cuda", "float16", NO_CUBLAS)),
        ("no cublas", C, "auto", "auto", Place(C, "cpu", "int8", NO_CUBLAS)),
        ("no cublas", "auto", "cpu", "auto", Place(C, "cpu", "int8")),
        ("no cublas, torch for CPUs", "auto", "auto", "auto", Place(C, "cpu", "int8", NO_CUBLAS)),
        ("mac", "auto", "auto", "auto", Place(C, "cpu", "int8")),
        ("mac", "auto", "mps", "auto", Place(T, "mps", "float16")),
        ("mac", T, "auto", "auto", Place(T, "mps", "float16")),
    ],
)
def test_the_fastest_place_that_fits(machine: str, engine: str, device: str, precision: str, expected: Place) -> None:
    assert choose(engine, device, precision, MACHINES[machine].__getitem__) == expected


@pytest.mark.parametrize(
    ("machine", "engine", "device", "precision", "message"),
    [
        ("cpu", "auto", "cuda", "auto", "--device cuda cannot be had here: no GPU; a torch without CUDA"),
        ("cpu", C, "cuda", "auto", "--engine ctranslate2 --device cuda cannot be had here: no GPU"),
        ("cpu", "auto", "mps", "auto", "--device mps cannot be had here: no Mac"),
        ("mac", C, "mps", "auto", "--engine ctranslate2 --device mps .* knows no such device; give --engine transform"),
        ("no cublas", C, "cuda", "auto", "--device cuda cannot be had here: pip install cublas"),
        ("no cublas, torch for CPUs", "auto", "cuda", "auto", "cannot be had here: pip install cublas"),
        (
            "cpu",
            T,
            "cpu",
            "int8",
            "--precision int8 .*: transformers on cpu computes in float32 or bfloat16, not",
        ),
        ("gpu", T, "cuda", "bfloat16", "transformers on cuda computes in float16 or float32, not in bfloat16"),
    ],
)
def test_what_cannot_be_had_is_never_replaced(
    machine: str, engine: str, device: str, precision: str, message: str
) -> None:
    with pytest.raises(ModelError, match=message) as caught:
        choose(engine, device, precision, MACHINES[machine].__getitem__)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("machine", MACHINES)
def test_deterministic_runs_are_the_same_on_every_machine(machine: str) -> None:
    ask = MACHINES[machine].__getitem__
    assert choose("auto", "auto", "auto", ask, deterministic=True) == Place(C, "cpu", "int8")
    assert choose(T, "auto", "auto", ask, deterministic=True) == Place(T, "cpu", "float32")
    if "cuda" in ask(T).precisions:
        assert choose("auto", "cuda", "auto", ask, deterministic=True).device == "cuda"


@pytest.mark.parametrize(("machine", "asked"), [("cpu", {C}), ("gpu", {C}), ("mac", {C}), ("no cublas", {C, T})])
def test_torch_is_not_imported_for_nothing(machine: str, asked: set[str]) -> None:
    seen: set[str] = set()

    def ask(name: str) -> Report:
        seen.add(name)
        return MACHINES[machine][name]

    choose("auto", "auto", "auto", ask)
    assert seen == asked


@pytest.fixture
def one_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let CTranslate2 see a GPU of compute capability 7.5."""
    import ctranslate2

    types = {"int8", "int8_float16", "int8_float32", "float16", "float32"}
    real = ctranslate2.get_supported_compute_types
    monkeypatch.setattr("ctranslate2.get_cuda_device_count", lambda: 1)
    monkeypatch.setattr(
        "ctranslate2.get_supported_compute_types", lambda device: types if device == "cuda" else real(device)
    )


def loader(*there: str) -> Callable[[str], None]:
    def load(path: str) -> None:
        if not any(path.endswith(name) for name in there):
            raise OSError(f"{path}: cannot open shared object file")

    return load


@pytest.mark.usefixtures("one_gpu")
def test_ctranslate2_on_a_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ctypes, "CDLL", loader(*ct2._CUBLAS))
    told = ct2.report()
    assert told.precisions["cuda"] == ("float16", "int8_float16", "int8", "float32")
    assert told.precisions["cpu"][:2] == ("int8", "float32")


@pytest.mark.usefixtures("one_gpu")
@pytest.mark.parametrize("there", [(), ct2._CUBLAS[:1]])
def test_without_cublas_the_remedy_is_named(monkeypatch: pytest.MonkeyPatch, there: tuple[str, ...]) -> None:
    monkeypatch.setattr(ctypes, "CDLL", loader(*there))
    told = ct2.report()
    assert "cuda" not in told.precisions
    assert f"cannot load {ct2._CUBLAS[len(there)]}: `pip install nvidia-cublas-cu12`" in told.unusable["cuda"]


@pytest.mark.usefixtures("one_gpu")
def test_the_cublas_that_pip_installed_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """The loader knows nothing of site-packages."""
    loaded: list[str] = []

    class File:
        def __init__(self, name: str) -> None:
            self.name = name

        def locate(self) -> str:
            return f"/packages/nvidia/cublas/lib/{self.name}"

    def load(path: str) -> None:
        if not path.startswith("/packages/"):
            raise OSError(path)
        loaded.append(path)

    monkeypatch.setattr(ct2, "files", lambda name: [File(n) for n in reversed(ct2._CUBLAS)] if "cublas" in name else [])
    monkeypatch.setattr(ctypes, "CDLL", load)
    assert "cuda" in ct2.report().precisions
    assert loaded == [f"/packages/nvidia/cublas/lib/{name}" for name in ct2._CUBLAS]


TORCHES: list[tuple[dict[str, Any], dict[Device, tuple[Precision, ...]], dict[str, str]]] = [
    ({"version.cuda": None}, {}, {"cuda": "is built without CUDA; https://pytorch", "mps": "built without MPS"}),
    ({"version.cuda": "13.0"}, {}, {"cuda": "finds no GPU that it can use", "mps": "without MPS"}),
    (
        {"version.cuda": "13.0", "cuda.is_available": True, "cuda.is_bf16_supported": True},
        {"cuda": ("float16", "bfloat16", "float32")},
        {"mps": "without MPS"},
    ),
    (
        {"cuda.is_available": True, "cuda.is_bf16_supported": False},
        {"cuda": ("float16", "float32")},
        {"mps": "without MPS"},
    ),
    ({"backends.mps.is_built": True}, {}, {"cuda": "CUDA", "mps": "needs macOS"}),
    (
        {"backends.mps.is_available": True, "backends.mps.is_macos_or_newer": True},
        {"mps": ("float16", "bfloat16", "float32")},
        {"cuda": "CUDA"},
    ),
    (
        {"backends.mps.is_available": True, "backends.mps.is_macos_or_newer": False},
        {"mps": ("float16", "float32")},
        {"cuda": "CUDA"},
    ),
]


@pytest.mark.parametrize(("facts", "gpus", "absent"), TORCHES)
def test_what_torch_reports(
    monkeypatch: pytest.MonkeyPatch,
    facts: dict[str, Any],
    gpus: dict[Device, tuple[Precision, ...]],
    absent: dict[Device, str],
) -> None:
    none = {
        "version.cuda": None,
        "cuda.is_available": False,
        "backends.mps.is_available": False,
        "backends.mps.is_built": False,
    }
    for name, value in {**none, **facts}.items():
        constant = name.startswith("version")
        monkeypatch.setattr(f"torch.{name}", value if constant else lambda *_, value=value: value)
    told = marian.report()
    assert told.precisions == {"cpu": ("float32", "bfloat16"), **gpus}
    assert told.absent.keys() == absent.keys()
    for device, words in absent.items():
        assert words in told.absent[device]


@pytest.mark.parametrize("engine", ENGINES)
def test_every_machine_has_a_cpu(engine: str) -> None:
    told = report(engine)
    assert told.precisions["cpu"][0] == ("int8" if engine == C else "float32")


def test_exact_and_budget_follow_from_the_place(compact: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is promised for GPUs, nor for sums of floats; the libraries are played by fakes."""
    given: dict[str, Any] = {}

    class Library:
        def __init__(self, _folder: str, **options: Any) -> None:
            given.update(options)

        def translate_batch(self, batch: list[list[str]], **_: Any) -> list[Any]:
            given["tried"] = batch
            return []

    monkeypatch.setattr("ctranslate2.Translator", Library)
    monkeypatch.setattr(ct2, "convert", lambda _model, _precision: "folder")
    on_cpu = ct2.CTranslate2Engine(compact, "int8", 3, "cpu")
    assert (on_cpu.exact, on_cpu.budget, on_cpu.workers, given["device"]) == (True, BUDGET, 6, "cpu")
    assert not ct2.CTranslate2Engine(compact, "float32", 3, "cpu").exact
    assert "tried" not in given
    on_gpu = ct2.CTranslate2Engine(compact, "int8", 3, "cuda")
    assert (on_gpu.exact, on_gpu.budget, on_gpu.workers) == (False, GPU_BUDGET, 2)
    assert (given["device"], given["inter_threads"], given["compute_type"]) == ("cuda", 1, "int8")
    assert given["tried"] == [[END]], "its libraries are loaded before work begins"


def test_a_gpu_that_fails_at_the_first_row(compact: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    class Library:
        def __init__(self, *_: Any, **__: Any) -> None:
            pass

        def translate_batch(self, *_: Any, **__: Any) -> list[Any]:
            raise RuntimeError("Library libcublas.so.12 is not found or cannot be loaded")

    monkeypatch.setattr("ctranslate2.Translator", Library)
    monkeypatch.setattr(ct2, "convert", lambda _model, _precision: "folder")
    with pytest.raises(ModelError, match=r"folder: cannot be used on cuda \(Library libcublas.*\); give --device cpu"):
        ct2.CTranslate2Engine(compact, "float16", 1, "cuda")


def test_a_model_that_does_not_fit_on_the_gpu(compact: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    class Weights:
        def to(self, **_: Any) -> None:
            raise RuntimeError("CUDA out of memory. Tried to allocate 2 GiB")

    monkeypatch.setattr(marian, "load_weights", lambda _folder: Weights())
    with pytest.raises(ModelError, match=r"compact: cannot be put on cuda \(CUDA out of memory.*\); give --device cpu"):
        marian.MarianEngine(compact, "float16", 1, "cuda")


def test_transformers_in_bfloat16(compact: Model, vocabulary: Vocabulary) -> None:
    """The same model a little coarser: what runs on GPUs, on a CPU; scores are computed in float32."""
    rows = [[*vocabulary.encode(text), END] for text in ("قرأ الولد الكتاب في المدرسة", "وصل الوزير إلى العاصمة أمس")]
    fine, coarse = (load_engine(compact, T, p, 1).translate(rows, Decoding(2)) for p in ("float32", "bfloat16"))
    assert [h.score for h in coarse] == pytest.approx([h.score for h in fine], abs=0.1)
    assert [h.score for h in coarse] != [h.score for h in fine]


OPTIONS = {"model": "compact", "engine": "auto", "device": "auto", "precision": "auto", "beam": 4, "fast": False}
OPTIONS |= {"threads": 1, "no_memory": True, "glossary": None}


def test_the_record_names_a_device_that_is_no_cpu(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("mt.options.report", MACHINES["no cublas"].__getitem__)
    found = Setup.of(Console(), OPTIONS, deterministic=False)
    assert found.record()["engine"]["device"] == "cuda"
    assert "transformers float16 on cuda, beam 4" in str(found)
    assert capsys.readouterr().err == "note: pip install cublas; using transformers on cuda\n"
    monkeypatch.setattr("mt.options.report", MACHINES["cpu"].__getitem__)
    record = Setup.of(Console(), OPTIONS, deterministic=False).record()
    assert record["engine"].keys() == {"name", "version", "precision"}
    assert record["engine"]["precision"] == "int8"


def test_the_command_refuses_a_device_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mt.options.report", MACHINES["cpu"].__getitem__)
    result = CliRunner().invoke(cli, ["translate", "-", "--model", "compact", "--device", "cuda"], input="كتاب\n")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == "error: --device cuda cannot be had here: no GPU; a torch without CUDA\n"


if shutil.which("nvidia-smi"):

    @pytest.mark.parametrize("engine", ENGINES)
    def test_a_real_gpu_agrees_with_the_cpu(
        compact: Model, vocabulary: Vocabulary, arabic: list[str], engine: str
    ) -> None:
        assert "cuda" in report(engine).precisions
        rows = [[*vocabulary.encode(text)[:100], END] for text in arabic[:50]]
        on_cpu = load_engine(compact, engine, "float32", device="cpu").translate(rows, Decoding(2))
        on_gpu = load_engine(compact, engine, "float32", device="cuda").translate(rows, Decoding(2))
        assert sum(a.pieces == b.pieces for a, b in zip(on_cpu, on_gpu, strict=True)) >= 48
        half = load_engine(compact, engine, "float16", device="cuda").translate(rows, Decoding(2))
        assert sum(a.pieces == b.pieces for a, b in zip(on_cpu, half, strict=True)) >= 40
