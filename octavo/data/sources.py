"""Which files a source names: a file, all in a folder, the standard input, or two files whose lines are pairs."""

from collections.abc import Sequence
from pathlib import Path

from octavo.data.compression import STDIN
from octavo.spelling import meant

PAIR = "::"

Source = str | Sequence[str]


def expand(source: Source) -> list[tuple[str, ...]]:
    """The files of one source or of several in turn; `from::to` gives the two of a pair together.

    >>> expand(["-"])
    [('-',)]
    """
    return [files for part in ([source] if isinstance(source, str) else source) for files in _expand(part)]


def files_of(source: Source) -> list[str]:
    """Every file that is read, once for each time it is."""
    return [file for files in expand(source) for file in files]


def _expand(part: str) -> list[tuple[str, ...]]:
    if not part:
        raise ValueError("a source has no name: give a file, a folder or a corpus, or . for this folder")
    if PAIR in part:
        return [_pair(part)]
    if part == STDIN or Path(part).is_file():
        return [(part,)]
    if Path(part).is_dir():
        return [(str(file),) for file in _inside(Path(part))]
    if Path(part).exists():  # a named pipe, a process substitution
        return [(part,)]
    raise ValueError(_missing(Path(part)))


def _pair(part: str) -> tuple[str, ...]:
    paths = tuple(part.split(PAIR))
    if len(paths) != 2:
        raise ValueError(f"{part}: a pair is two files, from{PAIR}to")
    for path in paths:
        if not Path(path).is_file():
            raise ValueError(_missing(Path(path)))
    return paths


def _inside(folder: Path) -> list[Path]:
    """The files at any depth, in order; hidden ones, and those in hidden folders, are left out."""
    files = sorted(
        file
        for file in folder.rglob("*")
        if file.is_file() and not any(name.startswith(".") for name in file.relative_to(folder).parts)
    )
    if not files:
        raise ValueError(f"{folder}: no files to read in this folder")
    return files


def _missing(path: Path) -> str:
    """Point at the first part of the path that is not there."""
    there = next(parent for parent in path.parents if parent.is_dir())
    name = path.relative_to(there).parts[0]
    hint = meant(name, sorted(file.name for file in there.iterdir()))
    if not hint and " " in name:
        hint = "a text itself is read from standard input, as -"
    return "; ".join(filter(None, (f"{path}: no such file or folder", hint)))
