"""Open a file whether it is plain, compressed (.gz, .xz, .zst) or the standard input, given as `-`."""

import gzip
import io
import lzma
import sys
import zlib
from collections.abc import Callable, Generator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, BinaryIO, cast

STDIN = "-"


@contextmanager
def open_bytes(path: str) -> Generator[BinaryIO]:
    """The file's bytes, decompressed as they are read; what is broken is said with the file's name."""
    if path == STDIN:
        yield sys.stdin.buffer
        return
    try:
        with _OPENERS.get(Path(path).suffix, _plain)(path) as file:
            yield file
    except EOFError:
        raise ValueError(f"{path}: the compressed data end too early: fetch or make the file again") from None
    except (gzip.BadGzipFile, zlib.error, lzma.LZMAError) as error:
        raise ValueError(f"{path}: not what its suffix says, or damaged: {error}") from None


def without_compression(path: str) -> Path:
    """The name that the file has once decompressed.

    >>> without_compression("train.jsonl.gz").name
    'train.jsonl'
    """
    return Path(path).with_suffix("") if Path(path).suffix in _OPENERS else Path(path)


def size(path: str) -> int:
    """How many bytes the file holds, once decompressed."""
    if Path(path).suffix not in _OPENERS and path != STDIN:
        return Path(path).stat().st_size
    with open_bytes(path) as file:
        return sum(map(len, iter(lambda: file.read(1 << 20), b"")))


def _plain(path: str) -> BinaryIO:
    return Path(path).open("rb")


def _gzip(path: str) -> BinaryIO:
    return cast(BinaryIO, gzip.open(path, "rb"))


def _xz(path: str) -> BinaryIO:
    return cast(BinaryIO, lzma.open(path, "rb"))


@contextmanager
def _zst(path: str) -> Generator[BinaryIO]:
    try:
        import zstandard
    except ImportError:
        raise ValueError(f"{path}: .zst needs the zstandard package: pip install 'octavo[data]'") from None
    with _plain(path) as file:
        try:
            yield cast(BinaryIO, io.BufferedReader(_Frames(file, zstandard.ZstdDecompressor())))
        except zstandard.ZstdError as error:
            raise ValueError(f"{path}: not what its suffix says, or damaged: {error}") from None


class _Frames(io.RawIOBase):
    """Zstandard's frames one after another; unlike its own reader, this one notices where the last is cut off."""

    def __init__(self, file: BinaryIO, decompressor: Any) -> None:
        self.file, self.decompressor = file, decompressor
        self.frame: Any = None
        self.waiting = self.text = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self.text:
            compressed = self.waiting or self.file.read(1 << 16)
            if not compressed:
                if self.frame:
                    raise EOFError
                return 0
            self._decompress(compressed)
        count = min(len(buffer), len(self.text))
        buffer[:count], self.text = self.text[:count], self.text[count:]
        return count

    def _decompress(self, compressed: bytes) -> None:
        self.frame = self.frame or self.decompressor.decompressobj()
        self.text = self.frame.decompress(compressed)
        self.waiting = b""
        if self.frame.eof:
            self.waiting, self.frame = self.frame.unused_data, None


_OPENERS: dict[str, Callable[[str], AbstractContextManager[BinaryIO]]] = {".gz": _gzip, ".xz": _xz, ".zst": _zst}
SUFFIXES = tuple(_OPENERS)
