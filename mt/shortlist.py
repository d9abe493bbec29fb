"""A vocabulary shortlist: the pieces that an output may be made of, given those of its source.

To choose among all the pieces of a large vocabulary is most of a decoder's work. A shortlist offers it the commonest
ones and, of the others, those that each piece of the source was seen to become (Jean et al. 2015; L'Hostis et al.
2016). What it leaves out cannot be said, so it is on only for searches in which a trial found it harmless
(`mt.shortlist_trial`).

CTranslate2 lays the shortlists of a batch's rows together. So a sentence's company can change its translation, and
deterministic runs do without.
"""

import hashlib
import json
import re
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path

from mt.atomic import atomic
from mt.errors import ModelError
from mt.model import Model, cache_folder

__all__ = ["LEAST_IDENTICAL", "MOST_BLEU", "SHORTLIST", "Shortlist", "Trial", "learn", "shortlist_of", "shortlist_path"]

SHORTLIST = "shortlist.json"
"""The file's name beside a model's files."""

LEAST_IDENTICAL = 0.995
"""The least share of sentences that a shortlist must leave as they were."""

MOST_BLEU = 0.1
"""The most BLEU that it may cost."""

CANDIDATES = 50
"""Pieces at most that a source piece brings in, besides the common ones."""

ROUNDS = 4
"""Of expectation maximisation; more change little."""

Pieces = Sequence[str]


@dataclass(frozen=True, slots=True)
class Trial:
    """What a shortlist changes in sentences that it was not made of, each translated alone, in int8.

    `bleu` and `bleu_without` are of the same references, 0 to 100.
    """

    beam: int
    sentences: int
    identical: int
    bleu: float
    bleu_without: float

    @property
    def passed(self) -> bool:
        """Whether the shortlist may be used with this beam."""
        same = self.identical >= LEAST_IDENTICAL * self.sentences > 0
        return same and self.bleu >= self.bleu_without - MOST_BLEU

    def __str__(self) -> str:
        search = "greedy" if self.beam == 1 else f"beam {self.beam}"
        return (
            f"{search}: {self.identical / self.sentences:.1%} of {self.sentences:,} sentences the same, "
            f"BLEU {self.bleu:.2f} (without: {self.bleu_without:.2f}), {'on' if self.passed else 'off'}"
        )


@dataclass(frozen=True)
class Shortlist:
    """The pieces that are always allowed, those that a source piece brings in besides, and the trials."""

    common: tuple[str, ...]
    candidates: Mapping[str, tuple[str, ...]]
    trials: tuple[Trial, ...] = ()

    @cached_property
    def text(self) -> str:
        """CTranslate2's vocabulary map: a source piece, a tab, target pieces; those without a source are the common."""
        lines = [("", self.common), *self.candidates.items()]
        return "".join(f"{source}\t{' '.join(targets)}\n" for source, targets in lines)

    @cached_property
    def digest(self) -> str:
        """What tells this list from others: 12 hex digits."""
        return hashlib.blake2b(self.text.encode(), digest_size=6).hexdigest()

    def passed(self, beam: int) -> bool:
        """Tell whether a trial allows its use with this beam."""
        return any(trial.passed for trial in self.trials if trial.beam == beam)

    def allows(self, source: Pieces, target: Pieces) -> bool:
        """Tell whether a row alone can become this output."""
        missing = set(target) - self._common
        return missing.issubset(piece for own in source for piece in self.candidates.get(own, ()))

    @cached_property
    def _common(self) -> frozenset[str]:
        return frozenset(self.common)

    def write(self, path: Path, model: Model) -> None:
        """Write list and trials as one JSON file, atomically.

        Raises `InputError` where it cannot be written.
        """
        record = {
            "model": model.id,
            "digest": self.digest,
            "trials": [asdict(trial) for trial in self.trials],
            "common": " ".join(self.common),
            "candidates": {source: " ".join(targets) for source, targets in self.candidates.items()},
        }
        with atomic(path) as file:
            file.write(json.dumps(record, ensure_ascii=False, indent=0).encode())


def shortlist_path(model: Model) -> Path:
    """Give where a model's shortlist is kept: in the user's cache."""
    name = re.sub(r"[^\w.-]+", "--", model.id)
    return cache_folder() / "shortlists" / f"{name}.json"


def shortlist_of(model: Model) -> Shortlist | None:
    """Give a model's shortlist, on or off: the one in the user's cache, else that beside the model's files.

    Raises `ModelError` for a file that is broken or was made for other weights.
    """
    for path in (shortlist_path(model), model.path / SHORTLIST):
        try:
            record = json.loads(path.read_text("utf-8"))
        except (FileNotFoundError, NotADirectoryError):
            continue
        except (OSError, ValueError) as error:
            raise ModelError(f"{path}: cannot be read ({error}); delete it or make it again") from error
        try:
            made_for = str(record["model"])
            found = Shortlist(
                tuple(record["common"].split(" ")),
                {source: tuple(targets.split(" ")) for source, targets in record["candidates"].items()},
                tuple(Trial(**trial) for trial in record["trials"]),
            )
        except (KeyError, TypeError, AttributeError) as error:
            raise ModelError(f"{path}: is no shortlist; delete it or make it again") from error
        if made_for.rpartition("@")[2] != model.revision:
            raise ModelError(f"{path}: was made for {made_for}, not for {model.id}; delete it or make it again")
        return found
    return None


def learn(pairs: Sequence[tuple[Pieces, Pieces]], common: int, written: Collection[str]) -> Shortlist:
    """Make a shortlist of a model's own translations: (source pieces, target pieces), neither with `</s>`.

    Always allowed are the so many commonest target pieces, and every `written` piece of a single letter, so that any
    word can be spelled. Which source piece brings in one of the others is estimated as IBM Model 1 does (Brown et
    al. 1993), by each occurrence of it; a source piece that is `written` too brings in itself.
    """
    often = Counter(piece for _, target in pairs for piece in target)
    letters = [piece for piece in written if len(piece.removeprefix("▁")) == 1]
    always = dict.fromkeys([*(piece for piece, _ in often.most_common(common)), *letters])
    rare = []
    seen: Counter[str] = Counter()
    for source, target in pairs:
        own = list(dict.fromkeys(source))
        seen.update(own)
        others = [piece for piece in dict.fromkeys(target) if piece not in always]
        if others:
            rare.append((own, others))
    # A frequent piece stands beside everything: at first it explains as much less as it is more frequent.
    chances = {(s, t): 1 / seen[s] for own, others in rare for s in own for t in others}
    counts: dict[tuple[str, str], float] = {}
    for _ in range(ROUNDS):
        counts = dict.fromkeys(chances, 0.0)
        for own, others in rare:
            for piece in others:
                total = sum(chances[s, piece] for s in own)
                for s in own:
                    counts[s, piece] += chances[s, piece] / total
        chances = {(s, t): count / seen[s] for (s, t), count in counts.items()}
    candidates: defaultdict[str, list[str]] = defaultdict(list)
    for piece in seen:
        if piece in written and piece not in always:
            candidates[piece].append(piece)
    for (s, t), _ in sorted(counts.items(), key=lambda item: -item[1]):
        if len(candidates[s]) < CANDIDATES and t not in candidates[s]:
            candidates[s].append(t)
    return Shortlist(tuple(always), {source: tuple(targets) for source, targets in candidates.items() if targets})
