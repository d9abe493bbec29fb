"""What tests share: an engine of known output, articles of made-up sentences, a build of them."""

import os
import random
import time
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from zlib import crc32

from corpus.articles import find_articles
from corpus.assembly import Choice, Result
from corpus.build import build
from corpus.formats import read
from corpus.plan import make_plan
from corpus.readers import Reading
from corpus.reference import find_references
from corpus.shard import Shard
from corpus.workers import Crew
from mt.engine import Decoding, Engine, Hypothesis
from mt.model import Model, find
from mt.options import Setup
from mt.translator import Translator
from mt.vocabulary import Vocabulary

ARABIC = [
    "المدينة",
    "المكتبة",
    "الوزير",
    "أعلن",
    "الطريق",
    "الجديد",
    "اليوم",
    "صباحا",
    "المدرسة",
    "الكتاب",
    "السوق",
    "القديم",
    "النهر",
    "الجسر",
]
SYLLABLES = [
    f"{first}{last}"
    for first in ["b", "br", "d", "f", "g", "gr", "k", "l", "m", "n", "p", "r", "s", "st", "t", "tr", "v", "z"]
    for last in "aeiou"
]
DAY = 1_700_000_000  # seconds since 1970


class Words:
    """An engine of known output: for each source piece a word that it and the one before it decide.

    `delay` is in seconds a batch.
    """

    name = "words"
    workers = 2
    budget = 1024
    exact = True

    def __init__(self, vocabulary: Vocabulary, delay: float = 0.0) -> None:
        self.vocabulary = vocabulary
        self.delay = delay

    def translate(self, batch: Sequence[Sequence[str]], decoding: Decoding) -> list[Hypothesis]:
        time.sleep(self.delay)
        return [Hypothesis(tuple(self.vocabulary.encode_target(_sentence(row[:-1]))), -1.0) for row in batch]

    def attend(self, sources: Sequence[Sequence[str]], targets: Sequence[Sequence[str]]) -> list[list[list[float]]]:
        raise NotImplementedError("nothing here has marks to carry")


def _sentence(row: Sequence[str]) -> str:
    """Make a sentence of words that no language has."""
    numbers = [crc32(f"{before}{piece}".encode()) for before, piece in zip(("", *row), row, strict=False)]
    words = ["".join(SYLLABLES[(n >> shift) % len(SYLLABLES)] for shift in (0, 8, 16)) for n in numbers]
    return f"{' '.join(words)}.".capitalize()


@cache
def bundled() -> tuple[Model, Vocabulary]:
    """Give the bundled model and its vocabulary, read once."""
    model = find("compact", print)
    return model, Vocabulary(model.path)


def setup() -> Setup:
    """Give a setup with the bundled model."""
    return Setup(bundled()[0], "ctranslate2", "int8", Decoding(), 2, deterministic=True)


def count_only(systems: object, references: object) -> dict[str, object]:
    """Give a scores document that tells the texts themselves."""
    return {"version": 1, "systems": systems, "references": references}


def build_articles(
    articles: Path,
    out: Path,
    *,
    choice: Choice | None = None,
    reference: Path | None = None,
    reading: Reading | None = None,
    delay: float = 0.0,
    engine: Callable[[Vocabulary], Engine] | None = None,
    crew: Crew | None = None,
    shard: Shard | None = None,
) -> Result:
    """Build a corpus folder with the engine of known output; workers get theirs from `tests.corpus.known_engine`."""
    found = find_articles([articles])
    references = find_references(found, reference)
    plan = make_plan(shard.of(found) if shard else found, references, reading or Reading(), shard)
    _, vocabulary = bundled()

    def translator() -> Translator:
        made = engine(vocabulary) if engine else Words(vocabulary, delay)
        return Translator(made, vocabulary, Decoding(), deterministic=True)

    return build(plan, setup(), out, choice or Choice(("tmx", "tsv")), translator, lambda: count_only, crew=crew)


def write_articles(folder: Path, number: int, seed: int = 1) -> Path:
    """Write articles of up to five paragraphs of up to four sentences; some are empty."""
    rng = random.Random(seed)
    folder.mkdir(parents=True, exist_ok=True)
    for i in range(number):
        lines = [
            " ".join(" ".join(rng.choices(ARABIC, k=rng.randint(3, 14))) + "." for _ in range(rng.randint(1, 4)))
            for _ in range(rng.randint(0, 5))
        ]
        path = folder / f"{i:03}.ar.txt"
        path.write_text("".join(f"{line}\n" for line in lines), "utf-8")
        os.utime(path, (DAY + i, DAY + i))
    return folder


def write_references(articles: Path, corpus: Path, *, every: int = 4) -> None:
    """Give some articles a reference: the machine's translations in a corpus, in lines of their own making."""
    for pair in read(corpus / "corpus.jsonl"):
        if int(pair.document) % every == 1:
            with (articles / f"{pair.document}.en.txt").open("a") as handle:
                handle.write(f"{pair.target}\n" if pair.sentence % 5 else f"{pair.target} ")
    for path in articles.glob("*.en.txt"):
        os.utime(path, (DAY, DAY))


def files_of(folder: Path) -> dict[str, bytes]:
    """Read every file below a folder, by its path there."""
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}
