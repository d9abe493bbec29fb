"""What every test gets: folders of its own instead of the user's, no network, and the bundled model."""

import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from mt.engine import Decoding, Engine, load_engine
from mt.model import BUNDLED, Model, find
from mt.translator import Translator
from mt.vocabulary import Vocabulary
from tests.chromium import Browser

ROOT = Path(__file__).parent.parent
_NUMBERS = count()

# A busy machine is no fault of the code.
# Where others wait for the result, the same examples are tried each time.
settings.register_profile("muwazi", deadline=None, derandomize=os.environ.get("CI") == "true")
settings.load_profile("muwazi")


@pytest.fixture(scope="session", autouse=True)
def isolated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Set the user's folders, settings and network aside; models are converted once for all tests."""
    assert "huggingface_hub" not in sys.modules, "imported before its cache was set aside"
    connect = socket.socket.connect

    def connect_locally(self: socket.socket, address: Any) -> None:
        if self.family != socket.AF_UNIX:
            raise OSError(f"a test connects to {address}")
        connect(self, address)

    def look_up(host: object, *_: object, **__: object) -> None:
        raise OSError(f"a test looks up {host}")

    with pytest.MonkeyPatch.context() as patch:
        for name in list(os.environ):
            if name.startswith(("MUWAZI_", "HF_", "HUGGINGFACE_", "TRANSFORMERS_")):
                patch.delenv(name)
        patch.setenv("MUWAZI_CACHE_DIR", str(tmp_path_factory.mktemp("converted")))
        patch.setenv("HF_HOME", str(tmp_path_factory.mktemp("huggingface")))
        patch.setattr(socket.socket, "connect", connect_locally)
        patch.setattr(socket, "getaddrinfo", look_up)
        yield


@pytest.fixture(autouse=True)
def forgetful(isolated: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Let each test begin with an empty memory."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MUWAZI_DATA_DIR", str(tmp_path_factory.getbasetemp() / f"data-{next(_NUMBERS)}"))
        yield


@pytest.fixture
def hub() -> Iterator[Path]:
    """Give the hub's cache, an empty folder."""
    from huggingface_hub.constants import HF_HUB_CACHE

    folder = Path(HF_HUB_CACHE)
    assert folder.is_relative_to(os.environ["HF_HOME"])
    folder.mkdir()
    yield folder
    for path in sorted(folder.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() and not path.is_symlink() else path.unlink()
    folder.rmdir()


@pytest.fixture(scope="session")
def compact() -> Model:
    """Give the bundled model, of which nothing is to be said."""
    return find(BUNDLED, pytest.fail)


@pytest.fixture
def altered(compact: Model, tmp_path: Path) -> Callable[..., Path]:
    """Give a function that makes a folder like the bundled model's, of links, with some files other or gone."""

    def make(files: Mapping[str, bytes | None], name: str = "altered") -> Path:
        folder = tmp_path / name
        folder.mkdir()
        for path in compact.path.iterdir():
            if path.name not in files:
                (folder / path.name).symlink_to(path)
        for file, data in files.items():
            if data is not None:
                (folder / file).write_bytes(data)
        return folder

    return make


@pytest.fixture(scope="session")
def vocabulary(compact: Model) -> Vocabulary:
    return Vocabulary(compact.path)


@pytest.fixture(scope="session")
def ct2(compact: Model) -> Engine:
    """Give the engine that users get by default: CTranslate2, int8."""
    return load_engine(compact, "ctranslate2", "int8")


@pytest.fixture
def translator(ct2: Engine, vocabulary: Vocabulary) -> Callable[..., Translator]:
    """Give a function that makes a translator, greedy for speed, of the bundled model or of another engine."""

    def make(engine: Engine = ct2, beam: int = 1, **options: Any) -> Translator:
        return Translator(engine, vocabulary, Decoding(beam), **options)

    return make


@pytest.fixture(scope="session")
def arabic() -> list[str]:
    """Give the sentences of the sample articles, each once."""
    texts = [path.read_text("utf-8") for path in sorted((ROOT / "seeds").glob("*.ar.txt"))]
    found = [part.strip() for text in texts for part in re.split(r"(?<=[.!؟:؛])\s+|\n", text)]
    return list(dict.fromkeys(filter(None, found)))


@pytest.fixture
def program() -> Callable[..., str]:
    """Give a function that finds a program of a Debian package, and runs it with `check` to see that it works.

    Without the program the test is skipped; where the environment variable CI is "true", it fails.
    """

    def find(name: str, package: str, *check: str) -> str:
        path = shutil.which(name)
        if path and (not check or subprocess.run([path, *check], capture_output=True).returncode == 0):
            return path
        reason = f"{' '.join([name, *check])} does not run here; install the Debian package {package}"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)

    return find


@pytest.fixture
def browser(program: Callable[..., str], tmp_path: Path) -> Iterator[Browser]:
    browser = Browser(program("chromium", "chromium", "--version"), tmp_path / "profile")
    yield browser
    browser.close()
