"""An earlier evaluation as its JSON document tells it, to compare a new one with."""

import base64
import binascii
import hashlib
import json
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from eval.bootstrap import Column
from eval.evaluation import Evaluation, System, Texts
from eval.metrics import OUTSIDE, SCORES, Score
from mt.errors import FormatError, InputError

if TYPE_CHECKING:
    from eval.bootstrap import Floats

__all__ = ["VERSION", "Baseline", "digests", "packed"]

VERSION = 1
"""The version of the JSON document; it changes when a reader of the last one would misread the next."""


def digests(texts: Texts) -> dict[str, str | None]:
    """Give what tells one test set from another: hashes of the references, and of the source where it is known."""
    source = None if texts.source is None else _digest([texts.source])
    return {"references": _digest(texts.references), "source": source}


def _digest(columns: Iterable[Sequence[str | None]]) -> str:
    digest = hashlib.blake2b(digest_size=16)
    for column in columns:
        digest.update(b"column")
        for text in column:
            data = b"" if text is None else text.encode("utf-8", "surrogatepass")
            digest.update(b"none" if text is None else len(data).to_bytes(8, "little") + data)
    return digest.hexdigest()


def packed(column: Column) -> str:
    """Write a column's statistics, a row a segment, as text: little-endian float64, zlib, base64."""
    return base64.b64encode(zlib.compress(column.statistics.astype("<f8").tobytes(), 9)).decode()


@dataclass(frozen=True, slots=True)
class Baseline:
    """The systems of an earlier evaluation, as they stand in its document at `path`."""

    path: Path
    systems: Mapping[str, Mapping[str, Any]]
    test_set: Mapping[str, Any] | None

    @classmethod
    def read(cls, path: Path) -> "Baseline":
        """Read a document that `evaluate --json` or a build wrote.

        Raises `InputError` for a file that cannot be read, `FormatError` for one that is no such document.
        """
        try:
            document = json.loads(path.read_bytes())
            if document["version"] != VERSION:
                raise FormatError(
                    f"{path}: is of version {document['version']!r} and not {VERSION}; make it anew with --json"
                )
            systems = {str(system["name"]): system for system in document["systems"]}
            for system in systems.values():
                for metric in system["metrics"].values():
                    float(metric["score"])
        except OSError as error:
            raise InputError(f"{path}: cannot be read ({error.strerror}); check the name") from error
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise FormatError(f"{path}: holds no scores; give a file that evaluate --json wrote") from error
        return cls(path, systems, document.get("test_set"))

    def check(self, evaluation: Evaluation) -> list[str]:
        """Give what should be known of a comparison with an evaluation.

        Raises `InputError` where the baseline is of another test set.
        """
        if not self.test_set:
            return [f"{self.path}: does not say of which test set its scores are; they are taken for this one's"]
        now = digests(evaluation.texts)
        for side in ("references", "source"):
            before = self.test_set.get(side)
            if before and now[side] and before != now[side]:
                raise InputError(
                    f"{self.path}: was made with another {side.removesuffix('s')}, so its scores do not compare with "
                    "these; make it anew with --json"
                )
        return []

    def system(self, system: System, *, alone: bool) -> Mapping[str, Any]:
        """Find a system by its name; where there is only one on either side (`alone`: on the other), it is that one.

        Raises `InputError` where there is none.
        """
        if system.name in self.systems:
            return self.systems[system.name]
        if alone and len(self.systems) == 1:
            return next(iter(self.systems.values()))
        raise InputError(
            f"{self.path}: has no system {system.name!r}, but {', '.join(self.systems)}; name it so with NAME=FILE"
        )

    def score(self, system: Mapping[str, Any], now: Score) -> float:
        """Give a system's score of the metric that `now` is of.

        Raises `InputError` where the baseline lacks the metric, or has it of another model.
        """
        metric = now.name
        if metric not in system["metrics"]:
            remedy = f"make it anew with {SCORES[metric].option}"
            raise InputError(f"{self.path}: has no {metric} of {system['name']!r}; {remedy}")
        before = system["metrics"][metric]
        if metric in OUTSIDE and before.get("signature") != now.signature:
            raise InputError(
                f"{self.path}: its {metric} is that of {before.get('signature')}, which does not compare with "
                f"{now.signature}; make it anew with {OUTSIDE[metric].option}"
            )
        return float(before["score"])

    def column(self, system: Mapping[str, Any], like: Column) -> Column | None:
        """Give a metric's column of a system, as many rows as `like` has; None where it was not written.

        Raises `FormatError` where it does not hold what it should.
        """
        text = (system.get("statistics") or {}).get(like.name)
        if text is None:
            return None
        return SCORES[like.name].column(self._unpacked(text, like))

    def _unpacked(self, text: str, like: Column) -> "Floats":
        import numpy as np

        size = like.statistics.size * 8
        try:
            data = zlib.decompressobj().decompress(base64.b64decode(text, validate=True), size + 1)
        except (binascii.Error, zlib.error, TypeError, ValueError) as error:
            raise FormatError(f"{self.path}: the statistics of {like.name} are broken; make it anew") from error
        if len(data) != size:
            raise FormatError(
                f"{self.path}: the statistics of {like.name} are not those of {len(like.statistics)} rows"
            )
        return np.frombuffer(data, dtype="<f8").astype(np.float64).reshape(like.statistics.shape)
