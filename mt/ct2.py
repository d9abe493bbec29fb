"""Engine `ctranslate2`: the fast one, int8 on CPUs and float16 on NVIDIA's GPUs."""

import ctypes
import sys
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, files

from mt.allocator import keep_freed_memory
from mt.batch import BUDGET, GPU_BUDGET
from mt.conversion import convert
from mt.device import Device, Precision, Report
from mt.engine import Decoding, Hypothesis, output_cap
from mt.errors import ModelError, reason
from mt.model import Model
from mt.vocabulary import END

__all__ = ["CTranslate2Engine", "report"]

_BY_DEVICE: dict[Device, tuple[Precision, ...]] = {
    "cpu": ("int8", "float32", "bfloat16", "float16"),
    "cuda": ("float16", "int8_float16", "int8", "bfloat16", "float32"),
}
"""The precisions of each device, fastest first: on GPUs float16 outruns int8 (CTranslate2's own benchmarks)."""

_WINDOWS = sys.platform == "win32"
_CUBLAS = ("cublasLt64_12.dll", "cublas64_12.dll") if _WINDOWS else ("libcublasLt.so.12", "libcublas.so.12")
"""What CTranslate2 4 loads by name at its first product of matrices on a GPU, in the order of their needs."""


class CTranslate2Engine:
    """CTranslate2 with one worker a core and one thread a worker, the fastest and steadiest on CPUs; or on one GPU."""

    name = "ctranslate2"

    def __init__(self, model: Model, precision: Precision, threads: int, device: Device) -> None:
        from ctranslate2 import Translator

        replicas = threads if device == "cpu" else 1
        self.workers = 2 * replicas  # two calls each: the next batch is queued when one ends
        self.budget = BUDGET if device == "cpu" else GPU_BUDGET
        # Sums of integers have no order; those of floats do, by the batch's shape.
        self.exact = device == "cpu" and precision == "int8"
        folder = convert(model, precision)
        keep_freed_memory()
        try:
            self._translator = Translator(
                str(folder), device=device, compute_type=precision, inter_threads=replicas, intra_threads=1
            )
            if device != "cpu":
                self.translate([[END]], Decoding(beam=1))  # its libraries are loaded only now
        except RuntimeError as error:
            if device != "cpu":
                raise ModelError(
                    f"{folder}: cannot be used on {device} ({reason(error)}); give --device cpu"
                ) from error
            raise ModelError(
                f"{folder}: cannot be loaded ({reason(error)}); delete it to have it made again"
            ) from error

    def translate(self, batch: Sequence[Sequence[str]], decoding: Decoding) -> list[Hypothesis]:
        """Translate one batch; the output's cap follows from the longest row."""
        results = self._translator.translate_batch(
            batch,
            beam_size=decoding.beam,
            max_batch_size=0,
            **self._bounds(max(map(len, batch))),
            no_repeat_ngram_size=decoding.no_repeat_ngram,
            repetition_penalty=decoding.repetition_penalty,
            disable_unk=True,
            use_vmap=bool(decoding.shortlist),
            num_hypotheses=decoding.beam if decoding.runners_up else 1,
            return_scores=True,
        )
        hypotheses = []
        for result in results:
            best, *others = zip(map(tuple, result.hypotheses), result.scores, strict=True)
            hypotheses.append(Hypothesis(*best, tuple(Hypothesis(*other) for other in others)))
        return hypotheses

    def _bounds(self, longest: int) -> dict[str, int]:
        """Bound the output for a batch whose longest row has so many pieces."""
        return {"max_decoding_length": output_cap(longest)}

    def attend(self, sources: Sequence[Sequence[str]], targets: Sequence[Sequence[str]]) -> list[list[list[float]]]:
        """Read the attention back while the decoder is made to say the targets."""
        results = self._translator.translate_batch(
            sources,
            target_prefix=[row[:-1] for row in targets],  # without `</s>`, which ends the search
            beam_size=1,
            max_batch_size=16,
            max_decoding_length=max(map(len, targets), default=0),
            return_attention=True,
        )
        return [result.attention[0][: len(target)] for result, target in zip(results, targets, strict=True)]


def report() -> Report:
    """Tell which devices CTranslate2 can use here, and load what it needs for GPUs."""
    import ctranslate2

    def supported(device: Device) -> tuple[Precision, ...]:
        types = ctranslate2.get_supported_compute_types(device)
        return tuple(precision for precision in _BY_DEVICE[device] if precision in types)

    cpu: dict[Device, tuple[Precision, ...]] = {"cpu": supported("cpu")}
    if not ctranslate2.get_cuda_device_count():
        return Report(cpu, absent={"cuda": "CTranslate2 finds no NVIDIA GPU (`nvidia-smi` lists those that work)"})
    missing = _load_cublas()
    if missing:
        return Report(
            cpu,
            unusable={
                "cuda": f"CTranslate2 cannot load {missing}: `pip install nvidia-cublas-cu12` "
                "(a torch for CUDA 13 brings other versions)"
            },
        )
    return Report({**cpu, "cuda": supported("cuda")})


def _load_cublas() -> str:
    """Load cuBLAS: the system's, else the one that pip installed, which no loader looks for; names what is missing."""
    try:
        installed = {file.name: file for file in files("nvidia-cublas-cu12") or ()}
    except PackageNotFoundError:
        installed = {}
    for name in _CUBLAS:
        for path in (name, *(str(installed[n].locate()) for n in [name] if n in installed)):
            try:
                ctypes.CDLL(path)
                break
            except OSError:
                continue
        else:
            return name
    return ""
