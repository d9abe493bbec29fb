"""A model into CTranslate2's format, kept in the user's cache.

On the way the output layer loses the pieces that no English text has (`Vocabulary.unwritten`): half of them, where
both languages share a vocabulary. Decoding is the faster for it, and no Arabic is left over in a translation.
"""

import re
import shutil
import tempfile
import warnings
from collections.abc import Collection
from pathlib import Path
from typing import Any

from mt.engine import Precision
from mt.errors import ModelError, reason
from mt.marian import load_weights
from mt.model import Model, cache_folder
from mt.shortlist import Shortlist, shortlist_of
from mt.vocabulary import Vocabulary

__all__ = ["FORM", "convert"]

FORM = 2
"""Counts up when the conversion changes, so that models are converted again."""


def convert(model: Model, precision: Precision) -> Path:
    """Give the folder of the model in CTranslate2's format, made once and kept in the user's cache.

    The model's shortlist, where it has one, lies in it; a search has to ask for it.

    Safe when several processes ask at once: one converts, the others wait, and a folder is seen whole or not at all.

    Raises `ModelError` where the weights cannot be read or the cache cannot be written.
    """
    import ctranslate2
    from filelock import FileLock

    name = re.sub(r"[^\w.-]+", "--", model.name)
    shortlist = shortlist_of(model)
    kind = f"{precision}-{ctranslate2.__version__}-{FORM}" + (f"-{shortlist.digest}" if shortlist else "")
    folder = cache_folder() / "ctranslate2" / f"{name}-{model.revision}-{kind}"
    if folder.is_dir():
        return folder
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(folder.with_name(f".{folder.name}.lock")):
            if not folder.is_dir():
                _convert(model, precision, shortlist, folder)
    except OSError as error:
        raise ModelError(
            f"{folder.parent}: the converted model cannot be kept ({error.strerror or error}); "
            "set MUWAZI_CACHE_DIR to a folder with room"
        ) from error
    return folder


def _convert(model: Model, precision: Precision, shortlist: Shortlist | None, folder: Path) -> None:
    """Convert into a temporary folder beside the final one, then rename it."""
    from ctranslate2.converters import TransformersConverter

    class Converter(TransformersConverter):  # type: ignore[misc]  # the base class has no types
        """Loads in float32: from bfloat16 weights the base class also rounds the position encodings."""

        def load_model(self, _class: Any, name: str, **_options: Any) -> Any:
            return load_weights(Path(name))

        def _load(self) -> Any:
            spec = super()._load()
            _narrow(spec, Vocabulary(model.path).unwritten)
            return spec

    temporary = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    try:
        with warnings.catch_warnings():
            # MarianTokenizer recommends a punctuation normaliser that it never calls; `mt.normalize` does the work.
            warnings.filterwarnings("ignore", message="Recommended: pip install sacremoses")
            Converter(str(model.path)).convert(
                str(temporary), quantization=None if precision == "float32" else precision, force=True
            )
        if shortlist:
            (temporary / "vmap.txt").write_text(shortlist.text, "utf-8")
        temporary.rename(folder)
    except (ModelError, OSError):
        raise
    except Exception as error:  # each format of weights raises errors of its own, with no common class
        raise ModelError(
            f"{model.path}: the weights cannot be converted ({reason(error)}); get the model again"
        ) from error
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _narrow(spec: Any, unwritten: Collection[str]) -> None:
    """Take pieces out of the output layer; the encoder keeps them.

    `spec` is a `TransformerSpec`; of its decoder's embeddings, projection (pieces, width) and bias (pieces) the rows
    of the other pieces stay, in their order.
    """
    (pieces,) = spec._vocabularies["target"]
    kept = [number for number, piece in enumerate(pieces) if piece not in unwritten]
    decoder = spec.decoder
    decoder.embeddings.weight = decoder.embeddings.weight[kept]
    decoder.projection.weight = decoder.projection.weight[kept]
    if decoder.projection.has_bias():
        decoder.projection.bias = decoder.projection.bias[kept]
    spec._vocabularies["target"] = [[pieces[number] for number in kept]]
