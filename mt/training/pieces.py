"""Texts to piece numbers for training, with subword regularisation; and new vocabularies."""

import io
import json
import math
import random
from bisect import bisect
from collections.abc import Iterable, Sequence
from itertools import accumulate
from pathlib import Path

from mt.atomic import atomic
from mt.errors import InputError, ModelError, reason
from mt.normalize import has_arabic, normalize
from mt.vocabulary import END, PAD, UNKNOWN, Vocabulary

__all__ = ["Segmenter", "write_vocabulary"]


_ENOUGH = 2_000_000
"""Texts that decide a vocabulary; more make no better one, and take memory."""


_WAYS = 8
"""Ways to cut a word among which subword regularisation chooses; the rest are hardly ever likely."""

_REMEMBERED = 500_000
"""Words of a language whose ways are kept at most, a kilobyte each."""


class Segmenter:
    """The two sentencepiece models of a Marian folder, from normalised texts to rows of numbers and back."""

    def __init__(self, folder: Path) -> None:
        from sentencepiece import SentencePieceProcessor

        self._vocabulary = Vocabulary(folder)
        numbers = self._vocabulary.numbers
        self.end, self.unknown, self.pad = numbers[END], numbers[UNKNOWN], numbers[PAD]
        self.size = len(numbers)
        if sorted(numbers.values()) != list(range(self.size)):
            raise ModelError(f"{folder / 'vocab.json'}: the numbers have gaps; is this a Marian vocabulary?")
        self._pieces = {number: piece for piece, number in numbers.items()}
        self._ways: dict[tuple[int, float], dict[str, tuple[list[list[int]], tuple[float, ...]]]] = {}
        self._processors = []
        for name in ("source.spm", "target.spm"):
            processor = SentencePieceProcessor(str(folder / name))
            table = [numbers.get(processor.id_to_piece(i), self.unknown) for i in range(len(processor))]
            self._processors.append((processor, table))

    def source(
        self, texts: Iterable[str], sampling: float = 0.0, chance: random.Random | None = None
    ) -> list[list[int]]:
        """Cut source texts into numbers, each row ended by `</s>`.

        With `sampling` each word is cut in one of its likeliest ways at random, a way's probability being the unigram
        model's to this power (Kudo 2018): 1 as the model has it, near 0 all ways alike. The chance is `chance` alone:
        sentencepiece's own sampling cannot be repeated in another process.
        """
        return self._rows(0, texts, sampling, chance)

    def target(
        self, texts: Iterable[str], sampling: float = 0.0, chance: random.Random | None = None
    ) -> list[list[int]]:
        """Cut target texts into numbers, as `source` does."""
        return self._rows(1, texts, sampling, chance)

    def text(self, row: Iterable[int]) -> str:
        """Join a target row up to its `</s>` into text."""
        pieces = []
        for number in row:
            if number == self.end:
                break
            if number != self.pad:
                pieces.append(self._pieces[number])
        return self._vocabulary.decode(pieces)

    def allowed(self) -> list[int]:
        """Give the numbers that a translation may hold: no `<pad>`, no `<unk>`, and no piece with an Arabic letter.

        In a shared vocabulary half of the pieces are Arabic, so the softmax costs half. CTranslate2 begins a
        translation with a zero embedding and transformers with `<pad>`'s, so `<pad>` must not be trained here.
        """
        barred = {self.pad, self.unknown}
        return [n for n in range(self.size) if n not in barred and not has_arabic(self._pieces[n])]

    def _rows(self, side: int, texts: Iterable[str], sampling: float, chance: random.Random | None) -> list[list[int]]:
        processor, table = self._processors[side]
        if not sampling:
            return [[*(table[i] for i in row), self.end] for row in processor.encode(list(texts), out_type=int)]
        known = self._ways.setdefault((side, sampling), {})
        if len(known) > _REMEMBERED:
            known.clear()
        parted = [text.split() for text in texts]  # pieces don't reach over spaces
        self._cut(side, sampling, list({word: None for words in parted for word in words if word not in known}))
        draw = (chance or random.Random()).random
        rows = []
        for words in parted:
            row: list[int] = []
            for word in words:
                ways, bounds = known[word]
                row += ways[bisect(bounds, draw())]
            rows.append([*row, self.end])
        return rows

    def _cut(self, side: int, sampling: float, words: list[str]) -> None:
        """Find words' likeliest ways to be cut, and where each way's part of the probability ends but the last's."""
        if not words:
            return
        processor, table = self._processors[side]
        known = self._ways[side, sampling]
        try:
            found = processor.nbest_encode_as_ids(words, _WAYS)
        except RuntimeError as error:
            raise InputError(
                f"--sampling: this model's pieces have no probabilities ({reason(error)}); leave it out"
            ) from error
        worth = [processor.get_score(i) for i in range(len(processor))]
        for word, ways in zip(words, found, strict=True):
            scores = [sum(worth[i] for i in way) for way in ways]
            best = max(scores)
            weights = [math.exp(sampling * (score - best)) for score in scores]
            total = sum(weights)
            bounds = tuple(bound / total for bound in accumulate(weights[:-1]))
            known[word] = [[table[i] for i in way] for way in ways], bounds


def write_vocabulary(texts: Sequence[str], size: int, folder: Path) -> None:
    """Train one sentencepiece vocabulary on texts of both languages and write a Marian folder's three files of it.

    Unigram pieces (Kudo 2018) numbered as sentencepiece does, `</s>` 0 and `<unk>` 1, and `<pad>` after the last;
    texts are normalised by `mt.normalize` alone. `size` counts the pieces without `<pad>`; few texts give fewer.

    Raises `InputError` where the texts have more letters than that.
    """
    from sentencepiece import SentencePieceProcessor, SentencePieceTrainer

    if len(texts) > _ENOUGH:
        texts = random.Random(1).sample(texts, _ENOUGH)
    model = io.BytesIO()
    try:
        SentencePieceTrainer.train(
            sentence_iterator=(normalize(text) for text in texts),
            model_writer=model,
            model_type="unigram",
            vocab_size=size,
            hard_vocab_limit=False,
            character_coverage=0.9999,
            normalization_rule_name="identity",
            eos_id=0,
            unk_id=1,
            bos_id=-1,
            pad_id=-1,
            shuffle_input_sentence=False,  # the order changes the pieces, and its chance cannot be seeded twice
            minloglevel=2,
        )
    except RuntimeError as error:
        raise InputError(
            f"no vocabulary of {size} pieces can be made of these texts ({reason(error)}); raise --vocabulary"
        ) from error
    processor = SentencePieceProcessor(model_proto=model.getvalue())
    numbers = {processor.id_to_piece(i): i for i in range(len(processor))}
    numbers[PAD] = len(numbers)
    for name in ("source.spm", "target.spm"):
        with atomic(folder / name) as handle:
            handle.write(model.getvalue())
    with atomic(folder / "vocab.json") as handle:
        handle.write(json.dumps(numbers, ensure_ascii=False, indent=0).encode())
