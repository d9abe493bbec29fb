"""What there would be to do: sentences counted as the model would get them, and the time that they would take."""

import time
from hashlib import blake2b
from heapq import heappush, heappushpop
from itertools import islice

from mt.translator import Translator

__all__ = ["Census", "duration"]

SAMPLE = 512
"""Sentences kept for a trial."""
_SPAN = 1_024
"""Tokens of a sentence that the trial takes at most."""
TRIAL_SECONDS = 1.5


class Census:
    """A count of sentences, and of the source tokens (pieces, the `</s>` of each row among them) that they come to.

    `foreign` ones have no Arabic letters and go past the model, `long` ones would be translated in parts, and
    `identical` ones look to the model like one before them and cost nothing: of those `work`, the number of tokens,
    counts the first. It keeps a few bytes a sentence.
    """

    def __init__(self, translator: Translator) -> None:
        self.sentences = self.foreign = self.identical = self.long = 0
        self.work = 0
        self._translator = translator
        self._seen: set[int] = set()
        self._sample: list[tuple[int, int, str]] = []

    def add(self, sentence: str) -> None:
        """Count a sentence."""
        self.sentences += 1
        rows = self._translator.rows(sentence)
        if not rows:
            self.foreign += 1
            return
        self.long += len(rows) > 1
        digest = int.from_bytes(blake2b("".join(map("".join, rows)).encode(), digest_size=8).digest())
        if digest in self._seen:
            self.identical += 1
            return
        self._seen.add(digest)
        size = sum(map(len, rows))
        self.work += size
        if size > _SPAN:  # a text without an end would be the whole trial, for minutes
            sentence = sentence[: len(sentence) * _SPAN // size]
            size = sum(map(len, self._translator.rows(sentence)))
        # The smallest digests: a sample that is drawn evenly, and the same one at every run.
        push = heappush if len(self._sample) < SAMPLE else heappushpop
        push(self._sample, (-digest, size, sentence))

    def rate(self) -> tuple[float, int]:
        """Translate some of the sentences for about `TRIAL_SECONDS`; gives source tokens a second and how many.

        The helpings grow until one of them takes long enough to go by, since the first ones find cold caches and
        leave the batches half empty.
        """
        trial = iter(self._sample)
        tried = 0
        rate = spent = 0.0
        take = 4
        while spent < TRIAL_SECONDS / 2 and (helping := list(islice(trial, take))):
            start = time.perf_counter()
            for _ in self._translator.translate(sentence for _, _, sentence in helping):
                pass
            seconds = max(time.perf_counter() - start, 1e-9)
            rate = sum(size for _, size, _ in helping) / seconds
            spent += seconds
            tried += len(helping)
            take = max(4, int((TRIAL_SECONDS - spent) * len(helping) / seconds))
        return rate, tried


def duration(seconds: float) -> str:
    """Write a length of time as people say it, in the two largest units."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    units = ((days, "d"), (hours, "h"), (minutes, "min"), (rest, "s"))
    first = next((i for i, (value, _) in enumerate(units) if value), None)
    if first is None:
        return "less than a second"
    return " ".join(f"{value} {unit}" for value, unit in units[first : first + 2] if value)
