"""Rules that divide texts into splits: which pieces of a source belong to one."""

import hashlib
import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from html import unescape

from octavo.data.compression import size
from octavo.data.pieces import Piece

WHOLE = 10_000  # shares are counted in ten-thousandths
TITLE = re.compile(rb"= .* =")
SEGMENT = re.compile(rb"<seg[^>]*>(.*)</seg>")


class Rule(ABC):
    """Takes the pieces that belong, in their order. Its repr says all that decides which."""

    @abstractmethod
    def __call__(self, pieces: Iterable[Piece], paths: tuple[str, ...]) -> Iterator[Piece]: ...


@dataclass(frozen=True)
class Bytes(Rule):
    """The bytes of a stream from one percentage to another, exactly."""

    begin: int
    end: int

    def __call__(self, pieces: Iterable[Piece], paths: tuple[str, ...]) -> Iterator[Piece]:
        total = sum(map(size, paths))
        begin, end, place = total * self.begin // 100, total * self.end // 100, 0
        for piece in pieces:
            text = piece.text[max(begin - place, 0) : max(end - place, 0)]
            if text:
                yield piece._replace(text=text, offset=piece.offset + max(begin - place, 0))
            place += len(piece.text)
            if place >= end:
                return


@dataclass(frozen=True)
class Hashed(Rule):
    """The documents whose text hashes to a share: where a text stands twice, both are on the same side."""

    begin: int
    end: int

    def __call__(self, pieces: Iterable[Piece], paths: tuple[str, ...]) -> Iterator[Piece]:
        return _whole_documents(pieces, lambda first: self.begin <= share(first.text) < self.end)


@dataclass(frozen=True)
class Linked(Rule):
    """The pairs of a share, those that have a sentence of either language in common, however far, being together.

    All pairs are in memory at once.
    """

    begin: int
    end: int

    def __call__(self, pieces: Iterable[Piece], paths: tuple[str, ...]) -> Iterator[Piece]:
        pairs = list(pieces)
        above: dict[bytes, bytes] = {}
        for pair in pairs:
            first, second = sorted(_top(above, side) for side in _sides(pair))
            above[second] = first
        return _whole_documents(pairs, lambda pair: self.begin <= share(_top(above, _sides(pair)[0])) < self.end)


@dataclass(frozen=True)
class Rows(Rule):
    """The rows of a table whose line number hashes to a share, however their texts are divided."""

    begin: int
    end: int

    def __call__(self, pieces: Iterable[Piece], paths: tuple[str, ...]) -> Iterator[Piece]:
        def kept(first: Piece) -> bool:
            return self.begin <= share(first.path.rpartition(":")[2].encode()) < self.end

        return _whole_documents(pieces, kept)


@dataclass(frozen=True)
class Articles(Rule):
    """The lines of articles whose title, a line `= T =`, hashes to a share; titles are left out."""

    begin: int
    end: int

    def __call__(self, pieces: Iterable[Piece], paths: tuple[str, ...]) -> Iterator[Piece]:
        inside = False
        for piece in pieces:
            if TITLE.fullmatch(piece.text):
                inside = self.begin <= share(piece.text) < self.end
            elif inside:
                yield piece


@dataclass(frozen=True)
class EveryNth(Rule):
    """Every n-th document, or all the others."""

    n: int
    others: bool = False

    def __call__(self, pieces: Iterable[Piece], paths: tuple[str, ...]) -> Iterator[Piece]:
        number = 0

        def kept(first: Piece) -> bool:
            nonlocal number
            number += 1
            return (number % self.n == 0) != self.others

        return _whole_documents(pieces, kept)


@dataclass(frozen=True)
class Talks(Rule):
    """Pairs out of the mark-up of IWSLT's files: segments are unwrapped, other lines of tags left out."""

    def __call__(self, pieces: Iterable[Piece], paths: tuple[str, ...]) -> Iterator[Piece]:
        for piece in pieces:
            text, other = _segment(piece.text), _segment(piece.other or b"")
            if (text is None) != (other is None):
                raise ValueError(
                    f"{piece.path}: a segment stands beside a line of mark-up: the two files are not aligned"
                )
            if text is not None:
                yield piece._replace(text=text, other=other)


@dataclass(frozen=True)
class Grouped(Rule):
    """The documents whose label begins as a group's ones do, labelled by the group: (name, beginnings) of each."""

    groups: tuple[tuple[str, tuple[str, ...]], ...]

    def __call__(self, pieces: Iterable[Piece], paths: tuple[str, ...]) -> Iterator[Piece]:
        for piece in pieces:
            group = next((name for name, begins in self.groups if (piece.label or "").startswith(begins)), None)
            if group is not None:
                yield piece._replace(label=group)


def share(key: bytes) -> int:
    """A place in 0 … 9,999 that only the key decides."""
    return int.from_bytes(hashlib.blake2b(key, digest_size=8).digest()) % WHOLE


def _whole_documents(pieces: Iterable[Piece], kept: Callable[[Piece], bool]) -> Iterator[Piece]:
    """The documents whose first piece is kept."""
    inside, fresh = False, True
    for piece in pieces:
        inside = kept(piece) if fresh else inside
        if inside:
            yield piece
        fresh = piece.ends


def _sides(pair: Piece) -> tuple[bytes, bytes]:
    return b"to " + pair.text, b"from " + (pair.other or b"")


def _top(above: dict[bytes, bytes], key: bytes) -> bytes:
    """The least key of those that are linked with this one, chains being halved on the way."""
    while (next_up := above.setdefault(key, key)) != key:
        above[key] = above[next_up]
        key = next_up
    return key


def _segment(line: bytes) -> bytes | None:
    if found := SEGMENT.search(line):
        return unescape(found[1].decode("utf-8", "surrogateescape")).strip().encode("utf-8", "surrogateescape")
    return None if line.lstrip().startswith(b"<") else line.strip()
