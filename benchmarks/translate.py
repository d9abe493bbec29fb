"""How fast muwazi translates, beside transformers and bare CTranslate2; its start-up, memory and reproducibility.

    python benchmarks/translate.py                            a quick look, on the articles in seeds/
    python benchmarks/translate.py --text FILE --beam 4       a measurement, on a few thousand different lines of Arabic
    python benchmarks/translate.py --text FILE --shape opus   the same with a model as heavy as opus-mt's
    python benchmarks/translate.py --text FILE --device cuda  on an NVIDIA GPU
    python benchmarks/translate.py --text FILE --startup, --memory 100 10000, or --company

The rows of the speed table take turns, and what counts is each row's ratio to bare CTranslate2 in the same round:
the machine's speed, and what else it has to do, fall out of it.
"""

import argparse
import platform
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from importlib.metadata import version
from itertools import cycle, islice
from pathlib import Path
from statistics import median

from contest import BARE, COMMAND, SORTED, Contest, Runner, command_line, write_articles
from opus_shape import SEEDS, opus_shape

from mt.engine import Decoding, cores, load_engine
from mt.model import BUNDLED, Model, find
from mt.normalize import Normalizer, has_arabic
from mt.translator import WINDOW, Translator
from mt.vocabulary import Vocabulary


def main() -> None:
    """Measure what the options ask for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_options(parser)
    parser.add_argument("--rounds", type=int, default=5, help="of which the median counts (default: %(default)s)")
    parser.add_argument("--slow", type=int, default=200, metavar="N", help="sentences for the slow rows (default: 200)")
    parser.add_argument("--device", choices=["cpu", "cuda"], default="cpu", help="for the speed table (default: cpu)")
    mode = parser.add_mutually_exclusive_group()
    mode.add_argument("--startup", action="store_true", help="time to the help and to the first sentence")
    mode.add_argument("--memory", type=int, nargs="+", metavar="N", help="memory that so many lines take")
    mode.add_argument("--company", action="store_true", help="does a sentence's company change its translation?")
    options = parser.parse_args()
    if options.company and options.shape:
        parser.error("--company compares texts, and random weights write none; leave --shape out")

    if options.device != "cpu" and (options.startup or options.memory or options.company):
        parser.error("--device is for the speed table")
    if options.device == "cuda":
        import torch

        if not torch.cuda.is_available():
            parser.error("--device cuda: torch sees no GPU")

    lines = different_lines(options)
    if not lines:
        parser.error("no text to translate")
    model = opus_shape() if options.shape else find(options.model, print)
    name = str(model.path) if options.shape else options.model
    describe(model, lines, options.beam, options.device)
    with tempfile.TemporaryDirectory() as place:
        if options.startup:
            startup(lines, name, options.beam, options.rounds, Path(place))
        elif options.memory:
            memory(lines, name, options.beam, options.memory, Path(place))
        elif options.company:
            company(lines, model, options.beam)
        else:
            contest = Contest(
                lines,
                model,
                name,
                options.beam,
                options.slow,
                Path(place),
                forced=bool(options.shape),
                device=options.device,
            )
            speed(contest, options.rounds)


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that say what is translated, and with what."""
    parser.add_argument("--text", type=Path, metavar="FILE", help="Arabic, a sentence or a paragraph a line")
    parser.add_argument("--lines", type=int, metavar="N", help="take the first N different lines only")
    parser.add_argument("--model", default=BUNDLED, help="a name that muwazi knows (default: %(default)s)")
    parser.add_argument("--shape", choices=["opus"], help="instead of a model: random weights as heavy as opus-mt's")
    parser.add_argument("--beam", type=int, default=1, help="beam width (default: 1, greedy)")


def different_lines(options: argparse.Namespace) -> list[str]:
    """Read the text that the options name, or the articles in seeds/: each line once."""
    sources = [options.text] if options.text else sorted(SEEDS.glob("*.ar.txt"))
    lines = [line.strip() for source in sources for line in source.read_text("utf-8").splitlines()]
    return list(dict.fromkeys(filter(None, lines)))[: options.lines]


def describe(model: Model, lines: Sequence[str], beam: int, device: str = "cpu") -> None:
    """Say what is measured, where and with what."""
    try:
        listing = Path("/proc/cpuinfo").read_text("utf-8")
        processor = next(line.partition(": ")[2] for line in listing.splitlines() if line.startswith("model name"))
    except (OSError, StopIteration):
        processor = platform.processor()
    packages = ("muwazi", "torch", "transformers", "ctranslate2", "sentencepiece")
    print(f"machine: {processor}, {cores()} cores, {platform.system()}, Python {platform.python_version()}")
    if device != "cpu":
        import torch

        print(f"device: {torch.cuda.get_device_name()}")
    print(f"versions: {', '.join(f'{package} {version(package)}' for package in packages)}")
    print(f"model: {model.id}, {'greedy' if beam == 1 else f'beam {beam}'}; text: {len(lines):,} different lines\n")


def speed(contest: Contest, rounds: int) -> None:
    """Run every way once a round, and print the medians."""
    ways = contest.ways()
    rates: dict[str, list[float]] = {way: [] for way in ways}
    tokens: dict[str, int] = {}
    runner = Runner(contest)
    for number in range(1, rounds + 1):
        for way in ways:
            print(f"round {number} of {rounds}: {way}", file=sys.stderr)
            tokens[way], seconds = runner.run(way)
            rates[way].append(tokens[way] / seconds)
    if contest.hindrance:
        print(f"Without CTranslate2 ({contest.hindrance}); ratios to transformers in sorted batches.\n")
    base = SORTED if contest.hindrance else BARE
    print("| | sentences | output tokens | sentences/s | tokens/s | ratio |\n|---|---|---|---|---|---|")
    for way, (sentences, _) in ways.items():
        rate = median(rates[way])
        ratio = median(own / bare for own, bare in zip(rates[way], rates[base], strict=True))
        per_second = rate * sentences / tokens[way]
        print(f"| {way} | {sentences:,} | {tokens[way]:,} | {per_second:,.1f} | {rate:,.0f} | {ratio:.3f} |")
    print(f"\nDecoded twice by muwazi: {runner.second_tries():.2%} of the rows; of two tries the better one counts.")
    runner.close()


def startup(lines: Sequence[str], name: str, beam: int, rounds: int, place: Path) -> None:
    """Print how long Python, the help and a first sentence take."""
    folder = write_articles(lines[:1], place / "articles")
    ways = {
        "`python -c pass`": [sys.executable, "-c", "pass"],
        "`muwazi --help`": [COMMAND, "--help"],
        "first sentence of `muwazi translate`": [*command_line(name, beam), *map(str, folder.iterdir())],
    }
    seconds: dict[str, list[float]] = {way: [] for way in ways}
    for _ in range(rounds):
        for way, arguments in ways.items():
            started = time.perf_counter()
            with subprocess.Popen(arguments, stdout=subprocess.PIPE) as process:
                assert process.stdout
                process.stdout.readline()
                seconds[way].append(time.perf_counter() - started)
                process.communicate()
    print("| | ms | beyond Python itself |\n|---|---|---|")
    python = median(next(iter(seconds.values())))
    for way, times in seconds.items():
        print(f"| {way} | {median(times) * 1000:,.0f} | {(median(times) - python) * 1000:,.0f} |")


MEASURE = """
import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""
"""A small process of its own, since a child's peak is at least the memory of the process that started it."""


def memory(lines: Sequence[str], name: str, beam: int, sizes: Sequence[int], place: Path) -> None:
    """Print the most memory that the command holds for so many lines, the text repeated where it ends."""
    if max(sizes) > len(lines) and len(lines) < WINDOW:
        print(f"Few lines: repeated within {WINDOW:,}, a line is not translated again, and memory stays too low.\n")
    print("| lines | seconds | RSS in MB |\n|---|---|---|")
    for size in sizes:
        folder = write_articles(islice(cycle(lines), size), place / f"articles-{size}")
        translate = [*command_line(name, beam), str(folder), "-o", str(place / f"english-{size}")]
        started = time.perf_counter()
        peak = subprocess.run([sys.executable, "-c", MEASURE, *translate], check=True, capture_output=True).stdout
        unit = 1 if sys.platform == "darwin" else 1024  # the unit of ru_maxrss, in bytes
        print(f"| {size:,} | {time.perf_counter() - started:,.1f} | {int(peak) * unit / 1e6:,.0f} |")


def company(lines: Sequence[str], model: Model, beam: int) -> None:
    """Print how many translations change with the sentences beside them, in padded and in equal-length batches."""
    engine, vocabulary = load_engine(model), Vocabulary(model.path)
    normalize = Normalizer.of(vocabulary)
    sentences = list({normalize(line): line for line in lines if has_arabic(line)}.values())
    print("| batches | company | texts that differ | scores that differ |\n|---|---|---|---|")
    for batching, deterministic in (("padded", False), ("of equal length", True)):
        translator = Translator(engine, vocabulary, Decoding(beam), deterministic=deterministic)
        first = in_company(translator, sentences, WINDOW)
        for window in (WINDOW, 500, 50):
            shuffled = random.Random(window).sample(sentences, len(sentences))
            other = in_company(translator, shuffled, window)
            texts = sum(first[sentence][0] != other[sentence][0] for sentence in sentences)
            scores = sum(first[sentence][1] != other[sentence][1] for sentence in sentences)
            print(f"| {batching} | shuffled, {window:,} at a time | {texts:,} | {scores:,} |")
    print(f"\nOut of {len(sentences):,} sentences; first in the text's order, {WINDOW:,} at a time.")


def in_company(translator: Translator, sentences: Sequence[str], window: int) -> dict[str, tuple[str, float | None]]:
    """Translate so many sentences at a time; gives the text and the score of each."""
    groups = (sentences[start : start + window] for start in range(0, len(sentences), window))
    return {s: (t.text, t.score) for group in groups for s, t in zip(group, translator.translate(group), strict=True)}


if __name__ == "__main__":
    main()
