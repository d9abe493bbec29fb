"""Gradients by several processes: each takes batches of its own, over parameters that all of them see."""

import tempfile
from collections.abc import Sequence
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import torch

from mt.training.ahead import alive, leave_signals
from mt.training.corpora import Batch
from mt.training.network import Network

__all__ = ["Workers"]


class Workers:
    """Shares an update's batches among `count` processes, of which this one is the first.

    Parameters and the others' gradients lie in a file that all map into memory. A process a core is faster than one
    with a thread a core: the products are small, and threads wait for each other after each.
    """

    def __init__(self, network: Network, count: int) -> None:
        self._network = network
        self._others: list[tuple[Any, Connection]] = []
        self._gradients: list[list[torch.Tensor]] = []
        if count == 1:
            return
        context = get_context("spawn")
        with tempfile.TemporaryDirectory(prefix="muwazi-train-") as folder:
            path = Path(folder) / "shared"
            values, *self._gradients = _map(path, network, count)
            for parameter, place in zip(network.parameters, values, strict=True):
                place.copy_(parameter.detach())
                parameter.data = place
            for number in range(1, count):
                ours, theirs = context.Pipe()
                process = context.Process(target=_serve, args=(theirs, path, number, count), daemon=True)
                process.start()
                theirs.close()
                ours.send((network.plan(), torch.get_num_threads()))
                self._others.append((process, ours))
            for _, connection in self._others:
                _received(connection)  # it has mapped the file, which needs no name from then on

    def gradients(self, group: Sequence[Batch], seeds: Sequence[int]) -> tuple[float, int]:
        """Leave in the parameters the gradient of a group's mean loss; give the loss summed over pieces, and these.

        Raises `ModelError` where another process has died.
        """
        pieces = sum(len(row) for batch in group for row in batch.target)
        work = list(zip(group, seeds, strict=True))
        processes = len(self._others) + 1
        for number, (_, connection) in enumerate(self._others, 1):
            with alive():
                connection.send((work[number::processes], pieces))
        total = _backward(self._network, work[::processes], pieces)
        for (_, connection), gradients in zip(self._others, self._gradients, strict=True):
            total += _received(connection)
            for parameter, gradient in zip(self._network.parameters, gradients, strict=True):
                parameter.grad = gradient.clone() if parameter.grad is None else parameter.grad.add_(gradient)
        return total, pieces

    def close(self) -> None:
        """End the other processes."""
        for process, connection in self._others:
            connection.close()
            process.join()
        self._others = []


def _backward(network: Network, work: Sequence[tuple[Batch, int]], pieces: int) -> float:
    """Add batches' gradients to the parameters'; give their summed loss."""
    losses = []
    for batch, seed in work:
        loss = network.loss(batch, seed)
        torch.autograd.backward(loss / pieces)
        losses.append(loss.detach())
    return float(sum(losses))  # asked for last: a GPU is waited for once


def _map(path: Path, network: Network, count: int) -> list[list[torch.Tensor]]:
    """Map the file: `count` times the parameters' shapes, the first for values, the others for gradients."""
    sizes = [parameter.numel() for parameter in network.parameters]
    flat = torch.from_file(str(path), shared=True, size=sum(sizes) * count, dtype=torch.float32)
    return [
        [part.view_as(parameter) for part, parameter in zip(row.split(sizes), network.parameters, strict=True)]
        for row in flat.view(count, -1)
    ]


def _received(connection: Connection) -> float:
    with alive():
        total: float = connection.recv()
        return total


def _serve(connection: Connection, path: Path, number: int, count: int) -> None:
    """Compute gradients until the other end closes."""
    leave_signals()
    try:
        plan, threads = connection.recv()
        torch.set_num_threads(threads)
        network = Network.of(plan)
        shared = _map(path, network, count)
        for parameter, place in zip(network.parameters, shared[0], strict=True):
            parameter.data = place
        connection.send(0.0)
        while True:
            work, pieces = connection.recv()
            for parameter, gradient in zip(network.parameters, shared[number], strict=True):
                parameter.grad = gradient.zero_()
            connection.send(_backward(network, work, pieces))
    except (EOFError, ConnectionResetError):
        return
