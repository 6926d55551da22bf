"""Unpack archives without trusting them: only files, and only inside the folder."""

import shutil
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import IO

Member = tuple[str, IO[bytes]]


def is_archive(path: Path) -> bool:
    """Whether `unpack` would know what to do with a file of this name.

    >>> is_archive(Path("a.tar.gz")), is_archive(Path("a.txt.gz"))
    (True, False)
    """
    return path.name.endswith((".zip", ".tgz", ".tar", ".tar.gz", ".tar.xz", ".tar.bz2"))


def unpack(archive: Path, folder: Path) -> list[str]:
    """Write the archive's files into the folder, all or none; what stood there under the same names gives way.

    The names that now stand in the folder itself are returned.
    """
    waiting = folder / f".unpacking-{archive.name}"
    shutil.rmtree(waiting, ignore_errors=True)
    waiting.mkdir(parents=True)
    try:
        _write_all(archive, waiting)
        return [_move(there, folder / there.name) for there in sorted(waiting.iterdir())]
    except (tarfile.TarError, zipfile.BadZipFile, EOFError) as error:
        raise RuntimeError(f"{archive}: damaged, or no archive: {error}") from None
    finally:
        shutil.rmtree(waiting, ignore_errors=True)


def _write_all(archive: Path, folder: Path) -> None:
    members = _zipped if archive.name.endswith(".zip") else _tarred
    for name, content in members(archive):
        target = folder / _inside(name, archive)
        target.parent.mkdir(parents=True, exist_ok=True)
        with content, target.open("wb") as file:
            shutil.copyfileobj(content, file, 1 << 20)


def _inside(name: str, archive: Path) -> PurePosixPath:
    path = PurePosixPath(name.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or ":" in name:
        raise RuntimeError(f"{archive}: refused, for {name!r} in it would be written outside of its folder")
    return path


def _zipped(archive: Path) -> Iterator[Member]:
    with zipfile.ZipFile(archive) as file:
        for info in file.infolist():
            if not info.is_dir():
                yield info.filename, file.open(info)


def _tarred(archive: Path) -> Iterator[Member]:
    """Files only: links could lead outside, and no corpus needs them."""
    with tarfile.open(archive) as file:
        for info in file:
            content = file.extractfile(info) if info.isreg() else None
            if content:
                yield info.name, content


def _move(source: Path, target: Path) -> str:
    if target.is_dir():
        shutil.rmtree(target)
    source.replace(target)
    return target.name
