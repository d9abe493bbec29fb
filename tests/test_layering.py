"""The layers of the code: who may import whom, and what a bare `--help` loads."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = {"mt": {"mt"}, "corpus": {"corpus", "mt"}, "eval": {"eval", "mt"}}
TRAINING = {
    f"mt/training/{part}.py"
    for part in ("learner", "network", "workers", "muon", "export", "checkpoint", "development")
}
OWNERS = {
    "torch": {"mt/marian.py", "mt/train.py", *TRAINING},
    "transformers": {"mt/marian.py", "mt/training/network.py", "mt/training/export.py"},
    "ctranslate2": {"mt/conversion.py", "mt/ct2.py"},
    "sentencepiece": {"mt/vocabulary.py", "mt/training/pieces.py"},
    "sacrebleu": {"eval/metrics.py"},
    "sqlite3": {"mt/memory.py", "mt/memory_command.py", "mt/store.py"},
    "huggingface_hub": {"mt/model.py"},
    "pyromark": {"corpus/readers/markdown/blocks.py"},
    "jinja2": {"mt/pages.py"},
    "markupsafe": {"corpus/export.py", "corpus/page.py"},
    "trafilatura": {"corpus/readers/html/extract.py"},
    "scipy": {"corpus/align_path.py", "corpus/align_vectors.py", "mt/training/embeddings.py"},
    "datasketch": {"corpus/near_duplicates.py"},
    "pyarrow": {"corpus/formats/parquet.py"},
    "zstandard": {"corpus/formats/streams.py"},
    "datatrove": {"corpus/datatrove_steps.py", "corpus/executors.py"},
    "loguru": {"corpus/datatrove_steps.py", "corpus/executors.py"},
    "multiprocess": {"corpus/datatrove_steps.py"},
    "ray": {"corpus/executors.py"},
    "fsspec": {"corpus/stores.py"},
    "ijson": {"corpus/manifest.py"},
}
HEAVY = {*OWNERS, "numpy", "lxml", "rich"}
LAYERS = {
    "commands": {"commands.py", "build_command.py", "merge_command.py"},
    "pipelines": {"build.py", "translate.py", "translator.py", "report.py"},
}
MODULES = [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]


def imports(path: Path) -> Iterator[str]:
    """Give every module that a file imports, inside functions too; `from a import b` counts as `a.b`."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("path", MODULES, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_imports_follow_the_layers(path: Path) -> None:
    name = path.relative_to(ROOT).as_posix()
    package = name.split("/")[0]
    for module in imports(path):
        top = module.split(".")[0]
        if top in PACKAGES:
            assert top in PACKAGES[package], f"{name} imports {module}"
            assert module != "eval", f"{name}: always `from eval.x import y`"
            if path.name not in LAYERS["commands"]:
                assert ".commands" not in module, f"{name} imports the commands layer: {module}"
        if top in OWNERS:
            assert name in OWNERS[top], f"{name} imports {module}; only {sorted(OWNERS[top])} may"


@pytest.mark.parametrize("path", MODULES, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_parts_do_not_know_the_pipelines(path: Path) -> None:
    above = {
        "corpus": {"corpus.build", "corpus.translate"},
        "mt": {"mt.cli", "mt.commands"},
        "eval": {"eval.report"},
    }
    package = path.relative_to(ROOT).parts[0]
    if path.name in {"cli.py", *LAYERS["commands"], *LAYERS["pipelines"]}:
        return
    for module in imports(path):
        assert not any(module == name or module.startswith(f"{name}.") for name in above[package]), module


def test_help_loads_nothing_heavy() -> None:
    code = (
        "import sys\n"
        "from mt.cli import cli\n"
        "try:\n    cli.main(['--help'])\nexcept SystemExit:\n    pass\n"
        f"print('LOADED', sorted({HEAVY} & sys.modules.keys()))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert "LOADED []" in done.stdout


def test_every_package_is_typed() -> None:
    assert all((ROOT / package / "py.typed").exists() for package in PACKAGES)


def test_no_path_of_a_machine_in_the_project() -> None:
    for path in (*MODULES, *ROOT.glob("*.md"), ROOT / "Makefile", ROOT / "pyproject.toml"):
        text = path.read_text("utf-8")
        for prefix in ("/home/", "/Users/", f"{Path.home()}/", f"{ROOT}/"):
            assert prefix not in text, f"{path.name} names {prefix}"
