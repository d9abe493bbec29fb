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
from functools import cache
from pathlib import Path

from mt.ct2 import CTranslate2Engine
from mt.device import choose
from mt.engine import Decoding, Engine, Hypothesis, cores, report
from mt.marian import MarianEngine
from mt.model import BUNDLED, Model, cache_folder, find
from mt.shortlist import SHORTLIST, Shortlist

__all__ = ["SEEDS", "forced_engine", "opus_shape"]

VOCABULARY = 62_834
NAME = "opus-shape-2"
COMMON, CANDIDATES = 4_000, 20
SEEDS = Path(__file__).resolve().parent.parent / "seeds"


def forced_engine(model: Model, name: str = "ctranslate2", threads: int = 0, device: str = "cpu") -> Engine:
    """Load an engine that decodes as long as the batch's longest row, and gives texts as long as each row."""
    place = choose(name, device, "auto", report)
    factory = _ForcedCTranslate2 if place.engine == "ctranslate2" else _ForcedMarian
    return factory(model, place.precision, threads or cores(), place.device)


class _ForcedCTranslate2(CTranslate2Engine):
    def translate(self, batch: Sequence[Sequence[str]], decoding: Decoding) -> list[Hypothesis]:
        return _spoken(batch, super().translate(batch, decoding))

    def _bounds(self, longest: int) -> dict[str, int]:
        return {"min_decoding_length": longest, "max_decoding_length": longest}


class _ForcedMarian(MarianEngine):
    def translate(self, batch: Sequence[Sequence[str]], decoding: Decoding) -> list[Hypothesis]:
        return _spoken(batch, super().translate(batch, decoding))

    def _bounds(self, longest: int) -> dict[str, int]:
        return {"min_new_tokens": longest, "max_new_tokens": longest}


def _spoken(batch: Sequence[Sequence[str]], decoded: Sequence[Hypothesis]) -> list[Hypothesis]:
    """Put running English in the place of what random weights say."""
    english = _english()
    told = []
    for row, hypothesis in zip(batch, decoded, strict=True):
        # As many pieces as the row, `</s>` among them, from another place for each row.
        start = sum(map(len, row)) * 37 % (len(english) - len(row))
        told.append(Hypothesis(english[start : start + len(row) - 1], hypothesis.score))
    return told


@cache
def _english() -> tuple[str, ...]:
    """Cut the seeds' English into compact's pieces, which are the first of the model's."""
    from sentencepiece import SentencePieceProcessor

    text = " ".join(path.read_text("utf-8") for path in sorted(SEEDS.glob("*.en.txt")))
    return tuple(SentencePieceProcessor(str(find(BUNDLED, print).path / "target.spm")).encode(text, out_type=str))


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
    for name in ("source.spm", "target.spm", "tokenizer_config.json"):
        shutil.copyfile(small / name, folder / name)
    numbers = json.loads((small / "vocab.json").read_text("utf-8"))
    del numbers["<pad>"]
    fillers = {("حشو" if number % 2 else "filler") + str(number): number for number in range(len(numbers), pad)}
    numbers |= fillers | {"<pad>": pad}
    (folder / "vocab.json").write_text(json.dumps(numbers, ensure_ascii=False), "utf-8")
    written = [piece for piece in fillers if piece.isascii()]
    chance = random.Random(0)
    candidates = {piece: tuple(chance.sample(written, CANDIDATES)) for piece in numbers if not piece.isascii()}
    Shortlist(tuple(written[:COMMON]), candidates).write(folder / SHORTLIST, find(str(folder), print))
