"""Files that survive whatever ends the process: forced to disk, there whole or not at all."""

import os
from pathlib import Path


def write(path: Path, content: bytes) -> None:
    """The file whole or not at all; a draft that a killed process left is written over."""
    draft = path.with_name(f".{path.name}.draft")
    try:
        with draft.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise OSError(error.errno, error.strerror, str(path)) from None
    draft.replace(path)


def flush(path: Path) -> None:
    """Force a file or folder to disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
