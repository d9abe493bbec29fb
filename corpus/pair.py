"""The record: one Arabic source sentence and one English side, with where they come from."""

from dataclasses import dataclass, field, fields
from hashlib import blake2b
from typing import Any, Literal, Self, final, get_args

from corpus.document import Sentence
from mt.errors import FormatError
from mt.translator import Translation

__all__ = ["ORIGINS", "Origin", "Pair"]

Origin = Literal["machine", "human", "post-edited"]
ORIGINS: dict[str, Origin] = {origin: origin for origin in get_args(Origin)}


@final
@dataclass(frozen=True, slots=True, init=False)
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

    def __init__(
        self,
        document: str,
        paragraph: int,
        sentence: int,
        start: int,
        end: int,
        source: str,
        target: str | None,
        origin: Origin,
        model: str | None = None,
        score: float | None = None,
        bead: str | None = None,
        alignment_score: float | None = None,
        faults: tuple[str, ...] = (),
        target_start: int | None = None,
        target_end: int | None = None,
        id: str = "",  # noqa: A002 (the field's name)
    ) -> None:
        # The constructor that a frozen dataclass gets by itself calls a function for each field, which takes four times
        # as long: a third of the time of reading a corpus. So a pair is frozen once its fields are set.
        draft: Any = self
        object.__setattr__(draft, "__class__", _Draft)
        draft.document = document
        draft.paragraph = paragraph
        draft.sentence = sentence
        draft.start = start
        draft.end = end
        draft.source = source
        draft.target = target
        draft.origin = origin
        draft.model = model
        draft.score = score
        draft.bead = bead
        draft.alignment_score = alignment_score
        draft.faults = faults
        draft.target_start = target_start
        draft.target_end = target_end
        draft.id = id
        draft.__class__ = Pair
        if not id:
            object.__setattr__(self, "id", self.digest())

    def digest(self) -> str:
        """Hash what makes this pair itself into 16 hex digits: its id, where it has no other."""
        parts = [self.document, str(self.sentence), self.source, self.target or "", self.origin]
        if not self.source and self.target_start is not None:
            parts.append(str(self.target_start))  # additions in a row may read the same
        data = [part.encode("utf-8", "surrogatepass") for part in parts]
        framed = b"".join([len(one).to_bytes(8, "little") + one for one in data])
        return blake2b(framed, digest_size=8).hexdigest()

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
        shape = (*record, *map(type, record.values()))
        if shape not in _shapes:
            _check(record)
            if len(_shapes) < _MOST_SHAPES:
                _shapes.add(shape)
        if record["origin"] not in ORIGINS:
            raise FormatError(f"origin {record['origin']!r} is none of {', '.join(ORIGINS)}")
        faults = tuple(record.get("faults", ()))
        for fault in faults:
            if not isinstance(fault, str):
                raise FormatError("field 'faults' holds something other than names")
        get = record.get
        # By place: names that come from a file are compared letter by letter with each parameter's.
        return cls(
            record["document"],
            record["paragraph"],
            record["sentence"],
            record["start"],
            record["end"],
            record["source"],
            record["target"],
            record["origin"],
            get("model"),
            get("score"),
            get("bead"),
            get("alignment_score"),
            faults,
            get("target_start"),
            get("target_end"),
            get("id", ""),
        )


class _Draft:
    """A pair whose fields can still be set."""

    __slots__ = tuple(f.name for f in fields(Pair))


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

_MOST_SHAPES = 1000
# Names and types of records that were right: those of a corpus are few, and looking each up takes a third of checking.
_shapes: set[tuple[object, ...]] = set()


def _check(record: dict[str, Any]) -> None:
    """Raise `FormatError` for a record with a missing or unknown field or a wrong type."""
    try:
        for name, value in record.items():
            if type(value) not in _TYPES[name]:
                raise FormatError(f"field {name!r} is {value!r}, which is no {_TYPES[name][0].__name__}")
    except KeyError as error:
        raise FormatError(f"unknown field {error.args[0]!r}") from None
    if not record.keys() >= _REQUIRED:
        missing = next(name for name in _NAMES if name not in record)
        raise FormatError(f"field {missing!r} is missing")
