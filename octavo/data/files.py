"""Files of any common kind to pieces of text: `read(source, config)`."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from octavo.config import config
from octavo.data.pieces import Piece as Piece
from octavo.data.pieces import Unit, stretches


@config
class FilesConfig:
    """What counts as one text, and where a table keeps it.

    A text file is a stream, or gives a document for each line, paragraph (blank lines between) or file; a table gives
    one for each row. Columns are named, or numbered from 0.
    """

    unit: Unit = "stream"
    text: str = "text"
    label: str | None = None
    other: str | None = None
    header: bool = True
    longest: int = 1 << 20


def read(source: str | Sequence[str], config: FilesConfig) -> Iterator[Piece]:
    """The pieces of one source, or of several joined."""
    for path in [source] if isinstance(source, str) else source:
        with Path(path).open("rb") as file:
            for text, ends, offset in stretches(file, config.unit, config.longest):
                yield Piece(text, ends, path=path, offset=offset)
