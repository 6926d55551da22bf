"""Hold out the last shares of a text: of a stream by bytes, else by documents."""

import math
from collections.abc import Iterable, Iterator

from octavo.data.encoding import texts
from octavo.data.pieces import Piece, cut

Shares = dict[str, float]
Limits = dict[str, tuple[int, int]]


def limits(pieces: Iterable[Piece], documents: bool, shares: Shares) -> Limits:
    """Where train and then each share begins and ends, in bytes or documents, shares being rounded up."""
    size = sum(1 for _ in texts(pieces)) if documents else sum(len(piece.text) for piece in pieces)
    counts = {split: math.ceil(size * share - 1e-9) for split, share in shares.items()}
    begin, found = 0, {}
    for split, count in {"train": max(size - sum(counts.values()), 0), **counts}.items():
        found[split] = (begin, begin + count)
        begin += count
    return found


def held_out(pieces: Iterable[Piece], documents: bool, begin: int, end: int) -> Iterator[Piece]:
    """The pieces from a place in the text to another."""
    return _documents_between(pieces, begin, end) if documents else _bytes_between(pieces, begin, end)


def _documents_between(pieces: Iterable[Piece], begin: int, end: int) -> Iterator[Piece]:
    for number, text in enumerate(texts(pieces)):
        if number >= end:
            return
        if number >= begin:
            yield from text


def _bytes_between(pieces: Iterable[Piece], begin: int, end: int) -> Iterator[Piece]:
    """Bounds fall back to a newline, a space or a character's edge; both of their sides see the same."""
    place = 0
    for piece in pieces:
        left, right = _cut_at(piece.text, begin - place), _cut_at(piece.text, end - place)
        if left < right:
            yield piece._replace(text=piece.text[left:right], offset=piece.offset + left)
        place += len(piece.text)
        if place >= end:
            return


def _cut_at(text: bytes, place: int) -> int:
    if place <= 0:
        return 0
    return cut(text[:place]) if place < len(text) else len(text)
