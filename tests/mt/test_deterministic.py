"""With `--deterministic` a translation is a function of its sentence, on every engine."""

import random
from collections.abc import Callable

import pytest

from mt.engine import Engine, load_engine
from mt.model import Model
from mt.translator import Translation, Translator


@pytest.mark.parametrize(("engine", "precision", "size"), [("ctranslate2", "float32", 12), ("transformers", "auto", 5)])
def test_engines_whose_sums_depend_on_the_batch_depend_on_nothing_else(
    translator: Callable[..., Translator],
    compact: Model,
    arabic: list[str],
    monkeypatch: pytest.MonkeyPatch,
    engine: str,
    precision: str,
    size: int,
) -> None:
    """In random company, in windows of any size: the same text, score and alternatives, bit for bit."""
    loaded: Engine = load_engine(compact, engine, precision, threads=1)
    assert not loaded.exact
    chance = random.Random(size)
    sentences = [*chance.sample(arabic, size), "كتاب جديد، " * 40, "", "راجع https://example.org/a1 اليوم"]
    found: dict[str, Translation] = {}
    for window, share in ((2048, 1.0), (5, 0.6), (2, 0.6)):
        monkeypatch.setattr("mt.translator.WINDOW", window)
        order = chance.sample(sentences, round(share * len(sentences)))
        stream = translator(loaded, beam=2, deterministic=True, alternatives=2).translate(order)
        for sentence, translation in zip(order, stream, strict=True):
            assert found.setdefault(sentence, translation) == translation, f"window {window}"
    assert found.keys() == set(sentences)
