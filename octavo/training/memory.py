"""The C library's allocator, told to keep what it has."""

import ctypes
import os

# The parameters of glibc's mallopt(3), from malloc.h.
TRIM_THRESHOLD, TOP_PAD, MMAP_MAX = -1, -2, -4


def keep_memory() -> bool:
    """Let glibc reuse large tensors' memory instead of mapping, and clearing, fresh pages at each step.

    The process then keeps its peak memory until it ends. Nothing happens on other C libraries, or where
    OCTAVO_MALLOC=system asks for that. Returns whether the setting was made. Call it before the first large tensor.
    """
    if os.environ.get("OCTAVO_MALLOC") == "system":
        return False
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is None:
        return False
    settings = {MMAP_MAX: 0, TRIM_THRESHOLD: 2**31 - 1, TOP_PAD: 64 << 20}
    answers = [mallopt(name, value) for name, value in settings.items()]
    return all(answers)
