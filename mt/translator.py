"""Sentences in, translations out: in order, none lost."""

from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass, replace
from heapq import nlargest
from operator import itemgetter
from typing import TYPE_CHECKING, Literal, TypeVar

from mt.alignment import Alignment, diagonal, fold
from mt.batch import LIMIT, batches, cut
from mt.careful import Careful
from mt.engine import Decoding, Engine, Hypothesis
from mt.english import tidy, unescaped, western, with_emoji
from mt.fidelity import faults, links, lost_links
from mt.glossary import MISSING, Glossary, Match, put
from mt.normalize import Normalizer, has_arabic
from mt.verbatim import put_back
from mt.vocabulary import END, Vocabulary

if TYPE_CHECKING:
    from mt.memory import Memory, Session

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
    `mt.fidelity`. `alternatives` are the best translations that the search found, this one first, each text once;
    empty where they were not asked for. `origin` is memory for a translation of the user's own (see `mt.memory`).
    `failure` says why the engine could not translate the sentence, which then stands in `text` as it was.
    """

    text: str
    score: float | None
    faults: tuple[str, ...] = ()
    tokens: int = 0
    parts: int = 1
    alternatives: tuple["Translation", ...] = ()
    origin: Literal["machine", "memory"] = "machine"
    failure: str = ""

    @property
    def copied(self) -> bool:
        """Whether the text was carried over without a model, since it holds no Arabic letters."""
        return self.score is None and self.origin == "machine" and not self.failure


class Translator:
    """An engine with all that stands around it: normalising, cutting, batching, checks and one second try.

    `positions` is the length that the model can take. `deterministic` makes each translation a function of its
    sentence alone, whatever else is translated in the same run (see `mt.batch`). `alternatives` is how many
    translations to give of a sentence, at most the beam's width. What is in `memory` is not translated again, and what
    is in `glossary` comes out as it says or with the fault missing-term; `tally` counts both. `on_batch` is told the
    number of sentences finished.
    """

    def __init__(
        self,
        engine: Engine,
        vocabulary: Vocabulary,
        decoding: Decoding,
        *,
        positions: int = 512,
        deterministic: bool = False,
        alternatives: int = 0,
        memory: "Memory | None" = None,
        glossary: Glossary | None = None,
        tally: Counter[str] | None = None,
        on_batch: Callable[[int], None] = lambda _: None,
    ) -> None:
        self._engine = Careful(engine)
        self._vocabulary = vocabulary
        self._normalize = Normalizer.of(vocabulary)
        self._decoding = replace(decoding, runners_up=alternatives > 1)
        self.alternatives = alternatives
        self._positions = positions
        self._limit = min(LIMIT, positions // 2 - 12)  # the output's cap needs positions too
        self._deterministic = deterministic
        self._memory = memory
        self._glossary = glossary
        self._tally = Counter[str]() if tally is None else tally
        self._on_batch = on_batch

    def translate(self, sentences: Iterable[str | None]) -> Iterator[Translation]:
        """Translate a stream; one translation a sentence, in order.

        Works in windows of `WINDOW` sentences, the next ones read and cut into pieces while the engine is busy with
        the last, at most three at a time, so that memory does not grow with the stream. None in the stream says that
        the next sentence may be long in coming: those before are given without waiting for it. A sentence without
        Arabic letters is carried over as it is, its digits and punctuation in the English form; one that the engine
        cannot do stays as it is, with the fault failed (see `mt.careful`).

        Raises `ModelError` where the engine can do none at all.
        """
        recent: deque[_Window] = deque(maxlen=2)  # those that can still be on their way when one is begun
        opened = self._memory.session() if self._memory else nullcontext()
        with opened as memory, ThreadPoolExecutor(self._engine.workers) as pool:
            windows = (self._start(window, pool, memory, recent) if window else None for window in _windows(sentences))
            checked = (self._check(w, pool, memory) if w else None for w in _one_ahead(windows))
            try:
                for window in _one_ahead(checked):
                    if window:
                        yield from self._deliver(*window, memory)
            finally:
                pool.shutdown(wait=True, cancel_futures=True)

    def align(self, pairs: Sequence[tuple[str, str]]) -> list[Alignment]:
        """Tell which words of each translation stem from which of its source, by the model's attention.

        Pairs of source and translation, whoever made it. Where no model can say (a text without Arabic letters, one
        longer than the model's positions, one left as it is) the words are aligned by position.
        """
        alignments = [diagonal(source, target) for source, target in pairs]
        rows: dict[int, tuple[list[str], list[str]]] = {}
        for number, (source, target) in enumerate(pairs):
            pieces = self._vocabulary.encode(self._normalize(source)), self._vocabulary.encode_target(target)
            if source != target and has_arabic(source) and 0 < max(map(len, pieces)) < self._positions:
                rows[number] = [*pieces[0], END], [*pieces[1], END]
        answers = self._engine.attend([row for row, _ in rows.values()], [row for _, row in rows.values()])
        for (number, row), weights in zip(rows.items(), answers, strict=True):
            if weights:
                alignments[number] = fold(*pairs[number], *row, weights, self._normalize)
        return alignments

    def rows(self, sentence: str) -> list[list[str]]:
        """Cut a sentence into the rows of pieces that the engine gets for it; none where no model is needed."""
        text = self._normalize(sentence) if has_arabic(sentence) else ""
        return self._rows(text) if text else []

    def _rows(self, text: str) -> list[list[str]]:
        """Cut a normalised text into rows, one a part."""
        return [[*part, END] for part in cut(self._vocabulary.encode(text), self._limit)]

    def _start(
        self, sentences: list[str], pool: ThreadPoolExecutor, memory: "Session | None", recent: "deque[_Window]"
    ) -> "_Window":
        """Look a window's distinct sentences up, and hand those that nobody knows to the engine."""
        arabic = [sentence for sentence in sentences if has_arabic(sentence)]
        own = memory.own(arabic) if memory else {}
        texts = dict.fromkeys(sentences, "")
        texts.update((sentence, self._normalize(sentence)) for sentence in arabic if sentence not in own)
        counts = Counter(text for sentence in sentences if (text := texts[sentence]))
        # What a window before this one holds is not asked again, though it may still be on its way.
        shared = {text: window for window in recent for text in counts if text in window.counts}
        unshared = [text for text in counts if text not in shared]
        found = memory.recall(unshared) if memory else {}
        recalled = {*found, *(text for text, window in shared.items() if text in window.recalled)}
        self._tally["recalled"] += sum(counts[text] for text in recalled)
        self._tally["own"] += sum(sentence in own for sentence in sentences)
        asked = [text for text in unshared if text not in found]
        work = self._submit(asked, self._decoding, pool)
        written = {text: sentence for sentence, text in texts.items()}
        # What was found, not the windows: each would keep all before it.
        before = {text: window.found for text, window in shared.items()}
        recent.append(_Window(sentences, own, texts, written, counts, before, found, recalled, work))
        return recent[-1]

    def _check(self, window: "_Window", pool: ThreadPoolExecutor, memory: "Session | None") -> "tuple[_Window, _Work]":
        """Wait for a window, and hand what went astray to the engine once more."""
        found, asked = window.found, window.work.texts
        self._on_batch(len(window.sentences) - sum(window.counts[text] for text in asked))
        for text, translation in self._collect(window.work, window.counts):
            found[text] = translation
            if memory and not MENDABLE.intersection(translation.faults):
                memory.remember(text, window.written[text], translation)
        astray = [text for text in asked if MENDABLE.intersection(found[text].faults)]
        return window, self._submit(astray, self._decoding.braked(), pool)

    def _deliver(self, window: "_Window", second: "_Work", memory: "Session | None") -> Iterator[Translation]:
        """Wait for the second tries, keep the better ones, and give the window's translations in order."""
        found = window.found
        for text, again in self._collect(second, {}):
            found[text] = min(found[text], again, key=_badness)
            if memory:
                memory.remember(text, window.written[text], found[text])
        if self._glossary:
            self._apply(self._glossary, found)
        found.update((text, others[text]) for text, others in window.shared.items())
        for sentence in window.sentences:
            if sentence in window.own:
                yield _with_emoji(window.own[sentence], sentence)
            elif text := window.texts[sentence]:
                # shared by sentences that differ in what no model sees
                translation = found[text]
                if translation.failure:
                    yield replace(translation, text=sentence)
                else:
                    yield _with_emoji(self._with_links(translation, sentence), sentence)
            else:
                yield Translation(western(" ".join(sentence.split())), None)

    def _with_links(self, translation: Translation, sentence: str) -> Translation:
        """Put a sentence's addresses back where the model spelt them anew; what was wrong with them goes too."""
        if not links(sentence):
            return translation
        alternatives = tuple(self._with_links(alternative, sentence) for alternative in translation.alternatives)
        text, names = translation.text, translation.faults
        if text and lost_links(sentence, text):
            (alignment,) = self.align([(sentence, text)])  # alone, since attention has its company too
            known = alignment != diagonal(sentence, text)
            text = put_back(sentence, text, alignment if known else None)
            left = {*faults(sentence, text), "too-short", MISSING}  # an address fills no gap
            names = tuple(name for name in names if name in left)
        return replace(translation, text=text, faults=names, alternatives=alternatives)

    def _apply(self, glossary: Glossary, found: dict[str, Translation]) -> None:
        """Hold translations to the glossary's terms."""
        lacking: dict[str, list[Match]] = {}
        for text, translation in found.items():
            matches = [] if translation.failure else glossary.matches(text)
            self._tally["terms"] += len(matches)
            if lost := [match for match in matches if not match.term.said.search(translation.text)]:
                lacking[text] = lost
        pairs = [(text, found[text].text) for text in lacking]
        groups = [[pair] for pair in pairs] if self._deterministic else [pairs]  # attention has its company too
        alignments = (alignment for group in groups for alignment in self.align(group))
        for (text, english), alignment in zip(pairs, alignments, strict=True):
            english, failed = put(text, english, lacking[text], alignment)
            self._tally["put"] += len(lacking[text]) - len(failed)
            self._tally["missing"] += len(failed)
            translation = found[text]
            marked = (*translation.faults, MISSING) if failed else translation.faults
            found[text] = replace(translation, text=english, faults=marked)

    def _submit(self, texts: Sequence[str], decoding: Decoding, pool: ThreadPoolExecutor) -> "_Work":
        """Cut texts into rows of pieces and rows into batches, and queue them."""
        rows: list[list[str]] = []
        spans: list[range] = []
        for text in texts:
            own = self._rows(text)
            spans.append(range(len(rows), len(rows) + len(own)))
            rows.extend(own)
        # An engine that sums floats in an order that depends on the batch's shape has to take rows one by one.
        budget = 0 if self._deterministic and not self._engine.exact else self._engine.budget
        groups = list(batches([len(row) for row in rows], budget, equal=self._deterministic))
        queued = [pool.submit(self._engine.translate, [rows[i] for i in group], decoding) for group in groups]
        return _Work(texts, spans, groups, queued)

    def _collect(self, work: "_Work", counts: Mapping[str, int]) -> Iterator[tuple[str, Translation]]:
        """Wait for the batches and give each text as soon as all its parts are there; `counts` weighs the progress."""
        hypotheses: dict[int, Hypothesis] = {}
        owners = [number for number, span in enumerate(work.spans) for _ in span]
        missing = [len(span) for span in work.spans]
        for group, future in zip(work.groups, work.queued, strict=True):
            hypotheses.update(zip(group, future.result(), strict=True))
            done = 0
            for row in group:
                number = owners[row]
                missing[number] -= 1
                if not missing[number]:
                    text = work.texts[number]
                    done += counts.get(text, 0)
                    yield text, self._join(text, [hypotheses.pop(row) for row in work.spans[number]])
            self._on_batch(done)

    def _join(self, source: str, parts: Sequence[Hypothesis]) -> Translation:
        """Make one translation of a sentence's parts, with the alternatives that were asked for.

        Without one of its parts a sentence is not translated at all.
        """
        failure = next((part.failure for part in parts if part.failure), "")
        if failure:
            return Translation("", None, ("failed",), parts=len(parts), failure=failure)
        if not self.alternatives:
            return self._joined(source, parts)
        choices = _choices(parts, self._decoding.beam)
        distinct: dict[str, Translation] = {}
        for translation in (self._joined(source, choice) for choice in choices):
            distinct.setdefault(translation.text, translation)  # what differs in pieces may read the same
        best, *others = list(distinct.values())[: self.alternatives]
        return replace(best, alternatives=(best, *others))

    def _joined(self, source: str, parts: Sequence[Hypothesis]) -> Translation:
        """Make a translation of one hypothesis a part; the score is the mean over all pieces."""
        text = unescaped(" ".join(filter(None, (self._vocabulary.decode(part.pieces) for part in parts))))
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


def _badness(translation: Translation) -> tuple[bool, int, int]:
    """Order two tries: none is worse than what went astray, and that than any other fault; of equals the first wins."""
    return bool(translation.failure), len(MENDABLE.intersection(translation.faults)), len(translation.faults)


def _choices(parts: Sequence[Hypothesis], number: int) -> list[tuple[Hypothesis, ...]]:
    """Give the best ways to take one hypothesis of each part, by the sum of their scores, best first."""
    best: list[tuple[float, tuple[Hypothesis, ...]]] = [(0.0, ())]
    for part in parts:
        longer = [(score + h.score, (*chosen, h)) for score, chosen in best for h in (part, *part.runners_up)]
        best = nlargest(number, longer, key=itemgetter(0))
    return [chosen for _, chosen in best]


def _with_emoji(translation: Translation, sentence: str) -> Translation:
    """Put a sentence's emoji beside its translation and its alternatives."""
    alternatives = tuple(_with_emoji(alternative, sentence) for alternative in translation.alternatives)
    return replace(translation, text=with_emoji(translation.text, sentence), alternatives=alternatives)


@dataclass(frozen=True, slots=True)
class _Work:
    """Texts on their way through the engine: text i is made of the rows `spans[i]`."""

    texts: Sequence[str]
    spans: list[range]
    groups: list[list[int]]
    queued: list[Future[list[Hypothesis]]]


@dataclass(frozen=True, slots=True)
class _Window:
    """A stretch of the stream.

    `texts` are the sentences normalised, empty where no model is needed, `written` leads back to a sentence, and
    `counts` are of the texts. Of these, `shared` are in the `found` of a window before, `found` are known, `recalled`
    are those of both that the memory knew, and `work` is asked of the engine.
    """

    sentences: list[str]
    own: Mapping[str, Translation]
    texts: Mapping[str, str]
    written: Mapping[str, str]
    counts: Mapping[str, int]
    shared: Mapping[str, Mapping[str, Translation]]
    found: dict[str, Translation]
    recalled: Set[str]
    work: _Work
