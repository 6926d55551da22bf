"""A split of a corpus: the pieces of some files that some rules leave, or of a text that comes with the program."""

import dataclasses
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from octavo.data.files import FilesConfig, cleaned, read
from octavo.data.pieces import Piece, Unit
from octavo.data.rules import Rule
from octavo.data.sources import files_of


@dataclass(frozen=True, kw_only=True)
class Split(ABC):
    """Pieces that can be read again and again. `key` says all that decides them but the content of `files`."""

    unit: Unit

    @abstractmethod
    def pieces(self) -> Iterator[Piece]: ...

    @property
    @abstractmethod
    def key(self) -> str: ...

    @property
    def files(self) -> list[str]:
        return []


@dataclass(frozen=True, kw_only=True)
class FileSplit(Split):
    """Sources, how to read them, and the rules that say what of them belongs."""

    paths: tuple[str, ...]
    config: FilesConfig
    rules: tuple[Rule, ...] = ()

    def pieces(self) -> Iterator[Piece]:
        """Rules see a text as it is in its file, so that no cleaning moves it to another split."""
        pieces = read(self.paths, dataclasses.replace(self.config, clean=()))
        for rule in self.rules:
            pieces = rule(pieces, tuple(self.files))
        pieces = cleaned(pieces, self.config.clean)
        return as_stream(pieces) if self.unit == "stream" != self.config.unit else pieces

    @property
    def key(self) -> str:
        return repr((self.config, self.rules, self.unit))

    @property
    def files(self) -> list[str]:
        return files_of(self.paths)


@dataclass(frozen=True, kw_only=True)
class MixedSplit(Split):
    """Several splits as one, each as its own rules make it."""

    parts: tuple[Split, ...]

    def pieces(self) -> Iterator[Piece]:
        for part in self.parts:
            yield from part.pieces()

    @property
    def key(self) -> str:
        return repr([part.key for part in self.parts])

    @property
    def files(self) -> list[str]:
        return [file for part in self.parts for file in part.files]


def as_stream(pieces: Iterable[Piece]) -> Iterator[Piece]:
    """Documents one after another, a newline after each."""
    for piece in pieces:
        text = piece.text + b"\n" if piece.ends else piece.text
        yield piece._replace(text=text, ends=False, label=None, other=None)
