"""The compiled kernels: plain C behind ctypes, built by setup.py; `kernels` is None where they can't be used.

A checkout that moved on without being installed again has kernels whose arguments may lie elsewhere: they stay unused.
"""

import ctypes
import os
from pathlib import Path

import torch  # first, so that its OpenMP runtime is the one that the kernels find

from octavo.ops.native.sources import digest

_FOLDER = Path(__file__).parent
MISSING = "the compiled kernels are missing: reinstall octavo where a C compiler is at hand"
STALE = "the compiled kernels are older than their source: reinstall octavo"


def _open(folder: Path) -> tuple[ctypes.CDLL | None, str]:
    """The library, or why there is none."""
    try:
        library = ctypes.CDLL(str(folder / "kernels.so"))
    except OSError:
        return None, MISSING
    sources = digest(folder)
    return (None, STALE) if sources and sources != _compiled_from(library) else (library, "")


def _compiled_from(library: ctypes.CDLL) -> str:
    """The digest that was compiled in; empty in one from before there were any."""
    if not hasattr(library, "octavo_sources"):
        return ""
    library.octavo_sources.restype = ctypes.c_char_p
    return library.octavo_sources().decode()


kernels, problem = _open(_FOLDER)
_HOME = os.getpid()


def threads() -> int:
    """Torch's thread count, and one in a forked child: it lacks the threads that its parent's OpenMP waits for."""
    return torch.get_num_threads() if os.getpid() == _HOME else 1
