"""The file that translations are remembered in: SQLite, in the user's data folder.

Any number of processes may use it at once. Readers never wait (write-ahead log); writers take turns, some hundredths
of a second each. A process that is killed loses what it had not written yet, and the file stays whole.

    setup         all that decides a translation besides its text, as JSON
    translation   what models made, by a key of setup and text (`mt.memory`); `used` is the day of the last use
    own           what the user imported, by a key of the normalised source
    fact          the digest of `own`, absent when that has changed

Texts are BLOBs of UTF-8 with surrogates let through: broken JSON may hold some, and SQLite's TEXT cannot.
"""

import hashlib
import os
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mt.errors import InputError, reason

if TYPE_CHECKING:
    from sqlite3 import Connection

__all__ = [
    "Kept",
    "OwnUnit",
    "Store",
    "clear",
    "data_folder",
    "entries",
    "import_own",
    "is_busy",
    "is_damage",
    "kept",
    "look_up",
    "own_digest",
    "own_files",
    "own_units",
    "shrink",
    "today",
    "written",
]

BUSY_SECONDS = 1.0
"""How long to wait for another process."""

REMEDY = "give --no-memory, or set MUWAZI_DATA_DIR to another folder"

_LAYOUT = 1
_SCHEMA = f"""
BEGIN;
CREATE TABLE setup (id INTEGER PRIMARY KEY, record TEXT NOT NULL UNIQUE);
CREATE TABLE translation (
    key BLOB NOT NULL UNIQUE, setup INTEGER NOT NULL, source BLOB NOT NULL, record TEXT NOT NULL, used INTEGER NOT NULL
);
CREATE TABLE own (
    key BLOB NOT NULL UNIQUE, source BLOB NOT NULL, target BLOB NOT NULL, origin TEXT NOT NULL, file TEXT NOT NULL
);
CREATE TABLE fact (name TEXT PRIMARY KEY, value TEXT NOT NULL);
PRAGMA user_version = {_LAYOUT};
COMMIT;
"""
_ROWS = 5000
"""Rows a transaction, which other processes wait for."""
_KEYS = 500
"""Keys a query; old versions of SQLite take no more than 999."""
_BUSY, _CORRUPT, _NOT_A_DATABASE = 5, 11, 26  # https://www.sqlite.org/rescode.html


@dataclass(frozen=True, slots=True)
class Store:
    """The file at `path`, made where there is none; `tell` says what the user should know of it."""

    path: Path
    tell: Callable[[str], None]

    @classmethod
    def of_user(cls, tell: Callable[[str], None]) -> "Store":
        """Give the user's own."""
        return cls(data_folder() / "memory.sqlite", tell)

    def connect(self) -> "Connection":
        """Open the file; one that is no database is named, set aside, and a new one begun.

        Raises `sqlite3.Error` or `OSError` where the file cannot be used, `InputError` for another version's.
        """
        import sqlite3

        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        mark = self.mark()
        try:
            return self._connected()
        except sqlite3.DatabaseError as error:
            if not is_damage(error):
                raise
            self.set_aside(mark, error)
            return self._connected()

    @contextmanager
    def opened(self) -> "Iterator[Connection]":
        """Open the file for a command about it; raises `InputError` where that or the work in it fails."""
        import sqlite3

        try:
            with closing(self.connect()) as connection:
                yield connection
        except (sqlite3.Error, OSError) as error:
            raise InputError(
                f"{self.path}: the memory cannot be used ({reason(error)}); set MUWAZI_DATA_DIR to another folder"
            ) from error

    def mark(self) -> int | None:
        """Give what tells this file from one that takes its place."""
        return self.path.stat().st_ino if self.path.exists() else None

    def set_aside(self, mark: int | None, error: BaseException) -> None:
        """Rename a damaged file and what belongs to it, unless another process has done so."""
        with self._locked():
            if self.mark() != mark:
                return
            places = (self.path.with_name(f"{self.path.stem}.damaged-{n}.sqlite") for n in range(1, 10_000))
            aside = next(place for place in places if not place.exists())
            for suffix in ("", "-wal", "-shm"):  # a log left behind would be taken for the new file's
                part = self.path.with_name(self.path.name + suffix)
                if part.exists():
                    part.rename(aside.with_name(aside.name + suffix))
        self.tell(
            f"{self.path}: the memory is damaged ({reason(error)}) and set aside as {aside.name}; a new one is begun, "
            "into which translations of your own have to be imported again"
        )

    def size(self) -> int:
        """Give the bytes on disk, the log's among them."""
        parts = (self.path, self.path.with_name(f"{self.path.name}-wal"))
        return sum(part.stat().st_size for part in parts if part.exists())

    def _connected(self) -> "Connection":
        """Open the file, and make its tables where it is new."""
        import sqlite3

        connection = sqlite3.connect(self.path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
        try:
            # A power cut may cost the last rows, never the file; in return no commit waits for the disk.
            connection.execute("PRAGMA synchronous = NORMAL")
            if not _layout(connection):
                with self._locked():
                    if not _layout(connection):
                        self.path.chmod(0o600)  # it holds the user's texts
                        connection.execute("PRAGMA journal_mode = WAL")
                        connection.executescript(_SCHEMA)
            layout = _layout(connection)
        except BaseException:
            connection.close()
            raise
        if layout != _LAYOUT:
            connection.close()
            raise InputError(f"{self.path}: the memory is another version's (layout {layout}, not {_LAYOUT}); {REMEDY}")
        return connection

    def _locked(self) -> AbstractContextManager[object]:
        """Keep other processes from making the file or setting it aside."""
        from filelock import FileLock

        return FileLock(self.path.with_name(f".{self.path.name}.lock"), timeout=10)


@dataclass(frozen=True, slots=True)
class OwnUnit:
    """A translation that the user imported; `origin` is human or post-edited, `file` the name of where it came from."""

    source: str
    target: str
    origin: str
    file: str


@dataclass(frozen=True, slots=True)
class Kept:
    """How many translations of a setup (a JSON record) are kept, and the days of their first and last use."""

    setup: str
    rows: int
    first: int
    last: int


def data_folder() -> Path:
    """Give the folder for what is worth keeping: MUWAZI_DATA_DIR, or muwazi's place in the user's data."""
    from platformdirs import user_data_path

    return Path(os.environ.get("MUWAZI_DATA_DIR") or user_data_path("muwazi", appauthor=False)).expanduser()


def today() -> int:
    """Give the day, counted from 1970."""
    return int(time.time() // 86400)


def is_damage(error: Exception) -> bool:
    """Tell whether a file is no database, or has broken pages."""
    return _code(error) in (_CORRUPT, _NOT_A_DATABASE)


def is_busy(error: Exception) -> bool:
    """Tell whether another process kept the file for longer than `BUSY_SECONDS`."""
    return _code(error) == _BUSY


@contextmanager
def written(connection: "Connection") -> Iterator[None]:
    """Write all that the block writes, or nothing of it."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")


def look_up(connection: "Connection", table: str, columns: str, keys: Sequence[bytes]) -> Iterator[tuple[Any, ...]]:
    """Give the key and the columns of those rows of a table that there are, in no order."""
    for start in range(0, len(keys), _KEYS):
        some = keys[start : start + _KEYS]
        places = ",".join("?" * len(some))
        yield from connection.execute(f"SELECT key, {columns} FROM {table} WHERE key IN ({places})", some)


def kept(connection: "Connection") -> list[Kept]:
    """Count the machine's translations by what made them."""
    rows = connection.execute(
        "SELECT setup.record, count(*), min(used), max(used) FROM translation JOIN setup ON setup.id = setup "
        "GROUP BY setup.id ORDER BY setup.id"
    )
    return [Kept(*row) for row in rows]


def entries(connection: "Connection") -> Iterator[tuple[str, str, str]]:
    """Give setup, source and record of each of the machine's translations, in the order of their making."""
    rows = connection.execute(
        "SELECT setup.record, source, translation.record FROM translation JOIN setup ON setup.id = setup "
        "ORDER BY translation.rowid"
    )
    for setup, source, record in rows:
        yield setup, decoded(source), record


def clear(connection: "Connection", *, own: bool = False, before: int | None = None) -> int:
    """Forget the machine's translations, or those last used before a day, or the user's own; gives their number."""
    table = "own" if own else "translation"
    condition = "" if own or before is None else f"WHERE used < {before:d}"
    total = 0
    while True:
        with written(connection):
            if own:
                connection.execute("DELETE FROM fact WHERE name = 'own'")
            rows = connection.execute(
                f"DELETE FROM {table} WHERE rowid IN (SELECT rowid FROM {table} {condition} LIMIT {_ROWS})"
            ).rowcount
        total += rows
        if rows < _ROWS:
            return total


def shrink(connection: "Connection") -> bool:
    """Give the room of what was forgotten back to the disk; False where another process is in the way."""
    import sqlite3

    try:
        connection.execute("VACUUM")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    except sqlite3.OperationalError as error:
        if is_busy(error):
            return False
        raise
    return True


def import_own(connection: "Connection", units: Iterable[tuple[bytes, OwnUnit]]) -> int:
    """Keep what the user imports under its keys, each in place of an older one; gives the number replaced."""
    replaced = 0
    units = iter(units)
    while rows := list(islice(units, _ROWS)):
        with written(connection):
            before = _count_own(connection)
            connection.execute("DELETE FROM fact WHERE name = 'own'")
            connection.executemany(
                "INSERT OR REPLACE INTO own VALUES (?, ?, ?, ?, ?)",
                [(key, encoded(unit.source), encoded(unit.target), unit.origin, unit.file) for key, unit in rows],
            )
            replaced += before + len(rows) - _count_own(connection)
    return replaced


def own_units(connection: "Connection") -> Iterator[OwnUnit]:
    """Give what the user imported, in the order of its import."""
    rows = connection.execute("SELECT source, target, origin, file FROM own ORDER BY rowid")
    for source, target, origin, file in rows:
        yield OwnUnit(decoded(source), decoded(target), origin, file)


def own_files(connection: "Connection") -> list[tuple[str, int]]:
    """Count the user's own translations by the file that they came from."""
    return list(connection.execute("SELECT file, count(*) FROM own GROUP BY file ORDER BY file"))


def own_digest(connection: "Connection") -> str | None:
    """Hash what the user imported, whatever its order and files; None where there is nothing."""
    if not _count_own(connection):
        return None
    known = connection.execute("SELECT value FROM fact WHERE name = 'own'").fetchone()
    if known:
        return str(known[0])
    with written(connection):
        digest = hashlib.blake2b(digest_size=16)
        for key, target in connection.execute("SELECT key, target FROM own ORDER BY key"):
            digest.update(key + len(target).to_bytes(8, "little") + target)
        connection.execute("INSERT OR REPLACE INTO fact VALUES ('own', ?)", (digest.hexdigest(),))
    return digest.hexdigest()


def encoded(text: str) -> bytes:
    """Give a text as it is stored."""
    return text.encode("utf-8", "surrogatepass")


def decoded(data: bytes) -> str:
    """Give a stored text."""
    return data.decode("utf-8", "surrogatepass")


def _count_own(connection: "Connection") -> int:
    return int(connection.execute("SELECT count(*) FROM own").fetchone()[0])


def _layout(connection: "Connection") -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _code(error: Exception) -> int:
    """Give the primary result code of an error of SQLite, 0 for one of Python's module."""
    return (getattr(error, "sqlite_errorcode", None) or 0) & 0xFF
