import os
import shutil
import subprocess
from collections.abc import Callable

import pytest


@pytest.fixture
def program() -> Callable[..., str]:
    """Give a function that finds a program of a Debian package, and runs it with `check` to see that it works.

    Without the program the test is skipped; where the environment variable CI is "true", it fails.
    """

    def find(name: str, package: str, *check: str) -> str:
        path = shutil.which(name)
        if path and (not check or subprocess.run([path, *check], capture_output=True).returncode == 0):
            return path
        reason = f"{' '.join([name, *check])} does not run here; install the Debian package {package}"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)

    return find
