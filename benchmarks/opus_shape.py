"""A model of opus-mt's shape with random weights: as heavy as the real one, and made without a network.

Random weights never put out `</s>` and soon go round in a loop. So the engine here forces the length of each output,
and hands back running English in its place: then what stands around the engine has its usual work, and no more.

Half of the pieces are Arabic, as in a vocabulary of two languages. The shortlist beside the model has the size of a
real one: 4,000 common pieces, and 20 candidates for each piece of a source.
"""

import json
import random
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

from mt.ct2 import CTranslate2Engine
from mt.engine import Decoding, Hypothesis
from mt.model import BUNDLED, Model, cache_folder, find
from mt.shortlist import SHORTLIST, Shortlist

__all__ = ["SEEDS", "ForcedEngine", "opus_shape"]

VOCABULARY = 62_834
NAME = "opus-shape-2"
COMMON, CANDIDATES = 4_000, 20
SEEDS = Path(__file__).resolve().parent.parent / "seeds"


class ForcedEngine(CTranslate2Engine):
    """CTranslate2 decoding for as long as the batch's longest row; texts as long as each row, out of the seeds."""

    def __init__(self, model: Model, threads: int) -> None:
        from sentencepiece import SentencePieceProcessor

        super().__init__(model, "int8", threads, "cpu")
        english = " ".join(path.read_text("utf-8") for path in sorted(SEEDS.glob("*.en.txt")))
        self._english: list[str] = SentencePieceProcessor(str(model.path / "target.spm")).encode(english, out_type=str)

    def translate(self, batch: Sequence[Sequence[str]], decoding: Decoding) -> list[Hypothesis]:
        """Decode one batch for as many steps as its longest row has pieces."""
        length = max(map(len, batch))
        results = self._translator.translate_batch(
            batch,
            beam_size=decoding.beam,
            max_batch_size=0,
            min_decoding_length=length,
            max_decoding_length=length,
            no_repeat_ngram_size=decoding.no_repeat_ngram,
            repetition_penalty=decoding.repetition_penalty,
            disable_unk=True,
            use_vmap=bool(decoding.shortlist),
            return_scores=True,
        )
        return [Hypothesis(self._text(row), float(r.scores[0])) for row, r in zip(batch, results, strict=True)]

    def _text(self, row: Sequence[str]) -> tuple[str, ...]:
        """Give running English of as many pieces as the row, `</s>` among them, from another place for each row."""
        start = sum(map(len, row)) * 37 % (len(self._english) - len(row))
        return tuple(self._english[start : start + len(row) - 1])


def opus_shape() -> Model:
    """Give the model, made once and kept in the cache: 6 + 6 layers of 512, 77 million parameters."""
    folder = cache_folder() / "benchmarks" / NAME
    if not folder.is_dir():
        folder.parent.mkdir(parents=True, exist_ok=True)
        temporary = Path(tempfile.mkdtemp(prefix=f".{NAME}.", dir=folder.parent))
        try:
            _make(temporary)
            temporary.rename(folder)
        finally:
            shutil.rmtree(temporary, ignore_errors=True)
    return find(str(folder), print)


def _make(folder: Path) -> None:
    """Write seeded weights, and the pieces of `compact` filled up with others to opus-mt's number."""
    import torch
    from transformers import MarianConfig, MarianMTModel

    small = find(BUNDLED, print).path
    pad = VOCABULARY - 1
    torch.manual_seed(0)
    config = MarianConfig(
        vocab_size=VOCABULARY,
        d_model=512,
        encoder_layers=6,
        decoder_layers=6,
        encoder_ffn_dim=2048,
        decoder_ffn_dim=2048,
        encoder_attention_heads=8,
        decoder_attention_heads=8,
        max_position_embeddings=512,
        activation_function="swish",
        scale_embedding=True,
        share_encoder_decoder_embeddings=True,
        tie_word_embeddings=True,
        bos_token_id=0,
        eos_token_id=0,
        forced_eos_token_id=0,
        pad_token_id=pad,
        decoder_start_token_id=pad,
    )
    MarianMTModel(config).save_pretrained(folder)
    for name in ("source.spm", "target.spm"):
        shutil.copyfile(small / name, folder / name)
    numbers = json.loads((small / "vocab.json").read_text("utf-8"))
    old_pad = numbers.pop("<pad>")
    fillers = {("حشو" if number % 2 else "filler") + str(number): number for number in range(len(numbers), pad)}
    numbers |= fillers | {"<pad>": pad}
    (folder / "vocab.json").write_text(json.dumps(numbers, ensure_ascii=False), "utf-8")
    tokenizer = json.loads((small / "tokenizer_config.json").read_text("utf-8"))
    special = tokenizer["added_tokens_decoder"]
    special[str(pad)] = special.pop(str(old_pad))
    (folder / "tokenizer_config.json").write_text(json.dumps(tokenizer), "utf-8")
    written = [piece for piece in fillers if piece.isascii()]
    chance = random.Random(0)
    candidates = {piece: tuple(chance.sample(written, CANDIDATES)) for piece in numbers if not piece.isascii()}
    Shortlist(tuple(written[:COMMON]), candidates).write(folder / SHORTLIST, find(str(folder), print))
