"""Batches that an engine cannot do: halved until the guilty row stands alone, so that no other one suffers."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from mt.engine import Decoding, Engine, Hypothesis
from mt.errors import ModelError, reason
from mt.vocabulary import END

__all__ = ["Careful"]

_Row = TypeVar("_Row")
_Answer = TypeVar("_Answer")

_FAILURES = (RuntimeError, MemoryError, ValueError, LookupError)
"""What CTranslate2 and torch raise at rows that they cannot do; all else is a fault of ours and keeps its traceback."""

_OUT_OF_MEMORY = ("out of memory", "can't allocate memory", "not enough memory", "cublas_status_alloc_failed")


class Careful:
    """An engine that answers every row, saying in `Hypothesis.failure` why it could not do one.

    A batch that fails is halved and tried again. One for which memory did not reach halves `budget` besides, which
    is thus found by trial: batches made from then on are no larger than the largest that went through. A row that
    fails alone is given up where the engine still does an empty one; else it is the engine that fails.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.name, self.workers, self.exact = engine.name, engine.workers, engine.exact
        self.budget = engine.budget

    def translate(self, batch: Sequence[Sequence[str]], decoding: Decoding) -> list[Hypothesis]:
        """Translate one batch.

        Raises `ModelError` where the engine cannot even translate nothing.
        """

        def attempt(rows: Sequence[Sequence[str]]) -> list[Hypothesis]:
            try:
                return self._engine.translate(rows, decoding)
            except _FAILURES as error:
                if len(rows) > 1 and _is_out_of_memory(error):
                    self.budget = min(self.budget, len(rows) * max(map(len, rows)) // 2)
                raise

        return self._halving(attempt, batch, [END], lambda why: Hypothesis((), 0.0, failure=why))

    def attend(self, sources: Sequence[Sequence[str]], targets: Sequence[Sequence[str]]) -> list[list[list[float]]]:
        """Tell how much target pieces look at source pieces; nothing of a row that the engine cannot do.

        Raises `ModelError` where the engine can do none.
        """

        def attempt(rows: Sequence[tuple[Sequence[str], Sequence[str]]]) -> list[list[list[float]]]:
            return self._engine.attend([source for source, _ in rows], [target for _, target in rows])

        return self._halving(attempt, list(zip(sources, targets, strict=True)), ([END], [END]), lambda _: [])

    def _halving(
        self,
        attempt: Callable[[Sequence[_Row]], list[_Answer]],
        rows: Sequence[_Row],
        simple: _Row,
        given_up: Callable[[str], _Answer],
    ) -> list[_Answer]:
        """Answer each row, together where that goes; `simple` is a row that only a broken engine cannot do."""
        try:
            return attempt(rows)
        except _FAILURES as error:
            why = reason(error)
        # Only now, since the exception's frames hold what the failed attempt had in memory.
        if len(rows) > 1:
            half = len(rows) // 2
            parts = (rows[:half], rows[half:])
            return [answer for part in parts for answer in self._halving(attempt, part, simple, given_up)]
        try:
            attempt([simple])
        except _FAILURES as error:
            raise ModelError(
                f"{self.name} fails whatever it is given ({reason(error)}); try another --engine or --device"
            ) from error
        return [given_up(why)]


def _is_out_of_memory(error: BaseException) -> bool:
    """Tell want of memory, for which torch and CTranslate2 have several errors with no common class."""
    return isinstance(error, MemoryError) or any(sign in str(error).lower() for sign in _OUT_OF_MEMORY)
