"""How the C library gives out memory: what an engine frees it takes again at the next layer."""

import ctypes
import sys

__all__ = ["keep_freed_memory"]

_M_TRIM_THRESHOLD, _M_TOP_PAD, _M_MMAP_THRESHOLD = -1, -2, -3
"""Of `malloc.h`; see mallopt(3)."""

_MIB = 1 << 20
_BOUNDS = {_M_MMAP_THRESHOLD: 16 * _MIB, _M_TRIM_THRESHOLD: 64 * _MIB, _M_TOP_PAD: 16 * _MIB}
"""Blocks from which on the system is asked, and what is kept at the end of each thread's memory. With higher bounds no
run was faster, and wide searches with a large vocabulary took a sixth more memory."""


def keep_freed_memory() -> None:
    """Have this process keep the memory that it frees for what it takes next, where its C library is glibc.

    glibc gives back what is free at the end of a thread's memory. An engine frees and takes a few megabytes in every
    layer, and the system clears each page before it gives it out anew: a tenth of the time of a greedy run, by the
    processor. The peak stays about the same, as the next layer needs as much (figures in `benchmarks/README.md`).
    """
    if sys.platform != "linux":
        return
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except AttributeError:  # another C library, musl for one
        return
    for parameter, value in _BOUNDS.items():
        mallopt(parameter, value)
