"""Sentences in, translations out: in order, none lost."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TypeVar

from mt.alignment import Alignment, diagonal, fold
from mt.batch import BUDGET, LIMIT, batches, cut
from mt.engine import Decoding, Engine, Hypothesis
from mt.english import tidy, western, with_emoji
from mt.fidelity import faults
from mt.normalize import Normalizer, has_arabic
from mt.vocabulary import END, Vocabulary

__all__ = ["WINDOW", "Translation", "Translator"]

_Item = TypeVar("_Item")

WINDOW = 2048
"""Sentences that are sorted and batched together: enough of each length, and little to lose by a kill."""

MENDABLE = frozenset({"empty", "repetition", "too-long"})
"""Faults of a search that went astray, which brakes on repetition can mend; they would spoil clean sentences."""


@dataclass(frozen=True, slots=True)
class Translation:
    """A sentence's translation.

    `score` is the mean log-probability a target piece (base e), None for a text that no model saw; `tokens` counts
    the target pieces and `parts` the pieces that an over-long sentence was cut into. `faults` are names out of
    `mt.fidelity`.
    """

    text: str
    score: float | None
    faults: tuple[str, ...] = ()
    tokens: int = 0
    parts: int = 1

    @property
    def copied(self) -> bool:
        """Whether the text was carried over without a model, since it holds no Arabic letters."""
        return self.score is None


class Translator:
    """An engine with all that stands around it: normalising, cutting, batching, checks and one second try.

    `positions` is the length that the model can take. `deterministic` makes each translation a function of its
    sentence alone, whatever else is translated in the same run (see `mt.batch`). `on_batch` is told the number of
    sentences finished.
    """

    def __init__(
        self,
        engine: Engine,
        vocabulary: Vocabulary,
        decoding: Decoding,
        *,
        positions: int = 512,
        deterministic: bool = False,
        on_batch: Callable[[int], None] = lambda _: None,
    ) -> None:
        self._engine = engine
        self._vocabulary = vocabulary
        self._normalize = Normalizer.of(vocabulary)
        self._decoding = decoding
        self._positions = positions
        self._limit = min(LIMIT, positions // 2 - 12)  # the output's cap needs positions too
        self._deterministic = deterministic
        self._on_batch = on_batch

    def translate(self, sentences: Iterable[str | None]) -> Iterator[Translation]:
        """Translate a stream; one translation a sentence, in order.

        Works in windows of `WINDOW` sentences, the next ones read and cut into pieces while the engine is busy with
        the last, at most three at a time, so that memory does not grow with the stream. None in the stream says that
        the next sentence may be long in coming: those before are given without waiting for it. A sentence without
        Arabic letters is carried over as it is, its digits and punctuation in the English form.
        """
        with ThreadPoolExecutor(self._engine.workers) as pool:
            windows = (self._start(window, pool) if window else None for window in _windows(sentences))
            checked = (self._check(w, pool) if w else None for w in _one_ahead(windows))
            try:
                for window in _one_ahead(checked):
                    if window:
                        yield from self._deliver(*window)
            finally:
                pool.shutdown(wait=True, cancel_futures=True)

    def align(self, pairs: Sequence[tuple[str, str]]) -> list[Alignment]:
        """Tell which words of each translation stem from which of its source, by the model's attention.

        Pairs of source and translation, whoever made it. Where no model can say (a text without Arabic letters, one
        longer than the model's positions) the words are aligned by position.
        """
        alignments = [diagonal(source, target) for source, target in pairs]
        rows: dict[int, tuple[list[str], list[str]]] = {}
        for number, (source, target) in enumerate(pairs):
            pieces = self._vocabulary.encode(self._normalize(source)), self._vocabulary.encode_target(target)
            if has_arabic(source) and 0 < max(map(len, pieces)) < self._positions:
                rows[number] = [*pieces[0], END], [*pieces[1], END]
        answers = self._engine.attend([row for row, _ in rows.values()], [row for _, row in rows.values()])
        for (number, row), weights in zip(rows.items(), answers, strict=True):
            alignments[number] = fold(*pairs[number], *row, weights, self._normalize)
        return alignments

    def _start(self, sentences: list[str], pool: ThreadPoolExecutor) -> "_Window":
        """Hand a window's distinct sentences to the engine."""
        texts = [self._normalize(s) if has_arabic(s) else "" for s in sentences]
        counts = Counter(text for text in texts if text)
        return _Window(sentences, texts, counts, self._submit(list(counts), self._decoding, pool))

    def _check(self, window: "_Window", pool: ThreadPoolExecutor) -> "tuple[_Window, dict[str, Translation], _Work]":
        """Wait for a window, and hand what went astray to the engine once more."""
        self._on_batch(window.texts.count(""))
        found = dict(zip(window.counts, self._collect(window.work, window.counts), strict=True))
        astray = [text for text, translation in found.items() if MENDABLE.intersection(translation.faults)]
        return window, found, self._submit(astray, self._decoding.braked(), pool)

    def _deliver(self, window: "_Window", found: dict[str, Translation], second: "_Work") -> Iterator[Translation]:
        """Wait for the second tries, keep the better ones, and give the window's translations in order."""
        for text, again in zip(second.texts, self._collect(second, {}), strict=True):
            found[text] = min(found[text], again, key=_badness)
        for sentence, text in zip(window.sentences, window.texts, strict=True):
            if text:
                translation = found[text]  # shared by sentences that differ in what no model sees
                yield replace(translation, text=with_emoji(translation.text, sentence))
            else:
                yield Translation(western(" ".join(sentence.split())), None)

    def _submit(self, texts: Sequence[str], decoding: Decoding, pool: ThreadPoolExecutor) -> "_Work":
        """Cut texts into rows of pieces and rows into batches, and queue them."""
        rows: list[list[str]] = []
        spans: list[range] = []
        for text in texts:
            parts = cut(self._vocabulary.encode(text), self._limit)
            spans.append(range(len(rows), len(rows) + len(parts)))
            rows.extend([*part, END] for part in parts)
        # An engine that sums floats in an order that depends on the batch's shape has to take rows one by one.
        budget = 0 if self._deterministic and not self._engine.exact else BUDGET
        groups = list(batches([len(row) for row in rows], budget, equal=self._deterministic))
        queued = [pool.submit(self._engine.translate, [rows[i] for i in group], decoding) for group in groups]
        return _Work(texts, spans, groups, queued)

    def _collect(self, work: "_Work", counts: Mapping[str, int]) -> list[Translation]:
        """Wait for the batches, put the rows back into order and join the parts; `counts` weighs the progress."""
        hypotheses: dict[int, Hypothesis] = {}
        sentences = {span.start: counts.get(text, 0) for text, span in zip(work.texts, work.spans, strict=True)}
        for group, future in zip(work.groups, work.queued, strict=True):
            hypotheses.update(zip(group, future.result(), strict=True))
            self._on_batch(sum(sentences.get(row, 0) for row in group))
        return [
            self._join(text, [hypotheses[row] for row in span])
            for text, span in zip(work.texts, work.spans, strict=True)
        ]

    def _join(self, source: str, parts: Sequence[Hypothesis]) -> Translation:
        """Make one translation of a sentence's parts; the score is the mean over all its pieces."""
        text = " ".join(filter(None, (self._vocabulary.decode(part.pieces) for part in parts)))
        tokens = [len(part.pieces) + 1 for part in parts]  # `</s>` has a probability too
        score = sum(part.score * n for part, n in zip(parts, tokens, strict=True)) / sum(tokens)
        # Checked before it is tidied: a loop of marks must still be seen as one.
        return Translation(tidy(text), score, faults(source, text), sum(tokens), len(parts))


def _windows(sentences: Iterable[str | None]) -> Iterator[list[str] | None]:
    """Cut a stream into windows; None, which ends a window early, comes behind it."""
    window: list[str] = []
    for sentence in sentences:
        if sentence is not None:
            window.append(sentence)
        if window and (sentence is None or len(window) == WINDOW):
            yield window
            window = []
        if sentence is None:
            yield None
    if window:
        yield window


def _one_ahead(items: Iterable[_Item | None]) -> Iterator[_Item | None]:
    """Give each item when the next one has been made, so that the engine always has that one's work queued.

    None, for which nothing is made, is given at once, and what is before it.
    """
    held: list[_Item] = []
    for item in items:
        yield from held
        held = [] if item is None else [item]
        if item is None:
            yield None
    yield from held


def _badness(translation: Translation) -> tuple[int, int]:
    """Order two tries: what went astray is worse than any other fault; of equals the first is kept."""
    return len(MENDABLE.intersection(translation.faults)), len(translation.faults)


@dataclass(frozen=True, slots=True)
class _Work:
    """Texts on their way through the engine: text i is made of the rows `spans[i]`."""

    texts: Sequence[str]
    spans: list[range]
    groups: list[list[int]]
    queued: list[Future[list[Hypothesis]]]


@dataclass(frozen=True, slots=True)
class _Window:
    """A stretch of the stream; `texts` are normalised, empty where no model is needed; `counts` are of the others."""

    sentences: list[str]
    texts: list[str]
    counts: Mapping[str, int]
    work: _Work
