"""Chance that can be had again: a number drawn by a name and a seed, whatever comes before or after it.

A pair or document draws the same number in every corpus that it is in. So a corpus that grows keeps its test set, a
larger sample contains the smaller one, and the order of the input makes no difference.
"""

import hashlib

__all__ = ["draw"]


def draw(name: str, seed: int) -> float:
    """Give the number from 0 up to 1 that a name draws with a seed; the numbers of different names are independent."""
    digest = hashlib.blake2b(f"{seed}\n{name}".encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return (int.from_bytes(digest, "big") >> 11) / (1 << 53)  # all the bits that a float holds
