"""The diary of a training: a JSON line an event, and a plot of it."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from mt.atomic import atomic
from mt.errors import InputError

__all__ = ["Journal", "plot"]


class Journal:
    """Appends events to a file of JSON lines.

    An event has `step`, and either `loss` (mean a target token since the last), `rate`, `tokens`, `tokens_per_second`
    and `seconds`, or `scores` of the development set.
    """

    def __init__(self, path: Path, step: int) -> None:
        """Open the file, forgetting what a training that was killed wrote after the `step` now gone on from."""
        self._path = path
        self.events: list[dict[str, Any]] = []
        if step and path.exists():
            for line in path.read_text("utf-8").splitlines():
                try:
                    event = json.loads(line)
                except ValueError:  # the line that a kill cut off
                    continue
                if event["step"] <= step:
                    self.events.append(event)
        with atomic(path) as handle:
            handle.write("".join(json.dumps(event) + "\n" for event in self.events).encode())

    def add(self, event: dict[str, Any]) -> None:
        """Append an event."""
        self.events.append(event)
        try:
            with self._path.open("a", encoding="utf-8") as handle:
                handle.write(json.dumps(event) + "\n")
        except OSError as error:
            raise InputError(
                f"{self._path}: cannot be written ({error.strerror}); make room and run the command again to go on"
            ) from error


_WIDTH, _HEIGHT, _LEFT, _TOP = 720, 220, 56, 34


def plot(events: Sequence[dict[str, Any]], path: Path) -> None:
    """Draw loss and scores over updates into an SVG file."""
    losses = [(e["step"], e["loss"]) for e in events if "loss" in e]
    curves = [("loss", losses)] if losses else []
    scored = [e for e in events if "scores" in e]
    for name in scored[0]["scores"] if scored else ():
        curves += [(name, [(e["step"], e["scores"][name]) for e in scored])]
    last = max((e["step"] for e in events), default=1)
    parts = [_panel(name, points, last, number * (_HEIGHT + _TOP)) for number, (name, points) in enumerate(curves)]
    height = len(curves) * (_HEIGHT + _TOP) + 30
    with atomic(path) as handle:
        handle.write(
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH + _LEFT + 20} {height}" '
            'font-family="sans-serif" font-size="12">'
            f'<rect width="100%" height="100%" fill="white"/>{"".join(parts)}</svg>\n'.encode()
        )


def _panel(name: str, points: Sequence[tuple[int, float]], last: int, top: int) -> str:
    """Draw one curve with its axes; three marks on each."""
    low, high = min(y for _, y in points), max(y for _, y in points)
    span = high - low or 1.0
    upper, lower = top + _TOP, top + _HEIGHT

    def x(step: float) -> float:
        return _LEFT + _WIDTH * step / last

    def y(value: float) -> float:
        return lower - (lower - upper) * (value - low) / span

    marks = "".join(
        f'<path d="M{_LEFT} {y(value):.1f}H{_LEFT + _WIDTH}" stroke="#ddd"/>'
        f'<text x="{_LEFT - 6}" y="{y(value) + 4:.1f}" text-anchor="end">{value:.2f}</text>'
        for value in (low, low + span / 2, low + span)
    ) + "".join(
        f'<text x="{x(step):.1f}" y="{lower + 16}" text-anchor="middle">{step:,}</text>'
        for step in (0, last // 2, last)
    )
    line = " ".join(f"{x(step):.1f},{y(value):.1f}" for step, value in points)
    dots = "".join(f'<circle cx="{x(s):.1f}" cy="{y(v):.1f}" r="2" fill="#1f6f54"/>' for s, v in points[-60:])
    return (
        f'<text x="{_LEFT}" y="{upper - 10}" font-weight="bold">{name} over updates</text>{marks}'
        f'<polyline points="{line}" fill="none" stroke="#1f6f54" stroke-width="1.5"/>{dots}'
    )
