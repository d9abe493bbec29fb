"""Translations that are not made twice, and those that the user brought along.

A machine's translation is found again by its key: a hash of the normalised text and of the setup, which holds all that
decides a translation besides (model, engine, search, whether batches are padded, muwazi's own code). So a hit equals
a fresh translation in every field, and a translation out of a padded batch is never taken for a deterministic one.

The user's own translations are found by the normalised source alone: vowel marks, tatweel and kinds of quotation marks
make no difference, every other character does.
"""

import hashlib
import json
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from mt.errors import InputError, reason
from mt.normalize import normalize
from mt.store import (
    REMEDY,
    OwnUnit,
    Store,
    decoded,
    encoded,
    import_own,
    is_busy,
    is_damage,
    look_up,
    own_digest,
    today,
    written,
)
from mt.translator import Translation

if TYPE_CHECKING:
    from sqlite3 import Connection

__all__ = ["LIMIT", "Memory", "Session", "bring", "code_digest", "own_in", "translation_of"]

_Answer = TypeVar("_Answer")

LIMIT = 2 << 30
"""Bytes of the file beyond which nothing more is remembered."""

_SECONDS = 1.0
"""How often to write: what a kill costs."""
_LAST_SECONDS = 60.0
"""How long to wait for other processes at the end, when what cannot be written is lost."""
_ROWS = 1000
"""Translations that are written sooner than that."""
_BACKLOG = 20_000
"""Translations that wait for a busy file at most."""
_UNSAFE = frozenset({"failed"})
"""Faults of the machine rather than of the model: tried again next time."""


@dataclass(frozen=True, slots=True)
class Memory:
    """What a `Translator` needs to remember: the file, the setup, and the digest of the user's own translations.

    `own` is None where these are not to be used. `setup` has to hold all that decides a translation.
    """

    store: Store
    setup: Mapping[str, Any]
    own: str | None = None

    @contextmanager
    def session(self) -> "Iterator[Session]":
        """Open the memory for one stream; what is still to be written is written at the end."""
        session = Session(self.store, self.setup, self.own)
        try:
            yield session
        finally:
            session.close()


class Session:
    """A stream's dealings with the memory.

    Trouble with the file is told once and costs the memory, never the stream; only where the user's own translations
    are in use, which decide what comes out, does it raise `InputError`. For one thread at a time.
    """

    def __init__(self, store: Store, setup: Mapping[str, Any], own: str | None) -> None:
        self._store = store
        self._setup = json.dumps({**setup, "code": code_digest()}, ensure_ascii=False, sort_keys=True)
        self._base = hashlib.blake2b(encoded(self._setup), digest_size=16)
        self._own = own
        self._mark: int | None = None
        self._today = today()
        self._new: list[tuple[bytes, bytes, str]] = []  # key, source, record
        self._used: list[bytes] = []
        self._next = time.monotonic() + _SECONDS
        self._connection = self._opened()
        self._full = self._connection is not None and store.size() >= LIMIT
        if self._full:
            store.tell(
                f"{store.path}: the memory holds {LIMIT >> 30} GiB and takes no more; "
                "`muwazi memory clear --older-than DAYS` makes room"
            )

    def recall(self, texts: Iterable[str]) -> dict[str, Translation]:
        """Give the translations that are known of these normalised texts."""
        keys = {self._key(text): text for text in texts}

        def read(connection: "Connection") -> dict[str, Translation]:
            found = {}
            for key, record, used in look_up(connection, "translation", "record, used", list(keys)):
                found[keys[key]] = translation_of(record)
                if used < self._today:
                    self._used.append(key)
            return found

        return self._tried(read, {})

    def own(self, sentences: Iterable[str]) -> dict[str, Translation]:
        """Give the user's own translations of these sentences."""
        if self._own is None:
            return {}
        keys: dict[bytes, list[str]] = {}
        for sentence in dict.fromkeys(sentences):
            keys.setdefault(_own_key(sentence), []).append(sentence)

        def read(connection: "Connection") -> dict[str, Translation]:
            return {
                sentence: Translation(decoded(target), None, origin="memory")
                for key, target in look_up(connection, "own", "target", list(keys))
                for sentence in keys[key]
            }

        return self._tried(read, {})

    def remember(self, text: str, sentence: str, translation: Translation) -> None:
        """Keep a translation of a normalised text; `sentence` is what it was written like."""
        if self._connection is None or self._full or _UNSAFE.intersection(translation.faults):
            return
        self._new.append((self._key(text), encoded(sentence), _record_of(translation)))
        if time.monotonic() >= self._next or len(self._new) == _ROWS:
            self._write()

    def close(self) -> None:
        """Write what is left, and let go of the file."""
        if self._connection is not None:
            self._connection.execute(f"PRAGMA busy_timeout = {_LAST_SECONDS * 1000:.0f}")
        self._write()
        if self._new:
            self._store.tell(f"{self._store.path}: locked by another process; {len(self._new):,} translations are lost")
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _key(self, text: str) -> bytes:
        digest = self._base.copy()
        digest.update(b"\0" + encoded(text))
        return digest.digest()

    def _write(self) -> None:
        """Write what is new in one transaction."""
        if not self._new and not self._used:
            return

        def write(connection: "Connection") -> None:
            with written(connection):
                connection.execute("INSERT OR IGNORE INTO setup (record) VALUES (?)", (self._setup,))
                (number,) = connection.execute("SELECT id FROM setup WHERE record = ?", (self._setup,)).fetchone()
                connection.executemany(
                    "INSERT OR IGNORE INTO translation VALUES (?, ?, ?, ?, ?)",
                    [(key, number, source, record, self._today) for key, source, record in self._new],
                )
                connection.executemany(
                    "UPDATE translation SET used = ? WHERE key = ?", [(self._today, key) for key in self._used]
                )
            self._new.clear()
            self._used.clear()

        self._tried(write, None)
        self._next = time.monotonic() + _SECONDS
        if len(self._new) > _BACKLOG:
            del self._new[:-_BACKLOG]

    def _opened(self) -> "Connection | None":
        """Open the file, and hold it to the digest of the user's own translations."""
        import sqlite3

        try:
            connection = self._store.connect()
            self._mark = self._store.mark()
            own = own_digest(connection) if self._own is not None else None
        except (sqlite3.Error, OSError, InputError) as error:
            self._give_up(error)
            return None
        if own != self._own:
            connection.close()
            raise InputError(f"{self._store.path}: own translations were changed meanwhile; run the command again")
        return connection

    def _tried(self, work: "Callable[[Connection], _Answer]", otherwise: _Answer) -> _Answer:
        """Do some work with the file, or say why it cannot be done and go on without."""
        import sqlite3

        if self._connection is None:
            return otherwise
        try:
            return work(self._connection)
        except (sqlite3.Error, OSError, ValueError) as error:
            damaged = is_damage(error) or isinstance(error, ValueError)
            if is_busy(error):
                self._next = time.monotonic() + 10 * _SECONDS
                return otherwise
            self._connection.close()
            self._connection = None
            if damaged and self._own is None:
                self._store.set_aside(self._mark, error)
                self._connection = self._opened()
            else:
                self._give_up(error)
            return otherwise

    def _give_up(self, error: Exception) -> None:
        """Go on without the memory, where that is honest."""
        self._new.clear()
        text = reason(error)
        place = "" if text.startswith(str(self._store.path)) else f"{self._store.path}: "
        if self._own is not None:
            raise InputError(f"{place}own translations cannot be read ({text}); {REMEDY}") from error
        self._store.tell(f"{place}nothing is remembered ({text})")


def own_in(store: Store) -> str | None:
    """Give the digest of the user's own translations, None where there are none or the file cannot be used."""
    import sqlite3

    if not store.path.exists():
        return None
    try:
        with closing(store.connect()) as connection:
            return own_digest(connection)
    except (sqlite3.Error, OSError, InputError) as error:
        store.tell(f"{store.path}: own translations are not used ({reason(error)})")
        return None


def bring(connection: "Connection", units: Iterable[OwnUnit]) -> int:
    """Keep translations that the user imports, each in place of an older one of its source; gives how many of these."""
    return import_own(connection, ((_own_key(unit.source), unit) for unit in units))


def translation_of(record: str) -> Translation:
    """Give the translation of a record; raises `ValueError` where it is none."""
    return _whole(json.loads(record))


@cache
def code_digest() -> str:
    """Hash this package's code: what becomes of a model's output may change while the version's number does not."""
    digest = hashlib.blake2b(digest_size=8)
    for path in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(hashlib.blake2b(path.read_bytes()).digest())
    return digest.hexdigest()


def _own_key(sentence: str) -> bytes:
    return hashlib.blake2b(encoded(normalize(sentence)), digest_size=16).digest()


def _record_of(translation: Translation) -> str:
    return json.dumps(_parts(translation), separators=(",", ":"))


def _parts(translation: Translation) -> list[Any]:
    """Give all fields of a machine's translation in their order."""
    t = translation
    return [t.text, t.score, t.faults, t.tokens, t.parts, [_parts(alternative) for alternative in t.alternatives]]


def _whole(parts: Any) -> Translation:
    """Make the translation of `_parts`."""
    try:
        text, score, faults, tokens, number, alternatives = parts
        return Translation(text, score, tuple(faults), tokens, number, tuple(map(_whole, alternatives)))
    except TypeError as error:
        raise ValueError(f"{parts!r:.60} is no translation") from error
