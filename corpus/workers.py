"""Documents finished by several processes on one machine.

The parent hands out parcels of documents and takes finished ones back; workers read, translate and align. Who is free
takes the next parcel. What has come back is safe from then on: a worker that dies costs the rest of its parcel, which
others try again, and workers end with their parent.
"""

import os
import pickle
import signal
import traceback
from collections import Counter
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from multiprocessing import get_context, parent_process
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from threading import Thread

from corpus.outcome import Outcome, outcomes
from corpus.parcels import DEATHS, Parcels
from corpus.plan import Entry
from corpus.readers import Reading
from mt.engine import cores
from mt.errors import InputError, ModelError
from mt.options import Setup

__all__ = ["Crew"]

CONTEXT = get_context("spawn")  # a fork would copy the locks of threads, and not the threads
_NAMED = 5  # documents that an error names
_SIGNALS = {signal.SIGINT, signal.SIGTERM}
_Message = Outcome | Counter[str] | str | Exception


@dataclass(frozen=True, slots=True)
class Crew:
    """Up to `count` workers.

    `on_done` is told of each document how many sentences it has, and `tell` what the user should know.
    """

    count: int
    on_done: Callable[[int], None]
    tell: Callable[[str], None]

    def outcomes(self, entries: Sequence[Entry], reading: Reading, setup: Setup) -> Generator[Outcome, None, None]:
        """Give the outcomes of articles that have sentences, as they come; when this is closed, the workers end.

        Raises what a worker raises; `ModelError` where none gets ready; at the end `InputError` for documents at which
        `DEATHS` workers died.
        """
        parcels = Parcels(entries, self.count)
        setup = replace(setup, threads=setup.threads or max(1, cores() // self.count))
        workers: list[_Worker] = []
        told = set[str]()
        unready = 0  # workers that died since one was ready
        try:
            while self._manned(workers, parcels, reading, setup):
                ready = set(wait([worker.connection for worker in workers]))
                for worker in [worker for worker in workers if worker.connection in ready]:
                    match worker.heard():
                        case Outcome() as outcome:
                            del worker.parcel[outcome.name]
                            self.on_done(outcome.sentences)
                            yield outcome
                        case Counter() as tally:
                            setup.tally.update(tally)
                            worker.ready = worker.idle = True
                            unready = 0
                        case str() as notice if notice not in told:
                            told.add(notice)
                            self.tell(notice)
                        case Exception() as error:
                            raise error
                        case None:
                            workers.remove(worker)
                            if how := worker.death():
                                unready += not worker.ready
                                if unready == DEATHS:
                                    raise _no_worker(how)
                                self.tell(f"a worker process ended ({how}){worker.left}")
                                parcels.put_back(worker.parcel.values())
        finally:
            for worker in workers:
                worker.kill()
        if parcels.given_up:
            raise _deadly(parcels.given_up)

    def _manned(self, workers: "list[_Worker]", parcels: Parcels, reading: Reading, setup: Setup) -> bool:
        """Start workers that are missing, give the idle ones work, and dismiss all at the end; False when they left."""
        going = bool(parcels) or any(worker.parcel for worker in workers)
        free = sum(not worker.parcel for worker in workers)
        for _ in range(min(self.count - len(workers), len(parcels) - free)):
            workers.append(_Worker.start(reading, setup))
        for worker in workers.copy():
            if worker.idle and (parcels or not going):
                worker.give(parcels.take())
            elif not going and not worker.ready:
                workers.remove(worker)
                worker.kill()
        return bool(workers)


@dataclass(slots=True, eq=False)
class _Worker:
    """A process as its parent knows it: what it has at hand, by name, and whether it has asked for work."""

    process: BaseProcess
    connection: Connection
    parcel: dict[str, Entry] = field(default_factory=dict)
    ready: bool = False
    idle: bool = False
    dismissed: bool = False

    @classmethod
    def start(cls, reading: Reading, setup: Setup) -> "_Worker":
        """Start a process."""
        ours, theirs = CONTEXT.Pipe()
        memory = setup.memory and replace(setup.memory, tell=theirs.send)
        own = replace(setup, memory=memory, tally=Counter())
        process = CONTEXT.Process(target=_serve, args=(theirs, reading, own), name="muwazi-worker", daemon=True)
        with _undisturbed():
            process.start()
        theirs.close()  # so that the end of the process is the end of what it says
        return cls(process, ours)

    def give(self, parcel: Sequence[Entry]) -> None:
        """Send it what to do next; nothing to do dismisses it."""
        self.idle = False
        self.dismissed = not parcel
        self.parcel = {entry.article.name: entry for entry in parcel}
        with suppress(OSError):  # it has died, which `heard` tells
            self.connection.send(parcel)

    @property
    def left(self) -> str:
        """Say what becomes of what it has at hand; nothing where it has nothing."""
        return f"; its {len(self.parcel):,} document(s) at hand are tried again" if self.parcel else ""

    def heard(self) -> _Message | None:
        """Take what it says: a document, what it counted when it is free, a notice, an error; None at its end."""
        try:
            message: _Message = self.connection.recv()
        except (EOFError, OSError):
            return None
        return message

    def death(self) -> str:
        """Wait for its end, and say what ended it where it was not dismissed."""
        self.process.join()
        self.connection.close()
        code = self.process.exitcode or 0
        if code >= 0:
            return "" if self.dismissed and not code else f"exit code {code}"
        name = signal.Signals(-code).name
        return f"{name}, as when memory runs out" if name == "SIGKILL" else name

    def kill(self) -> None:
        """End it at once."""
        self.process.kill()
        self.process.join()
        self.connection.close()


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Put signals off that would leave a process half started, or come upon it before it can deal with them."""
    if not hasattr(signal, "pthread_sigmask"):  # on Windows
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _serve(connection: Connection, reading: Reading, setup: Setup) -> None:
    """Work until nothing more comes: the life of a worker."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a terminal sends it to all; the parent decides
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _SIGNALS)
    Thread(target=_end_with_parent, daemon=True).start()
    try:
        entries = _parcels(connection, setup.tally)
        for outcome in outcomes(entries, reading, setup.model.id, setup.translator()):
            connection.send(outcome)
    except Exception as error:  # noqa: BLE001 (whatever it is, the parent raises it)
        with suppress(OSError):  # nobody is there any more
            connection.send(_portable(error))


def _parcels(connection: Connection, tally: Counter[str]) -> Iterator[Entry | None]:
    """Ask for parcels, telling what was counted, and give their articles; all of one are finished before the next."""
    while True:
        connection.send(tally)
        tally.clear()
        parcel: list[Entry] = connection.recv()
        if not parcel:
            return
        yield from parcel
        yield None


def _end_with_parent() -> None:
    """End this process, whatever it is at, when its parent ends in whatever way."""
    parent = parent_process()
    if parent:
        parent.join()
        os._exit(1)


def _no_worker(how: str) -> ModelError:
    """Say that it is no use to start more workers."""
    return ModelError(
        f"{DEATHS} worker processes in a row ended before they were ready ({how}); give fewer --workers where memory "
        "does not reach"
    )


def _deadly(entries: Sequence[Entry]) -> InputError:
    """Name the documents at which workers died."""
    named = ", ".join(entry.article.place for entry in entries[:_NAMED])
    more = f" and {len(entries) - _NAMED:,} more" if len(entries) > _NAMED else ""
    return InputError(
        f"{named}{more}: {DEATHS} worker processes died at each; all else is done and kept: run the command again, "
        "without what is named if that happens once more"
    )


def _portable(error: Exception) -> Exception:
    """Make an exception that can be sent, and tells where it was raised."""
    told = f"raised in a worker process:\n{''.join(traceback.format_exception(error))}"
    try:
        copy: Exception = pickle.loads(pickle.dumps(error))
    except Exception:  # noqa: BLE001 (a class of others, which may do anything when it is copied)
        copy = RuntimeError(f"{type(error).__name__}: {error}")
    copy.add_note(told)
    return copy
