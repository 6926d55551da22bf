"""Where things are kept on this machine."""

import os
from pathlib import Path


def cache_folder() -> Path:
    """OCTAVO_CACHE, or else octavo in XDG_CACHE_HOME, or else in ~/.cache."""
    if given := os.environ.get("OCTAVO_CACHE"):
        return Path(given)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "octavo"


def data_root(given: str | Path | None = None) -> Path:
    """Where copies of named corpora are: what is given, or else OCTAVO_DATA, or else a folder in the cache."""
    return Path(given or os.environ.get("OCTAVO_DATA") or cache_folder() / "corpora")
