"""Engine `ctranslate2`: the fast one, int8 on CPUs."""

import re
import shutil
import tempfile
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from mt.engine import Decoding, Hypothesis, Precision, output_cap
from mt.errors import ModelError, reason
from mt.marian import load_weights
from mt.model import Model, cache_folder

__all__ = ["CTranslate2Engine", "convert"]


class CTranslate2Engine:
    """CTranslate2 with one worker a core and one thread a worker, the fastest and steadiest on CPUs."""

    name = "ctranslate2"

    def __init__(self, model: Model, precision: Precision, threads: int) -> None:
        from ctranslate2 import Translator

        self.workers = 2 * threads  # two calls a core: the next batch is queued when one ends
        self.exact = precision == "int8"  # sums of integers have no order; those of floats do, by the batch's shape
        folder = convert(model, precision)
        try:
            self._translator = Translator(
                str(folder), device="cpu", compute_type=precision, inter_threads=threads, intra_threads=1
            )
        except RuntimeError as error:
            raise ModelError(
                f"{folder}: cannot be loaded ({reason(error)}); delete it to have it made again"
            ) from error

    def translate(self, batch: Sequence[Sequence[str]], decoding: Decoding) -> list[Hypothesis]:
        """Translate one batch; the output's cap follows from the longest row."""
        results = self._translator.translate_batch(
            batch,
            beam_size=decoding.beam,
            max_batch_size=0,
            max_decoding_length=output_cap(max(map(len, batch))),
            no_repeat_ngram_size=decoding.no_repeat_ngram,
            repetition_penalty=decoding.repetition_penalty,
            disable_unk=True,
            return_scores=True,
        )
        return [Hypothesis(tuple(r.hypotheses[0]), float(r.scores[0])) for r in results]

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


def convert(model: Model, precision: Precision) -> Path:
    """Give the folder of the model in CTranslate2's format, made once and kept in the user's cache.

    Safe when several processes ask at once: one converts, the others wait, and a folder is seen whole or not at all.

    Raises `ModelError` where the weights cannot be read or the cache cannot be written.
    """
    import ctranslate2
    from filelock import FileLock

    name = re.sub(r"[^\w.-]+", "--", model.name)
    folder = cache_folder() / "ctranslate2" / f"{name}-{model.revision}-{precision}-{ctranslate2.__version__}"
    if folder.is_dir():
        return folder
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(folder.with_name(f".{folder.name}.lock")):
            if not folder.is_dir():
                _convert(model, precision, folder)
    except OSError as error:
        raise ModelError(
            f"{folder.parent}: the converted model cannot be kept ({error.strerror or error}); "
            "set MUWAZI_CACHE_DIR to a folder with room"
        ) from error
    return folder


def _convert(model: Model, precision: Precision, folder: Path) -> None:
    """Convert into a temporary folder beside the final one, then rename it."""
    from ctranslate2.converters import TransformersConverter

    class Converter(TransformersConverter):  # type: ignore[misc]  # the base class has no types
        """Loads in float32: from bfloat16 weights the base class also rounds the position encodings."""

        def load_model(self, _class: Any, name: str, **_options: Any) -> Any:
            return load_weights(Path(name))

    temporary = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    try:
        with warnings.catch_warnings():
            # MarianTokenizer recommends a punctuation normaliser that it never calls; `mt.normalize` does the work.
            warnings.filterwarnings("ignore", message="Recommended: pip install sacremoses")
            Converter(str(model.path)).convert(
                str(temporary), quantization=None if precision == "float32" else precision, force=True
            )
        temporary.rename(folder)
    except (ModelError, OSError):
        raise
    except Exception as error:  # each format of weights raises errors of its own, with no common class
        raise ModelError(
            f"{model.path}: the weights cannot be converted ({reason(error)}); get the model again"
        ) from error
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
