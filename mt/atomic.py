"""Files that are there whole or not at all."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from mt.errors import InputError


@contextmanager
def atomic(path: Path) -> Iterator[IO[bytes]]:
    """Open a binary file for writing that takes the name `path` only once it is complete.

    The bytes go to a hidden temporary file in the same folder, which is synced and renamed at the end of the
    block; on any exception, an interrupt included, it is removed and `path` stays as it was.

    Raises `InputError` where the folder cannot be written to, `path` is a folder or a device, or the disk is full.
    """
    try:
        if path.exists() and not path.is_file():  # a device would be replaced by a file
            raise InputError(f"{path}: is no file; choose another place")
        handle = tempfile.NamedTemporaryFile(  # noqa: SIM115 (closed below, before the rename)
            dir=path.parent, prefix=f".{path.name[:60]}.", suffix=".part", delete=False
        )
    except OSError as error:
        raise InputError(f"{path}: cannot be written ({error.strerror}); choose another place") from error
    temporary = Path(handle.name)
    try:
        with handle:
            yield handle
            handle.flush()
            os.fsync(handle.fileno())
        temporary.chmod(0o666 & ~_umask())
        temporary.replace(path)
    except BaseException as error:
        temporary.unlink(missing_ok=True)
        if isinstance(error, OSError) and error.filename in (None, str(path), handle.name):
            raise InputError(f"{path}: cannot be written ({error.strerror}); nothing was changed") from error
        raise


def _umask() -> int:
    """Tell the process's file mask, which can only be read by setting it."""
    mask = os.umask(0)
    os.umask(mask)
    return mask
