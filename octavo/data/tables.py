"""Rows of tables (JSON lines, CSV, tab-separated, Parquet) to texts, one at a time."""

import csv
import io
import json
import shutil
import sys
import tempfile
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from itertools import chain
from typing import Any, BinaryIO, Literal, NamedTuple

from octavo.data.pieces import without_newline

Table = Literal["jsonl", "csv", "tsv", "parquet"]
Fields = tuple[int, Sequence[Any]]  # the row's line, counted from 1, and the values of the columns asked for
BATCH = 256  # rows of Parquet in memory at a time


class Columns(NamedTuple):
    """Where a row keeps its texts: names, or numbers from 0. Several, joined by +, make a text of several lines."""

    text: str
    label: str | None = None
    other: str | None = None
    header: bool = True

    @property
    def wanted(self) -> list[str]:
        return [*self.text.split("+"), *filter(None, (self.label, self.other))]


class Row(NamedTuple):
    text: bytes
    label: str | None
    other: bytes | None
    line: int


def rows(file: BinaryIO, table: Table, columns: Columns, path: str) -> Iterator[Row]:
    """The rows of a table: their text, label and other side."""
    parts = columns.text.count("+") + 1
    for line, fields in _TABLES[table](file, columns, path):
        rest = iter(fields[parts:])
        label = None if columns.label is None else _label(next(rest))
        other = None if columns.other is None else _bytes(next(rest), path, line)
        yield Row(b"\n".join([_bytes(field, path, line) for field in fields[:parts]]), label, other, line)


def _bytes(value: Any, path: str, line: int) -> bytes:
    if isinstance(value, bytes):
        return value
    if isinstance(value, list | dict):
        raise ValueError(f"{path}:{line}: the text is a {type(value).__name__}: name a column that holds strings")
    try:
        # What csv could not decode went through as surrogates, and comes out as the bytes that it was.
        return b"" if value is None else str(value).encode("utf-8", "surrogateescape")
    except UnicodeEncodeError as error:
        raise ValueError(f"{path}:{line}: half a character, {value[error.start]!r}, that has no UTF-8") from None


def _label(value: Any) -> str | None:
    """A label as text; None where there is none, a blank being how CSV and tabs leave one out."""
    if isinstance(value, bytes):
        value = value.decode("utf-8", "replace")
    return None if value is None or not str(value).strip() else str(value)


def _json_lines(file: BinaryIO, columns: Columns, path: str) -> Iterator[Fields]:
    decode, wanted = _json_decoder(), columns.wanted
    for line, text in enumerate(file, 1):
        if not text.strip():
            continue
        try:
            record = decode(text)
        except ValueError as error:
            raise ValueError(f"{path}:{line}: broken JSON: {error}") from None
        if not isinstance(record, dict):
            raise ValueError(f'{path}:{line}: a line must hold an object such as {{"text": …}}, not {text[:40]!r}')
        try:
            yield line, [record[name] for name in wanted]
        except KeyError as error:
            raise _no_column(f"{path}:{line}", str(error.args[0]), list(record)) from None


def _json_decoder() -> Callable[[bytes], Any]:
    try:
        import msgspec
    except ImportError:
        return json.loads
    return msgspec.json.decode


def _csv(file: BinaryIO, columns: Columns, path: str) -> Iterator[Fields]:
    csv.field_size_limit(sys.maxsize)
    text = io.TextIOWrapper(file, "utf-8-sig", errors="surrogateescape", newline="")
    try:
        yield from _delimited(_csv_lines(csv.reader(text, strict=True), path), columns, path)
    finally:
        text.detach()


def _csv_lines(reader: Any, path: str) -> Iterator[tuple[int, list[str]]]:
    while True:
        line = reader.line_num + 1
        try:
            yield line, next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            way_out = 'if its fields are not quoted, read it with format="tsv"'
            raise ValueError(f"{path}:{line}: broken CSV: {error}; {way_out}") from None


def _tsv(file: BinaryIO, columns: Columns, path: str) -> Iterator[Fields]:
    """Tabs as published corpora have them: quotes are only characters, and the last column may hold tabs."""
    lines = ((line, without_newline(text)) for line, text in enumerate(file, 1))
    if not columns.header:
        yield from _delimited(((line, text.split(b"\t")) for line, text in lines if text), columns, path)
    elif (first := next(lines, None)) is not None:
        names = [name.decode("utf-8", "replace").removeprefix("\ufeff") for name in first[1].split(b"\t")]
        split = ((line, text.split(b"\t", len(names) - 1)) for line, text in lines if text)
        yield from _delimited(chain([(1, names)], split), columns, path)


def _delimited(lines: Iterator[tuple[int, list[Any]]], columns: Columns, path: str) -> Iterator[Fields]:
    first = next(((line, fields) for line, fields in lines if fields), None)
    if first is None:
        return
    names = first[1] if columns.header else [str(number) for number in range(len(first[1]))]
    places = [_place(name, names, f"{path}:{first[0]}") for name in columns.wanted]
    last = max(places)
    for line, fields in lines if columns.header else chain([first], lines):
        if len(fields) > last:
            yield line, [fields[place] for place in places]
        elif fields:
            there = f"{len(fields)} of {len(names)} columns"
            raise ValueError(f"{path}:{line}: column {names[last]!r} is missing: there are {there}")


def _parquet(file: BinaryIO, columns: Columns, path: str) -> Iterator[Fields]:
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError:
        raise ValueError(f"{path}: Parquet needs the pyarrow package: pip install 'octavo[data]'") from None
    with _seekable(file) as whole:
        try:
            table = pyarrow.parquet.ParquetFile(whole)
        except pyarrow.ArrowInvalid as error:
            raise ValueError(f"{path}: not a Parquet file: {error}") from None
        names = table.schema_arrow.names
        wanted = [names[_place(name, names, path)] for name in columns.wanted]
        batches = (batch.select(wanted).to_pydict() for batch in table.iter_batches(BATCH, columns=wanted))
        records = (zip(*(batch[name] for name in wanted), strict=True) for batch in batches)
        yield from enumerate(chain.from_iterable(records), 1)


@contextmanager
def _seekable(file: BinaryIO) -> Generator[BinaryIO]:
    """Parquet is read from its end: what cannot be sought cheaply is copied to a temporary file first."""
    if isinstance(file, io.BufferedReader) and file.seekable():
        yield file
        return
    with tempfile.TemporaryFile() as copy:
        shutil.copyfileobj(file, copy)
        yield copy


def _place(name: str, names: Sequence[str], where: str) -> int:
    if name in names:
        return list(names).index(name)
    if name.isdecimal() and int(name) < len(names):
        return int(name)
    raise _no_column(where, name, names)


def _no_column(where: str, name: str, names: Sequence[str]) -> ValueError:
    found = ", ".join(names) or "none"
    way = "--data.files.text, .label and .other name a table's columns in training, --text-column elsewhere"
    return ValueError(f"{where}: no column {name!r}: there are {found}; {way}")


_TABLES: dict[Table, Callable[[BinaryIO, Columns, str], Iterator[Fields]]] = {
    "jsonl": _json_lines,
    "csv": _csv,
    "tsv": _tsv,
    "parquet": _parquet,
}
