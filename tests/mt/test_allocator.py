"""Memory that is freed stays with the process: counted in page faults, of which a kept page makes none."""

import os
import subprocess
import sys

import pytest

GLIBC = sys.platform == "linux" and "glibc" in (os.confstr("CS_GNU_LIBC_VERSION") or "")

BLOCKS = """
import ctypes, resource
from mt.allocator import keep_freed_memory
libc = ctypes.CDLL(None)
libc.malloc.restype = ctypes.c_void_p
libc.malloc.argtypes, libc.free.argtypes = [ctypes.c_size_t], [ctypes.c_void_p]
libc.memset.argtypes = [ctypes.c_void_p, ctypes.c_int, ctypes.c_size_t]
SIZE, COUNT = 8 << 20, 5
if {keep}:
    keep_freed_memory()
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(10):
    blocks = [libc.malloc(SIZE) for _ in range(COUNT)]
    for block in blocks:
        libc.memset(block, 1, SIZE)
    for block in blocks:
        libc.free(block)
print((resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before) / (COUNT * SIZE // resource.getpagesize()))
"""

ENGINE = """
import resource
from mt.engine import Decoding, load_engine
from mt.model import find
from mt.vocabulary import END, Vocabulary
model = find("compact", print)
engine = load_engine(model, {engine!r}, "auto", threads=1)
rows = [[*Vocabulary(model.path).encode("قال الوزير إن الحكومة ستعلن الخطة الجديدة يوم الأحد في العاصمة"), END]] * 24
faults = []
for _ in range(6):
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    engine.translate(rows, Decoding(1))
    faults.append(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
print(min(faults[2:]))
"""


def run(script: str) -> float:
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return float(done.stdout.split()[-1])


@pytest.mark.skipif(not GLIBC, reason="the C library is not glibc")
@pytest.mark.parametrize(("keep", "least", "most"), [(False, 9, 11), (True, 0, 1.5)])
def test_blocks_that_come_again_are_cleared_once(keep: bool, least: float, most: float) -> None:
    assert least <= run(BLOCKS.format(keep=keep)) <= most


@pytest.mark.skipif(not GLIBC, reason="the C library is not glibc")
@pytest.mark.parametrize("engine", ["ctranslate2", "transformers"])
def test_an_engine_at_work_takes_no_new_memory(engine: str) -> None:
    assert run(ENGINE.format(engine=engine)) < 100  # else some thousands
