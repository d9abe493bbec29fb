"""Work done ahead by other processes."""

import os
import signal
from itertools import count, islice

import pytest

from mt.errors import InputError, ModelError
from mt.training.ahead import ahead


def double(item: int) -> tuple[int, int]:
    """Double a number, and tell who did it."""
    if item == 13:
        raise InputError("13 is not to be doubled")
    return 2 * item, os.getpid()


@pytest.mark.parametrize("processes", [0, 1, 3])
def test_values_come_in_order(processes: int) -> None:
    """Give the same values whoever computes them: of a finite row, an endless one and an empty one."""
    assert [value for value, _ in ahead(double, range(10), processes)] == [2 * i for i in range(10)]
    assert list(ahead(double, [], processes)) == []
    endless = ahead(double, count(20), processes)
    found = list(islice(endless, 7))
    assert [value for value, _ in found] == [2 * i for i in range(20, 27)]
    workers = {process for _, process in found} - {os.getpid()}
    assert len(workers) == processes
    endless.close()
    assert not any(map(alive, workers))


def alive(process: int) -> bool:
    """Say whether there is such a process."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.parametrize("processes", [0, 2])
def test_errors_come_in_their_place(processes: int) -> None:
    """Raise what the function raises, after the values before it."""
    values = ahead(double, range(11, 20), processes)
    assert [next(values)[0], next(values)[0]] == [22, 24]
    with pytest.raises(InputError, match="13 is not to be doubled"):
        next(values)


def test_a_dead_process_is_told() -> None:
    """Say what to do where a process has died."""
    values = ahead(double, count(20), 1)
    os.kill(next(values)[1], signal.SIGKILL)
    with pytest.raises(ModelError, match="lower --processes"):
        list(islice(values, 3))
