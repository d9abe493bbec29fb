"""Which words of a translation stem from which words of its source: the model's own attention, read back."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from mt.normalize import normalize

__all__ = ["Alignment", "diagonal", "fold", "piece_spans", "words"]

Span = tuple[int, int]
_WORD = re.compile(r"\w+(?:(?:[\u064b-\u0652\u0670'’-]|(?<=[0-9A-Za-z])[.,](?=[0-9A-Za-z]))+\w+)*")


@dataclass(frozen=True, slots=True)
class Alignment:
    """How much each target word stems from each source word.

    `source` and `target` are the words' spans in their texts; `weights` has a row a target word and a column a source
    word, each row's sum 1, or 0 where the model looked at no word.
    """

    source: tuple[Span, ...]
    target: tuple[Span, ...]
    weights: tuple[tuple[float, ...], ...]

    def run(self, words: Sequence[int]) -> tuple[int, int] | None:
        """Find the unbroken run of target words that owes most to some source words: its first and last number.

        It has the largest sum of (share - 1/2), a share being how much of its attention a target word gives to those
        words; None where no word gives them half of it.
        """
        best: tuple[int, int] | None = None
        best_gain = gain = 0.0
        first = 0
        for number, row in enumerate(self.weights):
            if gain <= 0:
                gain, first = 0.0, number
            gain += sum(row[word] for word in words) - 0.5
            if gain > best_gain:
                best, best_gain = (first, number), gain
        return best


def words(text: str) -> tuple[Span, ...]:
    """Give the spans of a text's words; punctuation between words belongs to none."""
    return tuple(match.span() for match in _WORD.finditer(text))


def diagonal(source: str, target: str) -> Alignment:
    """Align by position alone: what is left where no model can be asked."""
    a, b = words(source), words(target)
    rows = [[0.0] * len(a) for _ in b]
    for i, row in enumerate(rows):
        if row:
            row[min(len(a) - 1, i * len(a) // len(b))] = 1.0
    return Alignment(a, b, tuple(map(tuple, rows)))


def fold(
    source: str,
    target: str,
    source_pieces: Sequence[str],
    target_pieces: Sequence[str],
    rows: Sequence[Sequence[float]],
    normalize: Callable[[str], str] = normalize,
) -> Alignment:
    """Add the attention of pieces up to that of words.

    `source` is the text as written, `source_pieces` are those of it normalised by `normalize`; `rows` has a row
    a target piece and a column a source piece, `</s>` allowed at the end of both.
    """
    a, b = words(source), words(target)
    seen = normalize(source)
    of_source = _owners(_normalised(source, a, seen, normalize), piece_spans(source_pieces, seen))
    of_target = _owners(b, piece_spans(target_pieces, target))
    sums = [[0.0] * len(a) for _ in b]
    for owner, row in zip(of_target, rows, strict=False):
        if owner >= 0:
            for column, weight in zip(of_source, row, strict=False):
                if column >= 0:
                    sums[owner][column] += weight
    totals = [sum(row) for row in sums]
    return Alignment(
        a,
        b,
        tuple(
            tuple(w / total for w in row) if total > 0 else tuple(row) for row, total in zip(sums, totals, strict=True)
        ),
    )


def piece_spans(pieces: Sequence[str], text: str) -> list[Span]:
    """Find each piece in the text that it was cut from or joins to; a piece that is not there has an empty span."""
    spans: list[Span] = []
    at = 0
    for piece in pieces:
        body = piece.replace("▁", " ").strip()
        start = text.find(body, at, at + len(body) + 8) if body else -1
        if start < 0:
            spans.append((at, at))
            continue
        at = start + len(body)
        spans.append((start, at))
    return spans


def _normalised(text: str, spans: Sequence[Span], whole: str, normalize: Callable[[str], str]) -> list[Span]:
    """Find each word in the normalised text; one that normalising takes away has an empty span."""
    found: list[Span] = []
    at = 0
    for start, end in spans:
        word = normalize(text[start:end])
        place = whole.find(word, at) if word else -1
        if place < 0:
            found.append((at, at))
            continue
        at = place + len(word)
        found.append((place, at))
    return found


def _owners(spans: Sequence[Span], pieces: Sequence[Span]) -> list[int]:
    """Give the number of the word that each piece begins in, or -1."""
    owners: list[int] = []
    word = 0
    for start, end in pieces:
        while word < len(spans) and spans[word][1] <= start:
            word += 1
        inside = word < len(spans) and spans[word][0] < end and start < end
        owners.append(word if inside else -1)
    return owners
