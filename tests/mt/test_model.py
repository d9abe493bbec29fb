"""A model's name becomes a folder, and whatever is wrong with it one line; the converted form is made once."""

import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mt.conversion import FORM, convert
from mt.engine import load_engine
from mt.errors import ModelError
from mt.model import BUNDLED, DEFAULT, Model, cache_folder, cached_models, fetch, find

ROOT = Path(__file__).parent.parent.parent
COMMIT = "0123456789abcdef0123456789abcdef01234567"
Altered = Callable[..., Path]


def put_into_cache(hub: Path, name: str, folder: Path, commit: str = COMMIT) -> Path:
    """Lay a folder's files out as the hub's own client does, of links."""
    repository = hub / f"models--{name.replace('/', '--')}"
    snapshot = repository / "snapshots" / commit
    snapshot.mkdir(parents=True)
    for path in folder.iterdir():
        (snapshot / path.name).symlink_to(path.resolve())
    (repository / "refs").mkdir()
    (repository / "refs" / "main").write_text(commit)
    return snapshot


# ── names ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_bundled_model_needs_nothing(compact: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not even a folder of the same name hides it."""
    (tmp_path / BUNDLED).mkdir()
    monkeypatch.chdir(tmp_path)
    assert find(BUNDLED, pytest.fail) == compact
    assert compact.demonstration
    assert compact.path.is_absolute()
    assert compact.id == f"compact@{compact.revision}"
    assert len(bytes.fromhex(compact.revision)) == 6
    assert compact.config()["model_type"] == "marian"


@pytest.mark.parametrize("way", ["mine", "mine/", "./mine", "mine/x/..", "{}/mine", "{}/mine//x/../."])
def test_a_folder_is_named_after_itself(
    altered: Altered, tmp_path: Path, compact: Model, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    """However it is asked for: records must not depend on the machine."""
    folder = altered({}, "mine")
    (folder / "x").mkdir()
    monkeypatch.chdir(tmp_path)
    model = find(way.format(tmp_path), pytest.fail)
    assert model.id == f"mine@{compact.revision}"
    assert model.path.samefile(folder)
    assert not model.demonstration


def test_a_folder_wins_over_a_hub_id(altered: Altered, hub: Path, tmp_path: Path, monkeypatch: Any) -> None:
    put_into_cache(hub, "owner/name", altered({}))
    assert find("owner/name", pytest.fail).id == f"owner/name@{COMMIT[:12]}"
    (tmp_path / "owner").mkdir()
    altered({}, "owner/name")
    monkeypatch.chdir(tmp_path)
    assert find("owner/name", pytest.fail).name == "name"


@pytest.mark.parametrize(
    ("file", "same"),
    [("config.json", False), ("vocab.json", False), ("source.spm", False), ("target.spm", False), ("README.md", True)],
)
def test_the_revision_tells_contents_apart(altered: Altered, compact: Model, file: str, same: bool) -> None:
    folder = altered({file: (compact.path / file).read_bytes() + b"\n"})
    assert (find(str(folder), pytest.fail).revision == compact.revision) is same


def test_other_weights_are_another_revision(altered: Altered, compact: Model) -> None:
    revisions = {
        find(str(altered({"model.safetensors": data}, name)), pytest.fail).revision
        for name, data in (("a", b"1"), ("b", b"2"))
    }
    assert len(revisions | {compact.revision}) == 3


@pytest.mark.parametrize(
    "name",
    ["nosuch", "", "opus-mt-ar-en", "./missing", "../missing/model", "/no/such/folder", "models/x-", "a/b/c", "a/b--c",
     "owner/" + "x" * 100, "nul\0", "file", "ملف/نموذج"],
)  # fmt: skip
def test_an_unknown_name_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    (tmp_path / "file").write_text("x")
    monkeypatch.chdir(tmp_path)
    message = "unknown model|no Marian model: config.json is missing" if not name else "unknown model"
    with pytest.raises(ModelError, match=message) as caught:
        find(name, pytest.fail)
    assert "\n" not in str(caught.value)


def test_a_name_that_no_file_can_have(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="File name too long"):
        find("x" * 5000, pytest.fail)


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"config.json": None}, "is no Marian model: config.json is missing"),
        ({"config.json": b"{"}, r"config\.json is broken \(Expecting property name .*\); get the model again"),
        ({"config.json": b"\xff"}, r"config\.json is broken"),
        ({"config.json": b"[]"}, "model_type is None, not 'marian'"),
        ({"config.json": b'{"model_type": "bert"}'}, "model_type is 'bert', not 'marian'$"),
        ({"config.json": b"{}", "model.bin": b""}, "looks converted for CTranslate2: give the Hugging Face folder"),
        ({"source.spm": None}, "is not whole: source.spm missing; get the model again"),
        ({"vocab.json": None, "target.spm": None}, "is not whole: target.spm, vocab.json missing"),
        ({"model.safetensors": None}, "is not whole: model.safetensors or pytorch_model.bin missing; get the model"),
    ],
)  # fmt: skip
def test_a_folder_that_is_no_model(altered: Altered, files: dict[str, bytes | None], message: str) -> None:
    folder = altered(files)
    with pytest.raises(ModelError, match=message) as caught:
        find(str(folder), pytest.fail)
    assert str(folder) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_an_unreadable_configuration(altered: Altered) -> None:
    folder = altered({"config.json": None})
    (folder / "config.json").mkdir()
    with pytest.raises(ModelError, match=r"config\.json cannot be read \(Is a directory\)"):
        find(str(folder), pytest.fail)


# ── the hub ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_default_is_found_in_the_hubs_cache(hub: Path, compact: Model) -> None:
    snapshot = put_into_cache(hub, DEFAULT, compact.path)
    for name in (None, DEFAULT):
        model = find(name, pytest.fail)
        assert model == Model(DEFAULT, snapshot, COMMIT[:12])
        assert not model.demonstration


def test_without_a_network_the_default_is_the_bundled_one(compact: Model) -> None:
    said: list[str] = []
    assert find(None, said.append) == compact
    (notice,) = said
    for part in ("'compact', a demonstration model", "often wrong", DEFAULT, "hub cannot be reached",
                 f"muwazi model get {DEFAULT}", "--model FOLDER"):  # fmt: skip
        assert part in notice
    assert "\n" not in notice


def test_what_was_asked_for_by_name_is_not_replaced() -> None:
    with pytest.raises(ModelError, match=f"{DEFAULT} is not in the cache and the hub cannot be reached"):
        find(DEFAULT, pytest.fail)


@pytest.mark.parametrize("cut_off", ["model.safetensors", "config.json"])
def test_a_download_that_was_cut_off_is_tried_again(hub: Path, altered: Altered, cut_off: str) -> None:
    put_into_cache(hub, DEFAULT, altered({cut_off: None}))
    with pytest.raises(ModelError, match="hub cannot be reached"):
        find(DEFAULT, pytest.fail)


@pytest.mark.parametrize(("offline", "asked"), [("1", False), ("0", True)])
def test_offline_no_network_is_tried(tmp_path: Path, offline: str, asked: bool) -> None:
    code = (
        "import socket\n"
        "def network(*_, **__):\n    print('NETWORK')\n    raise OSError('none')\n"
        "socket.getaddrinfo = socket.socket.connect = network\n"
        "from mt.model import find\n"
        "print(find(None, print).id)\n"
    )
    environment = {**os.environ, "HF_HUB_OFFLINE": offline, "HF_HOME": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    assert ("NETWORK" in done.stdout) is asked
    assert ("HF_HUB_OFFLINE=1 forbids to download it" in done.stdout) is not asked
    assert "using 'compact'" in done.stdout
    assert done.stdout.splitlines()[-1].startswith("compact@")


def test_a_hub_that_never_answers_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    """As where a look-up of its address hangs, which no time limit of a client ends."""
    answered = threading.Event()
    monkeypatch.setattr("huggingface_hub.HfApi.model_info", lambda *_, **__: answered.wait(60))
    monkeypatch.setattr("mt.model.HUB_SECONDS", 0.05)
    said: list[str] = []
    assert find(None, said.append).name == BUNDLED
    assert r"hub cannot be reached (no answer within 0.05 s)" in said[0]
    answered.set()


@pytest.mark.parametrize(
    ("kind", "text", "message"),
    [
        ("RepositoryNotFoundError", "404\nnot found", "unknown model 'owner/name': the hub has none of this name"),
        ("GatedRepoError", "403", r"owner/name: the hub asks for a login \(`hf auth login`\)"),
        ("OfflineModeIsEnabled", "no answer\nat all", r"hub cannot be reached \(no answer\)"),
        ("OfflineModeIsEnabled", "", r"hub cannot be reached \(OfflineModeIsEnabled\)"),
    ],
)
def test_what_the_hub_answers(monkeypatch: pytest.MonkeyPatch, kind: str, text: str, message: str) -> None:
    from huggingface_hub import errors

    def answer(*_: object, **__: object) -> None:
        made: Exception = getattr(errors, kind).__new__(getattr(errors, kind))  # without the answer that it wants
        made.args = (text,)
        raise made

    monkeypatch.setattr("huggingface_hub.HfApi.model_info", answer)
    with pytest.raises(ModelError, match=message) as caught:
        find("owner/name", pytest.fail)
    assert "\n" not in str(caught.value)


def test_a_download(hub: Path, compact: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only what a Marian model needs is asked for."""
    asked: list[list[str]] = []

    def download(name: str, allow_patterns: list[str]) -> str:
        asked.append(allow_patterns)
        return str(put_into_cache(hub, name, compact.path))

    monkeypatch.setattr("huggingface_hub.HfApi.model_info", lambda *_, **__: None)
    monkeypatch.setattr("huggingface_hub.snapshot_download", download)
    said: list[str] = []
    assert find("owner/name", said.append).id == f"owner/name@{COMMIT[:12]}"
    assert said == ["downloading owner/name from the hub"]
    assert {"config.json", "source.spm", "pytorch_model.bin"} < set(asked[0])
    assert not {"tf_model.h5", "rust_model.ot"} & set(asked[0])
    assert find("owner/name", pytest.fail).name == "owner/name"  # without another download


def test_a_download_that_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    def download(*_: object, **__: object) -> str:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("huggingface_hub.HfApi.model_info", lambda *_, **__: None)
    monkeypatch.setattr("huggingface_hub.snapshot_download", download)
    with pytest.raises(ModelError, match=r"owner/name: the download failed \(.*No space.*\); run the command again"):
        fetch("owner/name", lambda _: None)


def test_the_models_at_hand(hub: Path, compact: Model, altered: Altered) -> None:
    put_into_cache(hub, "owner/marian", compact.path)
    put_into_cache(hub, "a/first", compact.path)
    put_into_cache(hub, "owner/bert", altered({"config.json": b'{"model_type": "bert"}'}, "bert"))
    put_into_cache(hub, "owner/cut", altered({"model.safetensors": None}, "cut"))
    (hub / "datasets--owner--data" / "snapshots").mkdir(parents=True)
    (hub / "version.txt").write_text("1")
    assert [model.name for model in cached_models()] == [BUNDLED, "a/first", "owner/marian"]


def test_without_a_cache_there_is_one_model_at_hand(compact: Model) -> None:
    assert list(cached_models()) == [compact]


# ── the converted form ───────────────────────────────────────────────────────────────────────────────────────────────


def test_a_model_is_converted_once(compact: Model) -> None:
    folder = convert(compact, "int8")
    made = (folder / "model.bin").stat()
    assert folder.is_relative_to(cache_folder())
    assert convert(compact, "int8") == folder
    assert (folder / "model.bin").stat() == made
    assert convert(compact, "float32") != folder
    assert made.st_size < (convert(compact, "float32") / "model.bin").stat().st_size / 2


def test_the_converted_form_is_named_after_the_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Flat, though a hub's name has a slash; by commit, precision and the version that made it."""
    from ctranslate2 import __version__

    monkeypatch.setenv("MUWAZI_CACHE_DIR", str(tmp_path))
    monkeypatch.setattr("mt.conversion._convert", lambda *args: args[-1].mkdir())
    folder = convert(Model("Helsinki-NLP/opus-mt-ar-en", tmp_path, "0123456789ab"), "int8")
    assert folder == tmp_path / "ctranslate2" / f"Helsinki-NLP--opus-mt-ar-en-0123456789ab-int8-{__version__}-{FORM}"


def test_the_cache_is_the_users_unless_told_otherwise(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("MUWAZI_CACHE_DIR", str(tmp_path))
    assert cache_folder() == tmp_path
    monkeypatch.delenv("MUWAZI_CACHE_DIR")
    assert cache_folder().name == "muwazi"
    monkeypatch.setenv("MUWAZI_CACHE_DIR", "")
    assert cache_folder().name == "muwazi"


def test_processes_that_convert_at_once(tmp_path: Path) -> None:
    """One folder, which all of them can use, and nothing beside it but the lock."""
    code = (
        "from mt.engine import Decoding, load_engine\n"
        "from mt.model import find\n"
        "engine = load_engine(find('compact', print), 'ctranslate2', 'int8', 1)\n"
        "print(engine.translate([['▁كتاب', '</s>']], Decoding(1)))\n"
    )
    environment = {**os.environ, "MUWAZI_CACHE_DIR": str(tmp_path)}
    processes = [
        subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, env=environment, stdout=subprocess.PIPE)
        for _ in range(2)
    ]
    outputs = {process.communicate(timeout=120)[0] for process in processes}
    assert [process.returncode for process in processes] == [0, 0]
    assert len(outputs) == 1
    assert b"Hypothesis" in outputs.pop()
    (folder,) = (path for path in (tmp_path / "ctranslate2").iterdir() if path.is_dir())
    assert {path.name for path in folder.parent.iterdir()} == {folder.name, f".{folder.name}.lock"}
    assert folder.stat().st_mode == folder.parent.stat().st_mode, "others may read it where they may read the cache"


def test_a_failed_conversion_leaves_nothing(altered: Altered, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MUWAZI_CACHE_DIR", str(tmp_path / "cache"))
    model = find(str(altered({"tokenizer_config.json": b"{"})), pytest.fail)
    with pytest.raises(ModelError, match=r"altered: the weights cannot be converted \(.+\); get the model again"):
        convert(model, "int8")
    assert [path.suffix for path in (tmp_path / "cache" / "ctranslate2").iterdir()] == [".lock"]


def test_a_cache_that_cannot_be_written(compact: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("x")
    monkeypatch.setenv("MUWAZI_CACHE_DIR", str(tmp_path / "file" / "below"))
    with pytest.raises(ModelError, match=r"\(Not a directory\); set MUWAZI_CACHE_DIR to a folder with room"):
        convert(compact, "int8")


def test_a_cache_without_room(compact: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setenv("MUWAZI_CACHE_DIR", str(tmp_path))
    monkeypatch.setattr("ctranslate2.converters.TransformersConverter.convert", full)
    with pytest.raises(ModelError, match=r"cannot be kept \(No space left on device\); set MUWAZI_CACHE_DIR"):
        convert(compact, "int8")
    assert [path.suffix for path in (tmp_path / "ctranslate2").iterdir()] == [".lock"]


def test_a_broken_converted_model_says_what_to_do(
    compact: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = convert(compact, "int8")
    broken = tmp_path / "ctranslate2" / good.name
    shutil.copytree(good, broken)
    (broken / "model.bin").write_bytes((good / "model.bin").read_bytes()[:100_000])
    monkeypatch.setenv("MUWAZI_CACHE_DIR", str(tmp_path))
    with pytest.raises(ModelError, match=r"cannot be loaded \(.+\); delete it to have it made again") as caught:
        load_engine(compact)
    assert str(broken) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_the_card_tells_the_truth(compact: Model) -> None:
    """The bundled model is a whole Hugging Face folder: transformers' own settings beside it are sound JSON."""
    for file in ("generation_config.json", "tokenizer_config.json"):
        assert isinstance(json.loads((compact.path / file).read_text("utf-8")), dict)
    assert (compact.path / "README.md").read_text("utf-8").startswith("---\nlicense: ")
