"""A model's name into a folder on this machine.

A name is `compact` (the demonstration model that ships with the project), a folder in Hugging Face's Marian format, or
an id on Hugging Face's hub such as `Helsinki-NLP/opus-mt-ar-en`.
"""

import hashlib
import json
import os
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mt.errors import ModelError, reason

__all__ = ["BUNDLED", "DEFAULT", "Model", "cache_folder", "cached_models", "fetch", "find"]

DEFAULT = "Helsinki-NLP/opus-mt-ar-en"
BUNDLED = "compact"
HUB_SECONDS = 2.0
"""How long an unreachable hub may hold up a run."""

_NEEDED = ("config.json", "source.spm", "target.spm", "vocab.json")
_WEIGHTS = ("model.safetensors", "pytorch_model.bin")
_PATTERNS = [*_NEEDED, *_WEIGHTS, "generation_config.json", "tokenizer_config.json", "README.md"]


@dataclass(frozen=True, slots=True)
class Model:
    """A Marian model at hand: the name that it was asked for by, its folder, and what tells its weights apart.

    `revision` is the hub's commit, or a hash of the folder's contents: 12 hex digits.
    """

    name: str
    path: Path
    revision: str

    @property
    def id(self) -> str:
        """The name for records: it stays the same on every machine."""
        return f"{self.name}@{self.revision}"

    @property
    def demonstration(self) -> bool:
        """Whether this is the bundled model, which nobody should take for a good one."""
        return self.name == BUNDLED

    def config(self) -> dict[str, Any]:
        """Read the model's configuration."""
        config: dict[str, Any] = json.loads((self.path / "config.json").read_text("utf-8"))
        return config


def find(name: str | None, tell: Callable[[str], None]) -> Model:
    """Find the model of this name, downloading it where need be.

    Without a name: `DEFAULT` where it is in the hub's cache or can be downloaded, else `compact`, with a notice to
    `tell` that says so and what to do. No network is tried where HF_HUB_OFFLINE=1.

    Raises `ModelError` for an unknown model, a folder that is none, or a hub that cannot be reached.
    """
    if name == BUNDLED:
        return _from_folder(BUNDLED, Path(__file__).parent / "models" / BUNDLED)
    if name is not None and (_exists(name) or "/" not in name):
        if not Path(name).is_dir():
            raise _unknown(name)
        # The folder's own name, not the way to it: records must not depend on the machine.
        return _from_folder(Path(name).resolve().name, Path(name))
    try:
        return _cached(name or DEFAULT) or fetch(name or DEFAULT, tell)
    except ModelError as error:
        if name is not None:
            raise
        tell(
            f"using {BUNDLED!r}, a demonstration model whose English is often wrong: {error}. "
            f"For a good one: `muwazi model get {DEFAULT}` where there is a network, or --model FOLDER"
        )
        return find(BUNDLED, tell)


def fetch(name: str, tell: Callable[[str], None]) -> Model:
    """Download a model from the hub into the hub's cache.

    Raises `ModelError` where the hub knows no such model, or does not answer within `HUB_SECONDS`.
    """
    from huggingface_hub import HfApi, constants, snapshot_download
    from huggingface_hub.errors import GatedRepoError, HfHubHTTPError, HFValidationError, RepositoryNotFoundError

    if constants.is_offline_mode():
        raise ModelError(f"{name} is not in the cache, and HF_HUB_OFFLINE=1 forbids to download it")
    answer: list[BaseException | None] = []

    def ask() -> None:
        try:
            HfApi().model_info(name, timeout=HUB_SECONDS)
            answer.append(None)
        except BaseException as error:  # noqa: BLE001 (handed to the waiting thread, which sorts it)
            answer.append(error)

    # A thread of its own, since a look-up of the hub's address knows no time limit.
    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    thread.join(HUB_SECONDS)
    failure = answer[0] if answer else TimeoutError(f"no answer within {HUB_SECONDS:g} s")
    if isinstance(failure, HFValidationError):
        raise _unknown(name) from failure
    if isinstance(failure, GatedRepoError):
        raise ModelError(f"{name}: the hub asks for a login (`hf auth login`)") from failure
    if isinstance(failure, RepositoryNotFoundError):
        raise ModelError(f"unknown model {name!r}: the hub has none of this name") from failure
    if failure is not None:
        raise ModelError(f"{name} is not in the cache and the hub cannot be reached ({reason(failure)})") from failure
    tell(f"downloading {name} from the hub")
    try:
        folder = snapshot_download(name, allow_patterns=_PATTERNS)
    except (HfHubHTTPError, OSError) as error:
        raise ModelError(f"{name}: the download failed ({reason(error)}); run the command again to go on") from error
    return _from_snapshot(name, Path(folder))


def cached_models() -> Iterator[Model]:
    """Give the models that can be used without a network: the bundled one and the hub's cached Marian models."""
    from huggingface_hub import CacheNotFound, scan_cache_dir

    yield find(BUNDLED, lambda _: None)
    try:
        repositories = scan_cache_dir().repos
    except CacheNotFound:
        return
    for repository in sorted(repositories, key=lambda r: r.repo_id):
        if repository.repo_type == "model":
            try:
                model = _cached(repository.repo_id)
            except ModelError:  # another kind of model, which the hub's cache shares with ours
                continue
            if model:
                yield model


def cache_folder() -> Path:
    """Give the folder for converted models: MUWAZI_CACHE_DIR, or muwazi's place in the user's cache."""
    from platformdirs import user_cache_path

    return Path(os.environ.get("MUWAZI_CACHE_DIR") or user_cache_path("muwazi", appauthor=False)).expanduser()


def _unknown(name: str) -> ModelError:
    """Say that a name is none of a model's three kinds."""
    return ModelError(
        f"unknown model {name!r}: no folder, no id on the hub (owner/name), and not {BUNDLED!r}; "
        "`muwazi model list` names those at hand"
    )


def _exists(name: str) -> bool:
    """Tell whether there is a file or folder of this name."""
    try:
        return Path(name).exists()
    except OSError as error:
        raise ModelError(f"{name}: cannot be looked at ({error.strerror}); give another folder") from error


def _cached(name: str) -> Model | None:
    """Give a model that is whole in the hub's cache."""
    from huggingface_hub import try_to_load_from_cache
    from huggingface_hub.errors import HFValidationError

    try:
        config = try_to_load_from_cache(name, "config.json")
    except HFValidationError as error:
        raise _unknown(name) from error
    if not isinstance(config, str):
        return None
    folder = Path(config).parent
    if not any((folder / weights).exists() for weights in _WEIGHTS):
        return None  # a download that was cut off: fetched again
    return _from_snapshot(name, folder)


def _from_snapshot(name: str, folder: Path) -> Model:
    """Make a model of a folder in the hub's cache, which is named after the commit."""
    _check(folder)
    return Model(name, folder, folder.name[:12])


def _from_folder(name: str, folder: Path) -> Model:
    """Make a model of a folder, its revision hashed from all that changes a translation."""
    weights = _check(folder)
    digest = hashlib.blake2b(digest_size=6)
    try:
        for file in (*_NEEDED, weights):
            with (folder / file).open("rb") as handle:
                digest.update(hashlib.file_digest(handle, hashlib.blake2b).digest())
    except OSError as error:
        raise ModelError(f"{folder}: {error.filename} cannot be read ({error.strerror})") from error
    return Model(name, folder, digest.hexdigest())


def _check(folder: Path) -> str:
    """Hold a folder to Hugging Face's Marian format and give its weights' file name."""
    try:
        config = json.loads((folder / "config.json").read_text("utf-8"))
    except FileNotFoundError:
        raise ModelError(f"{folder} is no Marian model: config.json is missing") from None
    except OSError as error:
        raise ModelError(f"{folder / 'config.json'} cannot be read ({error.strerror})") from error
    except ValueError as error:
        raise ModelError(f"{folder / 'config.json'} is broken ({error}); get the model again") from error
    kind = config.get("model_type") if isinstance(config, dict) else None
    if kind != "marian":
        hint = ""
        if (folder / "model.bin").exists():
            hint = "; it looks converted for CTranslate2: give the Hugging Face folder that it was made of"
        raise ModelError(f"{folder} is no Marian model: model_type is {kind!r}, not 'marian'{hint}")
    missing = [file for file in _NEEDED if not (folder / file).is_file()]
    if missing:
        raise ModelError(f"{folder} is not whole: {', '.join(missing)} missing; get the model again")
    for weights in _WEIGHTS:
        if (folder / weights).is_file():
            return weights
    raise ModelError(f"{folder} is not whole: {' or '.join(_WEIGHTS)} missing; get the model again")
