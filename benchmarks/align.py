"""Measures the aligner: how many beads are right, beside Gale and Church, and time and memory as the text grows.

    python benchmarks/align.py gold FOLDER…                           folders with lines in ar, mt, en and beads in gold
    python benchmarks/align.py damaged article.ar article.mt article.en   three files of the same number of lines
    python benchmarks/align.py growth article.ar article.mt article.en    1,000 to 10,000 sentences, seconds and memory
    --gale-church                                                     the same with nltk's aligner (pip install nltk)

A gold file has a bead a line, `[source lines] : [reference lines]`, counted from 0. **Strict**: the bead is in the
gold. **Lax**: it shares a pair of lines with a gold bead. Beads with an empty side are left out, counts are summed over
the documents (Vecalign's way, Thompson and Koehn 2019).

`damaged` takes parallel lines and touches a share of them, in turn by chance: two source lines are joined, two
reference lines are joined, a reference line is cut at the comma or semicolon nearest to its middle, a source line is
lost, a reference line is lost. No line is touched twice, so that what belongs together is known.
"""

import argparse
import random
import re
import resource
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from corpus.align import align

Beads = list[tuple[tuple[int, ...], tuple[int, ...]]]
Aligner = Callable[[Sequence[str], Sequence[str], Sequence[str]], Beads]

RATES = (0, 10, 20, 30)
SEEDS = range(5)
SIZES = (1_000, 2_000, 5_000, 10_000)
_BEAD = re.compile(r"\s*\[([\d,\s]*)\]\s*:\s*\[([\d,\s]*)\]")
_CUT = re.compile(r"[,;:] ")


@dataclass
class Article:
    """The lines of both sides, the source's translations, and the beads."""

    sources: list[str] = field(default_factory=list)
    translations: list[str] = field(default_factory=list)
    references: list[str] = field(default_factory=list)
    gold: Beads = field(default_factory=list)


def lines(path: Path) -> list[str]:
    return path.read_text("utf-8").removesuffix("\n").split("\n")


def read(folder: Path) -> Article:
    gold = []
    for line in lines(folder / "gold"):
        if not (match := _BEAD.match(line)):
            raise SystemExit(f"{folder}/gold: no bead: {line!r}")
        first, second = (tuple(int(number) for number in re.findall(r"\d+", side)) for side in match.groups())
        gold.append((first, second))
    return Article(lines(folder / "ar"), lines(folder / "mt"), lines(folder / "en"), gold)


def damaged(whole: Article, rate: float, seed: int) -> Article:
    """Give an article of parallel lines with about `rate` of its lines joined, cut or lost."""
    chance = random.Random(seed)
    made = Article()
    at = 0

    def add(span: range, *, source: Sequence[str], reference: Sequence[str]) -> None:
        first = len(made.sources), len(made.references)
        translations = [whole.translations[line] for line in span]
        made.sources += source
        made.translations += [" ".join(translations)] if len(source) == 1 else translations[: len(source)]
        made.references += reference
        bead = (
            tuple(range(first[0], len(made.sources))),
            tuple(range(first[1], len(made.references))),
        )
        made.gold.append(bead)

    while at < len(whole.sources):
        kind = chance.choice(("source", "reference", "cut", "no source", "no reference"))
        joins = kind in ("source", "reference")
        # A join touches two lines.
        touched = chance.random() < (rate / (1 + rate) if joins else rate)
        span = range(at, at + 2 if touched and joins and at + 1 < len(whole.sources) else at + 1)
        source, reference = ([side[line] for line in span] for side in (whole.sources, whole.references))
        if touched and kind == "source":
            source = [" ".join(source)]
        elif touched and kind == "reference":
            reference = [" ".join(reference)]
        elif touched and kind == "cut":
            middle = len(reference[0]) / 2
            cut = min((m.start() + 1 for m in _CUT.finditer(reference[0])), key=lambda c: abs(c - middle), default=0)
            if cut:
                reference = [reference[0][:cut], reference[0][cut + 1 :]]
        elif touched:
            source, reference = ([], reference) if kind == "no source" else (source, [])
        add(span, source=source, reference=reference)
        at = span.stop
    return made


def scores(articles: Iterable[Article], aligner: Aligner) -> str:
    """Align articles and give strict and lax precision, recall and F1, as text."""
    strict = lax = found = made = wanted = 0
    for article in articles:
        beads = [b for b in aligner(article.sources, article.translations, article.references) if all(b)]
        gold = [b for b in article.gold if all(b)]
        links, mine = ({(s, r) for first, second in side for s in first for r in second} for side in (gold, beads))
        strict += len(set(gold) & set(beads))
        lax += sum(any((s, r) in links for s in first for r in second) for first, second in beads)
        found += sum(any((s, r) in mine for s in first for r in second) for first, second in gold)
        made, wanted = made + len(beads), wanted + len(gold)

    def f1(hits: int, recalled: int) -> float:
        precision, recall = hits / max(1, made), recalled / max(1, wanted)
        return 2 * precision * recall / max(1e-9, precision + recall)

    return f"beads {made} of {wanted}  strict {f1(strict, strict):.3f}  lax {f1(lax, found):.3f}"


def muwazi(sources: Sequence[str], translations: Sequence[str], references: Sequence[str]) -> Beads:
    return [(tuple(bead.source), tuple(bead.reference)) for bead in align(sources, translations, references)]


def gale_church(sources: Sequence[str], _: Sequence[str], references: Sequence[str]) -> Beads:
    from nltk.translate import gale_church  # type: ignore[import-not-found]  # nltk is not required

    lengths = [[len(line) for line in side] for side in (sources, references)]
    ratio = sum(lengths[1]) / max(1, sum(lengths[0]))
    parameters = type("Parameters", (gale_church.LanguageIndependent,), {"AVERAGE_CHARACTERS": ratio})
    # nltk gives pairs of lines: those that share a line are one bead.
    parent: dict[tuple[str, int], tuple[str, int]] = {}

    def root(node: tuple[str, int]) -> tuple[str, int]:
        while parent.setdefault(node, node) != node:
            node = parent[node]
        return node

    for s, r in gale_church.align_blocks(*lengths, params=parameters):
        parent[root(("s", s))] = root(("r", r))
    grouped: dict[tuple[str, int], tuple[list[int], list[int]]] = {}
    for side, line in sorted(parent):
        grouped.setdefault(root((side, line)), ([], []))[side == "r"].append(line)
    return [(tuple(first), tuple(second)) for first, second in grouped.values()]


def repeated(whole: Article, size: int) -> Article:
    """Give an article of `size` lines: the same lines over and over, each round in an order of its own."""
    chance = random.Random(0)
    order: list[int] = []
    while len(order) < size:
        order += chance.sample(range(len(whole.sources)), len(whole.sources))
    sides = (whole.sources, whole.translations, whole.references)
    sources, translations, references = ([side[line] for line in order[:size]] for side in sides)
    return Article(sources, translations, references)


def growth(whole: Article) -> Iterator[str]:
    for size in SIZES:
        article = damaged(repeated(whole, size), 0.2, 0)
        start = time.process_time()
        result = scores([article], muwazi)
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        seconds = time.process_time() - start
        lengths = f"{len(article.sources):6} x {len(article.references):6}"
        yield f"{lengths}  {seconds:6.1f} s  {memory:5.0f} MB  {result}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("task", choices=("gold", "damaged", "growth"))
    parser.add_argument("paths", nargs="+", type=Path)
    parser.add_argument("--gale-church", action="store_true")
    arguments = parser.parse_args()
    aligner = gale_church if arguments.gale_church else muwazi
    if arguments.task == "gold":
        articles = [read(folder) for folder in arguments.paths]
        for folder, article in zip(arguments.paths, articles, strict=True):
            print(f"{folder}  {scores([article], aligner)}")
        print(f"all  {scores(articles, aligner)}")
        return
    sources, translations, references = (lines(path) for path in arguments.paths)
    whole = Article(sources, translations, references)
    if arguments.task == "damaged":
        for rate in RATES:
            print(f"{rate:3} %  {scores((damaged(whole, rate / 100, seed) for seed in SEEDS), aligner)}")
    else:
        for line in growth(whole):
            print(line)


if __name__ == "__main__":
    main()
