"""Shortlists: what is learned, kept, tried and used, and that no search says what its vocabulary leaves out."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from mt.cli import cli
from mt.console import Console
from mt.engine import ENGINES, Decoding, Engine, load_engine
from mt.errors import InputError, ModelError
from mt.model import Model, find
from mt.normalize import has_arabic, normalize
from mt.options import Setup
from mt.shortlist import SHORTLIST, Shortlist, Trial, learn, shortlist_of, shortlist_path
from mt.shortlist_trial import make_shortlist
from mt.vocabulary import END, Vocabulary

Altered = Callable[..., Path]
PASSED = Trial(1, 1000, 1000, 10.0, 10.0)
SMALL = Shortlist(("▁the", "▁a", "."), {"▁كتاب": ("▁book",)})


@pytest.fixture
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MUWAZI_CACHE_DIR", str(tmp_path / "cache"))


def split(*pairs: tuple[str, str]) -> list[tuple[list[str], list[str]]]:
    return [(source.split(), target.split()) for source, target in pairs]


TAUGHT = split(
    ("كتاب جديد", "the new book"),
    ("قلم جديد", "the new pen"),
    ("كتاب قديم", "the old book"),
    ("قلم", "the pen"),
    ("Muna كتاب", "the book Muna"),
)


def test_a_source_piece_brings_in_what_it_becomes() -> None:
    found = learn(TAUGHT, 1, ["▁x", "y", "Muna", "the", "long"])
    assert found.common == ("the", "▁x", "y"), "the commonest, and all single letters"
    best = {source: targets[0] for source, targets in found.candidates.items()}
    assert best == {"كتاب": "book", "قلم": "pen", "جديد": "new", "قديم": "old", "Muna": "Muna"}
    assert all(found.allows(source, target) for source, target in TAUGHT)


@pytest.mark.parametrize(
    ("source", "target", "allowed"),
    [("كتاب", "the book", True), ("قلم", "the book", False), ("", "the", True), ("", "book", False), ("قلم", "", True)],
)
def test_what_is_allowed_follows_from_the_source(source: str, target: str, allowed: bool) -> None:
    assert learn(TAUGHT, 1, []).allows(source.split(), target.split()) is allowed


def test_no_source_piece_brings_in_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mt.shortlist.CANDIDATES", 2)
    found = learn([*TAUGHT, *split(("كتاب", "a b c d e f"))], 0, [])
    assert max(map(len, found.candidates.values())) == 2


def test_the_same_pairs_make_the_same_list() -> None:
    one, other = learn(TAUGHT, 1, ["q"]), learn(list(TAUGHT), 1, ["q"])
    assert one.text == other.text
    assert one.digest == other.digest == replace(one, trials=(PASSED,)).digest
    assert one.digest != learn(TAUGHT[1:], 1, ["q"]).digest


def test_the_text_is_a_vocabulary_map() -> None:
    assert SMALL.text == "\t▁the ▁a .\n▁كتاب\t▁book\n"


@pytest.mark.parametrize(
    ("sentences", "identical", "bleu", "without", "passed"),
    [
        (1000, 1000, 30.0, 30.0, True),
        (1000, 995, 30.0, 30.1, True),
        (1000, 994, 30.0, 30.0, False),
        (1000, 999, 29.8, 30.0, False),
        (1000, 999, 31.0, 30.0, True),
        (0, 0, 0.0, 0.0, False),
    ],
)
def test_what_passes(sentences: int, identical: int, bleu: float, without: float, passed: bool) -> None:
    trial = Trial(4, sentences, identical, bleu, without)
    assert trial.passed is passed
    listed = replace(SMALL, trials=(trial,))
    assert (listed.passed(4), listed.passed(1), listed.passed(5)) == (passed, False, False)


@pytest.mark.usefixtures("own_cache")
def test_it_is_kept_in_the_cache_or_beside_the_model(altered: Altered) -> None:
    model = find(str(altered({})), pytest.fail)
    assert shortlist_of(model) is None
    beside, cached = replace(SMALL, trials=(PASSED,)), replace(SMALL, common=("▁the",))
    beside.write(model.path / SHORTLIST, model)
    assert shortlist_of(model) == beside
    shortlist_path(model).parent.mkdir(parents=True)
    cached.write(shortlist_path(model), model)
    assert shortlist_of(model) == cached
    assert find(str(model.path), pytest.fail) == model, "the revision is that of the weights"


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"{", "cannot be read"),
        (b"\xff", "cannot be read"),
        (b"[]", "is no shortlist"),
        (b"{}", "is no shortlist"),
        (b'{"model": "a@b", "common": 5, "candidates": {}, "trials": []}', "is no shortlist"),
        (b'{"model": "a@b", "common": "", "candidates": {}, "trials": [{"x": 1}]}', "is no shortlist"),
        (b'{"model": "a@b", "common": "", "candidates": {}, "trials": []}', "was made for a@b, not for altered@"),
    ],
)
def test_a_broken_list_is_one_line(altered: Altered, data: bytes, message: str) -> None:
    model = find(str(altered({SHORTLIST: data})), pytest.fail)
    with pytest.raises(ModelError, match=message) as caught:
        shortlist_of(model)
    assert str(caught.value).startswith(str(model.path / SHORTLIST))
    assert "\n" not in str(caught.value)
    assert CliRunner().invoke(cli, ["model", "convert", str(model.path)]).exit_code == 1


@pytest.fixture
def listed(altered: Altered) -> Model:
    """Give a model with a tiny shortlist, passed in greedy search."""
    model = find(str(altered({})), pytest.fail)
    replace(SMALL, trials=(PASSED,)).write(model.path / SHORTLIST, model)
    return model


def test_the_engine_says_nothing_else(listed: Model, ct2: Engine, vocabulary: Vocabulary) -> None:
    engine = load_engine(listed, "ctranslate2", "int8", 1)
    book, pen = ([*vocabulary.encode(text), END] for text in ("كتاب كبير في البيت", "قلم كبير في البيت"))
    short = Decoding(1, shortlist=SMALL.digest)
    (with_book,), (with_pen,) = engine.translate([book], short), engine.translate([pen], short)
    assert set(with_book.pieces) <= {*SMALL.common, "▁book"}
    assert set(with_pen.pieces) <= set(SMALL.common)
    assert "▁book" in with_book.pieces
    assert engine.translate([book, pen], Decoding(2)) == ct2.translate([book, pen], Decoding(2)), "off unless asked"
    (braked,) = engine.translate([book], replace(short, beam=2).braked())
    grams = list(zip(braked.pieces, braked.pieces[1:], braked.pieces[2:], strict=False))
    assert set(braked.pieces) <= {*SMALL.common, "▁book"}
    assert len(grams) == len(set(grams)), "the brakes work on the pieces that are left"


def test_a_neighbour_brings_in_its_pieces(listed: Model, vocabulary: Vocabulary) -> None:
    """Why deterministic runs do without a shortlist."""
    engine = load_engine(listed, "ctranslate2", "int8", 1)
    sentences = ("هذا الكتاب جديد", "كتاب جديد وجميل")
    row, neighbour = ([*vocabulary.encode(normalize(text)), END] for text in sentences)
    assert "▁كتاب" in neighbour
    assert "▁كتاب" not in row
    short = Decoding(1, shortlist=SMALL.digest)
    alone, company = engine.translate([row], short)[0], engine.translate([row, neighbour], short)[0]
    assert "▁book" not in alone.pieces
    assert "▁book" in company.pieces


OPTIONS = {"device": "cpu", "precision": "auto", "threads": 1, "no_memory": True, "glossary": None}


@pytest.mark.parametrize(
    ("changes", "deterministic", "on"),
    [
        ({}, False, True),
        ({}, True, False),
        ({"fast": False, "beam": 4}, False, False),
        ({"precision": "float32"}, False, False),
        ({"engine": "transformers"}, False, False),
    ],
    ids=["as tried", "deterministic", "beam 4", "float32", "transformers"],
)
def test_it_is_used_as_it_was_tried(listed: Model, changes: dict[str, Any], deterministic: bool, on: bool) -> None:
    options = {**OPTIONS, "engine": "auto", "beam": 1, "fast": True, **changes}
    setup = Setup.of(Console(), {**options, "model": str(listed.path)}, deterministic=deterministic)
    assert setup.decoding.shortlist == (SMALL.digest if on else "")
    decoding = setup.record()["decoding"]
    assert decoding.get("shortlist") == (SMALL.digest if on else None)
    without = Setup.of(Console(), {**options, "model": "compact"}, deterministic=deterministic)
    assert without.record()["decoding"] == {name: value for name, value in decoding.items() if name != "shortlist"}


@dataclass(frozen=True)
class Pair:
    source: str
    target: str | None


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mt.shortlist_trial.HELD_OUT", 20)
    monkeypatch.setattr("mt.shortlist_trial.FIRST", 100)


def pairs(arabic: Sequence[str]) -> Iterator[Pair]:
    yield from (Pair("Latin", "Latin"), Pair("بلا ترجمة", None), Pair("كتاب " * 200, "too long"))
    for sentence in arabic[:120]:
        yield from (Pair(sentence, f"A reference of {len(sentence)} letters"), Pair(sentence, "seen before"))


def lengths(hypotheses: Sequence[str], references: Sequence[str]) -> float:
    """Stand in for BLEU: what is given to it shows in the figure."""
    assert len(hypotheses) == len(references) == 20
    assert all(reference.startswith("A reference of") for reference in references)
    return sum(map(len, hypotheses)) / 20


@pytest.mark.usefixtures("small")
def test_a_shortlist_is_tried_on_other_sentences(altered: Altered, arabic: list[str]) -> None:
    model = find(str(altered({})), pytest.fail)
    told: list[str] = []
    path = model.path / SHORTLIST
    found = make_shortlist(model, pairs(arabic), path, lengths, told.append)
    assert told == [
        f"{model.id} translates 100 sentences",
        "the trial: 20 other sentences, each alone",
    ]
    assert shortlist_of(model) == found
    assert [(trial.beam, trial.sentences) for trial in found.trials] == [(1, 20), (4, 20)]
    assert 100 <= len(found.common) < 2500
    for trial in found.trials:
        assert 0 <= trial.identical <= 20
        assert trial.identical < 20 or trial.bleu == trial.bleu_without
    assert not found.passed(1), "100 sentences teach too little"


@pytest.mark.usefixtures("small", "own_cache")
def test_a_list_of_all_pieces_changes_nothing(
    altered: Altered, arabic: list[str], vocabulary: Vocabulary, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = find(str(altered({})), pytest.fail)
    everything = Shortlist(tuple(piece for piece in vocabulary.numbers if piece not in vocabulary.unwritten), {})
    monkeypatch.setattr("mt.shortlist_trial.learn", lambda *_: everything)
    found = make_shortlist(model, pairs(arabic), shortlist_path(model), lengths, lambda _: None)
    assert [(trial.identical, trial.passed) for trial in found.trials] == [(20, True), (20, True)]


@pytest.mark.usefixtures("small", "own_cache")
def test_too_few_sentences(altered: Altered, arabic: list[str]) -> None:
    model = find(str(altered({})), pytest.fail)
    with pytest.raises(InputError, match=r"99 different sentences with references are too few .* 100 or more"):
        make_shortlist(model, pairs(arabic[:99]), shortlist_path(model), lengths, lambda _: None)
    assert shortlist_of(model) is None


@pytest.mark.usefixtures("small")
def test_the_command(altered: Altered, arabic: list[str], tmp_path: Path) -> None:
    folder = altered({})
    corpus = tmp_path / "corpus.tsv"
    lines = [f"{sentence}\tA sentence of {len(sentence)} letters\n" for sentence in arabic[:110]]
    corpus.write_text("source\ttarget\n" + "".join(lines), "utf-8")
    result = CliRunner().invoke(cli, ["model", "convert", str(folder), "--shortlist", str(corpus), "--beside"])
    assert result.exit_code == 0, result.output
    digest = json.loads((folder / SHORTLIST).read_text("utf-8"))["digest"]
    assert f"note: shortlist {digest}, greedy: " in result.stderr
    assert ", off\n" in result.stderr
    converted = Path(result.stdout.rstrip("\n"))
    assert converted.name.endswith(f"-{digest}")
    assert (converted / "vmap.txt").is_file()
    told = CliRunner().invoke(cli, ["model", "info", str(folder), "--json"])
    shortlist = json.loads(told.stdout)["shortlist"]
    assert shortlist["digest"] == digest
    assert [(trial["beam"], trial["sentences"], trial["on"]) for trial in shortlist["trials"]] == [
        (1, 20, False),
        (4, 20, False),
    ]
    assert "greedy: " in CliRunner().invoke(cli, ["model", "info", str(folder)]).stdout


@pytest.mark.parametrize("name", ENGINES)
def test_no_engine_says_an_arabic_piece(altered: Altered, vocabulary: Vocabulary, name: str) -> None:
    """However much the model would like to: here a bias asks for one at every step."""
    from safetensors.torch import load_file, save_file

    folder = altered({"model.safetensors": None})
    weights = load_file(find("compact", pytest.fail).path / "model.safetensors")
    bias = weights["final_logits_bias"].clone()
    bias[0, vocabulary.numbers["▁كتاب"]] = 100
    bias[0, vocabulary.numbers["▁book"]] = 50
    save_file({**weights, "final_logits_bias": bias}, folder / "model.safetensors", metadata={"format": "pt"})
    engine = load_engine(find(str(folder), pytest.fail), name, "float32", 1)
    rows = [[*vocabulary.encode(text), END] for text in ("قرأ الولد الكتاب", "شكرا")]
    for decoding in (Decoding(1), Decoding(2)):
        for hypothesis in engine.translate(rows, decoding):
            assert "▁book" in hypothesis.pieces, "what is left of the bias"
            assert not has_arabic(" ".join(hypothesis.pieces))
            if decoding.beam == 1:  # a beam ends early, by an unlikely `</s>`
                assert hypothesis.score > -1, "the probabilities of what may be said add up to 1"


@pytest.mark.parametrize("name", ENGINES)
def test_an_arabic_piece_in_a_reference_can_be_looked_at(compact: Model, vocabulary: Vocabulary, name: str) -> None:
    engine = load_engine(compact, name, "float32", 1)
    source, target = [*vocabulary.encode("قرأ الولد الكتاب"), END], [*vocabulary.encode("He read الكتاب twice"), END]
    (weights,) = engine.attend([source], [target])
    assert len(weights) >= len(target) - 1
    assert all(sum(row) == pytest.approx(1, abs=1e-3) for row in weights)
