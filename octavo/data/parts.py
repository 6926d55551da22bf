"""The parts that training, validation and test see: of a named corpus, of a source of their own, or of train's."""

import dataclasses
import hashlib
import os
import shutil
import weakref
from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from octavo.data.cleaning import Cleaning
from octavo.data.compression import STDIN, open_bytes
from octavo.data.files import FilesConfig, cleaned, read
from octavo.data.holding_out import Limits, Shares, held_out, limits
from octavo.data.pieces import Piece
from octavo.data.sources import Source, files_of
from octavo.data.splits import Split


class Text:
    """A source that some shares are held out from; what is found out about it is kept."""

    def __init__(self, source: Source, files: FilesConfig, shares: Shares | None = None) -> None:
        self.name = source if isinstance(source, str) else ", ".join(source)
        self.source = [_again(self, part) for part in ([source] if isinstance(source, str) else source)]
        self.files, self.shares = files, shares or {}
        self.documents = files.unit != "stream"

    @cached_property
    def content(self) -> list[tuple[str, str]]:
        """What stands in each file, and that of its path which may decide how it is read."""
        return [(self._telling(Path(file)), _sha256(file)) for file in files_of(self.source)]

    @cached_property
    def limits(self) -> Limits:
        return limits(read(self.source, self.files), self.documents, self.shares)

    def _telling(self, path: Path) -> str:
        return "".join(path.suffixes) if self.files.label is None else "/".join(path.absolute().parts[-2:])

    def __str__(self) -> str:
        return "the standard input" if self.name == STDIN else self.name


class Part(ABC):
    """Pieces that can be read again and again."""

    @property
    @abstractmethod
    def documents(self) -> bool: ...

    @abstractmethod
    def pieces(self) -> Iterator[Piece]: ...

    @property
    @abstractmethod
    def identity(self) -> list[Any]:
        """All that decides which pieces there are."""


@dataclass(frozen=True)
class TextPart(Part):
    """The part of this name of a text: all of it, or a share."""

    name: str
    text: Text

    @property
    def documents(self) -> bool:
        return self.text.documents

    def pieces(self) -> Iterator[Piece]:
        pieces = read(self.text.source, self.text.files)
        return held_out(pieces, self.text.documents, *self.text.limits[self.name]) if self.text.shares else pieces

    @property
    def identity(self) -> list[Any]:
        part = [self.name, self.text.shares] if self.text.shares else []
        # What was stored of labels before blank ones were none is to be made anew.
        blanks = [] if self.text.files.label is None else ["blank labels are none"]
        return [self.text.content, dataclasses.asdict(self.text.files), *part, *blanks]

    def __str__(self) -> str:
        shares = " and ".join(f"{share:.1%} for {name}" for name, share in self.text.shares.items())
        return f"{self.text} (the {self.name} part, holding out {shares})" if shares else str(self.text)


@dataclass(frozen=True)
class CorpusPart(Part):
    """A named corpus's own split, with what is to be cleaned beside what the corpus itself asks for."""

    corpus: str
    name: str
    split: Split
    clean: tuple[Cleaning, ...] = ()

    @property
    def documents(self) -> bool:
        return self.split.unit != "stream"

    def pieces(self) -> Iterator[Piece]:
        return cleaned(self.split.pieces(), self.clean)

    @property
    def identity(self) -> list[Any]:
        return [self.split.key, [_sha256(file) for file in self.split.files], *([self.clean] if self.clean else [])]

    def __str__(self) -> str:
        return f"{self.corpus} ({self.name})"


def _again(owner: Text, part: str) -> str:
    """The part itself or, where it can be read only once, a copy that lives as long as its owner."""
    if part != STDIN and not Path(part).is_fifo():
        return part
    with (
        open_bytes(part) as file,
        NamedTemporaryFile(prefix="standard-input-", suffix=Path(part).suffix, delete=False) as copy,
    ):
        weakref.finalize(owner, os.unlink, copy.name)
        shutil.copyfileobj(file, copy)
    return copy.name


def _sha256(path: str) -> str:
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
