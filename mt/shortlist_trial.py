"""How a shortlist is made for a model, and tried on sentences that it was not made of."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Protocol

from mt.batch import BUDGET, LIMIT, batches
from mt.engine import Decoding, Engine, Hypothesis, load_engine
from mt.english import tidy
from mt.errors import InputError, ModelError
from mt.model import Model
from mt.normalize import Normalizer, has_arabic
from mt.shortlist import LEAST_IDENTICAL, Shortlist, Trial, learn, shortlist_path
from mt.vocabulary import END, PAD, UNKNOWN, Vocabulary

__all__ = ["make_shortlist"]

HELD_OUT = 1000
"""Sentences that the trial is on; as many more decide the shortlist's size."""

FIRST = 500
"""The first number of common pieces that is tried; the next ones are twice the last, up to half of the vocabulary."""

Score = Callable[[Sequence[str], Sequence[str]], float]
"""Hypotheses and references to BLEU, 0 to 100."""


class SentencePair(Protocol):
    """What is asked of a pair."""

    @property
    def source(self) -> str:
        """The Arabic side."""

    @property
    def target(self) -> str | None:
        """The English side, None where there is none."""


def make_shortlist(
    model: Model,
    pairs: Iterable[SentencePair],
    path: Path,
    score: Score,
    tell: Callable[[str], None],
    *,
    sentences: int = 20_000,
) -> Shortlist:
    """Make a shortlist of the model's own translations of at most so many sources, try it, and write it to `path`.

    The trial is on `HELD_OUT` pairs with references, each translated alone, the hardest case: in a batch a sentence
    has its neighbours' pieces to choose from too.

    Raises `InputError` for too few pairs, `ModelError` where the model cannot be used.
    """
    vocabulary = Vocabulary(model.path)
    rows = _rows(pairs, vocabulary, sentences)
    if len(rows) < 5 * HELD_OUT:
        raise InputError(
            f"{len(rows):,} different sentences with references are too few to make a shortlist of; "
            f"give a corpus with {5 * HELD_OUT:,} or more"
        )
    step = len(rows) // HELD_OUT
    tried = list(rows.items())[::step][:HELD_OUT]
    held_out = {row for row, _ in tried}
    sources = [row for row in rows if row not in held_out]
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        for old in (path, shortlist_path(model)):  # the new one must be the one that is found
            old.unlink(missing_ok=True)
    except OSError as error:
        raise ModelError(f"{path}: cannot be written ({error.strerror}); nothing was changed") from error
    tell(f"{model.id} translates {len(sources):,} sentences")
    own = _translate(load_engine(model, "ctranslate2", "int8"), sources, Decoding(beam=1))
    shortlist = _smallest([(row[:-1], h.pieces) for row, h in zip(sources, own, strict=True)], vocabulary)
    shortlist.write(path, model)  # without a trial it is off; the engine needs it there
    tell(f"the trial: {len(tried):,} other sentences, each alone")
    engine = load_engine(model, "ctranslate2", "int8")
    trials = tuple(_trial(engine, vocabulary, shortlist, tried, beam, score) for beam in (1, Decoding().beam))
    shortlist = replace(shortlist, trials=trials)
    shortlist.write(path, model)
    return shortlist


def _rows(pairs: Iterable[SentencePair], vocabulary: Vocabulary, most: int) -> dict[tuple[str, ...], str]:
    """Give the rows of at most so many different sources, with references; over-long ones are left out."""
    normalize = Normalizer.of(vocabulary)
    rows: dict[tuple[str, ...], str] = {}
    for pair in pairs:
        if not pair.target or not has_arabic(pair.source):
            continue
        row = (*vocabulary.encode(normalize(pair.source)), END)
        if len(row) <= LIMIT:
            rows.setdefault(row, pair.target)
        if len(rows) == most:
            break
    return rows


def _smallest(pairs: Sequence[tuple[Sequence[str], tuple[str, ...]]], vocabulary: Vocabulary) -> Shortlist:
    """Give the smallest shortlist that covers enough of `HELD_OUT` of the pairs, or else the largest tried."""
    step = len(pairs) // HELD_OUT
    deciding, teaching = pairs[::step], [pair for i, pair in enumerate(pairs) if i % step]
    written = [
        piece for piece in vocabulary.numbers if piece not in vocabulary.unwritten and piece not in (END, UNKNOWN, PAD)
    ]
    found = learn(teaching, FIRST, written)
    common = 2 * FIRST
    while 2 * common < len(written) and _covered(found, deciding) < LEAST_IDENTICAL:
        found = learn(teaching, common, written)
        common *= 2
    return found


def _covered(shortlist: Shortlist, pairs: Sequence[tuple[Sequence[str], Sequence[str]]]) -> float:
    """Give the share of the pairs that the shortlist allows."""
    return sum(shortlist.allows(source, target) for source, target in pairs) / len(pairs)


def _trial(
    engine: Engine,
    vocabulary: Vocabulary,
    shortlist: Shortlist,
    tried: Sequence[tuple[tuple[str, ...], str]],
    beam: int,
    score: Score,
) -> Trial:
    """Translate with and without the shortlist, and compare."""
    rows, references = [row for row, _ in tried], [reference for _, reference in tried]
    plain, short = (
        [tidy(vocabulary.decode(hypothesis.pieces)) for hypothesis in hypotheses]
        for hypotheses in (
            _translate(engine, rows, Decoding(beam)),
            _translate(engine, rows, Decoding(beam, shortlist=shortlist.digest), budget=0),
        )
    )
    bleu, without = (score(hypotheses, references) for hypotheses in (short, plain))
    return Trial(beam, len(rows), sum(a == b for a, b in zip(plain, short, strict=True)), bleu, without)


def _translate(
    engine: Engine, rows: Sequence[Sequence[str]], decoding: Decoding, budget: int = BUDGET
) -> Iterator[Hypothesis]:
    """Translate rows, in order, in batches of equal length, where each has the result that it has alone."""
    groups = list(batches([len(row) for row in rows], budget, equal=True))
    found: dict[int, Hypothesis] = {}
    with ThreadPoolExecutor(engine.workers) as pool:
        results = pool.map(lambda group: engine.translate([rows[i] for i in group], decoding), groups)
        for group, hypotheses in zip(groups, results, strict=True):
            found.update(zip(group, hypotheses, strict=True))
    yield from (found[i] for i in range(len(rows)))
