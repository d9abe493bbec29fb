"""Work done ahead by other processes, and taken in order."""

import signal
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager
from itertools import cycle
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Any, TypeVar

from mt.errors import ModelError

__all__ = ["ahead", "alive", "leave_signals"]

_Item = TypeVar("_Item")
_Value = TypeVar("_Value")


def ahead(function: Callable[[_Item], _Value], items: Iterable[_Item], processes: int) -> Generator[_Value, None, None]:
    """Give the function's value of each item, in order; so many processes are an item each ahead of the last one given.

    They get a copy of the function, and end when the generator is closed or this process is gone. Without any the
    values are computed here, when they are asked for.

    Raises what the function raises, and `ModelError` where a process has died.
    """
    if not processes:
        yield from map(function, items)
        return
    context = get_context("spawn")
    others = []
    try:
        for _ in range(processes):
            ours, theirs = context.Pipe()
            process = context.Process(target=_serve, args=(theirs, function), daemon=True)
            process.start()
            theirs.close()
            others.append((process, ours))
        asked = deque[Connection]()
        for item, (_, connection) in zip(items, cycle(others), strict=False):
            if len(asked) == processes:
                yield _received(asked.popleft())
            with alive():
                connection.send(item)
            asked.append(connection)
        while asked:
            yield _received(asked.popleft())
    finally:
        for process, connection in others:
            connection.close()
            process.kill()
            process.join()


@contextmanager
def alive() -> Iterator[None]:
    """Say what is wrong where the other end of a connection is gone."""
    try:
        yield
    except (EOFError, BrokenPipeError, ConnectionResetError) as error:
        raise ModelError(
            "a process of the training has died, for want of memory perhaps; lower --processes, and run the command "
            "again to go on from the last checkpoint"
        ) from error


def leave_signals() -> None:
    """Let the process that started this one decide when to end."""
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, signal.SIG_IGN)


def _received(connection: Connection) -> Any:
    with alive():
        value, error = connection.recv()
    if error:
        raise error
    return value


def _serve(connection: Connection, function: Callable[[Any], Any]) -> None:
    """Compute values until the other end closes."""
    leave_signals()
    try:
        while True:
            item = connection.recv()
            answer: tuple[Any, Exception | None]
            try:
                answer = function(item), None
            except Exception as error:  # noqa: BLE001 (whatever it is, the other side raises it)
                answer = None, error
            connection.send(answer)
    except (EOFError, BrokenPipeError, ConnectionResetError):
        return
