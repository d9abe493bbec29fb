"""Pieces are those of transformers' own tokenizer, and text comes back from them as there."""

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mt.errors import ModelError
from mt.model import Model
from mt.normalize import normalize
from mt.vocabulary import END, PAD, UNKNOWN, Vocabulary

HARD = [
    "",
    " ",
    "ـ",
    "كلمة",
    "كَتَبَ",
    "COVID-19 في 2024",
    "العدد ٣٫٥٪ و1,250.75$",
    "https://example.org/a?b=ج",
    "😀🎉 فرح 👨‍👩‍👧",
    "漢字 и кириллица",
    "\u4e00\U0001f9ff\u0e01",
    "▁كلمة▁",
    "⁇ <b> </x> <unknown>",
    "ا" * 300,
    "آآآ، ؛؟!...",
    "a\u0301\u0301\u0301",
]
SIGNS = "abcXYZ 0123٤٥٦😀漢ж⁇▁<>&،؛؟٪.,\u200d\u0301كتبةأإئؤءى"


@pytest.fixture(scope="module")
def tokenizer(compact: Model) -> Any:
    from transformers import MarianTokenizer

    return MarianTokenizer.from_pretrained(compact.path)


@pytest.fixture(scope="module")
def varied(arabic: list[str]) -> list[str]:
    """Give natural sentences, the same with noise in them, and noise alone."""
    chance = random.Random(7)
    noisy = []
    for sentence in arabic:
        letters = list(sentence)
        for _ in range(3):
            letters.insert(chance.randrange(len(letters) + 1), chance.choice(SIGNS))
        noisy.append("".join(letters))
    noise = ["".join(chance.choices(SIGNS, k=chance.randrange(1, 30))) for _ in range(200)]
    return [*HARD, *arabic, *noisy, *noise]


def test_pieces_and_their_numbers_are_the_tokenizers(varied: list[str], vocabulary: Vocabulary, tokenizer: Any) -> None:
    assert len(varied) > 500
    unknown = 0
    for text in [*varied, *map(normalize, varied)]:
        pieces = vocabulary.encode(text)
        numbers = [vocabulary.numbers[piece] for piece in [*pieces, END]]
        assert numbers == tokenizer(text)["input_ids"], text
        assert [UNKNOWN if p not in vocabulary.numbers else p for p in tokenizer.tokenize(text)] == pieces, text
        unknown += UNKNOWN in pieces
    assert unknown > 100, "the noise has too little that the model does not know"


def test_text_is_the_tokenizers(varied: list[str], vocabulary: Vocabulary, tokenizer: Any) -> None:
    chance = random.Random(8)
    pieces = [piece for piece in vocabulary.numbers if piece not in (END, PAD, UNKNOWN)]
    rows = [chance.choices(pieces, k=chance.randrange(1, 40)) for _ in range(300)]
    rows += [[piece for piece in vocabulary.encode(text) if piece != UNKNOWN] for text in varied]
    for row in rows:
        numbers = [vocabulary.numbers[piece] for piece in row]
        assert vocabulary.decode(row) == tokenizer.decode([*numbers, 0], skip_special_tokens=True), row


@pytest.mark.parametrize(
    ("pieces", "text"),
    [
        ([], ""),
        (["▁"], ""),
        (["▁Good", "▁morning", "."], "Good morning."),
        (["▁", "▁a", "▁"], "a"),
        (iter(["▁a", "b"]), "ab"),
    ],
)
def test_decode(vocabulary: Vocabulary, pieces: list[str], text: str) -> None:
    assert vocabulary.decode(pieces) == text


@pytest.mark.parametrize("text", ["</s>", "<pad>", "<unk>", "نص </s> <pad> نص <unk>", ">>eng<< نص"])
def test_signs_of_the_model_are_plain_text_in_a_text(vocabulary: Vocabulary, text: str) -> None:
    """An article about tokenizers must not end its own sentence."""
    pieces = vocabulary.encode(text)
    assert not {END, PAD} & set(pieces)
    assert len(pieces) > 2


@given(st.text())
def test_any_text_has_pieces_that_the_model_knows(vocabulary: Vocabulary, text: str) -> None:
    assert set(vocabulary.encode(normalize(text))) <= vocabulary.numbers.keys()


@pytest.mark.parametrize(
    ("file", "data", "message"),
    [
        ("source.spm", b"garbage", "the vocabulary cannot be read"),
        ("target.spm", b"", "the vocabulary cannot be read"),
        ("target.spm", None, "the vocabulary cannot be read"),
        ("vocab.json", b"{", "the vocabulary cannot be read"),
        ("vocab.json", b"\xff", "the vocabulary cannot be read"),
        ("vocab.json", b"5", "the vocabulary cannot be read"),
        ("vocab.json", b"[]", "no </s> in it; is this a Marian vocabulary"),
        ("vocab.json", b'{"</s>": 0, "<unk>": 1}', "no <pad> in it"),
        ("vocab.json", None, "No such file"),
    ],
)
def test_a_broken_vocabulary_is_named(
    altered: Callable[..., Path], file: str, data: bytes | None, message: str
) -> None:
    folder = altered({file: data})
    with pytest.raises(ModelError, match=message) as caught:
        Vocabulary(folder)
    assert str(folder) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_pieces_that_no_translation_is_made_of(vocabulary: Vocabulary) -> None:
    """Letters and vowel marks of the Arabic script; English, digits and punctuation stay."""
    unwritten = vocabulary.unwritten
    assert {"▁كتاب", "و", "ال", "ّ"} & vocabulary.numbers.keys() <= unwritten
    assert not {"▁book", "s", ".", "،", "؟", "٣", "1", "▁", END, PAD, UNKNOWN} & unwritten
    assert all(any("\u0600" <= c <= "\u06ff" or c > "\ufb4f" for c in piece) for piece in unwritten)


def test_pieces_of_the_source_side_alone_are_never_put_out(altered: Callable[..., Path], tmp_path: Path) -> None:
    """As in opus-mt's models, whose sides have a sentencepiece model each and share the numbers."""
    from sentencepiece import SentencePieceTrainer

    sentences = iter(["The boy read the new book of his sister in the old library."] * 20)
    SentencePieceTrainer.train(
        sentence_iterator=sentences,
        model_prefix=str(tmp_path / "english"),
        vocab_size=40,
        hard_vocab_limit=False,
        minloglevel=2,
    )
    vocabulary = Vocabulary(altered({"target.spm": (tmp_path / "english.model").read_bytes()}))
    assert "▁translation" in vocabulary.unwritten
    assert not {"b", END, PAD} & vocabulary.unwritten
