"""`muwazi model`: what is listed, told, fetched and converted."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from mt.cli import cli
from mt.conversion import convert
from mt.model import Model
from mt.vocabulary import Vocabulary

Altered = Callable[..., Path]


def muwazi(*args: str | Path) -> Result:
    return CliRunner().invoke(cli, ["model", *map(str, args)], prog_name="muwazi")


def test_list(compact: Model) -> None:
    result = muwazi("list")
    assert result.exit_code == 0
    (line,) = result.stdout.splitlines()
    assert line.split()[:3] == ["compact", compact.revision, str(compact.path)]
    assert "demonstration" in line
    assert result.stderr == ""


def test_list_as_json(compact: Model) -> None:
    result = muwazi("list", "--json")
    assert json.loads(result.stdout) == [{"name": "compact", "revision": compact.revision, "path": str(compact.path)}]


def test_info_as_json(compact: Model, vocabulary: Vocabulary) -> None:
    from safetensors import safe_open

    result = muwazi("info", "compact", "--json")
    assert result.exit_code == 0
    facts = json.loads(result.stdout)
    with safe_open(compact.path / "model.safetensors", "pt") as weights:
        parameters = sum(weights.get_tensor(name).numel() for name in weights.keys())  # noqa: SIM118 (no mapping)
    assert facts == {
        "name": "compact",
        "path": str(compact.path),
        "revision": compact.revision,
        "parameters": parameters,
        "vocabulary": 10_001,
        "output_vocabulary": len(vocabulary.numbers) - len(vocabulary.unwritten),
        "licence": "cc-by-sa-4.0",
        "shortlist": None,
    }
    assert parameters == 19_230_353


def test_info_for_people(compact: Model) -> None:
    result = muwazi("info", "compact")
    rows = dict(line.split(maxsplit=1) for line in result.stdout.splitlines()[:8])
    assert list(rows) == [
        *("name", "path", "revision", "parameters", "vocabulary", "output_vocabulary", "licence", "shortlist")
    ]
    assert rows["vocabulary"] == "10,001"
    assert "its English is often wrong" in result.stdout


@pytest.mark.parametrize(
    ("card", "licence"),
    [
        (None, None),
        (b"# A model\nlicense: mit\n", None),
        (b"---\nlanguage: ar\nlicense: apache-2.0\n---\n# A model\nlicense: mit\n", "apache-2.0"),
        (b"---\nlicense:\n---\n", None),
        ("---\nlicence: رخصة\n---\n".encode(), "رخصة"),
        (b"---\nlicense: \xff\n", "\ufffd"),
    ],
)
def test_the_licence_is_the_cards(altered: Altered, card: bytes | None, licence: str | None) -> None:
    result = muwazi("info", altered({"README.md": card}), "--json")
    assert json.loads(result.stdout)["licence"] == licence


def test_older_weights_files_are_counted_too(altered: Altered, compact: Model) -> None:
    from safetensors.torch import load_file
    from torch import save

    folder = altered({"model.safetensors": None})
    save(load_file(compact.path / "model.safetensors"), folder / "pytorch_model.bin")
    counts = {json.loads(muwazi("info", model, "--json").stdout)["parameters"] for model in ("compact", folder)}
    assert len(counts) == 1


@pytest.mark.parametrize("command", ["info", "get", "convert"])
@pytest.mark.parametrize("name", ["nosuch", "./nosuch", "a/b/c"])
def test_unknown_models(command: str, name: str) -> None:
    result = muwazi(command, name)
    assert result.exit_code == 1
    assert result.stderr.startswith(f"error: unknown model '{name}'")
    assert result.stderr.count("\n") == 1
    assert result.stdout == ""


@pytest.mark.parametrize(
    ("command", "files"),
    [
        ("info", {"model.safetensors": b""}),
        ("info", {"model.safetensors": b"\x00\x10\x00\x00\x00\x00\x00\x00{"}),
        ("info", {"model.safetensors": None, "pytorch_model.bin": b"garbage"}),
        ("convert", {"model.safetensors": b"\x00\x10\x00\x00\x00\x00\x00\x00{"}),
        ("convert", {"model.safetensors": None, "pytorch_model.bin": b"garbage"}),
        ("convert", {"config.json": b"{}"}),
    ],
)
def test_broken_models(altered: Altered, command: str, files: dict[str, bytes | None]) -> None:
    folder = altered(files)
    result = muwazi(command, folder)
    assert result.exit_code == 1, result.exception
    assert result.stderr.startswith(f"error: {folder}")
    assert result.stderr.count("\n") == 1
    assert result.stdout == ""


def test_get_what_is_there(compact: Model) -> None:
    result = muwazi("get", "compact")
    assert result.exit_code == 0
    assert result.stdout == f"{compact.id}  {compact.path}\n"


def test_get_without_a_network() -> None:
    result = muwazi("get", "Helsinki-NLP/opus-mt-ar-en")
    assert result.exit_code == 1
    assert "the hub cannot be reached" in result.stderr


@pytest.mark.parametrize("precision", ["int8", "float32"])
def test_convert(compact: Model, precision: str) -> None:
    result = muwazi("convert", "compact", "--precision", precision)
    assert result.exit_code == 0, result.output
    folder = Path(result.stdout.rstrip("\n"))
    assert (folder / "model.bin").is_file()
    assert f"-{precision}-" in folder.name
    assert muwazi("convert", "compact", "--precision", precision).stdout == result.stdout
    if precision == "int8":
        assert folder == convert(compact, "int8")


@pytest.mark.parametrize("args", [["convert", "compact", "--precision", "int4"], ["info"], ["nosuch"], ["list", "x"]])
def test_wrong_usage(args: list[str]) -> None:
    result = muwazi(*args)
    assert result.exit_code == 2
    assert "Usage:" in result.stderr
