"""What an executor of datatrove is told by `--executor-option NAME=VALUE`, read by its own signature."""

import inspect
import json
from collections.abc import Sequence
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from mt.errors import InputError

__all__ = ["settings"]

_OURS = {"pipeline", "tasks", "workers", "depends", "depends_job_id", "skip_completed", "job_id_retriever"}
_EXAMPLES: dict[type, Any] = {bool: True, int: 4, float: 0.5, dict: {"account": "lab"}, tuple: ["SIGUSR1"]}


def settings(kind: Any, name: str, given: Sequence[str]) -> dict[str, Any]:
    """Give the keyword arguments of an executor's class.

    Text is taken as it is, everything else is read as JSON (true, 4, {"account": "lab"}).

    Raises `InputError` for a name that the executor has not or that is not the user's to say, for a value of another
    type, and where something is missing that the executor has to be told.
    """
    parameters = {n: p for n, p in inspect.signature(kind).parameters.items() if n not in _OURS}
    hints = get_type_hints(kind.__init__)
    told: dict[str, Any] = {}
    for text in given:
        option, equals, value = text.partition("=")
        if not equals or option not in parameters:
            raise InputError(
                f"--executor-option {text!r}: the {name} executor has {', '.join(sorted(parameters))}; give NAME=VALUE"
            )
        told[option] = _value(option, value, hints[option])
    missing = [n for n, p in parameters.items() if p.default is p.empty and n not in told]
    if missing:
        lines = " ".join(f"--executor-option {n}=…" for n in missing)
        raise InputError(f"--executor {name} has to be told {', '.join(missing)}; give {lines}")
    return told


def _value(option: str, text: str, hint: Any) -> Any:
    """Read a value of a type hint."""
    choices = get_args(hint) if get_origin(hint) in (Union, UnionType) else [hint]
    kinds = [get_origin(choice) or choice for choice in choices]
    wanted = next((kind for kind in kinds if kind in _EXAMPLES), None)
    if wanted is None or str in kinds:
        return text
    try:
        value = json.loads(text.lower() if wanted is bool else text)
    except ValueError:
        value = None
    accepted: tuple[type, ...] = {float: (int, float), tuple: (list,)}.get(wanted, (wanted,))
    if not isinstance(value, accepted) or (isinstance(value, bool) and wanted is not bool):
        example = json.dumps(_EXAMPLES[wanted])
        raise InputError(f"--executor-option {option}={text}: no {wanted.__name__}; write e.g. {option}={example}")
    return value
