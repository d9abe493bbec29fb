"""The two engines give the same translations, in order, and equal batches the same bits in any company."""

import random
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import torch

from mt.batch import batches
from mt.engine import ENGINES, Decoding, Engine, Hypothesis, cores, load_engine, output_cap
from mt.errors import ModelError
from mt.marian import leave_out_cudnn
from mt.model import Model, find
from mt.normalize import normalize
from mt.vocabulary import END, PAD, UNKNOWN, Vocabulary

GREEDY = Decoding(beam=1)


@pytest.fixture(scope="module")
def rows(arabic: list[str], vocabulary: Vocabulary) -> list[list[str]]:
    """Give 200 different sentences in pieces."""
    found = [[*vocabulary.encode(normalize(sentence))[:100], END] for sentence in arabic[:200]]
    assert len(found) == 200
    return found


@pytest.fixture(scope="module")
def reference(compact: Model) -> Engine:
    # More threads only wait for each other on a busy machine.
    return load_engine(compact, "transformers", threads=1)


@pytest.fixture(scope="module")
def fast(compact: Model) -> Engine:
    return load_engine(compact, "ctranslate2", "float32")


def translate(
    engine: Engine, rows: Sequence[Sequence[str]], decoding: Decoding, *, budget: int = 1024, equal: bool = False
) -> list[Hypothesis]:
    groups = list(batches([len(row) for row in rows], budget, equal=equal))
    found: dict[int, Hypothesis] = {}
    with ThreadPoolExecutor(engine.workers) as pool:
        results = pool.map(lambda group: engine.translate([rows[i] for i in group], decoding), groups)
        for group, hypotheses in zip(groups, results, strict=True):
            found.update(zip(group, hypotheses, strict=True))
    return [found[i] for i in range(len(rows))]


@pytest.mark.parametrize(("beam", "sentences"), [(1, 200), (2, 30), (4, 15)])
def test_the_engines_agree(
    rows: list[list[str]], fast: Engine, reference: Engine, vocabulary: Vocabulary, beam: int, sentences: int
) -> None:
    ours = translate(fast, rows[:sentences], Decoding(beam))
    theirs = translate(reference, rows[:sentences], Decoding(beam))
    assert [h.pieces for h in ours] == [h.pieces for h in theirs]
    assert [h.score for h in ours] == pytest.approx([h.score for h in theirs], abs=1e-3)
    assert len({vocabulary.decode(h.pieces) for h in ours}) > 0.95 * sentences
    assert not {END, PAD, UNKNOWN} & {piece for h in ours for piece in h.pieces}
    assert all(-10 < h.score < 0 for h in ours)


def test_the_engines_look_at_the_same_pieces(rows: list[list[str]], fast: Engine, reference: Engine) -> None:
    sources = rows[:12]
    targets = [[*hypothesis.pieces, END] for hypothesis in translate(fast, sources, GREEDY)]
    both = [engine.attend(sources, targets) for engine in (fast, reference)]
    for source, target, ours, theirs in zip(sources, targets, *both, strict=True):
        # CTranslate2 tells of the pieces that it was made to say, transformers of `</s>` too.
        assert len(target) - 1 <= len(ours) <= len(theirs) == len(target)
        for our, their in zip(ours, theirs, strict=False):
            assert len(our) == len(their) == len(source)
            assert our == pytest.approx(their, abs=1e-3)
            assert sum(our) == pytest.approx(1, abs=1e-3)


@pytest.mark.parametrize("engine", ["ct2", "fast", "reference"])
def test_a_row_in_company_is_the_row_alone(request: pytest.FixtureRequest, rows: list[list[str]], engine: str) -> None:
    """Padding is masked; an odd length, the shortest and the longest row in one batch."""
    loaded: Engine = request.getfixturevalue(engine)
    chosen = [[END], *sorted(rows, key=len)[:3], *rows[:4], *sorted(rows, key=len)[-2:]]
    together = loaded.translate(chosen, GREEDY)
    alone = [loaded.translate([row], GREEDY)[0] for row in chosen]
    assert len(together) == len(chosen)
    if engine != "ct2":  # int8 rounds the padding's neighbours otherwise
        assert [h.pieces for h in together] == [h.pieces for h in alone]
        assert [h.score for h in together] == pytest.approx([h.score for h in alone], abs=1e-4)
    assert [h.score for h in together] == pytest.approx([h.score for h in alone], abs=0.2)


@pytest.mark.parametrize(("beam", "sentences"), [(1, 100), (4, 30)])
def test_equal_batches_are_bit_for_bit_the_same_in_any_company(
    rows: list[list[str]], ct2: Engine, beam: int, sentences: int
) -> None:
    """Int8 with rows of one length: which rows, how many and in what order makes no difference, not in the last bit."""
    chance = random.Random(beam)
    often = Counter(map(len, rows))
    chosen = sorted(rows, key=lambda row: often[len(row)])[-sentences:]
    alone = translate(ct2, chosen, Decoding(beam), budget=1)
    for budget in (100, 300, 100_000):
        sample = chance.sample(range(sentences), chance.randrange(sentences // 2, sentences))
        company = translate(ct2, [chosen[i] for i in sample], Decoding(beam), budget=budget, equal=True)
        assert company == [alone[i] for i in sample], f"budget {budget}"


def test_many_threads_at_once_give_the_same(rows: list[list[str]], ct2: Engine) -> None:
    with ThreadPoolExecutor(max(4, ct2.workers)) as pool:
        together = list(pool.map(lambda row: ct2.translate([row], GREEDY), rows[:20]))
    assert together == [ct2.translate([row], GREEDY) for row in rows[:20]]


@pytest.mark.parametrize("engine", ["ct2", "reference"])
def test_brakes_stop_loops(request: pytest.FixtureRequest, vocabulary: Vocabulary, engine: str) -> None:
    loaded: Engine = request.getfixturevalue(engine)
    row = [*vocabulary.encode("نعم " * 40), END]
    (free,) = loaded.translate([row], GREEDY)
    (braked,) = loaded.translate([row], GREEDY.braked())
    assert len(free.pieces) <= output_cap(len(row))
    grams = list(zip(braked.pieces, braked.pieces[1:], braked.pieces[2:], strict=False))
    assert len(grams) == len(set(grams))
    assert free.pieces != braked.pieces


@pytest.mark.parametrize("engine", ["ct2", "reference"])
def test_a_row_of_all_positions_is_no_error(
    request: pytest.FixtureRequest, vocabulary: Vocabulary, engine: str
) -> None:
    """The longest that the translator sends: 512 positions less those that the output may need."""
    loaded: Engine = request.getfixturevalue(engine)
    row = [*(vocabulary.encode("كتاب جديد " * 200)[: 512 // 2 - 12]), END]
    assert output_cap(len(row)) <= 512
    (found,) = loaded.translate([row], GREEDY)
    assert found.pieces


def test_braked_is_the_same_search_with_brakes() -> None:
    assert Decoding(beam=3).braked() == Decoding(beam=3, no_repeat_ngram=3, repetition_penalty=1.1)
    assert (Decoding().beam, Decoding().no_repeat_ngram, Decoding().repetition_penalty) == (4, 0, 1.0)


def test_auto_is_ctranslate2_on_all_cores(compact: Model) -> None:
    engine = load_engine(compact)
    assert engine.name == "ctranslate2"
    assert engine.workers == 2 * cores() >= 2
    assert load_engine(compact, threads=1).workers == 2


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    ("file", "data", "message"),
    [
        ("model.safetensors", b"", "the weights cannot be loaded"),
        ("model.safetensors", 100, "the weights cannot be loaded"),
        ("model.safetensors", 1_000_000, "the weights cannot be loaded"),
        ("config.json", b'{"model_type": "marian", "d_model": 8}', "the weights cannot be loaded"),
        ("vocab.json", b'{"</s>": 0}', "vocab.json: no <unk> in it|the weights cannot be converted"),
        ("source.spm", b"garbage", "the vocabulary cannot be read|the weights cannot be converted"),
    ],
)
def test_a_broken_model_is_one_line(
    altered: Callable[..., Path], compact: Model, engine: str, file: str, data: bytes | int, message: str
) -> None:
    content = data if isinstance(data, bytes) else (compact.path / file).read_bytes()[:data]
    model = find(str(altered({file: content})), pytest.fail)
    with pytest.raises(ModelError, match=message) as caught:
        load_engine(model, engine)
    assert "altered" in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("engine", ENGINES)
def test_missing_weights_are_not_made_up(altered: Callable[..., Path], compact: Model, engine: str) -> None:
    """Transformers would draw them by chance and say so only in a log."""
    from safetensors.torch import load_file, save_file

    folder = altered({"model.safetensors": None})
    weights = load_file(compact.path / "model.safetensors")
    del weights["model.encoder.layers.1.fc1.weight"]
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(ModelError, match=r"weights are missing, model\.encoder\.layers\.1\.fc1\.weight for one"):
        load_engine(find(str(folder), pytest.fail), engine)


@pytest.mark.parametrize("engine", ENGINES)
def test_older_weights_files_are_read(
    altered: Callable[..., Path], compact: Model, rows: list[list[str]], fast: Engine, engine: str
) -> None:
    """Most of the hub's Marian models have a pytorch_model.bin."""
    from safetensors.torch import load_file
    from torch import save

    folder = altered({"model.safetensors": None})
    save(load_file(compact.path / "model.safetensors"), folder / "pytorch_model.bin")
    older = load_engine(find(str(folder), pytest.fail), engine, "float32", threads=1)
    ours = older.translate(rows[:5], GREEDY)
    assert [h.pieces for h in ours] == [h.pieces for h in fast.translate(rows[:5], GREEDY)]


def test_on_gpus_attention_is_not_left_to_kernels_that_plan_each_shape() -> None:
    cuda: Any = torch.backends.cuda  # whose functions torch has left without types
    cuda.enable_cudnn_sdp(True)
    leave_out_cudnn()
    try:
        assert not cuda.cudnn_sdp_enabled()
        assert cuda.flash_sdp_enabled()
        assert cuda.mem_efficient_sdp_enabled()
    finally:
        cuda.enable_cudnn_sdp(True)
