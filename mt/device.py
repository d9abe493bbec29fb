"""Where a model computes: which engine, on which device, in what precision.

What the engines' libraries can do here they tell in a `Report`; `choose` decides by these alone.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

from mt.errors import ModelError

__all__ = ["DEVICES", "PRECISIONS", "Device", "Place", "Precision", "Report", "choose"]

Device = Literal["cpu", "cuda", "mps"]
Precision = Literal["int8", "int8_float16", "float16", "bfloat16", "float32"]
DEVICES: tuple[Device, ...] = get_args(Device)
PRECISIONS: tuple[Precision, ...] = get_args(Precision)

_FASTEST: tuple[tuple[str, Device], ...] = (
    ("ctranslate2", "cuda"),
    ("transformers", "cuda"),
    ("ctranslate2", "cpu"),
    ("transformers", "mps"),
    ("transformers", "cpu"),
)


@dataclass(frozen=True, slots=True)
class Report:
    """What an engine's library can do on this machine.

    `precisions` names the devices that work, with the precisions of each, the default one first. Of the others
    `unusable` says what hinders one that is there, and `absent` why one was not found, both with the remedy.
    """

    precisions: Mapping[Device, tuple[Precision, ...]]
    unusable: Mapping[Device, str] = field(default_factory=dict)
    absent: Mapping[Device, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a model computes; `hindrances` say why not in a faster place that is there."""

    engine: str
    device: Device
    precision: Precision
    hindrances: tuple[str, ...] = ()


def choose(
    engine: str, device: str, precision: str, ask: Callable[[str], Report], *, deterministic: bool = False
) -> Place:
    """Choose the fastest place that fits what was asked for, each of the three a name or `auto`.

    `ask` gives an engine's report. A `deterministic` run stays on the CPU unless a device is named: on a GPU nothing
    promises a row the same bits in every company, so that its rows would go one by one; and it gives the same result
    on machines without one.

    Raises `ModelError` where nothing fits: what was asked for is never replaced by something else.
    """
    if deterministic and device == "auto":
        device = "cpu"
    hindrances: list[str] = []
    absent: list[str] = []
    for name, where in _FASTEST:
        if engine not in ("auto", name) or device not in ("auto", where):
            continue
        # torch takes seconds to import: where all is open it is asked for a GPU that CTranslate2 has seen.
        if engine == device == "auto" and name == "transformers" and not hindrances:
            continue
        report = ask(name)
        able = report.precisions.get(where, ())
        for chosen in able:
            if precision in ("auto", chosen):
                return Place(name, where, chosen, tuple(hindrances))
        if able:
            hindrances.append(f"{name} on {where} computes in {' or '.join(able)}, not in {precision}")
        elif where in report.unusable:
            hindrances.append(report.unusable[where])
        else:
            absent.append(report.absent.get(where, f"{name} does not compute on {where}"))
    reasons = "; ".join(hindrances or absent) or f"{engine} knows no such device; give --engine transformers"
    asked = " ".join(
        f"--{option} {value}"
        for option, value in (("engine", engine), ("device", device), ("precision", precision))
        if value != "auto"
    )
    raise ModelError(f"{asked} cannot be had here: {reasons}")
