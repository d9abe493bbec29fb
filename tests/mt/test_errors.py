"""The errors that a user can mend."""

import pytest

from mt import errors
from mt.errors import FormatError, InputError, ModelError, MuwaziError, reason


def test_each_error_is_one_that_a_user_can_mend() -> None:
    for kind in (InputError, FormatError, ModelError):
        assert issubclass(kind, MuwaziError)
        assert kind.exit_code == 1
        assert kind.__name__ in (errors.__doc__ or "")
    assert not issubclass(MuwaziError, (OSError, ValueError)), "they would be caught as something else"


def test_all_is_complete() -> None:
    public = {name for name, value in vars(errors).items() if getattr(value, "__module__", None) == errors.__name__}
    assert set(errors.__all__) == public


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (ValueError("broken"), "broken"),
        (ValueError("\n  broken\nand more\n"), "broken"),
        (ValueError(), "ValueError"),
        (TimeoutError("  "), "TimeoutError"),
        (OSError(28, "No space left on device"), "[Errno 28] No space left on device"),
    ],
)
def test_a_reason_is_one_line(error: BaseException, line: str) -> None:
    assert reason(error) == line
