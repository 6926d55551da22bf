"""The compiled kernels: plain C behind ctypes, built by setup.py; `kernels` is None where no compiler was at hand."""

import ctypes
import os
from pathlib import Path

import torch  # first, so that its OpenMP runtime is the one that the kernels find


def _open() -> ctypes.CDLL | None:
    try:
        return ctypes.CDLL(str(Path(__file__).with_name("kernels.so")))
    except OSError:
        return None


kernels: ctypes.CDLL | None = _open()
_HOME = os.getpid()


def threads() -> int:
    """Torch's thread count, and one in a forked child: it lacks the threads that its parent's OpenMP waits for."""
    return torch.get_num_threads() if os.getpid() == _HOME else 1
