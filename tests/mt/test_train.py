"""`muwazi train`: a model out of a corpus, the same after a kill, and what it says to bad input."""

import json
import os
import random
import signal
import subprocess
import time
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from filelock import FileLock

from mt.engine import Decoding, load_engine
from mt.errors import ModelError
from mt.model import Model, find
from mt.train_command import _interruptible
from mt.vocabulary import END, Vocabulary
from tests.command import PROGRAM, muwazi
from tests.limits import largest_file

ROOT = Path(__file__).parent.parent.parent
PEOPLE = {
    "الكاتب": "the writer",
    "الطبيب": "the doctor",
    "المعلم": "the teacher",
    "المهندس": "the engineer",
    "التاجر": "the merchant",
    "الحارس": "the guard",
    "الفلاح": "the farmer",
}
DEEDS = {"قرأ": "read", "وجد": "found", "حمل": "carried", "نسي": "forgot", "اشترى": "bought", "باع": "sold"}
THINGS = {
    "الكتاب": "the book",
    "الرسالة": "the letter",
    "الصورة": "the picture",
    "الخريطة": "the map",
    "الحقيبة": "the bag",
    "القلم": "the pen",
}
PLACES = {
    "في السوق": "at the market",
    "في البيت": "at home",
    "في الحديقة": "in the garden",
    "قرب النهر": "near the river",
}
TIMES = {"أمس": "yesterday", "صباح اليوم": "this morning", "قبل أسبوع": "a week ago"}


def pairs() -> list[tuple[str, str]]:
    found = [
        (f"{deed} {person} {thing} {place} {when}.", f"{who.capitalize()} {did} {what} {where} {then}.")
        for (person, who), (deed, did), (thing, what), (place, where), (when, then) in product(
            *(table.items() for table in (PEOPLE, DEEDS, THINGS, PLACES, TIMES))
        )
    ]
    random.Random(1).shuffle(found)
    return found


def tsv(path: Path, rows: list[tuple[str, str]]) -> Path:
    path.write_text("source\ttarget\n" + "".join(f"{source}\t{target}\n" for source, target in rows), "utf-8")
    return path


@pytest.fixture(scope="session")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    rows = pairs()
    tsv(folder / "train.tsv", rows[:2000])
    tsv(folder / "more.tsv", rows[2000:2100])
    tsv(folder / "dev.tsv", rows[2100:2108])
    return folder


TINY = ("--preset", "tiny", "--vocabulary", "150", "--batch-tokens", "384", "--threads", "1", "--warmup", "20")


def command(data: Path, folder: Path, *args: str) -> list[str]:
    corpora = ("--corpus", f"{data / 'train.tsv'}", "--corpus", f"{data / 'more.tsv'}=2.5")
    return ["train", *corpora, "--dev", f"{data / 'dev.tsv'}", "-o", str(folder), *TINY, *args]


def train(data: Path, folder: Path, *args: str) -> Result:
    return muwazi(*command(data, folder, *args))


def log(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "training" / "log.jsonl").read_text().splitlines()]


@pytest.fixture(scope="session")
def trained(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("trained") / "writer"
    result = train(
        data, folder, "--steps", "40", "--evaluate-every", "20", "--rate", "4e-3", "--average", "0.95",
        "--accumulate", "2", "--sampling", "0.5", "--embeddings", "random", "--licence", "cc0-1.0",
        "--optimizer", "adamw",
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    return folder


@pytest.fixture(scope="session")
def tuned(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tuned") / "clerk"
    result = muwazi(
        "train", "--from", "compact", "--corpus", data / "train.tsv", "--dev", data / "dev.tsv", "-o", folder,
        "--steps", "8", "--evaluate-every", "4", "--warmup", "4", "--rate", "5e-4", "--batch-tokens", "512",
        "--average", "0", "--dtype", "bfloat16", "--threads", "1",
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    return folder


def test_a_blend_lies_between_the_start_and_what_was_trained(data: Path, trained: Path, tmp_path: Path) -> None:
    from safetensors.torch import load_file
    from torch.testing import assert_close

    args = (
        "train", "--from", trained, "--corpus", data / "more.tsv", "--batch-tokens", "384", "--max-length", "64",
        "--steps", "3", "--warmup", "0", "--rate", "1e-2", "--average", "0.5", "--threads", "1",
    )  # fmt: skip
    assert muwazi(*args, "-o", tmp_path / "plain").exit_code == 0
    blended = (*args, "-o", tmp_path / "blend", "--blend", "0.25")
    assert muwazi(*blended, "--stop-minutes", "0").exit_code == 0
    assert muwazi(*blended).exit_code == 0  # goes on after the first update
    start, plain, blend = (
        load_file(folder / "model.safetensors") for folder in (trained, tmp_path / "plain", tmp_path / "blend")
    )
    assert any((plain[name] - start[name]).abs().max() > 1e-3 for name in start)
    for name, given in start.items():
        assert_close(blend[name], 0.25 * given + 0.75 * plain[name], rtol=0, atol=1e-6)


def scores(folder: Path) -> list[dict[str, float]]:
    return [event["scores"] for event in log(folder) if "scores" in event]


def test_the_loss_falls_and_the_scores_rise(trained: Path) -> None:
    losses = [event["loss"] for event in log(trained) if "loss" in event]
    assert len(losses) == 2
    assert losses[-1] < 0.8 * losses[0]
    first, last = scores(trained)
    assert last["chrf2"] > first["chrf2"]
    plot = (trained / "training" / "plot.svg").read_text()
    assert plot.count("<polyline") == 3
    assert all(f">{name} over updates<" in plot for name in ("loss", "bleu", "chrf2"))


def test_fine_tuning_raises_the_score_in_the_domain(tuned: Path, compact: Model) -> None:
    first, last = scores(tuned)
    assert last["chrf2"] > first["chrf2"] or first["chrf2"] > 95
    assert last["chrf2"] > 60
    assert (tuned / "model.safetensors").stat().st_size == (compact.path / "model.safetensors").stat().st_size
    assert (tuned / "source.spm").read_bytes() == (compact.path / "source.spm").read_bytes()
    assert f"from compact@{compact.revision}" in (tuned / "README.md").read_text("utf-8")


@pytest.mark.parametrize(("name", "different"), [("trained", 1), ("tuned", 50)])
def test_both_engines_agree_on_a_model_trained_here(name: str, different: int, request: pytest.FixtureRequest) -> None:
    folder = request.getfixturevalue(name)
    model = find(str(folder), pytest.fail)
    vocabulary = Vocabulary(folder)
    rows = [[*vocabulary.encode(source), END] for source, _ in pairs()[1000:1100]]
    outputs = []
    for engine in ("transformers", "ctranslate2"):
        hypotheses = load_engine(model, engine, "float32", 1).translate(rows, Decoding(1))
        outputs.append([vocabulary.decode(hypothesis.pieces) for hypothesis in hypotheses])
    assert outputs[0] == outputs[1]
    assert len(set(outputs[0])) >= different, "one sentence for all would be no agreement"


@pytest.mark.parametrize("name", ["trained", "tuned"])
def test_the_embedding_that_decoding_begins_with_is_zero(name: str, request: pytest.FixtureRequest) -> None:
    from safetensors import safe_open

    folder = request.getfixturevalue(name)
    with safe_open(folder / "model.safetensors", "pt") as weights:
        embedding = weights.get_tensor("model.shared.weight")
        bias = weights.get_tensor("final_logits_bias")[0]
    numbers = Vocabulary(folder).numbers
    assert not embedding[numbers["<pad>"]].any()
    assert embedding[numbers["</s>"]].any()
    barred = {piece for piece, number in numbers.items() if bias[number] < -1000}
    assert {"<pad>", "<unk>", "ب"} <= barred
    assert not {"</s>", "▁the", "."} & barred


def test_transformers_own_tokenizer_loads_the_folder(trained: Path) -> None:
    from transformers import MarianTokenizer

    source = "قرأ الكاتب الرسالة في البيت أمس."
    tokenizer = MarianTokenizer.from_pretrained(trained)
    assert tokenizer.convert_ids_to_tokens(tokenizer(source).input_ids)[:-1] == Vocabulary(trained).encode(source)


def test_the_card_tells_data_figures_and_command(trained: Path, data: Path) -> None:
    card = (trained / "README.md").read_text("utf-8")
    assert card.startswith("---\nlicense: cc0-1.0\n")
    assert f"| {data / 'more.tsv'} | 100 of 100 | 2.5 |" in card
    assert "| chrf2, development set, greedy |" in card
    assert f"muwazi train --corpus {data / 'train.tsv'} --corpus {data / 'more.tsv'}=2.5" in card
    assert "--accumulate 2" in card


def parameters(folder: Path) -> Iterator[float]:
    import torch

    state = torch.load(folder / "training" / "checkpoint.pt", weights_only=True)["learner"]
    for tensor in (*state["parameters"], *state["average"]):
        yield from tensor.flatten().tolist()


SHORT = (
    *("--steps", "24", "--evaluate-every", "9", "--sampling", "0.4", "--dropout", "0.3", "--seed", "7"),
    *("--batch-tokens", "192", "--accumulate", "2"),
)


@pytest.fixture(scope="session")
def undisturbed(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("undisturbed") / "model"
    result = train(data, folder, *SHORT)
    assert result.exit_code == 0, result.output
    return folder


def recipe(folder: Path) -> dict[str, Any]:
    import torch

    found: dict[str, Any] = torch.load(folder / "training" / "checkpoint.pt", weights_only=True)["recipe"]
    return found


def test_new_networks_begin_with_muon_and_others_with_adamw(undisturbed: Path, trained: Path, tuned: Path) -> None:
    assert (recipe(undisturbed)["optimizer"], recipe(undisturbed)["rate"]) == ("muon", 2.5e-3)
    assert recipe(trained)["optimizer"] == "adamw"
    assert recipe(tuned)["optimizer"] == "adamw"


@pytest.mark.parametrize("processes", [1, 2])
def test_a_training_that_was_killed_goes_on_as_if_it_had_not_been(
    processes: int, data: Path, undisturbed: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "model"
    several = ("--processes", str(processes))
    process = subprocess.Popen(
        [*PROGRAM, *command(data, folder, *SHORT, *several, "--save-minutes", "0")],
        cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    state = folder / "training" / "checkpoint.pt"
    deadline = time.monotonic() + 120
    while not state.exists() and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.01)
    time.sleep(0.3)
    process.send_signal(signal.SIGKILL)
    _, errors = process.communicate()
    assert process.returncode == -signal.SIGKILL, errors.decode()
    result = train(data, folder, *SHORT, *several)
    assert result.exit_code == 0, result.output
    assert "going on after update" in result.stderr
    assert "ended    all updates are made" in result.stderr
    assert max(abs(a - b) for a, b in zip(parameters(folder), parameters(undisturbed), strict=True)) < 1e-6
    steps = [event["step"] for event in log(folder)]
    assert steps == [event["step"] for event in log(undisturbed)] == [9, 18, 20, 24, 24]


def test_a_process_that_dies_is_told(data: Path, tmp_path: Path) -> None:
    import torch

    from mt.training.corpora import Batch, Position
    from mt.training.network import create
    from mt.training.pieces import Segmenter, write_vocabulary
    from mt.training.recipe import Shape
    from mt.training.workers import Workers
    from tests.mt.test_train_parts import RECIPE

    write_vocabulary([text for row in pairs()[:500] for text in row], 150, tmp_path)
    segmenter = Segmenter(tmp_path)
    workers = Workers(create(RECIPE, segmenter, Shape(1, 1, 16, 32, 2, 150), "cpu"), 3)
    batch = Batch([[5, 6, segmenter.end]], [[7, segmenter.end]], Position())
    assert workers.gradients([batch, batch, batch], [1, 2, 3])[1] == 6
    assert not torch.isnan(torch.stack([p.grad.sum() for p in workers._network.parameters])).any()
    process, _ = workers._others[0]
    process.kill()
    process.join()
    with pytest.raises(ModelError, match="a process of the training has died"):
        workers.gradients([batch, batch, batch], [1, 2, 3])
    workers.close()
    assert not workers._others


def test_a_training_that_is_done_says_so(data: Path, undisturbed: Path) -> None:
    before = (undisturbed / "model.safetensors").stat().st_mtime_ns
    result = train(data, undisturbed, *SHORT)
    assert result.exit_code == 0
    assert "all updates are made" in result.stderr
    assert (undisturbed / "model.safetensors").stat().st_mtime_ns == before


def test_a_training_of_another_configuration_is_not_gone_on_with(data: Path, undisturbed: Path) -> None:
    result = train(data, undisturbed, *SHORT, "--dropout", "0.2")
    assert result.exit_code == 1
    assert "another configuration (dropout: 0.3 → 0.2)" in result.stderr
    assert "--force" in result.stderr
    result = muwazi("train", "--corpus", data / "more.tsv", "-o", undisturbed, *TINY, *SHORT)
    assert result.exit_code == 1
    assert "another configuration (corpora:" in result.stderr
    assert "Traceback" not in result.output


def test_texts_that_changed_are_another_configuration(data: Path, tmp_path: Path) -> None:
    corpus = tsv(tmp_path / "c.tsv", pairs()[:100])
    args = ("train", "--corpus", corpus, "-o", tmp_path / "m", *TINY, "--steps", "2")
    assert muwazi(*args).exit_code == 0
    tsv(corpus, pairs()[:99])
    result = muwazi(*args)
    assert result.exit_code == 1
    assert "the corpora hold other pairs" in result.stderr


def test_a_run_ends_when_its_time_is_over_and_goes_on(data: Path, tmp_path: Path) -> None:
    result = train(data, tmp_path / "m", "--steps", "3", "--stop-minutes", "0")
    assert result.exit_code == 0, result.output
    assert "updates  1\n" in result.stderr
    assert "stopped; the same command goes on" in result.stderr
    result = train(data, tmp_path / "m", "--steps", "3")
    assert "updates  3\n" in result.stderr


def test_nobody_but_muwazi_writes_to_the_terminal(data: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        [*PROGRAM, *command(data, tmp_path / "m", "--steps", "1")], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout == ""
    heads = {line.split()[0] for line in done.stderr.splitlines()}
    assert heads <= {"note:", "updates", "time", "bleu", "chrf2", "ended", "model"}


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_first_interrupt_waits_for_the_update_and_the_second_does_not(number: signal.Signals) -> None:
    before = signal.getsignal(number)
    with _interruptible() as stopping:
        assert not stopping()
        signal.raise_signal(number)
        assert stopping()
        assert signal.getsignal(number) is signal.SIG_DFL
    assert signal.getsignal(number) is before


def test_bfloat16(data: Path, tmp_path: Path) -> None:
    result = train(data, tmp_path / "m", "--steps", "3", "--precision", "bfloat16")
    assert result.exit_code == 0, result.output
    (event,) = (event for event in log(tmp_path / "m") if "loss" in event)
    assert 3 < event["loss"] < 6, "a guess among some 70 pieces, and a little more"


def test_a_gpu_that_is_not_there(data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    result = train(data, tmp_path / "m", "--device", "cuda")
    assert result.exit_code == 1
    assert "--device cuda: torch sees no GPU" in result.stderr


def test_two_trainings_in_one_folder(data: Path, undisturbed: Path) -> None:
    with FileLock(undisturbed / "training" / "lock"):
        result = train(data, undisturbed, *SHORT)
    assert result.exit_code == 1
    assert "another training is at work in it" in result.stderr


def test_it_stops_early_where_scores_do_not_rise(data: Path, tmp_path: Path) -> None:
    args = ("--steps", "50", "--rate", "1e-9", "--evaluate-every", "1", "--patience", "2", "--average", "0")
    result = train(data, tmp_path / "m", *args)
    assert result.exit_code == 0, result.output
    assert "no better chrf2 in 2 evaluations" in result.stderr
    assert len(scores(tmp_path / "m")) < 10
    result = train(data, tmp_path / "m", *args, "--patience", "3")  # the last of two options counts
    assert "no better chrf2 in 3 evaluations" in result.stderr


GOOD = "قرأ الكاتب الرسالة.\tThe writer read the letter.\n"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("source\ttarget\n", "there are no pairs in it; give a corpus with some"),
        ("قرأ الكاتب الرسالة.\t\n" * 3, "none of its 3 pairs can be used (3 with an empty side)"),
        ("The writer read it.\tقرأها الكاتب.\n", "1 of 1 pairs are not Arabic with English; are the sides swapped"),
        (GOOD + "Er las den Brief.\tHe read the letter.\n" * 2, "2 of 3 pairs are not Arabic with English"),
        ("قرأ الكاتب\tThe writer read\tx\ty\n", "c.tsv:1: "),
        (None, "cannot be read (No such file or directory)"),
    ],
)
def test_bad_corpora(text: str | None, message: str, tmp_path: Path) -> None:
    path = tmp_path / "c.tsv"
    if text is not None:
        path.write_text(text, "utf-8")
    result = muwazi("train", "--corpus", path, "-o", tmp_path / "m", *TINY, "--steps", "2")
    assert result.exit_code == 1, result.output
    assert result.stderr.splitlines()[-1].startswith(f"error: {path}")
    assert message in result.stderr
    assert not (tmp_path / "m" / "model.safetensors").exists()


@pytest.mark.parametrize(
    ("args", "code", "message"),
    [
        (("--corpus", "{data}/train.tsv=0"), 2, "'0' is no weight above 0"),
        (("--corpus", "{data}/train.tsv=many"), 2, "'many' is no weight above 0"),
        (("--corpus", "{data}/train.tsv", "--corpus", "{data}/train.tsv"), 2, "names a corpus twice"),
        (("--from", "compact"), 2, "give one of them"),
        (("--blend", "0.5"), 2, "--blend keeps of the model that --from names"),
        (("--max-length", "500", "--batch-tokens", "100"), 2, "the longest sentences would fit no batch"),
        (("--max-length", "4"), 1, "no pair is within 4 pieces on both sides"),
        (("--dev", "{data}/none.tsv"), 1, "none.tsv: cannot be read"),
        (("--attribution", "{data}/none.md"), 1, "none.md: cannot be read"),
        (("-o", "{data}"), 1, "is not empty and holds no training"),
        (("-o", "{data}/train.tsv/model"), 1, "train.tsv/model: cannot be"),
        (("--rate", "1e30", "--steps", "50"), 1, "the gradient is no finite number; lower --rate"),
    ],
)
def test_bad_options(args: tuple[str, ...], code: int, message: str, data: Path, tmp_path: Path) -> None:
    filled = [arg.format(data=data) for arg in args]
    corpus = () if "--corpus" in args else ("--corpus", data / "more.tsv")
    result = muwazi("train", *corpus, "-o", tmp_path / "m", *TINY, "--steps", "2", *filled)
    assert result.exit_code == code, result.output
    assert message in result.stderr


def test_a_broken_checkpoint_is_refused_and_force_begins_again(data: Path, tmp_path: Path) -> None:
    args = ("train", "--corpus", data / "more.tsv", "-o", tmp_path, *TINY, "--steps", "2")
    (tmp_path / "training").mkdir()
    (tmp_path / "training" / "checkpoint.pt").write_bytes(b"half")
    result = muwazi(*args)
    assert result.exit_code == 1
    assert "checkpoint.pt: the checkpoint cannot be read" in result.stderr
    assert muwazi(*args, "--force").exit_code == 0


@pytest.mark.parametrize(
    ("share", "message"), [(0.5, "the checkpoint cannot be written"), (0.01, "the model cannot be written")]
)
def test_a_full_disk_leaves_the_last_checkpoint(share: float, message: str, data: Path, tmp_path: Path) -> None:
    args = ("train", "--corpus", data / "more.tsv", "-o", tmp_path, *TINY, "--schedule", "wsd", "--decay", "1")
    assert muwazi(*args, "--steps", "3", "--stop-minutes", "0").exit_code == 0
    state = tmp_path / "training" / "checkpoint.pt"
    before = state.read_bytes()
    with largest_file(int(share * len(before))):
        result = muwazi(*args, "--steps", "3")
    assert result.exit_code == 1, result.output
    assert message in result.stderr
    assert "File too large" in result.stderr
    assert state.read_bytes() == before
    assert [path.name for path in tmp_path.rglob(".*")] == []
    assert muwazi(*args, "--steps", "4").exit_code == 0, "more room, and more steps under wsd before its decay"
