"""Measures the sentence splitter: its speed on a text file, and with --gold how well it finds known sentences.

    python benchmarks/split.py article.ar.txt                  MB/s, one paragraph a line
    python benchmarks/split.py article.ar.txt --gold gold.json also the F1 of the boundaries
    python benchmarks/split.py --hostile                       10 MB each of what is hard to read in linear time

A gold file is a JSON list of paragraphs: objects with their sentences under "sents", or lists of a class, the
sentences and the text. A boundary is a position counted in characters other than white space. "splittable" leaves out
the boundaries that follow no final mark, which are paragraph breaks in truth. Quotes, brackets and unseen signs after
a mark count with it.

Times are the processor's, so that a busy machine does not blur them. A hostile text is one unit over and over, in one
line. Its speed is that of judging each mark in full, 10 to 20 µs, where a mark comes every few bytes, and far above
where there are none; "growth" is the time for ten times the text, by ten: 1 is linear.
"""

import argparse
import json
import time
from collections.abc import Iterator
from itertools import accumulate
from pathlib import Path

from corpus.split import split

HOSTILE = {"ar": (
    '"."', " ", "\n", "كلمة ", "ا", ".", ". ", "(", "«", '"', ".\u200f", ".😊", "ا.", "1.2.", "a@b.", "http://a.b.",
    '"!" ', 'قال: "', '؟" قال ', ". (كلمة ", "إلخ. من ", "كلمة. ", "د. ",
), "en": (
    "word ", ". ", "... ", "Word. ", "U.S. Army ", "Mr. ", "A. ", "Jan. 5. ", "No. V. ", "Lt.-Gen. ", "5 p.m. Ra time ",
    '"Go!" he said. ', "etc. (a.) ", "end.* ", "end.*", "-/-/-A. ", "de A. ", "1. ",
)}  # fmt: skip

_FINAL = tuple(".!?؟…۔؛")
_CLOSERS = " \"'”’»›)]}\u200e\u200f"


def speed(text: str, language: str, rounds: int) -> float:
    """Give the megabytes of UTF-8 a second, of the best of several rounds over the lines of a text."""
    lines = [line for line in text.splitlines() if line.strip()]
    size = sum(len(line.encode()) for line in lines)
    best = float("inf")
    for _ in range(rounds):
        start = time.process_time()
        for line in lines:
            split(line, language)
        best = min(best, time.process_time() - start)
    return size / best / 1e6


def hostile(unit: str, language: str, size: float) -> str:
    """Tell how fast `size` megabytes of a unit are split, and how the time grows up to there."""
    seconds = []
    for part in (size / 10, size):
        text = unit * round(part * 1e6 / len(unit.encode()))
        start = time.process_time()
        split(text, language)
        seconds.append(time.process_time() - start)
    return f"{size / seconds[1]:8.2f} MB/s  growth {seconds[1] / seconds[0] / 10:.2f}"


def paragraphs(gold: Path, *, splittable: bool) -> Iterator[tuple[list[str], str]]:
    """Yield the sentences and the text of each paragraph; `splittable` ends one after a sentence without a mark."""
    for item in json.loads(gold.read_text(encoding="utf-8")):
        sentences = item["sents"] if isinstance(item, dict) else item[1]
        if isinstance(item, list):
            yield sentences, item[2]
            continue
        part: list[str] = []
        for sentence in sentences:
            part.append(sentence)
            if splittable and not sentence.rstrip(_CLOSERS).endswith(_FINAL):
                yield part, " ".join(part)
                part = []
        if part:
            yield part, " ".join(part)


def boundaries(sentences: list[str]) -> set[int]:
    """Count the characters, white space apart, up to the end of each sentence but the last."""
    return set(accumulate(len("".join(sentence.split())) for sentence in sentences[:-1]))


def score(gold: Path, language: str, *, splittable: bool) -> str:
    """Tell the paragraphs that are exactly right, and precision, recall and F1 of the boundaries, in per cent."""
    number = exact = hits = found = wanted = 0
    for sentences, text in paragraphs(gold, splittable=splittable):
        expected = boundaries(sentences)
        actual = boundaries([text[start:end] for start, end in split(text, language)])
        number += 1
        exact += expected == actual
        hits += len(expected & actual)
        found += len(actual)
        wanted += len(expected)
    f1 = 200 * hits / max(1, found + wanted)
    precision, recall = 100 * hits / max(1, found), 100 * hits / max(1, wanted)
    return f"exact {exact} of {number}  precision {precision:.2f}  recall {recall:.2f}  F1 {f1:.2f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("text", type=Path, nargs="?", help="a UTF-8 text, one paragraph a line")
    parser.add_argument("--gold", type=Path, nargs="+", default=[], metavar="FILE", help="known sentences, as JSON")
    parser.add_argument("--language", choices=("ar", "en"), default="ar")
    parser.add_argument("--rounds", type=int, default=5, help="rounds of the timing, of which the best counts")
    parser.add_argument("--hostile", action="store_true", help="measure texts that are made to be slow")
    parser.add_argument("--size", type=float, default=10, metavar="MB", help="of each hostile text")
    arguments = parser.parse_args()
    if not (arguments.text or arguments.gold or arguments.hostile):
        parser.error("nothing to measure; give a text, --gold FILE or --hostile")
    if arguments.hostile:
        for unit in HOSTILE[arguments.language]:
            print(f"{unit!r:19} {hostile(unit, arguments.language, arguments.size)}", flush=True)
    if arguments.text:
        text = arguments.text.read_text(encoding="utf-8-sig")
        print(f"{arguments.text}: {speed(text, arguments.language, arguments.rounds):.1f} MB/s")
    for gold in arguments.gold:
        print(f"{gold}: {score(gold, arguments.language, splittable=False)}")
        print(f"{gold}, splittable: {score(gold, arguments.language, splittable=True)}")


if __name__ == "__main__":
    main()
