"""Files of any common kind to pieces of text: `read(source, config)`."""

import io
from collections.abc import Iterable, Iterator, Sequence
from itertools import zip_longest
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from octavo.config import config
from octavo.data.cleaning import Cleaning, clean
from octavo.data.compression import open_bytes, without_compression
from octavo.data.pieces import Piece as Piece
from octavo.data.pieces import Unit, stretches, without_newline
from octavo.data.sources import Source, expand
from octavo.data.tables import Columns, Row, Table, rows

Format = Literal["auto", "text"] | Table


@config
class FilesConfig:
    """What counts as one text, and where a table keeps it.

    A text file is a stream, or gives a document for each line, paragraph (blank lines between) or file, labelled by
    its "folder" or "file" if `label` says so. A table gives one for each row, or the row's text is divided in turn;
    its columns are named, or numbered from 0, and several joined by + make one text. `other` holds what the text is
    written from: a translation's source. `format` decides for files whose suffix does not.
    """

    unit: Unit = "stream"
    format: Format = "auto"
    text: str = "text"
    label: str | None = None
    other: str | None = None
    header: bool = True
    clean: tuple[Cleaning, ...] = ()
    longest: Annotated[int, Field(ge=16)] = 1 << 20

    @property
    def columns(self) -> Columns:
        return Columns(self.text, self.label, self.other, self.header)


def read(source: Source, config: FilesConfig) -> Iterator[Piece]:
    """The pieces of one source, or of several joined.

    A source is a file, a folder, `-` for the standard input, or `from::to`: two files whose lines are pairs. Each may
    end in .gz, .xz or .zst. Pieces of a stream end anywhere; other units mark where each document ends.
    """
    for path, *partner in expand(source):
        pieces = _aligned(path, partner[0], config) if partner else _one(path, config)
        yield from cleaned(pieces, config.clean)


def cleaned(pieces: Iterable[Piece], names: Sequence[Cleaning]) -> Iterator[Piece]:
    """The pieces, both sides of each cleaned."""
    if not names:
        yield from pieces
        return
    for piece in pieces:
        other = None if piece.other is None else clean(piece.other, names)
        yield piece._replace(text=clean(piece.text, names), other=other)


def table_of(path: str, config: FilesConfig) -> Table | None:
    """Which kind of table a file is, or None for text.

    >>> table_of("train.jsonl.gz", FilesConfig()), table_of("wiki.train.tokens", FilesConfig())
    ('jsonl', None)
    """
    if config.format != "auto":
        return None if config.format == "text" else config.format
    return _SUFFIXES.get(without_compression(path).suffix.lower())


def _one(path: str, config: FilesConfig) -> Iterator[Piece]:
    table = table_of(path, config)
    with open_bytes(path) as file:
        if table:
            for row in rows(file, table, config.columns, path):
                yield from _row_pieces(row, config, path)
            return
        label = _label_of(path, config)
        for text, ends, offset in stretches(file, config.unit, config.longest):
            yield Piece(text, ends, label, None, path, offset)


def _aligned(source: str, target: str, config: FilesConfig) -> Iterator[Piece]:
    for line, (other, text) in enumerate(zip_longest(_lines(source), _lines(target)), 1):
        if other is None or text is None:
            longer = source if text is None else target
            raise ValueError(f"{source} and {target} are no pairs of lines: only {longer} has a line {line}")
        yield from _row_pieces(Row(text, None, other, line), config, target)


def _lines(path: str) -> Iterator[bytes]:
    with open_bytes(path) as file:
        yield from map(without_newline, file)


def _row_pieces(row: Row, config: FilesConfig, path: str) -> Iterator[Piece]:
    """A row's text in the unit asked for; a pair stays whole."""
    place = f"{path}:{row.line}"
    if row.other is not None and config.unit == "stream":
        raise ValueError(f'{place}: pairs are documents: set unit to "lines" or "documents", not "stream"')
    unit = config.unit if row.other is None else "documents"
    text = row.text + b"\n" if unit == "stream" else row.text
    for part, ends, offset in stretches(io.BytesIO(text), unit, config.longest):
        yield Piece(part, ends, row.label, row.other, place, offset)


def _label_of(path: str, config: FilesConfig) -> str | None:
    if config.other is not None:
        raise ValueError(f"{path}: a text file has no column {config.other!r}: give two files as from::to, or a format")
    if config.label is None:
        return None
    names = {"folder": Path(path).absolute().parent.name, "file": without_compression(path).stem}
    if config.label not in names:
        raise ValueError(
            f'{path}: a text file has no column {config.label!r}: its label may be "folder" or "file", or set format'
        )
    return names[config.label]


_SUFFIXES: dict[str, Table] = {
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".csv": "csv",
    ".tsv": "tsv",
    ".parquet": "parquet",
}
