"""The errors that a user can cause and mend.

    MuwaziError            something that the user can mend; the command prints it as one line and exits with 1
    ├── InputError         a file or folder that cannot be read or written, or text that is not what was promised
    ├── FormatError        a corpus or scores file with a broken line or unit
    └── ModelError         a model that cannot be found, loaded or converted

Each message names the value, the place (file:line where there is one) and the remedy.
"""

__all__ = ["FormatError", "InputError", "ModelError", "MuwaziError", "reason"]


class MuwaziError(Exception):
    """A fault that the user can mend."""

    exit_code = 1


class InputError(MuwaziError):
    """A file or folder that cannot be used as asked."""


class FormatError(MuwaziError):
    """A corpus or scores file that does not hold what its format promises."""


class ModelError(MuwaziError):
    """A model that cannot be found, loaded or converted."""


def reason(error: BaseException) -> str:
    """Tell in one line what a library's exception says: its first line, or its kind where it says nothing."""
    return next(iter(str(error).strip().splitlines()), type(error).__name__)
