"""Fixtures that tests of corpora share."""

import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.corpus.builds import write_articles


@pytest.fixture
def articles(tmp_path: Path) -> Path:
    """Give a folder of twelve articles."""
    return write_articles(tmp_path / "in", 12)


@pytest.fixture
def tmx_dtd(tmp_path: Path, program: Callable[..., str]) -> Path:
    """Give the DTD of TMX, which OmegaT brings along, where files in `tmp_path` look for it."""
    program("omegat", "omegat")
    path = tmp_path / "tmx14.dtd"
    with zipfile.ZipFile("/usr/share/omegat/OmegaT.jar") as jar:
        path.write_bytes(jar.read("schemas/tmx14.dtd"))
    return path
