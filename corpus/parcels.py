"""What each worker gets of the articles of a build, and gets again where workers died."""

from collections import Counter, deque
from collections.abc import Collection, Sequence

from corpus.plan import Entry

__all__ = ["DEATHS", "PARCEL", "Parcels"]

PARCEL = 512
"""Sentences of a parcel: enough for full batches, few enough to lose."""
LEAST = 32
"""Sentences of the last parcels, which are worth the way."""
DEATHS = 3
"""Workers that may die at a document."""


class Parcels:
    """Articles that wait for one of `count` workers; the length is the number of parcels that there can be.

    Parcels shrink towards the end, so that nobody is left alone with a long one (guided self-scheduling,
    Polychronopoulos and Kuck 1987). `given_up` are the articles at which too many workers died.
    """

    def __init__(self, entries: Sequence[Entry], count: int) -> None:
        self._entries = deque(entries)
        self._sentences = sum(entry.sentences for entry in entries)
        self._shares = 2 * count
        self._again = deque[list[Entry]]()
        self._deaths = Counter[str]()
        self.given_up: list[Entry] = []

    def __len__(self) -> int:
        return len(self._entries) + len(self._again)

    def take(self) -> list[Entry]:
        """Take half of a worker's share of what is left, from `LEAST` to `PARCEL` sentences; nothing at the end.

        A document stays whole, however long. What is tried again comes after all else.
        """
        if not self._entries:
            return self._again.popleft() if self._again else []
        room = min(PARCEL, max(LEAST, self._sentences // self._shares))
        parcel: list[Entry] = []
        while self._entries and (not parcel or self._entries[0].sentences <= room):
            parcel.append(self._entries.popleft())
            room -= parcel[-1].sentences
            self._sentences -= parcel[-1].sentences
        return parcel

    def put_back(self, entries: Collection[Entry]) -> None:
        """Take back what a worker died at: it is tried together once more, then one by one."""
        self._deaths.update(entry.article.name for entry in entries)
        together = [entry for entry in entries if self._deaths[entry.article.name] == 1]
        if together:
            self._again.append(together)
        for entry in entries:
            deaths = self._deaths[entry.article.name]
            if deaths >= DEATHS:
                self.given_up.append(entry)
            elif deaths > 1:
                self._again.append([entry])
