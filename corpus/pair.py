"""The record: one Arabic source sentence and one English side, with where they come from."""

import hashlib
from dataclasses import dataclass, field, fields
from typing import Any, Literal, Self, get_args

from corpus.document import Sentence
from mt.errors import FormatError
from mt.translator import Translation

__all__ = ["ORIGINS", "Origin", "Pair"]

Origin = Literal["machine", "human", "post-edited"]
ORIGINS: dict[str, Origin] = {origin: origin for origin in get_args(Origin)}


@dataclass(frozen=True, slots=True)
class Pair:
    """A translation unit.

    `document` is the article's name, `paragraph` and `sentence` zero-based positions in it, and `start:end` the
    source's characters in the article's decoded text. `target` is None for a source without a translation.
    `model` is a model's id with its revision; `score` the mean log-probability of a target token (base e).
    `bead` (`1-1`, `2-1` …) and `alignment_score` (0 to 1) belong to human pairs. `faults` are names from
    `mt.fidelity`, empty when the translation is clean. `target_start:target_end` are the target's characters in its
    own document's decoded text, where it was taken from one. An English sentence that the article has not (bead `0-1`)
    has an empty source, and its place in the article for an empty span.

    `id` is derived from the rest, so that the same build gives the same ids.
    """

    document: str
    paragraph: int
    sentence: int
    start: int
    end: int
    source: str
    target: str | None
    origin: Origin
    model: str | None = None
    score: float | None = None
    bead: str | None = None
    alignment_score: float | None = None
    faults: tuple[str, ...] = ()
    target_start: int | None = None
    target_end: int | None = None
    id: str = field(default="")

    def __post_init__(self) -> None:
        if not self.id:
            object.__setattr__(self, "id", self._digest())

    def _digest(self) -> str:
        """Hash what makes this pair itself into 16 hex digits."""
        parts = [self.document, str(self.sentence), self.source, self.target or "", self.origin]
        if not self.source and self.target_start is not None:
            parts.append(str(self.target_start))  # additions in a row may read the same
        digest = hashlib.blake2b(digest_size=8)
        for part in parts:
            data = part.encode("utf-8", "surrogatepass")
            digest.update(len(data).to_bytes(8, "little") + data)
        return digest.hexdigest()

    @classmethod
    def machine(cls, document: str, sentence: Sentence, translation: Translation, model: str) -> Self:
        """Make the pair of a sentence and its machine translation; the score keeps four decimals.

        One that could not be translated has no target.
        """
        return cls(
            document,
            sentence.paragraph,
            sentence.sentence,
            sentence.start,
            sentence.end,
            sentence.text,
            None if translation.failure else translation.text,
            "machine",
            model=model,
            score=None if translation.score is None else round(translation.score, 4),
            faults=translation.faults,
        )

    @classmethod
    def of(cls, document: str, sentence: Sentence, translation: Translation, model: str) -> Self:
        """Make the pair of a sentence and its translation: the machine's, or one out of the user's own memory."""
        if translation.origin == "memory":
            return cls.human(document, sentence, translation.text, None)
        return cls.machine(document, sentence, translation, model)

    @classmethod
    def human(cls, document: str, sentence: Sentence, target: str, bead: str | None) -> Self:
        """Make the pair of a sentence and a human translation; without a bead, one that is no reference."""
        where = (document, sentence.paragraph, sentence.sentence, sentence.start, sentence.end)
        return cls(*where, sentence.text, target, "human", bead=bead)

    def as_dict(self) -> dict[str, Any]:
        """Give the fields in the order of a record, `id` first; the span of the target only where it has one."""
        record: dict[str, Any] = {"id": self.id}
        for name in _NAMES:
            record[name] = getattr(self, name)
        record["faults"] = list(self.faults)
        for name in _SPAN:
            if record[name] is None:
                del record[name]
        return record

    @classmethod
    def from_dict(cls, record: dict[str, Any]) -> Self:
        """Make a pair of a record as `as_dict` gives it; fields that have a default may be missing.

        Raises `FormatError` for a missing or unknown field, a wrong type or an unknown origin.
        """
        types = _TYPES
        try:
            for name, value in record.items():
                if type(value) not in types[name]:
                    raise FormatError(f"field {name!r} is {value!r}, which is no {types[name][0].__name__}")
        except KeyError as error:
            raise FormatError(f"unknown field {error.args[0]!r}") from None
        if not record.keys() >= _REQUIRED:
            missing = next(name for name in _NAMES if name not in record)
            raise FormatError(f"field {missing!r} is missing")
        if record["origin"] not in ORIGINS:
            raise FormatError(f"origin {record['origin']!r} is none of {', '.join(ORIGINS)}")
        faults = tuple(record.get("faults", ()))
        for fault in faults:
            if not isinstance(fault, str):
                raise FormatError("field 'faults' holds something other than names")
        return cls(**{**record, "faults": faults})


_NAMES = tuple(f.name for f in fields(Pair) if f.name != "id")
_REQUIRED = frozenset(_NAMES[:8])
_SPAN = ("target_start", "target_end")
_NONE = type(None)
_TYPES: dict[str, tuple[type, ...]] = {
    "id": (str,),
    "document": (str,),
    "paragraph": (int,),
    "sentence": (int,),
    "start": (int,),
    "end": (int,),
    "source": (str,),
    "target": (str, _NONE),
    "origin": (str,),
    "model": (str, _NONE),
    "score": (float, int, _NONE),
    "bead": (str, _NONE),
    "alignment_score": (float, int, _NONE),
    "faults": (list, tuple),
    "target_start": (int, _NONE),
    "target_end": (int, _NONE),
}
