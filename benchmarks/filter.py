"""What filters keep and catch, and how fast they are.

    python benchmarks/filter.py CORPUS                       pairs a second, and what each preset catches
    python benchmarks/filter.py CORPUS --opusfilter PYTHON   the same filters of OpusFilter, by a Python that has it

CORPUS is of any format, of good human translations: what is rejected of it is a false alarm. From it, faulty pairs are
made of each kind; the share of these that a preset rejects is what it catches. Times are the processor's, of pairs in
memory, the best of several rounds.
"""

import argparse
import json
import random
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from itertools import pairwise
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from corpus.duplicates import Duplicates
from corpus.filter import PRESETS, Pipeline
from corpus.formats import read
from corpus.measures import MEASURES
from corpus.pair import Pair
from mt.fidelity import faults

_DIGIT = re.compile(r"[1-9]")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path, help="pairs of good human translations, of any format")
    parser.add_argument("--pairs", type=int, default=20_000, help="how many of them, at most (20000)")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--opusfilter", metavar="PYTHON", help="a Python with OpusFilter")
    options = parser.parse_args()
    pairs = [p for p in read(options.corpus) if p.source and p.target][: options.pairs]
    quality(pairs)
    speed(pairs, options.rounds, options.opusfilter)


def damaged(pairs: Sequence[Pair]) -> dict[str, list[Pair]]:
    """Give faulty pairs by kind: as aligners, crawlers and models leave them."""
    draw = random.Random(1)
    strangers = [pair.target for pair in draw.sample(pairs, len(pairs))]

    def with_targets(make: Callable[[Pair], str]) -> list[Pair]:
        made = (replace(pair, target=make(pair), id="") for pair in pairs)
        return [new for new, old in zip(made, pairs, strict=True) if new.target != old.target]

    return {
        "target of another pair": [replace(p, target=t, id="") for p, t in zip(pairs, strangers, strict=True)],
        "target shifted by one pair": [replace(p, target=q.target, id="") for p, q in pairwise(pairs)],
        "half of the target": with_targets(lambda p: text(p)[: len(text(p)) // 2]),
        "target twice": with_targets(lambda p: f"{text(p)} {text(p)}"),
        "target is the source": with_targets(lambda p: p.source),
        "source is the target": [replace(p, source=text(p), id="") for p in pairs],
        "last words in a loop": with_targets(lambda p: " ".join((text(p), *text(p).split()[-2:] * 4))),
        "another digit": with_targets(lambda p: _DIGIT.sub(lambda d: str(int(d[0]) % 9 + 1), text(p), count=1)),
        "a tag and an entity": with_targets(lambda p: f"<p>{text(p)}&nbsp;</p>"),
        "punctuation alone": with_targets(lambda p: "..."),
        "an address": with_targets(lambda p: "https://example.org/articles/1"),
    }


def text(pair: Pair) -> str:
    """Give the target, which pairs have here."""
    return pair.target or ""


def quality(pairs: Sequence[Pair]) -> None:
    """Print what share of the good and of the faulty pairs each preset rejects; faults are recorded as in a build."""
    presets = [name for name in PRESETS if name != "none"]
    print(f"| {len(pairs):,} pairs | " + " | ".join(presets) + " | strict, faults recorded |")
    print("|---|" + "---|" * (len(presets) + 1))
    for kind, made in {"as they are": list(pairs), **damaged(pairs)}.items():
        shares = [share(Pipeline.of(name), made) for name in presets]
        recorded = [replace(pair, faults=faults(pair.source, text(pair))) for pair in made]
        shares.append(share(Pipeline.of("strict"), recorded))
        print(f"| {kind} ({len(made):,}) | " + " | ".join(f"{value:.2%}" for value in shares) + " |")


def share(pipeline: Pipeline, pairs: Sequence[Pair]) -> float:
    """Tell what part of the pairs a pipeline rejects."""
    judge = pipeline.judge()
    return sum(judge(pair) is not None for pair in pairs) / max(1, len(pairs))


# The filters that both have, with OpusFilter's names and parameters.
SHARED = ("max-length=1000", "min-length=3", "length-ratio=0.33:3", "arabic-share=0.5", "latin-share=0.9", "numbers=0")
OPUSFILTER = r"""
import json, sys, time
from opusfilter.filters import CharacterScoreFilter, LengthFilter, LengthRatioFilter, NonZeroNumeralsFilter
pairs = [tuple(pair) for pair in json.load(open(sys.argv[1], encoding="utf-8"))]
filters = [
    LengthFilter(min_length=3, max_length=1000, unit="char"),
    LengthRatioFilter(threshold=3, unit="char"),
    CharacterScoreFilter(scripts=["Arabic", "Latin"], thresholds=[0.5, 0.9]),
    NonZeroNumeralsFilter(threshold=1),
]
best = float("inf")
for _ in range(int(sys.argv[2])):
    start = time.process_time()
    stream = iter(pairs)
    for one in filters:
        stream = one.filter(stream)
    kept = sum(1 for _ in stream)
    best = min(best, time.process_time() - start)
print(json.dumps([kept, best]))
"""


def speed(pairs: Sequence[Pair], rounds: int, opusfilter: str | None) -> None:
    """Print pairs a second of presets, of de-duplication, of each filter, and of those that OpusFilter has too."""
    print("\n| | kept | pairs/s |\n|---|---|---|")

    def both(pipeline: Pipeline) -> Sequence[Pair]:
        return different(filtered(pipeline, pairs))

    for name in PRESETS:
        row(name, pairs, rounds, partial(filtered, Pipeline.of(name), pairs))
        row(f"{name}, exact duplicates", pairs, rounds, partial(both, Pipeline.of(name)))
    for name in MEASURES:
        row(name, pairs, rounds, partial(filtered, Pipeline.of(specs=[name]), pairs))
    row("length, ratio, script, numbers", pairs, rounds, lambda: filtered(Pipeline.of(specs=SHARED), pairs))
    if opusfilter:
        with tempfile.NamedTemporaryFile("w", suffix=".json", encoding="utf-8") as handle:
            json.dump([(pair.source, pair.target) for pair in pairs], handle)
            handle.flush()
            command = [opusfilter, "-c", OPUSFILTER, handle.name, str(rounds)]
            done = subprocess.run(command, capture_output=True, text=True, check=True)
        kept, seconds = json.loads(done.stdout.splitlines()[-1])
        print(f"| the same in OpusFilter | {kept:,} | {len(pairs) / seconds:,.0f} |")


def row(name: str, pairs: Sequence[Pair], rounds: int, work: Callable[[], Sequence[Pair]]) -> None:
    """Print a row of the table: what work on the pairs keeps, and its speed."""
    best = float("inf")
    for _ in range(rounds):
        start = time.process_time()
        kept = work()
        best = min(best, time.process_time() - start)
    print(f"| {name} | {len(kept):,} | {len(pairs) / best:,.0f} |", flush=True)


def filtered(pipeline: Pipeline, pairs: Sequence[Pair]) -> Sequence[Pair]:
    """Give the pairs that are kept."""
    return list(pipeline.split(pairs, lambda _: None))


def different(pairs: Sequence[Pair]) -> Sequence[Pair]:
    """Give the pairs without duplicates."""
    duplicates = Duplicates()
    for pair in pairs:
        duplicates.add(pair)
    return [pair for number, pair in enumerate(pairs) if duplicates.kept_for(number) is None]


if __name__ == "__main__":
    main()
