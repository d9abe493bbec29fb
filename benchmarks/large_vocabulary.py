"""Makes a model with a large English vocabulary of one with a small one, for trying shortlists on.

    python benchmarks/large_vocabulary.py CORPUS [CORPUS ...] -o FOLDER [--model compact] [--pieces 32000]
    muwazi train --from FOLDER ...

The encoder's pieces stay. English gets a vocabulary of its own, made of the corpora's English sides, and each new piece
begins with the mean of the embeddings of those that it was written with before. Until it is trained the model is of no
use.
"""

import argparse
import json
import shutil
import tempfile
from pathlib import Path
from typing import Any

import torch

from corpus.formats import read
from mt.marian import load_weights
from mt.model import find
from mt.training.pieces import write_vocabulary
from mt.vocabulary import PAD, UNKNOWN, Vocabulary

_SPACE = "▁"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpora", nargs="+", type=Path)
    parser.add_argument("-o", "--output", type=Path, required=True)
    parser.add_argument("--model", default="compact")
    parser.add_argument("--pieces", type=int, default=32_000)
    options = parser.parse_args()
    texts = [pair.target for path in options.corpora for pair in read(path) if pair.target]
    old = find(options.model, print)
    vocabulary = Vocabulary(old.path)
    options.output.mkdir(parents=True)
    with tempfile.TemporaryDirectory() as folder:
        write_vocabulary(texts, options.pieces, Path(folder))
        new = json.loads((Path(folder) / "vocab.json").read_text("utf-8"))
        shutil.copy(Path(folder) / "target.spm", options.output)
    for name in ("source.spm", "tokenizer_config.json"):
        shutil.copy(old.path / name, options.output)
    added = [piece for piece in new if piece not in vocabulary.numbers]
    kept = [piece for piece in vocabulary.numbers if piece != PAD]
    numbers = {piece: number for number, piece in enumerate([*kept, *added, PAD])}
    (options.output / "vocab.json").write_text(json.dumps(numbers, ensure_ascii=False, indent=0), "utf-8")
    _grow(old.path, vocabulary, added, numbers[PAD]).save_pretrained(options.output)
    print(f"{len(added):,} pieces added, {len(numbers):,} in all, {len(new):,} of them for English: {options.output}")


def _grow(folder: Path, vocabulary: Vocabulary, added: list[str], pad: int) -> Any:
    """Give the model with a row for each added piece, and `<pad>` (a row of zeros) last."""
    model = load_weights(folder)
    table = model.get_input_embeddings().weight.detach()
    bias = model.final_logits_bias.detach()[0]
    keep = [number for piece, number in vocabulary.numbers.items() if piece != PAD]
    # A piece in the middle of a word has no space before it, which sentencepiece would put there.
    before = [
        [vocabulary.numbers[p] for p in vocabulary.encode_target(piece.replace(_SPACE, " ").strip())] for piece in added
    ]
    rows = torch.stack([table[numbers].mean(dim=0) for numbers in before])
    grown = torch.cat([table[keep], rows, torch.zeros(1, table.shape[1])])
    biases = torch.cat([bias[keep], torch.zeros(len(added)), bias[vocabulary.numbers[PAD], None]])
    model.resize_token_embeddings(pad + 1, mean_resizing=False)
    with torch.no_grad():
        model.get_input_embeddings().weight.copy_(grown)
        model.final_logits_bias = biases[None]
    for config in (model.config, model.generation_config):
        config.pad_token_id = config.decoder_start_token_id = pad
    model.generation_config.bad_words_ids = [[pad], [vocabulary.numbers[UNKNOWN]]]
    model.config.vocab_size = model.config.decoder_vocab_size = pad + 1
    return model


if __name__ == "__main__":
    main()
