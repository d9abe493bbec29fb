"""The parts of training that need no network: schedules, batches, vocabularies, the journal."""

import io
import json
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mt.errors import InputError
from mt.model import Model
from mt.normalize import normalize
from mt.training.card import card
from mt.training.corpora import Corpus, Position, batches, gather
from mt.training.journal import Journal, plot
from mt.training.pieces import Segmenter, write_vocabulary
from mt.training.recipe import Recipe, Schedule, differences
from mt.vocabulary import Vocabulary

RECIPE = Recipe(
    corpora={"a": 1.0},
    dev=None,
    start="tiny",
    seed=1,
    batch_tokens=60,
    accumulate=1,
    max_length=30,
    sampling=0.0,
    embeddings="random",
    optimizer="adamw",
    schedule="linear",
    rate=1.0,
    warmup=10,
    decay=20,
    steps=100,
    smoothing=0.1,
    dropout=0.1,
    weight_decay=0.0,
    clip=1.0,
    average=0.0,
    blend=0.0,
    precision="float32",
    evaluate_every=10,
    patience=0,
    metric="chrf2",
)


@pytest.mark.parametrize(
    ("schedule", "rates"),
    [
        ("linear", {1: 0.1, 5: 0.5, 10: 1.0, 11: 90 / 91, 55: 46 / 91, 100: 1 / 91}),
        ("inverse-sqrt", {1: 0.1, 10: 1.0, 40: 0.5, 1000: 0.1}),
        ("wsd", {1: 0.1, 10: 1.0, 50: 1.0, 80: 1.0, 81: 20 / 21, 100: 1 / 21}),
    ],
)
def test_schedules(schedule: Schedule, rates: dict[int, float]) -> None:
    recipe = replace(RECIPE, schedule=schedule)
    assert {step: recipe.learning_rate(step) for step in rates} == pytest.approx(rates)


@pytest.mark.parametrize("schedule", ["linear", "inverse-sqrt", "wsd"])
@given(warmup=st.integers(0, 50), decay=st.integers(0, 50), steps=st.integers(1, 100))
def test_every_update_moves_and_none_beyond_the_rate(schedule: Schedule, warmup: int, decay: int, steps: int) -> None:
    recipe = replace(RECIPE, schedule=schedule, warmup=warmup, decay=decay, steps=steps)
    assert all(0 < recipe.learning_rate(step) <= 1 for step in range(1, steps + 1))


@pytest.mark.parametrize(
    ("changes", "step", "names"),
    [
        ({}, 50, []),
        ({"patience": 3}, 50, []),
        ({"steps": 200}, 50, ["steps: 100 → 200"]),
        ({"steps": 200, "schedule": "wsd"}, 50, ["schedule: 'linear' → 'wsd'"]),
        ({"corpora": {"a": 2.0}, "seed": 2}, 50, ["corpora: {'a': 1.0} → {'a': 2.0}", "seed: 1 → 2"]),
    ],
)
def test_differences(changes: dict[str, object], step: int, names: list[str]) -> None:
    assert differences(RECIPE.record(), replace(RECIPE, **changes), step) == names  # type: ignore[arg-type]  # a table


@pytest.mark.parametrize(
    ("old", "new", "step", "same"),
    [(100, 200, 80, True), (100, 200, 81, False), (200, 100, 80, True), (200, 100, 81, False)],
)
def test_wsd_may_be_given_other_steps_before_its_decay(old: int, new: int, step: int, same: bool) -> None:
    recipe = replace(RECIPE, schedule="wsd", steps=old)
    assert (differences(recipe.record(), replace(recipe, steps=new), step) == []) is same


def test_fewer_steps_than_were_made() -> None:
    with pytest.raises(InputError, match=r"--steps 100: 101 updates are already made"):
        differences(RECIPE.record(), RECIPE, 101)


@dataclass(frozen=True)
class Pair:
    source: str
    target: str | None


@pytest.mark.parametrize(
    ("source", "target", "fault"),
    [
        ("قرأ الكتاب.", "He read the book.", None),
        ("قَرَأَ الكِتَابَ.", "He read the “book”.", None),
        ("قرأ الكتاب.", None, "with an empty side"),
        ("\u200f", "He read the book.", "with an empty side"),
        ("He read.", "He read the book.", "source is not Arabic"),
        ("2024", "2024", "source is not Arabic"),
        ("قرأ الكتاب.", "قرأ", "target is not English"),
        ("قرأ الكتاب.", "12.", "target is not English"),
        ("قرأ الكتاب.", "He read the book, " * 9, "of unlike lengths"),
        ("جاء الضيف مبكرا.", "The guest came early.", "seen before"),
    ],
)
def test_what_is_left_out(source: str, target: str | None, fault: str | None) -> None:
    good = [Pair("جاء الضيف مبكرا.", "The guest came early."), Pair("نام الطفل.", "The child slept.")]
    corpus = gather("c", [*good, Pair(source, target)])
    assert corpus.read == 3
    assert corpus.dropped == ({fault: 1} if fault else {})
    assert len(corpus) == 3 - len(corpus.dropped)


@pytest.fixture(scope="module")
def segmenter(compact: Model) -> Segmenter:
    return Segmenter(compact.path)


def corpus_of(name: str, count: int, words: int = 12) -> Corpus:
    rows = [(f"وصل {'القطار ' * (n % words)}{n}", f"The {'train ' * (n % words)}arrived {n}") for n in range(count)]
    return Corpus(name, [s for s, _ in rows], [t for _, t in rows], count, {}, name)


def test_an_epoch_shows_each_pair_as_often_as_its_corpus_weighs(segmenter: Segmenter) -> None:
    corpora = [corpus_of("a", 100, 3), corpus_of("b", 40, 3)]
    recipe = replace(RECIPE, corpora={"a": 1.0, "b": 2.5})
    rows = batches(corpora, recipe, segmenter, Position())
    for epoch in range(2):
        seen: Counter[str] = Counter()
        while seen.total() < 200:
            batch = next(rows)
            seen.update(segmenter.text(row) for row in batch.target)
        assert batch.after.epoch == epoch
        once = Counter(dict.fromkeys((" ".join(t.split()) for t in corpora[0].targets), 1))
        extra = seen - once
        assert seen.total() == 200
        assert sum(extra.values()) == 100


@settings(max_examples=25)
@given(
    budget=st.integers(30, 200),
    count=st.integers(1, 150),
    sampling=st.sampled_from([0.0, 0.5]),
    stop=st.integers(0, 60),
    seed=st.integers(0, 3),
)
def test_batches_keep_the_budget_and_go_on_from_any_position(
    segmenter: Segmenter, budget: int, count: int, sampling: float, stop: int, seed: int
) -> None:
    recipe = replace(RECIPE, batch_tokens=budget, sampling=sampling, seed=seed, corpora={"a": 1.5})
    corpora = [corpus_of("a", count)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("mt.training.corpora._POOL", 60)
        whole = list(islice(batches(corpora, recipe, segmenter, Position()), stop + 5))
        after = list(islice(batches(corpora, recipe, segmenter, whole[stop].after), 4))
    for batch in whole:
        longest = max(map(len, (*batch.source, *batch.target)))
        assert longest <= recipe.max_length
        assert longest * len(batch.source) <= budget
        assert len(batch.source) == len(batch.target) > 0
        assert all(row[-1] == segmenter.end for row in (*batch.source, *batch.target))
    assert after == whole[stop + 1 :]


def test_batches_prepared_by_other_processes_are_the_same(
    segmenter: Segmenter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mt.training.corpora._POOL", 60)
    recipe = replace(RECIPE, batch_tokens=100, sampling=0.5, corpora={"a": 1.5})
    corpora = [corpus_of("a", 150)]
    here, there = (batches(corpora, recipe, segmenter, Position(1, 2, 1), processes) for processes in (0, 2))
    assert list(islice(here, 150)) == list(islice(there, 150))
    there.close()


def test_pieces_are_those_of_the_engines(segmenter: Segmenter, compact: Model, arabic: list[str]) -> None:
    vocabulary = Vocabulary(compact.path)
    expected = [[*(vocabulary.numbers[p] for p in vocabulary.encode(text)), segmenter.end] for text in arabic[:50]]
    assert segmenter.source(arabic[:50]) == expected


def test_sampled_pieces_differ_by_chance_and_say_the_same(segmenter: Segmenter) -> None:
    texts = ["The committee will publish its report on Thursday evening."] * 5
    first, again, other = (segmenter.target(texts, 0.3, random.Random(seed)) for seed in (1, 1, 2))
    assert first == again
    assert first != other
    assert len({tuple(row) for row in first}) > 1
    assert {segmenter.text(row) for row in (*first, *other)} == set(texts)


def test_sampling_with_the_model_s_probabilities_mostly_cuts_as_the_model_does(
    segmenter: Segmenter, arabic: list[str]
) -> None:
    words = [word for text in arabic for word in normalize(text).split()]
    changed = []
    for alpha in (0.0, 1.0, 0.2):
        rows = zip(segmenter.source(words), segmenter.source(words, alpha, random.Random(1)), strict=True)
        changed.append(sum(sampled != plain for plain, sampled in rows) / len(words))
    assert changed[0] == 0
    assert 0 < changed[1] < 0.2 < 0.3 < changed[2]


def test_pieces_without_probabilities_cannot_be_sampled(compact: Model, altered: Callable[..., Path]) -> None:
    from sentencepiece import SentencePieceTrainer

    model = io.BytesIO()
    SentencePieceTrainer.train(
        sentence_iterator=iter(["the cat sat on the mat"] * 20), model_writer=model, model_type="bpe",
        vocab_size=20, minloglevel=2,
    )  # fmt: skip
    segmenter = Segmenter(altered({"target.spm": model.getvalue()}))
    with pytest.raises(InputError, match="--sampling: this model's pieces have no probabilities"):
        segmenter.target(["the cat"], 0.5)


def test_a_translation_holds_no_arabic_and_no_padding(segmenter: Segmenter, compact: Model) -> None:
    numbers = Vocabulary(compact.path).numbers
    allowed = set(segmenter.allowed())
    assert not allowed & {numbers["<pad>"], numbers["<unk>"], numbers["▁في"]}
    assert allowed >= {numbers["</s>"], numbers["▁the"], numbers["."], numbers["▁"]}


def test_a_vocabulary_of_one_s_own(tmp_path: Path) -> None:
    texts = [*corpus_of("a", 200).sources, *corpus_of("a", 200).targets, "“Quoted” – once"]
    write_vocabulary(texts, 60, tmp_path)
    numbers = Vocabulary(tmp_path).numbers
    assert (numbers["</s>"], numbers["<unk>"], numbers["<pad>"]) == (0, 1, len(numbers) - 1)
    assert "“" not in numbers, "texts are normalised first"
    segmenter = Segmenter(tmp_path)
    assert segmenter.text(segmenter.target(["The train arrived 7"])[0]) == "The train arrived 7"


def test_more_letters_than_pieces(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no vocabulary of 60 pieces can be made of these texts .*raise --vocabulary"):
        write_vocabulary(["".join(map(chr, range(0x61, 0x7B))), "".join(map(chr, range(0x627, 0x64B)))], 60, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_the_journal_forgets_what_came_after_the_checkpoint(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    lines = [json.dumps({"step": step, "loss": 1.0}) for step in (20, 40, 60)]
    path.write_text("\n".join([*lines, '{"step": 80, "lo']))
    journal = Journal(path, 40)
    journal.add({"step": 60, "loss": 0.5})
    assert [json.loads(line) for line in path.read_text().splitlines()] == journal.events
    assert [(event["step"], event["loss"]) for event in journal.events] == [(20, 1.0), (40, 1.0), (60, 0.5)]
    assert Journal(path, 0).events == []


@pytest.mark.parametrize("count", [0, 1, 2, 500])
def test_the_plot_is_a_picture(count: int, tmp_path: Path) -> None:
    events = [{"step": 20 * n, "loss": 8 / (n + 1)} for n in range(count)]
    plot([*events, {"step": 20 * count + 1, "scores": {"bleu": 3.0}}], tmp_path / "p.svg")
    root = ElementTree.parse(tmp_path / "p.svg").getroot()
    lines = root.findall("{http://www.w3.org/2000/svg}polyline")
    assert [len((line.get("points") or "").split()) for line in lines] == ([count] if count else []) + [1]


def test_a_card_with_nothing_to_tell(tmp_path: Path) -> None:
    text = card(
        "ours", corpora=[(corpus_of("c.tsv", 1200), 2.0)], figures={"updates": 12000}, start="from tiny",
        command="muwazi train", licence=None, attribution=None,
    )  # fmt: skip
    assert text.startswith("---\nlanguage: [ar, en]\n")
    assert "| c.tsv | 1,200 of 1,200 | 2 | `c.tsv` |" in text
    assert "| updates | 12,000 |" in text
    assert "No licence is stated" in text
    assert "Left out" not in text


@pytest.mark.parametrize(("count", "rows", "columns"), [(1, 1, 1), (3, 16, 16), (2, 64, 16), (2, 16, 64)])
def test_orthogonal_matrices(count: int, rows: int, columns: int) -> None:
    import torch

    from mt.training.muon import orthogonal

    chance = torch.Generator().manual_seed(3)
    found = orthogonal(1e-4 * torch.randn(count, rows, columns, generator=chance))
    values = torch.linalg.svdvals(found)
    assert found.shape == (count, rows, columns)
    assert (values[:, :-1] > 0.6).all()  # the smallest one of a square matrix may be near zero and stay behind
    assert (values < 1.3).all()


def test_muon_moves_as_torchs_does() -> None:
    import torch

    from mt.training.muon import Muon

    chance = torch.Generator().manual_seed(4)
    start = [torch.randn(shape, generator=chance) for shape in ((8, 8), (8, 8), (24, 8), (8, 24))]
    ours, theirs = ([matrix.clone().requires_grad_() for matrix in start] for _ in range(2))
    both = [
        Muon(ours, 0.1, 0.01),
        torch.optim.Muon(theirs, lr=0.1, weight_decay=0.01, adjust_lr_fn="match_rms_adamw"),
    ]
    for _ in range(5):
        for our, their in zip(ours, theirs, strict=True):
            our.grad = torch.randn(our.shape, generator=chance)
            their.grad = our.grad.clone()
        for optimizer in both:
            optimizer.step()
    for before, our, their in zip(start, ours, theirs, strict=True):
        assert torch.linalg.norm(our - their) < 0.02 * torch.linalg.norm(our - before)  # bfloat16 has 8 bits


def test_pieces_of_the_same_pairs_get_similar_embeddings() -> None:
    import numpy as np

    from mt.training.embeddings import cooccurrence

    chance = random.Random(5)
    # Ten words and their translations, ten more; number 20 stands in all pairs, 21 in one, 22 in none.
    rows = [[n for word in chance.sample(range(10), 4) for n in (word, word + 10)] + [20] for _ in range(300)]
    rows[0].append(21)
    found = cooccurrence(rows, 23, 12, seed=1)
    assert found.shape == (23, 12)
    assert np.linalg.norm(found, axis=1) == pytest.approx([1] * 21 + [0, 0], abs=1e-5)
    alike = found[:20] @ found[:20].T - 2 * np.eye(20)
    assert [int(n) for n in alike.argmax(axis=1)] == [(n + 10) % 20 for n in range(20)]
    assert (cooccurrence(rows, 23, 12, seed=1) == found).all()
