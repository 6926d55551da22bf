"""Whether a run made its texts up or remembers them."""

from collections.abc import Iterable, Iterator, Sequence

from octavo.data.pieces import Piece
from octavo.data.prepare import pieces_of
from octavo.evaluation.overlap import Nearest, nearest
from octavo.runs import Run


def nearest_in_training(run: Run, written: Sequence[str]) -> list[Nearest]:
    """Of the texts that a run was trained on, or of a stream's lines, the likest to each one written."""
    return nearest(written, _documents_or_lines(pieces_of(run.recipe.data, "train")))


def _documents_or_lines(pieces: Iterable[Piece]) -> Iterator[str]:
    """Of what has not ended, each line: so a stream, in which nothing ends, is never held whole."""
    held = b""
    for piece in pieces:
        held += piece.text
        *whole, held = [held, b""] if piece.ends else held.split(b"\n")
        yield from (text.decode("utf-8", "replace") for text in whole)
    yield held.decode("utf-8", "replace")
