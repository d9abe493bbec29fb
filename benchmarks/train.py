"""Measures what fine-tuning is worth: `compact` on a small corpus of one domain, before and after.

    python benchmarks/train.py CORPUS [--model compact] [--dev 300] [--steps 200]

Of the corpus's pairs, in a random order, the first are the development set and the rest are trained on; sources of the
development set do not occur in training. Prints BLEU and chrF2 (CTranslate2 int8, beam 4) of both models on it, with
the training's speed.
"""

import argparse
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from corpus.formats import read
from eval.metrics import score
from mt.engine import Decoding, load_engine
from mt.model import find
from mt.normalize import normalize
from mt.vocabulary import END, Vocabulary


def scores(model: str, pairs: list[tuple[str, str]]) -> dict[str, float]:
    """Translate the sources with a model and score them."""
    found = find(model, print)
    vocabulary = Vocabulary(found.path)
    engine = load_engine(found)
    rows = [[*vocabulary.encode(normalize(source))[:500], END] for source, _ in pairs]
    order = sorted(range(len(rows)), key=lambda i: len(rows[i]))
    texts = [""] * len(rows)
    for start in range(0, len(order), 32):
        batch = order[start : start + 32]
        for i, hypothesis in zip(batch, engine.translate([rows[i] for i in batch], Decoding(4)), strict=True):
            texts[i] = vocabulary.decode(hypothesis.pieces)
    found_scores = score(texts, [[target for _, target in pairs]], ("bleu", "chrf2"))
    return {name: value.score for name, value in found_scores.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--model", default="compact")
    parser.add_argument("--dev", type=int, default=300)
    parser.add_argument("--steps", type=int, default=200)
    options = parser.parse_args()
    pairs = list({pair.source: (pair.source, pair.target) for pair in read(options.corpus) if pair.target}.values())
    random.Random(1).shuffle(pairs)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for part, rows in (("dev", pairs[: options.dev]), ("train", pairs[options.dev :])):
            lines = "".join(f"{source}\t{target}\n" for source, target in rows)
            (folder / f"{part}.tsv").write_text(f"source\ttarget\n{lines}", "utf-8")
        began = time.monotonic()
        command = (
            *(
                "train",
                "--from",
                options.model,
                "--corpus",
                str(folder / "train.tsv"),
                "--dev",
                str(folder / "dev.tsv"),
            ),
            *("-o", str(folder / "model"), "--steps", str(options.steps), "--rate", "3e-4", "--warmup", "20"),
            *("--batch-tokens", "1024", "--average", "0.99", "--evaluate-every", str(max(1, options.steps // 4))),
        )
        subprocess.run([sys.executable, "-c", "from mt.cli import main; main()", *command], check=True)
        minutes = (time.monotonic() - began) / 60
        print(f"{len(pairs) - options.dev:,} pairs trained on, {options.dev} scored, {minutes:.1f} min")
        for label, model in (("before", options.model), ("after", str(folder / "model"))):
            found = scores(model, pairs[: options.dev])
            print(f"{label:<7} " + "  ".join(f"{metric} {value:.1f}" for metric, value in found.items()))


if __name__ == "__main__":
    main()
