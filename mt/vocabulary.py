"""Text to a model's pieces and back, with sentencepiece itself.

The pieces are those of transformers' `MarianTokenizer`, which is pure Python and several times slower; a test holds
the two to each other.
"""

import json
import unicodedata
from collections.abc import Iterable
from functools import cached_property
from pathlib import Path
from typing import Any

from mt.errors import ModelError, reason

__all__ = ["END", "PAD", "UNKNOWN", "Vocabulary"]

END = "</s>"
UNKNOWN = "<unk>"
PAD = "<pad>"


class Vocabulary:
    """The two sentencepiece models and the piece numbers of a Marian folder."""

    def __init__(self, folder: Path) -> None:
        from sentencepiece import SentencePieceProcessor

        try:
            self._source = SentencePieceProcessor(str(folder / "source.spm"))
            self._target = SentencePieceProcessor(str(folder / "target.spm"))
            self.numbers: dict[str, int] = dict(json.loads((folder / "vocab.json").read_text("utf-8")))
        except (OSError, RuntimeError, TypeError, ValueError) as error:
            raise ModelError(
                f"{folder}: the vocabulary cannot be read ({reason(error)}); get the model again"
            ) from error
        for piece in (END, UNKNOWN, PAD):
            if piece not in self.numbers:
                raise ModelError(f"{folder / 'vocab.json'}: no {piece} in it; is this a Marian vocabulary?")

    def encode(self, text: str) -> list[str]:
        """Cut a normalised text into source pieces; what the model has no piece for becomes `<unk>`, no `</s>`."""
        known = self.numbers
        return [p if p in known else UNKNOWN for p in self._source.encode(text, out_type=str)]

    def encode_target(self, text: str) -> list[str]:
        """Cut an English text into target pieces, as `encode` does an Arabic one."""
        known = self.numbers
        return [p if p in known else UNKNOWN for p in self._target.encode(text, out_type=str)]

    @cached_property
    def unwritten(self) -> frozenset[str]:
        """The pieces that no translation is made of: those with an Arabic letter or vowel mark, and the source's own.

        A vocabulary that was made for each side has pieces that never stood in an English text, of which no model
        learns when to put them out.
        """
        target = self._pieces(self._target)
        own = self._pieces(self._source) - target
        return frozenset(piece for piece in self.numbers if piece in own or _is_arabic(piece))

    def decode(self, pieces: Iterable[str]) -> str:
        """Join target pieces into text."""
        return str(self._target.decode_pieces(list(pieces))).strip()

    @staticmethod
    def _pieces(side: Any) -> set[str]:
        """Give a sentencepiece model's pieces."""
        return {side.id_to_piece(number) for number in range(side.get_piece_size())}


def _is_arabic(piece: str) -> bool:
    """Tell whether a piece has a letter or a mark of the Arabic script; its digits and punctuation don't count."""
    return not piece.isascii() and any(
        unicodedata.category(c)[0] in "LM" and unicodedata.name(c, "").startswith("ARABIC") for c in piece
    )
